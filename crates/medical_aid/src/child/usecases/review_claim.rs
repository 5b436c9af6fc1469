//! The review of a claim: the law answers 支給, 不支給 or 保留; the clerk drafts; another person decides; the payments pay once.

use crate::child::dossier::{Dossier, fact};
use crate::child::entitlement::{share_on, spans};
use crate::child::model::{ClaimLineRow, ClaimRow, ClaimVisit, InsurerNotice};
use crate::child::rules::{ordinance, rank, unruled};
use crate::child::store::claim as claims;
use crate::child::store::eligibility as store;
use crate::child::usecases::apply::{seal, unseal};
use crate::child::usecases::decide::{Recorded, child_of, missing, record};
use crate::child::words::{about, evidence_words};
use async_trait::async_trait;
use kernel::Yen;
use kernel::decision::{Decision, Outcome, Verdict};
use kernel::time::wareki;
use law::child_medical::{Care, Charges, Claim, ClaimLine, Contribution, DayCharge, Discipline, Reimbursement, reimbursement};
use payments::{Account, NewPayment, Payee};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit, task};
use ports::Ports;
use serde::{Deserialize, Serialize};

/// Days from the decision to the payment.
const PAY_DAYS: i64 = 14;

/// What the page of a claim shows and the draft rests on.
pub struct Review {
    /// The claim.
    pub claim: ClaimRow,
    /// Its lines.
    pub lines: Vec<ClaimLineRow>,
    /// Its days with a receipt of their own.
    pub visits: Vec<ClaimVisit>,
    /// Notices of the insurer.
    pub notices: Vec<InsurerNotice>,
    /// Everything known about the child.
    pub dossier: Dossier,
    /// The answer of the law.
    pub answer: Reimbursement,
}

/// 医科, 歯科, 調剤 as the law reads it.
pub fn discipline(word: &str) -> Discipline {
    match word {
        "歯科" => Discipline::Dental,
        "調剤" => Discipline::Pharmacy,
        _ => Discipline::Medical,
    }
}

/// The days of a line.
pub fn days(line: &ClaimLineRow) -> Vec<kernel::Date> {
    let first = line.care_month.first_day();
    let day = |n: i64| first.checked_add(jiff::Span::new().days(n)).ok();
    (0..31).filter(|n| line.visit_days >> n & 1 == 1).filter_map(day).collect()
}

fn contribution(state: &str, amount: Option<Yen>, kind: &str, notices: &[InsurerNotice]) -> Contribution {
    let told = notices.iter().rfind(|n| n.kind == kind);
    let evidence = told.map(|n| fact("medical_aid_insurer_notice", n.id, &format!("{kind}の通知 {}", wareki(n.noticed_on))));
    match (state, amount) {
        ("なし", _) => Contribution::None { evidence },
        ("決定", Some(amount)) => Contribution::Decided { amount, evidence },
        _ => Contribution::Unknown,
    }
}

/// Opens a claim and asks the law.
///
/// # Errors
/// As [`Dossier::open`]; receipts that the law refuses to read.
pub async fn review(unit: &mut Unit, ports: &Ports, id: i64) -> Result<Review, Fault> {
    let claim = claims::find(&mut unit.tx, id).await?;
    let today = unit.today();
    let dossier = Dossier::open(unit, ports, &child_of(&claim.atena_no)?, today, store::NOW).await?;
    let lines = claims::lines(&mut unit.tx, id).await?;
    let visits = claims::visits(&mut unit.tx, id).await?;
    let notices = claims::notices(&mut unit.tx, id).await?;
    let line = |l: &ClaimLineRow| ClaimLine {
        institution: l.institution.clone(),
        discipline: discipline(&l.care_kind),
        care: if l.inpatient { Care::Inpatient } else { Care::Outpatient },
        month: l.care_month,
        charges: if l.daily {
            let of = visits.iter().filter(|v| v.line_id == l.id);
            Charges::Daily(of.map(|v| DayCharge { day: v.day, charge: v.charge }).collect())
        } else {
            Charges::Month { days: days(l), charge: l.charge }
        },
        meals: l.meals,
        uninsured: l.uninsured,
        copay_days_used: 0,
    };
    let facts = Claim {
        claimed_on: claim.claimed_on,
        paid_on: claim.receipt_on,
        lines: lines.iter().map(line).collect(),
        high_cost: contribution(&claim.high_cost_state, claim.high_cost, "高額療養費", &notices),
        additional: contribution(&claim.additional_state, claim.additional, "附加給付", &notices),
        eligible: spans(&dossier.recipients),
        evidence: vec![fact("medical_aid_claim", claim.id, &format!("請求 {}", claim.document_no))],
    };
    let answer = reimbursement(&facts, ordinance(unit.city().profile())?).map_err(unruled)?;
    Ok(Review { claim, lines, visits, notices, dossier, answer })
}

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settle {
    /// The claim.
    pub claim: i64,
    /// 宛名番号 of the child.
    pub child: String,
    /// The child in the log.
    pub subject: i64,
    /// 支給額; zero for 不支給.
    pub amount: Yen,
    /// The family's own part.
    pub copay: Yen,
    /// 府市区分
    pub share: Option<String>,
    /// The answer of the law.
    pub decision: Decision,
}

/// Drafts 支給 or 不支給; while a fact is awaited the claim is put on hold and nothing is drafted.
///
/// # Errors
/// A claim that is already decided.
pub async fn draft(unit: &mut Unit, ports: &Ports, id: i64) -> Result<Option<i64>, Fault> {
    let Review { claim, lines, dossier, answer, .. } = review(unit, ports, id).await?;
    unit.require(claim.subject, &["kodomo.claim"]).await?;
    if !matches!(claim.state.as_str(), "受付" | "保留") {
        return Err(Fault::conflict("この請求は起案できません", format!("いまの状態は{}です", claim.state)));
    }
    let (Outcome::Granted | Outcome::Refused, Some(amount)) = (answer.decision.outcome, answer.amount) else {
        claims::set_state(&mut unit.tx, id, "保留", "未決裁", Some(&missing(&answer.decision))).await?;
        return Ok(None);
    };
    let (act, limit) = if amount > Yen::ZERO { ("reimbursement", Some(amount)) } else { ("reimbursement_refuse", None) };
    let (rank, rule_ja) = rank(unit.city().profile(), act, limit, unit.today())?;
    let share = lines.first().and_then(|l| share_on(&dossier.shares, l.care_from));
    let command = Settle {
        claim: id,
        child: claim.atena_no.clone(),
        subject: claim.subject,
        amount,
        copay: answer.copay,
        share,
        decision: answer.decision,
    };
    let word = if amount > Yen::ZERO { "支給" } else { "不支給" };
    let title = format!("償還払いの{word} {}", claim.document_no);
    let subjects = &[claim.subject];
    let new = NewDraft { act: "kodomo.claim", title: &title, command: &command, subjects, rank, rule_ja: &rule_ja };
    let draft = approval::draft(unit, new).await?;
    claims::set_state(&mut unit.tx, id, "起案中", "起案中", None).await?;
    Ok(Some(draft))
}

fn refuse_code(decision: &Decision) -> Option<&'static str> {
    let failed = decision.reasons.iter().find(|r| r.verdict == Verdict::NotSatisfied)?;
    Some(match failed.no {
        1 => "請求期限経過",
        2 => "資格なし",
        _ => "支給額なし",
    })
}

/// Origin of the payment of a claim: it is paid once.
pub fn origin(claim: i64) -> String {
    format!("kodomo.claim:{claim}")
}

async fn pay(unit: &mut Unit, claim: &ClaimRow, account: &Account, amount: Yen) -> Result<i64, Fault> {
    let due = unit.today().checked_add(jiff::Span::new().days(PAY_DAYS)).unwrap_or(unit.today());
    let (origin, title) = (origin(claim.id), format!("償還払い {}", claim.document_no));
    let payee = Payee::Person { subject: claim.subject, number: child_of(&claim.atena_no)? };
    let due = Some(reference::holidays::bank_day_from(due));
    payments::request(unit, NewPayment { origin: &origin, title: &title, payee, account, amount, due }).await
}

/// The account of a claim.
///
/// # Errors
/// A claim without one, or a key that is gone.
pub async fn account_of(unit: &mut Unit, claim: &ClaimRow) -> Result<Account, Fault> {
    let sealed = claim.account.clone().ok_or_else(|| Fault::conflict("支払えません", "振込先の口座がありません"))?;
    unseal(unit, claim.subject, ClaimRow::TABLE, &claim.document_no, &sealed).await
}

/// The act.
pub struct SettleAct {
    /// What others offer.
    pub ports: Ports,
}

#[async_trait]
impl Act for SettleAct {
    fn code(&self) -> &'static str {
        "kodomo.claim"
    }

    fn group(&self) -> &'static str {
        "kodomo.claim"
    }

    async fn describe(&self, unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let new: Settle = approval::command(payload)?;
        let claim = claims::find(&mut unit.tx, new.claim).await?;
        unit.require(new.subject, &["kodomo.claim"]).await?;
        let paid = new.amount > Yen::ZERO;
        let line = |item: &str, now: String, draft: String| DiffLine {
            item_ja: item.into(),
            now_ja: now,
            draft_ja: draft,
            reason_ja: claim.aid_kind.clone(),
        };
        let lines = vec![
            line("状態", claim.state.clone(), if paid { "支給決定" } else { "不支給決定" }.into()),
            line("支払った額", claim.own_charge.to_string(), claim.own_charge.to_string()),
            line("一部自己負担額", "—".into(), new.copay.to_string()),
            line("支給額", "—".into(), new.amount.to_string()),
        ];
        let next = if paid {
            vec!["支給決定通知書を送る".into(), "支払に登録し、振込の決裁を受ける".into()]
        } else {
            vec!["不支給決定通知書(理由・教示)を送る".into()]
        };
        Ok(Proposal {
            about_ja: about(unit, &self.ports, &new.child).await?,
            lines,
            evidence_ja: evidence_words(&new.decision),
            decision: Some(new.decision),
            next_ja: next,
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let new: Settle = approval::command(payload)?;
        let claim = claims::find(&mut unit.tx, new.claim).await?;
        if claim.state != "起案中" {
            return Err(Fault::conflict("この請求は既に決定されています", "決定は一度だけです"));
        }
        let paid = new.amount > Yen::ZERO;
        let recorded = Recorded {
            kind: "claim",
            outcome: if paid { "支給" } else { "不支給" },
            child: &new.child,
            subject: new.subject,
            period: None,
            amount: Some(new.amount),
            origin: format!("claim:{}", new.claim),
            decision: &new.decision,
        };
        let (decision, _) = record(unit, draft, recorded).await?;
        let mut payment = None;
        if paid {
            unit.require(new.subject, &["kodomo.account"]).await?;
            let account = account_of(unit, &claim).await?;
            payment = Some(pay(unit, &claim, &account, new.amount).await?);
        }
        let on = unit.today();
        let due = on.checked_add(jiff::Span::new().days(PAY_DAYS)).ok().filter(|_| paid).map(reference::holidays::bank_day_from);
        let decided = claims::Decided {
            state: if paid { "支給決定" } else { "不支給決定" },
            decision,
            granted: new.amount,
            copay: new.copay,
            on,
            due,
            refuse_code: refuse_code(&new.decision).filter(|_| !paid),
            share: new.share.clone(),
        };
        claims::set_decided(&mut unit.tx, new.claim, &decided).await?;
        if let Some(payment) = payment {
            claims::set_payment(&mut unit.tx, new.claim, payment).await?;
        }
        let now = unit.now();
        Ok(task::done_reference(&mut unit.tx, "kodomo.review_claim", &new.claim.to_string(), now).await?)
    }

    async fn discard(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let new: Settle = approval::command(payload)?;
        Ok(claims::set_state(&mut unit.tx, new.claim, "受付", "未決裁", None).await?)
    }
}

/// Pays a decided claim to a new account after the bank returned it. The payments refuse it while the first payment stands.
///
/// # Errors
/// A claim that was not granted, or a payment that was not returned.
pub async fn repay(unit: &mut Unit, id: i64, account: &Account) -> Result<i64, Fault> {
    let claim = claims::find(&mut unit.tx, id).await?;
    unit.require(claim.subject, &["kodomo.claim", "kodomo.account"]).await?;
    let (true, Some(amount)) = (claim.state == "支給決定", claim.granted) else {
        return Err(Fault::conflict("再振込はできません", "支給決定された請求ではありません"));
    };
    let payment = pay(unit, &claim, account, amount).await?;
    let (sealed, token) = seal(unit, claim.subject, ClaimRow::TABLE, &claim.document_no, account).await?;
    claims::set_account(&mut unit.tx, id, sealed, token).await?;
    claims::set_payment(&mut unit.tx, id, payment).await?;
    Ok(payment)
}
