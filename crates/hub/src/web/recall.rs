//! 誤った連携の回収: which links were undone, and what becomes of everything that rested on them.

use super::{programme_ja, reworded};
use crate::model::{LINK, NUMBER, Recall, RecallUse};
use crate::rules::Rules;
use crate::store;
use crate::usecases::split::{self, Split, WAITING};
use kernel::access::Action::Search;
use kernel::ident::AtenaNo;
use kernel::time::wareki_short;
use maud::html;
use platform::Fault;
use webkit::components::{
    Action, AsidePanel, Column, Field, Ledger, Row, Table, Tone, badge, button_row, card, post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};

/// Page of the list.
pub const LIST: &str = "/hub/recalls";

/// All recalls, without names.
pub async fn list(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Search, LINK).await?;
    let recalls = store::recalls(&mut unit.tx).await?;
    let (mut rows, mut data) = (vec![], vec![]);
    for r in &recalls {
        let uses = store::uses(&mut unit.tx, r.id).await?;
        let open = uses.iter().filter(|u| u.state == WAITING).count();
        let state = if r.closed_at.is_some() { badge(Tone::Ok, "完了") } else { badge(Tone::Warn, "回収中") };
        rows.push(
            Row::new(vec![
                wareki_short(r.found_on).into(),
                format!("{}件", uses.len()).into(),
                format!("{open}件").into(),
                state.into(),
            ])
            .opens(format!("{LIST}/{}", r.id)),
        );
        data.push(serde_json::json!({ "id": r.id, "found_on": r.found_on.to_string(), "uses": uses.len(), "open": open, "closed": r.closed_at.is_some() }));
    }
    let all = Table {
        caption: "回収".into(),
        columns: ["判明日", "使用", "未処理", "状態"].map(Column::text).into(),
        rows,
        empty: ("回収はありません".into(), "誤った連携を解除すると、それにもとづく決定・通知・支払がここに並びます。".into()),
        ..Table::default()
    };
    let screen = Screen {
        title: "誤った連携の回収".into(),
        main: card("回収", "新しい順", table(&all)),
        data: serde_json::json!({ "recalls": data }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// One recall with what is called back.
pub async fn show(call: Call) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let recall = store::recall(&mut unit.tx, call.id("id")?).await?;
    let subject = unit.find_subject(&recall.atena_no).await?.ok_or_else(|| Fault::missing("回収"))?;
    unit.require(subject, &[LINK]).await?;
    let seen = unit.see(subject, &[LINK, NUMBER]).await?;
    let uses = store::uses(&mut unit.tx, recall.id).await?;
    let purpose = call.staff.purpose.clone().unwrap_or_default();
    let rows = uses.iter().map(|u| {
        let mine = u.programme == purpose || purpose == crate::PURPOSE.code;
        let path = format!("{LIST}/{}/uses/{}", recall.id, u.id);
        let note = format!("note-{}", u.id);
        let form = html! {
            (Field::new("note", "処理の内容").required().text())
            (button_row(&[Action::submit("処理を登録")], html! {}))
        };
        let done = match (u.state == WAITING, mine) {
            (true, true) => post_form(&note, &path, false, &call.hidden(), form),
            (true, false) => badge(Tone::Warn, &u.state),
            _ => html! { (badge(Tone::Ok, &u.state)) div.note { (u.note.as_deref().unwrap_or_default()) } },
        };
        Row::new(vec![
            programme_ja(&call.city, &u.programme).into(),
            u.kind.clone().into(),
            html! { (u.title) div.note { a href=(u.reference) { "記録を開く" } } }.into(),
            wareki_short(u.used_on).into(),
            u.amount.map_or_else(String::new, |yen| yen.to_string()).into(),
            u.recipient.clone().unwrap_or_default().into(),
            done.into(),
        ])
    });
    let list = Table {
        caption: "この連携にもとづく事務".into(),
        columns: ["業務", "種類", "件名", "日", "金額", "受取人", "処理"].map(Column::text).into(),
        rows: rows.collect(),
        empty: ("この連携にもとづく事務はありません".into(), "解除だけで終わりです。".into()),
        ..Table::default()
    };
    let may = |group: &str| seen.has(group);
    let ledger = Ledger::default()
        .with(Recall::REGISTER, [recall.in_words()])
        .with(RecallUse::REGISTER, uses.iter().map(|row| reworded(&call.city, row.in_words())));
    let main = html! {
        (card("この連携にもとづく事務", &recall.reason, table(&list)))
        (ledger.cards(may))
        (button_row(&[Action::link("回収の一覧へ戻る", LIST).key("F6")], html! {}))
    };
    let screen = Screen {
        title: "誤った連携の回収".into(),
        subtitle: wareki_short(recall.found_on),
        main,
        asked: "連携・決定・通知・支払".into(),
        aside: vec![AsidePanel::text(
            "それぞれの課が直します",
            "決定・通知・支払を直すのは、その事務の担当です。直したら処理の内容を登録します。全部が済むと回収は完了です。",
        )],
        data: serde_json::json!({ "id": recall.id, "closed": recall.closed_at.is_some(), "registers": ledger.json(may) }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Registers what was done about one use.
pub async fn put_right(call: Call) -> Result<Reply, Fault> {
    let (recall, id) = (call.id("id")?, call.id("use")?);
    let mut reader = call.form.reader();
    let note = reader.text("note", "処理の内容");
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let found = store::recall(&mut unit.tx, recall).await?;
    let subject = unit.find_subject(&found.atena_no).await?.ok_or_else(|| Fault::missing("回収"))?;
    unit.require(subject, &[LINK]).await?;
    split::put_right(&mut unit, recall, id, &note).await?;
    let to = format!("{LIST}/{recall}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// Drafts the undoing of a link.
pub async fn split(call: Call, rules: Rules) -> Result<Reply, Fault> {
    let atena_no = AtenaNo::parse(call.part("number")).map_err(|_| Fault::missing("宛名番号"))?;
    let mut reader = call.form.reader();
    let reason = reader.text("reason", "誤りの内容");
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, LINK).await?;
    split::draft(&mut unit, &Split { atena_no: atena_no.clone(), reason }, &rules).await?;
    let to = format!("/hub/{atena_no}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
