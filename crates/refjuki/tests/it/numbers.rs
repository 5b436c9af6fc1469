//! 符号取得, newborns, and changes of 個人番号.

use crate::support::{acquisition, facts, number, people, resident_code, sakai, shinjuku, worlds};
use platform::fault::FaultKind;
use refjuki::{Sought, Standing};
use wire::machine::{Body, NoCode, Party};

#[tokio::test]
async fn the_network_is_asked_by_lineage_and_never_by_a_number() {
    for world in worlds().await {
        world.keeper.code(&sakai(), &number(1), acquisition(1)).await.unwrap();
        let sent = world.sent().await;
        let [(Party::Network, Body::CodeRequest { acquisition: no, institution, .. })] = sent.as_slice() else {
            panic!("{sent:?}")
        };
        assert_eq!((*no, institution), (acquisition(1), &sakai()));
        let text = serde_json::to_string(&sent[0].1).unwrap();
        assert!(!text.contains(number(1).expose()) && !text.contains(resident_code(1).as_str()));
        // A person has one lineage, whichever city asks; another person another.
        let (here, there) = (world.lineage(&sakai(), &number(1)).await, world.lineage(&shinjuku(), &number(1)).await);
        assert!(here.is_some() && here == there && here != world.lineage(&sakai(), &number(2)).await);
        assert_eq!(world.count("select count(*) as n from refjuki_outgoing").await, 0, "nothing about an acquisition is kept");
        world.database.remove().await;
    }
}

#[tokio::test]
async fn who_has_no_resident_code_today_gets_no_code() {
    for world in worlds().await {
        world.keeper.ended(&sakai(), &number(1), Standing::Deceased).await.unwrap();
        world.keeper.ended(&sakai(), &number(2), Standing::Abroad).await.unwrap();
        for n in [1, 2, 77] {
            world.keeper.code(&sakai(), &number(n), acquisition(1)).await.unwrap();
            let none = Body::CodeUnavailable { acquisition: acquisition(1), reason: NoCode::NoResidentCode };
            assert_eq!(world.sent().await, [(Party::Gateway(sakai()), none)]);
        }
        // Back from abroad: the same lineage as before would have been used.
        world.keeper.moved_in(&sakai(), &number(2), "堺市北区新金岡町5丁1番4号").await.unwrap();
        assert!(world.lineage(&sakai(), &number(2)).await.is_some());
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_changed_individual_number_keeps_the_lineage() {
    for world in worlds().await {
        let before = world.lineage(&sakai(), &number(1)).await;
        let fresh = world.keeper.change(&sakai(), &number(1), "漏えいのおそれ").await.unwrap();
        assert!(fresh != number(1));
        assert_eq!(world.lineage(&sakai(), &fresh).await, before);
        assert_eq!(world.lineage(&sakai(), &number(1)).await, None, "the former number gets no 符号");
        let found = world.keeper.look_up(&sakai(), "juki", &Sought::Number(number(1))).await.unwrap();
        assert!(found.len() == 1 && found[0].number_changed && found[0].numbers.individual_number == fresh);
        assert!(world.keeper.change(&sakai(), &number(1), "もう一度").await.is_err(), "it is nobody's number today");
        // A former number is never given to anybody again.
        let mut again = people().remove(0);
        again.individual_number = fresh;
        again.resident_code = resident_code(50);
        assert_eq!(world.keeper.register(&[again]).await.unwrap_err().kind, FaultKind::Conflict);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn who_moves_away_and_back_keeps_the_lineage() {
    for world in worlds().await {
        let before = world.lineage(&sakai(), &number(1)).await;
        world.keeper.moved_in(&shinjuku(), &number(1), "新宿区歌舞伎町1丁目4番1号").await.unwrap();
        let fresh = world.keeper.change(&shinjuku(), &number(1), "漏えいのおそれ").await.unwrap();
        assert_eq!(world.lineage(&shinjuku(), &fresh).await, before);
        world.keeper.moved_in(&sakai(), &fresh, "堺市堺区南瓦町3番1号").await.unwrap();
        assert_eq!(world.lineage(&sakai(), &fresh).await, before);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_newborn_gets_both_numbers_once() {
    for world in worlds().await {
        let first = world.keeper.newborn(&sakai(), "R8-0001", &facts("堺　結菜")).await.unwrap();
        let again = world.keeper.newborn(&sakai(), "R8-0001", &facts("堺　結菜")).await.unwrap();
        assert_eq!(first, again);
        let sibling = world.keeper.newborn(&sakai(), "R8-0002", &facts("堺　結愛")).await.unwrap();
        let elsewhere = world.keeper.newborn(&shinjuku(), "R8-0001", &facts("新宿　蓮")).await.unwrap();
        assert!(first.individual_number != sibling.individual_number && first.resident_code != sibling.resident_code);
        assert!(first != elsewhere, "each city counts for itself");
        assert!(world.lineage(&sakai(), &first.individual_number).await.is_some());
        assert_eq!(world.count("select count(*) as n from refjuki_person").await, 6);
        assert!(world.keeper.newborn(&sakai(), "", &facts("堺　無名")).await.is_err());
        world.database.remove().await;
    }
}

#[tokio::test]
async fn only_the_city_of_residence_reports_about_a_person() {
    for world in worlds().await {
        for refused in [
            world.keeper.change(&shinjuku(), &number(1), "他市から").await.map(drop),
            world.keeper.ended(&shinjuku(), &number(1), Standing::Deceased).await,
        ] {
            assert_eq!(refused.unwrap_err().kind, FaultKind::Refused);
        }
        world.keeper.moved_in(&shinjuku(), &number(1), "新宿区歌舞伎町1丁目4番1号").await.unwrap();
        assert_eq!(world.keeper.ended(&sakai(), &number(1), Standing::Deceased).await.unwrap_err().kind, FaultKind::Refused);
        world.keeper.change(&shinjuku(), &number(1), "転入先で").await.unwrap();
        world.database.remove().await;
    }
}

#[tokio::test]
async fn what_the_network_cannot_take_waits() {
    for world in worlds().await {
        *world.post.down.lock().unwrap() = true;
        world.keeper.code(&sakai(), &number(1), acquisition(1)).await.unwrap();
        assert_eq!(world.sent().await, []);
        *world.post.down.lock().unwrap() = false;
        assert_eq!(world.sent().await, [], "not at once again");
        world.clock.pass_seconds(2);
        assert_eq!(world.sent().await.len(), 1);
        world.database.remove().await;
    }
}

#[tokio::test]
async fn a_card_lets_its_holder_into_the_portal_under_the_lineage() {
    for world in worlds().await {
        let lineage = world.lineage(&sakai(), &number(1)).await.unwrap();
        let token = world.keeper.portal_user(&number(1)).await.unwrap();
        world.sent().await;
        assert_eq!(*world.post.users.lock().unwrap(), [(lineage, token.clone())]);
        assert_eq!(token.len(), 64);
        assert!(world.keeper.portal_user(&number(77)).await.is_err());
        world.database.remove().await;
    }
}
