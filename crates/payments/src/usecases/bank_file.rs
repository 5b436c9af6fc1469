//! The bank's list of transfers it could not make: a CSV or a 120-byte file that carries our reference number and a reason.

use crate::store;
use crate::usecases::register_return::{REASONS, Return, register_return};
use encoding_rs::SHIFT_JIS;
use kernel::{Date, Yen};
use platform::{Fault, Unit};

/// Largest file, in bytes.
const LIMIT: usize = 4 << 20;
/// Length of a record of the 120-byte file.
const RECORD: usize = 120;

/// One returned transfer: number of the payment, amount and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    payment: i64,
    amount: Yen,
    reason: &'static str,
}

/// Registers all returns of a file, or none.
///
/// # Errors
/// A file that cannot be read, a line that does not fit the payment it names: nothing of the file is registered then.
pub async fn register_file(unit: &mut Unit, on: Date, body: &[u8]) -> Result<usize, Fault> {
    let lines = read(body).map_err(|why| Fault::field("file", why))?;
    let office = unit.staff().office().to_owned();
    for (n, line) in (1..).zip(&lines) {
        let known = store::find(&mut unit.tx, line.payment).await.ok().filter(|p| p.office == office);
        let Some(payment) = known else {
            return Err(Fault::field(
                "file",
                format!("{n}件目の支払番号の支払がありません。市の全銀ファイルへの回答か確かめてください"),
            ));
        };
        if payment.amount != line.amount {
            return Err(Fault::field("file", format!("{n}件目の金額が支払と違います。銀行に確かめてください")));
        }
        register_return(unit, Return { payment: payment.id, on, reason: line.reason }).await.map_err(|f| {
            Fault::field("file", format!("{n}件目: {}。この支払はまだ送っていないか、既に返却されています", f.what))
        })?;
    }
    Ok(lines.len())
}

/// The reason for a code: 0 is a transfer that was made.
fn reason(code: &str) -> Result<Option<&'static str>, ()> {
    match code.trim() {
        "0" | "" => Ok(None),
        code => REASONS.iter().find(|(c, word)| *c == code || *word == code).map(|(_, word)| Some(*word)).ok_or(()),
    }
}

fn read(body: &[u8]) -> Result<Vec<Line>, String> {
    if body.len() > LIMIT {
        return Err("ファイルが大きすぎます(4MBまで)。振込不能の明細だけのファイルを選んでください".into());
    }
    let fixed = body.split(|b| *b == b'\n').map(|l| l.strip_suffix(b"\r").unwrap_or(l)).filter(|l| !l.is_empty());
    let lines: Vec<&[u8]> = fixed.collect();
    let found = if lines.iter().all(|l| l.len() == RECORD) && !lines.is_empty() { records(&lines) } else { csv(&lines) }?;
    if found.is_empty() {
        Err("振込不能の明細がありません。ファイルを確かめてください".into())
    } else {
        Ok(found)
    }
}

fn records(lines: &[&[u8]]) -> Result<Vec<Line>, String> {
    let (mut found, mut count, mut total, mut trailer) = (vec![], 0u64, 0u64, None);
    for (n, line) in (1..).zip(lines) {
        let wrong = || format!("{n}行目を読めません。総合振込と同じ120桁の記録か確かめてください");
        let field = |from: usize, to: usize| line.get(from..to).and_then(|b| std::str::from_utf8(b).ok()).ok_or_else(wrong);
        match line.first() {
            Some(b'2') => {
                let amount: u64 = field(80, 90)?.parse().map_err(|_| wrong())?;
                let payment: i64 = field(91, 101)?.parse().map_err(|_| wrong())?;
                count += 1;
                total += amount;
                // The bank writes its result in the dummy area at the end of the record.
                if let Some(reason) = reason(field(119, 120)?).map_err(|()| wrong())? {
                    found.push(Line { payment, amount: Yen(i64::try_from(amount).map_err(|_| wrong())?), reason });
                }
            }
            Some(b'8') => {
                trailer = Some((field(1, 7)?.parse().map_err(|_| wrong())?, field(7, 19)?.parse().map_err(|_| wrong())?))
            }
            Some(b'1' | b'9') => {}
            _ => return Err(wrong()),
        }
    }
    if trailer != Some((count, total)) {
        return Err("件数か合計が明細と合いません。途中で切れたファイルかもしれません。銀行から受け取り直してください".into());
    }
    Ok(found)
}

fn csv(lines: &[&[u8]]) -> Result<Vec<Line>, String> {
    let mut found = vec![];
    for (n, line) in (1..).zip(lines) {
        let wrong = || format!("{n}行目を読めません。一行に「支払番号,金額,理由」と書いたCSVか確かめてください");
        let text = match std::str::from_utf8(line) {
            Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
            Err(_) => SHIFT_JIS.decode_without_bom_handling_and_without_replacement(line).ok_or_else(wrong)?.into_owned(),
        };
        let columns: Vec<&str> = text.split(',').map(|c| c.trim().trim_matches('"')).collect();
        let [payment, amount, word] = columns.as_slice() else { return Err(wrong()) };
        if n == 1 && payment.parse::<i64>().is_err() {
            continue;
        }
        let (payment, amount) = (payment.parse().map_err(|_| wrong())?, amount.parse().map(Yen).map_err(|_| wrong())?);
        if let Some(reason) = reason(word).map_err(|()| wrong())? {
            found.push(Line { payment, amount, reason });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Line, Yen, read};

    #[test]
    fn a_list_names_payment_amount_and_reason_in_either_spelling() {
        let lines = vec![Line { payment: 7, amount: Yen(24_039), reason: "口座相違" }];
        assert_eq!(read("支払番号,金額,理由\r\n7,24039,口座相違\r\n8,200,0\r\n".as_bytes()), Ok(lines.clone()));
        let (sjis, _, _) = encoding_rs::SHIFT_JIS.encode("7,24039,口座相違\r\n");
        assert_eq!(read(&sjis), Ok(lines));
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_line() {
        for (bytes, said) in [
            (&b""[..], "明細がありません"),
            (b"7,24039", "1行目"),
            (b"7,24039,0\nx,1,1", "2行目"),
            (b"7,24039,sick", "1行目"),
            (b"\xff\xfe\x00", "1行目"),
        ] {
            assert!(read(bytes).unwrap_err().contains(said), "{bytes:?}");
        }
        assert!(read(&vec![b'1'; super::LIMIT + 1]).unwrap_err().contains("大きすぎ"));
        let mut record = vec![b' '; 120];
        record[0] = b'2';
        record[80..101].copy_from_slice(b"000002403900000000007");
        record[119] = b'1';
        assert!(read(&record).unwrap_err().contains("合計が明細と合いません"), "a file without its trailer was cut off");
    }
}
