//! The identity hub 団体内統合宛名: one number for one person across all programmes.
//!
//! Law: 番号法9条 (利用), 20条 (収集・保管の制限), 番号法施行令; the way of working follows the 共通機能標準仕様書. Office: 情報政策課. Records:
//! people (`hub_person`: 団番 1:1 with the keyed token of the 個人番号), the programmes' numbers that belong to them (`hub_link`) and
//! former 個人番号 (`hub_former_number`). Facts used: `resident.event` and the 個人番号 through the resident registry's port, and
//! `programme.linked`. Facts offered: the 団番 of a programme's person ([`port`]).
//!
//! The hub never holds a 個人番号, only a keyed token of it. Where it is in doubt whether two numbers are one person, it keeps them apart
//! and asks 情報政策課 to look.

mod exchange;
pub mod model;
mod store;
mod usecases;
mod web;

pub use usecases::load::{ProgrammeNumber, Resident, load, load_links};

use kernel::access::Action::{Draft, Look, Search};
use kernel::access::Purpose;
use model::{Doubt, LINK, NUMBER};
use platform::db::Migration;
use platform::policy::FieldGroup;
use ports::{HubPort, ResidentPort};
use std::sync::Arc;
use webkit::{Door, Nav, Programme, Route, needs};

/// Office that keeps the hub.
pub const OFFICE: &str = "joho";

/// 事務 of the hub.
pub const PURPOSE: Purpose =
    Purpose { code: "hub", name_ja: "団体内統合宛名", short_ja: "統宛", basis_ja: "番号法9条・番号法施行令" };

/// Field groups of the hub.
pub const GROUPS: &[FieldGroup] = &[FieldGroup::secret(NUMBER, "団体内統合宛名番号"), FieldGroup::plain(LINK, "業務の番号")];

const HUB: &[&str] = &[PURPOSE.code];
const COUNT: Door = needs(HUB, &[(Search, NUMBER)]);
const SEE: Door = needs(HUB, &[(Look, NUMBER), (Look, LINK)]);
const CHECK: Door = needs(HUB, &[(Draft, NUMBER)]);

/// What the hub offers to programmes.
pub fn port() -> Arc<dyn HubPort> {
    Arc::new(exchange::Hub)
}

/// The hub, with the registry that alone holds 個人番号.
pub fn programme(residents: Arc<dyn ResidentPort>) -> Programme {
    Programme {
        code: "hub",
        name_ja: "団体内統合宛名",
        purposes: vec![PURPOSE],
        groups: GROUPS.to_vec(),
        registers: vec![model::Person::REGISTER, model::FormerNumber::REGISTER, model::Link::REGISTER],
        statements: store::STATEMENTS.to_vec(),
        migrations: vec![Migration {
            name: "0015_hub",
            sql: include_str!("../../../migrations/0015_hub.sql"),
            postgres_only: false,
        }],
        routes: vec![
            Route::get("/hub", "団体内統合宛名", COUNT, web::counts::show),
            Route::post("/hub", "団体内統合宛名の照会", SEE, web::counts::look_up),
            Route::get("/hub/{number}", "団体内統合宛名(個人)", SEE, web::person::show),
            Route::post("/hub/{number}/checked", "団体内統合宛名の確認", CHECK, web::person::checked),
        ],
        nav: vec![Nav { group: "共通", label: "統合宛名", path: "/hub" }],
        subscriptions: vec![Arc::new(exchange::OnResident { residents }), Arc::new(exchange::OnProgramme)],
        task_pages: Doubt::ALL.iter().map(|d| (d.kind(), "/hub/{reference}")).collect(),
        ..Programme::default()
    }
}
