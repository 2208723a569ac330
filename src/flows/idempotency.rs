//! Creating something once, however often the request arrives (draft-ietf-httpapi-idempotency-key-header).
//!
//! A key belongs to its caller and to one request. While that is carried out, and for a day afterwards, the same
//! request gets the same answer, secrets included: the answer is stored sealed under the master key. Forms of the
//! portal have such a key too, so that a double click creates one object, not two.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::access::Caller;
use super::browsers::SHOWN_WITHIN;
use super::instruments::Instruments;
use crate::domain::encryption::MasterKeyring;
use crate::domain::one_time::ValueHash;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{KnownRequest, Store};

/// How long an answer is kept.
const REMEMBERED: Duration = Duration::from_hours(24);

/// How often a form that was sent twice looks for the answer to the first, and the delay between: twenty seconds in
/// all, for a server under load.
const LOOKS: u32 = 200;
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The longest key, in characters.
const LONGEST_KEY: usize = 255;

/// A request that may arrive more than once.
#[derive(Clone, Debug)]
pub struct Repeatable {
    key: ValueHash,
    fingerprint: ValueHash,
    remembered: Duration,
    looks: u32,
}

impl Repeatable {
    /// A program's request with its `Idempotency-Key`. While one is carried out, another is refused.
    ///
    /// # Errors
    /// `invalid_request` for a key that is none.
    pub fn by_program(caller: &Caller, key: &str, request: &[u8]) -> Result<Self, Refusal> {
        if !(1..=LONGEST_KEY).contains(&key.len()) || !key.bytes().all(|c| (b' '..=b'~').contains(&c)) {
            let what = format!("an Idempotency-Key has 1 to {LONGEST_KEY} printable ASCII characters");
            return Err(Refusal::invalid_request(what));
        }
        let key = ValueHash::of(&format!("{}\n{key}", caller.actor().stored()));
        let fingerprint = ValueHash::of_bytes(request);
        Ok(Self { key, fingerprint, remembered: REMEMBERED, looks: 0 })
    }

    /// One showing of a form with these values: sent again it waits for the answer to the first, because a browser
    /// shows only the last answer. With other values it is another request.
    pub fn by_form(caller: &Caller, shown: &str, filled: &[u8]) -> Self {
        let fingerprint = ValueHash::of_bytes(filled);
        let key = ValueHash::of(&format!("{}\nform {shown} {}", caller.actor().stored(), fingerprint.hex()));
        Self { key, fingerprint, remembered: SHOWN_WITHIN, looks: LOOKS }
    }

    fn place(&self) -> String {
        format!("idempotency_keys.answer.{}", self.key.hex())
    }
}

/// The state of a request before it is carried out.
enum Attempt {
    First,
    Answered(Vec<u8>),
    Unfinished,
}

/// Remembers what was answered to requests that may arrive more than once.
pub struct Idempotency {
    instruments: Instruments,
    store: Store,
    master_keys: Arc<MasterKeyring>,
}

impl Idempotency {
    /// Answers are kept in the database, under these keys.
    pub fn new(instruments: Instruments, store: Store, master_keys: Arc<MasterKeyring>) -> Self {
        Self { instruments, store, master_keys }
    }

    /// Makes something, once for each request. It is finished even if the client disconnects: the same request then
    /// gets the answer. One that is refused may be corrected and sent again.
    ///
    /// # Errors
    /// Those of the making; `idempotency_key_reused` for a key that belongs to another request; `conflict` while the
    /// first is not finished.
    pub async fn make_once<Made, Failed, Making>(
        self: &Arc<Self>,
        request: Repeatable,
        making: Making,
    ) -> Result<Made, Failed>
    where
        Made: Serialize + DeserializeOwned + Send + 'static,
        Failed: From<Refusal> + Send + 'static,
        Making: Future<Output = Result<Made, Failed>> + Send + 'static,
    {
        match self.patient_attempt(&request).await? {
            Attempt::First => {}
            Attempt::Answered(answer) => return serde_json::from_slice(&answer).map_err(|e| unreadable(&e).into()),
            Attempt::Unfinished => return Err(unfinished().into()),
        }
        let room = Arc::clone(self);
        let finished = tokio::spawn(async move {
            match making.await {
                Ok(made) => {
                    let answer = serde_json::to_vec(&made).map_err(|e| unreadable(&e))?;
                    room.remember_answer(&request, &answer).await?;
                    Ok(made)
                }
                Err(failed) => {
                    room.store.idempotency_key_release(request.key).await.map_err(Refusal::from)?;
                    Err(failed)
                }
            }
        });
        finished.await.map_err(|e| Refusal::server_error(format!("a creation was cut off: {e}")))?
    }

    /// A name for one showing of a form, for [`Repeatable::by_form`].
    pub fn name_form(&self) -> String {
        self.instruments.row_id(self.instruments.now()).to_string()
    }

    async fn patient_attempt(&self, request: &Repeatable) -> Result<Attempt, Refusal> {
        for _ in 0..request.looks {
            match self.attempt(request).await? {
                Attempt::Unfinished => tokio::time::sleep(LOOK_AGAIN).await,
                settled => return Ok(settled),
            }
        }
        self.attempt(request).await
    }

    async fn attempt(&self, request: &Repeatable) -> Result<Attempt, Refusal> {
        let now = self.instruments.now();
        let span = (now, now.plus(request.remembered));
        if self.store.idempotency_key_claim(request.key, request.fingerprint, span).await? {
            return Ok(Attempt::First);
        }
        match self.store.idempotency_key(request.key).await? {
            Some(KnownRequest { fingerprint: known, .. }) if !known.is(&request.fingerprint) => {
                let what = "this Idempotency-Key was sent with another request; use a new one";
                Err(Refusal::new(ErrorCode::KeyReused, what))
            }
            Some(KnownRequest { answer: Some(sealed), .. }) => {
                let opened = self.master_keys.open(&request.place(), &sealed);
                opened.map(Attempt::Answered).map_err(|e| unreadable(&e))
            }
            Some(KnownRequest { answer: None, .. }) | None => Ok(Attempt::Unfinished),
        }
    }

    async fn remember_answer(&self, request: &Repeatable, answer: &[u8]) -> Result<(), Refusal> {
        let sealed =
            self.master_keys.seal(&request.place(), answer, self.instruments.random()).map_err(|e| unreadable(&e))?;
        Ok(self.store.idempotency_key_answer(request.key, &sealed).await?)
    }
}

fn unfinished() -> Refusal {
    let what = "a request with this Idempotency-Key is being carried out, or was cut off; \
                look whether it was done before you send it with a new key";
    Refusal::new(ErrorCode::Conflict, what)
}

fn unreadable(error: &dyn std::error::Error) -> Refusal {
    Refusal::server_error(format!("an idempotent answer: {error}"))
}
