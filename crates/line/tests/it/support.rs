//! An authority, zones that serve, and clients that call.

use axum::body::Bytes;
use axum::routing::post;
use axum::{Extension, Router};
use jiff::SignedDuration;
use kernel::time::Clock;
use line::{Answer, Ca, Client, Identity, LineError, PeerName, Timeouts, serve};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use testkit::FixedClock;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);
pub const LOCAL: &[&str] = &["127.0.0.1", "localhost"];
pub const SAKAI: &str = "gateway:0220127140310001";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// A folder of this test's own.
pub fn folder() -> PathBuf {
    let n = NEXT.fetch_add(1, Ordering::SeqCst);
    std::env::temp_dir().join(format!("atena-line-{}-{n}", std::process::id()))
}

pub fn name(text: &str) -> PeerName {
    PeerName::parse(text).unwrap()
}

pub fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at("2026-11-20T10:00:00+09:00"))
}

pub struct Authority {
    pub ca: Ca,
    pub clock: Arc<FixedClock>,
}

impl Authority {
    pub fn new() -> Self {
        let clock = clock();
        Self { ca: Ca::create(&folder(), clock.now()).unwrap(), clock }
    }

    pub fn identity(&self, peer: &str) -> Identity {
        self.ca.issue(&name(peer), LOCAL, self.clock.now(), WEEK).unwrap()
    }

    pub fn client(&self, peer: &str) -> Client {
        client(&self.identity(peer), &self.clock)
    }
}

pub fn client(identity: &Identity, clock: &Arc<FixedClock>) -> Client {
    let timeouts = Timeouts { connect: Duration::from_secs(5), answer: Duration::from_secs(5) };
    Client::new(identity, clock.clone(), timeouts).unwrap()
}

/// A running zone. It says who spoke, as which party of the exchange, and what; it counts what reached it.
pub struct Zone {
    pub at: String,
    pub heard: Arc<AtomicU64>,
    running: JoinHandle<()>,
}

impl Zone {
    pub async fn start(identity: &Identity, clock: &Arc<FixedClock>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        let heard = Arc::new(AtomicU64::new(0));
        let count = heard.clone();
        let hear =
            async move |Extension(peer): Extension<PeerName>, party: Option<Extension<wire::machine::Party>>, body: Bytes| {
                count.fetch_add(1, Ordering::SeqCst);
                format!("{peer} {} {}", party.is_some(), String::from_utf8(body.to_vec()).unwrap())
            };
        let router = Router::new().route("/messages", post(hear));
        let (identity, clock) = (identity.clone(), clock.clone());
        let running = tokio::spawn(async move {
            serve(listener, &identity, clock, router, std::future::pending()).await.unwrap();
        });
        Self { at, heard, running }
    }

    pub async fn hears(&self, client: &Client, as_whom: &str) -> Result<Answer, LineError> {
        client.post(&self.at, &name(as_whom), "/messages", &"hello").await
    }

    pub fn count(&self) -> u64 {
        self.heard.load(Ordering::SeqCst)
    }
}

impl Drop for Zone {
    fn drop(&mut self) {
        self.running.abort();
    }
}
