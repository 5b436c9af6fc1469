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
async fn an_answer_that_is_called_back_is_gone_and_the_office_is_told() {
    for world in worlds().await {
        world.people(1).await;
        world.peer.0.lock().unwrap().next = answer("120000");
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        consent(&clerk, 1).await;
        let page = ask(&clerk, 1).await;
        world.courier().await;
        for inquiry in world.peer.0.lock().unwrap().inquiries.values_mut() {
            inquiry.0 = "rechecking".into();
        }
        world.courier().await;
        assert_eq!(clerk.api(&page).await.unwrap()["state"], "回答あり", "answered ones are looked at now and then only");
        world.clock.pass_minutes(11);
        world.courier().await;
        let seen = clerk.api(&page).await.unwrap();
        assert_eq!((&seen["state"], &seen["records"]), (&json!("照会中"), &json!([])));
        assert_eq!(world.count("select count(answer) as n from exchange_inquiry").await, 0, "what was called back is not kept");
        assert_eq!(world.count("select count(*) as n from platform_task where kind = 'exchange.called_back'").await, 1);
        for inquiry in world.peer.0.lock().unwrap().inquiries.values_mut() {
            *inquiry = answer("90000");
        }
        world.clock.pass_minutes(1);
        world.courier().await;
        let seen = clerk.api(&page).await.unwrap();
        assert_eq!(seen["records"][0]["items"]["市町村民税所得割額"], "90000", "the corrected answer is brought in");
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
        world.people(2).await;
        let clerk = world.clerk("2001", "iryo", "").await;
        clerk.open_case(&[&atena(1)]).await.unwrap();
        world.hub.1.lock().unwrap().push(dan(1));
        let number = atena(1).to_string();
        let fields = [
            ("number", number.as_str()),
            ("procedure", MEDICAL),
            ("data_set", TAX),
            ("items", "市町村民税所得割額"),
            ("provider", B),
        ];
        let (status, _, page) = clerk.says("/exchange/inquiries", &fields, &[]).await.unwrap();
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
            let fields = [
                ("number", number.as_str()),
                ("procedure", MEDICAL),
                ("data_set", TAX),
                ("items", "市町村民税所得割額"),
                ("provider", B),
            ];
            let (status, _, page) = clerk.says("/exchange/inquiries", &fields, &[]).await.unwrap();
            assert!(page.contains("この宛名番号の人はいません"), "{page}");
            said.push(status);
        }
        assert_eq!(said, [StatusCode::UNPROCESSABLE_ENTITY; 2], "no difference tells that there is a record");
        assert_eq!(world.count("select count(*) as n from exchange_inquiry").await, 0);
        world.database.remove().await;
    }
}
