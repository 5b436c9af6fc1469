//! 情報提供, on the provider's side.
//!
//! ```text
//! RECEIVED → (AUTO_ANSWERED | HELD → CONTENT_REGISTERED → SEND_PERMITTED → SENT | REFUSED | TIMED_OUT)
//! ```
//! When the link of the person is found wrong, what waits is drafted anew once the link is right, and what was answered is called back and
//! answered again: by itself (AUTO_ANSWERED) or after a clerk (HELD).
//!
//! What waits for staff, what a clerk refuses and what runs out of time sends nothing at all: outside it is 回答待ち until the asker's own
//! time is over.

use crate::code::Code;
use crate::error::ExchangeError;
use crate::hide::Hiding;
use crate::ident::Digest;
use crate::inquiry::{Answer, Asked, Given};
use crate::limits::{later, next_try};
use crate::machine::{Alarm, Body, Correction, Effect, Machine, Party, Task, Tenant, Turn};
use crate::permit::{Permit, PermitFault};
use crate::record::Record;
use crate::replica::ReplicaRecord;
use crate::seal::Sealed;
use kernel::ident::DanNo;
use kernel::time::{Timestamp, civil};
use serde::{Deserialize, Serialize};

/// Where a provision stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProvisionState {
    /// The inquiry is here.
    Received,
    /// Answered from the replica without a hand.
    AutoAnswered,
    /// Waits for a clerk.
    Held,
    /// A clerk has looked at the content to be sent.
    ContentRegistered,
    /// A clerk has allowed it; the answer is on its way.
    SendPermitted,
    /// The asker has it.
    Sent,
    /// Not provided: by a clerk, by the profile, or because it was withdrawn.
    Refused,
    /// Nobody decided in time.
    TimedOut,
}

/// Why an inquiry is not answered by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// 自動応答不可 of the person.
    Person,
    /// 自動応答不可 of the record.
    Record,
    /// 照会中: the person's link is being put right.
    Recall,
}

/// How a permit comes here, compared with what the store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The network tells us of it, or the asker withdraws: nothing is provided.
    Notice,
    /// The first inquiry under it.
    First,
    /// The same inquiry once more: answered as before.
    Again,
    /// Another inquiry under a used permit.
    Other,
}

/// A permit that has passed the checks of the provider's gateway. There is no other way to make one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    permit: Permit,
    code: Code,
}

impl Admitted {
    /// The person asked about, by our 符号.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The permit.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }
}

impl Tenant {
    /// Checks a permit: signature, addressee, mode, time and first use, and opens our 符号 in it.
    ///
    /// # Errors
    /// [`PermitFault`]; the sender gets [`PermitFault::outward`].
    pub fn admit(&self, permit: &Permit, arrival: Arrival, now: Timestamp) -> Result<Admitted, PermitFault> {
        match arrival {
            Arrival::First => permit.check(&self.network, &self.institution, self.mode, now)?,
            _ => permit.check_origin(&self.network, &self.institution, self.mode)?,
        }
        if arrival == Arrival::Other {
            return Err(PermitFault::Replayed);
        }
        let code = permit.provider_code(&self.key).map_err(|_| PermitFault::Foreign)?;
        Ok(Admitted { permit: permit.clone(), code })
    }
}

/// What to do when the network tells of a permit: record it, and say whether our side hides the exchange. A repeated notice is answered
/// from the record as it stands; protection that has begun since then is told to the network as a mark of its own.
pub fn notice(admitted: &Admitted, known: Option<&Record>, hidden: bool, turn: &Turn<'_, Tenant>) -> Vec<Effect> {
    let terms = &admitted.permit.terms;
    let first = Record { hidden: hidden || terms.hidden, ..Record::of(terms) };
    let record = known.unwrap_or(&first);
    let body = Body::NoticeReceived { no: record.no, hidden: record.hidden };
    let mut effects = vec![Effect::Record(record.clone()), Effect::Send { to: Party::Network, body }];
    effects.extend(mark(record, hidden, turn));
    effects
}

/// Begins to carry the 不開示 mark to the network when our side hides what the record does not hide yet.
fn mark(record: &Record, hidden: bool, turn: &Turn<'_, Tenant>) -> Vec<Effect> {
    if record.hidden || !hidden {
        return Vec::new();
    }
    let (hiding, effects) = Hiding::begin(record, turn);
    [Effect::Hiding(hiding)].into_iter().chain(effects).collect()
}

/// What the provider's store knows about the person asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvideFacts {
    /// The person, by our 符号.
    pub dan: Option<DanNo>,
    /// The record of the exchange, when the notice of the permit has come first.
    pub known: Option<Record>,
    /// The profile of the 事務 connects for providing (接続する(提供)).
    pub provides: bool,
    /// 不開示該当 of the person or the record.
    pub hidden: bool,
    /// A reason to hold.
    pub hold: Option<Hold>,
    /// The person's records in the data set.
    pub records: Vec<ReplicaRecord>,
    /// As of when the replica is right.
    pub as_of: Timestamp,
    /// Hash of the replica.
    pub root: Digest,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reply {
    provided_at: Option<Timestamp>,
    sealed: Sealed,
    delivered: bool,
}

/// One provision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provision {
    /// The permit under which it was asked.
    pub permit: Permit,
    /// The person, when we know them.
    pub dan: Option<DanNo>,
    /// Where it stands.
    pub state: ProvisionState,
    /// Why it waits.
    pub hold: Option<Hold>,
    /// What would be sent.
    pub draft: Option<Answer>,
    /// The inquiry as it came; `None` when it was withdrawn before it arrived.
    inquiry: Option<Sealed>,
    reply: Option<Reply>,
    error: Option<ExchangeError>,
    withdrawn: bool,
    /// The person's link is wrong and not yet put right: nothing may be sent.
    pub recalled: bool,
    /// How many answers were made under the permit.
    answers: u32,
    /// What the asker is told about the last answer that was called back.
    correction: Option<Correction>,
    correction_pending: bool,
    /// Since when.
    pub since: Timestamp,
    until: Timestamp,
    attempts: u32,
    next: Timestamp,
}

/// What happens to a provision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProvisionEvent {
    /// Time has passed.
    Tick,
    /// The same inquiry arrived again.
    Again,
    /// A clerk registers the content (TKY_20311): what may be sent.
    Register(Vec<Given>),
    /// A clerk allows it to be sent (TKY_20511).
    Permit,
    /// A clerk refuses.
    Refuse,
    /// The asker withdraws.
    Withdraw,
    /// The link it was answered from was wrong.
    Recall,
    /// The link is right again; what the store knows now.
    PutRight(Box<ProvideFacts>),
    /// A message for this provision through the network.
    Heard(Body),
}

impl Provision {
    /// How an inquiry compares with the provision that the store has under its permit.
    pub fn arrival(existing: Option<&Provision>, sealed: &Sealed) -> Arrival {
        match existing {
            None => Arrival::First,
            Some(provision) if provision.inquiry.as_ref().is_none_or(|first| first == sealed) => Arrival::Again,
            Some(_) => Arrival::Other,
        }
    }

    fn received(permit: Permit, turn: &Turn<'_, Tenant>) -> Self {
        let now = turn.now;
        Self {
            permit,
            dan: None,
            state: ProvisionState::Received,
            hold: None,
            draft: None,
            inquiry: None,
            reply: None,
            error: None,
            withdrawn: false,
            recalled: false,
            answers: 0,
            correction: None,
            correction_pending: false,
            since: now,
            until: later(now, turn.who.limits.held),
            attempts: 0,
            next: now,
        }
    }

    /// An inquiry withdrawn before it arrived: the permit is used up.
    pub fn withdrawn(admitted: Admitted, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        Self::received(admitted.permit, turn).withdraw()
    }

    /// The first inquiry under an admitted permit.
    pub fn open(admitted: Admitted, sealed: Sealed, facts: ProvideFacts, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        let mut provision = Self::received(admitted.permit, turn);
        (provision.inquiry, provision.dan) = (Some(sealed), facts.dan.clone());
        let question = provision.question(turn);
        // What the notice was answered with stands; protection that began since then is a mark of its own.
        let record = facts.known.clone().unwrap_or_else(|| Record::of(&provision.permit.terms));
        let mut effects = vec![Effect::Record(record.clone())];
        effects.extend(mark(&record, facts.hidden, turn));
        let Some(asked) = question.filter(|_| facts.provides) else {
            (provision.state, provision.error) = (ProvisionState::Refused, Some(ExchangeError::NotPermitted));
            effects.extend(provision.say());
            return (provision, effects);
        };
        provision.recalled = facts.hold == Some(Hold::Recall);
        provision.draft = (!provision.recalled).then(|| provision.answer(&asked, &facts, turn.now));
        effects.push(provision.to_asker(Body::InquiryReceived(provision.permit.terms.no)));
        match facts.hold {
            Some(why) => {
                (provision.state, provision.hold) = (ProvisionState::Held, Some(why));
                effects.push(Effect::Task(Task::CheckHeld { no: provision.permit.terms.no, why }));
                (provision, effects)
            }
            None => {
                let (provision, sent) = provision.send(ProvisionState::AutoAnswered, turn);
                effects.extend(sent);
                (provision, effects)
            }
        }
    }

    /// What is asked, if it can be read.
    fn question(&self, turn: &Turn<'_, Tenant>) -> Option<Asked> {
        let plain = turn.who.key.open(self.inquiry.as_ref()?, self.permit.terms.digest().as_bytes()).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    fn answer(&self, asked: &Asked, facts: &ProvideFacts, now: Timestamp) -> Answer {
        let terms = &self.permit.terms;
        let today = civil(now);
        let wanted = |record: &&ReplicaRecord| {
            record.data_set == terms.data_set
                && facts.dan.as_ref() == Some(&record.dan)
                && asked.key.as_ref().is_none_or(|key| *key == record.key)
                && record.published.contains(today)
        };
        let published = facts.records.iter().filter(wanted);
        let given = published.filter_map(|record| Some(Given { key: record.key.clone(), items: record.items.clone()? }));
        let given = self.only_asked(given.collect());
        let outcome = match (&facts.dan, given.is_empty()) {
            (None, _) => Err(ExchangeError::SubjectNotFoundAtProvider),
            (_, true) => Err(ExchangeError::DataNotRegistered),
            _ => Ok(given),
        };
        Answer { revision: self.answers, outcome, as_of: facts.as_of, root: facts.root }
    }

    /// Leaves only the items that the permit names, whoever put the content together.
    fn only_asked(&self, mut given: Vec<Given>) -> Vec<Given> {
        given.iter_mut().for_each(|record| record.items.retain(|item, _| self.permit.terms.items.contains(item)));
        given
    }

    fn to_asker(&self, body: Body) -> Effect {
        Effect::Send { to: Party::Gateway(self.permit.terms.asker.clone()), body }
    }

    /// Seals the draft and sends it.
    fn send(mut self, state: ProvisionState, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        let terms = &self.permit.terms;
        let Some(answer) = &self.draft else { return (self, Vec::new()) };
        let plain = serde_json::to_vec(answer).unwrap_or_default();
        let Ok(sealed) = Sealed::new(&plain, &terms.asker_key, terms.digest().as_bytes(), turn.rng) else {
            return (self, Vec::new());
        };
        let provided_at = answer.outcome.is_ok().then_some(turn.now);
        let record = Record { provided_at, ..Record::of(terms) };
        self.reply = Some(Reply { provided_at, sealed, delivered: false });
        self.answers = self.answers.saturating_add(1);
        (self.state, self.attempts) = (state, 1);
        self.next = next_try(turn.now, 0, &turn.who.limits);
        let mut effects = vec![Effect::Record(record)];
        effects.extend(self.say());
        (self, effects)
    }

    /// What there is to say to the asker in this state, again and again until it is heard.
    fn say(&self) -> Vec<Effect> {
        let no = self.permit.terms.no;
        let answer = self
            .reply
            .as_ref()
            .filter(|reply| !reply.delivered)
            .map(|reply| self.to_asker(Body::Answer { no, provided_at: reply.provided_at, sealed: reply.sealed.clone() }));
        let refusal = self.error.map(|error| self.to_asker(Body::Refused { no, error }));
        let correction = self.correction.filter(|_| self.correction_pending).map(|c| self.to_asker(Body::Correction(c)));
        [correction, answer, refusal].into_iter().flatten().collect()
    }

    /// The number of the answer that stands: made, and not called back.
    pub fn standing(&self) -> Option<u32> {
        self.reply.as_ref().map(|_| self.answers.saturating_sub(1))
    }

    /// Does it still wait for a member of staff here?
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, ProvisionState::Received | ProvisionState::Held | ProvisionState::ContentRegistered)
    }

    fn withdraw(mut self) -> (Self, Vec<Effect>) {
        if self.is_waiting() {
            (self.state, self.withdrawn) = (ProvisionState::Refused, true);
        }
        let cancelled = self.answers == 0;
        let done = self.to_asker(Body::CancelDone { no: self.permit.terms.no, cancelled });
        (self, vec![done])
    }

    fn tick(mut self, turn: &Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        if self.due().is_none_or(|due| turn.now < due) {
            return (self, Vec::new());
        }
        if self.is_waiting() && turn.now >= self.until {
            self.state = ProvisionState::TimedOut;
            return (self, Vec::new());
        }
        self.attempts += 1;
        self.next = next_try(turn.now, self.attempts, &turn.who.limits);
        let said = self.say();
        (self, said)
    }

    fn heard(mut self, body: &Body) -> (Self, Vec<Effect>) {
        let mine = self.permit.terms.no;
        match body {
            Body::AnswerReceived { no, revision } if *no == mine && revision.saturating_add(1) == self.answers => {
                self.reply.iter_mut().for_each(|reply| reply.delivered = true);
                if self.state == ProvisionState::SendPermitted {
                    self.state = ProvisionState::Sent;
                }
                (self, Vec::new())
            }
            Body::CorrectionReceived(correction) if Some(*correction) == self.correction => {
                self.correction_pending = false;
                (self, Vec::new())
            }
            _ => (self, Vec::new()),
        }
    }

    /// Calls back what was answered, and drops what a clerk has registered: both rest on a wrong link.
    fn recall(mut self, turn: &Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        self.recalled = true;
        if self.is_waiting() {
            (self.state, self.hold, self.draft) = (ProvisionState::Held, Some(Hold::Recall), None);
        }
        match self.reply.take() {
            Some(reply) => {
                let (no, revision) = (self.permit.terms.no, self.answers.saturating_sub(1));
                self.correction = Some(Correction { no, revision, provided_at: reply.provided_at, until: None });
                self.correct(turn)
            }
            None => (self, Vec::new()),
        }
    }

    /// Says the correction, again and again until it is heard.
    fn correct(mut self, turn: &Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        self.correction_pending = true;
        (self.attempts, self.next) = (1, next_try(turn.now, 0, &turn.who.limits));
        let said = self.say();
        (self, said)
    }

    /// The link is right again: what waits is drafted anew, and what was called back is answered anew, both as if asked now.
    fn put_right(mut self, facts: &ProvideFacts, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        self.recalled = false;
        let ended = matches!(self.state, ProvisionState::Refused | ProvisionState::TimedOut);
        let Some(asked) = self.question(turn).filter(|_| !ended) else { return (self, Vec::new()) };
        self.draft = Some(self.answer(&asked, facts, turn.now));
        self.hold = facts.hold;
        if let Some(correction) = &mut self.correction {
            self.until = later(turn.now, turn.who.limits.held);
            (correction.until, self.correction_pending) = (Some(self.until), true);
        }
        let Some(why) = facts.hold else { return self.send(ProvisionState::AutoAnswered, turn) };
        self.state = ProvisionState::Held;
        let task = Effect::Task(Task::CheckHeld { no: self.permit.terms.no, why });
        let (held, mut effects) = if self.correction.is_some() { self.correct(turn) } else { (self, Vec::new()) };
        effects.push(task);
        (held, effects)
    }
}

impl Machine for Provision {
    type Who = Tenant;
    type Event = ProvisionEvent;

    /// A refusal is said once and repeated when asked again; only what must arrive is repeated by itself.
    fn due(&self) -> Option<Timestamp> {
        let undelivered = self.reply.as_ref().is_some_and(|reply| !reply.delivered);
        let again = (undelivered || self.correction_pending).then_some(self.next);
        let end = self.is_waiting().then_some(self.until);
        again.into_iter().chain(end).min()
    }

    fn step(mut self, event: ProvisionEvent, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        use ProvisionState as S;
        match event {
            ProvisionEvent::Tick => self.tick(turn),
            ProvisionEvent::Again if self.withdrawn => self.withdraw(),
            ProvisionEvent::Again => {
                let received = self.error.is_none().then(|| self.to_asker(Body::InquiryReceived(self.permit.terms.no)));
                let said = received.into_iter().chain(self.say()).collect();
                (self, said)
            }
            ProvisionEvent::Register(given) if matches!(self.state, S::Held | S::ContentRegistered) && !self.recalled => {
                let given = self.only_asked(given);
                if let Some(draft) = &mut self.draft {
                    draft.outcome = if given.is_empty() { Err(ExchangeError::DataNotRegistered) } else { Ok(given) };
                }
                self.state = S::ContentRegistered;
                (self, Vec::new())
            }
            ProvisionEvent::Permit if self.state == S::ContentRegistered => self.send(S::SendPermitted, turn),
            ProvisionEvent::Refuse if self.is_waiting() => {
                self.state = S::Refused;
                (self, Vec::new())
            }
            ProvisionEvent::Withdraw => self.withdraw(),
            ProvisionEvent::Recall if self.is_waiting() || self.reply.is_some() => self.recall(turn),
            ProvisionEvent::PutRight(facts) if self.recalled => self.put_right(&facts, turn),
            ProvisionEvent::Heard(body) => self.heard(&body),
            _ => (self, Vec::new()),
        }
    }
}

/// The reply to an inquiry whose permit is not honoured. Nothing is stored but the alarm.
pub fn refuse(permit: &Permit, fault: PermitFault) -> Vec<Effect> {
    let to = Party::Gateway(permit.terms.asker.clone());
    let body = Body::Refused { no: permit.terms.no, error: fault.outward() };
    vec![Effect::Alarm(Alarm::Permit(fault)), Effect::Send { to, body }]
}
