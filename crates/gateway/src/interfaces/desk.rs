//! What every operation works with: the tenant, one writing transaction, and answers row by row.

use crate::keeper::Keeper;
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use platform::Fault;
use platform::db::Tx;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::value::{RawValue, to_raw_value};
use wire::error::ExchangeError;
use wire::ident::{DataSet, RecordKey};
use wire::permit::PermitFault;

/// Why a row was not taken. Names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// A name of the exchange (`NOT_PERMITTED`) or `BAD_REQUEST`, `NOT_FOUND`, `CONFLICT`.
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn of(code: &str, detail: impl Into<String>) -> Self {
        Self { code: code.to_owned(), detail: detail.into() }
    }

    /// The row is not what the interface takes.
    pub(crate) fn bad(detail: impl Into<String>) -> Self {
        Self::of("BAD_REQUEST", detail)
    }

    /// There is none.
    pub(crate) fn missing(what: &str) -> Self {
        Self::of("NOT_FOUND", format!("{what}がありません。番号を確かめてください"))
    }

    /// The state does not allow it.
    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self::of("CONFLICT", detail)
    }
}

impl From<ExchangeError> for Refusal {
    fn from(error: ExchangeError) -> Self {
        Self::of(&crate::words::state_text(&error), error.to_string())
    }
}

impl From<PermitFault> for Refusal {
    fn from(fault: PermitFault) -> Self {
        fault.outward().into()
    }
}

/// What became of a row.
pub type Outcome<T> = Result<T, Refusal>;

/// One call: the tenant, the transaction, the time.
pub(crate) struct Desk<'a> {
    pub keeper: &'a Keeper,
    pub tx: &'a mut Tx,
    pub now: Timestamp,
}

/// Nothing is asked.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// 団番.
    pub dan: DanNo,
}

/// A record of the replica.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// 団番.
    pub dan: DanNo,
    /// Data set and version.
    pub data_set: DataSet,
    /// Which record.
    pub key: RecordKey,
}

/// A stretch of time; open at a side that is not given.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct During {
    /// First instant.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Last instant.
    #[serde(default)]
    pub to: Option<Timestamp>,
}

impl During {
    pub(crate) fn bounds(self) -> (Timestamp, Timestamp) {
        (self.from.unwrap_or(Timestamp::UNIX_EPOCH), self.to.unwrap_or(LAST))
    }
}

/// Year 9999, which both databases hold in microseconds.
const LAST: Timestamp = Timestamp::constant(253_402_207_200, 0);

/// Rows of a list at most; who needs more asks for a shorter time.
pub(crate) const LISTED: i64 = 10_000;

/// A list that was asked for with one row more than [`LISTED`]: refused when it has it, since nobody could see that it was cut.
pub(crate) fn whole<T>(rows: Vec<T>) -> Outcome<Vec<T>> {
    let most = usize::try_from(LISTED).unwrap_or(usize::MAX);
    if rows.len() > most {
        return Err(Refusal::of("TOO_MANY", format!("{LISTED}件を超えます。期間を短くして、分けて求めてください")));
    }
    Ok(rows)
}

/// An answer as it is written on the line: one JSON value.
pub type Written = Box<RawValue>;

/// Reads the rows of a call, hands the readable ones to the operation together, and puts the answers back into their order.
pub(crate) async fn rows<Q, A, R>(desk: &mut Desk<'_>, all: Vec<&str>, run: R) -> Result<Vec<Outcome<Written>>, Fault>
where
    Q: DeserializeOwned,
    A: Serialize,
    R: AsyncFnOnce(&mut Desk<'_>, Vec<Q>) -> Result<Vec<Outcome<A>>, Fault>,
{
    let mut places = Vec::with_capacity(all.len());
    let mut good = Vec::with_capacity(all.len());
    for row in all {
        match read(row) {
            Ok(row) => {
                good.push(row);
                places.push(Ok(()));
            }
            Err(refusal) => places.push(Err(refusal)),
        }
    }
    let mut answers = run(desk, good).await?.into_iter();
    let mut missing = || Err(Refusal::conflict("処理されませんでした。もう一度送ってください"));
    let answered = places.into_iter().map(|place| match place {
        Err(refusal) => Err(refusal),
        Ok(()) => answers.next().map_or_else(&mut missing, |outcome| match outcome {
            Ok(answer) => to_raw_value(&answer).map_err(|_| Refusal::conflict("結果を書けませんでした")),
            Err(refusal) => Err(refusal),
        }),
    });
    Ok(answered.collect())
}

/// A row as a request. What is no JSON object is a row that cannot be read, not a file that cannot.
fn read<Q: DeserializeOwned>(row: &str) -> Outcome<Q> {
    if !row.trim_start().starts_with('{') {
        return Err(unreadable("行の形"));
    }
    serde_json::from_str(row).map_err(|error| match error.classify() {
        Category::Data => unreadable(&place_of(&error)),
        Category::Io | Category::Syntax | Category::Eof => unreadable("行の形"),
    })
}

fn unreadable(place: &str) -> Refusal {
    Refusal::bad(format!("内容を読めません({place})。項目の名前と形を確かめてください"))
}

/// Where reading stopped, without the value that was read: it may be somebody's.
fn place_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let name = text.split('`').nth(1).unwrap_or_default();
    let known = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if known && !name.is_empty() { name.to_owned() } else { "値の形".to_owned() }
}

/// Runs an operation that takes one row at a time.
pub(crate) async fn each<Q, A, R>(desk: &mut Desk<'_>, all: Vec<&str>, run: R) -> Result<Vec<Outcome<Written>>, Fault>
where
    Q: DeserializeOwned,
    A: Serialize,
    R: AsyncFn(&mut Desk<'_>, Q) -> Result<Outcome<A>, Fault>,
{
    rows(desk, all, async |desk: &mut Desk<'_>, good: Vec<Q>| {
        let mut done = Vec::with_capacity(good.len());
        for row in good {
            done.push(run(desk, row).await?);
        }
        Ok(done)
    })
    .await
}
