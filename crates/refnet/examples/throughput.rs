//! How many exchanges a second the network's keeper carries, with gateways that answer at once: request, permit, notice, question, answer
//! and their confirmations, six messages in and seven out for each exchange.
//!
//! `cargo run --release -p refnet --example throughput -- 2000` on SQLite, and on PostgreSQL when `ATENA_TEST_POSTGRES_URL` names one.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot set itself up has failed")]

use async_trait::async_trait;
use kernel::Date;
use line::LineError;
use platform::City;
use platform::city::CityProfile;
use platform::keys::Keys;
use platform::policy::{POLICIES, Policy, SCHEMA};
use platform::testing::{FixedClock, fresh_databases};
use refnet::{Keeper, Lines, NewMember};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;
use wire::code::{AcquisitionNo, Code, LineageKey};
use wire::ident::{DataSet, DataSetId, InstitutionCode, ItemId, Mode, ProcedureId, RequestId};
use wire::list::Kind;
use wire::machine::{Ask, Body, Party};
use wire::seal::{SealKey, Sealed};

/// Messages in one request of a gateway.
const BATCH: usize = 200;

#[derive(Default)]
struct Post(Mutex<Vec<(Party, Body)>>);

#[async_trait]
impl Lines for Post {
    async fn deliver(&self, to: &Party, bodies: &[Body]) -> Result<(), LineError> {
        self.0.lock().unwrap().extend(bodies.iter().map(|body| (to.clone(), body.clone())));
        Ok(())
    }
}

fn institution(n: u8) -> InstitutionCode {
    InstitutionCode::parse(&format!("02201271403100{n:02}")).unwrap()
}

/// What a gateway says to a message; true when an exchange has ended.
fn reply(body: Body, sealed: &Sealed, now: kernel::time::Timestamp) -> (Vec<Body>, bool) {
    match body {
        Body::PermitGranted(permit) => (vec![Body::Inquiry { permit, sealed: sealed.clone() }], false),
        Body::Notice(permit) => (vec![Body::NoticeReceived { no: permit.terms.no, hidden: false }], false),
        Body::Inquiry { permit, .. } => {
            let no = permit.terms.no;
            (vec![Body::InquiryReceived(no), Body::Answer { no, provided_at: Some(now), sealed: sealed.clone() }], false)
        }
        Body::Answer { no, .. } => (vec![Body::AnswerReceived { no, revision: 0 }], false),
        Body::AnswerReceived { .. } => (vec![], true),
        _ => (vec![], false),
    }
}

async fn settle(keeper: &Keeper, post: &Post, sealed: &Sealed) -> (usize, Vec<Code>) {
    let (mut ended, mut codes) = (0, vec![]);
    loop {
        keeper.send_due(post).await.unwrap();
        let arrived = std::mem::take(&mut *post.0.lock().unwrap());
        if arrived.is_empty() {
            return (ended, codes);
        }
        let mut said: BTreeMap<Party, Vec<Body>> = BTreeMap::new();
        for (at, body) in arrived {
            if let Body::CodeIssued { code, .. } = body {
                codes.push(code);
                continue;
            }
            let (bodies, end) = reply(body, sealed, keeper.city().now());
            ended += usize::from(end);
            said.entry(at).or_default().extend(bodies);
        }
        for (from, bodies) in said {
            for batch in bodies.chunks(BATCH) {
                keeper.hear(&from, batch.to_vec()).await.unwrap();
            }
        }
    }
}

#[tokio::main]
async fn main() {
    let count: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(2000);
    let migrations: Vec<_> = platform::MIGRATIONS.iter().chain(refnet::MIGRATIONS).copied().collect();
    for database in fresh_databases(&migrations).await.unwrap() {
        let policies: Vec<_> = POLICIES.iter().copied().chain([refnet::POLICY]).collect();
        let policy = Policy::load(SCHEMA, &policies, refnet::GROUPS).unwrap();
        let profile = CityProfile {
            name_ja: "網".into(),
            code: String::new(),
            prefecture_ja: String::new(),
            mayor_ja: String::new(),
            wards: vec![],
            offices: &[],
        };
        let clock = Arc::new(FixedClock::noon(Date::constant(2026, 11, 20)));
        let city = City::new(database.db.clone(), Keys::ephemeral().unwrap(), clock, policy, profile, vec![]);
        let keeper = Keeper::open(city).await.unwrap();
        let (asker, provider) = (institution(1), institution(2));
        let key = SealKey::from_seed(&[1; 32]).public();
        for at in [&asker, &provider] {
            let (institution, name_ja, address) = (at.clone(), "市".into(), "127.0.0.1:1".into());
            keeper.admit(&NewMember { institution, name_ja, kind: Kind("city".into()), key, address }).await.unwrap();
        }
        let sealed = Sealed::try_from("00".repeat(400)).unwrap();
        let post = Post::default();
        let request = |n: usize| {
            let lineage = LineageKey::from_bytes(std::array::from_fn(|i| (n >> (8 * (i % 4)) & 255) as u8));
            Body::CodeRequest { acquisition: AcquisitionNo::from_bytes([0; 16]), lineage, institution: asker.clone() }
        };
        let started = Instant::now();
        for batch in (0..count).collect::<Vec<_>>().chunks(BATCH) {
            keeper.hear(&Party::Juki, batch.iter().map(|n| request(*n)).collect()).await.unwrap();
        }
        let (_, codes) = settle(&keeper, &post, &sealed).await;
        let acquired = started.elapsed().as_secs_f64();
        let ask = |(n, code): (usize, &Code)| {
            Body::PermitRequest(Box::new(Ask {
                request: RequestId::from_bytes(std::array::from_fn(|i| (n >> (8 * (i % 4)) & 255) as u8)),
                asker: asker.clone(),
                code: *code,
                provider: provider.clone(),
                procedure: ProcedureId::parse("JT00000000000001").unwrap(),
                data_set: DataSet { id: DataSetId::parse("TM00000000000002").unwrap(), version: 1 },
                items: vec![ItemId::parse("市町村民税所得割額").unwrap()],
                hidden: false,
                mode: Mode::Production,
            }))
        };
        let asks: Vec<Body> = codes.iter().enumerate().map(ask).collect();
        let started = Instant::now();
        let mut ended = 0;
        for batch in asks.chunks(BATCH) {
            keeper.hear(&Party::Gateway(asker.clone()), batch.to_vec()).await.unwrap();
            ended += settle(&keeper, &post, &sealed).await.0;
        }
        let took = started.elapsed().as_secs_f64();
        let engine = database.db.engine();
        assert_eq!(ended, codes.len());
        for (what, done, seconds) in [("符号 issued", codes.len(), acquired), ("exchanges carried", ended, took)] {
            let rate = (done as f64 / seconds).round();
            println!(
                "{}",
                serde_json::json!({ "goal": "P9", "what": format!("{engine}: {what} by the network's keeper"), "value": rate, "unit": "per second" })
            );
        }
        database.remove().await;
    }
}
