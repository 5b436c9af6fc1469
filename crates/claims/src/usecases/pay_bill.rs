//! 支出 of a sender's bill: only when it agrees to the yen, decided by another person.

use crate::scheme::Scheme;
use crate::store;
use crate::usecases::bill::{Reconciliation, reconcile};
use async_trait::async_trait;
use kernel::time::YearMonth;
use kernel::{Date, Yen};
use payments::{Account, NewPayment, Payee};
use platform::approval::{self, Act, DiffLine, Draft, NewDraft, Proposal};
use platform::{Fault, Unit};
use receipts::Examiner;
use serde::{Deserialize, Serialize};

/// The draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Pay {
    month: YearMonth,
    sender: u8,
    bill: i64,
    count: i64,
    amount: Yen,
    fee: Yen,
    due: Date,
    account: Account,
}

/// Drafts the payment of a bill.
///
/// # Errors
/// Every obstacle in words: one yen off blocks it.
pub async fn draft(unit: &mut Unit, scheme: &dyn Scheme, month: YearMonth, sender: Examiner) -> Result<i64, Fault> {
    let all = reconcile(unit, scheme, month).await?;
    let found: &Reconciliation = all.iter().find(|r| r.sender == sender).ok_or_else(|| Fault::missing("請求書"))?;
    let obstacles = found.obstacles();
    let Some(bill) = found.bill.as_ref().filter(|_| obstacles.is_empty()) else {
        return Err(Fault::conflict("支出を起案できません", obstacles.join("、")));
    };
    if !store::set_bill(&mut unit.tx, bill.id, "drafted", "entered").await? {
        return Err(Fault::conflict("支出は既に起案されています", "決裁待ちか、決裁済です"));
    }
    let account = scheme.sender_account(sender)?;
    let pay = Pay {
        month,
        sender: sender.code(),
        bill: bill.id,
        count: bill.count,
        amount: bill.amount,
        fee: bill.fee_amount,
        due: bill.due,
        account,
    };
    let on = unit.today();
    let (rank, rule_ja) = scheme
        .rank("payments.expenditure", found.payable(), on)
        .ok_or_else(|| Fault::refused("この支出を決裁できる職が専決規程にありません"))?;
    let title = format!("{} {}の請求 {}", month.wareki(), sender.label(), found.payable());
    approval::draft(
        unit,
        NewDraft { act: "claims.pay_bill", title: &title, command: &pay, subjects: &[], rank, rule_ja: &rule_ja },
    )
    .await
}

/// The act.
pub struct PayBill;

#[async_trait]
impl Act for PayBill {
    fn code(&self) -> &'static str {
        "claims.pay_bill"
    }

    fn group(&self) -> &'static str {
        "kodomo.receipt"
    }

    async fn describe(&self, _unit: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let pay: Pay = approval::command(payload)?;
        let sender = Examiner::from_code(u64::from(pay.sender)).map_or("", Examiner::label);
        let line = |item: &str, draft: String| DiffLine {
            item_ja: item.into(),
            now_ja: "未払".into(),
            draft_ja: draft,
            reason_ja: "レセプトと円まで一致".into(),
        };
        Ok(Proposal {
            about_ja: format!("{} {sender}", pay.month.wareki()),
            lines: vec![
                line("請求額", format!("{} ({}件)", pay.amount, pay.count)),
                line("審査支払手数料", pay.fee.to_string()),
                line("支払額", (pay.amount + pay.fee).to_string()),
            ],
            next_ja: vec!["支払の一覧に載る".into(), "振込の起案へ進む".into()],
            ..Proposal::default()
        })
    }

    async fn apply(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let pay: Pay = approval::command(payload)?;
        if !store::set_bill(&mut unit.tx, pay.bill, "decided", "drafted").await? {
            return Err(Fault::conflict("この請求は支払えません", "起案の後に状態が変わりました"));
        }
        let sender = Examiner::from_code(u64::from(pay.sender)).map_or("", Examiner::label);
        let origin = format!("claims.bill:{}", pay.bill);
        let title = format!("{} {sender} 請求・手数料", pay.month.wareki());
        let new = NewPayment {
            origin: &origin,
            title: &title,
            payee: Payee::Organisation(sender.into()),
            account: &pay.account,
            amount: pay.amount + pay.fee,
            due: Some(pay.due),
        };
        payments::request(unit, new).await?;
        Ok(())
    }

    async fn discard(&self, unit: &mut Unit, _draft: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let pay: Pay = approval::command(payload)?;
        store::set_bill(&mut unit.tx, pay.bill, "entered", "drafted").await?;
        Ok(())
    }
}
