//! All zones of a plan in one process: for documents and tests that need a connected city, not the proof that zones are apart.

use super::{Plan, Zone, bind, network_key, zone};
use std::collections::BTreeMap;
use tokio::net::TcpListener;
use wire::ident::InstitutionCode;
use wire::machine::Party;

/// The zones with which a city speaks, while they run.
pub struct Inside {
    /// Where everybody listens.
    pub plan: Plan,
    zones: BTreeMap<Party, Zone>,
}

impl Inside {
    /// Starts every zone of the plan but the city itself, whose line is answered: the caller runs it there.
    ///
    /// # Errors
    /// The first zone that cannot be started.
    pub async fn start(mut plan: Plan, city: &InstitutionCode) -> anyhow::Result<(Self, TcpListener)> {
        plan.network_key = Some(network_key(&plan).await?);
        plan.move_where_taken()?;
        plan.store()?;
        let line = bind(&plan.city(city)?.own.line).await?;
        let mut zones = BTreeMap::new();
        for party in plan.parties().into_iter().filter(|party| *party != Party::City(city.clone())) {
            zones.insert(party.clone(), zone(&plan, &party).await?);
        }
        Ok((Self { plan, zones }, line))
    }

    /// The one-time password of somebody of a zone's staff.
    pub fn password(&self, party: &Party, no: &str) -> Option<String> {
        self.zones.get(party)?.passwords.iter().find(|(staff_no, _)| *staff_no == no).map(|(_, password)| password.clone())
    }

    /// Lets all zones end and waits for them.
    pub async fn stop(self) {
        for zone in self.zones.into_values() {
            zone.stop().await;
        }
    }
}
