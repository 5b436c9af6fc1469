//! 庁内連携: another system gets numbers of 住登外者 and looks people up, over the interface as it is published.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its city has failed")]

mod support;

use axum::http::StatusCode;
use kernel::ident::AtenaNo;
use platform::audit::{self, LogFilter};
use platform::client::{self, NewClient};
use platform::params;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::desk::Desk;
use support::{TODAY, World, atena, worlds};
use testkit::System;
use testkit::system::sign;

const NUMBERING: &str = "/app_submit/v10/jutogaishaatenabangofuban";
const INQUIRY: &str = "/app_submit/v10/jutogaishaatenakihonjohosyokai";
const CREATE: &str = "031:app_submit/v10/jutogaishaatenabangofuban:Create";
const READ: &str = "031:app_submit/v10/jutogaishaatenakihonjohosyokai:Read";

async fn system(world: &World, name: &str, programme: &str, scopes: &[&str]) -> System {
    let new = NewClient { name, programme, office: "iryo", scopes, from: TODAY };
    System::register(&world.city, vec![world.programme.clone()], &new).await.unwrap()
}

/// 生活保護, with both scopes.
async fn seiho(world: &World) -> System {
    system(world, "生活保護システム", "seiho", &[CREATE, READ]).await
}

/// A request with these items in place of the usual ones; `null` leaves one out.
fn request(changes: &Value) -> Value {
    let mut body = json!({
        "shikuchosonkodo": "279994", "sosashaid": "seiho-012", "shorikubun": "0", "tagyomusanshofukaflag": "0",
        "shimei": "大谷　陽翔", "shimeifurigana": "オオタニ　ハルト", "seinengappi": "2020-11-03", "seibetsu": "1",
        "yubinbango": "5900078", "jusho": "大阪府堺市堺区南瓦町3番1号", "idonengappi": "2026-11-20",
    });
    for (item, value) in changes.as_object().unwrap() {
        body[item] = value.clone();
    }
    body
}

fn inquiry(items: &Value) -> Value {
    let mut body = json!({ "shikuchosonkodo": "279994", "sosashaid": "seiho-012" });
    for (item, value) in items.as_object().unwrap() {
        body[item] = value.clone();
    }
    body
}

/// Enters a person; answers the number.
async fn number(system: &System, token: &str, changes: &Value) -> AtenaNo {
    let (status, answer) = system.call(NUMBERING, token, &request(changes)).await.unwrap();
    assert_eq!(status, StatusCode::OK, "{answer}");
    AtenaNo::parse(answer["result"][0]["atenabango"].as_str().unwrap()).unwrap()
}

async fn found(system: &System, token: &str, items: &Value) -> Vec<Value> {
    let (status, answer) = system.call(INQUIRY, token, &inquiry(items)).await.unwrap();
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer["result"].as_array().unwrap().clone()
}

/// The whole log, newest first.
async fn log(world: &World) -> Vec<audit::LogLine> {
    let mut tx = world.city.db().read().await.unwrap();
    audit::log(&mut tx, world.city.keys(), &LogFilter { from: TODAY, to: TODAY, staff_no: None, before: None }, 1000)
        .await
        .unwrap()
}

/// Records of 住登外者 that stand.
async fn people(world: &World) -> i64 {
    let mut tx = world.city.db().read().await.unwrap();
    tx.one("select count(*) as n from hub_outsider where superseded_seq is null", params![]).await.unwrap().get("n").unwrap()
}

#[tokio::test]
async fn a_system_gets_a_number_and_the_same_request_again_is_answered_with_it() {
    for world in worlds().await {
        let seiho = seiho(&world).await;
        let token = seiho.token("a", "").await.unwrap();
        let (status, answer) = seiho.call(NUMBERING, &token, &request(&json!({}))).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer["_links"]["self"]["href"], NUMBERING);
        assert_eq!(answer["metadata"]["title"], "住登外者宛名番号付番");
        let result = &answer["result"][0];
        let given = AtenaNo::parse(result["atenabango"].as_str().unwrap()).unwrap();
        assert!(given.as_str() >= "50000000000000", "a number of the space of 住登外者");
        let said = ["shikuchosonkodo", "rirekibango", "sosashaid", "sosanengappi", "sosajikoku"].map(|name| result[name].clone());
        assert_eq!(said, [json!("279994"), json!(1), json!("seiho-012"), json!("2026-11-20"), json!("12:00:00")]);

        let again = seiho.call(NUMBERING, &token, &request(&json!({}))).await.unwrap();
        assert_eq!(again, (StatusCode::OK, answer), "an answer that was lost on the way can be asked for again");
        assert_eq!(people(&world).await, 1);
        let other = number(&seiho, &token, &json!({ "shimei": "大谷　陽斗", "shimeifurigana": "オオタニ　ハルト" })).await;
        assert_ne!(other, given);

        // Who it was is on record: the system, its 業務, and the operator at its screen.
        let log = log(&world).await;
        let entry = log.iter().find(|e| e.inner.as_ref().is_some_and(|i| i.detail == "操作者 seiho-012")).unwrap();
        let said = entry.line.said.as_ref().unwrap();
        assert_eq!((said.staff_name.as_str(), said.purpose.as_str()), ("生活保護システム", "seiho"));
        assert_eq!(
            (entry.inner.as_ref().unwrap().screen.as_str(), said.ground.as_deref()),
            ("住登外者宛名番号付番", Some("通知"))
        );
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_is_wrong_is_listed_with_the_published_codes_and_nothing_is_stored() {
    for world in worlds().await {
        let seiho = seiho(&world).await;
        let token = seiho.token("a", "").await.unwrap();
        let cases = [
            (json!({ "shorikubun": null }), "E0001", "shorikubun"),
            (json!({ "shorikubun": "3" }), "E0002", "shorikubun"),
            (json!({ "shorikubun": "1" }), "E0004", "atenabango"),
            (json!({ "atenabango": atena(1) }), "E0004", "atenabango"),
            (json!({ "sosashaid": null }), "E0001", "sosashaid"),
            (json!({ "sosashaid": "大谷" }), "E0002", "sosashaid"),
            (json!({ "sosashaid": "x".repeat(21) }), "E0003", "sosashaid"),
            (json!({ "shikuchosonkodo": "27999" }), "E0003", "shikuchosonkodo"),
            (json!({ "shikuchosonkodo": "131041" }), "E0004", "shikuchosonkodo"),
            (json!({ "shimei": "" }), "E0001", "shimei"),
            (json!({ "shimeifurigana": "おおたに" }), "E0002", "shimeifurigana"),
            (json!({ "seibetsu": "男" }), "E0002", "seibetsu"),
            (json!({ "seinengappi": "R2.11.3" }), "E0002", "seinengappi"),
            (json!({ "seinengappi": null, "seinengappifushoflag": "1" }), "E0004", "seinengappifushohyoki"),
            (json!({ "yubinbango": "590-0078" }), "E0003", "yubinbango"),
            (json!({ "idonengappi": "2026-02-30" }), "E0002", "idonengappi"),
            (json!({ "tagyomusanshofukaflag": "9" }), "E0002", "tagyomusanshofukaflag"),
            (json!({ "kojinbango": "123456789018" }), "E0004", "request"),
            (json!({ "shorikubun": "2", "atenabango": atena(77) }), "E0004", "atenabango"),
        ];
        for (changes, code, item) in cases {
            let (status, answer) = seiho.call(NUMBERING, &token, &request(&changes)).await.unwrap();
            assert_eq!(status, StatusCode::BAD_REQUEST, "{changes}: {answer}");
            assert_eq!(answer["_links"]["self"]["href"], NUMBERING);
            let errors = answer["errors"].as_array().unwrap();
            let named = |e: &&Value| e["message"].as_str().unwrap().starts_with(&format!("{item}: "));
            let error = errors.iter().find(named).unwrap_or_else(|| panic!("{changes}: {answer}"));
            assert_eq!(error["code"], code, "{changes}: {answer}");
            assert!(!answer.to_string().contains("大谷"), "no item is repeated in a message: {answer}");
        }
        let all = request(&json!({ "shorikubun": null, "shimei": null, "seibetsu": "5" }));
        let errors = seiho.call(NUMBERING, &token, &all).await.unwrap().1["errors"].clone();
        assert_eq!(errors.as_array().unwrap().len(), 3, "all at once: {errors}");
        for body in [json!([1]), json!("text"), json!({ "shimei": { "sei": "大谷" } })] {
            assert_eq!(seiho.call(NUMBERING, &token, &body).await.unwrap().0, StatusCode::BAD_REQUEST);
        }
        assert_eq!(people(&world).await, 0);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_client_proves_itself_and_a_forged_or_used_assertion_proves_nothing() {
    for world in worlds().await {
        let seiho = seiho(&world).await;
        let fresh = || sign(&json!({ "alg": "HS256" }), &seiho.claims("once"), &seiho.secret);
        let first = fresh();
        let (status, granted) = seiho.assert(&first, READ).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{granted}");
        let said = ["token_type", "expires_in", "scope"].map(|name| granted[name].clone());
        assert_eq!(said, [json!("Bearer"), json!(600), json!(READ)]);
        assert!(granted["refresh_token"].is_null(), "there are no refresh tokens");

        let forged = |header: Value, change: &dyn Fn(&mut Value), secret: &str| {
            let mut claims = seiho.claims("forged");
            change(&mut claims);
            sign(&header, &claims, secret)
        };
        let hs = || json!({ "alg": "HS256" });
        let (same, secret): (&dyn Fn(&mut Value), _) = (&|_| {}, seiho.secret.as_str());
        let now = world.city.now().as_second();
        let bad = [
            ("used before", first.clone()),
            ("another secret", forged(hs(), same, "0123456789012345678901234567890123456789")),
            ("no algorithm", forged(json!({ "alg": "none" }), same, secret)),
            ("another algorithm", forged(json!({ "alg": "HS512" }), same, secret)),
            ("run out", forged(hs(), &|c| c["exp"] = json!(now - 1), secret)),
            ("good for ever", forged(hs(), &|c| c["exp"] = json!(now + 86_400), secret)),
            ("for another city", forged(hs(), &|c| c["aud"] = json!("urn:atena:131041"), secret)),
            ("said by another", forged(hs(), &|c| c["iss"] = json!("somebody"), secret)),
            ("an unknown client", forged(hs(), &|c| (c["iss"], c["sub"]) = (json!("x"), json!("x")), secret)),
            ("unsigned", first.rsplit_once('.').unwrap().0.to_owned() + "."),
            ("no assertion", "abc".to_owned()),
        ];
        for (what, assertion) in bad {
            let (status, answer) = seiho.assert(&assertion, READ).await.unwrap();
            assert_eq!((status, &answer["error"]), (StatusCode::UNAUTHORIZED, &json!("invalid_client")), "{what}: {answer}");
        }
        let grant = ("grant_type", "client_credentials");
        let own = Some((seiho.id.as_str(), seiho.secret.as_str()));
        assert_eq!(seiho.ask(&[grant], own).await.unwrap().0, StatusCode::OK, "client_secret_basic, in the meantime");
        for (form, basic, status, error) in [
            (vec![grant], Some((seiho.id.as_str(), "wrong")), 401, "invalid_client"),
            (vec![grant], None, 401, "invalid_client"),
            (vec![grant, ("client_assertion", first.as_str())], own, 401, "invalid_client"),
            (vec![("grant_type", "refresh_token"), ("refresh_token", "x")], own, 400, "unsupported_grant_type"),
            (vec![], own, 400, "invalid_request"),
            (vec![grant, ("scope", "001:juki:Read")], own, 400, "invalid_scope"),
        ] {
            let (got, answer) = seiho.ask(&form, basic).await.unwrap();
            assert_eq!((got.as_u16(), &answer["error"]), (status, &json!(error)), "{form:?}");
        }
        // Each refusal is on record, without what was typed.
        let log = log(&world).await;
        let denied = log.iter().filter(|e| e.line.result == "denied").count();
        assert_eq!(denied, 11 + 2, "of the endpoint's refusals, those that named a client");
        assert!(!format!("{log:?}").contains(secret));
        if let Some(file) = &world.database.file {
            let token = granted["access_token"].as_str().unwrap();
            for entry in std::fs::read_dir(file.parent().unwrap()).unwrap() {
                let bytes = std::fs::read(entry.unwrap().path()).unwrap();
                for text in [secret, token] {
                    assert!(!bytes.windows(text.len()).any(|w| w == text.as_bytes()), "on the disk nobody reads a secret");
                }
            }
        }
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_token_is_good_for_ten_minutes_its_scopes_its_city_and_its_client() {
    for world in worlds().await {
        let seiho = seiho(&world).await;
        let reader = system(&world, "介護保険システム", "kaigo", &[READ]).await;
        let token = seiho.token("a", "").await.unwrap();
        let shut = |(status, answer): (StatusCode, Value)| {
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{answer}");
            assert!(answer["title"].is_string() && answer["detail"].is_string() && answer["_links"]["self"]["href"] == NUMBERING);
        };
        for wrong in ["", "nonsense", &token[1..]] {
            shut(seiho.call(NUMBERING, wrong, &request(&json!({}))).await.unwrap());
        }
        let (status, answer) = reader.call(NUMBERING, &reader.token("b", "").await.unwrap(), &request(&json!({}))).await.unwrap();
        assert_eq!(status, StatusCode::FORBIDDEN, "{answer}");
        let log = log(&world).await;
        let denied = log.iter().find(|e| e.line.result == "denied").unwrap();
        let said = (denied.line.said.as_ref().unwrap(), denied.inner.as_ref().unwrap());
        assert_eq!((said.0.staff_name.as_str(), said.1.screen.as_str()), ("介護保険システム", "住登外者宛名番号付番"));

        world.clock.pass_minutes(9);
        assert_eq!(seiho.call(NUMBERING, &token, &request(&json!({}))).await.unwrap().0, StatusCode::OK);
        world.clock.pass_minutes(1);
        shut(seiho.call(NUMBERING, &token, &request(&json!({}))).await.unwrap());

        let token = seiho.token("c", "").await.unwrap();
        client::end(&world.city, &seiho.id).await.unwrap();
        shut(seiho.call(NUMBERING, &token, &request(&json!({}))).await.unwrap());
        assert!(seiho.token("d", "").await.is_err(), "a system that has ended gets no token");
        world.database.remove().await;
    }
    let [a, b] = [worlds().await.remove(0), worlds().await.remove(0)];
    let (here, there) = (seiho(&a).await, seiho(&b).await);
    let token = here.token("a", "").await.unwrap();
    let (status, _) = there.call(NUMBERING, &token, &request(&json!({}))).await.unwrap();
    assert_eq!(status, StatusCode::UNAUTHORIZED, "another city's token");
    a.database.remove().await;
    b.database.remove().await;
}

#[tokio::test]
async fn an_inquiry_answers_candidates_exactly_partly_and_by_former_records() {
    for world in worlds().await {
        let seiho = seiho(&world).await;
        let token = seiho.token("a", "").await.unwrap();
        let haruto = number(&seiho, &token, &json!({})).await;
        let renamed = json!({
            "shorikubun": "1", "atenabango": haruto, "rirekibango": "1", "shimei": "山本　陽翔", "shimeifurigana": "ヤマモト　ハルト",
            "idojiyu": "修正",
        });
        assert_eq!(number(&seiho, &token, &renamed).await, haruto, "the number stays");

        let full = json!({ "seinengappi": "2020-11-03", "shimei": "山本陽翔" });
        let hits = found(&seiho, &token, &full).await;
        assert_eq!((hits.len(), &hits[0]["atenabango"], &hits[0]["rirekibango"]), (1, &json!(haruto), &json!(2)));
        let said =
            ["shimei", "seibetsu", "jusho", "seinengappi", "seinengappifushoflag", "shojoflag"].map(|n| hits[0][n].clone());
        assert_eq!(said, ["山本　陽翔", "1", "大阪府堺市堺区南瓦町3番1号", "2020-11-03", "0", "0"].map(|t| json!(t)));
        let none: [Value; 3] = [
            json!({ "seinengappi": "2020-11-03", "shimei": "山本" }),
            json!({ "seinengappi": "2020-11-04", "shimei": "山本　陽翔" }),
            json!({ "seinengappi": "2020-11-03", "shimei": "山本　陽翔", "seibetsu": "2" }),
        ];
        for items in none {
            assert!(found(&seiho, &token, &items).await.is_empty(), "{items}");
        }
        let partly = json!({ "seinengappi": "2020-11-03", "shimei": "山本", "kensakukubun": "1" });
        assert_eq!(found(&seiho, &token, &partly).await.len(), 1);
        let former = json!({ "seinengappi": "2020-11-03", "shimei": "大谷　陽翔" });
        let hits = found(&seiho, &token, &former).await;
        assert_eq!(hits[0]["shimei"], "山本　陽翔", "found by the former name, shown as they are now");
        let history = json!({ "atenabango": haruto, "rirekikubun": "1" });
        let names: Vec<_> = found(&seiho, &token, &history).await.iter().map(|row| row["shimei"].clone()).collect();
        assert_eq!(names, ["山本　陽翔", "大谷　陽翔"]);

        // One key alone would show half a city.
        for items in [json!({ "seinengappi": "2020-11-03" }), json!({ "shimei": "山本　陽翔" }), json!({})] {
            let (status, answer) = seiho.call(INQUIRY, &token, &inquiry(&items)).await.unwrap();
            assert_eq!((status, &answer["errors"][0]["code"]), (StatusCode::BAD_REQUEST, &json!("E0001")), "{items}");
        }
        let unknown = json!({ "seinengappi": null, "seinengappifushoflag": "1", "seinengappifushohyoki": "年月日不詳", "shimei": "不明　某" });
        let somebody = number(&seiho, &token, &unknown).await;
        let asked = json!({ "seinengappifushoflag": "1", "seinengappifushohyoki": "年月日不詳", "shimei": "不明某" });
        let hits = found(&seiho, &token, &asked).await;
        assert_eq!((&hits[0]["atenabango"], &hits[0]["seinengappifushoflag"]), (&json!(somebody), &json!("1")));
        assert!(hits[0]["seinengappi"].is_null() && hits[0]["seinengappifushohyoki"].is_string());

        // Two systems' changes, each its own, in order and from where it was.
        let kaigo = system(&world, "介護保険システム", "kaigo", &[CREATE, READ]).await;
        let theirs = kaigo.token("k", "").await.unwrap();
        number(&kaigo, &theirs, &json!({ "shimei": "佐藤　一" })).await;
        let all = found(&seiho, &token, &json!({ "koshintsuban": "0" })).await;
        let of = |row: &Value| (row["atenabango"].clone(), row["rirekibango"].clone());
        assert_eq!(
            all.iter().map(of).collect::<Vec<_>>(),
            [(json!(haruto), json!(1)), (json!(haruto), json!(2)), (json!(somebody), json!(1))]
        );
        let later = found(&seiho, &token, &json!({ "koshintsuban": all[1]["koshintsuban"] })).await;
        assert_eq!(later.iter().map(of).collect::<Vec<_>>(), [(json!(somebody), json!(1))]);
        assert_eq!(found(&kaigo, &theirs, &json!({ "koshintsuban": "0" })).await.len(), 1);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_withheld_person_looks_like_none_and_a_protected_ones_place_is_left_out() {
    for world in worlds().await {
        let seiho = seiho(&world).await;
        let kaigo = system(&world, "介護保険システム", "kaigo", &[CREATE, READ]).await;
        let (ours, theirs) = (seiho.token("a", "").await.unwrap(), kaigo.token("b", "").await.unwrap());
        let hidden = number(&seiho, &ours, &json!({})).await;
        let withhold = json!({
            "shorikubun": "1", "atenabango": hidden, "rirekibango": "1", "tagyomusanshofukaflag": "1", "idojiyu": "修正",
        });
        number(&seiho, &ours, &withhold).await;
        let asked = [
            json!({ "atenabango": hidden, "rirekikubun": "1" }),
            json!({ "seinengappi": "2020-11-03", "shimei": "大谷　陽翔", "rirekikubun": "1" }),
        ];
        for items in &asked {
            assert_eq!(found(&seiho, &ours, items).await.len(), 2, "who registered the person sees both records");
            assert!(found(&kaigo, &theirs, items).await.is_empty(), "another programme not even the record that was open once");
        }
        let change = request(&json!({ "shorikubun": "1", "atenabango": hidden, "rirekibango": "2", "idojiyu": "修正" }));
        let (status, answer) = kaigo.call(NUMBERING, &theirs, &change).await.unwrap();
        let unknown = request(&json!({ "shorikubun": "1", "atenabango": atena(99), "rirekibango": "2", "idojiyu": "修正" }));
        assert_eq!((status, answer), kaigo.call(NUMBERING, &theirs, &unknown).await.unwrap(), "as for a number that nobody has");

        let sheltered = number(&seiho, &ours, &json!({ "shimei": "佐藤　花", "seibetsu": "2" })).await;
        world.protect(&sheltered).await;
        let shown = &found(&kaigo, &theirs, &json!({ "atenabango": sheltered })).await[0];
        assert_eq!(shown["shimei"], "佐藤　花");
        assert!(["jusho", "yubinbango", "denwabango"].iter().all(|item| shown[*item].is_null()), "{shown}");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn two_who_change_one_record_do_not_overwrite_each_other() {
    for world in worlds().await {
        let seiho = seiho(&world).await;
        let token = seiho.token("a", "").await.unwrap();
        let haruto = number(&seiho, &token, &json!({})).await;
        let change = |rev: &str, place: &str| json!({ "shorikubun": "1", "atenabango": haruto, "rirekibango": rev, "jusho": place, "idojiyu": "修正" });
        number(&seiho, &token, &change("1", "大阪府堺市北区新金岡町5丁1番")).await;
        let late = request(&change("1", "大阪府堺市西区鳳東町6丁600番"));
        assert_eq!(
            seiho.call(NUMBERING, &token, &late).await.unwrap().0,
            StatusCode::CONFLICT,
            "it has changed since it was read"
        );

        let desk = Desk::open(&world, "4001", 2, "it_policy").await;
        desk.open_case().await;
        desk.say(&format!("/hub/outsiders/{haruto}/take"), &[]).await;
        let (status, _, page) = desk.say(&format!("/hub/outsiders/{haruto}/edit"), &[]).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
        let while_open = request(&change("2", "大阪府堺市西区鳳東町6丁600番"));
        let (status, answer) = seiho.call(NUMBERING, &token, &while_open).await.unwrap();
        assert_eq!(status, StatusCode::CONFLICT, "a clerk has the form open: {answer}");
        let places: BTreeSet<_> = found(&seiho, &token, &json!({ "atenabango": haruto, "rirekikubun": "1" }))
            .await
            .iter()
            .map(|r| r["jusho"].to_string())
            .collect();
        assert_eq!(places.len(), 2, "nothing of what was refused is stored: {places:?}");
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_nobody_expected_is_answered_in_the_same_form() {
    for world in worlds().await {
        let seiho = seiho(&world).await;
        let token = seiho.token("a", "").await.unwrap();
        world.city.db().close().await;
        let (status, answer) = seiho.call(NUMBERING, &token, &request(&json!({}))).await.unwrap();
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{answer}");
        assert!(answer["title"].is_string() && answer["_links"]["self"]["href"] == NUMBERING && answer["errors"].is_null());
        world.database.remove().await;
    }
}
