//! Writing mail to the outbox, in the transaction of what it tells.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Mail, compose};
use crate::domain::encryption::Sealed;
use crate::domain::ids::{MailId, SignInId, Timestamp};
use crate::domain::one_time::ValueHash;
use crate::domain::session::Device;
use crate::domain::sign_in::{DeliveryEvent, LoginCode};
use crate::domain::user::EmailAddress;
use crate::store::{NewMail, StoreError, Transaction};

/// A mail that signs somebody in.
#[derive(Clone, Copy, Debug)]
pub struct SignInMail<'a> {
    /// The sign-in.
    pub sign_in: SignInId,
    /// The link's token as it is stored.
    pub link_hash: ValueHash,
    /// Whom it is for: the stored address of the account, or the one to be proven.
    pub recipient: &'a EmailAddress,
    /// The application's name; none for this server's own pages.
    pub application: Option<&'a str>,
    /// The whole link.
    pub link: &'a str,
    /// The code that can be typed instead.
    pub code: &'a LoginCode,
    /// What mail and waiting page both show.
    pub reference: &'a str,
    /// Where it was asked for.
    pub device: &'a Device,
    /// The language of its reader.
    pub locale: &'a str,
    /// When nobody can use it any more.
    pub not_after: Timestamp,
}

/// A mail that tells somebody about something they look after. Its words are ready, in its reader's language.
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    /// Whom it is for.
    pub recipient: &'a EmailAddress,
    /// The language of its reader.
    pub locale: &'a str,
    /// What stands above it. Stored in the clear and listed, so no secret.
    pub subject: String,
    /// What stands at the top of it.
    pub heading: String,
    /// What it says. Names in it that others chose are kept on their line.
    pub paragraphs: Vec<String>,
    /// The one thing to do about it.
    pub link: Option<NoticeLink>,
    /// When it would be no use any more.
    pub not_after: Timestamp,
}

/// Where a notice leads.
#[derive(Clone, Debug)]
pub struct NoticeLink {
    /// What stands on the button.
    pub label: String,
    /// The whole address.
    pub url: String,
}

/// All that is sent of a mail, as it is sealed in the outbox. The recipient is inside, so that whoever can write
/// to the database cannot have somebody's link sent to themselves.
#[derive(Serialize, Deserialize)]
pub(super) struct Letter {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) reference: Option<String>,
}

/// Where a mail's body is sealed for.
pub(super) fn place(mail: MailId) -> String {
    format!("outbox.body.{mail}")
}

impl Mail {
    /// Writes a sign-in mail to the outbox. It is sent once the transaction is committed; call
    /// [`Mail::wake_outbox`] then, so that it is sent at once.
    pub async fn queue_sign_in_mail(&self, tx: &mut Transaction, mail: &SignInMail<'_>) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let id = MailId::new(self.instruments.row_id(now));
        let own_name = self.issuer.host();
        let lifetime = self.link_ttl;
        let letter = compose::sign_in(mail, own_name, lifetime, now).map_err(|e| unwritten(id, &e))?;
        let body = self.seal(id, &letter)?;
        let new = NewMail {
            id,
            link: Some((mail.sign_in, mail.link_hash)),
            recipient: mail.recipient,
            subject: &letter.subject,
            body: &body,
            created_at: now,
            not_after: mail.not_after,
        };
        tx.outbox_insert(&new).await?;
        self.delivery_traces.note_delivery(tx, mail.sign_in, DeliveryEvent::Queued, "").await
    }

    /// Writes a notice to the outbox. It is sent once the transaction is committed; call
    /// [`Mail::wake_outbox`] then, so that it is sent at once.
    pub async fn queue_notice(&self, tx: &mut Transaction, notice: &Notice<'_>) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let id = MailId::new(self.instruments.row_id(now));
        let letter = compose::notice(notice).map_err(|e| unwritten(id, &e))?;
        let body = self.seal(id, &letter)?;
        let new = NewMail {
            id,
            link: None,
            recipient: notice.recipient,
            subject: &letter.subject,
            body: &body,
            created_at: now,
            not_after: notice.not_after,
        };
        tx.outbox_insert(&new).await
    }

    fn seal(&self, id: MailId, letter: &Letter) -> Result<Sealed, StoreError> {
        let plain = serde_json::to_vec(letter).map_err(|e| unwritten(id, &e))?;
        self.master_keys.seal(&place(id), &plain, self.instruments.random()).map_err(|e| unwritten(id, &e))
    }
}

fn unwritten(id: MailId, why: &dyn fmt::Display) -> StoreError {
    StoreError::Corrupt { table: "outbox", row: id.to_string(), what: why.to_string() }
}
