//! 正本 and 副本.

use super::world::{World, atena, dan, worlds};
use axum::http::StatusCode;
use serde_json::json;
use std::collections::BTreeSet;
use testkit::Clerk;
use wire::ident::ItemId;
use wire::replica::Value;

const HEAD: &str = "処理,宛名番号,年度など,公開開始日,公開終了日,市町村民税所得割額,市町村民税均等割額";

pub async fn hand_over(clerk: &Clerk, rows: &[String]) {
    let body = format!("{HEAD}\n{}\n", rows.join("\n"));
    let fields = [("system", "税システム"), ("data_set", "TM00000000000002")];
    let (status, _, page) = clerk.says("/exchange/originals", &fields, &[("file", "tax.csv", &body)]).await.unwrap();
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
}

pub fn taxed(who: u64, amount: &str) -> String {
    format!("登録,{},2026,2026-06-01,,{amount},3000", atena(who))
}

async fn it(world: &World) -> Clerk {
    let it = world.clerk("4001", "joho", "it_policy").await;
    it.open_case(&[]).await.unwrap();
    it
}

fn amounts(world: &World) -> Vec<(String, String)> {
    let state = world.peer.0.lock().unwrap();
    let item = ItemId::parse("市町村民税所得割額").unwrap();
    let mut all: Vec<_> =
        state.replica.iter().filter_map(|r| Some((r.dan.to_string(), format!("{:?}", r.items.as_ref()?.get(&item)?)))).collect();
    all.sort();
    all
}

fn given(amount: &str) -> String {
    format!("{:?}", Value::given(amount).unwrap())
}

#[tokio::test]
async fn good_rows_of_a_file_go_on_and_bad_ones_are_listed_with_reasons() {
    for world in worlds().await {
        world.people(3).await;
        let it = it(&world).await;
        let rows = [
            taxed(1, "120000"),
            taxed(2, ""),
            format!("登録,{},2026,2026-06-01,,(未申告),(未申告)", atena(2)),
            taxed(77, "5"),
            "登録,123,2026,2026-06-01,,1,1".into(),
            format!("登録,{},2026,6月,,1,1", atena(3)),
        ];
        hand_over(&it, &rows).await;
        let message = world.jobs().await;
        assert!(message.starts_with("done"), "{message}");
        let intake = it.api("/exchange/originals").await.unwrap()["registers"]["exchange_intake"][0].clone();
        assert_eq!((&intake["good"], &intake["bad"]), (&json!("2"), &json!("4")));
        let problems = intake["problems"].as_str().unwrap();
        for (line, why) in [(3, "空です"), (5, "人はいません"), (6, "検査数字"), (7, "日付ではありません")]
        {
            let found = problems.lines().find(|l| l.starts_with(&format!("{line}行目"))).unwrap();
            assert!(found.contains(why), "{found}");
        }
        let undeclared = format!("{:?}", Value::Absent(wire::replica::Reason::NotDeclared));
        assert_eq!(
            amounts(&world),
            [(dan(1).to_string(), given("120000")), (dan(2).to_string(), undeclared)],
            "未申告 is not zero"
        );
        world.database.remove().await;
    }
}

#[tokio::test]
async fn each_year_goes_in_its_own_version_and_an_earlier_version_of_a_year_is_taken_back() {
    for world in worlds().await {
        world.people(2).await;
        let it = it(&world).await;
        let places = || {
            let state = world.peer.0.lock().unwrap();
            let mut all: Vec<_> = (state.replica.iter())
                .filter(|r| r.data_set.id.as_str() == "TM00000000000002")
                .map(|r| (r.key.to_string(), r.data_set.version, r.items.as_ref().unwrap().len()))
                .collect();
            all.sort();
            all
        };
        // In June the version of the year has not come yet.
        world.clock.set(kernel::Date::constant(2026, 6, 15));
        let last_year = format!("登録,{},2025,2025-06-01,,50000,3000", atena(1));
        hand_over(&it, &[taxed(1, "120000"), last_year.clone()]).await;
        world.jobs().await;
        assert_eq!(places(), [("2025".to_owned(), 1, 2), ("2026".to_owned(), 1, 2)]);
        world.clock.set(super::world::TODAY);
        let it = world.clerk("4003", "joho", "it_policy").await;
        it.open_case(&[]).await.unwrap();
        let body = format!("{HEAD},特定親族特別控除額\n{},630000\n{last_year},\n{last_year},630000\n", taxed(1, "110000"));
        let fields = [("system", "税システム"), ("data_set", "TM00000000000002")];
        let (status, _, page) = it.says("/exchange/originals", &fields, &[("file", "tax.csv", &body)]).await.unwrap();
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        world.jobs().await;
        assert_eq!(places(), [("2025".to_owned(), 1, 2), ("2026".to_owned(), 2, 3)], "the place of June is empty");
        let intake = it.api("/exchange/originals").await.unwrap()["registers"]["exchange_intake"][0].clone();
        assert_eq!((&intake["good"], &intake["bad"]), (&json!("2"), &json!("1")));
        let why = intake["problems"].as_str().unwrap();
        assert!(why.contains("4行目") && why.contains("「特定親族特別控除額」は項目表にありません"), "{why}");
        assert_eq!(compared(&world, &it).await, "done 2人 4件。正本と副本は一致しています");
        hand_over(&it, &[format!("削除,{},2025,2025-06-01,,1,1", atena(1))]).await;
        world.jobs().await;
        assert_eq!(places(), [("2026".to_owned(), 2, 3)]);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn only_what_changed_is_sent_and_what_is_gone_is_taken_back() {
    for world in worlds().await {
        world.people(3).await;
        let it = it(&world).await;
        hand_over(&it, &[taxed(1, "1"), taxed(2, "2")]).await;
        world.jobs().await;
        assert_eq!(world.peer.0.lock().unwrap().replica.len(), 5, "two of 税, three of the registry");
        let loads = || world.peer.0.lock().unwrap().calls.iter().filter(|c| *c == "/if/DBM_20113").count();
        let before = loads();
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        assert_eq!(world.jobs().await, "done 0件を登録しました。登録できない記録 0");
        assert_eq!(loads(), before, "nothing changed, nothing is sent");
        world.registry.0.lock().unwrap().remove(&atena(3));
        hand_over(&it, &[taxed(1, "10"), format!("削除,{},2026,2026-06-01,,1,1", atena(2))]).await;
        assert_eq!(world.jobs().await, "done 3件を登録しました。登録できない記録 0");
        assert_eq!(amounts(&world), [(dan(1).to_string(), given("10"))]);
        assert_eq!(world.peer.0.lock().unwrap().replica.len(), 3);
        world.database.remove().await;
    }
}

/// More people than one step of the load takes: the next ones are read while the gateway is at work.
#[tokio::test]
async fn a_whole_town_is_sent_once_and_later_only_what_changed_in_it() {
    const TOWN: u64 = 2_600;
    for world in worlds().await {
        world.people(TOWN).await;
        let it = it(&world).await;
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        assert_eq!(world.jobs().await, format!("done {TOWN}件を登録しました。登録できない記録 0"));
        let sent = |state: &super::peer::State| state.replica.iter().map(|r| r.dan.clone()).collect::<BTreeSet<_>>().len();
        let fetched = || world.peer.0.lock().unwrap().calls.iter().filter(|c| *c == "/if/DBM_20314").count();
        assert_eq!(fetched(), 0, "a file that was taken whole needs no result");
        assert_eq!(sent(&world.peer.0.lock().unwrap()), 2_600, "everybody");
        assert_eq!(world.count("select count(*) as n from exchange_copy where state = '登録済'").await, 2_600);
        for who in [1, 2_500, 2_501, TOWN] {
            world.registry.0.lock().unwrap().insert(atena(who), "妻".into());
        }
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        assert_eq!(world.jobs().await, "done 4件を登録しました。登録できない記録 0");
        assert_eq!(world.count("select count(*) as n from exchange_copy").await, 2_600);
        world.database.remove().await;
    }
}

/// While the gateway works on one file, the next is written: what it has taken is remembered, whatever comes after it.
#[tokio::test]
async fn a_load_that_is_cut_off_goes_on_behind_what_the_gateway_has() {
    const TOWN: u64 = 2_600;
    for world in worlds().await {
        world.people(TOWN).await;
        let it = it(&world).await;
        world.peer.0.lock().unwrap().files_left = Some(1);
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        let message = world.jobs().await;
        assert!(message.starts_with("failed") && message.contains("中間サーバーへ送れません"), "{message}");
        let taken = i64::try_from(world.peer.0.lock().unwrap().replica.len()).unwrap();
        assert_eq!(taken, 2_500, "the first file");
        assert_eq!(world.count("select count(*) as n from exchange_copy where state = '登録済'").await, taken);
        world.peer.0.lock().unwrap().files_left = None;
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        assert_eq!(world.jobs().await, "done 100件を登録しました。登録できない記録 0", "and nothing twice");
        assert_eq!(compared(&world, &it).await, "done 2600人 2600件。正本と副本は一致しています");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_load_that_is_cancelled_remembers_the_file_on_its_way() {
    for world in worlds().await {
        world.people(2_600).await;
        let it = it(&world).await;
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        let mut tx = world.city.db().write().await.unwrap();
        tx.run("update platform_job set cancel = true", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        world.jobs().await;
        let taken = i64::try_from(world.peer.0.lock().unwrap().replica.len()).unwrap();
        assert_eq!(taken, 2_500, "the first file was under way");
        assert_eq!(world.count("select count(*) as n from exchange_copy where state = '登録済'").await, taken);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn of_several_rows_for_one_place_the_last_counts() {
    for world in worlds().await {
        world.people(3).await;
        let it = it(&world).await;
        let gone = |who: u64| format!("削除,{},2026,2026-06-01,,1,1", atena(who));
        hand_over(&it, &[taxed(1, "1"), taxed(2, "2"), gone(3), taxed(1, "10"), gone(2), taxed(3, "30")]).await;
        world.jobs().await;
        assert_eq!(amounts(&world), [(dan(1).to_string(), given("10")), (dan(3).to_string(), given("30"))]);
        assert_eq!(world.count("select count(*) as n from exchange_original").await, 2);
        let intake = it.api("/exchange/originals").await.unwrap()["registers"]["exchange_intake"][0].clone();
        assert_eq!((&intake["good"], &intake["bad"]), (&json!("6"), &json!("0")));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_person_whose_number_changes_leaves_nothing_under_the_old_one() {
    for world in worlds().await {
        world.people(2).await;
        let it = it(&world).await;
        hand_over(&it, &[taxed(1, "1")]).await;
        world.jobs().await;
        world.hub.0.lock().unwrap().insert(atena(1), dan(9));
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        world.jobs().await;
        assert_eq!(amounts(&world), [(dan(9).to_string(), given("1"))]);
        world.hub.0.lock().unwrap().remove(&atena(1));
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        world.jobs().await;
        assert_eq!(amounts(&world), [], "a person without a number is not copied");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn the_truth_meter_names_the_person_and_the_item_and_the_repair_makes_both_equal() {
    for world in worlds().await {
        world.people(3).await;
        let it = it(&world).await;
        hand_over(&it, &[taxed(1, "120000"), taxed(2, "2")]).await;
        world.jobs().await;
        let compare = async || {
            it.says("/exchange/originals/compare", &[], &[]).await.unwrap();
            world.jobs().await
        };
        assert_eq!(compare().await, "done 3人 5件。正本と副本は一致しています");
        // Somebody changes one item of one person at the gateway.
        let item = ItemId::parse("市町村民税所得割額").unwrap();
        for record in &mut world.peer.0.lock().unwrap().replica {
            if record.dan == dan(1)
                && let Some(value) = record.items.as_mut().and_then(|items| items.get_mut(&item))
            {
                *value = Value::given("0").unwrap();
            }
        }
        assert_eq!(compare().await, "done 差異のある人が1人、差異が1件あります");
        let page = it.api("/exchange/originals").await.unwrap();
        let found = &page["registers"]["exchange_difference"][0];
        assert_eq!(found["atena_no"], json!(atena(1)));
        assert_eq!(
            (&found["fault"], &found["item"]),
            (&json!("値が違います"), &json!("市町村民税の所得割額")),
            "in the words of the catalogue"
        );
        let last = world.count("select max(id) as n from exchange_comparison").await;
        it.says(&format!("/exchange/originals/{last}/again"), &[], &[]).await.unwrap();
        world.jobs().await;
        assert_eq!(amounts(&world)[0], (dan(1).to_string(), given("120000")));
        assert_eq!(compare().await, "done 3人 5件。正本と副本は一致しています");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_only_the_gateway_has_is_found_at_night_and_taken_back_whoever_it_is() {
    for world in worlds().await {
        world.people(2).await;
        let it = it(&world).await;
        hand_over(&it, &[taxed(1, "120000")]).await;
        world.jobs().await;
        // Somebody plants rows at the gateway, under numbers far above ours: a year of 港 花子 that nobody sent, another version of one that
        // was sent, and a person whom the city does not know.
        {
            let mut state = world.peer.0.lock().unwrap();
            let hers = state.replica.iter().find(|r| r.data_set.id.as_str() == "TM00000000000002").unwrap().clone();
            let mut planted = [hers.clone(), hers.clone(), hers];
            planted[0].key = wire::ident::RecordKey::parse("2024").unwrap();
            planted[0].data_set.version = 1;
            planted[1].data_set.version = 1;
            planted[2].dan = dan(77);
            for (record, serial) in planted.into_iter().zip(5_000..) {
                state.replica.push(wire::replica::ReplicaRecord { serial, ..record });
            }
        }
        world.round("exchange.nightly").await;
        assert_eq!(world.jobs().await, "done 差異のある人が2人、差異が3件あります");
        let page = it.api("/exchange/originals").await.unwrap();
        let found = page["registers"]["exchange_difference"].as_array().unwrap();
        assert!(found.iter().all(|d| d["fault"] == json!("正本にありません")), "{found:?}");
        let last = world.count("select max(id) as n from exchange_comparison").await;
        // Her tax comes anew before the clerk acts: what is taken back is what the city does not have.
        hand_over(&it, &["登録,WHO,2024,2024-06-01,,7,7".replace("WHO", atena(1).as_str())]).await;
        world.jobs().await;
        it.says(&format!("/exchange/originals/{last}/again"), &[], &[]).await.unwrap();
        let message = world.jobs().await;
        assert!(message.starts_with("done") && message.ends_with("登録できない記録 0"), "{message}");
        assert_eq!(amounts(&world), [(dan(1).to_string(), given("120000")), (dan(1).to_string(), given("7"))]);
        assert_eq!(compared(&world, &it).await, "done 2人 4件。正本と副本は一致しています");
        world.database.remove().await;
    }
}

async fn sent(world: &World, it: &Clerk) -> String {
    it.says("/exchange/originals/send", &[], &[]).await.unwrap();
    world.jobs().await
}

async fn compared(world: &World, it: &Clerk) -> String {
    it.says("/exchange/originals/compare", &[], &[]).await.unwrap();
    world.jobs().await
}

/// 港 花子 was known from outside under a number of her own, and has moved in: the hub brought both together.
async fn moved_in(world: &World) -> Clerk {
    world.people(2).await;
    let mut tx = world.city.db().write().await.unwrap();
    platform::subject::of(&mut tx, &atena(51)).await.unwrap();
    tx.commit().await.unwrap();
    world.hub.0.lock().unwrap().insert(atena(51), dan(1));
    it(world).await
}

#[tokio::test]
async fn the_number_that_speaks_for_a_person_takes_the_place_and_the_other_fills_what_is_empty() {
    for world in worlds().await {
        let it = moved_in(&world).await;
        let last_year = format!("登録,{},2025,2025-06-01,,50000,3000", atena(51));
        hand_over(&it, &[taxed(1, "120000"), taxed(51, "90000"), last_year]).await;
        world.jobs().await;
        let hers = |amount: &str| (dan(1).to_string(), given(amount));
        assert_eq!(amounts(&world), [hers("120000"), hers("50000")], "the registry's number speaks for her");
        let page = it.api("/exchange/originals").await.unwrap();
        let doubles = page["doubles"].as_array().unwrap();
        assert_eq!((doubles.len(), &doubles[0]["atena_no"]), (1, &json!(atena(51))));
        assert!(doubles[0]["reason"].as_str().unwrap().contains("内容が違います"), "{}", doubles[0]);
        assert!(it.get("/exchange/originals").await.unwrap().2.contains("重複している正本"));
        assert_eq!(sent(&world, &it).await, "done 0件を登録しました。登録できない記録 0", "nothing changed, nothing is sent");
        assert_eq!(compared(&world, &it).await, "done 2人 4件。正本と副本は一致しています");
        // Her own record is withdrawn: the other one stands for her now.
        hand_over(&it, &[format!("削除,{},2026,2026-06-01,,1,1", atena(1))]).await;
        world.jobs().await;
        assert_eq!(amounts(&world), [hers("50000"), hers("90000")]);
        assert_eq!(it.api("/exchange/originals").await.unwrap()["doubles"], json!([]));
        assert_eq!(compared(&world, &it).await, "done 2人 4件。正本と副本は一致しています");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_link_that_is_undone_takes_nothing_of_the_right_person_away() {
    for world in worlds().await {
        let it = moved_in(&world).await;
        // The two records are the same to the letter, so that nothing but the number tells them apart.
        let last_year = format!("登録,{},2025,2025-06-01,,50000,3000", atena(51));
        hand_over(&it, &[taxed(1, "120000"), taxed(51, "120000"), last_year]).await;
        world.jobs().await;
        let doubles = it.api("/exchange/originals").await.unwrap()["doubles"].clone();
        assert!(doubles[0]["reason"].as_str().unwrap().contains("内容は同じです"), "{doubles}");
        world.hub.0.lock().unwrap().insert(atena(51), dan(5));
        assert_eq!(sent(&world, &it).await, "done 3件を登録しました。登録できない記録 0", "one is taken back, two are put");
        let (hers, other) = ((dan(1).to_string(), given("120000")), |amount: &str| (dan(5).to_string(), given(amount)));
        assert_eq!(amounts(&world), [hers, other("120000"), other("50000")]);
        assert_eq!(it.api("/exchange/originals").await.unwrap()["doubles"], json!([]));
        assert_eq!(compared(&world, &it).await, "done 3人 5件。正本と副本は一致しています");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_number_that_goes_over_to_somebody_else_leaves_the_place_to_who_has_it_now() {
    for world in worlds().await {
        let it = moved_in(&world).await;
        hand_over(&it, &[taxed(51, "90000")]).await;
        world.jobs().await;
        // The record from outside was another person's: her own one comes before anybody has sent anything.
        world.hub.0.lock().unwrap().insert(atena(51), dan(5));
        hand_over(&it, &[taxed(1, "120000")]).await;
        world.jobs().await;
        assert_eq!(amounts(&world), [(dan(1).to_string(), given("120000")), (dan(5).to_string(), given("90000"))]);
        assert_eq!(compared(&world, &it).await, "done 3人 4件。正本と副本は一致しています");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn the_truth_meter_counts_a_person_with_two_numbers_once_and_names_the_right_one() {
    for world in worlds().await {
        let it = moved_in(&world).await;
        let last_year = format!("登録,{},2025,2025-06-01,,50000,3000", atena(51));
        hand_over(&it, &[taxed(1, "120000"), taxed(51, "90000"), last_year]).await;
        world.jobs().await;
        world.peer.0.lock().unwrap().replica.retain(|r| r.key.as_str() != "2025");
        assert_eq!(compared(&world, &it).await, "done 差異のある人が1人、差異が1件あります");
        let page = it.api("/exchange/originals").await.unwrap();
        let found = &page["registers"]["exchange_difference"][0];
        assert_eq!((&found["atena_no"], &found["fault"]), (&json!(atena(51)), &json!("副本にありません")));
        let last = world.count("select max(id) as n from exchange_comparison").await;
        it.says(&format!("/exchange/originals/{last}/again"), &[], &[]).await.unwrap();
        world.jobs().await;
        assert_eq!(compared(&world, &it).await, "done 2人 4件。正本と副本は一致しています");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_the_gateway_does_not_take_is_said_and_tried_again() {
    for world in worlds().await {
        world.people(2).await;
        world.peer.0.lock().unwrap().refuses = Some(dan(2));
        let it = it(&world).await;
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        assert_eq!(world.jobs().await, "done 1件を登録しました。登録できない記録 1");
        world.peer.0.lock().unwrap().refuses = None;
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        assert_eq!(world.jobs().await, "done 1件を登録しました。登録できない記録 0");
        world.people(3).await;
        world.peer.0.lock().unwrap().refuses = Some(dan(3));
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        assert_eq!(world.jobs().await, "done 0件を登録しました。登録できない記録 1");
        world.registry.0.lock().unwrap().remove(&atena(3));
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        assert_eq!(world.jobs().await, "done 0件を登録しました。登録できない記録 0");
        assert_eq!(
            it.api("/exchange/originals").await.unwrap()["refused"],
            json!(0),
            "what is gone from 正本 is no problem any more"
        );
        world.peer.0.lock().unwrap().down = true;
        world.registry.0.lock().unwrap().insert(atena(2), "妻".into());
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        let message = world.jobs().await;
        assert!(message.starts_with("failed") && message.contains("中間サーバーへ送れません"), "{message}");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_could_not_be_taken_back_is_taken_back_the_next_time() {
    for world in worlds().await {
        world.people(2).await;
        let it = it(&world).await;
        assert_eq!(sent(&world, &it).await, "done 2件を登録しました。登録できない記録 0");
        world.registry.0.lock().unwrap().remove(&atena(2));
        world.peer.0.lock().unwrap().refuses = Some(dan(2));
        assert_eq!(sent(&world, &it).await, "done 0件を登録しました。登録できない記録 1");
        assert_eq!(world.peer.0.lock().unwrap().replica.len(), 2, "it still answers for somebody who is gone");
        world.peer.0.lock().unwrap().refuses = None;
        assert_eq!(sent(&world, &it).await, "done 1件を登録しました。登録できない記録 0");
        assert_eq!(world.peer.0.lock().unwrap().replica.len(), 1);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn the_night_sends_and_compares_by_itself_once() {
    for world in worlds().await {
        world.people(2).await;
        world.round("exchange.nightly").await;
        assert_eq!(world.jobs().await, "done 2人 2件。正本と副本は一致しています");
        world.round("exchange.nightly").await;
        assert_eq!(world.count("select count(*) as n from platform_job").await, 2, "once a day");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_a_programme_holds_itself_is_not_taken_from_a_file() {
    for world in worlds().await {
        world.people(1).await;
        let it = it(&world).await;
        let fields = [("system", "旧システム"), ("data_set", "TM00000000000001")];
        let (status, _, page) = it.says("/exchange/originals", &fields, &[("file", "a.csv", HEAD)]).await.unwrap();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("ファイルでは受け取りません"));
        let (status, _, page) = it
            .says("/exchange/originals", &[("system", "税"), ("data_set", "TM00000000000002")], &[("file", "a.csv", "a,b\n")])
            .await
            .unwrap();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("見出し"), "{page}");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn an_item_that_is_not_in_the_catalogue_neither_comes_in_nor_goes_out() {
    for world in worlds().await {
        world.people(2).await;
        let it = it(&world).await;
        let head = "処理,宛名番号,年度など,公開開始日,公開終了日,口座番号\n";
        let fields = [("system", "税"), ("data_set", "TM00000000000002")];
        let (status, _, page) = it.says("/exchange/originals", &fields, &[("file", "a.csv", head)]).await.unwrap();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("見出し「口座番号」は項目表にありません。使える項目は市町村民税所得割額"), "{page}");
        let fields = [("system", "福祉"), ("data_set", "TM00000000000003")];
        let (status, _, page) = it.says("/exchange/originals", &fields, &[("file", "a.csv", head)]).await.unwrap();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("項目表にないため"), "{page}");
        // A programme of the house that makes an item nobody knows: the others go on, and the page says which one does not.
        world.registry.0.lock().unwrap().insert(atena(2), "口座番号=1234567".into());
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        assert_eq!(world.jobs().await, "done 1件を登録しました。登録できない記録 1");
        assert_eq!(world.peer.0.lock().unwrap().replica.len(), 1);
        let who = atena(2).to_string();
        let fields = [("number", who.as_str()), ("back", "/exchange/originals")];
        let (status, to, page) = it.says("/exchange/subject", &fields, &[]).await.unwrap();
        assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, "/exchange/originals"), "{page}");
        let page = it.api("/exchange/originals").await.unwrap();
        let reason = page["registers"]["exchange_copy"][0]["reason"].as_str().unwrap();
        assert!(reason.contains("「口座番号」は項目表にありません"), "{reason}");
        world.registry.0.lock().unwrap().insert(atena(2), "妻".into());
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        assert_eq!(world.jobs().await, "done 1件を登録しました。登録できない記録 0");
        world.database.remove().await;
    }
}
