//! The long work: importing a file, and checking a month.

use crate::model::{CheckRun, FindingRow, StoredReceipt};
use crate::scheme::{RosterEntry, Scheme, Visit};
use crate::store;
use crate::usecases::settle;
use async_trait::async_trait;
use kernel::access::Action;
use kernel::time::{YearMonth, fiscal_year};
use kernel::{Date, Yen};
use platform::job::{Job, Run};
use platform::keys::Place;
use platform::{City, Fault, Unit, file};
use receipts::check::{self, Claim, Entitled, Roster, Severity};
use receipts::reader::Event;
use receipts::{Examiner, Limits, PatientClass, Public, Reader, Receipt, days_of};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Receipts a step.
const STEP: usize = 1_000;
/// Months before this one in which a receipt may already have been billed.
const LOOK_BACK: i32 = 3;

/// Imports one received file: the totals first, then the receipts in steps, visible at the end by one flip.
pub struct Import {
    /// Whose rules compute the city's share.
    pub scheme: Arc<dyn Scheme>,
}

#[async_trait]
impl Job for Import {
    fn kind(&self) -> &'static str {
        "claims.import"
    }

    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault> {
        let city = run.city().clone();
        let id: i64 = String::from_utf8_lossy(payload).parse().map_err(|_| Fault::missing("ファイル"))?;
        let mut tx = city.db().read().await?;
        let received = store::file(&mut tx, id).await?;
        if received.state == "visible" {
            return Ok("既に取り込んであります。何も変えていません".into());
        }
        let body = file::load(&mut tx, &city, received.file_id).await?.body;
        drop(tx);
        let totals = match receipts::verify(body.as_slice(), Limits::default()) {
            Ok(totals) => totals,
            Err(error) => {
                let mut unit = Unit::change(&city, run.staff(), "レセプトの取込み", Action::Run).await?;
                store::refuse_file(&mut unit.tx, id, &error.to_string()).await?;
                unit.note("claims.import: refused");
                unit.commit(()).await?;
                return Ok(format!("{} は取り込みませんでした。{error}", received.name));
            }
        };
        let total = i64::try_from(totals.totals.receipts).unwrap_or(i64::MAX);
        let mut tx = city.db().read().await?;
        let already = usize::try_from(store::imported(&mut tx, id).await?).unwrap_or(0);
        drop(tx);
        let mut reader = Reader::new(body.as_slice());
        let (mut position, mut step) = (0usize, Vec::with_capacity(STEP));
        loop {
            let event = reader.next().map_err(|e| Fault::conflict("レセプトを読めません", e.to_string()))?;
            match event {
                Some(Event::Receipt(receipt)) => {
                    position += 1;
                    if position > already {
                        step.push(self.row(&city, received.month, received.sender, id, position, receipt)?);
                    }
                }
                Some(Event::Block(_)) => continue,
                None => break,
            }
            if step.len() >= STEP {
                self.keep(run, &mut step).await?;
                run.progress(i64::try_from(position).unwrap_or(0), total, &received.name).await?;
            }
        }
        self.keep(run, &mut step).await?;
        let warnings: u64 = totals.warnings().map(|(_, n, _)| n).sum();
        let points = i64::try_from(totals.totals.points).unwrap_or(i64::MAX);
        let message = format!("{total}件 {points}点。合計は一致しています");
        let mut unit = Unit::change(&city, run.staff(), "レセプトの取込み", Action::Run).await?;
        store::show_file(&mut unit.tx, id, total, points, i64::try_from(warnings).unwrap_or(0), &message).await?;
        unit.note(format!("claims.import: {total}"));
        unit.commit(()).await?;
        run.progress(total, total, &message).await?;
        Ok(message)
    }
}

impl Import {
    async fn keep(&self, run: &Run, step: &mut Vec<StoredReceipt>) -> Result<(), Fault> {
        if step.is_empty() {
            return Ok(());
        }
        // Not visible yet, so not a disclosure: the entry that records the import is the flip's.
        let mut tx = run.city().db().write().await?;
        StoredReceipt::insert_all(step, &mut tx).await?;
        tx.commit().await?;
        step.clear();
        Ok(())
    }

    fn row(
        &self,
        city: &City,
        month: YearMonth,
        sender: i64,
        file: i64,
        position: usize,
        r: &Receipt,
    ) -> Result<StoredReceipt, Fault> {
        let ours = self.scheme.bearer_no();
        let public = r.publics.iter().find(|p| p.bearer.as_str() == ours).or(r.publics.last()).copied().unwrap_or_default();
        let index = r.publics.iter().position(|p| *p == public);
        let payer = index.and_then(receipts::Payer::public).unwrap_or(receipts::Payer::Insurance);
        let days = r.days_or_insurance(payer).visited();
        let on = |day: u8| i8::try_from(day).ok().and_then(|d| Date::new(r.month.year, r.month.month, d).ok());
        let insurance = r.insurance.unwrap_or_default();
        let points = i64::from(public.points.or(insurance.points).unwrap_or(0));
        let rate = r.benefit_rate.unwrap_or(match r.kind.class() {
            PatientClass::Preschool => 80,
            _ => 70,
        });
        let copay = public.copay.map(|c| Yen(i64::from(c)));
        let (left, rest) = left_before(&r.publics, index, points);
        let share = if r.insurance.is_some() { self.scheme.own_charge(rest, rate, r.month)? } else { Yen(rest * 10) };
        let share = left + share;
        let key = format!("{file}/{position}");
        let raw = city.keys().seal(Place { table: "claims_receipt", column: "raw", row: &key }, r.raw())?;
        let insurer = insurance.insurer.as_str().trim().to_owned();
        Ok(StoredReceipt {
            id: 0,
            file_id: file,
            position: i64::try_from(position).unwrap_or(i64::MAX),
            month,
            sender,
            fiscal_year: i64::from(fiscal_year(month.first_day())),
            management_no: r.management_no().into_owned(),
            search_no: r.search_no().into_owned(),
            institution: r.header.institution().as_str().to_owned(),
            institution_local: r.header.local_code.as_str().to_owned(),
            institution_name: r.header.name.clone(),
            table_code: i64::from(r.table().code()),
            kind: i64::from(r.kind.code()),
            inpatient: r.kind.inpatient(),
            care_month: r.month,
            claim_month: r.header.month,
            care_from: days_of(days).next().and_then(on),
            care_to: days_of(days).last().and_then(on),
            visit_days: i64::from(days),
            day_count: public.days.or(insurance.days).map(i64::from),
            bearer_no: public.bearer.as_str().to_owned(),
            law_code: public.bearer.as_str().get(..2).unwrap_or_default().to_owned(),
            scheme_kind: if r.insurance.is_some() { "併用" } else { "単独" }.into(),
            recipient_no: public.recipient.as_str().to_owned(),
            name: r.name().into_owned(),
            birth: r.birth,
            sex: r.sex.map(|s| i64::from(s.code())),
            insurer_kind: match Examiner::of_insurer(&insurer) {
                Examiner::HealthFederation => "国保・後期",
                Examiner::PaymentFund => "社保",
            }
            .into(),
            insurer_no: insurer,
            symbol: r.symbol().into_owned(),
            insured_no: r.insured_no().into_owned(),
            patient_class: r.kind.class().label().into(),
            benefit_rate: r.benefit_rate.map(i64::from),
            points,
            cost: Yen(points * 10),
            copay,
            meal_count: public.meals.or(insurance.meals).map(i64::from),
            meal_amount: public.meal_amount.or(insurance.meal_amount).map(|m| Yen(i64::from(m))),
            city_share: share.less(copay.unwrap_or(Yen::ZERO)),
            subject: None,
            result: "unchecked".into(),
            raw,
        })
    }
}

/// What the payer before ours leaves to be borne (its 負担金額), and the points that it did not cover.
fn left_before(publics: &[Public], ours: Option<usize>, points: i64) -> (Yen, i64) {
    let before = ours.and_then(|place| place.checked_sub(1)).and_then(|place| publics.get(place));
    match before.and_then(|p| p.copay.map(|left| (left, p.points))) {
        Some((left, covered)) => (Yen(i64::from(left)), covered.map_or(0, |c| (points - i64::from(c)).max(0))),
        None => (Yen::ZERO, points),
    }
}

/// 資格突合 of a month: day-exact against the roster, with the reason of each finding.
pub struct Check {
    /// Whose roster and rules.
    pub scheme: Arc<dyn Scheme>,
}

#[async_trait]
impl Job for Check {
    fn kind(&self) -> &'static str {
        "claims.check"
    }

    async fn run(&self, run: &Run, payload: &[u8]) -> Result<String, Fault> {
        let month = YearMonth::parse(&String::from_utf8_lossy(payload)).map_err(|_| Fault::missing("審査月"))?;
        let city = run.city().clone();
        let mut unit = Unit::change(&city, run.staff(), "資格突合", Action::Run).await?;
        unit.permit(Action::Run, "kodomo.receipt").await?;
        let people = self.scheme.roster(&mut unit).await?;
        let roster = build(&people);
        let (mut claims, mut rows) = (vec![], vec![]);
        for received in store::files(&mut unit.tx, month).await?.iter().filter(|f| f.state == "visible") {
            rows.extend(store::receipt_ids(&mut unit.tx, received.id).await?);
            claims.extend(read_claims(&mut unit, &city, received.file_id, &roster).await?);
        }
        let mut prior = vec![];
        for back in 1..=LOOK_BACK {
            for received in store::files(&mut unit.tx, month.plus(-back)).await?.iter().filter(|f| f.state == "visible") {
                prior.extend(read_claims(&mut unit, &city, received.file_id, &roster).await?);
            }
        }
        if claims.len() != rows.len() {
            return Err(Fault::conflict("資格突合を始められません", "保管したファイルと取り込んだ件数が違います"));
        }
        let rules = self.scheme.rules(month.plus(-1))?;
        let report = check::check(&roster, &claims, &prior, &rules);
        store::drop_open_findings(&mut unit.tx, month).await?;
        let handled = store::handled(&mut unit.tx, month).await?;
        let mut findings: Vec<FindingRow> = vec![];
        for found in &report.findings {
            let place = usize::try_from(found.claim).unwrap_or(usize::MAX);
            let (Some((receipt_id, amount)), Some(claim)) = (rows.get(place), claims.get(place)) else { continue };
            let kind = found.reason.label().to_owned();
            let twice = findings.iter().rev().take(12).any(|f| f.receipt_id == *receipt_id && f.kind == kind);
            if twice || handled.contains(&(*receipt_id, kind.clone())) {
                continue;
            }
            findings.push(FindingRow {
                id: 0,
                month,
                receipt_id: *receipt_id,
                kind,
                severity: found.severity.label().into(),
                text_ja: found.text(claim.month),
                reason_code: found.reason.code().map(i64::from),
                amount: *amount,
                state: "open".into(),
                route: None,
                scope: None,
                sent_month: None,
                sent_on: None,
                document_no: None,
                closed_month: None,
                note: None,
            });
        }
        let (judged, twice) = paid_twice(&mut unit, self.scheme.as_ref(), &claims, &rows, month, &handled).await?;
        let found = i64::try_from(twice.len()).unwrap_or(i64::MAX);
        findings.extend(twice);
        FindingRow::insert_all(&findings, &mut unit.tx).await?;
        let now = unit.now();
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let run_twice = CheckRun { id: 0, month, kind: PAID_TWICE.into(), ran: true, judged, skipped: 0, found, run_at: now };
        store::set_check(&mut unit.tx, &run_twice).await?;
        for tally in &report.tallies {
            let run = CheckRun {
                id: 0,
                month,
                kind: tally.check.label().into(),
                ran: tally.ran,
                judged: number(tally.judged),
                skipped: number(tally.skipped),
                found: number(tally.found),
                run_at: now,
            };
            store::set_check(&mut unit.tx, &run).await?;
        }
        store::judge(&mut unit.tx, month).await?;
        let known: HashMap<&str, i64> = people.iter().map(|p| (p.recipient_no.as_str(), p.subject)).collect();
        for recipient in store::without_subject(&mut unit.tx, month).await? {
            if let Some(subject) = known.get(recipient.as_str()) {
                store::set_subject(&mut unit.tx, month, &recipient, *subject).await?;
            }
        }
        let excess = settle::month(&mut unit, self.scheme.as_ref(), month).await?;
        let subjects: Vec<i64> = people.iter().map(|p| p.subject).collect();
        unit.bulk(&subjects, &["kodomo.receipt", "kodomo.eligibility"]);
        unit.note(format!("claims.check: {} receipts, {} findings", claims.len(), findings.len()));
        unit.commit(()).await?;
        let message = format!("{}件を突合し、所見は{}件、月の上限を超えた人は{excess}人です", claims.len(), findings.len());
        run.progress(number(claims.len() as u64), number(claims.len() as u64), &message).await?;
        Ok(message)
    }
}

/// The check that a receipt is not for care which was paid in cash already.
const PAID_TWICE: &str = "二重給付";

/// Compares the receipts of everybody who had 償還払い with what was paid; answers how many were judged, and the findings.
async fn paid_twice(
    unit: &mut Unit,
    scheme: &dyn Scheme,
    claims: &[Claim],
    rows: &[(i64, Yen)],
    month: YearMonth,
    handled: &HashSet<(i64, String)>,
) -> Result<(i64, Vec<FindingRow>), Fault> {
    let people: HashSet<u32> = scheme.reimbursed(unit).await?.iter().filter_map(|n| n.parse().ok()).collect();
    let mut visits = vec![];
    for (claim, (receipt, _)) in claims.iter().zip(rows) {
        if people.contains(&claim.recipient) && claim.copay.is_none_or(|paid| paid >= Yen::ZERO) {
            let stored = store::receipt(&mut unit.tx, *receipt).await?;
            let day = |n: i8| Date::new(stored.care_month.year, stored.care_month.month, n + 1).ok();
            visits.push(Visit {
                receipt: *receipt,
                recipient_no: stored.recipient_no.clone(),
                institution: stored.institution.clone(),
                table_code: stored.table_code,
                inpatient: stored.inpatient,
                month: stored.care_month,
                days: (0..31_i8).filter(|n| stored.visit_days >> n & 1 == 1).filter_map(day).collect(),
            });
        }
    }
    let judged = i64::try_from(visits.len()).unwrap_or(i64::MAX);
    let amounts: HashMap<i64, Yen> = rows.iter().copied().collect();
    let mut findings = vec![];
    for twice in scheme.paid_twice(unit, &visits).await? {
        if handled.contains(&(twice.receipt, PAID_TWICE.to_owned())) {
            continue;
        }
        let severity = if twice.certain { Severity::Unfit } else { Severity::Review };
        findings.push(FindingRow {
            id: 0,
            month,
            receipt_id: twice.receipt,
            kind: PAID_TWICE.into(),
            severity: severity.label().into(),
            text_ja: twice.text_ja,
            reason_code: None,
            amount: amounts.get(&twice.receipt).copied().unwrap_or(Yen::ZERO),
            state: "open".into(),
            route: None,
            scope: None,
            sent_month: None,
            sent_on: None,
            document_no: None,
            closed_month: None,
            note: None,
        });
    }
    Ok((judged, findings))
}

fn build(people: &[RosterEntry]) -> Roster {
    let entitled = people.iter().map(|p| Entitled {
        bearer: &p.bearer_no,
        recipient: &p.recipient_no,
        birth: p.birth,
        sex: p.sex,
        kana: &p.kana,
        benefit_rate: None,
        periods: &p.periods,
        suspensions: &p.suspensions,
        other_laws: &p.other_laws,
    });
    Roster::build(entitled).0
}

async fn read_claims(unit: &mut Unit, city: &City, stored: i64, roster: &Roster) -> Result<Vec<Claim>, Fault> {
    let body = file::load(&mut unit.tx, city, stored).await?.body;
    let mut reader = Reader::new(body.as_slice());
    let mut claims = vec![];
    while let Some(event) = reader.next().map_err(|e| Fault::conflict("保管したファイルを読めません", e.to_string()))?
    {
        if let Event::Receipt(receipt) = event {
            claims.push(Claim::of(receipt, roster));
        }
    }
    Ok(claims)
}

#[cfg(test)]
mod tests {
    use super::{Public, Yen, left_before};

    fn paid(points: Option<u32>, copay: Option<u32>) -> Public {
        Public { points, copay, ..Public::default() }
    }

    #[test]
    fn after_another_law_the_city_starts_from_what_that_law_leaves() {
        let ours = paid(Some(1_000), Some(500));
        assert_eq!(left_before(&[ours], Some(0), 1_000), (Yen::ZERO, 1_000), "alone: from what the insurance leaves");
        let all = [paid(Some(1_000), Some(1_200)), ours];
        assert_eq!(left_before(&all, Some(1), 1_000), (Yen(1_200), 0));
        let part = [paid(Some(400), Some(800)), ours];
        assert_eq!(left_before(&part, Some(1), 1_000), (Yen(800), 600), "600 points are the insurance's alone");
        let silent = [paid(Some(1_000), None), ours];
        assert_eq!(left_before(&silent, Some(1), 1_000), (Yen::ZERO, 1_000), "nothing written: from what the insurance leaves");
        assert_eq!(left_before(&[], None, 700), (Yen::ZERO, 700));
    }
}
