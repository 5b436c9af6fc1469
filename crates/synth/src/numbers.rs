//! Numbers of people, in spaces of their own. Every check digit is right; none of the numbers was taken from anywhere.
//!
//! - 個人番号: eleven digits that begin with 99, then the check digit. No range of numbers is reserved by law for tests; this prefix
//!   marks ours.
//! - 住民票コード: begins with 9.
//! - 基礎年金番号: begins with 99, which is no 課所符号.
//! - 在留カード番号: letters ZX … SY.

use kernel::ident::{AtenaNo, JuminhyoCode, RecipientNo, SetaiNo};
use mynumber::IndividualNumber;

/// The serials of people and households in the order in which they are made: only those for which a number can be issued.
#[derive(Debug, Clone, Default)]
pub(crate) struct Serials {
    person: u64,
    household: u64,
    processing: u64,
    recipient: u32,
}

impl Serials {
    /// The next person.
    pub fn person(&mut self) -> u64 {
        loop {
            self.person += 1;
            if AtenaNo::issue(self.person).is_ok() {
                return self.person;
            }
        }
    }

    /// The next household.
    pub fn household(&mut self) -> u64 {
        loop {
            self.household += 1;
            if SetaiNo::issue(self.household).is_ok() {
                return self.household;
            }
        }
    }

    /// The next 受給者番号; `None` beyond 999,999.
    pub fn recipient(&mut self) -> Option<RecipientNo> {
        self.recipient += 1;
        RecipientNo::issue(self.recipient).ok()
    }

    /// The next 個人処理番号.
    pub fn processing(&mut self) -> u64 {
        self.processing += 1;
        self.processing
    }
}

/// Spreads serials over `modulus` without meeting twice; `modulus` is a power of ten.
fn spread(serial: u64, seed: u64, modulus: u64) -> u64 {
    (serial % modulus * 387_654_321 + seed % modulus) % modulus
}

/// 個人番号 of a person.
#[expect(clippy::expect_used, reason = "eleven digits that are not all zero always have a check digit")]
pub(crate) fn individual_number(serial: u64, seed: u64) -> IndividualNumber {
    let body = format!("99{:09}", spread(serial, seed, 1_000_000_000));
    IndividualNumber::from_body(&body).expect("eleven digits")
}

/// 住民票コード of a person. The last digit of the body steps aside where the check digit would be open.
#[expect(clippy::expect_used, reason = "of ten neighbouring bodies at most one has no check digit")]
pub(crate) fn juminhyo_code(serial: u64, seed: u64) -> JuminhyoCode {
    let body = 9_000_000_000 + spread(serial, seed, 100_000_000) * 10;
    (body..body + 10).find_map(|body| JuminhyoCode::issue(body).ok()).expect("one of ten")
}

/// 基礎年金番号 of a person: 4 + 6 digits.
pub(crate) fn pension_number(serial: u64, seed: u64) -> String {
    format!("99{:08}", spread(serial, seed, 100_000_000))
}

/// 在留カード番号 (特別永住者証明書番号) of a person.
pub(crate) fn residence_card(serial: u64, seed: u64) -> String {
    format!("ZX{:08}SY", spread(serial, seed, 100_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_never_meet_and_are_marked() {
        let mut serials = Serials::default();
        let people: Vec<u64> = (0..50_000).map(|_| serials.person()).collect();
        let mine: HashSet<String> = people.iter().map(|s| individual_number(*s, 7).expose().to_owned()).collect();
        let codes: HashSet<String> = people.iter().map(|s| juminhyo_code(*s, 7).as_str().to_owned()).collect();
        assert_eq!((mine.len(), codes.len()), (people.len(), people.len()));
        assert!(mine.iter().all(|n| n.starts_with("99")) && codes.iter().all(|n| n.starts_with('9')));
        assert!(people.iter().all(|s| AtenaNo::issue(*s).is_ok()));
    }
}
