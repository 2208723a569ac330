//! What can be declared in the file.

use std::fs;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use super::load_tests::{load, problems};
use super::{DeclaredApplication, DeclaredSecret, Secret};
use crate::domain::application::{
    AccessPolicy, ApplicationKind, ApplicationSettings, ClientAuthentication, PkcePolicy, SETTINGS, SettingValue as _,
};
use crate::domain::assurance::RequiredSignIn;
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::protocol::assertion::AssertionAudience;
use crate::protocol::claims::TokenProfile;
use crate::protocol::id_token::IdTokenContent;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::requested_scope::ScopePolicy;
use crate::protocol::token::GrantType;

/// Every key of an entry of `[[applications]]`, for the test of the sample file.
pub(super) fn application_keys() -> Vec<&'static str> {
    let settings = SETTINGS.iter().map(|setting| setting.name);
    let secrets = ["client_secret", "client_secret_file", "client_secret_hash"];
    ["client_id"].into_iter().chain(settings).chain(secrets).collect()
}

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$QX9uVgmZu3Tu3gZpYQqKyUxxJaD0Yd6lLZxw9EEpBLs";

fn application(lines: &str) -> DeclaredApplication {
    let loaded = load(&format!("[[applications]]\nclient_id = \"a\"\n{lines}\n"), &[]).unwrap();
    loaded.config.provisioning.applications[0].clone()
}

fn settings(lines: &str) -> ApplicationSettings {
    application(lines).settings.create("a", SigningAlgorithm::Ps256).unwrap()
}

fn problem(line: &str) -> String {
    problems(&format!("[[applications]]\nclient_id = \"a\"\n{line}\n"), &[])
}

#[test]
fn an_application_needs_only_an_identifier() {
    let application = application("");
    assert_eq!(application.client_id, "a");
    let settings = settings("");
    assert_eq!((settings.name.as_str(), settings.kind), ("a", ApplicationKind::Service));
    assert_eq!(settings.default_scope.to_string(), "openid admin");
    assert_eq!(settings.signing_algorithm, SigningAlgorithm::Ps256, "the server's");
    assert_eq!(application.secret, None);
    assert!(application.place.to_string().starts_with("a.toml:1:"));
}

#[test]
fn an_application_can_say_everything() {
    let lines = "name = \"Shop\"\ntype = \"web\"\ngrants = [\"authorization_code\"]\nscopes = \"openid  user\"\n\
         default_scopes = [\"openid\"]\nredirect_uris = [\"https://shop.example.com/cb\"]\n\
         audiences = [\"https://api.example.com\", \"orders-api\"]\nallowed_callers = [\"till\"]\nmay_exchange_for = [\"stock\"]\ntoken_ttl = \"1h\"\ntoken_format = \"plain\"\n\
         signing_algorithm = \"EdDSA\"\nowner = \"jane@example.com\"\nfirst_party = true\n\
         post_logout_redirect_uris = [\"https://shop.example.com/bye\"]\npkce = \"required\"\n\
         link_mode = \"direct\"\nunknown_account = \"conceal\"\n\
         scope_policy = \"strict\"\nassertion_audience = \"issuer\"\n\
         access = \"groups\"\nallowed_groups = [\"staff\"]\nvisible_groups = [\"staff\", \"team/red\"]\n\
         groups_claim = \"policy\"\nclaims = [\"department=dept\"]\ngroups_in_access_token = true\ndpop_bound = true\n\
         description = \"All that is sold.\"\nclient_uri = \"https://shop.example.com\"\n\
         tos_uri = \"https://shop.example.com/terms\"\npolicy_uri = \"https://shop.example.com/privacy\"\nlogo_uri = \"https://shop.example.com/logo.png\"\ninitiate_login_uri = \"https://shop.example.com/login\"\nrequire = \"passkey\"\nid_token_claims = \"sub_only\"\n\
         jwks_uri = \"https://shop.example.com/jwks\"\n\
         backchannel_logout_uri = \"https://shop.example.com/logout\"\nbackchannel_logout_session_required = true\n\
         federated = [{ issuer = \"https://ci.example\", subject = \"job:shop/*\" }]\n";
    let expected = ApplicationSettings {
        name: "Shop".to_owned(),
        kind: ApplicationKind::Web,
        grants: vec![GrantType::AuthorizationCode],
        scope: "openid user".parse().unwrap(),
        default_scope: "openid".parse().unwrap(),
        redirect_uris: vec!["https://shop.example.com/cb".to_owned()],
        audiences: vec!["https://api.example.com".parse().unwrap(), "orders-api".parse().unwrap()],
        allowed_callers: vec!["till".parse().unwrap()],
        may_exchange_for: vec!["stock".parse().unwrap()],
        token_ttl: Some(Duration::from_hours(1)),
        token_profile: Some(TokenProfile::Plain),
        signing_algorithm: SigningAlgorithm::EdDsa,
        authentication: ClientAuthentication::Secret,
        jwks_uri: Some("https://shop.example.com/jwks".parse().unwrap()),
        owner: Some("jane@example.com".to_owned()),
        first_party: true,
        post_logout_redirect_uris: vec!["https://shop.example.com/bye".to_owned()],
        pkce: PkcePolicy::Required,
        link_mode: Some(LinkMode::Direct),
        unknown_account: Some(UnknownAccount::Conceal),
        scope_policy: ScopePolicy::Strict,
        assertion_audience: AssertionAudience::Issuer,
        access: AccessPolicy::Groups,
        allowed_groups: vec!["staff".parse().unwrap()],
        visible_groups: vec!["staff".parse().unwrap(), "team/red".parse().unwrap()],
        groups_claim: Some("policy".parse().unwrap()),
        claims: vec!["department=dept".parse().unwrap()],
        groups_in_access_token: true,
        dpop_bound: true,
        description: Some("All that is sold.".parse().unwrap()),
        client_uri: Some("https://shop.example.com".parse().unwrap()),
        tos_uri: Some("https://shop.example.com/terms".parse().unwrap()),
        policy_uri: Some("https://shop.example.com/privacy".parse().unwrap()),
        logo_uri: Some("https://shop.example.com/logo.png".parse().unwrap()),
        require: RequiredSignIn::Passkey,
        id_token_claims: IdTokenContent::SubOnly,
        backchannel_logout_uri: Some("https://shop.example.com/logout".parse().unwrap()),
        backchannel_logout_session_required: true,
        initiate_login_uri: Some("https://shop.example.com/login".parse().unwrap()),
        federated: Vec::read(&json!([{ "issuer": "https://ci.example", "subject": "job:shop/*" }])).unwrap(),
    };
    assert_eq!(settings(lines), expected);
    assert_eq!(settings(&lines.replace("token_format", "token_profile")), expected, "by its former name");
}

#[test]
fn a_setting_is_said_under_one_of_its_names() {
    let text = problem("token_profile = \"plain\"\ntoken_format = \"plain\"");
    assert!(text.contains("applications[0].token_format: it says the same as 'token_profile'"), "{text}");
}

#[test]
fn an_empty_list_says_nothing() {
    assert_eq!(settings("grants = []\nscopes = []\naudiences = []"), settings(""));
}

#[test]
fn what_an_application_decides_for_its_sign_ins_is_one_of_the_words_for_it() {
    for (line, expected) in [
        ("pkce = \"always\"", "applications[0].pkce: expected one of these: \"by_type\" \"required\""),
        ("pkce = true", "applications[0].pkce: expected one of these"),
        ("link_mode = \"fast\"", "applications[0].link_mode: expected one of these: \"auto\" \"direct\" \"confirm\""),
        ("unknown_account = \"404\"", "applications[0].unknown_account: expected one of these: \"reject\" \"conceal\""),
        ("post_logout_redirect_uris = \"https://a\"", "applications[0].post_logout_redirect_uris: expected "),
    ] {
        let text = problem(line);
        assert!(text.starts_with("a.toml:3:") && text.contains(expected), "{line}: {text}");
    }
}

#[test]
fn the_list_of_keys_is_complete() {
    let text = problem("zzzzzzzzzzzz = 1");
    let expected = format!("unknown key; expected one of {}\n", application_keys().join(", "));
    assert!(text.ends_with(&expected), "{text}");
}

#[test]
fn the_life_of_a_token_can_be_whole_seconds() {
    assert_eq!(settings("token_ttl = 600").token_ttl.unwrap().as_secs(), 600);
    for bad in ["0", "-1", "\"1500ms\"", "\"soon\"", "99999999999", "true"] {
        let text = problem(&format!("token_ttl = {bad}"));
        assert!(text.contains("expected whole seconds, or a duration"), "{bad}: {text}");
    }
}

#[test]
fn a_missing_identifier_is_refused_at_the_entry() {
    let text = problems("[[applications]]\nname = \"x\"\n", &[]);
    assert!(text.starts_with("a.toml:1:"), "{text}");
    assert!(text.contains("applications[0].client_id: it is missing"), "{text}");
    assert!(problem("name = \" \"").contains("it is empty"));
}

#[test]
fn a_misspelled_key_of_an_entry_is_refused_with_its_place() {
    let text = problem("redirect_uri = []");
    assert_eq!(text, "a.toml:3:1: applications[0].redirect_uri: unknown key; did you mean redirect_uris?\n");
}

#[test]
fn a_secret_can_be_itself_a_file_or_a_hash() {
    let plain = application("client_secret = \"hunter2\"").secret;
    assert_eq!(plain, Some(DeclaredSecret::Plain(Secret::new("hunter2"))));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, "hunter2\n").unwrap();
    let named = application(&format!("client_secret_file = {path:?}")).secret;
    assert_eq!(named, plain);
    let hash = application(&format!("client_secret_hash = \"{HASH}\"")).secret;
    assert_eq!(hash, Some(DeclaredSecret::Hash(Secret::new(HASH))));
}

#[test]
fn two_ways_to_give_a_secret_are_refused() {
    let text = problem(&format!("client_secret = \"hunter2\"\nclient_secret_hash = \"{HASH}\""));
    assert_eq!(
        text,
        "a.toml:4:22: applications[0].client_secret_hash: expected only one of client_secret, client_secret_hash\n"
    );
}

#[test]
fn a_bad_secret_is_refused_without_being_quoted() {
    for hash in ["hunter2", "$2b$12$hunter2", "$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$hunter2hunter2"] {
        let text = problem(&format!("client_secret_hash = \"{hash}\""));
        assert!(text.contains("expected an Argon2id hash") && !text.contains("hunter2"), "{text}");
    }
    assert!(problem("client_secret = \"\"").contains("expected a secret that is not empty"));
    let text = problem("client_secret_file = \"/nonexistent/secret\"");
    assert!(text.starts_with("a.toml:3:22: applications[0].client_secret_file: expected a readable file"), "{text}");
}

#[test]
fn public_keys_are_a_set_however_they_are_written() {
    let key = "{ kty = \"OKP\", crv = \"Ed25519\", x = \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\" }";
    let key_set =
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] });
    let expected = ClientAuthentication::PrivateKeyJwt(serde_json::from_value(key_set).unwrap());
    for written in [key.to_owned(), format!("[{key}]"), format!("{{ keys = [{key}] }}")] {
        assert_eq!(settings(&format!("jwks = {written}")).authentication, expected, "{written}");
    }
}

#[test]
fn private_keys_and_what_is_no_key_are_refused_without_being_quoted() {
    let text = problem("jwks = [{ kty = \"OKP\", crv = \"Ed25519\", x = \"eA\", d = \"hunter2\" }]");
    assert!(text.contains("a private key is among them") && !text.contains("hunter2"), "{text}");
    for bad in ["[]", "\"hunter2\"", "{ keys = 1 }", "[{ crv = \"x\" }]", "[{ kty = 1 }]"] {
        let text = problem(&format!("jwks = {bad}"));
        assert!(text.contains("expected public keys"), "{bad}: {text}");
    }
}

#[test]
fn scopes_and_resources_are_declared() {
    let text = "[[scopes]]\nname = \"admin\"\ndescription = \"All\"\n[[resources]]\nidentifier = \"https://api.example.com\"\n\
                name = \"API\"\nscopes = [\"admin\"]\n";
    let declared = load(text, &[]).unwrap().config.provisioning;
    assert_eq!(declared.scopes[0].name, "admin");
    assert_eq!(declared.scopes[0].description.as_deref(), Some("All"));
    assert_eq!(declared.resources[0].identifier, "https://api.example.com");
    assert_eq!(declared.resources[0].name.as_deref(), Some("API"));
    assert_eq!(declared.resources[0].scopes, ["admin"]);
    assert!(!declared.resources[0].open);
    let open = |scopes| format!("[[resources]]\nidentifier = \"urn:x\"\nscopes = [{scopes}]\nopen = true\n");
    for scopes in ["", "\"notes:read\""] {
        assert!(load(&open(scopes), &[]).unwrap().config.provisioning.resources[0].open);
    }
    let text = problems(&open("\"notes:read\", \"users:write\""), &[]);
    assert!(text.contains("resources[0].open: 'users:write' gives power over this server"), "{text}");
}

#[test]
fn the_identifier_of_a_resource_is_an_absolute_uri_without_fragment() {
    for bad in ["api", "/api", "https://api.example.com#a"] {
        let text = problems(&format!("[[resources]]\nidentifier = \"{bad}\"\n"), &[]);
        assert!(text.contains("resources[0].identifier: expected an absolute URI"), "{text}");
    }
    assert!(load("[[resources]]\nidentifier = \"urn:example:api\"\n", &[]).is_ok());
}

#[test]
fn what_is_declared_twice_is_refused_with_both_places() {
    let text = problems("[[scopes]]\nname = \"x\"\n[[scopes]]\nname = \"x\"\n", &[]);
    assert!(text.starts_with("a.toml:3:"), "{text}");
    assert!(text.contains("scopes.name: expected each name once, but \"x\" is declared at a.toml:1:"), "{text}");
    let text = problems("[[applications]]\nclient_id = \"x\"\n[[applications]]\nclient_id = \"x\"\n", &[]);
    assert!(text.contains("applications.client_id: expected each client_id once"), "{text}");
    let twice = "[[resources]]\nidentifier = \"urn:x\"\n".repeat(2);
    assert!(problems(&twice, &[]).contains("expected each identifier once"));
}

#[test]
fn a_list_that_is_no_list_of_tables_is_refused() {
    assert!(
        problems("scopes = [\"admin\"]\n", &[]).contains("expected a table of the list [[scopes]], found \"admin\"")
    );
    assert!(problems("scopes = \"admin\"\n", &[]).contains("expected a table of the list [[scopes]]"));
    assert!(problems("applications = 1\n", &[]).contains("expected a section, [applications], found 1"));
}

#[test]
fn settings_and_declared_applications_share_a_file() {
    let text = "[applications]\ndelete_after = \"90d\"\n\n[[applications]]\nclient_id = \"a\"\ncolour = 1\n";
    assert_eq!(
        problems(text, &[]).lines().next().unwrap_or_default().split(" unknown").next(),
        Some("a.toml:6:1: applications[0].colour:")
    );
    let loaded = load(&text.replace("colour = 1\n", ""), &[]).unwrap();
    assert_eq!(loaded.config.applications.delete_after.as_secs(), 90 * 86_400);
    assert_eq!(loaded.config.provisioning.applications[0].client_id, "a");
    let nested = "[applications]\ndelete_after = \"90d\"\n[[applications.declared]]\nclient_id = \"a\"\n";
    assert_eq!(load(nested, &[]).unwrap().config.provisioning.applications.len(), 1);
    let list = [("GATEPOST__APPLICATIONS__DELETE_AFTER", "90d")];
    let loaded = load("[[applications]]\nclient_id = \"a\"\n", &list).unwrap();
    assert_eq!(loaded.config.applications.delete_after.as_secs(), 90 * 86_400);
}
