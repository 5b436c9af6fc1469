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

/// A statement that was first used on the day a city began must not go on reading whole tables when they have filled.
#[tokio::test]
async fn a_statement_prepared_on_a_small_table_finds_rows_by_the_index_when_the_table_has_grown() {
    for house in houses().await.into_iter().filter(|house| house.engine() == "postgres") {
        let mut tx = house.city.db().write().await.unwrap();
        for sql in [
            "create temporary table grown (key text primary key, content text not null)",
            "insert into grown values ('0', 'first')",
            "analyze grown",
            "prepare find (text, text) as select content from grown where key in ($1, $2)",
        ] {
            tx.run(sql, vec![]).await.unwrap();
        }
        let whole = |plan: &[String]| plan.iter().any(|line| line.contains("Seq Scan"));
        for _ in 0..10 {
            assert!(whole(&plan(&mut tx).await), "one row is read as it lies");
        }
        tx.run("insert into grown select n::text, repeat('x', 100) from generate_series(1, 20000) n", vec![]).await.unwrap();
        let grown = plan(&mut tx).await;
        assert!(!whole(&grown), "{grown:?}");
        drop(tx);
        house.remove().await;
    }
}

async fn plan(tx: &mut platform::db::Tx) -> Vec<String> {
    // The first five executions of a prepared statement are planned anew by every PostgreSQL.
    tx.all("execute find ('0', '7')", vec![]).await.unwrap();
    let lines = tx.all("explain execute find ('0', '7')", vec![]).await.unwrap();
    lines.iter().map(|line| line.get("QUERY PLAN").unwrap()).collect()
}
