//! 見直し: the registry corrected a fact; every decision that used the old value is listed here and taken anew.

use crate::child::dossier::Dossier;
use crate::child::model::DecisionRow;
use crate::child::rules::{ordinance, unruled};
use crate::child::store::{decision as decisions, eligibility as store};
use crate::child::usecases::change::{self, Change, Step};
use crate::child::usecases::decide::{child_of, missing};
use crate::child::usecases::grant::Snapshot;
use kernel::decision::{Decision, Outcome};
use kernel::ident::AtenaNo;
use kernel::time::{Date, Period, march_31_after};
use platform::task::{self, NewTask};
use platform::{Fault, Unit};
use ports::{Ports, ResidentEvent};

/// Items of the registry that a decision of this office can rest on.
const RESTS_ON: &[&str] = &["birth", "resident", "removed", "moved", "status"];

/// Marks every decision that used the row before the correction, and puts each into the queue.
///
/// # Errors
/// The database's refusal.
pub async fn list(unit: &mut Unit, event: &ResidentEvent) -> Result<usize, Fault> {
    let touches = event.items.is_empty() || event.items.iter().any(|i| RESTS_ON.iter().any(|w| i.starts_with(w)));
    let (Some(row), true) = (event.row_before, touches) else { return Ok(0) };
    let used = decisions::that_used(&mut unit.tx, "resident_person", &row.to_string()).await?;
    let (now, today) = (unit.now(), unit.today());
    let due = today.checked_add(jiff::Span::new().days(7)).ok();
    for decision in &used {
        decisions::set_review(&mut unit.tx, decision.id, "要見直し").await?;
        let (title, reference) =
            (format!("訂正された事実を使った決定の見直し {}", decision.document_no), decision.id.to_string());
        let new = NewTask {
            office: "iryo",
            purpose: "kodomo",
            kind: "kodomo.review_decision",
            title: &title,
            subject: Some(decision.subject),
            reference: Some(&reference),
            due,
        };
        task::add(&mut unit.tx, new, now).await?;
    }
    Ok(used.len())
}

type Days = (Option<Period>, Vec<(String, Period)>, Decision);

/// The days that the facts give today: the run around the entitlement as it stands, or the first.
fn days(dossier: &Dossier, today: Date) -> Result<Days, Fault> {
    let answer = dossier.judge(today)?;
    let shares = answer.spans.iter().filter(|s| s.certain).map(|s| (s.share.label_ja().to_owned(), s.period)).collect();
    Ok((answer.period(), shares, answer.decision))
}

/// Takes a decision anew: the same result closes the review and refreshes what the roster knows; another result is drafted.
///
/// # Errors
/// A decision that needs no review, or facts that must be asked first.
pub async fn retake(unit: &mut Unit, ports: &Ports, id: i64) -> Result<Option<i64>, Fault> {
    let row: DecisionRow = decisions::find(&mut unit.tx, id).await?;
    if row.review != "要見直し" {
        return Err(Fault::conflict("この決定は見直しの対象ではありません", "使った事実は訂正されていません"));
    }
    let number: AtenaNo = child_of(&row.atena_no)?;
    let today = unit.today();
    let dossier = Dossier::open(unit, ports, &number, today, store::NOW).await?;
    unit.require(row.subject, &["kodomo.eligibility"]).await?;
    let (period, shares, decision) = days(&dossier, today)?;
    if decision.outcome == Outcome::Unclear {
        return Err(Fault::conflict("まだ見直せません", missing(&decision)));
    }
    let snapshot = Snapshot::of(&dossier.person);
    let Some(current) = dossier.current().filter(|r| r.status != "喪失") else {
        return done(unit, id).await.map(|()| None);
    };
    let same_days = period.is_some_and(|p| p.from == current.valid_from && p.to == current.valid_to);
    let same_person = snapshot.birth.text == current.birth && snapshot.name == current.name && snapshot.kana == current.kana;
    if same_days && same_person {
        return done(unit, id).await.map(|()| None);
    }
    let age = ordinance(unit.city().profile())?.end_age.at(today).map_err(unruled)?.value;
    let age_limit = dossier.person.birth.exact().map(|b| march_31_after(b, age));
    let change = Change {
        child: current.atena_no.clone(),
        subject: current.subject,
        row: current.id,
        step: Step::Correct { period, shares, age_limit, snapshot },
        notified_on: today,
        notice: None,
        review: Some(id),
        decision,
    };
    let recipient_no = current.recipient_no.clone();
    change::draft(unit, &recipient_no, &change).await.map(Some)
}

async fn done(unit: &mut Unit, id: i64) -> Result<(), Fault> {
    let now = unit.now();
    decisions::set_review(&mut unit.tx, id, "見直し済").await?;
    Ok(task::done_reference(&mut unit.tx, "kodomo.review_decision", &id.to_string(), now).await?)
}
