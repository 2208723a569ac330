//! Tokens of other issuers, from workloads and from providers where people sign in. None of them is signed by anybody we
//! know.
#![no_main]

use gatepost_fuzz::protocol::federation::{FederatedIdentity, ForeignKeys, ForeignToken, Signature, Unverified};
use gatepost_fuzz::protocol::upstream::{Expected, key_set, verify};
use libfuzzer_sys::fuzz_target;

/// RFC 7517 appendix A.1.
const KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"sig","kid":"1"}]}"#;
const ISSUER: &str = "https://ci.example.com";
const OURS: &str = "https://login.example.com";

fn trusted(issuer: &str, subject: &str) -> FederatedIdentity {
    FederatedIdentity {
        issuer: issuer.parse().expect("an issuer"),
        subject: subject.parse().expect("a subject"),
        audience: None,
        keys: None,
        reusable: false,
    }
}

fuzz_target!(|token: &str| {
    let federated = [trusted(ISSUER, "project:shop/*"), trusted("spiffe://example.org", "spiffe://example.org/orders")];
    if let Some(unverified) = Unverified::read(token) {
        let _ = (unverified.is_foreign_to("shop"), unverified.is_of(&federated));
    }
    let expected = Expected { issuer: ISSUER, client_id: "gatepost", is_nonce: &|_| true, now: 0 };
    let keys = key_set(KEYS.as_bytes()).expect("the keys of the RFC");
    assert!(verify(token, &keys, &expected).is_err());
    let Ok(read) = ForeignToken::read(token) else { return };
    let keys = ForeignKeys::read(&serde_json::from_str(KEYS).expect("JSON")).expect("the keys of the RFC");
    assert!(!matches!(keys.signature(read.signed()), Signature::Good(_)));
    if let Ok(found) = read.identities(&federated, OURS) {
        assert!(!found.is_empty());
        let _ = read.check_times(0);
    }
});
