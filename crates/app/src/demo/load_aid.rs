//! Puts what the synthetic city knows about 子ども医療 into the programme: evidence in steps, the entitlements in one unit at the end,
//! because a child may live in another household than the guardian and because the numbers are reserved once.

use super::load::{STEP, Subjects, ahead, staff};
use anyhow::{Context, ensure};
use kernel::Date;
use kernel::access::Action;
use kernel::ident::AtenaNo;
use kernel::time::{PartialDate, Timestamp};
use medical_aid::child::load::{Batch, load};
use medical_aid::child::model::{
    Application, Card, IncomeRow, InquiryRow, InsuranceRow, Recipient, ReliefRow, SchoolLeaveRow, SharePeriod,
};
use medical_aid::child::rules::bearer_no;
use medical_aid::child::usecases::apply::seal_with;
use payments::Account;
use platform::keys::DataKey;
use platform::{City, Unit};
use std::collections::HashMap;
use synth::model::{Entitlement, IncomeFact, InsuranceFact};
use synth::{ChildAid, Household};

const GROUPS: &[&str] =
    &["kodomo.eligibility", "kodomo.card", "kodomo.insurance", "kodomo.income", "kodomo.relief", "kodomo.account"];

/// What a receipt is matched with.
struct Face {
    kana: String,
    name: String,
    birth: PartialDate,
    sex: &'static str,
    ward: &'static str,
}

/// Who and when: the columns that every row has.
struct Row {
    subject: i64,
    key: DataKey,
    atena_no: String,
    seq: i64,
    at: Timestamp,
}

/// Children whose evidence is stored together, and the faces of the households they were found in.
#[derive(Default)]
struct Step {
    aids: Vec<ChildAid>,
    faces: HashMap<u64, Face>,
}

/// Loads 子ども医療 of all households; the residents must be there. Answers how many children have a number.
///
/// # Errors
/// The first fact that the programme refuses, or a 公費負担者番号 that is not the city's.
pub async fn city(city: &City, made: synth::City, subjects: &Subjects) -> anyhow::Result<usize> {
    let ours = bearer_no(city.profile(), city.today())?;
    let bearer = made.place.bearer;
    ensure!(ours.as_str() == bearer, "公費負担者番号が合いません: 市 {}、合成 {bearer}", ours.as_str());
    let (mut faces, mut entitled) = (HashMap::new(), vec![]);
    let mut steps = ahead(move |ready| {
        let mut step = Step::default();
        for household in made.households() {
            remember(&household, made.today, &mut step.faces);
            step.aids.extend(household.aids);
            if step.aids.len() >= STEP && ready.blocking_send(std::mem::take(&mut step)).is_err() {
                return;
            }
        }
        ready.blocking_send(step).ok();
    });
    while let Some(step) = steps.recv().await {
        evidence(city, &step.aids, subjects).await?;
        faces.extend(step.faces);
        entitled.extend(step.aids.into_iter().filter(|a| a.recipient_no.is_some()));
    }
    entitlements(city, bearer, &entitled, &faces, subjects).await?;
    Ok(entitled.len())
}

/// Keeps the faces of everybody who may be in the scheme: nobody who was an adult seven years ago is.
fn remember(household: &Household, today: Date, faces: &mut HashMap<u64, Face>) {
    for person in household.people.iter().filter(|p| p.birth_day().year() + 25 > today.year()) {
        let row = person.current();
        let face = Face {
            kana: row.name.kana().to_owned(),
            name: row.name.main().to_owned(),
            birth: row.birth.clone(),
            sex: row.sex.label(),
            ward: row.address.ward,
        };
        faces.insert(person.serial, face);
    }
}

async fn row_of(unit: &mut Unit, child: u64, subjects: &Subjects) -> anyhow::Result<Row> {
    let (number, at, seq) = (AtenaNo::issue(child)?, unit.now(), unit.seq().await?);
    let (subject, key) = subjects.get(&child).with_context(|| format!("synthetic child {child} is no resident"))?;
    Ok(Row { subject: *subject, key: key.clone(), atena_no: number.to_string(), seq, at })
}

async fn evidence(city: &City, aids: &[ChildAid], subjects: &Subjects) -> anyhow::Result<()> {
    let mut unit = Unit::change(city, &staff("iryo", "kodomo"), "データ移行", Action::Run).await?;
    let mut batch = Batch::default();
    let mut seen = vec![];
    for aid in aids {
        let row = row_of(&mut unit, aid.child, subjects).await?;
        seen.push(row.subject);
        batch.applications.extend(application(&mut unit, aid, &row, subjects).await?);
        batch.inquiries.extend(inquiries(aid, &row));
        batch.insurances.extend(aid.insurances.iter().map(|i| insurance(i, &row)));
        for fact in &aid.incomes {
            batch.incomes.push(income(fact, &row)?);
        }
        batch.reliefs.extend(reliefs(aid, &row));
        batch.leaves.extend(leave(aid, &row));
    }
    load(&mut unit.tx, &batch).await?;
    unit.bulk(&seen, GROUPS);
    unit.commit(()).await?;
    Ok(())
}

async fn entitlements(
    city: &City,
    bearer: &str,
    aids: &[ChildAid],
    faces: &HashMap<u64, Face>,
    known: &Subjects,
) -> anyhow::Result<()> {
    let mut unit = Unit::change(city, &staff("iryo", "kodomo"), "データ移行", Action::Run).await?;
    let (mut batch, mut subjects, mut links) = (Batch::default(), vec![], vec![]);
    for aid in aids {
        let row = row_of(&mut unit, aid.child, known).await?;
        let face = faces.get(&aid.child).with_context(|| format!("synthetic child {} lives nowhere", aid.child))?;
        subjects.push(row.subject);
        for fact in aid.entitlements.iter().filter(|e| e.record.approval == "決裁済") {
            batch.recipients.push(recipient(fact, bearer, aid, face, &row)?);
            batch.shares.extend(shares(fact, &row));
        }
        if let (Some(number), Some(from)) = (&aid.recipient_no, aid.entitlements.first().map(|e| e.acquired_on)) {
            let atena_no = AtenaNo::issue(aid.child)?;
            let until = aid.entitlements.last().map(|e| e.last_day.unwrap_or(e.age_limit_on));
            links.push(hub::ProgrammeNumber { number: number.as_str().to_owned(), atena_no, from, until });
        }
        for card in &aid.cards {
            batch.cards.push(card_of(card, bearer, aid, &row)?);
        }
    }
    load(&mut unit.tx, &batch).await?;
    unit.bulk(&subjects, GROUPS);
    unit.commit(()).await?;
    let mut unit = Unit::change(city, &staff("joho", "hub"), "データ移行", Action::Run).await?;
    hub::load_links(&mut unit, "kodomo", &links).await?;
    unit.commit(()).await?;
    Ok(())
}

async fn application(unit: &mut Unit, aid: &ChildAid, row: &Row, subjects: &Subjects) -> anyhow::Result<Option<Application>> {
    let (Some(paper), Some(guardian)) = (&aid.application, aid.guardian) else { return Ok(None) };
    let guardian = row_of(unit, guardian, subjects).await?;
    let document_no = format!("移行-{:06}", aid.child);
    let kind = if paper.account.kind == "貯蓄" { "4" } else { "1" };
    let bank = &paper.account;
    let account = Account::checked(bank.bank, bank.branch, kind, &bank.number, &bank.holder_kana)
        .map_err(|(field, why)| anyhow::anyhow!("{field}: {why}"))?;
    let (sealed, token) = seal_with(unit.city().keys(), &row.key, Application::TABLE, &document_no, &account)?;
    Ok(Some(Application {
        id: 0,
        subject: row.subject,
        atena_no: row.atena_no.clone(),
        document_no,
        guardian_no: guardian.atena_no,
        guardian_subject: guardian.subject,
        applied_on: paper.received_on,
        reception_ward: paper.ward.into(),
        reception_kind: "窓口".into(),
        consent: paper.consent,
        account: Some(sealed),
        account_token: Some(token),
        state: if aid.recipient_no.is_some() { "認定" } else { "受付" }.into(),
        decision_id: None,
        seq: row.seq,
        recorded_at: row.at,
    }))
}

/// Whoever has a number was asked about at the application.
fn inquiries(aid: &ChildAid, row: &Row) -> Vec<InquiryRow> {
    let Some(paper) = aid.application.as_ref().filter(|_| aid.recipient_no.is_some()) else { return vec![] };
    let one = |topic: &str| InquiryRow {
        id: 0,
        subject: row.subject,
        atena_no: row.atena_no.clone(),
        topic: topic.into(),
        checked_on: paper.received_on,
        how: "移行".into(),
        seq: row.seq,
        recorded_at: row.at,
        superseded_seq: None,
    };
    vec![one("relief"), one("other_scheme")]
}

fn insurance(fact: &InsuranceFact, row: &Row) -> InsuranceRow {
    let text = |s: &str| Some(s.to_owned()).filter(|s| !s.is_empty());
    InsuranceRow {
        id: 0,
        subject: row.subject,
        atena_no: row.atena_no.clone(),
        cancelled_on: fact.cancelled_on,
        insurer_no: fact.insurer_no.into(),
        symbol: fact.symbol.clone(),
        insured_no: fact.number.clone(),
        insured_name: fact.insured_name.clone(),
        relation: fact.family.into(),
        valid_from: fact.period.from,
        valid_to: fact.period.to,
        lost_on: fact.lost_on,
        special_disease_on: fact.specified_disease_on,
        additional: fact.supplement.is_some(),
        insurer_name: fact.insurer_name.into(),
        insurer_town_code: text(fact.insurer_address_code),
        insurer_postal: text(fact.insurer_postal_code),
        insurer_address: text(fact.insurer_address),
        insurer_lot: text(fact.insurer_lot),
        insurer_building: text(fact.insurer_building),
        insurer_phone: text(fact.insurer_phone),
        class: fact.class.into(),
        additional_from: fact.supplement.map(|s| s.period.from),
        additional_to: fact.supplement.and_then(|s| s.period.to),
        additional_note: fact.supplement.and_then(|s| text(s.note)),
        rebate: fact.rebate.is_some(),
        rebate_from: fact.rebate.map(|s| s.period.from),
        rebate_to: fact.rebate.and_then(|s| s.period.to),
        rebate_note: fact.rebate.and_then(|s| text(s.note)),
        checked_on: fact.checked_on,
        seq: row.seq,
        recorded_at: row.at,
        superseded_seq: None,
    }
}

fn income(fact: &IncomeFact, row: &Row) -> anyhow::Result<IncomeRow> {
    let i = &fact.items;
    Ok(IncomeRow {
        id: 0,
        subject: row.subject,
        atena_no: row.atena_no.clone(),
        guardian_no: AtenaNo::issue(fact.person)?.to_string(),
        fiscal_year: fact.fiscal_year.into(),
        basis: fact.basis.into(),
        role: fact.role.into(),
        net: fact.net,
        income_limit: fact.limit,
        sign: fact.verdict.into(),
        total: i.total,
        short_term: i.short_term,
        long_term: i.long_term,
        futures: i.futures,
        forestry: i.forestry,
        retirement: i.retirement,
        other: i.other,
        short_term_deduction: i.short_term_deduction,
        long_term_deduction: i.long_term_deduction,
        net_loss: i.net_loss,
        casualty_loss: i.casualty_loss,
        residence_loss: i.residence_loss,
        futures_loss: i.futures_loss,
        income_sum: i.sum,
        disabled: i.disabled.map(str::to_owned),
        widowed: i.widowed.map(str::to_owned),
        working_student: i.working_student,
        own_disability: i.own_disability,
        own_special_disability: i.own_special_disability,
        widow: i.widow,
        single_parent: i.single_parent,
        student: i.student,
        disabled_dependants: i.disabled_dependants.into(),
        specially_disabled_dependants: i.specially_disabled_dependants.into(),
        disability: i.disability,
        special_disability: i.special_disability,
        casualty: i.casualty,
        medical: i.medical,
        mutual_aid: i.mutual_aid,
        deductions: i.deductions,
        spouse: i.spouse,
        elderly_dependants: i.elderly_dependants.into(),
        other_dependants: i.other_dependants.into(),
        checked_on: fact.checked_on,
        seq: row.seq,
        recorded_at: row.at,
        superseded_seq: None,
    })
}

fn reliefs(aid: &ChildAid, row: &Row) -> Vec<ReliefRow> {
    let one = |kind: &str, period: kernel::time::Period, checked_on: Date| ReliefRow {
        id: 0,
        subject: row.subject,
        atena_no: row.atena_no.clone(),
        kind: kind.into(),
        law_code: None,
        bearer_no: None,
        other_recipient_no: None,
        checked_on,
        valid_from: period.from,
        valid_to: period.to,
        seq: row.seq,
        recorded_at: row.at,
        superseded_seq: None,
    };
    let mut all: Vec<ReliefRow> = aid.reliefs.iter().map(|r| one(r.kind, r.period, r.checked_on)).collect();
    all.extend(aid.other_schemes.iter().map(|s| one(s.kind, s.period, s.period.from)));
    all.extend(aid.other_laws.iter().map(|card| ReliefRow {
        law_code: Some(card.law.to_string()),
        bearer_no: Some(card.bearer.into()),
        other_recipient_no: Some(card.recipient.clone()),
        ..one("他法", card.period, card.period.from)
    }));
    all
}

fn leave(aid: &ChildAid, row: &Row) -> Option<SchoolLeaveRow> {
    aid.school_leave.as_ref().map(|leave| SchoolLeaveRow {
        id: 0,
        subject: row.subject,
        atena_no: row.atena_no.clone(),
        filed_on: leave.filed_on,
        school: leave.school.clone(),
        guardian_in_city: None,
        valid_from: leave.period.from,
        valid_to: leave.period.to,
        seq: row.seq,
        recorded_at: row.at,
        superseded_seq: None,
    })
}

fn recipient(fact: &Entitlement, bearer: &str, aid: &ChildAid, face: &Face, row: &Row) -> anyhow::Result<Recipient> {
    let number = aid.recipient_no.as_ref().context("no 受給者番号")?;
    let released = fact.stop.and_then(|s| s.released);
    Ok(Recipient {
        id: 0,
        subject: row.subject,
        atena_no: row.atena_no.clone(),
        approval: "移行".into(),
        recipient_no: number.to_string(),
        bearer_no: bearer.into(),
        status: fact.state.into(),
        cancelled_on: fact.record.cancelled_on,
        acquired_on: fact.acquired_on,
        acquired_reason: fact.acquired_reason.into(),
        suspended_on: fact.stop.map(|s| s.from),
        suspend_reason: fact.stop.map(|s| s.reason.into()),
        resumed_on: released.map(|(day, _)| day),
        resume_reason: released.map(|(_, why)| why.into()),
        last_valid_day: fact.last_day,
        lost_on: fact.lost_on,
        lost_reason: fact.lost_reason.map(str::to_owned),
        notified_on: fact.record.notified_on,
        reception_ward: fact.record.ward.into(),
        changed_on: fact.record.changed_on,
        change_reason: fact.record.reason.into(),
        eligible_from: fact.acquired_on,
        eligible_to: Some(fact.age_limit_on),
        age_limit_on: Some(fact.age_limit_on),
        judgement: fact.judgement.into(),
        kana: face.kana.clone(),
        name: face.name.clone(),
        birth: face.birth.text.clone(),
        birth_earliest: face.birth.earliest,
        birth_latest: face.birth.latest,
        sex: face.sex.into(),
        ward: Some(face.ward.into()),
        guardian_no: aid.guardian.map(AtenaNo::issue).transpose()?.map(|n| n.to_string()),
        decision_id: None,
        valid_from: fact.acquired_on,
        valid_to: fact.last_day.or(Some(fact.age_limit_on)),
        seq: row.seq,
        recorded_at: row.at,
        superseded_seq: None,
    })
}

fn shares<'a>(fact: &'a Entitlement, row: &'a Row) -> impl Iterator<Item = SharePeriod> + 'a {
    fact.shares.iter().filter(|_| fact.record.cancelled_on.is_none()).map(|(share, period)| SharePeriod {
        id: 0,
        subject: row.subject,
        atena_no: row.atena_no.clone(),
        share: if *share == "府補助対象" { "府補助分" } else { "市単独分" }.into(),
        valid_from: period.from,
        valid_to: period.to,
        decision_id: None,
        seq: row.seq,
        recorded_at: row.at,
        superseded_seq: None,
    })
}

fn card_of(card: &synth::model::Card, bearer: &str, aid: &ChildAid, row: &Row) -> anyhow::Result<Card> {
    Ok(Card {
        id: 0,
        subject: row.subject,
        atena_no: row.atena_no.clone(),
        recipient_no: aid.recipient_no.as_ref().context("a card without 受給者番号")?.to_string(),
        bearer_no: bearer.into(),
        form_kind: card.form.into(),
        reissue: card.reissue.into(),
        issue_kind: card.issue.into(),
        issue_reason: card.reason.into(),
        valid_from: card.valid.from,
        valid_to: card.valid.to.context("a card without a last day")?,
        issued_on: card.issued_on,
        collected_on: card.collected.map(|(day, ..)| day),
        collected_how: card.collected.map(|(_, how, _)| how.into()),
        collected_ward: card.collected.map(|(.., ward)| ward.into()),
        processed_on: card.processed_on,
        decision_id: None,
        file_id: None,
        seq: row.seq,
        recorded_at: row.at,
    })
}
