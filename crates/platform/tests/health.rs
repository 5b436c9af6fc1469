//! `/readyz` is true only while the city can write, sign and prove; each is broken once.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod house;

use house::{House, city, clerk, houses};
use kernel::access::Action;
use platform::keys::Keys;
use platform::{Unit, audit, health};

/// A city in which two looks have been recorded and sealed, so that a proof needs the tiles.
async fn sealed() -> Vec<House> {
    let houses = houses().await;
    for house in &houses {
        look(house).await;
        look(house).await;
        audit::seal(house.city.db(), house.city.keys(), house.city.clock()).await.unwrap();
    }
    houses
}

async fn look(house: &House) {
    let unit = Unit::look(&house.city, &clerk("1001", "shimin", 1), "一覧", Action::Look).await.unwrap();
    unit.commit(()).await.unwrap();
}

#[tokio::test]
async fn a_new_city_and_a_sealed_city_are_ready() {
    for house in houses().await {
        health::ready(&house.city).await.unwrap();
        house.remove().await;
    }
    for house in sealed().await {
        health::ready(&house.city).await.unwrap();
        house.remove().await;
    }
}

#[tokio::test]
async fn it_is_not_ready_when_it_cannot_write() {
    for house in sealed().await {
        house.run("alter table platform_counter rename to platform_counter_gone").await;
        assert!(health::ready(&house.city).await.is_err(), "{}", house.engine());
        house.remove().await;
    }
    for house in sealed().await {
        house.city.db().close().await;
        let why = health::ready(&house.city).await.unwrap_err().why;
        assert!(why.contains("接続できません"), "{why}");
    }
}

#[tokio::test]
async fn it_is_not_ready_when_it_cannot_sign_on() {
    for house in sealed().await {
        let other_ring = city(house.city.db().clone(), Keys::ephemeral().unwrap(), house.clock.clone());
        let why = health::ready(&other_ring).await.unwrap_err().why;
        assert!(why.contains("検査点"), "{}: a ring that did not sign this log: {why}", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn it_is_not_ready_when_it_cannot_prove() {
    for house in sealed().await {
        house.run("update audit_leaf set action = 'print'").await;
        let why = health::ready(&house.city).await.unwrap_err().why;
        assert!(why.contains("証明"), "{}: {why}", house.engine());
        house.remove().await;
    }
    for house in sealed().await {
        house.run("update audit_tile set width = 0").await;
        assert!(health::ready(&house.city).await.is_err(), "{}", house.engine());
        house.remove().await;
    }
}

#[tokio::test]
async fn it_is_not_ready_when_nobody_seals() {
    for house in sealed().await {
        look(&house).await;
        house.clock.pass_seconds(60);
        health::ready(&house.city).await.unwrap();
        house.clock.pass_seconds(1);
        let why = health::ready(&house.city).await.unwrap_err().why;
        assert!(why.contains("封印"), "{}: {why}", house.engine());
        house.remove().await;
    }
}
