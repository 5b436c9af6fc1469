//! Every row of a tenant, for tests that nothing has changed.

use super::Side;
use std::collections::BTreeMap;

/// Columns of every table of a database.
const SQLITE: &str = "select m.name as tab, p.name as col, p.type as kind from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table' and m.name not like 'sqlite_%' order by 1, 2";
const POSTGRES: &str = "select cast(table_name as text) as tab, cast(column_name as text) as col, cast(data_type as text) as kind from information_schema.columns where table_schema = current_schema() order by 1, 2";

/// What changes when somebody is refused: who took a turn, and what operators are told.
const APART: [&str; 2] = ["gateway_turn.turns", "gateway_alarm"];

/// Every row of every table as text, sorted.
pub async fn everything(side: &Side) -> BTreeMap<String, Vec<String>> {
    let mut tx = side.database.db.read().await.unwrap();
    let postgres = tx.is_postgres();
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in tx.all(if postgres { POSTGRES } else { SQLITE }, vec![]).await.unwrap() {
        let [table, column, kind] = ["tab", "col", "kind"].map(|name| row.get::<String>(name).unwrap());
        let bytes = ["blob", "bytea"].contains(&kind.to_lowercase().as_str());
        let text = match (bytes, postgres) {
            (true, true) => format!("encode({column}, 'hex')"),
            (true, false) => format!("hex({column})"),
            _ => format!("cast({column} as text)"),
        };
        if !APART.contains(&table.as_str()) && !APART.contains(&format!("{table}.{column}").as_str()) {
            tables.entry(table).or_default().push(format!("coalesce({text}, '-')"));
        }
    }
    assert!(tables.len() > 20 && tables.contains_key("gateway_inquiry") && tables.contains_key("platform_task"), "{tables:?}");
    let mut all = BTreeMap::new();
    for (table, columns) in tables {
        let sql: &'static str = format!("select {} as line from {table} order by 1", columns.join(" || '|' || ")).leak();
        let rows = tx.all(sql, vec![]).await.unwrap();
        all.insert(table, rows.iter().map(|row| row.get("line").unwrap()).collect());
    }
    all
}
