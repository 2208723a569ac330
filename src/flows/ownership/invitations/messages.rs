//! The mail of an invitation. Its subject does not have the application's name, which is free text of a developer.

use crate::domain::application::Application;
use crate::domain::language::Language;
use crate::domain::one_time::InvitationToken;
use crate::domain::ownership::Invitation;
use crate::domain::user::User;
use crate::flows::mail::{Notice, NoticeLink, quoted};
use crate::flows::ownership::Ownership;
use crate::store::{StoreError, Transaction};

impl Ownership {
    pub(super) async fn tell_invited(
        &self,
        tx: &mut Transaction,
        (application, inviter): (&Application, &User),
        (invitation, token): (&Invitation, &InvitationToken),
        locale: &str,
    ) -> Result<(), StoreError> {
        let language = Language::of(locale);
        let name = quoted(language, &application.settings.name);
        let who = inviter.email.as_ref().map(ToString::to_string).unwrap_or_default();
        let host = self.issuer.host();
        let (heading, text, until, label) = match language {
            Language::English => (
                format!("You are invited to become an owner of an application at {host}"),
                format!("{who} invites you to become an owner of the application {name} at {host}."),
                format!("You can accept until {}.", invitation.expires_at.date()),
                "See the invitation",
            ),
            Language::German => (
                format!("Sie sind eingeladen, eine Anwendung auf {host} zu verwalten"),
                format!("{who} lädt Sie ein, die Anwendung {name} auf {host} zu verwalten."),
                format!("Sie können bis {} annehmen.", invitation.expires_at.date()),
                "Einladung ansehen",
            ),
        };
        let url = self.issuer.url_of(&format!("/portal/invitations/{}", token.expose()));
        let notice = Notice {
            recipient: &invitation.email,
            locale,
            subject: heading.clone(),
            heading,
            paragraphs: vec![text, until],
            link: Some(NoticeLink { label: label.to_owned(), url }),
            not_after: invitation.expires_at,
        };
        self.mail.queue_notice(tx, &notice).await
    }
}
