//! The mails about a person's passkeys: a way in that somebody else made must not stay unseen.

use std::time::Duration;

use super::Passkeys;
use crate::domain::passkey::PasskeyName;
use crate::domain::session::Device;
use crate::domain::user::User;
use crate::flows::mail::{MailMessages, Notice, NoticeLink, quoted};
use crate::store::{StoreError, Transaction};

/// What the person is told.
#[derive(Clone, Copy, Debug)]
pub(super) enum News<'a> {
    /// A passkey was added, in the session of this device.
    Added(&'a Device),
    /// A passkey was removed.
    Removed,
}

/// How long the mail server may take.
const WORTH_SENDING: Duration = Duration::from_hours(3 * 24);

impl Passkeys {
    pub(super) async fn tell(
        &self,
        tx: &mut Transaction,
        user: &User,
        name: &PasskeyName,
        news: News<'_>,
    ) -> Result<(), StoreError> {
        let Some(recipient) = &user.email else { return Ok(()) };
        let locale = user.locale.as_deref().unwrap_or("en");
        let messages = MailMessages::of_locale(locale);
        let (texts, name) = (&messages.passkey, quoted(messages.language, name.as_str()));
        let address = match news {
            News::Added(device) => device.address.as_str(),
            News::Removed => "",
        };
        let facts: &[(&str, &str)] = &[("host", self.issuer.host()), ("name", &name), ("address", address)];
        let (subject, text, advice) = match news {
            News::Added(_) => (texts.added, texts.added_text, texts.added_advice),
            News::Removed => (texts.removed, texts.removed_text, texts.removed_advice),
        };
        let subject = subject.with(facts);
        let notice = Notice {
            recipient,
            locale,
            subject: subject.clone(),
            heading: subject,
            paragraphs: vec![text.with(facts), advice.to_owned()],
            link: Some(NoticeLink { label: texts.open.to_owned(), url: self.issuer.url_of("/account") }),
            not_after: self.instruments.now().plus(WORTH_SENDING),
        };
        self.mail.queue_notice(tx, &notice).await
    }
}
