//! 名寄せ from the side of the residents, and an answer that is taken back.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set up its city has failed")]

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
    let said = [("kind", "0"), ("name", name), ("kana", kana), ("birth", birth), ("sex", sex), ("address", address)];
    desk.registers(&[&said[..], &[("moved_on", "R8.11.20")]].concat(), changes).await
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

#[tokio::test]
async fn who_moves_in_meets_their_own_outside_record() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
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
        let desk = Desk::of_policy(&world).await;
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

/// What the gateway was told, after everything has settled.
async fn told(world: &World) -> Vec<String> {
    settle(world).await;
    world.heard.since().into_iter().filter(|said| !said.starts_with("person")).collect()
}

async fn frozen(world: &World, dan_no: &str) -> bool {
    let staff = world.staff_with_case("joho", "hub", &["it_policy"], &atena(1)).await;
    let mut unit = world.look(&staff).await;
    hub::port().is_frozen(&mut unit, &kernel::ident::DanNo::parse(dan_no).unwrap()).await.unwrap()
}

/// The first question about a 番号不整合, answered by a clerk; answers its page.
async fn says(desk: &Desk<'_>, answer: &str) -> String {
    let asked = questions(desk, "未確認").await;
    assert!(!asked.is_empty(), "two people under one number are not passed over");
    assert_eq!(asked[0]["evidence"], matching::Evidence::NumberMismatch.label());
    let path = format!("/hub/review/{}", asked[0]["id"]);
    desk.say(&format!("{path}/take"), &[]).await;
    assert!(desk.get(&path).await.1.contains("情報連携は止まっています"), "the page says what has stopped");
    let (status, _, page) = desk.say(&path, &[("reason", "本人確認書類による"), ("answer", answer)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    path
}

/// 月子 moves in; somebody typed her 個人番号 on the record of 花子, who lives elsewhere, before.
async fn number_on_two_records<'a>(world: &'a World, desk: &Desk<'a>) -> (AtenaNo, String) {
    let typed = guardian(desk, &[("my_number", my_number(1).expose())]).await;
    let theirs = dan(desk, &typed).await.expect("a 個人番号 is enough for a number");
    assert_eq!(told(world).await, Vec::<String>::new());
    let mut other = HANAKO;
    (other[0], other[1], other[2]) = ("川田 月子", "カワダ ツキコ", "平成3年2月2日");
    world.registry.lives(&atena(1), other);
    world.enters(&atena(1), my_number(1)).await;
    world.linked("kodomo", "K1", &atena(1)).await;
    assert_eq!(told(world).await, [format!("freeze {theirs} true")]);
    assert_eq!(dan(desk, &typed).await.as_ref(), Some(&theirs));
    assert_eq!(dan(desk, &atena(1)).await, None, "one 個人番号 joins nobody by itself");
    assert!(frozen(world, &theirs).await);
    assert_eq!(questions(desk, "未確認").await.len(), 1, "asked once");
    (typed, theirs)
}

#[tokio::test]
async fn one_individual_number_on_two_records_stops_the_exchange_until_two_people_say_whose_it_is() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let chief = Desk::open(&world, "4002", 3, "it_policy").await;
        let (typed, theirs) = number_on_two_records(&world, &desk).await;
        says(&desk, "apart").await;
        assert!(desk.decides(Word::Approve).await.is_err(), "nobody decides what they drafted");
        assert_eq!(told(&world).await, Vec::<String>::new());
        assert!(frozen(&world, &theirs).await, "one clerk's word is not enough");
        chief.decides(Word::Approve).await.unwrap();
        assert_eq!(dan(&desk, &typed).await, None, "whose number it is not has none");
        assert_eq!(dan(&desk, &atena(1)).await.as_ref(), Some(&theirs), "the registry says whose it is");
        let page = desk.api(&format!("/hub/{}", atena(1))).await;
        assert!(page["links"].as_array().unwrap().iter().all(|l| l["joined"] == true), "with every programme: {page}");
        assert!(!frozen(&world, &theirs).await);
        assert_eq!(told(&world).await, [format!("recall {theirs} true")], "what went out under it is called back");
        let recall = desk.api("/hub/recalls").await["recalls"][0].clone();
        assert_eq!(recall["uses"].as_u64(), Some(4), "{recall}");
        // Before everything is put right, the number turns up on one more record.
        let digits = my_number(1);
        guardian(
            &desk,
            &[("name", "架空 太郎"), ("kana", "カクウ タロウ"), ("birth", "S30.1.1"), ("my_number", digits.expose())],
        )
        .await;
        assert_eq!(told(&world).await, [format!("freeze {theirs} true")]);
        for use_no in 1..=4 {
            desk.say(&format!("/hub/recalls/{}/uses/{use_no}", recall["id"]), &[("note", "正した")]).await;
        }
        let end = [format!("recall {theirs} false"), format!("freeze {theirs} true")];
        assert_eq!(told(&world).await, end, "whoever waits hears of the end, and the doubt remains");
        while !questions(&desk, "未確認").await.is_empty() {
            says(&desk, "apart").await;
            chief.decides(Word::Approve).await.unwrap();
        }
        assert_eq!(told(&world).await, [format!("freeze {theirs} false")]);
        drop((desk, chief));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn two_people_may_say_that_the_two_records_with_one_number_are_one_person() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let chief = Desk::open(&world, "4002", 3, "it_policy").await;
        let (typed, theirs) = number_on_two_records(&world, &desk).await;
        says(&desk, "same").await;
        chief.decides(Word::Return).await.unwrap();
        assert!(frozen(&world, &theirs).await, "sent back: it goes on waiting");
        says(&desk, "same").await;
        chief.decides(Word::Approve).await.unwrap();
        assert_eq!(dan(&desk, &typed).await.as_ref(), Some(&theirs));
        assert_eq!(dan(&desk, &atena(1)).await.as_ref(), Some(&theirs));
        assert_eq!(told(&world).await, [format!("freeze {theirs} false")]);
        drop((desk, chief));
        world.database.remove().await;
    }
}

/// 花子 lives in the city; 月子 moves in, and the registry has the same 個人番号 on both. Answers the 団番 of 花子.
async fn number_on_two_residents(world: &World, desk: &Desk<'_>) -> String {
    let mut other = HANAKO;
    (other[0], other[1], other[2]) = ("川田 月子", "カワダ ツキコ", "平成3年2月2日");
    world.registry.lives(&atena(1), HANAKO);
    world.registry.lives(&atena(2), other);
    world.enters(&atena(1), my_number(1)).await;
    let theirs = dan(desk, &atena(1)).await.unwrap();
    assert_eq!(told(world).await, Vec::<String>::new());
    world.enters(&atena(2), my_number(1)).await;
    world.linked("kodomo", "K2", &atena(2)).await;
    assert_eq!(told(world).await, [format!("freeze {theirs} true")]);
    assert_eq!(dan(desk, &atena(2)).await, None, "one 個人番号 joins no two residents");
    assert!(frozen(world, &theirs).await);
    world.resident(ResidentChange::Entered, &atena(2), &[]).await;
    assert_eq!(told(world).await, Vec::<String>::new());
    let waiting = "select count(*) as n from platform_task where kind = 'hub.question' and state <> 'done'";
    assert_eq!((questions(desk, "未確認").await.len(), world.count(waiting).await), (1, 1), "asked once, of somebody");
    theirs
}

/// The question about two residents, answered by a clerk and decided by another.
async fn residents_told(desk: &Desk<'_>, chief: &Desk<'_>, answer: &str) {
    let asked = questions(desk, "未確認").await;
    assert_eq!(asked[0]["evidence"], hub::model::ONE_NUMBER);
    let path = format!("/hub/review/{}", asked[0]["id"]);
    desk.say(&format!("{path}/take"), &[]).await;
    assert!(desk.get(&path).await.1.contains("情報連携は止まっています"), "the page says what has stopped");
    let (status, _, page) = desk.say(&path, &[("reason", "住民票の原票による"), ("answer", "apart")]).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("どちらの記録"), "whose is it? {page}");
    let (status, _, page) = desk.say(&path, &[("reason", "住民票の原票による"), ("answer", answer)]).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    assert!(desk.decides(Word::Approve).await.is_err(), "nobody decides what they drafted");
    assert_eq!(told(desk.world).await, Vec::<String>::new(), "one clerk's word is not enough");
    chief.decides(Word::Approve).await.unwrap();
}

#[tokio::test]
async fn one_individual_number_on_two_residents_stops_the_exchange_until_two_people_say_whose_it_is() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let chief = Desk::open(&world, "4002", 3, "it_policy").await;
        let theirs = number_on_two_residents(&world, &desk).await;
        // The first record is the one of the question who was new: 記録2 is 花子, whose number it stays.
        residents_told(&desk, &chief, "second").await;
        assert_eq!(told(&world).await, [format!("freeze {theirs} false")], "nothing was wrong: nobody gets a correction");
        assert_eq!(dan(&desk, &atena(1)).await.as_ref(), Some(&theirs));
        assert_eq!(dan(&desk, &atena(2)).await, None, "and 月子 waits for her own number");
        world.resident(ResidentChange::Entered, &atena(2), &[]).await;
        assert_eq!(told(&world).await, Vec::<String>::new());
        assert!(questions(&desk, "未確認").await.is_empty(), "answered once");
        world.corrected(&atena(2), my_number(2)).await;
        settle(&world).await;
        let own = dan(&desk, &atena(2)).await;
        assert!(own.is_some() && own.as_ref() != Some(&theirs), "{own:?}");
        assert_eq!(world.dan_of_number("kodomo", "K2").await, own, "with every programme");
        drop((desk, chief));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn the_number_goes_to_whose_it_is_and_the_other_gets_one_of_their_own() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let chief = Desk::open(&world, "4002", 3, "it_policy").await;
        let theirs = number_on_two_residents(&world, &desk).await;
        // 市民課 has found out that the number is 月子's, and corrects 花子's before anybody has decided here.
        world.corrected(&atena(1), my_number(3)).await;
        assert_eq!(told(&world).await, Vec::<String>::new());
        assert_eq!(world.count("select count(*) as n from hub_former_number").await, 0, "the 団番 does not go with 花子");
        residents_told(&desk, &chief, "first").await;
        assert_eq!(told(&world).await, [format!("recall {theirs} true")], "what went out about 花子 under it is called back");
        assert_eq!(dan(&desk, &atena(2)).await.as_ref(), Some(&theirs), "the 団番 stands for the number");
        assert_eq!(world.dan_of_number("kodomo", "K2").await.as_ref(), Some(&theirs));
        let own = dan(&desk, &atena(1)).await;
        assert!(own.is_some() && own.as_ref() != Some(&theirs), "her own number had come meanwhile: {own:?}");
        let recall = desk.api("/hub/recalls").await["recalls"][0].clone();
        for use_no in 1..=recall["uses"].as_u64().unwrap() {
            desk.say(&format!("/hub/recalls/{}/uses/{use_no}", recall["id"]), &[("note", "正した")]).await;
        }
        assert_eq!(told(&world).await, [format!("recall {theirs} false")]);
        assert!(!frozen(&world, &theirs).await);
        drop((desk, chief));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn two_residents_may_be_one_person_and_that_too_is_taken_back_by_two() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let chief = Desk::open(&world, "4002", 3, "it_policy").await;
        let theirs = number_on_two_residents(&world, &desk).await;
        residents_told(&desk, &chief, "same").await;
        assert_eq!(told(&world).await, [format!("freeze {theirs} false")]);
        assert_eq!(dan(&desk, &atena(2)).await.as_ref(), Some(&theirs));
        let path = format!("/hub/{}", atena(2));
        assert!(desk.get(&path).await.1.contains("誤った連携を解く"));
        desk.say(&format!("{path}/split"), &[("reason", "別の人と分かった")]).await;
        chief.decides(Word::Approve).await.unwrap();
        assert_eq!(told(&world).await, [format!("recall {theirs} true")]);
        assert_eq!((dan(&desk, &atena(1)).await, dan(&desk, &atena(2)).await), (Some(theirs), None));
        world.corrected(&atena(2), my_number(2)).await;
        settle(&world).await;
        assert!(dan(&desk, &atena(2)).await.is_some());
        // Whoever shares with no other resident is 市民課's to correct.
        let (status, _, page) = desk.say(&format!("{path}/split"), &[("reason", "別の人")]).await;
        assert!(status == StatusCode::CONFLICT && page.contains("市民課"), "{page}");
        drop((desk, chief));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_third_resident_with_the_number_is_asked_about_again_when_it_changes_hands() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let chief = Desk::open(&world, "4002", 3, "it_policy").await;
        let theirs = number_on_two_residents(&world, &desk).await;
        world.registry.lives(&atena(3), ["海野 星子", "ウミノ ホシコ", "昭和60年6月6日", "女", HOME]);
        world.enters(&atena(3), my_number(1)).await;
        told(&world).await;
        assert_eq!(questions(&desk, "未確認").await.len(), 2);
        residents_told(&desk, &chief, "first").await;
        settle(&world).await;
        assert_eq!(dan(&desk, &atena(2)).await.as_ref(), Some(&theirs));
        assert_eq!(dan(&desk, &atena(3)).await, None);
        assert!(frozen(&world, &theirs).await, "the third is in doubt with whoever has the number now");
        drop((desk, chief));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_residents_number_typed_on_another_record_stops_the_exchange_too() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let chief = Desk::open(&world, "4002", 3, "it_policy").await;
        let mut other = HANAKO;
        (other[0], other[1], other[2]) = ("川田 月子", "カワダ ツキコ", "平成3年2月2日");
        world.registry.lives(&atena(1), other);
        world.enters(&atena(1), my_number(1)).await;
        let theirs = dan(&desk, &atena(1)).await.unwrap();
        told(&world).await;
        let typed = guardian(&desk, &[("my_number", my_number(1).expose())]).await;
        assert_eq!(told(&world).await, [format!("freeze {theirs} true")]);
        assert_eq!(dan(&desk, &typed).await, None);
        says(&desk, "apart").await;
        chief.decides(Word::Approve).await.unwrap();
        assert_eq!(told(&world).await, [format!("freeze {theirs} false")], "nothing rested on it: nobody gets a correction");
        assert_eq!(dan(&desk, &atena(1)).await, Some(theirs));
        assert_eq!(dan(&desk, &typed).await, None);
        drop((desk, chief));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_resident_who_is_alike_takes_the_number_that_the_outside_record_had_first() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let known = guardian(&desk, &[("my_number", my_number(1).expose())]).await;
        let theirs = dan(&desk, &known).await;
        world.registry.lives(&atena(1), HANAKO);
        world.enters(&atena(1), my_number(1)).await;
        assert_eq!(told(&world).await, Vec::<String>::new());
        assert_eq!(dan(&desk, &atena(1)).await, theirs);
        assert!(theirs.is_some() && questions(&desk, "未確認").await.is_empty());
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_comparison_is_one_look_at_each_candidate() {
    for world in worlds().await {
        world.registry.lives(&atena(1), HANAKO);
        world.enters(&atena(1), my_number(1)).await;
        let desk = Desk::of_policy(&world).await;
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
        let desk = Desk::of_policy(&world).await;
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

/// JTG-11: who was a resident and is dealt with further keeps the number; who comes back goes on under it once more.
#[tokio::test]
async fn who_leaves_the_city_goes_on_as_an_outsider_under_the_residents_number() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let hanako = atena(1);
        world.registry.lives(&hanako, HANAKO);
        world.enters(&hanako, my_number(1)).await;
        let theirs = dan(&desk, &hanako).await;
        let [name, kana, birth, sex, _] = HANAKO;
        let number = hanako.to_string();
        let form = |kind: &'static str| {
            let away = "北海道札幌市北区北七条西一丁目2番";
            let said = [("kind", kind), ("name", name), ("kana", kana), ("birth", birth), ("sex", sex), ("address", away)];
            said.into_iter().chain([("moved_on", "R8.11.20"), ("atena_no", number.as_str())]).collect::<Vec<_>>()
        };
        let (status, _, page) = desk.say("/hub/outsiders", &form("3")).await;
        assert!(status == StatusCode::CONFLICT && page.contains("いま住民です"), "{page}");
        let mut nobody = form("3");
        nobody.retain(|(field, _)| *field != "atena_no");
        let stranger = atena(77).to_string();
        nobody.push(("atena_no", stranger.as_str()));
        let (status, _, page) = desk.say("/hub/outsiders", &nobody).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("E0004"), "{page}");

        world.registry.left(&hanako);
        world.resident(ResidentChange::MovedOut, &hanako, &[]).await;
        settle(&world).await;
        let (status, location, page) = desk.say("/hub/outsiders", &form("3")).await;
        assert_eq!((status, location), (StatusCode::SEE_OTHER, format!("/hub/outsiders/{hanako}")), "{page}");
        settle(&world).await;
        let record = desk.api(&format!("/hub/outsiders/{hanako}")).await;
        assert_eq!((record["rev"].as_i64(), record["state"].as_str()), (Some(1), Some("現存")));
        assert!(record["ledger"]["hub_outsider"][0].to_string().contains("住民番号の引継"), "{record}");
        assert_eq!(dan(&desk, &hanako).await, theirs, "one person, one 団番");
        let links = desk.api(&format!("/hub/{hanako}")).await["links"].clone();
        assert!(links.as_array().unwrap().iter().all(|l| l["joined"] == true && l["number"] == number.as_str()), "{links}");
        assert_eq!(desk.say("/hub/outsiders", &form("3")).await.0, StatusCode::CONFLICT, "once");
        let next = guardian(&desk, &[("name", "川田 月子"), ("kana", "カワダ ツキコ")]).await;
        assert!(next.as_str() > hanako.as_str(), "numbers of their own go on as before");

        // Back in the city: the record ends, and a later move begins where it ended.
        world.registry.lives(&hanako, HANAKO);
        world.resident(ResidentChange::Entered, &hanako, &[]).await;
        settle(&world).await;
        let mut ends = form("1");
        ends.extend([("rev", "1"), ("reason", "住民となった"), ("successor", number.as_str())]);
        assert_eq!(desk.say("/hub/outsiders", &ends).await.0, StatusCode::SEE_OTHER);
        settle(&world).await;
        assert!(questions(&desk, "未確認").await.is_empty(), "nobody is asked whether one number is one person");
        world.registry.left(&hanako);
        assert_eq!(desk.say("/hub/outsiders", &form("3")).await.0, StatusCode::SEE_OTHER);
        let record = desk.api(&format!("/hub/outsiders/{hanako}")).await;
        assert_eq!((record["rev"].as_i64(), record["state"].as_str()), (Some(3), Some("現存")), "the history goes on");
        assert_eq!(dan(&desk, &hanako).await, theirs);
        drop(desk);
        world.database.remove().await;
    }
}

/// ATN-16: two 個人番号 on one set of four items, among residents. Twins are two people.
#[tokio::test]
async fn two_residents_alike_in_everything_but_their_number_are_put_before_a_clerk() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let mut twin = HANAKO;
        (twin[0], twin[1]) = ("山田 花代", "ヤマダ ハナヨ");
        let mut elsewhere = HANAKO;
        elsewhere[4] = "大阪府みなと市中央区港町一丁目1番1号";
        for (n, facts) in [(1, HANAKO), (2, twin), (3, elsewhere)] {
            world.registry.lives(&atena(n), facts);
            world.enters(&atena(n), my_number(n)).await;
        }
        settle(&world).await;
        assert_eq!(questions(&desk, "未確認").await, Vec::<Value>::new(), "a twin, and somebody of the same name elsewhere");
        let mut written = HANAKO;
        (written[0], written[4]) = ("山田　花子", "大阪府みなと市中央区港町2-7-5");
        world.registry.lives(&atena(4), written);
        world.enters(&atena(4), my_number(4)).await;
        settle(&world).await;
        let asked = questions(&desk, "未確認").await;
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert_eq!(asked[0]["evidence"], matching::Evidence::NumbersDiffer.label());
        assert!(asked[0]["explanation"].as_str().unwrap().contains("市民課"));
        assert_ne!(dan(&desk, &atena(4)).await, dan(&desk, &atena(1)).await, "two numbers, two people, until 市民課 has looked");
        let path = format!("/hub/review/{}", asked[0]["id"]);
        desk.say(&format!("{path}/take"), &[]).await;
        let (status, _, page) = desk.say(&path, &[("reason", "二重の記載")]).await;
        assert!(status == StatusCode::CONFLICT && page.contains("二つの個人番号"), "the hub joins no two residents: {page}");
        assert_eq!(desk.say(&path, &[("reason", "同姓同名の別人"), ("answer", "apart")]).await.0, StatusCode::SEE_OTHER);
        world.resident(ResidentChange::Corrected, &atena(4), &["name"]).await;
        settle(&world).await;
        assert!(questions(&desk, "未確認").await.is_empty(), "answered once");
        drop(desk);
        world.database.remove().await;
    }
}
