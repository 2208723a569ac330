//! Tokens that other services can check: for another application, which allows it; asked for with `audience` as with
//! `resource`; introspected by whom they are for; in the format that whoever reads them reads.

use gatepost::domain::application::{ApplicationKind, DeactivationReason};
use gatepost::protocol::claims::TokenProfile;
use gatepost::protocol::token::GrantType;
use gatepost::store::StateChange;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::person::{CALLBACK, VERIFIER, account, authorize, web_settings};
use crate::harness::{Answer, Registered, TestServer, World, on_both_engines};

const JOHN: &str = "john@example.com";

/// An API that is an application, and lets these call it.
async fn api(server: &TestServer, callers: &[&str]) -> Registered {
    let callers: Vec<_> = callers.iter().map(|caller| caller.parse().unwrap()).collect();
    server.service_with(|settings| settings.allowed_callers = callers).await
}

/// A service that may ask for tokens for these.
async fn caller(server: &TestServer, audiences: &[&str]) -> Registered {
    let audiences: Vec<_> = audiences.iter().map(|audience| audience.parse().unwrap()).collect();
    server.service_with(|settings| settings.audiences = audiences).await
}

async fn asked(server: &TestServer, from: &Registered, more: &[(&str, &str)]) -> Answer {
    let form = [&[("grant_type", "client_credentials")][..], more].concat();
    server.form("/token", from, &form).await
}

async fn aud(server: &TestServer, answer: &Answer) -> Value {
    server.verify(&answer.access_token()).await.claims["aud"].clone()
}

fn typ(answer: &Answer) -> String {
    jsonwebtoken::decode_header(answer.access_token()).unwrap().typ.unwrap()
}

async fn introspected(server: &TestServer, asker: &Registered, token: &str) -> Value {
    server.form("/oauth/introspect", asker, &[("token", token)]).await.success()
}

/// Both sides have to say it: the one that calls, and the one that is called.
#[apply(on_both_engines)]
async fn an_application_asks_for_tokens_that_another_one_reads_which_allows_it(world: World) {
    let server = world.server().await;
    let orders = api(&server, &[]).await;
    let till = caller(&server, &[&orders.client_id]).await;
    let audience = [("audience", orders.client_id.as_str())];
    let refused = asked(&server, &till, &audience).await.refusal(400, "invalid_target");
    assert!(refused.contains("allowed_callers") && refused.contains(&till.client_id), "{refused}");
    orders.settle(&server.rooms, |settings| settings.allowed_callers = vec![till.client_id.parse().unwrap()]).await;
    let token = asked(&server, &till, &audience).await;
    assert_eq!(aud(&server, &token).await, json!(orders.client_id));
    assert_eq!(server.verify(&token.access_token()).await.claims["client_id"], till.client_id);
    // RFC 8707 §2: a resource is a URI.
    asked(&server, &till, &[("resource", &orders.client_id)]).await.refusal(400, "invalid_target");
    let stranger = server.service().await;
    asked(&server, &stranger, &audience).await.refusal(400, "invalid_target");
    let everybodys = api(&server, &["*"]).await;
    let other = caller(&server, &[&everybodys.client_id, "nobody"]).await;
    let token = asked(&server, &other, &[("audience", &everybodys.client_id)]).await;
    assert_eq!(aud(&server, &token).await, json!(everybodys.client_id));
    asked(&server, &other, &[("audience", "nobody")]).await.refusal(400, "invalid_target");
}

/// It is judged where the token is issued, and wherever this server is asked about it.
#[apply(on_both_engines)]
async fn what_an_application_does_not_allow_any_more_ends_at_once(world: World) {
    let server = world.server().await;
    let orders = api(&server, &["*"]).await;
    let till = caller(&server, &[&orders.client_id]).await;
    let audience = [("audience", orders.client_id.as_str())];
    let token = asked(&server, &till, &audience).await.access_token();
    assert_eq!(introspected(&server, &orders, &token).await["active"], true);
    orders.settle(&server.rooms, |settings| settings.allowed_callers = vec!["other".parse().unwrap()]).await;
    assert_eq!(introspected(&server, &till, &token).await, json!({ "active": false }));
    asked(&server, &till, &audience).await.refusal(400, "invalid_target");
    orders.settle(&server.rooms, |settings| settings.allowed_callers = vec!["*".parse().unwrap()]).await;
    assert_eq!(introspected(&server, &till, &token).await["active"], true);
    orders.change(&server.rooms, StateChange::Deactivate(DeactivationReason::Requested)).await;
    asked(&server, &till, &audience).await.refusal(400, "invalid_target");
    assert_eq!(introspected(&server, &till, &token).await["active"], false);
}

/// What the libraries of other servers send.
#[apply(on_both_engines)]
async fn audience_is_understood_like_resource(world: World) {
    let server = world.server().await;
    let till = caller(&server, &["https://api.example.com", "https://b.example.com"]).await;
    for (form, expected) in [
        (&[("audience", "https://API.example.com/")][..], json!("https://api.example.com")),
        (
            &[("audience", "https://b.example.com"), ("resource", "https://api.example.com")],
            json!(["https://api.example.com", "https://b.example.com"]),
        ),
        (
            &[("audience", "https://b.example.com"), ("resource", "https://b.example.com")],
            json!("https://b.example.com"),
        ),
        (&[("audience", &till.client_id)], json!(till.client_id)),
        (
            &[("audience", &till.client_id), ("audience", "https://b.example.com")],
            json!([till.client_id, "https://b.example.com"]),
        ),
    ] {
        assert_eq!(aud(&server, &asked(&server, &till, form).await).await, expected, "{form:?}");
    }
    for bad in ["https://c.example.com", "a b", "https://api.example.com#x", "/api"] {
        asked(&server, &till, &[("audience", bad)]).await.refusal(400, "invalid_target");
    }
    let body = json!({ "grant_type": "client_credentials", "audience": ["https://b.example.com"] });
    let request = server.request(reqwest::Method::POST, "/token").json(&body);
    let answer = Answer::of(request.basic_auth(&till.client_id, Some(&till.secret))).await;
    assert_eq!(aud(&server, &answer).await, json!("https://b.example.com"));
}

/// A person's tokens: in the authorization request, pushed or not, and at the exchange and the refresh.
#[apply(on_both_engines)]
async fn a_person_s_token_is_for_another_application_too(world: World) {
    let server = world.server_with("rate_limits.enabled = false").await;
    let orders = api(&server, &["*"]).await;
    let mut settings = web_settings("Shop");
    settings.first_party = true;
    settings.audiences = vec![orders.client_id.parse().unwrap(), "https://b.example.com".parse().unwrap()];
    let shop = Registered::at(&server.rooms, settings).await;
    account(&server.rooms, JOHN).await;
    let browser = Browser::of(&server);
    let both = [("audience", orders.client_id.as_str()), ("resource", "https://b.example.com")];
    let page = browser.visit(&authorize(&shop, &both)).await;
    let page = browser.sign_in(&server, &page, JOHN, 1).await;
    let tokens = redeemed(&server, &shop, &page.answer_parameters()["code"], &[]).await;
    assert_eq!(aud(&server, &tokens).await, json!(["https://b.example.com", orders.client_id]));
    let refresh_token = tokens.json()["refresh_token"].as_str().unwrap().to_owned();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", &refresh_token), ("audience", &orders.client_id)];
    let narrowed = server.form("/token", &shop, &refresh).await;
    assert_eq!(aud(&server, &narrowed).await, json!(orders.client_id));
    assert_eq!(introspected(&server, &orders, &narrowed.access_token()).await["active"], true);

    let push = [
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("code_challenge", crate::harness::person::CHALLENGE),
        ("code_challenge_method", "S256"),
        ("audience", &orders.client_id),
    ];
    let pushed = server.form("/oauth/par", &shop, &push).await;
    assert_eq!(pushed.status, 201, "{}", pushed.text());
    let uri = pushed.json()["request_uri"].as_str().unwrap().to_owned();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", shop.client_id.as_str()), ("request_uri", &uri)])
        .finish();
    let page = browser.visit(&format!("/oauth/authorize?{query}")).await;
    // Without another word the code is for what was granted; the application may not name more.
    let code = page.answer_parameters()["code"].clone();
    redeemed(&server, &shop, &code, &[("audience", &shop.client_id)]).await.refusal(400, "invalid_target");
    let tokens = redeemed(&server, &shop, &code, &[]).await;
    assert_eq!(aud(&server, &tokens).await, json!(orders.client_id));

    // What the API allows no more is not granted any more: where another is left, for that alone.
    orders.settle(&server.rooms, |settings| settings.allowed_callers = Vec::new()).await;
    let page = browser.visit(&authorize(&shop, &both)).await;
    assert_eq!(page.answer_parameters()["error"], "invalid_target");
    let next = narrowed.json()["refresh_token"].as_str().unwrap().to_owned();
    let left = server.form("/token", &shop, &[("grant_type", "refresh_token"), ("refresh_token", &next)]).await;
    assert_eq!(aud(&server, &left).await, json!("https://b.example.com"));
    let last = tokens.json()["refresh_token"].as_str().unwrap().to_owned();
    let form = [("grant_type", "refresh_token"), ("refresh_token", last.as_str())];
    server.form("/token", &shop, &form).await.refusal(400, "invalid_target");
}

async fn redeemed(server: &TestServer, from: &Registered, code: &str, more: &[(&str, &str)]) -> Answer {
    let form =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    server.form("/token", from, &[&form[..], more].concat()).await
}

/// OIDC Core §5.3: an access token for another application opens nothing here.
#[apply(on_both_engines)]
async fn a_token_for_another_application_is_not_for_this_server(world: World) {
    let server = world.server().await;
    let orders = api(&server, &["*"]).await;
    let mut settings = crate::harness::for_people(ApplicationKind::Web);
    settings.audiences = vec![orders.client_id.parse().unwrap()];
    let grant = server.grant_to(settings).await.resources(&[&orders.client_id]).stored().await;
    let token = grant.redeem(&grant.code().await).await.access_token();
    assert!(!grant.is_known(&token).await);
    let own = server.grant().await.stored().await;
    let code = own.code().await;
    let redeem = [
        ("redirect_uri", crate::harness::CALLBACK),
        ("code_verifier", VERIFIER),
        ("audience", own.application.client_id.as_str()),
    ];
    let own_token = own.redeem_with(&code, &redeem).await.access_token();
    assert!(own.is_known(&own_token).await, "one for itself by name is as one without a name");
}

/// RFC 9700 §2.3: what another API can read is not good here, though the application named itself too.
#[apply(on_both_engines)]
async fn a_token_for_the_application_and_another_one_is_not_for_this_server(world: World) {
    let server = world.server().await;
    let mut grant = server.grant().await;
    let own = grant.application.client_id.clone();
    grant.authorization.resources = [own.as_str(), "https://a.example"].map(|id| id.parse().unwrap()).to_vec();
    let grant = grant.stored().await;
    let both = grant.redeem(&grant.code().await).await;
    assert_eq!(aud(&server, &both).await, json!([own, "https://a.example"]));
    assert!(!grant.is_known(&both.access_token()).await);
    let refresh_token = both.json()["refresh_token"].as_str().unwrap().to_owned();
    let alone = grant.refresh_with(&refresh_token, &[("audience", &own)]).await;
    assert!(grant.is_known(&alone.access_token()).await);
}

/// RFC 7662 §2: an API asks about the tokens that it is sent, without power over those of others.
#[apply(on_both_engines)]
async fn an_api_introspects_the_tokens_that_are_for_it_and_no_others(world: World) {
    let server = world.server().await;
    let orders = api(&server, &["*"]).await;
    let pools = server.service().await;
    let declared =
        format!("[[resources]]\nidentifier = \"https://pools.example.com\"\napplication = \"{}\"", pools.client_id);
    server.stop().await;
    let server = world.server_with(&declared).await;
    let till = caller(&server, &[&orders.client_id, "https://pools.example.com", "https://else.example.com"]).await;
    let token = |audience: &str| {
        let form = [("audience", audience.to_owned())];
        let (server, till) = (&server, &till);
        async move {
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            asked(server, till, &form).await.access_token()
        }
    };
    let for_orders = token(&orders.client_id).await;
    let for_pools = token("https://POOLS.example.com").await;
    let for_else = token("https://else.example.com").await;
    for (asker, good) in [(&orders, &for_orders), (&pools, &for_pools)] {
        for other in [&for_orders, &for_pools, &for_else] {
            assert_eq!(introspected(&server, asker, other).await["active"], json!(good == other));
        }
        let known = introspected(&server, asker, good).await;
        assert_eq!(known["client_id"], till.client_id);
    }
}

const FORMATS: &str = r#"
    tokens.format = "plain"
    [[resources]]
    identifier = "https://old.example.com"
    token_format = "plain"
    [[resources]]
    identifier = "https://new.example.com"
    token_format = "rfc9068"
    [[resources]]
    identifier = "https://any.example.com"
"#;

/// Who reads a token goes first, then its application, then the server.
#[apply(on_both_engines)]
async fn a_token_has_the_format_that_its_readers_read(world: World) {
    let server = world.server_with(FORMATS).await;
    let reader = server
        .service_with(|settings| {
            settings.token_profile = Some(TokenProfile::Plain);
            settings.allowed_callers = vec!["*".parse().unwrap()];
        })
        .await;
    let audiences =
        ["https://old.example.com", "https://new.example.com", "https://any.example.com", "https://c.example.com"];
    let mut all: Vec<&str> = audiences.to_vec();
    all.push(&reader.client_id);
    let [old, new, any, unknown] = audiences.map(|audience| ("resource", audience));
    let read = ("audience", reader.client_id.as_str());
    for (own, otherwise) in [(None, "JWT"), (Some(TokenProfile::Rfc9068), "at+jwt"), (Some(TokenProfile::Plain), "JWT")]
    {
        let till = caller(&server, &all).await;
        till.settle(&server.rooms, |settings| settings.token_profile = own).await;
        for (form, expected) in [
            (&[][..], otherwise),
            (&[any], otherwise),
            (&[unknown], otherwise),
            (&[old], "JWT"),
            (&[new], "at+jwt"),
            (&[any, new, unknown], "at+jwt"),
            (&[read], "JWT"),
            (&[read, old, any], "JWT"),
        ] {
            let token = asked(&server, &till, form).await;
            assert_eq!(typ(&token), expected, "{own:?} {form:?}");
            let token_use = server.verify(&token.access_token()).await.claims["token_use"].clone();
            assert_eq!(token_use, if expected == "JWT" { json!("access") } else { Value::Null });
        }
        for disagreeing in [&[old, new][..], &[new, read], &[any, new, old]] {
            let refused = asked(&server, &till, disagreeing).await.refusal(400, "invalid_target");
            assert!(refused.contains("plain") && refused.contains("rfc9068"), "{refused}");
        }
    }
}

/// What a server with the default setting has always issued.
#[apply(on_both_engines)]
async fn without_any_setting_a_token_is_as_rfc_9068_has_it(world: World) {
    let server = world.server().await;
    let service = server.service().await;
    assert_eq!(typ(&asked(&server, &service, &[]).await), "at+jwt");
    let shown = server.rooms.store.application(&service.id()).await.unwrap().unwrap();
    assert_eq!(shown.settings.token_profile, None);
    assert!(shown.settings.grants.contains(&GrantType::ClientCredentials));
}
