//! One inquiry: where it stands, and its answer.

use super::{Desk, inquiries, lines, named, tone};
use crate::model::{ANSWER, Inquiry, WAITS};
use crate::usecases::{ask, courier};
use crate::{list, messages, store};
use kernel::access::Action::Look;
use kernel::time::{civil, wareki};
use maud::html;
use platform::{Fault, task};
use webkit::components::{Action, AsidePanel, Column, Ledger, Row, Table, badge, button_row, card, definition_list, table};
use webkit::{Begun, Call, Reply, Screen};
use wire::ident::RequestId;

/// Takes the person into the open case.
pub async fn take(call: Call, _: Desk) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let row = store::inquiry(&mut unit.tx, id).await?;
    let subject = unit.find_subject(&row.atena_no).await?.ok_or_else(|| Fault::missing("宛名番号"))?;
    unit.take_into_case(subject).await?;
    ask::seen(&mut unit, id).await?;
    let to = format!("{}/{id}", inquiries::LIST);
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// The page.
pub async fn show(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let row = ask::seen(&mut unit, call.id("id")?).await?;
    let today = unit.today();
    let facts = desk.needs.residents.person(&mut unit, &row.atena_no, today).await?;
    let records = match row.answer.is_some() && unit.may(Look, ANSWER) {
        true => ask::answer(&mut unit, &row).await?,
        false => vec![],
    };
    let names = list()?;
    let waits = matches!(row.state.as_str(), WAITS | "回答待ち");
    let asked = crate::data_set_of(&row.data_set, "1").ok_or_else(|| Fault::missing("特定個人情報"))?;
    let rows = lines(&asked, &records)?.into_iter().map(|cells| Row::new(cells.map(Into::into).into()));
    let answer = Table {
        caption: "回答".into(),
        columns: vec![Column::text("年度など"), Column::text("項目"), Column::text("値")],
        rows: rows.collect(),
        empty: match row.state.as_str() {
            "照会中" => ("照会中です".into(), "相手が回答を取り消しました。確かめた回答が届くまで、使えません。".into()),
            _ if waits => ("回答を待っています".into(), "届くと、処理待ちにも出ます。".into()),
            _ => ("回答はありません".into(), row.reason.clone().unwrap_or_default()),
        },
        ..Table::default()
    };
    let mut actions = vec![Action::link("照会の一覧へ戻る", inquiries::LIST).key("F6")];
    let path = |verb: &str| format!("{}/{}/{verb}", inquiries::LIST, row.id);
    match waits {
        true => {
            // Not by itself: every look is recorded.
            actions.insert(0, Action::link("いまの状況を見る", &format!("{}/{}", inquiries::LIST, row.id)).key("F8"));
            actions.push(Action::post("取りやめる", &path("cancel"), call.hidden_owned()).danger());
        }
        false => actions.push(Action::post("確認を終える", &path("checked"), call.hidden_owned()).key("F9")),
    }
    let as_of = row.as_of.map(|at| format!("{} 時点の副本", wareki(civil(at))));
    let ledger = Ledger::default().with(Inquiry::REGISTER, [named(&call.city, &desk.needs, row.in_words())]);
    let main = html! {
        (card("照会", "", html! {
            (definition_list(&[
                ("照会した人", html! { @if let Some(f) = &facts { (f.name) " (" (f.birth) ")" } @else { (row.atena_no) } }),
                ("特定個人情報", html! { (names.data_set_ja(&row.data_set)) " 第" (asked.version) "版" }),
                ("事務手続", html! { (names.procedure_ja(&row.procedure_code)) }),
                ("照会先", html! { (desk.needs.institution_ja(&row.provider)) }),
                ("状態", html! { (badge(tone(&row.state), &row.state)) @if let Some(why) = &row.reason { " " (why) } }),
            ]))
            (button_row(&actions, html! {}))
        }))
        (card("回答", as_of.as_deref().unwrap_or_default(), table(&answer)))
        (ledger.cards(|_| true))
    };
    let screen = Screen {
        title: "情報照会".into(),
        subtitle: names.data_set_ja(&row.data_set),
        main,
        asked: "情報照会・回答・氏名・生年月日".into(),
        aside: vec![AsidePanel::text(
            "時点",
            "回答には、相手の副本の時点とハッシュ値が付きます。あとで食い違ったときに、どの記録で答えたかが分かります。",
        )],
        data: serde_json::json!({
            "id": row.id, "state": row.state, "reason": row.reason, "data_set": row.data_set, "provider": row.provider,
            "as_of": row.as_of.map(|at| at.to_string()), "root": row.root,
            "records": records.iter().map(|r| serde_json::json!({
                "key": r.key, "items": r.items.iter().map(|(i, v)| (i.to_string(), super::value_ja(v))).collect::<std::collections::BTreeMap<_, _>>(),
            })).collect::<Vec<_>>(),
            "registers": ledger.json(|_| true),
        }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Ends what the answer asked the office to do.
pub async fn checked(call: Call, _: Desk) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let row = ask::seen(&mut unit, id).await?;
    let (now, reference) = (unit.now(), row.id.to_string());
    for kind in [courier::ANSWERED, courier::CALLED_BACK] {
        task::done_reference(&mut unit.tx, kind, &reference, now).await?;
    }
    unit.commit_as((), inquiries::LIST).await?;
    Ok(Reply::See(inquiries::LIST.into()))
}

/// 取りやめ: the gateway asks for it; what became of it comes with the next status.
pub async fn cancel(call: Call, desk: Desk) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut look = call.look().await?;
    let row = ask::seen(&mut look, id).await?;
    look.commit(()).await?;
    let to = format!("{}/{id}", inquiries::LIST);
    let request = RequestId::parse(&row.request).map_err(crate::usecases::unreadable)?;
    if row.state != WAITS {
        messages::cancel(desk.needs.line()?, &request).await?;
    }
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    let row = ask::seen(&mut unit, id).await?;
    if row.state == WAITS {
        let cancelled = Inquiry { state: "取りやめ済み".into(), ..row.clone() };
        store::set_inquiry(&mut unit.tx, &cancelled, WAITS).await?;
    }
    unit.note("情報照会の取りやめ");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
