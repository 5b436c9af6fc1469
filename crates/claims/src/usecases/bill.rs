//! A sender's bill against the receipts: to the yen, before anything is paid.

use crate::model::{Bill, Correction};
use crate::scheme::Scheme;
use crate::store;
use crate::usecases::settle;
use kernel::Yen;
use kernel::time::YearMonth;
use platform::{Fault, Unit};
use receipts::Examiner;

/// One sender's bill beside the receipts of the month.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    /// 1 支払基金, 2 国保連.
    pub sender: Examiner,
    /// The bill, when it has arrived.
    pub bill: Option<Bill>,
    /// Its correction lines.
    pub corrections: Vec<Correction>,
    /// Receipts.
    pub receipts: i64,
    /// City's share of the receipts.
    pub amount: Yen,
    /// Fees by the rule.
    pub fee: Yen,
}

impl Reconciliation {
    /// Bill less receipts and corrections; zero when it agrees.
    pub fn difference(&self) -> Option<Yen> {
        let corrections: Yen = self.corrections.iter().map(|c| c.amount).sum();
        self.bill.as_ref().map(|b| b.amount - self.amount - corrections)
    }

    /// Fee of the bill less the fee by the rule.
    pub fn fee_difference(&self) -> Option<Yen> {
        self.bill.as_ref().map(|b| b.fee_amount - self.fee)
    }

    /// What stands in the way of paying, in words; empty when nothing does.
    pub fn obstacles(&self) -> Vec<String> {
        let Some(bill) = &self.bill else { return vec!["請求書がまだ登録されていません".into()] };
        let mut all = vec![];
        if bill.count != self.receipts {
            all.push(format!("件数が違います(請求 {}件、レセプト {}件)", bill.count, self.receipts));
        }
        if let Some(d) = self.difference().filter(|d| *d != Yen::ZERO) {
            all.push(format!("請求額がレセプトと過誤調整の計より {} {}", absolute(d), more_or_less(d)));
        }
        if bill.fee_count != self.receipts {
            all.push(format!("手数料の件数が違います(請求 {}件、レセプト {}件)", bill.fee_count, self.receipts));
        }
        if let Some(d) = self.fee_difference().filter(|d| *d != Yen::ZERO) {
            all.push(format!("審査支払手数料が規定の額より {} {}", absolute(d), more_or_less(d)));
        }
        all
    }

    /// What the city pays: bill and fees.
    pub fn payable(&self) -> Yen {
        self.bill.as_ref().map_or(Yen::ZERO, |b| b.amount + b.fee_amount)
    }
}

fn absolute(d: Yen) -> Yen {
    if d < Yen::ZERO { -d } else { d }
}

fn more_or_less(d: Yen) -> &'static str {
    if d > Yen::ZERO { "多いです" } else { "少ないです" }
}

/// Both senders of a month.
///
/// # Errors
/// The database's refusal, or a month without a fee rule.
pub async fn reconcile(unit: &mut Unit, scheme: &dyn Scheme, month: YearMonth) -> Result<Vec<Reconciliation>, Fault> {
    let sums = store::sums(&mut unit.tx, month).await?;
    let bills = store::bills(&mut unit.tx, month).await?;
    let mut all = vec![];
    for sender in [Examiner::PaymentFund, Examiner::HealthFederation] {
        let code = i64::from(sender.code());
        let (_, receipts, amount) = sums.iter().find(|(s, _, _)| *s == code).copied().unwrap_or((code, 0, Yen::ZERO));
        let bill = bills.iter().find(|b| b.sender == code).cloned();
        if receipts == 0 && bill.is_none() {
            continue;
        }
        let corrections = match &bill {
            Some(bill) => store::corrections(&mut unit.tx, bill.id).await?,
            None => vec![],
        };
        all.push(Reconciliation { sender, bill, corrections, receipts, amount, fee: scheme.fee(sender, receipts, month)? });
    }
    Ok(all)
}

/// A bill as the clerk enters it.
#[derive(Debug, Clone)]
pub struct NewBill {
    /// The bill; `id`, `state`, `entered_by` and `entered_at` are filled here.
    pub bill: Bill,
    /// Correction lines: レセプト管理番号, amount, reason.
    pub lines: Vec<(String, Yen, String)>,
}

/// Enters a bill, or enters it again while nobody has drafted its payment. A negative line closes the finding about its receipt; a
/// receipt taken back whole no longer counts towards the monthly cap.
///
/// # Errors
/// A bill whose payment is under way.
pub async fn enter(unit: &mut Unit, scheme: &dyn Scheme, new: NewBill) -> Result<(), Fault> {
    let (mut bill, mut touched) = (new.bill, vec![]);
    bill.state = "entered".into();
    bill.entered_by = unit.staff().name.clone();
    bill.entered_at = unit.now();
    let existing = store::bills(&mut unit.tx, bill.month).await?.into_iter().find(|b| b.sender == bill.sender);
    bill.id = match existing {
        None => bill.insert(&mut unit.tx).await?,
        Some(old) => {
            bill.id = old.id;
            touched.extend(store::corrections(&mut unit.tx, old.id).await?.iter().filter_map(|c| c.receipt_id));
            if !store::update_bill(&mut unit.tx, &bill).await? {
                return Err(Fault::conflict("この請求書は直せません", "支出の起案が済んでいます"));
            }
            old.id
        }
    };
    for (management_no, amount, reason) in new.lines {
        let receipt_id = store::by_management(&mut unit.tx, &management_no).await?;
        let mut finding_id = None;
        if let Some(receipt) = receipt_id {
            finding_id = store::sent_finding(&mut unit.tx, receipt).await?;
            if amount < Yen::ZERO {
                store::close_finding(&mut unit.tx, receipt, bill.month).await?;
            }
        }
        touched.extend(receipt_id);
        let line = Correction { id: 0, bill_id: bill.id, management_no, amount, reason, receipt_id, finding_id };
        line.insert(&mut unit.tx).await?;
    }
    touched.sort_unstable();
    touched.dedup();
    settle::again(unit, scheme, &touched).await
}
