//! The mails about a way into an account, such as a passkey: one that somebody else made must not stay unseen.

use std::time::Duration;

use super::{Mail, MailMessages, Notice, NoticeLink};
use crate::domain::language::Sentence;
use crate::domain::session::Device;
use crate::domain::user::User;
use crate::store::{StoreError, Transaction};

/// What became of a way in.
#[derive(Clone, Copy, Debug)]
pub(in crate::flows) enum WayInNews<'a> {
    /// There is a new one, by this device.
    Opened(&'a Device),
    /// It is gone.
    Closed,
}

/// What a mail says of a kind of way in, in the words of its recipient.
#[derive(Debug)]
pub(in crate::flows) struct WayInTexts {
    /// The subject.
    pub(in crate::flows) subject: Sentence,
    /// What happened.
    pub(in crate::flows) text: Sentence,
    /// What to do if it was somebody else.
    pub(in crate::flows) advice: &'static str,
    /// What stands in the gaps, besides the host of this server and the address of the device.
    pub(in crate::flows) facts: Vec<(&'static str, String)>,
}

/// How long the mail server may take.
const WORTH_SENDING: Duration = Duration::from_hours(3 * 24);

impl Mail {
    /// Tells a person of it, in the transaction that opens or closes it. Nobody is told where there is no address.
    pub(in crate::flows) async fn tell_of_way_in(
        &self,
        tx: &mut Transaction,
        user: &User,
        news: WayInNews<'_>,
        texts: impl FnOnce(&'static MailMessages) -> WayInTexts,
    ) -> Result<(), StoreError> {
        let Some(recipient) = &user.email else { return Ok(()) };
        let locale = user.locale.as_deref().unwrap_or("en");
        let messages = MailMessages::of_locale(locale);
        let WayInTexts { subject, text, advice, facts } = texts(messages);
        let address = match news {
            WayInNews::Opened(device) => device.address.as_str(),
            WayInNews::Closed => "",
        };
        let common = [("host", self.issuer.host()), ("address", address)];
        let own = facts.iter().map(|(name, value)| (*name, value.as_str()));
        let facts: Vec<(&str, &str)> = own.chain(common).collect();
        let subject = subject.with(&facts);
        let notice = Notice {
            recipient,
            locale,
            subject: subject.clone(),
            heading: subject,
            paragraphs: vec![text.with(&facts), advice.to_owned()],
            link: Some(NoticeLink { label: messages.passkey.open.to_owned(), url: self.issuer.url_of("/account") }),
            not_after: self.instruments.now().plus(WORTH_SENDING),
        };
        self.queue_notice(tx, &notice).await
    }
}
