//! Nothing is lost: crashes, lines that are down, and troubles on demand.

use crate::support::{Post, sakai, shinjuku, worlds};
use platform::keys::Keys;
use refnet::{Faults, Keeper};
use std::sync::atomic::Ordering;
use wire::inquiry::InquiryState;
use wire::machine::Party;

const OUTGOING: &str = "select count(*) as n from refnet_outgoing";

#[tokio::test]
async fn a_crash_between_commit_and_sending_loses_nothing() {
    for mut world in worlds().await {
        world.knows(1).await;
        let request = world.asks(1, false).await;
        assert!(world.count(OUTGOING).await >= 2, "permit and notice are durable, and not sent");
        let public = world.keeper.public();
        // The process dies; another one opens the same database with the same key ring.
        world.keeper = Keeper::open(world.keeper.city().clone()).await.unwrap();
        assert_eq!(world.keeper.public(), public, "the same network");
        world.settle().await;
        assert_eq!(world.inquiry(request).state, InquiryState::Answered);
        world.done().await;
    }
}

#[tokio::test]
async fn a_crash_after_sending_sends_twice_and_harms_nobody() {
    for mut world in worlds().await {
        world.knows(1).await;
        let request = world.asks(1, false).await;
        // Delivered, but the process dies before the queue knows it: the same rows stand there again.
        let mut tx = world.database.db.write().await.unwrap();
        let copy = "insert into refnet_outgoing (receiver, body, attempts, due, created_at) \
                    select receiver, body, attempts, due, created_at from refnet_outgoing";
        tx.run(copy, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        world.settle().await;
        world.minutes(3).await;
        assert_eq!(world.inquiry(request).state, InquiryState::Answered);
        let no = world.no(request);
        let network = world.keeper.record(no).await.unwrap().unwrap();
        for at in [sakai(), shinjuku()] {
            assert_eq!((world.gateways[&at].store.records.len(), &world.gateways[&at].store.records[&no]), (1, &network));
        }
        world.done().await;
    }
}

#[tokio::test]
async fn what_cannot_be_delivered_waits_and_arrives_later() {
    for mut world in worlds().await {
        world.knows(1).await;
        let request = world.asks(1, false).await;
        *world.post.unreachable.lock().unwrap() = Some(Party::Gateway(shinjuku()));
        world.settle().await;
        assert_eq!(world.inquiry(request).state, InquiryState::Permitted, "the asker has its permit");
        let waiting = world.count(OUTGOING).await;
        assert!(waiting > 0);
        assert_eq!(world.keeper.send_due(&world.post).await.unwrap(), refnet::Sent::default(), "not at once again");
        // While it does not answer, what is new for it waits too, and nobody else does.
        let other = world.asks(1, false).await;
        let tried = world.post.tried.load(Ordering::SeqCst);
        world.settle().await;
        assert_eq!((world.inquiry(other).state, world.post.tried.load(Ordering::SeqCst)), (InquiryState::Permitted, tried));
        *world.post.unreachable.lock().unwrap() = None;
        world.minutes(2).await;
        assert_eq!(world.inquiry(other).state, InquiryState::Answered);
        assert_eq!((world.inquiry(request).state, world.count(OUTGOING).await), (InquiryState::Answered, 0));
        world.done().await;
    }
}

#[tokio::test]
async fn loss_duplication_delay_and_reordering_change_no_result() {
    for mut world in worlds().await {
        for n in 1..=6 {
            world.knows(n).await;
        }
        let faults = Faults { loss: 300, twice: 300, delay: 90, reorder: true, ..Faults::default() };
        world.keeper.set_faults(&faults).await.unwrap();
        let mut requests = vec![];
        for n in 1..=6 {
            requests.push(world.asks(n, n % 3 == 0).await);
        }
        world.minutes(90).await;
        world.keeper.set_faults(&Faults::default()).await.unwrap();
        world.minutes(45).await;
        for (n, request) in (1..).zip(requests) {
            assert_eq!(world.amount(request), Some(format!("{n}00000")), "{:?}", world.inquiry(request).state);
            let no = world.no(request);
            let network = world.keeper.record(no).await.unwrap().unwrap();
            for at in [sakai(), shinjuku()] {
                assert_eq!(world.gateways[&at].store.records[&no], network);
            }
        }
        assert_eq!(world.gateways[&shinjuku()].store.provisions.len(), 6, "each question was answered once");
        world.done().await;
    }
}

#[tokio::test]
async fn an_outage_hears_nothing_sends_nothing_and_everything_goes_on_afterwards() {
    for mut world in worlds().await {
        world.knows(1).await;
        world.keeper.set_faults(&Faults { outage: true, ..Faults::default() }).await.unwrap();
        let request = world.asks(1, false).await;
        world.minutes(10).await;
        assert_eq!(world.inquiry(request).state, InquiryState::PermitRequested);
        assert_eq!(world.count("select count(*) as n from refnet_passage").await, 0);
        let refused = world.keeper.hear(&Party::Juki, vec![]).await.unwrap_err();
        assert_eq!(refused.kind, platform::fault::FaultKind::Unavailable);
        world.keeper.set_faults(&Faults::default()).await.unwrap();
        world.minutes(40).await;
        assert_eq!(world.inquiry(request).state, InquiryState::Answered);
        world.done().await;
    }
}

#[tokio::test]
async fn another_key_ring_does_not_open_the_network() {
    for world in worlds().await {
        let foreign = crate::support::zone(&world.database, Keys::ephemeral().unwrap(), world.clock.clone());
        assert!(Keeper::open(foreign).await.is_err());
        world.done().await;
    }
}

#[tokio::test]
async fn every_statement_is_valid_on_both_databases() {
    for world in worlds().await {
        for statement in refnet::programme().statements {
            world.database.db.prepare(statement.sql).await.unwrap_or_else(|e| panic!("{}: {e}", statement.sql));
        }
        world.done().await;
    }
}

#[tokio::test]
async fn no_code_and_no_lineage_lies_readable_on_disk() {
    for mut world in worlds().await {
        world.knows(1).await;
        world.asks(1, false).await;
        world.settle().await;
        let (code, amount) = (world.code(&sakai(), 1).unwrap(), "100000");
        world.post = Post::default();
        let Some(file) = world.database.file.clone() else {
            world.done().await;
            continue;
        };
        world.database.db.close().await;
        let mut bytes = vec![];
        for entry in std::fs::read_dir(file.parent().unwrap()).unwrap() {
            bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
        assert!(holds(sakai().as_str().as_bytes()), "the search looks at the right files");
        for secret in [code.to_string(), crate::support::lineage(1).to_string()] {
            assert!(!holds(secret.as_bytes()));
        }
        assert!(!holds(code.as_bytes()) && !holds(&[1; 32]) && !holds(amount.as_bytes()));
        std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
    }
}
