//! 情報提供ネットワークシステム: gives permits, converts 符号, routes what it cannot read, and keeps its own records.

use crate::code::{Code, CodeSecret, InnerId};
use crate::error::ExchangeError;
use crate::ident::{InstitutionCode, Mode, Nonce, PermitNo};
use crate::limits::{Limits, later, next_try};
use crate::list::{Kind, PermittedList, Question};
use crate::machine::{Ask, Body, Correction, Effect, Machine, Message, Party, Turn};
use crate::permit::{NetworkKey, Parties, Permit, Terms};
use crate::record::Record;
use crate::seal::SealPublic;
use kernel::time::{Timestamp, civil};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An institution on the network.
#[derive(Debug, Clone)]
pub struct Member {
    /// What it is: 市町村長 …
    pub kind: Kind,
    /// Its public key.
    pub key: SealPublic,
}

/// The network itself.
#[derive(Debug)]
pub struct Authority {
    /// Signs permits.
    pub key: NetworkKey,
    /// Makes 符号.
    pub secret: CodeSecret,
    /// What may be asked.
    pub list: PermittedList,
    /// Who is on it.
    pub members: BTreeMap<InstitutionCode, Member>,
    /// Periods.
    pub limits: Limits,
    /// Modes that are served today: both in production, one alone during a test, none in an outage.
    pub serves: BTreeSet<Mode>,
}

impl Authority {
    /// May this party say this to the network? 符号 are asked for by 住基ネット only, permits by the institution that the request names, over
    /// its own connection. What belongs to a permit is checked by its [`Passage`].
    pub fn hears(&self, from: &Party, body: &Body) -> bool {
        match body {
            Body::CodeRequest { .. } => *from == Party::Juki,
            Body::PermitRequest(ask) => *from == Party::Gateway(ask.asker.clone()),
            _ => matches!(from, Party::Gateway(institution) if self.members.contains_key(institution)),
        }
    }

    /// The 符号 of a person for an institution, for a code request of 住基ネット. The same request gets the same code: nothing about the
    /// request needs to be kept.
    pub fn issue(&self, person: &InnerId, institution: &InstitutionCode) -> Option<Code> {
        self.members.contains_key(institution).then(|| self.secret.code(person, institution))
    }

    fn grant(&self, ask: &Ask, subject: Option<&InnerId>, now: Timestamp) -> Result<Parties, ExchangeError> {
        let subject = subject.ok_or(ExchangeError::CodeNotBound)?;
        let asker = self.members.get(&ask.asker).ok_or(ExchangeError::NotPermitted)?;
        let provider = self.members.get(&ask.provider).ok_or(ExchangeError::ProviderUnknown)?;
        let question = Question {
            procedure: &ask.procedure,
            asker: &ask.asker,
            asker_kind: &asker.kind,
            provider_kind: &provider.kind,
            data_set: &ask.data_set.id,
        };
        let permitted = ask.asker != ask.provider && self.list.permits(&question, civil(now)).is_some();
        permitted
            .then(|| Parties {
                asker_code: ask.code,
                provider_code: self.secret.code(subject, &ask.provider),
                asker_key: asker.key,
                provider_key: provider.key,
            })
            .ok_or(ExchangeError::NotPermitted)
    }
}

/// One request for a permit and what came of it, on the network. Kept under the asker and its id of the inquiry: the same request
/// never makes a second permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The network's own record.
    pub record: Record,
    /// Whom it is about, by the network's own id; `None` when the asker's 符号 is unknown.
    pub subject: Option<InnerId>,
    ask: Ask,
    decision: Result<Permit, ExchangeError>,
    noticed: bool,
    /// Sides that have to hear that the exchange is hidden.
    hide_at: BTreeSet<InstitutionCode>,
    attempts: u32,
    next: Timestamp,
}

/// What happens to a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PassageEvent {
    /// The asker repeats its request.
    Again,
    /// Time has passed.
    Tick,
    /// A message of one side, for the network or for the other side.
    Heard(Message),
}

impl Passage {
    /// A first request. `subject` is the person that the asker's 符号 stands for.
    ///
    /// # Errors
    /// [`ExchangeError::OutOfService`] when the network does not serve the mode: nothing is stored, the asker tries again.
    pub fn open(
        ask: Ask,
        subject: Option<InnerId>,
        turn: &mut Turn<'_, Authority>,
    ) -> Result<(Self, Vec<Effect>), ExchangeError> {
        if !turn.who.serves.contains(&ask.mode) {
            return Err(ExchangeError::OutOfService);
        }
        let (no, nonce) = (PermitNo::draw(turn.rng), Nonce::draw(turn.rng));
        let granted = turn.who.grant(&ask, subject.as_ref(), turn.now);
        let decision = granted.and_then(|parties| {
            let codes = Terms::codes(&parties, &nonce, turn.rng).map_err(|_| ExchangeError::ProviderUnknown)?;
            let terms = terms(&ask, no, nonce, &parties, codes, turn);
            Ok(Permit::sign(terms, &turn.who.key))
        });
        let record = Record {
            no,
            asker: ask.asker.clone(),
            provider: ask.provider.clone(),
            procedure: ask.procedure.clone(),
            data_set: ask.data_set.clone(),
            items: ask.items.clone(),
            asked_at: turn.now,
            provided_at: None,
            hidden: ask.hidden,
            granted: decision.is_ok(),
            mode: ask.mode,
        };
        let next = next_try(turn.now, 0, &turn.who.limits);
        let (noticed, hide_at) = (decision.is_err(), BTreeSet::new());
        let passage = Self { record, subject, ask, decision, noticed, hide_at, attempts: 0, next };
        let effects = passage.reply().into_iter().chain(passage.outstanding()).collect();
        Ok((passage, effects))
    }

    /// Both sides have recorded it, so that neither can still hide it unseen: only now it belongs into やりとり履歴.
    pub fn is_noticed(&self) -> bool {
        self.noticed
    }

    fn reply(&self) -> Option<Effect> {
        let body = match &self.decision {
            Ok(permit) => Body::PermitGranted(permit.clone()),
            Err(error) => Body::PermitDenied { request: self.ask.request, error: *error, record: Box::new(self.record.clone()) },
        };
        Some(send(&self.ask.asker, body))
    }

    fn outstanding(&self) -> Vec<Effect> {
        let notice = self.decision.as_ref().ok().filter(|_| !self.noticed);
        let notice = notice.map(|permit| send(&self.ask.provider, Body::Notice(permit.clone())));
        let hides = self.hide_at.iter().map(|side| send(side, Body::Hide(self.record.no)));
        notice.into_iter().chain(hides).collect()
    }

    /// Both sides have to say that their record is marked, also the one that asked for it: the word alone proves nothing.
    fn hide(&mut self) {
        if !self.record.hidden {
            self.hide_at.extend([self.ask.asker.clone(), self.ask.provider.clone()]);
        }
        self.record.hidden = true;
    }

    fn heard(mut self, message: Message) -> (Self, Vec<Effect>) {
        let (no, Ok(permit)) = (self.record.no, &self.decision) else { return (self, Vec::new()) };
        let (asker, provider) = (Party::Gateway(self.ask.asker.clone()), Party::Gateway(self.ask.provider.clone()));
        let (from_asker, from_provider) = (message.from == asker, message.from == provider);
        let sender = if from_asker { self.ask.asker.clone() } else { self.ask.provider.clone() };
        match message.body {
            Body::NoticeReceived { no: about, hidden } if about == no && from_provider => {
                self.noticed = true;
                if hidden {
                    self.hide();
                }
                let said = self.outstanding();
                (self, said)
            }
            Body::Hide(about) if about == no && (from_asker || from_provider) => {
                self.hide();
                let mut said = vec![send(&sender, Body::HideReceived(no))];
                said.extend(self.outstanding());
                (self, said)
            }
            Body::HideReceived(about) if about == no && (from_asker || from_provider) => {
                self.hide_at.remove(&sender);
                (self, Vec::new())
            }
            Body::Inquiry { permit: ref theirs, .. } | Body::Cancel(ref theirs) if from_asker && theirs == permit => {
                (self, vec![Effect::Send { to: provider, body: message.body }])
            }
            Body::AnswerReceived { no: about, .. } | Body::CorrectionReceived(Correction { no: about, .. })
                if about == no && from_asker =>
            {
                (self, vec![Effect::Send { to: provider, body: message.body }])
            }
            Body::Answer { no: about, provided_at, .. } | Body::Correction(Correction { no: about, provided_at, .. })
                if about == no && from_provider =>
            {
                self.record.merge(&Record { provided_at, ..self.record.clone() });
                (self, vec![Effect::Send { to: asker, body: message.body }])
            }
            Body::InquiryReceived(about) | Body::Refused { no: about, .. } | Body::CancelDone { no: about, .. }
                if about == no && from_provider =>
            {
                (self, vec![Effect::Send { to: asker, body: message.body }])
            }
            _ => (self, Vec::new()),
        }
    }
}

impl Machine for Passage {
    type Who = Authority;
    type Event = PassageEvent;

    fn due(&self) -> Option<Timestamp> {
        (!self.noticed || !self.hide_at.is_empty()).then_some(self.next)
    }

    fn step(mut self, event: PassageEvent, turn: &mut Turn<'_, Authority>) -> (Self, Vec<Effect>) {
        match event {
            PassageEvent::Again => {
                let reply = self.reply().into_iter().collect();
                (self, reply)
            }
            PassageEvent::Tick if self.due().is_some_and(|due| turn.now >= due) => {
                self.attempts += 1;
                self.next = next_try(turn.now, self.attempts, &turn.who.limits);
                let said = self.outstanding();
                (self, said)
            }
            PassageEvent::Tick => (self, Vec::new()),
            PassageEvent::Heard(message) => self.heard(message),
        }
    }
}

fn terms(
    ask: &Ask,
    no: PermitNo,
    nonce: Nonce,
    parties: &Parties,
    (asker_code, provider_code): (crate::ident::Digest, crate::seal::Sealed),
    turn: &Turn<'_, Authority>,
) -> Terms {
    Terms {
        no,
        nonce,
        request: ask.request,
        asker: ask.asker.clone(),
        provider: ask.provider.clone(),
        procedure: ask.procedure.clone(),
        data_set: ask.data_set.clone(),
        items: ask.items.clone(),
        asker_code,
        provider_code,
        asker_key: parties.asker_key,
        provider_key: parties.provider_key,
        hidden: ask.hidden,
        mode: ask.mode,
        asked_at: turn.now,
        expires_at: later(turn.now, turn.who.limits.permit),
    }
}

fn send(to: &InstitutionCode, body: Body) -> Effect {
    Effect::Send { to: Party::Gateway(to.clone()), body }
}
