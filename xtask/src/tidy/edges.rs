//! Which of our crates may depend on which: the map of docs/architecture.md as a table, read against the manifests.

use super::Finding;
use super::tree::Tree;

/// A crate of ours and what it may use in the product. `testkit` may be used by everyone's tests.
const ALLOWED: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    // Check digits and their errors are shared; the number itself has no other home.
    ("mynumber", &["kernel"]),
    ("reference", &["kernel"]),
    ("wire", &["kernel"]),
    // The simulation of the exchange: run by tests and an example, linked by nothing.
    ("exchange_sim", &["kernel", "wire"]),
    ("law", &["kernel"]),
    ("receipts", &["kernel"]),
    ("matching", &["kernel"]),
    ("linkage", &["kernel", "matching", "mynumber", "reference"]),
    ("forms", &["kernel"]),
    ("platform", &["kernel", "reference"]),
    ("ports", &["kernel", "mynumber", "platform", "wire"]),
    ("webkit", &["kernel", "platform", "forms", "reference"]),
    ("claims", &["kernel", "receipts", "forms", "platform", "ports", "webkit", "payments", "reference"]),
    ("payments", &["kernel", "forms", "platform", "ports", "webkit", "reference"]),
    ("desk", &["kernel", "platform", "webkit"]),
    ("hub", &["kernel", "mynumber", "wire", "matching", "platform", "ports", "webkit"]),
    ("exchange", &["kernel", "wire", "platform", "ports", "webkit"]),
    ("line", &["kernel", "wire"]),
    // Zones of the exchange. No 個人番号 in gateway and network: they may not name the crate that holds it.
    ("gateway", &["kernel", "wire", "platform", "webkit", "line"]),
    ("refnet", &["kernel", "wire", "platform", "webkit", "line"]),
    ("refjuki", &["kernel", "mynumber", "wire", "platform", "webkit", "line"]),
    ("portal", &["kernel", "platform", "ports", "webkit"]),
    ("synth", &["kernel", "mynumber", "receipts", "reference"]),
    ("testkit", &["kernel", "platform", "webkit"]),
    ("xtask", &[]),
];

/// Zones of the exchange meet in tests only.
const ZONES: &[&str] = &["gateway", "refnet", "refjuki"];
const PEERS_IN_TESTS: &[&str] = &["exchange_sim", "gateway", "refnet"];

/// Programmes never see one another and never the hub.
const PROGRAMMES: &[&str] =
    &["resident", "koseki", "tax", "insurance", "medical_aid", "family", "health", "welfare", "governance"];
const PROGRAMME_MAY_USE: &[&str] =
    &["kernel", "law", "forms", "platform", "ports", "webkit", "claims", "payments", "mynumber", "reference", "wire"];

/// The one crate that may know all others.
const COMPOSITION: &str = "app";

/// Libraries that only one crate may name, so that the wall around it is real.
const RESERVED: &[(&str, &str)] = &[("sqlx", "platform"), ("jiff-sqlx", "platform")];

/// Reads every manifest against the table.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.texts() {
        let Some(name) = crate_of_manifest(&file.path) else { continue };
        match file.text.parse::<toml::Table>() {
            Ok(manifest) => findings.extend(check_manifest(&file.path, name, &file.text, &manifest)),
            Err(e) => findings.push(Finding::error(&file.path, 1, format!("not a manifest: {e}"))),
        }
    }
    findings
}

/// The crate whose manifest lies at this path; a fuzz package inside a crate is not one of ours.
fn crate_of_manifest(path: &str) -> Option<&str> {
    let folder = path.strip_suffix("/Cargo.toml")?;
    let name = folder.strip_prefix("crates/").unwrap_or(folder);
    (!name.contains('/')).then_some(name)
}

fn allowed(name: &str) -> Option<&'static [&'static str]> {
    if PROGRAMMES.contains(&name) {
        return Some(PROGRAMME_MAY_USE);
    }
    ALLOWED.iter().find(|(of, _)| *of == name).map(|(_, may)| *may)
}

fn is_ours(name: &str) -> bool {
    name == COMPOSITION || allowed(name).is_some()
}

fn check_manifest(path: &str, name: &str, text: &str, manifest: &toml::Table) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !is_ours(name) {
        findings.push(Finding::error(
            path,
            1,
            format!("crate `{name}` is not in the table of allowed edges; add it there first"),
        ));
        return findings;
    }
    for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
        let Some(dependencies) = manifest.get(section).and_then(|s| s.as_table()) else { continue };
        for used in dependencies.keys() {
            let line = line_of(text, section, used);
            let in_tests = section == "dev-dependencies" && (used == "testkit" || is_peer_in_tests(name, used));
            if is_ours(used) && !in_tests && !may_use(name, used) {
                findings.push(Finding::error(path, line, format!("{name} → {used} is not an allowed edge ({section})")));
            }
            if let Some((library, owner)) = RESERVED.iter().find(|(library, owner)| library == used && *owner != name) {
                findings.push(Finding::error(path, line, format!("{library} is for {owner} only")));
            }
        }
    }
    findings
}

fn may_use(name: &str, used: &str) -> bool {
    name == COMPOSITION || allowed(name).is_some_and(|may| may.contains(&used))
}

/// In tests, a zone may talk to the simulated gateway and to the other zones.
fn is_peer_in_tests(name: &str, used: &str) -> bool {
    ZONES.contains(&name) && PEERS_IN_TESTS.contains(&used)
}

fn line_of(text: &str, section: &str, dependency: &str) -> usize {
    let header = format!("[{section}]");
    let starts = |line: &str| line.strip_prefix(dependency).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    let mut lines = text.lines().enumerate().skip_while(|(_, line)| line.trim() != header);
    lines.find(|(_, line)| starts(line)).map_or(1, |(n, _)| n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, manifest: &str) -> Vec<String> {
        check(&Tree::of(&[(path, manifest)])).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_programme_that_sees_another_programme_is_named() {
        let found =
            messages("crates/resident/Cargo.toml", "[dependencies]\nkernel.workspace = true\nmedical_aid.workspace = true\n");
        assert_eq!(found, ["error: crates/resident/Cargo.toml:3: resident → medical_aid is not an allowed edge (dependencies)"]);
    }

    #[test]
    fn nobody_but_the_composition_sees_the_hub() {
        assert_eq!(messages("crates/desk/Cargo.toml", "[dependencies]\nhub.workspace = true\n").len(), 1);
        assert_eq!(messages("crates/app/Cargo.toml", "[dependencies]\nhub.workspace = true\n").len(), 0);
    }

    #[test]
    fn testkit_is_for_tests_only() {
        assert_eq!(messages("crates/law/Cargo.toml", "[dev-dependencies]\ntestkit.workspace = true\n").len(), 0);
        assert_eq!(messages("crates/law/Cargo.toml", "[dependencies]\ntestkit.workspace = true\n").len(), 1);
    }

    #[test]
    fn zones_of_the_exchange_meet_in_tests_only() {
        assert_eq!(messages("crates/refjuki/Cargo.toml", "[dev-dependencies]\nrefnet.workspace = true\n").len(), 0);
        assert_eq!(messages("crates/refjuki/Cargo.toml", "[dependencies]\nrefnet.workspace = true\n").len(), 1);
        // No zone that may not hold a 個人番号 can even name its type, in tests neither, nor what they all rest on.
        for zone in ["refnet", "gateway", "wire", "line", "exchange_sim", "platform", "webkit"] {
            for part in ["dependencies", "dev-dependencies", "build-dependencies"] {
                let manifest = format!("[{part}]\nmynumber.workspace = true\n");
                assert_eq!(messages(&format!("crates/{zone}/Cargo.toml"), &manifest).len(), 1, "{zone} {part}");
            }
        }
        assert_eq!(messages("crates/gateway/Cargo.toml", "[dependencies]\nports.workspace = true\n").len(), 1);
        assert_eq!(messages("crates/hub/Cargo.toml", "[dev-dependencies]\nrefnet.workspace = true\n").len(), 1);
    }

    #[test]
    fn the_database_library_belongs_to_the_platform() {
        assert_eq!(messages("crates/platform/Cargo.toml", "[dependencies]\nsqlx = \"1\"\n").len(), 0);
        assert_eq!(messages("crates/hub/Cargo.toml", "[dev-dependencies]\nsqlx = \"1\"\n").len(), 1);
    }

    #[test]
    fn fuzz_packages_are_not_crates_of_ours() {
        assert!(messages("crates/receipts/fuzz/Cargo.toml", "[dependencies]\nreceipts.path = \"..\"\n").is_empty());
        assert_eq!(messages("xtask/Cargo.toml", "[dependencies]\nkernel.workspace = true\n").len(), 1);
    }

    #[test]
    fn a_crate_without_a_row_in_the_table_is_refused() {
        assert_eq!(messages("crates/helpers/Cargo.toml", "[dependencies]\n").len(), 1);
    }
}
