//! A month of receipts as 支払基金 and 国保連 send it: files, bills, and an answer sheet of what was planted.
//!
//! Care of the month before, a few late ones of the month before that. Sender and insurer agree, GO totals are right, visit days and
//! co-payments follow the ordinance except where a fault says otherwise.

mod bill;
mod care;
mod fault;
mod file;
mod institutions;
mod recipients;

pub use bill::{Bill, BillLine, Correction};
pub use fault::{FaultKind, PlantedFault};
pub use file::{FileKind, UkeFile};
pub use institutions::{Institution, InstitutionKind, institutions};
pub use recipients::Recipient;

use crate::city::City;
use crate::dice::{Dice, ymd};
use care::Care;
use fault::{Faulty, Saboteur};
use kernel::money::Yen;
use kernel::time::YearMonth;
use receipts::Examiner;
use std::collections::HashSet;

/// 審査支払手数料 per receipt (`params/fees/minato.toml`).
pub const FEE_PER_RECEIPT: Yen = Yen(77);

/// What a month should be like.
#[derive(Debug, Clone)]
pub struct MonthOrder {
    /// 審査年月; care is of the month before.
    pub month: YearMonth,
    /// Receipts wanted. Fewer come when the city has too few children for so many different visits.
    pub receipts: usize,
    /// Plant faults: one of each kind, and one more for every 4,000 receipts.
    pub faults: bool,
    /// Negative lines for receipts of earlier months.
    pub corrections: Vec<Correction>,
    /// A sender's bill that is wrong by so much.
    pub bill_off_by: Option<(Examiner, Yen)>,
}

impl MonthOrder {
    /// A month with faults planted, without corrections, with bills that agree.
    pub fn new(month: YearMonth, receipts: usize) -> Self {
        Self { month, receipts, faults: true, corrections: Vec::new(), bill_off_by: None }
    }
}

/// A month.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceiptMonth {
    /// 審査年月.
    pub month: YearMonth,
    /// One file for each sender and kind that has receipts.
    pub files: Vec<UkeFile>,
    /// One bill for each sender.
    pub bills: Vec<Bill>,
    /// What was planted.
    pub answers: Vec<PlantedFault>,
    /// Every receipt with its money, in the order of the files.
    pub ledger: Vec<Charged>,
}

/// A receipt's money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charged {
    /// レセプト管理番号.
    pub key: String,
    /// Who sends it.
    pub sender: Examiner,
    /// In which file.
    pub kind: FileKind,
    /// 受給者番号 on the receipt.
    pub recipient: String,
    /// 診療年月.
    pub care_month: YearMonth,
    /// Points.
    pub points: u32,
    /// What insurance and national schemes leave.
    pub charge: Yen,
    /// 一部自己負担額 taken.
    pub copay: Yen,
    /// What the city bears.
    pub city_pays: Yen,
}

impl ReceiptMonth {
    /// The negative lines with which the senders answer, some months later, to the faults that are sent back.
    pub fn corrections(&self) -> Vec<Correction> {
        let back = self.answers.iter().filter(|a| a.kind.comes_back() && a.amount > Yen::ZERO);
        back.map(|a| Correction {
            sender: a.sender,
            key: a.key.clone(),
            care_month: a.care_month,
            amount: -a.amount,
            reason: a.expected.to_owned(),
        })
        .collect()
    }

    /// The answer sheet as CSV in UTF-8 with CR LF.
    pub fn answer_sheet(&self) -> String {
        let mut out =
            String::from("レセプト管理番号,請求元,診療年月,受給者番号,植えた誤り,該当日,市負担額,見つかるはずの所見\r\n");
        for a in &self.answers {
            let days: Vec<String> = a.days.iter().map(u8::to_string).collect();
            let (kind, days) = (format!("{:?}", a.kind), days.join(" "));
            let cells = [
                &a.key,
                a.sender.label(),
                &a.care_month.compact(),
                &a.recipient,
                &kind,
                &days,
                &a.amount.0.to_string(),
                a.expected,
            ];
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
        out
    }
}

/// The children with cards, gathered once for as many months as are wanted.
#[derive(Debug, Clone)]
pub struct Practices {
    seed: u64,
    recipients: Vec<Recipient>,
}

impl City {
    /// Gathers everybody with a card; reads the whole city once.
    pub fn practices(&self) -> Practices {
        Practices { seed: self.seed, recipients: recipients::all(self) }
    }

    /// One month with faults planted, as [`Practices::month`] with [`MonthOrder::new`].
    pub fn receipt_month(&self, month: YearMonth, receipts: usize) -> ReceiptMonth {
        self.practices().month(&MonthOrder::new(month, receipts))
    }
}

/// A receipt waiting for its file.
struct Entry {
    care: Care,
    fault: Option<(FaultKind, Vec<u8>)>,
}

impl Practices {
    /// Everybody with a card, lost ones included.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// Makes a month. Same city, same order: same bytes.
    pub fn month(&self, order: &MonthOrder) -> ReceiptMonth {
        let mut dice = Dice::new(self.seed, 1 << 40 | u64::try_from(order.month.index()).unwrap_or(0));
        let mut entries = Vec::with_capacity(order.receipts);
        let mut taken = HashSet::new();
        if order.faults {
            self.plant(order, &mut entries, &mut taken, &mut dice);
        }
        self.fill(order, &mut entries, &mut taken, &mut dice);
        let (files, ledger, answers) = file::write(order.month, entries);
        let bills = bills(order, &ledger);
        ReceiptMonth { month: order.month, files, bills, answers, ledger }
    }

    fn plant(&self, order: &MonthOrder, entries: &mut Vec<Entry>, taken: &mut HashSet<Identity>, dice: &mut Dice) {
        let month = order.month.plus(-1);
        let plain: Vec<&Recipient> = self.recipients.iter().filter(|r| r.plain(month)).collect();
        let saboteur = Saboteur { everybody: &self.recipients, plain: &plain, month };
        let rounds = 1 + order.receipts / 4_000;
        for turn in 0..rounds {
            for (at, kind) in (0u64..).zip(FaultKind::ALL) {
                let turn = u64::try_from(turn).unwrap_or(0) * 100 + at;
                let made = (0..8).find_map(|again| {
                    let faulty = saboteur.make(kind, turn + again, dice)?;
                    (!taken.contains(&faulty.care.identity())).then_some(faulty)
                });
                let Some(Faulty { kind, care, days, twice }) = made else { continue };
                taken.insert(care.identity());
                if twice {
                    entries.push(Entry { care: care.clone(), fault: None });
                }
                entries.push(Entry { care, fault: Some((kind, days)) });
            }
        }
    }

    /// Ordinary receipts, in rounds over the children, until there are enough.
    fn fill(&self, order: &MonthOrder, entries: &mut Vec<Entry>, taken: &mut HashSet<Identity>, dice: &mut Dice) {
        let months = [order.month.plus(-1), order.month.plus(-2)];
        let plain = months.map(|m| self.recipients.iter().filter(|r| r.plain(m)).collect::<Vec<_>>());
        if plain.iter().any(Vec::is_empty) {
            return;
        }
        let mut attempts = order.receipts.saturating_mul(4);
        let start = dice.below(u32::try_from(plain[0].len()).unwrap_or(0)) as usize;
        for turn in start.. {
            if entries.len() >= order.receipts || attempts == 0 {
                return;
            }
            attempts -= 1;
            let late = dice.per_mille(35);
            let (month, pool) = (months[usize::from(late)], &plain[usize::from(late)]);
            let Some(child) = pool.get(turn % pool.len()) else { continue };
            let (kind, inpatient) = institutions::kind(dice);
            let round = u64::try_from(turn / pool.len()).unwrap_or(0);
            let Some(place) = institutions::visited(kind, child.person, round, late) else { continue };
            let Some(care) = Care::by_chance(child, place, inpatient, month, dice) else { continue };
            if taken.insert(care.identity()) {
                entries.push(Entry { care, fault: None });
            }
        }
    }
}

type Identity = (String, String, YearMonth, bool);

fn bills(order: &MonthOrder, ledger: &[Charged]) -> Vec<Bill> {
    let bill = |sender: Examiner| {
        let line = |kind: FileKind| {
            let of: Vec<&Charged> = ledger.iter().filter(|c| c.sender == sender && c.kind == kind).collect();
            BillLine {
                label: kind.label(),
                count: of.len() as u64,
                points: of.iter().map(|c| u64::from(c.points)).sum(),
                amount: of.iter().map(|c| c.city_pays).sum(),
            }
        };
        let lines: Vec<BillLine> = FileKind::ALL.into_iter().map(line).filter(|l| l.count > 0).collect();
        let corrections: Vec<Correction> = order.corrections.iter().filter(|c| c.sender == sender).cloned().collect();
        let count: u64 = lines.iter().map(|l| l.count).sum();
        let off = order.bill_off_by.filter(|(who, _)| *who == sender).map_or(Yen::ZERO, |(_, by)| by);
        let amount = lines.iter().map(|l| l.amount).sum::<Yen>() + corrections.iter().map(|c| c.amount).sum::<Yen>() + off;
        let next = order.month.plus(1);
        let due = reference::holidays::bank_day_until(ymd(next.year, next.month, 20));
        let fee_amount = Yen(i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(FEE_PER_RECEIPT.0));
        Bill { sender, month: order.month, count, amount, fee_count: count, fee_amount, due, lines, corrections }
    };
    let all = [Examiner::PaymentFund, Examiner::HealthFederation].into_iter().map(bill);
    all.filter(|b| b.count > 0 || !b.corrections.is_empty()).collect()
}
