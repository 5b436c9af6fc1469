//! A second start keeps the data, `--fresh` throws away only what a demo made; on both databases.

mod canaries;
mod matrix;
mod played;
mod screens;

use super::*;
use crate::cities::MINATO;
use platform::staff::admin;
use platform::testing::{TestDatabase, fresh_postgres};

fn options(url: Option<String>, name: &str) -> Options {
    let data = std::env::temp_dir().join(format!("atena-demo-test-{}-{name}", std::process::id()));
    std::fs::remove_dir_all(&data).ok();
    Options {
        database_url: url,
        data,
        residents: 120,
        fresh: false,
        today: Some(Date::constant(2026, 11, 20)),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        lines: None,
        city: &MINATO,
    }
}

async fn places(name: &str) -> Vec<(Options, Option<TestDatabase>)> {
    let mut all = vec![(options(None, name), None)];
    if let Some(database) = fresh_postgres().await.unwrap() {
        all.push((options(database.url.clone(), &format!("{name}-pg")), Some(database)));
    }
    all
}

async fn remove(options: &Options, database: Option<TestDatabase>) {
    std::fs::remove_dir_all(&options.data).ok();
    if let Some(database) = database {
        database.remove().await;
    }
}

async fn works_here(house: &House, staff_no: &str) -> bool {
    let mut tx = house.city.db().read().await.unwrap();
    staff::holders(&mut tx, house.city.today()).await.unwrap().iter().any(|h| h.staff_no == staff_no)
}

async fn refused(options: &Options) -> String {
    open_city(options).await.err().expect("refused").to_string()
}

#[tokio::test]
async fn a_second_start_keeps_the_data_and_fresh_starts_over() {
    for (options, database) in places("second").await {
        let first = open_city(&options).await.unwrap();
        assert_eq!(first.passwords.len(), MINATO.staff.len());
        let posts = [("shimin", 1, "", None)];
        let new = NewStaff {
            staff_no: "9001",
            name: "新人",
            password: "one-time-password",
            posts: &posts,
            from: Date::constant(2026, 4, 1),
        };
        admin::add(&first.house.city, &new).await.unwrap();
        first.house.city.db().close().await;
        let second = open_city(&options).await.unwrap();
        assert!(second.passwords.is_empty(), "nobody gets a new password");
        assert!(works_here(&second.house, "9001").await);
        second.house.city.db().close().await;
        let over = Options { fresh: true, ..options.clone() };
        let third = open_city(&over).await.unwrap();
        assert_eq!(third.passwords.len(), MINATO.staff.len());
        assert!(!works_here(&third.house, "9001").await, "{}: the old city is gone", third.house.city.db().engine());
        third.house.city.db().close().await;
        remove(&options, database).await;
    }
}

#[tokio::test]
async fn a_load_that_was_cut_off_is_not_taken_for_a_city() {
    for (options, database) in places("cut").await {
        let first = open_city(&options).await.unwrap();
        place::mark(&options, first.house.city.db(), first.house.city.keys(), false).await.unwrap();
        first.house.city.db().close().await;
        assert!(refused(&options).await.contains("--fresh"));
        remove(&options, database).await;
    }
}

#[tokio::test]
async fn the_demo_touches_nothing_that_is_not_its_own() {
    for (options, database) in places("own").await {
        match &database {
            None => {
                std::fs::create_dir_all(&options.data).unwrap();
                std::fs::write(options.data.join("accounts.txt"), "somebody's").unwrap();
            }
            Some(database) => {
                let programmes = programmes();
                let now = kernel::time::Timestamp::UNIX_EPOCH;
                platform::db::migrate(&database.db, &crate::migrations(&programmes), now).await.unwrap();
            }
        }
        for fresh in [false, true] {
            let why = refused(&Options { fresh, ..options.clone() }).await;
            assert!(why.contains("demo が作った"), "{why}");
        }
        match &database {
            None => assert!(options.data.join("accounts.txt").exists()),
            Some(database) => {
                assert_eq!(platform::db::mark::holds(&database.db).await.unwrap(), platform::db::mark::Holds::Others);
            }
        }
        remove(&options, database).await;
    }
    // The database of another demo, whose keys are not here.
    let mut all = places("keys").await;
    let Some((with, Some(database))) = all.pop().filter(|(_, d)| d.is_some()) else { return };
    open_city(&with).await.unwrap().house.city.db().close().await;
    let without = options(with.database_url.clone(), "keys-elsewhere");
    assert!(refused(&without).await.contains("鍵"));
    remove(&with, Some(database)).await;
}

const SOMEBODY: &str = "select atena_no from resident_person where removed_on is null and superseded_seq is null and valid_to is null order by id limit 1";
const DRAFTS: &str = "select count(*) as n from platform_draft";

#[tokio::test]
async fn a_person_whom_a_colleague_edits_is_locked_and_the_page_says_by_whom() {
    for (options, database) in places("lock").await {
        let Opened { house, passwords } = open_city(&options).await.unwrap();
        let mut tx = house.city.db().read().await.unwrap();
        let number: String = tx.one(SOMEBODY, vec![]).await.unwrap().get("atena_no").unwrap();
        drop(tx);
        let mut answers = vec![];
        for staff_no in ["1001", "1002"] {
            let (member, password) = passwords.iter().find(|(m, _)| m.staff_no == staff_no).unwrap();
            let mut clerk = browser::Browser::new(house.clone().router(), member.job_ja);
            clerk.sign_in(staff_no, password).await.unwrap();
            clerk.post("/case", &[("title", "死亡の届出"), ("ground", "受付")]).await.unwrap();
            clerk.post(&format!("/juki/person/{number}/take"), &[]).await.ok();
            let fields = [("died_on", "R8.11.19"), ("death_notified_on", "R8.11.20")];
            let said = clerk.post(&format!("/juki/person/{number}/death"), &fields).await.map(str::to_owned);
            answers.push((clerk.status.as_u16(), said.unwrap_or_else(|e| e.to_string()), clerk.page.clone()));
        }
        assert_eq!(answers[0].0, 200, "{:?}", answers[0]);
        assert_eq!(answers[1].0, 409, "{:?}", answers[1]);
        let said = format!("{}{}", answers[1].1, answers[1].2);
        assert!(said.contains("ほかの案件で異動の処理中です") && said.contains("大野 修"), "{said}");
        let mut tx = house.city.db().read().await.unwrap();
        assert_eq!(tx.one(DRAFTS, vec![]).await.unwrap().get::<i64>("n").unwrap(), 1, "only the first was drafted");
        drop(tx);
        house.city.db().close().await;
        remove(&options, database).await;
    }
}
