//! The browser driver against a tiny server of this process.

mod server;

use anyhow::Result;
use server::Server;
use std::path::PathBuf;
use testkit::{Browser, Page};

async fn opened(path: &str) -> Result<(Server, Page)> {
    let server = Server::start()?;
    let page = Browser::shared().await?.page().await?;
    page.goto(&server.url(path)).await?;
    Ok((server, page))
}

fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("atena-testkit-{}-{name}", std::process::id()))
}

#[tokio::test]
async fn a_clerk_fills_a_form_and_the_server_gets_it() -> Result<()> {
    let (_server, page) = opened("/").await?;
    assert_eq!(page.status(), Some(200));
    page.fill("#name", "山田 太郎").await?;
    page.fill("#kind", "転入").await?;
    page.load_after(page.click("#send")).await?;
    page.wait_for_text("name=山田 太郎&kind=in").await?;
    assert!(page.url().await?.contains("/submitted"));
    assert!(page.fill("#nothing", "x").await.is_err());
    Ok(())
}

#[tokio::test]
async fn keys_arrive_as_real_key_events() -> Result<()> {
    let (_server, page) = opened("/").await?;
    for key in ["F10", "Ctrl+Enter", "Alt+1", "Escape"] {
        page.press(key).await?;
    }
    assert_eq!(page.eval("strokes.join(' ')").await?, "F10 Ctrl+Enter Alt+1 Escape");
    page.press("Tab").await?;
    page.type_text("Ab 1あ").await?;
    assert_eq!(page.eval("document.activeElement.id + '=' + document.activeElement.value").await?, "name=Ab 1あ");
    page.press("Backspace").await?;
    page.load_after(page.press("Enter")).await?;
    page.wait_for_text("name=Ab 1&kind=out").await
}

#[tokio::test]
async fn what_a_person_cannot_hit_cannot_be_clicked() -> Result<()> {
    let (_server, page) = opened("/covered").await?;
    let refused = page.click("#under").await.unwrap_err().to_string();
    assert!(refused.contains("covered"), "{refused}");
    assert!(page.click("#hidden").await.is_err());
    page.click("#over").await
}

#[tokio::test]
async fn the_checker_names_broken_rules_and_passes_a_good_page() -> Result<()> {
    let (server, page) = opened("/").await?;
    assert_eq!(page.axe().await?, []);
    page.goto(&server.url("/inaccessible")).await?;
    let found = page.axe().await?;
    let rules: Vec<&str> = found.iter().map(|v| v.id.as_str()).collect();
    assert!(rules.contains(&"image-alt") && rules.contains(&"label"), "{rules:?}");
    assert!(found.iter().any(|v| v.to_string().contains("#unnamed")));
    Ok(())
}

#[tokio::test]
async fn outside_requests_are_seen_and_get_no_answer() -> Result<()> {
    let (server, page) = opened("/outside").await?;
    let requests = page.requests();
    assert!(requests.contains(&server.url("/outside")), "{requests:?}");
    assert!(requests.contains(&"http://outside.example/picture.png".to_owned()), "{requests:?}");
    assert!(page.problems().iter().any(|p| p.contains("outside.example")), "{:?}", page.problems());
    assert_eq!(page.eval("document.images[0].naturalWidth").await?, 0);
    Ok(())
}

#[tokio::test]
async fn script_errors_and_error_pages_are_seen() -> Result<()> {
    let (_server, page) = opened("/none").await?;
    assert_eq!(page.status(), Some(404));
    page.eval("setTimeout(() => { throw new Error('broken') }), 0").await?;
    page.eval("new Promise(done => setTimeout(done, 50))").await?;
    assert!(page.problems().iter().any(|p| p.contains("broken")), "{:?}", page.problems());
    assert!(page.eval("nothing.here").await.is_err());
    Ok(())
}

#[tokio::test]
async fn pages_share_no_cookies() -> Result<()> {
    let (server, page) = opened("/").await?;
    page.eval("document.cookie = 'session=1'").await?;
    assert_eq!(page.eval("document.cookie").await?, "session=1");
    let other = Browser::shared().await?.page().await?;
    other.goto(&server.url("/")).await?;
    assert_eq!(other.eval("document.cookie").await?, "");
    Ok(())
}

#[tokio::test]
async fn pictures_have_the_width_asked_for_and_the_whole_height() -> Result<()> {
    let (_server, page) = opened("/tall").await?;
    let file = scratch("tall.png");
    page.screenshot(&file, 800, false).await?;
    let window = png_size(&std::fs::read(&file)?);
    page.screenshot(&file, 800, true).await?;
    let whole = png_size(&std::fs::read(&file)?);
    std::fs::remove_file(&file)?;
    assert_eq!(window, (800, 900));
    assert_eq!(whole.0, 800);
    assert!(whole.1 >= 3000, "{whole:?}");
    Ok(())
}

#[tokio::test]
async fn a_page_is_printed_as_pdf() -> Result<()> {
    let (_server, page) = opened("/").await?;
    let file = scratch("page.pdf");
    page.print(&file).await?;
    let bytes = std::fs::read(&file)?;
    std::fs::remove_file(&file)?;
    assert!(bytes.starts_with(b"%PDF"));
    Ok(())
}

#[tokio::test]
async fn a_file_is_put_into_a_file_field() -> Result<()> {
    let (_server, page) = opened("/upload").await?;
    let file = scratch("upload.txt");
    std::fs::write(&file, "レセプト")?;
    page.attach("#file", &[&file]).await?;
    let text = page.eval("document.querySelector('#file').files[0].text()").await?;
    std::fs::remove_file(&file)?;
    assert_eq!(text, "レセプト");
    Ok(())
}

#[tokio::test]
async fn an_address_that_nobody_serves_is_an_error() -> Result<()> {
    let page = Browser::shared().await?.page().await?;
    assert!(page.goto("http://outside.example/").await.is_err());
    Ok(())
}

#[tokio::test]
async fn a_closed_browser_leaves_no_profile_behind() -> Result<()> {
    let profiles = || -> Result<usize> {
        let mine = format!("atena-browser-{}-", std::process::id());
        let entries = std::fs::read_dir(std::env::temp_dir())?.flatten();
        Ok(entries.filter(|e| e.file_name().to_string_lossy().starts_with(&mine)).count())
    };
    Browser::shared().await?;
    let before = profiles()?;
    let browser = Browser::launch().await?;
    let page = browser.page().await?;
    assert_eq!(profiles()?, before + 1);
    drop(page);
    drop(browser);
    assert_eq!(profiles()?, before);
    Ok(())
}

/// Width and height from the header of a PNG file.
fn png_size(bytes: &[u8]) -> (u32, u32) {
    let number = |at: usize| bytes.iter().skip(at).take(4).fold(0, |n, byte| n << 8 | u32::from(*byte));
    (number(16), number(20))
}
