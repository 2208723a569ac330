//! The mail of an invitation. Its subject does not have the application's name, which is free text of a developer.

use crate::domain::application::Application;
use crate::domain::one_time::InvitationToken;
use crate::domain::ownership::Invitation;
use crate::domain::user::User;
use crate::flows::mail::{MailMessages, Notice, NoticeLink, quoted};
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
        let messages = MailMessages::of_locale(locale);
        let (texts, name) = (&messages.ownership, quoted(messages.language, &application.settings.name));
        let by = inviter.email.as_ref().map(ToString::to_string).unwrap_or_default();
        let until = messages.language.date(invitation.expires_at);
        let facts: &[(&str, &str)] = &[("name", &name), ("by", &by), ("host", self.issuer.host()), ("date", &until)];
        let heading = texts.invited.with(facts);
        let url = self.issuer.url_of(&format!("/portal/invitations/{}", token.expose()));
        let notice = Notice {
            recipient: &invitation.email,
            locale,
            subject: heading.clone(),
            heading,
            paragraphs: vec![texts.invited_text.with(facts), texts.invited_until.with(facts)],
            link: Some(NoticeLink { label: texts.see_invitation.to_owned(), url }),
            not_after: invitation.expires_at,
        };
        self.mail.queue_notice(tx, &notice).await
    }
}
