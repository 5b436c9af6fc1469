//! What the API takes and answers, learned while the story is played in a connected city and every office opens its pages.

use super::Options;
use super::browser::Browser;
use super::exchange::Connected;
use crate::cities::{MINATO, STAFF};
use kernel::Date;
use platform::job::JobView;
use platform::staff::admin;
use std::net::SocketAddr;
use std::sync::Arc;
use webkit::House;
use webkit::shape::Shapes;

/// Plays the story in a small city of its own and answers what requests and answers looked like.
///
/// # Errors
/// The first step that did not hold.
pub async fn learned() -> anyhow::Result<Arc<Shapes>> {
    let shapes = Arc::new(Shapes::default());
    let data = std::env::temp_dir().join(format!("atena-learn-{}", std::process::id()));
    let zones = data.with_extension("zones");
    let today = Date::constant(2026, 11, 20);
    let options = Options {
        database_url: None,
        data: data.clone(),
        residents: 500,
        fresh: true,
        today: Some(today),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        lines: None,
        city: &MINATO,
    };
    let connected = Connected::open(options, &zones).await?;
    let house = connected.town.house.clone().learning(shapes.clone());
    let mut played = connected.play(&house, today, 500).await;
    if played.is_ok() {
        played = walk(&house).await;
    }
    connected.stop().await;
    for folder in [data, zones] {
        std::fs::remove_dir_all(folder).ok();
    }
    played?;
    jobs(&shapes)?;
    Ok(shapes)
}

/// Every office opens the pages of its left column.
///
/// # Errors
/// A member of staff who cannot sign in.
pub async fn walk(house: &House) -> anyhow::Result<()> {
    for member in STAFF {
        let password = admin::one_time_password(house.city.keys())?;
        admin::set_password(&house.city, member.staff_no, &password).await?;
        let mut browser = Browser::new(house.router(), member.job_ja);
        browser.sign_in(member.staff_no, &password).await?;
        browser.post("/case", &[("title", "画面の点検"), ("ground", "受付")]).await?;
        for nav in house.programmes.iter().flat_map(|p| &p.nav) {
            // A page of another office is refused, and teaches nothing.
            browser.open(nav.path).await.ok();
        }
    }
    Ok(())
}

/// Whether a job is met half-way depends on the machine; both answers are the view's own.
fn jobs(shapes: &Shapes) -> anyhow::Result<()> {
    let view = |remaining| JobView {
        id: 1,
        kind: String::new(),
        title: String::new(),
        staff_name: String::new(),
        state: String::new(),
        done: 0,
        total: 0,
        message: String::new(),
        case_number: String::new(),
        rate: 0,
        remaining,
    };
    for remaining in [None, Some(1)] {
        let one = serde_json::to_value(view(remaining))?;
        shapes.answered("get", "/jobs/{id}", &one);
        shapes.answered("get", "/jobs", &serde_json::json!({ "jobs": [one] }));
    }
    Ok(())
}
