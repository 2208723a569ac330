//! FACTS: what the server remembers, and how it may change.
//!
//! Owns ids, entities, their states as enums and the transitions between them. Does not own how they are
//! stored (`store`) nor when they change (`flows`). Imports `protocol` only.

pub mod application;
pub mod audit;
pub mod catalogue;
pub mod encryption;
pub mod ids;
pub mod secret;
pub mod signing_key;
