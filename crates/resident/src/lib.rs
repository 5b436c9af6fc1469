//! 住民記録: the resident registry.
//!
//! Law: 住民基本台帳法 (7条 items, 8条 ex officio, 12条–12条の3 copies, 22条–25条 notifications). Office: 市民課, which alone writes here.
//! Records: bitemporal snapshots of people, their secret numbers, 支援措置, issued papers. Facts offered: through [`port`]; events:
//! [`ports::RESIDENT_EVENT`]. Facts used: none of other programmes.

mod exchange;
pub mod juki_net;
pub mod load;
pub mod model;
mod originals;
mod record;
mod store;
#[cfg(test)]
mod tests;
mod usecases;
mod web;

use kernel::access::Action::{Draft, Look, Print, Search};
use kernel::access::Purpose;
use platform::db::Migration;
use platform::policy::FieldGroup;
use ports::{ComparePort, Originals};
use std::sync::Arc;
use webkit::{Door, Nav, Programme, Route, needs};

/// 事務.
pub const PURPOSE: Purpose =
    Purpose { code: "juki", name_ja: "住民記録", short_ja: "住記", basis_ja: "住民基本台帳法7条・8条・12条" };

/// Field groups.
pub const GROUPS: &[FieldGroup] = &[
    FieldGroup::plain("juki.identify", "氏名・生年月日・性別"),
    FieldGroup::location("juki.address", "住所"),
    FieldGroup::plain("juki.household", "世帯・続柄"),
    FieldGroup::plain("juki.status", "住民となった日・異動"),
    FieldGroup::plain("juki.koseki", "本籍・筆頭者"),
    FieldGroup::plain("juki.foreign", "国籍・在留資格"),
    FieldGroup::location("juki.moves", "転入前・転出先住所"),
    FieldGroup::plain("juki.insurance", "国保・年金の資格"),
    FieldGroup::location("juki.mailing", "送付先"),
    FieldGroup::secret("juki.mynumber", "個人番号・住民票コード"),
    FieldGroup::plain("juki.protection", "支援措置"),
];

const JUKI: &[&str] = &["juki"];
const SEARCH: Door = needs(JUKI, &[(Search, "juki.identify")]);
const SEE: Door = needs(JUKI, &[(Look, "juki.identify")]);
const DRAFT: Door = needs(JUKI, &[(Draft, "juki.identify")]);
const PRINT: Door = needs(JUKI, &[(Print, "juki.identify")]);
const PROTECTED: Door = needs(JUKI, &[(Look, "juki.protection")]);
const PROTECT: Door = needs(JUKI, &[(Draft, "juki.protection")]);

/// What the registry offers to programmes and the hub.
pub fn port() -> Arc<dyn ComparePort> {
    Arc::new(exchange::Residents)
}

/// The registry's part of 正本, for the exchange.
pub fn originals() -> Arc<dyn Originals> {
    Arc::new(originals::ResidentOriginals)
}

/// The programme, with the city's line to 住基ネット; `None` for a city that is not connected.
pub fn programme(line: Option<Arc<dyn juki_net::JukiNet>>) -> Programme {
    Programme {
        code: "resident",
        name_ja: "住民記録",
        purposes: vec![PURPOSE],
        groups: GROUPS.to_vec(),
        registers: vec![
            model::Person::REGISTER,
            model::SecretNumber::REGISTER,
            model::ProtectionRow::REGISTER,
            model::Certificate::REGISTER,
        ],
        statements: store::STATEMENTS.to_vec(),
        migrations: vec![Migration {
            name: "0010_resident",
            sql: include_str!("../../../migrations/0010_resident.sql"),
            postgres_only: false,
        }],
        routes: vec![
            Route::get("/juki/search", "住民を探す", SEARCH, web::search::show),
            Route::post("/juki/person/{no}/take", "案件の対象にする", DRAFT, web::search::take),
            Route::get("/juki/person/{no}", "住民票の記録", SEE, web::person::show),
            Route::get("/juki/person/{no}/ledger", "住民票の台帳", SEE, web::ledger::show),
            Route::get("/juki/move-in", "転入", DRAFT, web::move_in::form),
            Route::post("/juki/move-in", "転入の起案", DRAFT, web::move_in::draft),
            Route::post("/juki/person/{no}/move-out", "転出の起案", DRAFT, web::change::move_out),
            Route::post("/juki/person/{no}/move-within", "転居の起案", DRAFT, web::change::move_within),
            Route::post("/juki/person/{no}/death", "死亡の起案", DRAFT, web::change::death),
            Route::post("/juki/person/{no}/correct", "職権修正の起案", DRAFT, web::change::correct),
            Route::get("/juki/person/{no}/moves", "異動", DRAFT, web::moves::menu),
            Route::get("/juki/person/{no}/moves/{kind}", "異動の届出", DRAFT, web::moves::form),
            Route::post("/juki/person/{no}/moves/{kind}", "異動の起案", DRAFT, web::moves::draft),
            Route::post("/juki/person/{no}/protect", "支援措置の申出", PROTECT, web::change::protect),
            Route::post("/juki/person/{no}/unprotect", "支援措置の終了の起案", PROTECT, web::change::unprotect),
            Route::get("/juki/protections", "支援措置", PROTECTED, web::protection::list),
            Route::get("/juki/protections/{no}/{step}", "支援措置の手続", PROTECT, web::protection::form),
            Route::post("/juki/protections/{no}/{step}", "支援措置の手続の起案", PROTECT, web::protection::settle),
            Route::get("/juki/person/{no}/certificate", "証明書の交付", PRINT, web::certificate::form),
            Route::post("/juki/person/{no}/certificate", "証明書を交付する", PRINT, web::certificate::issue),
            Route::post("/juki/person/{no}/release", "一時解除の起案", DRAFT, web::certificate::release),
            Route::get("/juki/certificates/{id}", "交付した証明書", PRINT, web::certificate::paper),
        ],
        nav: vec![
            Nav { group: "住民", label: "住民を探す", path: "/juki/search" },
            Nav { group: "住民", label: "転入", path: "/juki/move-in" },
            Nav { group: "住民", label: "支援措置", path: "/juki/protections" },
        ],
        acts: vec![
            Arc::new(usecases::move_in::Decision),
            Arc::new(usecases::correct::Decision),
            Arc::new(usecases::move_out::Decision),
            Arc::new(usecases::move_within::Decision),
            Arc::new(usecases::death::Decision),
            Arc::new(usecases::birth::Decision),
            Arc::new(usecases::household::Decision),
            Arc::new(usecases::restate::Decision),
            Arc::new(usecases::cancel::Decision),
            Arc::new(usecases::numbers::Decision),
            Arc::new(usecases::protection::EndAct),
            Arc::new(usecases::protection_term::Decision),
            Arc::new(usecases::release::Decision),
        ],
        subscriptions: vec![Arc::new(juki_net::OnResident { line })],
        task_pages: vec![
            (juki_net::REFUSED, "/juki/person/{reference}"),
            (usecases::birth::AWAIT_NUMBER, "/juki/person/{reference}/moves/my-number"),
            (usecases::protection_term::EXPIRING, "/juki/protections"),
        ],
        ..Programme::default()
    }
}
