//! Receipts (レセプト) of a month: import, qualification check, bills of 支払基金 and 国保連, findings and sending back.
//!
//! Law: the city's ordinance on medical aid, 社会保険診療報酬支払基金法, 国民健康保険法45条. Office: the scheme's. Records: files,
//! receipts, findings, bills. A receipt is the institution's claim and evidence (最判平18.3.10): nobody here can change one; the city
//! asks the sender to. A file is either wholly visible or not at all.

mod exchange;
pub mod jobs;
mod masters;
pub mod model;
pub mod names;
pub mod scheme;
mod store;
#[cfg(test)]
mod tests;
mod usecases;
mod web;

pub use receipts::check::{CopayRule, RateRule, Rules};
pub use receipts::{Examiner, Sex};
pub use scheme::{PaidTwice, RosterEntry, Scheme, Visit};

use kernel::Yen;
use kernel::access::Action::{Draft, Export, Look, Print, Run};
use kernel::time::YearMonth;
use platform::db::Migration;
use platform::policy::FieldGroup;
use platform::{Fault, Unit};
use ports::LinkUses;
use std::sync::Arc;
use webkit::{Door, Nav, Programme, Route, needs};

const KODOMO: &[&str] = &["kodomo"];
const SEE: Door = needs(KODOMO, &[(Look, "kodomo.receipt")]);
const RUN: Door = needs(KODOMO, &[(Run, "kodomo.receipt")]);
const PRINT: Door = needs(KODOMO, &[(Print, "kodomo.receipt")]);
const EXPORT: Door = needs(KODOMO, &[(Export, "kodomo.receipt")]);
const DRAFT: Door = needs(KODOMO, &[(Draft, "kodomo.receipt")]);

/// Field groups of receipts.
pub const GROUPS: &[FieldGroup] = &[FieldGroup::plain("kodomo.receipt", "レセプト・請求")];

const MIGRATIONS: &[Migration] = &[
    Migration { name: "0030_claims", sql: include_str!("../../../migrations/0030_claims.sql"), postgres_only: false },
    Migration {
        name: "0031_claims_people",
        sql: include_str!("../../../migrations/0031_claims_people.sql"),
        postgres_only: false,
    },
];

/// What receipts were borne and contested for a person, for a recall.
pub fn link_uses() -> Arc<dyn LinkUses> {
    Arc::new(usecases::recall::Uses)
}

/// What the city pays for a person's receipts of a care month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// 受給者番号.
    pub recipient_no: String,
    /// 診療年月.
    pub care_month: YearMonth,
    /// 入院.
    pub inpatient: bool,
    /// 件数.
    pub count: i64,
    /// 市の負担額.
    pub amount: Yen,
}

/// What the city pays for the receipts of the 審査月s `from` to `to`; receipts that were taken back count nothing. The caller records the
/// look.
///
/// # Errors
/// The database's refusal.
pub async fn shares(unit: &mut Unit, from: YearMonth, to: YearMonth) -> Result<Vec<Share>, Fault> {
    Ok(store::shares(&mut unit.tx, from, to).await?)
}

/// The slice for one scheme.
pub fn programme(scheme: Arc<dyn Scheme>) -> Programme {
    let (a, b, c, d, e, f) = (scheme.clone(), scheme.clone(), scheme.clone(), scheme.clone(), scheme.clone(), scheme.clone());
    Programme {
        code: "claims",
        name_ja: "レセプト・請求",
        groups: GROUPS.to_vec(),
        registers: vec![
            model::ReceivedFile::REGISTER,
            model::StoredReceipt::REGISTER,
            model::CheckRun::REGISTER,
            model::FindingRow::REGISTER,
            model::Bill::REGISTER,
            model::Correction::REGISTER,
            model::MonthCopay::REGISTER,
            model::Master::REGISTER,
            model::MasterName::REGISTER,
        ],
        statements: [store::STATEMENTS, store::master::STATEMENTS].concat(),
        migrations: MIGRATIONS.to_vec(),
        routes: vec![
            Route::get("/claims", "レセプト・請求", SEE, web::month::list),
            Route::post("/claims/files", "レセプトの取込み", RUN, web::month::upload),
            Route::get("/claims/{month}", "審査月", SEE, move |call| web::month::show(call, a.clone())),
            Route::post("/claims/{month}/check", "資格突合", RUN, web::month::check),
            Route::post("/claims/{month}/bills", "請求書の登録", DRAFT, move |call| web::bill::enter(call, d.clone())),
            Route::post("/claims/{month}/bills/{sender}/pay", "請求の支出", DRAFT, move |call| {
                web::bill::pay(call, b.clone())
            }),
            Route::get("/claims/{month}/findings", "所見", SEE, web::finding::list),
            Route::post("/claims/{month}/findings", "所見の扱い", DRAFT, move |call| web::finding::draft(call, e.clone())),
            Route::get("/claims/receipts/{id}", "レセプト", SEE, web::receipt::show),
            Route::get("/claims/{month}/appeals", "再審査等請求・過誤申立", SEE, web::appeal::list),
            Route::get("/claims/{month}/appeals/{sender}/paper", "申立書の印刷", PRINT, web::appeal::paper),
            Route::get("/claims/{month}/appeals/{sender}/list", "申立一覧の持出し", EXPORT, web::appeal::csv),
            Route::post("/claims/findings/{id}/upheld", "原審どおりの登録", DRAFT, web::appeal::upheld),
            Route::get("/claims/masters", "基本マスター", SEE, web::master::list),
            Route::post("/claims/masters", "基本マスターの取込み", RUN, web::master::upload),
        ],
        nav: vec![Nav { group: "子ども医療", label: "レセプト・請求", path: "/claims" }],
        acts: vec![Arc::new(usecases::send_back::SendBack { scheme: f }), Arc::new(usecases::pay_bill::PayBill)],
        jobs: vec![
            Arc::new(jobs::Import { scheme: scheme.clone() }),
            Arc::new(jobs::Check { scheme: c }),
            Arc::new(masters::ImportMaster),
        ],
        subscriptions: vec![Arc::new(exchange::OnPaid), Arc::new(exchange::OnRefunded)],
        ..Programme::default()
    }
}
