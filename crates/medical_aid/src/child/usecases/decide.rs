//! The review of an application: the law answers, the clerk drafts, another person decides.

use crate::child::dossier::Dossier;
use crate::child::model::{Application, DecisionRow};
use crate::child::rules::{ordinance, rank, unruled};
use crate::child::store::decision as decisions;
use crate::child::store::eligibility as store;
use crate::child::usecases::grant::{Grant, Snapshot};
use crate::child::usecases::refuse::Refusal;
use kernel::decision::{Decision, Outcome, Verdict};
use kernel::ident::AtenaNo;
use kernel::time::{Date, Period, march_31_after};
use law::child_medical::{Eligibility, card_expiry};
use platform::approval::{self, Draft, NewDraft};
use platform::{Fault, Unit, case};
use ports::Ports;

/// The child of a row.
///
/// # Errors
/// A row whose number has no valid check digit.
pub fn child_of(number: &str) -> Result<AtenaNo, Fault> {
    AtenaNo::parse(number).map_err(|e| Fault::conflict("宛名番号を読めません", e.to_string()))
}

/// What the review page shows and the draft rests on.
pub struct Review {
    /// The application.
    pub application: Application,
    /// Everything known about the child.
    pub dossier: Dossier,
    /// The answer of the law.
    pub answer: Eligibility,
    /// The day asked about: the day of the application, or the first day that can count.
    pub as_of: Date,
}

/// Opens an application for review.
///
/// # Errors
/// As [`Dossier::open`].
pub async fn review(unit: &mut Unit, ports: &Ports, id: i64) -> Result<Review, Fault> {
    let application = store::application(&mut unit.tx, id).await?;
    let child = child_of(&application.atena_no)?;
    let today = unit.today();
    let dossier = Dossier::open(unit, ports, &child, today, store::NOW).await?;
    let answer = dossier.judge(today)?;
    Ok(Review { application, dossier, answer, as_of: today })
}

/// What keeps a review from being decided, in words.
pub fn missing(decision: &Decision) -> String {
    let open = decision.reasons.iter().filter(|r| r.verdict == Verdict::Unclear);
    open.map(|r| format!("{}: {}", r.title_ja, r.detail_ja)).collect::<Vec<_>>().join("。")
}

/// Drafts what follows from the review: 認定 or 却下.
///
/// # Errors
/// An application that is already decided, a fact that nobody has asked yet, or a colleague's draft.
pub async fn draft(unit: &mut Unit, ports: &Ports, id: i64) -> Result<i64, Fault> {
    let review = review(unit, ports, id).await?;
    unit.require(review.dossier.subject, &["kodomo.eligibility"]).await?;
    if review.application.state != "受付" {
        return Err(Fault::conflict("この申請は既に決定されています", "決定は一度だけです"));
    }
    match review.answer.decision.outcome {
        Outcome::Granted => draft_grant(unit, &review).await,
        Outcome::Refused => draft_refusal(unit, &review).await,
        Outcome::Unclear | Outcome::Held => Err(Fault::conflict("まだ決定できません", missing(&review.answer.decision))),
    }
}

async fn draft_grant(unit: &mut Unit, review: &Review) -> Result<i64, Fault> {
    let Review { application, dossier, answer, as_of } = review;
    let rules = ordinance(unit.city().profile())?;
    let period = answer.period().ok_or_else(|| Fault::conflict("まだ決定できません", "資格のある期間がありません"))?;
    let card_to = card_expiry(&answer.spans, *as_of, rules).map_err(unruled)?;
    let age = rules.end_age.at(*as_of).map_err(unruled)?.value;
    let command = Grant {
        application: application.id,
        child: application.atena_no.clone(),
        subject: dossier.subject,
        guardian: application.guardian_no.clone(),
        period,
        shares: answer.spans.iter().filter(|s| s.certain).map(|s| (s.share.label_ja().to_owned(), s.period)).collect(),
        card: card_to.map(|to| Period { from: period.from.max(*as_of), to: Some(to) }),
        age_limit: dossier.person.birth.exact().map(|b| march_31_after(b, age)),
        reason: acquired_reason(dossier, period.from),
        snapshot: Snapshot::of(&dossier.person),
        decision: answer.decision.clone(),
    };
    let (rank, rule_ja) = rank(unit.city().profile(), "grant", None, unit.today())?;
    let title = format!("医療証の交付 {}", application.document_no);
    let subjects = &[dossier.subject];
    approval::draft(unit, NewDraft { act: "kodomo.grant", title: &title, command: &command, subjects, rank, rule_ja: &rule_ja })
        .await
}

/// 出生, 転入 or 制度該当: why the aid begins on its first day.
fn acquired_reason(dossier: &Dossier, from: Date) -> String {
    let p = &dossier.person;
    let word = if p.birth.exact() == Some(from) {
        "出生"
    } else if p.resident_from == Some(from) {
        "転入"
    } else {
        "制度該当"
    };
    word.to_owned()
}

async fn draft_refusal(unit: &mut Unit, review: &Review) -> Result<i64, Fault> {
    let application = &review.application;
    let command = Refusal {
        application: application.id,
        child: application.atena_no.clone(),
        subject: review.dossier.subject,
        decision: review.answer.decision.clone(),
    };
    let (rank, rule_ja) = rank(unit.city().profile(), "refuse", None, unit.today())?;
    let title = format!("申請の却下 {}", application.document_no);
    let subjects = &[review.dossier.subject];
    approval::draft(unit, NewDraft { act: "kodomo.refuse", title: &title, command: &command, subjects, rank, rule_ja: &rule_ja })
        .await
}

/// What a decision is about, for [`record`].
pub struct Recorded<'a> {
    /// grant, refuse, loss …
    pub kind: &'a str,
    /// 該当, 非該当, 支給 …
    pub outcome: &'a str,
    /// The child.
    pub child: &'a str,
    /// The child in the log.
    pub subject: i64,
    /// Days decided about.
    pub period: Option<Period>,
    /// Amount, for money.
    pub amount: Option<kernel::Yen>,
    /// What it decides, for instance `application:1`.
    pub origin: String,
    /// The law's answer.
    pub decision: &'a Decision,
}

/// Stores a decision in the unit of the approver, with reasons, evidence and steps, and gives it its document number.
///
/// # Errors
/// The database's refusal.
pub async fn record(unit: &mut Unit, draft: &Draft, new: Recorded<'_>) -> Result<(i64, String), Fault> {
    let serial = case::next_number(&mut unit.tx, "kodomo-document").await?;
    let year = kernel::time::fiscal_year(unit.today()) - 2018;
    let document_no = format!("医年第{year}-{serial}号");
    let row = DecisionRow {
        id: 0,
        subject: new.subject,
        atena_no: new.child.into(),
        kind: new.kind.into(),
        outcome: new.outcome.into(),
        document_no: document_no.clone(),
        decided_on: unit.today(),
        decided_by: unit.staff().name.clone(),
        drafted_by: draft.author_name.clone(),
        period_from: new.period.map(|p| p.from),
        period_to: new.period.and_then(|p| p.to),
        amount: new.amount,
        origin: Some(new.origin),
        review: String::new(),
        seq: unit.seq().await?,
        recorded_at: unit.now(),
    };
    let id = decisions::store(&mut unit.tx, &decisions::NewDecision { row, decision: new.decision }).await?;
    Ok((id, document_no))
}
