//! Mail that is not sent but kept in memory, for a developer or a test to read.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::{Mail, Mailer, SendFuture};

/// How many mails are kept; the oldest goes first.
const CAPACITY: usize = 100;

/// Catches mail instead of sending it.
#[derive(Debug, Default)]
pub struct CaughtMail(Mutex<VecDeque<Mail>>);

impl CaughtMail {
    /// The mails, newest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn keep(&self, mail: Mail) {
        let mut mails = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mails.push_front(mail);
        mails.truncate(CAPACITY);
    }
}

impl Mailer for CaughtMail {
    fn send<'a>(&'a self, mail: &'a Mail) -> SendFuture<'a> {
        self.keep(mail.clone());
        Box::pin(async { Ok("caught, and not sent".to_owned()) })
    }

    fn caught(&self) -> Option<&CaughtMail> {
        Some(self)
    }
}
