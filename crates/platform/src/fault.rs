//! One shape for every failure that a person sees: what happened, why, and what to do.

use crate::audit::AuditError;
use crate::db::DbError;
use crate::keys::KeyError;
use std::fmt;

/// What kind of failure, which decides the HTTP status and the colour of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The input does not fit; nothing was stored. 422.
    Invalid,
    /// Nobody has signed in, or the sign-in has expired. 401.
    SignedOut,
    /// Not allowed for this person, purpose or case. 403.
    Refused,
    /// No such thing, or not visible under this case. 404.
    Missing,
    /// Somebody else was faster, or the state does not permit it. 409.
    Conflict,
    /// The system cannot do it now. 503.
    Unavailable,
    /// A defect. 500.
    Defect,
}

/// A problem with one field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    /// Name of the form field.
    pub field: &'static str,
    /// What is wrong and what to do, in Japanese.
    pub message: String,
    /// Code of an interface for it, such as E0001; empty where no interface asks for one.
    pub code: &'static str,
}

impl FieldProblem {
    /// A problem without a code.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into(), code: "" }
    }

    /// A problem that an interface has a code for; the clerk reads it behind the sentence.
    pub fn coded(field: &'static str, code: &'static str, message: &str) -> Self {
        Self { field, message: format!("{message}({code})"), code }
    }

    /// The sentence without the code.
    pub fn sentence(&self) -> &str {
        self.message.strip_suffix(&format!("({})", self.code)).unwrap_or(&self.message)
    }
}

/// A failure as a person sees it. Never contains personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Kind.
    pub kind: FaultKind,
    /// 何が
    pub what: String,
    /// なぜ
    pub why: String,
    /// どうする
    pub todo: String,
    /// Problems of single fields, when the input was a form.
    pub fields: Vec<FieldProblem>,
}

impl Fault {
    /// A failure in three sentences.
    pub fn new(kind: FaultKind, what: impl Into<String>, why: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { kind, what: what.into(), why: why.into(), todo: todo.into(), fields: vec![] }
    }

    /// A form with problems; nothing was stored.
    pub fn invalid(fields: Vec<FieldProblem>) -> Self {
        let what = format!("入力に{}件の誤りがあります", fields.len());
        Self {
            fields,
            ..Self::new(FaultKind::Invalid, what, "まだ何も保存していません", "印のついた項目を直して、もう一度送ってください")
        }
    }

    /// One field with a problem.
    pub fn field(field: &'static str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldProblem::new(field, message)])
    }

    /// Not there, or not visible: the two look alike on purpose.
    pub fn missing(what: &str) -> Self {
        let why = "記録がないか、この事務・案件では扱えません";
        Self::new(FaultKind::Missing, format!("{what}が見つかりません"), why, "番号と案件を確かめてください")
    }

    /// Not allowed.
    pub fn refused(why: impl Into<String>) -> Self {
        let todo = "事務と案件を確かめてください。必要なときは所属の係長に相談してください";
        Self::new(FaultKind::Refused, "この操作はできません", why, todo)
    }

    /// The state does not permit it.
    pub fn conflict(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(FaultKind::Conflict, what, why, "画面を読み直し、いまの状態を確かめてから続けてください")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}。{}。{}。", self.what, self.why, self.todo)
    }
}

impl std::error::Error for Fault {}

impl From<DbError> for Fault {
    fn from(error: DbError) -> Self {
        tracing::warn!(%error, "database");
        let what = "保存・読み出しができませんでした";
        match error {
            DbError::Unavailable => {
                Fault::new(FaultKind::Unavailable, what, "データベースに接続できません", "時間をおいてもう一度操作してください")
            }
            DbError::Storage => Fault::new(
                FaultKind::Unavailable,
                what,
                "保存する場所に書き込めません。何も保存していません",
                "情報政策課へ連絡してください",
            ),
            DbError::Busy => {
                let why = "ほかの人の処理と重なりました。何も保存していません";
                Fault::new(FaultKind::Conflict, what, why, "同じ画面からもう一度送ってください")
            }
            DbError::Constraint(_) => {
                Fault::conflict("登録できませんでした", "同じ記録が既にあるか、決まりに合いません。何も保存していません")
            }
            DbError::CommitUnknown => {
                let todo = "同じ画面からもう一度送ってください。二重には登録されません";
                Fault::new(FaultKind::Unavailable, "保存できたか確かめられませんでした", "データベースの応答が途切れました", todo)
            }
            DbError::Shape(_) | DbError::Other(_) => Fault::new(
                FaultKind::Defect,
                what,
                "内部の処理に失敗しました。何も保存していません",
                "情報政策課へ連絡してください",
            ),
        }
    }
}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        tracing::error!(%error, "keys");
        Fault::new(FaultKind::Unavailable, "暗号化された項目を扱えません", error.to_string(), "情報政策課へ連絡してください")
    }
}

impl From<AuditError> for Fault {
    fn from(error: AuditError) -> Self {
        use DbError::{Busy, CommitUnknown, Storage, Unavailable};
        if let AuditError::Db(error @ (Busy | CommitUnknown | Storage | Unavailable)) = error {
            // The whole unit failed with it; the database's own reason says what to do.
            return error.into();
        }
        tracing::error!(%error, "audit");
        let why = "閲覧・操作の記録を残せないため、表示も保存もしていません";
        Fault::new(FaultKind::Unavailable, "記録を残せませんでした", why, "情報政策課へ連絡してください")
    }
}
