//! What the city consists of: plain values with public fields, for loaders, tests and benches.
//!
//! Words (異動事由, 続柄, 在留資格 …) are the Japanese words that forms and registers use. Serials are ones for which the house can issue
//! a number: `AtenaNo::issue(person.serial)` and `SetaiNo::issue(household.serial)` always succeed.

mod aid;
mod protection;
mod resident;

pub use aid::{
    AidRecord, Application, BankAccount, Card, ChildAid, Entitlement, IncomeFact, IncomeItems, InsuranceFact, OtherLawCard,
    OtherScheme, ReliefFact, SchoolLeave, Stop, Supplement,
};
pub use protection::{Opponent, Protection};
pub use receipts::Sex;
pub use resident::{
    Address, Confirmed, Entry, Foreign, Koseki, Mailing, MoveOut, Name, NamePart, Pension, Person, Removal, ResidentRow, SubName,
};

/// A household as it stands today, with those of its members who have died or left.
#[derive(Debug, Clone, PartialEq)]
pub struct Household {
    /// 世帯 serial. Rows of a member's past may name other households, past ones that stand in no [`Household`].
    pub serial: u64,
    /// What kind of household it is, in words: 単身, 夫婦と子, 三世代 …
    pub kind: &'static str,
    /// Members; those who live here today first, the head (世帯主) before all others. Nobody of a household that left lives here.
    pub people: Vec<Person>,
    /// 支援措置 that a member asked for.
    pub protections: Vec<Protection>,
    /// 子ども医療 of the children here, and of those whom a guardian here still represents.
    pub aids: Vec<ChildAid>,
}

impl Household {
    /// The members who are residents today.
    pub fn residents(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|p| p.is_resident())
    }

    /// The head today; `None` when everybody has left.
    pub fn head(&self) -> Option<&Person> {
        self.residents().find(|p| p.current().relation == "世帯主")
    }
}
