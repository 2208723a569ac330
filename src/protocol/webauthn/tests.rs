//! Answers of an authenticator made here, and every way in which one can be wrong.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const HOST: &str = "id.example.com";
const CREDENTIAL: &[u8] = b"credential-1";
/// Present, verified, may be backed up, is backed up.
const SYNCED: u8 = 0b0001_1101;

fn origins() -> Vec<String> {
    vec!["https://id.example.com".to_owned()]
}

fn client_data(kind: &str, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut data = json!({"type": kind, "challenge": base64url(b"gpw_x"), "origin": "https://id.example.com",
        "crossOrigin": false, "other_keys_can_be_added_here": "…"});
    change(&mut data);
    data.to_string().into_bytes()
}

fn authenticator_data(host: &str, flags: u8, count: u32, rest: &[u8]) -> Vec<u8> {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, host.as_bytes());
    [hash.as_ref(), &[flags], &count.to_be_bytes(), rest].concat()
}

fn es256() -> (EcdsaKeyPair, Vec<u8>) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let point = pair.public_key().as_ref().to_vec();
    (
        pair,
        [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32][..], &point[1..33], &[0x22, 0x58, 32], &point[33..]].concat(),
    )
}

fn attested(id: &[u8], cose: &[u8]) -> Vec<u8> {
    let length = u16::try_from(id.len()).unwrap().to_be_bytes();
    [&[0; 16][..], &length, id, cose].concat()
}

fn attestation(data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(), &length, data].concat()
}

fn registration(client_data: &[u8], attestation: &[u8]) -> Registration {
    let json = json!({"id": base64url(CREDENTIAL), "rawId": base64url(CREDENTIAL), "type": "public-key",
        "response": {"clientDataJSON": base64url(client_data), "attestationObject": base64url(attestation)}});
    Registration::read(&json.to_string()).unwrap()
}

fn register(client_data: &[u8], data: &[u8]) -> Result<NewCredential, WebauthnError> {
    let (origins, registration) = (origins(), registration(client_data, &attestation(data)));
    let party = RelyingParty { id: HOST, origins: &origins };
    registration.client_data(party)?;
    registration.credential(party)
}

fn assertion(client_data: &[u8], data: &[u8], signature: &[u8]) -> Assertion {
    let json = json!({"id": base64url(CREDENTIAL), "rawId": base64url(CREDENTIAL), "type": "public-key",
        "response": {"clientDataJSON": base64url(client_data), "authenticatorData": base64url(data),
            "signature": base64url(signature), "userHandle": base64url(b"handle")}});
    Assertion::read(&json.to_string()).unwrap()
}

fn signed_bytes(client_data: &[u8], data: &[u8]) -> Vec<u8> {
    [data, aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, client_data).as_ref()].concat()
}

fn made() -> Vec<u8> {
    client_data("webauthn.create", |_| ())
}

fn of(flags: u8) -> Vec<u8> {
    authenticator_data(HOST, flags | 1 << 6, 0, &attested(CREDENTIAL, &es256().1))
}

#[test]
fn a_passkey_is_registered_and_signs_in() {
    let (pair, cose) = es256();
    let data = authenticator_data(HOST, SYNCED | 1 << 6, 7, &attested(CREDENTIAL, &cose));
    let made = register(&made(), &data).unwrap();
    assert_eq!((made.id.as_slice(), made.sign_count), (CREDENTIAL, 7));
    assert!(made.backup_eligible && made.backed_up);
    assert_eq!(made.public_key.algorithm(), KeyAlgorithm::Es256);
    let key = PublicKey::read(made.public_key.cose()).unwrap();
    let client_data = client_data("webauthn.get", |_| ());
    let data = authenticator_data(HOST, 0b0101, 8, b"");
    let signature = pair.sign(&SystemRandom::new(), &signed_bytes(&client_data, &data)).unwrap();
    let assertion = assertion(&client_data, &data, signature.as_ref());
    let origins = origins();
    let party = RelyingParty { id: HOST, origins: &origins };
    assert_eq!(assertion.client_data(party).unwrap().challenge(), Ok("gpw_x"));
    assert_eq!((assertion.credential_id(), assertion.user_handle()), (CREDENTIAL, Some(b"handle".as_slice())));
    let said = assertion.verify(&key, party).unwrap();
    assert_eq!(said, AssertedCredential { sign_count: 8, backup_eligible: false, backed_up: false });
    let other = PublicKey::read(&es256().1).unwrap();
    assert_eq!(assertion.verify(&other, party), Err(WebauthnError::BadSignature));
}

#[test]
fn ed25519_and_rsa_are_read_and_ed25519_verified() {
    let pair = Ed25519KeyPair::generate().unwrap();
    let cose = [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32][..], pair.public_key().as_ref()].concat();
    let key = PublicKey::read(&cose).unwrap();
    assert_eq!(key.algorithm(), KeyAlgorithm::EdDsa);
    assert_eq!(key.verify(b"message", pair.sign(b"message").as_ref()), Ok(()));
    assert_eq!(key.verify(b"another", pair.sign(b"message").as_ref()), Err(WebauthnError::BadSignature));
    let rsa = |n: &[u8], e: &[u8]| {
        let length = u16::try_from(n.len()).unwrap().to_be_bytes();
        let bytes = [&[0xa4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59][..], &length, n, &[0x21, 0x43], e].concat();
        PublicKey::read(&bytes).map(|key| key.algorithm())
    };
    let mut n = [0xb5; 256];
    n[255] = 0x17;
    assert_eq!(rsa(&n, &[1, 0, 1]), Ok(KeyAlgorithm::Rs256));
    // What counts is the number, not how many bytes hold it.
    let long = |bytes: usize| [&[1][..], &vec![0xb5; bytes - 1]].concat();
    assert_eq!(rsa(&long(1024), &[1, 0, 1]), Ok(KeyAlgorithm::Rs256));
    assert!(matches!(rsa(&long(256), &[1, 0, 1]), Err(WebauthnError::BadKey(_))));
    for (n, e) in [(&n[..128], [1, 0, 1]), (&[0xb6; 256][..], [1, 0, 1]), (&n[..], [1, 0, 2])] {
        assert!(matches!(rsa(n, &e), Err(WebauthnError::BadKey(_))));
    }
}

/// §7.1 steps 7, 8, 10, 11.
#[test]
fn client_data_of_another_page_or_ceremony_does_not_count() {
    let good = of(SYNCED);
    let with = |change: fn(&mut Value)| register(&client_data("webauthn.create", change), &good).unwrap_err();
    assert_eq!(with(|data| data["type"] = "webauthn.get".into()), WebauthnError::OtherCeremony);
    for origin in ["https://id.example.com:444", "http://id.example.com", "https://evil.example", "null", ""] {
        let data = client_data("webauthn.create", |data| data["origin"] = origin.into());
        assert_eq!(register(&data, &good), Err(WebauthnError::OtherOrigin), "{origin}");
    }
    assert_eq!(with(|data| data["crossOrigin"] = true.into()), WebauthnError::InForeignFrame);
    assert_eq!(with(|data| data["topOrigin"] = "https://evil.example".into()), WebauthnError::InForeignFrame);
    for broken in [b"".as_slice(), b"{}", b"[]", b"\xff", br#"{"type":"webauthn.create"}"#] {
        assert_eq!(register(broken, &good), Err(WebauthnError::Form("clientDataJSON")));
    }
}

/// §7.1 steps 14 to 19.
#[test]
fn authenticator_data_of_another_host_or_nobody_does_not_count() {
    let with = |host, flags| register(&made(), &authenticator_data(host, flags, 0, &attested(CREDENTIAL, &es256().1)));
    let credential = 1 << 6;
    assert!(with(HOST, 0b0101 | credential).is_ok());
    assert_eq!(with("evil.example", 0b0101 | credential), Err(WebauthnError::OtherRelyingParty));
    assert_eq!(with(HOST, 0b0100 | credential), Err(WebauthnError::NotPresent));
    assert_eq!(with(HOST, 0b0001 | credential), Err(WebauthnError::NotVerified));
    assert_eq!(with(HOST, 0b1_0101 | credential), Err(WebauthnError::ImpossibleBackup));
    assert_eq!(register(&made(), &authenticator_data(HOST, 0b0101, 0, b"")), Err(WebauthnError::NoCredential));
}

#[test]
fn what_is_cut_off_or_goes_on_is_refused() {
    let good = of(SYNCED);
    for length in 0..good.len() {
        assert!(register(&made(), &good[..length]).is_err(), "{length}");
    }
    assert!(register(&made(), &[good.as_slice(), &[0]].concat()).is_err());
    let whole = attestation(&good);
    let party_of = origins();
    let party = RelyingParty { id: HOST, origins: &party_of };
    for length in 0..whole.len() {
        assert!(registration(&made(), &whole[..length]).credential(party).is_err(), "{length}");
    }
    assert!(registration(&made(), &[whole.as_slice(), &[0xf6]].concat()).credential(party).is_err());
}

#[test]
fn extensions_are_passed_over_and_must_be_a_map() {
    let cose = es256().1;
    let with = |extensions: &[u8]| {
        let rest = [attested(CREDENTIAL, &cose).as_slice(), extensions].concat();
        register(&made(), &authenticator_data(HOST, 0b1100_0101, 0, &rest))
    };
    assert!(with(b"\xa1\x6bcredProtect\x02").is_ok());
    for bad in [b"".as_slice(), b"\x01", b"\xa1\x61a", b"\x9f\x9f\x9f", b"\xbf"] {
        assert!(with(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn a_key_is_exactly_one_of_those_that_were_asked_for() {
    let (_, cose) = es256();
    let changed = |at: usize, byte: u8| {
        let mut changed = cose.clone();
        changed[at] = byte;
        PublicKey::read(&changed)
    };
    assert!(PublicKey::read(&cose).is_ok());
    for (at, byte) in [(2, 1), (2, 3), (4, 0x27), (6, 2), (10, cose[10] ^ 1)] {
        assert!(matches!(changed(at, byte), Err(WebauthnError::BadKey(_))), "{at}");
    }
    let twice = [&[0xa6, 1, 2][..], &cose[1..]].concat();
    assert_eq!(PublicKey::read(&twice), Err(WebauthnError::BadKey("a member is there twice")));
    assert!(PublicKey::read(&[cose.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn a_credential_has_one_id_and_not_too_long_a_one() {
    let cose = es256().1;
    let with = |id: &[u8]| register(&made(), &authenticator_data(HOST, 0b0100_0101, 0, &attested(id, &cose)));
    assert_eq!(with(b"another"), Err(WebauthnError::OtherCredential));
    for id in [vec![], vec![7; LONGEST_CREDENTIAL_ID + 1]] {
        assert_eq!(with(&id), Err(WebauthnError::Form("the length of the credential id")));
    }
}

/// §6.1.1.
#[test]
fn a_counter_goes_on_or_is_not_there() {
    for (before, now, good) in [(0, 0, true), (0, 1, true), (4, 5, true), (5, 5, false), (5, 4, false), (5, 0, false)] {
        assert_eq!(counts_on(before, now), good, "{before} {now}");
    }
}

#[test]
fn the_options_ask_for_a_discoverable_passkey_of_a_verified_person() {
    let user =
        Subject { id: base64url(b"handle"), name: "john@example.com".to_owned(), display_name: "John".to_owned() };
    let made = serde_json::to_value(CreationOptions::new("gpw_x", HOST, user, [CREDENTIAL].into_iter())).unwrap();
    assert_eq!(made["challenge"], base64url(b"gpw_x"));
    assert_eq!(made["rp"]["id"], HOST);
    assert_eq!(made["attestation"], "none");
    let selection = json!({"residentKey": "required", "requireResidentKey": true, "userVerification": "required"});
    assert_eq!(made["authenticatorSelection"], selection);
    assert_eq!(made["excludeCredentials"], json!([{"type": "public-key", "id": base64url(CREDENTIAL)}]));
    let algorithms: Vec<_> = made["pubKeyCredParams"].as_array().unwrap().iter().map(|one| &one["alg"]).collect();
    assert_eq!(algorithms, [-8, -7, -257]);
    let asked = serde_json::to_value(RequestOptions::new("gpw_x", HOST)).unwrap();
    assert_eq!(asked["userVerification"], "required");
    assert!(asked.get("allowCredentials").is_none());
}

proptest! {
    /// Whatever bytes come, they are refused, and nothing breaks.
    #[test]
    fn no_bytes_break_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300), valid in any::<bool>()) {
        let origins = origins();
        let party = RelyingParty { id: HOST, origins: &origins };
        let data = if valid { authenticator_data(HOST, 0b1100_0101, 0, &bytes) } else { bytes.clone() };
        prop_assert!(registration(&made(), &attestation(&data)).credential(party).is_err());
        prop_assert!(registration(&made(), &bytes).credential(party).is_err());
        prop_assert!(PublicKey::read(&bytes).is_err());
        prop_assert!(assertion(&bytes, &data, &bytes).client_data(party).is_err());
    }
}
