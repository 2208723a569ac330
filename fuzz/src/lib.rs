//! The layers that read what strangers send, without the server above them: a target builds in a minute.
#![expect(unused_macros, unused_imports, reason = "what only the layers above use, which are not here")]

#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/protocol/mod.rs"]
pub mod protocol;
