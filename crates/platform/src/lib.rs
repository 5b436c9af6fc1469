//! The platform: I/O without programme knowledge.
//!
//! Database, keys, audit log, access, units of work, cases, decisions, jobs and the outbox. Programmes stand on it and never go around it.

pub mod approval;
pub mod audit;
pub mod case;
pub mod chore;
pub mod city;
pub mod client;
pub mod db;
pub mod fault;
pub mod file;
pub mod health;
pub mod job;
pub mod keys;
pub mod outbox;
pub mod policy;
pub mod register;
pub mod staff;
pub mod subject;
pub mod task;
pub mod testing;
pub mod unit;

pub use city::City;
pub use fault::Fault;
pub use staff::StaffContext;
pub use unit::{Seen, Unit};

use db::{Migration, Statement};

/// The platform's own migrations.
pub const MIGRATIONS: &[Migration] = &[
    Migration { name: "0001_platform", sql: include_str!("../../../migrations/0001_platform.sql"), postgres_only: false },
    Migration { name: "0002_audit", sql: include_str!("../../../migrations/0002_audit.sql"), postgres_only: false },
    Migration { name: "0003_client", sql: include_str!("../../../migrations/0003_client.sql"), postgres_only: false },
];

/// Every statement of the platform, for the test that prepares them on both databases.
pub fn statements() -> Vec<Statement> {
    let all = [
        approval::STATEMENTS,
        case::STATEMENTS,
        client::STATEMENTS,
        db::STATEMENTS,
        db::mark::STATEMENTS,
        file::STATEMENTS,
        health::STATEMENTS,
        job::STATEMENTS,
        outbox::STATEMENTS,
        staff::STATEMENTS,
        staff::admin::STATEMENTS,
        subject::STATEMENTS,
        task::STATEMENTS,
        unit::STATEMENTS,
    ];
    [all.concat(), audit::statements()].concat()
}
