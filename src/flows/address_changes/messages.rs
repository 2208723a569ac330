//! The mails of a change of address.

use super::AddressChanges;
use crate::domain::address_change::{AddressChange, PROOF_LIFETIME};
use crate::domain::ids::Timestamp;
use crate::domain::language::Language;
use crate::domain::one_time::{AddressToken, UndoToken};
use crate::domain::user::EmailAddress;
use crate::flows::mail::{Notice, NoticeLink, moment};

impl AddressChanges {
    /// To the new address: the link that proves it.
    pub(super) fn proof<'a>(&self, change: &'a AddressChange, token: &AddressToken, locale: &'a str) -> Notice<'a> {
        let (host, old) = (self.issuer.host(), change.old.masked());
        let until = change.created_at.plus(PROOF_LIFETIME);
        let url = self.issuer.url_of(&format!("/account/address/{}", token.expose()));
        let language = Language::of(locale);
        let written = moment(language, until);
        let (heading, paragraphs, label) = match language {
            Language::English => (
                format!("Confirm your new address at {host}"),
                vec![
                    format!("The account of {old} at {host} is to have this address."),
                    "Open the link in a browser in which you are signed in to that account.".to_owned(),
                    format!(
                        "It is good until {written}. If you did not ask for it, ignore this mail: nothing changes."
                    ),
                ],
                "Confirm the address",
            ),
            Language::German => (
                format!("Bestätigen Sie Ihre neue Adresse bei {host}"),
                vec![
                    format!("Das Konto von {old} bei {host} soll diese Adresse bekommen."),
                    "Öffnen Sie den Link in einem Browser, in dem Sie bei diesem Konto angemeldet sind.".to_owned(),
                    format!(
                        "Er gilt bis {written}. Haben Sie das nicht verlangt, ignorieren Sie diese E-Mail: Es ändert sich nichts."
                    ),
                ],
                "Adresse bestätigen",
            ),
        };
        let link = Some(NoticeLink { label: label.to_owned(), url });
        notice(&change.new, locale, (heading, paragraphs, link), until)
    }

    /// To an address that has an account: it cannot be another's too.
    pub(super) fn taken<'a>(&self, recipient: &'a EmailAddress, locale: &'a str) -> Notice<'a> {
        let host = self.issuer.host();
        let (heading, paragraphs) = match Language::of(locale) {
            Language::English => (
                format!("This address has an account at {host}"),
                vec![
                    format!("Somebody who is signed in to another account at {host} wanted to give it this address."),
                    "It has an account already, so nothing was changed. You need not do anything.".to_owned(),
                ],
            ),
            Language::German => (
                format!("Diese Adresse hat ein Konto bei {host}"),
                vec![
                    format!(
                        "Jemand, der bei {host} an einem anderen Konto angemeldet ist, wollte diesem Ihre Adresse geben."
                    ),
                    "Sie hat schon ein Konto, also wurde nichts geändert. Sie brauchen nichts zu tun.".to_owned(),
                ],
            ),
        };
        notice(recipient, locale, (heading, paragraphs, None), self.instruments.now().plus(PROOF_LIFETIME))
    }

    /// To the old address: what was done, and how it is undone.
    pub(super) fn changed<'a>(
        &self,
        change: &'a AddressChange,
        (undo, until): (&UndoToken, Timestamp),
        locale: &'a str,
    ) -> Notice<'a> {
        let (host, new) = (self.issuer.host(), change.new.masked());
        let url = self.issuer.url_of(&format!("/account/undo/{}", undo.expose()));
        let language = Language::of(locale);
        let written = moment(language, until);
        let (heading, paragraphs, label) = match language {
            Language::English => (
                format!("Your account at {host} has another address now"),
                vec![
                    format!("It is {new}. Nobody can sign in with this address any more."),
                    format!(
                        "Was that not you? Undo it until {written}: the account gets this address back, and everybody who is signed in to it is signed out."
                    ),
                ],
                "Undo the change",
            ),
            Language::German => (
                format!("Ihr Konto bei {host} hat jetzt eine andere Adresse"),
                vec![
                    format!("Sie ist {new}. Mit dieser Adresse kann sich niemand mehr anmelden."),
                    format!(
                        "Waren Sie das nicht? Bis {written} können Sie es rückgängig machen: Das Konto bekommt diese Adresse zurück, und alle, die daran angemeldet sind, werden abgemeldet."
                    ),
                ],
                "Rückgängig machen",
            ),
        };
        let link = Some(NoticeLink { label: label.to_owned(), url });
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
