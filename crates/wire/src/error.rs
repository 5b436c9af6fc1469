//! The errors that cross the wire. They say what went wrong and never about whom.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An error as the other side gets it. A wait for a member of staff, whatever its cause, is no error and is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Error)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ExchangeError {
    /// 符号 not acquired yet.
    #[error("符号が未取得です。符号取得の完了を待ってから照会してください")]
    CodeNotBound,
    /// Outside the permitted-inquiry list.
    #[error("指定された特定個人情報の照会は許可されていません。事務手続と照会先を確かめてください")]
    NotPermitted,
    /// The permit is past its time or used.
    #[error("情報提供許可証の期限が切れているか、使用済みです。照会をやり直してください")]
    PermitExpired,
    /// The permit was not made by the network for this provider.
    #[error("情報提供許可証を確かめられません。照会をやり直し、続くときは運用者に知らせてください")]
    PermitBadSignature,
    /// No such provider on the network.
    #[error("照会先の機関がありません。機関コードを確かめてください")]
    ProviderUnknown,
    /// The provider knows no such person.
    #[error("照会先に対象者がありません。照会先の団体を確かめてください")]
    SubjectNotFoundAtProvider,
    /// The provider has no such data of the person.
    #[error("照会先に該当する情報が登録されていません。年度と照会先を確かめてください")]
    DataNotRegistered,
    /// 自動応答不可. Inside the provider only; never sent.
    #[error("自動応答を止めています。職員が内容を確かめて送信を許可してください")]
    AutoResponseBlocked,
    /// レコード識別番号 already used for other content.
    #[error("「レコード識別番号」が既に存在しています。番号を改めて登録してください")]
    DuplicateRecordId,
    /// 副本 of somebody whom the city has deleted.
    #[error("消去した団体内統合宛名番号です。副本を登録できません")]
    PersonDeleted,
    /// Not in service, or a test message in production.
    #[error("情報提供ネットワークシステムが利用できません。時間をおいて自動で再送します")]
    OutOfService,
    /// An item that the layout does not have, or one that is empty for a reason that it does not allow.
    #[error("項目か未設定事由が項目表にありません。特定個人情報の版と項目の名前を確かめてください")]
    ItemMismatch,
    /// The layout version is not live, or nobody knows it.
    #[error("データ標準レイアウトの版が合いません。マスターを更新してください")]
    MasterVersionMismatch,
}
