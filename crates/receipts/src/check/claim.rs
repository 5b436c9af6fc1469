//! What the checks need to know of a receipt.

use super::roster::Roster;
use crate::code::{Payer, ReceiptKind, Sex};
use crate::receipt::{Public, Receipt};
use crate::text;
use kernel::money::Yen;
use kernel::time::{Date, YearMonth};

/// One receipt from the view of one public payer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// 公費負担者番号 as a number; 0 when the receipt has none or it is unreadable.
    pub bearer: u32,
    /// 受給者番号 as a number; `u32::MAX` when unreadable.
    pub recipient: u32,
    /// The institution, ten digits as a number.
    pub institution: u64,
    /// 診療年月.
    pub month: YearMonth,
    /// レセプト種別.
    pub kind: ReceiptKind,
    /// Visit days, bit 0 for day 1; 0 when not recorded.
    pub days: u32,
    /// 実日数 of this payer.
    pub day_count: Option<u16>,
    /// 生年月日 on the receipt.
    pub birth: Option<Date>,
    /// 性別 on the receipt.
    pub sex: Option<Sex>,
    /// [`text::kana_mark`] of the カタカナ氏名; 0 when there is none.
    pub kana: u64,
    /// 給付割合 on the receipt, percent.
    pub benefit_rate: Option<u8>,
    /// What the patient paid (KO 負担金額). Negative for a claim taken back.
    pub copay: Option<Yen>,
    /// 保険者番号 as a number; 0 for 公費単独.
    pub insurer: u32,
    /// 法別番号 of all public payers on the receipt.
    pub laws: [u8; 4],
}

impl Claim {
    /// The claim of a receipt: for the first public payer that the roster knows; when it knows none, for the last one (which is where a
    /// local scheme stands), so that a wrong bearer is found.
    pub fn of(receipt: &Receipt, roster: &Roster) -> Self {
        let ours = receipt.publics.iter().position(|p| roster.has_bearer(narrow(p.bearer.value())));
        let place = ours.or(receipt.publics.len().checked_sub(1));
        let none = Public::default();
        let public = place.and_then(|i| receipt.publics.get(i)).unwrap_or(&none);
        let payer = place.and_then(Payer::public).unwrap_or(Payer::Insurance);
        let mut laws = [0; 4];
        for (slot, public) in laws.iter_mut().zip(&receipt.publics) {
            *slot = public.law().unwrap_or(0);
        }
        Self {
            bearer: narrow(public.bearer.value()),
            recipient: public.recipient.value().and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX),
            institution: receipt.header.institution().value().unwrap_or(0),
            month: receipt.month,
            kind: receipt.kind,
            days: receipt.days_or_insurance(payer).visited(),
            day_count: public.days,
            birth: receipt.birth,
            sex: receipt.sex,
            kana: text::kana_mark(&receipt.kana()),
            benefit_rate: receipt.benefit_rate,
            copay: public.copay.map(|yen| Yen(i64::from(yen))),
            insurer: receipt.insurance.map_or(0, |i| narrow(i.insurer.value())),
            laws,
        }
    }
}

fn narrow(n: Option<u64>) -> u32 {
    n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}
