//! A secret on its way to a page that shows it once.
//!
//! The page comes after a redirect, so the secret has to be kept until then. The browser keeps it, sealed in a cookie:
//! only this server can open it, only for the session and object it was sealed for, and only for two minutes. So it is
//! in no URL, log or database.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Browsers;
use crate::domain::encryption::Sealed;
use crate::domain::ids::{SessionId, Timestamp};
use crate::domain::one_time::InitialAccessToken;
use crate::domain::secret::ClientSecret;
use crate::domain::webhook_secret::WebhookSecret;
use crate::protocol::refusal::Refusal;

/// How long the browser may take to get to the page.
pub const SHOWN_WITHIN: Duration = Duration::from_mins(2);

/// A secret that is shown once.
pub trait FlashSecret {
    /// The secret of this text, which was sealed here.
    fn from_text(text: String) -> Option<Self>
    where
        Self: Sized;
}

impl FlashSecret for ClientSecret {
    fn from_text(text: String) -> Option<Self> {
        Some(Self::presented(text))
    }
}

impl FlashSecret for WebhookSecret {
    fn from_text(text: String) -> Option<Self> {
        Some(Self::made_before(text))
    }
}

impl FlashSecret for InitialAccessToken {
    fn from_text(text: String) -> Option<Self> {
        text.parse().ok()
    }
}

impl Browsers {
    /// Seals a secret for this session and object.
    pub fn seal_flash_secret(&self, session: SessionId, of: &str, secret: &str) -> Result<String, Refusal> {
        let until = self.instruments.now().plus(SHOWN_WITHIN).as_micros().to_be_bytes();
        let plain = [&until[..], secret.as_bytes()].concat();
        let sealed = self.master_keys.seal(&place(session, of), &plain, self.instruments.random());
        let sealed = sealed.map_err(|e| Refusal::server_error(format!("a secret to be shown: {e}")))?;
        Ok(format!("{}.{}", sealed.master_key_id, URL_SAFE_NO_PAD.encode(sealed.bytes)))
    }

    /// Opens it, if it was sealed for this session and object less than two minutes ago.
    pub fn open_flash_secret<S: FlashSecret>(&self, session: SessionId, of: &str, text: &str) -> Option<S> {
        let (master_key_id, bytes) = text.split_once('.')?;
        let sealed = Sealed { master_key_id: master_key_id.to_owned(), bytes: URL_SAFE_NO_PAD.decode(bytes).ok()? };
        let plain = self.master_keys.open(&place(session, of), &sealed).ok()?;
        let (until, secret) = plain.split_first_chunk()?;
        let in_time = self.instruments.now() < Timestamp::from_micros(i64::from_be_bytes(*until));
        let secret = String::from_utf8(secret.to_vec()).ok()?;
        if in_time { S::from_text(secret) } else { None }
    }
}

fn place(session: SessionId, of: &str) -> String {
    format!("shown once.{session}.{of}")
}
