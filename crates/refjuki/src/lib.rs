//! Reference 住基ネット peer, as one zone.
//!
//! Law: 住基法30条の6以下 (本人確認情報), 30条の10〜12 (provision to cities for their 事務), 番号法7条・8条 (個人番号), 21条の2 (符号).
//! Records: people with both numbers and the four facts (sealed, found by keyed tokens), former numbers, what cities asked. Facts offered:
//! 符号取得, 本人確認情報, numbers of newborns. Not wire-compatible with the national system.
//!
//! A process needs a [`Keeper`]: [`line_router`] behind `line::serve` lets cities ask, [`Keeper::run`] sends. [`programme`] is the operators'
//! page. A person is named to the network by their lineage only: a keyed hash of their first 住民票コード.

mod keeper;
mod lines;
pub mod model;
mod sender;
mod store;
mod web;

pub use keeper::{Found, Keeper, Letter, NewPerson, Numbers, Sought};
pub use lines::line_router;
pub use model::{AFFAIRS, Facts, Sex, Standing};
pub use sender::{Lines, Network};

use kernel::access::Action::Search;
use kernel::access::Purpose;
use model::{LOOKUP, PERSON, SERVICE};
use platform::city::Office;
use platform::db::Migration;
use platform::policy::FieldGroup;
use webkit::{Door, Nav, Programme, Route, needs};

/// 事務 of the peer's operators.
pub const PURPOSE: Purpose =
    Purpose {
        code: "refjuki", name_ja: "住基ネットの運用", short_ja: "住ネ", basis_ja: "住基法30条の6〜30条の12"
    };

/// The operators' office.
pub const OFFICE: Office = Office { code: "juki_net", name_ja: "住基ネット運用", purposes: &["refjuki"] };

/// Field groups of the zone.
pub const GROUPS: &[FieldGroup] = &[
    FieldGroup::secret(PERSON, "本人確認情報"),
    FieldGroup::plain(LOOKUP, "本人確認情報の提供状況"),
    FieldGroup::plain(SERVICE, "運用状態"),
];

/// The zone's own policy file, to be loaded beside `base.cedar` and `system.cedar`.
pub const POLICY: (&str, &str) = ("refjuki.cedar", include_str!("../../../policies/refjuki.cedar"));

/// The zone's migrations, after the platform's.
pub const MIGRATIONS: &[Migration] =
    &[Migration { name: "0080_juki", sql: include_str!("../../../migrations/0080_juki.sql"), postgres_only: false }];

const BOARD: Door = needs(&[PURPOSE.code], &[(Search, SERVICE), (Search, LOOKUP)]);

/// The operators' page.
pub fn programme() -> Programme {
    Programme {
        code: "refjuki",
        name_ja: "住基ネット",
        purposes: vec![PURPOSE],
        groups: GROUPS.to_vec(),
        registers: vec![
            model::PersonRow::REGISTER,
            model::FormerRow::REGISTER,
            model::LookupRow::REGISTER,
            model::OutgoingRow::REGISTER,
        ],
        statements: store::STATEMENTS.to_vec(),
        migrations: MIGRATIONS.to_vec(),
        routes: vec![Route::get("/juki-net", "住基ネットの運用状況", BOARD, web::board)],
        nav: vec![Nav { group: "住基ネット", label: "運用状況", path: "/juki-net" }],
        ..Programme::default()
    }
}
