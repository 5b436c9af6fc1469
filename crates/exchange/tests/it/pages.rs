//! Every page in a real browser, filled: nothing that the accessibility checker finds, nothing that sticks out of the window, and a
//! question asked by keyboard alone. With `ATENA_SCREENS` the pictures that documents show are kept there, with `ATENA_SCREENS_ALL` all of
//! them.

use super::asking::{answer, ask, consent};
use super::copies::{hand_over, taxed};
use super::providing::{PERMIT, held};
use super::world::{atena, dan, worlds};
use serde_json::json;
use testkit::Page;
use wire::ident::ItemId;
use wire::replica::Value;

/// Pictures that documents show.
const KEPT: [&str; 3] = ["exchange-inquiry", "exchange-provision", "exchange-originals"];

async fn look(page: &Page, at: &str, path: &str, picture: &str) {
    testkit::look(page, at, path, picture, &KEPT).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_passes_the_accessibility_checker() {
    let mut all = worlds().await;
    let world = all.remove(0);
    world.people(3).await;
    world.peer.0.lock().unwrap().next = answer("120000");
    world.peer.0.lock().unwrap().provisions.insert(PERMIT.into(), held());
    let it = world.clerk("4001", "joho", "it_policy").await;
    it.open_case(&[&atena(1)]).await.unwrap();
    hand_over(&it, &[taxed(1, "120000"), taxed(2, ""), taxed(77, "1")]).await;
    world.jobs().await;
    let item = ItemId::parse("市町村民税所得割額").unwrap();
    for record in &mut world.peer.0.lock().unwrap().replica {
        let value = record.items.as_mut().and_then(|items| items.get_mut(&item));
        value.into_iter().for_each(|value| *value = Value::given("0").unwrap());
    }
    it.says("/exchange/originals/compare", &[], &[]).await.unwrap();
    world.jobs().await;
    let record = json!([{ "change": 1, "dan": dan(1), "record": {
        "no": "01".repeat(16), "asker": super::peer::B, "provider": super::peer::A, "procedure": "JT00000000000001",
        "data_set": { "id": "TM00000000000002", "version": 1 }, "items": ["市町村民税所得割額"],
        "asked_at": "2026-11-20T02:00:00Z", "provided_at": "2026-11-20T02:00:09Z", "hidden": true, "granted": true, "mode": "production",
    } }]);
    world.peer.0.lock().unwrap().records = record;
    let aid = world.clerk("2001", "iryo", "").await;
    aid.open_case(&[&atena(1)]).await.unwrap();
    let stopped = ask(&aid, 1).await;
    world.courier().await;
    consent(&aid, 1).await;
    let answered = ask(&aid, 1).await;
    world.courier().await;
    ask(&aid, 1).await;

    let (page, at) = aid.in_browser().await.unwrap();
    for (path, picture) in [
        ("/exchange/inquiries", "exchange-inquiries"),
        ("/exchange/inquiries/new/JT00000000000003/TM00000000000002?q=%E3%83%9F", "exchange-inquiry-new"),
        ("/exchange/inquiries/new/JT00000000000003/TM00000000000003", "exchange-inquiry-no-items"),
        (answered.as_str(), "exchange-inquiry"),
        (stopped.as_str(), "exchange-inquiry-stopped"),
        ("/exchange/consents", "exchange-consents"),
    ] {
        look(&page, &at, path, picture).await;
    }
    let (page, at) = it.in_browser().await.unwrap();
    let provision = format!("/exchange/provisions/{PERMIT}");
    it.says(&format!("{provision}/take"), &[], &[]).await.unwrap();
    for (path, picture) in [
        ("/exchange", "exchange-board"),
        ("/exchange/provisions", "exchange-provisions"),
        (provision.as_str(), "exchange-provision"),
        ("/exchange/originals", "exchange-originals"),
        ("/exchange/records", "exchange-records"),
    ] {
        look(&page, &at, path, picture).await;
    }
    it.says(&format!("{provision}/register"), &[], &[]).await.unwrap();
    look(&page, &at, &provision, "exchange-provision-registered").await;
    drop(page);
    for world in std::iter::once(world).chain(all) {
        world.database.remove().await;
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
    panic!("Tab never reaches {selector}:\n{}", page.text().await.unwrap());
}

async fn enter(page: &Page, selector: &str) {
    tab_to(page, selector).await;
    page.load_after(page.press("Enter")).await.unwrap();
}

/// Moves to a choice with the arrows.
async fn choose(page: &Page, selector: &str, value: &str) {
    tab_to(page, selector).await;
    for _ in 0..20 {
        if page.eval("document.activeElement.value").await.unwrap() == value {
            return;
        }
        page.press("ArrowDown").await.unwrap();
    }
    panic!("the arrows never reach {value} of {selector}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_is_asked_about_by_keyboard_alone() {
    let mut all = worlds().await;
    let world = all.remove(0);
    world.people(2).await;
    world.peer.0.lock().unwrap().next = answer("120000");
    let aid = world.clerk("2001", "iryo", "").await;
    aid.open_case(&[]).await.unwrap();
    let (page, at) = aid.in_browser().await.unwrap();
    page.goto(&format!("{at}/exchange/consents")).await.unwrap();
    page.fill("#f-number", atena(1).as_str()).await.unwrap();
    page.fill("#f-procedure", "JT00000000000003").await.unwrap();
    page.fill("#f-data_set", "TM00000000000002").await.unwrap();
    page.fill("#f-given_on", "令和8年11月20日").await.unwrap();
    page.fill("#f-evidence", "申請書 令8-0412").await.unwrap();
    page.load_after(page.press("F9")).await.unwrap();
    page.wait_for_text("申請書 令8-0412").await.unwrap();
    page.goto(&format!("{at}/exchange/inquiries")).await.unwrap();
    enter(&page, "a[href$='/JT00000000000003/TM00000000000002']").await;
    // The parent is in the case since the consent; the child is found by its reading.
    tab_to(&page, "#search").await;
    page.type_text("ミナト").await.unwrap();
    page.load_after(page.press("Enter")).await.unwrap();
    let child = format!("form:has(input[value='{}']) button", atena(2));
    enter(&page, &child).await;
    choose(&page, "#f-person", atena(1).as_str()).await;
    choose(&page, "#f-for_person", atena(2).as_str()).await;
    tab_to(&page, "[name=items][value=市町村民税所得割額]").await;
    page.press("Space").await.unwrap();
    choose(&page, "#f-key", "2026").await;
    choose(&page, "#f-provider", super::peer::B).await;
    page.load_after(page.press("F9")).await.unwrap();
    page.wait_for_text("送信待ち").await.unwrap();
    world.courier().await;
    page.load_after(page.press("F8")).await.unwrap();
    page.wait_for_text("120000").await.unwrap();
    drop(page);
    for world in std::iter::once(world).chain(all) {
        world.database.remove().await;
    }
}
