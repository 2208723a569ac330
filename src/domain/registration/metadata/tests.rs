use serde_json::json;

use super::*;
use crate::domain::application::{Admission, Origin};
use crate::domain::ids::{ApplicationId, Timestamp};

const CALLBACK: &str = "http://localhost:3334/oauth/callback";

fn allowance() -> Allowance {
    Allowance::of_everybody("openid profile email offline_access".parse().unwrap())
}

fn read_with(sent: &Value, allowed: &Allowance) -> Result<ClientMetadata, Refusal> {
    ClientMetadata::read(sent.as_object().unwrap(), allowed, SigningAlgorithm::default())
}

fn read(sent: &Value) -> Result<ClientMetadata, Refusal> {
    read_with(sent, &allowance())
}

fn refused(sent: &Value) -> (ErrorCode, String) {
    let refusal = read(sent).expect_err(&sent.to_string());
    (refusal.code, refusal.description.into_owned())
}

fn shown(metadata: &ClientMetadata) -> Value {
    let (id, now) = (ApplicationId::from_bytes([1; 16]), Timestamp::from_seconds(1000));
    let origin = Origin::Dynamic(Admission::Open);
    let application = Application::new(id, "c".parse().unwrap(), metadata.settings.clone(), origin, now);
    ClientMetadata::registered(&application, metadata.method).into()
}

/// What mcp-remote sends.
#[test]
fn a_native_client_of_mcp_gets_what_it_asks_for() {
    let sent = json!({
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "client_name": "MCP CLI Proxy",
        "client_uri": "https://github.com/modelcontextprotocol/mcp-cli",
        "software_id": "2e6dc280-f3c3-4e01-99a7-8181dbd1d23d",
        "software_version": "0.1.37",
        "application_type": "native",
        "scope": "openid offline_access",
    });
    let metadata = read(&sent).unwrap();
    assert_eq!((metadata.settings.kind, metadata.method), (ApplicationKind::Native, AuthMethod::None));
    assert_eq!(metadata.settings.default_scope.to_string(), "openid offline_access");
    assert!(!metadata.settings.first_party);
    assert_eq!(
        shown(&metadata),
        json!({
            "backchannel_logout_session_required": false,
            "client_id": "c",
            "client_id_issued_at": 1000,
            "client_name": "MCP CLI Proxy",
            "client_uri": "https://github.com/modelcontextprotocol/mcp-cli",
            "dpop_bound_access_tokens": false,
            "redirect_uris": [CALLBACK],
            "scope": "openid offline_access",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "application_type": "native",
            "id_token_signed_response_alg": "RS256",
        })
    );
}

/// RFC 7591 §2: what is left out, or `null`, has a default.
#[test]
fn what_a_client_does_not_say_is_as_the_rfc_has_it() {
    let metadata = read(&json!({ "redirect_uris": ["https://app.example/cb"], "client_name": null })).unwrap();
    let ApplicationSettings { name, kind, grants, scope, default_scope, .. } = &metadata.settings;
    assert_eq!(
        (name.as_str(), *kind, metadata.method),
        ("An application without a name", ApplicationKind::Web, AuthMethod::Basic)
    );
    assert_eq!(grants, &[GrantType::AuthorizationCode]);
    assert_eq!((scope, default_scope.to_string()), (&allowance().scope, "openid".to_owned()));
    assert_eq!(shown(&metadata)["response_types"], json!(["code"]));
}

#[test]
fn the_type_follows_from_what_the_client_says() {
    for (application_type, method, uri, kind) in [
        (None, "none", "https://app.example/cb", ApplicationKind::Spa),
        (None, "none", "http://127.0.0.1/cb", ApplicationKind::Native),
        (None, "none", "com.example.app:/cb", ApplicationKind::Native),
        (Some("web"), "none", "http://localhost/cb", ApplicationKind::Spa),
        (Some("native"), "none", "https://app.example/cb", ApplicationKind::Native),
        (Some("native"), "client_secret_post", "http://localhost/cb", ApplicationKind::Web),
        (None, "client_secret_basic", "http://localhost/cb", ApplicationKind::Web),
    ] {
        let sent = json!({
            "application_type": application_type, "token_endpoint_auth_method": method, "redirect_uris": [uri],
        });
        let metadata = read(&sent).unwrap();
        assert_eq!(metadata.settings.kind, kind, "{sent}");
        assert_eq!(shown(&metadata)["token_endpoint_auth_method"], method);
    }
    let native = json!({ "application_type": "native", "redirect_uris": ["com.example.app:/cb"] });
    assert_eq!(read(&native).unwrap().method, AuthMethod::None, "RFC 8252 §8.4");
}

/// RFC 7591 §3.2.1: what a client may not have is left out, and the answer says so.
#[test]
fn more_than_is_allowed_is_left_out() {
    let sent = json!({
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "client_credentials", "implicit", "password"],
        "response_types": ["code", "token"],
        "scope": "openid gatepost:admin users:write orders:read",
        "unknown": { "deep": [1] },
        "client_id": "mine",
        "client_secret": "mine",
        "first_party": true,
        "token_ttl": 31_536_000,
        "owner": "jane@example.com",
        "audiences": ["https://api.example.com"],
        "name": "Another name",
    });
    let metadata = read(&sent).unwrap();
    let settings = &metadata.settings;
    assert_eq!((settings.scope.to_string(), settings.default_scope.to_string()), ("openid".into(), "openid".into()));
    assert_eq!(settings.grants, [GrantType::AuthorizationCode]);
    assert_eq!((settings.first_party, settings.token_ttl, &settings.owner), (false, None, &None));
    assert_eq!((settings.audiences.len(), settings.name.as_str()), (0, "An application without a name"));
    assert_eq!(shown(&metadata)["response_types"], json!(["code"]));
}

#[test]
fn an_initial_access_token_may_allow_more() {
    let allowed = allowance().with(&"orders:read".parse().unwrap(), &[GrantType::ClientCredentials]);
    let sent = json!({ "grant_types": ["client_credentials"], "scope": "orders:read", "client_name": "Nightly job" });
    let metadata = read_with(&sent, &allowed).unwrap();
    assert_eq!((metadata.settings.kind, metadata.method), (ApplicationKind::Service, AuthMethod::Basic));
    assert_eq!(metadata.settings.scope.to_string(), "orders:read");
    assert_eq!(shown(&metadata)["response_types"], json!([]));
    let public = json!({ "grant_types": ["client_credentials"], "token_endpoint_auth_method": "none" });
    assert!(read_with(&public, &allowed).is_err());
}

#[test]
fn redirect_uris_keep_the_rules_of_every_application() {
    for uri in [
        json!([]),
        json!(null),
        json!("https://app.example/cb"),
        json!([7]),
        json!([null]),
        json!(["https://app.example/cb", "javascript:alert(1)"]),
        json!(["http://app.example/cb"]),
        json!(["https://*.example/cb"]),
        json!(["https://app.example/cb#x"]),
        json!(["https://localhost@app.example/cb"]),
        json!(["https://app.example/cb?code=1"]),
        json!(["com.example.app:/cb"]),
        json!(["https://app.example/\u{0}"]),
    ] {
        let (code, what) = refused(&json!({ "redirect_uris": uri }));
        assert_eq!(code, ErrorCode::InvalidRedirectUri, "{uri}: {what}");
    }
}

/// Each change of them is kept, so they are few.
#[test]
fn a_client_registers_twenty_addresses_and_no_more() {
    let uris = |number: usize, length: usize| -> Vec<String> {
        (0..number).map(|n| format!("https://app.example/{n}/{}", "a".repeat(length))).collect()
    };
    for member in ["redirect_uris", "post_logout_redirect_uris"] {
        for (number, length, is_good) in [(20, 10, true), (21, 10, false), (9, 1000, false)] {
            let mut sent = json!({ "redirect_uris": ["https://app.example/cb"] });
            sent[member] = json!(uris(number, length));
            assert_eq!(read(&sent).is_ok(), is_good, "{member}: {number} of {length}");
        }
    }
}

#[test]
fn what_cannot_be_is_refused_and_named() {
    for (name, value) in [
        ("client_name", json!("a\u{202e}b")),
        ("client_name", json!("a".repeat(101))),
        ("client_name", json!(["a"])),
        ("client_name", json!("")),
        ("scope", json!(["openid"])),
        ("scope", json!("a\"b")),
        ("scope", json!("orders:read gatepost:admin")),
        ("grant_types", json!("authorization_code")),
        ("grant_types", json!([])),
        ("grant_types", json!(["client_credentials"])),
        ("grant_types", json!(["refresh_token"])),
        ("response_types", json!(["token"])),
        ("response_types", json!("code")),
        ("token_endpoint_auth_method", json!("client_secret_jwt")),
        ("token_endpoint_auth_method", json!(7)),
        ("application_type", json!("phone")),
        ("id_token_signed_response_alg", json!("none")),
        ("id_token_signed_response_alg", json!("HS256")),
        ("post_logout_redirect_uris", json!(["http://app.example/bye"])),
    ] {
        let mut sent = json!({ "redirect_uris": ["https://app.example/cb"] });
        sent[name] = value.clone();
        let (code, what) = refused(&sent);
        assert_eq!(code, ErrorCode::InvalidClientMetadata, "{name}={value}: {what}");
        assert!(what.contains(name), "{name}={value}: {what}");
    }
}

#[test]
fn keys_are_for_those_who_sign_with_them() {
    let uris = json!(["https://app.example/cb"]);
    let signs = |more: Value| {
        let mut sent = json!({ "redirect_uris": uris, "token_endpoint_auth_method": "private_key_jwt" });
        sent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sent
    };
    assert!(refused(&signs(json!({}))).1.contains("jwks"));
    let elsewhere = read(&signs(json!({ "jwks_uri": "https://app.example/jwks" }))).unwrap();
    assert_eq!(elsewhere.settings.auth_method(), AuthMethod::PrivateKeyJwt);
    assert_eq!(shown(&elsewhere)["jwks_uri"], "https://app.example/jwks");
    assert_eq!(shown(&elsewhere)["token_endpoint_auth_method"], "private_key_jwt");
    for bad in ["http://app.example/jwks", "https://me@app.example/jwks", "file:///etc/passwd"] {
        assert!(refused(&signs(json!({ "jwks_uri": bad }))).1.contains("'jwks_uri'"), "{bad}");
    }
    let jwks =
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] });
    let both = signs(json!({ "jwks": jwks, "jwks_uri": "https://app.example/jwks" }));
    assert!(refused(&both).1.contains("exclude"));
    let metadata = read(&signs(json!({ "jwks": jwks }))).unwrap();
    assert_eq!(metadata.method, AuthMethod::PrivateKeyJwt);
    assert_eq!(shown(&metadata)["jwks"]["keys"][0]["crv"], "Ed25519");
    // What else a client would use its keys for, this server does not do.
    let encrypts = read(&json!({ "redirect_uris": uris, "jwks": jwks })).unwrap();
    assert!(encrypts.settings.uses_secret());
}

/// RFC 7592 §2.2: a change says everything anew. What only an operator chooses stays.
#[test]
fn a_change_replaces_what_clients_choose_and_nothing_else() {
    let first = json!({ "redirect_uris": [CALLBACK], "client_name": "First", "scope": "openid email",
        "post_logout_redirect_uris": ["http://localhost/bye"], "token_endpoint_auth_method": "none" });
    let known = ApplicationSettings {
        token_ttl: Some(std::time::Duration::from_mins(1)),
        audiences: vec!["https://api.example.com".parse().unwrap()],
        ..read(&first).unwrap().settings
    };
    let second = json!({ "redirect_uris": ["http://127.0.0.1/cb"], "client_name": "Second",
        "token_endpoint_auth_method": "none" });
    let changed = read(&second).unwrap().over(&known).unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.redirect_uris.as_slice()),
        ("Second", &["http://127.0.0.1/cb".to_owned()][..])
    );
    assert!(changed.post_logout_redirect_uris.is_empty());
    assert_eq!((changed.scope, changed.default_scope.to_string()), (allowance().scope, "openid".to_owned()));
    assert_eq!((changed.token_ttl, &changed.audiences), (known.token_ttl, &known.audiences));
    let confidential = json!({ "redirect_uris": ["https://app.example/cb"] });
    assert_eq!(read(&confidential).unwrap().over(&known).unwrap_err().code, ErrorCode::InvalidClientMetadata);
}

#[test]
fn what_an_operator_gave_is_kept_when_it_is_said_again() {
    let known = read(&json!({ "redirect_uris": [CALLBACK], "scope": "openid" })).unwrap().settings;
    let given = ApplicationSettings { scope: "openid orders:read".parse().unwrap(), ..known };
    let again = json!({ "redirect_uris": [CALLBACK], "scope": "openid orders:read" });
    let allowed = allowance().with_those_of(&given);
    assert_eq!(read_with(&again, &allowed).unwrap().over(&given).unwrap().scope.to_string(), "openid orders:read");
}
