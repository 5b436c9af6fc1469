//! Permits and speakers that are not honoured.

use crate::support::{World, izumi, sakai, shinjuku, worlds};
use std::time::Duration;
use wire::error::ExchangeError;
use wire::ident::{InstitutionCode, RequestId};
use wire::inquiry::InquiryState;
use wire::machine::{Alarm, Body, Effect, Message, Party};

const PASSAGES: &str = "select count(*) as n from refnet_passage";
const OUTGOING: &str = "select count(*) as n from refnet_outgoing";

/// The question of an inquiry, as Sakai sent it.
fn question(world: &World) -> Message {
    world.overheard.iter().find(|m| matches!(m.body, Body::Inquiry { .. })).cloned().unwrap()
}

fn gateway(of: InstitutionCode) -> Party {
    Party::Gateway(of)
}

/// One answered inquiry.
async fn answered(world: &mut World) -> RequestId {
    world.knows(1).await;
    let request = world.asks(1, false).await;
    world.settle().await;
    assert_eq!(world.inquiry(request).state, InquiryState::Answered);
    request
}

#[tokio::test]
async fn a_permit_in_another_citys_hands_opens_nothing() {
    for mut world in worlds().await {
        answered(&mut world).await;
        let asked = question(&world);
        // Izumi found Sakai's permit and asks with it.
        world.keeper.hear(&gateway(izumi()), vec![asked.body]).await.unwrap();
        assert_eq!(world.count(OUTGOING).await, 0, "nothing is passed on");
        world.done().await;
    }
}

#[tokio::test]
async fn a_permit_used_again_gets_the_same_answer_and_makes_no_second_record() {
    for mut world in worlds().await {
        let request = answered(&mut world).await;
        let before = world.keeper.record(world.no(request)).await.unwrap();
        for _ in 0..3 {
            world.keeper.hear(&gateway(sakai()), vec![question(&world).body]).await.unwrap();
            world.settle().await;
        }
        let provisions = &world.gateways[&shinjuku()].store.provisions;
        assert_eq!((provisions.len(), world.gateways[&shinjuku()].store.records.len()), (1, 1));
        assert_eq!(world.keeper.record(world.no(request)).await.unwrap(), before);
        world.done().await;
    }
}

#[tokio::test]
async fn a_permit_with_other_terms_or_another_signature_is_not_passed_on() {
    for mut world in worlds().await {
        answered(&mut world).await;
        let Body::Inquiry { permit, sealed } = question(&world).body else { unreachable!() };
        // More items than were granted, under the old signature.
        let mut wider = permit.clone();
        wider.terms.items.push(wire::ident::ItemId::parse("扶養人数").unwrap());
        // A permit that Sakai signed itself.
        let own = wire::permit::NetworkKey::from_seed(&[3; 32]).unwrap();
        let forged = wire::permit::Permit::sign((*permit.terms).clone(), &own);
        for permit in [wider, forged] {
            let asked = Body::Inquiry { permit: permit.clone(), sealed: sealed.clone() };
            world.keeper.hear(&gateway(sakai()), vec![asked.clone()]).await.unwrap();
            assert_eq!(world.count(OUTGOING).await, 0);
            // And if it reached the provider after all, it would be refused there and told to the operators.
            let mut alarms = vec![];
            world
                .at(&shinjuku(), |gateway, turn| {
                    let effects = gateway.hear(&Party::Network, asked, turn);
                    alarms = effects.iter().filter(|e| matches!(e, Effect::Alarm(Alarm::Permit(_)))).cloned().collect();
                    effects.into_iter().filter(|e| !matches!(e, Effect::Send { .. })).collect()
                })
                .await;
            assert_eq!(alarms.len(), 1);
        }
        world.done().await;
    }
}

#[tokio::test]
async fn a_permit_past_its_time_is_refused() {
    for mut world in worlds().await {
        world.knows(1).await;
        let request = world.asks(1, false).await;
        // The permit arrives, and the question stays on the way for more than a day.
        world.keeper.send_due(&world.post).await.unwrap();
        let arrived: Vec<_> = std::mem::take(&mut *world.post.arrived.lock().unwrap());
        let permit = arrived.into_iter().find(|(_, body)| matches!(body, Body::PermitGranted(_))).unwrap().1;
        world.at(&sakai(), |gateway, turn| gateway.hear(&Party::Network, permit, turn)).await;
        world.clock.pass_seconds(Duration::from_secs(25 * 3600).as_secs());
        // What waited for longer than an hour is dropped; the gateway asks again, with the permit that it has.
        world.minutes(2).await;
        let inquiry = world.inquiry(request);
        assert_eq!((inquiry.state, inquiry.error), (InquiryState::Refused, Some(ExchangeError::PermitExpired)));
        world.done().await;
    }
}

#[tokio::test]
async fn nobody_speaks_in_anothers_name_and_only_juki_asks_for_codes() {
    for mut world in worlds().await {
        answered(&mut world).await;
        let heard = world.overheard.clone();
        let before = (world.count(PASSAGES).await, world.count("select count(*) as n from refnet_code").await);
        for message in heard {
            for stranger in [gateway(izumi()), Party::Juki, Party::City(sakai()), Party::Network] {
                world.keeper.hear(&stranger, vec![message.body.clone()]).await.unwrap();
            }
        }
        let code = |institution| Body::CodeRequest {
            acquisition: wire::code::AcquisitionNo::from_bytes([1; 16]),
            lineage: crate::support::lineage(9),
            institution,
        };
        world.keeper.hear(&gateway(izumi()), vec![code(izumi())]).await.unwrap();
        // Not even 住基ネット gets one for an institution that is not on the network.
        let stranger = InstitutionCode::parse("0999999999999999").unwrap();
        world.keeper.hear(&Party::Juki, vec![code(stranger)]).await.unwrap();
        let after = (world.count(PASSAGES).await, world.count("select count(*) as n from refnet_code").await);
        assert_eq!((before, world.count(OUTGOING).await), (after, 0));
        world.done().await;
    }
}

#[tokio::test]
async fn a_test_touches_nothing_real_and_production_can_be_closed() {
    for mut world in worlds().await {
        world.knows(1).await;
        world.keeper.set_faults(&refnet::Faults { production: false, ..refnet::Faults::default() }).await.unwrap();
        let request = world.asks(1, false).await;
        world.minutes(3).await;
        assert_eq!((world.inquiry(request).state, world.count(PASSAGES).await), (InquiryState::PermitRequested, 0));
        // A test is served, recorded as a test, and refused by a provider in production.
        let ask = world.overheard.iter().rev().find_map(|m| match &m.body {
            Body::PermitRequest(ask) => Some((**ask).clone()),
            _ => None,
        });
        let ask = wire::machine::Ask { mode: wire::ident::Mode::Test, request: RequestId::from_bytes([7; 16]), ..ask.unwrap() };
        world.keeper.hear(&gateway(sakai()), vec![Body::PermitRequest(Box::new(ask))]).await.unwrap();
        world.settle().await;
        assert_eq!(world.count("select count(*) as n from refnet_record where mode = 'test'").await, 1);
        assert!(world.gateways[&shinjuku()].store.records.is_empty());
        world.keeper.set_faults(&refnet::Faults::default()).await.unwrap();
        world.minutes(40).await;
        assert_eq!(world.inquiry(request).state, InquiryState::Answered, "the real one goes on by itself");
        world.done().await;
    }
}
