//! Words that must not be in the tree: unfinished work, silenced lints without a reason, a bypass of the disclosure gate, and the
//! names of package hosts and of one machine's folders.

use super::Finding;
use super::rust::{Source, matching, words};
use super::tree::{File, Tree};

const UNFINISHED_CODE: [&str; 3] = ["todo!", "unimplemented!", "dbg!"];
/// Written in two pieces so that this file passes its own check.
const UNFINISHED_NOTES: [&str; 2] = [concat!("FIX", "ME"), concat!("XX", "X")];
const SEAL: &str = "Cleared::seal(";

/// Looks for banned words in Rust files.
pub fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .flat_map(|(file, source)| [unfinished(file, source), seals(file, source), silenced(file, source)].into_iter().flatten())
        .collect()
}

fn unfinished(file: &File, source: &Source) -> Vec<Finding> {
    let code = UNFINISHED_CODE.iter().flat_map(|word| words(&source.code, word).map(move |at| (source.line_of(at), *word)));
    let notes = UNFINISHED_NOTES.iter().flat_map(|word| words(&file.text, word).map(move |at| (source.line_of(at), *word)));
    code.chain(notes)
        .map(|(line, word)| Finding::error(&file.path, line, format!("`{word}`: finish it or leave it out")))
        .collect()
}

/// Only the gate (platform), the type's own crate and the tests of forms may seal values as cleared.
fn seals(file: &File, source: &Source) -> Vec<Finding> {
    let places = words(&source.code, SEAL).map(|at| source.line_of(at));
    let wrong = places.filter(|line| match file.krate() {
        Some("platform" | "kernel") => false,
        Some("forms") => !source.is_test(*line),
        _ => true,
    });
    wrong.map(|line| Finding::error(&file.path, line, "only the disclosure gate may seal values as cleared")).collect()
}

/// `allow` and `expect` attributes without `reason = …`.
fn silenced(file: &File, source: &Source) -> Vec<Finding> {
    let attributes = ["#[allow(", "#![allow(", "#[expect(", "#![expect("];
    let places = attributes.iter().flat_map(|start| {
        source.code.match_indices(start).map(move |(at, _)| (at, matching(source.code.as_bytes(), at + start.len() - 1)))
    });
    let bare = places.filter(|(from, to)| source.code.get(*from..*to).is_none_or(|text| words(text, "reason").next().is_none()));
    bare.map(|(at, _)| Finding::error(&file.path, source.line_of(at), "a silenced lint needs `reason = \"…\"`")).collect()
}

/// Host names of package registries, in two pieces each.
const HOSTS: [&str; 6] = [
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("deb.debian", ".org"),
];
/// Absolute folders of one machine.
const FOLDERS: [&str; 2] = [concat!("/wor", "k/"), concat!("/tm", "p/")];
/// Lock files name their registry by design.
const LOCKS: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// Looks for names of hosts and machine folders in every text file.
pub fn check_places(tree: &Tree) -> Vec<Finding> {
    let files = tree.texts().filter(|file| !LOCKS.iter().any(|lock| file.path.ends_with(lock)));
    files
        .flat_map(|file| {
            file.lines()
                .filter_map(|(n, line)| place(line).map(|what| (n, what)))
                .map(|(n, what)| Finding::error(&file.path, n, format!("names {what}")))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn place(line: &str) -> Option<&'static str> {
    if HOSTS.iter().any(|host| line.contains(host)) {
        return Some("the host of a package registry");
    }
    let begins_path = |at: usize| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| c.is_whitespace() || "\"'`(<[=:,".contains(c))
    };
    let absolute = FOLDERS.iter().any(|folder| line.match_indices(folder).any(|(at, _)| begins_path(at)));
    absolute.then_some("a folder of one machine")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).iter().map(|f| f.line).collect()
    }

    fn places(path: &str, text: &str) -> Vec<usize> {
        check_places(&Tree::of(&[(path, text)])).iter().map(|f| f.line).collect()
    }

    #[test]
    fn unfinished_code_is_found_even_in_tests_but_not_in_texts() {
        assert_eq!(found("crates/x/src/a.rs", "fn a() {\n    todo!()\n}\n#[test]\nfn b() { dbg!(1); }\n"), [2, 5]);
        assert!(found("crates/x/src/a.rs", "const A: &str = \"todo!\"; // dbg!\nfn my_todo() {}\n").is_empty());
    }

    #[test]
    fn notes_of_unfinished_work_are_found_in_comments() {
        let text = format!("// {}: later\n// {}\n// XXXL\n", UNFINISHED_NOTES[0], UNFINISHED_NOTES[1]);
        assert_eq!(found("crates/x/src/a.rs", &text), [1, 2]);
    }

    #[test]
    fn a_programme_cannot_clear_values_by_itself() {
        let code = "fn a() { Cleared::seal(name) }\n#[cfg(test)]\nmod tests { fn b() { Cleared::seal(name) } }\n";
        assert_eq!(found("crates/resident/src/web.rs", code), [1, 3]);
        assert_eq!(found("crates/forms/src/lib.rs", code), [1]);
        assert!(found("crates/platform/src/gate.rs", code).is_empty());
    }

    #[test]
    fn a_silenced_lint_says_why() {
        assert_eq!(found("crates/x/src/a.rs", "#[allow(dead_code)]\nfn a() {}\n#![expect(\n    clippy::panic,\n)]\n"), [1, 3]);
        assert!(found("crates/x/src/a.rs", "#[expect(clippy::panic, reason = \"why\")]\nfn a() {}\n").is_empty());
    }

    #[test]
    fn hosts_and_machine_folders_are_found_in_any_text_file() {
        let text = format!("see https://{}/x\ncd \"{}main\"\nfine\n", HOSTS[0], FOLDERS[0]);
        assert_eq!(places("docs/a.md", &text), [1, 2]);
        assert!(places("Cargo.lock", &text).is_empty());
    }

    #[test]
    fn a_folder_of_that_name_inside_an_address_is_fine() {
        let text = format!("https://www.example.go.jp{}x and target{}y\n", FOLDERS[0], FOLDERS[1]);
        assert!(places("docs/a.md", &text).is_empty());
    }
}
