//! Two tenants of one platform: what belongs to one is out of reach for the other, over every route of the line and every page.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use axum::body::Body as Bytes;
use axum::http::{Request, StatusCode, header};
use gateway::interfaces::INTERFACES;
use serde_json::{Value as Json, json};
use std::collections::HashSet;
use support::calls::{answered, known, post, question, single};
use support::network::Dice;
use support::rows::everything;
use support::staff::{ROLES, open_case, signed_in};
use support::{A, B, Side, World, code, dan, lineage, request, tax, taxed, worlds};
use tower::ServiceExt;
use webkit::House;
use webkit::route::Method;
use wire::code::{AcquisitionNo, Code};
use wire::error::ExchangeError;
use wire::ident::{Digest, LoadId, Mode};
use wire::inquiry::Answer;
use wire::machine::{Ask, Body, Correction, NoCode, Party};
use wire::permit::Permit;
use wire::record::Record;
use wire::seal::{SealPublic, Sealed};

/// Every path of the line, as the source declares them.
fn paths() -> Vec<&'static str> {
    let source = include_str!("../src/routes.rs");
    let declared = source.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next());
    declared.collect()
}

/// Requests that B's own city or network would be answered: one for each path, for `/if/{id}` one for each interface.
fn requests() -> Vec<(String, Json)> {
    let mut all = Vec::new();
    for path in paths() {
        let body = match path {
            "/people" => json!([dan(9)]),
            "/consents" => json!([]),
            "/recall" => json!({ "dan": dan(1), "wrong": true }),
            "/rechecking" => json!({ "after": null }),
            "/people/gone" => json!(dan(1)),
            "/codes" => json!(null),
            "/waiting" => json!({ "after": null }),
            "/records" => json!({ "after": 0 }),
            "/freeze" => json!({ "dan": dan(1), "frozen": true }),
            "/own" => json!({ "code": "00".repeat(16), "data_set": tax(1) }),
            "/notices" => json!({ "code": "00".repeat(16) }),
            "/notices/read" => json!({ "message": request(1) }),
            "/compare" => json!({ "root": "00".repeat(32), "people": {} }),
            "/explain" => json!({ "comparison": 1, "people": [], "records": [] }),
            "/messages" => continue,
            "/if/{id}" => {
                all.extend(INTERFACES.iter().map(|of| (format!("/if/{}", of.id), json!({ "dan": dan(1), "on": true }))));
                continue;
            }
            other => panic!("{other} is not in this test: write what its own city would send"),
        };
        all.push((path.to_owned(), body));
    }
    all
}

#[tokio::test]
async fn the_credentials_of_one_tenant_reach_nothing_of_the_other_through_any_route() {
    for world in worlds().await {
        answered(&world).await;
        let before = everything(&world.b).await;
        let foreign = [Party::City(code(A)), Party::Gateway(code(A)), Party::Gateway(code(B)), Party::Juki];
        let requests = requests();
        assert!(requests.len() >= 83 + 8, "{}", requests.len());
        for (path, body) in &requests {
            for from in &foreign {
                let (status, _, problem) = post(&world.b, Some(from.clone()), path, body).await;
                assert_eq!(status, StatusCode::FORBIDDEN, "{from} at {path}: {problem}");
                assert!(!problem.to_string().contains(dan(1).as_str()));
            }
            let (status, ..) = post(&world.b, None, path, body).await;
            assert_ne!(status, StatusCode::OK, "{path} without a certificate");
        }
        assert_eq!(everything(&world.b).await, before, "nothing of B has changed");
        assert!(world.b.keeper.removal(&wire::ident::PermitNo::from_bytes([0; 16])).await.unwrap().is_none());
        world.remove().await;
    }
}

/// Messages are heard one by one: what somebody says who may not say it has no effect, while an inquiry is on its way to the network, and
/// while it waits for a clerk.
#[tokio::test]
async fn no_message_of_any_kind_moves_anything_when_another_party_sends_it() {
    for world in worlds().await {
        known(&world).await;
        single(&world.b, "DBM_50111", &json!({ "dan": dan(1), "on": true })).await.unwrap();
        world.a.keeper.register_people(&[dan(2)]).await.unwrap();
        single(&world.a, "SKI_10111", &question(1, 1)).await.unwrap();
        world.a.keeper.send_due(&world.line(&world.a)).await.unwrap();
        let granted = world.network.lock().unwrap().waiting[&code(A)].iter().find_map(|(_, body)| match body {
            Body::PermitGranted(permit) => Some(permit.clone()),
            _ => None,
        });
        let permit = granted.unwrap();
        nothing_moves(&world, &permit).await;
        world.settle().await;
        nothing_moves(&world, &permit).await;
        world.remove().await;
    }
}

async fn nothing_moves(world: &World, permit: &Permit) {
    for side in [&world.a, &world.b] {
        let before = everything(side).await;
        let parties = [A, B].map(code).map(|c| [Party::City(c.clone()), Party::Gateway(c)]).concat();
        let parties = [parties, vec![Party::Network, Party::Juki]].concat();
        let bodies = bodies(world, permit);
        let kinds: HashSet<_> = bodies.iter().map(std::mem::discriminant).collect();
        assert_eq!(kinds.len(), 22, "one message of each kind");
        let (mut refused, mut tried) = (0, 0);
        for body in &bodies {
            let rightful = rightful(body, side);
            for from in parties.iter().filter(|from| Some(*from) != rightful.as_ref()) {
                post(side, Some(from.clone()), "/messages", &json!([body])).await;
                tried += 1;
            }
        }
        assert_eq!(everything(side).await, before);
        let mut tx = side.database.db.read().await.unwrap();
        let told = "select cast(coalesce(sum(times), 0) as bigint) as n from gateway_alarm where kind = 'refused'";
        refused += tx.one(told, vec![]).await.unwrap().get::<i64>("n").unwrap();
        assert!(refused >= tried, "{refused} of {tried} were told to the operators");
    }
}

/// Who alone may say this to a tenant; a new kind of message must be thought of here.
fn rightful(body: &Body, side: &Side) -> Option<Party> {
    match body {
        Body::Chunk { .. } => Some(Party::City(side.code.clone())),
        Body::CodeUnavailable { .. } => Some(Party::Juki),
        Body::CodeWanted { .. }
        | Body::CodeRequest { .. }
        | Body::ChunkDone { .. }
        | Body::PermitRequest(_)
        | Body::NoticeReceived { .. } => None,
        Body::CodeIssued { .. }
        | Body::PermitGranted(_)
        | Body::PermitDenied { .. }
        | Body::Notice(_)
        | Body::Inquiry { .. }
        | Body::InquiryReceived(_)
        | Body::Answer { .. }
        | Body::AnswerReceived { .. }
        | Body::Refused { .. }
        | Body::Cancel(_)
        | Body::CancelDone { .. }
        | Body::Hide(_)
        | Body::HideReceived(_)
        | Body::Correction(_)
        | Body::CorrectionReceived(_) => Some(Party::Network),
    }
}

/// One message of each kind, each of which would do something if its rightful sender said it at the right moment.
fn bodies(world: &World, permit: &Permit) -> Vec<Body> {
    let (no, at) = (permit.terms.no, permit.terms.asked_at);
    let digest = permit.terms.digest();
    let sealed = |plain: &[u8], to: &SealPublic| Sealed::new(plain, to, digest.as_bytes(), &mut Dice::new(3)).unwrap();
    let answer = Answer { revision: 0, outcome: Ok(vec![]), as_of: at, root: Digest::of(&[]) };
    let answer = sealed(&serde_json::to_vec(&answer).unwrap(), &world.a.seal());
    let ask = Ask {
        request: request(9),
        asker: code(A),
        code: Code::from_bytes([1; 16]),
        provider: code(B),
        procedure: permit.terms.procedure.clone(),
        data_set: tax(1),
        items: vec![],
        hidden: false,
        mode: Mode::Production,
    };
    let acquisition = AcquisitionNo::from_bytes([2; 16]);
    let record = Box::new(Record { granted: false, ..Record::of(&permit.terms) });
    let correction = Correction { no, revision: 0, provided_at: Some(at), until: None };
    let load = LoadId::from_bytes([1; 16]);
    vec![
        Body::CodeWanted { acquisition, dan: dan(2) },
        Body::CodeRequest { acquisition, lineage: lineage(2), institution: code(A) },
        Body::CodeIssued { acquisition, code: Code::from_bytes([1; 16]) },
        Body::CodeUnavailable { acquisition, reason: NoCode::NoResidentCode },
        Body::PermitRequest(Box::new(ask)),
        Body::PermitGranted(permit.clone()),
        Body::PermitDenied { request: request(1), error: ExchangeError::NotPermitted, record },
        Body::Notice(permit.clone()),
        Body::NoticeReceived { no, hidden: true },
        Body::Inquiry { permit: permit.clone(), sealed: sealed(b"{\"key\":null}", &world.b.seal()) },
        Body::InquiryReceived(no),
        Body::Answer { no, provided_at: Some(at), sealed: answer },
        Body::AnswerReceived { no, revision: 0 },
        Body::Refused { no, error: ExchangeError::NotPermitted },
        Body::Cancel(permit.clone()),
        Body::CancelDone { no, cancelled: true },
        Body::Hide(no),
        Body::HideReceived(no),
        Body::Correction(correction),
        Body::CorrectionReceived(correction),
        Body::Chunk { load, part: 0, records: vec![taxed(9, &dan(1), "5")] },
        Body::ChunkDone { load, part: 0, rejected: vec![] },
    ]
}

/// Even with the right to speak as its own city, a tenant asked about the other's people knows nobody.
#[tokio::test]
async fn the_same_number_means_somebody_else_in_the_other_tenant() {
    for world in worlds().await {
        answered(&world).await;
        let at_a = post(&world.a, Some(Party::City(code(A))), "/if/DBM_30112", &json!({ "dan": dan(1) })).await;
        assert_eq!((at_a.0, at_a.2), (StatusCode::OK, json!([])), "B's replica is not A's");
        let (status, _, problem) = post(&world.a, Some(Party::City(code(A))), "/if/SKI_10111", &question(5, 6)).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("CODE_NOT_BOUND")));
        world.remove().await;
    }
}

#[tokio::test]
async fn a_session_of_one_tenant_opens_no_page_of_the_other() {
    for world in worlds().await {
        answered(&world).await;
        let session = signed_in(&world.a, "4001", 4, ROLES).await;
        open_case(&world.a, &session, None).await;
        let house = House::new(world.b.keeper.city().clone(), vec![gateway::programme(world.b.keeper.clone())]);
        let router = house.router();
        let routes = gateway::programme(world.b.keeper.clone()).routes;
        assert!(routes.len() >= 19);
        for route in routes {
            let path = route.path.replace("{dan}", dan(1).as_str()).replace("{id}", "1").replace("{permit}", &"0".repeat(32));
            for path in [path.clone(), format!("/api/v1{path}")] {
                let request = match route.method {
                    Method::Get => Request::get(&path),
                    Method::Post => Request::post(&path).header("content-type", "application/x-www-form-urlencoded"),
                };
                let request = request.header(header::COOKIE, format!("atena_session={session}"));
                let response = router.clone().oneshot(request.body(Bytes::empty()).unwrap()).await.unwrap();
                let refused = response.status().is_redirection() || response.status() == StatusCode::UNAUTHORIZED;
                assert!(refused, "{path}: {}", response.status());
            }
        }
        drop((house, router));
        world.remove().await;
    }
}
