//! The file styles: a file of requests is registered and worked through row by row; its result is fetched under its number.

use super::desk::{Desk, Outcome, Refusal, Written};
use super::index::{INTERFACES, Operation, Wired};
use super::{Answer, note, request, run, spread};
use crate::store::registers;
use platform::Fault;
use platform::db::DbError;
use platform::keys::{Place, hex, sha256};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::fmt::Write;
use wire::ident::RequestId;

/// First line of a file of requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileHead {
    /// Interface id.
    pub interface: String,
    /// Rows that follow.
    pub count: usize,
    /// SHA-256 over everything after this line, hexadecimal.
    pub sha256: String,
    /// Number of the file, drawn by the sender; a repetition has the same.
    #[serde(default)]
    pub file: Option<RequestId>,
    /// Rows that the sender still holds back (副本).
    #[serde(default)]
    pub waiting: usize,
}

/// What the registration of a file answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Number under which the result is fetched.
    pub file: String,
    /// Rows that went on.
    pub good: i64,
    /// Rows refused; the result lists them.
    pub bad: i64,
}

/// First line of a result file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultHead {
    /// Number of the file.
    pub file: String,
    /// Rows that follow.
    pub count: usize,
    /// Rows refused.
    pub bad: i64,
    /// SHA-256 over everything after this line, hexadecimal.
    pub sha256: String,
}

/// A request for a result.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    file: RequestId,
}

/// Writes a file of requests.
pub fn write_file(interface: &str, rows: &[Json], file: Option<RequestId>, waiting: usize) -> String {
    let body = lines(rows);
    let sha256 = hex(&sha256(body.as_bytes()));
    let head = json!({ "interface": interface, "count": rows.len(), "sha256": sha256, "file": file, "waiting": waiting });
    format!("{head}\n{body}")
}

fn lines(rows: &[Json]) -> String {
    rows.iter().map(|row| format!("{row}\n")).collect()
}

/// Where a result is sealed.
pub(super) fn place(number: &str) -> Place<'_> {
    Place { table: "gateway_call", column: "result", row: number }
}

fn read<'a>(wired: &Wired, body: &'a [u8]) -> Outcome<(FileHead, Vec<&'a str>)> {
    let text = std::str::from_utf8(body).map_err(|_| Refusal::bad("ファイルの文字コードがUTF-8ではありません"))?;
    let (head, rest) = text.split_once('\n').ok_or_else(|| Refusal::bad("ファイルの1行目(見出し)がありません"))?;
    let head: FileHead = serde_json::from_str(head).map_err(|_| Refusal::bad("ファイルの1行目(見出し)を読めません"))?;
    if head.interface != wired.id {
        return Err(Refusal::bad("見出しのインターフェイスが呼び出したものと違います"));
    }
    if head.sha256 != hex(&sha256(rest.as_bytes())) {
        return Err(Refusal::bad("ファイルのハッシュ値が見出しと合いません。途中で変わったか、欠けています。送り直してください"));
    }
    let rows: Vec<&str> = rest.lines().filter(|line| !line.trim().is_empty()).collect();
    if rows.len() != head.count {
        return Err(Refusal::bad("ファイルの行数が見出しの件数と合いません。送り直してください"));
    }
    Ok((head, rows))
}

/// Registers a file and works through it.
pub(super) async fn register(desk: &mut Desk<'_>, wired: &Wired, body: &[u8]) -> Result<Answer, Fault> {
    let (head, rows) = match read(wired, body) {
        Ok(read) => read,
        Err(refusal) => return Ok(Answer::Refused(refusal)),
    };
    let number = head.file.map(|file| file.to_string());
    if let Some(number) = &number
        && let Some(known) = registers::call(desk.tx, number).await?
    {
        let same = known.interface == wired.id && known.digest == head.sha256;
        return match same {
            true => receipt(known.call_no, known.good, known.bad),
            false => Ok(Answer::Refused(Refusal::conflict("同じファイル番号で別の内容が登録されています。番号を改めてください"))),
        };
    }
    let most = desk.keeper.tenant().limits.chunk_records;
    if wired.operation() == Operation::ReplicaUpdate {
        desk.keeper.backlog(desk.tx, head.waiting, desk.now).await?;
    }
    if rows.len() > most {
        let detail = format!("1回に送れるのは{most}件までです({}件ありました)。分割して送ってください", rows.len());
        return Ok(Answer::Refused(Refusal::bad(detail)));
    }
    let outcomes = run(desk, wired.operation(), rows).await?;
    let bad = i64::try_from(outcomes.iter().filter(|o| o.is_err()).count()).unwrap_or(i64::MAX);
    let good = i64::try_from(outcomes.len()).unwrap_or(i64::MAX) - bad;
    let waiting = i64::try_from(head.waiting).unwrap_or(i64::MAX);
    let result = result(&outcomes);
    let number = note(desk, wired.id, number, (good, bad), waiting, head.sha256, Some(&result)).await?;
    receipt(number, good, bad)
}

/// A result file without its first line: what became of each row, by its number.
fn result(outcomes: &[Outcome<Written>]) -> String {
    let mut text = String::new();
    for (outcome, row) in outcomes.iter().zip(1..) {
        // Writing into a text does not fail.
        let _ = match outcome {
            Ok(answer) => writeln!(text, r#"{{"row":{row},"ok":{answer}}}"#),
            Err(refusal) => writeln!(text, "{}", json!({ "row": row, "error": refusal })),
        };
    }
    text
}

fn receipt(file: String, good: i64, bad: i64) -> Result<Answer, Fault> {
    Answer::of(&Receipt { file, good, bad })
}

/// ファイルの作成要求: one request whose answer becomes a file.
pub(super) async fn create(desk: &mut Desk<'_>, wired: &Wired, body: &[u8]) -> Result<Answer, Fault> {
    let request = match request(body) {
        Ok(request) => request,
        Err(refusal) => return Ok(Answer::Refused(refusal)),
    };
    let outcomes: Vec<_> = run(desk, wired.operation(), vec![request]).await?.into_iter().flat_map(spread).collect();
    if let Some(Err(refusal)) = outcomes.iter().find(|outcome| outcome.is_err()) {
        return Ok(Answer::Refused(refusal.clone()));
    }
    let good = i64::try_from(outcomes.len()).unwrap_or(i64::MAX);
    let result = result(&outcomes);
    let number = note(desk, wired.id, None, (good, 0), 0, hex(&sha256(body)), Some(&result)).await?;
    receipt(number, good, 0)
}

/// Fetches the result of a file that was registered under one of the ids that belong to this one.
pub(super) async fn fetch(desk: &mut Desk<'_>, wired: &Wired, body: &[u8]) -> Result<Answer, Fault> {
    let Ok(wanted) = serde_json::from_slice::<Wanted>(body) else {
        return Ok(Answer::Refused(Refusal::bad("ファイル番号(file)を入れてください")));
    };
    let missing = || Ok(Answer::Refused(Refusal::missing("ファイル")));
    let Some(call) = registers::call(desk.tx, &wanted.file.to_string()).await? else { return missing() };
    let belongs = |of: &Wired| of.id == call.interface && of.operations.iter().any(|o| wired.operations.contains(o));
    let (true, Some(sealed)) = (INTERFACES.iter().any(belongs), &call.result) else { return missing() };
    let plain = desk.keeper.city().keys().open_sealed(place(&call.call_no), sealed)?;
    let body = String::from_utf8(plain).map_err(|_| DbError::Shape("result".to_owned()))?;
    let sha256 = hex(&sha256(body.as_bytes()));
    let head = ResultHead { file: call.call_no, count: body.lines().count(), bad: call.bad, sha256 };
    Ok(Answer::Lines(format!("{}\n{body}", json!(head))))
}
