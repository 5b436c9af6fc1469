//! The pages of the hub through the real doors: session, case, form and record.

mod support;

use axum::http::StatusCode;
use kernel::access::Action;
use platform::{Unit, task};
use support::desk::Desk;
use support::{atena, my_number, worlds};

#[tokio::test]
async fn a_clerk_counts_without_a_case_and_looks_one_person_up_with_one() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        world.enters(&atena(2), my_number(2)).await;
        world.corrected(&atena(1), my_number(3)).await;
        world.linked("kodomo", "1234566", &atena(1)).await;
        world.deliver().await;
        let dan_no = world.dan_no(&atena(1)).await.unwrap();
        let desk = Desk::open(&world, "4001", 2, "it_policy").await;
        let (status, page) = desk.get("/hub").await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("2件") && page.contains("子ども医療") && page.contains("住民記録"), "{page}");
        assert!(!page.contains(&dan_no) && !page.contains(atena(1).as_str()), "the counts name nobody");
        // Without a case nobody is looked up, and nobody's page opens.
        assert_eq!(desk.look_up("k1", &atena(1)).await.0, StatusCode::FORBIDDEN);
        let (status, page) = desk.get(&format!("/hub/{}", atena(1))).await;
        assert!(status == StatusCode::FORBIDDEN && !page.contains(&dan_no));
        desk.open_case().await;
        assert_eq!(desk.get(&format!("/hub/{}", atena(1))).await.0, StatusCode::FORBIDDEN, "not a subject of the case yet");
        let (status, location, _) = desk.look_up("k2", &atena(1)).await;
        assert_eq!((status, location), (StatusCode::SEE_OTHER, format!("/hub/{}", atena(1))));
        let (status, page) = desk.get(&format!("/hub/{}", atena(1))).await;
        assert_eq!(status, StatusCode::OK);
        for shown in [dan_no.as_str(), "1234566", atena(1).as_str(), "令和8年11月20日"] {
            assert!(page.contains(shown), "{shown}");
        }
        for hidden in [my_number(1), my_number(3)] {
            assert!(!page.contains(hidden.expose()));
        }
        let (_, json) = desk.get(&format!("/api/v1/hub/{}", atena(1))).await;
        assert!(json.contains(&dan_no) && json.contains("1234566") && json.contains("2026-11-20"), "{json}");
        assert_eq!(desk.get(&format!("/hub/{}", atena(2))).await.0, StatusCode::FORBIDDEN, "only the person asked for");
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_wrong_number_is_named_beside_its_field() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        for (key, typed, said) in [
            ("a", "123", "宛名番号は15桁です"),
            ("b", "000000000000001", "検査数字"),
            ("c", atena(9).as_str(), "この宛名番号の記録はありません"),
            ("d", "", "宛名番号"),
        ] {
            let (status, _, page) = desk.post("/hub", key, &format!("number={typed}")).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
            assert!(page.contains(said) && page.contains(&format!("value=\"{typed}\"")), "{typed}: {page}");
        }
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_clerk_of_the_office_without_the_role_stays_outside() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        let desk = Desk::open(&world, "4001", 2, "").await;
        desk.open_case().await;
        assert_eq!(desk.get("/hub").await.0, StatusCode::FORBIDDEN);
        assert_eq!(desk.look_up("k", &atena(1)).await.0, StatusCode::FORBIDDEN);
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_the_hub_doubts_is_claimed_looked_at_and_ended() {
    for world in worlds().await {
        // Somebody has the number that another had before.
        world.enters(&atena(1), my_number(1)).await;
        world.corrected(&atena(1), my_number(2)).await;
        world.enters(&atena(2), my_number(1)).await;
        let desk = Desk::open(&world, "4001", 2, "it_policy").await;
        let staff = desk.staff().await;
        let mut unit = Unit::change(&world.city, &staff, "ホーム", Action::Draft).await.unwrap();
        let waiting = task::open(&mut unit).await.unwrap();
        assert_eq!(waiting.len(), 1);
        let claimed = task::claim(&mut unit, waiting.first().unwrap().id).await.unwrap();
        unit.commit(()).await.unwrap();
        let (_, pattern) = world.programme.task_pages.iter().find(|(kind, _)| *kind == claimed.kind).unwrap();
        let path = pattern.replace("{reference}", &claimed.reference.unwrap());
        let (status, page) = desk.get(&path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("確認を終える"));
        assert_eq!(desk.post(&format!("{path}/checked"), "k", "").await.0, StatusCode::SEE_OTHER);
        let mut unit = Unit::look(&world.city, &staff, "ホーム", Action::Look).await.unwrap();
        assert_eq!(task::open(&mut unit).await.unwrap(), vec![]);
        drop((unit, desk));
        world.database.remove().await;
    }
}

/// Cells of a CSV file of ours: quoted, without line breaks inside.
fn cells(line: &str) -> Vec<String> {
    line.trim_start_matches('\u{feff}').split(',').map(|cell| cell.trim_matches('"').to_owned()).collect()
}

/// ATN-13: every register as a file, with every column that it has and every row, also of the past.
#[tokio::test]
async fn every_register_goes_out_with_all_its_columns_and_its_history() {
    use hub::model::{
        Answer, Batch, BatchRow, Deletion, DeletionRow, FormerNumber, Link, Outsider, Person, Question, Recall, RecallUse,
        Removal, Request,
    };
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        world
            .registry
            .lives(&atena(1), ["山田 花子", "ヤマダ ハナコ", "昭和45年5月1日", "女", "大阪府みなと市中央区港町二丁目7番5号"]);
        world.enters(&atena(1), my_number(1)).await;
        world.corrected(&atena(1), my_number(2)).await;
        let digits = my_number(7);
        let said =
            [("name", "山田 花子"), ("kana", "ヤマダ ハナコ"), ("birth", "S45.5.1"), ("sex", "女"), ("moved_on", "R8.11.20")];
        let first = [("kind", "0"), ("address", "京都府京都市北区1番"), ("my_number", digits.expose())];
        let known = desk.registers(&said, &first).await.to_string();
        let moved = [("kind", "1"), ("rev", "1"), ("atena_no", &known), ("reason", "修正"), ("address", "京都府京都市北区2番")];
        desk.registers(&said, &moved).await;
        let hidden = desk.registers(&said, &[("kind", "0"), ("address", "京都府京都市南区9番")]).await;
        world.protect(&hidden).await;
        let registers = [
            ("people", Person::REGISTER),
            ("former-numbers", FormerNumber::REGISTER),
            ("links", Link::REGISTER),
            ("outsiders", Outsider::REGISTER),
            ("questions", Question::REGISTER),
            ("answers", Answer::REGISTER),
            ("batches", Batch::REGISTER),
            ("batch-rows", BatchRow::REGISTER),
            ("recalls", Recall::REGISTER),
            ("recall-uses", RecallUse::REGISTER),
            ("requests", Request::REGISTER),
            ("deletions", Deletion::REGISTER),
            ("deletion-rows", DeletionRow::REGISTER),
            ("removals", Removal::REGISTER),
        ];
        assert_eq!(registers.len(), world.programme.registers.len(), "no register stays inside");
        for (name, register) in registers {
            let (status, file) = desk.get(&format!("/hub/exports/{name}.csv")).await;
            assert_eq!(status, StatusCode::OK, "{name}: {file}");
            let columns = register.columns.iter().filter(|c| c.name != "number_token").map(|c| c.label_ja.to_owned());
            let head: Vec<String> = ["行番号".to_owned()].into_iter().chain(columns).collect();
            assert_eq!(cells(file.lines().next().unwrap()), head, "{name}: every column of the register");
            let rows = world.count(Box::leak(format!("select count(*) as n from {}", register.table).into_boxed_str())).await;
            assert_eq!(i64::try_from(file.lines().count()).unwrap() - 1, rows, "{name}: every row");
            assert!(file.lines().all(|line| cells(line).len() == head.len()), "{name}");
        }
        let (_, outsiders) = desk.get("/hub/exports/outsiders.csv").await;
        assert!(outsiders.contains("北区1番") && outsiders.contains("北区2番"), "with what was: {outsiders}");
        assert_eq!(outsiders.matches(digits.expose()).count(), 2, "the 個人番号 that stands nowhere else");
        assert!(!outsiders.contains("南区9番"), "a protected person's place stays inside: {outsiders}");
        let (_, links) = desk.get("/hub/exports/links.csv").await;
        assert!(links.contains("個人番号による付番"), "{links}");
        assert!(world.count("select count(*) as n from hub_link where superseded_seq is not null").await > 0);
        let page = desk.get("/hub/translate").await.1;
        assert!(registers.iter().all(|(name, _)| page.contains(&format!("/hub/exports/{name}.csv"))), "{page}");
        let other = Desk::open(&world, "2001", 1, "").await;
        assert_eq!(other.get("/hub/exports/outsiders.csv").await.0, StatusCode::FORBIDDEN);
        drop((desk, other));
        world.database.remove().await;
    }
}
