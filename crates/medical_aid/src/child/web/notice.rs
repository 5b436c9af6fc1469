//! A notice of the resident registry, and what it means for the aid.

use super::lead;
use crate::child::usecases::loss;
use kernel::time::wareki;
use maud::html;
use platform::Fault;
use ports::Ports;
use webkit::components::{Action, AsidePanel, button_row, card, decision_card, definition_list};
use webkit::{Begun, Call, Reply, Screen};

/// The page.
pub async fn show(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let review = loss::review(&mut unit, &ports, call.id("id")?).await?;
    let n = &review.notice;
    let base = format!("/kodomo/notices/{}", n.id);
    let act = match (n.state.as_str(), &review.step) {
        ("open", Some(step)) => {
            Action::post(&format!("{}を起案", step.label_ja()), &format!("{base}/draft"), call.hidden_owned()).key("F7").primary()
        }
        ("open", None) => Action::post("影響なしとして閉じる", &format!("{base}/close"), call.hidden_owned()),
        ("drafted", _) => Action::submit("起案").blocked("決裁を待っています"),
        _ => Action::submit("起案").blocked("処理済みです"),
    };
    let person = format!("/kodomo/person/{}", n.atena_no);
    let acts = [act, Action::link("申立書を登録", &format!("{person}/school")), Action::link("戻る", &person).key("F6")];
    let facts = definition_list(&[
        ("異動", html! { (n.reason) }),
        ("異動日", html! { (wareki(n.effective)) }),
        ("届出・通知日", html! { (wareki(n.notified)) }),
        ("転出予定日", html! { @if let Some(day) = n.planned { (wareki(day)) } }),
        ("処理", html! { (n.state) }),
    ]);
    let main = html! {
        (card("市民課からの通知", "住民記録を直せるのは市民課だけです", facts))
        (decision_card("この制度での判定", &review.result_ja, "", &review.decision, button_row(&acts, html! {})))
    };
    let data = serde_json::json!({
        "id": n.id, "change": n.change, "state": n.state, "effective": n.effective.to_string(), "result": review.result_ja,
        "step": review.step.as_ref().map(|s| s.kind()), "decision": review.decision,
    });
    let today = unit.today();
    let screen = Screen {
        title: "住民異動の通知".into(),
        lead: Some(lead(&review.dossier, today, "rireki")),
        main,
        aside: vec![AsidePanel::next("次にすること", &["起案する", "係長が決裁する", "通知書を送り、医療証を回収する"])],
        asked: "資格・異動の日".into(),
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

/// Drafts what follows.
pub async fn draft(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    loss::draft(&mut unit, &ports, id).await?;
    let to = format!("/kodomo/notices/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// Closes it.
pub async fn close(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    loss::close(&mut unit, &ports, id).await?;
    let to = format!("/kodomo/notices/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
