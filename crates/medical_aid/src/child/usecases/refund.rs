//! 自動償還: co-payments above the monthly cap are paid back; when a receipt is taken back later, the difference becomes 返還.

use crate::child::dossier::{Dossier, fact};
use crate::child::model::MonthRefund;
use crate::child::rules::{ordinance, rank, unruled};
use crate::child::store::{claim as claims, eligibility as store};
use crate::child::usecases::apply_claim::account_on_file;
use crate::child::usecases::decide::{Recorded, child_of, record};
use crate::child::words::{about, evidence_words};
use async_trait::async_trait;
use kernel::Yen;
use kernel::decision::Decision;
use law::child_medical::{Copay, Due, Settlement, settle_month};
use payments::{NewDemand, NewPayment, Payee};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::city::CityProfile;
use platform::task::{self, NewTask};
use platform::{Fault, Unit, outbox};
use ports::{MONTH_REFUNDED, MonthRefunded, MonthSettled, Ports};
use serde::{Deserialize, Serialize};

/// Days to decide.
const DAYS: i64 = 30;

/// Asks the law what is due for a month.
///
/// # Errors
/// A rule without a value in force.
pub fn settle(city: &CityProfile, refund: &MonthRefund) -> Result<Settlement, Fault> {
    let month = refund.care_month;
    let evidence = Some(fact("medical_aid_month_refund", refund.id, &format!("{}分の自己負担", month.wareki())));
    let copay = Copay { label_ja: "医療機関の計".into(), amount: refund.paid, evidence };
    settle_month(month, &[copay], refund.granted, ordinance(city)?).map_err(unruled)
}

/// Takes in a new sum of a month; a task appears when something is due.
///
/// # Errors
/// The database's refusal.
pub async fn hear(unit: &mut Unit, event: &MonthSettled) -> Result<(), Fault> {
    let Some(recipient) = claims::recipient_of(&mut unit.tx, &event.recipient_no).await? else { return Ok(()) };
    let known = claims::refund(&mut unit.tx, &event.recipient_no, event.care_month).await?;
    let mut row = known.unwrap_or_else(|| MonthRefund {
        id: 0,
        subject: recipient.1,
        atena_no: recipient.0.clone(),
        recipient_no: event.recipient_no.clone(),
        care_month: event.care_month,
        paid: Yen::ZERO,
        excess: Yen::ZERO,
        granted: Yen::ZERO,
        state: "done".into(),
        decision_id: None,
    });
    row.paid = event.paid;
    let settlement = settle(unit.city().profile(), &row)?;
    row.excess = settlement.excess;
    if settlement.due == Due::Nothing && row.id == 0 {
        return Ok(());
    }
    row.state = if settlement.due == Due::Nothing { "done" } else { "open" }.into();
    let id = match row.id {
        0 => row.insert(&mut unit.tx).await?,
        id => {
            claims::set_refund(&mut unit.tx, id, row.paid, row.excess, &row.state).await?;
            id
        }
    };
    let title = match settlement.due {
        Due::Nothing => return Ok(()),
        Due::Pay(_) => "自動償還: 月額上限の超過",
        Due::Recover(_) => "自動償還の返還: 過誤による減額",
    };
    let (now, today) = (unit.now(), unit.today());
    // One task for each new sum of the month.
    let reference = format!("{id}?paid={}", row.paid.0);
    let due = today.checked_add(jiff::Span::new().days(DAYS)).ok();
    let kind = "kodomo.month_refund";
    let new =
        NewTask { office: "iryo", purpose: "kodomo", kind, title, subject: Some(row.subject), reference: Some(&reference), due };
    Ok(task::add(&mut unit.tx, new, now).await?)
}

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Refund {
    /// The month.
    pub refund: i64,
    /// 宛名番号 of the child.
    pub child: String,
    /// The child in the log.
    pub subject: i64,
    /// Paid back when positive, asked back when negative.
    pub amount: Yen,
    /// 償還済 after it.
    pub granted: Yen,
    /// The answer of the law.
    pub decision: Decision,
}

/// Drafts what is due for a month.
///
/// # Errors
/// Nothing is due, or a colleague's draft.
pub async fn draft(unit: &mut Unit, id: i64) -> Result<i64, Fault> {
    let row = claims::refund_by_id(&mut unit.tx, id).await?;
    unit.require(row.subject, &["kodomo.claim"]).await?;
    if row.state != "open" {
        return Err(Fault::conflict("この月は起案できません", "起案中か、処理済みです"));
    }
    let settlement = settle(unit.city().profile(), &row)?;
    let (amount, act) = match settlement.due {
        Due::Pay(amount) => (amount, "auto_reimbursement"),
        Due::Recover(amount) => (-amount, "recovery"),
        Due::Nothing => return Err(Fault::conflict("起案するものがありません", "償還する額も返還を求める額もありません")),
    };
    let (rank, rule_ja) = rank(unit.city().profile(), act, Some(Yen(amount.0.abs())), unit.today())?;
    let command = Refund {
        refund: id,
        child: row.atena_no.clone(),
        subject: row.subject,
        amount,
        granted: row.granted + amount,
        decision: settlement.decision,
    };
    let word = if amount > Yen::ZERO { "自動償還" } else { "自動償還の返還" };
    let title = format!("{word} {}分 {}", row.care_month.wareki(), row.recipient_no);
    let subjects = &[row.subject];
    let new = NewDraft { act: "kodomo.refund", title: &title, command: &command, subjects, rank, rule_ja: &rule_ja };
    let draft = approval::draft(unit, new).await?;
    claims::set_refund(&mut unit.tx, id, row.paid, row.excess, "drafted").await?;
    Ok(draft)
}

/// What is asked back becomes a demand on the guardian (the child, where no guardian is recorded), with 納付書 and ledger.
async fn demand(unit: &mut Unit, new: &Refund, decision: i64, document_no: &str) -> Result<(), Fault> {
    let child = child_of(&new.child)?;
    let guardian = store::current(&mut unit.tx, &child).await?.and_then(|r| r.guardian_no);
    let debtor = guardian.map_or(Ok(child), |number| child_of(&number))?;
    let due = new.decision.reasons.first();
    let demanded = NewDemand {
        origin: &format!("kodomo.refund:{}:{decision}", new.refund),
        title: "子ども医療費助成 自動償還の返還金",
        subject: new.subject,
        debtor: &debtor,
        amount: Yen(new.amount.0.abs()),
        reason: due.map_or("", |r| r.detail_ja.as_str()),
        article: due.map_or("", |r| r.article.as_str()),
        document_no: Some(document_no),
    };
    payments::demand(unit, demanded).await.map(|_| ())
}

/// The act.
pub struct RefundAct {
    /// What others offer.
    pub ports: Ports,
}

#[async_trait]
impl Act for RefundAct {
    fn code(&self) -> &'static str {
        "kodomo.refund"
    }

    fn group(&self) -> &'static str {
        "kodomo.claim"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let new: Refund = approval::command(payload)?;
        let row = claims::refund_by_id(&mut unit.tx, new.refund).await?;
        let line = DiffLine {
            item_ja: format!("{}分の償還済の額", row.care_month.wareki()),
            now_ja: row.granted.to_string(),
            draft_ja: new.granted.to_string(),
            reason_ja: format!("自己負担の計 {}", row.paid),
        };
        let next = if new.amount > Yen::ZERO { "支払に登録する" } else { "返還の通知と納付書を送る" };
        Ok(Proposal {
            about_ja: about(unit, &self.ports, &new.child).await?,
            lines: vec![line],
            evidence_ja: evidence_words(&new.decision),
            decision: Some(new.decision),
            next_ja: vec![next.into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let new: Refund = approval::command(payload)?;
        let row = claims::refund_by_id(&mut unit.tx, new.refund).await?;
        if row.state != "drafted" || row.granted + new.amount != new.granted {
            return Err(Fault::conflict(
                "この月の額が変わっています",
                "レセプトが追加されたか、取り下げられました。差し戻して作り直してください",
            ));
        }
        let pays = new.amount > Yen::ZERO;
        let recorded = Recorded {
            kind: "auto",
            outcome: if pays { "支給" } else { "返還" },
            child: &new.child,
            subject: new.subject,
            period: None,
            amount: Some(Yen(new.amount.0.abs())),
            origin: format!("refund:{}", new.refund),
            decision: &new.decision,
        };
        let (decision, number) = record(unit, draft, recorded).await?;
        if pays {
            let (child, today) = (child_of(&new.child)?, unit.today());
            unit.require(new.subject, &["kodomo.account"]).await?;
            let dossier = Dossier::open(unit, &self.ports, &child, today, store::NOW).await?;
            let account = account_on_file(unit, &dossier).await?;
            let origin = format!("kodomo.refund:{}:{decision}", new.refund);
            let title = format!("自動償還 {number}");
            let payee = Payee::Person { subject: new.subject, number: child };
            let due = today.checked_add(jiff::Span::new().days(DAYS)).ok().map(reference::holidays::bank_day_from);
            payments::request(
                unit,
                NewPayment { origin: &origin, title: &title, payee, account: &account, amount: new.amount, due },
            )
            .await?;
        } else {
            demand(unit, &new, decision, &number).await?;
        }
        claims::decide_refund(&mut unit.tx, new.refund, new.granted, "done", Some(decision)).await?;
        let refunded = MonthRefunded { recipient_no: row.recipient_no.clone(), care_month: row.care_month, granted: new.granted };
        outbox::publish(unit, MONTH_REFUNDED, &refunded).await?;
        let (now, reference) = (unit.now(), format!("{}?paid={}", new.refund, row.paid.0));
        Ok(task::done_reference(&mut unit.tx, "kodomo.month_refund", &reference, now).await?)
    }

    async fn discard(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let new: Refund = approval::command(payload)?;
        let row = claims::refund_by_id(&mut unit.tx, new.refund).await?;
        Ok(claims::set_refund(&mut unit.tx, new.refund, row.paid, row.excess, "open").await?)
    }
}
