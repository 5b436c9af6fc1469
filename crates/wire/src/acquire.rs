//! 符号取得: NO_CODE → REQUESTED → BOUND, on the gateway's side.
//!
//! The gateway draws a 取得番号 and asks its city for a 符号 of a 団番; the city translates the 団番 and asks over 住基ネット; 住基ネット asks
//! the network; the network answers the gateway under the 取得番号. Binding the 符号 ends the acquisition, and with it the number: the bound
//! state has no place for it.

use crate::code::{AcquisitionNo, Code};
use crate::limits::{later, next_try};
use crate::machine::{Alarm, Body, Effect, Machine, NoCode, Party, Tenant, Turn};
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an acquisition stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AcquisitionState {
    /// None yet, or none to be had.
    NoCode {
        /// Why, once it is known.
        reason: Option<NoCode>,
    },
    /// Asked for.
    Requested {
        /// 取得番号, in no other state.
        acquisition: AcquisitionNo,
        /// Since when.
        since: Timestamp,
        /// Requests sent.
        attempts: u32,
        /// When to ask again.
        next: Timestamp,
        /// The alarm about its age has been raised.
        alarmed: bool,
    },
    /// Bound.
    Bound {
        /// The 符号.
        code: Code,
    },
}

/// The acquisition of one person's 符号.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acquisition {
    /// The person.
    pub dan: DanNo,
    /// Where it stands.
    pub state: AcquisitionState,
}

/// 符号取得状況 of a tenant, as the gateway tells its city.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcquisitionStatus {
    /// How many people stand where.
    pub counts: Vec<AcquisitionCount>,
    /// People without a 符号, those who wait longest first; not more than a page shows.
    pub without: Vec<WithoutCode>,
}

/// People who stand at the same place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcquisitionCount {
    /// `NO_CODE`, `REQUESTED`, `BOUND`.
    pub state: String,
    /// Why there is none, in Japanese; empty otherwise.
    pub reason: String,
    /// How many.
    pub people: i64,
    /// Since when the one who waits longest stands there.
    pub oldest: Timestamp,
}

/// A person without a 符号.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithoutCode {
    /// The person.
    pub dan: DanNo,
    /// `NO_CODE` or `REQUESTED`.
    pub state: String,
    /// Why there is none, in Japanese; empty while it is asked for.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// What happens to an acquisition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcquisitionEvent {
    /// The 団番 has been registered, or the cause of a failure is gone.
    Begin,
    /// Time has passed.
    Tick,
    /// The network sends a 符号.
    Issued {
        /// 取得番号 it came under.
        acquisition: AcquisitionNo,
        /// The 符号.
        code: Code,
        /// The 団番 that has this 符号 in the store already.
        holder: Option<DanNo>,
    },
    /// There is none.
    Unavailable {
        /// 取得番号 it came under.
        acquisition: AcquisitionNo,
        /// Why.
        reason: NoCode,
    },
}

impl Acquisition {
    /// A person without a 符号.
    pub fn new(dan: DanNo) -> Self {
        Self { dan, state: AcquisitionState::NoCode { reason: None } }
    }

    /// The 符号, when it is bound.
    pub fn code(&self) -> Option<Code> {
        match self.state {
            AcquisitionState::Bound { code } => Some(code),
            _ => None,
        }
    }

    /// The 取得番号 of a running acquisition.
    pub fn number(&self) -> Option<AcquisitionNo> {
        match self.state {
            AcquisitionState::Requested { acquisition, .. } => Some(acquisition),
            _ => None,
        }
    }

    fn ask(&self, acquisition: AcquisitionNo, who: &Tenant) -> Effect {
        Effect::Send { to: Party::City(who.institution.clone()), body: Body::CodeWanted { acquisition, dan: self.dan.clone() } }
    }

    fn ended(self, state: AcquisitionState, effects: Vec<Effect>) -> (Self, Vec<Effect>) {
        (Self { state, ..self }, effects)
    }
}

impl Machine for Acquisition {
    type Who = Tenant;
    type Event = AcquisitionEvent;

    fn due(&self) -> Option<Timestamp> {
        match self.state {
            AcquisitionState::Requested { next, .. } => Some(next),
            _ => None,
        }
    }

    fn step(self, event: AcquisitionEvent, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        let limits = &turn.who.limits;
        match (self.state.clone(), event) {
            (AcquisitionState::NoCode { .. }, AcquisitionEvent::Begin) => {
                let acquisition = AcquisitionNo::draw(turn.rng);
                let ask = self.ask(acquisition, turn.who);
                let next = next_try(turn.now, 0, limits);
                let requested = AcquisitionState::Requested { acquisition, since: turn.now, attempts: 1, next, alarmed: false };
                self.ended(requested, vec![ask])
            }
            (AcquisitionState::Requested { acquisition, since, attempts, next, alarmed }, AcquisitionEvent::Tick)
                if turn.now >= next =>
            {
                let old = turn.now >= later(since, limits.acquisition_alarm);
                let mut effects = vec![self.ask(acquisition, turn.who)];
                effects.extend((old && !alarmed).then_some(Effect::Alarm(Alarm::AcquisitionOld)));
                let next = next_try(turn.now, attempts, limits);
                let alarmed = alarmed || old;
                self.ended(AcquisitionState::Requested { acquisition, since, attempts: attempts + 1, next, alarmed }, effects)
            }
            (AcquisitionState::Requested { acquisition: own, .. }, AcquisitionEvent::Issued { acquisition, code, holder })
                if own == acquisition =>
            {
                match holder {
                    Some(other) if other != self.dan => {
                        let state = AcquisitionState::NoCode { reason: Some(NoCode::DuplicateCode) };
                        self.ended(state, vec![Effect::Alarm(Alarm::DuplicateCode)])
                    }
                    _ => {
                        let bind = Effect::Bind { dan: self.dan.clone(), code };
                        self.ended(AcquisitionState::Bound { code }, vec![bind])
                    }
                }
            }
            (AcquisitionState::Requested { acquisition: own, .. }, AcquisitionEvent::Unavailable { acquisition, reason })
                if own == acquisition =>
            {
                self.ended(AcquisitionState::NoCode { reason: Some(reason) }, Vec::new())
            }
            _ => (self, Vec::new()),
        }
    }
}
