//! 交付申請: a guardian applies for a child.

use crate::child::model::Application;
use crate::child::store::eligibility as store;
use kernel::Date;
use kernel::ident::AtenaNo;
use payments::Account;
use platform::keys::{DataKey, Keys, Place};
use platform::task::{self, NewTask};
use platform::{Fault, Unit, case};
use ports::Ports;

/// Days within which an application should be decided (標準処理期間).
const DAYS: i64 = 14;

/// What the paper says.
pub struct NewApplication {
    /// The child.
    pub child: AtenaNo,
    /// The guardian.
    pub guardian: AtenaNo,
    /// 申請日
    pub applied_on: Date,
    /// 受付区
    pub ward: String,
    /// 窓口, 郵送, 電子.
    pub kind: String,
    /// The guardian agrees that the income is asked for.
    pub consent: bool,
    /// The account for 償還.
    pub account: Option<Account>,
}

/// Seals an account for a child; the row is named by the paper's number.
///
/// # Errors
/// When the key is gone.
pub async fn seal(unit: &mut Unit, subject: i64, table: &str, row: &str, account: &Account) -> Result<(Vec<u8>, Vec<u8>), Fault> {
    let city = unit.city().clone();
    let key = platform::subject::data_key(&mut unit.tx, &city, subject).await?;
    seal_with(city.keys(), &key, table, row, account)
}

/// Seals an account under the data key of its owner, for those who hold the key already.
///
/// # Errors
/// When the key ring refuses.
pub fn seal_with(keys: &Keys, key: &DataKey, table: &str, row: &str, account: &Account) -> Result<(Vec<u8>, Vec<u8>), Fault> {
    let text =
        serde_json::to_string(account).map_err(|_| Fault::conflict("口座を保存できません", "内部の形に直せませんでした"))?;
    let sealed = keys.seal_for(key, Place { table, column: "account", row }, text.as_bytes())?;
    let exact = format!("{}-{}-{}-{}", account.bank, account.branch, account.kind.digit(), account.number);
    Ok((sealed, keys.token("account", &exact)?))
}

/// Opens a sealed account.
///
/// # Errors
/// When the key is gone or the bytes were changed.
pub async fn unseal(unit: &mut Unit, subject: i64, table: &str, row: &str, sealed: &[u8]) -> Result<Account, Fault> {
    let text = unit.unseal(subject, Place { table, column: "account", row }, sealed).await?;
    serde_json::from_str(&text).map_err(|_| platform::keys::KeyError::Broken.into())
}

/// Stores the application and puts its review into the queue. Both people enter the case.
///
/// # Errors
/// An unknown child or guardian, a second open application, a day in the future, or a refusal.
pub async fn run(unit: &mut Unit, ports: &Ports, new: &NewApplication) -> Result<i64, Fault> {
    let today = unit.today();
    if new.applied_on > today {
        return Err(Fault::field("applied_on", "申請日は、きょう以前の日を入力してください"));
    }
    let subject = known(unit, &new.child, "child", "対象の子が住民記録にありません。宛名番号を確かめてください").await?;
    let guardian = known(unit, &new.guardian, "guardian", "保護者が住民記録にありません。宛名番号を確かめてください").await?;
    if subject == guardian {
        return Err(Fault::field("guardian", "保護者には、子と別の人の宛名番号を入力してください"));
    }
    unit.take_into_case(subject).await?;
    unit.take_into_case(guardian).await?;
    unit.require(subject, &["kodomo.eligibility"]).await?;
    unit.require(guardian, &["kodomo.eligibility"]).await?;
    for (number, field) in [(&new.child, "child"), (&new.guardian, "guardian")] {
        if ports.residents.person(unit, number, today).await?.is_none() {
            return Err(Fault::field(field, "住民記録にありません。宛名番号を確かめてください"));
        }
    }
    if store::applications(&mut unit.tx, &new.child).await?.iter().any(|a| a.state == "受付") {
        return Err(Fault::conflict("この子の申請は既に受け付けています", "決定を待っている申請があります"));
    }
    let serial = case::next_number(&mut unit.tx, "kodomo-application").await?;
    let document_no = format!("子医申-{serial:06}");
    let (mut account, mut account_token) = (None, None);
    if let Some(plain) = &new.account {
        unit.require(subject, &["kodomo.account"]).await?;
        let (sealed, token) = seal(unit, subject, Application::TABLE, &document_no, plain).await?;
        (account, account_token) = (Some(sealed), Some(token));
    }
    let row = Application {
        id: 0,
        subject,
        atena_no: new.child.as_str().into(),
        document_no,
        guardian_no: new.guardian.as_str().into(),
        guardian_subject: guardian,
        applied_on: new.applied_on,
        reception_ward: new.ward.clone(),
        reception_kind: new.kind.clone(),
        consent: new.consent,
        account,
        account_token,
        state: "受付".into(),
        decision_id: None,
        seq: unit.seq().await?,
        recorded_at: unit.now(),
    };
    let id = row.insert(&mut unit.tx).await?;
    let due = today.checked_add(jiff::Span::new().days(DAYS)).ok();
    let title = format!("交付申請の審査 {}", row.document_no);
    let office = unit.staff().office().to_owned();
    let kind = "kodomo.review_application";
    let reference = id.to_string();
    let new_task = NewTask {
        office: &office,
        purpose: "kodomo",
        kind,
        title: &title,
        subject: Some(subject),
        reference: Some(&reference),
        due,
    };
    let now = unit.now();
    task::add(&mut unit.tx, new_task, now).await?;
    unit.note(format!("交付申請 {}", row.document_no));
    Ok(id)
}

async fn known(unit: &mut Unit, number: &AtenaNo, field: &'static str, message: &str) -> Result<i64, Fault> {
    unit.find_subject(number).await?.ok_or_else(|| Fault::field(field, message))
}
