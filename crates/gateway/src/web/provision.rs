//! The provision desk: answers that wait for a clerk. One registers what may be sent, another allows it; a refusal sends nothing.

use super::{at, desk, done, extent, short, tone, writing_desk};
use crate::interfaces::provide::{Asked, Content, Permission, Registration, Which, content, permit, question, refuse, register};
use crate::keeper::Keeper;
use crate::model::{ANSWER, RECORD};
use crate::record;
use crate::rights::{allowed, kind_of};
use crate::store::replica::{PROVISION_WAITING, PROVISION_WAITING_COUNT};
use crate::store::{among, count, machines, registers};
use crate::words::{hold_ja, state_ja, state_text};
use kernel::access::Action as Act;
use kernel::ident::AtenaNo;
use kernel::time::Timestamp;
use maud::{Markup, html};
use platform::db::Param;
use platform::{Fault, Unit, params};
use serde_json::json;
use webkit::components::{
    Action, AsidePanel, Cell, Choice, Column, Field, Row, Table, Tone, badge, button_row, card, definition_list, message,
    post_form, table,
};
use webkit::{Begun, Call, Reply, Screen};
use wire::ident::PermitNo;
use wire::provide::{Provision, ProvisionState};
use wire::replica::Value;

/// Lines of the list.
const LINES: i64 = 200;

struct Line {
    permit: String,
    asker: String,
    procedure: String,
    data_set: String,
    state: String,
    hold: String,
    since: Timestamp,
    due: Option<Timestamp>,
}

/// What waits, naming nobody.
pub async fn waiting(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    unit.permit(Act::Search, RECORD).await?;
    let mut lines = Vec::new();
    let sets = allowed(&unit, Act::Search);
    for row in among(&mut unit.tx, PROVISION_WAITING, &sets, params![LINES]).await? {
        lines.push(Line {
            permit: row.get("permit_no")?,
            asker: row.get("asker")?,
            procedure: row.get("procedure_code")?,
            data_set: row.get("data_set")?,
            state: row.get("state")?,
            hold: row.get("hold")?,
            since: row.get("since")?,
            due: row.get("due")?,
        });
    }
    let all = count(&mut unit.tx, PROVISION_WAITING_COUNT, &sets, vec![]).await?;
    let profile = keeper.profile();
    let rows = lines.iter().map(|l| {
        Row::new(vec![
            Cell::from(short(&l.permit)),
            at(l.since).into(),
            profile.institution_ja(&l.asker).into(),
            Cell::from(profile.data_set_ja(&l.data_set)).second_line(profile.procedure_ja(&l.procedure)),
            hold_ja(&l.hold).into(),
            badge(tone(&l.state), state_ja(&l.state)).into(),
            l.due.map(at).unwrap_or_default().into(),
        ])
    });
    let held = Table {
        caption: "確認を待つ情報提供".into(),
        columns: vec![
            Column::text("許可番号"),
            Column::text("受信"),
            Column::text("照会者"),
            Column::text("特定個人情報・事務手続"),
            Column::text("止まった理由"),
            Column::text("状態"),
            Column::text("期限"),
        ],
        rows: rows.collect(),
        empty: ("確認を待つ情報提供はありません".into(), "自動応答不可の人や記録への照会があると、ここで止まります。".into()),
        filter: true,
        ..Table::default()
    };
    let data = json!({ "waiting_all": all, "waiting": lines.iter().map(|l| json!({
        "permit": l.permit, "asker": l.asker, "procedure": l.procedure, "data_set": l.data_set, "state": l.state, "hold": l.hold,
        "since": l.since, "due": l.due,
    })).collect::<Vec<_>>() });
    let extent = format!("{}、権限のある特定個人情報だけ", extent("古い順", lines.len(), all));
    let steps = ["ホームの処理待ちから1件を始める", "内容を確かめて登録する", "別の職員が送信を許可する"];
    let screen = Screen {
        title: "情報提供の確認".into(),
        main: card("確認を待つ情報提供", &extent, table(&held)),
        aside: vec![AsidePanel::next("進め方", &steps)],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn number_of(call: &Call) -> Result<PermitNo, Fault> {
    PermitNo::parse(call.part("permit")).map_err(|_| Fault::missing("照会"))
}

/// Asks the gate for the person whom the held answer is about, and for the kind of data in it.
async fn require(unit: &mut Unit, keeper: &Keeper, no: PermitNo) -> Result<Provision, Fault> {
    let keys = keeper.city().keys();
    let held = machines::provisions_of(&mut unit.tx, keys, vec![Param::from(no.to_string())]).await?;
    let missing = || Fault::missing("照会");
    let (provision, _) = held.into_iter().next().ok_or_else(missing)?;
    let kind = kind_of(provision.permit.terms.data_set.id.as_str());
    let dan = provision.dan.clone().ok_or_else(missing)?;
    let subject = match unit.tx.writes() {
        true => record::subject(&mut unit.tx, &dan).await?,
        false => {
            let number = AtenaNo::parse(dan.as_str()).map_err(|_| missing())?;
            unit.find_subject(&number).await?.ok_or_else(missing)?
        }
    };
    unit.require(subject, &[RECORD, ANSWER, kind]).await?;
    Ok(provision)
}

fn value(value: &Value) -> String {
    match value {
        Value::Given(text) => text.as_str().to_owned(),
        Value::Absent(reason) => format!("(値なし: {})", reason.name()),
    }
}

fn content_table(content: &Content) -> Markup {
    let lines = content.records.iter().flat_map(|given| given.items.iter().map(move |(item, v)| (&given.key, item, v)));
    let rows = lines.map(|(key, item, v)| Row::new(vec![key.to_string().into(), item.to_string().into(), value(v).into()]));
    table(&Table {
        caption: "提供する内容".into(),
        columns: vec![Column::text("レコードキー"), Column::text("項目"), Column::text("値")],
        rows: rows.collect(),
        empty: ("提供する内容はありません".into(), "送信すると「該当情報なし」として届きます。".into()),
        ..Table::default()
    })
}

fn acts(call: &Call, unit: &Unit, asked: &Asked, content: &Content) -> Markup {
    let base = format!("/gateway/provisions/{}", asked.permit);
    let refuse = Action::post("提供しない", &format!("{base}/refuse"), call.hidden_owned()).danger();
    let keys: Vec<String> = content.records.iter().map(|given| given.key.to_string()).collect();
    let choices: Vec<Choice<'_>> = keys.iter().map(|key| Choice::new(key, key)).collect();
    let chosen: Vec<&str> = keys.iter().map(String::as_str).collect();
    let fields = html! {
        @if !choices.is_empty() {
            (Field::new("record", "送ってよい記録").hint("選ばなかった記録は送りません").unmarked().checkboxes(&choices, &chosen))
        }
        (button_row(&[Action::submit("内容を登録する").primary()], html! { "まだ何も送りません" }))
    };
    let permit = match unit.may(Act::Decide, ANSWER) {
        true => Action::post("送信を許可する", &format!("{base}/permit"), call.hidden_owned()).primary(),
        false => Action::post("送信を許可する", &format!("{base}/permit"), call.hidden_owned())
            .blocked("送信の許可は係長以上が行います"),
    };
    html! {
        @match content.state {
            ProvisionState::Held => {
                (post_form("register", &format!("{base}/register"), false, &call.hidden(), fields))
                (button_row(&[refuse], html! { "相手には何も伝わりません" }))
            }
            ProvisionState::ContentRegistered => {
                (button_row(&[permit, refuse], html! { "登録した人とは別の職員が許可します" }))
            }
            _ => {}
        }
    }
}

/// One held answer.
pub async fn show(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    let no = number_of(&call)?;
    let mut unit = call.look().await?;
    let provision = require(&mut unit, &keeper, no).await?;
    let (hold, by_asker) = (provision.hold.map(|hold| state_text(&hold)).unwrap_or_default(), provision.permit.terms.hidden);
    let flags = match &provision.dan {
        Some(dan) => registers::flags(&mut unit.tx, vec![Param::from(dan)]).await?,
        None => vec![],
    };
    let by_us = flags.iter().any(|f| f.undisclosed);
    let asked = done("照会", question(&mut desk(&keeper, &mut unit), Which { permit: no }).await?)?;
    let content = done("照会", content(&mut desk(&keeper, &mut unit), Which { permit: no }).await?)?;
    let profile = keeper.profile();
    let state = state_text(&content.state);
    let items: Vec<&str> = asked.items.iter().map(|item| item.as_str()).collect();
    let main = html! {
        (card("照会の内容", "", definition_list(&[
            ("状態", badge(tone(&state), state_ja(&state))),
            ("団体内統合宛名番号", html! { @if let Some(dan) = &asked.dan { (dan) } }),
            ("照会者", html! { (profile.institution_ja(asked.asker.as_str())) }),
            ("事務手続", html! { (profile.procedure_ja(asked.procedure.as_str())) }),
            ("特定個人情報", html! { (profile.data_set_ja(asked.data_set.id.as_str())) " 第" (asked.data_set.version) "版" }),
            ("項目", html! { (items.join("、")) }),
            ("求め日時", html! { (at(asked.asked_at)) }),
            ("止まった理由", html! { (hold_ja(&hold)) }),
            ("本人への表示", html! {
                @if by_asker { (badge(Tone::Warn, "照会側の不開示")) " 照会者が、守る人のための照会だと伝えています " }
                @if by_us { (badge(Tone::Warn, "提供側の不開示")) " この団体で不開示該当の人です" }
                @if !by_asker && !by_us { (badge(Tone::Neutral, "開示")) }
            }),
            ("副本の時点", html! { @if let Some(as_of) = content.as_of { (at(as_of)) } }),
        ])))
        @if provision.recalled {
            (message(Tone::Warn, "連携の誤りを直しています", html! {
                "この人の統合宛名の連携に誤りが見つかりました。直るまで、内容の登録も送信もできません。直ると、改めて自動で回答するか、ここで確認をお願いします。"
            }))
        } @else {
            (card("提供する内容", "照会された項目だけが送られます", content_table(&content)))
            @if matches!(content.state, ProvisionState::Held | ProvisionState::ContentRegistered) {
                (card("判断", "", acts(&call, &unit, &asked, &content)))
            }
        }
    };
    let data = json!({
        "asked": asked, "content": content, "hold": hold, "recalled": provision.recalled,
        "hidden_by_asker": by_asker, "hidden_by_provider": by_us,
    });
    let about = "判断するまで、相手には「回答待ち」とだけ見えます。止まっていることも、理由も伝わりません。";
    let screen = Screen {
        title: "情報提供の確認".into(),
        subtitle: short(&no.to_string()),
        main,
        asked: "情報連携の記録・情報提供の内容".into(),
        aside: vec![AsidePanel::text("相手から見えること", about)],
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

enum Deed {
    Register,
    Permit,
    Refuse,
}

/// Registers what may be sent.
pub async fn registered(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    act(call, keeper, Deed::Register).await
}

/// Allows it to be sent.
pub async fn permitted(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    act(call, keeper, Deed::Permit).await
}

/// Refuses.
pub async fn refused(call: Call, keeper: Keeper) -> Result<Reply, Fault> {
    act(call, keeper, Deed::Refuse).await
}

async fn act(call: Call, keeper: Keeper, deed: Deed) -> Result<Reply, Fault> {
    let no = number_of(&call)?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    require(&mut unit, &keeper, no).await?;
    let staff = unit.staff().staff_no.clone();
    let mut desk = writing_desk(&keeper, &mut unit).await?;
    let outcome = match deed {
        Deed::Register => {
            let chosen = call.form.all("record");
            let mut records = done("照会", content(&mut desk, Which { permit: no }).await?)?.records;
            records.retain(|given| chosen.iter().any(|key| key == given.key.as_str()));
            register(&mut desk, Registration { permit: no, records, staff }).await?
        }
        Deed::Permit => permit(&mut desk, Permission { permit: no, staff }).await?,
        Deed::Refuse => refuse(&mut desk, no).await?,
    };
    done("照会", outcome)?;
    let to = format!("/gateway/provisions/{no}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
