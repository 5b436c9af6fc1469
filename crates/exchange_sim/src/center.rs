//! The keeper of the network's machines, and the 住基ネット peer beside it.

use crate::Safeguards;
use crate::gateway::is_due;
use std::collections::BTreeMap;
use wire::Randomness;
use wire::code::{AcquisitionNo, Code, InnerId, LineageKey};
use wire::ident::{InstitutionCode, PermitNo, RequestId};
use wire::machine::{Body, Effect, Machine, Message, Party, Turn};
use wire::network::{Authority, Passage, PassageEvent};

/// Everything the network keeps.
#[derive(Debug, Clone, Default)]
pub struct CenterStore {
    /// One inner id per person.
    pub people: BTreeMap<LineageKey, InnerId>,
    /// Which person an institution's 符号 stands for.
    pub codes: BTreeMap<(InstitutionCode, Code), InnerId>,
    /// Requests for permits. Keyed by their own number too when a run leaves repetitions unrecognised.
    pub passages: BTreeMap<(InstitutionCode, RequestId, u64), Passage>,
}

/// The network with its store.
#[derive(Debug)]
pub struct Center {
    /// Who it is.
    pub authority: Authority,
    /// What it keeps.
    pub store: CenterStore,
    /// What this simulation leaves switched on.
    pub safeguards: Safeguards,
}

impl CenterStore {
    /// The passage of a permit.
    pub fn passage(&self, no: PermitNo) -> Option<&Passage> {
        self.passages.values().find(|p| p.record.no == no)
    }

    fn step(&mut self, no: PermitNo, event: PassageEvent, turn: &mut Turn<'_, Authority>) -> Vec<Effect> {
        let key = self.passages.iter().find(|(_, p)| p.record.no == no).map(|(key, _)| key.clone());
        let Some((key, passage)) = key.and_then(|key| self.passages.remove(&key).map(|p| (key, p))) else { return Vec::new() };
        let (passage, effects) = passage.step(event, turn);
        self.passages.insert(key, passage);
        effects
    }

    fn issue(
        &mut self,
        lineage: LineageKey,
        to: &InstitutionCode,
        acquisition: AcquisitionNo,
        safeguards: Safeguards,
        turn: &mut Turn<'_, Authority>,
    ) -> Vec<Effect> {
        let mut person = *self.people.entry(lineage).or_insert_with(|| InnerId::draw(turn.rng));
        if !safeguards.code_per_person {
            person = self.people.values().next().copied().unwrap_or(person);
        }
        let Some(code) = turn.who.issue(&person, to) else { return Vec::new() };
        self.codes.insert((to.clone(), code), person);
        vec![Effect::Send { to: Party::Gateway(to.clone()), body: Body::CodeIssued { acquisition, code } }]
    }

    /// Takes a message.
    pub fn hear(&mut self, message: Message, safeguards: Safeguards, turn: &mut Turn<'_, Authority>) -> Vec<Effect> {
        if !turn.who.hears(&message.from, &message.body) {
            return Vec::new();
        }
        match message.body {
            Body::CodeRequest { acquisition, lineage, institution } => {
                self.issue(lineage, &institution, acquisition, safeguards, turn)
            }
            Body::PermitRequest(ask) => {
                let first = (ask.asker.clone(), ask.request, 0);
                let known = self.passages.get(&first).map(|p| p.record.no);
                match known.filter(|_| safeguards.request_ids) {
                    Some(no) => self.step(no, PassageEvent::Again, turn),
                    None => {
                        let subject = self.codes.get(&(ask.asker.clone(), ask.code)).copied();
                        let Ok((passage, effects)) = Passage::open(*ask, subject, turn) else { return Vec::new() };
                        let (asker, request, _) = first;
                        let copies =
                            self.passages.range((asker.clone(), request, 0)..=(asker.clone(), request, u64::MAX)).count();
                        self.passages.insert((asker, request, copies as u64), passage);
                        effects
                    }
                }
            }
            ref body => match body.permit_no() {
                Some(no) => self.step(no, PassageEvent::Heard(message), turn),
                None => Vec::new(),
            },
        }
    }

    /// Lets time pass.
    pub fn tick(&mut self, turn: &mut Turn<'_, Authority>) -> Vec<Effect> {
        let waiting: Vec<PermitNo> = self.passages.values().filter(|p| is_due(*p, turn.now)).map(|p| p.record.no).collect();
        waiting.into_iter().flat_map(|no| self.step(no, PassageEvent::Tick, turn)).collect()
    }

    /// Nothing waits any more.
    pub fn is_settled(&self) -> bool {
        self.passages.values().all(|p| p.due().is_none())
    }
}

/// A seed of 32 bytes for a key.
pub fn key_seed(rng: &mut dyn Randomness) -> [u8; 32] {
    let mut seed = [0; 32];
    rng.fill(&mut seed);
    seed
}
