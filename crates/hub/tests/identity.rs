//! 住登外者 and 名寄せ: who is linked by itself, who becomes a question, and how a wrong link is undone.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its city has failed")]

mod support;

use axum::http::StatusCode;
use kernel::ident::AtenaNo;
use platform::approval::Word;
use serde_json::Value;
use std::collections::BTreeMap;
use support::desk::Desk;
use support::{World, atena, my_number, worlds};

const HOME: &str = "大阪府みなと市中央区港町二丁目7番5号";

/// 大谷陽翔 and his twin 陽斗 live in the city; each has a number.
async fn twins(world: &World) -> (AtenaNo, AtenaNo) {
    let (haruto, hinato) = (atena(1), atena(2));
    world.registry.lives(&haruto, ["大谷 陽翔", "オオタニ ハルト", "令和2年11月3日", "男", HOME]);
    world.registry.lives(&hinato, ["大谷 陽斗", "オオタニ ヒナト", "令和2年11月3日", "男", HOME]);
    world.enters(&haruto, my_number(1)).await;
    world.enters(&hinato, my_number(2)).await;
    (haruto, hinato)
}

/// Enters a 住登外者 and waits for 名寄せ; answers the number.
async fn enter(desk: &Desk<'_>, changes: &[(&str, &str)]) -> AtenaNo {
    let said = [
        ("kind", "0"),
        ("name", "大谷 陽翔"),
        ("kana", "オオタニ ハルト"),
        ("birth", "令和2年11月3日"),
        ("sex", "男"),
        ("address", HOME),
        ("moved_on", "R8.11.20"),
    ];
    desk.registers(&said, changes).await
}

async fn dan(desk: &Desk<'_>, who: &AtenaNo) -> Option<String> {
    desk.api(&format!("/hub/{who}")).await["dan_no"].as_str().map(str::to_owned)
}

async fn open_questions(desk: &Desk<'_>) -> Vec<Value> {
    desk.api("/hub/review").await["questions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_four_items_link_by_themselves_and_name_with_birth_date_never_does() {
    for world in worlds().await {
        let (haruto, _) = twins(&world).await;
        let desk = Desk::of_policy(&world).await;
        desk.look_up("own", &haruto).await;
        let same = enter(&desk, &[]).await;
        assert!(dan(&desk, &same).await.is_some());
        assert_eq!(dan(&desk, &same).await, dan(&desk, &haruto).await);
        let page = desk.get(&format!("/hub/{same}")).await.1;
        assert!(page.contains(matching::Evidence::FourItems.label()), "the page says what the link rests on");
        world.linked("kodomo", "K77", &same).await;
        world.deliver().await;
        let known = world.dan_of_number("kodomo", "K77").await;
        assert_eq!(known, dan(&desk, &haruto).await, "a programme's number of a 住登外者 whom the hub knows joins at once");
        let elsewhere = enter(&desk, &[("address", "北海道札幌市北区北七条西一丁目2番")]).await;
        assert_eq!(dan(&desk, &elsewhere).await, None, "name and birth date are not enough");
        let asked = open_questions(&desk).await;
        assert!(!asked.is_empty() && asked.iter().all(|q| q["explanation"].as_str().unwrap().contains("一致")), "{asked:?}");
        assert!(!format!("{asked:?}").contains("陽翔"), "the queue names nobody");
        drop(desk);
        world.database.remove().await;
    }
}

/// Everything that leaves the hub about people: pages, their data, translations by file both ways, and the export of all items.
async fn outputs(desk: &Desk<'_>, people: [&AtenaNo; 3]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for who in people {
        let page = desk.get(&format!("/hub/{who}")).await.1;
        // Around the page stands the case; the key of a form is new on every page.
        let (_, main) = page.split_once("<main").unwrap();
        let (main, _) = main.split_once("</main>").unwrap();
        let steady: Vec<&str> =
            main.split("name=\"_key\"").map(|part| part.split_once('>').map_or(part, |(_, rest)| rest)).collect();
        all.insert(format!("page {who}"), steady.join("…"));
        all.insert(format!("data {who}"), desk.get(&format!("/api/v1/hub/{who}")).await.1);
    }
    let numbers = people.map(ToString::to_string);
    for programme in ["juki", "hub"] {
        let ask = [("programme", programme), ("way", "to_dan"), ("numbers", &numbers.join("\n"))];
        all.insert(format!("file {programme} → 団番"), desk.say("/hub/translate", &ask).await.2);
        let mut dans = vec![];
        for who in people {
            dans.extend(dan(desk, who).await);
        }
        dans.sort_unstable();
        dans.dedup();
        let ask = [("programme", programme), ("way", "from_dan"), ("numbers", &dans.join("\n"))];
        all.insert(format!("file 団番 → {programme}"), desk.say("/hub/translate", &ask).await.2);
    }
    all.insert("export".into(), desk.get("/hub/outsiders.csv").await.1);
    all
}

/// The outputs that tell of the link between 陽斗 and the 住登外者.
fn concerns(output: &str, outsider: &AtenaNo) -> bool {
    output.ends_with(outsider.as_str())
        || output.ends_with(atena(2).as_str())
        || ["file hub → 団番", "file 団番 → hub"].contains(&output)
}

#[tokio::test]
async fn the_wrong_twin() {
    for world in worlds().await {
        let (haruto, hinato) = twins(&world).await;
        let desk = Desk::open(&world, "4001", 2, "it_policy").await;
        let chief = Desk::open(&world, "4002", 3, "it_policy").await;
        desk.open_case().await;
        desk.look_up("one", &haruto).await;
        desk.look_up("two", &hinato).await;
        let number = my_number(2);
        world.protect(&atena(99)).await;
        let away = [("address", "東京都新宿区歌舞伎町一丁目4番1号"), ("my_number", number.expose())];
        let outsider = enter(&desk, &away).await;
        let everything = || async { outputs(&desk, [&haruto, &hinato, &outsider]).await };
        let before = everything().await;
        assert_eq!(dan(&desk, &outsider).await, None, "a number whose name differs links nobody");
        assert!(before["export"].contains("歌舞伎町"), "{}", before["export"]);
        let asked = open_questions(&desk).await;
        let conflict =
            asked.iter().find(|q| q["evidence"] == matching::Evidence::NumberMismatch.label()).expect("the conflict is asked");
        let path = format!("/hub/review/{}", conflict["id"]);
        assert_eq!(desk.say(&format!("{path}/take"), &[]).await.0, StatusCode::SEE_OTHER);
        let page = desk.get(&path).await.1;
        assert!(page.contains("陽翔") && page.contains("陽斗") && page.contains("相違"), "side by side");

        // Two people force it.
        assert_eq!(desk.say(&path, &[("reason", "窓口で同じ人と聞いた")]).await.0, StatusCode::SEE_OTHER);
        assert!(desk.decides(Word::Approve).await.is_err(), "nobody decides what they drafted");
        chief.decides(Word::Approve).await.unwrap();
        assert_eq!(dan(&desk, &outsider).await, dan(&desk, &hinato).await);
        let joined = everything().await;
        for (name, output) in &before {
            assert_eq!(joined.get(name) == Some(output), !concerns(name, &outsider), "{name}: the link shows where it should");
        }

        while world.deliver().await > 0 {}
        world.heard.since();

        // Weeks later, in a case that knows the 住登外者 only: the link was wrong, is undone, and what rested on it is called back.
        desk.open_case().await;
        desk.look_up("later", &outsider).await;
        let split = format!("/hub/{outsider}/split");
        assert_eq!(desk.say(&split, &[("reason", "出生届で別の人と分かった")]).await.0, StatusCode::SEE_OTHER);
        assert!(dan(&desk, &hinato).await.is_some(), "who shared the number is part of the case, for the one who decides");
        chief.decides(Word::Approve).await.unwrap();
        desk.look_up("control", &haruto).await;
        let after = everything().await;
        assert_eq!(after.len(), before.len());
        for (name, output) in &before {
            assert_eq!(after.get(name), Some(output), "{name}: every output is what it was before, byte for byte");
        }
        let shared = dan(&desk, &hinato).await.unwrap();
        world.deliver().await;
        assert_eq!(world.heard.since(), [format!("recall {shared} true")], "the gateway answers 照会中 from now on");
        let recalls = desk.api("/hub/recalls").await;
        let recall = &recalls["recalls"][0];
        assert_eq!(
            (recall["uses"].as_u64(), recall["closed"].as_bool()),
            (Some(8), Some(false)),
            "four uses of each who shared it"
        );
        let page = format!("/hub/recalls/{}", recall["id"]);
        let listed = desk.get(&page).await.1;
        assert!(listed.contains("24,039円") && listed.contains("保護者の口座") && listed.contains("出生届で別の人"), "{listed}");
        let json = desk.api(&page).await;
        let uses = json["registers"]["hub_recall_use"].as_array().unwrap();
        for kind in ["支給", "副本", "提供", "通知"] {
            let of_kind = || uses.iter().filter(|u| u.to_string().contains(&format!("\"{kind}\"")));
            assert_eq!(of_kind().count(), 2, "{kind} of both: {json}");
            assert!(listed.contains(&format!(">{kind}<")), "{kind} on the page");
        }
        assert!(listed.contains("東京都新宿区") && listed.contains("中間サーバー"), "an answer with its recipient");
        let tasks = "select count(*) as n from platform_task where kind = 'hub.recall' and office = 'iryo' and state = 'open'";
        assert_eq!(world.count(tasks).await, 1, "the office that paid is asked");
        let tasks = "select count(*) as n from platform_task where kind = 'hub.recall' and office = 'joho' and state = 'open'";
        assert_eq!(world.count(tasks).await, 1, "and the office that keeps the exchange");
        for use_no in 1..=8 {
            world.deliver().await;
            assert_eq!(world.heard.since(), Vec::<String>::new(), "照会中 until the last use is put right");
            assert_eq!(
                desk.say(&format!("{page}/uses/{use_no}"), &[("note", "正しい人へ払い直した")]).await.0,
                StatusCode::SEE_OTHER
            );
        }
        world.deliver().await;
        let tasks = "select count(*) as n from platform_task where kind = 'hub.recall' and state <> 'done'";
        assert_eq!(world.count(tasks).await, 0, "no office has anything left to do");
        assert_eq!(world.heard.since(), [format!("recall {shared} false")]);
        let again = desk.say(&format!("{page}/uses/1"), &[("note", "もう一度")]).await;
        assert_eq!(again.0, StatusCode::CONFLICT, "put right once");
        assert_eq!(desk.api("/hub/recalls").await["recalls"][0]["closed"], true);

        // The same record sent again joins nobody by itself and asks nothing twice.
        let kept = open_questions(&desk).await.len();
        let number = outsider.to_string();
        enter(&desk, &[&away[..], &[("kind", "1"), ("rev", "1"), ("atena_no", &number), ("reason", "修正")]].concat()).await;
        assert_eq!(dan(&desk, &outsider).await, None);
        assert_eq!(open_questions(&desk).await.len(), kept);
        drop((desk, chief));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn another_person_is_said_by_one_and_never_asked_again() {
    for world in worlds().await {
        let (haruto, _) = twins(&world).await;
        let desk = Desk::of_policy(&world).await;
        desk.look_up("own", &haruto).await;
        let far = [("address", "北海道札幌市北区北七条西一丁目2番")];
        let outsider = enter(&desk, &far).await;
        for question in open_questions(&desk).await {
            let path = format!("/hub/review/{}", question["id"]);
            desk.say(&format!("{path}/take"), &[]).await;
            let answer = [("reason", "本籍が違う"), ("answer", "apart")];
            assert_eq!(desk.say(&path, &answer).await.0, StatusCode::SEE_OTHER);
            assert_eq!(desk.say(&path, &answer).await.0, StatusCode::CONFLICT, "answered once");
        }
        let number = outsider.to_string();
        enter(
            &desk,
            &[&far[..], &[("kind", "1"), ("rev", "1"), ("atena_no", &number), ("reason", "修正"), ("phone", "0120000000")]]
                .concat(),
        )
        .await;
        assert!(open_questions(&desk).await.is_empty());
        assert_eq!(
            world.count("select count(*) as n from platform_task where kind = 'hub.question' and state <> 'done'").await,
            0
        );
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_is_entered_wrongly_is_named_with_the_code_of_the_interface() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let (status, _, page) =
            desk.say("/hub/outsiders", &[("kind", "0"), ("postal_code", "59000"), ("my_number", "123456789012")]).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        for code in ["氏名を入れてください(E0001)", "数字7桁で入れてください(E0003)", "検査用数字が合いません"]
        {
            assert!(page.contains(code), "{code}: {page}");
        }
        let ok = [
            ("name", "山田 花子"),
            ("kana", "やまだ"),
            ("birth", "昭和45年5月不詳"),
            ("sex", "女"),
            ("address", "京都府京都市北区1番"),
            ("moved_on", "R8.11.20"),
            ("kind", "1"),
        ];
        let (status, _, page) = desk.say("/hub/outsiders", &ok).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("E0002") && page.contains("E0004"), "{page}");
        assert_eq!(world.count("select count(*) as n from hub_outsider").await, 0, "nothing is half-saved");
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_record_keeps_its_history_and_a_withheld_one_is_shut_to_other_programmes() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let other = Desk::open(&world, "2001", 1, "").await;
        other.open_case().await;
        let born = [("birth", "昭和45年5月不詳"), ("name", "山田 花子"), ("kana", "ヤマダ ハナコ"), ("sex", "女")];
        let open = enter(&desk, &born).await;
        let shut = enter(&desk, &[&born[..], &[("withheld", "1"), ("name", "山田 華子")]].concat()).await;
        assert_ne!(open, shut);
        assert!(open.as_str() > atena(999_999_999).as_str(), "a space of its own");
        let search = "/hub/outsiders?birth=昭和45年5月不詳&kana=ヤマダ".to_owned();
        let search =
            webkit::server::encode(&search).replace("%2F", "/").replace("%3F", "?").replace("%3D", "=").replace("%26", "&");
        let found = |page: Value| page["people"].as_array().unwrap().len();
        assert_eq!((found(desk.api(&search).await), found(other.api(&search).await)), (2, 1));
        assert_eq!(other.say(&format!("/hub/outsiders/{shut}/take"), &[]).await.0, StatusCode::NOT_FOUND, "it looks like none");
        let one_key = desk.get("/hub/outsiders?birth=S45").await;
        assert_eq!(one_key.0, StatusCode::UNPROCESSABLE_ENTITY, "one key shows nobody");

        let number = open.to_string();
        let moved =
            [("kind", "1"), ("rev", "1"), ("atena_no", number.as_str()), ("reason", "修正"), ("address", "京都府京都市北区1番")];
        assert_eq!(enter(&desk, &[&born[..], &moved].concat()).await, open, "the number stays");
        let ended = [("kind", "1"), ("rev", "2"), ("atena_no", number.as_str()), ("reason", "利用の終了")];
        enter(&desk, &[&born[..], &ended].concat()).await;
        let view = desk.api(&format!("/hub/outsiders/{open}")).await;
        assert_eq!((view["rev"].as_i64(), view["state"].as_str()), (Some(3), Some("消除")));
        assert_eq!(view["ledger"]["hub_outsider"].as_array().unwrap().len(), 3, "the history is there");
        drop((desk, other));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn three_rows_of_which_the_second_is_unknown_keep_their_order() {
    for world in worlds().await {
        let (haruto, hinato) = twins(&world).await;
        let desk = Desk::of_policy(&world).await;
        desk.look_up("one", &haruto).await;
        desk.look_up("two", &hinato).await;
        let numbers = format!("{haruto}\n{}\n{hinato}", atena(77));
        let ask = [("programme", "juki"), ("way", "to_dan"), ("numbers", numbers.as_str())];
        let (status, _, csv) = desk.say("/hub/translate", &ask).await;
        assert_eq!(status, StatusCode::OK, "{csv}");
        let lines: Vec<&str> = csv.lines().skip(1).collect();
        let dans = [dan(&desk, &haruto).await.unwrap(), dan(&desk, &hinato).await.unwrap()];
        assert!(lines[0].contains(haruto.as_str()) && lines[0].contains(&dans[0]), "{csv}");
        assert!(lines[1].starts_with("\"2\"") && lines[1].contains("登録されていません"), "{csv}");
        assert!(lines[2].contains(hinato.as_str()) && lines[2].contains(&dans[1]), "{csv}");
        let ask = [("programme", "juki"), ("way", "from_dan"), ("numbers", dans[1].as_str())];
        assert!(desk.say("/hub/translate", &ask).await.2.contains(hinato.as_str()), "and back");
        drop(desk);
        world.database.remove().await;
    }
}

/// JTG-14: while one clerk has the form open the others read only; a form left open keeps nobody out for ever; nobody overwrites what they
/// have not read.
#[tokio::test]
async fn of_two_desks_with_one_record_one_edits_and_the_other_reads() {
    for world in worlds().await {
        let first = Desk::open(&world, "4001", 2, "it_policy").await;
        let second = Desk::open(&world, "4002", 2, "it_policy").await;
        first.open_case().await;
        second.open_case().await;
        let who = enter(&first, &[]).await.to_string();
        let page = format!("/hub/outsiders/{who}");
        second.say(&format!("{page}/take"), &[]).await;
        let change = |rev: &'static str, phone: &'static str| {
            [
                ("kind", "1"),
                ("rev", rev),
                ("atena_no", who.as_str()),
                ("reason", "修正"),
                ("name", "大谷 陽翔"),
                ("kana", "オオタニ ハルト"),
                ("birth", "令和2年11月3日"),
                ("sex", "男"),
                ("address", HOME),
                ("moved_on", "R8.11.20"),
                ("phone", phone),
            ]
        };
        let edit = format!("{page}/edit");
        let phone = || async { first.api(&page).await["ledger"]["hub_outsider"][0].to_string() };
        assert!(!first.get(&page).await.1.contains("この内容で記録する"), "nobody edits yet");
        assert_eq!(first.say(&edit, &[]).await.0, StatusCode::SEE_OTHER);
        assert!(first.get(&page).await.1.contains("この内容で記録する"));
        let (status, shown) = second.get(&page).await;
        assert!(status == StatusCode::OK && shown.contains("編集中です") && !shown.contains("この内容で記録する"), "reads only");
        assert_eq!(second.say(&edit, &[]).await.0, StatusCode::CONFLICT);
        assert_eq!(second.say("/hub/outsiders", &change("1", "0120000002")).await.0, StatusCode::CONFLICT);
        assert_eq!(first.say("/hub/outsiders", &change("1", "0120000001")).await.0, StatusCode::SEE_OTHER);
        // The second desk still shows the first record: it does not overwrite what it has not read.
        let (status, _, said) = second.say("/hub/outsiders", &change("1", "0120000002")).await;
        assert!(status == StatusCode::CONFLICT && said.contains("開いたあとに変わっています"), "{said}");
        assert!(phone().await.contains("0120000001"));
        let unread: Vec<_> = change("1", "0120000002").into_iter().filter(|(name, _)| *name != "rev").collect();
        assert_eq!(second.say("/hub/outsiders", &unread).await.0, StatusCode::UNPROCESSABLE_ENTITY, "nor one it never read");
        assert_eq!(second.say(&edit, &[]).await.0, StatusCode::SEE_OTHER, "sent: the record is free again");
        // The second goes home with the form open; the first gives it up again.
        for minutes in [5; 6] {
            assert_eq!(first.say(&edit, &[]).await.0, StatusCode::CONFLICT);
            assert_eq!(second.get(&page).await.0, StatusCode::OK);
            world.clock.pass_minutes(minutes);
        }
        world.clock.pass_minutes(1);
        assert_eq!(first.say(&edit, &[]).await.0, StatusCode::SEE_OTHER);
        assert_eq!(second.say("/hub/outsiders", &change("2", "0120000002")).await.0, StatusCode::CONFLICT, "too late");
        assert_eq!(first.say(&edit, &[("stop", "1")]).await.0, StatusCode::SEE_OTHER);
        assert_eq!(second.say("/hub/outsiders", &change("2", "0120000002")).await.0, StatusCode::SEE_OTHER);
        assert!(phone().await.contains("0120000002"));
        drop((first, second));
        world.database.remove().await;
    }
}

/// ATN-15: the 個人番号 of a 住登外者 changes. Two people say so; the 団番 stays, the former number is history, and whoever comes with the new
/// one is the same person.
#[tokio::test]
async fn a_changed_individual_number_of_an_outsider_keeps_the_hubs_number_when_two_people_say_so() {
    for world in worlds().await {
        let desk = Desk::open(&world, "4001", 2, "it_policy").await;
        let chief = Desk::open(&world, "4002", 3, "it_policy").await;
        desk.open_case().await;
        let (old, new) = (my_number(1), my_number(2));
        let outsider = enter(&desk, &[("my_number", old.expose())]).await;
        let theirs = dan(&desk, &outsider).await.unwrap();
        let number = outsider.to_string();
        let form = [
            ("kind", "1"),
            ("rev", "1"),
            ("atena_no", number.as_str()),
            ("reason", "修正"),
            ("name", "大谷 陽翔"),
            ("kana", "オオタニ ハルト"),
            ("birth", "令和2年11月3日"),
            ("sex", "男"),
            ("address", HOME),
            ("moved_on", "R8.11.20"),
            ("my_number", new.expose()),
        ];
        let (status, _, page) = desk.say("/hub/outsiders", &form).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("個人番号の変更"), "not on the way: {page}");
        let path = format!("/hub/outsiders/{outsider}/number");
        let change = |number: &str| {
            let number = number.to_owned();
            let desk = &desk;
            let path = &path;
            async move {
                let said = [("my_number", number.as_str()), ("changed_on", "R8.11.19"), ("reason", "番号カードで確かめた")];
                desk.say(path, &said).await
            }
        };
        assert_eq!(change("123456789012").await.0, StatusCode::UNPROCESSABLE_ENTITY, "the check digit is wrong");
        assert_eq!(change(old.expose()).await.0, StatusCode::UNPROCESSABLE_ENTITY, "no change");
        world.registry.lives(&atena(9), ["川田 月子", "カワダ ツキコ", "平成3年2月2日", "女", HOME]);
        world.enters(&atena(9), my_number(9)).await;
        assert_eq!(change(my_number(9).expose()).await.0, StatusCode::CONFLICT, "somebody else's");
        assert_eq!(change(new.expose()).await.0, StatusCode::SEE_OTHER);
        let former = "select count(*) as n from hub_former_number";
        assert_eq!(world.count(former).await, 0, "one person's word is a draft");
        assert!(desk.decides(Word::Approve).await.is_err(), "nobody decides what they drafted");
        chief.decides(Word::Approve).await.unwrap();
        while world.deliver().await > 0 {}
        assert_eq!(dan(&desk, &outsider).await.as_ref(), Some(&theirs));
        let page = desk.api(&format!("/hub/{outsider}")).await;
        assert_eq!(page["number_changed_on"], serde_json::json!(["2026-11-19"]));
        let record = desk.api(&format!("/hub/outsiders/{outsider}")).await;
        assert_eq!(record["rev"], 2);
        assert!(record["ledger"]["hub_outsider"][0].to_string().contains("個人番号の変更"), "{record}");
        let doubts = "select count(*) as n from platform_task where kind in ('hub.taken', 'hub.differs') and state <> 'done'";
        assert_eq!(world.count(doubts).await, 0);
        // Who arrives with the new number is the same person; who arrives with the former one is somebody to look at.
        world.registry.lives(&atena(1), ["大谷 陽翔", "オオタニ ハルト", "令和2年11月3日", "男", HOME]);
        world.enters(&atena(1), new).await;
        world.registry.lives(&atena(2), ["山田 花子", "ヤマダ ハナコ", "昭和45年5月1日", "女", HOME]);
        world.enters(&atena(2), old).await;
        assert_eq!(world.dan_no(&atena(1)).await.as_ref(), Some(&theirs));
        assert_ne!(world.dan_no(&atena(2)).await.as_ref(), Some(&theirs));
        let asked = "select count(*) as n from platform_task where kind = 'hub.former' and state <> 'done'";
        assert_eq!(world.count(asked).await, 1);
        assert_eq!(change(my_number(3).expose()).await.0, StatusCode::CONFLICT, "now a resident: the registry says");
        drop((desk, chief));
        world.database.remove().await;
    }
}

/// JTG-15: 他業務参照不可 at every door. Another programme cannot tell a withheld record from one that is not there.
#[tokio::test]
async fn a_withheld_record_looks_like_none_at_every_door_of_another_programme() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let other = Desk::open(&world, "2001", 1, "").await;
        other.open_case().await;
        let digits = my_number(5);
        let shut = enter(&desk, &[("withheld", "1"), ("my_number", digits.expose())]).await;
        let nobody = AtenaNo::issue(50_000_000_999_999).or_else(|_| AtenaNo::issue(50_000_000_999_998)).unwrap();
        let form = |fields: &[(&'static str, String)]| {
            let mut form: Vec<(&'static str, String)> = [
                ("kind", "0"),
                ("name", "大谷 陽翔"),
                ("kana", "オオタニ ハルト"),
                ("birth", "令和2年11月3日"),
                ("sex", "男"),
                ("address", HOME),
                ("moved_on", "R8.11.20"),
            ]
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec();
            for (name, value) in fields {
                form.retain(|(n, _)| n != name);
                form.push((name, value.clone()));
            }
            form
        };
        let mut seen = vec![];
        for who in [&shut, &nobody] {
            let page = format!("/hub/outsiders/{who}");
            let mut said = vec![other.get(&page).await.0, other.get(&format!("/api/v1{page}")).await.0];
            for door in ["take", "edit"] {
                said.push(other.say(&format!("{page}/{door}"), &[]).await.0);
            }
            let number = who.to_string();
            let revision = [("kind", "1".into()), ("rev", "1".into()), ("reason", "修正".into()), ("atena_no", number.clone())];
            let candidate = [("kind", "2".into()), ("atena_no", number.clone())];
            for sent in [form(&revision), form(&candidate)] {
                let sent: Vec<(&str, &str)> = sent.iter().map(|(n, v)| (*n, v.as_str())).collect();
                said.push(other.say("/hub/outsiders", &sent).await.0);
            }
            seen.push(said);
        }
        assert_eq!(seen[0], seen[1], "no difference tells that there is a record");
        assert!(seen[0][..5].iter().all(|status| *status == StatusCode::NOT_FOUND), "{seen:?}");
        assert_eq!(seen[0][5], StatusCode::UNPROCESSABLE_ENTITY, "{seen:?}");
        assert_eq!(world.count("select count(*) as n from hub_outsider").await, 1);
        assert_eq!(world.count("select count(*) as n from hub_question").await, 0);
        // The port, as the inquiry desk asks it; what the city does by itself goes on.
        for (office, purpose, roles, sees) in
            [("iryo", "kodomo", vec![], false), ("joho", "hub", vec!["it_policy"], true), ("joho", "hub", vec!["job"], true)]
        {
            let staff = world.staff_with_case(office, purpose, &roles, &shut).await;
            let mut unit = world.look(&staff).await;
            let dan_no = hub::port().dan_of(&mut unit, &shut).await;
            assert_eq!(dan_no.is_ok_and(|d| d.is_some()), sees, "{purpose} {roles:?}");
        }
        drop((desk, other));
        world.database.remove().await;
    }
}
