//! The log at work: one leaf per act and person, sealed within a second, readable by the person and provable by anybody.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod audit_common;

use audit_common::{Log, clock, entry, logs};
use kernel::access::{Action, Relation};
use kernel::time::Clock;
use kernel::{Date, time::Timestamp};
use platform::audit::merkle::{verify_consistency, verify_inclusion};
use platform::audit::{self, AuditError, Bulk, LogFilter, Place, Recorder, Sealer, Shown, Witness};
use platform::keys::Keys;
use std::sync::Arc;
use std::time::Duration;

const DAY: Date = Date::constant(2026, 11, 20);

#[tokio::test]
async fn every_statement_is_valid_on_both_databases() {
    for log in logs().await {
        for statement in audit::statements() {
            log.db().prepare(statement.sql).await.unwrap_or_else(|e| panic!("{} on {}: {e}", statement.name, log.db().engine()));
        }
        log.database.remove().await;
    }
}

#[tokio::test]
async fn one_leaf_per_look_print_export_denial_and_change() {
    for log in logs().await {
        let now = log.clock.now();
        log.append(&entry(now, Action::Look, Shown::Shown, &[1, 2, 3, 4])).await;
        log.append(&entry(now, Action::Look, Shown::Shown, &[1])).await;
        log.append(&entry(now, Action::Print, Shown::Shown, &[1])).await;
        log.append(&entry(now, Action::Export, Shown::Shown, &[])).await;
        log.append(&entry(now, Action::Look, Shown::Denied, &[5])).await;
        log.append(&entry(now, Action::Decide, Shown::Changed, &[1, 2])).await;
        let counts = audit::counts(&mut log.db().read().await.unwrap()).await.unwrap();
        let counts: Vec<_> = counts.iter().map(|c| (c.action.as_str(), c.result.as_str(), c.entries, c.leaves)).collect();
        let expected = [
            ("decide", "changed", 1, 2),
            ("export", "shown", 1, 1),
            ("look", "denied", 1, 1),
            ("look", "shown", 2, 5),
            ("print", "shown", 1, 1),
        ];
        assert_eq!(counts, expected);
        log.database.remove().await;
    }
}

#[tokio::test]
async fn an_entry_that_cannot_be_stored_fails_and_a_unit_that_fails_leaves_none() {
    for log in logs().await {
        let mut tx = log.db().write().await.unwrap();
        audit::append(&mut tx, &log.keys, &log.look(&[1])).await.unwrap();
        drop(tx);
        assert_eq!(log.number("select count(*) as n from audit_leaf").await, 0);
        assert_eq!(log.append(&log.look(&[1])).await, 1, "the number was not used up");
        log.tamper(&["alter table audit_payload rename to elsewhere"]).await;
        let mut tx = log.db().write().await.unwrap();
        assert!(matches!(audit::append(&mut tx, &log.keys, &log.look(&[1])).await, Err(AuditError::Db(_))));
        drop(tx);
        let recorder = Recorder::start(log.db().clone(), log.keys.clone());
        assert!(recorder.record(&log.look(&[1])).await.is_err(), "the recorder tells it too");
        log.database.remove().await;
    }
}

#[tokio::test]
async fn a_person_reads_who_looked_why_and_at_what() {
    for log in logs().await {
        log.append(&log.look(&[7, 8])).await;
        log.seal().await;
        log.append(&entry(log.clock.now(), Action::Print, Shown::Shown, &[8])).await;
        let mut tx = log.db().read().await.unwrap();
        let lines = audit::access_list(&mut tx, &log.keys, 8, DAY, DAY).await.unwrap();
        assert_eq!(lines.len(), 2);
        let said = lines[0].said.as_ref().unwrap();
        assert_eq!((said.office.as_str(), said.staff_name.as_str(), said.purpose.as_str()), ("市民課", "大谷 真央", "juki"));
        assert_eq!((said.case_no.as_deref(), said.ground.as_deref()), (Some("住記-2026-000123"), Some("届出")));
        assert_eq!(said.fields, ["juki.name", "juki.address"]);
        assert_eq!((lines[0].relation(), lines[1].relation()), (Some(Relation::Incidental), Some(Relation::AskedFor)));
        assert_eq!((lines[0].place, lines[1].place), (Place::Sealed(1), Place::Recorded));
        assert_eq!(lines[1].place.label_ja(), "記録済");
        let yesterday = DAY.yesterday().unwrap();
        assert!(audit::access_list(&mut tx, &log.keys, 8, yesterday, yesterday).await.unwrap().is_empty());
        assert!(audit::access_list(&mut tx, &log.keys, 9, DAY, DAY).await.unwrap().is_empty());
        drop(tx);
        log.database.remove().await;
    }
}

#[tokio::test]
async fn the_auditor_pages_through_everything_and_finds_one_clerk() {
    for log in logs().await {
        for n in 0..30i64 {
            let staff_no = if n % 10 == 0 { "2002" } else { "1001" };
            log.append(&audit::Entry { staff_no: staff_no.into(), ..log.look(&[n]) }).await;
        }
        let mut tx = log.db().read().await.unwrap();
        let mut filter = LogFilter { from: DAY, to: DAY, staff_no: None, before: None };
        let first = audit::log(&mut tx, &log.keys, &filter, 20).await.unwrap();
        filter.before = first.last().map(|l| l.id);
        let second = audit::log(&mut tx, &log.keys, &filter, 20).await.unwrap();
        let ids: Vec<i64> = first.iter().chain(&second).map(|l| l.id).collect();
        assert_eq!(ids, (1..=30).rev().collect::<Vec<_>>());
        let one = LogFilter { staff_no: Some("2002".into()), before: None, ..filter };
        let lines = audit::log(&mut tx, &log.keys, &one, 2).await.unwrap();
        assert_eq!(lines.iter().map(|l| l.inner.as_ref().unwrap().subject).collect::<Vec<_>>(), [Some(20), Some(10)]);
        assert_eq!(lines[0].inner.as_ref().unwrap().terminal, "A-12");
        assert!(lines.iter().all(|l| l.genuine));
        drop(tx);
        // A look at person 5 is copied into the list of person 8, and the words of another are replaced.
        log.tamper(&[
            "update audit_leaf set chain = (select chain from audit_leaf where id = 9) where id = 6",
            "update audit_payload set body = (select body from audit_payload where id = 3) where id = 2",
        ])
        .await;
        let mut tx = log.db().read().await.unwrap();
        assert_eq!(audit::access_list(&mut tx, &log.keys, 8, DAY, DAY).await.unwrap().len(), 1, "only the true one");
        let filter = LogFilter { from: DAY, to: DAY, staff_no: None, before: None };
        let lines = audit::log(&mut tx, &log.keys, &filter, 100).await.unwrap();
        assert_eq!(lines.iter().filter(|l| !l.genuine).map(|l| l.id).collect::<Vec<_>>(), [6, 2], "the auditor sees which");
        drop(tx);
        log.database.remove().await;
    }
}

#[tokio::test]
async fn nothing_personal_stands_in_the_clear() {
    for log in logs().await {
        log.append(&log.look(&[7])).await;
        log.seal().await;
        let columns = ["action", "result"];
        let mut tx = log.db().read().await.unwrap();
        let row = tx.one("select action, result, chain, commitment from audit_leaf", vec![]).await.unwrap();
        let texts: Vec<String> = columns.iter().map(|c| row.get(c).unwrap()).collect();
        assert_eq!(texts, ["look", "shown"]);
        drop(tx);
        if let Some(file) = log.database.file.clone() {
            let bytes: Vec<u8> = ["", "-wal"]
                .iter()
                .flat_map(|end| std::fs::read(format!("{}{end}", file.display())).unwrap_or_default())
                .collect();
            for known in ["大谷", "A-12", "住記-2026", "juki.address", "世帯の照会"] {
                assert!(!bytes.windows(known.len()).any(|w| w == known.as_bytes()), "{known}");
            }
        }
        log.database.remove().await;
    }
}

#[tokio::test]
async fn many_clerks_at_once_lose_nothing_while_the_sealer_runs() {
    for log in logs().await {
        let clock: Arc<dyn Clock> = Arc::new(clock());
        let sealer = Sealer::new(log.db().clone(), log.keys.clone(), clock, None).unwrap();
        let state = sealer.state();
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let running = tokio::spawn(sealer.run(Duration::from_millis(20), stopped));
        let recorder = Recorder::start(log.db().clone(), log.keys.clone());
        let mut clerks = Vec::new();
        for clerk in 0..20i64 {
            let (db, keys, recorder, look) =
                (log.db().clone(), log.keys.clone(), recorder.clone(), log.look(&[clerk % 3, 100 + clerk]));
            clerks.push(tokio::spawn(async move {
                let mut numbers = Vec::new();
                for _ in 0..10 {
                    numbers.push(recorder.record(&look).await.unwrap());
                    let mut tx = db.write().await.unwrap();
                    numbers.push(audit::append(&mut tx, &keys, &look).await.unwrap());
                    tx.commit().await.unwrap();
                }
                numbers
            }));
        }
        let mut numbers = Vec::new();
        for clerk in clerks {
            numbers.extend(clerk.await.unwrap());
        }
        stop.send(true).unwrap();
        running.await.unwrap();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..400).map(|n| n * 2 + 1).collect::<Vec<i64>>(), "every entry has its own two leaves");
        let report = log.verify("").await;
        assert!(report.intact(), "{report:?}");
        assert_eq!((report.sealed, report.waiting, report.lists), (800, 0, 23));
        assert_eq!((state.borrow().sealed, &state.borrow().trouble), (800, &None));
        log.database.remove().await;
    }
}

#[tokio::test]
async fn proofs_hold_for_every_leaf_and_every_earlier_size_and_stay_small() {
    for log in logs().await {
        let mut checkpoints = vec![];
        for n in 0..12i64 {
            for m in 0..55 {
                log.append(&log.look(&[n * m % 40])).await;
            }
            checkpoints.push(log.seal().await);
        }
        let mut tx = log.db().read().await.unwrap();
        let last = checkpoints.last().unwrap();
        for old in &checkpoints {
            let proof = audit::consistency_proof(&mut tx, old.size, last.size).await.unwrap();
            assert!(verify_consistency(old.size, last.size, &old.root, &last.root, &proof));
        }
        let bundle = audit::bundle(&mut tx, &log.keys, 0).await.unwrap();
        let proved = audit::verify_bundle(&serde_json::to_string(&bundle).unwrap(), &log.keys.log_public_key()).unwrap();
        assert_eq!(
            proved.lines.len(),
            log.number("select count(*) as n from audit_link l join audit_link f on f.chain = l.chain where f.id = 1").await
                as usize
        );
        let hash = |text: &str| audit::merkle::leaf_hash(text.as_bytes());
        for one in &bundle.leaves {
            let index: u64 = one.leaf.lines().nth(2).unwrap().split(' ').next().unwrap().parse::<u64>().unwrap() - 1;
            let proof = audit::inclusion_proof(&mut tx, index, last.size).await.unwrap();
            assert!(verify_inclusion(&hash(&one.leaf), index, last.size, &proof, &last.root));
            assert!(!verify_inclusion(&hash("another"), index, last.size, &proof, &last.root));
            assert!(proof.len() * 32 < 5_000);
        }
        assert!(matches!(audit::inclusion_proof(&mut tx, 660, 660).await, Err(AuditError::NotSealed)));
        drop(tx);
        log.database.remove().await;
    }
}

#[tokio::test]
async fn a_bulk_run_is_one_leaf_and_an_erased_entry_keeps_its_commitment() {
    for log in logs().await {
        for n in 0..10 {
            log.append(&log.look(&[n])).await;
        }
        let run = audit::Entry { bulk: Some(Bulk { root: [5; 32], count: 10_000 }), ..log.look(&[]) };
        log.append(&run).await;
        log.seal().await;
        let mut tx = log.db().write().await.unwrap();
        let administer = entry(log.clock.now(), Action::Administer, Shown::Changed, &[]);
        let erased = audit::erase_before(&mut tx, &log.keys, administer.clone(), Timestamp::MAX, 4).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(erased, 4);
        log.seal().await;
        let report = log.verify("").await;
        assert!(report.intact(), "{report:?}");
        assert_eq!((report.sealed, report.erased), (12, 4));
        let mut tx = log.db().read().await.unwrap();
        let lines = audit::access_list(&mut tx, &log.keys, 0, DAY, DAY).await.unwrap();
        assert_eq!((lines.len(), &lines[0].said, lines[0].action.as_str()), (1, &None, "look"));
        let bundle = serde_json::to_string(&audit::bundle(&mut tx, &log.keys, 0).await.unwrap()).unwrap();
        assert_eq!(audit::verify_bundle(&bundle, &log.keys.log_public_key()).unwrap().lines, [None]);
        drop(tx);
        let mut tx = log.db().write().await.unwrap();
        assert_eq!(audit::erase_before(&mut tx, &log.keys, administer.clone(), Timestamp::MAX, 100).await.unwrap(), 8);
        assert_eq!(audit::erase_before(&mut tx, &log.keys, administer, Timestamp::UNIX_EPOCH, 100).await.unwrap(), 0);
        drop(tx);
        log.database.remove().await;
    }
}

#[tokio::test]
async fn only_one_sealer_ever_seals() {
    for log in logs().await {
        let (mut first, mut second) = (sealer(&log), sealer(&log));
        log.append(&log.look(&[1])).await;
        first.tick().await.unwrap();
        log.append(&log.look(&[1])).await;
        second.tick().await.unwrap();
        assert_eq!(
            log.number("select max(size) as n from audit_checkpoint").await,
            1,
            "the second waits while the first is fresh"
        );
        for _ in 0..10 {
            second.tick().await.unwrap();
        }
        assert_eq!(log.number("select max(size) as n from audit_checkpoint").await, 2, "the first was silent");
        log.append(&log.look(&[1])).await;
        assert!(matches!(first.tick().await, Err(AuditError::Fenced)), "the first comes back and may not seal");
        assert_eq!(log.number("select max(size) as n from audit_checkpoint").await, 2);
        second.tick().await.unwrap();
        assert_eq!(log.number("select max(size) as n from audit_checkpoint").await, 3);
        assert!(log.verify("").await.intact());
        log.database.remove().await;
    }
}

fn sealer(log: &Log) -> Sealer {
    Sealer::new(log.db().clone(), log.keys.clone(), Arc::new(clock()), None).unwrap()
}

#[tokio::test]
async fn sealers_that_fight_over_the_lease_leave_one_true_log() {
    for log in logs().await {
        let mut fighters = Vec::new();
        for _ in 0..4 {
            let (db, keys) = (log.db().clone(), log.keys.clone());
            fighters.push(tokio::spawn(async move {
                let mut fenced = 0;
                for _ in 0..25 {
                    match audit::seal(&db, &keys, &clock()).await {
                        Ok(_) => {}
                        Err(AuditError::Fenced) => fenced += 1,
                        Err(other) => panic!("{other}"),
                    }
                }
                fenced
            }));
        }
        for n in 0..60i64 {
            log.append(&log.look(&[n % 5, n])).await;
        }
        let mut fenced = 0;
        for fighter in fighters {
            fenced += fighter.await.unwrap();
        }
        log.seal().await;
        let report = log.verify("").await;
        assert!(report.intact(), "{report:?}");
        assert_eq!(report.sealed, 120);
        println!("{}: {fenced} of 100 were fenced off", log.db().engine());
        log.database.remove().await;
    }
}

#[tokio::test]
async fn the_witness_follows_and_a_stopped_sealer_hands_over_at_once() {
    for log in logs().await {
        let folder = std::env::temp_dir().join(format!("atena-audit-{}-{}", std::process::id(), log.db().engine()));
        let file = folder.join("witness");
        let witness = Arc::new(audit::FileWitness::new(file, log.keys.log_public_key()));
        for round in 1..=2u64 {
            let sealer = Sealer::new(log.db().clone(), log.keys.clone(), Arc::new(clock()), Some(witness.clone())).unwrap();
            let (stop, stopped) = tokio::sync::watch::channel(false);
            let running = tokio::spawn(sealer.run(Duration::from_millis(5), stopped));
            log.append(&log.look(&[1])).await;
            stop.send(true).unwrap();
            running.await.unwrap();
            let note = witness.last().unwrap().unwrap();
            let report = log.verify(&note).await;
            assert!(report.intact(), "{report:?}");
            assert_eq!((report.sealed, report.witnessed), (round, Some(round)));
        }
        std::fs::remove_dir_all(folder).unwrap();
        log.database.remove().await;
    }
}

#[tokio::test]
async fn an_empty_log_is_intact_and_another_key_proves_nothing() {
    for log in logs().await {
        let report = log.verify("").await;
        assert!(report.intact() && report.sealed == 0 && report.witnessed.is_none());
        assert_eq!(log.seal().await.size, 0);
        log.append(&log.look(&[1])).await;
        let report = log.verify("").await;
        assert!(report.intact() && report.waiting == 1);
        log.seal().await;
        let stranger = Keys::ephemeral().unwrap().log_public_key();
        let report = audit::verify(log.db(), &stranger, "").await.unwrap();
        assert!(!report.intact());
        log.database.remove().await;
    }
}
