//! Mail: written to the outbox in the transaction of what it tells, sent from there once that is committed.

mod caught;
mod compose;
mod queue;
mod send;

use std::sync::Arc;
use std::time::Duration;

use super::access::{Caller, Need};
use super::delivery_traces::DeliveryTraces;
use super::foundations::Foundations;
use super::instruments::Instruments;
use crate::adapters::mailer::Mailer;
use crate::config::{Issuer, MailFrom};
use crate::domain::encryption::MasterKeyring;
use crate::protocol::refusal::Refusal;
use crate::store::Store;
use send::Workers;

pub use crate::store::UnsentMail;
pub use caught::Mail as CaughtMail;
pub(in crate::flows) use compose::{moment, quoted};
pub use queue::{Notice, NoticeLink, SignInMail};

/// The most mails that are shown.
const MOST_SHOWN: i64 = 200;

/// The outbox, and who empties it.
pub struct Mail {
    instruments: Instruments,
    store: Store,
    master_keys: Arc<MasterKeyring>,
    delivery_traces: Arc<DeliveryTraces>,
    issuer: Issuer,
    sender: MailFrom,
    link_ttl: Duration,
    mailer: Option<Arc<dyn Mailer>>,
    workers: Workers,
}

impl Mail {
    /// Without a mailer, mail waits in the outbox.
    pub fn new(base: &Foundations, delivery_traces: &Arc<DeliveryTraces>, mailer: Option<Arc<dyn Mailer>>) -> Self {
        Self {
            instruments: base.instruments.clone(),
            store: base.store.clone(),
            master_keys: Arc::clone(&base.master_keys),
            delivery_traces: Arc::clone(delivery_traces),
            issuer: base.config.server.issuer.clone(),
            sender: base.config.mail_sender(),
            link_ttl: base.config.login.link_ttl,
            mailer,
            workers: Workers::default(),
        }
    }

    /// Mails that no mail server has taken, newest first, for an operator.
    pub async fn unsent_mail(&self, caller: &Caller) -> Result<Vec<UnsentMail>, Refusal> {
        caller.reach(Need::Oversee)?;
        Ok(self.store.outbox_unsent(MOST_SHOWN).await?)
    }
}
