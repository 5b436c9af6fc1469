//! Every relative link in the documents leads somewhere.

use super::Finding;
use super::tree::{File, Tree};

/// Follows the relative links of every Markdown file.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let documents = tree.texts().filter(|file| file.path.ends_with(".md"));
    documents.flat_map(|file| dead_links(file, tree)).collect()
}

fn dead_links(file: &File, tree: &Tree) -> Vec<Finding> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut findings = Vec::new();
    let mut fenced = false;
    for (n, line) in file.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for target in targets(&without_code(line)) {
            if !resolve(folder, &target).is_some_and(|path| tree.has(&path)) {
                findings.push(Finding::error(&file.path, n, format!("the link to {target} leads nowhere")));
            }
        }
    }
    findings
}

/// The line with `inline code` blanked.
fn without_code(line: &str) -> String {
    line.split('`').enumerate().map(|(n, part)| if n % 2 == 0 { part } else { "" }).collect()
}

/// Relative targets of `[text](target)` and `![text](target "title")`, without their anchors.
fn targets(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, opening) in line.match_indices("](") {
        let rest = line.get(at + opening.len()..).unwrap_or_default();
        let inside = rest.split(')').next().unwrap_or_default();
        let target = inside.split_whitespace().next().unwrap_or_default().trim_matches(['<', '>']);
        let path = target.split('#').next().unwrap_or_default();
        let elsewhere = target.contains("://") || target.starts_with("mailto:");
        if !path.is_empty() && !elsewhere {
            found.push(path.to_owned());
        }
    }
    found
}

/// The path from the root that a target means in a folder; `None` when it leaves the tree.
fn resolve(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().filter(|p| !p.is_empty())?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(document: &str) -> Vec<usize> {
        let tree = Tree::of(&[("docs/guides/a.md", document), ("docs/b.md", ""), ("README.md", "")]);
        check(&tree).iter().map(|f| f.line).collect()
    }

    #[test]
    fn a_link_to_a_missing_file_is_found() {
        assert_eq!(dead("[b](../b.md) [c](../c.md)\n![p](p.png \"title\")\n"), [1, 2]);
    }

    #[test]
    fn files_folders_anchors_and_web_addresses_are_fine() {
        assert!(
            dead("[b](../b.md#part) [d](..) [r](/README.md) [w](https://example.org/x) [h](#here) [g](../guides/)\n").is_empty()
        );
    }

    #[test]
    fn code_is_not_read_and_leaving_the_tree_is_found() {
        assert!(dead("`[x](none.md)`\n```\n[y](none.md)\n```\n").is_empty());
        assert_eq!(dead("[up](../../../x.md)\n"), [1]);
    }
}
