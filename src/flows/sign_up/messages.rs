//! The mail that invites a person to this server.

use super::SignUps;
use crate::domain::account_invitation::AccountInvitation;
use crate::flows::mail::{MailMessages, Notice, NoticeLink};
use crate::store::{StoreError, Transaction};

impl SignUps {
    /// The link leads to the sign-in and has no power of its own: the address is proven by the mail of the sign-in.
    pub(super) async fn tell_invited(
        &self,
        tx: &mut Transaction,
        invitation: &AccountInvitation,
    ) -> Result<(), StoreError> {
        let locale = invitation.locale.as_deref().unwrap_or_default();
        let messages = MailMessages::of_locale(locale);
        let texts = &messages.account_invitation;
        let until = messages.language.date(invitation.expires_at);
        let facts: &[(&str, &str)] = &[("host", self.issuer.host()), ("date", &until)];
        let heading = texts.heading.with(facts);
        let notice = Notice {
            recipient: &invitation.email,
            locale,
            subject: heading.clone(),
            heading,
            paragraphs: vec![texts.text.with(facts), texts.until.with(facts)],
            link: Some(NoticeLink { label: texts.sign_in.to_owned(), url: self.issuer.url_of("/account") }),
            not_after: invitation.expires_at,
        };
        self.mail.queue_notice(tx, &notice).await
    }
}
