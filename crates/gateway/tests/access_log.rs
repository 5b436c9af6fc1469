//! セキュリティ管理 and 職員認証 (CHK-08, CHK-09): who signed in and out, what they opened, about whom, and what was refused them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::ident::AtenaNo;
use platform::audit::{self, LogFilter};
use platform::staff;
use support::calls::{count, held};
use support::staff::{ROLES, open_case, signed_in};
use support::{Side, TODAY, dan, worlds};
use tower::ServiceExt;
use webkit::House;

async fn open(side: &Side, session: &str, path: &str) -> StatusCode {
    let house = House::new(side.keeper.city().clone(), vec![gateway::programme(side.keeper.clone())]);
    let request = Request::get(path).header(header::COOKIE, format!("atena_session={session}")).body(Body::empty()).unwrap();
    house.router().oneshot(request).await.unwrap().status()
}

/// What the log says of a member of staff, the oldest first: screen, result, whether it is about the person, and which groups.
async fn log(side: &Side, staff_no: &str) -> Vec<String> {
    let city = side.keeper.city();
    let mut tx = city.db().read().await.unwrap();
    let person = AtenaNo::parse(dan(1).as_str()).unwrap();
    let subject = platform::subject::find(&mut tx, &person).await.unwrap();
    let filter = LogFilter { from: TODAY, to: TODAY, staff_no: Some(staff_no.to_owned()), before: None };
    let mut lines = audit::log(&mut tx, city.keys(), &filter, 1000).await.unwrap();
    lines.reverse();
    assert!(lines.iter().all(|line| line.genuine));
    let told = lines.into_iter().map(|line| {
        let (inner, said) = (line.inner.unwrap(), line.line.said.unwrap());
        assert_eq!(inner.staff_no, staff_no);
        let about = if subject.is_some() && inner.subject == subject { " 本人" } else { "" };
        format!("{} {}{about} {}", inner.screen, line.line.result, said.fields.join(",")).trim_end().to_owned()
    });
    told.collect()
}

#[tokio::test]
async fn signing_in_and_out_and_every_page_stand_in_the_log_with_whom_they_showed() {
    for world in worlds().await {
        held(&world).await;
        let session = signed_in(&world.b, "4301", 1, ROLES).await;
        let city = world.b.keeper.city();
        staff::sign_in(city, "4301", "not the password", "T-1").await.unwrap_err();
        assert_eq!(open(&world.b, &session, "/gateway/records").await, StatusCode::OK);
        let page = format!("/gateway/people/{}", dan(1));
        assert_eq!(open(&world.b, &session, &page).await, StatusCode::FORBIDDEN, "no case");
        let subject = count(&world.b, "select id as n from platform_subject").await;
        open_case(&world.b, &session, Some(subject)).await;
        assert_eq!(open(&world.b, &session, &page).await, StatusCode::OK);
        let who = staff::session(city, &session).await.unwrap().unwrap();
        staff::sign_out(city, &who).await.unwrap();
        assert_ne!(open(&world.b, &session, &page).await, StatusCode::OK, "signed out");
        let log = log(&world.b, "4301").await;
        let place = |line: &str| log.iter().position(|l| l == line).unwrap_or_else(|| panic!("{line} is not in {log:#?}"));
        let order = [
            "サインイン changed",
            "サインイン denied",
            "情報提供等記録 shown",
            "情報連携(個人) shown 本人 gateway.record,gateway.replica",
            "サインアウト changed",
        ];
        let places = order.map(place);
        assert!(places.is_sorted(), "{log:#?}");
        assert!(log.iter().any(|line| line.starts_with("情報連携(個人) denied")), "a refused look, too: {log:#?}");
        world.remove().await;
    }
}
