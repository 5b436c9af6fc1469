//! What the hub offers to programmes, and what it listens to.

use crate::store;
use crate::usecases::freeze::{NUMBER_DECIDED, NumberDecided};
use crate::usecases::register_outsider::{OUTSIDER_ENTERED, OutsiderEntered};
use crate::usecases::{follow_resident, freeze, link_programme, look_up, match_newcomer, match_up, unify};
use async_trait::async_trait;
use kernel::ident::{AtenaNo, DanNo};
use platform::outbox::{self, Subscription};
use platform::{Fault, Unit};
use ports::{ComparePort, HubPort, PROGRAMME_LINKED, ProgrammeLinked, RESIDENT_EVENT, ResidentEvent};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The hub, as programmes see it.
pub struct Hub;

#[async_trait]
impl HubPort for Hub {
    async fn dan_of(&self, unit: &mut Unit, number: &AtenaNo) -> Result<Option<DanNo>, Fault> {
        look_up::dan_of(unit, number).await
    }

    async fn dans_between(
        &self,
        unit: &mut Unit,
        after: Option<&AtenaNo>,
        until: Option<&AtenaNo>,
    ) -> Result<BTreeMap<AtenaNo, DanNo>, Fault> {
        look_up::dans_between(unit, after, until).await
    }

    async fn atena_no(&self, unit: &mut Unit, dan_no: &DanNo) -> Result<Option<AtenaNo>, Fault> {
        look_up::atena_no(unit, dan_no).await
    }

    async fn shared(&self, unit: &mut Unit) -> Result<BTreeMap<DanNo, Vec<AtenaNo>>, Fault> {
        look_up::shared(unit).await
    }
    async fn is_frozen(&self, unit: &mut Unit, dan_no: &DanNo) -> Result<bool, Fault> {
        freeze::is_frozen(unit, dan_no).await
    }
}

/// Follows the resident registry: 付番, and whether the person is a 住登外者 whom the city knows already.
pub struct OnResident {
    /// The registry, which alone holds 個人番号.
    pub residents: Arc<dyn ComparePort>,
    /// Reference data of the engine.
    pub tables: Arc<matching::Tables>,
}

#[async_trait]
impl Subscription for OnResident {
    fn name(&self) -> &'static str {
        "hub.on_resident_event"
    }
    fn topic(&self) -> &'static str {
        RESIDENT_EVENT
    }
    fn works_for(&self) -> (&'static str, &'static str) {
        (crate::OFFICE, crate::PURPOSE.code)
    }
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: ResidentEvent = outbox::event(payload)?;
        follow_resident::run(unit, self.residents.as_ref(), &self.tables, &event).await?;
        match_newcomer::run(unit, self.residents.as_ref(), &self.tables, &event).await?;
        unify::by_registry(unit, &event.atena_no).await
    }
}

/// Looks for the person of every 住登外者 who is entered or changed.
pub struct OnOutsider {
    /// The registry.
    pub residents: Arc<dyn ComparePort>,
    /// Reference data of the engine.
    pub tables: Arc<matching::Tables>,
}

#[async_trait]
impl Subscription for OnOutsider {
    fn name(&self) -> &'static str {
        "hub.on_outsider_entered"
    }
    fn topic(&self) -> &'static str {
        OUTSIDER_ENTERED
    }
    fn works_for(&self) -> (&'static str, &'static str) {
        (crate::OFFICE, crate::PURPOSE.code)
    }
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: OutsiderEntered = outbox::event(payload)?;
        match_up::run(unit, self.residents.as_ref(), &self.tables, &event.atena_no).await?;
        match store::outsider(&mut unit.tx, &event.atena_no).await? {
            Some(row) => unify::by_programme(unit, self.residents.as_ref(), &row.programme, &row.atena_no).await,
            None => Ok(()),
        }
    }
}

/// Looks at a resident anew after it was decided whose a 個人番号 is.
pub struct OnDecided {
    /// The registry.
    pub residents: Arc<dyn ComparePort>,
    /// Reference data of the engine.
    pub tables: Arc<matching::Tables>,
}

#[async_trait]
impl Subscription for OnDecided {
    fn name(&self) -> &'static str {
        "hub.on_number_decided"
    }
    fn topic(&self) -> &'static str {
        NUMBER_DECIDED
    }
    fn works_for(&self) -> (&'static str, &'static str) {
        (crate::OFFICE, crate::PURPOSE.code)
    }
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: NumberDecided = outbox::event(payload)?;
        follow_resident::anew(unit, self.residents.as_ref(), &self.tables, &event.atena_no).await?;
        unify::by_registry(unit, &event.atena_no).await
    }
}

/// Follows the programmes' own numbers.
pub struct OnProgramme {
    /// The registry, which knows who is a resident.
    pub residents: Arc<dyn ComparePort>,
}

#[async_trait]
impl Subscription for OnProgramme {
    fn name(&self) -> &'static str {
        "hub.on_programme_linked"
    }
    fn topic(&self) -> &'static str {
        PROGRAMME_LINKED
    }
    fn works_for(&self) -> (&'static str, &'static str) {
        (crate::OFFICE, crate::PURPOSE.code)
    }
    async fn handle(&self, unit: &mut Unit, payload: &[u8]) -> Result<(), Fault> {
        let event: ProgrammeLinked = outbox::event(payload)?;
        link_programme::run(unit, &event).await?;
        unify::by_programme(unit, self.residents.as_ref(), &event.programme, &event.atena_no).await
    }
}
