//! The mails about a person's passkeys: a way in that somebody else made must not stay unseen.

use std::time::Duration;

use super::Passkeys;
use crate::domain::language::Language;
use crate::domain::passkey::PasskeyName;
use crate::domain::session::Device;
use crate::domain::user::User;
use crate::flows::mail::{Notice, NoticeLink, quoted};
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
        let (subject, paragraphs, label) = self.words(Language::of(locale), name, news);
        let notice = Notice {
            recipient,
            locale,
            subject: subject.clone(),
            heading: subject,
            paragraphs,
            link: Some(NoticeLink { label: label.to_owned(), url: self.issuer.url_of("/account") }),
            not_after: self.instruments.now().plus(WORTH_SENDING),
        };
        self.mail.queue_notice(tx, &notice).await
    }

    fn words(&self, language: Language, name: &PasskeyName, news: News<'_>) -> (String, Vec<String>, &'static str) {
        let (host, name) = (self.issuer.host(), quoted(language, name.as_str()));
        match (language, news) {
            (Language::English, News::Added(device)) => (
                format!("A passkey was added to your account at {host}"),
                vec![
                    format!("The passkey {name} signs in to your account from now on, without a mail. It was added from {}.", device.address),
                    "If that was not you, remove it on your account page, sign out everywhere, and tell the operator of the server.".to_owned(),
                ],
                "Open your account",
            ),
            (Language::English, News::Removed) => (
                format!("A passkey was removed from your account at {host}"),
                vec![
                    format!("The passkey {name} does not sign in to your account any more."),
                    "If that was not you, look at your account page, sign out everywhere, and tell the operator of the server.".to_owned(),
                ],
                "Open your account",
            ),
            (Language::German, News::Added(device)) => (
                format!("Zu Ihrem Konto bei {host} ist ein Passkey hinzugekommen"),
                vec![
                    format!("Mit dem Passkey {name} kann man sich von jetzt an ohne E-Mail an Ihrem Konto anmelden. Er wurde von {} aus hinzugefügt.", device.address),
                    "Waren Sie das nicht, entfernen Sie ihn auf Ihrer Kontoseite, melden Sie sich überall ab und sagen Sie dem Betreiber des Servers Bescheid.".to_owned(),
                ],
                "Ihr Konto öffnen",
            ),
            (Language::German, News::Removed) => (
                format!("Von Ihrem Konto bei {host} wurde ein Passkey entfernt"),
                vec![
                    format!("Mit dem Passkey {name} kann man sich nicht mehr an Ihrem Konto anmelden."),
                    "Waren Sie das nicht, sehen Sie auf Ihrer Kontoseite nach, melden Sie sich überall ab und sagen Sie dem Betreiber des Servers Bescheid.".to_owned(),
                ],
                "Ihr Konto öffnen",
            ),
        }
    }
}
