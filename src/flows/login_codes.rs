//! The code that a sign-in's mails carry beside the link.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;

use crate::domain::encryption::MasterKeyring;
use crate::domain::ids::{SignInId, Timestamp};
use crate::domain::one_time::ValueHash;
use crate::domain::sign_in::{LoginCode, SignIn};
use crate::store::{Store, StoreError};

/// The purpose of the key that login codes are hashed under.
pub const CODE_KEY: &str = "sign_ins.code";

/// Makes and checks login codes.
pub struct LoginCodes {
    store: Store,
    master_keys: Arc<MasterKeyring>,
    link_ttl: Duration,
}

impl LoginCodes {
    /// A code is good as long as the link beside it.
    pub fn new(store: Store, master_keys: Arc<MasterKeyring>, link_ttl: Duration) -> Self {
        Self { store, master_keys, link_ttl }
    }

    /// The code of a sign-in is derived from its id, so that a second mail can carry the same one although
    /// only a hash of it is stored.
    pub(in crate::flows) fn code_of(&self, id: SignInId) -> LoginCode {
        let key = self.master_keys.derive("sign_ins.code.text").into_iter().next().unwrap_or_default();
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), id.as_bytes());
        let mut random = [0; 8];
        random.copy_from_slice(&mac.as_ref()[..8]);
        LoginCode::from_random(random)
    }

    /// The hash of a code, under the newest master key.
    pub(in crate::flows) fn hash_of_code(&self, id: SignInId, code: &LoginCode) -> ValueHash {
        let key = self.master_keys.derive(CODE_KEY).into_iter().next().unwrap_or_default();
        code.hash_under(&key, id)
    }

    /// Whether this code was mailed for this sign-in, under the master key of now or one before.
    pub(in crate::flows) fn is_code_of(&self, sign_in: &SignIn, code: &LoginCode) -> bool {
        let keys = self.master_keys.derive(CODE_KEY);
        keys.iter().any(|key| code.hash_under(key, sign_in.id).is(&sign_in.code_hash))
    }

    /// Whether the links of all mails have expired. All mails have the same code, so another mail renews it.
    pub(in crate::flows) async fn is_code_over(&self, sign_in: &SignIn, now: Timestamp) -> Result<bool, StoreError> {
        let links = self.store.sign_in_links(sign_in.id).await?;
        let ttl = self.link_ttl;
        Ok(!links.is_empty() && links.iter().all(|link| link.is_expired(ttl, now)))
    }
}
