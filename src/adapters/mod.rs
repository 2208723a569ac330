//! OUTSIDE: the server's environment: time, randomness, mail and outgoing requests.
//!
//! Each is a small trait with one real implementation; tests bring their own, so that they control the time and need
//! not generate keys. Nothing else in the crate reads a clock, makes a random byte, sends a mail or connects to an
//! address that a user chose. Imports `domain` and `protocol`.

pub mod clock;
pub mod entropy;
pub mod fetch;
pub mod mailer;

use std::sync::Arc;

use clock::{Clock, SystemClock};
use entropy::{Entropy, SystemEntropy};
use fetch::{Resolver, SystemResolver};
use mailer::Mailer;

/// The adapters of a server.
#[derive(Clone)]
pub struct Outside {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Sends mail, unless `mail.url` names a mail server. With neither, mail waits in the outbox.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Resolves the names of URLs that users chose.
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
