//! One unit of work: rows, audit entry and outbox together or not at all, and nothing shown that was not recorded.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod house;

use house::{COUNT_BOOK, House, atena, clerk, houses, write};
use kernel::access::{Action, Relation};
use kernel::time::{Clock, Date, Timestamp};
use platform::fault::{Fault, FaultKind};
use platform::staff::{OpenCase, StaffContext};
use platform::{Unit, outbox, params, subject};
use std::collections::BTreeSet;

const TOPIC: &str = "book.written";

async fn change(house: &House, staff: &StaffContext) -> Unit {
    Unit::change(&house.city, staff, "/book", Action::Draft).await.unwrap()
}

async fn look(house: &House, staff: &StaffContext) -> Unit {
    Unit::look(&house.city, staff, "/book", Action::Look).await.unwrap()
}

/// A whole change: a numbered row, an event, and whatever `commit` adds.
async fn write_whole(unit: &mut Unit, words: &str) -> Result<i64, Fault> {
    let seq = unit.seq().await?;
    write(unit, words).await?;
    outbox::publish(unit, TOPIC, &words).await?;
    Ok(seq)
}

#[tokio::test]
async fn a_change_stores_its_rows_its_entry_and_its_event_together() {
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        let mut unit = change(&house, &staff).await;
        write_whole(&mut unit, "転入").await.unwrap();
        assert_eq!(house.totals().await, [0, 0, 0, 0], "nothing is visible before the commit");
        let cleared = unit.commit("済").await.unwrap();
        assert_eq!(house.totals().await, [1, 1, 1, 1]);
        let log = house.log().await;
        assert_eq!((log[0].line.entry, log[0].line.result.as_str()), (cleared.entry(), "changed"));
        let said = log[0].line.said.as_ref().unwrap();
        assert_eq!((said.office.as_str(), said.purpose.as_str(), said.ground.as_deref()), ("市民課", "juki", Some("受付")));
        house.remove().await;
    }
}

#[tokio::test]
async fn a_change_that_nobody_commits_leaves_nothing() {
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        let mut unit = change(&house, &staff).await;
        write_whole(&mut unit, "転入").await.unwrap();
        drop(unit);
        assert_eq!(house.totals().await, [0, 0, 0, 0]);
        // The next one is not disturbed by what was thrown away.
        let mut unit = change(&house, &staff).await;
        write_whole(&mut unit, "転居").await.unwrap();
        unit.commit(()).await.unwrap();
        assert_eq!(house.totals().await, [1, 1, 1, 1]);
        house.remove().await;
    }
}

#[tokio::test]
async fn an_error_in_the_middle_leaves_nothing() {
    async fn fails_at_the_end(mut unit: Unit) -> Result<(), Fault> {
        write_whole(&mut unit, "転入").await?;
        unit.tx.run("insert into book (id, words) values (1, 'first'), (1, 'again')", vec![]).await?;
        unit.commit(()).await?;
        Ok(())
    }
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        let fault = fails_at_the_end(change(&house, &staff).await).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Conflict, "{fault}");
        assert_eq!(house.totals().await, [0, 0, 0, 0], "{}", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn units_thrown_away_among_others_take_nobody_with_them() {
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        let one = |n: usize| {
            let (city, staff) = (house.city.clone(), staff.clone());
            tokio::spawn(async move {
                let mut unit = Unit::change(&city, &staff, "/book", Action::Draft).await.unwrap();
                write_whole(&mut unit, &format!("{n}")).await.unwrap();
                if !n.is_multiple_of(3) {
                    unit.commit(()).await.unwrap();
                }
            })
        };
        for task in (0..60).map(one).collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(house.totals().await, [40, 40, 40, 40], "{}", house.engine());
        let kept = house.count("select count(*) as n from book where cast(words as integer) % 3 <> 0").await;
        assert_eq!(kept, 40);
        house.remove().await;
    }
}

async fn command(city: &platform::City, staff: &StaffContext, key: &str) -> Result<String, Fault> {
    let mut unit = Unit::change(city, staff, "/book", Action::Draft).await?;
    if let Some(outcome) = unit.already_done(key).await? {
        return Ok(outcome);
    }
    let seq = write_whole(&mut unit, key).await?;
    let to = format!("/book/{seq}");
    unit.commit_as((), &to).await?;
    Ok(to)
}

#[tokio::test]
async fn the_same_form_sent_twice_changes_nothing() {
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        let first = command(&house.city, &staff, "key-1").await.unwrap();
        assert_eq!(command(&house.city, &staff, "key-1").await.unwrap(), first);
        assert_eq!(house.totals().await, [1, 1, 1, 1]);
        assert_ne!(command(&house.city, &staff, "key-2").await.unwrap(), first);
        assert_eq!(house.totals().await, [2, 2, 2, 2]);
        house.remove().await;
    }
}

#[tokio::test]
async fn a_form_sent_many_times_at_once_is_stored_once_and_everybody_gets_the_same_answer() {
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        for round in 0..5 {
            let send = |_| {
                let (city, staff) = (house.city.clone(), staff.clone());
                tokio::spawn(async move { command(&city, &staff, &format!("key-{round}")).await })
            };
            let mut answers = BTreeSet::new();
            for task in (0..12).map(send).collect::<Vec<_>>() {
                answers.insert(task.await.unwrap().unwrap());
            }
            assert_eq!(answers.len(), 1, "{}: {answers:?}", house.engine());
        }
        assert_eq!(house.totals().await, [5, 5, 5, 5], "{}", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn a_command_that_failed_may_be_sent_again_under_its_key() {
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        let mut unit = change(&house, &staff).await;
        assert_eq!(unit.already_done("key-1").await.unwrap(), None);
        write_whole(&mut unit, "転入").await.unwrap();
        drop(unit);
        command(&house.city, &staff, "key-1").await.unwrap();
        assert_eq!(house.totals().await, [1, 1, 1, 1]);
        house.remove().await;
    }
}

#[tokio::test]
async fn without_purpose_or_case_nobody_is_looked_at_and_the_attempt_is_on_record() {
    for house in houses().await {
        let person = house.person(1).await;
        let without_case = clerk("1001", "shimin", 1);
        let with_case = house.with_case(&without_case, &[person]).await;
        let without_purpose = StaffContext { purpose: None, ..with_case.clone() };
        let without_post = StaffContext { post: None, ..with_case.clone() };
        for (n, staff) in (1..).zip([without_case, without_purpose, without_post]) {
            let mut unit = look(&house, &staff).await;
            let fault = unit.see(person, &["juki.identify", "juki.address"]).await.unwrap_err();
            assert_eq!(fault.kind, FaultKind::Refused);
            drop(unit);
            // The look itself was abandoned; its refusal stays.
            let log = house.log().await;
            assert_eq!(log.len(), n);
            assert_eq!(log[n - 1].line.result, "denied");
            assert_eq!(log[n - 1].inner.as_ref().unwrap().subject, Some(person));
            assert_eq!(log[n - 1].line.said.as_ref().unwrap().fields, ["juki.identify", "juki.address"]);
        }
        let mut unit = look(&house, &with_case).await;
        assert!(unit.see(person, &["juki.identify"]).await.unwrap().has("juki.identify"));
        drop(unit);
        house.remove().await;
    }
}

#[tokio::test]
async fn what_is_not_allowed_is_left_out_and_not_recorded_as_seen() {
    for house in houses().await {
        let person = house.person(1).await;
        let staff = house.with_case(&clerk("2001", "iryo", 1), &[person]).await;
        let mut unit = look(&house, &staff).await;
        let seen = unit.see(person, &["juki.identify", "juki.protection", "juki.unknown", "kodomo.eligibility"]).await.unwrap();
        assert!(seen.has("juki.identify") && seen.has("kodomo.eligibility"));
        assert!(!seen.has("juki.protection") && !seen.has("juki.unknown") && !seen.has("juki.address"));
        assert_eq!((seen.show("juki.identify", 1), seen.show("juki.protection", 2)), (Some(1), None));
        unit.commit(()).await.unwrap();
        let log = house.log().await;
        assert_eq!(log.len(), 1);
        assert_eq!(log[0].line.said.as_ref().unwrap().fields, ["juki.identify", "kodomo.eligibility"]);
        house.remove().await;
    }
}

#[tokio::test]
async fn all_or_nothing_means_nothing_when_one_is_missing() {
    for house in houses().await {
        let person = house.person(1).await;
        let staff = house.with_case(&clerk("2001", "iryo", 1), &[person]).await;
        let mut unit = look(&house, &staff).await;
        assert_eq!(unit.require(person, &["juki.identify", "juki.protection"]).await.unwrap_err().kind, FaultKind::Refused);
        drop(unit);
        assert_eq!(house.log().await[0].line.result, "denied");
        house.remove().await;
    }
}

#[tokio::test]
async fn asked_for_and_along_the_way_are_told_apart() {
    for house in houses().await {
        let (child, mother) = (house.person(1).await, house.person(2).await);
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[child]).await;
        let mut unit = look(&house, &staff).await;
        assert_eq!(unit.see(child, &["juki.identify"]).await.unwrap().relation, Some(Relation::AskedFor));
        assert_eq!(unit.see(mother, &["juki.identify"]).await.unwrap().relation, Some(Relation::Incidental));
        unit.commit(()).await.unwrap();
        let log = house.log().await;
        let of = |person: i64| log.iter().find(|l| l.inner.as_ref().unwrap().subject == Some(person)).unwrap().line.relation();
        assert_eq!((of(child), of(mother)), (Some(Relation::AskedFor), Some(Relation::Incidental)));
        assert_eq!(log[0].line.entry, log[1].line.entry, "one act, one entry, a leaf for each person");
        house.remove().await;
    }
}

#[tokio::test]
async fn whoever_is_taken_into_the_case_is_asked_for_from_then_on() {
    for house in houses().await {
        let (child, mother) = (house.person(1).await, house.person(2).await);
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[child]).await;
        let mut unit = change(&house, &staff).await;
        assert_eq!(unit.see(mother, &["juki.identify"]).await.unwrap().relation, Some(Relation::Incidental));
        unit.take_into_case(mother).await.unwrap();
        assert_eq!(unit.see(mother, &["juki.identify"]).await.unwrap().relation, Some(Relation::AskedFor));
        let mut without = change_without_case(unit, &house).await;
        assert_eq!(without.take_into_case(mother).await.unwrap_err().kind, FaultKind::Refused);
        drop(without);
        house.remove().await;
    }
}

#[tokio::test]
async fn whoever_an_event_names_is_the_one_the_work_is_about() {
    for house in houses().await {
        let (child, mother) = (house.person(1).await, house.person(2).await);
        let case = OpenCase { id: 0, number: "連携-7".into(), ground: "job".into(), subjects: vec![mother] };
        let mut unit = change(&house, &StaffContext::job("book.on_event", "shimin", "juki", case)).await;
        assert_eq!(unit.concern(&atena(1)).await.unwrap(), child);
        let open = unit.staff().case.clone().unwrap();
        assert_eq!((open.number.as_str(), open.ground.as_str(), open.subjects), ("連携-7", "通知", vec![child]));
        assert_eq!(unit.see(child, &["juki.identify"]).await.unwrap().relation, Some(Relation::AskedFor));
        let newborn = unit.concern(&atena(3)).await.unwrap();
        assert!(newborn != child && !unit.is_case_subject(child), "one person at a time, also one nobody knew");
        unit.commit(()).await.unwrap();
        let log = house.log().await;
        assert_eq!(log[0].line.said.as_ref().unwrap().ground.as_deref(), Some("通知"));
        house.remove().await;
    }
}

/// Ends a unit (SQLite has one writer) and begins one of somebody without a case.
async fn change_without_case(unit: Unit, house: &House) -> Unit {
    unit.commit(()).await.unwrap();
    change(house, &clerk("1001", "shimin", 1)).await
}

#[tokio::test]
async fn a_secret_is_shown_only_to_whoever_asks_for_that_person() {
    for house in houses().await {
        let (child, mother) = (house.person(1).await, house.person(2).await);
        let staff = house.with_case(&clerk("1001", "shimin", 3), &[child]).await;
        let mut unit = look(&house, &staff).await;
        assert!(unit.see(child, &["juki.mynumber"]).await.unwrap().has("juki.mynumber"));
        let along = unit.see(mother, &["juki.identify", "juki.mynumber"]).await.unwrap();
        assert!(along.has("juki.identify") && !along.has("juki.mynumber"));
        assert_eq!(unit.see(mother, &["juki.mynumber"]).await.unwrap_err().kind, FaultKind::Refused);
        drop(unit);
        house.remove().await;
    }
}

async fn sees_address(house: &House, staff: &StaffContext, person: i64) -> bool {
    let mut unit = look(house, staff).await;
    let seen = unit.see(person, &["juki.identify", "juki.address"]).await.unwrap();
    assert!(seen.has("juki.identify"));
    seen.has("juki.address")
}

fn in_minutes(house: &House, minutes: i64) -> Timestamp {
    Timestamp::from_microsecond(house.clock.now().as_microsecond() + minutes * 60_000_000).unwrap()
}

#[tokio::test]
async fn a_protected_persons_address_opens_by_two_people_for_one_case_and_a_while() {
    for house in houses().await {
        let (person, neighbour) = (house.person(1).await, house.person(2).await);
        let staff = house.with_case(&clerk("2001", "iryo", 1), &[person, neighbour]).await;
        let other_case = house.with_case(&clerk("2001", "iryo", 1), &[person]).await;
        assert!(sees_address(&house, &staff, person).await);
        let mut tx = house.city.db().write().await.unwrap();
        subject::protect(&mut tx, person, Some("仮"), house.clock.now()).await.unwrap();
        subject::protect(&mut tx, neighbour, Some("本"), house.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!sees_address(&house, &staff, person).await);

        let case = staff.case.as_ref().unwrap().id;
        let until = in_minutes(&house, 30);
        let mut tx = house.city.db().write().await.unwrap();
        let alone = subject::release(&mut tx, person, case, "2002", "2002", until).await.unwrap_err();
        assert_eq!(alone.kind, FaultKind::Refused);
        assert!(!subject::is_released(&mut tx, person, case, house.clock.now()).await.unwrap());
        subject::release(&mut tx, person, case, "2002", "2003", until).await.unwrap();
        tx.commit().await.unwrap();

        assert!(sees_address(&house, &staff, person).await);
        assert!(!sees_address(&house, &staff, neighbour).await, "released for another person only");
        assert!(!sees_address(&house, &other_case, person).await, "released in another case only");
        house.clock.pass_minutes(29);
        assert!(sees_address(&house, &staff, person).await);
        house.clock.pass_minutes(1);
        assert!(!sees_address(&house, &staff, person).await, "locks again by itself");
        house.remove().await;
    }
}

#[tokio::test]
async fn a_run_that_prints_addresses_stops_when_the_protection_list_is_empty() {
    for house in houses().await {
        let person = house.person(1).await;
        let mut tx = house.city.db().write().await.unwrap();
        assert_eq!(subject::protection_list(&mut tx).await.unwrap_err().kind, FaultKind::Conflict);
        subject::protect(&mut tx, person, Some("本"), house.clock.now()).await.unwrap();
        assert_eq!(subject::protection_list(&mut tx).await.unwrap(), BTreeSet::from([person]));
        drop(tx);
        house.remove().await;
    }
}

#[tokio::test]
async fn when_the_log_cannot_be_written_nothing_is_shown_and_nothing_stored() {
    for house in houses().await {
        let person = house.person(1).await;
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[person]).await;
        for broken in ["audit_leaf", "audit_payload", "audit_counter"] {
            let (away, back): (&'static str, &'static str) = match broken {
                "audit_leaf" => ("alter table audit_leaf rename to away", "alter table away rename to audit_leaf"),
                "audit_payload" => ("alter table audit_payload rename to away", "alter table away rename to audit_payload"),
                _ => ("update audit_counter set name = 'away'", "update audit_counter set name = 'leaf'"),
            };
            let before = house.totals().await;
            house.run(away).await;
            let mut unit = look(&house, &staff).await;
            unit.see(person, &["juki.identify"]).await.unwrap();
            assert_unrecorded(unit.commit("氏名").await.map(|_| ()), broken);
            let mut unit = change(&house, &staff).await;
            write_whole(&mut unit, "転入").await.unwrap();
            assert_unrecorded(unit.commit(()).await.map(|_| ()), broken);
            // A refusal that cannot be recorded is no ordinary refusal either.
            let mut unit = look(&house, &clerk("1001", "shimin", 1)).await;
            assert_unrecorded(unit.see(person, &["juki.identify"]).await.map(|_| ()), broken);
            drop(unit);
            house.run(back).await;
            assert_eq!(house.totals().await, before, "{broken} on {}", house.engine());
        }
        let mut unit = change(&house, &staff).await;
        write_whole(&mut unit, "転入").await.unwrap();
        unit.commit(()).await.unwrap();
        assert_eq!(house.count(COUNT_BOOK).await, 1, "goes on when the log is back");
        house.remove().await;
    }
}

fn assert_unrecorded(result: Result<(), Fault>, broken: &str) {
    let fault = result.expect_err(broken);
    assert_eq!((fault.kind, fault.what.as_str()), (FaultKind::Unavailable, "記録を残せませんでした"), "{broken}");
}

#[tokio::test]
async fn a_change_that_was_refused_on_the_way_cannot_pretend_to_be_stored() {
    for house in houses().await {
        let person = house.person(1).await;
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[person]).await;
        let mut unit = change(&house, &staff).await;
        write_whole(&mut unit, "転入").await.unwrap();
        // The code goes on as if the refusal did not matter.
        assert!(unit.see(person, &["kodomo.eligibility"]).await.is_err());
        assert_eq!(unit.commit(()).await.unwrap_err().kind, FaultKind::Refused, "{}", house.engine());
        assert_eq!(house.totals().await, [0, 1, 0, 0], "only the refusal is stored");
        assert_eq!(house.log().await[0].line.result, "denied");
        house.remove().await;
    }
}

#[tokio::test]
async fn a_look_goes_on_after_one_person_in_it_was_refused() {
    for house in houses().await {
        let (child, mother) = (house.person(1).await, house.person(2).await);
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[child]).await;
        let mut unit = look(&house, &staff).await;
        assert!(unit.see(mother, &["juki.mynumber"]).await.is_err());
        assert!(unit.see(child, &["juki.mynumber"]).await.is_ok());
        unit.commit(()).await.unwrap();
        let results: Vec<_> = house.log().await.into_iter().map(|l| l.line.result).collect();
        assert_eq!(results, ["denied", "shown"]);
        house.remove().await;
    }
}

#[tokio::test]
async fn a_look_cannot_write() {
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        let mut unit = look(&house, &staff).await;
        assert!(write(&mut unit, "転入").await.is_err(), "{}", house.engine());
        drop(unit);
        assert_eq!(house.totals().await, [0, 0, 0, 0]);
        house.remove().await;
    }
}

#[tokio::test]
async fn a_look_sees_one_instant_while_others_write() {
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        let mut reader = look(&house, &staff).await;
        let before: i64 = reader.tx.one(COUNT_BOOK, vec![]).await.unwrap().get("n").unwrap();
        let mut unit = change(&house, &staff).await;
        write(&mut unit, "転入").await.unwrap();
        unit.commit(()).await.unwrap();
        let after: i64 = reader.tx.one(COUNT_BOOK, vec![]).await.unwrap().get("n").unwrap();
        assert_eq!((before, after, house.count(COUNT_BOOK).await), (0, 0, 1), "{}", house.engine());
        drop(reader);
        house.remove().await;
    }
}

#[tokio::test]
async fn commit_numbers_rise_in_the_order_in_which_commits_become_visible() {
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        let write_one = |n: usize| {
            let (city, staff) = (house.city.clone(), staff.clone());
            tokio::spawn(async move {
                let mut unit = Unit::change(&city, &staff, "/book", Action::Draft).await.unwrap();
                let seq = unit.seq().await.unwrap();
                assert_eq!(unit.seq().await.unwrap(), seq, "one number a unit");
                // Some units are slow after they took their number.
                if n.is_multiple_of(4) {
                    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
                }
                unit.tx.run("insert into book (id, words) values ($1, 'commit')", params![seq]).await.unwrap();
                unit.commit(()).await.unwrap();
                seq
            })
        };
        let tasks: Vec<_> = (0..40).map(write_one).collect();
        // Whoever watches never sees a number appear below one that was there already.
        let mut known = BTreeSet::new();
        while !tasks.iter().all(tokio::task::JoinHandle::is_finished) || known.len() < 40 {
            let mut tx = house.city.db().read().await.unwrap();
            let rows = tx.all("select id from book order by id", vec![]).await.unwrap();
            let now: BTreeSet<i64> = rows.iter().map(|r| r.get("id").unwrap()).collect();
            let highest = known.last().copied().unwrap_or(0);
            assert!(now.difference(&known).all(|id| *id > highest), "{}: {known:?} then {now:?}", house.engine());
            known = now;
        }
        let mut numbers = BTreeSet::new();
        for task in tasks {
            assert!(numbers.insert(task.await.unwrap()), "a number was given twice");
        }
        assert_eq!(numbers, known);
        house.remove().await;
    }
}

#[tokio::test]
async fn what_was_known_on_a_day_is_the_last_commit_of_that_day() {
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        let mut seqs = vec![];
        for day in [Date::constant(2026, 11, 19), house::TODAY] {
            house.clock.set(day);
            let mut unit = change(&house, &staff).await;
            seqs.push(unit.seq().await.unwrap());
            unit.commit(()).await.unwrap();
        }
        let mut unit = look(&house, &staff).await;
        let mut known = vec![];
        for day in [Date::constant(2026, 11, 18), Date::constant(2026, 11, 19), house::TODAY] {
            known.push(unit.seq_known_at(day).await.unwrap());
        }
        assert_eq!(known, [0, seqs[0], seqs[1]]);
        drop(unit);
        house.remove().await;
    }
}

#[tokio::test]
async fn whoever_holds_two_posts_acts_as_one_of_them() {
    for house in houses().await {
        let person = house.person(1).await;
        let in_juki = house.with_case(&clerk("1001", "shimin", 1), &[person]).await;
        let in_kodomo = house.with_case(&clerk("1001", "iryo", 1), &[person]).await;
        let all = ["juki.identify", "juki.mynumber", "kodomo.eligibility"];
        let mut unit = look(&house, &in_juki).await;
        let seen = unit.see(person, &all).await.unwrap();
        assert!(seen.has("juki.mynumber") && !seen.has("kodomo.eligibility"));
        drop(unit);
        let mut unit = look(&house, &in_kodomo).await;
        assert!(unit.see(person, &all).await.unwrap().has("kodomo.eligibility"));
        drop(unit);
        // The purpose of the other post does not come along either.
        let mixed = StaffContext { purpose: Some("kodomo".into()), ..in_juki };
        let mut unit = look(&house, &mixed).await;
        assert_eq!(unit.see(person, &all).await.unwrap_err().kind, FaultKind::Refused);
        drop(unit);
        house.remove().await;
    }
}

#[tokio::test]
async fn many_people_are_found_as_each_of_them_is() {
    for house in houses().await {
        let staff = house.with_case(&clerk("1001", "shimin", 1), &[]).await;
        let everybody: Vec<_> = (1..=150).map(atena).collect();
        let (known, strangers) = everybody.split_at(130);
        let mut unit = change(&house, &staff).await;
        let mut each = std::collections::BTreeMap::new();
        for number in known {
            each.insert(number.clone(), subject::of(&mut unit.tx, number).await.unwrap());
        }
        assert_eq!(unit.find_subjects(&everybody.iter().collect()).await.unwrap(), each);
        assert_eq!(unit.find_subjects(&strangers.iter().collect()).await.unwrap().len(), 0);
        assert_eq!(unit.find_subjects(&BTreeSet::new()).await.unwrap().len(), 0);
        drop(unit);
        house.remove().await;
    }
}
