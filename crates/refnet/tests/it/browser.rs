//! The pages in a real browser: nothing that the accessibility checker finds, and the person's way into the portal.

use crate::support::{World, lineage, sakai, worlds};
use jiff::SignedDuration;
use kernel::time::Clock;
use line::{Ca, Client, PeerName, Timeouts};
use platform::staff::{self, NewStaff};
use refnet::{Keeper, NewNotice, NewUser, PortalToken, portal_router};
use std::sync::Arc;
use testkit::Browser;
use webkit::House;
use wire::machine::Party;

/// Operators' pages and the portal on one port; answers the address and an operator's session.
async fn serve(world: &World) -> (String, String) {
    let city = world.keeper.city().clone();
    let posts = [("network", 1, "network_operator", None)];
    let mut tx = city.db().write().await.unwrap();
    let new =
        NewStaff { staff_no: "9001", name: "網 運用", password: "first-password", posts: &posts, from: crate::support::TODAY };
    staff::register(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    let session = staff::sign_in(&city, "9001", "first-password", "T-1").await.unwrap();
    let who = staff::session(&city, &session).await.unwrap().unwrap();
    staff::change_password(&city, &who, "first-password", "a long password of my own").await.unwrap();
    let folder = std::env::temp_dir().join(format!("atena-browser-{}", std::process::id()));
    let ca = Ca::open_or_create(&folder, world.clock.now()).unwrap();
    let identity = ca.issue(&PeerName::from(&Party::Network), &[], world.clock.now(), SignedDuration::from_hours(1)).unwrap();
    let client = Client::new(&identity, world.clock.clone(), Timeouts::default()).unwrap();
    let keeper = Arc::new(Keeper::open(city.clone()).await.unwrap());
    let house = House::new(city, vec![refnet::programme()]).over_plain_http();
    let router = house.router().merge(portal_router(keeper, Arc::new(client)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (at, session)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_passes_the_accessibility_checker() {
    let mut world = worlds().await.remove(0);
    world.knows(1).await;
    world.asks(1, false).await;
    world.asks(1, true).await;
    world.settle().await;
    let token = format!("{:064x}", 1);
    world.keeper.register_user(&NewUser { lineage: lineage(1), token: PortalToken::parse(&token).unwrap() }).await.unwrap();
    let code = world.code(&sakai(), 1).unwrap();
    let notice =
        NewNotice { reference: "R8-1".into(), code, title: "現況届".into(), text: "提出してください。".into() };
    world.keeper.post_notice(&sakai(), &notice).await.unwrap();
    let (at, session) = serve(&world).await;

    let page = Browser::shared().await.unwrap().page().await.unwrap();
    page.goto(&format!("{at}/portal")).await.unwrap();
    page.eval(&format!("document.cookie = 'atena_session={session}; path=/'")).await.unwrap();
    for path in ["/portal", "/network", "/network/records", "/network/list", "/network/modes"] {
        page.goto(&format!("{at}{path}")).await.unwrap();
        let found = page.axe().await.unwrap();
        assert!(found.is_empty(), "{path}: {}", found[0]);
        picture(&page, path).await;
    }
    page.goto(&format!("{at}/portal")).await.unwrap();
    page.fill("#f-token", &token).await.unwrap();
    page.load_after(page.click("button[type=submit]")).await.unwrap();
    page.wait_for_text("現況届").await.unwrap();
    let rows = page.eval("document.querySelector('table').tBodies[0].rows.length").await.unwrap();
    assert_eq!(rows, 1, "the hidden exchange is not there");
    let found = page.axe().await.unwrap();
    assert!(found.is_empty(), "{}", found[0]);
    picture(&page, "/portal/mine").await;
    page.load_after(page.click("a[href='/portal/means']")).await.unwrap();
    page.wait_for_text("使える期限").await.unwrap();
    let found = page.axe().await.unwrap();
    assert!(found.is_empty(), "{}", found[0]);
    picture(&page, "/portal/means").await;
    page.load_after(page.click("form[action='/portal/give-up'] button")).await.unwrap();
    page.wait_for_text("個人番号は入れません").await.unwrap();
    world.done().await;
}

/// Keeps the picture of the board where `ATENA_SCREENS` names a folder, every picture where `ATENA_SCREENS_ALL` does.
async fn picture(page: &testkit::Page, path: &str) {
    let name = if path == "/network" { "network-board".to_owned() } else { format!("refnet{}", path.replace('/', "-")) };
    let kept = std::env::var_os("ATENA_SCREENS").filter(|_| path == "/network");
    if let Some(folder) = std::env::var_os("ATENA_SCREENS_ALL").or(kept) {
        page.screenshot(&std::path::Path::new(&folder).join(format!("{name}.png")), 1280, true).await.unwrap();
    }
}
