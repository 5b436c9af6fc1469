//! On PostgreSQL each programme runs under a role of its own: the database refuses what the code must not do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what does not hold stops the test")]

use app::cities::MINATO;
use kernel::Date;
use kernel::access::Action;
use platform::db::{Db, migrate};
use platform::keys::Keys;
use platform::testing::{FixedClock, TestDatabase, fresh_postgres};
use platform::{StaffContext, Unit, params};
use std::path::Path;
use std::sync::Arc;
use webkit::House;

/// A city on PostgreSQL behind its walls, or `None` where no cluster is at hand.
async fn walled() -> Option<(House, TestDatabase)> {
    let database = fresh_postgres().await.unwrap()?;
    let programmes = app::programmes();
    let clock = Arc::new(FixedClock::noon(Date::constant(2026, 11, 20)));
    migrate(&database.db, &app::migrations(&programmes), kernel::time::Clock::now(clock.as_ref())).await.unwrap();
    let db = app::raise_walls(database.db.clone(), &programmes).await.unwrap();
    assert_eq!(db.walled(), Some(true));
    Some((app::house(db, Keys::ephemeral().unwrap(), clock, MINATO.profile(), programmes).unwrap(), database))
}

async fn unit(house: &House, programme: &'static str) -> Unit {
    Unit::change(&house.city.acting(programme), &StaffContext::nobody(), "試験", Action::Look).await.unwrap()
}

const RESIDENTS: &str = "select name from resident_person";

fn refused<T>(result: Result<T, platform::db::DbError>) -> bool {
    result.err().is_some_and(|e| e.to_string().contains("42501"))
}

#[tokio::test]
async fn child_medical_cannot_read_the_registry_by_hand() {
    let Some((house, database)) = walled().await else { return };
    let mut medical = unit(&house, "medical_aid").await;
    assert!(refused(medical.tx.all(RESIDENTS, params![]).await), "a change");
    // A refusal starts the transaction again: still behind the wall.
    medical.tx.restart().await.unwrap();
    assert!(refused(medical.tx.all(RESIDENTS, params![]).await), "after a restart");
    drop(medical);
    let mut look = house.city.acting("medical_aid").db().read().await.unwrap();
    assert!(refused(look.all(RESIDENTS, params![]).await), "a look");
    drop(look);
    unit(&house, "resident").await.tx.all(RESIDENTS, params![]).await.unwrap();
    database.remove().await;
}

#[tokio::test]
async fn a_port_opens_the_door_and_shuts_it_again() {
    let Some((house, database)) = walled().await else { return };
    let mut medical = unit(&house, "medical_aid").await;
    let before = medical.enter("resident").await.unwrap();
    let asked = medical.tx.all(RESIDENTS, params![]).await.map(|rows| rows.len()).map_err(Into::into);
    assert_eq!(medical.leave(before, asked).await.unwrap(), 0);
    assert!(refused(medical.tx.all(RESIDENTS, params![]).await));
    // The next transaction of the same connection starts without any role.
    drop(medical);
    for _ in 0..20 {
        house.city.db().read().await.unwrap().all(RESIDENTS, params![]).await.unwrap();
    }
    database.remove().await;
}

#[tokio::test]
async fn every_programme_reaches_its_own_registers_and_those_of_the_slices_it_calls() {
    let Some((house, database)) = walled().await else { return };
    let calls: &[(&str, &[&str])] = &[("claims", &["payments"]), ("medical_aid", &["claims", "payments"])];
    for programme in house.programmes.iter() {
        let called = calls.iter().find(|(p, _)| *p == programme.code).map_or(&[][..], |(_, c)| c);
        for owner in house.programmes.iter() {
            let own = owner.code == programme.code || called.contains(&owner.code);
            for register in &owner.registers {
                let sql: &'static str = format!("select id from {} limit 1", register.table).leak();
                let answer = unit(&house, programme.code).await.tx.all(sql, params![]).await;
                assert_eq!(refused(answer), !own, "{} on {}", programme.code, register.table);
            }
        }
    }
    database.remove().await;
}

#[tokio::test]
async fn no_programme_changes_the_log_or_who_may_sign_in() {
    let Some((house, database)) = walled().await else { return };
    unit(&house, "medical_aid").await.commit(()).await.unwrap();
    for programme in ["resident", "hub", "payments", "claims", "medical_aid"] {
        for sql in [
            "update audit_leaf set action = 'print'",
            "delete from audit_payload",
            "delete from audit_checkpoint",
            "update platform_staff set failures = 0",
            "select token from platform_session",
            "select secret from platform_client",
            "delete from platform_token",
        ] {
            assert!(refused(unit(&house, programme).await.tx.run(sql, params![]).await), "{programme}: {sql}");
        }
    }
    assert!(refused(unit(&house, "desk").await.tx.run("update audit_leaf set action = 'print'", params![]).await));
    database.remove().await;
}

#[tokio::test]
async fn an_account_that_may_not_make_roles_is_told_so() {
    let Some((house, database)) = walled().await else { return };
    let role = format!("atena_low_{}", std::process::id());
    let mut tx = house.city.db().write().await.unwrap();
    tx.run(format!("create role {role} login").leak(), params![]).await.unwrap();
    tx.commit().await.unwrap();
    let (_, rest) = database.url.as_deref().unwrap().split_once('@').unwrap();
    let db = Db::open(Some(&format!("postgres://{role}@{rest}")), Path::new("")).await.unwrap();
    let codes: Vec<&'static str> = house.programmes.iter().map(|p| p.code).collect();
    let db = platform::db::walls::raise(db, &codes).await.unwrap();
    assert_eq!(db.walled(), Some(false));
    db.close().await;
    let mut tx = house.city.db().write().await.unwrap();
    tx.run(format!("drop role {role}").leak(), params![]).await.unwrap();
    tx.commit().await.unwrap();
    database.remove().await;
}
