//! Somebody who can write to the database tries to change the past. Every attempt is detected and named.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "audit_common/attempts.rs"]
mod attempts;
mod audit_common;

use attempts::{ATTEMPTS, KEEP, KEEP_OLD, RESTORE, RESTORE_OLD};
use audit_common::{Log, entry, logs};
use kernel::access::Action;
use kernel::time::{Clock, Timestamp};
use platform::audit::{self, AuditError, Bulk, Entry, FileWitness, Finding as F, Sealer, Shown, Witness, WitnessError};
use platform::db::Db;
use platform::keys::Keys;
use std::sync::Arc;
use std::time::Duration;

/// 700 leaves in two checkpoints: looks at a few persons, refusals, prints, bulk runs and an erasure. Answers both notes.
async fn fill(log: &Log) -> (String, String) {
    append_up_to(log, 400).await;
    let first = log.seal().await.note;
    log.tamper(&KEEP_OLD).await;
    let mut tx = log.db().write().await.unwrap();
    let erasing = entry(log.clock.now(), Action::Administer, Shown::Changed, &[]);
    assert_eq!(audit::erase_before(&mut tx, &log.keys, erasing, Timestamp::MAX, 10).await.unwrap(), 10);
    tx.commit().await.unwrap();
    append_up_to(log, 700).await;
    let second = log.seal().await.note;
    log.tamper(&KEEP).await;
    (first, second)
}

async fn append_up_to(log: &Log, end: i64) {
    let mut tx = log.db().write().await.unwrap();
    let mut next = log.number("select value as n from audit_counter").await + 1;
    while next <= end {
        let person = next % 17;
        let one: Entry = match next {
            n if n % 80 == 0 => Entry { bulk: Some(Bulk { root: [7; 32], count: n }), ..log.look(&[]) },
            n if n % 60 == 0 => entry(log.clock.now(), Action::Look, Shown::Denied, &[person]),
            n if n % 70 == 0 => entry(log.clock.now(), Action::Print, Shown::Shown, &[person]),
            n if n % 50 == 25 && n + 3 <= end => log.look(&[20, 21, 22, 23]),
            _ => log.look(&[person]),
        };
        next += one.sightings.len().max(1) as i64;
        audit::append(&mut tx, &log.keys, &one).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_attempt_is_detected_and_named() {
    for log in logs().await {
        let (_, witnessed) = fill(&log).await;
        let report = log.verify(&witnessed).await;
        assert!(report.intact() && report.sealed == 700 && report.erased == 10, "{report:?}");
        let mut wrong = Vec::new();
        for attempt in ATTEMPTS {
            log.tamper(attempt.sql).await;
            let report = log.verify(&witnessed).await;
            let findings = &report.findings;
            if !findings.iter().any(attempt.named) {
                wrong.push(format!("{}: not named, but {findings:?}", attempt.title));
            }
            let others: Vec<_> = findings.iter().filter(|f| !(attempt.named)(f) && !(attempt.also)(f)).collect();
            if !others.is_empty() {
                wrong.push(format!("{}: also named {others:?}", attempt.title));
            }
            log.tamper(&RESTORE).await;
            assert!(log.verify(&witnessed).await.intact(), "{}: not restored", attempt.title);
        }
        assert!(wrong.is_empty(), "on {}:\n{}", log.db().engine(), wrong.join("\n"));
        println!("{} attempts on {}", ATTEMPTS.len(), log.db().engine());
        log.database.remove().await;
    }
}

/// Restores the state of the first checkpoint and lets the true sealer go on from there: everything fits, but it is another history.
#[tokio::test]
async fn another_history_from_an_old_state_is_named_by_the_witness() {
    for log in logs().await {
        let (first, second) = fill(&log).await;
        log.tamper(&RESTORE_OLD).await;
        append_up_to(&log, 750).await;
        log.seal().await;
        assert!(log.verify(&first).await.intact(), "consistent with the old checkpoint");
        assert_eq!(log.verify(&second).await.findings, [F::Forked { witnessed: 700 }]);
        log.database.remove().await;
    }
}

#[tokio::test]
async fn a_sealer_that_remembers_refuses_an_old_state() {
    for log in logs().await {
        let mut sealer = Sealer::new(log.db().clone(), log.keys.clone(), Arc::new(audit_common::clock()), None).unwrap();
        append_up_to(&log, 40).await;
        sealer.tick().await.unwrap();
        log.tamper(&KEEP_OLD).await;
        append_up_to(&log, 80).await;
        sealer.tick().await.unwrap();
        log.tamper(&RESTORE_OLD).await;
        append_up_to(&log, 60).await;
        let refused = sealer.tick().await;
        assert!(matches!(refused, Err(AuditError::Witness(WitnessError::RolledBack { kept: 80, offered: 40 }))), "{refused:?}");
        log.database.remove().await;
    }
}

#[tokio::test]
async fn a_fresh_sealer_asks_the_witness_before_it_goes_on() {
    for log in logs().await {
        let folder = std::env::temp_dir().join(format!("atena-fork-{}-{}", std::process::id(), log.db().engine()));
        let witness: Arc<dyn Witness> = Arc::new(FileWitness::new(folder.join("witness"), log.keys.log_public_key()));
        let start =
            || Sealer::new(log.db().clone(), log.keys.clone(), Arc::new(audit_common::clock()), Some(witness.clone())).unwrap();
        append_up_to(&log, 40).await;
        log.seal().await;
        log.tamper(&KEEP_OLD).await;
        append_up_to(&log, 80).await;
        let (stop, stopped) = tokio::sync::watch::channel(true);
        start().run(Duration::from_secs(1), stopped).await;
        drop(stop);
        // The state of 40 leaves is put back, and 60 other leaves follow.
        log.tamper(&RESTORE_OLD).await;
        let refused = start().tick().await;
        assert!(matches!(refused, Err(AuditError::Witness(WitnessError::RolledBack { kept: 80, offered: 40 }))), "{refused:?}");
        append_up_to(&log, 100).await;
        log.seal().await;
        let refused = start().tick().await;
        assert!(matches!(refused, Err(AuditError::Witness(WitnessError::Forked { kept: 80 }))), "{refused:?}");
        std::fs::remove_dir_all(folder).unwrap();
        log.database.remove().await;
    }
}

#[tokio::test]
async fn leaves_changed_before_they_are_sealed_are_named_for_ever() {
    for log in logs().await {
        append_up_to(&log, 20).await;
        log.tamper(&[
            "update audit_leaf set result = 'denied' where id = 3",
            "update audit_leaf set chain = (select chain from audit_leaf where id = 7) where id = 5",
            "insert into audit_leaf select 21, 21, at, action, result, chain, commitment, body_hash, tag, bulk_root, bulk_count from audit_leaf where id = 9",
            "insert into audit_payload select 21, body from audit_payload where id = 9",
            "update audit_counter set value = 21",
            "delete from audit_leaf where id in (11, 12)",
            "delete from audit_payload where id in (11, 12)",
        ])
        .await;
        let waiting = log.verify("").await;
        assert_eq!(waiting.findings, [F::RemovedBeforeSealing { index: 10 }, F::RemovedBeforeSealing { index: 11 }]);
        let note = log.seal().await.note;
        let named = [
            F::RemovedBeforeSealing { index: 10 },
            F::RemovedBeforeSealing { index: 11 },
            F::NotWritten { index: 2 },
            F::NotWritten { index: 4 },
            F::NotWritten { index: 20 },
        ];
        let mut found = log.verify(&note).await.findings;
        found.sort();
        let mut expected = named.to_vec();
        expected.sort();
        assert_eq!(found, expected);
        append_up_to(&log, 40).await;
        let note = log.seal().await.note;
        log.tamper(&["update audit_link set seq = 1 where id = 3"]).await;
        assert!(
            log.verify(&note).await.findings.contains(&F::LeafChanged { index: 2 }),
            "nobody can make them genuine afterwards"
        );
        log.database.remove().await;
    }
}

#[tokio::test]
async fn the_sealer_signs_nothing_that_stands_on_changed_rows() {
    let attempts: [(&str, &[&'static str]); 7] = [
        (
            "ハッシュの束",
            &[
                "update audit_tile set data = (select data from audit_tile where level = 0 and tile = 0), width = 256 where level = 0 and tile = 2",
            ],
        ),
        ("ハッシュの束", &["delete from audit_tile where level = 1"]),
        ("最終番号の木", &["delete from audit_map"]),
        ("最終番号の表", &["delete from audit_bucket"]),
        ("検査点", &["delete from audit_checkpoint"]),
        ("検査点", &["update audit_checkpoint set note = replace(note, 'at 2026', 'at 2025')"]),
        ("発番", &["update audit_counter set value = 600"]),
    ];
    for log in logs().await {
        fill(&log).await;
        for (place, sql) in attempts {
            if place != "発番" {
                append_up_to(&log, 720).await;
            }
            log.tamper(sql).await;
            let refused = audit::seal(log.db(), &log.keys, &log.clock).await;
            assert!(matches!(&refused, Err(AuditError::Tampered(what)) if *what == place), "{sql:?}: {refused:?}");
            log.tamper(&RESTORE).await;
        }
        log.database.remove().await;
    }
}

#[tokio::test]
async fn the_copy_of_an_old_database_file_is_named() {
    let log = logs().await.remove(0);
    let file = log.database.file.clone().unwrap();
    append_up_to(&log, 100).await;
    log.seal().await;
    log.db().close().await;
    let copy = file.with_extension("old");
    std::fs::copy(&file, &copy).unwrap();
    let later = Db::open(None, &file).await.unwrap();
    let mut tx = later.write().await.unwrap();
    audit::append(&mut tx, &log.keys, &log.look(&[1])).await.unwrap();
    tx.commit().await.unwrap();
    let note = audit::seal(&later, &log.keys, &log.clock).await.unwrap().note;
    later.close().await;
    std::fs::copy(&copy, &file).unwrap();
    let old = Db::open(None, &file).await.unwrap();
    let report = audit::verify(&old, &log.keys.log_public_key(), &note).await.unwrap();
    assert_eq!(report.findings, [F::RolledBack { stored: 100, witnessed: 101 }]);
    old.close().await;
    log.database.remove().await;
}

#[tokio::test]
async fn a_log_rebuilt_with_another_key_is_not_the_log() {
    for log in logs().await {
        let (_, witnessed) = fill(&log).await;
        let empty: Vec<&'static str> = RESTORE.iter().copied().filter(|sql| sql.starts_with("delete")).collect();
        log.tamper(&empty).await;
        log.tamper(&["insert into audit_counter (name, value) values ('leaf', 0)"]).await;
        let forger = Keys::ephemeral().unwrap();
        let mut tx = log.db().write().await.unwrap();
        for n in 0..700 {
            audit::append(&mut tx, &forger, &log.look(&[n % 17])).await.unwrap();
        }
        tx.commit().await.unwrap();
        audit::seal(log.db(), &forger, &log.clock).await.unwrap();
        let report = log.verify(&witnessed).await;
        assert!(
            report.findings.contains(&F::CheckpointMissing) && report.findings.contains(&F::Forked { witnessed: 700 }),
            "{report:?}"
        );
        log.database.remove().await;
    }
}

/// Edits with a row number, drawn at random.
const EDITS: [&str; 20] = [
    "update audit_leaf set at = at - 1 where id = $1",
    "update audit_leaf set entry = entry - 1 where id = $1",
    "update audit_leaf set action = 'export' where id = $1",
    "update audit_leaf set result = 'changed' where id = $1",
    "update audit_leaf set commitment = body_hash where id = $1",
    "update audit_leaf set body_hash = commitment where id = $1",
    "update audit_leaf set tag = (select o.tag from audit_leaf o where o.id <> audit_leaf.id order by o.id limit 1) where id = $1",
    "update audit_leaf set chain = tag where id = $1",
    "update audit_leaf set bulk_root = commitment, bulk_count = 3 where id = $1",
    "delete from audit_leaf where id = $1",
    "delete from audit_leaf where id >= $1",
    "delete from audit_payload where id = $1",
    "delete from audit_payload where id <= $1",
    "update audit_payload set body = (select o.body from audit_payload o where o.id <> audit_payload.id order by o.id limit 1) where id = $1",
    "update audit_link set seq = seq + 1000 where id = $1",
    "update audit_link set prev = (select commitment from audit_leaf where id = audit_link.id) where id = $1",
    "delete from audit_link where id = $1",
    "delete from audit_link where id >= $1",
    "update audit_leaf set id = id + 1000 where id = $1",
    "update audit_payload set id = id + 1000 where id >= $1",
];

/// `ATENA_TAMPER_ROUNDS` asks for more rounds.
#[tokio::test]
async fn edits_at_random_are_all_detected() {
    let rounds: usize = std::env::var("ATENA_TAMPER_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(200);
    let log = logs().await.remove(0);
    append_up_to(&log, 150).await;
    let witnessed = log.seal().await.note;
    log.tamper(&KEEP).await;
    let (mut dice, mut done) = (1u64, 0);
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) % sides
    };
    while done < rounds {
        let (edit, id) = (EDITS[roll(EDITS.len() as u64) as usize], roll(150) as i64 + 1);
        let mut tx = log.db().write().await.unwrap();
        let touched = tx.run(edit, platform::params![id]).await.unwrap();
        tx.commit().await.unwrap();
        if touched > 0 {
            done += 1;
            assert!(!log.verify(&witnessed).await.intact(), "not detected: {edit} with {id}");
            log.tamper(&RESTORE).await;
        }
    }
    log.database.remove().await;
}
