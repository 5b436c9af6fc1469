//! 符号取得, permit, answer and records, from end to end.

use crate::support::{dan, izumi, sakai, shinjuku, worlds};
use wire::inquiry::InquiryState;
use wire::record::Record;

const OUTGOING: &str = "select count(*) as n from refnet_outgoing";
const PASSAGES: &str = "select count(*) as n from refnet_passage";

#[tokio::test]
async fn two_cities_get_different_codes_of_one_person_and_the_same_one_again() {
    for mut world in worlds().await {
        for n in [1, 2] {
            world.acquires(&sakai(), n).await;
            world.acquires(&shinjuku(), n).await;
        }
        let codes = [(sakai(), 1), (sakai(), 2), (shinjuku(), 1), (shinjuku(), 2)].map(|(at, n)| world.code(&at, n).unwrap());
        let different: std::collections::BTreeSet<_> = codes.iter().collect();
        assert_eq!(different.len(), 4);
        // Moved away and back: the city asks again and gets what it had.
        world.gateways.get_mut(&sakai()).unwrap().store.codes.clear();
        world.acquires(&sakai(), 1).await;
        assert_eq!(world.code(&sakai(), 1), Some(codes[0]));
        assert_eq!(world.count("select count(*) as n from refnet_person").await, 2);
        assert_eq!(world.count("select count(*) as n from refnet_code").await, 4);
        world.done().await;
    }
}

#[tokio::test]
async fn an_inquiry_is_permitted_answered_and_recorded_alike_on_three_sides() {
    for mut world in worlds().await {
        world.knows(1).await;
        let request = world.asks(1, false).await;
        world.settle().await;
        assert_eq!((world.inquiry(request).state, world.amount(request).as_deref()), (InquiryState::Answered, Some("100000")));
        world.minutes(3).await;
        let no = world.no(request);
        let network = world.keeper.record(no).await.unwrap().unwrap();
        let at = |institution| -> Record { world.gateways[&institution].store.records[&no].clone() };
        assert_eq!((at(sakai()), at(shinjuku())), (network.clone(), network.clone()));
        assert!(network.granted && network.provided_at.is_some() && !network.hidden);
        assert_eq!(world.count(OUTGOING).await, 0, "delivered messages are gone");
        world.done().await;
    }
}

#[tokio::test]
async fn what_is_outside_of_the_list_is_refused_and_recorded() {
    for mut world in worlds().await {
        world.knows(1).await;
        // 予防接種 may not ask for tax.
        let request = world.asks_for(1, wire::ident::ProcedureId::parse("JT00000000000017").unwrap(), false).await;
        world.settle().await;
        assert_eq!(world.inquiry(request).state, InquiryState::Denied);
        let asker = &world.gateways[&sakai()].store.records;
        assert_eq!(asker.len(), 1);
        let record = asker.values().next().unwrap().clone();
        assert!(!record.granted);
        assert_eq!(world.keeper.record(record.no).await.unwrap(), Some(record));
        assert!(world.gateways[&shinjuku()].store.records.is_empty());
        world.done().await;
    }
}

#[tokio::test]
async fn a_protected_person_is_hidden_on_three_sides_whoever_hides_first() {
    for mut world in worlds().await {
        for n in 1..=3 {
            world.knows(n).await;
        }
        // 照会側不開示; 提供側不開示; and a mark that comes after the answer.
        let shinjukus = dan(&shinjuku(), 2);
        world.gateways.get_mut(&shinjuku()).unwrap().store.hidden.insert(shinjukus);
        let mut asked = vec![];
        for (n, hidden) in [(1, true), (2, false), (3, false)] {
            asked.push(world.asks(n, hidden).await);
        }
        world.settle().await;
        let last = world.no(asked[2]);
        world.at(&shinjuku(), |gateway, turn| gateway.hide(last, turn)).await;
        world.minutes(5).await;
        for request in asked {
            let no = world.no(request);
            let network = world.keeper.record(no).await.unwrap().unwrap();
            assert!(network.hidden);
            for at in [sakai(), shinjuku()] {
                assert_eq!(world.gateways[&at].store.records[&no], network);
            }
        }
        world.done().await;
    }
}

#[tokio::test]
async fn the_same_request_however_often_makes_one_permit() {
    for mut world in worlds().await {
        world.knows(1).await;
        let request = world.asks(1, false).await;
        let said = world.overheard.clone();
        for message in said.iter().cycle().take(said.len() * 3) {
            world.keeper.hear(&message.from, vec![message.body.clone()]).await.unwrap();
        }
        world.settle().await;
        world.minutes(2).await;
        assert_eq!(world.inquiry(request).state, InquiryState::Answered);
        assert_eq!((world.count(PASSAGES).await, world.gateways[&shinjuku()].store.provisions.len()), (1, 1));
        world.done().await;
    }
}

#[tokio::test]
async fn a_city_that_nobody_told_about_the_person_is_asked_and_says_so() {
    for mut world in worlds().await {
        world.acquires(&sakai(), 1).await;
        let request = world.asks(1, false).await;
        world.settle().await;
        assert_eq!(world.inquiry(request).state, InquiryState::NoData);
        assert!(world.gateways[&izumi()].store.records.is_empty());
        world.done().await;
    }
}

#[tokio::test]
async fn records_stay_for_seven_years_and_leave_a_proof() {
    for mut world in worlds().await {
        world.knows(1).await;
        let request = world.asks(1, false).await;
        world.settle().await;
        let no = world.no(request);
        let code = world.code(&sakai(), 1).unwrap();
        let notice = refnet::NewNotice { reference: "R8-1".into(), code, title: "現況届".into(), text: "提出".into() };
        world.keeper.post_notice(&sakai(), &notice).await.unwrap();
        world.clock.set(kernel::Date::constant(2033, 11, 20));
        assert_eq!(world.keeper.remove_old().await.unwrap(), 0, "the last day");
        assert_eq!(world.count("select count(*) as n from refnet_notice").await, 0, "a notice goes after a year");
        let record = world.keeper.record(no).await.unwrap().unwrap();
        world.clock.set(kernel::Date::constant(2033, 11, 21));
        assert_eq!(world.keeper.remove_old().await.unwrap(), 1);
        assert_eq!((world.keeper.record(no).await.unwrap(), world.count(PASSAGES).await), (None, 0));
        let mut tx = world.database.db.read().await.unwrap();
        let row = tx.one("select digest, kept_until from refnet_removal", vec![]).await.unwrap();
        assert_eq!(row.get::<Vec<u8>>("digest").unwrap(), record.digest().as_bytes());
        assert_eq!(row.get::<kernel::Date>("kept_until").unwrap(), kernel::Date::constant(2033, 11, 20));
        drop(tx);
        assert_eq!(world.keeper.remove_old().await.unwrap(), 0);
        world.done().await;
    }
}
