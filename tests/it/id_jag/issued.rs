//! Assertions of this server (draft §4.3).

use gatepost::domain::application::AccessPolicy;
use gatepost::domain::audit::Actor;
use gatepost::domain::token_family::EndReason;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{EXCHANGE, ID_JAG, ID_TOKEN, REFRESH_TOKEN, TOOLS, foreign_api, shop};
use crate::harness::{Answer, Grant, Registered, START, TestServer, World, on_both_engines};

const CHAT: &str = "https://chat.example/";

async fn server(world: &World) -> TestServer {
    world.server_with(&foreign_api(CHAT, "")).await
}

/// A person who is signed in to an application that may exchange for these.
pub(super) async fn signed_in<'a>(server: &'a TestServer, may: &[&str]) -> (Grant<'a>, Value) {
    let settings = shop("openid profile email offline_access tools:read other", may);
    let grant = server.grant_to(settings).await.scope("openid email").in_session().await.stored().await;
    let tokens = grant.redeem(&grant.code().await).await.success();
    (grant, tokens)
}

async fn ask(server: &TestServer, from: &Registered, subject: (&str, &str), more: &[(&str, &str)]) -> Answer {
    let own = [
        ("grant_type", EXCHANGE),
        ("requested_token_type", ID_JAG),
        ("subject_token", subject.0),
        ("subject_token_type", subject.1),
        ("audience", CHAT),
    ];
    let own = own.into_iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    let form: Vec<_> = own.chain(more.iter().copied()).filter(|(_, value)| !value.is_empty()).collect();
    server.form("/token", from, &form).await
}

fn id_token(tokens: &Value) -> (&str, &str) {
    (tokens["id_token"].as_str().unwrap(), ID_TOKEN)
}

/// Draft §3, §4.3.2: for the other authorization server, in the application's name there.
#[apply(on_both_engines)]
async fn an_application_gets_an_assertion_for_an_api_elsewhere(world: World) {
    let server = server(&world).await;
    let (grant, tokens) = signed_in(&server, &[TOOLS]).await;
    let id_claims = server.verify(tokens["id_token"].as_str().unwrap()).await.claims;
    let answer =
        ask(&server, &grant.application, id_token(&tokens), &[("resource", TOOLS), ("scope", "tools:read")]).await;
    let body = answer.success();
    assert_eq!((&body["issued_token_type"], &body["token_type"]), (&json!(ID_JAG), &json!("N_A")));
    assert_eq!((&body["expires_in"], &body["scope"]), (&json!(300), &json!("tools:read")));
    assert_eq!((body.get("refresh_token"), body.get("id_token")), (None, None));
    let verified = server.verify(body["access_token"].as_str().unwrap()).await;
    assert_eq!(verified.header.typ.as_deref(), Some("oauth-id-jag+jwt"));
    let mut claims = verified.claims;
    assert!(claims.as_object_mut().unwrap().remove("jti").is_some());
    let expected = json!({
        "iss": server.issuer(), "sub": grant.user.sub, "aud": CHAT, "client_id": grant.application.client_id,
        "iat": START, "exp": START + 300, "resource": TOOLS, "scope": "tools:read", "email": grant.user.email.as_ref().unwrap().as_str(),
        "email_verified": id_claims["email_verified"], "auth_time": id_claims["auth_time"], "acr": id_claims["acr"], "amr": id_claims["amr"],
    });
    assert_eq!(claims, expected);
    // It is for nothing here.
    let id_jag = body["access_token"].as_str().unwrap();
    assert_eq!(server.hello(id_jag).await.status, 401);
    let refresh = (tokens["refresh_token"].as_str().unwrap(), REFRESH_TOKEN);
    ask(&server, &grant.application, refresh, &[]).await.success();
    grant.refresh(refresh.0).await.success();
    ask(&server, &grant.application, refresh, &[]).await.refusal(400, "invalid_request");
}

/// What the operator, the application's settings and the sign-in do not say is not asserted.
#[apply(on_both_engines)]
async fn nothing_is_asserted_that_is_not_there(world: World) {
    let server = server(&world).await;
    let (grant, tokens) = signed_in(&server, &[TOOLS]).await;
    let (from, subject) = (&grant.application, id_token(&tokens));
    ask(&server, from, subject, &[("audience", "https://other.example/")]).await.refusal(400, "invalid_target");
    ask(&server, from, subject, &[("audience", "")]).await.refusal(400, "invalid_request");
    ask(&server, from, subject, &[("resource", "https://other.example")]).await.refusal(400, "invalid_target");
    ask(&server, from, subject, &[("scope", "tools:write")]).await.refusal(400, "invalid_scope");
    ask(&server, from, subject, &[("scope", "openid")]).await.refusal(400, "invalid_scope");
    ask(&server, from, subject, &[("actor_token", "a")]).await.refusal(400, "invalid_request");
    let access = (tokens["access_token"].as_str().unwrap(), ID_TOKEN);
    ask(&server, from, access, &[]).await.refusal(400, "invalid_request");
    ask(&server, from, (subject.0, REFRESH_TOKEN), &[]).await.refusal(400, "invalid_request");
    let forged = format!("{}x", &subject.0[..subject.0.len() - 2]);
    ask(&server, from, (&forged, ID_TOKEN), &[]).await.refusal(400, "invalid_request");
    // Draft §4.3.1: aud of the ID token is the client.
    let (other, _) = signed_in(&server, &[TOOLS]).await;
    ask(&server, &other.application, subject, &[]).await.refusal(400, "invalid_request");
    let (unnamed, of_unnamed) = signed_in(&server, &[]).await;
    ask(&server, &unnamed.application, id_token(&of_unnamed), &[]).await.refusal(400, "invalid_target");
    ask(&server, from, subject, &[]).await.success();
    server.world.clock.advance(std::time::Duration::from_secs(600));
    ask(&server, from, subject, &[]).await.refusal(400, "invalid_request");
}

/// Who is disabled, signed out or may not use the application any more is not asserted.
#[apply(on_both_engines)]
async fn what_has_ended_is_not_asserted(world: World) {
    let server = server(&world).await;
    let (grant, tokens) = signed_in(&server, &[TOOLS]).await;
    let (from, subject) = (&grant.application, id_token(&tokens));
    from.settle(&server.rooms, |settings| settings.access = AccessPolicy::Owners).await;
    ask(&server, from, subject, &[]).await.refusal(400, "invalid_grant");
    from.settle(&server.rooms, |settings| settings.access = AccessPolicy::Everybody).await;
    ask(&server, from, subject, &[]).await.success();
    let mut tx = server.rooms.store.begin().await.unwrap();
    let now = gatepost::domain::ids::Timestamp::from_seconds(server.world.clock.seconds());
    tx.user_hold(grant.user.id).await.unwrap();
    tx.sessions_end_of(grant.user.id, now).await.unwrap();
    tx.families_end_of_user(grant.user.id, EndReason::SignedOut, now).await.unwrap();
    tx.commit().await.unwrap();
    let told = ask(&server, from, subject, &[]).await.refusal(400, "invalid_request");
    assert!(told.contains("signed out"), "{told}");
    let refresh = (tokens["refresh_token"].as_str().unwrap(), REFRESH_TOKEN);
    ask(&server, from, refresh, &[]).await.refusal(400, "invalid_request");
    let (grant, tokens) = signed_in(&server, &[TOOLS]).await;
    let form = [("token", tokens["refresh_token"].as_str().unwrap())];
    assert_eq!(server.form("/oauth/revoke", &grant.application, &form).await.status, 200);
    ask(&server, &grant.application, id_token(&tokens), &[]).await.refusal(400, "invalid_request");
    let (grant, tokens) = signed_in(&server, &[TOOLS]).await;
    server.rooms.people.user_disable(grant.user.id, &Actor::CommandLine).await.unwrap();
    ask(&server, &grant.application, id_token(&tokens), &[]).await.refusal(400, "invalid_request");
}
