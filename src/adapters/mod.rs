//! OUTSIDE: what the server takes from and gives to the world it runs in: the time, randomness, mail and
//! requests of our own.
//!
//! Each is a small trait with one real implementation; tests bring their own, so that time stands still and
//! keys are at hand. Nothing else in the crate reads a clock, makes a random byte, sends a mail or
//! connects to an address that somebody else chose. Imports
//! `domain` and `protocol`.

pub mod clock;
pub mod entropy;
pub mod fetch;
pub mod mailer;

use std::sync::Arc;

use clock::{Clock, SystemClock};
use entropy::{Entropy, SystemEntropy};
use fetch::{Resolver, SystemResolver};
use mailer::Mailer;

/// What a server is given of the world outside.
#[derive(Clone)]
pub struct Outside {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Makes random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// Sends mail, unless `mail.url` names a mail server. With neither, mail waits in the outbox.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Finds the addresses of the names that we connect to on somebody's behalf.
    pub resolver: Arc<dyn Resolver>,
}

impl Default for Outside {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy::default()),
            mailer: None,
            resolver: Arc::new(SystemResolver),
        }
    }
}
