//! Puts the synthetic city into the registers, in bulk and recorded as such.

use anyhow::Context;
use kernel::access::Action;
use kernel::ident::{AtenaNo, SetaiNo};
use kernel::time::{Date, Timestamp};
use platform::keys::{DataKey, Keys};
use platform::staff::{OpenCase, StaffContext};
use platform::{City, Fault, Unit, case, subject};
use resident::load::{NewPerson, Prepared};
use resident::model::{Person, ProtectionRow};
use std::collections::HashMap;
use synth::{Household, ResidentRow};
use tokio::sync::mpsc;

/// People a unit of work.
pub(super) const STEP: usize = 4_000;

/// Subject and data key of everybody who was loaded, by serial.
pub(super) type Subjects = HashMap<u64, (i64, DataKey)>;

/// Some households, prepared while the ones before them are being stored.
struct Step {
    people: Prepared,
    serials: Vec<u64>,
    numbers: Vec<hub::Resident>,
    protections: Vec<ProtectionRow>,
    last_household: u64,
}

/// Makes things on another core while the caller stores those made before; at most one waits.
pub(super) fn ahead<T: Send + 'static>(make: impl FnOnce(mpsc::Sender<T>) + Send + 'static) -> mpsc::Receiver<T> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || make(sender));
    receiver
}

/// Loads residents, their numbers and 支援措置, and links them in the hub. Answers how many people.
///
/// # Errors
/// The first row that the registers refuse.
pub async fn city(city: &City, made: synth::City) -> anyhow::Result<usize> {
    let mut subjects = Subjects::new();
    let (mut last_person, mut last_household) = (0, 0);
    let mut first = subject::next(&mut city.db().read().await?).await?;
    let keys = city.keys().clone();
    let mut steps = ahead(move |ready| {
        let mut households = made.households().peekable();
        while households.peek().is_some() {
            let step = Step::fill(&mut households, &keys, first);
            first += step.as_ref().map_or(0, |s| s.people.subjects().len() as i64);
            if ready.blocking_send(step).is_err() {
                return;
            }
        }
    });
    let mut links = hub::Loading::new(linkage::tables());
    while let Some(step) = steps.recv().await {
        let step = step?;
        last_person = step.serials.iter().copied().fold(last_person, u64::max);
        last_household = last_household.max(step.last_household);
        subjects.extend(step.serials.iter().copied().zip(step.people.subjects().iter().cloned()));
        store(city, step, &mut links).await?;
    }
    let hub::Doubtful { one_number, alike } = links.doubtful();
    if one_number + alike > 0 {
        println!("個人番号が重なる住民 {one_number}組、4情報が同じ住民 {alike}組を名寄せの確認に入れました");
    }
    let mut tx = city.db().write().await?;
    for (counter, last) in [("atena", last_person), ("setai", last_household)] {
        case::reserve_numbers(&mut tx, counter, i64::try_from(last)?).await?;
    }
    tx.commit().await?;
    let children = super::load_aid::city(city, made, &subjects).await?;
    println!("子ども医療の受給者 {children}人を登録しました");
    Ok(subjects.len())
}

impl Step {
    fn fill(households: &mut impl Iterator<Item = Household>, keys: &Keys, first: i64) -> anyhow::Result<Self> {
        let (mut people, mut serials, mut numbers, mut protections, mut last_household) = (vec![], vec![], vec![], vec![], 0);
        for household in households {
            last_household = last_household.max(household.serial);
            protections.extend(protections_of(&household)?);
            for person in household.people {
                serials.push(person.serial);
                let row = person.current();
                let removed = row.removal.as_ref().map(|m| m.on.latest);
                let items = hub::FourItems {
                    name: row.name.main().to_owned(),
                    birth: row.birth.text.clone(),
                    sex: row.sex.label().into(),
                    address: row.address.text.clone(),
                };
                people.push(person_of(&person).with_context(|| format!("synthetic person {}", person.serial))?);
                numbers.push(hub::Resident {
                    atena_no: AtenaNo::issue(person.serial)?,
                    from: person.rows.first().map_or(Date::MIN, |r| r.entry.on),
                    until: removed,
                    number: Some(person.individual_number),
                    dan_no: None,
                    items: Some(items),
                });
            }
            if people.len() >= STEP {
                break;
            }
        }
        Ok(Self { people: Prepared::new(keys, first, people)?, serials, numbers, protections, last_household })
    }
}

pub(super) fn staff(office: &str, purpose: &str) -> StaffContext {
    let opened = OpenCase { id: 0, number: "移行".into(), ground: "job".into(), subjects: vec![] };
    StaffContext::job("データ移行", office, purpose, opened)
}

async fn store(city: &City, step: Step, links: &mut hub::Loading) -> anyhow::Result<()> {
    let mut unit = Unit::change(city, &staff("shimin", "juki"), "データ移行", Action::Run).await?;
    resident::load::insert(&mut unit, step.people).await?;
    resident::load::protect(&mut unit, &step.protections).await?;
    unit.commit(()).await?;
    let mut unit = Unit::change(city, &staff("joho", "hub"), "データ移行", Action::Run).await?;
    links.step(&mut unit, &step.numbers).await?;
    unit.commit(()).await?;
    Ok(())
}

fn person_of(person: &synth::Person) -> Result<NewPerson, kernel::ident::IdentError> {
    let number = AtenaNo::issue(person.serial)?;
    let mut rows = vec![];
    for row in person.rows.iter().filter(|r| r.superseded_on.is_none()) {
        rows.push(row_of(&number, row)?);
    }
    let mut secrets = vec![
        ("my_number", person.individual_number.expose().to_owned()),
        ("juminhyo_code", person.juminhyo_code.as_str().to_owned()),
    ];
    secrets.extend(person.current().pension.iter().map(|p| ("pension_no", p.number.clone())));
    Ok(NewPerson { rows, secrets })
}

fn row_of(number: &AtenaNo, r: &ResidentRow) -> Result<Person, kernel::ident::IdentError> {
    let (kanji, latin, alias) = (r.name.kanji.as_ref(), r.name.latin.as_ref(), r.name.alias.as_ref());
    let (koseki, foreign, move_out) = (r.koseki.as_ref(), r.foreign.as_ref(), r.move_out.as_ref());
    let confirmed = move_out.and_then(|m| m.confirmed.as_ref());
    let text = |s: &str| Some(s.to_owned());
    Ok(Person {
        id: 0,
        atena_no: number.to_string(),
        rireki_no: i64::from(r.history_no),
        valid_from: r.valid.from,
        valid_to: r.valid.to,
        seq: 0,
        recorded_at: Timestamp::UNIX_EPOCH,
        superseded_seq: None,
        setai_no: SetaiNo::issue(r.household)?.to_string(),
        changed_on: r.moved_on.earliest,
        notified_on: r.notified_on,
        change_reason: r.event.into(),
        resident_kind: r.class.into(),
        town_code: text(&r.address.town_code),
        banchi: text(&r.address.lot),
        edaban: r.address.branch.clone(),
        koedaban: r.address.sub_branch.clone(),
        address: r.address.text.clone(),
        building: r.address.building.as_ref().map(|b| b.text.clone()),
        postal_code: text(&r.address.postal_code),
        elementary: text(r.address.primary_school),
        junior_high: text(r.address.middle_school),
        kana: kanji.or(latin).map(|n| n.kana.clone()).unwrap_or_default(),
        name: kanji.or(latin).map(|n| n.text.clone()).unwrap_or_default(),
        maiden_name: r.name.former_family_name.as_ref().map(|n| n.text.clone()),
        birth: r.birth.text.clone(),
        birth_earliest: r.birth.earliest,
        birth_latest: r.birth.latest,
        sex: r.sex.label().into(),
        relation: r.relation.into(),
        resident_on: r.entry.on,
        resident_notified_on: Some(r.entry.notified_on),
        resident_reason: r.entry.reason.into(),
        removed_on: r.removal.as_ref().map(|m| m.on.latest),
        removed_notified_on: r.removal.as_ref().map(|m| m.notified_on),
        removed_reason: r.removal.as_ref().map(|m| m.reason.into()),
        koseki_head: koseki.map(|k| k.head.clone()),
        domicile: koseki.map(|k| k.place.clone()),
        alias_kana: alias.map(|a| a.kana.clone()),
        alias: alias.map(|a| a.text.clone()),
        latin_kana: latin.map(|l| l.kana.clone()),
        latin_name: latin.map(|l| l.text.clone()),
        katakana_name: r.name.katakana.clone(),
        nationality: foreign.map(|f| f.nationality.into()),
        residence_status: foreign.and_then(|f| f.status).map(str::to_owned),
        residence_kind: foreign.map(|f| f.class.into()),
        residence_term: foreign.and_then(|f| f.term).map(str::to_owned),
        residence_until: foreign.and_then(|f| f.expires_on),
        card_no: foreign.and_then(|f| f.card_no.clone()),
        previous_address: r.entry.previous_address.clone(),
        planned_to_address: move_out.map(|m| m.planned_address.clone()),
        planned_move_out: move_out.map(|m| m.planned_on),
        planned_notified_on: move_out.map(|m| m.notified_on),
        confirmed_to_address: confirmed.map(|c| c.address.clone()),
        confirmed_on: confirmed.map(|c| c.on),
        confirmed_notice_on: confirmed.map(|c| c.notified_on),
        head_name: r.head_name.clone(),
        head_latin_name: r.head_latin_name.clone(),
        nhi: Some(r.national_health),
        pension_kind: r.pension.as_ref().map(|p| p.class.into()),
        pension_from: r.pension.as_ref().map(|p| p.since),
        ward: text(r.address.ward),
        sub_name: r.sub_name.as_ref().map(|s| s.name.clone()),
        sub_name_purpose: r.sub_name.as_ref().map(|s| s.programme.into()),
        mailing_address: r.mailing.as_ref().map(|m| m.address.clone()),
        mailing_until: r.mailing.as_ref().and_then(|m| m.period.to),
        mailing_purpose: r.mailing.as_ref().map(|m| m.programme.into()),
    })
}

fn protections_of(household: &Household) -> Result<Vec<ProtectionRow>, Fault> {
    let mut rows = vec![];
    for p in &household.protections {
        let Some(term) = p.periods.last() else { continue };
        for serial in std::iter::once(p.protected).chain(p.together.iter().copied()) {
            let number = AtenaNo::issue(serial).map_err(|_| Fault::missing("宛名番号"))?;
            rows.push(ProtectionRow {
                id: 0,
                atena_no: number.to_string(),
                state: if p.decided_on.is_some() { "本" } else { "仮" }.into(),
                ground: p.ground.into(),
                opponent: p.opponents.first().map(|o| o.name.clone()),
                from_on: term.from,
                until_on: term.to.unwrap_or(term.from),
                ended_on: p.ended_on,
                end_reason: p.end_reason.map(str::to_owned),
                case_id: None,
                recorded_at: Timestamp::UNIX_EPOCH,
            });
        }
    }
    Ok(rows)
}
