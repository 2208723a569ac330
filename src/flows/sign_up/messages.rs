//! The mail that invites a person to this server.

use super::SignUps;
use crate::domain::account_invitation::AccountInvitation;
use crate::domain::language::Language;
use crate::flows::mail::{Notice, NoticeLink};
use crate::store::{StoreError, Transaction};

impl SignUps {
    /// The link leads to the sign-in and has no power of its own: the address is proven by the mail of the sign-in.
    pub(super) async fn tell_invited(
        &self,
        tx: &mut Transaction,
        invitation: &AccountInvitation,
    ) -> Result<(), StoreError> {
        let host = self.issuer.host();
        let locale = invitation.locale.as_deref().unwrap_or("en");
        let (heading, text, until, label) = match Language::of(locale) {
            Language::English => (
                format!("You are invited to {host}"),
                format!("You can make an account at {host}: sign in with this address, there is no password."),
                format!("The invitation is open until {}.", invitation.expires_at.date()),
                "Sign in",
            ),
            Language::German => (
                format!("Sie sind zu {host} eingeladen"),
                format!(
                    "Sie können auf {host} ein Konto anlegen: Melden Sie sich mit dieser Adresse an, ganz ohne Passwort."
                ),
                format!("Die Einladung gilt bis {}.", invitation.expires_at.date()),
                "Anmelden",
            ),
        };
        let notice = Notice {
            recipient: &invitation.email,
            locale,
            subject: heading.clone(),
            heading,
            paragraphs: vec![text, until],
            link: Some(NoticeLink { label: label.to_owned(), url: self.issuer.url_of("/account") }),
            not_after: invitation.expires_at,
        };
        self.mail.queue_notice(tx, &notice).await
    }
}
