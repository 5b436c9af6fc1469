//! 消去 (ATN-05): whom no programme needs any longer is listed, two people decide, and the person goes, here and at the gateway.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its city has failed")]

mod support;

use axum::http::StatusCode;
use kernel::ident::AtenaNo;
use platform::approval::Word;
use platform::job;
use ports::ResidentChange::{Cancelled, Died, Entered, MovedOut};
use serde_json::Value;
use support::desk::Desk;
use support::{PAID_LATER, TODAY, World, atena, my_number, worlds};

/// Seven years and a day.
const LONG: u64 = (7 * 365 + 2 + 1) * 24 * 60;

async fn moves_out(world: &World, who: &AtenaNo) {
    world.resident(MovedOut, who, &[]).await;
    world.deliver().await;
}

/// A 住登外者 of whom the office has nothing more to do.
async fn outsider(desk: &Desk<'_>, [name, kana, birth, address]: [&str; 4], number: &str) -> AtenaNo {
    let entry = [
        ("kind", "0"),
        ("name", name),
        ("kana", kana),
        ("birth", birth),
        ("sex", "女"),
        ("address", address),
        ("moved_on", "R8.11.20"),
        ("my_number", number),
    ];
    let (status, location, page) = desk.say("/hub/outsiders", &entry).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let who = location.rsplit('/').next().unwrap().to_owned();
    let ends = [("kind", "1"), ("rev", "1"), ("atena_no", who.as_str()), ("reason", "利用の終了")];
    let form: Vec<_> = entry.into_iter().filter(|(n, _)| *n != "kind").chain(ends).collect();
    assert_eq!(desk.say("/hub/outsiders", &form).await.0, StatusCode::SEE_OTHER);
    desk.world.deliver().await;
    AtenaNo::parse(&who).unwrap()
}

/// Lets the job run that a page has asked for; answers how it ended.
async fn works(world: &World) -> (String, String) {
    let id = job::run_next(&world.city, &world.programme.jobs).await.unwrap().unwrap();
    let mut tx = world.city.db().read().await.unwrap();
    let view = job::find(&mut tx, "joho", id).await.unwrap();
    (view.state, view.message)
}

/// Has a list made and answers it.
async fn seek(desk: &Desk<'_>) -> Value {
    let (status, _, page) = desk.say("/hub/deletions", &[]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (state, message) = works(desk.world).await;
    assert_eq!(state, "done", "{message}");
    let id = desk.api("/hub/deletions").await["deletions"][0]["id"].clone();
    desk.api(&format!("/hub/deletions/{id}")).await
}

fn of<'v>(list: &'v Value, who: &AtenaNo) -> Option<&'v Value> {
    list["people"].as_array().unwrap().iter().find(|p| p["atena_no"] == who.as_str())
}

#[tokio::test]
async fn atn_05_whom_no_programme_needs_any_longer_is_deleted_by_two() {
    for world in worlds().await {
        for n in 1..=7 {
            world.enters(&atena(n), my_number(n)).await;
        }
        // 1 is gone and the programme has ended; of 2 it has not; 3 came back; 4 is protected; 5 was paid once more; 6 died; 7 lives here.
        for n in [1, 2, 3, 4, PAID_LATER] {
            moves_out(&world, &atena(n)).await;
        }
        world.needed_until("kodomo", "K1", &atena(1), Some(TODAY)).await;
        world.linked("kodomo", "K2", &atena(2)).await;
        world.resident(Entered, &atena(3), &[]).await;
        world.resident(Died, &atena(6), &[]).await;
        world.protect(&atena(4)).await;
        world.deliver().await;
        let early = Desk::open(&world, "4001", 2, "it_policy").await;
        early.open_case().await;
        let numbered =
            outsider(&early, ["川田 月子", "カワダ ツキコ", "H3.2.2", "京都府京都市北区1番"], my_number(80).expose()).await;
        let unnumbered = outsider(&early, ["石井 健", "イシイ ケン", "S40.7.7", "北海道札幌市北区北七条2番"], "").await;
        let mut dans = vec![];
        for n in 1..=7 {
            dans.push(world.dan_no(&atena(n)).await.unwrap());
        }
        let of_outsider = world.dan_no(&numbered).await.unwrap();
        world.clock.pass_minutes(LONG - 24 * 60);
        let day_before = Desk::open(&world, "4004", 2, "it_policy").await;
        day_before.open_case().await;
        assert!(seek(&day_before).await["people"].as_array().unwrap().is_empty(), "a day too early nobody is listed");
        world.clock.pass_minutes(24 * 60);

        let desk = Desk::open(&world, "4002", 2, "it_policy").await;
        desk.open_case().await;
        let list = seek(&desk).await;
        assert_eq!(list["state"], "確認中");
        for (who, state) in [(&atena(1), "対象"), (&atena(6), "対象"), (&numbered, "対象"), (&unnumbered, "対象")] {
            assert_eq!(of(&list, who).unwrap()["state"], state, "{list}");
        }
        assert!(of(&list, &atena(4)).unwrap()["reason"].as_str().unwrap().contains("支援措置"), "{list}");
        assert!(of(&list, &atena(5)).unwrap()["reason"].as_str().unwrap().contains("令和12年1月10日に支給"), "{list}");
        for n in [2, 3, 7] {
            assert!(of(&list, &atena(n)).is_none(), "{n} is needed: {list}");
        }
        let page = format!("/hub/deletions/{}", list["id"]);
        assert_eq!(desk.say(&page, &[("reason", "")]).await.0, StatusCode::UNPROCESSABLE_ENTITY, "nothing without a reason");
        assert_eq!(desk.say(&page, &[("reason", "保存期間の満了")]).await.0, StatusCode::SEE_OTHER);
        assert_eq!(desk.say(&page, &[("reason", "もう一度")]).await.0, StatusCode::CONFLICT, "drafted once");
        assert!(desk.decides(Word::Approve).await.is_err(), "nobody decides what they drafted");
        assert_eq!(world.count("select count(*) as n from hub_person").await, 8, "nobody goes before the decision");
        let chief = Desk::open(&world, "4003", 3, "it_policy").await;
        chief.decides(Word::Approve).await.unwrap();

        // In the meantime 6 is needed again; of 住登外者 with a number the gateway must keep a record; the line is down once.
        world.linked("kokuho", "N6", &atena(6)).await;
        world.deliver().await;
        world.heard.since();
        world.heard.refuses(&format!("forget {of_outsider}"), "情報提供等記録を保存しています(令和16年まで)");
        world.heard.hangs_up(&format!("forget {}", dans[0]));
        let (state, message) = works(&world).await;
        assert_eq!(state, "failed", "a line that is down stops the work: {message}");
        assert_eq!(world.dan_no(&atena(1)).await.as_ref(), Some(&dans[0]), "who is not gone there is not gone here");
        world.heard.takes_all();
        world.heard.refuses(&format!("forget {of_outsider}"), "情報提供等記録を保存しています(令和16年まで)");
        let mut tx = world.city.db().write().await.unwrap();
        let failed: i64 = tx.one("select max(id) as id from platform_job", vec![]).await.unwrap().get("id").unwrap();
        job::set_running(&mut tx, failed, true).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(works(&world).await, ("done".into(), "消去 2人、保留 4人".into()));
        let told = world.heard.since();
        assert!(told.contains(&format!("forget {}", dans[0])) && !told.iter().any(|w| w.contains(&dans[5])), "{told:?}");

        let list = desk.api(&page).await;
        assert_eq!((list["state"].as_str(), list["counts"]["消去済"].as_i64()), (Some("完了"), Some(2)));
        assert!(of(&list, &numbered).unwrap()["reason"].as_str().unwrap().contains("令和16年まで"), "{list}");
        assert_eq!(of(&list, &atena(6)).unwrap()["reason"], "利用が再開されました");
        let said = list.to_string() + &desk.get(&page).await.1;
        for number in [&dans[0], &atena(1).to_string(), &unnumbered.to_string()] {
            assert!(!said.contains(number.as_str()), "the proof holds no number: {said}");
        }
        assert_eq!(list["registers"]["hub_removal"].as_array().unwrap().len(), 2, "one proof for each");
        assert_eq!(world.dan_no(&atena(1)).await, None);
        for (n, dan) in (1..).zip(&dans).skip(1) {
            assert_eq!(world.dan_no(&atena(n)).await.as_ref(), Some(dan), "{n} is as before");
        }
        assert!(world.recorded(&atena(1)).await.len() > 1, "who looked at them stays on record");
        let left = "select count(*) as n from hub_outsider";
        assert_eq!(world.count(left).await, 2, "of the 住登外者 who stays, the present record and the one before");

        // The number is never given out again, also when the counter begins anew; who comes back is somebody new.
        let mut tx = world.city.db().write().await.unwrap();
        tx.run("delete from platform_counter where name = 'hub.dan_no'", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        world.enters(&atena(1), my_number(1)).await;
        let back = world.dan_no(&atena(1)).await.unwrap();
        assert!(!dans.contains(&back) && back != of_outsider, "{back} is new");
        drop((early, day_before, desk, chief));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_list_that_is_sent_back_deletes_nobody_and_a_cancelled_move_needs_the_person_again() {
    for world in worlds().await {
        for n in 1..=2 {
            world.registry.lives(&atena(n), ["山田 花子", "ヤマダ ハナコ", "昭和45年5月1日", "女", "大阪府みなと市1番"]);
            world.enters(&atena(n), my_number(n)).await;
            moves_out(&world, &atena(n)).await;
        }
        world.resident(Cancelled, &atena(2), &[]).await;
        world.deliver().await;
        world.clock.pass_minutes(LONG);
        let desk = Desk::of_policy(&world).await;
        let list = seek(&desk).await;
        assert!(of(&list, &atena(1)).is_some() && of(&list, &atena(2)).is_none(), "{list}");
        let page = format!("/hub/deletions/{}", list["id"]);
        desk.say(&page, &[("reason", "保存期間の満了")]).await;
        let chief = Desk::open(&world, "4002", 3, "it_policy").await;
        chief.decides(Word::Return).await.unwrap();
        assert_eq!(desk.api(&page).await["state"], "確認中");
        assert_eq!(job::run_next(&world.city, &world.programme.jobs).await.unwrap(), None);
        assert_eq!(world.count("select count(*) as n from hub_person").await, 2);
        drop((desk, chief));
        world.database.remove().await;
    }
}
