//! OUTSIDE: what the server takes from the world it runs in: the time and randomness.
//!
//! Each is a small trait with one real implementation; tests bring their own, so that time stands still and
//! keys are at hand. Nothing else in the crate reads a clock or makes a random byte. Imports `domain` and
//! `protocol`.

pub mod clock;
pub mod entropy;
