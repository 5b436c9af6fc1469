//! A running city for browser tests: real server, real database, real pages.

use app::cities::{MINATO, STAFF};
use app::running::Running;
use kernel::Date;
use platform::db::migrate;
use platform::keys::Keys;
use platform::staff::{self, NewStaff};
use platform::testing::{FixedClock, TestDatabase, fresh_sqlite};
use std::net::SocketAddr;
use std::sync::Arc;
use testkit::browser::{Browser, Page};
use webkit::House;

/// The business date of the tests.
pub const TODAY: Date = Date::constant(2026, 11, 20);

/// Pages whose pictures are kept in docs/screens; those with data in them are drawn after the story.
const KEPT: [&str; 4] = ["sign-in", "home", "case", "locked"];

/// A city on SQLite with its staff, served on a free port.
pub struct TestApp {
    /// The running server.
    pub running: Running,
    /// The city behind it.
    pub house: House,
    /// `http://localhost:PORT`
    pub origin: String,
    database: TestDatabase,
}

/// The password a member of staff is given first.
pub fn one_time(staff_no: &str) -> String {
    format!("first-{staff_no}-password")
}

impl TestApp {
    /// Starts it.
    pub async fn start() -> Self {
        let programmes = app::programmes();
        let database = fresh_sqlite().await.unwrap();
        let clock = Arc::new(FixedClock::noon(TODAY));
        migrate(&database.db, &app::migrations(&programmes), kernel::time::Clock::now(clock.as_ref())).await.unwrap();
        let keys = Keys::ephemeral().unwrap();
        let house = app::house(database.db.clone(), keys, clock, MINATO.profile(), programmes).unwrap();
        for member in STAFF {
            let mut tx = house.city.db().write().await.unwrap();
            let posts = [(member.office, member.rank, member.roles, None)];
            let password = one_time(member.staff_no);
            let new = NewStaff {
                staff_no: member.staff_no,
                name: member.name,
                password: &password,
                posts: &posts,
                from: Date::constant(2026, 4, 1),
            };
            staff::register(&mut tx, &new).await.unwrap();
            tx.commit().await.unwrap();
        }
        let folder = database.file.as_ref().and_then(|f| f.parent()).unwrap().to_owned();
        let witness = app::witness(&folder, house.city.keys());
        let running =
            Running::start(house.clone().over_plain_http(), SocketAddr::from(([127, 0, 0, 1], 0)), witness).await.unwrap();
        let origin = format!("http://localhost:{}", running.address.port());
        Self { running, house, origin, database }
    }

    /// A browser page on which this member of staff has signed in, by keyboard alone.
    pub async fn signed_in(&self, staff_no: &str) -> Page {
        let page = Browser::shared().await.unwrap().page().await.unwrap();
        page.goto(&format!("{}/sign-in", self.origin)).await.unwrap();
        page.fill("#f-login", staff_no).await.unwrap();
        page.fill("#f-password", &one_time(staff_no)).await.unwrap();
        page.load_after(page.press("Enter")).await.unwrap();
        page.fill("#f-old", &one_time(staff_no)).await.unwrap();
        page.fill("#f-new", "a long password of my own").await.unwrap();
        page.load_after(page.press("Enter")).await.unwrap();
        page.wait_for_text("受付・処理待ち").await.unwrap();
        page
    }

    /// Opens a page and checks what holds for every page: axe finds nothing, nothing comes from elsewhere, the console is quiet.
    pub async fn check(&self, page: &Page, path: &str, screenshot: &str) {
        page.goto(&format!("{}{path}", self.origin)).await.unwrap();
        self.check_open(page, path, screenshot).await;
    }

    /// [`TestApp::check`] for the page that is open. With `ATENA_SCREENS`, keeps a screenshot there.
    pub async fn check_open(&self, page: &Page, path: &str, screenshot: &str) {
        let violations = page.axe().await.unwrap();
        assert!(violations.is_empty(), "{path}: {violations:#?}");
        let foreign: Vec<String> =
            page.requests().into_iter().filter(|u| !u.starts_with(&self.origin) && !u.starts_with("data:")).collect();
        assert!(foreign.is_empty(), "{path} asks elsewhere: {foreign:?}");
        assert!(page.problems().is_empty(), "{path}: {:?}", page.problems());
        if let Some(folder) = std::env::var_os("ATENA_SCREENS").filter(|_| KEPT.contains(&screenshot)) {
            let file = std::path::Path::new(&folder).join(format!("{screenshot}.png"));
            page.screenshot(&file, 1500, true).await.unwrap();
        }
    }

    /// Stops the server and removes the database.
    pub async fn stop(self) {
        self.running.stop().await;
        self.database.remove().await;
    }
}
