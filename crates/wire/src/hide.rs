//! 不開示 set after an exchange has been recorded: told to the network until it confirms, and by the network to the other side.
//!
//! The mark belongs to the record, whatever became of the exchange: an inquiry that never arrived can be hidden, too.

use crate::ident::PermitNo;
use crate::limits::next_try;
use crate::machine::{Body, Effect, Machine, Party, Tenant, Turn};
use crate::record::Record;
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One mark on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hiding {
    /// Which record.
    pub no: PermitNo,
    confirmed: bool,
    attempts: u32,
    next: Timestamp,
}

/// What happens to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HidingEvent {
    /// Time has passed.
    Tick,
    /// The network has it.
    Confirmed,
}

impl Hiding {
    /// Hides a record here and tells the network (TKM_40133).
    pub fn begin(record: &Record, turn: &Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        let next = next_try(turn.now, 0, &turn.who.limits);
        let hiding = Self { no: record.no, confirmed: false, attempts: 1, next };
        let effects = vec![Effect::Record(Record { hidden: true, ..record.clone() }), hiding.say()];
        (hiding, effects)
    }

    fn say(&self) -> Effect {
        Effect::Send { to: Party::Network, body: Body::Hide(self.no) }
    }
}

impl Machine for Hiding {
    type Who = Tenant;
    type Event = HidingEvent;

    fn due(&self) -> Option<Timestamp> {
        (!self.confirmed).then_some(self.next)
    }

    fn step(mut self, event: HidingEvent, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        match event {
            HidingEvent::Confirmed => {
                self.confirmed = true;
                (self, Vec::new())
            }
            HidingEvent::Tick if !self.confirmed && turn.now >= self.next => {
                self.next = next_try(turn.now, self.attempts, &turn.who.limits);
                self.attempts += 1;
                let said = self.say();
                (self, vec![said])
            }
            HidingEvent::Tick => (self, Vec::new()),
        }
    }
}

/// What to do when the network says that the other side hides an exchange that is recorded here.
pub fn hidden_elsewhere(record: &Record) -> Vec<Effect> {
    let done = Effect::Send { to: Party::Network, body: Body::HideReceived(record.no) };
    vec![Effect::Record(Record { hidden: true, ..record.clone() }), done]
}
