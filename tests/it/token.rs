//! `POST /token` when all is well, and what an application may ask for (RFC 6749 §3.2, §3.3, §4.4, §5.1;
//! RFC 8707; RFC 9068).

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::protocol::claims::TokenProfile;
use gatepost::protocol::jose::SigningAlgorithm;
use gatepost::protocol::token::GrantType;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, EVERY_ALGORITHM, Registered, START, World, on_both_engines};

fn members(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// RFC 6749 §5.1.
#[apply(on_both_engines)]
async fn a_success_has_exactly_the_members_of_the_rfc_and_is_kept_by_nobody(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let answer = server.token().with_basic(&application).scope("openid admin").send().await;
    let body = answer.success();
    assert_eq!(members(&body), ["access_token", "expires_in", "scope", "token_type"]);
    assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(600)));
    assert_eq!(body["scope"], "openid admin");
    assert_eq!((answer.header("cache-control"), answer.header("pragma")), (Some("no-store"), Some("no-cache")));
    assert_eq!(answer.header("x-request-id").map(str::len), Some(32));
}

/// RFC 9068 §2.1, §2.2.
#[apply(on_both_engines)]
async fn a_token_says_who_issued_it_to_whom_for_what_and_until_when(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let first = server.verify(&server.token().with_basic(&application).send().await.access_token()).await;
    let mut claims = first.claims.clone();
    let jti = claims.as_object_mut().unwrap().remove("jti").unwrap();
    assert!(jti.as_str().unwrap().len() >= 22, "128 random bits or more: {jti}");
    let id = &application.client_id;
    let expected = json!({
        "iss": "http://localhost:8080", "sub": id, "aud": id, "client_id": id,
        "scope": "openid admin", "iat": START, "exp": START + 600,
    });
    assert_eq!(claims, expected);
    let second = server.verify(&server.token().with_basic(&application).send().await.access_token()).await;
    assert_ne!(second.claims["jti"], jti, "no two tokens have one name");
}

/// RFC 9068 §2.1; RFC 7515 §4.1.
#[apply(on_both_engines)]
async fn the_profile_of_the_application_decides_the_type_in_the_header(world: World) {
    let server = world.server().await;
    for (profile, typ) in [(TokenProfile::Rfc9068, "at+jwt"), (TokenProfile::Plain, "JWT")] {
        let application = server.service_with(|settings| settings.token_profile = Some(profile)).await;
        let token = server.token().with_basic(&application).send().await.access_token();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(serde_json::to_value(&header).unwrap(), json!({ "typ": typ, "alg": "RS256", "kid": header.kid }));
    }
}

/// An access token of the format `plain` has the `typ` of an ID token, and says that it is none.
#[apply(on_both_engines)]
async fn a_plain_access_token_says_that_it_is_one(world: World) {
    let server = world.server().await;
    for (profile, token_use) in [(TokenProfile::Rfc9068, Value::Null), (TokenProfile::Plain, json!("access"))] {
        let application = server.service_with(|settings| settings.token_profile = Some(profile)).await;
        let token = server.token().with_basic(&application).send().await.access_token();
        assert_eq!(server.verify(&token).await.claims["token_use"], token_use);
    }
}

/// RFC 7518 §3.1; RFC 8037 §3.1.
#[apply(on_both_engines)]
async fn every_algorithm_signs_tokens_that_verify_with_the_published_keys(world: World) {
    let server = world.server_with(EVERY_ALGORITHM).await;
    for algorithm in SigningAlgorithm::ALL {
        let application = server.service_with(|settings| settings.signing_algorithm = algorithm).await;
        let token = server.token().with_basic(&application).send().await.access_token();
        let verified = server.verify(&token).await;
        assert_eq!(verified.header.alg, algorithm.jsonwebtoken());
        assert_eq!(verified.claims["client_id"], application.client_id);
        server.hello(&token).await.success();
    }
}

/// A setting of each application; `tokens.access_ttl` is for the others.
#[apply(on_both_engines)]
async fn the_lifetime_is_the_applications_own_or_else_the_servers(world: World) {
    let server = world.server_with("[tokens]\naccess_ttl = \"24h\"").await;
    for (own, expected) in [(None, 86_400), (Some(Duration::from_secs(3600)), 3600), (Some(Duration::from_secs(1)), 1)]
    {
        let application = server.service_with(|settings| settings.token_ttl = own).await;
        let body = server.token().with_basic(&application).send().await.success();
        assert_eq!(body["expires_in"], expected);
        let claims = server.verify(body["access_token"].as_str().unwrap()).await.claims;
        assert_eq!(claims["exp"], START + expected);
    }
}

/// RFC 6749 §3.3.
#[apply(on_both_engines)]
async fn a_request_without_scope_gets_the_default_one(world: World) {
    let server = world.server().await;
    let application = server
        .service_with(|settings| {
            settings.scope = "transactions/mock transactions:read users.all".parse().unwrap();
            settings.default_scope = "transactions/mock users.all".parse().unwrap();
        })
        .await;
    for request in [server.token(), server.token().scope("")] {
        let body = request.with_basic(&application).send().await.success();
        assert_eq!(body["scope"], "transactions/mock users.all");
        let claims = server.verify(body["access_token"].as_str().unwrap()).await.claims;
        assert_eq!(claims["scope"], body["scope"]);
    }
}

/// RFC 6749 §3.3.
#[apply(on_both_engines)]
async fn a_scope_within_what_is_allowed_is_granted_as_asked(world: World) {
    let server = world.server().await;
    let application = server.service_with(|settings| settings.scope = "openid admin a b".parse().unwrap()).await;
    for (asked, granted) in [("a", "a"), ("b a", "b a"), ("admin openid", "admin openid"), ("a b a", "a b"), ("b", "b")]
    {
        let body = server.token().with_basic(&application).scope(asked).send().await.success();
        assert_eq!(body["scope"], granted);
    }
}

/// RFC 6749 §3.3, §5.2.
#[apply(on_both_engines)]
async fn a_scope_beyond_what_is_allowed_is_refused_whole(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let answer = server.token().with_basic(&application).scope("openid root").send().await;
    let description = answer.refusal(400, "invalid_scope");
    assert!(description.contains("'root'") && description.contains("openid admin"), "{description}");
}

/// RFC 6749 §5.1: `scope` is optional.
#[apply(on_both_engines)]
async fn an_application_without_any_scope_gets_a_token_without_scope(world: World) {
    let server = world.server().await;
    let nothing = |settings: &mut ApplicationSettings| {
        settings.scope = "".parse().unwrap();
        settings.default_scope = "".parse().unwrap();
    };
    let application = server.service_with(nothing).await;
    let body = server.token().with_basic(&application).send().await.success();
    assert_eq!(members(&body), ["access_token", "expires_in", "token_type"]);
    server.hello(body["access_token"].as_str().unwrap()).await.success();
}

/// RFC 8707 §2; RFC 7519 §4.1.3.
#[apply(on_both_engines)]
async fn the_audience_is_the_resource_asked_for_or_an_array_of_several(world: World) {
    let server = world.server().await;
    let [first, second] = ["https://api.example.com/v1", "urn:example:reports"];
    let audiences = |settings: &mut ApplicationSettings| {
        settings.audiences = vec![first.parse().unwrap(), second.parse().unwrap()];
    };
    let application = server.service_with(audiences).await;
    for (asked, expected) in [
        (vec![], json!(application.client_id)),
        (vec![first], json!(first)),
        (vec![second, first], json!([second, first])),
        (vec![first, first], json!(first)),
    ] {
        let request =
            |request| asked.iter().fold(request, |request: crate::harness::TokenRequest, r| request.resource(r));
        for request in [request(server.token()), request(server.token()).in_json()] {
            let token = request.with_basic(&application).send().await.access_token();
            assert_eq!(server.verify(&token).await.claims["aud"], expected);
        }
    }
}

/// RFC 8707 §2.
#[apply(on_both_engines)]
async fn a_resource_that_is_not_the_applications_is_an_invalid_target(world: World) {
    let server = world.server().await;
    let own = "https://api.example.com".parse().unwrap();
    let application = server.service_with(|settings| settings.audiences = vec![own]).await;
    for foreign in ["https://api.example.com/x", "https://other.example.com", "urn:x", &application.client_id] {
        let answer = server.token().with_basic(&application).resource(foreign).send().await;
        assert!(answer.refusal(400, "invalid_target").contains(foreign));
    }
}

/// RFC 8707 §2, RFC 3986 §6.2.
#[apply(on_both_engines)]
async fn a_resource_is_compared_as_a_url_and_the_audience_is_spelled_as_it_is_registered(world: World) {
    let server = world.server_with("[[resources]]\nidentifier = \"https://Billing.example.com\"").await;
    let own = ["https://API.example.com", "https://billing.example.com/"].map(|id| id.parse().unwrap()).to_vec();
    let application = server.service_with(|settings| settings.audiences = own).await;
    for (asked, aud) in [
        ("https://API.example.com", "https://API.example.com"),
        ("https://api.example.com/", "https://API.example.com"),
        ("HTTPS://api.EXAMPLE.com:443", "https://API.example.com"),
        // What the operator declares is what the API itself compares with.
        ("https://billing.example.com", "https://Billing.example.com"),
    ] {
        let token = server.token().with_basic(&application).resource(asked).send().await.access_token();
        assert_eq!(server.verify(&token).await.claims["aud"], aud, "{asked}");
    }
}

const RESOURCES: &str = r#"
[[scopes]]
name = "orders:read"
description = "See orders"
[[resources]]
identifier = "https://orders.example.com"
scopes = ["orders:read", "orders:write"]
[[resources]]
identifier = "https://billing.example.com"
scopes = ["billing"]
[[resources]]
identifier = "https://anything.example.com"
"#;

fn orders(settings: &mut ApplicationSettings) {
    settings.scope = "openid orders:read orders:write billing".parse().unwrap();
    settings.default_scope = "openid orders:read billing".parse().unwrap();
    let audience = |host: &&str| format!("https://{host}.example.com").parse().unwrap();
    settings.audiences = ["orders", "billing", "anything"].iter().map(audience).collect();
}

/// RFC 8707 §2.2: a token carries what its resources understand.
#[apply(on_both_engines)]
async fn a_resource_limits_the_default_scope_to_what_it_understands(world: World) {
    let server = world.server_with(RESOURCES).await;
    let application = server.service_with(orders).await;
    let scope_for = async |hosts: &[&str]| {
        let mut request = server.token().with_basic(&application);
        for host in hosts {
            request = request.resource(&format!("https://{host}.example.com"));
        }
        request.send().await.success()["scope"].clone()
    };
    assert_eq!(scope_for(&[]).await, "openid orders:read billing");
    assert_eq!(scope_for(&["orders"]).await, "orders:read");
    assert_eq!(scope_for(&["billing"]).await, "billing");
    assert_eq!(scope_for(&["orders", "billing"]).await, "orders:read billing");
    assert_eq!(scope_for(&["anything"]).await, "openid orders:read billing");
}

/// RFC 8707 §2.2; RFC 6749 §5.2.
#[apply(on_both_engines)]
async fn a_scope_that_means_nothing_to_the_resource_is_refused(world: World) {
    let server = world.server_with(RESOURCES).await;
    let application = server.service_with(orders).await;
    let ask = |scope: &str| {
        server.token().with_basic(&application).resource("https://orders.example.com").scope(scope).send()
    };
    assert_eq!(ask("orders:write").await.success()["scope"], "orders:write");
    let description = ask("orders:read billing").await.refusal(400, "invalid_scope");
    assert!(description.contains("'billing'"), "{description}");
}

/// The token endpoint has three addresses, for what applications have been told before.
#[apply(on_both_engines)]
async fn every_address_of_the_token_endpoint_answers_alike(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    for path in ["/token", "/oauth/token", "/oauth2/token"] {
        let answer = server.token().at(path).with_basic(&application).send().await;
        assert_eq!(answer.success()["scope"], "openid admin");
        server.token().at(path).send().await.refusal(401, "invalid_client");
    }
}

/// RFC 6749 §3.2 asks for a form; a JSON object of the same parameters is read too.
#[apply(on_both_engines)]
async fn a_json_body_works_like_a_form(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    for request in [server.token().with_basic(&application), server.token().with_post(&application)] {
        assert_eq!(request.scope("openid").in_json().send().await.success()["scope"], "openid");
    }
    let body = json!({
        "grant_type": "client_credentials", "client_id": application.client_id,
        "client_secret": application.secret, "scope": null, "audience": null,
    });
    let answer = Answer::of(server.request(Method::POST, "/token").json(&body)).await;
    assert_eq!(answer.success()["scope"], "openid admin");
}

/// RFC 6749 §3.2: unrecognised parameters are ignored. Appendix B: `charset` means nothing here.
#[apply(on_both_engines)]
async fn unknown_parameters_and_charsets_are_ignored(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    server.token().with_basic(&application).parameter("tenant", "a").parameter("x", "").send().await.success();
    let pair = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        application.client_id, application.secret
    );
    for content_type in [
        "application/x-www-form-urlencoded; charset=utf-8",
        "application/x-www-form-urlencoded;charset=ISO-8859-1",
        "Application/X-WWW-Form-URLEncoded",
    ] {
        let request = server.request(Method::POST, "/token").header("content-type", content_type).body(pair.clone());
        Answer::of(request).await.success();
    }
}

/// RFC 6749 §4.4: the grant is for confidential clients only.
#[apply(on_both_engines)]
async fn a_public_application_cannot_act_for_itself(world: World) {
    let server = world.server().await;
    for kind in [ApplicationKind::Spa, ApplicationKind::Native, ApplicationKind::Device] {
        let settings = ApplicationSettings::new("Shop".to_owned(), kind);
        let application = Registered::at(&server.rooms, settings).await;
        assert_eq!(application.secret, "");
        let named = server.token().parameter("client_id", &application.client_id);
        let basic = server.token().with_basic(&application);
        for request in [named, basic] {
            request.send().await.refusal(400, "unauthorized_client");
        }
    }
}

/// RFC 6749 §5.2, `unauthorized_client`.
#[apply(on_both_engines)]
async fn an_application_uses_only_the_grants_it_is_registered_for(world: World) {
    let server = world.server().await;
    let application = server.service_with(|settings| settings.grants = Vec::new()).await;
    let description = server.token().with_basic(&application).send().await.refusal(400, "unauthorized_client");
    assert!(description.contains(GrantType::ClientCredentials.name()), "{description}");
}

/// RFC 6749 §4.4.3: no refresh token belongs to this grant. The token is good until, not at, its `exp`.
#[apply(on_both_engines)]
async fn a_token_is_good_for_its_lifetime_and_not_a_second_more(world: World) {
    let server = world.server().await;
    let application = server.service().await;
    let token = server.token().with_basic(&application).send().await.access_token();
    world.clock.advance(Duration::from_secs(599));
    server.hello(&token).await.success();
    world.clock.advance(Duration::from_secs(1));
    server.hello(&token).await.refusal(401, "invalid_token");
}

/// Fetch standard, CORS: scripts of any origin may ask wherever an application in a browser asks, with the headers that
/// they name, and may read the answer, also where it is a refusal. `*` would not stand for `Authorization`.
#[apply(on_both_engines)]
async fn a_browser_of_any_origin_may_ask(world: World) {
    let server = world.server().await;
    for (method, path) in [
        ("POST", "/token"),
        ("POST", "/oauth/revoke"),
        ("POST", "/oauth/par"),
        ("POST", "/oauth/introspect"),
        ("GET", "/oauth/userinfo"),
        ("GET", "/.well-known/jwks.json"),
        ("GET", "/.well-known/openid-configuration"),
        ("GET", "/api/v1/hello"),
    ] {
        let preflight = server
            .request(Method::OPTIONS, path)
            .header("origin", "https://app.example.com")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "authorization,dpop");
        let allowed = Answer::of(preflight).await;
        assert!(allowed.status.is_success(), "{path}");
        // Libraries send cookies without need (keycloak-js), and `*` would not let them read the answer.
        let is_document = path.starts_with("/.well-known");
        let origin = if is_document { "*" } else { "https://app.example.com" };
        assert_eq!(allowed.header("access-control-allow-origin"), Some(origin), "{path}");
        assert_eq!(allowed.header("access-control-allow-headers"), Some("authorization,dpop"), "{path}");
        assert!(allowed.header("access-control-allow-methods").unwrap().contains(method), "{path}");
        assert_eq!(allowed.header("access-control-max-age"), Some("7200"), "{path}");
        let credentials = allowed.header("access-control-allow-credentials");
        assert_eq!(credentials, (!is_document).then_some("true"), "{path}");
        let ask = server.request(method.parse().unwrap(), path).header("origin", "https://app.example.com");
        let answer = Answer::of(ask).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some(origin), "{path}");
        let exposed = answer.header("access-control-expose-headers").unwrap();
        for name in ["www-authenticate", "retry-after", "dpop-nonce", "x-request-id"] {
            assert!(exposed.contains(name), "{path}: {exposed}");
        }
    }
}

/// RFC 9700 §2.6: no script has business at the authorization endpoint, nor where cookies count.
#[apply(on_both_engines)]
async fn a_browser_of_another_origin_reads_nothing_where_people_sign_in(world: World) {
    let server = world.server().await;
    for path in ["/oauth/authorize", "/login", "/api/v1/me", "/users", "/portal"] {
        let ask = server.request(Method::GET, path).header("origin", "https://app.example.com");
        assert_eq!(Answer::of(ask).await.header("access-control-allow-origin"), None, "{path}");
    }
}

/// A script learns that the server was too busy or the request too slow, instead of a network error.
#[apply(on_both_engines)]
async fn a_browser_sees_what_went_wrong_on_the_way(world: World) {
    let server = world.server_with("[server]\nrequest_timeout = \"100ms\"").await;
    let request = "POST /token HTTP/1.1\r\nhost: x\r\norigin: https://app.example.com\r\n\
                   content-type: application/x-www-form-urlencoded\r\ncontent-length: 9\r\n\r\n";
    let answer = server.raw(request.as_bytes()).await.answer();
    answer.refusal(408, "invalid_request");
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example.com"));
}
