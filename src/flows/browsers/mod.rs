//! What a browser carries for this server: the token in its forms, a secret on its way to the page that shows it, and
//! the marks of the accounts that were signed in in it. Nothing of it is stored here.

mod csrf;
mod flash_secret;
mod known;

use std::sync::Arc;

use super::instruments::Instruments;
use crate::domain::encryption::MasterKeyring;

pub use csrf::FormBrowser;
pub use flash_secret::{FlashSecret, SHOWN_WITHIN};
pub use known::KnownAccounts;

/// Makes and checks what browsers carry, under the master key.
pub struct Browsers {
    instruments: Instruments,
    master_keys: Arc<MasterKeyring>,
}

impl Browsers {
    /// All of it is under these keys.
    pub fn new(instruments: Instruments, master_keys: Arc<MasterKeyring>) -> Self {
        Self { instruments, master_keys }
    }
}
