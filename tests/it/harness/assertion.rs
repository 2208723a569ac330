//! Client assertions (RFC 7523), good ones and every kind of bad one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost::adapters::entropy::{Entropy as _, SystemEntropy};
use gatepost::protocol::jose::{Signer, SigningAlgorithm};
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};
use signature::Signer as _;

use super::application::Registered;
use super::server::TestServer;

/// A key pair of an application's.
pub(crate) struct ClientKey(Signer);

impl ClientKey {
    /// A new one.
    pub(crate) fn new(algorithm: SigningAlgorithm) -> Self {
        let pkcs8 = SystemEntropy::default().private_key(algorithm).unwrap();
        Self(Signer::from_pkcs8(algorithm, &pkcs8).unwrap())
    }

    /// The public half as a JWK Set.
    pub(crate) fn jwks(&self) -> String {
        serde_json::to_string(&JwkSet { keys: vec![self.0.jwk().clone()] }).unwrap()
    }

    /// The public half as a JWK.
    pub(crate) fn jwk(&self) -> Value {
        serde_json::to_value(self.0.jwk()).unwrap()
    }

    /// Its name.
    pub(crate) fn kid(&self) -> &str {
        self.0.kid()
    }

    /// The `alg` of its signatures.
    pub(crate) fn alg(&self) -> &'static str {
        self.0.signing_algorithm().name()
    }

    /// Signs these bytes.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message)
    }
}

/// An assertion that is being put together. Right unless changed.
#[derive(Clone, Debug)]
pub(crate) struct Assertion {
    pub(crate) header: Value,
    pub(crate) claims: Value,
}

impl Assertion {
    /// What this application would send to this server now.
    pub(crate) fn new(server: &TestServer, application: &Registered, key: &ClientKey) -> Self {
        let now = server.world.clock.seconds();
        let mut jti = [0; 16];
        SystemEntropy::default().fill(&mut jti);
        Self {
            header: json!({ "alg": key.alg(), "kid": key.kid(), "typ": "JWT" }),
            claims: json!({
                "iss": application.client_id,
                "sub": application.client_id,
                "aud": server.issuer(),
                "jti": URL_SAFE_NO_PAD.encode(jti),
                "iat": now,
                "exp": now + 60,
            }),
        }
    }

    /// With another value of this claim; null leaves it out.
    pub(crate) fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.claims, name, value.into());
        self
    }

    /// With another value of this header member; null leaves it out.
    pub(crate) fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        set(&mut self.header, name, value.into());
        self
    }

    /// Signed with this key.
    pub(crate) fn signed(&self, key: &ClientKey) -> String {
        self.sealed(|message| key.sign(message))
    }

    /// With a signature of the caller's own making.
    pub(crate) fn sealed(&self, signature: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&self.header), part(&self.claims));
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature(message.as_bytes())))
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    let object = object.as_object_mut().unwrap();
    if value.is_null() {
        object.remove(name);
    } else {
        object.insert(name.to_owned(), value);
    }
}
