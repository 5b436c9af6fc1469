//! The hub over both databases, as a clerk of 情報政策課 would check it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set up its city has failed")]

mod support;

use kernel::ident::DanNo;
use platform::fault::FaultKind;
use ports::ResidentChange;
use std::collections::BTreeSet;
use support::{Heard, TODAY, World, atena, my_number, tables, worlds};

const PEOPLE: &str = "select count(*) as n from hub_person";
const LINKS: &str = "select count(*) as n from hub_link";
const FORMER: &str = "select count(*) as n from hub_former_number";
const TASKS: &str = "select count(*) as n from platform_task where state <> 'done'";

fn loading() -> hub::Loading {
    hub::Loading::new(tables())
}

async fn done(world: World) {
    world.database.remove().await;
}

#[tokio::test]
async fn everybody_gets_one_number_of_their_own() {
    for world in worlds().await {
        let mut seen = BTreeSet::new();
        for n in 1..=25 {
            world.enters(&atena(n), my_number(n)).await;
            let dan_no = world.dan_no(&atena(n)).await.unwrap();
            assert!(DanNo::parse(&dan_no).is_ok() && DanNo::issue(dan_no[..14].parse().unwrap()).is_ok(), "{dan_no}");
            assert!(seen.insert(dan_no), "a number was issued twice");
        }
        assert_eq!((world.count(PEOPLE).await, world.count(LINKS).await, world.count(TASKS).await), (25, 25, 0));
        done(world).await;
    }
}

#[tokio::test]
async fn the_same_event_again_changes_nothing() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        world.linked("kodomo", "1234566", &atena(1)).await;
        assert_eq!((world.deliver().await, world.deliver().await), (1, 0));
        let first = world.dan_no(&atena(1)).await;
        world.enters(&atena(1), my_number(1)).await;
        world.corrected(&atena(1), my_number(1)).await;
        world.linked("kodomo", "1234566", &atena(1)).await;
        assert_eq!(world.deliver().await, 1);
        assert_eq!(world.dan_no(&atena(1)).await, first);
        let counts = (world.count(PEOPLE).await, world.count(LINKS).await, world.count(FORMER).await, world.count(TASKS).await);
        assert_eq!(counts, (1, 2, 0, 0));
        done(world).await;
    }
}

#[tokio::test]
async fn a_changed_individual_number_keeps_the_hubs_number() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        let before = world.dan_no(&atena(1)).await;
        world.corrected(&atena(1), my_number(2)).await;
        assert_eq!(world.dan_no(&atena(1)).await, before);
        assert_eq!((world.count(PEOPLE).await, world.count(FORMER).await), (1, 1));
        // The present number leads to the same person; another resident with it is not joined, but asked about.
        world.enters(&atena(2), my_number(2)).await;
        assert_eq!(world.dan_no(&atena(2)).await, None);
        assert_eq!(world.count(TASKS).await, 1);
        // A correction of something else is none of the hub's business.
        world.registry.set(&atena(1), my_number(3));
        world.resident(ResidentChange::Corrected, &atena(1), &["birth"]).await;
        world.deliver().await;
        assert_eq!(world.count(FORMER).await, 1);
        done(world).await;
    }
}

#[tokio::test]
async fn somebody_with_another_persons_former_number_is_kept_apart() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        world.corrected(&atena(1), my_number(2)).await;
        world.enters(&atena(2), my_number(1)).await;
        let (one, two) = (world.dan_no(&atena(1)).await, world.dan_no(&atena(2)).await);
        assert!(one.is_some() && two.is_some() && one != two);
        assert_eq!(world.count(TASKS).await, 1);
        done(world).await;
    }
}

#[tokio::test]
async fn a_number_that_is_taken_is_not_taken_away_and_settles_once_it_is_free() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        world.enters(&atena(2), my_number(2)).await;
        let before = (world.dan_no(&atena(1)).await, world.dan_no(&atena(2)).await);
        world.corrected(&atena(1), my_number(2)).await;
        assert_eq!((world.dan_no(&atena(1)).await, world.dan_no(&atena(2)).await), before);
        assert_eq!((world.count(TASKS).await, world.count(FORMER).await), (1, 0));
        world.corrected(&atena(1), my_number(1)).await;
        assert_eq!((world.count(TASKS).await, world.count(FORMER).await), (0, 0));
        done(world).await;
    }
}

#[tokio::test]
async fn two_programmes_meet_in_one_person() {
    for world in worlds().await {
        // The programme speaks before the newborn child has a 個人番号.
        world.resident(ResidentChange::Born, &atena(1), &[]).await;
        world.linked("kodomo", "1234566", &atena(1)).await;
        world.deliver().await;
        assert_eq!(world.dan_of_number("kodomo", "1234566").await, None);
        assert_eq!((world.count(PEOPLE).await, world.count(LINKS).await), (0, 2));
        world.corrected(&atena(1), my_number(1)).await;
        let juki = world.dan_no(&atena(1)).await;
        assert!(juki.is_some());
        assert_eq!(world.dan_of_number("kodomo", "1234566").await, juki);
        // A number that arrives later joins at once; one that is somebody else's stays where it is.
        world.linked("kokuho", "00012", &atena(1)).await;
        world.linked("kodomo", "1234566", &atena(2)).await;
        world.deliver().await;
        assert_eq!(world.dan_of_number("kokuho", "00012").await, juki);
        assert_eq!(world.dan_of_number("kodomo", "1234566").await, juki);
        assert_eq!(world.count(TASKS).await, 1);
        done(world).await;
    }
}

/// Events of the hub that some subscription has not taken.
async fn waiting(world: &World, programme: &webkit::Programme) -> i64 {
    let mut tx = world.city.db().read().await.unwrap();
    let mut n = 0;
    for topic in ["hub.person_numbered", "hub.link_recalled", "hub.outsider_entered"] {
        let sql = "select count(*) as n from platform_outbox o where topic = $1 and not exists \
                   (select 1 from platform_cursor c where c.last_id >= o.id and c.subscription = $2)";
        let name = programme.subscriptions.iter().find(|s| s.topic() == topic).expect("somebody listens").name();
        n += tx.one(sql, platform::params![topic, name]).await.unwrap().get::<i64>("n").unwrap();
    }
    n
}

#[tokio::test]
async fn a_city_without_lines_leaves_nothing_in_its_outbox() {
    for world in worlds().await {
        world.registry.set(&atena(1), my_number(1));
        world.resident(ResidentChange::Entered, &atena(1), &[]).await;
        let alone = hub::programme(support::needs(world.registry.clone(), None));
        platform::outbox::deliver(&world.city, &alone.subscriptions).await.unwrap();
        assert_eq!(waiting(&world, &alone).await, 0);
        assert_eq!(world.count("select count(*) as n from platform_outbox where topic = 'hub.person_numbered'").await, 1);
        assert!(world.heard.since().is_empty(), "and nobody was told");
        done(world).await;
    }
}

#[tokio::test]
async fn no_individual_number_lies_on_disk() {
    for world in worlds().await {
        for n in 1..=3 {
            world.enters(&atena(n), my_number(n)).await;
        }
        world.corrected(&atena(1), my_number(9)).await;
        let Some(file) = world.database.file.clone() else {
            done(world).await;
            continue;
        };
        let folder = file.parent().unwrap().to_owned();
        world.city.db().close().await;
        let mut bytes = vec![];
        for entry in std::fs::read_dir(&folder).unwrap() {
            bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
        assert!(holds(atena(1).as_str().as_bytes()), "the search looks at the right files");
        for n in [1, 2, 3, 9] {
            let number = my_number(n);
            let spaced = format!("{} {} {}", &number.expose()[..4], &number.expose()[4..8], &number.expose()[8..]);
            assert!(!holds(number.expose().as_bytes()) && !holds(spaced.as_bytes()) && !holds(&number.expose().as_bytes()[..11]));
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}

#[tokio::test]
async fn nobody_asks_without_purpose_case_and_role() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        let who = atena(1);
        let clerk = world.staff_with_case("joho", "hub", &["it_policy"], &who).await;
        let mut no_purpose = clerk.clone();
        no_purpose.purpose = None;
        let mut no_case = clerk.clone();
        no_case.case = None;
        let mut other_case = clerk.clone();
        other_case.case.as_mut().unwrap().subjects.clear();
        let refused = [
            no_purpose,
            no_case,
            other_case,
            world.staff_with_case("joho", "hub", &[], &who).await,
            world.staff_with_case("joho", "it", &["it_policy"], &who).await,
            world.staff_with_case("shimin", "juki", &[], &who).await,
            world.staff_with_case("iryo", "juki", &[], &who).await,
        ];
        for staff in refused {
            let mut unit = world.look(&staff).await;
            let fault = hub::port().dan_of(&mut unit, &who).await.unwrap_err();
            assert_eq!(fault.kind, FaultKind::Refused, "{:?} {:?}", staff.purpose, staff.case);
        }
        // 子ども医療 uses the number under 番号法9条2項; the clerk of the hub never reaches the 個人番号.
        let iryo = world.staff_with_case("iryo", "kodomo", &[], &who).await;
        let mut unit = world.look(&iryo).await;
        assert!(hub::port().dan_of(&mut unit, &who).await.unwrap().is_some());
        drop(unit);
        let mut unit = world.look(&clerk).await;
        let subject = unit.find_subject(&who).await.unwrap().unwrap();
        assert!(unit.see(subject, &["juki.mynumber"]).await.is_err());
        drop(unit);
        done(world).await;
    }
}

#[tokio::test]
async fn whoever_uses_the_numbers_is_recorded() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        let issued = "changed hub hub.link,hub.number,juki.address,juki.identify,juki.mynumber";
        assert_eq!(world.recorded(&atena(1)).await, [issued]);
        world.resident(ResidentChange::MovedOut, &atena(1), &[]).await;
        world.deliver().await;
        let ended = "changed hub hub.link";
        assert_eq!(world.recorded(&atena(1)).await, [issued, ended], "a move-out ends the use and needs no number");
        let iryo = world.staff_with_case("iryo", "kodomo", &[], &atena(1)).await;
        let mut unit = world.look(&iryo).await;
        hub::port().dan_of(&mut unit, &atena(1)).await.unwrap();
        unit.commit(()).await.unwrap();
        let shimin = world.staff_with_case("shimin", "juki", &[], &atena(1)).await;
        let mut unit = world.look(&shimin).await;
        assert!(hub::port().dan_of(&mut unit, &atena(1)).await.is_err());
        drop(unit);
        assert_eq!(world.recorded(&atena(1)).await, [issued, ended, "shown kodomo hub.number", "denied juki hub.number"]);
        done(world).await;
    }
}

#[tokio::test]
async fn a_whole_city_is_loaded_in_sets() {
    for world in worlds().await {
        let residents: Vec<hub::Resident> = (1..=3_000u64)
            .map(|n| hub::Resident {
                atena_no: atena(n),
                number: (n % 100 != 0).then(|| my_number(n)),
                dan_no: None,
                from: TODAY,
                until: None,
                items: None,
            })
            .collect();
        let cards: Vec<hub::ProgrammeNumber> = residents
            .iter()
            .step_by(5)
            .enumerate()
            .map(|(n, r)| hub::ProgrammeNumber {
                number: format!("{n:07}"),
                atena_no: r.atena_no.clone(),
                from: TODAY,
                until: None,
            })
            .collect();
        let job = world.staff("joho", "hub", &["job"]);
        let mut unit = platform::Unit::change(&world.city, &job, "初期移行", kernel::access::Action::Run).await.unwrap();
        loading().step(&mut unit, &residents).await.unwrap();
        hub::load_links(&mut unit, "kodomo", &cards).await.unwrap();
        unit.commit(()).await.unwrap();
        assert_eq!((world.count(PEOPLE).await, world.count(LINKS).await), (2_970, 3_600));
        assert_eq!(world.count("select count(distinct dan_no) as n from hub_link").await, 2_970);
        let joined = "select count(*) as n from hub_link k join hub_link j on j.number = k.atena_no and j.programme = 'juki' \
                      where k.programme = 'kodomo' and k.dan_no = j.dan_no";
        assert_eq!(world.count(joined).await, 600);
        // Whoever comes afterwards gets the next number, and a loaded person is known again.
        world.enters(&atena(5_000), my_number(5_000)).await;
        world.corrected(&atena(7), my_number(5_001)).await;
        assert_eq!((world.count(PEOPLE).await, world.count(FORMER).await, world.count(TASKS).await), (2_971, 1, 0));
        // The same load again stops at the first number that is there, and leaves nothing behind.
        let mut unit = platform::Unit::change(&world.city, &job, "初期移行", kernel::access::Action::Run).await.unwrap();
        assert!(loading().step(&mut unit, &residents).await.is_err());
        drop(unit);
        assert_eq!(world.count(LINKS).await, 3_601);
        done(world).await;
    }
}

/// A resident of a migration who is like nobody else.
fn migrated(n: u64) -> hub::Resident {
    let items = hub::FourItems {
        name: format!("山田 第{n}子"),
        birth: "昭和45年5月1日".into(),
        sex: "女".into(),
        address: format!("大阪府みなと市中央区港町{}番{}号", n / 100 + 1, n % 100 + 1),
    };
    hub::Resident { atena_no: atena(n), number: Some(my_number(n)), dan_no: None, from: TODAY, until: None, items: Some(items) }
}

/// ATN-16: a migration, in two steps as a big city has many.
#[tokio::test]
async fn whom_a_load_has_twice_is_put_before_a_clerk_and_the_load_goes_on() {
    for world in worlds().await {
        let mut second: Vec<hub::Resident> = (500..=505).map(migrated).collect();
        // Somebody else with the number of the fifth.
        second[0].number = Some(my_number(5));
        // The seventh again, written in another way, with another number.
        second[1].items = migrated(7).items.map(|items| hub::FourItems {
            name: "山田　第7子".into(),
            birth: "1970-05-01".into(),
            address: "みなと市中央区港町1-8".into(),
            ..items
        });
        // The twin of the eighth, the former record of the ninth, and one of whom only the number is known.
        let twin = migrated(8).items.map(|items| hub::FourItems { name: "山田 花代".into(), ..items });
        (second[2].items, second[3].items, second[3].until, second[4].items) = (twin, migrated(9).items, Some(TODAY), None);
        let job = world.staff("joho", "hub", &["job"]);
        let mut load = loading();
        for step in [(1..=20).map(migrated).collect(), second] {
            let mut unit = platform::Unit::change(&world.city, &job, "初期移行", kernel::access::Action::Run).await.unwrap();
            load.step(&mut unit, &step).await.unwrap();
            unit.commit(()).await.unwrap();
        }
        assert_eq!(load.doubtful(), hub::Doubtful { one_number: 1, alike: 1 });
        assert_eq!((world.count(PEOPLE).await, world.count(LINKS).await, world.count(TASKS).await), (25, 26, 2));
        let asked = |who: [u64; 2], evidence: &'static str| {
            let sql = "select count(*) as n from hub_question where atena_no = $1 and other_no = $2 and evidence = $3";
            (sql, platform::params![atena(who[0]), atena(who[1]), evidence])
        };
        let mut tx = world.city.db().read().await.unwrap();
        for (sql, values) in [asked([500, 5], hub::model::ONE_NUMBER), asked([501, 7], matching::Evidence::NumbersDiffer.label())]
        {
            assert_eq!(tx.one(sql, values).await.unwrap().get::<i64>("n").unwrap(), 1);
        }
        drop(tx);
        let first = world.dan_no(&atena(5)).await.unwrap();
        assert_eq!(world.dan_no(&atena(500)).await, None, "one 個人番号 is one 団番, and not shared");
        world.deliver().await;
        assert!(world.heard.since().is_empty(), "the gateway hears of a load when the city is connected");
        hub::lines::announce_all(&world.city, world.heard.as_ref()).await.unwrap();
        assert!(world.heard.since().contains(&format!("freeze {first} true")), "and of whom there is doubt");
        // 市民課 finds the right number of the other.
        world.corrected(&atena(500), my_number(500)).await;
        assert!(world.dan_no(&atena(500)).await.is_some_and(|own| own != first));
        done(world).await;
    }
}

#[tokio::test]
async fn two_numbers_of_an_earlier_system_for_one_individual_number_stop_a_load() {
    for world in worlds().await {
        let job = world.staff("joho", "hub", &["job"]);
        let mut unit = platform::Unit::change(&world.city, &job, "初期移行", kernel::access::Action::Run).await.unwrap();
        let second = hub::Resident { number: Some(my_number(1)), dan_no: Some(DanNo::issue(2).unwrap()), ..migrated(2) };
        let fault = loading().step(&mut unit, &[migrated(1), second]).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Conflict, "{fault}");
        drop(unit);
        done(world).await;
    }
}

#[tokio::test]
async fn numbers_of_an_earlier_system_are_kept_and_never_issued_again() {
    for world in worlds().await {
        let kept = DanNo::issue(2).unwrap();
        let person = |n: u64, dan_no: Option<DanNo>| hub::Resident {
            atena_no: atena(n),
            number: Some(my_number(n)),
            dan_no,
            from: TODAY,
            until: None,
            items: None,
        };
        let job = world.staff("joho", "hub", &["job"]);
        let mut unit = platform::Unit::change(&world.city, &job, "初期移行", kernel::access::Action::Run).await.unwrap();
        loading().step(&mut unit, &[person(1, Some(kept.clone())), person(2, None)]).await.unwrap();
        unit.commit(()).await.unwrap();
        for n in 3..=6 {
            world.enters(&atena(n), my_number(n)).await;
        }
        assert_eq!(world.dan_no(&atena(1)).await, Some(kept.to_string()));
        assert_eq!(world.count("select count(distinct dan_no) as n from hub_person").await, 6);
        done(world).await;
    }
}

/// JTG-13: the two spaces of numbers never meet, also not by a migration.
#[tokio::test]
async fn a_resident_with_a_number_of_the_outsiders_space_is_not_loaded() {
    for world in worlds().await {
        let stray = (50_000_000_000_000..).find_map(|serial| kernel::ident::AtenaNo::issue(serial).ok()).unwrap();
        let last = (0..50_000_000_000_000).rev().find_map(|serial| kernel::ident::AtenaNo::issue(serial).ok()).unwrap();
        let person = |atena_no: kernel::ident::AtenaNo| hub::Resident {
            atena_no,
            number: Some(my_number(1)),
            dan_no: None,
            from: TODAY,
            until: None,
            items: None,
        };
        let job = world.staff("joho", "hub", &["job"]);
        let mut unit = platform::Unit::change(&world.city, &job, "初期移行", kernel::access::Action::Run).await.unwrap();
        let fault = loading().step(&mut unit, &[person(atena(1)), person(stray.clone())]).await.unwrap_err();
        assert!(fault.kind == FaultKind::Conflict && fault.why.contains("移行元"), "{fault}");
        assert!(!fault.to_string().contains(stray.as_str()), "the message names nobody");
        drop(unit);
        let mut unit = platform::Unit::change(&world.city, &job, "初期移行", kernel::access::Action::Run).await.unwrap();
        loading().step(&mut unit, &[person(last)]).await.unwrap();
        unit.commit(()).await.unwrap();
        assert_eq!(world.count(LINKS).await, 1);
        done(world).await;
    }
}

#[tokio::test]
async fn every_statement_and_every_column_is_right_on_both_databases() {
    for world in worlds().await {
        for statement in &world.programme.statements {
            world.city.db().prepare(statement.sql).await.unwrap_or_else(|e| panic!("{}: {e}", statement.name));
        }
        for select in [hub::model::Person::SELECT, hub::model::FormerNumber::SELECT, hub::model::Link::SELECT] {
            world.city.db().prepare(select).await.unwrap();
        }
        done(world).await;
    }
}

#[tokio::test]
async fn who_was_protected_before_the_number_is_told_of_with_it() {
    for world in worlds().await {
        world.protect(&atena(1)).await;
        world.enters(&atena(1), my_number(1)).await;
        world.enters(&atena(2), my_number(2)).await;
        while world.deliver().await > 0 {}
        let [hidden, open] = [world.dan_no(&atena(1)).await.unwrap(), world.dan_no(&atena(2)).await.unwrap()];
        let said = world.heard.since();
        assert!(said.contains(&format!("protect {hidden}")), "{said:?}");
        assert!(!said.contains(&format!("protect {open}")), "{said:?}");
        done(world).await;
    }
}

#[tokio::test]
async fn who_was_protected_before_the_city_was_connected_is_told_of_then() {
    for world in worlds().await {
        for n in 1..=3 {
            world.enters(&atena(n), my_number(n)).await;
        }
        world.protect(&atena(2)).await;
        let (dan_no, heard) = (world.dan_no(&atena(2)).await.unwrap(), Heard::default());
        assert_eq!(hub::lines::announce_all(&world.city, &heard).await.unwrap(), 3);
        let protected: Vec<String> = heard.since().into_iter().filter(|word| word.starts_with("protect")).collect();
        assert_eq!(protected, [format!("protect {dan_no}")]);
        done(world).await;
    }
}

#[tokio::test]
async fn a_round_tells_of_the_protected_whom_no_event_named_and_of_each_once() {
    for world in worlds().await {
        world.enters(&atena(1), my_number(1)).await;
        while world.deliver().await > 0 {}
        world.heard.since();
        let round = &world.programme.chores[0];
        round.run(&world.city).await.unwrap();
        assert!(world.heard.since().is_empty(), "nobody is protected");
        world.protect(&atena(1)).await;
        let dan_no = world.dan_no(&atena(1)).await.unwrap();
        round.run(&world.city).await.unwrap();
        round.run(&world.city).await.unwrap();
        assert_eq!(world.heard.since(), [format!("protect {dan_no}")]);
        done(world).await;
    }
}
