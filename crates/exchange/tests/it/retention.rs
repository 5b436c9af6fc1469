//! 保存期間の満了 of consents, 正本 of other systems, their files, and comparisons. 情報提供等記録 and inquiries: providing.rs.

use super::asking::{answer, ask};
use super::copies::hand_over;
use super::world::{TODAY, World, atena, dan, worlds};
use axum::http::StatusCode;
use kernel::Date;
use serde_json::{Value as Json, json};
use testkit::Clerk;

const LAST_ORIGINAL: Date = Date::constant(2029, 11, 20);
const LAST_CONSENT: Date = Date::constant(2033, 11, 20);

/// A consent that ends today.
async fn consents_today(clerk: &Clerk, who: u64) {
    let number = atena(who).to_string();
    let fields = [
        ("number", number.as_str()),
        ("procedure", "JT00000000000003"),
        ("data_set", "TM00000000000002"),
        ("given_on", "2026-11-20"),
        ("until", "2026-11-20"),
        ("evidence", "申請書"),
    ];
    let (status, _, body) = clerk.says("/exchange/consents", &fields, &[]).await.unwrap();
    assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
}

async fn swept(world: &World, on: Date) {
    world.clock.set(on);
    world.round("exchange.sweep").await;
}

async fn left(world: &World, table: &'static str) -> i64 {
    world.count(format!("select count(*) as n from {table}").leak()).await
}

/// What remains, as the page of 情報政策課 says it.
async fn proofs(world: &World, clerk: &str) -> (Vec<String>, Json) {
    let it = world.clerk(clerk, "joho", "it_policy").await;
    let page = it.api("/exchange/records").await.unwrap();
    let rows = page["registers"]["exchange_removal"].as_array().cloned().unwrap_or_default();
    assert!(rows.iter().all(|row| row["digest"].as_str().unwrap().len() == 64), "{rows:?}");
    let mut kinds: Vec<String> = rows.iter().map(|row| row["kind"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    (kinds, page)
}

#[tokio::test]
async fn originals_files_and_comparisons_go_the_day_after_their_last_and_the_gateways_copy_follows() {
    for world in worlds().await {
        world.people(2).await;
        let it = world.clerk("4001", "joho", "it_policy").await;
        it.open_case(&[]).await.unwrap();
        let row = |who: u64, until: &str| format!("登録,{},2026,2026-06-01,{until},5,5", atena(who));
        hand_over(&it, &[row(1, "2026-11-20"), row(2, "")]).await;
        world.jobs().await;
        // Somebody takes a copy away, so that the comparison has something to remember.
        world.peer.0.lock().unwrap().replica.retain(|r| r.dan != dan(2));
        it.says("/exchange/originals/compare", &[], &[]).await.unwrap();
        world.jobs().await;
        let tables = ["exchange_original", "exchange_intake", "platform_file", "platform_file_piece", "exchange_comparison"];
        let standing = async || {
            let mut all = vec![];
            for table in tables {
                all.push(left(&world, table).await);
            }
            all
        };
        swept(&world, LAST_ORIGINAL).await;
        assert_eq!((standing().await, left(&world, "exchange_difference").await), (vec![2, 1, 1, 1, 1], 2), "the last day");
        swept(&world, LAST_ORIGINAL.tomorrow().unwrap()).await;
        assert_eq!((standing().await, left(&world, "exchange_difference").await), (vec![1, 0, 0, 0, 0], 0), "the day after");
        assert_eq!(world.count("select count(*) as n from platform_task where state <> 'done'").await, 0);
        let (kinds, page) = proofs(&world, "4002").await;
        assert_eq!(kinds, ["正本", "正本ファイル", "照合"]);
        assert!(!page.to_string().contains(atena(1).as_str()) && !page.to_string().contains(dan(1).as_str()));
        let last = &page["registers"]["exchange_removal"][0];
        assert_ne!(last["kept_until"], last["removed_on"]);
        let it = world.clerk("4003", "joho", "it_policy").await;
        it.open_case(&[]).await.unwrap();
        it.says("/exchange/originals/send", &[], &[]).await.unwrap();
        world.jobs().await;
        let tax = |r: &&wire::replica::ReplicaRecord| r.data_set.id.as_str() == "TM00000000000002" && r.dan == dan(1);
        assert_eq!(world.peer.0.lock().unwrap().replica.iter().filter(tax).count(), 0, "副本 last as long as 正本");
        swept(&world, LAST_CONSENT).await;
        assert_eq!(left(&world, "exchange_original").await, 1, "what has no end stays");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_consent_goes_the_day_after_its_last_and_never_before_the_inquiry_that_rests_on_it() {
    for (years, goes) in [(7, LAST_CONSENT), (1, Date::constant(2027, 11, 20))] {
        for mut world in worlds().await {
            world.needs.years.consents = years;
            world.programme = exchange::programme(world.needs.clone());
            world.people(3).await;
            world.peer.0.lock().unwrap().next = answer("120000");
            let clerk = world.clerk("2001", "iryo", "").await;
            clerk.open_case(&[&atena(1), &atena(2), &atena(3)]).await.unwrap();
            for who in [1, 2] {
                consents_today(&clerk, who).await;
            }
            super::asking::consent(&clerk, 3).await;
            ask(&clerk, 1).await;
            world.courier().await;
            swept(&world, goes).await;
            assert_eq!(left(&world, "exchange_consent").await, 3, "the last day after {years} years");
            swept(&world, goes.tomorrow().unwrap()).await;
            let rests = i64::from(goes < LAST_CONSENT);
            assert_eq!(
                (left(&world, "exchange_consent").await, left(&world, "exchange_inquiry").await),
                (1 + rests, rests),
                "hers goes with her inquiry, and the one without an end stays"
            );
            swept(&world, LAST_CONSENT.tomorrow().unwrap()).await;
            assert_eq!((left(&world, "exchange_consent").await, left(&world, "exchange_inquiry").await), (1, 0));
            let (kinds, page) = proofs(&world, "4001").await;
            assert_eq!(kinds, ["同意", "同意", "照会"]);
            assert!(!page.to_string().contains(atena(1).as_str()) && page["records"] != json!(null));
            world.database.remove().await;
        }
    }
    assert_eq!(TODAY, Date::constant(2026, 11, 20), "the days above count from here");
}
