//! A programme asks for a payment that it has decided.

use crate::model::{Account, Payment};
use crate::store;
use kernel::ident::AtenaNo;
use kernel::{Date, Yen};
use platform::{Fault, Unit};

/// To whom.
#[derive(Debug, Clone)]
pub enum Payee {
    /// A person.
    Person {
        /// Subject of the log.
        subject: i64,
        /// 宛名番号
        number: AtenaNo,
    },
    /// An organisation, such as 支払基金.
    Organisation(String),
}

/// A payment that was decided.
#[derive(Debug, Clone)]
pub struct NewPayment<'a> {
    /// Programme and number of the decision: it is paid once.
    pub origin: &'a str,
    /// What it is, without names.
    pub title: &'a str,
    /// To whom.
    pub payee: Payee,
    /// To which account.
    pub account: &'a Account,
    /// How much; positive.
    pub amount: Yen,
    /// By when.
    pub due: Option<Date>,
}

/// Registers the payment in the unit of the decision. After a bank return, the same origin may be asked again with a new account: the
/// second attempt exists only while the first stands as returned.
///
/// # Errors
/// An amount that is not positive, or an origin that is already being paid.
pub async fn request(unit: &mut Unit, new: NewPayment<'_>) -> Result<i64, Fault> {
    if new.amount <= Yen::ZERO {
        return Err(Fault::conflict("支払を登録できません", "支払額が0円以下です"));
    }
    let attempts = store::attempts(&mut unit.tx, new.origin).await?;
    if attempts.iter().any(|p| p.state != "returned") {
        return Err(Fault::conflict("支払は既に登録されています", "同じ決定への支払は一度だけです"));
    }
    let (account, account_token) = store::seal_account(unit.city().keys(), new.origin, new.account)?;
    let (subject, payee) = match new.payee {
        Payee::Person { subject, number } => (Some(subject), number.as_str().to_owned()),
        Payee::Organisation(code) => (None, code),
    };
    let payment = Payment {
        id: 0,
        origin: new.origin.into(),
        attempt: i64::try_from(attempts.len()).unwrap_or(i64::MAX) + 1,
        title: new.title.into(),
        office: unit.staff().office().into(),
        purpose: unit.staff().purpose.clone().unwrap_or_default(),
        subject,
        payee,
        account,
        account_token,
        amount: new.amount,
        due: new.due,
        state: "open".into(),
        transfer_id: None,
        paid_on: None,
        returned_on: None,
        return_reason: None,
        created_at: unit.now(),
    };
    Ok(payment.insert(&mut unit.tx).await?)
}
