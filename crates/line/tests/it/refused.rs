//! Everybody else is refused, before anything is said, and told what to do.

use crate::support::{Authority, LOCAL, SAKAI, Zone, client, clock, name};
use jiff::SignedDuration;
use kernel::time::Clock;
use line::{Client, Identity, LineError, Refusal, Timeouts};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn a_peer_of_another_authority_is_refused_by_both_sides() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let zone = Zone::start(&ours.identity("network"), &ours.clock).await;
    let stranger = theirs.client(SAKAI);
    assert_eq!(zone.hears(&stranger, "network").await, Err(LineError::UnknownCa(zone.at.clone())));

    // One who knows our authority, but was not issued by it.
    let forged = ours.ca.issue(&name(SAKAI), LOCAL, ours.clock.now(), SignedDuration::from_hours(1)).unwrap();
    let place = crate::support::folder();
    forged.store(&place).unwrap();
    let theirs_place = crate::support::folder();
    theirs.identity(SAKAI).store(&theirs_place).unwrap();
    let read = |folder: &std::path::Path| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(folder.join("identity.json")).unwrap()).unwrap()
    };
    let mut mixed = read(&theirs_place);
    mixed["authority"] = read(&place)["authority"].clone();
    std::fs::write(place.join("identity.json"), mixed.to_string()).unwrap();
    let mixed = client(&Identity::load(&place).unwrap(), &ours.clock);
    let refused = zone.hears(&mixed, "network").await.unwrap_err();
    assert_eq!(refused, LineError::Refused(zone.at.clone(), Refusal::UnknownCa));
    assert!(refused.to_string().contains("同じ認証局から発行し直してください"));
    assert_eq!(zone.count(), 0);
}

#[tokio::test]
async fn a_certificate_past_its_time_is_refused_by_both_sides() {
    let all = Authority::new();
    let hour = SignedDuration::from_hours(1);
    let short = |peer: &str| all.ca.issue(&name(peer), LOCAL, all.clock.now(), hour).unwrap();
    let (old_zone, zone) =
        (Zone::start(&short("network"), &all.clock).await, Zone::start(&all.identity("network"), &all.clock).await);
    let (old_client, good) = (client(&short(SAKAI), &all.clock), all.client(SAKAI));
    zone.hears(&all.client(SAKAI), "network").await.unwrap();
    all.clock.advance(Duration::from_secs(3601));
    let refused = zone.hears(&old_client, "network").await.unwrap_err();
    assert_eq!(refused, LineError::Refused(zone.at.clone(), Refusal::Expired));
    assert!(refused.to_string().contains("証明書の更新を確かめてください"));
    let refused = old_zone.hears(&good, "network").await.unwrap_err();
    assert_eq!(refused, LineError::OutOfDate(old_zone.at.clone()));
    assert_eq!((zone.count(), old_zone.count()), (1, 0));
}

#[tokio::test]
async fn a_server_that_is_somebody_else_gets_nothing() {
    let all = Authority::new();
    let zone = Zone::start(&all.identity("gateway:0220113104110001"), &all.clock).await;
    let refused = zone.hears(&all.client("network"), SAKAI).await.unwrap_err();
    assert!(matches!(&refused, LineError::WrongPeer { found, .. } if found == "gateway:0220113104110001"), "{refused}");
    assert!(refused.to_string().contains("何も送っていません"));
    assert_eq!(zone.count(), 0);
    // The right peer under a host name that its certificate does not have.
    let elsewhere = all.ca.issue(&name("network"), &["network.example"], all.clock.now(), SignedDuration::from_hours(1)).unwrap();
    let zone = Zone::start(&elsewhere, &all.clock).await;
    assert_eq!(zone.hears(&all.client(SAKAI), "network").await, Err(LineError::WrongHost(zone.at.clone())));
    assert_eq!(zone.count(), 0);
}

#[tokio::test]
async fn nobody_gets_in_without_a_certificate() {
    let all = Authority::new();
    let zone = Zone::start(&all.identity("network"), &all.clock).await;
    let mut roots = rustls::RootCertStore::empty();
    let place = crate::support::folder();
    all.identity(SAKAI).store(&place).unwrap();
    let papers: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(place.join("identity.json")).unwrap()).unwrap();
    let authority = papers["authority"].as_str().unwrap().to_owned();
    use rustls::pki_types::pem::PemObject;
    roots.add(rustls::pki_types::CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into());
    let config = config.with_protocol_versions(&[&rustls::version::TLS13]).unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(&zone.at).await.unwrap();
    let host = rustls::pki_types::ServerName::try_from("127.0.0.1").unwrap();
    let talked = async {
        let mut stream = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config)).connect(host, stream).await?;
        let mut answer = vec![];
        stream.read_to_end(&mut answer).await.map(|_| answer)
    };
    let error = talked.await.unwrap_err();
    assert!(error.to_string().contains("CertificateRequired"), "{error}");
    assert_eq!(zone.count(), 0);
}

#[tokio::test]
async fn plain_http_is_told_to_use_a_certificate_and_never_spoken() {
    let all = Authority::new();
    let zone = Zone::start(&all.identity("network"), &all.clock).await;
    let mut plain = TcpStream::connect(&zone.at).await.unwrap();
    plain.write_all(b"POST /messages HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    plain.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("認証局が発行した証明書を使い"), "{answer}");
    assert_eq!(zone.count(), 0);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    });
    let refused = all.client(SAKAI).post(&at, &name("network"), "/messages", &"hello").await.unwrap_err();
    assert_eq!(refused, LineError::NotTls(at));
}

#[tokio::test]
async fn nobody_there_and_nobody_who_answers_are_told_apart() {
    let all = Authority::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = listener.local_addr().unwrap().to_string();
    let quick = Timeouts { connect: Duration::from_millis(200), answer: Duration::from_millis(400) };
    let gateway = Client::new(&all.identity(SAKAI), clock(), quick).unwrap();
    let asked = gateway.post(&silent, &name("network"), "/messages", &1).await;
    assert_eq!(asked, Err(LineError::TimedOut(silent.clone())));
    drop(listener);
    assert_eq!(gateway.post(&silent, &name("network"), "/messages", &1).await, Err(LineError::Unreachable(silent)));
}

#[tokio::test]
async fn connections_of_somebody_without_a_certificate_do_not_lock_others_out() {
    let all = Authority::new();
    let zone = Zone::start(&all.identity("network"), &all.clock).await;
    // All places are taken by somebody who says nothing.
    let mut silent = vec![];
    for _ in 0..1024 {
        silent.push(TcpStream::connect(&zone.at).await.unwrap());
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut one_more = TcpStream::connect(&zone.at).await.unwrap();
    let mut nothing = [0; 1];
    let closed = tokio::time::timeout(Duration::from_secs(2), one_more.read(&mut nothing)).await;
    assert!(matches!(closed, Ok(Ok(0) | Err(_))), "closed at once, not kept waiting");
    // They lose their places when they go, or after the ten seconds that a handshake may take.
    drop(silent);
    tokio::time::sleep(Duration::from_millis(200)).await;
    zone.hears(&all.client(SAKAI), "network").await.unwrap();
}
