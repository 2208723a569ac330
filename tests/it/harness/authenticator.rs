//! An authenticator in software: makes passkeys and signs with them, as a browser's script would be given it.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const CREDENTIAL: u8 = 1 << 6;

/// What the authenticator says of the person and of copies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flags(pub(crate) u8);

impl Flags {
    /// Present and verified, with a passkey that stays here.
    pub(crate) const BOUND: Self = Self(0b0101);
    /// The same with one that is on other devices too.
    pub(crate) const SYNCED: Self = Self(0b1_1101);
    /// Verified, it says, and not there.
    pub(crate) const ABSENT: Self = Self(0b0100);
    /// Present, whoever it is.
    pub(crate) const UNVERIFIED: Self = Self(0b0001);
}

/// An authenticator with one passkey, and the browser around it.
pub(crate) struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    handle: String,
    /// What its counter says next; it goes on by itself unless it is 0.
    pub(crate) count: u32,
    /// What it says of the person.
    pub(crate) flags: Flags,
    /// The page that asks.
    pub(crate) origin: String,
    /// The relying party that it acts for.
    pub(crate) party: String,
}

impl Authenticator {
    /// A new one, which does not count, before it has a passkey for anybody.
    pub(crate) fn new() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let id = digest(&SHA256, key.public_key().as_ref()).as_ref().to_vec();
        let (origin, party) = ("http://localhost:8080".to_owned(), "localhost".to_owned());
        Self { key, id, handle: String::new(), count: 0, flags: Flags::SYNCED, origin, party }
    }

    /// The answer to `navigator.credentials.create` with these options.
    pub(crate) fn create(&mut self, options: &Value) -> String {
        options["user"]["id"].as_str().unwrap().clone_into(&mut self.handle);
        let point = self.key.public_key().as_ref();
        let cose = [&b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"[..], &point[1..33], b"\x22\x58\x20", &point[33..]];
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let attested = [&[0; 16][..], &length, &self.id, &cose.concat()].concat();
        let data = self.data(self.flags.0 | CREDENTIAL, &attested);
        let length = u16::try_from(data.len()).unwrap().to_be_bytes();
        let object = [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(), &length, &data].concat();
        let client_data = self.client_data("webauthn.create", options);
        self.answer(&json!({"clientDataJSON": encoded(&client_data), "attestationObject": encoded(&object)}))
    }

    /// The answer to `navigator.credentials.get` with these options.
    pub(crate) fn get(&mut self, options: &Value) -> String {
        let data = self.data(self.flags.0, b"");
        let client_data = self.client_data("webauthn.get", options);
        let message = [data.as_slice(), digest(&SHA256, &client_data).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &message).unwrap();
        if self.count > 0 {
            self.count += 1;
        }
        self.answer(&json!({"clientDataJSON": encoded(&client_data), "authenticatorData": encoded(&data),
            "signature": encoded(signature.as_ref()), "userHandle": self.handle}))
    }

    fn data(&self, flags: u8, rest: &[u8]) -> Vec<u8> {
        let party = digest(&SHA256, self.party.as_bytes());
        [party.as_ref(), &[flags], &self.count.to_be_bytes(), rest].concat()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data =
            json!({"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false});
        data.to_string().into_bytes()
    }

    fn answer(&self, response: &Value) -> String {
        let id = encoded(&self.id);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response}).to_string()
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
