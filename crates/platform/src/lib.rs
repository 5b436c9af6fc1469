//! The platform: I/O without programme knowledge.
//!
//! Database, keys, audit log, access, units of work, cases, decisions, jobs and the outbox. Programmes stand on it and never go around it.

pub mod db;
pub mod keys;
pub mod register;
