//! The doors between programmes: a port works under the role of the programme that offers it (ADR 0011).

use async_trait::async_trait;
use claims::{Examiner, PaidTwice, RosterEntry, Rules, Scheme, Visit};
use kernel::Yen;
use kernel::ident::{AtenaNo, DanNo, SetaiNo};
use kernel::time::{Date, Timestamp, YearMonth};
use mynumber::IndividualNumber;
use platform::{Fault, Unit};
use ports::facts::ResidentHit;
use ports::{ComparePort, HubPort, Likeness, LinkUse, LinkUses, Original, Originals, Page, ResidentFacts, ResidentPort};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use webkit::walls::Walled;
use wire::ident::DataSetId;

/// The door of the registry.
pub struct Residents(Walled<Arc<dyn ComparePort>>);

/// The door of the hub.
pub struct Hub(Walled<Arc<dyn HubPort>>);

/// The door through which the receipts slice asks a scheme.
pub struct Asked(Walled<Arc<dyn Scheme>>);

/// The registry, behind its wall.
pub fn residents() -> Arc<dyn ResidentPort> {
    compared()
}

/// The registry for 名寄せ, behind the same wall.
pub fn compared() -> Arc<dyn ComparePort> {
    Arc::new(Residents(Walled { programme: "resident", inner: resident::port() }))
}

/// The hub, behind its wall.
pub fn hub() -> Arc<dyn HubPort> {
    Arc::new(Hub(Walled { programme: "hub", inner: hub::port() }))
}

/// A scheme of 医療費助成, behind its wall.
pub fn scheme(inner: Arc<dyn Scheme>) -> Arc<dyn Scheme> {
    Arc::new(Asked(Walled { programme: "medical_aid", inner }))
}

/// The door through which the hub asks a programme what rests on a link.
pub struct Uses(Walled<Arc<dyn LinkUses>>);

/// What a programme did for a person, behind its wall.
pub fn link_uses(programme: &'static str, inner: Arc<dyn LinkUses>) -> Arc<dyn LinkUses> {
    Arc::new(Uses(Walled { programme, inner }))
}

/// The door through which the exchange reads 正本.
pub struct Source(Walled<Arc<dyn Originals>>);

/// 正本 of a programme, behind its wall.
pub fn originals(programme: &'static str, inner: Arc<dyn Originals>) -> Arc<dyn Originals> {
    Arc::new(Source(Walled { programme, inner }))
}

/// Calls a port under its programme's role.
macro_rules! through {
    ($door:expr, $unit:ident, $call:ident ( $($arg:expr),* )) => {{
        let before = $unit.enter($door.programme).await?;
        let done = $door.inner.$call($unit, $($arg),*).await;
        $unit.leave(before, done).await
    }};
}

#[async_trait]
impl LinkUses for Uses {
    async fn uses(&self, unit: &mut Unit, number: &AtenaNo, since: Timestamp) -> Result<Vec<LinkUse>, Fault> {
        through!(self.0, unit, uses(number, since))
    }
}

#[async_trait]
impl Originals for Source {
    fn holds(&self, data_set: &DataSetId) -> bool {
        self.0.inner.holds(data_set)
    }

    async fn page(&self, unit: &mut Unit, after: Option<&AtenaNo>, people: usize) -> Result<Page, Fault> {
        through!(self.0, unit, page(after, people))
    }

    async fn of(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Vec<Original>, Fault> {
        through!(self.0, unit, of(number))
    }
}

#[async_trait]
impl ResidentPort for Residents {
    async fn person(&self, unit: &mut Unit, number: &AtenaNo, as_of: Date) -> Result<Option<ResidentFacts>, Fault> {
        through!(self.0, unit, person(number, as_of))
    }

    async fn household(&self, unit: &mut Unit, household: &SetaiNo, as_of: Date) -> Result<Vec<ResidentFacts>, Fault> {
        through!(self.0, unit, household(household, as_of))
    }

    async fn search(&self, unit: &mut Unit, query: &str, limit: usize) -> Result<Vec<ResidentHit>, Fault> {
        through!(self.0, unit, search(query, limit))
    }

    async fn individual_number(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Option<IndividualNumber>, Fault> {
        through!(self.0, unit, individual_number(number))
    }

    async fn born_between(&self, unit: &mut Unit, from: Date, to: Date, as_of: Date) -> Result<Vec<ResidentFacts>, Fault> {
        through!(self.0, unit, born_between(from, to, as_of))
    }
}

#[async_trait]
impl ComparePort for Residents {
    async fn alike(&self, unit: &mut Unit, likeness: &Likeness<'_>) -> Result<Vec<ResidentFacts>, Fault> {
        through!(self.0, unit, alike(likeness))
    }
}

#[async_trait]
impl HubPort for Hub {
    async fn dan_of(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Option<DanNo>, Fault> {
        through!(self.0, unit, dan_of(number))
    }

    async fn dans_between(
        &self,
        unit: &mut Unit,
        after: Option<&AtenaNo>,
        until: Option<&AtenaNo>,
    ) -> Result<BTreeMap<AtenaNo, DanNo>, Fault> {
        through!(self.0, unit, dans_between(after, until))
    }

    async fn atena_no(&self, unit: &mut Unit, dan_no: &DanNo) -> Result<Option<AtenaNo>, Fault> {
        through!(self.0, unit, atena_no(dan_no))
    }

    async fn shared(&self, unit: &mut Unit) -> Result<BTreeMap<DanNo, Vec<AtenaNo>>, Fault> {
        through!(self.0, unit, shared())
    }
    async fn is_frozen(&self, unit: &mut Unit, dan_no: &DanNo) -> Result<bool, Fault> {
        through!(self.0, unit, is_frozen(dan_no))
    }
}

#[async_trait]
impl Scheme for Asked {
    fn bearer_no(&self) -> String {
        self.0.inner.bearer_no()
    }

    async fn roster(&self, unit: &mut Unit) -> Result<Vec<RosterEntry>, Fault> {
        through!(self.0, unit, roster())
    }

    async fn reimbursed(&self, unit: &mut Unit) -> Result<BTreeSet<String>, Fault> {
        through!(self.0, unit, reimbursed())
    }

    async fn paid_twice(&self, unit: &mut Unit, visits: &[Visit]) -> Result<Vec<PaidTwice>, Fault> {
        through!(self.0, unit, paid_twice(visits))
    }

    fn rules(&self, month: YearMonth) -> Result<Rules, Fault> {
        self.0.inner.rules(month)
    }

    fn monthly_cap(&self, month: YearMonth) -> Result<Yen, Fault> {
        self.0.inner.monthly_cap(month)
    }

    fn own_charge(&self, points: i64, benefit_rate: u8, month: YearMonth) -> Result<Yen, Fault> {
        self.0.inner.own_charge(points, benefit_rate, month)
    }

    fn fee(&self, sender: Examiner, receipts: i64, month: YearMonth) -> Result<Yen, Fault> {
        self.0.inner.fee(sender, receipts, month)
    }

    fn rank(&self, act: &str, amount: Yen, on: Date) -> Option<(i64, String)> {
        self.0.inner.rank(act, amount, on)
    }

    async fn debtor(&self, unit: &mut Unit, subject: i64) -> Result<AtenaNo, Fault> {
        through!(self.0, unit, debtor(subject))
    }

    fn sender_account(&self, sender: Examiner) -> Result<payments::Account, Fault> {
        self.0.inner.sender_account(sender)
    }
}
