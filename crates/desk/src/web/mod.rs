//! The pages.

pub mod approval;
pub mod audit;
pub mod case;
pub mod home;
pub mod job;
pub mod session;
pub mod staff;
