//! Somebody of 情報政策課 who has signed in.

use super::{Side, TODAY};
use platform::staff::{self, NewStaff};
use platform::{Unit, case, task};

/// Every right that 情報政策課 can have.
pub const ROLES: &str = "gateway,gateway_resident,gateway_tax,gateway_welfare,gateway_insurance,gateway_health";

/// Registers a member of staff with a password of their own; answers their session.
pub async fn signed_in(side: &Side, number: &str, rank: i64, roles: &str) -> String {
    let city = side.keeper.city();
    let mut tx = city.db().write().await.unwrap();
    let posts = [("joho", rank, roles, None)];
    let new = NewStaff { staff_no: number, name: "上田 誠", password: "first-password", posts: &posts, from: TODAY };
    staff::register(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    let token = staff::sign_in(city, number, "first-password", "T-1").await.unwrap();
    let who = staff::session(city, &token).await.unwrap().unwrap();
    staff::change_password(city, &who, "first-password", "a long password of my own").await.unwrap();
    token
}

/// Opens a case, perhaps with somebody in it.
pub async fn open_case(side: &Side, token: &str, with: Option<i64>) {
    let city = side.keeper.city();
    let staff = staff::session(city, token).await.unwrap().unwrap();
    let mut tx = city.db().write().await.unwrap();
    let subjects: Vec<i64> = with.into_iter().collect();
    let opened = case::open(city, &mut tx, &staff, "受付", "情報連携の確認", &subjects).await.unwrap();
    case::resume(&mut tx, &staff, opened.id).await.unwrap();
    tx.commit().await.unwrap();
}

/// Claims the only task of a kind; answers the page that it opens.
pub async fn claim(side: &Side, token: &str, kind: &str) -> String {
    let city = side.keeper.city();
    let staff = staff::session(city, token).await.unwrap().unwrap();
    let mut unit = Unit::change(city, &staff, "ホーム", kernel::access::Action::Draft).await.unwrap();
    let waiting = task::open(&mut unit).await.unwrap();
    let id = waiting.iter().find(|task| task.kind == kind).unwrap().id;
    let claimed = task::claim(&mut unit, id).await.unwrap();
    unit.commit(()).await.unwrap();
    let programme = gateway::programme(side.keeper.clone());
    let (_, pattern) = programme.task_pages.iter().find(|(of, _)| *of == kind).unwrap();
    pattern.replace("{reference}", &claimed.reference.unwrap())
}
