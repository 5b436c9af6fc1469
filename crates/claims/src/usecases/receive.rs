//! A file arrives: stored sealed, known by its hash, imported by a job.

use crate::model::ReceivedFile;
use crate::store;
use kernel::time::YearMonth;
use platform::keys::sha256;
use platform::{Fault, Unit, file, job};

/// Largest file, in bytes: a city's month of one sender is about half of it.
pub const LIMIT: usize = 256 << 20;

/// What came of an arriving file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// New: this job imports it.
    New(i64),
    /// The very same bytes were received before: nothing changes.
    Known,
}

/// Receives a file for a 審査月.
///
/// # Errors
/// A file that says nothing of its sender, is too large or was converted to another encoding, or the database's refusal.
pub async fn receive(unit: &mut Unit, month: YearMonth, name: &str, body: &[u8]) -> Result<Received, Fault> {
    if body.len() > LIMIT {
        return Err(Fault::field(
            "file",
            "ファイルが大きすぎます(256MBまで)。請求元から届いたファイルをまとめずに、そのまま選んでください",
        ));
    }
    if !body.is_ascii() && std::str::from_utf8(body).is_ok() {
        let why =
            "文字コードが UTF-8 です。変換されたファイルは取り込めません。届いたままの Shift_JIS のファイルを選んでください";
        return Err(Fault::field("file", why));
    }
    let hash = sha256(body);
    if store::file_by_hash(&mut unit.tx, &hash).await?.is_some() {
        return Ok(Received::Known);
    }
    let sender = sender_of(body).ok_or_else(|| {
        Fault::field("file", "レセプトファイルとして読めません。先頭に医療機関の記録(IR, UK, YK)があるか、文字コードが Shift_JIS か確かめてください")
    })?;
    let (city, case, now) = (unit.city().clone(), unit.staff().case.as_ref().map(|c| c.id), unit.now());
    let file_id = file::store(&mut unit.tx, &city, name, "application/octet-stream", body, case).await?;
    let received = ReceivedFile {
        id: 0,
        month,
        sender,
        name: name.chars().take(120).collect(),
        sha256: hash.to_vec(),
        size: i64::try_from(body.len()).unwrap_or(i64::MAX),
        file_id,
        state: "received".into(),
        receipts: 0,
        points: 0,
        warnings: 0,
        message: "取込みを待っています".into(),
        job_id: None,
        received_at: now,
    };
    let id = received.insert(&mut unit.tx).await?;
    let title = format!("レセプトの取込み {}", month.wareki());
    let job = job::submit(unit, "claims.import", &title, id.to_string().as_bytes()).await?;
    store::set_job(&mut unit.tx, id, job).await?;
    Ok(Received::New(job))
}

/// 審査支払機関 of the first institution record, plain or behind 履歴管理情報.
fn sender_of(body: &[u8]) -> Option<i64> {
    for line in body.split(|b| *b == b'\n').take(20) {
        let columns: Vec<&[u8]> = line.split(|b| *b == b',').collect();
        let at = columns.iter().position(|c| matches!(*c, b"IR" | b"UK" | b"YK"));
        if let Some(code) = at.filter(|at| *at == 0 || *at == 3).and_then(|at| columns.get(at + 1)) {
            return match *code {
                b"1" => Some(1),
                b"2" => Some(2),
                _ => None,
            };
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::sender_of;

    #[test]
    fn the_sender_stands_in_the_institution_record() {
        assert_eq!(sender_of(b"IR,1,27,1,0110111,,x,202610,00,\r\n"), Some(1));
        assert_eq!(sender_of(b"1,1,0,MN,123\r\n1,2,0,IR,2,27,1\r\n"), Some(2));
        assert_eq!(sender_of(b"hello"), None);
        assert_eq!(sender_of(b""), None);
    }
}
