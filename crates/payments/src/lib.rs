//! Payments: payees and accounts, 支出, 全銀 総合振込 files, bank returns and re-payment; and 返還金, the money that comes back.
//!
//! Law: 地方自治法 231条 (調定・納入の通知), 232条の3–232条の6 (支出負担行為, 支出命令, 口座振替). Offices: the paying programme's own. Records: what is owed
//! (`payments_payment`), the runs that pay it (`payments_transfer`), what is owed back (`payments_demand`) and what came in
//! (`payments_income`). A payment exists once per origin and attempt: the same claim can
//! never be paid twice. Accounts are sealed and leave only inside the bank's file and on the review page.

pub mod model;
mod store;
mod usecases;
mod web;
pub mod zengin;

pub use model::{Account, AccountKind, Demand};
pub use usecases::demand::{DEMAND_PAID, DemandPaid, NewDemand, demand};
pub use usecases::register_return::{Return, register_return};
pub use usecases::request::{NewPayment, Payee, request};
pub use usecases::transfer::{OrdererRule, RankRule};
pub use web::letterhead;
pub use zengin::Orderer;

use kernel::access::Action::{Draft, Export, Look, Print};
use platform::City;
use platform::Fault;
use platform::db::Migration;
use platform::policy::FieldGroup;
use ports::{LinkUses, Ports};
use std::sync::Arc;
use webkit::{Door, Nav, Programme, Route, needs};

const KODOMO: &[&str] = &["kodomo"];
const SEE: Door = needs(KODOMO, &[(Look, "kodomo.payment")]);
const DRAFT: Door = needs(KODOMO, &[(Draft, "kodomo.payment")]);
const PRINT: Door = needs(KODOMO, &[(Print, "kodomo.payment")]);
const EXPORT: Door = needs(KODOMO, &[(Export, "kodomo.payment")]);

/// Field groups of payments.
pub const GROUPS: &[FieldGroup] = &[FieldGroup::plain("kodomo.payment", "支払"), FieldGroup::secret("kodomo.account", "口座")];

/// What the paying programme tells the slice.
#[derive(Clone, Copy)]
pub struct Rules {
    /// Who may decide a run of a given total.
    pub rank: RankRule,
    /// Who orders the transfers of a day, and through which account.
    pub orderer: OrdererRule,
    /// 教示 of a 返還決定通知書.
    pub instruction: fn(&City) -> Result<Vec<String>, Fault>,
}

/// What was paid to a person and demanded of them, for a recall.
pub fn link_uses() -> Arc<dyn LinkUses> {
    Arc::new(usecases::recall::Uses)
}

/// The slice, with the city's rules and the registry that knows where papers go.
pub fn programme(rules: Rules, ports: Ports) -> Programme {
    let [shown, entered, slips] = [ports.clone(), ports.clone(), ports.clone()];
    Programme {
        code: "payments",
        name_ja: "支払",
        groups: GROUPS.to_vec(),
        registers: vec![model::Payment::REGISTER, model::Transfer::REGISTER, model::Demand::REGISTER, model::Income::REGISTER],
        statements: store::STATEMENTS.to_vec(),
        migrations: vec![Migration {
            name: "0020_payments",
            sql: include_str!("../../../migrations/0020_payments.sql"),
            postgres_only: false,
        }],
        routes: vec![
            Route::get("/payments", "支払", SEE, web::list::show),
            Route::post("/payments/transfers", "振込の起案", DRAFT, move |call| web::list::draft(call, rules.rank)),
            Route::get("/payments/transfers/{id}", "振込", SEE, web::transfer::show),
            Route::get("/payments/transfers/{id}/file", "全銀ファイルの持出し", EXPORT, web::transfer::file),
            Route::get("/payments/transfers/{id}/ledger", "支払台帳の印刷", PRINT, web::transfer::ledger),
            Route::get("/payments/ledger", "支払台帳の持出し", EXPORT, web::transfer::csv),
            Route::get("/payments/returns", "振込不能のファイル", DRAFT, web::returned::ask_file),
            Route::post("/payments/returns", "振込不能のファイルの登録", DRAFT, web::returned::register_many),
            Route::get("/payments/{id}/return", "振込不能", DRAFT, web::returned::ask),
            Route::post("/payments/{id}/return", "振込不能の登録", DRAFT, web::returned::register),
            Route::get("/payments/demands", "返還金", SEE, web::demand::list),
            Route::get("/payments/demands/{id}", "返還金の明細", SEE, move |call| web::demand::show(call, shown.clone())),
            Route::post("/payments/demands/{id}/incomes", "収納の登録", DRAFT, move |call| {
                web::demand::enter(call, entered.clone())
            }),
            Route::get("/payments/demands/{id}/notice", "返還決定通知書の印刷", PRINT, move |call| {
                web::demand::notice(call, ports.clone(), rules)
            }),
            Route::get("/payments/demands/{id}/slip", "納付書の印刷", PRINT, move |call| {
                web::demand::slip(call, slips.clone())
            }),
        ],
        nav: vec![
            Nav { group: "子ども医療", label: "支払", path: "/payments" },
            Nav { group: "子ども医療", label: "返還金", path: "/payments/demands" },
        ],
        acts: vec![Arc::new(usecases::transfer::PayRun { orderer: rules.orderer })],
        ..Programme::default()
    }
}
