//! The pages of 符号要求 and 消去 in a real browser, filled: nothing that the accessibility checker finds, nothing that sticks out of the
//! window. With `ATENA_SCREENS` the pictures that documents show are kept there.

#![allow(clippy::unwrap_used, reason = "a test that cannot reach its page has failed")]

mod support;

use platform::job;
use ports::ResidentChange::MovedOut;
use support::desk::Desk;
use support::{TODAY, World, atena, my_number, worlds};
use testkit::{Browser, Page};
use webkit::House;
use wire::acquire::{AcquisitionCount, AcquisitionStatus, WithoutCode};

/// Pictures that documents show.
const KEPT: [&str; 2] = ["hub-codes", "hub-deletion"];
/// Seven years and a day.
const LONG: u64 = (7 * 365 + 2 + 1) * 24 * 60;

/// Serves the hub's pages; answers the address.
async fn serve(world: &World) -> String {
    let house = House::new(world.city.clone(), vec![world.programme.clone()]).over_plain_http();
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

/// Five people: two who moved away long ago, one of them with a payment since; and where their 符号 stand.
async fn filled(world: &World) {
    for n in 1..=5 {
        world.enters(&atena(n), my_number(n)).await;
        if [1, 3, 5].contains(&n) {
            world.resident(MovedOut, &atena(n), &[]).await;
        }
        world.needed_until("kodomo", &format!("K{n}"), &atena(n), Some(TODAY)).await;
    }
    world.protect(&atena(3)).await;
    world.deliver().await;
    let since = world.city.now();
    let mut without = vec![];
    for (n, state, reason) in [
        (1, "NO_CODE", "住民票コードなし(死亡・国外転出など)"),
        (2, "NO_CODE", "符号の重複(同じ人が二つの団体内統合宛名番号)"),
        (4, "REQUESTED", ""),
    ] {
        let dan = kernel::ident::DanNo::parse(&world.dan_no(&atena(n)).await.unwrap()).unwrap();
        without.push(WithoutCode { dan, state: state.into(), reason: reason.into(), since });
    }
    let count = |state: &str, reason: &str, people| AcquisitionCount {
        state: state.into(),
        reason: reason.into(),
        people,
        oldest: since,
    };
    let counts = vec![
        count("BOUND", "", 1),
        count("NO_CODE", "住民票コードなし(死亡・国外転出など)", 1),
        count("NO_CODE", "符号の重複(同じ人が二つの団体内統合宛名番号)", 1),
        count("REQUESTED", "", 1),
    ];
    *world.heard.status.lock().unwrap() = AcquisitionStatus { counts, without };
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_of_codes_and_deletions_pass_the_accessibility_checker() {
    let mut all = worlds().await;
    let world = all.remove(0);
    filled(&world).await;
    world.clock.pass_minutes(LONG);
    let desk = Desk::of_policy(&world).await;
    desk.say("/hub/deletions", &[]).await;
    job::run_next(&world.city, &world.programme.jobs).await.unwrap().unwrap();
    let at = serve(&world).await;
    let page = at_browser(&at, desk.token()).await;
    for (path, picture) in
        [("/hub/codes", "hub-codes"), ("/hub/deletions", "hub-deletions"), ("/hub/deletions/1", "hub-deletion")]
    {
        testkit::look(&page, &at, path, picture, &KEPT).await.unwrap();
    }
    drop((page, desk));
    for world in std::iter::once(world).chain(all) {
        world.database.remove().await;
    }
}
