//! The codes that people type: derived from the request's id, so that a page can show the code for comparison although
//! only a hash of it is stored.

use std::sync::Arc;

use aws_lc_rs::hmac;

use crate::domain::device_grant::{DeviceGrant, UserCode};
use crate::domain::encryption::MasterKeyring;
use crate::domain::ids::DeviceGrantId;
use crate::domain::one_time::ValueHash;

/// The purpose of the key that codes are derived with.
const TEXT_KEY: &str = "device_grants.user_code.text";

/// The purpose of the key that codes are hashed under.
const HASH_KEY: &str = "device_grants.user_code";

/// Makes and recognises user codes.
pub(super) struct UserCodes {
    master_keys: Arc<MasterKeyring>,
}

impl UserCodes {
    pub(super) const fn new(master_keys: Arc<MasterKeyring>) -> Self {
        Self { master_keys }
    }

    /// The code of a new request and its hash, under the newest master key.
    pub(super) fn of_new(&self, id: DeviceGrantId) -> (UserCode, ValueHash) {
        let newest = |purpose| self.master_keys.derive(purpose).into_iter().next().unwrap_or_default();
        let code = derived(&newest(TEXT_KEY), id);
        let hash = code.hash_under(&newest(HASH_KEY));
        (code, hash)
    }

    /// The code of a request, under the master key that was the newest when it was made.
    pub(super) fn of(&self, grant: &DeviceGrant) -> Option<UserCode> {
        let hashes = self.master_keys.derive(HASH_KEY);
        let codes = self.master_keys.derive(TEXT_KEY).into_iter().map(|key| derived(&key, grant.id));
        codes.zip(hashes).find(|(code, key)| code.hash_under(key).is(&grant.user_code_hash)).map(|(code, _)| code)
    }

    /// The hashes that a code may be stored as: one for each master key.
    pub(super) fn hashes_of(&self, code: &UserCode) -> Vec<ValueHash> {
        self.master_keys.derive(HASH_KEY).iter().map(|key| code.hash_under(key)).collect()
    }
}

fn derived(key: &[u8; 32], id: DeviceGrantId) -> UserCode {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), id.as_bytes());
    let mut random = [0; 8];
    random.copy_from_slice(&tag.as_ref()[..8]);
    UserCode::from_random(random)
}
