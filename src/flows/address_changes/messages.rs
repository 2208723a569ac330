//! The mails of a change of address.

use super::AddressChanges;
use crate::domain::address_change::{AddressChange, PROOF_LIFETIME};
use crate::domain::ids::Timestamp;
use crate::domain::one_time::{AddressToken, UndoToken};
use crate::domain::user::EmailAddress;
use crate::flows::mail::{MailMessages, Notice, NoticeLink};

impl AddressChanges {
    /// To the new address: the link that proves it.
    pub(super) fn proof<'a>(&self, change: &'a AddressChange, token: &AddressToken, locale: &'a str) -> Notice<'a> {
        let old = change.old.masked();
        let until = change.created_at.plus(PROOF_LIFETIME);
        let url = self.issuer.url_of(&format!("/account/address/{}", token.expose()));
        let messages = MailMessages::of_locale(locale);
        let (texts, date) = (&messages.address, messages.language.moment(until));
        let facts: &[(&str, &str)] = &[("host", self.issuer.host()), ("address", &old), ("date", &date)];
        let heading = texts.proof.with(facts);
        let paragraphs =
            vec![texts.proof_text.with(facts), texts.proof_where.to_owned(), texts.proof_until.with(facts)];
        let link = Some(NoticeLink { label: texts.confirm.to_owned(), url });
        notice(&change.new, locale, (heading, paragraphs, link), until)
    }

    /// To an address that has an account: it cannot be another's too.
    pub(super) fn taken<'a>(&self, recipient: &'a EmailAddress, locale: &'a str) -> Notice<'a> {
        let texts = &MailMessages::of_locale(locale).address;
        let facts: &[(&str, &str)] = &[("host", self.issuer.host())];
        let heading = texts.taken.with(facts);
        let paragraphs = vec![texts.taken_text.with(facts), texts.taken_advice.to_owned()];
        notice(recipient, locale, (heading, paragraphs, None), self.instruments.now().plus(PROOF_LIFETIME))
    }

    /// To the old address: what was done, and how it is undone.
    pub(super) fn changed<'a>(
        &self,
        change: &'a AddressChange,
        (undo, until): (&UndoToken, Timestamp),
        locale: &'a str,
    ) -> Notice<'a> {
        let new = change.new.masked();
        let url = self.issuer.url_of(&format!("/account/undo/{}", undo.expose()));
        let messages = MailMessages::of_locale(locale);
        let (texts, date) = (&messages.address, messages.language.moment(until));
        let facts: &[(&str, &str)] = &[("host", self.issuer.host()), ("address", &new), ("date", &date)];
        let heading = texts.changed.with(facts);
        let paragraphs = vec![texts.changed_text.with(facts), texts.changed_advice.with(facts)];
        let link = Some(NoticeLink { label: texts.undo.to_owned(), url });
        notice(&change.old, locale, (heading, paragraphs, link), until)
    }
}

fn notice<'a>(
    recipient: &'a EmailAddress,
    locale: &'a str,
    (heading, paragraphs, link): (String, Vec<String>, Option<NoticeLink>),
    not_after: Timestamp,
) -> Notice<'a> {
    Notice { recipient, locale, subject: heading.clone(), heading, paragraphs, link, not_after }
}
