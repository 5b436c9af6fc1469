//! Records of one receipt, with or without 履歴管理情報 in front, and the overlay of corrections.
//!
//! A delivered line may begin with データ識別, 行番号, 枝番号. Data 1 is the current claim; 2, 6 and 86 correct it line by line;
//! everything else (5, 8, 11–16 …) is history and is never added up.

use crate::error::RecordName;
use crate::field;

/// One record: where it stands in the receipt's bytes, and its 履歴管理情報.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Line number in the file.
    pub line: u64,
    /// Start of the record name in the receipt's bytes.
    pub(crate) start: u32,
    /// End, without the line end.
    pub(crate) end: u32,
    /// 行番号; 0 for a plain line.
    pub row: u32,
    /// 枝番号; 0 for a plain line.
    pub branch: u32,
    /// データ識別; 0 for a plain line.
    pub data_id: u8,
    /// Record name.
    pub name: RecordName,
}

/// 履歴管理情報 and the offset at which the record proper begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Prefix {
    pub data_id: u8,
    pub row: u32,
    pub branch: u32,
    pub offset: usize,
}

/// Reads the prefix of a line. A line that does not begin with a digit is plain. `None`: it begins with a digit but has no whole prefix.
pub(crate) fn prefix(line: &[u8]) -> Option<Prefix> {
    if !line.first().is_some_and(u8::is_ascii_digit) {
        return Some(Prefix::default());
    }
    let ([data_id, row, branch], rest) = field::columns::<3>(line);
    let number = |f| field::small::<u32>(f).ok().flatten();
    Some(Prefix {
        data_id: field::small::<u8>(data_id).ok().flatten()?,
        row: number(row)?,
        branch: number(branch)?,
        offset: line.len() - rest.len(),
    })
}

/// The two letters at the start of a record.
pub(crate) fn name(record: &[u8]) -> RecordName {
    match record {
        [a, b] | [a, b, b',', ..] => RecordName([*a, *b]),
        _ => RecordName([0, 0]),
    }
}

/// Is this line part of the claim as it now stands, before corrections?
pub(crate) fn is_current(data_id: u8) -> bool {
    data_id <= 1
}

/// Notes about a correction or a return, which are not part of the claim.
fn is_note(name: RecordName) -> bool {
    matches!(&name.0, b"JY" | b"ON" | b"EX" | b"RC" | b"HR" | b"MD" | b"RT" | b"JR" | b"MK")
}

/// Splits the records of a receipt into the claim as it stands (corrections applied) and the history, in file order each.
/// Returns how many corrections were applied.
///
/// A claim of plain lines is complete: prefixed lines behind it (返戻 files) are history, whatever their data id.
pub(crate) fn overlay(records: &mut Vec<Record>, history: &mut Vec<Record>, bytes: &[u8]) -> usize {
    if records.iter().all(|r| r.data_id == 0) {
        return 0;
    }
    let all = std::mem::take(records);
    let plain = all.iter().any(|r| r.data_id == 0 && &r.name.0 == b"RE");
    let mut applied = 0;
    for record in all {
        let current = if plain { record.data_id == 0 } else { is_current(record.data_id) };
        if current {
            records.push(record);
            continue;
        }
        let place = records.iter().position(|r| (r.row, r.branch) == (record.row, record.branch));
        let correction = !plain && matches!(record.data_id, 2 | 6 | 86);
        let text = bytes.get(record.start as usize..record.end as usize).unwrap_or_default();
        match place {
            Some(i) if correction && &record.name.0 == b"JY" && field::column(text, 1) == b"3" => {
                history.push(records.remove(i));
                history.push(record);
                applied += 1;
            }
            _ if !correction || is_note(record.name) => history.push(record),
            Some(i) => {
                if let Some(old) = records.get_mut(i) {
                    history.push(std::mem::replace(old, record));
                }
                applied += 1;
            }
            None => {
                let key = (record.row, record.branch);
                let at = records.iter().rposition(|r| (r.row, r.branch) < key).map_or(0, |i| i + 1);
                records.insert(at, record);
                applied += 1;
            }
        }
    }
    applied
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records of a little receipt, one line each, and what stands after the overlay.
    fn standing(lines: &[&str]) -> (Vec<String>, usize, usize) {
        let mut bytes = Vec::new();
        let mut records = Vec::new();
        for (i, line) in lines.iter().enumerate() {
            let p = prefix(line.as_bytes()).unwrap();
            let start = bytes.len() + p.offset;
            bytes.extend_from_slice(line.as_bytes());
            records.push(Record {
                line: i as u64 + 1,
                start: start as u32,
                end: bytes.len() as u32,
                row: p.row,
                branch: p.branch,
                data_id: p.data_id,
                name: name(&line.as_bytes()[p.offset..]),
            });
        }
        let mut history = Vec::new();
        let applied = overlay(&mut records, &mut history, &bytes);
        let text = |r: &Record| String::from_utf8(bytes[r.start as usize..r.end as usize].to_vec()).unwrap();
        (records.iter().map(text).collect(), history.len(), applied)
    }

    #[test]
    fn history_is_never_part_of_the_claim() {
        let (now, history, applied) = standing(&["1,1,0,RE,1", "1,2,0,HO,a", "5,1,0,RE,1", "5,2,0,HO,b", "11,2,0,HO,c"]);
        assert_eq!((now, history, applied), (vec!["RE,1".into(), "HO,a".into()], 3, 0));
    }

    #[test]
    fn corrections_replace_add_and_delete_lines() {
        let (now, history, applied) = standing(&[
            "1,1,0,RE,1",
            "1,2,0,SI,a",
            "1,3,0,SI,b",
            "1,4,0,SI,c",
            "2,2,0,JY,2",
            "2,2,0,SI,A",
            "2,3,1,SI,new",
            "2,4,0,JY,3",
        ]);
        assert_eq!(now, ["RE,1", "SI,A", "SI,b", "SI,new"]);
        assert_eq!((history, applied), (4, 3));
    }

    #[test]
    fn a_plain_claim_with_a_history_block_stays_as_it_is() {
        let (now, history, applied) = standing(&["RE,1", "HO,x", "HR,1", "1,1,0,RE,1", "2,2,0,HO,y"]);
        assert_eq!(now, ["RE,1", "HO,x", "HR,1"]);
        assert_eq!((history, applied), (2, 0));
    }

    #[test]
    fn a_line_that_begins_with_half_a_prefix_is_no_record() {
        assert_eq!(prefix(b"1,RE,1"), None);
        assert_eq!(prefix(b"12345,1,0,RE"), None);
        assert_eq!(prefix(b"RE,1"), Some(Prefix::default()));
        assert_eq!(prefix(b"12,3,4,RE").map(|p| (p.data_id, p.row, p.branch, p.offset)), Some((12, 3, 4, 7)));
        assert_eq!(name(b"R"), RecordName([0, 0]));
        assert_eq!(name(b"REX,1"), RecordName([0, 0]));
    }
}
