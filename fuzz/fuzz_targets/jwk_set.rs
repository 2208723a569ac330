//! The key sets of applications: what was taken can verify, and is taken again.
#![no_main]

use gatepost_fuzz::protocol::assertion::{self, Addressee, AssertionAudience};
use gatepost_fuzz::protocol::client_keys::client_keys;
use libfuzzer_sys::fuzz_target;

/// Header and claims of an assertion; the signature is none.
const ASSERTION: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjbGllbnQifQ.AAAA";

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = std::str::from_utf8(bytes) else { return };
    let Ok(keys) = client_keys(document) else { return };
    assert!(!keys.keys.is_empty());
    let addressee = Addressee {
        issuer: "https://login.example.com",
        endpoints: Vec::new(),
        form: AssertionAudience::IssuerOrEndpoint,
    };
    assert!(assertion::verify(ASSERTION, "client", &keys, &addressee, 0).is_err());
    let written = serde_json::to_string(&keys).expect("keys have a JSON form");
    assert_eq!(client_keys(&written).expect("what was taken is taken again"), keys);
});
