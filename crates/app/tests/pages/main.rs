//! Pages in a real browser, by keyboard, with axe.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what does not hold stops the test")]

mod keyboard;
mod support;

use support::TestApp;
use testkit::browser::Browser;

#[tokio::test]
async fn the_sign_in_page_says_what_is_wrong_and_never_which_part() {
    let app = TestApp::start().await;
    let page = Browser::shared().await.unwrap().page().await.unwrap();
    app.check(&page, "/sign-in", "sign-in").await;
    for staff_no in ["1001", "nobody"] {
        page.goto(&format!("{}/sign-in", app.origin)).await.unwrap();
        page.fill("#f-login", staff_no).await.unwrap();
        page.fill("#f-password", "wrong").await.unwrap();
        page.load_after(page.press("Enter")).await.unwrap();
        assert_eq!(page.status(), Some(403));
        let text = page.text().await.unwrap();
        assert!(text.contains("職員番号かパスワードが違うか"), "{text}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_clerk_works_by_keyboard_and_every_page_is_accessible() {
    let app = TestApp::start().await;
    let page = app.signed_in("1001").await;
    app.check_open(&page, "/", "home").await;
    page.fill("#f-title", "転入の届出").await.unwrap();
    page.load_after(page.press("F9")).await.unwrap();
    page.wait_for_text("R8-住記-000001").await.unwrap();
    app.check_open(&page, "/case", "case").await;
    let paths = pages_of(&app, "1001").await;
    for path in paths {
        let name = path.trim_start_matches('/').replace('/', "-");
        app.check(&page, &path, &format!("shimin-{}", if name.is_empty() { "home" } else { &name })).await;
    }
    page.goto(&app.origin).await.unwrap();
    page.load_after(page.press("F12")).await.unwrap();
    page.wait_for_text("離席中").await.unwrap();
    app.check_open(&page, "/session/locked", "locked").await;
    page.goto(&format!("{}/case", app.origin)).await.unwrap();
    assert!(page.url().await.unwrap().ends_with("/session/locked"), "a locked screen shows nothing of the work");
    app.stop().await;
}

#[tokio::test]
async fn every_office_finds_its_pages_and_no_others() {
    let app = TestApp::start().await;
    for (staff_no, own, foreign) in [("2001", "/jobs", "/audit"), ("3001", "/audit", "/staff"), ("4001", "/staff", "/audit")] {
        let page = app.signed_in(staff_no).await;
        // Lists that name people open only in a case.
        page.fill("#f-title", "点検").await.unwrap();
        page.load_after(page.press("F9")).await.unwrap();
        for path in pages_of(&app, staff_no).await {
            let name = path.trim_start_matches('/').replace('/', "-");
            app.check(&page, &path, &format!("{staff_no}-{}", if name.is_empty() { "home" } else { &name })).await;
        }
        page.goto(&format!("{}{own}", app.origin)).await.unwrap();
        assert_eq!(page.status(), Some(200), "{staff_no} {own}");
        page.goto(&format!("{}{foreign}", app.origin)).await.unwrap();
        assert_eq!(page.status(), Some(403), "{staff_no} {foreign}");
        let text = page.text().await.unwrap();
        assert!(text.contains("この操作はできません"), "{text}");
    }
    app.stop().await;
}

/// The links of the left column of a member of staff.
async fn pages_of(app: &TestApp, staff_no: &str) -> Vec<String> {
    let member = app::cities::STAFF.iter().find(|s| s.staff_no == staff_no).unwrap();
    let office = app.house.city.office(member.office).unwrap();
    let staff = platform::StaffContext {
        post: Some(platform::staff::Post {
            id: 0,
            office: member.office.into(),
            rank: member.rank,
            roles: member.roles.split(',').map(str::to_owned).collect(),
            ward: None,
        }),
        purpose: office.purposes.first().map(|p| (*p).to_owned()),
        ..platform::StaffContext::nobody()
    };
    let links = app.house.programmes.iter().flat_map(|p| p.nav.iter());
    let open =
        links.filter(|n| app.house.routes().any(|r| r.path == n.path && webkit::server::allowed(&app.house.city, &staff, r)));
    open.map(|n| n.path.to_owned()).collect()
}
