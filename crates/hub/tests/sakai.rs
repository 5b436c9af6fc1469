//! The five functions of 統合利用番号連携サーバー in the assessment of 堺市, each under its own name, and the translation for every interface.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its city has failed")]

mod support;

use axum::http::StatusCode;
use hub::lines::{self, CodeWanted};
use platform::keys::{hex, sha256};
use serde_json::{Value, json};
use support::desk::Desk;
use support::{World, atena, my_number, worlds};
use wire::acquire::{AcquisitionCount, AcquisitionStatus, WithoutCode};

const HOME: &str = "大阪府みなと市中央区港町二丁目7番5号";

/// Three residents with cards of 子ども医療; the third has no 個人番号 yet.
async fn city(world: &World) -> [String; 2] {
    for (n, name) in [(1, "山田 花子"), (2, "山田 太郎"), (3, "山田 次郎")] {
        world.registry.lives(&atena(n), [name, "ヤマダ ハナコ", "昭和45年5月1日", "女", HOME]);
        match n {
            3 => world.resident(ports::ResidentChange::Born, &atena(n), &[]).await,
            _ => world.enters(&atena(n), my_number(n)).await,
        }
        world.linked("kodomo", &format!("K{n}"), &atena(n)).await;
    }
    world.deliver().await;
    [world.dan_no(&atena(1)).await.unwrap(), world.dan_no(&atena(2)).await.unwrap()]
}

/// A file of an interface.
fn file(interface: &str, rows: &[Value]) -> String {
    let body: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let head =
        json!({ "interface": interface, "count": rows.len(), "sha256": hex(&sha256(body.as_bytes())), "file": "0".repeat(32) });
    format!("{head}\n{body}")
}

/// The file after the translation, and the rows that stay.
async fn through(desk: &Desk<'_>, way: &str, body: &str) -> (Value, Vec<Value>, String) {
    let mut answers = vec![];
    for output in ["good", "held"] {
        let fields = [("programme", "kodomo"), ("way", way), ("output", output)];
        let (status, _, answer) = desk.upload("/hub/translate/file", &fields, "file.jsonl", body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answers.push(answer);
    }
    let (head, rows) = answers[0].split_once('\n').unwrap();
    let head: Value = serde_json::from_str(head).unwrap();
    assert_eq!(head["sha256"], hex(&sha256(rows.as_bytes())), "the heading fits the rows that go on");
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(head["count"], rows.len());
    (head, rows, answers.remove(1))
}

/// 1 宛名管理機能: 各システム固有宛名番号と本市内統合宛名番号の管理.
#[tokio::test]
async fn sakai_number_management() {
    for world in worlds().await {
        let [one, _] = city(&world).await;
        let desk = Desk::of_policy(&world).await;
        let counts = desk.api("/hub").await;
        assert_eq!(counts["people"], 2);
        assert!(counts["programmes"].as_array().unwrap().contains(&json!({ "programme": "kodomo", "links": 3, "joined": 2 })));
        desk.look_up("a", &atena(1)).await;
        world.corrected(&atena(1), my_number(9)).await;
        let person = desk.api(&format!("/hub/{}", atena(1))).await;
        assert_eq!(person["who"]["name"], "山田 花子", "who a 団番 is, for a page of the gateway that knows no name");
        assert_eq!(person["dan_no"], one.as_str(), "one number for one person, also through a change of 個人番号");
        assert_eq!(person["number_changed_on"], json!(["2026-11-20"]));
        let numbers: Vec<&str> = person["links"].as_array().unwrap().iter().map(|l| l["number"].as_str().unwrap()).collect();
        assert!(numbers.contains(&"K1") && numbers.contains(&atena(1).as_str()));
        // A page of the gateway knows a 団番 only and leads here: nobody is named before they are in the case.
        desk.open_case().await;
        let by_number = format!("/hub/dan/{one}");
        assert!(!desk.get(&by_number).await.1.contains(atena(1).as_str()));
        assert_eq!(desk.say(&by_number, &[]).await.1, format!("/hub/{}", atena(1)));
        let export = desk.get("/hub/links.csv").await.1;
        assert_eq!(export.lines().count(), 7, "every link, with a heading: {export}");
        assert!(export.contains("K3") && export.contains(&one) && export.contains("団体内統合宛名番号"), "{export}");
        drop(desk);
        world.database.remove().await;
    }
}

/// The number of the person's page that carries the 統合宛名フラグ; one does.
async fn flagged(desk: &Desk<'_>, who: &kernel::ident::AtenaNo) -> String {
    desk.say("/hub", &[("number", who.as_str())]).await;
    let page = desk.api(&format!("/hub/{who}")).await;
    let links = page["links"].as_array().unwrap();
    let flagged: Vec<&Value> = links.iter().filter(|l| l["unified"] == true).collect();
    assert_eq!(flagged.len(), 1, "one number stands for the person: {page}");
    flagged[0]["number"].as_str().unwrap().to_owned()
}

/// ATN-04: the registry's number stands for a resident whatever other programmes say; for who has left, the programme that spoke last; and
/// the registry's again as soon as the registry says something.
#[tokio::test]
async fn the_unified_flag_is_the_registrys_and_anothers_only_for_who_is_no_resident() {
    for world in worlds().await {
        let [one, _] = city(&world).await;
        let desk = Desk::of_policy(&world).await;
        let juki = atena(1);
        assert_eq!(flagged(&desk, &juki).await, juki.as_str(), "業務 kodomo spoke later, of a resident");
        // The same person stands in the city's books as a 住登外者, too.
        let digits = my_number(1);
        let name =
            [("name", "山田 花子"), ("kana", "ヤマダ ハナコ"), ("birth", "昭和45年5月1日"), ("sex", "女"), ("address", HOME)];
        let said = [&name[..], &[("moved_on", "R8.11.20"), ("my_number", digits.expose())]].concat();
        let outside = desk.registers(&said, &[("kind", "0")]).await.to_string();
        assert_eq!(flagged(&desk, &juki).await, juki.as_str(), "a resident's number stays");
        world.registry.left(&juki);
        world.resident(ports::ResidentChange::MovedOut, &juki, &[]).await;
        world.deliver().await;
        assert_eq!(flagged(&desk, &juki).await, juki.as_str(), "the registry spoke last");
        desk.registers(&said, &[("kind", "1"), ("rev", "1"), ("atena_no", &outside), ("reason", "修正")]).await;
        assert_eq!(flagged(&desk, &juki).await, outside, "the programme knows better than a registry that the person has left");
        desk.open_case().await;
        assert_eq!(
            desk.say(&format!("/hub/dan/{one}"), &[]).await.1,
            format!("/hub/{outside}"),
            "the gateway's pages lead there"
        );
        world.registry.lives(&juki, ["山田 花子", "ヤマダ ハナコ", "昭和45年5月1日", "女", HOME]);
        world.resident(ports::ResidentChange::Entered, &juki, &[]).await;
        world.deliver().await;
        assert_eq!(flagged(&desk, &juki).await, juki.as_str());
        drop(desk);
        world.database.remove().await;
    }
}

/// 2 情報提供機能: 業務情報を中間サーバーに提供する. 副本 go out under 団番, in the order in which the programme wrote them.
#[tokio::test]
async fn sakai_provision() {
    for world in worlds().await {
        let [one, two] = city(&world).await;
        let desk = Desk::of_policy(&world).await;
        let looks = world.recorded(&atena(1)).await.len();
        let row =
            |number: &str, key: &str| json!({ "dan": number, "key": key, "items": { "課税標準額": { "value": "120000" } } });
        let rows = [row("K2", "a"), row("K3", "b"), row("K9", "c"), row("K1", "d")];
        let (head, good, held) = through(&desk, "to_dan", &file("DBM_20113", &rows)).await;
        assert_eq!(head["interface"], "DBM_20113");
        assert_eq!(head["file"], "0".repeat(32), "the number of the file stays: a repetition is one");
        assert_eq!(good, [row(&two, "a"), row(&one, "d")], "good rows go on in their order, with everything else as it was");
        let lines: Vec<&str> = held.lines().skip(1).collect();
        assert_eq!(lines.len(), 2, "{held}");
        assert!(lines[0].starts_with("\"2\",\"K3\"") && lines[0].contains("付番を待っています"), "{held}");
        assert!(lines[1].starts_with("\"3\",\"K9\"") && lines[1].contains("登録されていません"), "{held}");
        assert_eq!(world.recorded(&atena(1)).await.len(), looks, "a run over many people is one leaf, not a look at each");
        drop(desk);
        world.database.remove().await;
    }
}

/// 3 情報照会機能: 他機関へ照会する. The question goes out with 団番 and the answer comes back with the programme's number.
#[tokio::test]
async fn sakai_inquiry() {
    for world in worlds().await {
        let [one, two] = city(&world).await;
        let desk = Desk::of_policy(&world).await;
        let ask = json!({ "request": "r1", "dan": "K1", "made_for": ["K2"], "procedure": "事務1" });
        let bad = json!({ "request": "r2", "dan": "K1", "made_for": ["K2", "K9"] });
        let (_, good, held) = through(&desk, "to_dan", &file("SKI_10123", &[bad, ask])).await;
        assert_eq!(good, [json!({ "request": "r1", "dan": one, "made_for": [two], "procedure": "事務1" })]);
        assert!(held.contains("\"1\",\"K9\""), "one unknown person holds the row back: {held}");
        let body =
            format!("{}\n{}\n", json!({ "ok": { "request": "r1", "subject": { "dan": one } } }), json!({ "ok": { "dan": "1" } }));
        let head = json!({ "file": "f", "count": 2, "bad": 0, "sha256": hex(&sha256(body.as_bytes())) });
        let (_, answers, held) = through(&desk, "from_dan", &format!("{head}\n{body}")).await;
        assert_eq!(answers, [json!({ "ok": { "request": "r1", "subject": { "dan": "K1" } } })]);
        assert!(held.contains("\"2\",\"1\""), "{held}");
        drop(desk);
        world.database.remove().await;
    }
}

/// ATN-06 with ATN-03: somebody with two cards of one programme. The answer comes back under the card that asked; where nothing says which
/// card is meant, the row stays and names both.
#[tokio::test]
async fn an_answer_comes_back_under_the_number_that_asked() {
    for world in worlds().await {
        let [one, two] = city(&world).await;
        world.linked("kodomo", "K1-2", &atena(1)).await;
        world.deliver().await;
        let desk = Desk::of_policy(&world).await;
        let ask = |request: &str, card: &str| json!({ "request": request, "dan": card, "made_for": ["K2"] });
        let asked = file("SKI_10123", &[ask("r1", "K1-2"), ask("r2", "K1")]);
        for _ in 0..2 {
            let (_, out, _) = through(&desk, "to_dan", &asked).await;
            assert_eq!(out[0], json!({ "request": "r1", "dan": one, "made_for": [two] }));
        }
        assert_eq!(world.count("select count(*) as n from hub_request").await, 4, "a repetition is the same inquiry");
        let answer = |row: i64, request: &str| json!({ "row": row, "ok": { "request": request, "subject": one } });
        let other = json!({ "row": 3, "ok": { "permit": "p", "dan": one } });
        let body = file("SKI_10934", &[answer(1, "r1"), answer(2, "r2"), other, answer(4, "r9")]);
        let (_, back, held) = through(&desk, "from_dan", &body).await;
        let back: Vec<&Value> = back.iter().map(|row| &row["ok"]["subject"]).collect();
        assert_eq!(back, ["K1-2", "K1"]);
        let held: Vec<&str> = held.lines().skip(1).collect();
        assert_eq!(held.len(), 2, "{held:?}");
        assert!(held[0].starts_with("\"3\"") && held[0].contains("2つ") && held[0].contains("K1、K1-2"), "{held:?}");
        assert!(held[1].starts_with("\"4\""), "{held:?}");
        let (_, _, page) = desk
            .say("/hub/translate", &[("programme", "kodomo"), ("way", "from_dan"), ("numbers", &format!("{one}\n{two}"))])
            .await;
        assert!(page.contains("K1、K1-2") && page.contains("\"K2\""), "a list of numbers says so, too: {page}");
        drop(desk);
        world.database.remove().await;
    }
}

/// 4 符号要求機能: 処理通番と符号の要求データを住基システムへ送る. The gateway knows a 団番; the peer gets the 個人番号; nobody keeps both.
#[tokio::test]
async fn sakai_code_request() {
    for world in worlds().await {
        let [one, _] = city(&world).await;
        world.heard.since();
        let wanted = |acquisition: &str, dan: &str| CodeWanted {
            acquisition: acquisition.into(),
            dan_no: kernel::ident::DanNo::parse(dan).unwrap(),
        };
        let nobody = kernel::ident::DanNo::issue(777).unwrap();
        lines::take(&world.city, &[wanted("0000000000000001", &one), wanted("0000000000000002", nobody.as_str())]).await.unwrap();
        assert!(world.heard.since().is_empty(), "durable first, sent afterwards");
        world.deliver().await;
        assert_eq!(world.heard.since(), ["code 0000000000000001"], "who is nobody's is not asked for");
        world.deliver().await;
        assert!(world.heard.since().is_empty(), "once");
        let events = "select count(*) as n from platform_outbox where topic = 'hub.code_wanted'";
        let said = "select count(*) as n from platform_outbox where topic = 'hub.code_wanted' and length(payload) > 0";
        assert_eq!((world.count(events).await, world.count(said).await), (2, 0), "what was asked for keeps no 取得番号 here");
        let looked = world.recorded(&atena(1)).await;
        assert!(looked.last().unwrap().contains("juki.mynumber"), "the use of the 個人番号 is on record: {looked:?}");
        world.database.remove().await;
    }
}

/// 4 符号要求機能: who has a 符号, who waits and since when, by 団番; one person or everybody without one is asked for again.
#[tokio::test]
async fn sakai_code_request_shows_who_waits_and_asks_again() {
    for world in worlds().await {
        let [one, two] = city(&world).await;
        let desk = Desk::of_policy(&world).await;
        let since = world.city.now();
        let person = |dan: &str, state: &str, reason: &str| WithoutCode {
            dan: kernel::ident::DanNo::parse(dan).unwrap(),
            state: state.into(),
            reason: reason.into(),
            since,
        };
        let count = |state: &str, people| AcquisitionCount { state: state.into(), reason: String::new(), people, oldest: since };
        *world.heard.status.lock().unwrap() = AcquisitionStatus {
            counts: vec![count("NO_CODE", 1), count("REQUESTED", 1)],
            without: vec![person(&one, "NO_CODE", "住民票コードなし(死亡・国外転出など)"), person(&two, "REQUESTED", "")],
        };
        let page = desk.get("/hub/codes").await.1;
        for shown in [one.as_str(), &two, "取得できません", "住民票コードなし", "取得中", "令和8年11月20日", "自動で継続"]
        {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert!(page.contains(&format!("/hub/dan/{one}")), "the way to the person");
        assert!(!page.contains("山田") && !page.contains(atena(1).as_str()), "nobody is named");
        let seen = desk.api("/hub/codes").await;
        assert_eq!((seen["without_code"][0]["dan_no"].as_str(), seen["reached"].as_bool()), (Some(one.as_str()), Some(true)));
        let other = Desk::open(&world, "2001", 1, "").await;
        other.open_case().await;
        assert_eq!(other.get("/hub/codes").await.0, StatusCode::FORBIDDEN, "another purpose");

        world.heard.since();
        assert_eq!(desk.say(&format!("/hub/codes/{one}"), &[]).await.0, StatusCode::SEE_OTHER);
        assert_eq!(world.heard.since(), [format!("person {one}")]);
        let looked = world.recorded(&atena(1)).await;
        assert!(looked.last().unwrap().starts_with("changed hub"), "the request is on record: {looked:?}");
        world.heard.refuses(&format!("person {one}"), "消去した番号です");
        let (status, _, refused) = desk.say(&format!("/hub/codes/{one}"), &[]).await;
        assert_eq!((status, refused.contains("消去した番号です")), (StatusCode::CONFLICT, true), "{refused}");
        world.heard.takes_all();
        let nobody = kernel::ident::DanNo::issue(777).unwrap();
        assert_eq!(desk.say(&format!("/hub/codes/{nobody}"), &[]).await.0, StatusCode::NOT_FOUND);

        assert_eq!(desk.say("/hub/codes", &[]).await.0, StatusCode::SEE_OTHER);
        world.heard.since();
        platform::job::run_next(&world.city, &world.programme.jobs).await.unwrap().unwrap();
        let told = world.heard.since();
        assert!(told.contains(&format!("person {one}")) && told.contains(&format!("person {two}")), "{told:?}");
        world.heard.hangs_up("codes");
        let (status, page) = desk.get("/hub/codes").await;
        assert_eq!((status, page.contains("回線が戻ると") || page.contains("送れません")), (StatusCode::OK, true), "{page}");
        drop((desk, other));
        world.database.remove().await;
    }
}

/// 5 オンライン機能: オンラインでの統合宛名の検索・更新. Purpose, two keys, a cap, and a record of every look.
#[tokio::test]
async fn sakai_online() {
    for world in worlds().await {
        city(&world).await;
        for n in 100..170 {
            let home = format!("{HOME}{n}号室");
            world.registry.lives(&atena(n), ["川田 月子", "カワダ ツキコ", "平成3年2月2日", "女", &home]);
            world.enters(&atena(n), my_number(n)).await;
        }
        let desk = Desk::of_policy(&world).await;
        let other = Desk::open(&world, "2001", 1, "").await;
        other.open_case().await;
        let search = |birth: &str, kana: &str| {
            format!("/hub/search?birth={}&kana={}", webkit::server::encode(birth), webkit::server::encode(kana))
        };
        let people = |page: Value| page["people"].as_array().unwrap().len();
        assert_eq!(other.get(&search("S45.5.1", "ヤマダ")).await.0, StatusCode::FORBIDDEN, "another purpose");
        for one_key in [search("S45.5.1", ""), search("", "ヤマダ")] {
            assert_eq!(desk.get(&one_key).await.0, StatusCode::UNPROCESSABLE_ENTITY, "one key shows nobody");
        }
        let before = world.recorded(&atena(1)).await.len();
        let found = desk.api(&search("S45.5.1", "ヤマダ ハナコ")).await;
        assert_eq!(people(found.clone()), 3, "{found}");
        assert!(found.to_string().contains("付番待ち"), "the newborn child waits");
        assert_eq!(world.recorded(&atena(1)).await.len(), before + 1, "the look is recorded");
        let many = desk.api(&search("H3.2.2", "カワダ ツキコ")).await;
        assert_eq!((many["full"].as_bool(), people(many)), (Some(true), 50), "capped, and it says so");
        // 更新: a 住登外者 is entered, found beside the residents, and changed.
        let entry = [
            ("kind", "0"),
            ("name", "山田 花代"),
            ("kana", "ヤマダ ハナヨ"),
            ("birth", "S45.5.1"),
            ("sex", "女"),
            ("address", "京都府京都市北区1番"),
            ("moved_on", "R8.11.20"),
        ];
        let (_, record, _) = desk.say("/hub/outsiders", &entry).await;
        let hits = desk.api(&search("S45.5.1", "ヤマダ ハナヨ")).await;
        assert!(hits.to_string().contains("住登外者(現存)"), "{hits}");
        let number = record.rsplit('/').next().unwrap().to_owned();
        let changed =
            [("kind", "1"), ("rev", "1"), ("atena_no", number.as_str()), ("reason", "修正"), ("address", "京都府京都市北区2番")];
        let form: Vec<_> = entry.into_iter().filter(|(n, _)| !["kind", "address"].contains(n)).chain(changed).collect();
        assert_eq!(desk.say("/hub/outsiders", &form).await.0, StatusCode::SEE_OTHER);
        assert!(desk.api(&search("S45.5.1", "ヤマダ ハナヨ")).await.to_string().contains("北区2番"));
        let renamed = [
            ("kind", "1"),
            ("rev", "2"),
            ("atena_no", number.as_str()),
            ("reason", "修正"),
            ("kana", "カワダ ハナヨ"),
            ("name", "川田 花代"),
        ];
        let form: Vec<_> = entry.into_iter().filter(|(n, _)| !["kind", "kana", "name"].contains(n)).chain(renamed).collect();
        desk.say("/hub/outsiders", &form).await;
        let by_former_name = desk.api(&search("S45.5.1", "ヤマダ ハナヨ")).await;
        assert!(by_former_name.to_string().contains("川田 花代"), "a former record finds the person: {by_former_name}");
        drop((desk, other));
        world.database.remove().await;
    }
}

/// A message as the schema of an interface says, with `number` wherever it asks for a 団番; `pick` chooses among variants. The second is how
/// many of them there are.
fn sample(document: &Value, schema: &Value, number: &str, pick: usize) -> (Value, usize) {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return match name {
            "dan" => (json!(number), 1),
            other => sample(document, &document["components"]["schemas"][other], number, pick),
        };
    }
    if let Some(variants) = ["anyOf", "oneOf"].iter().find_map(|word| schema[*word].as_array()) {
        return sample(document, &variants[pick.min(variants.len() - 1)], number, pick);
    }
    match schema["type"].as_str() {
        Some("object") => {
            let items = schema["properties"].as_object().into_iter().flatten();
            let made = items.map(|(name, item)| (name.clone(), sample(document, item, number, pick))).collect::<Vec<_>>();
            let people = made.iter().map(|(_, (_, n))| n).sum();
            (Value::Object(made.into_iter().map(|(name, (item, _))| (name, item)).collect()), people)
        }
        Some("array") => {
            let (one, people) = sample(document, &schema["items"], number, pick);
            (json!([one]), people)
        }
        Some("integer" | "number") => (json!(1), 0),
        Some("boolean") => (json!(true), 0),
        Some("string") => (json!("文字"), 0),
        _ => (Value::Null, 0),
    }
}

/// Every message of an interface: what is sent and what is answered. The one that the gateway pushes stands in no document of its own.
fn messages(document: &Value, id: &str, number: &str) -> Vec<(Value, usize)> {
    if id == "FGU_20215" {
        return vec![(json!([{ "code_wanted": { "acquisition": "0".repeat(32), "dan": number } }]), 1)];
    }
    let post = &document["paths"][format!("/if/{id}")]["post"];
    assert!(post.is_object(), "{id} has a schema");
    let bodies = [&post["requestBody"]["content"], &post["responses"]["200"]["content"]];
    let schemas =
        bodies.into_iter().flat_map(|content| content.as_object().into_iter().flatten()).map(|(_, body)| &body["schema"]);
    schemas.flat_map(|schema| (0..2).map(|pick| sample(document, schema, number, pick))).collect()
}

/// 年月日不詳 is the birth date of many: nobody is left out because others came first, every hit is recorded, and a cut says so.
#[tokio::test]
async fn a_search_by_an_unknown_birth_date_finds_the_last_of_many_and_records_each_hit() {
    for world in worlds().await {
        let mut tx = world.city.db().write().await.unwrap();
        let numbers: Vec<_> =
            (50_000_000_000_100..).filter_map(|serial| kernel::ident::AtenaNo::issue(serial).ok()).take(460).collect();
        let record = |(n, atena_no): (usize, &kernel::ident::AtenaNo)| hub::model::Outsider {
            id: 0,
            atena_no: atena_no.clone(),
            rev: 1,
            programme: "hub".into(),
            withheld: false,
            name: if n < 400 { "川田 月子" } else { "山田 花子" }.into(),
            kana: if n < 400 { "カワダ ツキコ" } else { "ヤマダ ハナコ" }.into(),
            alias: if n == 459 { Some("ハナ".into()) } else { None },
            birth: "年月日不詳".into(),
            sex: "女".into(),
            postal_code: None,
            address: HOME.into(),
            phone: None,
            my_number: None,
            number_token: None,
            reason: "新規".into(),
            moved_on: support::TODAY,
            state: "現存".into(),
            successor: None,
            recorded_by: "上田 誠".into(),
            recorded_at: world.city.now(),
            seq: 1,
            superseded_seq: None,
        };
        let records: Vec<_> = numbers.iter().enumerate().map(record).collect();
        hub::model::Outsider::insert_all(&records, &mut tx).await.unwrap();
        for number in &numbers {
            platform::subject::of(&mut tx, number).await.unwrap();
        }
        tx.commit().await.unwrap();
        let desk = Desk::of_policy(&world).await;
        let search = |page: &str, kana: &str| {
            format!("{page}?birth={}&kana={}", webkit::server::encode("年月日不詳"), webkit::server::encode(kana))
        };
        let last = numbers.last().unwrap();
        for (looks, page) in [(1, "/hub/search"), (2, "/hub/outsiders")] {
            let found = desk.api(&search(page, "ヤマダ")).await;
            assert_eq!((found["people"].as_array().unwrap().len(), &found["full"]), (50, &json!(true)), "{page}: a cut says so");
            assert_eq!(world.recorded(&numbers[400]).await.len(), looks, "{page}");
            assert_eq!(world.recorded(&numbers[449]).await.len(), looks, "{page}: each hit is a look");
            assert_eq!(world.recorded(last).await.len(), 0, "{page}: who is not shown is not looked at");
        }
        let mut tx = world.city.db().write().await.unwrap();
        let one_name = "update hub_outsider set kana = 'ヤマモト ハナコ', name = '山本 花子' where alias = 'ハナ'";
        tx.run(one_name, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        for (looks, page) in [(1, "/hub/search"), (2, "/hub/outsiders")] {
            let found = desk.api(&search(page, "ヤマモト")).await;
            assert_eq!(found["people"][0]["atena_no"], last.as_str(), "{page}: the last of 460");
            assert_eq!((found["people"].as_array().unwrap().len(), &found["full"]), (1, &json!(false)));
            assert_eq!(world.recorded(last).await.len(), looks);
        }
        drop(desk);
        world.database.remove().await;
    }
}

/// ATN-06, ATN-07: 宛名番号 ⇄ 団番 for every interface of the inventory, in every place where its schema has a 団番.
#[tokio::test]
async fn every_interface_is_translated_both_ways() {
    let document: Value = serde_json::from_str(include_str!("../../../docs/generated/exchange-openapi.json")).unwrap();
    for world in worlds().await {
        let [one, _] = city(&world).await;
        let desk = Desk::of_policy(&world).await;
        let inventory = include_str!("../../../data/interfaces.toml");
        let ids: Vec<&str> = inventory.lines().filter_map(|l| l.strip_prefix("id = \"")?.strip_suffix('"')).collect();
        assert_eq!(ids.len(), 83);
        let mut naming = 0;
        for id in ids {
            let (of_city, people): (Vec<Value>, Vec<usize>) = messages(&document, id, "K1").into_iter().unzip();
            naming += usize::from(people.iter().sum::<usize>() > 0);
            let of_gateway: Vec<Value> = messages(&document, id, &one).into_iter().map(|(message, _)| message).collect();
            let (_, out, held) = through(&desk, "to_dan", &file(id, &of_city)).await;
            assert_eq!(out, of_gateway, "{id}");
            assert_eq!(held.lines().count(), 1, "{id}: nothing stays");
            let (_, back, _) = through(&desk, "from_dan", &file(id, &of_gateway)).await;
            assert_eq!(back, of_city, "{id}: no 団番 stays on the city's side");
        }
        assert!(naming > 30, "the schemas name people: {naming}");
        for (broken, said) in
            [(file("SKI_10123", &[json!({ "dan": "K1" })]).replace("K1", "K2"), "ハッシュ値"), ("{}".to_owned(), "見出し")]
        {
            let fields = [("programme", "kodomo"), ("way", "to_dan"), ("output", "good")];
            let (status, _, page) = desk.upload("/hub/translate/file", &fields, "file.jsonl", &broken).await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(said), "{said}: {page}");
        }
        drop(desk);
        world.database.remove().await;
    }
}
