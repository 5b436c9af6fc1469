//! SQL stands in store files only, and each crate's SQL names only its own tables.
//!
//! A table belongs to the crate whose name it starts with (`resident_person` → resident). The platform owns `platform_` and
//! `audit_` and may work on any table that it is handed, because it carries migrations, registers and exports for all.

use super::rust::words;
use super::sql_text::{Table, common_tables, looks_like_sql, tables, tokens};
use super::tree::{File, Tree};
use super::{Finding, rust::Source};

const PLATFORM: &str = "platform";

/// Looks through the product code of every crate except the platform, and through the build tool not at all.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let owners = owners(tree);
    let mut findings = Vec::new();
    for (file, source) in tree.rust().filter(|(file, _)| file.in_src()) {
        let Some(krate) = file.krate().filter(|name| *name != PLATFORM) else { continue };
        findings.extend(
            words(&source.code, "sqlx")
                .map(|at| source.line_of(at))
                .filter(|line| !source.is_test(*line))
                .map(|line| Finding::error(&file.path, line, "sqlx is for the platform only")),
        );
        findings.extend(check_registers(file, source, krate));
        findings.extend(check_literals(file, source, krate, &owners));
    }
    findings
}

/// Prefixes of tables: every crate of the tree, and the audit log of the platform.
fn owners(tree: &Tree) -> Vec<String> {
    let mut names: Vec<String> = tree.texts().filter_map(|file| file.krate().map(str::to_owned)).collect();
    names.push("audit".to_owned());
    names.sort();
    names.dedup();
    names
}

fn check_literals(file: &File, source: &Source, krate: &str, owners: &[String]) -> Vec<Finding> {
    let store = is_store(&file.path);
    let parsed: Vec<_> = source.product_literals().map(|literal| (literal.line, tokens(&literal.text))).collect();
    let local: Vec<String> = parsed.iter().flat_map(|(_, tokens)| common_tables(tokens)).collect();
    let mut findings = Vec::new();
    for (line, tokens) in &parsed {
        let sql = looks_like_sql(tokens);
        if sql && !store {
            findings.push(Finding::error(&file.path, *line, "SQL outside a store file; move it to store.rs"));
        }
        for table in tables(tokens) {
            let message = match table {
                Table::Named(name) if local.contains(&name) || belongs_to(&name, krate) => continue,
                Table::Named(name) => match owners.iter().find(|owner| belongs_to(&name, owner)) {
                    Some(owner) => format!("{krate} names the table {name} of {owner}"),
                    None if sql => format!("{krate} names {name}, which is not one of its tables"),
                    None => continue,
                },
                Table::Hidden if sql => "the name of a table must stand in the same literal".to_owned(),
                Table::Hidden => continue,
            };
            findings.push(Finding::error(&file.path, *line, message));
        }
    }
    findings
}

/// `register! { pub struct Card in "medical_aid_card" … }`: the register macro writes SQL for the table that it names.
fn check_registers(file: &File, source: &Source, krate: &str) -> Vec<Finding> {
    let declared = source.product_lines().filter(|(_, code)| code.contains("struct ") && code.contains(" in \""));
    let tables = declared.filter_map(|(line, _)| source.literals.iter().find(|literal| literal.line == line));
    let foreign = tables.filter(|literal| !belongs_to(&literal.text, krate));
    foreign.map(|l| Finding::error(&file.path, l.line, format!("{krate} declares a register in the table {}", l.text))).collect()
}

/// `store.rs`, or a file of a `store` folder.
fn is_store(path: &str) -> bool {
    path.ends_with("/store.rs") || path.contains("/store/")
}

fn belongs_to(table: &str, owner: &str) -> bool {
    table.strip_prefix(owner).is_some_and(|rest| rest.starts_with('_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, literal: &str) -> Vec<String> {
        let code = format!("const SQL: &str = \"{literal}\";\n");
        let others = [("crates/resident/src/lib.rs", ""), ("crates/medical_aid/src/lib.rs", ""), (path, code.as_str())];
        check(&Tree::of(&others)).into_iter().map(|f| f.message).collect()
    }

    const STORE: &str = "crates/medical_aid/src/store.rs";

    #[test]
    fn own_tables_in_a_store_file_are_fine() {
        assert!(messages(STORE, "select a from medical_aid_card c join medical_aid_claim m on m.id = c.id").is_empty());
        assert!(messages("crates/medical_aid/src/store/cards.rs", "delete from medical_aid_card where id = $1").is_empty());
    }

    #[test]
    fn the_table_of_a_neighbour_is_named() {
        let found = messages(STORE, "select a from medical_aid_card c, resident_person p");
        assert_eq!(found, ["medical_aid names the table resident_person of resident"]);
        let found = messages(STORE, "join audit_leaf l on true");
        assert_eq!(found, ["medical_aid names the table audit_leaf of audit"]);
    }

    #[test]
    fn a_table_of_nobody_is_named() {
        assert_eq!(messages(STORE, "insert into cards values ($1)"), ["medical_aid names cards, which is not one of its tables"]);
    }

    #[test]
    fn sql_elsewhere_is_found() {
        let found = messages("crates/medical_aid/src/web/card.rs", "select a from medical_aid_card");
        assert_eq!(found, ["SQL outside a store file; move it to store.rs"]);
        assert!(messages("crates/medical_aid/src/web/card.rs", "the card from your counter").is_empty());
        assert_eq!(messages("crates/app/src/main.rs", "a b from resident_person").len(), 1);
    }

    #[test]
    fn a_hidden_table_name_is_found() {
        assert_eq!(messages(STORE, "select a from {table}"), ["the name of a table must stand in the same literal"]);
    }

    #[test]
    fn common_tables_of_the_file_are_its_own() {
        assert!(messages(STORE, "with newest as (select 1 from medical_aid_card) select a from newest").is_empty());
    }

    #[test]
    fn the_platform_is_free_and_tests_are_not_read() {
        assert!(messages("crates/platform/src/db.rs", "select a from resident_person").is_empty());
        assert!(messages("crates/medical_aid/tests/a.rs", "select a from resident_person").is_empty());
    }

    #[test]
    fn a_register_stands_in_a_table_of_its_own_crate() {
        let declare = |table: &str| {
            let code = format!(
                "register! {{\n    /// A card.\n    pub struct Card in \"{table}\" named \"証\", purpose \"x\" {{ a: i64; }}\n}}\n"
            );
            check(&Tree::of(&[("crates/medical_aid/src/model.rs", code.as_str())])).len()
        };
        assert_eq!(declare("medical_aid_card"), 0);
        assert_eq!(declare("resident_person"), 1);
    }

    #[test]
    fn the_database_library_is_found_in_code() {
        let tree = Tree::of(&[("crates/hub/src/store.rs", "use sqlx::Row; // sqlx\n")]);
        assert_eq!(check(&tree).len(), 1);
    }
}
