//! The staff pages of no programme: sign-in, home, cases, 決裁 inbox, batch monitor and access log.
//!
//! The desk owns no register. It shows what the platform keeps about the work itself; a person's record stays with its programme.

mod web;

use kernel::access::Action::{Administer, Decide, Draft, Look, Run};
use webkit::{Door, Nav, Programme, Route, needs};

const ANY: &[&str] = &[];
const DESK: Door = needs(ANY, &[(Look, "system.desk")]);
const CASE: Door = needs(ANY, &[(Draft, "system.case")]);
const APPROVAL: Door = needs(ANY, &[(Look, "system.approval")]);
const DECIDE: Door = needs(ANY, &[(Decide, "system.approval")]);
const JOB: Door = needs(ANY, &[(Look, "system.job")]);
const RUN: Door = needs(ANY, &[(Run, "system.job")]);
const LOG: Door = needs(ANY, &[(Look, "system.audit")]);
const STAFF: Door = needs(ANY, &[(Administer, "system.staff")]);

/// The desk, to be installed first.
pub fn programme() -> Programme {
    Programme {
        code: "desk",
        name_ja: "共通の画面",
        routes: vec![
            Route::get("/sign-in", "サインイン", Door::Open, web::session::sign_in_page),
            Route::post("/sign-in", "サインイン", Door::Open, web::session::sign_in),
            Route::post("/sign-out", "サインアウト", Door::Session, web::session::sign_out),
            Route::get("/session/locked", "離席中", Door::Session, web::session::locked_page),
            Route::post("/session/lock", "離席", Door::Session, web::session::lock),
            Route::post("/session/unlock", "席に戻る", Door::Session, web::session::unlock),
            Route::get("/session/password", "パスワードの変更", Door::Session, web::session::password_page),
            Route::post("/session/password", "パスワードの変更", Door::Session, web::session::password),
            Route::get("/session/purpose", "事務を選ぶ", Door::Session, web::session::purpose_page),
            Route::post("/session/purpose", "事務を選ぶ", Door::Session, web::session::purpose),
            Route::get("/", "ホーム", DESK, web::home::show),
            Route::post("/tasks/{id}/claim", "処理を始める", CASE, web::home::claim),
            Route::get("/case", "案件", CASE, web::case::show),
            Route::post("/case", "案件を始める", CASE, web::case::open),
            Route::post("/case/resume", "案件を続ける", CASE, web::case::resume),
            Route::post("/case/leave", "案件を終える", CASE, web::case::leave),
            Route::get("/approvals", "決裁待ち", APPROVAL, web::approval::list),
            Route::get("/approvals/{id}", "決裁", APPROVAL, web::approval::show),
            Route::post("/approvals/{id}", "決裁する", DECIDE, web::approval::decide),
            Route::get("/jobs", "一括処理", JOB, web::job::list),
            Route::get("/jobs/{id}", "一括処理の状況", JOB, web::job::show),
            Route::get("/jobs/{id}/progress", "一括処理の進み", JOB, web::job::progress),
            Route::post("/jobs/{id}/cancel", "一括処理を止める", RUN, web::job::cancel),
            Route::post("/jobs/{id}/resume", "一括処理を再開する", RUN, web::job::resume),
            Route::get("/audit", "閲覧記録", LOG, web::audit::show),
            Route::get("/staff", "職員・権限", STAFF, web::staff::list),
        ],
        nav: vec![
            Nav { group: "わたしの仕事", label: "受付・処理待ち", path: "/" },
            Nav { group: "わたしの仕事", label: "決裁待ち", path: "/approvals" },
            Nav { group: "わたしの仕事", label: "案件", path: "/case" },
            Nav { group: "共通", label: "一括処理", path: "/jobs" },
            Nav { group: "共通", label: "閲覧記録", path: "/audit" },
            Nav { group: "共通", label: "職員・権限", path: "/staff" },
        ],
        ..Programme::default()
    }
}
