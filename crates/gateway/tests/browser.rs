//! Every page of a tenant in a real browser, filled: nothing that the accessibility checker finds, nothing that sticks out of the window,
//! and a held answer worked by keyboard alone. With `ATENA_SCREENS` the pictures that documents show are kept there, with
//! `ATENA_SCREENS_ALL` all of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot reach its page has failed")]

mod support;

use gateway::NewConsent;
use kernel::Date;
use serde_json::{Value as Json, json};
use support::calls::{answered, count, post, question, register, single};
use support::staff::{ROLES, claim, open_case, signed_in};
use support::{A, B, MEDICAL, Side, World, code, dan, tax, taxed, worlds};
use testkit::{Browser, Page};
use webkit::House;
use wire::compare::fingerprint;
use wire::ident::ProcedureId;
use wire::machine::Party;

/// Pictures that documents show.
const KEPT: [&str; 2] = ["gateway-board", "gateway-provision"];

/// Serves a tenant's pages; answers the address.
async fn serve(side: &Side) -> String {
    let house = House::new(side.keeper.city().clone(), vec![gateway::programme(side.keeper.clone())]).over_plain_http();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    let start = || async { axum::response::Html("<!doctype html><title>start</title><link rel=icon href=data:,>") };
    let router = house.router().route("/start", axum::routing::get(start));
    tokio::spawn(async move { axum::serve(listener, router).await });
    at
}

/// A browser that has signed in.
async fn at_browser(at: &str, token: &str) -> Page {
    let page = Browser::shared().await.unwrap().page().await.unwrap();
    page.goto(&format!("{at}/start")).await.unwrap();
    page.eval(&format!("document.cookie = 'atena_session={token}; path=/'")).await.unwrap();
    page
}

/// A day at B: answers given, one held, one person without 符号, a load with bad rows, a replica that differs, a consent, and mail that waits.
async fn busy(world: &World) {
    answered(world).await;
    for n in 2..=4 {
        world.knows(n).await;
        let loaded = world.b.keeper.load(&[taxed(u64::from(n), &dan(n.into()), "98000")]).await.unwrap();
        assert_eq!(loaded.stored, 1);
    }
    for n in [2, 3] {
        single(&world.b, "DBM_50111", &json!({ "dan": dan(n), "on": true })).await.unwrap();
        single(&world.a, "SKI_10111", &question(n as u8, n)).await.unwrap();
    }
    world.settle().await;
    single(&world.b, "DBM_80111", &json!({ "dan": dan(1), "on": true })).await.unwrap();
    let consent = NewConsent {
        dan: dan(1),
        procedure: ProcedureId::parse(MEDICAL).unwrap(),
        data_set: tax(1).id,
        given_on: Date::constant(2026, 4, 1),
        until: None,
        evidence: "申請書 令8-0412".to_owned(),
    };
    world.b.keeper.record_consents(&[consent]).await.unwrap();
    let rows: Vec<Json> = vec![json!(taxed(50, &dan(5), "1")), json!({ "dan": "x" })];
    register(&world.b, "DBM_20113", &rows).await.unwrap();
    let originals = [taxed(1, &dan(1), "125000"), taxed(2, &dan(2), "98000"), taxed(60, &dan(6), "1")];
    let compared = world.b.keeper.compare(&fingerprint(&originals)).await.unwrap();
    let theirs: Vec<_> = originals.iter().filter(|r| compared.people.contains(&r.dan)).cloned().collect();
    world.b.keeper.explain(&compared, &theirs).await.unwrap();
    // Nobody in B has a 符号 of these: one is stopped here, the other is looked for and not found.
    single(&world.b, "SKI_10111", &question(9, 9)).await.unwrap_err();
    world.b.keeper.register_people(&[dan(8)]).await.unwrap();
    world.settle().await;
    world.b.keeper.register_people(&[dan(7)]).await.unwrap();
    for (from, path) in
        [(Party::Network, "/own"), (Party::City(code(A)), "/if/DBM_30112"), (Party::City(code(B)), "/if/SYM_20212")]
    {
        post(&world.b, Some(from), path, &json!({})).await;
    }
    let down = support::Line { down: true, ..world.line(&world.b) };
    world.b.keeper.send_due(&down).await.unwrap();
}

async fn look(page: &Page, at: &str, path: &str, picture: &str) {
    testkit::look(page, at, path, picture, &KEPT).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_passes_the_accessibility_checker() {
    let mut all = worlds().await;
    let world = all.remove(0);
    busy(&world).await;
    let at = serve(&world.b).await;
    let token = signed_in(&world.b, "4001", 2, ROLES).await;
    let subject = count(&world.b, "select min(id) as n from platform_subject").await;
    open_case(&world.b, &token, Some(subject)).await;
    let page = at_browser(&at, &token).await;
    for (path, picture) in [
        ("/gateway", "gateway-board"),
        ("/gateway/provisions", "gateway-provisions"),
        ("/gateway/inquiries", "gateway-inquiries"),
        ("/gateway/records", "gateway-records"),
        ("/gateway/replica", "gateway-replica"),
        ("/gateway/codes", "gateway-codes"),
        ("/gateway/connections", "gateway-connections"),
        ("/gateway/lines", "gateway-lines"),
        ("/gateway/security", "gateway-security"),
        ("/gateway/staff", "gateway-staff"),
        ("/gateway/system", "gateway-system"),
        ("/gateway/people", "gateway-people"),
    ] {
        look(&page, &at, path, picture).await;
    }
    page.fill("#f-number", dan(1).as_str()).await.unwrap();
    page.load_after(page.press("Enter")).await.unwrap();
    look(&page, &at, &format!("/gateway/people/{}", dan(1)), "gateway-person").await;
    let held = claim(&world.b, &token, gateway::TASK_HELD).await;
    look(&page, &at, &held, "gateway-provision").await;
    drop(page);
    for world in std::iter::once(world).chain(all) {
        world.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_answer_is_worked_by_keyboard_alone() {
    let mut all = worlds().await;
    let world = all.remove(0);
    busy(&world).await;
    let at = serve(&world.b).await;
    let token = signed_in(&world.b, "4001", 1, ROLES).await;
    let held = claim(&world.b, &token, gateway::TASK_HELD).await;
    let page = at_browser(&at, &token).await;
    page.goto(&format!("{at}{held}")).await.unwrap();
    tab_to(&page, "[name=record]").await;
    assert_eq!(page.eval("document.activeElement.checked").await.unwrap(), true, "what was found is chosen");
    page.press("Space").await.unwrap();
    page.press("Space").await.unwrap();
    tab_to(&page, "form[action$='/register'] button").await;
    page.load_after(page.press("Enter")).await.unwrap();
    page.wait_for_text("内容登録済").await.unwrap();
    tab_to(&page, "form[action$='/refuse'] button").await;
    page.load_after(page.press("Enter")).await.unwrap();
    page.wait_for_text("提供しない").await.unwrap();
    assert_eq!(count(&world.b, "select count(*) as n from gateway_provision where state = 'REFUSED'").await, 1);
    drop(page);
    for world in std::iter::once(world).chain(all) {
        world.remove().await;
    }
}

/// Goes there with Tab, as somebody without a mouse must.
async fn tab_to(page: &Page, selector: &str) {
    let there = format!("document.activeElement?.matches({}) ?? false", json!(selector));
    for _ in 0..200 {
        if page.eval(&there).await.unwrap() == true {
            return;
        }
        page.press("Tab").await.unwrap();
    }
    panic!("Tab never reaches {selector}");
}
