//! The web kit: the one design system, and what pages need around it.

pub mod assets;
pub mod components;
pub mod frame;
