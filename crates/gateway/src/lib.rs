//! 自治体中間サーバー: one tenant of the gateway platform, which holds a city's 副本 and 符号 and speaks with the network for it.
//!
//! Law: 番号法19条8号・9号 (what may be provided), 21条の2 (取得番号), 22条 (the duty to provide), 23条 (情報提供等記録). Office: 情報政策課. Records:
//! 符号 (`gateway_code`), 副本 (`gateway_replica`), 情報提供等記録 (`gateway_record`) and the proofs that replace them (`gateway_removal`), those of deleted people (`gateway_gone`), flags
//! (`gateway_person`), consents (`gateway_consent`), and the machines of the exchange as sealed rows. A person is a 団番 here: there is no
//! 個人番号, no name and no 宛名番号.
//!
//! A tenant is one [`platform::City`] (database, keys, policy, clock) with a [`Keeper`]. What a process does with it:
//!
//! | call | when |
//! |---|---|
//! | [`Keeper::hear`] | a party has said something; afterwards it is durable |
//! | [`Keeper::tick`] | every few seconds, again at once while it answers much |
//! | [`Keeper::send_due`] | after both; a [`Sender`] is the line |
//! | [`routes`] | what listens on the tenant's line |
//! | [`programme`] | pages for [`webkit::House`] |
//!
//! Every batch is loaded, stepped (`wire`) and stored with its messages in one transaction, and sent afterwards (ADR 0013). A writer takes
//! its turn at one row first, so that two processes of one tenant do not step the same machine at once.

mod codes;
mod compare;
mod consent;
pub mod functions;
pub mod interfaces;
mod keeper;
mod leave;
pub mod model;
mod profile;
mod record;
mod replica;
pub mod rights;
mod routes;
mod send;
mod store;
mod watch;
mod web;
mod words;
mod work;

pub use compare::Compared;
pub use consent::NewConsent;
pub use keeper::{Keeper, SystemRandomness};
pub use profile::{Business, BusinessError, Institution, Profile};
pub use replica::Loaded;
pub use routes::routes;
pub use send::{Sender, Sent, Unsent};

use kernel::access::Action::{Decide, Draft, Look, Run, Search};
use kernel::access::Purpose;
use platform::db::Migration;
use platform::policy::FieldGroup;
use webkit::{Door, Nav, Programme, Route, needs};

/// Code of the programme.
pub const CODE: &str = "gateway";
/// Kind of the task about an answer that waits for a clerk.
pub const TASK_HELD: &str = "gateway.held";
/// Kind of the task about an answer that must not be used any more.
pub const TASK_RECALLED: &str = "gateway.recalled";

/// 事務 of the gateway.
pub const PURPOSE: Purpose =
    Purpose {
        code: CODE, name_ja: "情報連携", short_ja: "情連", basis_ja: "番号法19条8号・9号・21条の2・22条・23条"
    };

/// Field groups of the gateway.
pub const GROUPS: &[FieldGroup] = &[
    FieldGroup::plain(model::STATE, "中間サーバーの稼動状態"),
    FieldGroup::plain(model::RECORD, "情報連携の記録"),
    FieldGroup::plain(model::REPLICA, "副本の登録状況"),
    FieldGroup::plain(model::ANSWER, "情報提供の内容"),
    FieldGroup::secret(model::CODE, "符号"),
    FieldGroup::plain(rights::RESIDENT, "住民票関係情報の連携"),
    FieldGroup::plain(rights::TAX, "地方税関係情報の連携"),
    FieldGroup::plain(rights::WELFARE, "福祉・児童・障害の情報の連携"),
    FieldGroup::plain(rights::INSURANCE, "医療保険・介護・年金の情報の連携"),
    FieldGroup::plain(rights::HEALTH, "母子保健・予防接種の情報の連携"),
    FieldGroup::plain(rights::UNSORTED, "区分のない情報の連携"),
];

/// The zone's own policy file, to be loaded beside `base.cedar` and `system.cedar`.
pub const POLICY: (&str, &str) = ("gateway.cedar", include_str!("../../../policies/gateway.cedar"));

/// Tables.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0060_gateway", sql: include_str!("../../../migrations/0060_gateway.sql"), postgres_only: false },
    Migration {
        name: "0064_gateway_rechecking",
        sql: include_str!("../../../migrations/0064_gateway_rechecking.sql"),
        postgres_only: false,
    },
    Migration {
        name: "0065_gateway_changes",
        sql: include_str!("../../../migrations/0065_gateway_changes.sql"),
        postgres_only: false,
    },
    Migration { name: "0066_gateway_gone", sql: include_str!("../../../migrations/0066_gateway_gone.sql"), postgres_only: false },
];

const PURPOSES: &[&str] = &[PURPOSE.code];
const STATE: Door = needs(PURPOSES, &[(Search, model::STATE)]);
const TEND: Door = needs(PURPOSES, &[(Run, model::STATE)]);
const COUNT: Door = needs(PURPOSES, &[(Search, model::RECORD)]);
const MONITOR: Door = needs(PURPOSES, &[(Search, model::REPLICA)]);
const PERSON: Door = needs(PURPOSES, &[(Look, model::RECORD), (Look, model::REPLICA)]);
const HELD: Door = needs(PURPOSES, &[(Look, model::RECORD), (Look, model::ANSWER)]);
const DRAFT: Door = needs(PURPOSES, &[(Draft, model::RECORD), (Draft, model::ANSWER)]);
const DECIDE: Door = needs(PURPOSES, &[(Decide, model::RECORD), (Decide, model::ANSWER)]);

/// The pages. Each handler is handed the tenant.
fn pages(keeper: &Keeper) -> Vec<Route> {
    macro_rules! of {
        ($handler:path) => {{
            let keeper = keeper.clone();
            move |call| $handler(call, keeper.clone())
        }};
    }
    vec![
        Route::get("/gateway", "中間サーバーの運用状況", STATE, of!(web::board::show)),
        Route::post("/gateway/alarms/{id}/close", "中間サーバーの警報への対応", TEND, web::board::close),
        Route::get("/gateway/codes", "符号取得状況", COUNT, web::board::codes),
        Route::get("/gateway/replica", "副本の状況", MONITOR, of!(web::replica::show)),
        Route::get("/gateway/inquiries", "照会状況", COUNT, of!(web::inquiries::show)),
        Route::get("/gateway/records", "情報提供等記録", COUNT, of!(web::records::show)),
        Route::get("/gateway/connections", "既存システム接続", STATE, of!(web::traffic::connections)),
        Route::get("/gateway/lines", "データ送受信", STATE, of!(web::traffic::lines)),
        Route::get("/gateway/security", "セキュリティ管理", STATE, of!(web::security::show)),
        Route::get("/gateway/staff", "職員認証・権限管理", TEND, web::security::people),
        Route::get("/gateway/system", "システム管理", STATE, of!(web::system::show)),
        Route::get("/gateway/people", "情報連携(個人)の照会", COUNT, web::person::ask),
        Route::post("/gateway/people", "情報連携(個人)の照会", PERSON, web::person::look_up),
        Route::get("/gateway/people/{dan}", "情報連携(個人)", PERSON, of!(web::person::show)),
        Route::get("/gateway/provisions", "情報提供の確認待ち", COUNT, of!(web::provision::waiting)),
        Route::get("/gateway/provisions/{permit}", "情報提供の確認", HELD, of!(web::provision::show)),
        Route::post("/gateway/provisions/{permit}/register", "情報提供の内容の登録", DRAFT, of!(web::provision::registered)),
        Route::post("/gateway/provisions/{permit}/permit", "情報提供の送信の許可", DECIDE, of!(web::provision::permitted)),
        Route::post("/gateway/provisions/{permit}/refuse", "情報提供をしない判断", DRAFT, of!(web::provision::refused)),
    ]
}

/// Links of the left column.
const NAV: [Nav; 12] = [
    Nav { group: "情報連携", label: "運用状況", path: "/gateway" },
    Nav { group: "情報連携", label: "情報提供の確認", path: "/gateway/provisions" },
    Nav { group: "情報連携", label: "照会状況", path: "/gateway/inquiries" },
    Nav { group: "情報連携", label: "情報提供等記録", path: "/gateway/records" },
    Nav { group: "情報連携", label: "副本", path: "/gateway/replica" },
    Nav { group: "情報連携", label: "符号", path: "/gateway/codes" },
    Nav { group: "情報連携", label: "個人", path: "/gateway/people" },
    Nav { group: "中間サーバーの運用", label: "既存システム接続", path: "/gateway/connections" },
    Nav { group: "中間サーバーの運用", label: "データ送受信", path: "/gateway/lines" },
    Nav { group: "中間サーバーの運用", label: "セキュリティ管理", path: "/gateway/security" },
    Nav { group: "中間サーバーの運用", label: "職員・権限", path: "/gateway/staff" },
    Nav { group: "中間サーバーの運用", label: "システム管理", path: "/gateway/system" },
];

/// The programme of one tenant.
pub fn programme(keeper: Keeper) -> Programme {
    Programme {
        code: CODE,
        name_ja: "自治体中間サーバー",
        purposes: vec![PURPOSE],
        groups: GROUPS.to_vec(),
        registers: vec![
            model::CodeBinding::REGISTER,
            model::ReplicaRow::REGISTER,
            model::ExchangeRecord::REGISTER,
            model::RemovedRecord::REGISTER,
            model::GonePerson::REGISTER,
            model::PersonFlags::REGISTER,
            model::Consent::REGISTER,
            model::Closing::REGISTER,
            model::OwnRequest::REGISTER,
            model::Message::REGISTER,
            model::InterfaceCall::REGISTER,
            model::AlarmRow::REGISTER,
            model::Comparison::REGISTER,
            model::DifferenceRow::REGISTER,
        ],
        statements: store::statements(),
        migrations: MIGRATIONS.to_vec(),
        routes: pages(&keeper),
        nav: NAV.to_vec(),
        task_pages: vec![(TASK_HELD, "/gateway/provisions/{reference}"), (TASK_RECALLED, "/gateway/inquiries")],
        ..Programme::default()
    }
}
