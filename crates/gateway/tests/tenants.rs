//! Two tenants of one platform: what belongs to one is out of reach for the other, over every route of the line and every page.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use axum::body::Body as Bytes;
use axum::http::{Request, StatusCode, header};
use gateway::interfaces::INTERFACES;
use serde_json::{Value as Json, json};
use support::calls::{answered, count, post, question};
use support::staff::{open_case, signed_in};
use support::{A, B, code, dan, request, tax, taxed, worlds};
use tower::ServiceExt;
use webkit::House;
use webkit::route::Method;
use wire::ident::LoadId;
use wire::machine::{Body, Party};

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

/// A number that changes whenever anything of the tenant does.
const EVERYTHING: &str = "select (select count(*) from gateway_acquisition) + (select count(*) from gateway_call) + (select count(*) from gateway_person) + (select count(*) from gateway_replica) + (select count(*) from gateway_consent) + (select count(*) from gateway_outgoing) + (select count(*) from gateway_record) + (select count(*) from gateway_own) + (select count(*) from gateway_comparison) as n";

#[tokio::test]
async fn the_credentials_of_one_tenant_reach_nothing_of_the_other_through_any_route() {
    for world in worlds().await {
        answered(&world).await;
        let before = count(&world.b, EVERYTHING).await;
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
        // Messages are heard one by one: what a foreign party says has no effect.
        let load = Body::Chunk { load: LoadId::from_bytes([1; 16]), part: 0, records: vec![taxed(9, &dan(1), "5")] };
        for from in &foreign {
            post(&world.b, Some(from.clone()), "/messages", &json!([load])).await;
        }
        assert_eq!(count(&world.b, EVERYTHING).await, before, "nothing of B has changed");
        assert!(world.b.keeper.removal(&wire::ident::PermitNo::from_bytes([0; 16])).await.unwrap().is_none());
        world.remove().await;
    }
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
        let session = signed_in(&world.a, "4001", 4, "gateway").await;
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
