//! 本人確認情報 for cities, as far as the law lets them have it, and what lies on disk.

use crate::support::{number, people, resident_code, sakai, shinjuku, worlds};
use kernel::Date;
use platform::fault::FaultKind;
use refjuki::Sought;

const LOOKUPS: &str = "select count(*) as n from refjuki_lookup";

fn by_name(name: &str, address: Option<&str>) -> Sought {
    Sought::Facts { name: name.into(), birth: Date::constant(2020, 4, 2), address: address.map(Into::into) }
}

#[tokio::test]
async fn a_city_may_ask_nationwide_for_its_affairs_and_every_look_is_recorded() {
    for world in worlds().await {
        // Sakai asks for somebody of Shinjuku: allowed, with a purpose.
        let found = world.keeper.look_up(&sakai(), "tax", &Sought::Number(number(3))).await.unwrap();
        assert!(found.len() == 1 && found[0].city == shinjuku() && found[0].facts.name == "新宿　花子");
        assert_eq!(found[0].numbers.resident_code, resident_code(3));
        assert!(world.keeper.look_up(&sakai(), "tax", &Sought::Number(number(77))).await.unwrap().is_empty());
        assert_eq!(world.count(LOOKUPS).await, 2, "also when nobody was found");
        // Without one that the law names: refused, and nothing was looked up.
        for affair in ["", "nosy", "marketing"] {
            let refused = world.keeper.look_up(&sakai(), affair, &Sought::Number(number(3))).await.unwrap_err();
            assert!(refused.kind == FaultKind::Refused && refused.why.contains("住基法30条の10"), "{refused}");
        }
        assert_eq!(world.count(LOOKUPS).await, 2);
        let mut tx = world.database.db.read().await.unwrap();
        let row = tx.one("select city, affair, sought_by, found from refjuki_lookup order by id limit 1", vec![]).await.unwrap();
        let text = |column: &str| row.get::<String>(column).unwrap();
        assert_eq!((text("city"), text("affair"), text("sought_by")), (sakai().to_string(), "tax".into(), "number".into()));
        drop(tx);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn look_ups_are_kept_for_three_years() {
    for world in worlds().await {
        world.keeper.look_up(&sakai(), "tax", &Sought::Number(number(3))).await.unwrap();
        world.clock.set(Date::constant(2029, 11, 20));
        assert_eq!(world.keeper.remove_old().await.unwrap(), 0, "the last day");
        world.clock.set(Date::constant(2029, 11, 21));
        assert_eq!((world.keeper.remove_old().await.unwrap(), world.count(LOOKUPS).await), (1, 0));
        world.database.remove().await;
    }
}

#[tokio::test]
async fn twins_are_told_apart_by_the_given_name_and_spelling_of_blanks_does_not_matter() {
    for world in worlds().await {
        let found = world.keeper.look_up(&sakai(), "juki", &by_name("堺 陽斗", None)).await.unwrap();
        assert!(found.len() == 1 && found[0].numbers.individual_number == number(2));
        for (address, count) in [("堺市堺区南瓦町3番1号", 1), ("堺市西区", 0)] {
            let found = world.keeper.look_up(&sakai(), "juki", &by_name("堺陽翔", Some(address))).await.unwrap();
            assert_eq!(found.len(), count, "{address}");
        }
        world.database.remove().await;
    }
}

#[tokio::test]
async fn somebody_with_a_number_that_is_taken_brings_the_whole_load_down() {
    for world in worlds().await {
        let mut more = people();
        more[0].individual_number = number(11);
        more[0].resident_code = resident_code(11);
        assert_eq!(world.keeper.register(&more).await.unwrap_err().kind, FaultKind::Conflict);
        assert_eq!(world.count("select count(*) as n from refjuki_person").await, 3);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn no_number_and_no_name_lies_readable_on_disk() {
    for world in worlds().await {
        let fresh = world.keeper.change(&sakai(), &number(1), "漏えいのおそれ").await.unwrap();
        world.keeper.look_up(&sakai(), "tax", &Sought::Number(number(3))).await.unwrap();
        world.keeper.code(&sakai(), &fresh, crate::support::acquisition(7)).await.unwrap();
        let Some(file) = world.database.file.clone() else {
            world.database.remove().await;
            continue;
        };
        world.database.db.close().await;
        let folder = file.parent().unwrap();
        let mut bytes = vec![];
        for entry in std::fs::read_dir(folder).unwrap() {
            bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
        assert!(holds(sakai().as_str().as_bytes()), "the search looks at the right files");
        for n in [number(1), number(2), number(3), fresh] {
            assert!(!holds(n.expose().as_bytes()) && !holds(&n.expose().as_bytes()[..11]));
        }
        for n in 1..=3 {
            assert!(!holds(resident_code(n).as_str().as_bytes()));
        }
        assert!(!holds("陽翔".as_bytes()) && !holds("南瓦町".as_bytes()));
        assert!(!holds("07".repeat(16).as_bytes()) && !holds(&[7; 16]), "no 取得番号");
        std::fs::remove_dir_all(folder).unwrap();
    }
}

#[tokio::test]
async fn every_statement_is_valid_on_both_databases() {
    for world in worlds().await {
        for statement in refjuki::programme().statements {
            let prepared = world.database.db.prepare(statement.sql).await;
            assert!(prepared.is_ok(), "{}: {prepared:?}", statement.sql);
        }
        world.database.remove().await;
    }
}
