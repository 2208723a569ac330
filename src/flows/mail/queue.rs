//! Writing mail to the outbox, in the transaction of what it is about.

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

/// A sign-in mail.
#[derive(Clone, Copy, Debug)]
pub struct SignInMail<'a> {
    /// The sign-in.
    pub sign_in: SignInId,
    /// The link's token as it is stored.
    pub link_hash: ValueHash,
    /// The recipient: the stored address of the account, or the one to be proven.
    pub recipient: &'a EmailAddress,
    /// The application's name; none for this server's own pages.
    pub application: Option<&'a str>,
    /// The whole link.
    pub link: &'a str,
    /// The code that can be typed instead.
    pub code: &'a LoginCode,
    /// The four characters that mail and waiting page both show.
    pub reference: &'a str,
    /// The device that requested it.
    pub device: &'a Device,
    /// The language of its recipient.
    pub locale: &'a str,
    /// When it becomes useless.
    pub not_after: Timestamp,
}

/// A mail to an owner about an application. Its sentences are ready, in the recipient's language.
#[derive(Clone, Debug)]
pub struct Notice<'a> {
    /// The recipient.
    pub recipient: &'a EmailAddress,
    /// The language of its recipient.
    pub locale: &'a str,
    /// The subject. It is stored in the clear and listed, so it holds no secret.
    pub subject: String,
    /// The heading.
    pub heading: String,
    /// The paragraphs. Names that users chose cannot break a line.
    pub paragraphs: Vec<String>,
    /// The action, if there is one.
    pub link: Option<NoticeLink>,
    /// When it becomes useless.
    pub not_after: Timestamp,
}

/// The action of a notice.
#[derive(Clone, Debug, Serialize)]
pub struct NoticeLink {
    /// The label of the button.
    pub label: String,
    /// The whole address.
    pub url: String,
}

/// A mail as it is sealed in the outbox. The recipient is inside, so that an attacker who can write to the database
/// cannot redirect a sign-in link to their own address.
#[derive(Serialize, Deserialize)]
pub(super) struct Letter {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) reference: Option<String>,
}

/// The place that a mail's body is sealed for.
pub(super) fn place(mail: MailId) -> String {
    format!("outbox.body.{mail}")
}

impl Mail {
    /// Writes a sign-in mail to the outbox. It is sent once the transaction is committed; call
    /// [`Mail::wake_outbox`] then, so that it is sent at once.
    pub async fn queue_sign_in_mail(&self, tx: &mut Transaction, mail: &SignInMail<'_>) -> Result<(), StoreError> {
        let now = self.instruments.now();
        let id = MailId::new(self.instruments.row_id(now));
        let lifetime = self.link_ttl;
        let composed = compose::sign_in(mail, &self.look, lifetime, now).map_err(|e| unwritten(id, &e))?;
        let body = self.seal(id, &composed.letter)?;
        let new = NewMail {
            id,
            link: Some((mail.sign_in, mail.link_hash)),
            recipient: mail.recipient,
            subject: &composed.listed_as,
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
        let letter = compose::notice(notice, &self.look).map_err(|e| unwritten(id, &e))?;
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
