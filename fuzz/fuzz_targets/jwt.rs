//! JWTs of strangers: client assertions, access tokens, hints and proofs of possession. None of them is signed by anybody
//! we know, nor by the key it brings.
#![no_main]

use gatepost_fuzz::protocol::assertion::{Addressee, AssertionAudience};
use gatepost_fuzz::protocol::client_keys::client_keys;
use gatepost_fuzz::protocol::dpop::{self, ProvenRequest};
use gatepost_fuzz::protocol::{assertion, bearer, id_token_hint};
use jsonwebtoken::DecodingKey;
use libfuzzer_sys::fuzz_target;

/// RFC 7517 appendix A.1.
const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"sig","kid":"1"}]}"#;
const ISSUER: &str = "https://login.example.com";

fuzz_target!(|bytes: &[u8]| {
    let Ok(token) = std::str::from_utf8(bytes) else { return };
    let keys = client_keys(KEYS).expect("the keys of the RFC");
    let key_of = |_: &str| {
        let key = DecodingKey::from_jwk(&keys.keys[0]).expect("the key of the RFC");
        Some(bearer::VerifyingKey { algorithm: gatepost_fuzz::protocol::jose::SigningAlgorithm::Es256, key })
    };
    let _ = assertion::claimed_client(token);
    for form in [AssertionAudience::IssuerOrEndpoint, AssertionAudience::Issuer] {
        let addressee = Addressee { issuer: ISSUER, endpoints: vec![format!("{ISSUER}/token")], form };
        assert!(assertion::verify(token, "client", &keys, &addressee, 0).is_err());
    }
    assert!(bearer::verify(token, key_of, ISSUER, 0).is_err());
    assert!(id_token_hint::read(token, key_of, ISSUER).is_err());
    let request = ProvenRequest { method: "GET", url: ISSUER, access_token: None };
    assert!(dpop::verify(token, &request, 0).is_err());
});
