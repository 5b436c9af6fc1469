//! Households with their people and histories.

pub(crate) mod family;
mod life;
mod person;
pub(crate) mod plan;
mod shield;

use crate::city::City;
use crate::dice::{Dice, plus_days, plus_years, ymd};
use crate::model::{Household, Mailing, Name, NamePart, Person, Protection, SubName};
use crate::numbers::{self, Serials};
use crate::{outside, place};
use family::{Draft, Role};
use kernel::time::{Date, PartialDate, Period, age_on};
use life::{Away, Change, Home, Life};
use person::{Background, Live, Work};
use plan::{Feature, Plan};

/// 住民票の改製: histories of people who were here before begin on this day, with which foreign residents entered the register too.
pub const REMADE_ON: Date = Date::constant(2012, 7, 9);

/// What the medical-aid facts need to know about a household besides its people.
pub(crate) struct Ties {
    /// The plan it was made by.
    pub plan: Plan,
    /// Roles by person serial.
    pub roles: Vec<(u64, Role)>,
    /// Health insurance is 国保.
    pub national_health: bool,
    /// The day on which it became so, where it changed.
    pub changed_on: Option<Date>,
}

/// The households of a plan: one, or two that came apart.
pub(crate) fn make(plan: Plan, city: &City, serials: &mut Serials, dice: &mut Dice) -> (Vec<Household>, Ties) {
    let City { place, seed, today, .. } = *city;
    let drafts = family::members(&plan, today, dice);
    let arrival = arrival(&plan, &drafts, today, dice);
    let start = arrival.max(REMADE_ON);
    let changed_on = plan.has(Feature::ToNationalHealth).then(|| insurance_change(today, dice));
    let national_health = changed_on.is_some() || dice.per_mille(if drafts.iter().all(|d| d.foreign) { 380 } else { 235 });
    let people = begin_people(&plan, &drafts, arrival, city, national_health, serials, dice);
    let home =
        Home { serial: serials.household(), address: place::address(place, dice, None), settled_on: arrival, head: Some(0) };
    let mut life = Life { place, today, dice, serials, people, homes: vec![home] };
    let mut changes = Vec::new();
    for who in 0..life.people.len() {
        let entered = life.people.get(who).map_or(start, |p| p.entry.on);
        if entered <= start {
            life.begin(who, start);
        } else {
            changes.push((entered, Change::Begin(who)));
        }
    }
    happenings(&plan, &drafts, start, city, life.dice, &mut changes);
    let shield = shield::of(&plan, &life, &mut changes);
    life.run(changes);
    let protection = shield.and_then(|shield| shield.protection(&plan, &mut life));
    letters(&plan, &mut life);
    let Life { people, homes, .. } = life;
    let roles = people.iter().map(|p| (p.serial, p.role)).collect();
    let households = gather(people, &homes, seed, protection);
    (households, Ties { plan, roles, national_health, changed_on })
}

/// The day on which the household came to the city.
fn arrival(plan: &Plan, drafts: &[Draft], today: Date, dice: &mut Dice) -> Date {
    let head = drafts.first().map_or(today, |d| d.birth);
    let age = i32::from(age_on(head, today));
    let years = match plan.kind {
        plan::Kind::SingleYoung => 6,
        plan::Kind::Lodgers => 4,
        plan::Kind::SingleMiddle | plan::Kind::CoupleYoung | plan::Kind::Unmarried => 16,
        plan::Kind::Family | plan::Kind::SingleParent => 18,
        _ => 55,
    };
    let least = if plan.features.is_empty() { 0 } else { 4 };
    let longest = years.min((age - 18).max(0)).max(least);
    let arrival = plus_days(plus_years(today, -dice.between(least, longest)), -dice.between(20, 364));
    // Nobody comes as a grown-up before being one, and no couple comes before both are twenty.
    let grown = |d: &&Draft| !matches!(d.role, Role::Child | Role::PartnerChild | Role::YoungerBrother);
    let youngest = drafts.iter().filter(grown).map(|d| d.birth).max().unwrap_or(head);
    let of_age = plus_years(youngest, if drafts.len() == 1 { 18 } else { 20 });
    let arrival = arrival.max(of_age).min(plus_days(today, -20));
    if plan.has(Feature::Takasaki) { ymd(today.year() - 8, 4, 2) } else { arrival }
}

fn insurance_change(today: Date, dice: &mut Dice) -> Date {
    let months = dice.between(2, 40);
    kernel::time::YearMonth::of(crate::dice::plus_months(today, -months)).first_day()
}

/// The people before their first row.
fn begin_people(
    plan: &Plan,
    drafts: &[Draft],
    arrival: Date,
    city: &City,
    national_health: bool,
    serials: &mut Serials,
    dice: &mut Dice,
) -> Vec<Live> {
    let City { place, seed, today, .. } = *city;
    let background = Background::new(plan, dice);
    let koseki = person::koseki(place, drafts, dice);
    let work = if national_health { Work::SelfEmployed } else { Work::Employed };
    let unknown = plan.has(Feature::UnknownBirth).then(|| (0..drafts.len()).min_by_key(|i| drafts[*i].birth)).flatten();
    let joint = person::moved_in(place, arrival, None, dice, today);
    // A part of the long-time residents were born here.
    let native = arrival < REMADE_ON && plan.features.is_empty() && dice.per_mille(220);
    let mut people = Vec::with_capacity(drafts.len());
    for (at, (draft, koseki)) in drafts.iter().zip(koseki).enumerate() {
        let serial = serials.person();
        let abroad = draft.foreign && dice.per_mille(600);
        let entry = match () {
            () if draft.birth > arrival => person::born(draft.birth, dice, today),
            () if native && matches!(draft.role, Role::Father | Role::GrandFather | Role::Child) => {
                person::born(draft.birth, dice, today)
            }
            () if abroad => person::moved_in(place, arrival, Some(background.city()), dice, today),
            () => joint.clone(),
        };
        let (name, alias) = if draft.foreign { background.name(draft, dice) } else { (person::japanese(draft), None) };
        let birth = if unknown == Some(at) { person::unknown_birth(draft.birth, dice) } else { PartialDate::known(draft.birth) };
        let foreign = draft.foreign.then(|| background.record(draft, serial, seed, entry.on, today, dice));
        let old = age_on(draft.birth, today) >= 75;
        people.push(Live {
            serial,
            role: draft.role,
            sex: draft.sex,
            birth,
            // The alias of the shown family is recorded later, as a change of its own.
            name: Name { alias: alias.filter(|_| !plan.has(Feature::Takasaki)), ..name },
            koseki: koseki.filter(|_| !draft.foreign),
            foreign,
            pension: person::pension(draft, work, serial, seed, today, dice),
            national_health: national_health && !old && !plan.has(Feature::Relief),
            entry,
            home: 0,
            rows: Vec::with_capacity(2),
        });
    }
    people
}

/// What happens to the household, by its features.
fn happenings(plan: &Plan, drafts: &[Draft], start: Date, city: &City, dice: &mut Dice, changes: &mut Vec<(Date, Change)>) {
    let City { place, today, .. } = *city;
    // Everybody who is of age, so that nobody's story ends before it has begun.
    let begun = drafts.iter().map(|d| d.birth).max().unwrap_or(start).max(start);
    let recent = |dice: &mut Dice, from: i32, to: i32| plus_days(today, -dice.between(from, to));
    let everybody: Vec<usize> = (0..drafts.len()).collect();
    let role = |role| drafts.iter().position(|d| d.role == role);
    for feature in &plan.features {
        match feature {
            Feature::Moved | Feature::MovedTwice => {
                let times = if *feature == Feature::MovedTwice { 2 } else { 1 };
                for _ in 0..times {
                    let on = dice.day(plus_days(start, 90), plus_days(today, -20));
                    if on <= plus_days(today, -20) {
                        changes.push((on, Change::Move(place::address(place, dice, None))));
                    }
                }
            }
            Feature::Split => {
                let who = role(Role::GrandMother).or(role(Role::Child)).filter(|i| drafts[*i].birth < plus_years(today, -20));
                let on = recent(dice, 40, 1_200);
                if let Some(who) = who.filter(|_| on > plus_days(start, 30)) {
                    let together = drafts[who].role == Role::GrandMother;
                    let who = role(Role::GrandFather).filter(|_| together).into_iter().chain([who]).collect();
                    changes.push((on, Change::Split { who, to: None }));
                }
            }
            Feature::HeadDied => {
                let on = recent(dice, 40, 1_300);
                if on > plus_days(start, 30) {
                    changes.push((on, Change::Die { who: 0, unknown: false }));
                }
            }
            Feature::DiedOnUnknownDay => {
                let who = role(Role::GrandMother).unwrap_or(0);
                let on = recent(dice, 70, 700);
                if kernel::time::YearMonth::of(on).first_day() > plus_days(start, 5) {
                    changes.push((on, Change::Die { who, unknown: true }));
                }
            }
            Feature::Gone | Feature::GoneOtherDay => {
                let away = if *feature == Feature::Gone { Away::AsPlanned } else { Away::OtherDay };
                let on = recent(dice, 16, 1_080).max(plus_days(begun, 40));
                if on <= plus_days(today, -16) {
                    changes.push((on, Change::Leave { who: everybody.clone(), away }));
                }
            }
            Feature::GoneAbroad => {
                let on = recent(dice, 16, 900).max(plus_days(begun, 40));
                if on <= plus_days(today, -16) {
                    let city = *dice.pick(&["アメリカ合衆国", "シンガポール共和国", "ドイツ連邦共和国", "タイ王国"]);
                    changes.push((on, Change::Leave { who: everybody.clone(), away: Away::Abroad(city) }));
                }
            }
            Feature::Leaving => {
                let on = plus_days(today, dice.between(4, 20));
                changes.push((on, Change::Leave { who: everybody.clone(), away: Away::Planned }));
            }
            Feature::LeavingCancelled => {
                let on = recent(dice, 40, 400).max(plus_days(begun, 30));
                if on < plus_days(today, -20) {
                    changes.push((on, Change::LeaveAndStay));
                }
            }
            Feature::SchoolLeave => {
                let grown = |d: &Draft| d.role == Role::Child && (15..=18).contains(&age_on(d.birth, today));
                let april = ymd(kernel::time::fiscal_year(today), 4, 1);
                let on = plus_days(if april < plus_days(today, -30) { april } else { plus_years(april, -1) }, -3);
                if let Some(who) = drafts.iter().position(grown).filter(|_| on > plus_days(start, 30)) {
                    changes.push((on, Change::Leave { who: vec![who], away: Away::AsPlanned }));
                }
            }
            Feature::Erased => {
                let on = recent(dice, 30, 1_500);
                if on > plus_days(start, 30) {
                    changes.push((on, Change::Erase(0)));
                }
            }
            Feature::FormerName => {
                let on = recent(dice, 20, 2_000).max(ymd(2019, 11, 5)).max(plus_days(start, 20));
                let wife = drafts.iter().position(|d| d.role == Role::Mother && !d.foreign);
                let name = wife.and_then(|who| Some((who, drafts[who].born_as?)));
                if let Some((who, family)) = name.filter(|_| on < plus_days(today, -5)) {
                    changes.push((on, Change::FormerName(who, person::former(family))));
                }
            }
            Feature::Takasaki => {
                let on = ymd(today.year() - 4, 6, 1);
                let alias = NamePart { text: "髙﨑　リン".into(), kana: "タカサキ　リン".into() };
                changes.push((on, Change::Alias(1, alias)));
            }
            Feature::BirthCorrected => {
                let who = drafts.iter().position(|d| d.role == Role::Child && d.birth > start);
                let on = recent(dice, 20, 90);
                if let Some(who) = who.filter(|i| plus_days(drafts[*i].birth, 60) < on) {
                    changes.push((on, Change::CorrectBirth(who)));
                }
            }
            _ => {}
        }
    }
    apart(changes);
}

/// No two changes on one day, so that each has a row of its own.
fn apart(changes: &mut [(Date, Change)]) {
    changes.sort_by_key(|(day, _)| *day);
    for at in 1..changes.len() {
        let before = changes[at - 1].0;
        let births = matches!((&changes[at - 1].1, &changes[at].1), (Change::Begin(_), Change::Begin(_)));
        if changes[at].0 <= before && !births {
            changes[at].0 = plus_days(before, 1);
        }
    }
}

/// 送付先 and サブ氏名 of the current row.
fn letters(plan: &Plan, life: &mut Life<'_>) {
    let (today, mailing, sub_name) = (life.today, plan.has(Feature::Mailing), plan.has(Feature::SubName));
    let Some(person) = life.people.iter_mut().find(|p| p.lives()) else { return };
    let Some(row) = person.rows.last_mut() else { return };
    if mailing {
        let town = outside::town(life.place, life.dice);
        let from = plus_days(today, -life.dice.between(30, 500)).max(row.valid.from);
        row.mailing = Some(Mailing {
            address: town.address(life.dice),
            postal_code: town.postal_code.to_owned(),
            period: Period { from, to: life.dice.per_mille(700).then(|| plus_days(today, 400)) },
            programme: life.dice.weighted(&[("全業務", 5), ("子ども医療", 2), ("国保", 2), ("税", 1)]),
        });
    }
    if sub_name {
        let keeper = crate::names::full(
            crate::names::family(life.dice),
            crate::names::given(life.dice, crate::model::Sex::Male, 1970, &[]),
        );
        let name = format!("{} 成年後見人 {}", person.name.main(), keeper.text);
        row.sub_name = Some(SubName { name, programme: "全業務" });
    }
}

/// The people by the home they live (or last lived) in.
fn gather(people: Vec<Live>, homes: &[Home], seed: u64, protection: Option<Protection>) -> Vec<Household> {
    let mut households: Vec<(Vec<Role>, Household)> = homes
        .iter()
        .map(|home| (Vec::new(), Household { serial: home.serial, kind: "", people: vec![], protections: vec![], aids: vec![] }))
        .collect();
    let heads: Vec<Option<u64>> = homes.iter().map(|h| h.head.and_then(|i| people.get(i)).map(|p| p.serial)).collect();
    for live in people {
        let Some((roles, household)) = households.get_mut(live.home) else { continue };
        if live.lives() {
            roles.push(live.role);
        }
        if protection.as_ref().is_some_and(|p| p.protected == live.serial) {
            household.protections.extend(protection.clone());
        }
        household.people.push(Person {
            serial: live.serial,
            individual_number: numbers::individual_number(live.serial, seed),
            juminhyo_code: numbers::juminhyo_code(live.serial, seed),
            rows: live.rows,
        });
    }
    let finish = |((roles, mut household), head): ((Vec<Role>, Household), Option<u64>)| {
        household.kind = kind(&roles);
        household.people.sort_by_key(|p| (!p.is_resident(), Some(p.serial) != head));
        household
    };
    households.into_iter().zip(heads).map(finish).collect()
}

/// What kind of household lives here, in words.
fn kind(roles: &[Role]) -> &'static str {
    let has = |any: &[Role]| roles.iter().any(|r| any.contains(r));
    let (old, child) = (has(&[Role::GrandFather, Role::GrandMother]), has(&[Role::Child, Role::PartnerChild]));
    match roles.len() {
        0 => "転出・死亡",
        1 => "単身",
        _ if old && child => "三世代",
        _ if has(&[Role::Father]) && has(&[Role::Mother]) && child => "夫婦と子",
        _ if has(&[Role::Father]) && has(&[Role::Mother]) && !old => "夫婦",
        _ if child && !has(&[Role::Partner]) => "ひとり親と子",
        _ if has(&[Role::GrandFather]) && has(&[Role::GrandMother]) && roles.len() == 2 => "夫婦",
        _ => "その他",
    }
}
