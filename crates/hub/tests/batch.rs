//! 名寄せの一括処理: the extract of another system, row by row through the same gate as a person entered by hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its city has failed")]

mod support;

use axum::http::StatusCode;
use platform::job;
use std::time::Instant;
use support::desk::Desk;
use support::{World, atena, my_number, worlds};

const HOME: &str = "大阪府みなと市中央区港町二丁目7番5号";
const HEAD: &str = "宛名番号,氏名,氏名カナ,生年月日,性別,住所,個人番号";

/// 花子 with her number, and the twins 陽翔 and 陽斗.
async fn city(world: &World) {
    world.registry.lives(&atena(1), ["山田 花子", "ヤマダ ハナコ", "昭和45年5月1日", "女", HOME]);
    world.registry.lives(&atena(2), ["大谷 陽翔", "オオタニ ハルト", "令和2年11月3日", "男", HOME]);
    world.registry.lives(&atena(3), ["大谷 陽斗", "オオタニ ヒナト", "令和2年11月3日", "男", HOME]);
    for n in 1..=3 {
        world.enters(&atena(n), my_number(n)).await;
    }
}

/// Eight rows of the tax system: safe, by number, only name and birth date, nobody, and four that cannot be taken.
fn extract() -> String {
    let number = my_number(2);
    let rows = [
        format!("T1,山田 花子,ﾔﾏﾀﾞ ﾊﾅｺ,S45.5.1,2,{HOME},"),
        format!("T2,大谷 陽翔,オオタニ ハルト,20201103,1,北海道札幌市北区北七条西一丁目2番,{}", number.expose()),
        "T3,山田 花子,ヤマダ ハナコ,19700501,2,北海道札幌市北区北七条西一丁目2番,".to_owned(),
        "T4,川田 月子,カワダ ツキコ,H3.2.2,2,京都府京都市北区1番,".to_owned(),
        "T5,,カワダ ツキコ,H3.2.2,2,京都府京都市北区1番,".to_owned(),
        "T6,川田 月子,カワダ ツキコ,H3.2.32,2,京都府京都市北区1番,123456789012".to_owned(),
        "T1,山田 花子,ヤマダ ハナコ,S45.5.1,2,,".to_owned(),
        ",川田 星子,カワダ ホシコ,H3.2.3,2,,".to_owned(),
    ];
    format!("\u{feff}{HEAD}\r\n{}\r\n", rows.join("\r\n"))
}

/// Sends a file, lets the job run, and answers the result line by line.
async fn run(desk: &Desk<'_>, programme: &str, file: Option<&str>) -> (String, Vec<Vec<String>>) {
    let source = if file.is_some() { "file" } else { "programme" };
    let fields = [("programme", programme), ("source", source)];
    let (status, location, page) = match file {
        Some(body) => desk.upload("/hub/batches", &fields, "zei.csv", body).await,
        None => desk.say("/hub/batches", &fields).await,
    };
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let job: i64 = location.rsplit('/').next().unwrap().parse().unwrap();
    assert_eq!(job::run_next(&desk.world.city, &desk.world.programme.jobs).await.unwrap(), Some(job));
    let mut tx = desk.world.city.db().read().await.unwrap();
    let view = job::find(&mut tx, "joho", job).await.unwrap();
    drop(tx);
    assert_eq!((view.state.as_str(), view.done), ("done", view.total), "{}", view.message);
    let newest = &desk.api("/hub/batches").await["batches"][0];
    assert_eq!((newest["programme"].as_str(), newest["state"].as_str()), (Some(programme), Some("完了")));
    let csv = desk.get(&format!("/hub/batches/{}/result.csv", newest["id"])).await.1;
    let cells = |line: &str| line.trim_matches('"').split("\",\"").map(str::to_owned).collect::<Vec<_>>();
    (newest["id"].to_string(), csv.lines().skip(1).map(cells).collect())
}

fn ends(rows: &[Vec<String>]) -> Vec<String> {
    rows.iter().map(|r| format!("{} {} {}", r[0], r[1], r[2])).collect()
}

#[tokio::test]
async fn an_extract_is_linked_where_it_is_safe_asked_where_it_is_not_and_listed_where_it_is_bad() {
    for world in worlds().await {
        city(&world).await;
        let desk = Desk::of_policy(&world).await;
        let (id, rows) = run(&desk, "zei", Some(&extract())).await;
        let expected = ["1 T1 連携", "2 T2 連携", "3 T3 確認待ち", "4 T4 新規", "5 T5 誤り", "6 T6 誤り", "7 T1 誤り", "8  誤り"];
        assert_eq!(ends(&rows), expected, "{rows:?}");
        assert!(rows[0][4].contains("基本4情報") && rows[1][4].contains("個人番号・氏名・生年月日"), "{rows:?}");
        let codes = [("E0001", 4), ("E0002", 5), ("E0004", 5), ("E0004", 6), ("E0001", 7)];
        for (code, at) in codes {
            assert!(rows[at][4].contains(code), "{code}: {rows:?}");
        }
        let page = desk.get(&format!("/hub/batches/{id}")).await.1;
        assert!(page.contains("氏名を入れてください") && page.contains("T3") && !page.contains("山田"), "{page}");
        // The tax system's numbers are the residents' now, and go over the interface.
        let ask = [("programme", "zei"), ("way", "to_dan"), ("numbers", "T1\nT3\nT2")];
        let csv = desk.say("/hub/translate", &ask).await.2;
        let lines: Vec<&str> = csv.lines().skip(1).collect();
        let dans = [world.dan_no(&atena(1)).await.unwrap(), world.dan_no(&atena(2)).await.unwrap()];
        assert!(lines[0].contains(&dans[0]) && lines[1].contains("付番を待っています") && lines[2].contains(&dans[1]), "{csv}");
        let asked = desk.api("/hub/review").await;
        assert_eq!(asked["questions"].as_array().unwrap().len(), 1, "{asked}");

        // The same file again changes nothing.
        let counts = [
            "select count(*) as n from hub_link",
            "select count(*) as n from hub_outsider",
            "select count(*) as n from hub_question",
            "select count(*) as n from hub_person",
        ];
        let mut before = vec![];
        for sql in counts {
            before.push(world.count(sql).await);
        }
        let (_, again) = run(&desk, "zei", Some(&extract())).await;
        let known = ["1 T1 登録済", "2 T2 登録済", "3 T3 登録済", "4 T4 登録済"];
        assert_eq!(ends(&again)[..4], known);
        assert_eq!(ends(&again)[4..], expected[4..], "and what was bad is bad again");
        for (sql, n) in counts.into_iter().zip(before) {
            assert_eq!(world.count(sql).await, n, "{sql}");
        }
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn the_persons_of_a_programme_are_compared_again() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let row = format!("K1,山田 花子,ヤマダ ハナコ,S45.5.1,2,{HOME},");
        let (_, rows) = run(&desk, "kokuho", Some(&format!("{HEAD}\n{row}\n"))).await;
        assert_eq!(ends(&rows), ["1 K1 新規"]);
        // The registry knows her since, but no event told of it.
        city(&world).await;
        world.deliver().await;
        let (_, rows) = run(&desk, "kokuho", None).await;
        assert_eq!(rows.len(), 1);
        assert!(["連携", "登録済"].contains(&rows[0][2].as_str()), "{rows:?}");
        assert!(desk.api("/hub/batches").await["batches"][0]["source"] == "業務の住登外者");
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_is_no_extract_is_refused_at_the_desk() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        for (body, said) in [("氏名\n山田 花子\n", "見出しが必要です"), (&format!("{HEAD}\n"), "人の行がありません")]
        {
            let (status, _, page) =
                desk.upload("/hub/batches", &[("programme", "zei"), ("source", "file")], "zei.csv", body).await;
            assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(said), "{page}");
        }
        let own = desk.upload("/hub/batches", &[("programme", "juki"), ("source", "file")], "juki.csv", &extract()).await;
        assert_eq!(own.0, StatusCode::UNPROCESSABLE_ENTITY, "the registry itself is no system to be matched");
        assert_eq!(world.count("select count(*) as n from hub_batch").await, 0);
        drop(desk);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn five_hundred_rows_are_one_run_in_their_order() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        let row = |n: u64| format!("F{n:04},架空 太郎,カクウ タロウ,{}0101,1,みなと市{n}番,", 1920 + n % 100);
        let body: Vec<String> = (1..=500).map(row).collect();
        let started = Instant::now();
        let (_, rows) = run(&desk, "fukushi", Some(&format!("{HEAD}\n{}\n", body.join("\n")))).await;
        let rate = 500.0 / started.elapsed().as_secs_f64();
        println!("{rate:.0} rows a second");
        assert_eq!(rows.len(), 500);
        assert!((1..).zip(&rows).all(|(n, row)| row[0] == n.to_string() && row[1] == format!("F{n:04}")));
        drop(desk);
        world.database.remove().await;
    }
}

/// Foreign residents without a recorded day are many on 1月1日, and of many owners of land no birth date is known at all.
#[tokio::test]
async fn the_last_of_250_people_of_one_birth_date_is_found() {
    for world in worlds().await {
        let desk = Desk::of_policy(&world).await;
        // A name for each number: 123 is サタナ.
        let given = |n: u32| {
            format!("{n:03}").chars().filter_map(|d| "カサタナハマヤラワモ".chars().nth(d as usize - 48)).collect::<String>()
        };
        let mut rows: Vec<String> = (1..250)
            .map(|n| format!("A{n},グエン {0},グエン {0},H2.1.1,2,大阪府みなと市北区{0}町1番1号,", given(n)))
            .chain((1..250).map(|n| format!("B{n},所有者 {0},,年月日不詳,,大阪府みなと市北区{0}台1番1号,", given(n))))
            .collect();
        rows.insert(249, format!("A250,山田 花子,ヤマダ ハナコ,H2.1.1,2,{HOME},"));
        rows.push(format!("B250,海野 星子,ウミノ ホシコ,年月日不詳,2,{HOME},"));
        let file = format!("\u{feff}{HEAD}\r\n{}\r\n", rows.join("\r\n"));
        let (_, taken) = run(&desk, "zei", Some(&file)).await;
        assert!(taken.len() == 500 && taken.iter().all(|row| row[2] == "新規"), "{:?}", taken.iter().find(|r| r[2] != "新規"));
        let [known, unknown] = [&taken[249], &taken[499]].map(|row| row[3].clone());
        world.registry.lives(&atena(1), ["山田 花子", "ヤマダ ハナコ", "平成2年1月1日", "女", HOME]);
        world.registry.lives(&atena(2), ["海野 星子", "ウミノ ホシコ", "昭和60年6月6日", "女", HOME]);
        for n in 1..=2 {
            world.enters(&atena(n), my_number(n)).await;
        }
        while world.deliver().await > 0 {}
        let theirs = world.dan_no(&atena(1)).await;
        assert!(theirs.is_some());
        assert_eq!(world.dan_of_number("zei", "A250").await, theirs, "{known} is the last of those born on 1月1日");
        let queue = desk.api("/hub/review").await.to_string();
        let asked = "select count(*) as n from hub_question";
        assert_eq!(world.count(asked).await, 1, "who states no birth date is asked about: {queue}");
        let mut tx = world.city.db().read().await.unwrap();
        let row = tx.one("select atena_no from hub_question", vec![]).await.unwrap();
        assert_eq!(row.get::<String>("atena_no").unwrap(), unknown);
        drop(tx);
        // The same from the other side: whoever is entered by hand meets the last of the extract.
        let (_, again) = run(&desk, "kokuho", Some(&format!("\u{feff}{HEAD}\r\nK1,山田 花子,,H2.1.1,2,{HOME},\r\n"))).await;
        assert_eq!(again[0][2], "連携");
        drop(desk);
        world.database.remove().await;
    }
}
