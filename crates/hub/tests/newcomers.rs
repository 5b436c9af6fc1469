//! 名寄せ from the side of the residents, and an answer that is taken back.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its city has failed")]

mod support;

use axum::http::StatusCode;
use kernel::ident::AtenaNo;
use platform::approval::Word;
use ports::ResidentChange;
use serde_json::Value;
use support::desk::Desk;
use support::{World, atena, my_number, worlds};

const HOME: &str = "大阪府みなと市中央区港町二丁目7番5号";
const HANAKO: [&str; 5] = ["山田 花子", "ヤマダ ハナコ", "昭和45年5月1日", "女", HOME];

/// A guardian who lives elsewhere is registered; answers the number.
async fn guardian(desk: &Desk<'_>, changes: &[(&str, &str)]) -> AtenaNo {
    let [name, kana, birth, sex, address] = HANAKO;
    let mut form = vec![("kind", "0"), ("name", name), ("kana", kana), ("birth", birth), ("sex", sex), ("address", address)];
    form.push(("moved_on", "R8.11.20"));
    for (name, value) in changes {
        form.retain(|(n, _)| n != name);
        form.push((name, value));
    }
    let (status, location, page) = desk.say("/hub/outsiders", &form).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    desk.world.deliver().await;
    AtenaNo::parse(location.rsplit('/').next().unwrap()).unwrap()
}

async fn dan(desk: &Desk<'_>, who: &AtenaNo) -> Option<String> {
    desk.look_up(who.as_str(), who).await;
    desk.api(&format!("/hub/{who}")).await["dan_no"].as_str().map(str::to_owned)
}

async fn questions(desk: &Desk<'_>, state: &str) -> Vec<Value> {
    let path = format!("/hub/review?state={}", webkit::server::encode(state));
    desk.api(&path).await["questions"].as_array().unwrap().clone()
}

/// Everything that events set off, until nothing is left.
async fn settle(world: &World) {
    while world.deliver().await > 0 {}
}

async fn desk(world: &World) -> Desk<'_> {
    let desk = Desk::open(world, "4001", 2, "it_policy").await;
    desk.open_case().await;
    desk
}

#[tokio::test]
async fn who_moves_in_meets_their_own_outside_record() {
    for world in worlds().await {
        let desk = desk(&world).await;
        let known = guardian(&desk, &[]).await;
        assert_eq!(dan(&desk, &known).await, None, "nobody lives in the city who could be the guardian");
        world.registry.lives(&atena(1), HANAKO);
        world.enters(&atena(1), my_number(1)).await;
        settle(&world).await;
        let theirs = dan(&desk, &known).await;
        assert!(theirs.is_some());
        assert_eq!(theirs, dan(&desk, &atena(1)).await, "the four items are enough");
        assert!(desk.get(&format!("/hub/{known}")).await.1.contains("基本4情報"));
        assert!(questions(&desk, "未確認").await.is_empty());
        world.linked("kodomo", "5000000001", &known).await;
        world.enters(&atena(2), my_number(2)).await;
        settle(&world).await;
        let mut unit = world.look(&world.staff("joho", "hub", &["job"])).await;
        let shared = hub::port().shared(&mut unit).await.unwrap();
        drop(unit);
        let [(shared_dan, numbers)] = shared.iter().collect::<Vec<_>>()[..] else { panic!("one person has several: {shared:?}") };
        assert_eq!(Some(shared_dan.to_string()), theirs);
        assert_eq!(numbers[..], [atena(1), known.clone()], "the registry's number speaks for her, each number stands once");
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_newborn_child_and_a_corrected_name_are_compared_and_name_with_birth_date_only_asks() {
    for world in worlds().await {
        let desk = desk(&world).await;
        let far = guardian(&desk, &[("address", "北海道札幌市北区北七条西一丁目2番")]).await;
        let mut other_name = HANAKO;
        (other_name[0], other_name[1]) = ("川田 月子", "カワダ ツキコ");
        world.registry.lives(&atena(1), other_name);
        world.enters(&atena(1), my_number(1)).await;
        settle(&world).await;
        assert!(questions(&desk, "未確認").await.is_empty(), "one birth date is nobody's evidence");
        // The registry had the name wrong.
        world.registry.lives(&atena(1), HANAKO);
        world.resident(ResidentChange::Corrected, &atena(1), &["name", "kana"]).await;
        settle(&world).await;
        assert_eq!(dan(&desk, &far).await, None, "name and birth date never link by themselves");
        assert_eq!(questions(&desk, "未確認").await.len(), 1);
        // A move-out is no new fact about who the person is.
        world.resident(ResidentChange::MovedOut, &atena(1), &[]).await;
        settle(&world).await;
        assert_eq!(questions(&desk, "未確認").await.len(), 1, "and nothing is asked twice");
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_resident_with_the_number_of_an_outside_record_is_asked_about_unless_they_are_alike() {
    for world in worlds().await {
        let desk = desk(&world).await;
        let number = my_number(1);
        let typed = guardian(&desk, &[("my_number", number.expose())]).await;
        assert!(dan(&desk, &typed).await.is_some(), "a 個人番号 is enough for a number");
        let mut other = HANAKO;
        (other[0], other[1], other[2]) = ("川田 月子", "カワダ ツキコ", "平成3年2月2日");
        world.registry.lives(&atena(1), other);
        world.enters(&atena(1), my_number(1)).await;
        settle(&world).await;
        let asked = questions(&desk, "未確認").await;
        assert_eq!(asked.len(), 1, "two people under one number are not passed over");
        assert_eq!(asked[0]["evidence"], matching::Evidence::NumberMismatch.label());
        // 別の人 alone would leave them linked: the link is undone first.
        let path = format!("/hub/review/{}", asked[0]["id"]);
        desk.say(&format!("{path}/take"), &[]).await;
        let (status, _, page) = desk.say(&path, &[("reason", "本籍が違う"), ("answer", "apart")]).await;
        assert!(status == StatusCode::CONFLICT && page.contains("解除"), "{page}");
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_comparison_is_one_look_at_each_candidate() {
    for world in worlds().await {
        world.registry.lives(&atena(1), HANAKO);
        world.enters(&atena(1), my_number(1)).await;
        let desk = desk(&world).await;
        let before = world.recorded(&atena(1)).await;
        guardian(&desk, &[]).await;
        let after = world.recorded(&atena(1)).await;
        assert_eq!(
            after.len(),
            before.len() + 1,
            "birth date, reading and name found the person; one look is recorded: {after:?}"
        );
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn another_person_is_taken_back_by_two_and_stays_on_record() {
    for world in worlds().await {
        world.registry.lives(&atena(1), HANAKO);
        world.enters(&atena(1), my_number(1)).await;
        let desk = desk(&world).await;
        let chief = Desk::open(&world, "4002", 3, "it_policy").await;
        guardian(&desk, &[("address", "北海道札幌市北区北七条西一丁目2番")]).await;
        let path = format!("/hub/review/{}", questions(&desk, "未確認").await[0]["id"]);
        desk.say(&format!("{path}/take"), &[]).await;
        assert!(!desk.get(&path).await.1.contains("「別の人」の取消し"), "nothing to take back yet");
        desk.say(&path, &[("reason", "本籍が違うと聞いた"), ("answer", "apart")]).await;
        let page = desk.get(&path).await.1;
        assert!(page.contains("「別の人」の取消し") && page.contains("F7"), "with a key: {page}");
        assert_eq!(
            desk.say(&path, &[("reason", "戸籍の附票で同じ人と分かった"), ("answer", "reopen")]).await.0,
            StatusCode::SEE_OTHER
        );
        assert_eq!(questions(&desk, "取消の決裁待ち").await.len(), 1);
        assert!(desk.decides(Word::Approve).await.is_err(), "nobody decides what they drafted");
        chief.decides(Word::Return).await.unwrap();
        assert_eq!(questions(&desk, "別の人").await.len(), 1, "sent back: 別の人 stands");
        desk.say(&path, &[("reason", "戸籍の附票で同じ人と分かった"), ("answer", "reopen")]).await;
        chief.decides(Word::Approve).await.unwrap();
        assert_eq!(questions(&desk, "未確認").await.len(), 1, "asked again");
        let waiting = "select count(*) as n from platform_task where kind = 'hub.question' and state <> 'done'";
        assert_eq!(world.count(waiting).await, 1, "and somebody is called");
        let kept = desk.api(&path).await;
        let kept = kept["registers"]["hub_answer"].as_array().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(kept.len(), 5, "{kept:?}");
        assert!(kept.last().unwrap().contains("本籍が違うと聞いた"), "the oldest answer is still there: {kept:?}");
        // Now the two can be joined like any others.
        desk.say(&path, &[("reason", "戸籍の附票")]).await;
        chief.decides(Word::Approve).await.unwrap();
        assert_eq!(questions(&desk, "同じ人").await.len(), 1);
        drop((desk, chief));
        world.database.remove().await;
    }
}
