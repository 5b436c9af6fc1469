//! 名寄せ of one 住登外者: who of the residents and of the other 住登外者 is the same person?
//!
//! Only the classes of evidence that were measured to be safe link by themselves; everything else becomes a question.

use super::freeze::{freeze, is_incident};
use super::{doubt, issue, join, unify};
use crate::lines::{PERSON_NUMBERED, PersonNumbered};
use crate::model::{Doubt, JUKI, LINK, Link, OUTSIDER, OUTSIDER_ADDRESS, Outsider, Person, Question};
use crate::store::{self, Said};
use kernel::ident::{AtenaNo, DanNo};
use kernel::time::PartialDate;
use matching::{Corpus, Decision, Evidence, Grade, Linkage, Record, Settings, Tables};
use platform::task::{self, NewTask};
use platform::{Fault, Unit, outbox};
use ports::{ComparePort, Likeness, ResidentFacts};

/// A question that nobody has answered.
pub const OPEN: &str = "未確認";
/// A join that waits for its second person.
pub const DRAFTED: &str = "決裁待ち";
/// One person.
pub const SAME: &str = "同じ人";
/// Two people.
pub const APART: &str = "別の人";
/// Kind of the task that asks 情報政策課 to look.
pub const TASK: &str = "hub.question";
/// Name of the 住登外者 as a system of the engine's.
const OUTSIDE: &str = "jutogai";

/// Somebody who may be the person.
pub struct Candidate {
    atena_no: AtenaNo,
    resident: bool,
    name: String,
    kana: String,
    alias: String,
    birth: String,
    sex: String,
    address: String,
    phone: String,
    token: u64,
}

impl Candidate {
    fn record(&self) -> Record<'_> {
        Record {
            system: if self.resident { JUKI } else { OUTSIDE },
            number: self.atena_no.as_str(),
            token: self.token,
            name: &self.name,
            kana: &self.kana,
            alias: &self.alias,
            birth: &self.birth,
            sex: &self.sex,
            address: &self.address,
            phone: &self.phone,
            ..Record::default()
        }
    }

    /// A 住登外者.
    pub fn outsider(row: &Outsider) -> Self {
        Self {
            atena_no: row.atena_no.clone(),
            resident: false,
            name: row.name.clone(),
            kana: row.kana.clone(),
            alias: row.alias.clone().unwrap_or_default(),
            birth: row.birth.clone(),
            sex: row.sex.clone(),
            address: row.address.clone(),
            phone: row.phone.clone().unwrap_or_default(),
            token: short(row.number_token.as_deref()),
        }
    }

    /// A resident, with the token of the 個人番号 if there is one.
    pub fn resident(facts: ResidentFacts, token: Option<&[u8]>) -> Self {
        Self {
            atena_no: facts.atena_no,
            resident: true,
            name: facts.name,
            kana: facts.kana,
            alias: facts.alias.unwrap_or_default(),
            birth: facts.birth.to_string(),
            sex: facts.sex,
            address: facts.address.unwrap_or_default(),
            phone: String::new(),
            token: short(token),
        }
    }
}

/// A resident as if of another register and without 個人番号: the engine compares no two records of the registry.
pub fn beside(facts: ResidentFacts) -> Candidate {
    Candidate { resident: false, ..Candidate::resident(facts, None) }
}

/// The engine compares numbers by a keyed hash; 0 means that there is none.
fn short(token: Option<&[u8]>) -> u64 {
    let bytes = token.and_then(|t| t.first_chunk::<8>());
    bytes.map_or(0, |b| u64::from_be_bytes(*b).max(1))
}

/// What became of a 住登外者.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Linked by this evidence.
    Linked(&'static str),
    /// A person has to look.
    Asked,
    /// Linked before.
    Kept,
    /// The same person is there, but no 個人番号 of either is known, so there is no 団番 yet.
    Waiting,
    /// Nobody comes into question.
    Alone,
}

/// Looks for the person of a 住登外者 and links, issues or asks.
///
/// # Errors
/// The registry's refusal or the database's; then the event waits.
pub async fn run(unit: &mut Unit, residents: &dyn ComparePort, tables: &Tables, who: &AtenaNo) -> Result<Outcome, Fault> {
    let subject = unit.concern(who).await?;
    unit.require(subject, &[OUTSIDER, OUTSIDER_ADDRESS, LINK]).await?;
    let Some(row) = store::outsider(&mut unit.tx, who).await? else { return Ok(Outcome::Alone) };
    if let Some(dan_no) = dan_of(unit, who).await? {
        keep(unit, subject, &row, &dan_no).await?;
        return Ok(Outcome::Kept);
    }
    let mut all = candidates(unit, residents, &row).await?;
    all.push(Candidate::outsider(&row));
    let found = compare(tables, &all);
    let mut outcome = Outcome::Alone;
    match partner(&found, who) {
        Some((other, _)) if kept_apart(unit, who, &other).await? => number_alone(unit, &row).await?,
        // Nobody was asked who else lives at the address, so that a slip of its number is not shown to be one.
        Some((other, Evidence::FourItemsSlip)) => {
            number_alone(unit, &row).await?;
            let evidence = Evidence::FourItemsSlip.label();
            let explanation = format!("{evidence}。その番地に住む人を確かめてください。");
            put(unit, who, &other, Why { evidence, grade: "A", explanation }).await?;
            outcome = Outcome::Asked;
        }
        Some((other, evidence)) => {
            connect_to(unit, &row, &other, evidence.label()).await?;
            let linked = dan_of(unit, who).await?.is_some();
            outcome = if linked { Outcome::Linked(evidence.label()) } else { Outcome::Waiting };
        }
        None => number_alone(unit, &row).await?,
    }
    for (other, decision) in questions(&found, who) {
        ask(unit, who, &other, &decision).await?;
    }
    let asked = outcome == Outcome::Alone && store::open_questions(&mut unit.tx, who).await? > 0;
    Ok(if asked { Outcome::Asked } else { outcome })
}

/// Runs the engine over the people.
pub fn compare(tables: &Tables, all: &[Candidate]) -> Linkage {
    let mut corpus = Corpus::new(tables.clone());
    corpus.add(&all.iter().map(Candidate::record).collect::<Vec<_>>());
    matching::link(corpus, &Settings { registry: Some(JUKI.to_owned()), ..Settings::default() })
}

/// A 住登外者 who has a 団番 already: a 個人番号 that is not the one of the 団番, nor was, is for a person to look at.
async fn keep(unit: &mut Unit, subject: i64, row: &Outsider, dan_no: &DanNo) -> Result<(), Fault> {
    let Some(token) = &row.number_token else { return Ok(()) };
    let known = store::by_dan(&mut unit.tx, dan_no).await?.number_token == *token
        || store::former(&mut unit.tx, dan_no).await?.iter().any(|f| f.number_token == *token);
    if known { Ok(()) } else { doubt(unit, Doubt::Differs, subject, &row.atena_no).await }
}

/// 団番 of a 宛名番号.
pub async fn dan_of(unit: &mut Unit, who: &AtenaNo) -> Result<Option<DanNo>, Fault> {
    Ok(store::links(&mut unit.tx, who).await?.into_iter().find_map(|l| l.dan_no))
}

/// Token of the 個人番号 of a 宛名番号.
///
/// # Errors
/// The database's refusal.
pub async fn token_of(unit: &mut Unit, who: &AtenaNo) -> Result<Option<Vec<u8>>, Fault> {
    match dan_of(unit, who).await? {
        Some(dan_no) => Ok(Some(store::by_dan(&mut unit.tx, &dan_no).await?.number_token)),
        None => Ok(None),
    }
}

async fn candidates(unit: &mut Unit, residents: &dyn ComparePort, row: &Outsider) -> Result<Vec<Candidate>, Fault> {
    let birth = PartialDate::parse(&row.birth).ok().and_then(|b| b.exact());
    let exact = birth.is_some().then_some(row.birth.as_str());
    let said = Said { birth: exact, kana: &row.kana, name: &row.name, address: &row.address };
    let outsiders = store::outsiders_like(&mut unit.tx, &said, row.number_token.as_deref()).await?;
    let mut holders = vec![];
    if let Some(token) = &row.number_token
        && let Some(person) = store::by_token(&mut unit.tx, token).await?
    {
        let links = store::links_of_dan(&mut unit.tx, &person.dan_no).await?;
        holders.extend(links.into_iter().filter(|l| l.programme == JUKI).map(|l| l.atena_no));
    }
    let mut all: Vec<Candidate> = outsiders.iter().filter(|o| o.atena_no != row.atena_no).map(Candidate::outsider).collect();
    let likeness = Likeness { name: &row.name, kana: &row.kana, birth, numbers: &holders };
    // Under the same number it is the same person (住民番号引継).
    for facts in residents.alike(unit, &likeness).await?.into_iter().filter(|facts| facts.atena_no != row.atena_no) {
        let token = token_of(unit, &facts.atena_no).await?;
        all.push(Candidate::resident(facts, token.as_deref()));
    }
    Ok(all)
}

fn number_at(found: &Linkage, at: u32) -> Option<AtenaNo> {
    found.records.get(at as usize).and_then(|(_, number)| AtenaNo::parse(number).ok())
}

/// The cluster of a record.
fn root_of(found: &Linkage, system: &str, who: &AtenaNo) -> Option<u32> {
    let at = found.records.iter().position(|(of, number)| of == system && number == who.as_str())?;
    found.automatic.get(at).copied()
}

/// The first other record of a cluster, a resident before a 住登外者.
fn member(found: &Linkage, root: u32, except: &AtenaNo) -> Option<AtenaNo> {
    let members = found.records.iter().zip(&found.automatic).filter(|(_, r)| **r == root).map(|(record, _)| record);
    let others = members.filter(|(_, number)| number != except.as_str());
    let best = others.min_by_key(|(system, _)| system != JUKI)?;
    AtenaNo::parse(&best.1).ok()
}

/// Who is the same person beyond doubt, and the weakest of what it rests on.
fn partner(found: &Linkage, who: &AtenaNo) -> Option<(AtenaNo, Evidence)> {
    let root = root_of(found, OUTSIDE, who)?;
    let other = member(found, root, who)?;
    let within = |at: u32| found.automatic.get(at as usize) == Some(&root);
    let mine = |at: u32| number_at(found, at).is_some_and(|n| n == *who);
    let links = || found.links.iter().filter(|l| within(l.a));
    let slip = links().any(|l| l.evidence == Evidence::FourItemsSlip);
    let own = links().find(|l| mine(l.a) || mine(l.b)).or_else(|| links().next())?;
    Some((other, if slip { Evidence::FourItemsSlip } else { own.evidence }))
}

/// How a resident and a 住登外者 compare: whether they are one person beyond doubt, and the question about them.
pub fn between<'f>(found: &'f Linkage, resident: &AtenaNo, outsider: &AtenaNo) -> (bool, Option<&'f Decision>) {
    let (Some(x), Some(y)) = (root_of(found, JUKI, resident), root_of(found, OUTSIDE, outsider)) else { return (false, None) };
    let both = |d: &&Decision| (d.a, d.b) == (x, y) || (d.a, d.b) == (y, x);
    (x == y, found.conflicts.iter().chain(&found.review).find(both))
}

/// What a person has to look at.
fn questions(found: &Linkage, who: &AtenaNo) -> Vec<(AtenaNo, Decision)> {
    let Some(root) = root_of(found, OUTSIDE, who) else { return vec![] };
    let about = found.conflicts.iter().chain(&found.review).filter(|d| d.a == root || d.b == root);
    let other = |d: &Decision| member(found, if d.a == root { d.b } else { d.a }, who);
    about.filter_map(|d| Some((other(d)?, d.clone()))).collect()
}

/// Have people decided that the two are not one person? Then no evidence joins them again.
async fn kept_apart(unit: &mut Unit, who: &AtenaNo, other: &AtenaNo) -> Result<bool, Fault> {
    Ok(store::question_of(&mut unit.tx, who, other).await?.is_some_and(|q| q.state == APART))
}

async fn connect_to(unit: &mut Unit, row: &Outsider, other: &AtenaNo, basis: &str) -> Result<(), Fault> {
    match dan_of(unit, other).await? {
        Some(dan_no) => connect(unit, &row.atena_no, Some(&dan_no), basis).await,
        None => {
            number_alone(unit, row).await?;
            match dan_of(unit, &row.atena_no).await? {
                Some(dan_no) => connect(unit, other, Some(&dan_no), basis).await,
                None => Ok(()),
            }
        }
    }
}

/// 付番 on the 個人番号 only: a new one makes a new 団番; one that belongs to somebody is left to the question.
async fn number_alone(unit: &mut Unit, row: &Outsider) -> Result<(), Fault> {
    let Some(token) = &row.number_token else { return Ok(()) };
    if store::by_token(&mut unit.tx, token).await?.is_some() || store::was_somebodys(&mut unit.tx, token).await? {
        return Ok(());
    }
    let dan_no = issue::next(unit).await?;
    let (issued_at, seq) = (unit.now(), unit.seq().await?);
    Person { id: 0, dan_no: dan_no.clone(), number_token: token.clone(), issued_at, seq }.insert(&mut unit.tx).await?;
    outbox::publish(unit, PERSON_NUMBERED, &PersonNumbered { dan_no: dan_no.clone() }).await?;
    connect(unit, &row.atena_no, Some(&dan_no), "個人番号による付番").await
}

/// Gives every link of a 宛名番号 this 団番 (or none); what held before stays as history.
///
/// # Errors
/// The database's refusal.
pub async fn connect(unit: &mut Unit, who: &AtenaNo, dan_no: Option<&DanNo>, basis: &str) -> Result<(), Fault> {
    let (now, seq) = (unit.now(), unit.seq().await?);
    for old in store::links(&mut unit.tx, who).await? {
        if old.dan_no.as_ref() == dan_no {
            continue;
        }
        let new = Link {
            id: 0,
            dan_no: dan_no.cloned(),
            recorded_at: now,
            basis: Some(basis.to_owned()),
            unified: false,
            seq,
            ..old.clone()
        };
        store::relink(&mut unit.tx, &old, &new).await?;
        if let Some(left) = &old.dan_no {
            unify::settle(unit, left).await?;
        }
    }
    match dan_no {
        Some(dan_no) => unify::settle(unit, dan_no).await,
        None => Ok(()),
    }
}

/// Puts a question into the queue, once for a pair.
///
/// # Errors
/// The database's refusal.
pub async fn ask(unit: &mut Unit, who: &AtenaNo, other: &AtenaNo, decision: &Decision) -> Result<(), Fault> {
    let grade = match decision.grade() {
        Grade::A => "A",
        Grade::B => "B",
        Grade::C => "C",
    };
    put(unit, who, other, Why { evidence: decision.evidence.label(), grade, explanation: decision.explain() }).await
}

/// A clerk says that the two are one person: others have to confirm it.
///
/// # Errors
/// The database's refusal.
pub async fn claimed(unit: &mut Unit, who: &AtenaNo, other: &AtenaNo) -> Result<(), Fault> {
    let explanation = "登録した職員が同じ人として選びました。記録を見比べて確かめてください。".to_owned();
    put(unit, who, other, Why { evidence: "職員の申告", grade: "B", explanation }).await
}

/// Why a pair is asked about.
pub struct Why {
    /// Class of evidence.
    pub evidence: &'static str,
    /// A, B or C.
    pub grade: &'static str,
    /// What agrees, what differs and what to do, without a value of any field.
    pub explanation: String,
}

/// Puts a question into the queue in these words, once for a pair.
///
/// # Errors
/// The database's refusal.
pub async fn put(unit: &mut Unit, who: &AtenaNo, other: &AtenaNo, why: Why) -> Result<(), Fault> {
    if let Some(known) = store::question_of(&mut unit.tx, who, other).await? {
        let raised = Question {
            evidence: why.evidence.to_owned(),
            grade: why.grade.to_owned(),
            explanation: why.explanation,
            state: OPEN.to_owned(),
            ..known.clone()
        };
        return if is_incident(&raised) && !is_incident(&known) { raise(unit, &raised).await } else { Ok(()) };
    }
    let question = open(unit, who, other, why).await?;
    if is_incident(&question) { freeze(unit, &question).await } else { Ok(()) }
}

/// Puts the first question about a pair into the queue; whoever calls says what else follows from it.
///
/// # Errors
/// The database's refusal.
pub async fn open(unit: &mut Unit, who: &AtenaNo, other: &AtenaNo, why: Why) -> Result<Question, Fault> {
    let (asked_at, seq) = (unit.now(), unit.seq().await?);
    let question = Question {
        id: 0,
        atena_no: who.clone(),
        other_no: other.clone(),
        evidence: why.evidence.to_owned(),
        grade: why.grade.to_owned(),
        explanation: why.explanation,
        state: OPEN.to_owned(),
        note: None,
        decided_by: None,
        decided_at: None,
        asked_at,
        seq,
    };
    let id = question.insert(&mut unit.tx).await?.to_string();
    let subject = unit.find_subject(who).await?;
    let task = NewTask {
        office: crate::OFFICE,
        purpose: crate::PURPOSE.code,
        kind: TASK,
        title: "名寄せの確認: 同じ人かどうかを見比べてください",
        subject,
        reference: Some(&id),
        due: None,
    };
    task::add(&mut unit.tx, task, asked_at).await?;
    Ok(question)
}

/// A pair that was asked about before has one 個人番号 now: whatever was said about it, two people decide anew.
async fn raise(unit: &mut Unit, question: &Question) -> Result<(), Fault> {
    store::raise_question(&mut unit.tx, question).await?;
    join::keep(unit, question.id, OPEN, Some("番号不整合".into())).await?;
    freeze(unit, question).await?;
    Ok(task::reopen_reference(&mut unit.tx, TASK, &question.id.to_string()).await?)
}
