//! The interfaces between the city and its gateway: 83 ids, one dispatcher. An operation is a typed request and a typed answer; the single
//! styles call it once, the file styles row by row. Our own JSON: not wire-compatible with the national system.

pub mod ask;
pub mod desk;
mod document;
mod file;
mod index;
pub mod own;
pub mod provide;
pub mod replica;
pub mod schema;
pub mod system;

pub use desk::{Outcome, Refusal, Written};
pub use document::{messages, openapi};
pub use file::{FileHead, Receipt, ResultHead, write_file};
pub use index::{INTERFACES, Operation, Role, Wired, table};

use crate::keeper::Keeper;
use crate::model::InterfaceCall;
use desk::{Desk, Nothing, each, rows};
use platform::Fault;
use platform::db::DbError;
use platform::keys::{hex, sha256};
use replica::Flag;
use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::value::to_raw_value;
use wire::ident::RequestId;

/// What a call answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// One record.
    Json(Written),
    /// A file of lines.
    Lines(String),
    /// The call was not taken.
    Refused(Refusal),
}

impl Answer {
    fn of(record: &impl Serialize) -> Result<Self, Fault> {
        Ok(Self::Json(to_raw_value(record).map_err(|_| DbError::Shape("answer".to_owned()))?))
    }
}

/// Rows for the lists of an operation; a list becomes one row each in a file.
fn spread(outcome: Outcome<Written>) -> Vec<Outcome<Written>> {
    match &outcome {
        Ok(answer) => match serde_json::from_str::<Vec<Written>>(answer.get()) {
            Ok(all) => all.into_iter().map(Ok).collect(),
            Err(_) => vec![outcome],
        },
        Err(_) => vec![outcome],
    }
}

/// The body of a single call; nothing at all asks for nothing.
fn request(body: &[u8]) -> Outcome<&str> {
    let body = if body.is_empty() { b"{}" } else { body };
    let text = std::str::from_utf8(body).ok().filter(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    text.ok_or_else(|| Refusal::bad("JSONとして読めません。内容を確かめてください"))
}

impl Keeper {
    /// A call of the city under an interface id.
    ///
    /// # Errors
    /// The database's refusal; then nothing was stored and the city calls again.
    pub async fn call(&self, id: &str, body: &[u8]) -> Result<Answer, Fault> {
        let Some(wired) = INTERFACES.iter().find(|wired| wired.id == id) else {
            return Ok(Answer::Refused(Refusal::missing("そのインターフェイス")));
        };
        let mut tx = self.write().await?;
        let mut desk = Desk { keeper: self, now: self.city().now(), tx: &mut tx };
        let answer = match wired.role {
            Role::One => one(&mut desk, wired, body).await?,
            Role::Register => file::register(&mut desk, wired, body).await?,
            Role::Create => file::create(&mut desk, wired, body).await?,
            Role::Fetch => file::fetch(&mut desk, wired, body).await?,
            Role::Push => Answer::Refused(Refusal::bad("このインターフェイスは中間サーバーから送ります")),
        };
        tx.commit().await?;
        Ok(answer)
    }
}

async fn one(desk: &mut Desk<'_>, wired: &Wired, body: &[u8]) -> Result<Answer, Fault> {
    let request = match request(body) {
        Ok(request) => request,
        Err(refusal) => return Ok(Answer::Refused(refusal)),
    };
    let outcome = run(desk, wired.operation(), vec![request]).await?.into_iter().next();
    let outcome = outcome.unwrap_or_else(|| Err(Refusal::bad("内容がありません")));
    // Nobody is looked at there, and the city asks all the time.
    if !matches!(wired.operation(), Operation::Masters | Operation::State) {
        let (good, bad) = if outcome.is_ok() { (1, 0) } else { (0, 1) };
        note(desk, wired.id, None, (good, bad), 0, hex(&sha256(body)), None).await?;
    }
    Ok(match outcome {
        Ok(answer) => Answer::Json(answer),
        Err(refusal) => Answer::Refused(refusal),
    })
}

/// Records a call; answers its number.
async fn note(
    desk: &mut Desk<'_>,
    interface: &str,
    number: Option<String>,
    (good, bad): (i64, i64),
    waiting: i64,
    digest: String,
    result: Option<&str>,
) -> Result<String, Fault> {
    let call_no = number.unwrap_or_else(|| desk.keeper.step(desk.now, |turn| RequestId::draw(turn.rng)).to_string());
    let sealed = result.map(|text| desk.keeper.city().keys().seal(file::place(&call_no), text.as_bytes())).transpose()?;
    let row = InterfaceCall {
        id: 0,
        call_no,
        interface: interface.to_owned(),
        called_at: desk.now,
        good,
        bad,
        waiting,
        digest,
        result: sealed,
    };
    row.insert(desk.tx).await?;
    Ok(row.call_no)
}

/// Runs an operation over rows; the answers are in the order of the rows.
async fn run(desk: &mut Desk<'_>, operation: Operation, all: Vec<&str>) -> Result<Vec<Outcome<Written>>, Fault> {
    use Operation as O;
    match operation {
        O::Ask => rows(desk, all, ask::register).await,
        O::AskStatus => rows(desk, all, ask::status).await,
        O::AskContent => rows(desk, all, ask::content).await,
        O::AskResult => rows(desk, all, ask::result).await,
        O::Cancel => rows(desk, all, ask::cancel).await,
        O::CancelResult => rows(desk, all, ask::cancel_result).await,
        O::ProvideStatus => each(desk, all, provide::status).await,
        O::ProvideQuestion => each(desk, all, provide::question).await,
        O::ProvideContent => each(desk, all, provide::content).await,
        O::ProvideRegister => each(desk, all, provide::register).await,
        O::ProvidePermit => each(desk, all, provide::permit).await,
        O::Records => each(desk, all, provide::records).await,
        O::RecordMark => each(desk, all, provide::mark).await,
        O::ReplicaUpdate => rows(desk, all, replica::update).await,
        O::ReplicaList => each(desk, all, replica::lines).await,
        O::ReplicaDetail => each(desk, all, replica::detail).await,
        O::ReplicaSearch => each(desk, all, replica::search).await,
        O::BlockRecord => each(desk, all, async |d: &mut Desk<'_>, q| replica::flag_record(d, q, Flag::NoAutomatic).await).await,
        O::BlockPerson => each(desk, all, async |d: &mut Desk<'_>, q| replica::flag_person(d, q, Flag::NoAutomatic).await).await,
        O::HideRecord => each(desk, all, async |d: &mut Desk<'_>, q| replica::flag_record(d, q, Flag::Undisclosed).await).await,
        O::HidePerson => each(desk, all, async |d: &mut Desk<'_>, q| replica::flag_person(d, q, Flag::Undisclosed).await).await,
        O::PersonFlags => each(desk, all, replica::flags_of_person).await,
        O::RecordFlags => each(desk, all, replica::flags_of_record).await,
        O::Recipients => each(desk, all, replica::recipients).await,
        O::Close => each(desk, all, replica::close).await,
        O::CloseUndo => each(desk, all, replica::undo).await,
        O::CloseResult => each(desk, all, replica::closing).await,
        O::OwnStatus => each(desk, all, own::own_status).await,
        O::OwnContent => each(desk, all, own::own_content).await,
        O::MessageSend => each(desk, all, own::send).await,
        O::MessageStatus => each(desk, all, own::message_state).await,
        O::MessageCancel => each(desk, all, own::cancel).await,
        O::Masters => each(desk, all, system::masters).await,
        O::State => each(desk, all, system::operation).await,
        O::CodesWanted => each::<Nothing, _, _>(desk, all, system::codes_wanted).await,
    }
}
