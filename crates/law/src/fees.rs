//! 審査支払手数料: what 支払基金 and 国保連 bill per receipt.

use crate::RuleError;
use crate::params::ExaminationFees;
use crate::reasons::step;
use kernel::decision::Step;
use kernel::money::{Rounding, Yen};
use kernel::time::YearMonth;

/// Who examines, bills and passes on the receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sender {
    /// 社会保険診療報酬支払基金: 被用者保険.
    Fund,
    /// 国民健康保険団体連合会: 国保 and 後期.
    Federation,
}

impl Sender {
    /// The short name on screen.
    pub fn label_ja(self) -> &'static str {
        match self {
            Sender::Fund => "支払基金",
            Sender::Federation => "国保連",
        }
    }
}

/// The fee of a month: receipts × fee per receipt, below one yen truncated.
///
/// # Errors
/// [`RuleError::Param`] when no fee is in force in the month, [`RuleError::TooLarge`].
pub fn examination_fee(
    sender: Sender,
    receipts: u32,
    month: YearMonth,
    fees: &ExaminationFees,
) -> Result<(Yen, Step), RuleError> {
    let row = match sender {
        Sender::Fund => fees.fund_per_receipt.at(month.first_day())?,
        Sender::Federation => fees.federation_per_receipt.at(month.first_day())?,
    };
    let rate = row.value;
    let fee = Yen(i64::from(receipts)).at(rate, Rounding::Truncate).ok_or(RuleError::TooLarge)?;
    let each = if rate.den == 1 { format!("{}", Yen(rate.num)) } else { format!("{}/{}円", rate.num, rate.den) };
    let formula = format!("{} {receipts}件 × {each}", sender.label_ja());
    Ok((fee, step("審査支払手数料", formula, fee, row)))
}
