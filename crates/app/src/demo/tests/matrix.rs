//! Every cell of the route table is really tried: who may enter is let in, who may not is refused and an entry says so. And every item of
//! the seed papers has a home.

use super::{options, remove};
use crate::demo::browser::Browser;
use crate::demo::{Opened, open_city};
use crate::generate;
use axum::http::StatusCode;
use std::collections::BTreeSet;
use webkit::House;

async fn denials(house: &House) -> i64 {
    let mut tx = house.city.db().read().await.unwrap();
    tx.one("select count(*) as n from audit_leaf where result = 'denied'", vec![]).await.unwrap().get("n").unwrap()
}

/// A path with every part filled in; nobody and nothing has these numbers.
fn filled(path: &str) -> String {
    let part = |p: &str| match p {
        "{no}" | "{number}" => "000000000000000".to_owned(),
        "{month}" => "202611".to_owned(),
        p if p.starts_with('{') => "0".to_owned(),
        p => p.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// One line of `docs/generated/routes.md`: method, path, what it needs, and who may enter.
struct Line {
    post: bool,
    path: String,
    open: bool,
    system: bool,
    may: Vec<bool>,
}

fn lines(house: &House) -> Vec<Line> {
    let table = generate::routes(house);
    let rows = table.lines().filter(|l| l.starts_with("| `") || l.starts_with("| GET") || l.starts_with("| POST"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let route = cells[0].replace('`', "");
        let (method, path) = route.split_once(' ').unwrap();
        Line {
            post: method == "POST",
            path: path.to_owned(),
            open: matches!(cells[2], "open" | "session"),
            system: cells[2].starts_with("another system"),
            may: cells[3..].iter().map(|c| *c == "○").collect(),
        }
    })
    .collect()
}

async fn ask(browser: &mut Browser, post: bool, path: &str) {
    let answer = if post { browser.post_file(path, &[]).await } else { browser.fetch(path).await };
    answer.unwrap();
}

#[tokio::test]
async fn every_cell_of_the_route_table_is_true() {
    let options = options(None, "matrix");
    let Opened { house, passwords } = open_city(&options).await.unwrap();
    let lines = lines(&house);
    assert_eq!(lines.len(), house.routes().count(), "the table has a line for every route");
    let router = house.router();
    let (mut let_in, mut refused, mut wrong) = (0, 0, vec![]);
    for (n, (member, password)) in passwords.iter().enumerate() {
        let mut browser = Browser::new(router.clone(), member.name);
        browser.sign_in(member.staff_no, password).await.unwrap();
        browser.open("/").await.unwrap();
        let home = browser.page.clone();
        for line in lines.iter().filter(|l| !l.open && !l.system) {
            for twin in ["", "/api/v1"] {
                let (path, before) = (format!("{twin}{}", filled(&line.path)), denials(&house).await);
                // The hidden fields of the home page: a session's own, so that nothing but the door can refuse.
                browser.page.clone_from(&home);
                ask(&mut browser, line.post, &path).await;
                let said = String::from_utf8_lossy(&browser.last).into_owned();
                let at_the_door = browser.status == StatusCode::FORBIDDEN && said.contains("は、いまの所属と事務では使えません");
                let (may, left) = (line.may[n], denials(&house).await > before);
                if may == at_the_door || (!may && !left) || browser.status.is_server_error() {
                    wrong.push(format!("{} {} {path}: {} (entry: {left})", member.staff_no, line.post, browser.status));
                }
                if may { let_in += 1 } else { refused += 1 }
            }
        }
        // A session opens no door of other systems.
        for line in lines.iter().filter(|l| l.system) {
            for (twin, shut) in [("", StatusCode::UNAUTHORIZED), ("/api/v1", StatusCode::NOT_FOUND)] {
                ask(&mut browser, line.post, &format!("{twin}{}", line.path)).await;
                if browser.status != shut || line.may[n] {
                    wrong.push(format!("{} {twin}{}: {}", member.staff_no, line.path, browser.status));
                }
            }
        }
    }
    let mut stranger = Browser::new(router, "だれでもない人");
    for line in lines.iter().filter(|l| !l.open && !l.system) {
        for twin in ["", "/api/v1"] {
            let path = format!("{twin}{}", filled(&line.path));
            ask(&mut stranger, line.post, &path).await;
            let turned_away = matches!(stranger.status, StatusCode::SEE_OTHER | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
            if !turned_away {
                wrong.push(format!("nobody {} {path}: {}", line.post, stranger.status));
            }
        }
    }
    house.city.db().close().await;
    remove(&options, None).await;
    assert!(wrong.is_empty(), "{} cells are not as the table says:\n{}", wrong.len(), wrong.join("\n"));
    assert!(let_in > 50 && refused > 200, "{let_in} let in, {refused} refused");
}

#[tokio::test]
async fn every_item_of_the_seed_papers_has_a_home() {
    let house = crate::demo::empty_house().await.unwrap();
    let columns = house.programmes.iter().flat_map(|p| &p.registers).flat_map(|r| r.columns);
    let stored: BTreeSet<&str> = columns.flat_map(|c| c.seed.iter().copied()).collect();
    let derived: BTreeSet<&str> = house.programmes.iter().flat_map(|p| &p.derived).map(|(key, _)| *key).collect();
    let wanted = [("juki", 58), ("shikaku", 110), ("kyufu", 83)];
    let all: Vec<String> = wanted.iter().flat_map(|(group, n)| (1..=*n).map(move |i| format!("{group}.{i:03}"))).collect();
    let homeless: Vec<&String> = all.iter().filter(|k| !stored.contains(k.as_str()) && !derived.contains(k.as_str())).collect();
    assert!(homeless.is_empty(), "without a home: {homeless:?}");
    let only_derived = derived.difference(&stored).count();
    assert!(only_derived * 10 <= all.len(), "{only_derived} of {} are derived", all.len());
}
