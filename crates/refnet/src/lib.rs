//! Reference 情報提供ネットワークシステム with a マイナポータル peer, as one zone.
//!
//! Law: 番号法21条 (the network), 21条の2 (符号), 22条 (permits), 23条 (records), 附則6条 (the portal). Records: members, people by inner id,
//! 符号 issued, passages, own 情報提供等記録, messages on their way. Not wire-compatible with the national system; an adapter to it
//! would stand where a gateway speaks to this one.
//!
//! The protocol is `wire::network`; this crate is its keeper over a database. A process needs a [`Keeper`]: [`line_router`] behind
//! `line::serve` lets it hear, [`Keeper::run`] ticks and sends. [`programme`] gives operators their pages, and [`portal_router`] the person
//! theirs. The network routes what it cannot read, knows nobody's name, and depends on nothing that could hold a 個人番号.

mod book;
mod faults;
mod keeper;
mod lines;
pub mod model;
mod portal;
mod sender;
mod store;
mod web;

pub use faults::{Faults, MOST};
pub use keeper::{Keeper, NewMember};
pub use lines::line_router;
pub use portal::{Exchange, Means, NewNotice, NewUser, Notice, OwnRequest, PortalToken, portal_router};
pub use sender::{Lines, Network, Sent};

use kernel::access::Action::{Administer, Search};
use kernel::access::Purpose;
use model::{MEMBER, PERSON, RECORD, SERVICE};
use platform::city::Office;
use platform::db::Migration;
use platform::policy::FieldGroup;
use webkit::{Door, Nav, Programme, Route, needs};

/// 事務 of the network's operators.
pub const PURPOSE: Purpose =
    Purpose {
        code: "refnet", name_ja: "情報提供ネットワークの運用", short_ja: "網運用", basis_ja: "番号法21条・23条"
    };

/// The operators' office.
pub const OFFICE: Office = Office { code: "network", name_ja: "ネットワーク運用", purposes: &["refnet"] };

/// Field groups of the zone.
pub const GROUPS: &[FieldGroup] = &[
    FieldGroup::plain(MEMBER, "接続機関"),
    FieldGroup::plain(RECORD, "情報提供等記録"),
    FieldGroup::secret(PERSON, "IDコード・符号"),
    FieldGroup::plain(SERVICE, "運用状態"),
];

/// The zone's own policy file, to be loaded beside `base.cedar` and `system.cedar`.
pub const POLICY: (&str, &str) = ("network.cedar", include_str!("../../../policies/network.cedar"));

/// The zone's migrations, after the platform's.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "0070_network", sql: include_str!("../../../migrations/0070_network.sql"), postgres_only: false }];

const OPERATORS: &[&str] = &[PURPOSE.code];
const BOARD: Door = needs(OPERATORS, &[(Search, SERVICE), (Search, MEMBER), (Search, RECORD)]);
const RECORDS: Door = needs(OPERATORS, &[(Search, RECORD)]);
const MODES: Door = needs(OPERATORS, &[(Administer, SERVICE)]);

/// The operators' pages.
pub fn programme() -> Programme {
    Programme {
        code: "refnet",
        name_ja: "情報提供ネットワーク",
        purposes: vec![PURPOSE],
        groups: GROUPS.to_vec(),
        registers: vec![
            model::MemberRow::REGISTER,
            model::PersonRow::REGISTER,
            model::CodeRow::REGISTER,
            model::PassageRow::REGISTER,
            model::RecordRow::REGISTER,
            model::RemovalRow::REGISTER,
            model::OutgoingRow::REGISTER,
            model::PortalRow::REGISTER,
            model::NoticeRow::REGISTER,
        ],
        statements: store::STATEMENTS.to_vec(),
        migrations: MIGRATIONS.to_vec(),
        routes: vec![
            Route::get("/network", "網の運用状況", BOARD, web::board::show),
            Route::get("/network/records", "情報提供等記録", RECORDS, web::records::show),
            Route::get("/network/list", "照会許可リスト", RECORDS, web::list::show),
            Route::get("/network/modes", "モードと障害の設定", MODES, web::modes::show),
            Route::post("/network/modes", "モードと障害の設定", MODES, web::modes::set),
        ],
        nav: vec![
            Nav { group: "ネットワーク", label: "運用状況", path: "/network" },
            Nav { group: "ネットワーク", label: "情報提供等記録", path: "/network/records" },
            Nav { group: "ネットワーク", label: "照会許可リスト", path: "/network/list" },
            Nav { group: "ネットワーク", label: "モードと障害", path: "/network/modes" },
        ],
        ..Programme::default()
    }
}
