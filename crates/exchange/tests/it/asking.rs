//! 情報照会 and 同意.

use super::peer::B;
use super::world::{World, atena, dan, worlds};
use axum::http::StatusCode;
use serde_json::json;
use testkit::Clerk;

const TAX: &str = "TM00000000000002";
const MEDICAL: &str = "JT00000000000003";

pub fn answer(amount: &str) -> (String, serde_json::Value) {
    ("answered".into(), json!([{ "key": "2026", "items": { "市町村民税所得割額": { "given": amount } } }]))
}

pub async fn ask(clerk: &Clerk, who: u64) -> String {
    let number = atena(who).to_string();
    let fields = [
        ("number", number.as_str()),
        ("procedure", MEDICAL),
        ("data_set", TAX),
        ("items", "市町村民税所得割額"),
        ("key", "2026"),
        ("provider", B),
    ];
    let (status, to, body) = clerk.says("/exchange/inquiries", &fields, &[]).await.unwrap();
    assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
    to
}

pub async fn consent(clerk: &Clerk, who: u64) {
    let number = atena(who).to_string();
    let fields = [
        ("number", number.as_str()),
        ("procedure", MEDICAL),
        ("data_set", TAX),
        ("given_on", "2026-11-20"),
        ("evidence", "申請書"),
    ];
    let (status, _, body) = clerk.says("/exchange/consents", &fields, &[]).await.unwrap();
    assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
}

async fn tasks(world: &World) -> i64 {
    world.count("select count(*) as n from platform_task where state <> 'done'").await
}

#[tokio::test]
async fn a_guardian_is_asked_about_with_consent_and_the_answer_is_read() {
    for world in worlds().await {
        world.people(2).await;
        world.peer.0.lock().unwrap().next = answer("120000");
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        consent(&clerk, 1).await;
        let page = ask(&clerk, 1).await;
        assert_eq!(clerk.api(&page).await.unwrap()["state"], "送信待ち");
        world.courier().await;
        let seen = clerk.api(&page).await.unwrap();
        assert_eq!((&seen["state"], &seen["provider"]), (&json!("回答あり"), &json!(B)));
        assert_eq!(seen["records"][0]["items"]["市町村民税所得割額"], "120000");
        assert_eq!(seen["as_of"], "2026-11-20T02:00:00Z");
        assert_eq!(world.peer.0.lock().unwrap().consents[0]["dan"], json!(dan(1)), "the consent was there first");
        assert_eq!(tasks(&world).await, 1, "the office hears of it");
        let told = clerk.says(&format!("{page}/checked"), &[], &[]).await.unwrap();
        assert_eq!((told.0, tasks(&world).await), (StatusCode::SEE_OTHER, 0));
        assert!(clerk.get(&page).await.unwrap().2.contains("港 花子"));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn without_consent_nothing_leaves_and_the_clerk_reads_why() {
    for world in worlds().await {
        world.people(1).await;
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        let page = ask(&clerk, 1).await;
        world.courier().await;
        let seen = clerk.api(&page).await.unwrap();
        assert_eq!((&seen["state"], &seen["reason"]), (&json!("照会できません"), &json!("同意の記録がありません")));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn an_answer_that_is_called_back_is_gone_at_once_and_the_office_is_told() {
    for world in worlds().await {
        world.people(1).await;
        world.peer.0.lock().unwrap().next = answer("120000");
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        consent(&clerk, 1).await;
        let pages = [ask(&clerk, 1).await, ask(&clerk, 1).await];
        world.courier().await;
        assert_eq!(tasks(&world).await, 2, "both are answered");
        for page in &pages {
            clerk.says(&format!("{page}/checked"), &[], &[]).await.unwrap();
        }
        assert_eq!(tasks(&world).await, 0);
        // Six years later the provider finds out that it took two people for one.
        world.clock.pass_minutes(6 * 365 * 24 * 60);
        let clerk = world.clerk("2003", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        let status = || world.peer.0.lock().unwrap().calls.iter().filter(|c| *c == "/if/SKI_10712").count();
        let before = status();
        world.courier().await;
        assert_eq!(status(), before, "what is answered is not asked after");
        for inquiry in world.peer.0.lock().unwrap().inquiries.values_mut() {
            inquiry.0 = "rechecking".into();
        }
        world.courier().await;
        for page in &pages {
            let seen = clerk.api(page).await.unwrap();
            assert_eq!((&seen["state"], &seen["records"]), (&json!("照会中"), &json!([])));
        }
        assert_eq!(world.count("select count(answer) as n from exchange_inquiry").await, 0, "what was called back is not kept");
        assert_eq!(world.count("select count(*) as n from platform_task where kind = 'exchange.called_back'").await, 2);
        let before = status();
        world.clock.pass_minutes(1);
        world.courier().await;
        assert_eq!(status(), before, "what is being put right is not asked after either");
        for inquiry in world.peer.0.lock().unwrap().inquiries.values_mut() {
            *inquiry = answer("90000");
        }
        world.courier().await;
        let seen = clerk.api(&pages[0]).await.unwrap();
        assert_eq!(seen["records"][0]["items"]["市町村民税所得割額"], "90000", "the corrected answer is brought in");
        let told =
            world.count("select count(*) as n from platform_task where kind = 'exchange.answered' and state = 'open'").await;
        assert_eq!(told, 2, "and the office hears of it, though it had heard of the first");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_waits_for_a_line_or_a_code_is_sent_when_it_is_there() {
    for world in worlds().await {
        world.people(1).await;
        world.peer.0.lock().unwrap().next = answer("1");
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        consent(&clerk, 1).await;
        world.peer.0.lock().unwrap().down = true;
        let page = ask(&clerk, 1).await;
        world.courier().await;
        assert_eq!(clerk.api(&page).await.unwrap()["state"], "送信待ち");
        (world.peer.0.lock().unwrap().down, world.peer.0.lock().unwrap().unbound) = (false, 1);
        world.courier().await;
        let seen = clerk.api(&page).await.unwrap();
        assert_eq!((&seen["state"], &seen["reason"]), (&json!("送信待ち"), &json!("符号の取得を待っています")));
        world.clock.pass_minutes(2);
        world.courier().await;
        assert_eq!(clerk.api(&page).await.unwrap()["state"], "回答あり");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_question_is_withdrawn_before_and_after_it_left() {
    for world in worlds().await {
        world.people(1).await;
        world.peer.0.lock().unwrap().next = ("waiting".into(), json!([]));
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        consent(&clerk, 1).await;
        let (unsent, sent) = (ask(&clerk, 1).await, ask(&clerk, 1).await);
        clerk.says(&format!("{unsent}/cancel"), &[], &[]).await.unwrap();
        world.courier().await;
        assert_eq!(world.peer.0.lock().unwrap().inquiries.len(), 1, "the one that was withdrawn in time never left");
        clerk.says(&format!("{sent}/cancel"), &[], &[]).await.unwrap();
        world.clock.pass_seconds(5);
        world.courier().await;
        for page in [unsent, sent] {
            assert_eq!(clerk.api(&page).await.unwrap()["state"], "取りやめ済み");
        }
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_question_is_of_the_version_of_its_year_and_its_page_says_which() {
    for world in worlds().await {
        world.people(1).await;
        world.peer.0.lock().unwrap().next = answer("120000");
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        consent(&clerk, 1).await;
        let number = atena(1).to_string();
        let with = |year: &'static str, item: &'static str| {
            let mut fields = good(&number);
            fields.retain(|(name, _)| !["key", "items"].contains(name));
            fields.extend([("key", year), ("items", item)]);
            fields
        };
        for (n, (year, version)) in [("2025", 1), ("2026", 2)].into_iter().enumerate() {
            let (status, page, body) = clerk.says("/exchange/inquiries", &with(year, "市町村民税所得割額"), &[]).await.unwrap();
            assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
            world.courier().await;
            assert_eq!(world.peer.0.lock().unwrap().asked[n]["data_set"]["version"], json!(version), "{year}");
            let seen = clerk.api(&page).await.unwrap();
            assert_eq!((&seen["state"], &seen["data_set"]), (&json!("回答あり"), &json!(format!("{TAX}/{version}"))));
            assert!(clerk.get(&page).await.unwrap().2.contains(&format!("第{version}版")));
        }
        for (year, item, why) in [
            ("2025", "特定親族特別控除額", "その年度の項目表にない項目があります"),
            ("", "市町村民税所得割額", "年度によって項目表の版が違います"),
        ] {
            let (status, _, page) = clerk.says("/exchange/inquiries", &with(year, item), &[]).await.unwrap();
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(why), "{page}");
        }
        world.database.remove().await;
    }
}

#[tokio::test]
async fn nobody_asks_without_a_case_or_for_what_the_office_may_not() {
    for world in worlds().await {
        world.people(2).await;
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        let number = atena(1).to_string();
        let fields = |procedure: &'static str| {
            [
                ("number", number.as_str()),
                ("procedure", procedure),
                ("data_set", TAX),
                ("items", "市町村民税所得割額"),
                ("key", "2026"),
                ("provider", B),
            ]
        };
        let (status, _, page) = clerk.says("/exchange/inquiries", &fields("JT00000000000001"), &[]).await.unwrap();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "保育料 is another office's");
        assert!(page.contains("事務手続"));
        let other = world.clerk("2002", "iryo", "").await;
        let (status, _, page) = other.says("/exchange/inquiries", &fields(MEDICAL), &[]).await.unwrap();
        assert_eq!(status, StatusCode::FORBIDDEN, "{page}");
        let it = world.clerk("4001", "joho", "it_policy").await;
        it.open_case(&[&atena(1)]).await.unwrap();
        assert_eq!(it.get("/exchange/inquiries").await.unwrap().0, StatusCode::FORBIDDEN, "情報政策課 asks nobody");
        assert_eq!(world.count("select count(*) as n from exchange_inquiry").await, 0);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn nobody_asks_about_somebody_whose_individual_number_is_in_doubt() {
    for world in worlds().await {
        world.people(1).await;
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        consent(&clerk, 1).await;
        world.hub.1.lock().unwrap().push(dan(1));
        let number = atena(1).to_string();
        let (status, _, page) = clerk.says("/exchange/inquiries", &good(&number), &[]).await.unwrap();
        assert!(status == StatusCode::CONFLICT && page.contains("情報連携を止めています"), "{page}");
        assert_eq!(world.count("select count(*) as n from exchange_inquiry").await, 0);
        world.hub.1.lock().unwrap().clear();
        ask(&clerk, 1).await;
        world.database.remove().await;
    }
}

/// JTG-15: at the inquiry desk of another programme a withheld record looks like a number that nobody has.
#[tokio::test]
async fn who_is_withheld_from_the_programme_looks_like_nobody_at_the_inquiry_desk() {
    for world in worlds().await {
        world.people(2).await;
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[]).await.unwrap();
        world.hub.2.lock().unwrap().push(atena(1));
        let mut said = vec![];
        for number in [atena(1), atena(99)].map(|n| n.to_string()) {
            let (status, _, page) = clerk.says("/exchange/inquiries", &good(&number), &[]).await.unwrap();
            assert!(page.contains("この宛名番号の人はいません"), "{page}");
            said.push(status);
        }
        assert_eq!(said, [StatusCode::UNPROCESSABLE_ENTITY; 2], "no difference tells that there is a record");
        assert_eq!(world.count("select count(*) as n from exchange_inquiry").await, 0);
        world.database.remove().await;
    }
}

/// Fields of a question that the list and the catalogue allow.
fn good(number: &str) -> Vec<(&str, &str)> {
    let item = "市町村民税所得割額";
    vec![("number", number), ("procedure", MEDICAL), ("data_set", TAX), ("items", item), ("key", "2026"), ("provider", B)]
}

#[tokio::test]
async fn whoever_is_found_is_taken_into_the_case_and_picked_there() {
    for world in worlds().await {
        world.people(2).await;
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[]).await.unwrap();
        let page = format!("/exchange/inquiries/new/{MEDICAL}/{TAX}");
        let empty = clerk.api(&page).await.unwrap();
        assert_eq!((&empty["people"], &empty["hits"]), (&json!([]), &json!([])));
        let found = clerk.api(&format!("{page}?q=%E3%83%9F%E3%83%8A%E3%83%88")).await.unwrap();
        assert_eq!(found["hits"].as_array().unwrap().len(), 2, "ミナト");
        let who = atena(2).to_string();
        let fields = [("number", who.as_str()), ("procedure", MEDICAL), ("data_set", TAX)];
        let (status, to, _) = clerk.says("/exchange/inquiries/person", &fields, &[]).await.unwrap();
        assert_eq!((status, to.as_str()), (StatusCode::SEE_OTHER, page.as_str()));
        let people = clerk.api(&page).await.unwrap()["people"].clone();
        assert_eq!((people.as_array().unwrap().len(), &people[0]["atena_no"]), (1, &json!(atena(2))));
        let mut picked = good("");
        picked.extend([("person", who.as_str()), ("key", "2026")]);
        let (status, to, body) = clerk.says("/exchange/inquiries", &picked, &[]).await.unwrap();
        assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
        assert_eq!(clerk.api(&to).await.unwrap()["registers"]["exchange_inquiry"][0]["record_key"], "令和8年度");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn only_what_the_list_permits_is_offered_and_only_items_of_the_catalogue_are_asked_for() {
    for world in worlds().await {
        world.people(2).await;
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        let offers = clerk.api("/exchange/inquiries").await.unwrap()["offers"].clone();
        let named: Vec<_> = offers.as_array().unwrap().iter().map(|o| o["name"].as_str().unwrap().to_owned()).collect();
        assert_eq!(named, ["住民票関係情報", "地方税関係情報", "医療保険給付関係情報", "生活保護関係情報"]);
        let asked = clerk.api(&format!("/exchange/inquiries/new/{MEDICAL}/{TAX}")).await.unwrap();
        assert_eq!(asked["items"][0]["name"], "市町村民税の所得割額");
        assert_eq!(asked["keys"][0], json!({ "key": "2026", "name": "令和8年度" }));
        let (one, two) = (atena(1).to_string(), atena(2).to_string());
        let with = |name: &'static str, value: &'static str| {
            let mut fields = good(&one);
            fields.retain(|(n, _)| *n != name);
            fields.push((name, value));
            fields
        };
        for (fields, why) in [
            (with("data_set", "TM00000000000008"), "この事務手続では照会できない特定個人情報です"),
            (with("data_set", "TM00000000000003"), "項目表にないため"),
            (with("items", "口座番号"), "項目表にない項目があります"),
            (with("items", ""), "照会する項目を選んでください"),
            (with("key", "2019"), "照会できる年度ではありません"),
            (with("number", ""), "照会する人を選ぶか、宛名番号を入れてください"),
            (with("number", "123"), "宛名番号"),
            ([good(&one), vec![("person", two.as_str())]].concat(), "選んだ人の宛名番号ではありません"),
        ] {
            let (status, _, page) = clerk.says("/exchange/inquiries", &fields, &[]).await.unwrap();
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{why}");
            assert!(page.contains(why), "{why}: {page}");
        }
        assert_eq!(world.count("select count(*) as n from exchange_inquiry").await, 0);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn the_exchange_is_hidden_when_anybody_of_the_case_or_of_their_household_is_protected() {
    for world in worlds().await {
        // 1 is the father, who lives elsewhere; 2 the mother and 3 the child live together; 4 is a stranger.
        world.people(4).await;
        world.peer.0.lock().unwrap().next = answer("120000");
        let home = kernel::ident::SetaiNo::issue(100).unwrap();
        for who in [2, 3] {
            world.registry.1.lock().unwrap().insert(atena(who), home.clone());
        }
        let protect = async |who: u64, state: Option<&str>| {
            let mut tx = world.city.db().write().await.unwrap();
            let subject = platform::subject::of(&mut tx, &atena(who)).await.unwrap();
            platform::subject::protect(&mut tx, subject, state, world.city.now()).await.unwrap();
            tx.commit().await.unwrap();
        };
        let asked = async |no: &str, case: &[u64]| {
            let clerk = world.clerk(no, "iryo", "").await;
            let people: Vec<_> = case.iter().map(|n| atena(*n)).collect();
            clerk.open_case(&people.iter().collect::<Vec<_>>()).await.unwrap();
            consent(&clerk, 1).await;
            let page = ask(&clerk, 1).await;
            world.courier().await;
            let shown = clerk.api(&page).await.unwrap()["registers"]["exchange_inquiry"][0]["undisclosed"].clone();
            let sent = world.peer.0.lock().unwrap().asked.last().unwrap().clone();
            assert_eq!(sent["made_for"], json!([]), "nobody typed for whom it is");
            (sent["hidden"].clone(), shown)
        };
        protect(4, Some("本")).await;
        assert_eq!(asked("2001", &[1, 3]).await.0, json!(false), "a stranger's protection hides nothing");
        protect(2, Some("仮")).await;
        let (sent, shown) = asked("2002", &[1, 2, 3]).await;
        assert_eq!(sent, json!(true), "the mother is part of the case");
        assert_eq!(shown, json!("はい"), "the office reads why");
        assert_eq!(asked("2003", &[1, 3]).await.0, json!(true), "the child of the case lives with her");
        assert_eq!(asked("2004", &[1]).await.0, json!(false), "a case about the father alone does not concern her");
        protect(2, None).await;
        assert_eq!(asked("2005", &[1, 2, 3]).await.0, json!(false), "not when the term is over");
        world.database.remove().await;
    }
}
