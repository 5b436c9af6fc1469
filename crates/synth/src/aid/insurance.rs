//! 医療保険 of a family and of each child in it.

use super::Family;
use super::insurers::{self, Insurer};
use crate::dice::{Dice, plus_days, plus_years};
use crate::model::{InsuranceFact, Person, Supplement};
use crate::people::plan::Feature;
use kernel::time::{Date, Period};

/// The family's insurers, one after the other, with symbol and number.
pub(super) struct Policy(Vec<Part>);

struct Part {
    insurer: Insurer,
    symbol: String,
    number: String,
    from: Date,
    to: Option<Date>,
}

impl Policy {
    pub fn new(family: &Family<'_>, dice: &mut Dice) -> Self {
        let rich = family.has(Feature::RichInsurance);
        let begin = Date::MIN;
        let end = family.reliefs.first().map(|r| plus_days(r.period.from, -1));
        let mut parts = Vec::new();
        let city = |family: &Family<'_>| {
            let serial = family.household.serial % 10_000_000;
            ("みなと".to_owned(), format!("{serial:07}"))
        };
        let mut add = |insurer: Insurer, from: Date, to: Option<Date>, dice: &mut Dice| {
            let (symbol, number) = match insurer.class {
                "国保" => city(family),
                "国保組合" => ("湾建".to_owned(), format!("{}", dice.between(1_000, 99_999))),
                "協会けんぽ" | "船員" => {
                    (format!("{}", dice.between(11_000_000, 89_999_999)), format!("{}", dice.between(1, 9_999)))
                }
                "共済" => ("公共".to_owned(), format!("{}", dice.between(100_000, 9_999_999))),
                _ => (format!("{}", dice.between(10, 999)), format!("{}", dice.between(100, 99_999))),
            };
            parts.push(Part { insurer, symbol, number, from, to });
        };
        match (family.ties.changed_on, family.ties.national_health && !rich) {
            (Some(day), _) => {
                add(insurers::employer(dice, rich), begin, Some(plus_days(day, -1)), dice);
                add(insurers::NATIONAL_HEALTH, day, end, dice);
            }
            (None, true) if dice.per_mille(70) => add(*dice.pick(&insurers::NATIONAL_HEALTH_SOCIETIES), begin, end, dice),
            (None, true) => add(insurers::NATIONAL_HEALTH, begin, end, dice),
            (None, false) if family.ties.plan.features.is_empty() && dice.per_mille(110) => {
                // A change of employer, not of the branch of insurance.
                let day = plus_days(family.today, -dice.between(60, 1_400)).first_of_month();
                add(insurers::employer(dice, false), begin, Some(plus_days(day, -1)), dice);
                add(insurers::employer(dice, false), day, end, dice);
            }
            (None, false) => add(insurers::employer(dice, rich), begin, end, dice),
        }
        if let Some(over) = family.reliefs.last().and_then(|r| r.period.to) {
            // Whoever leaves 生活保護 without an employer is insured with the city again.
            add(insurers::NATIONAL_HEALTH, plus_days(over, 1), None, dice);
        }
        Self(parts)
    }

    /// A child's rows; `place` is the child's place in the household.
    pub fn of(&self, family: &Family<'_>, child: &Person, place: usize, first: bool, dice: &mut Dice) -> Vec<InsuranceFact> {
        let entry = child.current().entry.on;
        // A student elsewhere stays in the city's insurance (国民健康保険法116条).
        let left = child.current().removal.as_ref().filter(|_| !family.has(Feature::SchoolLeave)).map(|r| r.on.earliest);
        let mut facts = Vec::new();
        for part in &self.0 {
            let city = part.insurer.class == "国保";
            // The city's own insurance begins with the residence, an employer's may be older.
            let earliest = if city { entry } else { child.birth_day().max(plus_years(entry, -3)) };
            let from = part.from.max(earliest);
            let to = if city { earlier(part.to, left.map(|day| plus_days(day, -1))) } else { part.to };
            if to.is_some_and(|to| to < from) {
                continue;
            }
            facts.push(self.fact(family, part, Period { from, to }, place, dice));
        }
        if first && family.has(Feature::WorkingChild) {
            works_itself(family, child, &mut facts, dice);
        }
        if first && family.has(Feature::RichInsurance) {
            rich(&mut facts);
        }
        facts
    }

    fn fact(&self, family: &Family<'_>, part: &Part, period: Period, place: usize, dice: &mut Dice) -> InsuranceFact {
        let insurer = part.insurer;
        let insured = family.guardian.map(|g| g.current().name.everyday().text.clone()).unwrap_or_default();
        let note = |text: &'static str| (!text.is_empty()).then_some(Supplement { period, note: text });
        InsuranceFact {
            insurer_no: insurer.number,
            insurer_name: insurer.name,
            insurer_address_code: insurer.address_code,
            insurer_postal_code: insurer.postal_code,
            insurer_address: insurer.address,
            insurer_lot: insurer.lot,
            insurer_building: insurer.building,
            insurer_phone: insurer.phone,
            class: insurer.class,
            symbol: part.symbol.clone(),
            number: part.number.clone(),
            branch: format!("{:02}", place + 1),
            insured_name: insured,
            family: "家族",
            period,
            lost_on: period.to.map(|to| plus_days(to, 1)),
            cancelled_on: None,
            specified_disease_on: None,
            supplement: note(insurer.supplement),
            rebate: note(insurer.rebate),
            checked_on: reference::holidays::office_day_from(plus_days(period.from, dice.between(5, 30))).min(family.today),
        }
    }
}

fn earlier(a: Option<Date>, b: Option<Date>) -> Option<Date> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

/// A young person who has taken up work: 本人 since the first of a month.
fn works_itself(family: &Family<'_>, child: &Person, facts: &mut Vec<InsuranceFact>, dice: &mut Dice) {
    let from = plus_days(family.today, -80).first_of_month();
    let Some(before) = facts.last_mut().filter(|f| f.period.from < from) else { return };
    before.period.to = Some(plus_days(from, -1));
    before.lost_on = Some(from);
    let mut own = before.clone();
    own.period = Period { from, to: None };
    own.lost_on = None;
    own.family = "本人";
    own.branch = "00".to_owned();
    own.insured_name = child.current().name.everyday().text.clone();
    let insurer = insurers::EMPLOYERS[0].0;
    (own.insurer_no, own.insurer_name, own.class) = (insurer.number, insurer.name, insurer.class);
    (own.insurer_address_code, own.insurer_postal_code) = (insurer.address_code, insurer.postal_code);
    (own.insurer_address, own.insurer_lot) = (insurer.address, insurer.lot);
    (own.insurer_building, own.insurer_phone) = (insurer.building, insurer.phone);
    (own.supplement, own.rebate) = (None, None);
    own.symbol = dice.digits(8);
    own.number = format!("{}", dice.between(1, 999));
    facts.push(own);
}

/// A row entered by mistake and cancelled, a 特定疾病, and benefits of the insurer that have ended.
fn rich(facts: &mut Vec<InsuranceFact>) {
    let Some(fact) = facts.first_mut() else { return };
    let year = Period { from: fact.period.from, to: Some(plus_days(fact.period.from, 364)) };
    fact.specified_disease_on = Some(plus_days(fact.period.from, 45));
    fact.supplement = fact.supplement.map(|s| Supplement { period: year, ..s });
    fact.rebate = fact.rebate.map(|s| Supplement { period: year, ..s });
    let mut wrong = fact.clone();
    wrong.number = "1".to_owned();
    wrong.cancelled_on = Some(plus_days(wrong.checked_on, 3));
    facts.insert(0, wrong);
}
