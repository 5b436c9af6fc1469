//! The ground crates are pure: no input or output, no async, no clock of their own.

use super::rust::{Source, matching, words};
use super::tree::Tree;
use super::{Finding, rust};

/// Crates that must stay pure.
const GROUND: [&str; 9] = ["kernel", "mynumber", "reference", "law", "receipts", "forms", "wire", "exchange_sim", "matching"];

const BANNED: [&str; 11] = [
    "tokio::",
    "axum::",
    "sqlx::",
    "async_std::",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::os",
    "SystemTime",
    "Instant",
];

/// Looks through the product code of the ground crates.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let ground = tree.rust().filter(|(file, _)| file.in_src() && file.krate().is_some_and(|name| GROUND.contains(&name)));
    ground.flat_map(|(file, source)| uses(source).into_iter().map(|(line, what)| finding(&file.path, line, &what))).collect()
}

fn finding(path: &str, line: usize, what: &str) -> Finding {
    Finding::error(path, line, format!("`{}` in a ground crate, which must stay pure", what.trim_end_matches("::")))
}

fn uses(source: &Source) -> Vec<(usize, String)> {
    let single =
        BANNED.iter().flat_map(|banned| words(&source.code, banned).map(|at| (source.line_of(at), (*banned).to_owned())));
    single.chain(grouped(source)).filter(|(line, _)| !source.is_test(*line)).collect()
}

/// Members of `use std::{fs, io}` that are banned as `std::fs`.
fn grouped(source: &Source) -> Vec<(usize, String)> {
    let bytes = source.code.as_bytes();
    let mut found = Vec::new();
    for at in words(&source.code, "std::{") {
        let open = at + "std::".len();
        let close = matching(bytes, open);
        let mut depth = 0;
        let mut fresh = true;
        for (offset, byte) in bytes.iter().enumerate().take(close).skip(open + 1) {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                b',' => fresh = depth == 0,
                b if rust::is_word(*b) && fresh && depth == 0 => {
                    let rest = source.code.get(offset..close).unwrap_or_default();
                    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    let path = format!("std::{name}");
                    if BANNED.contains(&path.as_str()) {
                        found.push((source.line_of(offset), path));
                    }
                    fresh = false;
                }
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, code: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, code)])).iter().map(|f| f.line).collect()
    }

    #[test]
    fn files_sockets_clocks_and_runtimes_are_found() {
        let code = "use std::fs::File;\nuse tokio::sync::Mutex;\nfn a() { std::env::var(\"X\"); }\nlet t = SystemTime::now();\n";
        let mut found = lines("crates/law/src/lib.rs", code);
        found.sort();
        assert_eq!(found, [1, 2, 3, 4]);
    }

    #[test]
    fn grouped_imports_are_found_and_only_their_own_level_counts() {
        assert_eq!(lines("crates/kernel/src/a.rs", "use std::{\n    collections::{self, BTreeMap},\n    net,\n};\n"), [3]);
        assert!(lines("crates/kernel/src/a.rs", "use std::{fmt, my::{fs, net}};\n").is_empty());
    }

    #[test]
    fn io_traits_comments_texts_and_tests_are_fine() {
        let code =
            "use std::io::Read; // not std::fs\nconst A: &str = \"std::net\";\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n";
        assert!(lines("crates/receipts/src/lib.rs", code).is_empty());
        assert!(lines("crates/receipts/examples/bench.rs", "use std::fs;").is_empty());
    }

    #[test]
    fn other_crates_may_do_what_they_need() {
        assert!(lines("crates/platform/src/lib.rs", "use std::fs;").is_empty());
    }
}
