//! 自治体中間サーバー: one tenant of the gateway platform, which holds a city's 副本 and 符号 and speaks with the network for it.

mod compare;
mod consent;
pub mod interfaces;
mod keeper;
pub mod model;
mod profile;
mod record;
mod replica;
mod routes;
mod send;
mod store;
mod words;
mod work;

pub use compare::Compared;
pub use consent::NewConsent;
pub use keeper::{Keeper, SystemRandomness};
pub use profile::{Business, Institution, Profile};
pub use replica::Loaded;
pub use routes::routes;
pub use send::{Sender, Sent, Unsent};

use kernel::access::Purpose;
use platform::db::Migration;
use platform::policy::FieldGroup;
use webkit::Programme;

/// Code of the programme.
pub const CODE: &str = "gateway";
/// Kind of the task about an answer that waits for a clerk.
pub const TASK_HELD: &str = "gateway.held";
/// Kind of the task about an answer that must not be used any more.
pub const TASK_RECALLED: &str = "gateway.recalled";

/// 事務 of the gateway.
pub const PURPOSE: Purpose =
    Purpose { code: CODE, name_ja: "情報連携", short_ja: "情連", basis_ja: "番号法19条8号・9号・21条の2・22条・23条" };

/// Field groups of the gateway.
pub const GROUPS: &[FieldGroup] = &[
    FieldGroup::plain(model::STATE, "中間サーバーの稼動状態"),
    FieldGroup::plain(model::RECORD, "情報連携の記録"),
    FieldGroup::plain(model::REPLICA, "副本の登録状況"),
    FieldGroup::plain(model::ANSWER, "情報提供の内容"),
    FieldGroup::secret(model::CODE, "符号"),
];

/// Tables.
pub const MIGRATION: Migration =
    Migration { name: "0060_gateway", sql: include_str!("../../../migrations/0060_gateway.sql"), postgres_only: false };

/// The programme of one tenant.
pub fn programme(_keeper: Keeper) -> Programme {
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
        migrations: vec![MIGRATION],
        ..Programme::default()
    }
}
