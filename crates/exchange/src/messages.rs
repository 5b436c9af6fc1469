//! The messages on the line to the gateway. They name people by 団番 only.

use crate::lines::{Line, Unsent};
use kernel::Date;
use kernel::ident::DanNo;
use kernel::time::Timestamp;
use platform::keys::{hex, sha256};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use wire::compare::Fingerprint;
use wire::ident::{DataSet, DataSetId, Digest, InstitutionCode, ItemId, PermitNo, ProcedureId, RecordKey, RequestId};
use wire::inquiry::{Given, Outward};
use wire::provide::ProvisionState;
use wire::record::Record;
use wire::replica::ReplicaRecord;

/// 情報照会内容.
#[derive(Debug, Clone, Serialize)]
pub struct NewInquiry {
    pub request: RequestId,
    pub dan: DanNo,
    pub provider: InstitutionCode,
    pub procedure: ProcedureId,
    pub data_set: DataSet,
    pub items: Vec<ItemId>,
    pub key: Option<RecordKey>,
    pub made_for: Vec<DanNo>,
    /// 照会側不開示.
    pub hidden: bool,
}

/// Where an inquiry stands.
#[derive(Debug, Clone, Deserialize)]
pub struct Shown {
    pub shown: Outward,
    pub error: Option<Refusal>,
}

/// Why there is nothing.
#[derive(Debug, Clone, Deserialize)]
pub struct Refusal {
    pub detail: String,
}

/// An answer.
#[derive(Debug, Clone, Deserialize)]
pub struct Fetched {
    pub shown: Outward,
    pub records: Vec<Given>,
    pub error: Option<Refusal>,
    pub as_of: Option<Timestamp>,
    pub root: Option<Digest>,
}

/// A consent.
#[derive(Debug, Clone, Serialize)]
pub struct NewConsent {
    pub dan: DanNo,
    pub procedure: ProcedureId,
    pub data_set: DataSetId,
    pub given_on: Date,
    pub until: Option<Date>,
    pub evidence: String,
}

/// 情報提供状況: one line.
#[derive(Debug, Clone, Deserialize)]
pub struct Provision {
    pub permit: String,
    pub dan: Option<DanNo>,
    pub asker: String,
    pub procedure: String,
    pub data_set: String,
    pub state: String,
    pub hold: String,
    pub since: Timestamp,
}

/// 情報照会内容(提供側).
#[derive(Debug, Clone, Deserialize)]
pub struct Asked {
    pub dan: Option<DanNo>,
    pub asker: InstitutionCode,
    pub procedure: ProcedureId,
    pub data_set: DataSet,
    pub items: Vec<ItemId>,
    pub asked_at: Timestamp,
}

/// 情報提供内容.
#[derive(Debug, Clone, Deserialize)]
pub struct Content {
    pub state: ProvisionState,
    pub records: Vec<Given>,
}

/// 情報提供等記録 and whom it is about.
#[derive(Debug, Clone, Deserialize)]
pub struct RecordLine {
    /// 変更番号.
    pub change: i64,
    pub dan: Option<DanNo>,
    pub record: Record,
}

/// What the gateway says of a load.
#[derive(Debug, Clone, Deserialize)]
pub struct Receipt {
    pub file: String,
    /// Rows that were taken.
    pub good: usize,
    /// Rows that were refused.
    pub bad: usize,
}

/// A place where 正本 and 副本 differ.
#[derive(Debug, Clone, Deserialize)]
pub struct Differs {
    pub dan: DanNo,
    pub data_set: DataSet,
    pub key: RecordKey,
    pub fault: String,
    pub item: Option<ItemId>,
}

fn unreadable(what: &str) -> Unsent {
    Unsent::Down(format!("中間サーバーの{what}を読めません。版が合っているかを確かめてください"))
}

async fn send<A: DeserializeOwned>(line: &Line, path: &str, body: &(impl Serialize + Sync)) -> Result<A, Unsent> {
    let body = serde_json::to_vec(body).map_err(|_| unreadable("送信"))?;
    let answer = line.post(path, body).await?;
    // An answer without a body is an answer of nothing.
    let answer = if answer.is_empty() { b"null".to_vec() } else { answer };
    serde_json::from_slice(&answer).map_err(|_| unreadable("回答"))
}

/// A row of a result: taken, or why not.
fn read_row(row: &str) -> Result<Result<(), Refusal>, Unsent> {
    #[derive(Deserialize)]
    struct Row {
        ok: Option<IgnoredAny>,
        error: Option<Refusal>,
    }
    match serde_json::from_str(row).map_err(|_| unreadable("結果"))? {
        Row { ok: Some(_), error: None } => Ok(Ok(())),
        Row { ok: None, error: Some(error) } => Ok(Err(error)),
        Row { .. } => Err(unreadable("結果")),
    }
}

/// SKI_10111.
pub async fn ask(line: &Line, new: &NewInquiry) -> Result<Shown, Unsent> {
    send(line, "/if/SKI_10111", new).await
}

/// SKI_10712.
pub async fn status(line: &Line, request: &RequestId) -> Result<Shown, Unsent> {
    send(line, "/if/SKI_10712", &serde_json::json!({ "request": request })).await
}

/// Inquiries whose answer was called back and has not been put right, however long ago it was given.
pub async fn rechecking(line: &Line) -> Result<BTreeSet<RequestId>, Unsent> {
    #[derive(Deserialize)]
    struct Called {
        requests: Vec<RequestId>,
    }
    let mut all = BTreeSet::new();
    loop {
        let after = all.last();
        let page: Called = send(line, "/rechecking", &serde_json::json!({ "after": after })).await?;
        let before = all.len();
        all.extend(page.requests);
        if all.len() == before {
            return Ok(all);
        }
    }
}

/// SKI_11112.
pub async fn fetch(line: &Line, request: &RequestId) -> Result<Fetched, Unsent> {
    send(line, "/if/SKI_11112", &serde_json::json!({ "request": request })).await
}

/// SKI_50111.
pub async fn cancel(line: &Line, request: &RequestId) -> Result<serde_json::Value, Unsent> {
    send(line, "/if/SKI_50111", &serde_json::json!({ "request": request })).await
}

/// Consents; the same day again corrects end and paper.
pub async fn consents(line: &Line, all: &[NewConsent]) -> Result<(), Unsent> {
    send::<serde_json::Value>(line, "/consents", &all).await.map(|_| ())
}

/// What waits for our staff, however long it does, by its permits.
pub async fn waiting(line: &Line) -> Result<Vec<Provision>, Unsent> {
    #[derive(Deserialize)]
    struct Waiting {
        provisions: Vec<Provision>,
    }
    let mut all: Vec<Provision> = vec![];
    loop {
        let after = all.last().map(|p| &p.permit);
        let page: Waiting = send(line, "/waiting", &serde_json::json!({ "after": after })).await?;
        if page.provisions.is_empty() {
            return Ok(all);
        }
        all.extend(page.provisions);
    }
}

/// TKY_11512.
pub async fn question(line: &Line, permit: &PermitNo) -> Result<Asked, Unsent> {
    send(line, "/if/TKY_11512", &serde_json::json!({ "permit": permit })).await
}

/// TKY_11912.
pub async fn content(line: &Line, permit: &PermitNo) -> Result<Content, Unsent> {
    send(line, "/if/TKY_11912", &serde_json::json!({ "permit": permit })).await
}

/// TKY_20311: what may be sent.
pub async fn register(line: &Line, permit: &PermitNo, records: &[Given], staff: &str) -> Result<(), Unsent> {
    let body = serde_json::json!({ "permit": permit, "records": records, "staff": staff });
    send::<serde_json::Value>(line, "/if/TKY_20311", &body).await.map(|_| ())
}

/// TKY_20511: it may be sent.
pub async fn permit(line: &Line, permit: &PermitNo, staff: &str) -> Result<(), Unsent> {
    let body = serde_json::json!({ "permit": permit, "staff": staff });
    send::<serde_json::Value>(line, "/if/TKY_20511", &body).await.map(|_| ())
}

/// A page of the records that changed after a change, in the order of the changes.
pub async fn records(line: &Line, after: i64) -> Result<Vec<RecordLine>, Unsent> {
    #[derive(Deserialize)]
    struct Changed {
        records: Vec<RecordLine>,
    }
    let changed: Changed = send(line, "/records", &serde_json::json!({ "after": after })).await?;
    Ok(changed.records)
}

/// A part of 副本, written as the file that goes to the gateway.
pub struct Load {
    rows: usize,
    text: Vec<u8>,
}

impl Load {
    /// Writes records into a file; `waiting` more are held back behind it.
    pub fn write(number: RequestId, records: &[ReplicaRecord], waiting: usize) -> Result<Self, Unsent> {
        let mut body = Vec::new();
        for record in records {
            serde_json::to_writer(&mut body, record).map_err(|_| unreadable("送信"))?;
            body.push(b'\n');
        }
        let head = serde_json::json!({
            "interface": "DBM_20113", "count": records.len(), "sha256": hex(&sha256(&body)), "file": number, "waiting": waiting,
        });
        let mut text = format!("{head}\n").into_bytes();
        text.append(&mut body);
        Ok(Self { rows: records.len(), text })
    }

    /// DBM_20113: sends the file. Answers what became of each record, in order; the result (DBM_20314) is fetched only when it says more
    /// than that all were taken.
    pub async fn send(self, line: Line) -> Result<Vec<Result<(), Refusal>>, Unsent> {
        let receipt = line.post("/if/DBM_20113", self.text).await?;
        let receipt: Receipt = serde_json::from_slice(&receipt).map_err(|_| unreadable("受付"))?;
        if receipt.bad == 0 && receipt.good == self.rows {
            return Ok((0..self.rows).map(|_| Ok(())).collect());
        }
        let wanted = serde_json::json!({ "file": receipt.file }).to_string();
        let result = line.post("/if/DBM_20314", wanted.into_bytes()).await?;
        let result = String::from_utf8(result).map_err(|_| unreadable("結果"))?;
        let answers: Vec<_> = result.lines().skip(1).map(read_row).collect::<Result<_, _>>()?;
        if answers.len() == self.rows { Ok(answers) } else { Err(unreadable("結果")) }
    }
}

/// What the gateway says of a comparison by hashes.
#[derive(Debug, Clone, Deserialize)]
pub struct Compared {
    /// Number of the comparison.
    pub comparison: i64,
    /// People who differ.
    pub people: BTreeSet<DanNo>,
    /// The highest レコード識別番号 there.
    pub serial: i64,
}

/// 正本 by its hashes.
pub async fn compare(line: &Line, ours: &Fingerprint) -> Result<Compared, Unsent> {
    #[derive(Serialize)]
    struct Hashes<'a> {
        root: &'a Digest,
        people: &'a BTreeMap<DanNo, Digest>,
    }
    send(line, "/compare", &Hashes { root: &ours.root, people: &ours.people }).await
}

/// The records of people who differ; answers each difference.
pub async fn explain(line: &Line, compared: &Compared, records: &[ReplicaRecord]) -> Result<Vec<Differs>, Unsent> {
    #[derive(Deserialize)]
    struct Found {
        differences: Vec<Differs>,
    }
    let body = serde_json::json!({ "comparison": compared.comparison, "people": compared.people, "records": records });
    let found: Found = send(line, "/explain", &body).await?;
    Ok(found.differences)
}
