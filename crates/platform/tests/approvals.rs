//! 決裁: another person, of the right rank, once; and nobody else sees what was drafted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod house;

use async_trait::async_trait;
use house::{COUNT_BOOK, House, clerk, houses, write};
use kernel::access::Action;
use platform::approval::{self, Act, Acts, DiffLine, Draft, NewDraft, Proposal, Word};
use platform::fault::{Fault, FaultKind};
use platform::staff::StaffContext;
use platform::{Unit, subject};
use std::sync::Arc;

const OPEN: &str = "select count(*) as n from platform_draft where state in ('waiting', 'held')";
const LOCKS: &str = "select count(*) as n from platform_edit_lock";
const DENIED: &str = "select count(*) as n from audit_leaf where result = 'denied'";
const NAME: &str = "髙橋 みなと";

/// Writes the drafted words into the book; refuses to when they are 無効.
struct WriteBook;

#[async_trait]
impl Act for WriteBook {
    fn code(&self) -> &'static str {
        "book.write"
    }

    fn group(&self) -> &'static str {
        "juki.identify"
    }

    async fn describe(&self, _: &mut Unit, payload: &[u8]) -> Result<Proposal, Fault> {
        let draft_ja: String = approval::command(payload)?;
        let line = DiffLine { item_ja: "氏名".into(), now_ja: String::new(), draft_ja, reason_ja: "転入".into() };
        Ok(Proposal { lines: vec![line], ..Proposal::default() })
    }

    async fn apply(&self, unit: &mut Unit, _: &Draft, payload: &[u8]) -> Result<(), Fault> {
        let words: String = approval::command(payload)?;
        unit.seq().await?;
        write(unit, &words).await?;
        if words == "無効" { Err(Fault::conflict("書けません", "無効です")) } else { Ok(()) }
    }
}

fn acts() -> Acts {
    Acts::new(vec![Arc::new(WriteBook)])
}

async fn draft_words(house: &House, staff: &StaffContext, people: &[i64], words: &str) -> Result<i64, Fault> {
    let mut unit = Unit::change(&house.city, staff, "/book", Action::Draft).await?;
    let new = NewDraft {
        act: "book.write",
        title: "転入",
        command: &words,
        subjects: people,
        rank: 2,
        rule_ja: "事務専決規程 別表第1",
    };
    let id = approval::draft(&mut unit, new).await?;
    unit.commit(()).await?;
    Ok(id)
}

async fn decide(house: &House, staff: &StaffContext, id: i64, version: i64, word: Word, note: &str) -> Result<Draft, Fault> {
    let mut unit = Unit::change(&house.city, staff, "/approvals", Action::Decide).await?;
    let draft = approval::decide(&mut unit, &acts(), id, version, word, note).await?;
    unit.commit(()).await?;
    Ok(draft)
}

async fn approve(house: &House, staff: &StaffContext, id: i64) -> Result<Draft, Fault> {
    decide(house, staff, id, 1, Word::Approve, "").await
}

/// A case of clerk 1001 about one person, with a draft in it.
async fn one_draft(house: &House) -> (StaffContext, i64, i64) {
    let person = house.person(1).await;
    let author = house.with_case(&clerk("1001", "shimin", 1), &[person]).await;
    let id = draft_words(house, &author, &[person], NAME).await.unwrap();
    (author, person, id)
}

#[tokio::test]
async fn nothing_is_in_the_register_until_another_person_of_rank_approves() {
    for house in houses().await {
        let (_, _, id) = one_draft(&house).await;
        assert_eq!((house.count(COUNT_BOOK).await, house.count(OPEN).await), (0, 1));
        let draft = approve(&house, &clerk("1002", "shimin", 2), id).await.unwrap();
        assert_eq!((draft.author.as_str(), draft.state.as_str()), ("1001", "waiting"), "as it was read");
        assert_eq!((house.count(COUNT_BOOK).await, house.count(OPEN).await, house.count(LOCKS).await), (1, 0, 0));
        house.remove().await;
    }
}

#[tokio::test]
async fn nobody_decides_their_own_draft_however_high_their_rank() {
    for house in houses().await {
        let (_, _, id) = one_draft(&house).await;
        for word in [Word::Approve, Word::Return, Word::Hold] {
            let fault = decide(&house, &clerk("1001", "shimin", 4), id, 1, word, "理由").await.unwrap_err();
            assert_eq!(fault.kind, FaultKind::Refused);
        }
        assert_eq!((house.count(COUNT_BOOK).await, house.count(OPEN).await), (0, 1));
        assert_eq!(house.count(DENIED).await, 3, "each attempt is on record");
        house.remove().await;
    }
}

#[tokio::test]
async fn too_low_a_rank_cannot_decide() {
    for house in houses().await {
        let (_, _, id) = one_draft(&house).await;
        let fault = approve(&house, &clerk("1003", "shimin", 1), id).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Refused);
        assert!(fault.why.contains("事務専決規程"), "{fault}");
        assert_eq!((house.count(COUNT_BOOK).await, house.count(DENIED).await), (0, 1));
        house.remove().await;
    }
}

#[tokio::test]
async fn two_approvers_at_the_same_instant_decide_once() {
    for house in houses().await {
        for n in 1..=8u64 {
            let person = house.person(n).await;
            let author = house.with_case(&clerk("1001", "shimin", 1), &[person]).await;
            let id = draft_words(&house, &author, &[person], NAME).await.unwrap();
            let (first, second) = (clerk("1002", "shimin", 2), clerk("1004", "shimin", 3));
            let (a, b) = tokio::join!(approve(&house, &first, id), approve(&house, &second, id));
            let (won, lost) = if a.is_ok() { (a, b) } else { (b, a) };
            assert!(won.is_ok(), "{:?}", won.err());
            assert_eq!(lost.unwrap_err().kind, FaultKind::Conflict);
            assert_eq!(house.count(COUNT_BOOK).await, i64::try_from(n).unwrap(), "{}", house.engine());
        }
        house.remove().await;
    }
}

#[tokio::test]
async fn what_was_decided_stays_decided() {
    for house in houses().await {
        let (_, _, id) = one_draft(&house).await;
        let head = clerk("1002", "shimin", 2);
        approve(&house, &head, id).await.unwrap();
        for (version, word) in [(1, Word::Approve), (2, Word::Approve), (2, Word::Return), (2, Word::Hold)] {
            let fault = decide(&house, &head, id, version, word, "理由").await.unwrap_err();
            assert_eq!(fault.kind, FaultKind::Conflict);
        }
        assert_eq!(house.count(COUNT_BOOK).await, 1);
        house.remove().await;
    }
}

#[tokio::test]
async fn whoever_read_an_older_version_must_read_again() {
    for house in houses().await {
        let (_, _, id) = one_draft(&house).await;
        decide(&house, &clerk("1002", "shimin", 2), id, 1, Word::Hold, "書類待ち").await.unwrap();
        assert_eq!(approve(&house, &clerk("1004", "shimin", 3), id).await.unwrap_err().kind, FaultKind::Conflict);
        assert_eq!(house.count(LOCKS).await, 1, "a held draft keeps its lock");
        decide(&house, &clerk("1004", "shimin", 3), id, 2, Word::Approve, "").await.unwrap();
        assert_eq!(house.count(COUNT_BOOK).await, 1);
        house.remove().await;
    }
}

#[tokio::test]
async fn when_applying_fails_the_draft_still_waits() {
    for house in houses().await {
        let person = house.person(1).await;
        let author = house.with_case(&clerk("1001", "shimin", 1), &[person]).await;
        let id = draft_words(&house, &author, &[person], "無効").await.unwrap();
        assert_eq!(approve(&house, &clerk("1002", "shimin", 2), id).await.unwrap_err().kind, FaultKind::Conflict);
        assert_eq!((house.count(COUNT_BOOK).await, house.count(OPEN).await, house.count(LOCKS).await), (0, 1, 1));
        decide(&house, &clerk("1002", "shimin", 2), id, 1, Word::Return, "書き直してください").await.unwrap();
        assert_eq!(house.count(OPEN).await, 0);
        house.remove().await;
    }
}

#[tokio::test]
async fn a_returned_draft_needs_a_reason_and_frees_the_person() {
    for house in houses().await {
        let (_, person, id) = one_draft(&house).await;
        let colleague = house.with_case(&clerk("1005", "shimin", 1), &[person]).await;
        assert_eq!(draft_words(&house, &colleague, &[person], "転居").await.unwrap_err().kind, FaultKind::Conflict);
        let head = clerk("1002", "shimin", 2);
        assert_eq!(decide(&house, &head, id, 1, Word::Return, " ").await.unwrap_err().kind, FaultKind::Invalid);
        assert_eq!(house.count(LOCKS).await, 1);
        decide(&house, &head, id, 1, Word::Return, "住所を確かめてください").await.unwrap();
        assert_eq!((house.count(COUNT_BOOK).await, house.count(LOCKS).await), (0, 0));
        draft_words(&house, &colleague, &[person], "転居").await.unwrap();
        house.remove().await;
    }
}

#[tokio::test]
async fn one_clerk_edits_a_person_at_a_time() {
    for house in houses().await {
        let (author, person, _) = one_draft(&house).await;
        let colleague = house.with_case(&clerk("1005", "shimin", 1), &[person]).await;
        let fault = draft_words(&house, &colleague, &[person], "転居").await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Conflict);
        assert!(fault.why.contains("職員1001"), "tells whom to ask: {fault}");
        // Nor twice from the same case: the first one is still waiting.
        assert_eq!(draft_words(&house, &author, &[person], "転居").await.unwrap_err().kind, FaultKind::Conflict);
        // Somebody else's record is free.
        let other = house.person(2).await;
        draft_words(&house, &colleague, &[other], "転居").await.unwrap();
        assert_eq!(house.count(OPEN).await, 2);
        house.remove().await;
    }
}

#[tokio::test]
async fn clerks_without_a_case_do_not_share_a_lock() {
    for house in houses().await {
        let person = house.person(1).await;
        let now = house.city.now();
        let mut tx = house.city.db().write().await.unwrap();
        let (first, second) = (clerk("1001", "shimin", 1), clerk("1005", "shimin", 1));
        subject::edit_lock(&mut tx, &first, person, now).await.unwrap();
        subject::edit_lock(&mut tx, &first, person, now).await.unwrap();
        assert_eq!(subject::edit_lock(&mut tx, &second, person, now).await.unwrap_err().kind, FaultKind::Conflict);
        drop(tx);
        assert_eq!(
            draft_words(&house, &first, &[person], "転居").await.unwrap_err().kind,
            FaultKind::Refused,
            "no case, no draft"
        );
        house.remove().await;
    }
}

#[tokio::test]
async fn of_many_clerks_who_draft_about_one_family_at_once_one_succeeds() {
    for house in houses().await {
        let family = [house.person(1).await, house.person(2).await, house.person(3).await];
        let backwards = [family[2], family[1], family[0]];
        for round in 0..4 {
            let mut clerks = vec![];
            for n in 0..6 {
                clerks.push(house.with_case(&clerk(&format!("10{n}"), "shimin", 1), &family).await);
            }
            let people = |n: usize| if n.is_multiple_of(2) { family } else { backwards };
            let tasks = clerks.iter().enumerate().map(|(n, staff)| {
                let (house, people) = (&house, people(n));
                async move { draft_words(house, staff, &people, NAME).await }
            });
            let results = futures_util::future::join_all(tasks).await;
            let drafted: Vec<i64> = results.iter().filter_map(|r| r.as_ref().ok().copied()).collect();
            assert_eq!(drafted.len(), 1, "{}, round {round}", house.engine());
            for fault in results.into_iter().filter_map(Result::err) {
                assert_eq!(fault.kind, FaultKind::Conflict, "{fault}");
            }
            decide(&house, &clerk("1002", "shimin", 2), drafted[0], 1, Word::Return, "次へ").await.unwrap();
        }
        house.remove().await;
    }
}

#[tokio::test]
async fn another_office_sees_nothing_of_a_draft() {
    for house in houses().await {
        let (_, _, id) = one_draft(&house).await;
        let stranger = clerk("2002", "iryo", 3);
        let mut unit = Unit::look(&house.city, &stranger, "/approvals", Action::Look).await.unwrap();
        assert_eq!(approval::find(&mut unit, id).await.unwrap_err().kind, FaultKind::Missing);
        // A draft that does not exist looks the same.
        let nothing = approval::find(&mut unit, id + 999).await.unwrap_err();
        assert_eq!(approval::find(&mut unit, id).await.unwrap_err(), nothing);
        assert!(approval::waiting(&mut unit).await.unwrap().is_empty());
        assert!(approval::own(&mut unit).await.unwrap().is_empty());
        assert_eq!(approval::count(&mut unit.tx, "iryo").await.unwrap(), 0);
        drop(unit);
        assert_eq!(approve(&house, &stranger, id).await.unwrap_err().kind, FaultKind::Missing);
        // Right rank, right office, but acting for a purpose that is not this office's.
        let astray = StaffContext { purpose: Some("kodomo".into()), ..clerk("1002", "shimin", 2) };
        assert_eq!(approve(&house, &astray, id).await.unwrap_err().kind, FaultKind::Refused);
        assert_eq!((house.count(COUNT_BOOK).await, house.count(OPEN).await), (0, 1));
        house.remove().await;
    }
}

#[tokio::test]
async fn the_approver_reads_the_draft_and_the_database_file_does_not_tell_it() {
    for house in houses().await {
        let (_, _, id) = one_draft(&house).await;
        let head = clerk("1002", "shimin", 2);
        let mut unit = Unit::look(&house.city, &head, "/approvals", Action::Look).await.unwrap();
        let draft = approval::find(&mut unit, id).await.unwrap();
        let proposal = approval::describe(&mut unit, &acts(), &draft).await.unwrap();
        assert_eq!(proposal.lines[0].draft_ja, NAME);
        let row = unit.tx.one("select payload from platform_draft", vec![]).await.unwrap();
        assert!(!holds(&row.get::<Vec<u8>>("payload").unwrap(), NAME));
        drop(unit);
        if let Some(file) = &house.database.file {
            let written = |end: &str| std::fs::read(file.with_extension(end)).unwrap_or_default();
            let bytes = [written("db"), written("db-wal")].concat();
            assert!(holds(&bytes, "事務専決規程"), "the file is the one that was written");
            assert!(!holds(&bytes, NAME) && !holds(&bytes, "みなと"));
        }
        house.remove().await;
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

#[tokio::test]
async fn a_draft_moved_into_another_case_cannot_be_opened() {
    for house in houses().await {
        let (_, _, id) = one_draft(&house).await;
        house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        house.run("update platform_draft set case_id = case_id + 1").await;
        let fault = approve(&house, &clerk("1002", "shimin", 2), id).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unavailable, "{fault}");
        assert_eq!(house.count(COUNT_BOOK).await, 0);
        house.remove().await;
    }
}
