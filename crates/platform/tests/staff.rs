//! Sign-in, lock-out, idle lock and passwords, as staff meet them on a working day.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod house;

use house::{House, TODAY, clerk, houses};
use kernel::time::Date;
use platform::audit::LogLine;
use platform::fault::{Fault, FaultKind};
use platform::staff::{self, NewStaff, StaffContext, admin};
use platform::{City, case, params};

const FIRST: &str = "one-time 4711 salmon";
const LONGER: &str = "夏の海で見た、とても大きな船";

async fn hire(house: &House, staff_no: &str, posts: &[(&str, i64, &str, Option<&str>)]) {
    let new = NewStaff { staff_no, name: "大谷 真央", password: FIRST, posts, from: Date::constant(2026, 4, 1) };
    let mut tx = house.city.db().write().await.unwrap();
    staff::register(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn hired() -> Vec<House> {
    let houses = houses().await;
    for house in &houses {
        hire(house, "1001", &[("shimin", 1, "", None)]).await;
    }
    houses
}

async fn sign_in(house: &House, password: &str) -> Result<String, Fault> {
    staff::sign_in(&house.city, "1001", password, "A-12").await
}

async fn context(city: &City, token: &str) -> Option<StaffContext> {
    staff::session(city, token).await.unwrap()
}

#[tokio::test]
async fn signing_in_begins_a_session_in_the_only_post() {
    for house in hired().await {
        let token = sign_in(&house, FIRST).await.unwrap();
        let at_work = context(&house.city, &token).await.unwrap();
        assert_eq!((at_work.office(), at_work.rank(), at_work.purpose.as_deref()), ("shimin", 1, Some("juki")));
        assert_eq!((at_work.staff_no.as_str(), at_work.terminal.as_str(), at_work.locked), ("1001", "A-12", false));
        assert!(at_work.case.is_none() && at_work.csrf.len() == 32);
        staff::sign_out(&house.city, &at_work).await.unwrap();
        assert!(context(&house.city, &token).await.is_none());
        house.remove().await;
    }
}

#[tokio::test]
async fn an_unknown_number_and_a_wrong_password_are_refused_alike() {
    for house in hired().await {
        let wrong = sign_in(&house, "not my password").await.unwrap_err();
        let unknown = staff::sign_in(&house.city, "9999", FIRST, "A-12").await.unwrap_err();
        assert_eq!(wrong, unknown);
        assert_eq!(wrong.kind, FaultKind::Refused);
        assert!(!wrong.to_string().contains("1001"));
        house.remove().await;
    }
}

#[tokio::test]
async fn five_failures_lock_the_account_for_fifteen_minutes() {
    for house in hired().await {
        for _ in 0..4 {
            sign_in(&house, "wrong").await.unwrap_err();
        }
        // Four are forgiven by the right one.
        sign_in(&house, FIRST).await.unwrap();
        let wrong = sign_in(&house, "wrong").await.unwrap_err();
        for _ in 0..4 {
            sign_in(&house, "wrong").await.unwrap_err();
        }
        assert_eq!(sign_in(&house, FIRST).await.unwrap_err(), wrong, "locked, and told in the same words");
        house.clock.pass_minutes(14);
        assert!(sign_in(&house, FIRST).await.is_err());
        house.clock.pass_minutes(1);
        assert!(sign_in(&house, FIRST).await.is_ok(), "{}", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn guesses_sent_all_at_once_are_counted_one_by_one() {
    for house in hired().await {
        let guess = |n: usize| {
            let city = house.city.clone();
            tokio::spawn(async move { staff::sign_in(&city, "1001", &format!("guess {n}"), "B-1").await.is_ok() })
        };
        for task in (0..10).map(guess).collect::<Vec<_>>() {
            assert!(!task.await.unwrap());
        }
        assert!(sign_in(&house, FIRST).await.is_err(), "{}: locked after ten wrong guesses", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn somebody_who_signs_in_keeps_nobody_from_writing() {
    for house in hired().await {
        // A change is under way on another desk while the password is checked.
        let mut tx = house.city.db().write().await.unwrap();
        tx.run(house::WRITE_BOOK, params!["転入"]).await.unwrap();
        tx.commit().await.unwrap();
        let all = (0..4).map(|_| sign_in(&house, FIRST));
        assert!(futures_util::future::join_all(all).await.into_iter().all(|r| r.is_ok()), "{}", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn the_screen_locks_fifteen_minutes_after_the_last_look_to_the_second() {
    for house in hired().await {
        let token = sign_in(&house, FIRST).await.unwrap();
        // Looks within a minute of the last stored one count too.
        for _ in 0..3 {
            house.clock.pass_seconds(59);
            assert!(!context(&house.city, &token).await.unwrap().locked);
        }
        house.clock.pass_seconds(899);
        assert!(!context(&house.city, &token).await.unwrap().locked, "14 minutes 59 seconds");
        house.clock.pass_seconds(900);
        assert!(context(&house.city, &token).await.unwrap().locked, "15 minutes");
        // Nothing that happens behind the lock counts as presence.
        house.clock.pass_minutes(1);
        assert!(context(&house.city, &token).await.unwrap().locked);
        house.remove().await;
    }
}

#[tokio::test]
async fn coming_going_and_failing_to_come_in_are_entries_of_the_log() {
    for house in houses().await {
        hire(&house, "1001", &[("shimin", 1, "", None), ("iryo", 2, "", None)]).await;
        sign_in(&house, "wrong").await.unwrap_err();
        staff::sign_in(&house.city, "My secret in the wrong field", FIRST, "A-12").await.unwrap_err();
        let token = sign_in(&house, FIRST).await.unwrap();
        let at_work = context(&house.city, &token).await.unwrap();
        let mut tx = house.city.db().read().await.unwrap();
        let posts = staff::posts(&mut tx, "1001", TODAY).await.unwrap();
        drop(tx);
        staff::act_as(&house.city, &at_work, posts[1].id, "kodomo").await.unwrap();
        staff::act_as(&house.city, &at_work, posts[1].id, "juki").await.unwrap_err();
        let at_work = context(&house.city, &token).await.unwrap();
        staff::lock(&house.city, &at_work, None).await.unwrap();
        staff::lock(&house.city, &at_work, Some("wrong")).await.unwrap_err();
        staff::lock(&house.city, &at_work, Some(FIRST)).await.unwrap();
        staff::change_password(&house.city, &at_work, FIRST, LONGER).await.unwrap();
        staff::sign_out(&house.city, &at_work).await.unwrap();
        for _ in 0..6 {
            sign_in(&house, "wrong").await.unwrap_err();
        }
        let log = house.log().await;
        let words = |l: &LogLine| {
            let inner = l.inner.as_ref().unwrap();
            format!("{} {} {}", inner.staff_no, l.line.result, inner.detail)
        };
        let said: Vec<String> = log.iter().map(words).collect();
        let expected = [
            "1001 denied パスワードの誤り 1回目",
            " denied 登録のない職員番号",
            "1001 changed サインイン",
            "1001 changed 所属・事務の切替え",
            "1001 denied 持っていない所属・事務",
            "1001 changed 離席",
            "1001 denied パスワードの誤り 1回目",
            "1001 changed 席に戻る",
            "1001 changed パスワードの変更",
            "1001 changed サインアウト",
            "1001 denied パスワードの誤り 1回目",
            "1001 denied パスワードの誤り 2回目",
            "1001 denied パスワードの誤り 3回目",
            "1001 denied パスワードの誤り 4回目",
            "1001 denied パスワードの誤り 5回目。続けて間違えたため15分使えません",
            "1001 denied 一時的に使えない間の試み",
        ];
        assert_eq!(said, expected, "{}", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn the_console_makes_the_first_account_and_ends_one_at_once() {
    for house in houses().await {
        let posts: &[(&str, i64, &str, Option<&str>)] = &[("shimin", 2, "", None)];
        let from = Date::constant(2026, 4, 1);
        let new = |password, posts| NewStaff { staff_no: "0001", name: "大谷 真央", password, posts, from };
        let field = |fault: Fault| fault.fields[0].field;
        assert_eq!(field(admin::add(&house.city, &new("short", posts)).await.unwrap_err()), "new");
        let nowhere: &[(&str, i64, &str, Option<&str>)] = &[("atlantis", 2, "", None)];
        assert_eq!(field(admin::add(&house.city, &new(FIRST, nowhere)).await.unwrap_err()), "office");
        admin::add(&house.city, &new(FIRST, posts)).await.unwrap();
        assert_eq!(admin::add(&house.city, &new(FIRST, posts)).await.unwrap_err().kind, FaultKind::Conflict);
        let token = staff::sign_in(&house.city, "0001", FIRST, "A-12").await.unwrap();
        admin::lock(&house.city, "0001").await.unwrap();
        assert!(context(&house.city, &token).await.is_none(), "the open session has ended");
        house.clock.pass_minutes(60 * 24);
        assert!(staff::sign_in(&house.city, "0001", FIRST, "A-12").await.is_err(), "no time opens it");
        let second = admin::one_time_password(house.city.keys()).unwrap();
        admin::set_password(&house.city, "0001", &second).await.unwrap();
        assert!(staff::sign_in(&house.city, "0001", FIRST, "A-12").await.is_err());
        let token = staff::sign_in(&house.city, "0001", &second, "A-12").await.unwrap();
        assert!(context(&house.city, &token).await.unwrap().must_change);
        assert_eq!(admin::lock(&house.city, "9999").await.unwrap_err().kind, FaultKind::Missing);
        let console = |l: &LogLine| l.inner.as_ref().is_some_and(|i| i.terminal == "console");
        let today = house.log().await.into_iter().filter(console).count();
        assert_eq!(today, 2, "{}: each act at the console of that day is an entry", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn whoever_works_on_is_not_locked_out() {
    for house in hired().await {
        let token = sign_in(&house, FIRST).await.unwrap();
        for _ in 0..6 {
            house.clock.pass_minutes(14);
            assert!(!context(&house.city, &token).await.unwrap().locked);
        }
        house.clock.pass_minutes(15);
        assert!(context(&house.city, &token).await.unwrap().locked);
        house.remove().await;
    }
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_busy() {
    for house in hired().await {
        let token = sign_in(&house, FIRST).await.unwrap();
        for _ in 0..71 {
            house.clock.pass_minutes(10);
            assert!(context(&house.city, &token).await.is_some());
        }
        house.clock.pass_minutes(9);
        assert!(context(&house.city, &token).await.is_some(), "11 hours 59 minutes");
        house.clock.pass_minutes(1);
        assert!(context(&house.city, &token).await.is_none(), "12 hours");
        house.remove().await;
    }
}

#[tokio::test]
async fn a_locked_screen_opens_with_the_password_and_guesses_count() {
    for house in hired().await {
        let token = sign_in(&house, FIRST).await.unwrap();
        let at_work = context(&house.city, &token).await.unwrap();
        staff::lock(&house.city, &at_work, None).await.unwrap();
        assert!(context(&house.city, &token).await.unwrap().locked);
        assert_eq!(staff::lock(&house.city, &at_work, Some("wrong")).await.unwrap_err().kind, FaultKind::Refused);
        assert!(context(&house.city, &token).await.unwrap().locked);
        staff::lock(&house.city, &at_work, Some(FIRST)).await.unwrap();
        assert!(!context(&house.city, &token).await.unwrap().locked);
        staff::lock(&house.city, &at_work, None).await.unwrap();
        for _ in 0..5 {
            staff::lock(&house.city, &at_work, Some("wrong")).await.unwrap_err();
        }
        assert!(
            staff::lock(&house.city, &at_work, Some(FIRST)).await.is_err(),
            "five guesses at a locked screen lock the account"
        );
        assert!(sign_in(&house, FIRST).await.is_err());
        house.remove().await;
    }
}

#[tokio::test]
async fn guesses_at_the_old_password_count_too() {
    for house in hired().await {
        let token = sign_in(&house, FIRST).await.unwrap();
        let at_work = context(&house.city, &token).await.unwrap();
        for _ in 0..5 {
            assert!(staff::change_password(&house.city, &at_work, "wrong", LONGER).await.is_err());
        }
        assert!(staff::change_password(&house.city, &at_work, FIRST, LONGER).await.is_err(), "{}", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn the_one_time_password_must_be_changed() {
    for house in hired().await {
        let token = sign_in(&house, FIRST).await.unwrap();
        let at_work = context(&house.city, &token).await.unwrap();
        assert!(at_work.must_change);
        let field = |fault: Fault| fault.fields[0].field;
        let change = async |old: &'static str, new: &'static str| staff::change_password(&house.city, &at_work, old, new).await;
        assert_eq!(field(change("wrong", LONGER).await.unwrap_err()), "old");
        assert_eq!(field(change(FIRST, "一二三四五六七八九十一").await.unwrap_err()), "new", "eleven characters");
        assert_eq!(field(change(FIRST, FIRST).await.unwrap_err()), "new", "the same again");
        assert!(context(&house.city, &token).await.unwrap().must_change);
        change(FIRST, "一二三四五六七八九十一二").await.unwrap();
        assert!(!context(&house.city, &token).await.unwrap().must_change);
        assert!(sign_in(&house, FIRST).await.is_err());
        assert!(sign_in(&house, "一二三四五六七八九十一二").await.is_ok());
        house.remove().await;
    }
}

#[tokio::test]
async fn neither_token_nor_password_can_be_read_in_the_database() {
    for house in hired().await {
        let token = sign_in(&house, FIRST).await.unwrap();
        let mut tx = house.city.db().read().await.unwrap();
        let session = tx.one("select token from platform_session", params![]).await.unwrap();
        assert_ne!(session.get::<Vec<u8>>("token").unwrap(), token.as_bytes());
        let person = tx.one("select password_hash from platform_staff", params![]).await.unwrap();
        assert!(person.get::<String>("password_hash").unwrap().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        drop(tx);
        // What stands in the table does not open a session.
        let stolen = platform::keys::hex(&session.get::<Vec<u8>>("token").unwrap());
        assert!(context(&house.city, &stolen).await.is_none());
        if let Some(file) = &house.database.file {
            let read = |end: &str| std::fs::read(file.with_extension(end)).unwrap_or_default();
            let bytes = [read("db"), read("db-wal")].concat();
            let holds = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
            assert!(holds("1001") && !holds(&token) && !holds(FIRST));
        }
        house.remove().await;
    }
}

#[tokio::test]
async fn nobody_signs_in_before_their_first_day_or_after_their_last() {
    for house in hired().await {
        house.clock.set(Date::constant(2026, 3, 31));
        assert!(sign_in(&house, FIRST).await.is_err());
        house.clock.set(Date::constant(2026, 4, 1));
        assert!(sign_in(&house, FIRST).await.is_ok());
        house.run("update platform_staff set active_to = '2026-11-20'").await;
        house.clock.set(TODAY);
        let token = sign_in(&house, FIRST).await.unwrap();
        // Midnight comes while the session is open.
        house.clock.pass_minutes(11 * 60);
        assert!(context(&house.city, &token).await.is_some());
        house.clock.set(TODAY);
        house.clock.pass_minutes(12 * 60 - 1);
        let late = sign_in(&house, FIRST).await.unwrap();
        house.clock.pass_minutes(1);
        assert!(context(&house.city, &late).await.is_none(), "{}: the day after the last day", house.engine());
        assert!(sign_in(&house, FIRST).await.is_err());
        house.remove().await;
    }
}

#[tokio::test]
async fn whoever_holds_two_posts_chooses_one_and_leaves_the_case_of_the_other() {
    for house in houses().await {
        hire(&house, "1001", &[("shimin", 1, "", None), ("iryo", 2, "auditor,protection", Some("中央区"))]).await;
        let token = sign_in(&house, FIRST).await.unwrap();
        let at_work = context(&house.city, &token).await.unwrap();
        assert!(at_work.post.is_none() && at_work.purpose.is_none(), "no post before one is chosen");
        let mut tx = house.city.db().read().await.unwrap();
        let posts = staff::posts(&mut tx, "1001", TODAY).await.unwrap();
        drop(tx);
        assert_eq!(staff::act_as(&house.city, &at_work, posts[0].id, "kodomo").await.unwrap_err().kind, FaultKind::Refused);
        assert!(staff::act_as(&house.city, &at_work, posts[1].id + 1000, "kodomo").await.is_err());
        staff::act_as(&house.city, &at_work, posts[0].id, "juki").await.unwrap();
        let in_juki = context(&house.city, &token).await.unwrap();
        let with_case = house.with_case(&in_juki, &[]).await;
        let mut tx = house.city.db().write().await.unwrap();
        case::resume(&mut tx, &with_case, with_case.case.as_ref().unwrap().id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(context(&house.city, &token).await.unwrap().case.is_some());
        staff::act_as(&house.city, &in_juki, posts[1].id, "kodomo").await.unwrap();
        let in_kodomo = context(&house.city, &token).await.unwrap();
        assert_eq!((in_kodomo.office(), in_kodomo.rank(), in_kodomo.case.is_none()), ("iryo", 2, true));
        assert!(in_kodomo.has_role("auditor") && !in_juki.has_role("auditor"));
        house.remove().await;
    }
}

#[tokio::test]
async fn a_case_of_another_office_cannot_be_made_ones_own() {
    for house in hired().await {
        let token = sign_in(&house, FIRST).await.unwrap();
        let at_work = context(&house.city, &token).await.unwrap();
        let foreign = house.with_case(&clerk("2001", "iryo", 1), &[]).await.case.unwrap();
        let mut tx = house.city.db().write().await.unwrap();
        assert_eq!(case::resume(&mut tx, &at_work, foreign.id).await.unwrap_err().kind, FaultKind::Missing);
        assert_eq!(case::resume(&mut tx, &at_work, foreign.id + 99).await.unwrap_err().kind, FaultKind::Missing);
        drop(tx);
        house.remove().await;
    }
}
