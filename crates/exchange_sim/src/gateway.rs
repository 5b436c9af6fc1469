//! The keeper of one tenant's machines: the store in memory, and which message goes to which machine.

use kernel::ident::DanNo;
use kernel::time::{Timestamp, civil};
use std::collections::{BTreeMap, BTreeSet};
use wire::acquire::{Acquisition, AcquisitionEvent};
use wire::code::Code;
use wire::compare::fingerprint;
use wire::hide::{Hiding, HidingEvent, hidden_elsewhere};
use wire::ident::{Digest, PermitNo, RequestId};
use wire::inquiry::{Inquiry, InquiryEvent, InquiryState};
use wire::machine::{Body, Effect, Machine, Party, Tenant, Turn};
use wire::permit::Permit;
use wire::provide::{self, Arrival, Hold, ProvideFacts, Provision, ProvisionEvent, ProvisionState};
use wire::record::Record;
use wire::replica::{LiveVersions, ReplicaRecord, Slot, Verdict, judge};
use wire::seal::Sealed;

use crate::Safeguards;

/// Everything a tenant keeps. What is here survives a crash once it is durable.
#[derive(Debug, Clone, Default)]
pub struct Store {
    /// 符号取得 by person.
    pub acquisitions: BTreeMap<DanNo, Acquisition>,
    /// 符号 → 団番.
    pub codes: BTreeMap<Code, DanNo>,
    /// Inquiries we make.
    pub inquiries: BTreeMap<RequestId, Inquiry>,
    /// Inquiries we answer, by permit: a permit that is here is used.
    pub provisions: BTreeMap<PermitNo, Provision>,
    /// 副本.
    pub replica: BTreeMap<Slot, ReplicaRecord>,
    /// 情報提供等記録.
    pub records: BTreeMap<PermitNo, Record>,
    /// 不開示 marks on their way to the network.
    pub hidings: BTreeMap<PermitNo, Hiding>,
    /// 自動応答不可 of people.
    pub blocked: BTreeSet<DanNo>,
    /// 不開示該当 of people.
    pub hidden: BTreeSet<DanNo>,
    /// People whose link is being put right.
    pub recalled: BTreeSet<DanNo>,
}

/// Which states followed which, for comparison with the published diagrams, as somebody beside the store writes it down: a state that a
/// crash takes back is one that another followed.
#[derive(Debug, Clone, Default)]
pub struct Moves {
    /// Of inquiries.
    pub inquiries: BTreeSet<(InquiryState, InquiryState)>,
    /// Of provisions.
    pub provisions: BTreeSet<(ProvisionState, ProvisionState)>,
    asked: BTreeMap<RequestId, InquiryState>,
    provided: BTreeMap<PermitNo, ProvisionState>,
}

impl Moves {
    fn inquiry(&mut self, id: RequestId, from: InquiryState, to: InquiryState) {
        let from = self.asked.insert(id, to).unwrap_or(from);
        self.inquiries.insert((from, to));
    }

    fn provision(&mut self, no: PermitNo, from: ProvisionState, to: ProvisionState) {
        let from = self.provided.insert(no, to).unwrap_or(from);
        self.provisions.insert((from, to));
    }
}

/// One tenant with its store.
#[derive(Debug, Clone)]
pub struct Gateway {
    /// Who it is.
    pub tenant: Tenant,
    /// What it keeps.
    pub store: Store,
    /// Versions of data sets.
    pub live: LiveVersions,
    /// Does the profile connect for providing?
    pub provides: bool,
    /// What happened to its machines.
    pub moves: Moves,
    /// What this simulation leaves switched on.
    pub safeguards: Safeguards,
}

impl Gateway {
    /// Takes a message; the effects are for after the store is durable.
    pub fn hear(&mut self, from: &Party, body: Body, turn: &mut Turn<'_, Tenant>) -> Vec<Effect> {
        if !self.tenant.hears(from, &body) {
            return Vec::new();
        }
        let effects = match body {
            Body::CodeIssued { acquisition, code } => {
                let holder = self.store.codes.get(&code).cloned();
                let of = self.acquiring(|a| a.number() == Some(acquisition));
                self.acquire(of, AcquisitionEvent::Issued { acquisition, code, holder }, turn)
            }
            Body::CodeUnavailable { acquisition, reason } => {
                let of = self.acquiring(|a| a.number() == Some(acquisition));
                self.acquire(of, AcquisitionEvent::Unavailable { acquisition, reason }, turn)
            }
            Body::PermitGranted(ref permit) => self.inquiry(permit.terms.request, InquiryEvent::Heard(body), turn),
            Body::PermitDenied { request, .. } => self.inquiry(request, InquiryEvent::Heard(body), turn),
            Body::Notice(permit) => self.notice(&permit, turn),
            Body::Hide(no) => self.store.records.get(&no).map(hidden_elsewhere).unwrap_or_default(),
            Body::HideReceived(no) => self.hiding(no, HidingEvent::Confirmed, turn),
            Body::Inquiry { permit, sealed } => self.asked(permit, sealed, turn),
            Body::Cancel(permit) => self.cancelled(&permit, turn),
            Body::Chunk { load, part, records } => {
                let rejected = records.into_iter().filter_map(|record| self.load(record, turn.now)).collect();
                vec![Effect::Send { to: from.clone(), body: Body::ChunkDone { load, part, rejected } }]
            }
            body => match body.permit_no() {
                Some(no) => self.concerning(no, body, turn),
                None => Vec::new(),
            },
        };
        self.keep(effects)
    }

    /// One step of an inquiry; `None` when there is no such inquiry.
    pub fn inquiry(&mut self, id: RequestId, event: InquiryEvent, turn: &mut Turn<'_, Tenant>) -> Vec<Effect> {
        let Some(inquiry) = self.store.inquiries.remove(&id) else { return Vec::new() };
        let before = inquiry.state;
        let (inquiry, effects) = inquiry.step(event, turn);
        self.moves.inquiry(id, before, inquiry.state);
        self.store.inquiries.insert(id, inquiry);
        effects
    }

    /// One step of a provision.
    pub fn provision(&mut self, no: PermitNo, event: ProvisionEvent, turn: &mut Turn<'_, Tenant>) -> Vec<Effect> {
        let Some(provision) = self.store.provisions.remove(&no) else { return Vec::new() };
        let before = provision.state;
        let (provision, effects) = provision.step(event, turn);
        self.moves.provision(no, before, provision.state);
        self.store.provisions.insert(no, provision);
        effects
    }

    /// One step of a mark.
    fn hiding(&mut self, no: PermitNo, event: HidingEvent, turn: &mut Turn<'_, Tenant>) -> Vec<Effect> {
        let Some(hiding) = self.store.hidings.remove(&no) else { return Vec::new() };
        let (hiding, effects) = hiding.step(event, turn);
        if hiding.due().is_some() {
            self.store.hidings.insert(no, hiding);
        }
        effects
    }

    /// A clerk hides an exchange that is recorded here.
    pub fn hide(&mut self, no: PermitNo, turn: &mut Turn<'_, Tenant>) -> Vec<Effect> {
        let Some(record) = self.store.records.get(&no).filter(|record| record.granted) else { return Vec::new() };
        let (hiding, effects) = Hiding::begin(record, turn);
        self.store.hidings.insert(no, hiding);
        effects
    }

    /// One step of an acquisition.
    pub fn acquire(&mut self, dan: Option<DanNo>, event: AcquisitionEvent, turn: &mut Turn<'_, Tenant>) -> Vec<Effect> {
        let Some(acquisition) = dan.and_then(|dan| self.store.acquisitions.remove(&dan)) else { return Vec::new() };
        let (acquisition, effects) = acquisition.step(event, turn);
        self.store.acquisitions.insert(acquisition.dan.clone(), acquisition);
        effects
    }

    /// Lets time pass for everything that waits.
    pub fn tick(&mut self, turn: &mut Turn<'_, Tenant>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let people: Vec<DanNo> =
            self.store.acquisitions.values().filter(|a| is_due(*a, turn.now)).map(|a| a.dan.clone()).collect();
        for dan in people {
            effects.extend(self.acquire(Some(dan), AcquisitionEvent::Tick, turn));
        }
        let inquiries: Vec<RequestId> =
            self.store.inquiries.iter().filter(|(_, i)| is_due(*i, turn.now)).map(|(id, _)| *id).collect();
        for id in inquiries {
            let said = self.inquiry(id, InquiryEvent::Tick, turn);
            effects.extend(said.into_iter().filter(|e| self.safeguards.repeats || !matches!(e, Effect::Send { .. })));
        }
        let provisions: Vec<PermitNo> =
            self.store.provisions.iter().filter(|(_, p)| is_due(*p, turn.now)).map(|(no, _)| *no).collect();
        for no in provisions {
            effects.extend(self.provision(no, ProvisionEvent::Tick, turn));
        }
        let marks: Vec<PermitNo> = self.store.hidings.keys().copied().collect();
        for no in marks {
            effects.extend(self.hiding(no, HidingEvent::Tick, turn));
        }
        self.keep(effects)
    }

    /// Nothing waits any more.
    pub fn is_settled(&self) -> bool {
        let store = &self.store;
        store.acquisitions.values().all(|a| a.due().is_none())
            && store.inquiries.values().all(|i| i.due().is_none())
            && store.provisions.values().all(|p| p.due().is_none())
            && store.hidings.is_empty()
    }

    /// Carries out the effects that are the store's own.
    pub fn keep(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        for effect in &effects {
            match effect {
                Effect::Record(record) => {
                    self.store.records.entry(record.no).or_insert_with(|| record.clone()).merge(record);
                }
                Effect::Bind { dan, code } => {
                    self.store.codes.insert(*code, dan.clone());
                }
                Effect::Hiding(hiding) => {
                    self.store.hidings.insert(hiding.no, hiding.clone());
                }
                _ => {}
            }
        }
        effects
    }

    fn acquiring(&self, which: impl Fn(&Acquisition) -> bool) -> Option<DanNo> {
        self.store.acquisitions.values().find(|a| which(a)).map(|a| a.dan.clone())
    }

    /// The tenant as whom permits are checked. Without the binding to the tenant, everybody's permits are taken for one's own.
    fn checker(&self, permit: &Permit) -> Tenant {
        let institution = if self.safeguards.tenant_binding { &self.tenant.institution } else { &permit.terms.provider };
        Tenant { institution: institution.clone(), ..self.tenant.clone() }
    }

    fn notice(&self, permit: &Permit, turn: &Turn<'_, Tenant>) -> Vec<Effect> {
        match self.checker(permit).admit(permit, Arrival::Notice, turn.now) {
            Ok(admitted) => {
                let dan = self.store.codes.get(&admitted.code());
                let hidden = dan.is_some_and(|dan| self.store.hidden.contains(dan));
                provide::notice(&admitted, self.store.records.get(&permit.terms.no), hidden, turn)
            }
            Err(fault) => vec![Effect::Alarm(wire::machine::Alarm::Permit(fault))],
        }
    }

    fn asked(&mut self, permit: Permit, sealed: Sealed, turn: &mut Turn<'_, Tenant>) -> Vec<Effect> {
        let no = permit.terms.no;
        let known = self.store.provisions.get(&no).filter(|_| self.safeguards.nonce_check);
        let arrival = Provision::arrival(known, &sealed);
        match self.checker(&permit).admit(&permit, arrival, turn.now) {
            Err(fault) => provide::refuse(&permit, fault),
            Ok(_) if arrival == Arrival::Again => self.provision(no, ProvisionEvent::Again, turn),
            Ok(admitted) => {
                let holder = match self.safeguards.person_binding {
                    true => self.store.codes.get(&admitted.code()),
                    false => self.store.codes.values().next(),
                };
                let facts = self.facts(no, holder.cloned(), turn.now);
                let (provision, effects) = Provision::open(admitted, sealed, facts, turn);
                self.moves.provision(no, ProvisionState::Received, provision.state);
                self.store.provisions.insert(no, provision);
                effects
            }
        }
    }

    /// The link of a person is found wrong (`true`), or has been put right.
    pub fn recall(&mut self, dan: &DanNo, wrong: bool, turn: &mut Turn<'_, Tenant>) -> Vec<Effect> {
        match wrong {
            true => self.store.recalled.insert(dan.clone()),
            false => self.store.recalled.remove(dan),
        };
        let concerned = self.store.provisions.values().filter(|p| p.dan.as_ref() == Some(dan));
        let permits: Vec<PermitNo> = concerned.map(|p| p.permit.terms.no).collect();
        let mut effects = Vec::new();
        for no in permits {
            let event = match wrong {
                true => ProvisionEvent::Recall,
                false => ProvisionEvent::PutRight(Box::new(self.facts(no, Some(dan.clone()), turn.now))),
            };
            effects.extend(self.provision(no, event, turn));
        }
        effects
    }

    fn facts(&self, no: PermitNo, dan: Option<DanNo>, now: Timestamp) -> ProvideFacts {
        let is = |set: &BTreeSet<DanNo>| dan.as_ref().is_some_and(|dan| set.contains(dan));
        let recalled = self.safeguards.recall_holds && is(&self.store.recalled);
        let hold = match (recalled, is(&self.store.blocked)) {
            (true, _) => Some(Hold::Recall),
            (_, true) => Some(Hold::Person),
            _ => None,
        };
        let records = self.store.replica.values().filter(|r| Some(&r.dan) == dan.as_ref()).cloned().collect();
        let root: Digest = fingerprint(self.store.replica.values()).root;
        let known = self.store.records.get(&no).cloned();
        ProvideFacts { known, provides: self.provides, hidden: is(&self.store.hidden), hold, records, as_of: now, root, dan }
    }

    fn cancelled(&mut self, permit: &Permit, turn: &mut Turn<'_, Tenant>) -> Vec<Effect> {
        let no = permit.terms.no;
        if self.store.provisions.contains_key(&no) {
            return self.provision(no, ProvisionEvent::Withdraw, turn);
        }
        let Ok(admitted) = self.checker(permit).admit(permit, Arrival::Notice, turn.now) else { return Vec::new() };
        let (provision, effects) = Provision::withdrawn(admitted, turn);
        self.store.provisions.insert(no, provision);
        effects
    }

    fn concerning(&mut self, no: PermitNo, body: Body, turn: &mut Turn<'_, Tenant>) -> Vec<Effect> {
        let ours = self.store.inquiries.values().find(|i| i.permit.as_ref().is_some_and(|p| p.terms.no == no));
        if let Some(id) = ours.map(|i| i.question.request) {
            return self.inquiry(id, InquiryEvent::Heard(body), turn);
        }
        self.provision(no, ProvisionEvent::Heard(body), turn)
    }

    fn load(&mut self, record: ReplicaRecord, now: Timestamp) -> Option<(u64, wire::error::ExchangeError)> {
        let stored = self.store.replica.get(&record.slot()).filter(|_| self.safeguards.record_ids);
        match judge(&record, stored, &self.live, civil(now)) {
            Verdict::Store => {
                self.store.replica.insert(record.slot(), record);
                None
            }
            Verdict::Same | Verdict::Superseded => None,
            Verdict::Reject(error) => Some((record.serial, error)),
        }
    }
}

/// Is it time for a tick?
pub fn is_due(machine: &impl Machine, now: Timestamp) -> bool {
    machine.due().is_some_and(|due| now >= due)
}
