//! 支援措置: a wife and her children have left the husband, who still lives in the city or elsewhere.

use super::family::Role;
use super::life::{Change, Life, other_ward};
use super::person::a_year_from;
use super::plan::{Feature, Kind, Plan, Shield};
use crate::dice::{plus_days, plus_months};
use crate::model::{Opponent, Protection, Sex};
use crate::{names, outside};
use kernel::time::{Date, Period};

/// The case before the household's history is written.
pub(super) struct Case {
    shield: Shield,
    applied_on: Date,
}

/// The case of a plan; the parting is added to the changes.
pub(super) fn of(plan: &Plan, life: &Life<'_>, changes: &mut Vec<(Date, Change)>) -> Option<Case> {
    let shield = plan.features.iter().find_map(|f| match f {
        Feature::Protected(shield) => Some(*shield),
        _ => None,
    })?;
    let today = life.today;
    let applied_on = match shield {
        Shield::Provisional => plus_days(today, -9),
        Shield::Active => plus_days(today, -150),
        Shield::Extended => plus_days(today, -560),
        // Decided ten days after the request, for a year.
        Shield::ExpiringSoon => plus_days(plus_months(today, -12), 6),
        Shield::Overdue => plus_days(plus_months(today, -12), -31),
        Shield::Ended => plus_days(plus_months(today, -12), -200),
    };
    if plan.kind == Kind::Family {
        let ward = life.homes.first().map_or("01", |h| h.address.ward);
        let mut dice = crate::dice::Dice::new(applied_on.day() as u64, life.people.first().map_or(0, |p| p.serial));
        let to = Some(other_ward(life.place, &mut dice, ward));
        let grown = |p: &super::person::Live| p.birth.latest < plus_days(applied_on, -60);
        let goes = |(i, p): (usize, &super::person::Live)| (p.role != Role::Father && grown(p)).then_some(i);
        let mut who: Vec<usize> = life.people.iter().enumerate().filter_map(goes).collect();
        // The wife is the head of the household that she forms.
        who.sort_by_key(|i| life.people.get(*i).map(|p| p.role != Role::Mother));
        changes.push((plus_days(applied_on, -12), Change::Split { who, to }));
    }
    Some(Case { shield, applied_on })
}

impl Case {
    /// The request, when its household still lives here.
    pub fn protection(self, plan: &Plan, life: &mut Life<'_>) -> Option<Protection> {
        let decided_on = (self.shield != Shield::Provisional).then(|| plus_days(self.applied_on, 10));
        let mut periods: Vec<Period> = decided_on.into_iter().map(|from| Period { from, to: Some(a_year_from(from)) }).collect();
        if self.shield == Shield::Extended {
            let from = periods.last().and_then(|p| p.to).map_or(life.today, |to| plus_days(to, 1));
            periods.push(Period { from, to: Some(a_year_from(from)) });
        }
        let home = usize::from(plan.kind == Kind::Family);
        let mut here = life.people.iter().filter(|p| p.home == home && p.lives());
        let applicant = here.find(|p| matches!(p.role, Role::Mother | Role::Father))?.serial;
        let together =
            life.people.iter().filter(|p| p.home == home && p.lives() && p.serial != applicant).map(|p| p.serial).collect();
        let opponent = match life.people.iter().find(|p| home == 1 && p.role == Role::Father && p.lives()) {
            Some(p) => Opponent {
                person: Some(p.serial),
                name: p.name.main().to_owned(),
                kana: p.name.kana().to_owned(),
                birth: p.birth.exact(),
                address: p.rows.last().map(|row| row.address.text.clone()),
                relation: "配偶者",
            },
            None => {
                let year = 1978 + life.dice.below(15) as i16;
                let name = names::full(names::family(life.dice), names::given(life.dice, Sex::Male, year, &[]));
                let known = life.dice.per_mille(700);
                let address = known.then(|| outside::town(life.place, life.dice).address(life.dice));
                Opponent { person: None, name: name.text, kana: name.kana, birth: None, address, relation: "元配偶者" }
            }
        };
        let ended_on = (self.shield == Shield::Ended).then(|| plus_days(life.today, -150));
        Some(Protection {
            protected: applicant,
            together,
            opponents: vec![opponent],
            ground: life.dice.weighted(&[("配偶者暴力", 6), ("ストーカー行為", 2), ("児童虐待", 1), ("その他", 1)]),
            applied_on: self.applied_on,
            consulted: life.dice.weighted(&[("警察", 4), ("配偶者暴力相談支援センター", 4), ("児童相談所", 1)]),
            opinion_on: decided_on.map(|day| plus_days(day, -3)),
            decided_on,
            periods,
            ended_on,
            end_reason: ended_on.map(|_| "申出者の終了の申出"),
        })
    }
}
