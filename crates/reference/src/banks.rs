//! Banks and branches with their Zengin codes.

use crate::table::{Table, columns};
use kernel::text::{ZenginError, kana_key, zengin_kana};
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::unpack(include_bytes!("../../../data/banks/banks.tsv.gz")));

/// A financial institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bank {
    /// 金融機関コード, 4 digits.
    pub code: &'static str,
    /// みずほ (without 銀行; 城南信金, ゆうちょ).
    pub name: &'static str,
    /// ミズホ: full-width, large letters only.
    pub kana: &'static str,
}

/// A branch of a bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch {
    /// Whose.
    pub bank: Bank,
    /// 店舗コード, 3 digits.
    pub code: &'static str,
    /// 東京営業部.
    pub name: &'static str,
    /// トウキヨウ.
    pub kana: &'static str,
}

impl Bank {
    /// The name as a bank file carries it: ﾐｽﾞﾎ.
    ///
    /// # Errors
    /// When the table holds a character that bank files do not know; a test excludes it.
    pub fn zengin_name(&self) -> Result<String, ZenginError> {
        zengin_kana(self.kana)
    }
}

impl Branch {
    /// The name as a bank file carries it: ﾄｳｷﾖｳ.
    ///
    /// # Errors
    /// When the table holds a character that bank files do not know; a test excludes it.
    pub fn zengin_name(&self) -> Result<String, ZenginError> {
        zengin_kana(self.kana)
    }
}

/// The bank with this 4-digit code.
pub fn bank(code: &str) -> Option<Bank> {
    if code.len() != 4 {
        return None;
    }
    TABLE.beginning(&format!("{code}\t\t")).next().map(read_bank)
}

/// The branch with these codes (4 and 3 digits).
pub fn branch(bank_code: &str, code: &str) -> Option<Branch> {
    if code.len() != 3 {
        return None;
    }
    let bank = bank(bank_code)?;
    TABLE.beginning(&format!("{bank_code}\t{code}\t")).next().map(|row| read_branch(bank, row))
}

/// The branches of a bank, by code.
pub fn branches(bank_code: &str) -> impl Iterator<Item = Branch> + use<> {
    let found = bank(bank_code);
    let prefix = found.map_or("none".to_owned(), |b| format!("{}\t", b.code));
    // The bank's own row comes first.
    TABLE.beginning(&prefix).skip(1).filter_map(move |row| found.map(|bank| read_branch(bank, row)))
}

/// All banks, by code.
pub fn banks() -> impl Iterator<Item = Bank> {
    TABLE.rows().filter(|row| row.get(5..6) == Some("\t")).map(read_bank)
}

/// Banks whose code, name or reading begins with the text, as typed into a form.
pub fn find_banks(text: &str) -> Vec<Bank> {
    found(text, banks(), |b| (b.code, b.name, b.kana))
}

/// Branches of a bank whose code, name or reading begins with the text.
pub fn find_branches(bank_code: &str, text: &str) -> Vec<Branch> {
    found(text, branches(bank_code), |b| (b.code, b.name, b.kana))
}

fn found<T>(
    text: &str,
    all: impl Iterator<Item = T>,
    parts: impl Fn(&T) -> (&'static str, &'static str, &'static str),
) -> Vec<T> {
    let (typed, key) = (kernel::text::fold_width(text.trim()), kana_key(text));
    let begins = |item: &T| {
        let (code, name, kana) = parts(item);
        code.starts_with(&typed) || kernel::text::fold_width(name).starts_with(&typed) || kana_key(kana).starts_with(&key)
    };
    if key.is_empty() { vec![] } else { all.filter(begins).collect() }
}

fn read_bank(row: &'static str) -> Bank {
    let [code, _, name, kana] = columns(row);
    Bank { code, name, kana }
}

fn read_branch(bank: Bank, row: &'static str) -> Branch {
    let [_, code, name, kana] = columns(row);
    Branch { bank, code, name, kana }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_banks_and_branches_are_found_by_code() {
        assert_eq!(bank("0001"), Some(Bank { code: "0001", name: "みずほ", kana: "ミズホ" }));
        let tokyo = branch("0001", "001").unwrap();
        assert_eq!((tokyo.name, tokyo.zengin_name().as_deref()), ("東京営業部", Ok("ﾄｳｷﾖｳ")));
        assert_eq!(bank("0005").unwrap().zengin_name().as_deref(), Ok("ﾐﾂﾋﾞｼﾕ-ｴﾌｼﾞｴｲ"));
        assert_eq!(branch("9900", "018").map(|b| (b.bank.name, b.name)), Some(("ゆうちょ", "〇一八")));
    }

    #[test]
    fn unknown_codes_are_unknown() {
        for code in ["", "1", "00001", "9999", "みずほ", "0001\t"] {
            assert_eq!(bank(code), None, "{code}");
        }
        assert_eq!(branch("0001", "000"), None);
        assert_eq!(branch("0001", ""), None);
        assert_eq!(branches("9999").count(), 0);
    }

    #[test]
    fn a_bank_is_found_by_name_reading_or_code() {
        for typed in ["みずほ", "ﾐｽﾞﾎ", "ミズホ", "0001", "０００１"] {
            assert!(find_banks(typed).iter().any(|b| b.code == "0001"), "{typed}");
        }
        assert!(find_banks("三菱UFJ").iter().any(|b| b.code == "0005"));
        assert!(find_branches("0001", "とうきょう").iter().any(|b| b.code == "001"));
        assert_eq!(find_banks("　"), []);
    }

    #[test]
    fn every_name_fits_a_bank_file() {
        let mut count = 0;
        for bank in banks() {
            assert!(bank.zengin_name().is_ok_and(|n| !n.is_empty()), "{}", bank.code);
            for branch in branches(bank.code) {
                count += 1;
                assert!(branch.zengin_name().is_ok_and(|n| !n.is_empty()), "{} {}", bank.code, branch.code);
            }
        }
        assert!(banks().count() > 1_000 && count > 25_000, "{count}");
    }
}
