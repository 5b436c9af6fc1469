//! What a person takes home: a list with a proof, complete by itself, that says nothing about what must not be disclosed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod audit_common;

use audit_common::{Log, logs};
use platform::audit::{self, Bundle, BundleError, Checkpoint, List};

async fn bundle(log: &Log, subject: i64) -> Bundle {
    audit::bundle(&mut log.db().read().await.unwrap(), &log.keys, subject).await.unwrap()
}

fn check(log: &Log, bundle: &Bundle) -> Result<usize, BundleError> {
    let json = serde_json::to_string(bundle).unwrap();
    audit::verify_bundle(&json, &log.keys.log_public_key()).map(|p| p.lines.len())
}

/// Seven looks at person 1 among others at person 2.
async fn fill(log: &Log) {
    for n in 0..7 {
        log.append(&log.look(&[1])).await;
        log.append(&log.look(&[2, 100 + n])).await;
    }
    log.seal().await;
}

#[tokio::test]
async fn the_list_proves_itself_with_the_public_key_alone() {
    for log in logs().await {
        fill(&log).await;
        let mine = bundle(&log, 1).await;
        let json = serde_json::to_string(&mine).unwrap();
        let proven = audit::verify_bundle(&json, &log.keys.log_public_key()).unwrap();
        assert_eq!((proven.lines.len(), proven.checkpoint.size), (7, 21));
        let line = proven.lines[0].as_ref().unwrap();
        assert_eq!((line.staff_name.as_str(), line.purpose.as_str()), ("大谷 真央", "juki"));
        for secret in ["A-12", "1001", "世帯の照会", "/residents"] {
            assert!(!json.contains(secret), "{secret} is for the auditor only");
        }
        assert_eq!(check(&log, &bundle(&log, 999).await), Ok(0), "nobody looked, and that is proved too");
        log.database.remove().await;
    }
}

#[tokio::test]
async fn a_line_left_out_changed_or_cut_off_is_found() {
    for log in logs().await {
        fill(&log).await;
        let whole = bundle(&log, 1).await;
        let with = |change: &dyn Fn(&mut Bundle)| {
            let mut changed = whole.clone();
            change(&mut changed);
            check(&log, &changed)
        };
        assert_eq!(with(&|_| {}), Ok(7));
        assert_eq!(with(&|b| drop(b.leaves.remove(3))), Err(BundleError::Gap(4)));
        assert_eq!(with(&|b| drop(b.leaves.remove(0))), Err(BundleError::Gap(1)));
        assert_eq!(with(&|b| b.leaves.swap(2, 3)), Err(BundleError::Gap(3)));
        assert_eq!(with(&|b| b.leaves.push(b.leaves[6].clone())), Err(BundleError::Gap(8)));
        assert_eq!(with(&|b| drop(b.leaves.pop())), Err(BundleError::NotIncluded));
        assert_eq!(with(&|b| b.leaves.clear()), Err(BundleError::CutShort));
        assert_eq!(with(&|b| b.end.bucket.clear()), Err(BundleError::CutShort));
        assert_eq!(with(&|b| drop(b.inclusion.pop())), Err(BundleError::NotIncluded));
        let reword = |b: &mut Bundle, n: usize| {
            let said = b.leaves[n].said.as_mut().unwrap();
            *said = said.replace("大谷 真央", "佐藤 一郎");
        };
        assert_eq!(with(&|b| reword(b, 4)), Err(BundleError::Said(5)));
        assert_eq!(with(&|b| b.leaves[4].salt = b.leaves[3].salt.clone()), Err(BundleError::Said(5)));
        assert_eq!(with(&|b| b.leaves[4].leaf = b.leaves[4].leaf.replace("look", "print")), Err(BundleError::Said(5)));
        assert_eq!(with(&|b| b.leaves[4].leaf = b.leaves[4].leaf.replace(" shown", " denied")), Err(BundleError::Gap(6)));
        assert_eq!(with(&|b| b.list = "00112233445566778899aabbccddeeff".into()), Err(BundleError::Gap(1)));
        assert_eq!(with(&|b| b.checkpoint = b.checkpoint.replace("\n21\n", "\n22\n")), Err(BundleError::NotSigned));
        assert_eq!(with(&|b| b.format = "other".into()), Err(BundleError::Unreadable));
        let other = bundle(&log, 2).await;
        assert_eq!(with(&|b| b.leaves = other.leaves.clone()), Err(BundleError::Gap(1)), "the list of somebody else");
        // An old bundle stays true for its own checkpoint; its end does not serve the new one.
        log.append(&log.look(&[1])).await;
        let newer = log.seal().await;
        assert_eq!(check(&log, &whole), Ok(7));
        assert!(with(&|b| b.checkpoint = newer.note.clone()).is_err(), "an old list under a new date");
        assert_eq!(audit::verify_bundle("{}", &log.keys.log_public_key()), Err(BundleError::Unreadable));
        log.database.remove().await;
    }
}

#[tokio::test]
async fn what_is_not_disclosed_leaves_no_trace_in_the_list() {
    for log in logs().await {
        // The father (1) and a stranger (2) are looked at equally often in the open; only the father was also part of an inquiry.
        for _ in 0..3 {
            log.append(&log.look(&[1])).await;
            log.append(&log.look(&[2])).await;
            log.append_withheld(&log.look(&[1])).await;
        }
        log.seal().await;
        let (father, stranger) = (bundle(&log, 1).await, bundle(&log, 2).await);
        assert_eq!((check(&log, &father), check(&log, &stranger)), (Ok(3), Ok(3)));
        let numbers = |b: &Bundle| -> Vec<String> {
            b.leaves.iter().map(|l| l.leaf.lines().last().unwrap().split(' ').next().unwrap().to_owned()).collect()
        };
        assert_eq!(numbers(&father), numbers(&stranger), "numbered 1, 2, 3 without a hole");
        assert_eq!(father.end.bucket.len(), stranger.end.bucket.len());
        let json = serde_json::to_string(&father).unwrap();
        let day = kernel::Date::constant(2026, 11, 20);
        let mut tx = log.db().read().await.unwrap();
        let withheld = tx.all("select commitment from audit_leaf where id in (3, 6, 9)", vec![]).await.unwrap();
        assert_eq!(withheld.len(), 3);
        let row = tx.one("select chain from audit_leaf where id = 3", vec![]).await.unwrap();
        let chain: Vec<u8> = row.get("chain").unwrap();
        assert!(!json.contains(&platform::keys::hex(&chain)), "the second pseudonym does not appear");
        assert_eq!(audit::access_list(&mut tx, &log.keys, 1, day, day).await.unwrap().len(), 3);
        let auditor = audit::access_list_of(&mut tx, &log.keys, 1, List::Withheld, day, day).await.unwrap();
        assert_eq!(auditor.len(), 3, "the auditor sees them");
        drop(tx);
        assert!(log.verify("").await.intact(), "and they are in the log like all others");
        assert_eq!(log.verify("").await.lists, 3);
        log.database.remove().await;
    }
}

#[tokio::test]
async fn a_bundle_of_changed_rows_is_not_made_or_does_not_prove() {
    for log in logs().await {
        fill(&log).await;
        log.tamper(&["delete from audit_link where id = 4"]).await;
        assert_eq!(check(&log, &bundle(&log, 1).await), Err(BundleError::Gap(2)));
        log.tamper(&["update audit_payload set body = (select commitment from audit_leaf where id = 1) where id = 1"]).await;
        let made = audit::bundle(&mut log.db().read().await.unwrap(), &log.keys, 1).await;
        assert!(made.is_err(), "a changed payload is not handed out");
        log.tamper(&["update audit_leaf set result = 'denied' where id = 7"]).await;
        let day = kernel::Date::constant(2026, 11, 20);
        let listed = audit::access_list(&mut log.db().read().await.unwrap(), &log.keys, 1, day, day).await;
        assert!(listed.is_err(), "a changed look does not vanish from the list on screen");
        log.tamper(&["delete from audit_checkpoint"]).await;
        assert!(audit::bundle(&mut log.db().read().await.unwrap(), &log.keys, 2).await.is_err());
        log.database.remove().await;
    }
}

#[tokio::test]
async fn the_note_is_in_the_common_form() {
    for log in logs().await {
        fill(&log).await;
        let checkpoint: Checkpoint = log.seal().await;
        let key = log.keys.log_public_key();
        let lines: Vec<&str> = checkpoint.note.lines().collect();
        assert_eq!(lines[0], audit::origin(&key));
        assert_eq!(lines[1], "21");
        assert!(lines[3].starts_with("subjects ") && lines[4].starts_with("at 2026-11-20T03:00:00") && lines[5].is_empty());
        assert!(lines[6].starts_with(&format!("— {} ", audit::origin(&key))));
        assert_eq!(Checkpoint::open(&checkpoint.note, &key).unwrap(), checkpoint);
        log.database.remove().await;
    }
}
