//! What browsers and authenticators say of passkeys. The input is one of its parts, bare and packed as a browser sends
//! it: nobody has to find out how base64 works before the interesting part begins.
#![no_main]

use gatepost_fuzz::protocol::webauthn::{
    Assertion, Ceremony, ClientData, LONGEST_CREDENTIAL_ID, PublicKey, Registration, RelyingParty, base64url,
};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

const HOST: &str = "id.example.com";
const CREDENTIAL: &[u8] = b"credential-1";

/// ES256, with the point of RFC 7517 appendix A.1.
const KEY: &[u8] = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20\x30\xa0\x42\x4c\xd2\x1c\x29\x44\x83\x8a\x2d\x75\xc9\x2b\x37\xe7\
    \x6e\xa2\x0d\x9f\x00\x89\x3a\x3b\x4e\xee\x8a\x3c\x0a\xaf\xec\x3e\x22\x58\x20\xe0\x4b\x65\xe9\x24\x56\xd9\x88\x8b\x52\xb3\
    \x79\xbd\xfb\xd5\x1e\xe8\x69\xef\x1f\x0f\xc6\x5b\x66\x59\x69\x5b\x6c\xce\x08\x17\x23";

fuzz_target!(|bytes: &[u8]| {
    let origins = [format!("https://{HOST}")];
    let party = RelyingParty { id: HOST, origins: &origins };
    let key = PublicKey::read(KEY).expect("the key of the RFC");
    if let Ok(read) = PublicKey::read(bytes) {
        assert_eq!(read.cose(), bytes);
    }
    if let Ok(data) = ClientData::read(bytes, Ceremony::Get, party) {
        let _ = data.challenge();
    }
    let id = base64url(CREDENTIAL);
    let attested = json!({ "rawId": id, "response": { "clientDataJSON": "", "attestationObject": base64url(bytes) } });
    let attested = Registration::read(&attested.to_string()).expect("the form is right");
    if let Ok(made) = attested.credential(party) {
        assert!(made.id == CREDENTIAL && made.id.len() <= LONGEST_CREDENTIAL_ID);
        assert_eq!(
            PublicKey::read(made.public_key.cose()).expect("a key that was taken is taken again"),
            made.public_key
        );
    }
    // The longest signature of this kind, and what is signed before it.
    let (data, signature) = bytes.split_at(bytes.len().saturating_sub(72));
    let asserted = json!({ "rawId": id, "response": { "clientDataJSON": "", "authenticatorData": base64url(data),
        "signature": base64url(signature) } });
    let asserted = Assertion::read(&asserted.to_string()).expect("the form is right");
    assert!(asserted.verify(&key, party).is_err(), "nobody signed it");
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Registration::read(text).map(|read| (read.client_data(party), read.credential(party)));
        let _ = Assertion::read(text).map(|read| assert!(read.verify(&key, party).is_err()));
    }
});
