//! 償還払いの審査: the claim, the law's answer with its trace, the insurer's notices, and the payment.

use super::apply::{account_fields, read_account};
use super::{lead, status_tone};
use crate::child::usecases::insurer_notice::{self, KINDS, NewNotice};
use crate::child::usecases::review_claim;
use kernel::decision::Outcome;
use kernel::time::{wareki, wareki_short};
use maud::{Markup, html};
use platform::Fault;
use ports::Ports;
use webkit::components::{
    Action, AsidePanel, Choice, Column, Field, Row, Table, badge, button_row, card, decision_card, definition_list, post_form,
    table,
};
use webkit::{Begun, Call, Reply, Screen};

/// The page.
pub async fn show(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let mut unit = call.look().await?;
    let id = call.id("id")?;
    let review = review_claim::review(&mut unit, &ports, id).await?;
    let (c, answer) = (&review.claim, &review.answer);
    let open = matches!(c.state.as_str(), "受付" | "保留");
    let base = format!("/kodomo/claims/{id}");
    let act = match (open, answer.decision.outcome) {
        (true, Outcome::Granted) => Action::post("支給を起案", &format!("{base}/draft"), call.hidden_owned()).key("F9").primary(),
        (true, Outcome::Refused) => {
            Action::post("不支給を起案", &format!("{base}/draft"), call.hidden_owned()).key("F9").danger()
        }
        (true, _) => Action::post("保留にする", &format!("{base}/draft"), call.hidden_owned()).key("F7"),
        (false, _) => Action::submit("起案").blocked(&format!("いまの状態は{}です", c.state)),
    };
    let mut acts = vec![act];
    if let Some(decision) = c.decision_id {
        acts.push(Action::link("決定通知書を印刷", &format!("/kodomo/decisions/{decision}/print")).key("F8").file());
    }
    acts.push(Action::link("戻る", "/kodomo/claims").key("F6"));
    let state = |s: &str, amount: Option<kernel::Yen>| match (s, amount) {
        ("決定", Some(a)) => a.to_string(),
        (other, _) => other.to_owned(),
    };
    let facts = definition_list(&[
        ("申請書番号", html! { (c.document_no) }),
        ("申請", html! { (wareki(c.claimed_on)) " " (c.applicant_name) }),
        ("区分", html! { (c.aid_kind) }),
        ("支払った額", html! { (c.own_charge) "(総医療費 " (c.total_cost) "・" (c.burden_ratio) "負担)" }),
        ("高額療養費", html! { (state(&c.high_cost_state, c.high_cost)) }),
        ("附加給付", html! { (state(&c.additional_state, c.additional)) }),
        ("状態", badge(status_tone(&c.state), &c.state)),
        ("待っていること", html! { (c.hold_reason.as_deref().unwrap_or_default()) }),
        ("支払予定日", html! { @if let Some(day) = c.pay_due { (wareki(day)) } }),
    ]);
    let lines = review.lines.iter().map(|l| {
        Row::new(vec![
            l.institution_name.clone().into(),
            format!("{} {}", l.care_kind, if l.inpatient { "入院" } else { "外来" }).into(),
            l.care_month.wareki().into(),
            format!("{} 〜 {}({}日)", wareki_short(l.care_from), wareki_short(l.care_to), l.day_count).into(),
            l.charge.into(),
            l.meals.into(),
            l.uninsured.into(),
        ])
    });
    let list = Table {
        caption: "領収書".into(),
        columns: vec![
            Column::text("医療機関"),
            Column::text("診療"),
            Column::text("診療年月"),
            Column::text("期間"),
            Column::number("保険診療"),
            Column::number("食事"),
            Column::number("保険外"),
        ],
        rows: lines.collect(),
        empty: ("領収書がありません".into(), String::new()),
        ..Table::default()
    };
    let result = answer.amount.map_or_else(|| "額はまだ決まりません".to_owned(), |a| format!("支給額 {a}"));
    let main = html! {
        (card("償還払いの請求", "", facts))
        (card("領収書", "", table(&list)))
        (decision_card("判定", &result, "", &answer.decision, button_row(&acts, html! {})))
        @if open { (notice_form(&call, &base)) }
        @if c.state == "支給決定" { (repay_form(&call, &base)) }
    };
    let told = review.notices.iter().map(|n| (format!("{} {} {}", n.kind, n.amount, wareki_short(n.noticed_on)), None));
    let told: Vec<(String, Option<String>)> = told.collect();
    let data = serde_json::json!({
        "id": c.id, "state": c.state, "hold_reason": c.hold_reason, "amount": answer.amount, "granted": c.granted,
        "decision_id": c.decision_id, "payment_id": c.payment_id, "decision": answer.decision,
    });
    let today = unit.today();
    let screen = Screen {
        title: "償還払いの審査".into(),
        lead: Some(lead(&review.dossier, today, "kyufu")),
        main,
        aside: if told.is_empty() { vec![] } else { vec![AsidePanel::links("保険者の通知", &told)] },
        asked: "償還払い・資格".into(),
        data,
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}

fn notice_form(call: &Call, base: &str) -> Markup {
    let kinds: Vec<Choice> = KINDS.iter().map(|k| Choice::new(k, k)).collect();
    let body = html! {
        (Field::new("kind", "通知の種類").value("附加給付").select(&kinds))
        (Field::new("amount", "額").required().hint("支給がないときは0").yen())
        (Field::new("number", "通知番号").required().text())
        (Field::new("on", "通知日").required().date())
        (button_row(&[Action::submit("保険者の通知を登録")], html! {}))
    };
    card(
        "保険者の通知",
        "高額療養費・附加給付の決定",
        post_form("notice", &format!("{base}/notice"), false, &call.hidden(), body),
    )
}

fn repay_form(call: &Call, base: &str) -> Markup {
    let body = html! {
        (account_fields(&call.form, &[]))
        (button_row(&[Action::submit("新しい口座へ再振込を登録")], html! { "銀行から返却されたときだけ登録できます" }))
    };
    card("再振込", "", post_form("repay", &format!("{base}/repay"), false, &call.hidden(), body))
}

/// Drafts 支給 or 不支給, or puts the claim on hold.
pub async fn draft(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    review_claim::draft(&mut unit, &ports, id).await?;
    let to = format!("/kodomo/claims/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// Stores the insurer's notice.
pub async fn notice(call: Call, _: Ports) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut r = call.form.reader();
    let kind = r.choice("kind", "通知の種類", KINDS);
    let amount = r.yen("amount", "額");
    let number = r.text("number", "通知番号");
    let on = r.date("on", "通知日");
    r.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    insurer_notice::run(&mut unit, &NewNotice { claim: id, kind, amount, number, on }).await?;
    let to = format!("/kodomo/claims/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// Registers the re-payment to a new account.
pub async fn repay(call: Call, _: Ports) -> Result<Reply, Fault> {
    let id = call.id("id")?;
    let mut r = call.form.reader();
    let account = read_account(&call.form, &mut r);
    r.finish()?;
    let account = account.ok_or_else(|| Fault::field("bank", "振込先を入力してください"))?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    review_claim::repay(&mut unit, id, &account).await?;
    let to = format!("/kodomo/claims/{id}");
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
