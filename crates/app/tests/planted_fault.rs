//! The story must be able to fail: with a fault planted, `atena demo --headless` ends with an error that names it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::process::Command;

fn play(fault: &str) -> (bool, String) {
    let folder = std::env::temp_dir().join(format!("atena-planted-{fault}-{}", std::process::id()));
    let played = Command::new(env!("CARGO_BIN_EXE_atena"))
        .args(["demo", "--headless", "--residents", "1500", "--plant", fault, "--data"])
        .arg(&folder)
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).ok();
    let said = String::from_utf8_lossy(&played.stdout).into_owned() + &String::from_utf8_lossy(&played.stderr);
    (played.status.success(), said)
}

#[test]
fn an_entry_that_was_changed_ends_the_story() {
    let (held, said) = play("tampered-log");
    assert!(!held && said.contains("× ") && said.contains("改変・欠落・入替え・巻戻し"), "{said}");
    assert!(said.lines().any(|line| line.trim_start().starts_with('…')), "it is named: {said}");
}

#[test]
fn an_entry_that_was_taken_out_ends_the_story() {
    let (held, said) = play("lost-entry");
    assert!(!held && said.contains("× ") && said.contains("改変・欠落・入替え・巻戻し"), "{said}");
    assert!(said.lines().any(|line| line.trim_start().starts_with('…')), "it is named: {said}");
}

#[test]
fn a_bill_one_yen_too_high_ends_the_story() {
    let (held, said) = play("wrong-bill");
    assert!(!held && said.contains("1円 多い") && said.contains("× "), "{said}");
}

#[test]
fn a_fault_that_nobody_knows_is_refused() {
    let (held, said) = play("no-such-fault");
    assert!(!held && said.contains("仕込めません"), "{said}");
}
