use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Value, json};
use signature::Signer as _;

use super::*;
use crate::protocol::jose::Signer;
use crate::protocol::signed_jwt::spoiled;

const NOW: i64 = 1_772_366_400;
const REQUEST: ProvenRequest<'_> =
    ProvenRequest { method: "POST", url: "https://id.example/token", access_token: None };

/// RFC 8410 §10.3.
fn signer() -> Signer {
    let key = STANDARD.decode("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC").unwrap();
    Signer::from_pkcs8(SigningAlgorithm::EdDsa, &key).unwrap()
}

fn jwk() -> Value {
    let jwk = serde_json::to_value(signer().jwk()).unwrap();
    json!({ "kty": "OKP", "crv": "Ed25519", "x": jwk["x"] })
}

fn header() -> Value {
    json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk() })
}

fn claims() -> Value {
    json!({ "jti": "a", "htm": "POST", "htu": "https://id.example/token", "iat": NOW })
}

fn signed(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signer().sign(message.as_bytes())))
}

/// A proof that is right but for one member of its header or claims; null leaves it out.
fn with(part: &str, name: &str, value: Value) -> Result<VerifiedProof, String> {
    let (mut header, mut claims) = (header(), claims());
    let object = if part == "header" { &mut header } else { &mut claims };
    object[name] = value;
    let object = object.as_object_mut().unwrap();
    object.retain(|_, value| !value.is_null());
    check(&signed(&header.to_string(), &claims.to_string()), &REQUEST)
}

fn check(proof: &str, request: &ProvenRequest<'_>) -> Result<VerifiedProof, String> {
    verify(proof, request, NOW).map_err(|e| e.to_string())
}

#[test]
fn a_good_proof_tells_its_key() {
    let proof = check(&signed(&header().to_string(), &claims().to_string()), &REQUEST).unwrap();
    let expected =
        VerifiedProof { key: KeyThumbprint::of(signer().jwk()).unwrap(), jti: "a".into(), issued: NOW, nonce: None };
    assert_eq!(proof, expected);
    assert_eq!(with("claims", "nonce", json!("n")).unwrap().nonce.as_deref(), Some("n"));
    assert!(with("header", "typ", json!("DPoP+JWT")).is_ok());
    assert!(with("claims", "anything", json!({ "else": 1 })).is_ok());
}

/// RFC 9449 §4.3, 4 to 7; §11.6.
#[test]
fn each_member_of_the_header_is_checked() {
    for (name, value) in [
        ("typ", json!(null)),
        ("typ", json!("JWT")),
        ("typ", json!("at+jwt")),
        ("typ", json!(1)),
        ("alg", json!(null)),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES256")),
        ("alg", json!("ES384")),
        ("jwk", json!(null)),
        ("jwk", json!("x")),
        ("jwk", json!([])),
        ("jwk", json!({})),
        ("jwk", json!({ "kty": "oct", "k": "AAAA" })),
        ("jwk", json!({ "kty": "OKP", "crv": "Ed25519", "x": "AAAA" })),
        ("jwk", json!({ "kty": "OKP", "crv": "X25519", "x": jwk()["x"] })),
        ("crit", json!(["b64"])),
        ("crit", json!([])),
    ] {
        assert!(with("header", name, value.clone()).is_err(), "{name}: {value}");
    }
    let with_member = |name: &str, value: &str| {
        let mut jwk = jwk();
        jwk[name] = value.into();
        with("header", "jwk", jwk)
    };
    for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        assert!(with_member(private, "AAAA").unwrap_err().contains("consider that key exposed"), "{private}");
    }
    assert!(with_member("use", "enc").is_err());
    assert!(with_member("alg", "ES256").is_err());
    assert!(with_member("alg", "EdDSA").is_ok() && with_member("use", "sig").is_ok());
}

/// RFC 9449 §4.3, 7: by the key in the header, over what it stands in.
#[test]
fn the_signature_is_that_of_the_key_over_this_very_proof() {
    let good = signed(&header().to_string(), &claims().to_string());
    let message = good.rsplit_once('.').unwrap().0;
    let other = signed(&header().to_string(), &json!({ "jti": "b" }).to_string());
    let (of_other, changed) = (spoiled::signed_as(&good, &other), spoiled::signature(&good));
    for wrong in [format!("{message}."), of_other, changed, format!("{good}="), message.to_owned()] {
        assert!(check(&wrong, &REQUEST).is_err(), "{wrong}");
    }
    let foreign = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    assert!(with("header", "jwk", foreign).unwrap_err().contains("not signed"));
}

/// RFC 9449 §4.3, 3, 8 to 11.
#[test]
fn each_claim_is_checked() {
    for (name, value) in [
        ("jti", json!(null)),
        ("jti", json!("")),
        ("jti", json!("j".repeat(257))),
        ("jti", json!(1)),
        ("htm", json!(null)),
        ("htm", json!("GET")),
        ("htm", json!("post")),
        ("htu", json!(null)),
        ("htu", json!("https://id.example/oauth/token")),
        ("htu", json!("https://evil.example/token")),
        ("htu", json!("/token")),
        ("htu", json!(["https://id.example/token"])),
        ("iat", json!(null)),
        ("iat", json!("1772366400")),
        ("iat", json!(NOW - 61)),
        ("iat", json!(NOW + 61)),
        ("iat", json!(1e300)),
        ("iat", json!(-1e300)),
        ("nonce", json!(1)),
        ("ath", json!(1)),
    ] {
        assert!(with("claims", name, value.clone()).is_err(), "{name}: {value}");
    }
    for (name, value) in [
        ("iat", json!(NOW - 60)),
        ("iat", json!(NOW + 60)),
        ("iat", json!(1_772_366_400.5)),
        ("htu", json!("https://ID.example:443/token?a=b#c")),
        ("jti", json!("j".repeat(256))),
    ] {
        assert!(with("claims", name, value.clone()).is_ok(), "{name}: {value}");
    }
}

/// RFC 9449 §4.3, 12: a proof with a token is for that token.
#[test]
fn a_proof_is_for_the_access_token_it_comes_with() {
    let for_token = ProvenRequest { access_token: Some("a.b.c"), ..REQUEST };
    let proof = |ath: Value| {
        let mut claims = claims();
        claims["ath"] = ath;
        check(&signed(&header().to_string(), &claims.to_string()), &for_token)
    };
    assert!(proof(json!(access_token_hash("a.b.c"))).is_ok());
    for wrong in [json!(access_token_hash("a.b.d")), json!(""), json!(null)] {
        assert!(proof(wrong.clone()).is_err(), "{wrong}");
    }
    // RFC 9449 §4.2, the example of §7.1.
    assert_eq!(
        access_token_hash("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"),
        "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"
    );
}

/// RFC 9449 §4.3, 1 and 2.
#[test]
fn there_is_one_proof_and_it_is_a_jwt() {
    let text = |one: &str| one.to_owned();
    assert_eq!(single(&[text("a")]), Ok("a"));
    assert!(single(&[]).is_err() && single(&[text("a"), text("a")]).is_err());
    let (header, claims) = (header().to_string(), claims().to_string());
    for odd in ["", ".", "..", "...", "a.b.c", "a.b.c.d", "e30.e30.e30", &format!("{}, x", signed(&header, &claims))] {
        assert!(check(odd, &REQUEST).is_err(), "{odd}");
    }
    for (header, claims) in
        [("[]", claims.as_str()), (&header, "[]"), (&header, "\"a\""), (&header, ""), ("null", "null")]
    {
        assert!(check(&signed(header, claims), &REQUEST).is_err(), "{header} {claims}");
    }
    // RFC 7515 §4: a member stands once.
    let twice = header.replacen("\"alg\"", "\"alg\":\"EdDSA\",\"alg\"", 1);
    assert!(check(&signed(&twice, &claims), &REQUEST).is_err());
    let twice = claims.replacen("\"htm\"", "\"htm\":\"POST\",\"htm\"", 1);
    assert!(check(&signed(&header, &twice), &REQUEST).is_err());
    let long = json!({ "jti": "a", "htm": "POST", "htu": REQUEST.url, "iat": NOW, "x": "x".repeat(LONGEST) });
    assert!(check(&signed(&header, &long.to_string()), &REQUEST).unwrap_err().contains("8 KB"));
}

/// The example of RFC 9449 §4.1, a request later than it.
#[test]
fn the_example_of_the_rfc_holds() {
    let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0\
        RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.\
        eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0Ijo\
        xNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    let request = ProvenRequest { method: "POST", url: "https://server.example.com/token", access_token: None };
    let verified = verify(proof, &request, 1_562_262_618).unwrap();
    assert_eq!(verified.jti, "-BwC3ESc6acc2lTc");
    assert_eq!(verified.key.to_string(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

proptest! {
    #[test]
    fn nothing_that_comes_makes_it_stumble(proof in "[A-Za-z0-9_.-]{0,80}|\\PC{0,40}", now in any::<i64>()) {
        prop_assert!(verify(&proof, &REQUEST, now).is_err());
    }
}
