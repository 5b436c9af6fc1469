//! The ten functions of a gateway, each by its name: a page, the same as JSON, and what a call did that they show.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use gateway::functions::FUNCTIONS;
use gateway::interfaces::INTERFACES;
use http_body_util::BodyExt;
use kernel::Date;
use serde_json::{Value as Json, json};
use support::calls::{answered, asked, count, held, known, post, question, register, single};
use support::staff::{ROLES, signed_in};
use support::{A, B, Line, Side, World, code, dan, taxed, worlds};
use tower::ServiceExt;
use webkit::House;
use wire::compare::fingerprint;
use wire::machine::{Body as Message, Party};

/// The page of a function, which must open, and its JSON.
async fn both(side: &Side, name: &str) -> (String, Json) {
    let of = FUNCTIONS.iter().find(|of| of.name_ja == name).unwrap();
    let number = format!("4{:03}", count(side, "select count(*) as n from platform_staff").await);
    let session = signed_in(side, &number, 2, ROLES).await;
    let house = House::new(side.keeper.city().clone(), vec![gateway::programme(side.keeper.clone())]);
    let get = async |path: String| {
        let request = Request::get(&path).header(header::COOKIE, format!("atena_session={session}")).body(Body::empty());
        let response = house.router().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    };
    let page = get(of.page.to_owned()).await;
    (page, serde_json::from_str(&get(format!("/api/v1{}", of.page)).await).unwrap())
}

fn has(page: &str, all: &[&str]) {
    for words in all {
        assert!(page.contains(words), "{words} is not on {page}");
    }
}

async fn in_every_world(test: impl AsyncFn(&World)) {
    for world in worlds().await {
        test(&world).await;
        world.remove().await;
    }
}

#[test]
fn every_function_has_a_test_of_its_name_and_every_interface_a_function() {
    let here = include_str!("functions.rs");
    for of in &FUNCTIONS {
        assert!(here.contains(&format!("async fn {}()", of.test)), "{} has no test", of.name_ja);
        assert!(of.page.starts_with("/gateway/"), "{}", of.name_ja);
    }
    for wired in INTERFACES {
        let owners = FUNCTIONS.iter().filter(|of| of.interfaces.iter().any(|start| wired.id.starts_with(start))).count();
        assert_eq!(owners, 1, "{}", wired.id);
    }
    assert_eq!(FUNCTIONS.iter().map(|of| of.wired()).sum::<usize>(), INTERFACES.len());
}

/// 符号管理.
#[tokio::test]
async fn code_management() {
    in_every_world(async |world| {
        world.knows(1).await;
        world.b.keeper.register_people(&[dan(2)]).await.unwrap();
        let wanted = single(&world.b, "FGU_20221", &json!({})).await.unwrap();
        assert_eq!(wanted["good"], json!(1), "one 符号 is asked for");
        let (page, data) = both(&world.b, "符号管理").await;
        has(&page, &["取得済", "取得中", dan(2).as_str()]);
        assert_eq!(data["without_code"][0]["dan_no"], json!(dan(2)));
        assert!(!page.contains(dan(1).as_str()), "who has a 符号 is only counted");
    })
    .await;
}

/// 情報照会.
#[tokio::test]
async fn inquiry() {
    in_every_world(async |world| {
        known(world).await;
        asked(world).await;
        let (page, data) = both(&world.a, "情報照会").await;
        has(&page, &["回答あり", "やまて市", "地方税関係情報"]);
        assert_eq!((&data["inquiries"][0]["state"], &data["inquiries"][0]["shown"]), (&json!("ANSWERED"), &json!("回答あり")));
    })
    .await;
}

/// 情報提供.
#[tokio::test]
async fn provision() {
    in_every_world(async |world| {
        held(world).await;
        let (page, data) = both(&world.b, "情報提供").await;
        has(&page, &["自動応答不可(人)", "みなと市", "職員の確認待ち"]);
        assert_eq!(data["waiting"][0]["hold"], json!("person"));
    })
    .await;
}

/// 既存システム接続.
#[tokio::test]
async fn city_connection() {
    in_every_world(async |world| {
        let rows = [json!(taxed(1, &dan(1), "5")), json!({ "dan": "?" })];
        register(&world.b, "DBM_20113", &rows).await.unwrap();
        single(&world.b, "DBM_30112", &json!({ "dan": dan(1) })).await.unwrap();
        let (page, data) = both(&world.b, "既存システム接続").await;
        has(&page, &["DBM_20113", "異常行あり", "83種", "10,000件"]);
        assert_eq!((&data["interfaces"], &data["last_24_hours"][0]["bad"]), (&json!(83), &json!(1)));
        assert_eq!(data["calls"][0]["interface"], json!("DBM_30112"), "the newest first");
    })
    .await;
}

/// 情報提供等記録管理.
#[tokio::test]
async fn record_management() {
    in_every_world(async |world| {
        answered(world).await;
        let (page, data) = both(&world.b, "情報提供等記録管理").await;
        has(&page, &["提供あり", "R15.11.20"]);
        let no = data["records"][0]["record"].clone();
        assert_eq!(data["records"][0]["hidden"], json!(false));
        register(&world.b, "TKM_40133", &[json!({ "record": no, "hidden": true })]).await.unwrap();
        let (page, data) = both(&world.b, "情報提供等記録管理").await;
        has(&page, &["不開示"]);
        assert_eq!(data["records"][0]["hidden"], json!(true));
    })
    .await;
}

/// 情報提供データベース管理.
#[tokio::test]
async fn replica_management() {
    in_every_world(async |world| {
        single(&world.b, "DBM_10111", &json!(taxed(1, &dan(1), "5"))).await.unwrap();
        let originals = [taxed(1, &dan(1), "7")];
        let compared = world.b.keeper.compare(&fingerprint(&originals)).await.unwrap();
        world.b.keeper.explain(&compared, &originals).await.unwrap();
        let (page, data) = both(&world.b, "情報提供データベース管理").await;
        has(&page, &["地方税関係情報", "相違あり", "値が違う", "市町村民税所得割額"]);
        assert_eq!((&data["data_sets"][0]["records"], &data["differences"][0]["fault"]), (&json!(1), &json!("value")));
    })
    .await;
}

/// データ送受信.
#[tokio::test]
async fn transmission() {
    in_every_world(async |world| {
        known(world).await;
        single(&world.a, "SKI_10111", &question(1, 1)).await.unwrap();
        let (page, data) = both(&world.a, "データ送受信").await;
        has(&page, &["許可証の発行要求", "送信中"]);
        assert_eq!(data["waiting"][0]["messages"], json!(1));
        world.a.keeper.send_due(&Line { down: true, ..world.line(&world.a) }).await.unwrap();
        let (page, data) = both(&world.a, "データ送受信").await;
        has(&page, &["再送中"]);
        assert_eq!(data["waiting"][0]["attempts"], json!(1));
        post(&world.a, Some(Party::Network), "/messages", &json!([])).await;
        let (page, data) = both(&world.a, "データ送受信").await;
        has(&page, &["情報提供ネットワークシステム"]);
        assert_eq!(data["received"][0]["calls"], json!(1));
    })
    .await;
}

/// セキュリティ管理.
#[tokio::test]
async fn security() {
    in_every_world(async |world| {
        let foreign = json!([Message::Chunk {
            load: wire::ident::LoadId::from_bytes([1; 16]),
            part: 0,
            records: vec![taxed(1, &dan(1), "5")]
        }]);
        for _ in 0..2 {
            let refused = post(&world.b, Some(Party::City(code(A))), "/if/DBM_30112", &json!({ "dan": dan(1) })).await;
            assert_eq!(refused.0, StatusCode::FORBIDDEN);
        }
        post(&world.b, Some(Party::Network), "/messages", &foreign).await;
        let (page, data) = both(&world.b, "セキュリティ管理").await;
        has(&page, &["みなと市の業務からのインターフェイスの呼出しを断りました", "からの電文を断りました", "鍵の指紋", B]);
        let times: Vec<&Json> = data["refused"].as_array().unwrap().iter().map(|one| &one["times"]).collect();
        assert!(times.contains(&&json!(2)) && times.contains(&&json!(1)), "{times:?}");
        assert_eq!(data["keys"].as_array().unwrap().len(), 3);
        assert!(!page.contains(dan(1).as_str()), "nobody is named");
    })
    .await;
}

/// 職員認証・権限管理.
#[tokio::test]
async fn staff_and_authority() {
    in_every_world(async |world| {
        signed_in(&world.b, "4901", 1, ROLES).await;
        signed_in(&world.b, "4902", 4, "").await;
        let (page, data) = both(&world.b, "職員認証・権限管理").await;
        has(&page, &["送信を許可する", "4901", "係長"]);
        let may = |number: &str| {
            let all = data["staff"].as_array().unwrap();
            all.iter().find(|one| one["staff_no"] == number).unwrap()["may"].as_array().unwrap().clone()
        };
        assert!(may("4901").contains(&json!("送る内容を登録する")) && !may("4901").contains(&json!("送信を許可する")));
        assert!(may("4902").is_empty(), "rank without the role");
    })
    .await;
}

/// システム管理.
#[tokio::test]
async fn system_management() {
    in_every_world(async |world| {
        answered(world).await;
        register(&world.b, "DBM_20113", &[json!(taxed(9, &dan(1), "5")), json!({ "serial": 1 })]).await.unwrap();
        world.b.keeper.tick().await.unwrap();
        let (page, data) = both(&world.b, "システム管理").await;
        has(&page, &["地方税関係情報", "第1版、第2版", "本番", "みなと市", "7年", "一括処理の状況", "利用状況"]);
        let month = |asked, received, requested, provided| {
            json!({ "month": "2026-11-01", "asked": asked, "received": received, "requested": requested, "provided": provided,
                "refused": 0 })
        };
        assert_eq!((&data["months"][0], data["months"].as_array().unwrap().len()), (&month(0, 0, 1, 1), 12));
        let (_, asker) = both(&world.a, "システム管理").await;
        assert_eq!(asker["months"][0], month(1, 1, 0, 0));
        let work = |name: &str| {
            let all = data["work"].as_array().unwrap();
            all.iter().find(|one| one["work"].as_str().unwrap().starts_with(name)).unwrap().clone()
        };
        assert_eq!(work("保存期間")["state"], json!("正常"), "removed today");
        assert_eq!(work("副本")["result"], json!("登録 1行、異常 1行、未送信 0件"));
        assert_eq!(work("副本")["state"], json!("異常行あり"));
        let masters = single(&world.b, "SCM_30112", &json!({})).await.unwrap();
        assert_eq!(data["masters"], masters, "the page shows what the city is told");
        world.clock.set(Date::constant(2016, 1, 1));
        assert_eq!(single(&world.b, "SCM_30112", &json!({})).await.unwrap()["permissions"], json!(0), "before the law");
    })
    .await;
}
