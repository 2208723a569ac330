//! Token exchange (RFC 8693): an API passes a request on in the name of whoever sent it, never with more than it was sent,
//! and for no longer.

mod bound;
mod ends;
mod foreign;
mod refused;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::protocol::claims::TokenProfile;
use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use crate::harness::{Answer, Grant, Registered, START, TestServer, World, for_people, on_both_engines};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// An API that may be called by everybody, and exchanges what it is sent for tokens for these.
async fn api(server: &TestServer, may_exchange_for: &[&str]) -> Registered {
    api_with(server, may_exchange_for, |_| {}).await
}

async fn api_with(
    server: &TestServer,
    may_exchange_for: &[&str],
    change: impl FnOnce(&mut ApplicationSettings),
) -> Registered {
    server
        .service_with(|settings| {
            settings.grants = vec![GrantType::ClientCredentials, GrantType::TokenExchange];
            settings.scope = "openid user orders:read orders:write".parse().unwrap();
            settings.default_scope = "openid".parse().unwrap();
            settings.allowed_callers = vec!["*".parse().unwrap()];
            settings.may_exchange_for = may_exchange_for.iter().map(|id| id.parse().unwrap()).collect();
            change(settings);
        })
        .await
}

/// Settings of a shop in which people sign in, and which may ask for tokens for these APIs.
fn shop(apis: &[&Registered]) -> ApplicationSettings {
    ApplicationSettings {
        audiences: apis.iter().map(|api| api.client_id.parse().unwrap()).collect(),
        scope: "openid profile email offline_access user orders:read".parse().unwrap(),
        ..for_people(ApplicationKind::Web)
    }
}

/// A person of the shop, and the answer with their tokens, which are for these APIs.
async fn signed_in<'a>(server: &'a TestServer, apis: &[&Registered]) -> (Grant<'a>, Answer) {
    let ids: Vec<&str> = apis.iter().map(|api| api.client_id.as_str()).collect();
    let grant = server.grant_to(shop(apis)).await.scope("openid user orders:read").resources(&ids);
    let grant = grant.in_session().await.stored().await;
    let answer = grant.redeem(&grant.code().await).await;
    (grant, answer)
}

async fn exchanged(server: &TestServer, from: &Registered, token: &str, more: &[(&str, &str)]) -> Answer {
    let own = [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", ACCESS_TOKEN)];
    let own = own.into_iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    let form: Vec<_> = own.chain(more.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
    server.form("/token", from, &form).await
}

async fn exchanged_for(server: &TestServer, from: &Registered, token: &str, to: &Registered) -> Answer {
    exchanged(server, from, token, &[("audience", &to.client_id)]).await
}

async fn claims(server: &TestServer, answer: &Answer) -> Value {
    server.verify(&answer.access_token()).await.claims
}

async fn introspected(server: &TestServer, asker: &Registered, token: &str) -> Value {
    server.form("/oauth/introspect", asker, &[("token", token)]).await.success()
}

/// RFC 8693 §2.2, §4.1: whom it speaks for stays, and who acts is named.
#[apply(on_both_engines)]
async fn an_api_passes_a_request_on_in_a_person_s_name(world: World) {
    let server = world.server().await;
    let stock = api(&server, &[]).await;
    let orders = api(&server, &[&stock.client_id]).await;
    let (grant, tokens) = signed_in(&server, &[&orders, &stock]).await;
    let before = claims(&server, &tokens).await;
    let answer = exchanged_for(&server, &orders, &tokens.access_token(), &stock).await;
    let body = answer.success();
    let members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["access_token", "expires_in", "issued_token_type", "scope", "token_type"]);
    assert_eq!((&body["issued_token_type"], &body["token_type"]), (&json!(ACCESS_TOKEN), &json!("Bearer")));
    assert_eq!(body["scope"], "openid user orders:read");
    let mut claims = claims(&server, &answer).await;
    let jti = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert_ne!(jti, before["jti"]);
    let expected = json!({
        "iss": "http://localhost:8080", "sub": grant.user.sub, "aud": stock.client_id, "client_id": orders.client_id,
        "scope": "openid user orders:read", "iat": START, "exp": START + 600, "act": { "sub": orders.client_id },
        "auth_time": before["auth_time"], "acr": before["acr"], "amr": before["amr"],
        "exchanged_from": [{ "client_id": grant.application.client_id, "aud": [orders.client_id, stock.client_id],
            "iat": before["iat"], "jti": before["jti"] }],
    });
    assert_eq!(claims, expected);
    let known = introspected(&server, &stock, &answer.access_token()).await;
    assert_eq!((&known["active"], &known["sub"]), (&json!(true), &json!(grant.user.sub)));
    assert_eq!((&known["act"], &known["client_id"]), (&json!({ "sub": orders.client_id }), &json!(orders.client_id)));
}

/// A machine's token is exchanged like a person's, and its `sub` stays the machine.
#[apply(on_both_engines)]
async fn an_api_passes_a_machine_s_request_on(world: World) {
    let server = world.server().await;
    let stock = api(&server, &[]).await;
    let orders = api(&server, &[&stock.client_id]).await;
    let both = [&orders, &stock].map(|api| api.client_id.as_str());
    let to_both = |settings: &mut ApplicationSettings| {
        settings.audiences = both.map(|id| id.parse().unwrap()).to_vec();
    };
    let till = server.service_with(to_both).await;
    let form =
        [("grant_type", "client_credentials"), ("scope", "openid"), ("audience", both[0]), ("audience", both[1])];
    let token = server.form("/token", &till, &form).await.access_token();
    let answer = exchanged_for(&server, &orders, &token, &stock).await;
    let claims = claims(&server, &answer).await;
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(till.client_id), &json!(orders.client_id)));
    assert_eq!(claims["act"], json!({ "sub": orders.client_id }));
    assert_eq!(introspected(&server, &stock, &answer.access_token()).await["active"], true);
    let form = [("token", token.as_str())];
    assert_eq!(server.form("/oauth/revoke", &till, &form).await.status, 200);
    assert_eq!(introspected(&server, &stock, &answer.access_token()).await, json!({ "active": false }));
}

/// RFC 8693 §1.1, §5: less than was sent, and less than the application may.
#[apply(on_both_engines)]
async fn scope_and_audience_only_become_less(world: World) {
    let server = world.server().await;
    let stock = api(&server, &[]).await;
    let (closed, unnamed) = (api(&server, &[]).await, api(&server, &[]).await);
    let may =
        [stock.client_id.as_str(), &closed.client_id, &unnamed.client_id, "https://b.example", "https://c.example"];
    let orders = api_with(&server, &may, |settings| {
        settings.scope = "openid orders:read orders:write".parse().unwrap();
        settings.default_scope = "openid".parse().unwrap();
    })
    .await;
    let mut settings = shop(&[&orders, &stock, &closed]);
    settings.audiences.extend(["https://b.example", "https://d.example"].map(|id| id.parse().unwrap()));
    let had: Vec<String> = settings.audiences.iter().map(ToString::to_string).collect();
    let had: Vec<&str> = had.iter().map(String::as_str).collect();
    let grant = server.grant_to(settings).await.scope("openid user orders:read").resources(&had).stored().await;
    let token = grant.redeem(&grant.code().await).await.access_token();
    let only_the_shop = vec![grant.application.client_id.parse().unwrap()];
    closed.settle(&server.rooms, |settings| settings.allowed_callers = only_the_shop).await;
    let to_stock = ("audience", stock.client_id.as_str());
    let whole = exchanged(&server, &orders, &token, &[to_stock]).await.success();
    assert_eq!(whole["scope"], "openid orders:read", "what the API may have of what the person granted");
    let less = exchanged(&server, &orders, &token, &[to_stock, ("scope", "orders:read")]).await.success();
    assert_eq!(less["scope"], "orders:read");
    for outside in ["orders:write", "user", "orders:read orders:write", "profile"] {
        exchanged(&server, &orders, &token, &[to_stock, ("scope", outside)]).await.refusal(400, "invalid_scope");
    }
    for (audience, why) in [
        ("https://c.example", "it may exchange for that, but the subject token is not for it"),
        (unnamed.client_id.as_str(), "neither for this"),
        ("https://d.example", "the subject token is for that, but it may not exchange for it"),
        (orders.client_id.as_str(), "nor for itself"),
        (closed.client_id.as_str(), "both, but that API does not let it call"),
        ("http://localhost:8080/api/v1", "every application may ask for this, but not in anybody's name"),
        ("no such", "no name of an API"),
    ] {
        let refused = exchanged(&server, &orders, &token, &[("audience", audience)]).await;
        assert_eq!(refused.status, 400, "{why}");
        refused.refusal(400, "invalid_target");
        let with_another = exchanged(&server, &orders, &token, &[to_stock, ("audience", audience)]).await;
        with_another.refusal(400, "invalid_target");
    }
    let by_uri = exchanged(&server, &orders, &token, &[("resource", "https://b.example")]).await;
    assert_eq!(claims(&server, &by_uri).await["aud"], "https://b.example");
    let nothing = api_with(&server, &[&stock.client_id], |settings| {
        settings.scope = "else".parse().unwrap();
        settings.default_scope = "else".parse().unwrap();
    })
    .await;
    let (_, tokens) = signed_in(&server, &[&nothing, &stock]).await;
    exchanged_for(&server, &nothing, &tokens.access_token(), &stock).await.refusal(400, "invalid_scope");
}

/// Without a word about it, the token is for what the subject token is for and may be exchanged for.
#[apply(on_both_engines)]
async fn a_request_that_names_no_audience_narrows(world: World) {
    let server = world.server().await;
    let orders = api(&server, &["https://b.example", "https://c.example"]).await;
    let mut settings = shop(&[&orders]);
    settings.audiences.extend(["https://a.example", "https://b.example"].map(|id| id.parse().unwrap()));
    let all = [orders.client_id.as_str(), "https://a.example", "https://b.example"];
    let grant = server.grant_to(settings).await.resources(&all).stored().await;
    let token = grant.redeem(&grant.code().await).await.access_token();
    let answer = exchanged(&server, &orders, &token, &[]).await;
    assert_eq!(claims(&server, &answer).await["aud"], "https://b.example");
    let (_, tokens) = signed_in(&server, &[&orders]).await;
    let refused = exchanged(&server, &orders, &tokens.access_token(), &[]).await.refusal(400, "invalid_request");
    assert!(refused.contains(&format!("it is for: {}", orders.client_id)), "{refused}");
}

/// The new token never outlives the one before it, and has the format that its reader reads.
#[apply(on_both_engines)]
async fn a_token_ends_with_its_subject_and_is_as_its_reader_reads_it(world: World) {
    let server = world.server().await;
    let stock = api_with(&server, &[], |settings| settings.token_profile = Some(TokenProfile::Plain)).await;
    let orders = api_with(&server, &[&stock.client_id], |settings| {
        settings.token_ttl = Some(std::time::Duration::from_secs(300));
    })
    .await;
    let (_, tokens) = signed_in(&server, &[&orders, &stock]).await;
    let first = exchanged_for(&server, &orders, &tokens.access_token(), &stock).await;
    assert_eq!(first.success()["expires_in"], 300);
    world.clock.advance(std::time::Duration::from_secs(590));
    let last = exchanged_for(&server, &orders, &tokens.access_token(), &stock).await;
    assert_eq!(last.success()["expires_in"], 10);
    let header = jsonwebtoken::decode_header(last.access_token()).unwrap();
    assert_eq!(header.typ.as_deref(), Some("JWT"));
    let claims = claims(&server, &last).await;
    assert_eq!((&claims["token_use"], &claims["exp"]), (&json!("access"), &json!(START + 600)));
    world.clock.advance(std::time::Duration::from_secs(10));
    exchanged_for(&server, &orders, &tokens.access_token(), &stock).await.refusal(400, "invalid_request");
    assert_eq!(introspected(&server, &stock, &last.access_token()).await["active"], false);
}

/// RFC 8693 §4.1: an exchange of an exchanged token keeps who acted before; four act one for the other, and no fifth.
#[apply(on_both_engines)]
async fn the_chain_is_kept_and_is_four_deep(world: World) {
    let server = world.server().await;
    let mut apis: Vec<Registered> = Vec::new();
    for _ in 0..6 {
        let after: Vec<&str> = apis.iter().map(|api| api.client_id.as_str()).collect();
        let next = api(&server, &after).await;
        apis.insert(0, next);
    }
    let (grant, tokens) = signed_in(&server, &apis.iter().collect::<Vec<_>>()).await;
    let mut token = tokens.access_token();
    let mut act = Value::Null;
    for place in 0..4 {
        // Each leaves out itself, and those before it.
        let answer = exchanged(&server, &apis[place], &token, &[]).await;
        let sub = &apis[place].client_id;
        act = if act.is_null() { json!({ "sub": sub }) } else { json!({ "sub": sub, "act": act }) };
        let claims = claims(&server, &answer).await;
        assert_eq!((&claims["act"], &claims["sub"]), (&act, &json!(grant.user.sub)));
        token = answer.access_token();
        for (other, api) in apis.iter().enumerate().filter(|(other, _)| *other != place) {
            assert_eq!(introspected(&server, api, &token).await["active"], json!(other > place));
        }
    }
    let refused = exchanged_for(&server, &apis[4], &token, &apis[5]).await.refusal(400, "invalid_request");
    assert!(refused.contains("passed on too often"), "{refused}");
}

/// An API of the configuration that says which application it is.
#[apply(on_both_engines)]
async fn an_api_that_is_known_by_its_url_exchanges_what_it_is_sent(world: World) {
    let server = world.server().await;
    let orders = api(&server, &["https://b.example"]).await;
    server.stop().await;
    let declared = format!(
        "[[resources]]\nidentifier = \"https://a.example\"\napplication = \"{}\"\n\
         [[resources]]\nidentifier = \"https://b.example\"",
        orders.client_id
    );
    let server = world.server_with(&declared).await;
    let grant = server.grant().await.resources(&["https://a.example", "https://b.example"]).stored().await;
    let tokens = grant.redeem(&grant.code().await).await.success();
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let to_b = [("resource", "https://b.example")];
    let its = exchanged(&server, &orders, tokens["access_token"].as_str().unwrap(), &to_b).await;
    let its = claims(&server, &its).await;
    assert_eq!((&its["sub"], &its["aud"]), (&json!(grant.user.sub), &json!("https://b.example")));
    let other = grant.refresh_with(refresh_token, &[("resource", "https://b.example")]).await.access_token();
    exchanged(&server, &orders, &other, &to_b).await.refusal(400, "invalid_request");
}

/// Each is told, with who acts, for whom, where, and what came before.
#[apply(on_both_engines)]
async fn every_exchange_is_audited_and_no_refusal(world: World) {
    let server = world.server().await;
    let (stock, bills) = (api(&server, &[]).await, api(&server, &[]).await);
    let orders = api(&server, &[&stock.client_id, &bills.client_id]).await;
    let (grant, tokens) = signed_in(&server, &[&orders, &stock, &bills]).await;
    let audited = || async {
        let audit = server.rooms.store.audit_of(&orders.client_id).await.unwrap();
        audit.into_iter().filter(|line| line.event == "tokens.exchanged").collect::<Vec<_>>()
    };
    exchanged(&server, &orders, &tokens.access_token(), &[("scope", "else")]).await.refusal(400, "invalid_scope");
    assert_eq!(audited().await.len(), 0);
    for (place, to) in [&stock, &stock, &bills].into_iter().enumerate() {
        exchanged_for(&server, &orders, &tokens.access_token(), to).await.success();
        let lines = audited().await;
        assert_eq!(lines.len(), place + 1);
        for part in [&to.client_id, &grant.user.sub, &grant.application.client_id] {
            assert!(lines.iter().any(|line| line.detail.contains(part.as_str())), "{part}");
        }
    }
}
