//! The `atena` binary.
fn main() {}
