//! A decision with its reasons, and its notice on paper.

use super::lead;
use crate::child::dossier::Dossier;
use crate::child::forms::print_notice;
use crate::child::store::{decision as decisions, eligibility as store};
use crate::child::usecases::decide::child_of;
use crate::child::usecases::{notice, review_correction};
use kernel::time::{Period, wareki};
use maud::html;
use platform::Fault;
use ports::Ports;
use webkit::components::{Action, Tone, button_row, card, decision_card, definition_list, message};
use webkit::{Begun, Call, Reply, Screen};

/// The page.
pub async fn show(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let row = decisions::find(&mut unit.tx, call.id("id")?).await?;
    let today = unit.today();
    let dossier = Dossier::open(&mut unit, &ports, &child_of(&row.atena_no)?, today, store::NOW).await?;
    let grounds = decisions::grounds(&mut unit.tx, row.id).await?;
    let facts = definition_list(&[
        ("文書番号", html! { (row.document_no) }),
        ("決定日", html! { (wareki(row.decided_on)) }),
        ("起案", html! { (row.drafted_by) }),
        ("決裁", html! { (row.decided_by) }),
    ]);
    let period =
        row.period_from.map_or_else(String::new, |from| crate::child::words::period_ja(&Period { from, to: row.period_to }));
    let result = row.amount.map_or(period, |a| a.to_string());
    let mut acts = vec![
        Action::link("決定通知書を印刷", &format!("/kodomo/decisions/{}/print", row.id)).key("F8").file(),
        Action::link("戻る", &format!("/kodomo/person/{}?tab=rireki", row.atena_no)).key("F6"),
    ];
    if row.review == "要見直し" {
        let path = format!("/kodomo/decisions/{}/retake", row.id);
        acts.insert(0, Action::post("いまの事実で判定し直す", &path, call.hidden_owned()).key("F9").primary());
    }
    let main = html! {
        @if row.review == "要見直し" {
            (message(Tone::Warn, "見直しが必要です", html! { p { "この決定に使った事実が後から訂正されました。いまの事実で判定し直してください。" } }))
        }
        (card("決定", crate::child::words::kind_ja(&row.kind), facts))
        (decision_card(crate::child::words::kind_ja(&row.kind), &result, &row.outcome, &grounds, button_row(&acts, html! {})))
    };
    let data = serde_json::json!({
        "id": row.id, "kind": row.kind, "outcome": row.outcome, "document_no": row.document_no, "review": row.review,
        "amount": row.amount, "decision": grounds,
    });
    let screen = Screen {
        title: "決定".into(),
        lead: Some(lead(&dossier, today, "rireki")),
        main,
        asked: "決定とその理由".into(),
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// The notice as PDF.
pub async fn print(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let id = call.id("id")?;
    let (context, number) = notice::context(&mut unit, &ports, id).await?;
    let at = unit.now();
    unit.note(format!("通知書の印刷 {number}"));
    let cleared = unit.commit(context).await?;
    Ok(Reply::File(print_notice(cleared, &format!("tsuchi-{id}"), at)?))
}

/// Takes the decision anew with today's facts.
pub async fn retake(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    review_correction::retake(&mut unit, &ports, id).await?;
    let to = format!("/kodomo/decisions/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
