//! 情報照会, on the asker's side.
//!
//! ```text
//! REGISTERED → PERMIT_REQUESTED → (DENIED | PERMITTED) → SENT → (ANSWERED | NO_DATA | HELD_AT_PROVIDER | REFUSED | EXPIRED | ERROR) → FETCHED
//!                    CANCEL_REQUESTED → CANCELLED | CANCEL_TOO_LATE
//! ```
//! An answer that is called back reads 照会中, whatever its state, until the provider's new answer comes (ANSWERED or NO_DATA again) or the
//! time for it is over (EXPIRED).
//!
//! The provider never says that it holds an inquiry. HELD_AT_PROVIDER is what the asker's own gateway concludes from the time that has
//! passed, so that a wait for staff, a block and a slow line look the same; the asking programme sees 回答待ち for all of them.

use crate::code::Code;
use crate::error::ExchangeError;
use crate::ident::{DataSet, Digest, InstitutionCode, ItemId, PermitNo, ProcedureId, RecordKey, RequestId};
use crate::limits::{Limits, later, next_try};
use crate::machine::{Alarm, Ask, Body, Correction, Effect, Machine, Party, Task, Tenant, Turn};
use crate::permit::Permit;
use crate::record::Record;
use crate::replica::Value;
use crate::seal::Sealed;
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where an inquiry stands, inside the asker's gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InquiryState {
    /// Entered.
    Registered,
    /// A permit is asked for.
    PermitRequested,
    /// The network refuses.
    Denied,
    /// The permit is here; the question is on its way.
    Permitted,
    /// The provider has it.
    Sent,
    /// Answered with data.
    Answered,
    /// Answered: there is none.
    NoData,
    /// Not answered within the time of an automatic answer.
    HeldAtProvider,
    /// The provider does not honour the permit.
    Refused,
    /// No answer in time.
    Expired,
    /// Stopped inside the city: nothing left it.
    Error,
    /// The programme has the answer.
    Fetched,
    /// 取りやめ is asked for.
    CancelRequested,
    /// Withdrawn before it was answered.
    Cancelled,
    /// Answered before it could be withdrawn.
    CancelTooLate,
}

/// What the asking programme sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outward {
    /// 回答待ち.
    Waiting,
    /// 回答あり.
    Answered,
    /// 該当情報なし.
    NoData,
    /// 照会できません.
    Impossible,
    /// 期限までに回答なし.
    NoAnswer,
    /// 取りやめ済み.
    Cancelled,
    /// 照会中: an answer was recalled and must not be used.
    Rechecking,
}

impl Outward {
    /// As the clerk reads it.
    pub fn name(self) -> &'static str {
        match self {
            Outward::Waiting => "回答待ち",
            Outward::Answered => "回答あり",
            Outward::NoData => "該当情報なし",
            Outward::Impossible => "照会できません",
            Outward::NoAnswer => "期限までに回答なし",
            Outward::Cancelled => "取りやめ済み",
            Outward::Rechecking => "照会中",
        }
    }
}

/// Why an inquiry was stopped before anything left the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// 符号 not bound.
    NoCode,
    /// The profile of the 事務 does not connect for asking.
    NotConnected,
    /// Not in the city's copy of the permitted-inquiry list.
    NotListed,
    /// The list asks for the person's consent, and none is recorded.
    NoConsent,
}

impl Stop {
    /// The error by the names of the exchange.
    pub fn error(self) -> ExchangeError {
        match self {
            Stop::NoCode => ExchangeError::CodeNotBound,
            Stop::NotConnected | Stop::NotListed | Stop::NoConsent => ExchangeError::NotPermitted,
        }
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Id of the inquiry, given by the programme; a repetition with the same id is the same inquiry.
    pub request: RequestId,
    /// The person asked about.
    pub subject: DanNo,
    /// 情報提供者.
    pub provider: InstitutionCode,
    /// 事務手続.
    pub procedure: ProcedureId,
    /// 特定個人情報.
    pub data_set: DataSet,
    /// Items.
    pub items: Vec<ItemId>,
    /// Which record, such as a tax year; all of them when `None`.
    pub key: Option<RecordKey>,
}

/// What the store knows when an inquiry is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskFacts {
    /// The person's 符号 here.
    pub code: Option<Code>,
    /// The profile of the 事務 connects for asking (接続する(入手)).
    pub connected: bool,
    /// The city's copy of the list: `None` = not in it, else whether consent is needed.
    pub consent_needed: Option<bool>,
    /// A consent is recorded.
    pub consented: bool,
    /// 照会側不開示: somebody for whom the inquiry is made is protected.
    pub hidden: bool,
}

impl AskFacts {
    fn stop(&self) -> Option<Stop> {
        match (self.consent_needed, self.code) {
            _ if !self.connected => Some(Stop::NotConnected),
            (None, _) => Some(Stop::NotListed),
            (Some(true), _) if !self.consented => Some(Stop::NoConsent),
            (_, None) => Some(Stop::NoCode),
            _ => None,
        }
    }
}

/// One record of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Which record.
    pub key: RecordKey,
    /// Its items.
    pub items: BTreeMap<ItemId, Value>,
}

/// The content of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which answer under its permit, from 0: one that was called back is followed by the next.
    pub revision: u32,
    /// The records, or why there are none.
    pub outcome: Result<Vec<Given>, ExchangeError>,
    /// As of when the replica was right.
    pub as_of: Timestamp,
    /// Hash of the whole replica at that time.
    pub root: Digest,
}

/// The content of a question, sealed for the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Which record; all when `None`.
    pub key: Option<RecordKey>,
}

/// One inquiry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    /// What is asked.
    pub question: Question,
    /// Where it stands.
    pub state: InquiryState,
    /// What was sent to the network.
    pub ask: Option<Ask>,
    /// The permit.
    pub permit: Option<Permit>,
    /// The question as it was sealed, the same for every repetition.
    sealed: Option<Sealed>,
    /// The answer.
    pub answer: Option<Answer>,
    /// Why it failed.
    pub error: Option<ExchangeError>,
    /// Why it was stopped inside the city.
    pub stop: Option<Stop>,
    /// How many of the provider's answers, from the first, are called back.
    called_back: u32,
    /// Until when a new answer may come, once the provider has put right what was wrong.
    recheck_until: Option<Timestamp>,
    /// Since when.
    pub since: Timestamp,
    attempts: u32,
    next: Timestamp,
}

/// What happens to an inquiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InquiryEvent {
    /// Begin, with what the store knows.
    Submit(AskFacts),
    /// Time has passed.
    Tick,
    /// A message for this inquiry from the network (or through it from the provider).
    Heard(Body),
    /// The programme withdraws it.
    Cancel,
    /// The programme takes the answer.
    Fetch,
}

impl Inquiry {
    /// An inquiry as entered.
    pub fn new(question: Question, now: Timestamp) -> Self {
        Self {
            question,
            state: InquiryState::Registered,
            ask: None,
            permit: None,
            sealed: None,
            answer: None,
            error: None,
            stop: None,
            called_back: 0,
            recheck_until: None,
            since: now,
            attempts: 0,
            next: now,
        }
    }

    /// The answer that is here must not be used: its provider has called it back.
    pub fn is_called_back(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.revision < self.called_back)
    }

    /// What the asking programme sees.
    pub fn outward(&self) -> Outward {
        use InquiryState as S;
        match self.state {
            S::Answered | S::NoData | S::Fetched | S::CancelTooLate if self.is_called_back() => Outward::Rechecking,
            S::Registered | S::PermitRequested | S::Permitted | S::Sent | S::HeldAtProvider | S::CancelRequested => {
                Outward::Waiting
            }
            S::Answered | S::Fetched | S::CancelTooLate => match &self.answer {
                Some(Answer { outcome: Ok(_), .. }) => Outward::Answered,
                Some(_) => Outward::NoData,
                None => Outward::Waiting,
            },
            S::NoData => Outward::NoData,
            S::Denied | S::Error | S::Refused => Outward::Impossible,
            S::Expired => Outward::NoAnswer,
            S::Cancelled => Outward::Cancelled,
        }
    }

    fn no(&self) -> Option<PermitNo> {
        self.permit.as_ref().map(|permit| permit.terms.no)
    }

    fn to(mut self, state: InquiryState, turn: &Turn<'_, Tenant>) -> Self {
        (self.state, self.attempts) = (state, 0);
        self.next = self.next_tick(turn);
        self
    }

    /// When the wait for an answer ends: after the life of a permit and the longest hold.
    fn end(&self, limits: &Limits) -> Timestamp {
        later(later(self.since, limits.permit), limits.held)
    }

    fn next_tick(&self, turn: &Turn<'_, Tenant>) -> Timestamp {
        let limits = &turn.who.limits;
        let end = self.end(limits);
        match self.state {
            InquiryState::Sent => later(self.since, limits.automatic).min(end),
            InquiryState::HeldAtProvider | InquiryState::CancelTooLate => end,
            _ => next_try(turn.now, self.attempts, limits).min(end),
        }
    }

    fn submit(mut self, facts: &AskFacts, turn: &Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        if let Some(stop) = facts.stop() {
            (self.stop, self.error) = (Some(stop), Some(stop.error()));
            return (self.to(InquiryState::Error, turn), vec![Effect::Alarm(Alarm::StoppedHere(stop))]);
        }
        let question = &self.question;
        self.ask = facts.code.map(|code| Ask {
            request: question.request,
            asker: turn.who.institution.clone(),
            code,
            provider: question.provider.clone(),
            procedure: question.procedure.clone(),
            data_set: question.data_set.clone(),
            items: question.items.clone(),
            hidden: facts.hidden,
            mode: turn.who.mode,
        });
        let inquiry = self.to(InquiryState::PermitRequested, turn);
        let effects = inquiry.pending();
        (inquiry, effects)
    }

    /// What has to be said (again) in this state.
    fn pending(&self) -> Vec<Effect> {
        let ask = || self.ask.clone().map(|ask| Body::PermitRequest(Box::new(ask)));
        let provider = |body| (Party::Gateway(self.question.provider.clone()), body);
        let said = match (self.state, &self.permit) {
            (InquiryState::PermitRequested, _) | (InquiryState::CancelRequested, None) => {
                ask().map(|body| (Party::Network, body))
            }
            (InquiryState::Permitted, Some(permit)) => {
                let sealed = self.sealed.clone();
                sealed.map(|sealed| provider(Body::Inquiry { permit: permit.clone(), sealed }))
            }
            (InquiryState::CancelRequested, Some(permit)) => Some(provider(Body::Cancel(permit.clone()))),
            _ => None,
        };
        said.into_iter().map(|(to, body)| Effect::Send { to, body }).collect()
    }

    fn tick(mut self, turn: &Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        if self.due().is_none_or(|due| turn.now < due) {
            return (self, Vec::new());
        }
        if self.outward() == Outward::Rechecking {
            return (self.to(InquiryState::Expired, turn), Vec::new());
        }
        if turn.now >= self.end(&turn.who.limits) {
            self.error = Some(ExchangeError::OutOfService).filter(|_| self.permit.is_none());
            return (self.to(InquiryState::Expired, turn), Vec::new());
        }
        if self.state == InquiryState::Sent {
            return (self.to(InquiryState::HeldAtProvider, turn), Vec::new());
        }
        self.attempts += 1;
        self.next = self.next_tick(turn);
        let effects = self.pending();
        (self, effects)
    }

    fn granted(mut self, permit: Permit, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        let ours =
            permit.is_signed_by(&turn.who.network) && self.ask.as_ref().is_some_and(|ask| ask.is_granted_by(&permit.terms));
        if !ours || self.permit.is_some() {
            return (self, Vec::new());
        }
        let asked = serde_json::to_vec(&Asked { key: self.question.key.clone() }).unwrap_or_default();
        self.sealed = Sealed::new(&asked, &permit.terms.provider_key, permit.terms.digest().as_bytes(), turn.rng).ok();
        let record = Record::of(&permit.terms);
        self.permit = Some(permit);
        // A permit that comes after the inquiry has ended is recorded and not used.
        let next = if self.state == InquiryState::PermitRequested { InquiryState::Permitted } else { self.state };
        let inquiry = self.to(next, turn);
        let mut effects = vec![Effect::Record(record)];
        effects.extend(inquiry.pending());
        (inquiry, effects)
    }

    fn answered(mut self, provided_at: Option<Timestamp>, sealed: &Sealed, turn: &Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        let Some(permit) = self.permit.clone() else { return (self, Vec::new()) };
        let opened = turn.who.key.open(sealed, permit.terms.digest().as_bytes()).ok();
        let Some(answer) = opened.and_then(|bytes| serde_json::from_slice::<Answer>(&bytes).ok()) else {
            return (self, Vec::new());
        };
        let body = Body::AnswerReceived { no: permit.terms.no, revision: answer.revision };
        let received = Effect::Send { to: Party::Gateway(self.question.provider.clone()), body };
        if self.answer.as_ref().is_some_and(|known| known.revision >= answer.revision) {
            return (self, vec![received]);
        }
        let state = match (self.state, &answer.outcome) {
            (InquiryState::CancelRequested | InquiryState::CancelTooLate, _) => InquiryState::CancelTooLate,
            (_, Ok(_)) => InquiryState::Answered,
            (_, Err(_)) => InquiryState::NoData,
        };
        self.error = answer.outcome.as_ref().err().copied();
        self.answer = Some(answer);
        let record = Record { provided_at, ..Record::of(&permit.terms) };
        (self.to(state, turn), vec![Effect::Record(record), received])
    }

    fn heard(mut self, body: Body, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        use InquiryState as S;
        let mine = |no: &PermitNo| self.no() == Some(*no);
        match body {
            Body::PermitGranted(permit) => self.granted(permit, turn),
            Body::PermitDenied { request, error, record } if request == self.question.request && self.permit.is_none() => {
                let effects = vec![Effect::Record(*record)];
                let state = match self.state {
                    S::PermitRequested => S::Denied,
                    S::CancelRequested => S::Cancelled,
                    _ => return (self, effects),
                };
                self.error = Some(error);
                (self.to(state, turn), effects)
            }
            Body::InquiryReceived(no) if mine(&no) && self.state == S::Permitted => (self.to(S::Sent, turn), Vec::new()),
            Body::Answer { no, provided_at, sealed } if mine(&no) => self.answered(provided_at, &sealed, turn),
            Body::Refused { no, error } if mine(&no) && self.outward() == Outward::Waiting => {
                self.error = Some(error);
                (self.to(S::Refused, turn), Vec::new())
            }
            Body::CancelDone { no, cancelled } if mine(&no) && self.state == S::CancelRequested => {
                (self.to(if cancelled { S::Cancelled } else { S::CancelTooLate }, turn), Vec::new())
            }
            Body::Correction(correction) if mine(&correction.no) => self.corrected(correction),
            _ => (self, Vec::new()),
        }
    }

    /// An answer is called back, or the provider says until when the new one may come.
    fn corrected(mut self, correction: Correction) -> (Self, Vec<Effect>) {
        let to = Party::Gateway(self.question.provider.clone());
        let mut effects = vec![Effect::Send { to, body: Body::CorrectionReceived(correction) }];
        let record = self.permit.as_ref().map(|permit| Record::of(&permit.terms));
        effects.extend(record.map(|record| Effect::Record(Record { provided_at: correction.provided_at, ..record })));
        let called_back = correction.revision.saturating_add(1);
        if called_back > self.called_back {
            (self.called_back, self.recheck_until) = (called_back, correction.until);
            let task = Task::AnswerRecalled { request: self.question.request };
            effects.extend(self.is_called_back().then_some(Effect::Task(task)));
        } else if called_back == self.called_back {
            self.recheck_until = correction.until.or(self.recheck_until);
        }
        (self, effects)
    }
}

impl Machine for Inquiry {
    type Who = Tenant;
    type Event = InquiryEvent;

    fn due(&self) -> Option<Timestamp> {
        match self.outward() {
            Outward::Waiting if self.state != InquiryState::Registered => Some(self.next),
            Outward::Rechecking => self.recheck_until,
            _ => None,
        }
    }

    fn step(self, event: InquiryEvent, turn: &mut Turn<'_, Tenant>) -> (Self, Vec<Effect>) {
        use InquiryState as S;
        match event {
            InquiryEvent::Submit(facts) if self.state == S::Registered => self.submit(&facts, turn),
            InquiryEvent::Tick => self.tick(turn),
            InquiryEvent::Heard(body) => self.heard(body, turn),
            InquiryEvent::Cancel if self.state == S::Registered => (self.to(S::Cancelled, turn), Vec::new()),
            InquiryEvent::Cancel if matches!(self.state, S::PermitRequested | S::Permitted | S::Sent | S::HeldAtProvider) => {
                let inquiry = self.to(S::CancelRequested, turn);
                let effects = inquiry.pending();
                (inquiry, effects)
            }
            InquiryEvent::Fetch if self.answer.is_some() && !self.is_called_back() => (self.to(S::Fetched, turn), Vec::new()),
            _ => (self, Vec::new()),
        }
    }
}
