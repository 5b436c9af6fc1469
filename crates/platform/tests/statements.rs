//! Every statement of the platform is valid on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

mod house;

use house::houses;

#[tokio::test]
async fn every_statement_prepares_on_both_databases() {
    let statements = platform::statements();
    assert!(statements.len() > 80, "only {} statements are listed", statements.len());
    for house in houses().await {
        for statement in &statements {
            let prepared = house.city.db().prepare(statement.sql).await;
            assert!(prepared.is_ok(), "{} on {}: {:?}", statement.name, house.engine(), prepared.err());
        }
        house.remove().await;
    }
}

#[tokio::test]
async fn a_statement_about_a_table_that_is_not_there_is_noticed() {
    for house in houses().await {
        assert!(house.city.db().prepare("select nothing from nowhere").await.is_err(), "{}", house.engine());
        house.remove().await;
    }
}
