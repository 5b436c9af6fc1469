//! All SQL of payments.

use crate::model::{Account, Demand, Income, Payment, Transfer};
use const_format::concatcp;
use kernel::ident::AtenaNo;
use kernel::time::Timestamp;
use kernel::{Date, Yen};
use platform::db::{DbError, Tx};
use platform::keys::{Keys, Place};
use platform::{Fault, params};

platform::statements! {
    /// Payments of an office that are not settled, and the newest settled ones.
    OF_OFFICE = concatcp!(Payment::SELECT, " where office = $1 order by case when state in ('open', 'returned') then 0 else 1 end, due is null, due, id desc limit 300");
    /// One payment.
    BY_ID = concatcp!(Payment::SELECT, " where id = $1");
    /// All attempts of an origin.
    BY_ORIGIN = concatcp!(Payment::SELECT, " where origin = $1 order by attempt");
    /// Payments for a person, or to them, since an instant.
    PAYMENTS_OF = concatcp!(Payment::SELECT, " where (subject = $1 or payee = $2) and created_at >= $3 order by id");
    /// Demands for a person's benefit, or on them, since an instant.
    DEMANDS_OF = concatcp!(Demand::SELECT, " where (subject = $1 or debtor = $2) and created_at >= $3 order by id");
    /// Payments of a run.
    OF_TRANSFER = concatcp!(Payment::SELECT, " where transfer_id = $1 order by id");
    /// Runs of an office.
    TRANSFERS = concatcp!(Transfer::SELECT, " where office = $1 order by id desc limit 50");
    /// One run.
    TRANSFER = concatcp!(Transfer::SELECT, " where id = $1");
    /// Takes an open payment into a draft.
    HOLD = "update payments_payment set state = 'drafted' where id = $1 and state = 'open'";
    /// Puts it back.
    RELEASE = "update payments_payment set state = 'open' where id = $1 and state = 'drafted'";
    /// Sends it with a run.
    SEND = "update payments_payment set state = 'sent', transfer_id = $2, paid_on = $3 where id = $1 and state = 'drafted'";
    /// The bank could not pay it.
    RETURN = "update payments_payment set state = 'returned', returned_on = $2, return_reason = $3 where id = $1 and state = 'sent'";
    /// The bank file of a run.
    SET_FILE = "update payments_transfer set file_id = $2 where id = $1";
    /// Demands of an office, the open ones first.
    DEMANDS = concatcp!(Demand::SELECT, " where office = $1 order by case when state = 'open' then 0 else 1 end, due, id desc limit 500");
    /// One demand.
    DEMAND = concatcp!(Demand::SELECT, " where id = $1");
    /// The demand of an origin.
    DEMAND_OF = concatcp!(Demand::SELECT, " where origin = $1");
    /// Money comes in, never more than is owed.
    ADD_INCOME = "update payments_demand set received = received + $2 where id = $1 and state = 'open' and received + $2 <= amount";
    /// Everything has come in.
    CLOSE_DEMAND = "update payments_demand set state = 'paid', closed_on = $2 where id = $1 and state = 'open' and received = amount";
    /// What came in.
    INCOMES = concatcp!(Income::SELECT, " where demand_id = $1 order by id");
    /// The file was taken out.
    TAKEN = "update payments_transfer set state = 'taken' where id = $1";
}

fn place(origin: &str) -> Place<'_> {
    Place { table: "payments_payment", column: "account", row: origin }
}

/// Seals an account for an origin.
pub fn seal_account(keys: &Keys, origin: &str, account: &Account) -> Result<(Vec<u8>, Vec<u8>), Fault> {
    let bytes = serde_json::to_vec(account).map_err(|_| Fault::conflict("口座を保存できません", "内部の形に直せませんでした"))?;
    let exact = format!("{}-{}-{}-{}", account.bank, account.branch, account.kind.digit(), account.number);
    Ok((keys.seal(place(origin), &bytes)?, keys.token("account", &exact)?))
}

/// Opens the account of a payment.
pub fn open_account(keys: &Keys, payment: &Payment) -> Result<Account, Fault> {
    let bytes = keys.open_sealed(place(&payment.origin), &payment.account)?;
    serde_json::from_slice(&bytes).map_err(|_| platform::keys::KeyError::Broken.into())
}

pub async fn of_office(tx: &mut Tx, office: &str) -> Result<Vec<Payment>, DbError> {
    tx.all(OF_OFFICE, params![office]).await?.iter().map(Payment::read).collect()
}

pub async fn find(tx: &mut Tx, id: i64) -> Result<Payment, Fault> {
    let row = tx.first(BY_ID, params![id]).await?.ok_or_else(|| Fault::missing("支払"))?;
    Ok(Payment::read(&row)?)
}

pub async fn attempts(tx: &mut Tx, origin: &str) -> Result<Vec<Payment>, DbError> {
    tx.all(BY_ORIGIN, params![origin]).await?.iter().map(Payment::read).collect()
}

pub async fn payments_of(tx: &mut Tx, subject: i64, who: &AtenaNo, since: Timestamp) -> Result<Vec<Payment>, DbError> {
    tx.all(PAYMENTS_OF, params![subject, who, since]).await?.iter().map(Payment::read).collect()
}

pub async fn demands_of(tx: &mut Tx, subject: i64, who: &AtenaNo, since: Timestamp) -> Result<Vec<Demand>, DbError> {
    tx.all(DEMANDS_OF, params![subject, who, since]).await?.iter().map(Demand::read).collect()
}

pub async fn of_transfer(tx: &mut Tx, id: i64) -> Result<Vec<Payment>, DbError> {
    tx.all(OF_TRANSFER, params![id]).await?.iter().map(Payment::read).collect()
}

pub async fn transfers(tx: &mut Tx, office: &str) -> Result<Vec<Transfer>, DbError> {
    tx.all(TRANSFERS, params![office]).await?.iter().map(Transfer::read).collect()
}

pub async fn transfer(tx: &mut Tx, office: &str, id: i64) -> Result<Transfer, Fault> {
    let row = tx.first(TRANSFER, params![id]).await?.ok_or_else(|| Fault::missing("振込"))?;
    let found = Transfer::read(&row)?;
    if found.office == office { Ok(found) } else { Err(Fault::missing("振込")) }
}

pub async fn hold(tx: &mut Tx, id: i64) -> Result<bool, DbError> {
    Ok(tx.run(HOLD, params![id]).await? == 1)
}

pub async fn release(tx: &mut Tx, id: i64) -> Result<bool, DbError> {
    Ok(tx.run(RELEASE, params![id]).await? == 1)
}

pub async fn send(tx: &mut Tx, id: i64, transfer: i64, on: Date) -> Result<bool, DbError> {
    Ok(tx.run(SEND, params![id, transfer, on]).await? == 1)
}

pub async fn mark_returned(tx: &mut Tx, id: i64, on: Date, reason: &str) -> Result<bool, DbError> {
    Ok(tx.run(RETURN, params![id, on, reason]).await? == 1)
}

pub async fn set_file(tx: &mut Tx, id: i64, file: i64) -> Result<(), DbError> {
    tx.run(SET_FILE, params![id, file]).await.map(|_| ())
}

pub async fn taken(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.run(TAKEN, params![id]).await.map(|_| ())
}

pub async fn demands(tx: &mut Tx, office: &str) -> Result<Vec<Demand>, DbError> {
    tx.all(DEMANDS, params![office]).await?.iter().map(Demand::read).collect()
}

pub async fn demand(tx: &mut Tx, office: &str, id: i64) -> Result<Demand, Fault> {
    let row = tx.first(DEMAND, params![id]).await?.ok_or_else(|| Fault::missing("返還金"))?;
    let found = Demand::read(&row)?;
    if found.office == office { Ok(found) } else { Err(Fault::missing("返還金")) }
}

pub async fn demand_of(tx: &mut Tx, origin: &str) -> Result<Option<Demand>, DbError> {
    tx.first(DEMAND_OF, params![origin]).await?.as_ref().map(Demand::read).transpose()
}

pub async fn add_income(tx: &mut Tx, demand: i64, amount: Yen) -> Result<bool, DbError> {
    Ok(tx.run(ADD_INCOME, params![demand, amount]).await? == 1)
}

pub async fn close_demand(tx: &mut Tx, demand: i64, on: Date) -> Result<bool, DbError> {
    Ok(tx.run(CLOSE_DEMAND, params![demand, on]).await? == 1)
}

pub async fn incomes(tx: &mut Tx, demand: i64) -> Result<Vec<Income>, DbError> {
    tx.all(INCOMES, params![demand]).await?.iter().map(Income::read).collect()
}
