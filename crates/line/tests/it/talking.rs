//! The right peers talk.

use crate::support::{Authority, LOCAL, SAKAI, WEEK, Zone, client, folder, name};
use axum::routing::post;
use axum::{Extension, Router};
use kernel::time::Clock;
use line::{Certificates, Identity, keep_fresh, serve};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

#[tokio::test]
async fn the_right_peers_talk_and_the_server_knows_who_speaks() {
    let all = Authority::new();
    let zone = Zone::start(&all.identity("network"), &all.clock).await;
    let answer = zone.hears(&all.client(SAKAI), "network").await.unwrap();
    assert_eq!((answer.status, &answer.body[..]), (200, format!("{SAKAI} true \"hello\"").as_bytes()));
    let answer = zone.hears(&all.client("portal"), "network").await.unwrap();
    assert_eq!(&answer.body[..], b"portal false \"hello\"", "a process that is no party of the exchange");
    let answer = all.client("juki").post(&zone.at, &name("network"), "/elsewhere", &1).await.unwrap();
    assert!(answer.status == 404 && !answer.is_success(), "any status is an answer");
}

#[tokio::test]
async fn the_server_knows_how_long_both_certificates_are_valid() {
    let all = Authority::new();
    let network = all.identity("network");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap().to_string();
    let told = async |Extension(c): Extension<Certificates>| format!("{} {}", c.peer_until, c.ours_until);
    let (ours, clock) = (network.clone(), all.clock.clone());
    let router = Router::new().route("/messages", post(told));
    tokio::spawn(async move { serve(listener, &ours, clock, router, std::future::pending()).await });
    let sakai = all.identity(SAKAI);
    let caller = client(&sakai, &all.clock);
    let answer = caller.post(&at, &name("network"), "/messages", &"hello").await.unwrap();
    let seconds = |at: kernel::time::Timestamp| kernel::time::Timestamp::from_second(at.as_second()).unwrap();
    let expected = format!("{} {}", seconds(sakai.expires_at()), network.expires_at());
    assert_eq!(String::from_utf8(answer.body.to_vec()).unwrap(), expected);
}

/// Passes connections on to a zone and counts them.
async fn counting_front(zone: String) -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (at, counted) = (listener.local_addr().unwrap().to_string(), Arc::new(AtomicU64::new(0)));
    let count = counted.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let mut on = TcpStream::connect(&zone).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut stream, &mut on).await });
        }
    });
    (at, counted)
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let all = Authority::new();
    let zone = Zone::start(&all.identity("network"), &all.clock).await;
    let (at, counted) = counting_front(zone.at.clone()).await;
    let gateway = all.client(SAKAI);
    for _ in 0..20 {
        gateway.post(&at, &name("network"), "/messages", &"hello").await.unwrap();
    }
    assert_eq!((zone.count(), counted.load(Ordering::SeqCst)), (20, 1));
}

#[tokio::test]
async fn certificates_are_renewed_while_both_sides_run() {
    let all = Authority::new();
    let (server, caller) = (folder(), folder());
    for (place, peer) in [(&server, "network"), (&caller, SAKAI)] {
        all.identity(peer).store(place).unwrap();
    }
    let (network, sakai) = (Identity::load(&server).unwrap(), Identity::load(&caller).unwrap());
    let zone = Zone::start(&network, &all.clock).await;
    let gateway = client(&sakai, &all.clock);
    zone.hears(&gateway, "network").await.unwrap();
    let first = network.expires_at();

    let day = Duration::from_secs(24 * 3600);
    all.clock.advance(day * 4);
    assert!(!all.ca.renew_due(&server, all.clock.now()).unwrap(), "two thirds of a week are not over after four days");
    all.clock.advance(day);
    for (place, identity) in [(&server, &network), (&caller, &sakai)] {
        assert!(all.ca.renew_due(place, all.clock.now()).unwrap());
        assert!(!all.ca.renew_due(place, all.clock.now()).unwrap(), "once is enough");
        assert!(identity.refresh().unwrap() && !identity.refresh().unwrap());
    }
    assert!(network.expires_at() > first && network.peer() == name("network"));

    // Past the life of the first certificates, the same running server and client still talk.
    all.clock.advance(day * 4);
    assert!(all.clock.now() > first);
    zone.hears(&gateway, "network").await.unwrap();
    assert_eq!(zone.count(), 2);
}

#[tokio::test]
async fn the_authoritys_process_and_the_zones_process_do_it_without_anybody() {
    let all = Authority::new();
    let place = folder();
    all.identity("network").store(&place).unwrap();
    let identity = Identity::load(&place).unwrap();
    let first = identity.expires_at();
    all.clock.advance(Duration::from_secs(5 * 24 * 3600));
    let (often, stop) = (Duration::from_millis(10), || tokio::time::sleep(Duration::from_millis(300)));
    let folders = [place, folder()];
    tokio::join!(keep_fresh(&all.ca, &folders, all.clock.as_ref(), often, stop()), identity.follow(often, stop()));
    assert!(identity.expires_at() > first, "a folder without an identity does not stop the others");
}

#[tokio::test]
async fn a_server_that_stops_finishes_what_it_was_asked() {
    let all = Authority::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap().to_string();
    let (stop, stopped) = oneshot::channel::<()>();
    let slow = || async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        "done"
    };
    let (identity, clock) = (all.ca.issue(&name("network"), LOCAL, all.clock.now(), WEEK).unwrap(), all.clock.clone());
    let router = Router::new().route("/slow", post(slow));
    let running = tokio::spawn(async move {
        serve(listener, &identity, clock, router, async { stopped.await.unwrap_or(()) }).await.unwrap();
    });
    let gateway = all.client(SAKAI);
    let peer = name("network");
    let asked = gateway.post(&at, &peer, "/slow", &());
    let (answer, ()) = tokio::join!(asked, async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.send(()).unwrap();
    });
    assert_eq!(&answer.unwrap().body[..], b"done");
    tokio::time::timeout(Duration::from_secs(4), running).await.unwrap().unwrap();
}
