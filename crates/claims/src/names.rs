//! The official masters of names (支払基金 基本マスター), as far as a reader of receipts needs them: code, name and unit.
//!
//! Layout: マスターファイル仕様説明書. Comma-separated, Shift_JIS, fields perhaps in quotes; the second column names the master. Names are
//! versioned by the day from which a file is used: an abolished code still has the name of the day of care.

use encoding_rs::SHIFT_JIS;
use std::collections::HashSet;

/// Largest file, in bytes.
pub const LIMIT: usize = 64 << 20;

/// Where a master keeps what we need (columns from 0).
struct Layout {
    kind: &'static str,
    label: &'static str,
    code: usize,
    name: usize,
    unit: Option<usize>,
    least: usize,
}

const LAYOUTS: [Layout; 6] = [
    Layout { kind: "B", label: "傷病名", code: 2, name: 5, unit: None, least: 24 },
    Layout { kind: "Z", label: "修飾語", code: 2, name: 6, unit: None, least: 7 },
    Layout { kind: "S", label: "医科診療行為", code: 2, name: 4, unit: Some(9), least: 88 },
    Layout { kind: "Y", label: "医薬品", code: 2, name: 4, unit: Some(9), least: 31 },
    Layout { kind: "T", label: "特定器材", code: 2, name: 4, unit: Some(9), least: 30 },
    Layout { kind: "C", label: "コメント", code: 22, name: 6, unit: None, least: 23 },
];

/// 診療識別: the section of a line, in words.
pub fn section_ja(code: u8) -> &'static str {
    match code {
        1 | 99 => "全体",
        11 => "初診",
        12 => "再診",
        13 => "医学管理",
        14 => "在宅",
        21 => "内服",
        22 => "屯服",
        23 => "外用",
        24 => "調剤",
        25 => "処方",
        26 => "麻毒",
        27 => "調基",
        28 => "その他の投薬",
        31 => "皮下筋肉内注射",
        32 => "静脈内注射",
        33 => "その他の注射",
        39 => "薬剤料減点",
        40 => "処置",
        50 => "手術",
        54 => "麻酔",
        60 => "検査・病理",
        70 => "画像診断",
        80 => "その他",
        90 => "入院基本料",
        92 => "特定入院料",
        97 => "食事・生活療養",
        _ => "",
    }
}

/// The word for a master.
pub fn label_ja(kind: &str) -> &'static str {
    LAYOUTS.iter().find(|l| l.kind == kind).map_or("", |l| l.label)
}

/// A master's names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// B, Z, S, Y, T or C.
    pub kind: &'static str,
    /// Code, name, unit; in the order of the file.
    pub rows: Vec<(i64, String, String)>,
}

/// The kind of a file by its first line, without reading the rest.
pub fn kind_of(body: &[u8]) -> Option<&'static str> {
    let line = body.split(|b| *b == b'\n').next()?;
    let second = line.split(|b| *b == b',').nth(1)?;
    let word: Vec<u8> = second.iter().copied().filter(|b| *b != b'"').collect();
    LAYOUTS.iter().find(|l| l.kind.as_bytes() == word).map(|l| l.kind)
}

/// Reads a master file.
///
/// # Errors
/// What does not fit, with its line, and what to do.
pub fn read(body: &[u8]) -> Result<Names, String> {
    if body.len() > LIMIT {
        return Err("ファイルが大きすぎます(64MBまで)。基本マスターのCSVを一つずつ選んでください".into());
    }
    let kind =
        kind_of(body).ok_or("基本マスターとして読めません。2列目がマスター種別(B・Z・S・Y・T・C)の公式CSVを選んでください")?;
    let layout = LAYOUTS.iter().find(|l| l.kind == kind).ok_or("マスター種別が分かりません")?;
    let text = SHIFT_JIS
        .decode_without_bom_handling_and_without_replacement(body)
        .ok_or("文字コードが Shift_JIS ではありません。公式CSVを変換せずにそのまま選んでください")?;
    let (mut rows, mut seen) = (vec![], HashSet::new());
    for (n, line) in (1..).zip(text.lines()).filter(|(_, l)| !l.is_empty()) {
        let cells = split(line).ok_or_else(|| format!("{n}行目の引用符が閉じていません。途中で切れたファイルかもしれません"))?;
        if cells.len() < layout.least {
            return Err(format!(
                "{n}行目の列が足りません({}列、{}列以上必要)。途中で切れたファイルかもしれません",
                cells.len(),
                layout.least
            ));
        }
        let cell = |at: usize| cells.get(at).map_or("", |c| c.trim());
        if cell(1) != kind {
            return Err(format!("{n}行目のマスター種別が先頭の行と違います。一つのマスターだけのファイルを選んでください"));
        }
        let code: i64 = cell(layout.code).parse().map_err(|_| format!("{n}行目のコードが数字ではありません"))?;
        if cell(layout.name).is_empty() {
            return Err(format!("{n}行目に名称がありません"));
        }
        if seen.insert(code) {
            rows.push((code, cell(layout.name).to_owned(), layout.unit.map_or("", cell).to_owned()));
        }
    }
    Ok(Names { kind, rows })
}

/// Columns of a line; a comma inside quotes separates nothing. `None` for an open quote.
fn split(line: &str) -> Option<Vec<String>> {
    let (mut cells, mut cell, mut quoted) = (vec![], String::new(), false);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    (!quoted).then_some(cells)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{LIMIT, read};

    /// A line of a master with these columns filled, in Shift_JIS.
    pub fn line(columns: usize, filled: &[(usize, &str)]) -> Vec<u8> {
        let cells: Vec<String> = (0..columns)
            .map(|at| filled.iter().find(|(n, _)| *n == at).map_or_else(|| "0".to_owned(), |(_, v)| format!("\"{v}\"")))
            .collect();
        let text = cells.join(",");
        let (bytes, _, lossy) = encoding_rs::SHIFT_JIS.encode(&text);
        assert!(!lossy);
        [&bytes, &b"\r\n"[..]].concat()
    }

    #[test]
    fn each_master_gives_code_name_and_unit() {
        let drug = [line(42, &[(1, "Y"), (2, "620000001"), (4, "アセトアミノフェン錠, 200mg"), (9, "錠")])].concat();
        let read_drug = read(&drug).unwrap();
        assert_eq!(read_drug.kind, "Y");
        assert_eq!(read_drug.rows, [(620_000_001, "アセトアミノフェン錠, 200mg".into(), "錠".into())]);
        let disease = line(46, &[(1, "B"), (2, "8830417"), (5, "急性上気道炎")]);
        assert_eq!(read(&disease).unwrap().rows, [(8_830_417, "急性上気道炎".into(), String::new())]);
        let comment = line(24, &[(1, "C"), (6, "手術日"), (22, "850100001")]);
        assert_eq!(read(&comment).unwrap().rows, [(850_100_001, "手術日".into(), String::new())]);
    }

    #[test]
    fn what_is_no_master_is_refused_with_its_line() {
        let good = line(46, &[(1, "B"), (2, "8830417"), (5, "急性上気道炎")]);
        let act = line(88, &[(1, "S"), (2, "111000110"), (4, "初診料")]);
        for (bytes, said) in [
            (b"".to_vec(), "基本マスターとして読めません"),
            (b"hello,world".to_vec(), "基本マスターとして読めません"),
            ([good.clone(), act].concat(), "2行目"),
            ([good.clone(), good.get(..10).unwrap().to_vec()].concat(), "2行目"),
            ([good.clone(), b"0,B,x".to_vec()].concat(), "列が足りません"),
            ([good.clone(), b"\xff\xff\n".to_vec()].concat(), "Shift_JIS"),
            (line(46, &[(1, "B"), (2, "88304x7"), (5, "急性上気道炎")]), "コードが数字"),
            (line(46, &[(1, "B"), (2, "8830417"), (5, " ")]), "名称がありません"),
            (vec![b'0'; LIMIT + 1], "大きすぎ"),
        ] {
            let why = read(&bytes).unwrap_err();
            assert!(why.contains(said), "{said}: {why}");
        }
    }
}
