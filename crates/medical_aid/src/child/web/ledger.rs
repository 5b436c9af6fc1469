//! 台帳: everything the office has recorded about a child, register by register and field by field.

use super::{lead, number};
use crate::child::dossier::Dossier;
use crate::child::model::{
    Application, Card, ClaimLineRow, ClaimRow, ClaimVisit, DecisionRow, IncomeRow, InquiryRow, InsuranceRow, InsurerNotice,
    MonthRefund, Notice, Recipient, ReliefRow, SchoolLeaveRow, SharePeriod,
};
use crate::child::store::{claim as claims, decision as decisions, eligibility};
use maud::html;
use platform::Fault;
use ports::Ports;
use webkit::components::{Action, AsidePanel, Ledger, button_row};
use webkit::{Call, Reply, Screen};

/// The page.
pub async fn show(call: Call, ports: Ports) -> Result<Reply, Fault> {
    let child = number(&call)?;
    let mut unit = call.look().await?;
    let today = unit.today();
    let d = Dossier::open(&mut unit, &ports, &child, today, eligibility::NOW).await?;
    let tx = &mut unit.tx;
    let decided = decisions::of_child(tx, &child).await?;
    let asked = claims::of_child(tx, &child).await?;
    let refunds = claims::refunds_of(tx, &child).await?;
    let (mut lines, mut visits, mut notices) = (vec![], vec![], vec![]);
    for claim in &asked {
        lines.extend(claims::lines(tx, claim.id).await?);
        visits.extend(claims::visits(tx, claim.id).await?);
        notices.extend(claims::notices(tx, claim.id).await?);
    }
    let ledger = Ledger::default()
        .with(Recipient::REGISTER, d.recipients.iter().rev().map(Recipient::in_words))
        .with(SharePeriod::REGISTER, d.shares.iter().rev().map(SharePeriod::in_words))
        .with(Card::REGISTER, d.cards.iter().map(Card::in_words))
        .with(Application::REGISTER, d.applications.iter().map(Application::in_words))
        .with(InsuranceRow::REGISTER, d.insurances.iter().rev().map(InsuranceRow::in_words))
        .with(IncomeRow::REGISTER, d.incomes.iter().map(IncomeRow::in_words))
        .with(ReliefRow::REGISTER, d.reliefs.iter().rev().map(ReliefRow::in_words))
        .with(InquiryRow::REGISTER, d.inquiries.iter().rev().map(InquiryRow::in_words))
        .with(SchoolLeaveRow::REGISTER, d.leaves.iter().rev().map(SchoolLeaveRow::in_words))
        .with(Notice::REGISTER, d.notices.iter().map(Notice::in_words))
        .with(DecisionRow::REGISTER, decided.iter().map(DecisionRow::in_words))
        .with(ClaimRow::REGISTER, asked.iter().map(ClaimRow::in_words))
        .with(ClaimLineRow::REGISTER, lines.iter().map(ClaimLineRow::in_words))
        .with(ClaimVisit::REGISTER, visits.iter().map(ClaimVisit::in_words))
        .with(InsurerNotice::REGISTER, notices.iter().map(InsurerNotice::in_words))
        .with(MonthRefund::REGISTER, refunds.iter().map(MonthRefund::in_words));
    let may = |group: &str| d.seen.has(group);
    let back = format!("/kodomo/person/{child}");
    let screen = Screen {
        title: "子ども医療の台帳".into(),
        lead: Some(lead(&d, today, "daicho")),
        main: html! {
            (ledger.cards(may))
            (button_row(&[Action::link("子どもの画面へ戻る", &back).key("F6")], html! {}))
        },
        aside: vec![AsidePanel::text(
            "台帳",
            "この課が登録したことの全項目です。直すときは、それぞれの登録・決定の手続で行います。元の記録は残ります。",
        )],
        asked: "資格・保険・所得・他制度・医療証・償還払いの全項目".into(),
        data: serde_json::json!({ "atena_no": child.as_str(), "registers": ledger.json(may) }),
        ..Screen::default()
    };
    Ok(Reply::Page(unit.commit(screen).await?))
}
