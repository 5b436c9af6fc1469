//! 審査: the application beside the law's answer.

use super::lead;
use crate::child::usecases::decide;
use crate::child::words::period_ja;
use kernel::decision::Outcome;
use kernel::time::wareki;
use maud::html;
use platform::Fault;
use ports::Ports;
use webkit::components::{Action, AsidePanel, badge, button_row, card, decision_card, definition_list};
use webkit::{Begun, Call, Reply, Screen};

/// The page.
pub async fn show(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let id = call.id("id")?;
    let review = decide::review(&mut unit, &ports, id).await?;
    let (a, d, answer) = (&review.application, &review.dossier, &review.answer);
    let path = format!("/kodomo/applications/{id}/draft");
    let outcome = answer.decision.outcome;
    let act = match (a.state.as_str(), outcome) {
        ("受付", Outcome::Granted) => Action::post("医療証の交付を起案", &path, call.hidden_owned()).key("F9").primary(),
        ("受付", Outcome::Refused) => Action::post("却下を起案", &path, call.hidden_owned()).key("F9").danger(),
        ("受付", _) => Action::submit("交付を起案").key("F9").blocked(&decide::missing(&answer.decision)),
        _ => Action::submit("起案").blocked("この申請は決定されています"),
    };
    let base = format!("/kodomo/person/{}", a.atena_no);
    let more = [
        act,
        Action::link("保険を登録", &format!("{base}/insurance")),
        Action::link("所得を登録", &format!("{base}/income")),
        Action::link("他制度を登録", &format!("{base}/relief")),
        Action::link("戻る", &base).key("F6"),
    ];
    let period = answer.period().map_or_else(|| "資格のある期間なし".to_owned(), |p| period_ja(&p));
    let paper = definition_list(&[
        ("申請書番号", html! { (a.document_no) }),
        ("申請日", html! { (wareki(a.applied_on)) }),
        ("受付", html! { (a.reception_ward) " " (a.reception_kind) }),
        ("所得確認への同意", html! { @if a.consent { "あり" } @else { "なし" } }),
        ("償還の口座", html! { @if a.account.is_some() { "登録あり" } @else { "なし" } }),
        ("状態", badge(super::status_tone(&a.state), &a.state)),
    ]);
    let main = html! {
        (card("交付申請", "", paper))
        (decision_card("判定", &period, "", &answer.decision, button_row(&more, html! {})))
    };
    let data = serde_json::json!({
        "id": a.id, "state": a.state, "document_no": a.document_no, "atena_no": a.atena_no, "decision": answer.decision,
    });
    let screen = Screen {
        title: "交付申請の審査".into(),
        lead: Some(lead(d, review.as_of, "shikaku")),
        main,
        aside: vec![AsidePanel::next("次にすること", &["起案する", "係長(却下は課長)が決裁する", "医療証を印刷して渡す"])],
        asked: "資格・保険・所得・他制度".into(),
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Drafts the grant or the refusal.
pub async fn draft(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    decide::draft(&mut unit, &ports, id).await?;
    let to = format!("/kodomo/applications/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
