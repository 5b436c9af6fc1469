//! Payments: payees and accounts, 支出, 全銀 総合振込 files, bank returns and re-payment.
//!
//! Law: 地方自治法 232条の3–232条の6 (支出負担行為, 支出命令, 口座振替). Offices: the paying programme's own. Records: what is owed
//! (`payments_payment`) and the runs that pay it (`payments_transfer`). A payment exists once per origin and attempt: the same claim can
//! never be paid twice. Accounts are sealed and leave only inside the bank's file and on the review page.

pub mod model;
mod store;
mod usecases;
mod web;
pub mod zengin;

pub use model::{Account, AccountKind};
pub use usecases::register_return::{Return, register_return};
pub use usecases::request::{NewPayment, Payee, request};
pub use usecases::transfer::RankRule;

use kernel::access::Action::{Draft, Export, Look};
use platform::db::Migration;
use platform::policy::FieldGroup;
use std::sync::Arc;
use webkit::{Door, Nav, Programme, Route, needs};

const KODOMO: &[&str] = &["kodomo"];
const SEE: Door = needs(KODOMO, &[(Look, "kodomo.payment")]);
const DRAFT: Door = needs(KODOMO, &[(Draft, "kodomo.payment")]);
const EXPORT: Door = needs(KODOMO, &[(Export, "kodomo.payment")]);

/// Field groups of payments.
pub const GROUPS: &[FieldGroup] = &[FieldGroup::plain("kodomo.payment", "支払"), FieldGroup::secret("kodomo.account", "口座")];

/// The slice, with the city's rule of who may decide a run of a given total.
pub fn programme(rank: RankRule) -> Programme {
    Programme {
        code: "payments",
        name_ja: "支払",
        groups: GROUPS.to_vec(),
        registers: vec![model::Payment::REGISTER, model::Transfer::REGISTER],
        statements: store::STATEMENTS.to_vec(),
        migrations: vec![Migration {
            name: "0020_payments",
            sql: include_str!("../../../migrations/0020_payments.sql"),
            postgres_only: false,
        }],
        routes: vec![
            Route::get("/payments", "支払", SEE, web::list::show),
            Route::post("/payments/transfers", "振込の起案", DRAFT, move |call| web::list::draft(call, rank)),
            Route::get("/payments/transfers/{id}", "振込", SEE, web::transfer::show),
            Route::get("/payments/transfers/{id}/file", "全銀ファイルの持出し", EXPORT, web::transfer::file),
            Route::post("/payments/{id}/return", "振込不能の登録", DRAFT, web::list::register_return),
        ],
        nav: vec![Nav { group: "子ども医療", label: "支払", path: "/payments" }],
        acts: vec![Arc::new(usecases::transfer::PayRun)],
        ..Programme::default()
    }
}
