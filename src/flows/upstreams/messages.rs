//! The mails about an account's upstreams: a way in that somebody else made must not stay unseen.

use std::time::Duration;

use super::Upstreams;
use crate::domain::session::Device;
use crate::domain::upstream::UpstreamIdentity;
use crate::domain::user::User;
use crate::flows::mail::{MailMessages, Notice, NoticeLink, quoted};
use crate::store::{StoreError, Transaction};

/// What the person is told.
#[derive(Clone, Copy, Debug)]
pub(super) enum News<'a> {
    /// An identity was connected, by this device.
    Linked(&'a Device),
    /// An identity was disconnected.
    Unlinked,
}

/// How long the mail server may take.
const WORTH_SENDING: Duration = Duration::from_hours(3 * 24);

impl Upstreams {
    pub(super) async fn tell(
        &self,
        tx: &mut Transaction,
        user: &User,
        (identity, label): (&UpstreamIdentity, &str),
        news: News<'_>,
    ) -> Result<(), StoreError> {
        let Some(recipient) = &user.email else { return Ok(()) };
        let locale = user.locale.as_deref().unwrap_or("en");
        let messages = MailMessages::of_locale(locale);
        let texts = &messages.upstream;
        let name = quoted(messages.language, label);
        let there = quoted(messages.language, identity.address.as_deref().unwrap_or(&identity.subject));
        let address = match news {
            News::Linked(device) => device.address.as_str(),
            News::Unlinked => "",
        };
        let facts: &[(&str, &str)] =
            &[("host", self.issuer.host()), ("name", &name), ("there", &there), ("address", address)];
        let (subject, text, advice) = match news {
            News::Linked(_) => (texts.linked, texts.linked_text, texts.linked_advice),
            News::Unlinked => (texts.unlinked, texts.unlinked_text, messages.passkey.removed_advice),
        };
        let subject = subject.with(facts);
        let notice = Notice {
            recipient,
            locale,
            subject: subject.clone(),
            heading: subject,
            paragraphs: vec![text.with(facts), advice.to_owned()],
            link: Some(NoticeLink { label: messages.passkey.open.to_owned(), url: self.issuer.url_of("/account") }),
            not_after: self.instruments.now().plus(WORTH_SENDING),
        };
        self.mail.queue_notice(tx, &notice).await
    }
}
