//! Faults that are planted into a month, with what a check should find.

use super::care::Care;
use super::institutions::{self, InstitutionKind};
use super::recipients::Recipient;
use crate::dice::{Dice, plus_days};
use crate::model::Sex;
use kernel::ident::RecipientNo;
use kernel::money::Yen;
use kernel::time::{Date, Period, YearMonth};
use receipts::Examiner;

/// 公費負担者番号 of the same scheme in another city.
const OTHER_CITY: &str = "86279981";

/// What is wrong with a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// The bearer is another city.
    WrongBearer,
    /// Nobody has this 受給者番号.
    UnknownRecipient,
    /// One visit before the loss, one after it.
    AfterLossByDay,
    /// All visits after the loss.
    AfterLoss,
    /// A visit before the entitlement began.
    BeforeStart,
    /// The card was suspended.
    Suspended,
    /// 生年月日 is one day off.
    BirthMismatch,
    /// 性別 is the other one.
    SexMismatch,
    /// カナ氏名 is another.
    NameMismatch,
    /// 未就学 and 給付割合 do not follow age.
    WrongBenefitRate,
    /// The same receipt twice.
    Duplicate,
    /// A national card should have been used first.
    OtherLawFirst,
    /// More than 500 yen a day was taken.
    CopayTooHigh,
    /// A pharmacy took something.
    PharmacyCopay,
}

impl FaultKind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::WrongBearer,
        Self::UnknownRecipient,
        Self::AfterLossByDay,
        Self::AfterLoss,
        Self::BeforeStart,
        Self::Suspended,
        Self::BirthMismatch,
        Self::SexMismatch,
        Self::NameMismatch,
        Self::WrongBenefitRate,
        Self::Duplicate,
        Self::OtherLawFirst,
        Self::CopayTooHigh,
        Self::PharmacyCopay,
    ];

    /// The finding that a check should make, in the words of `receipts::check`.
    pub fn expected(self) -> &'static str {
        match self {
            Self::WrongBearer => "負担者番号相違",
            Self::UnknownRecipient => "該当者なし",
            Self::AfterLossByDay | Self::AfterLoss => "資格喪失後受診",
            Self::BeforeStart => "資格取得前受診",
            Self::Suspended => "資格停止中",
            Self::BirthMismatch => "生年月日相違",
            Self::SexMismatch => "性別相違",
            Self::NameMismatch => "氏名相違",
            Self::WrongBenefitRate => "給付割合相違",
            Self::Duplicate => "重複請求",
            Self::OtherLawFirst => "他法優先",
            Self::CopayTooHigh | Self::PharmacyCopay => "一部自己負担額超過",
        }
    }

    /// Is such a receipt usually sent back, so that a negative line follows in a later month?
    pub fn comes_back(self) -> bool {
        matches!(self, Self::WrongBearer | Self::UnknownRecipient | Self::AfterLoss | Self::Suspended | Self::Duplicate)
    }
}

/// A line of the answer sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlantedFault {
    /// レセプト管理番号.
    pub key: String,
    /// Who sends it.
    pub sender: Examiner,
    /// What is wrong.
    pub kind: FaultKind,
    /// 診療年月.
    pub care_month: YearMonth,
    /// 受給者番号 on the receipt.
    pub recipient: String,
    /// The visit days concerned, where the fault is about days.
    pub days: Vec<u8>,
    /// What the city is billed for it.
    pub amount: Yen,
    /// The finding that a check should make.
    pub expected: &'static str,
}

/// A receipt with a fault.
pub(super) struct Faulty {
    pub kind: FaultKind,
    pub care: Care,
    pub days: Vec<u8>,
    /// For [`FaultKind::Duplicate`]: the receipt comes a second time.
    pub twice: bool,
}

/// Makes faulty receipts of a month of care from the children of the city.
pub(super) struct Saboteur<'a> {
    pub everybody: &'a [Recipient],
    /// Children about whom nothing else is unusual.
    pub plain: &'a [&'a Recipient],
    pub month: YearMonth,
}

impl Saboteur<'_> {
    /// A receipt with this fault; `None` when the city has nobody to show it on. `turn` keeps the places apart.
    pub fn make(&self, kind: FaultKind, turn: u64, dice: &mut Dice) -> Option<Faulty> {
        let mut days = Vec::new();
        let mut care = match kind {
            FaultKind::AfterLossByDay => {
                let (child, loss) = self.lost(true, turn)?;
                let after = loss + 1 + dice.below(u32::from(self.last() - loss)) as u8;
                days = vec![after];
                self.on_days(child, &[loss, after], InstitutionKind::Clinic, turn, dice)?
            }
            FaultKind::AfterLoss => {
                let (child, loss) = self.lost(false, turn)?;
                let day = loss + 1 + dice.below(u32::from(self.last() - loss)) as u8;
                days = vec![day];
                self.on_days(child, &days, InstitutionKind::Clinic, turn, dice)?
            }
            FaultKind::BeforeStart => {
                let (child, start) = self.began(turn)?;
                days = vec![1 + dice.below(u32::from(start) - 1) as u8];
                self.on_days(child, &days, InstitutionKind::Clinic, turn, dice)?
            }
            FaultKind::Suspended => {
                let whole = Period { from: self.month.first_day(), to: Some(self.month.last_day()) };
                let stopped = |r: &&Recipient| {
                    r.stops.iter().any(|s| s.contains(whole.from) && s.to.is_none_or(|to| to >= self.month.last_day()))
                };
                let child = nth(self.everybody.iter().filter(stopped), turn)?;
                days = vec![3 + dice.below(24) as u8];
                self.on_days(child, &days, InstitutionKind::Clinic, turn, dice)?
            }
            FaultKind::OtherLawFirst => {
                let (first, last) = (self.month.first_day(), self.month.last_day());
                let carded = |r: &&Recipient| {
                    r.plain(self.month) && r.other_law_on(first).is_some() && r.other_law_on(last) == r.other_law_on(first)
                };
                let child = nth(self.everybody.iter().filter(carded), turn)?;
                self.visit(child, InstitutionKind::Clinic, turn, dice)?
            }
            FaultKind::PharmacyCopay => self.visit(self.someone(dice)?, InstitutionKind::Pharmacy, turn, dice)?,
            _ => self.visit(self.someone(dice)?, InstitutionKind::Clinic, turn, dice)?,
        };
        self.spoil(kind, &mut care, turn, dice)?;
        Some(Faulty { kind, care, days, twice: kind == FaultKind::Duplicate })
    }

    fn spoil(&self, kind: FaultKind, care: &mut Care, turn: u64, dice: &mut Dice) -> Option<()> {
        match kind {
            FaultKind::WrongBearer => care.bearer = OTHER_CITY,
            FaultKind::UnknownRecipient => {
                let serial = 990_000 + u32::try_from(turn % 9_999).ok()?;
                care.number = RecipientNo::issue(serial).ok()?.as_str().to_owned();
            }
            FaultKind::BirthMismatch => {
                // Not across the end of a school year, so that the share still fits.
                let step = if care.recipient.birth.day() > 15 { -1 } else { 1 };
                care.recipient.birth = plus_days(care.recipient.birth, step);
            }
            FaultKind::SexMismatch => {
                care.recipient.sex = if care.recipient.sex == Sex::Male { Sex::Female } else { Sex::Male };
            }
            FaultKind::NameMismatch => care.recipient.kana = "ベツノナマエ".to_owned(),
            FaultKind::WrongBenefitRate => care.preschool = !care.preschool,
            FaultKind::OtherLawFirst => care.with_other_law = false,
            FaultKind::CopayTooHigh => {
                let too_much = care.lawful_copay() + 100;
                if care.lawful_copay() % 500 != 0 || too_much > care.charge() {
                    // Two dear days: the limit is reached and exceeded.
                    care.visits = vec![(4 + dice.below(8) as u8, 900), (15 + dice.below(10) as u8, 800)];
                    let insured = care.visits.iter().all(|(day, _)| self.insured(care, *day));
                    care.copay = Some(insured.then(|| care.lawful_copay() + 200)?);
                } else {
                    care.copay = Some(too_much);
                }
            }
            FaultKind::PharmacyCopay => care.copay = Some(care.charge().min(500)),
            _ => {}
        }
        Some(())
    }

    fn insured(&self, care: &Care, day: u8) -> bool {
        care.recipient.insurance_on(super::care::on(self.month, day)) == Some(&care.insurance)
    }

    fn last(&self) -> u8 {
        u8::try_from(self.month.last_day().day()).unwrap_or(28)
    }

    /// A child without national cards.
    fn someone(&self, dice: &mut Dice) -> Option<&Recipient> {
        let count = u32::try_from(self.plain.len()).unwrap_or(0);
        let simple = |r: &&Recipient| r.other_laws.is_empty() && r.insurances.len() == 1;
        (0..40).find_map(|_| self.plain.get(dice.below(count) as usize).copied().filter(simple))
    }

    fn visit(&self, child: &Recipient, kind: InstitutionKind, turn: u64, dice: &mut Dice) -> Option<Care> {
        let place = institutions::visited(kind, child.person, 1_000 + turn, false)?;
        (0..6).find_map(|_| Care::by_chance(child, place, false, self.month, dice))
    }

    /// A visit on given days, whatever the insurance then says.
    fn on_days(&self, child: &Recipient, days: &[u8], kind: InstitutionKind, turn: u64, dice: &mut Dice) -> Option<Care> {
        let place = institutions::visited(kind, child.person, 1_000 + turn, false)?;
        let mut insured = child.clone();
        let last = insured.insurances.last_mut()?;
        (last.period.from, last.period.to) = (Date::MIN, None);
        insured.insurances.drain(..insured.insurances.len() - 1);
        let mut care = Care::by_chance(&insured, place, false, self.month, dice)?;
        care.visits = days.iter().map(|day| (*day, 180 + dice.below(500))).collect();
        Some(care)
    }

    /// A child who lost the card within the month (before its last day), or before the month began; and the day of the month on which
    /// the card was last good.
    fn lost(&self, within: bool, turn: u64) -> Option<(&Recipient, u8)> {
        let end = |r: &Recipient| r.periods.last().and_then(|p| p.to);
        let first = self.month.first_day();
        let day = move |r: &Recipient| {
            let end = end(r)?;
            if within && YearMonth::of(end) == self.month && end < self.month.last_day() {
                return u8::try_from(end.day()).ok();
            }
            (!within && end < first && end > plus_days(first, -200)).then_some(0)
        };
        nth(self.everybody.iter().filter_map(|r| Some((r, day(r)?))), turn)
    }

    /// A child whose only stretch began within the month, and that day.
    fn began(&self, turn: u64) -> Option<(&Recipient, u8)> {
        let start = |r: &Recipient| {
            let [only] = r.periods.as_slice() else { return None };
            let moved_in = only.from > plus_days(r.birth, 60);
            let inside = YearMonth::of(only.from) == self.month && only.from.day() > 1 && moved_in;
            u8::try_from(only.from.day()).ok().filter(|_| inside)
        };
        nth(self.everybody.iter().filter_map(|r| Some((r, start(r)?))), turn)
    }
}

/// The `turn`-th of the candidates, beginning again where they end.
fn nth<T>(candidates: impl Iterator<Item = T>, turn: u64) -> Option<T> {
    let mut all: Vec<T> = candidates.collect();
    let count = u64::try_from(all.len()).ok().filter(|n| *n > 0)?;
    let at = usize::try_from(turn % count).ok()?;
    Some(all.swap_remove(at))
}
