//! Creating something once, however often the request arrives (draft-ietf-httpapi-idempotency-key-header).
//!
//! A key belongs to its caller and to one request. While that is carried out, and for a day afterwards, the same
//! request gets the same answer, secrets included: the answer is stored sealed under the master key.

use std::time::Duration;

use super::Server;
use super::access::Caller;
use crate::domain::one_time::ValueHash;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::KnownRequest;

/// How long an answer is remembered.
const REMEMBERED: Duration = Duration::from_hours(24);

/// The longest key, in characters.
const LONGEST_KEY: usize = 255;

/// Whether a request is to be carried out.
#[derive(Debug)]
pub enum Attempt {
    /// It is the first with its key.
    First(ClaimedKey),
    /// It was answered before, with this.
    Known(Vec<u8>),
}

/// A key that belongs to the request being carried out.
#[derive(Clone, Copy, Debug)]
pub struct ClaimedKey(ValueHash);

impl ClaimedKey {
    fn place(self) -> String {
        format!("idempotency_keys.answer.{}", self.0.hex())
    }
}

impl Server {
    /// Claims a key for a request, or finds what the same request was answered.
    pub async fn request_claim(&self, caller: &Caller, key: &str, request: &[u8]) -> Result<Attempt, Refusal> {
        if !(1..=LONGEST_KEY).contains(&key.len()) || !key.bytes().all(|c| (b' '..=b'~').contains(&c)) {
            let what = format!("an Idempotency-Key has 1 to {LONGEST_KEY} printable ASCII characters");
            return Err(Refusal::invalid_request(what));
        }
        let claimed = ClaimedKey(ValueHash::of(&format!("{}\n{key}", caller.actor().stored())));
        let fingerprint = ValueHash::of_bytes(request);
        let now = self.now();
        if self.store.idempotency_key_claim(claimed.0, fingerprint, (now, now.plus(REMEMBERED))).await? {
            return Ok(Attempt::First(claimed));
        }
        match self.store.idempotency_key(claimed.0).await? {
            Some(KnownRequest { fingerprint: known, .. }) if !known.is(&fingerprint) => {
                let what = "this Idempotency-Key was sent with another request; use a new one";
                Err(Refusal::new(ErrorCode::KeyReused, what))
            }
            Some(KnownRequest { answer: Some(sealed), .. }) => {
                let opened = self.master_keys.open(&claimed.place(), &sealed);
                opened.map(Attempt::Known).map_err(|e| Refusal::server_error(format!("an idempotent answer: {e}")))
            }
            Some(KnownRequest { answer: None, .. }) | None => {
                let what = "a request with this Idempotency-Key is being carried out, or was cut off; \
                            look whether it was done before you send it with a new key";
                Err(Refusal::new(ErrorCode::Conflict, what))
            }
        }
    }

    /// Remembers what a request was answered.
    pub async fn request_answered(&self, key: ClaimedKey, answer: &[u8]) -> Result<(), Refusal> {
        let sealed = self.master_keys.seal(&key.place(), answer, self.random());
        let sealed = sealed.map_err(|e| Refusal::server_error(format!("an idempotent answer: {e}")))?;
        Ok(self.store.idempotency_key_answer(key.0, &sealed).await?)
    }

    /// Lets the key of a request go that was refused: corrected, it may be sent again.
    pub async fn request_refused(&self, key: ClaimedKey) -> Result<(), Refusal> {
        Ok(self.store.idempotency_key_release(key.0).await?)
    }
}
