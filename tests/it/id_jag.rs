//! Identity assertions that authorize (ID-JAG, draft-ietf-oauth-identity-assertion-authz-grant): taken from an issuer that
//! the operator trusts, and issued for the authorization server of another API.

mod accepted;
mod issued;

use std::net::TcpListener;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::user::User;
use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use crate::harness::{
    Answer, Assertion, ClientKey, ForeignIssuer, Registered, TestServer, World, for_people, on_both_engines,
};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_JAG: &str = "urn:ietf:params:oauth:token-type:id-jag";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
const TOOLS: &str = "https://tools.example.com/mcp";

/// An API of this server, open to every application.
const OPEN_API: &str = "[[resources]]\nidentifier = \"https://tools.example.com/mcp\"\nscopes = [\"tools:read\", \"tools:write\"]\nopen = true\n";

/// An API of another authorization server.
fn foreign_api(issuer: &str, more: &str) -> String {
    format!(
        "[[resources]]\nidentifier = \"{TOOLS}\"\nscopes = [\"tools:read\", \"tools:write\"]\nissuer = \"{issuer}\"\n{more}\n"
    )
}

fn trusted(issuer: &str, more: &str) -> String {
    format!("[[trusted_issuers]]\nissuer = \"{issuer}\"\n{more}\n")
}

/// An application that acts for people as a trusted issuer says.
fn agent(settings: &mut ApplicationSettings) {
    settings.grants = vec![GrantType::JwtBearer];
    settings.scope = "openid tools:read".parse().unwrap();
    settings.default_scope = "openid".parse().unwrap();
}

/// What an issuer says of a person to this server, for this application.
fn says(issuer: &ForeignIssuer, server: &TestServer, key: &ClientKey, agent: &Registered) -> Assertion {
    let assertion = issuer.token(server, key, "u1").header("typ", "oauth-id-jag+jwt");
    let assertion = assertion.claim("client_id", agent.client_id.as_str());
    assertion.claim("resource", TOOLS).claim("scope", "tools:read tools:write")
}

async fn redeem(server: &TestServer, from: &Registered, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let own = [("grant_type", JWT_BEARER), ("assertion", assertion)];
    let form: Vec<_> = own.into_iter().chain(more.iter().copied()).collect();
    server.form("/token", from, &form).await
}

async fn metadata(server: &TestServer) -> Value {
    server.get("/.well-known/oauth-authorization-server").await.success()
}

/// Draft §6 and §7. Where there is nothing of it, nothing is listed: `discovery` compares the whole document.
#[apply(on_both_engines)]
async fn discovery_lists_what_is_on(world: World) {
    let toml = format!("{}{}", trusted("https://idp.example", ""), foreign_api("https://chat.example/", ""));
    let on = metadata(&world.server_with(&toml).await).await;
    assert!(on["grant_types_supported"].as_array().unwrap().contains(&json!(JWT_BEARER)));
    assert_eq!(on["identity_chaining_requested_token_types_supported"], json!([ID_JAG]));
    assert_eq!(on["authorization_grant_profiles_supported"], json!(["urn:ietf:params:oauth:grant-profile:id-jag"]));
}

/// One Gatepost tells the other: what the one issues, the other takes.
#[apply(on_both_engines)]
async fn one_gatepost_takes_what_another_issues(world: World) {
    let elsewhere = world.another();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let issuer = format!("http://127.0.0.1:{port}");
    let api = foreign_api("http://localhost:8080", "");
    let mut config = elsewhere.config(&format!("server.issuer = \"{issuer}\"\n{api}"));
    config.server.listen = format!("127.0.0.1:{port}").parse().unwrap();
    let provider = Box::pin(TestServer::start(config, &elsewhere)).await;
    let (grant, tokens) = issued::signed_in(&provider, &[TOOLS]).await;
    let ask = |id_token: String| {
        let own = [("grant_type", EXCHANGE), ("requested_token_type", ID_JAG), ("subject_token_type", ID_TOKEN)];
        let form: Vec<(&str, String)> = own.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        [form, vec![("subject_token", id_token), ("audience", "http://localhost:8080".to_owned())]].concat()
    };
    let form = ask(tokens["id_token"].as_str().unwrap().to_owned());
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let id_jag = provider.form("/token", &grant.application, &form).await.access_token();

    let agent = format!(
        "[[applications]]\nclient_id = \"{}\"\nname = \"Agent\"\ntype = \"service\"\nclient_secret = \"{SECRET}\"\n\
         grants = [\"{JWT_BEARER}\"]\nscopes = [\"openid\", \"tools:read\"]\ndefault_scopes = [\"openid\"]\n",
        grant.application.client_id
    );
    let server = world.server_with(&format!("{}{OPEN_API}{agent}", trusted(&issuer, ""))).await;
    let person = server.person("john@example.com").await;
    connect(&server, &person, &issuer, &grant.user.sub).await;
    let here = Registered::from_id(&grant.application.client_id).with_secret(SECRET);
    let answer = redeem(&server, &here, &id_jag, &[]).await;
    assert_eq!(answer.success()["scope"], "tools:read");
    let claims = server.verify(&answer.access_token()).await.claims;
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!(person.sub), &json!(TOOLS)));
    redeem(&server, &here, &id_jag, &[]).await.refusal(400, "invalid_grant");
    provider.stop().await;
    elsewhere.database.remove().await;
}

const SECRET: &str = "a-secret-that-only-the-agent-knows-0123456789";

fn shop(scope: &str, may: &[&str]) -> ApplicationSettings {
    let mut settings = for_people(ApplicationKind::Web);
    settings.grants.push(GrantType::TokenExchange);
    settings.scope = scope.parse().unwrap();
    settings.default_scope = "openid".parse().unwrap();
    settings.may_exchange_for = may.iter().map(|id| id.parse().unwrap()).collect();
    settings
}

async fn connect(server: &TestServer, user: &User, issuer: &str, subject: &str) {
    use gatepost::domain::ids::{Timestamp, UpstreamIdentityId};
    use gatepost::domain::upstream::UpstreamIdentity;
    let mut tx = server.rooms.store.begin().await.unwrap();
    let identity = UpstreamIdentity {
        id: UpstreamIdentityId::from_bytes([7; 16]),
        user: user.id,
        upstream: "corp".parse().unwrap(),
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        address: None,
        created_at: Timestamp::from_seconds(0),
        last_used_at: None,
    };
    tx.upstream_identity_insert(&identity).await.unwrap();
    tx.commit().await.unwrap();
}
