//! The wrong twin: 陽斗's 個人番号 typed on the 住登外 record of his twin 陽翔 conflicts, is forced by two people, and is found 30 days later.

use crate::world::{World, send};
use app::cities::{MINATO, YAMATE};
use app::demo::browser::Browser;
use app::demo::exchange::desk::{amount, asks, comes_back, consents, hands_over, records};
use app::demo::exchange::hall::{Hall, until};
use app::demo::exchange::{RESIDENTS, numbers};
use kernel::Date;
use kernel::time::{age_on, wareki};
use platform::keys::{hex, sha256};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use synth::Person;
use webkit::server::encode;

const TODAY: Date = Date::constant(2026, 11, 20);
const FOUND: Date = Date::constant(2026, 12, 20);
const NEXT_DAY: Date = Date::constant(2026, 12, 21);
/// Day of the visit that is paid for.
const VISIT: Date = Date::constant(2026, 6, 10);

/// 陽斗: a schoolchild of みなと市 with a card of 子ども医療.
fn hinato() -> Person {
    let households = MINATO.people(RESIDENTS, TODAY).households();
    let found = households.flat_map(|h| {
        let paid = |serial: u64| {
            let valid = |aid: &&synth::ChildAid| {
                aid.child == serial
                    && aid.guardian.is_some()
                    && aid.recipient_no.is_some()
                    && aid.reliefs.is_empty()
                    && aid.other_laws.is_empty()
                    && aid.insurance_on(VISIT).is_some()
                    && [VISIT, TODAY].iter().all(|day| aid.valid_periods().any(|p| p.contains(*day)))
            };
            h.aids.iter().any(|aid| valid(&aid))
        };
        let fits = |p: &Person| {
            let school = p.birth().exact().is_some_and(|b| (7..=17).contains(&age_on(b, VISIT)));
            p.is_resident() && p.current().foreign.is_none() && h.protections.is_empty() && school && paid(p.serial)
        };
        h.people.iter().filter(|p| fits(p)).cloned().collect::<Vec<_>>()
    });
    found.into_iter().next().unwrap()
}

/// Registers somebody as a 住登外者 at 医療年金課; answers the 宛名番号.
async fn outsider(clerk: &mut Browser, person: &Person, [name, kana]: [&str; 2]) -> String {
    clerk.open("/hub/outsiders").await.unwrap();
    let (row, birth) = (person.current(), wareki(person.birth_day()));
    let entry = [
        ("kind", "0"),
        ("name", name),
        ("kana", kana),
        ("birth", &birth),
        ("sex", row.sex.label()),
        ("postal_code", &row.address.postal_code),
        ("address", &row.address.text),
        ("my_number", person.individual_number.expose()),
        ("moved_on", "R8.11.20"),
    ];
    clerk.post("/hub/outsiders", &entry).await.unwrap();
    assert!(clerk.status.is_success(), "{}", clerk.page);
    clerk.address.rsplit('/').next().unwrap().to_owned()
}

/// The twin's name: the same surname.
fn twin(person: &Person) -> [String; 2] {
    let row = person.current();
    let of = |whole: &str, given: &str| format!("{} {given}", whole.split([' ', '\u{3000}']).next().unwrap());
    [of(row.name.main(), "陽翔"), of(row.name.kana(), "ハルト")]
}

/// A file of an interface with a row for each number.
fn interface(numbers: &[&str]) -> String {
    let body: String = numbers.iter().zip(1..).map(|(dan, item)| format!("{}\n", json!({ "dan": dan, "item": item }))).collect();
    let sum = hex(&sha256(body.as_bytes()));
    format!("{}\n{body}", json!({ "interface": "DBM_20113", "count": numbers.len(), "sha256": sum, "file": "0".repeat(32) }))
}

/// The links as they stand, in order. Left out is when a row was written: after an undo it is a new row, and the day on which it was undone is
/// no part of what holds (the history, `/hub/exports/links.csv`, keeps it).
fn standing(csv: &str) -> Vec<String> {
    let cells = |line: &str| line.split(',').map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<_>>();
    let head = cells(csv.trim_start_matches('\u{feff}').lines().next().unwrap());
    let written = head.iter().position(|name| name == "登録日時").unwrap();
    let kept =
        |line| cells(line).into_iter().enumerate().filter(|(n, _)| *n != written).map(|(_, cell)| cell).collect::<Vec<_>>();
    let mut rows: Vec<String> = csv.lines().skip(1).map(|line| kept(line).join("|")).collect();
    rows.sort();
    rows
}

/// What leaves the hub about people: their records, the search for them, the translation of their numbers both ways, by list and by the file
/// of an interface, and the links of everybody.
async fn outputs(it: &mut Browser, [born, surname]: [&str; 2], people: [&str; 2]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let asked = format!("/hub/search?birth={}&kana={}", encode(born), encode(surname));
    let found = it.api(&asked).await.unwrap();
    assert!(people.iter().all(|who| found.to_string().contains(who)), "{found}");
    all.insert("search".to_owned(), found.to_string());
    let links = it.fetch("/hub/links.csv").await.unwrap();
    let links = standing(&String::from_utf8(links).unwrap());
    assert!(people.iter().all(|who| links.iter().any(|row| row.contains(who))), "{links:?}");
    all.insert("links".to_owned(), links.join("\n"));
    let mut dans = vec![];
    for who in people {
        it.open("/hub").await.unwrap();
        it.post("/hub", &[("number", who)]).await.unwrap();
        let view = it.api(&format!("/hub/{who}")).await.unwrap();
        dans.extend(view["dan_no"].as_str().map(str::to_owned));
        all.insert(format!("record {who}"), view.to_string());
    }
    dans.sort();
    dans.dedup();
    for programme in ["juki", "kodomo"] {
        for (way, asked) in [("to_dan", people.join("\n")), ("from_dan", dans.join("\n"))] {
            it.open("/hub/translate").await.unwrap();
            let form = [("programme", programme), ("way", way), ("numbers", asked.as_str())];
            let file = it.post_file("/hub/translate", &form).await.unwrap();
            all.insert(format!("{programme} {way}"), String::from_utf8(file).unwrap());
            let body = interface(&asked.lines().collect::<Vec<_>>());
            for output in ["good", "held"] {
                it.open("/hub/translate").await.unwrap();
                let form = [("programme", programme), ("way", way), ("output", output)];
                it.upload("/hub/translate/file", &form, &[("file", "file.jsonl", body.as_bytes())]).await.unwrap();
                assert!(it.status.is_success(), "{}", it.page);
                all.insert(format!("{programme} {way} file {output}"), it.page.clone());
            }
        }
    }
    all
}

/// Two people say that the two records are one person.
async fn forced(hall: &mut Hall, number: &str, outsider: &str) {
    let Hall { it, desk: [_, chief], .. } = hall;
    let question = until("名寄せの確認に並びません", async || {
        let queue = it.api("/hub/review").await?;
        let asked = queue["questions"].as_array().into_iter().flatten();
        Ok(asked.filter(|q| q["evidence"].as_str().unwrap_or_default().contains("個人番号は一致")).find_map(|q| q["id"].as_i64()))
    })
    .await
    .unwrap();
    let path = format!("/hub/review/{question}");
    it.open("/hub/review").await.unwrap();
    send(it, &format!("{path}/take"), &[]).await;
    it.open(&path).await.unwrap();
    assert!(it.page.contains("相違") && it.page.contains("一致"), "side by side");
    send(it, &path, &[("reason", "窓口で同じ子と聞いた")]).await;
    World::acts_for(chief, "hub").await;
    Hall::approve(chief, "hub.join").await.unwrap();
    World::acts_for(chief, "renkei").await;
    assert_eq!(hall.dan(outsider).await.unwrap(), hall.dan(number).await.unwrap(), "one 団番 for two people");
}

/// 償還払い of a visit outside the prefecture, decided by another.
async fn paid(clerk: &mut Browser, chief: &mut Browser, child: &str) {
    clerk.open(&format!("/kodomo/person/{child}")).await.unwrap();
    let path = format!("/kodomo/person/{child}/claim");
    let page = clerk.open(&path).await.unwrap();
    let field =
        page.split("name=\"applicant\"").nth(1).and_then(|t| t.split("value=\"").nth(1)).and_then(|v| v.split('"').next());
    let applicant = field.unwrap().to_owned();
    let form = [
        ("applicant", applicant.as_str()),
        ("aid_kind", "府外受診"),
        ("claimed_on", "令和8年11月20日"),
        ("receipt_on", "令和8年6月10日"),
        ("ward", "中央区"),
        ("institution", "隣県病院"),
        ("care_kind", "医科"),
        ("place", "外来"),
        ("days", "令和8年6月10日"),
        ("charge", "3000"),
        ("total_cost", "10000"),
        ("high_cost_state", "なし"),
        ("additional_state", "なし"),
        ("bank", "0005"),
        ("branch", "001"),
        ("kind", "1"),
        ("number", "4815934"),
        ("holder", "シミン タロウ"),
    ];
    send(clerk, &path, &form).await;
    let claim = clerk.address.clone();
    clerk.open(&claim).await.unwrap();
    send(clerk, &format!("{claim}/draft"), &[]).await;
    Hall::approve(chief, "kodomo.claim").await.unwrap();
    let decided = clerk.api(&claim).await.unwrap();
    assert_eq!(decided["amount"], 2_500, "{decided}");
}

/// One use that was called back, in words.
fn uses(recall: &Value) -> Vec<String> {
    let rows = recall["registers"]["hub_recall_use"].as_array().unwrap();
    let word = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    rows.iter().map(|row| ["kind", "title", "amount", "recipient", "state"].map(|name| word(row, name)).join(" | ")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_twin() {
    let hinato = hinato();
    let number = numbers([&hinato]).unwrap().remove(0);
    let mut world = World::begins("twin", TODAY).await;
    let [name, kana] = twin(&hinato);
    // 医療年金課 registers 陽翔, who lives elsewhere with the same address on paper, and types his brother's number.
    let haruto = outsider(&mut world.minato.aid, &hinato, [&name, &kana]).await;
    let (born, surname) = (wareki(hinato.birth_day()), kana.split([' ', '\u{3000}']).next().unwrap().to_owned());
    let by = [born.as_str(), &surname];
    let before = outputs(&mut world.minato.it, by, [&number, &haruto]).await;
    assert!(!before[&format!("record {haruto}")].contains("\"dan_no\":\"0"), "a number that conflicts links nobody: {before:?}");
    forced(&mut world.minato, &number, &haruto).await;
    let joined = outputs(&mut world.minato.it, by, [&number, &haruto]).await;
    for output in ["links", "search", "kodomo to_dan", "kodomo to_dan file good"] {
        assert_ne!(joined.get(output), before.get(output), "{output} shows the wrong link");
    }

    // Under the wrong link: 副本 of 陽翔 under the 団番 of his brother, an answer to やまて市, and a payment.
    hands_over(&mut world.minato, &[(&haruto, "777000")]).await.unwrap();
    let row = hinato.current();
    let there = outsider(&mut world.yamate.aid, &hinato, [row.name.main(), row.name.kana()]).await;
    world.yamate.dan(&there).await.unwrap();
    world.yamate.has_bound(u64::from(RESIDENTS) + 1).await.unwrap();
    consents(&mut world.yamate, &there, TODAY).await.unwrap();
    let asked = asks(&mut world.yamate, &there, &there, &MINATO).await.unwrap();
    let answer = comes_back(&mut world.yamate, &asked).await.unwrap();
    assert_eq!((answer["state"].as_str(), amount(&answer)), (Some("回答あり"), Some("777000")), "his brother's tax went out");
    records(&mut world.minato, 1).await.unwrap();
    let mut chief = world.signs_in(&MINATO, "2002").await;
    paid(&mut world.minato.aid, &mut chief, &number).await;
    drop(chief);

    // 30 days later: two people undo it, and everything that rested on it is listed.
    let mut world = world.until(FOUND).await;
    let it = &mut world.minato.it;
    it.open("/hub").await.unwrap();
    send(it, "/hub", &[("number", &haruto)]).await;
    it.open(&format!("/hub/{haruto}")).await.unwrap();
    send(it, &format!("/hub/{haruto}/split"), &[("reason", "出生届で双子の兄弟と分かった")]).await;
    let [_, chief] = &mut world.minato.desk;
    World::acts_for(chief, "hub").await;
    Hall::approve(chief, "hub.split").await.unwrap();
    World::acts_for(chief, "renkei").await;
    let after = outputs(&mut world.minato.it, by, [&number, &haruto]).await;
    assert_eq!(after, before, "every output as before, byte for byte");
    let it = &mut world.minato.it;
    let id = it.api("/hub/recalls").await.unwrap()["recalls"][0]["id"].to_string();
    let page = format!("/hub/recalls/{id}");
    let listed = uses(&it.api(&page).await.unwrap());
    let of = |kind: &str, words: &str| listed.iter().filter(|u| u.starts_with(kind) && u.contains(words)).count();
    assert_eq!(of("副本", "中間サーバー"), 1, "{listed:?}");
    assert_eq!(of("提供", YAMATE.name_ja), 1, "the answer with its recipient: {listed:?}");
    assert_eq!(of("支給", "決定額 2,500円"), 1, "the decision: {listed:?}");
    assert_eq!(of("通知", "決定通知書"), 1, "the letter: {listed:?}");
    assert_eq!(of("支払", "| 2,500円 |"), 1, "every yen: {listed:?}");
    assert_eq!(listed.len(), 5, "{listed:?}");

    // The city that has the answer is told, and works with it no more; who asks now waits.
    until("中間サーバーに伝わりません", async || {
        let codes = world.yamate.gateway.api("/gateway/inquiries").await?;
        Ok(codes.to_string().contains("照会中").then_some(()))
    })
    .await
    .unwrap();
    let again = asks(&mut world.yamate, &there, &there, &MINATO).await.unwrap();
    until("照会が送られません", async || {
        let view = world.yamate.aid.api(&again).await?;
        Ok((view["state"] == "回答待ち").then_some(()))
    })
    .await
    .unwrap();
    let mut world = world.until(NEXT_DAY).await;
    until("やまて市の画面が照会中になりません", async || {
        let view = world.yamate.aid.api(&asked).await?;
        Ok((view["state"] == "照会中" && amount(&view).is_none()).then_some(()))
    })
    .await
    .unwrap();
    assert_eq!(world.yamate.aid.api(&again).await.unwrap()["state"], "回答待ち", "nobody is answered by itself meanwhile");

    // Every office puts right what it did; 陽斗's own 副本 takes the place of his brother's, and then the right answer goes out.
    hands_over(&mut world.minato, &[(&number, "50000")]).await.unwrap();
    let [desk, _] = &mut world.minato.desk;
    copies_right(desk).await;
    let it = &mut world.minato.it;
    it.open("/hub").await.unwrap();
    send(it, "/hub", &[("number", &haruto)]).await;
    for row in 1..=listed.len() {
        it.open(&page).await.unwrap();
        send(it, &format!("{page}/uses/{row}"), &[("note", "正しい人へ直した")]).await;
    }
    assert_eq!(it.api(&page).await.unwrap()["closed"], true);
    let right = until("正しい回答が届きません", async || {
        let page = asks(&mut world.yamate, &there, &there, &MINATO).await?;
        let view = comes_back_or_waits(&mut world.yamate, &page).await?;
        Ok(view.filter(|v| v["state"] == "回答あり"))
    })
    .await
    .unwrap();
    assert_eq!(amount(&right), Some("50000"));
    let (folder, _) = world.ends().await;
    std::fs::remove_dir_all(folder).unwrap();
}

/// An inquiry that has come back within a few seconds.
async fn comes_back_or_waits(hall: &mut Hall, page: &str) -> anyhow::Result<Option<Value>> {
    for _ in 0..20 {
        let view = hall.aid.api(page).await?;
        if !["送信待ち", "回答待ち"].contains(&view["state"].as_str().unwrap_or_default()) {
            return Ok(Some(view));
        }
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    }
    Ok(None)
}

/// 副本 of whoever was wrongly under the 団番 go, and those of the other are sent again after the comparison has found them missing.
async fn copies_right(desk: &mut Browser) {
    desk.open("/exchange/originals").await.unwrap();
    send(desk, "/exchange/originals/send", &[]).await;
    let compared = async |desk: &mut Browser| {
        let before = desk.api("/exchange").await.unwrap()["compared_at"].clone();
        desk.open("/exchange/originals").await.unwrap();
        send(desk, "/exchange/originals/compare", &[]).await;
        until("照合が終わりません", async || {
            let view = desk.api("/exchange").await?;
            Ok((view["compared_at"] != before).then(|| view["differences"].as_i64().unwrap_or_default()))
        })
        .await
        .unwrap()
    };
    if compared(desk).await > 0 {
        desk.open("/exchange/originals").await.unwrap();
        let again = desk.page.split("action=\"").skip(1).filter_map(|a| a.split('"').next()).find(|a| a.ends_with("/again"));
        let again = again.unwrap().to_owned();
        send(desk, &again, &[]).await;
        desk.open("/exchange/originals").await.unwrap();
        send(desk, "/exchange/originals/send", &[]).await;
        assert_eq!(compared(desk).await, 0, "正本 and 副本 are equal again");
    }
}
