//! Entering a sender's bill, and drafting its payment.

use super::month_of;
use crate::model::Bill;
use crate::scheme::Scheme;
use crate::usecases::{bill, pay_bill};
use kernel::Yen;
use kernel::time::Timestamp;
use platform::Fault;
use receipts::Examiner;
use std::sync::Arc;
use webkit::{Begun, Call, Reply};

/// Enters a bill.
pub async fn enter(call: Call, scheme: Arc<dyn Scheme>) -> Result<Reply, Fault> {
    let month = month_of(&call)?;
    let mut reader = call.form.reader();
    let sender = reader.number("sender", "請求元", 1, 2);
    let count = reader.number("count", "件数", 0, 99_999_999);
    let amount = signed(&mut reader, "amount", call.form.text("amount"));
    let fee_count = reader.number("fee_count", "手数料の件数", 0, 99_999_999);
    let fee_amount = reader.yen("fee_amount", "審査支払手数料");
    let due = reader.date("due", "払込期限");
    let mut lines = vec![];
    for line in call.form.text("lines").lines().map(str::trim).filter(|l| !l.is_empty()) {
        let parts: Vec<&str> = line.splitn(3, [',', '、', '\t']).map(str::trim).collect();
        match parts.as_slice() {
            [number, amount, reason] if !number.is_empty() => {
                lines.push(((*number).to_owned(), signed(&mut reader, "lines", amount), (*reason).to_owned()));
            }
            _ => reader.problem("lines", "過誤調整は一行に「レセプト管理番号,調整額,事由」と書いてください"),
        }
    }
    reader.finish()?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, "kodomo.receipt").await?;
    let new = Bill {
        id: 0,
        month,
        sender,
        count,
        amount,
        fee_count,
        fee_amount,
        due,
        state: String::new(),
        entered_by: String::new(),
        entered_at: Timestamp::UNIX_EPOCH,
    };
    bill::enter(&mut unit, scheme.as_ref(), bill::NewBill { bill: new, lines }).await?;
    let to = format!("/claims/{}", month.compact());
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}

/// An amount that may be negative: a month of corrections alone.
fn signed(reader: &mut webkit::form::Reader<'_>, field: &'static str, text: &str) -> Yen {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | '円' | ' '))
        .map(|c| if matches!(c, '−' | '▲' | '△') { '-' } else { c })
        .collect();
    plain.parse().map(Yen).unwrap_or_else(|_| {
        reader.problem(field, "金額は円単位の整数で入力してください(減額は - を付けます)");
        Yen::ZERO
    })
}

/// Drafts the payment.
pub async fn pay(call: Call, scheme: Arc<dyn Scheme>) -> Result<Reply, Fault> {
    let month = month_of(&call)?;
    let sender = call.part("sender").parse().ok().and_then(Examiner::from_code).ok_or_else(|| Fault::missing("請求書"))?;
    let mut unit = match call.command().await? {
        Begun::New(unit) => *unit,
        Begun::Done(reply) => return Ok(reply),
    };
    unit.permit(call.action, "kodomo.receipt").await?;
    pay_bill::draft(&mut unit, scheme.as_ref(), month, sender).await?;
    let to = format!("/claims/{}", month.compact());
    unit.commit_as((), &to).await?;
    Ok(Reply::See(to))
}
