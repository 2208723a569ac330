//! Mail: written to the outbox in the transaction of what it tells, sent from there once that is committed.

mod caught;
mod compose;
mod messages;
mod queue;
mod send;
mod way_in;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};

use super::access::{Caller, Need};
use super::delivery_traces::DeliveryTraces;
use super::foundations::Foundations;
use super::instruments::Instruments;
use crate::adapters::mailer::Mailer;
use crate::config::{Issuer, MailFrom, TemplateError, Templates};
use crate::domain::application::are_alike;
use crate::domain::encryption::MasterKeyring;
use crate::protocol::refusal::Refusal;
use crate::store::{OutboxFigures, Store, StoreError};
use send::Workers;

pub use crate::store::UnsentMail;
pub use caught::Mail as CaughtMail;
use compose::Look;
pub(in crate::flows) use compose::quoted;
pub(in crate::flows) use messages::MailMessages;
pub use queue::{Notice, NoticeLink, SignInMail};
pub(in crate::flows) use way_in::{WayInNews, WayInTexts};

/// The name at the top of every page.
const OWN_NAME: &str = "Gatepost";

/// The most mails that are shown.
const MOST_SHOWN: i64 = 200;

/// Where mails go to, and from whom.
struct Post {
    mailer: Option<Arc<dyn Mailer>>,
    sender: MailFrom,
}

/// The names of the templates that mails may be written by.
pub const OWN_MAILS: &[&str] = compose::MAILS;

/// Tries the operator's templates for mails: one that fails, or leaves out what the mail is about, is an error.
pub fn check_templates(templates: &Arc<Templates>) -> Result<(), TemplateError> {
    compose::check(templates)
}

/// The outbox, and who empties it.
pub struct Mail {
    instruments: Instruments,
    store: Store,
    master_keys: Arc<MasterKeyring>,
    delivery_traces: Arc<DeliveryTraces>,
    issuer: Issuer,
    /// What the server is called in its mails, and what they look like.
    look: Look,
    post: ArcSwap<Post>,
    link_ttl: Duration,
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
            look: Look::of(&base.config),
            post: ArcSwap::from_pointee(Post { mailer, sender: base.config.mail_sender() }),
            link_ttl: base.config.login.link_ttl,
            workers: Workers::default(),
        }
    }

    /// Sends by another mail server and as another sender from now on. Without a mailer it stays the one there is.
    pub fn set_server(&self, mailer: Option<Arc<dyn Mailer>>, sender: MailFrom) {
        let mailer = mailer.or_else(|| self.post.load().mailer.clone());
        self.post.store(Arc::new(Post { mailer, sender }));
    }

    /// The operator's own templates. Pages are written by the same.
    pub fn templates(&self) -> Arc<ArcSwapOption<Templates>> {
        Arc::clone(&self.look.templates)
    }

    /// The name that mails come from, if they have one.
    pub fn sender_name(&self) -> Option<String> {
        self.post.load().sender.name.clone()
    }

    /// Whether a name is, or looks like, that of this server on its pages and in its mails.
    pub(in crate::flows) fn is_own_name(&self, name: &str) -> bool {
        let own = [Some(OWN_NAME.to_owned()), Some(self.look.own_name.clone()), self.sender_name()];
        own.into_iter().flatten().any(|own| are_alike(&own, name))
    }

    /// The queue in numbers.
    pub async fn figures(&self) -> Result<OutboxFigures, StoreError> {
        self.store.outbox_figures().await
    }

    /// Mails that no mail server has taken, newest first, for an operator.
    pub async fn unsent_mail(&self, caller: &Caller) -> Result<Vec<UnsentMail>, Refusal> {
        caller.reach(Need::Oversee)?;
        Ok(self.store.outbox_unsent(MOST_SHOWN).await?)
    }
}
