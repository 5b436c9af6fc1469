//! The words of access control: who acts, for what, on which items, and how a person came into view.

use serde::{Deserialize, Serialize};

/// 事務: the purpose a session acts for. The code names it in policies, cases and the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Purpose {
    /// Code, for instance `juki`.
    pub code: &'static str,
    /// Name on screen, for instance 住民記録.
    pub name_ja: &'static str,
    /// Short word in case numbers, for instance 住記.
    pub short_ja: &'static str,
    /// Legal basis shown beside every page.
    pub basis_ja: &'static str,
}

/// What a session does to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Shows on a page or answers through the API.
    Look,
    /// Finds by a search.
    Search,
    /// Prints or makes a document.
    Print,
    /// Writes a file that leaves.
    Export,
    /// Drafts a change (起案, 仮登録).
    Draft,
    /// Decides (決裁).
    Decide,
    /// Runs a batch.
    Run,
    /// Administers staff, cases or the system.
    Administer,
}

impl Action {
    /// Every action, in a fixed order.
    pub const ALL: [Action; 8] = [
        Action::Look,
        Action::Search,
        Action::Print,
        Action::Export,
        Action::Draft,
        Action::Decide,
        Action::Run,
        Action::Administer,
    ];

    /// Name in policies and the log.
    pub fn code(self) -> &'static str {
        match self {
            Action::Look => "look",
            Action::Search => "search",
            Action::Print => "print",
            Action::Export => "export",
            Action::Draft => "draft",
            Action::Decide => "decide",
            Action::Run => "run",
            Action::Administer => "administer",
        }
    }

    /// Word on screen and in a resident's access list.
    pub fn label_ja(self) -> &'static str {
        match self {
            Action::Look => "閲覧",
            Action::Search => "検索",
            Action::Print => "印刷",
            Action::Export => "持出し",
            Action::Draft => "起案",
            Action::Decide => "決裁",
            Action::Run => "一括処理",
            Action::Administer => "管理",
        }
    }
}

/// How a person came into view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// 求めた: a subject of the case.
    AskedFor,
    /// 付随: shown along the way, such as the other members of a household.
    Incidental,
}

impl Relation {
    /// Word on screen and in a resident's access list.
    pub fn label_ja(self) -> &'static str {
        match self {
            Relation::AskedFor => "求めた",
            Relation::Incidental => "付随",
        }
    }
}

/// How carefully an item must be treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sensitivity {
    /// No personal information by itself (codes, states).
    Plain,
    /// 個人情報.
    Personal,
    /// 要配慮・特に慎重に扱う個人情報 (生活保護, 病歴, 支援措置).
    Sensitive,
    /// 特定個人情報 (個人番号) and secrets such as 住民票コード and accounts: encrypted per field.
    Secret,
}

impl Sensitivity {
    /// Word in the data dictionary.
    pub fn label_ja(self) -> &'static str {
        match self {
            Sensitivity::Plain => "一般",
            Sensitivity::Personal => "個人情報",
            Sensitivity::Sensitive => "要配慮",
            Sensitivity::Secret => "特定個人情報等",
        }
    }
}
