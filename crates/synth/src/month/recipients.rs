//! The children of the scheme as an institution sees them: card, insurance, name.

use crate::city::City;
use crate::model::{ChildAid, Household, InsuranceFact, OtherLawCard, Person, Sex, Stop};
use kernel::text::without_selectors;
use kernel::time::{Date, Period, YearMonth, march_31_after};
use receipts::text::encode_into;

/// A child with a number, and what decides over their receipts.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipient {
    /// Person serial.
    pub person: u64,
    /// 公費負担者番号.
    pub bearer: &'static str,
    /// 受給者番号.
    pub number: String,
    /// The name as a receipt carries it: characters outside of windows-31j folded, selectors left out.
    pub name: String,
    /// カナ without blanks.
    pub kana: String,
    /// 生年月日.
    pub birth: Date,
    /// 性別.
    pub sex: Sex,
    /// Days on which the card may be used.
    pub periods: Vec<Period>,
    /// Days on which it is suspended.
    pub stops: Vec<Period>,
    /// 医療保険.
    pub insurances: Vec<InsuranceFact>,
    /// Cards of national laws.
    pub other_laws: Vec<OtherLawCard>,
}

impl Recipient {
    fn new(bearer: &'static str, person: &Person, aid: &ChildAid) -> Option<Self> {
        let number = aid.recipient_no.as_ref()?.as_str().to_owned();
        let row = person.current();
        let stop = |s: Stop| Period { from: s.from, to: s.released.map(|(day, _)| crate::dice::plus_days(day, -1)) };
        let valid = || aid.entitlements.iter().filter(|e| e.record.cancelled_on.is_none());
        Some(Self {
            person: person.serial,
            bearer,
            number,
            name: writable(row.name.main()),
            kana: row.name.kana().chars().filter(|c| !c.is_whitespace()).collect(),
            birth: person.birth_day(),
            sex: row.sex,
            periods: valid().map(|e| Period { from: e.acquired_on, to: e.last_day.or(Some(e.age_limit_on)) }).collect(),
            stops: valid().filter_map(|e| e.stop).map(stop).collect(),
            insurances: aid.insurances.iter().filter(|i| i.cancelled_on.is_none()).cloned().collect(),
            other_laws: aid.other_laws.clone(),
        })
    }

    /// Not yet at school age in a month of care: two tenths instead of three.
    pub fn preschool(&self, month: YearMonth) -> bool {
        march_31_after(self.birth, 6) >= month.first_day()
    }

    /// Entitled on every day of a month, with nothing that would need a second look.
    pub(super) fn plain(&self, month: YearMonth) -> bool {
        let (first, last) = (month.first_day(), month.last_day());
        let stopped = self.stops.iter().any(|s| s.overlaps(&Period { from: first, to: Some(last) }));
        !stopped && self.periods.iter().any(|p| p.contains(first) && p.contains(last))
    }

    /// The insurance on a day.
    pub(super) fn insurance_on(&self, day: Date) -> Option<&InsuranceFact> {
        self.insurances.iter().find(|i| i.period.contains(day))
    }

    /// The national card that pays first on a day.
    pub(super) fn other_law_on(&self, day: Date) -> Option<&OtherLawCard> {
        self.other_laws.iter().find(|c| c.period.contains(day))
    }
}

/// Everybody with a number, in the order of the city.
pub(super) fn all(city: &City) -> Vec<Recipient> {
    let bearer = city.place.bearer;
    let of = |household: Household| {
        let one = |aid: &ChildAid| {
            let person = household.people.iter().find(|p| p.serial == aid.child)?;
            Recipient::new(bearer, person, aid)
        };
        household.aids.iter().filter_map(one).collect::<Vec<_>>()
    };
    city.households().flat_map(of).collect()
}

/// A name in the characters that a receipt can carry.
fn writable(name: &str) -> String {
    let plain = without_selectors(name);
    let carry = |c: char| {
        let can = |c: char| encode_into(&mut Vec::new(), c.encode_utf8(&mut [0; 4])).is_ok();
        match reference::fold(c) {
            _ if can(c) => c,
            folded if can(folded) => folded,
            _ => '〓',
        }
    };
    plain.chars().map(carry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_what_a_receipt_can_carry() {
        assert_eq!(writable("髙﨑　颯太"), "髙﨑　颯太");
        assert_eq!(writable("𠮷田　湊"), "吉田　湊");
        assert_eq!(writable("葛\u{E0102}城　紬"), "葛城　紬");
        assert_eq!(writable("NGUYEN THI LAN"), "NGUYEN THI LAN");
    }
}
