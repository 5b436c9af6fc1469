//! The ten functions of a 中間サーバー as its specification names them, and where each is here.

use crate::interfaces::INTERFACES;
use std::fmt::Write;

/// One function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name_ja: &'static str,
    /// Its test in `tests/functions.rs`.
    pub test: &'static str,
    /// Its page; the same under `/api/v1` answers JSON.
    pub page: &'static str,
    /// Beginnings of the interface ids that belong to it.
    pub interfaces: &'static [&'static str],
    /// What speaks on the tenant's line for it, besides the interfaces.
    pub lines: &'static [&'static str],
}

const fn function(
    name_ja: &'static str,
    test: &'static str,
    page: &'static str,
    interfaces: &'static [&'static str],
    lines: &'static [&'static str],
) -> Function {
    Function { name_ja, test, page, interfaces, lines }
}

/// All ten, in the order of the specification.
pub const FUNCTIONS: [Function; 10] = [
    function("符号管理", "code_management", "/gateway/codes", &["FGU_"], &["/people", "/people/gone", "/codes"]),
    function("情報照会", "inquiry", "/gateway/inquiries", &["SKI_"], &["/consents"]),
    function("情報提供", "provision", "/gateway/provisions", &["TKY_", "JTK_", "OSR_"], &["/own", "/notices", "/recall"]),
    function("既存システム接続", "city_connection", "/gateway/connections", &[], &["/if/{id}"]),
    function("情報提供等記録管理", "record_management", "/gateway/records", &["TKM_"], &[]),
    function("情報提供データベース管理", "replica_management", "/gateway/replica", &["DBM_"], &["/compare", "/explain"]),
    function("データ送受信", "transmission", "/gateway/lines", &[], &["/messages"]),
    function("セキュリティ管理", "security", "/gateway/security", &[], &[]),
    function("職員認証・権限管理", "staff_and_authority", "/gateway/staff", &[], &[]),
    function("システム管理", "system_management", "/gateway/system", &["SCM_", "SYM_"], &[]),
];

impl Function {
    /// How many of the interfaces belong to it.
    pub fn wired(&self) -> usize {
        let belongs = |id: &str| self.interfaces.iter().any(|of| id.starts_with(of));
        INTERFACES.iter().filter(|wired| belongs(wired.id)).count()
    }
}

/// The table of the functions for `docs/generated/interfaces.md`.
pub fn table() -> String {
    let mut text = String::from(HEAD);
    for of in &FUNCTIONS {
        let ids = of.interfaces.iter().map(|id| format!("{id}…")).collect::<Vec<_>>().join(", ");
        let ids = if ids.is_empty() { String::new() } else { format!(" {ids} ({})", of.wired()) };
        let lines: String = of.lines.iter().map(|path| format!(" `POST {path}`")).collect();
        // Writing into a text does not fail.
        writeln!(text, "| {} | `{}` | `GET /api/v1{}`{ids}{lines} | `functions::{}` |", of.name_ja, of.page, of.page, of.test)
            .ok();
    }
    text
}

const HEAD: &str = "\n# The ten functions of a gateway\n\n\
Each has a page, the same data as JSON, what it takes on the tenant's line, and a test of its name\n\
([crates/gateway/tests/functions.rs](../../crates/gateway/tests/functions.rs)). `/if/{id}` takes all 83 interfaces.\n\n\
| function | page | API | test |\n|---|---|---|---|\n";
