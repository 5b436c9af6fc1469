//! Tests through the public interface, as a clerk would tell them.

mod make;
mod reader;
mod robust;
mod round_trip;
