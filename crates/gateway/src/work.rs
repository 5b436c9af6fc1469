//! One batch: the rows that its messages need, the machines' steps, and what has to be stored afterwards. The twin, over rows, of the
//! simulation's keeper.

use crate::keeper::Keeper;
use crate::model::{CodeBinding, PersonFlags};
use crate::profile::Profile;
use crate::record::Kept;
use crate::replica::{Stored, stored};
use crate::store::machines::{self, Held};
use crate::store::{outgoing, registers, replica};
use crate::words::{permit_text, state_text};
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use platform::Fault;
use platform::db::{Param, Tx};
use platform::keys::Place;
use platform::task::{self, NewTask};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wire::acquire::{Acquisition, AcquisitionEvent};
use wire::code::{AcquisitionNo, Code};
use wire::hide::{Hiding, HidingEvent, hidden_elsewhere};
use wire::ident::{DataSet, Digest, PermitNo, RequestId};
use wire::inquiry::{Inquiry, InquiryEvent};
use wire::machine::{Alarm, Body, Effect, Machine, Party, Task, Tenant, Turn};
use wire::permit::{Permit, PermitFault};
use wire::provide::{self, Admitted, Arrival, Hold, ProvideFacts, Provision, ProvisionEvent};
use wire::seal::Sealed;

/// Table and column of 符号.
pub(crate) const CODE_PLACE: (&str, &str) = ("gateway_code", "code");

/// A message with what its permit was found to be, before any row was read.
pub(crate) struct Prepared {
    body: Body,
    admitted: Option<Result<Admitted, PermitFault>>,
}

impl Prepared {
    /// Checks a permit that comes with a message. Time counts for the first inquiry only; [`Work`] knows whether it is.
    pub fn new(body: Body, keeper: &Keeper, now: Timestamp) -> Self {
        let tenant = keeper.tenant();
        let admitted = match &body {
            Body::Notice(permit) | Body::Cancel(permit) => Some(tenant.admit(permit, Arrival::Notice, now)),
            Body::Inquiry { permit, .. } => Some(match keeper.noticed(permit) {
                Some(_) if now > permit.terms.expires_at => Err(PermitFault::Expired),
                Some(admitted) => Ok(admitted),
                None => tenant.admit(permit, Arrival::First, now),
            }),
            _ => None,
        };
        if let (Body::Notice(_), Some(Ok(admitted))) = (&body, &admitted) {
            keeper.notice(admitted);
        }
        Self { body, admitted }
    }
}

/// Which rows are needed.
#[derive(Default)]
pub(crate) struct Needs {
    pub numbers: Vec<AcquisitionNo>,
    pub people: Vec<DanNo>,
    pub requests: Vec<RequestId>,
    /// Whose records.
    pub permits: Vec<PermitNo>,
    /// Whose inquiries, found by their permit.
    pub asked: Vec<PermitNo>,
    /// Whose provisions.
    pub provided: Vec<PermitNo>,
    /// Whose marks on their way.
    pub marks: Vec<PermitNo>,
    pub codes: Vec<Code>,
    /// Whose flags and replica.
    pub about: Vec<DanNo>,
    /// Somebody is to be answered: the replica is needed.
    pub answers: bool,
}

impl Needs {
    /// What messages need.
    pub fn of(messages: &[Prepared]) -> Self {
        let mut needs = Self::default();
        for Prepared { body, admitted } in messages {
            needs.permits.extend(body.permit_no());
            match body {
                Body::Inquiry { .. } | Body::Cancel(_) | Body::AnswerReceived { .. } | Body::CorrectionReceived(_) => {
                    needs.provided.extend(body.permit_no());
                }
                Body::HideReceived(no) => needs.marks.push(*no),
                Body::PermitGranted(_) | Body::Notice(_) | Body::Hide(_) => {}
                body => needs.asked.extend(body.permit_no()),
            }
            needs.codes.extend(admitted.iter().flatten().map(Admitted::code));
            match body {
                Body::CodeIssued { acquisition, code } => {
                    needs.numbers.push(*acquisition);
                    needs.codes.push(*code);
                }
                Body::CodeUnavailable { acquisition, .. } => needs.numbers.push(*acquisition),
                Body::PermitGranted(permit) => needs.requests.push(permit.terms.request),
                Body::PermitDenied { request, record, .. } => {
                    needs.requests.push(*request);
                    needs.permits.push(record.no);
                }
                Body::Inquiry { .. } => needs.answers = true,
                _ => {}
            }
        }
        needs
    }
}

/// The rows of one batch.
pub(crate) struct Work {
    now: Timestamp,
    years: u16,
    pub acquisitions: BTreeMap<DanNo, Acquisition>,
    codes: BTreeMap<Code, DanNo>,
    pub inquiries: BTreeMap<RequestId, Inquiry>,
    asked: BTreeMap<PermitNo, RequestId>,
    pub provisions: BTreeMap<PermitNo, Held>,
    pub records: BTreeMap<PermitNo, Kept>,
    hidings: BTreeMap<PermitNo, Hiding>,
    flags: BTreeMap<DanNo, PersonFlags>,
    undisclosed: BTreeSet<(DanNo, DataSet)>,
    replica: BTreeMap<DanNo, Vec<Stored>>,
    root: Digest,
    as_of: Timestamp,
    profile: Arc<Profile>,
    known: (BTreeSet<RequestId>, BTreeSet<PermitNo>, BTreeSet<PermitNo>),
    touched: Touched,
    said: Vec<(&'static str, Body)>,
    tasks: Vec<Task>,
    /// Provisions that no longer wait for staff, however they ended.
    decided: Vec<PermitNo>,
    alarms: Vec<Alarm>,
    bound: Vec<(DanNo, Code)>,
}

#[derive(Default)]
struct Touched {
    acquisitions: BTreeSet<DanNo>,
    inquiries: BTreeSet<RequestId>,
    provisions: BTreeSet<PermitNo>,
    records: BTreeSet<PermitNo>,
    hidings: BTreeSet<PermitNo>,
}

impl Work {
    /// A batch that needs no rows of its own yet.
    pub fn empty(keeper: &Keeper, now: Timestamp) -> Self {
        Self {
            now,
            years: keeper.tenant().limits.record_years,
            acquisitions: BTreeMap::new(),
            codes: BTreeMap::new(),
            inquiries: BTreeMap::new(),
            asked: BTreeMap::new(),
            provisions: BTreeMap::new(),
            records: BTreeMap::new(),
            hidings: BTreeMap::new(),
            flags: BTreeMap::new(),
            undisclosed: BTreeSet::new(),
            replica: BTreeMap::new(),
            root: Digest::of(&[]),
            as_of: now,
            profile: keeper.profile().clone(),
            known: (BTreeSet::new(), BTreeSet::new(), BTreeSet::new()),
            touched: Touched::default(),
            said: Vec::new(),
            tasks: Vec::new(),
            decided: Vec::new(),
            alarms: Vec::new(),
            bound: Vec::new(),
        }
    }

    /// Reads the rows that are needed.
    pub async fn load(tx: &mut Tx, keeper: &Keeper, needs: &Needs, now: Timestamp) -> Result<Self, Fault> {
        let (mut work, keys) = (Self::empty(keeper, now), keeper.city().keys());
        let tokens = needs.numbers.iter().map(|n| machines::number_token(keys, n).map(Param::from));
        let acquisitions = machines::acquisitions_by(tx, keys, tokens.collect::<Result<_, Fault>>()?).await?;
        let more = machines::acquisitions_of(tx, keys, needs.people.iter().map(Param::from).collect()).await?;
        work.take_acquisitions(acquisitions.into_iter().chain(more));
        let texts = |all: &[PermitNo]| -> Vec<Param> { all.iter().map(|no| Param::from(permit_text(no))).collect() };
        let requests = needs.requests.iter().map(|r| Param::from(r.to_string())).collect();
        let inquiries = machines::inquiries_of(tx, keys, requests).await?;
        let more = machines::inquiries_by(tx, keys, texts(&needs.asked)).await?;
        work.take_inquiries(inquiries.into_iter().chain(more));
        let provisions = machines::provisions_of(tx, keys, texts(&needs.provided)).await?;
        work.take_provisions(provisions);
        for row in registers::records(tx, texts(&needs.permits)).await? {
            let kept = Kept::read(&row)?;
            work.known.2.insert(kept.record.no);
            work.records.insert(kept.record.no, kept);
        }
        work.take_hidings(machines::hidings_of(tx, keys, texts(&needs.marks)).await?);
        work.load_people(tx, keeper, needs).await?;
        Ok(work)
    }

    async fn load_people(&mut self, tx: &mut Tx, keeper: &Keeper, needs: &Needs) -> Result<(), Fault> {
        let keys = keeper.city().keys();
        let mut by_token = BTreeMap::new();
        for code in &needs.codes {
            by_token.insert(code_token(keeper, code)?, *code);
        }
        let tokens = by_token.keys().map(|t| Param::from(t.as_slice())).collect();
        for binding in registers::holders(tx, tokens).await? {
            if let Some(code) = by_token.get(&binding.code_token) {
                self.codes.insert(*code, binding.dan_no);
            }
        }
        let people: BTreeSet<&DanNo> = self.codes.values().chain(&needs.about).collect();
        let people: Vec<Param> = people.into_iter().map(Param::from).collect();
        for flags in registers::flags(tx, people.clone()).await? {
            self.flags.insert(flags.dan_no.clone(), flags);
        }
        for (dan, id, version) in replica::undisclosed(tx, people.clone()).await? {
            self.undisclosed.insert((dan, crate::replica::data_set(&id, version)?));
        }
        if needs.answers {
            for row in replica::of_people(tx, people).await? {
                self.replica.entry(row.dan_no.clone()).or_default().push(stored(keys, &row)?);
            }
            (self.root, self.as_of) = keeper.measure(tx, self.now).await?;
        }
        Ok(())
    }

    /// Takes acquisitions in.
    pub fn take_acquisitions(&mut self, all: impl IntoIterator<Item = Acquisition>) {
        self.acquisitions.extend(all.into_iter().map(|a| (a.dan.clone(), a)));
    }

    /// Takes inquiries in that have rows.
    pub fn take_inquiries(&mut self, all: impl IntoIterator<Item = Inquiry>) {
        for inquiry in all {
            let id = inquiry.question.request;
            self.known.0.insert(id);
            self.asked.extend(inquiry.permit.as_ref().map(|p| (p.terms.no, id)));
            self.inquiries.insert(id, inquiry);
        }
    }

    /// Takes provisions in that have rows.
    pub fn take_provisions(&mut self, all: impl IntoIterator<Item = Held>) {
        for held in all {
            let no = held.0.permit.terms.no;
            self.known.1.insert(no);
            self.provisions.insert(no, held);
        }
    }

    /// Takes marks in.
    pub fn take_hidings(&mut self, all: impl IntoIterator<Item = Hiding>) {
        self.hidings.extend(all.into_iter().map(|h| (h.no, h)));
    }

    /// Takes a message.
    pub fn hear(&mut self, message: Prepared, turn: &mut Turn<'_, Tenant>) {
        let Prepared { body, admitted } = message;
        match body {
            Body::CodeIssued { acquisition, code } => {
                let holder = self.codes.get(&code).cloned();
                self.acquire(acquisition, AcquisitionEvent::Issued { acquisition, code, holder }, turn);
            }
            Body::CodeUnavailable { acquisition, reason } => {
                self.acquire(acquisition, AcquisitionEvent::Unavailable { acquisition, reason }, turn);
            }
            Body::PermitGranted(ref permit) => self.inquiry(permit.terms.request, InquiryEvent::Heard(body), turn),
            Body::PermitDenied { request, .. } => self.inquiry(request, InquiryEvent::Heard(body), turn),
            Body::Notice(permit) => self.notice(&permit, admitted, turn),
            Body::Hide(no) => {
                let effects = self.records.get(&no).map(|kept| hidden_elsewhere(&kept.record)).unwrap_or_default();
                self.keep(effects, None);
            }
            Body::HideReceived(no) => self.hiding(no, HidingEvent::Confirmed, turn),
            Body::Inquiry { permit, sealed } => self.asked(permit, sealed, admitted, turn),
            Body::Cancel(permit) => self.cancelled(&permit, admitted, turn),
            body => {
                if let Some(no) = body.permit_no() {
                    self.concerning(no, body, turn);
                }
            }
        }
    }

    fn acquire(&mut self, number: AcquisitionNo, event: AcquisitionEvent, turn: &mut Turn<'_, Tenant>) {
        let dan = self.acquisitions.values().find(|a| a.number() == Some(number)).map(|a| a.dan.clone());
        if let Some(dan) = dan {
            self.acquisition(dan, event, turn);
        }
    }

    /// One step of an acquisition.
    pub fn acquisition(&mut self, dan: DanNo, event: AcquisitionEvent, turn: &mut Turn<'_, Tenant>) {
        let Some(acquisition) = self.acquisitions.remove(&dan) else { return };
        let (acquisition, effects) = acquisition.step(event, turn);
        self.acquisitions.insert(dan.clone(), acquisition);
        self.touched.acquisitions.insert(dan);
        self.keep(effects, None);
    }

    /// One step of an inquiry; nothing when there is no such inquiry.
    pub fn inquiry(&mut self, id: RequestId, event: InquiryEvent, turn: &mut Turn<'_, Tenant>) {
        let Some(inquiry) = self.inquiries.remove(&id) else { return };
        let (inquiry, effects) = inquiry.step(event, turn);
        let about = inquiry.question.subject.clone();
        self.asked.extend(inquiry.permit.as_ref().map(|p| (p.terms.no, id)));
        self.inquiries.insert(id, inquiry);
        self.touched.inquiries.insert(id);
        self.keep(effects, Some(&about));
    }

    /// One step of a provision.
    pub fn provision(&mut self, no: PermitNo, event: ProvisionEvent, turn: &mut Turn<'_, Tenant>) {
        let Some((provision, registered_by)) = self.provisions.remove(&no) else { return };
        let waited = provision.is_waiting();
        let (provision, effects) = provision.step(event, turn);
        self.decided.extend((waited && !provision.is_waiting()).then_some(no));
        self.put_provision((provision, registered_by), effects);
    }

    fn put_provision(&mut self, held: Held, effects: Vec<Effect>) {
        let (no, about) = (held.0.permit.terms.no, held.0.dan.clone());
        self.provisions.insert(no, held);
        self.touched.provisions.insert(no);
        self.keep(effects, about.as_ref());
    }

    /// One step of a mark.
    pub fn hiding(&mut self, no: PermitNo, event: HidingEvent, turn: &mut Turn<'_, Tenant>) {
        let Some(hiding) = self.hidings.remove(&no) else { return };
        let (hiding, effects) = hiding.step(event, turn);
        self.touched.hidings.insert(no);
        if hiding.due().is_some() {
            self.hidings.insert(no, hiding);
        }
        self.keep(effects, None);
    }

    /// Hides an exchange that is recorded here; false when there is none, or the network refused it.
    pub fn hide(&mut self, no: PermitNo, turn: &mut Turn<'_, Tenant>) -> bool {
        let Some(kept) = self.records.get(&no).filter(|kept| kept.record.granted) else { return false };
        let (hiding, effects) = Hiding::begin(&kept.record, turn);
        self.keep([vec![Effect::Hiding(hiding)], effects].concat(), None);
        true
    }

    /// Lets time pass for everything that was taken in.
    pub fn tick(&mut self, turn: &mut Turn<'_, Tenant>) {
        for dan in self.acquisitions.keys().cloned().collect::<Vec<_>>() {
            self.acquisition(dan, AcquisitionEvent::Tick, turn);
        }
        for id in self.inquiries.keys().copied().collect::<Vec<_>>() {
            self.inquiry(id, InquiryEvent::Tick, turn);
        }
        for no in self.provisions.keys().copied().collect::<Vec<_>>() {
            self.provision(no, ProvisionEvent::Tick, turn);
        }
        for no in self.hidings.keys().copied().collect::<Vec<_>>() {
            self.hiding(no, HidingEvent::Tick, turn);
        }
    }

    /// Leaves out what would be said on these lines.
    pub fn say_nothing_to(&mut self, lines: &[String]) {
        self.said.retain(|(line, _)| !lines.iter().any(|down| down == line));
    }

    fn keep(&mut self, effects: Vec<Effect>, about: Option<&DanNo>) {
        for effect in effects {
            match effect {
                Effect::Send { to, body } => self.said.push((hop(&to), body)),
                Effect::Record(record) => {
                    self.touched.records.insert(record.no);
                    let kept = self.records.entry(record.no).or_insert_with(|| Kept { record: record.clone(), dan: None });
                    kept.record.merge(&record);
                    kept.dan = kept.dan.take().or_else(|| about.cloned());
                }
                Effect::Bind { dan, code } => {
                    self.codes.insert(code, dan.clone());
                    self.bound.push((dan, code));
                }
                Effect::Hiding(hiding) => {
                    self.touched.hidings.insert(hiding.no);
                    self.hidings.insert(hiding.no, hiding);
                }
                Effect::Task(task) => self.tasks.push(task),
                Effect::Alarm(alarm) => self.alarms.push(alarm),
            }
        }
    }

    fn holder(&self, admitted: &Admitted) -> Option<DanNo> {
        self.codes.get(&admitted.code()).cloned()
    }

    fn is_hidden(&self, dan: Option<&DanNo>, set: &DataSet) -> bool {
        dan.is_some_and(|dan| {
            self.flags.get(dan).is_some_and(|f| f.undisclosed) || self.undisclosed.contains(&(dan.clone(), set.clone()))
        })
    }

    fn notice(&mut self, permit: &Permit, admitted: Option<Result<Admitted, PermitFault>>, turn: &Turn<'_, Tenant>) {
        match admitted {
            Some(Ok(admitted)) => {
                let dan = self.holder(&admitted);
                let hidden = self.is_hidden(dan.as_ref(), &permit.terms.data_set);
                let known = self.records.get(&permit.terms.no).map(|kept| &kept.record);
                let effects = provide::notice(&admitted, known, hidden, turn);
                self.keep(effects, dan.as_ref());
            }
            Some(Err(fault)) => self.alarms.push(Alarm::Permit(fault)),
            None => {}
        }
    }

    fn asked(
        &mut self,
        permit: Permit,
        sealed: Sealed,
        admitted: Option<Result<Admitted, PermitFault>>,
        turn: &mut Turn<'_, Tenant>,
    ) {
        let no = permit.terms.no;
        let arrival = Provision::arrival(self.provisions.get(&no).map(|held| &held.0), &sealed);
        match (admitted, arrival) {
            (None, _) => {}
            (Some(Ok(_) | Err(PermitFault::Expired)), Arrival::Again) => self.provision(no, ProvisionEvent::Again, turn),
            (Some(Ok(_) | Err(PermitFault::Expired)), Arrival::Other) => {
                self.keep(provide::refuse(&permit, PermitFault::Replayed), None);
            }
            (Some(Err(fault)), _) => self.keep(provide::refuse(&permit, fault), None),
            (Some(Ok(admitted)), _) => {
                let facts = self.facts(no, self.holder(&admitted), &permit.terms.data_set);
                let (provision, effects) = Provision::open(admitted, sealed, facts, turn);
                self.put_provision((provision, None), effects);
            }
        }
    }

    /// The link of a person is right again: what rested on it goes on.
    pub fn put_right(&mut self, turn: &mut Turn<'_, Tenant>) {
        for no in self.provisions.keys().copied().collect::<Vec<_>>() {
            let Some((provision, _)) = self.provisions.get(&no) else { continue };
            let facts = self.facts(no, provision.dan.clone(), &provision.permit.terms.data_set);
            self.provision(no, ProvisionEvent::PutRight(Box::new(facts)), turn);
        }
    }

    fn facts(&self, no: PermitNo, dan: Option<DanNo>, set: &DataSet) -> ProvideFacts {
        let flags = dan.as_ref().and_then(|dan| self.flags.get(dan));
        let rows = || dan.as_ref().and_then(|dan| self.replica.get(dan)).into_iter().flatten();
        let hold = match flags {
            Some(flags) if flags.recalled => Some(Hold::Recall),
            Some(flags) if flags.no_automatic => Some(Hold::Person),
            _ => rows().any(|row| row.no_automatic && row.record.data_set == *set).then_some(Hold::Record),
        };
        ProvideFacts {
            known: self.records.get(&no).map(|kept| kept.record.clone()),
            provides: self.profile.provides(&set.id),
            hidden: self.is_hidden(dan.as_ref(), set),
            hold,
            records: rows().map(|row| row.record.clone()).collect(),
            as_of: self.as_of,
            root: self.root,
            dan,
        }
    }

    fn cancelled(&mut self, permit: &Permit, admitted: Option<Result<Admitted, PermitFault>>, turn: &mut Turn<'_, Tenant>) {
        let no = permit.terms.no;
        if self.provisions.contains_key(&no) {
            return self.provision(no, ProvisionEvent::Withdraw, turn);
        }
        let Some(Ok(admitted)) = admitted else { return };
        let (provision, effects) = Provision::withdrawn(admitted, turn);
        self.put_provision((provision, None), effects);
    }

    fn concerning(&mut self, no: PermitNo, body: Body, turn: &mut Turn<'_, Tenant>) {
        match self.asked.get(&no).copied() {
            Some(id) => self.inquiry(id, InquiryEvent::Heard(body), turn),
            None => self.provision(no, ProvisionEvent::Heard(body), turn),
        }
    }

    /// A new inquiry, entered with what the store knows.
    pub fn enter(&mut self, inquiry: Inquiry, event: InquiryEvent, turn: &mut Turn<'_, Tenant>) {
        let id = inquiry.question.request;
        self.inquiries.insert(id, inquiry);
        self.inquiry(id, event, turn);
    }

    /// Writes what has changed, and what is to be said.
    pub async fn store(self, tx: &mut Tx, keeper: &Keeper) -> Result<(), Fault> {
        let (keys, now) = (keeper.city().keys(), self.now);
        let acquisitions: Vec<_> = self.touched.acquisitions.iter().filter_map(|dan| self.acquisitions.get(dan)).collect();
        machines::put_acquisitions(tx, keys, &acquisitions, now).await?;
        let inquiries: Vec<_> = self.touched.inquiries.iter().filter_map(|id| self.inquiries.get(id)).collect();
        let known = self.known.0.intersection(&self.touched.inquiries).map(|id| Param::from(id.to_string()));
        machines::put_inquiries(tx, keys, &inquiries, known.collect()).await?;
        let provisions: Vec<_> = self.touched.provisions.iter().filter_map(|no| self.provisions.get(no)).collect();
        let known = self.known.1.intersection(&self.touched.provisions).map(|no| Param::from(permit_text(no)));
        machines::put_provisions(tx, keys, &provisions, known.collect()).await?;
        let hidings: Vec<_> = self.touched.hidings.iter().map(|no| (*no, self.hidings.get(no))).collect();
        machines::put_hidings(tx, keys, &hidings).await?;
        let me = &keeper.tenant().institution;
        let records = self.touched.records.iter().filter_map(|no| self.records.get(no));
        let records: Vec<_> = records.map(|kept| kept.row(me, self.years)).collect();
        let known = self.known.2.intersection(&self.touched.records).map(|no| Param::from(permit_text(no)));
        registers::put_records(tx, records, known.collect()).await?;
        let mut bindings = Vec::with_capacity(self.bound.len());
        for (dan_no, code) in &self.bound {
            let place = Place { table: CODE_PLACE.0, column: CODE_PLACE.1, row: dan_no.as_str() };
            let sealed = keys.seal(place, code.as_bytes())?;
            let code_token = code_token(keeper, code)?;
            bindings.push(CodeBinding { id: 0, dan_no: dan_no.clone(), code: sealed, code_token, bound_at: now });
        }
        CodeBinding::insert_all(&bindings, tx).await?;
        let said: Vec<_> = self.said.iter().map(|(party, body)| (*party, body)).collect();
        outgoing::put(tx, keys, &said, now).await?;
        self.tell(tx, keeper).await
    }

    /// Tasks for clerks and alarms for operators.
    async fn tell(&self, tx: &mut Tx, keeper: &Keeper) -> Result<(), Fault> {
        let mut counted: BTreeMap<(&'static str, String), (Alarm, i64)> = BTreeMap::new();
        for alarm in &self.alarms {
            counted.entry(crate::words::alarm_ja(alarm)).or_insert((*alarm, 0)).1 += 1;
        }
        for (alarm, times) in counted.into_values() {
            outgoing::raise(tx, &alarm, times, self.now).await?;
        }
        for task in &self.tasks {
            let (kind, title, reference) = match task {
                Task::CheckHeld { no, why } => {
                    let title = format!("情報提供の確認: {}", crate::words::hold_ja(&state_text(why)));
                    (crate::TASK_HELD, title, permit_text(no))
                }
                Task::AnswerRecalled { request } => {
                    (crate::TASK_RECALLED, "照会結果の訂正: この回答は使わないでください".to_owned(), request.to_string())
                }
            };
            let subject = match task {
                Task::CheckHeld { no, .. } => self.provisions.get(no).and_then(|held| held.0.dan.clone()),
                Task::AnswerRecalled { request } => self.inquiries.get(request).map(|i| i.question.subject.clone()),
            };
            let subject = match subject {
                Some(dan) => Some(crate::record::subject(tx, &dan).await?),
                None => None,
            };
            let task = NewTask {
                office: keeper.office(),
                purpose: crate::PURPOSE.code,
                kind,
                title: &title,
                subject,
                reference: Some(&reference),
                due: None,
            };
            task::add(tx, task, self.now).await?;
            // The same inquiry may wait, or be called back, a second time.
            task::reopen_reference(tx, kind, &reference).await?;
        }
        for no in &self.decided {
            task::done_reference(tx, crate::TASK_HELD, &permit_text(no), self.now).await?;
        }
        Ok(())
    }
}

/// Whom the tenant's own lines reach for a party: its city, and for everybody else the network.
fn hop(to: &Party) -> &'static str {
    match to {
        Party::City(_) => crate::keeper::CITY,
        _ => crate::keeper::NETWORK,
    }
}

/// The token by which a 符号 is found.
pub(crate) fn code_token(keeper: &Keeper, code: &Code) -> Result<Vec<u8>, Fault> {
    Ok(keeper.city().keys().token("gateway.code", &code.to_string())?)
}
