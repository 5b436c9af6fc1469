//! The web kit: the one design system, and what pages need around it.

pub mod assets;
pub mod components;
pub mod form;
pub mod frame;
pub mod route;
pub mod server;
pub mod shape;
pub mod systems;
pub mod walls;

pub use form::{Form, Upload};
pub use route::{Begun, Call, Door, Download, Nav, Programme, Reply, Route, Screen, needs};
pub use server::House;
