//! A page as a reviewer looks at it: accessible, nothing sticks out, and a picture of it when asked for.

use crate::browser::Page;
use anyhow::{Result, ensure};
use std::path::Path;

/// Opens `path` under `at`: nothing that the accessibility checker finds, nothing wider than the window at two sizes, no table cut off
/// at the larger one, nothing in the console. `picture` is kept in the folder of `ATENA_SCREENS` when it is one of `kept`, and in that of
/// `ATENA_SCREENS_ALL` in any case.
///
/// # Errors
/// The first thing that is not so.
pub async fn look(page: &Page, at: &str, path: &str, picture: &str, kept: &[&str]) -> Result<()> {
    page.goto(&format!("{at}{path}")).await?;
    if let Some(first) = page.axe().await?.first() {
        anyhow::bail!("{path}: {first}");
    }
    for (width, height) in [(1280, 900), (1024, 700)] {
        page.resize(width, height).await?;
        let over = page.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth").await?;
        ensure!(over == 0, "{path} sticks out of a window of {width} by {over}");
        let cut = "[...document.querySelectorAll('.table-wrap')].filter(w => w.scrollWidth > w.clientWidth + 1).length";
        ensure!(width < 1280 || page.eval(cut).await? == 0, "{path} has a table that is cut off");
    }
    page.resize(1280, 900).await?;
    let problems = page.problems();
    ensure!(problems.is_empty(), "{path}: {}", problems.join("\n"));
    let folder = std::env::var_os("ATENA_SCREENS").filter(|_| kept.contains(&picture));
    if let Some(folder) = std::env::var_os("ATENA_SCREENS_ALL").or(folder) {
        page.screenshot(&Path::new(&folder).join(format!("{picture}.png")), 1280, true).await?;
    }
    Ok(())
}
