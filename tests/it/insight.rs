//! What an application's owner can see: tokens per day, the last requests with the reason why each failed, and the
//! delivery traces of its sign-ins.

use macro_rules_attribute::apply;
use std::net::IpAddr;
use std::time::Duration;

use gatepost::domain::activity::{Endpoint, NotedRequest};
use gatepost::domain::ids::ApplicationId;
use gatepost::domain::sign_in::DeliveryEvent;
use gatepost::flows::Rooms;
use gatepost::flows::insight::LoggedRequest;
use gatepost::protocol::mismatch::Field;
use gatepost::protocol::refusal::{ErrorCode, Refusal};
use gatepost::protocol::token::GrantType;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::person::{CALLBACK, VERIFIER, account, authorize, letter, web_application, web_settings};
use crate::harness::{Answer, Registered, TestServer, WireState, World, eventually, on_both_engines, service};

const JOHN: &str = "john.smith@example.com";
const DAY: Duration = Duration::from_hours(24);

async fn id_of(server: &Rooms, application: &Registered) -> ApplicationId {
    server.store.application(&application.id()).await.unwrap().unwrap().id
}

/// The requests of an application, newest first, once there are as many as this.
async fn requests(server: &Rooms, application: &Registered, count: usize) -> Vec<NotedRequest> {
    let id = id_of(server, application).await;
    eventually(&format!("{count} requests"), || async {
        server.upkeep.flush_usage().await.unwrap();
        server.insight.application_requests(id, 1000).await.unwrap().len() >= count
    })
    .await;
    let noted = server.insight.application_requests(id, 1000).await.unwrap();
    assert_eq!(noted.len(), count, "{noted:#?}");
    noted
}

/// Tokens and failures of the last days, once there are as many as this in all.
async fn days(server: &Rooms, application: &Registered, count: u64) -> Vec<(u64, u64)> {
    let id = id_of(server, application).await;
    let activity = || async { server.insight.application_activity(id, 3).await.unwrap() };
    eventually(&format!("{count} counted"), || async {
        server.upkeep.flush_usage().await.unwrap();
        let activity = activity().await;
        activity.tokens() + activity.failures() >= count
    })
    .await;
    let activity = activity().await;
    assert_eq!(activity.tokens() + activity.failures(), count);
    activity.per_day.iter().map(|day| (day.tokens, day.failures)).collect()
}

/// What is noted of a failure: error, reason, field, what was sent, what is registered, where they differ.
type Noted<'a> = (&'a str, Option<Field>, Option<&'a str>, Option<&'a str>, Option<usize>);

fn noted(request: &NotedRequest) -> Noted<'_> {
    let failure = request.failure.as_ref().unwrap_or_else(|| panic!("{request:?}"));
    let mismatch = failure.mismatch.as_ref();
    (
        &failure.error,
        mismatch.map(|mismatch| mismatch.field),
        mismatch.and_then(|mismatch| mismatch.sent.as_deref()),
        mismatch.and_then(|mismatch| mismatch.registered.as_deref()),
        mismatch.and_then(|mismatch| mismatch.differs_at),
    )
}

/// Checks that the newest request is noted under the trace and with the sentence of this refusal.
async fn is_noted(server: &TestServer, application: &Registered, answer: &Answer, endpoint: Endpoint) -> NotedRequest {
    let request = newest(server, application, endpoint).await;
    let failure = request.failure.clone().unwrap();
    assert_eq!(answer.json()["error_description"].as_str(), Some(failure.reason.as_str()));
    assert_eq!(answer.json()["error"].as_str(), Some(failure.error.as_str()));
    assert_eq!(answer.json()["trace_id"].as_str(), Some(request.trace_id.as_str()));
    request
}

async fn newest(server: &TestServer, application: &Registered, endpoint: Endpoint) -> NotedRequest {
    let (server, clock) = (&server.rooms, &server.world.clock);
    let id = id_of(server, application).await;
    let look = || async {
        server.upkeep.flush_usage().await.unwrap();
        server.insight.application_requests(id, 1).await.unwrap().pop()
    };
    let is_new = |request: NotedRequest| request.at.as_seconds() == clock.seconds();
    eventually("the request is noted", || async { look().await.is_some_and(is_new) }).await;
    let found = look().await.unwrap();
    assert_eq!(found.endpoint, endpoint);
    // So that the next one is newer.
    clock.advance(Duration::from_secs(1));
    found
}

#[apply(on_both_engines)]
async fn a_refused_token_request_is_noted_with_what_the_caller_was_told(world: World) {
    let server = world.server().await;
    let service = server.service().await;
    let basic = || server.token().with_basic(&service);
    // The application was never looked up before: what is wrong with this one is seen earlier.
    let answer = basic().by_grant("client_credential").send().await;
    let request = is_noted(&server, &service, &answer, Endpoint::Token).await;
    let nearest = Some("client_credentials");
    let expected = ("unsupported_grant_type", Some(Field::GrantType), Some("client_credential"), nearest, Some(17));
    assert_eq!(noted(&request), expected);

    let answer = server.token().with_post(&service.with_secret("wrong")).send().await;
    let request = is_noted(&server, &service, &answer, Endpoint::Token).await;
    assert_eq!(noted(&request), ("invalid_client", None, None, None, None));
    assert_eq!((request.grant, request.network.as_str()), (Some(GrantType::ClientCredentials), "127.0.0.0/24"));

    let answer = basic().scope("openid admim").send().await;
    let request = is_noted(&server, &service, &answer, Endpoint::Token).await;
    assert_eq!(noted(&request), ("invalid_scope", Some(Field::Scope), Some("admim"), Some("admin"), Some(4)));

    let answer = basic().by_grant("authorization_code").parameter("code", "x").send().await;
    let request = is_noted(&server, &service, &answer, Endpoint::Token).await;
    assert_eq!(noted(&request).0, "unauthorized_client");
    assert_eq!(noted(&request).3, Some("client_credentials"));

    let answer = basic().resource("https://api.example").send().await;
    let request = is_noted(&server, &service, &answer, Endpoint::Token).await;
    let expected = ("invalid_target", Some(Field::Resource), Some("https://api.example"), None, None);
    assert_eq!(noted(&request), expected);
}

#[apply(on_both_engines)]
async fn the_other_requests_of_an_application_are_noted_too(world: World) {
    let server = world.server().await;
    let shop = web_application(&server.rooms).await;
    let answer = server.form("/oauth/introspect", &shop, &[]).await;
    is_noted(&server, &shop, &answer, Endpoint::Introspect).await;
    server.form("/oauth/introspect", &shop, &[("token", "x")]).await.success();
    assert_eq!(newest(&server, &shop, Endpoint::Introspect).await.failure, None);
    let answer = server.form("/oauth/revoke", &shop, &[]).await;
    is_noted(&server, &shop, &answer, Endpoint::Revoke).await;
    let pushed = [("response_type", "code"), ("redirect_uri", "https://www.example.com/oauth/callbackx")];
    let answer = server.form("/oauth/par", &shop, &pushed).await;
    let request = is_noted(&server, &shop, &answer, Endpoint::PushedRequest).await;
    let sent = Some("https://www.example.com/oauth/callbackx");
    assert_eq!(noted(&request), ("invalid_request", Some(Field::RedirectUri), sent, Some(CALLBACK), Some(38)));
    let sent = json!({"client_id": shop.client_id, "response_type": "code", "username": JOHN, "scope": "passwordless"});
    let answer = Answer::of(server.request(Method::POST, "/oauth/authorize").json(&sent)).await;
    let request = is_noted(&server, &shop, &answer, Endpoint::Authorize).await;
    assert_eq!(noted(&request), ("access_denied", None, None, None, None));
}

/// On a page of this server while the redirect URI is not proven, at the redirect URI from then on.
#[apply(on_both_engines)]
async fn a_refusal_in_a_browser_is_noted_wherever_it_is_told(world: World) {
    let server = world.server().await;
    let shop = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    let good = authorize(&shop, &[]);
    for (wrong, sent, at) in [
        (good.replace("callback", "calback"), "https://www.example.com/oauth/calback", 33),
        (good.replace("https%3A", "http%3A"), "http://www.example.com/oauth/callback", 4),
        // Each letter with its accent is one character.
        (good.replace("callback", "c%C3%A4%C3%A4back"), "https://www.example.com/oauth/cääback", 31),
    ] {
        assert_ne!(wrong, good);
        let page = browser.get(&wrong).await;
        assert_eq!(page.answer.status, 400, "{}", page.text());
        let request = newest(&server, &shop, Endpoint::Authorize).await;
        let expected = ("invalid_request", Some(Field::RedirectUri), Some(sent), Some(CALLBACK), Some(at));
        assert_eq!(noted(&request), expected);
        assert!(page.text().contains(&request.trace_id), "{}", page.text());
    }
    let told = browser.get(&authorize(&shop, &[("scope", "email usr")])).await.answer_parameters();
    assert_eq!(told["error"], "invalid_scope");
    let request = newest(&server, &shop, Endpoint::Authorize).await;
    assert_eq!(noted(&request), ("invalid_scope", Some(Field::Scope), Some("usr"), Some("user"), Some(2)));
    let told = browser.get(&authorize(&shop, &[("prompt", "none")])).await.answer_parameters();
    assert_eq!(told["error"], "login_required");
    assert_eq!(noted(&newest(&server, &shop, Endpoint::Authorize).await).0, "login_required");
    browser.get(&good).await;
    assert_eq!(newest(&server, &shop, Endpoint::Authorize).await.failure, None);
    let consent = browser.sign_in(&server, &browser.visit(&good).await, JOHN, 1).await;
    world.clock.advance(Duration::from_secs(1));
    browser.submit(consent.form_with("consent-allow"), &[("decision", "deny")]).await;
    assert_eq!(noted(&newest(&server, &shop, Endpoint::Authorize).await).0, "access_denied");
    let address = format!("/oauth/logout?client_id={}&post_logout_redirect_uri=https://x.example/", shop.client_id);
    assert_eq!(browser.get(&address).await.answer.status, 200, "it asks, and leads nowhere");
    let request = newest(&server, &shop, Endpoint::Logout).await;
    assert_eq!(noted(&request).1, Some(Field::PostLogoutRedirectUri));
}

#[apply(on_both_engines)]
async fn tokens_are_counted_by_day_and_grant_and_routine_is_one_line(world: World) {
    let server = world.server().await;
    let service = server.service().await;
    for _ in 0..3 {
        server.token().with_basic(&service).send().await.success();
    }
    server.token().with_basic(&service).scope("other").send().await.refusal(400, "invalid_scope");
    assert_eq!(days(&server.rooms, &service, 4).await, [(0, 0), (0, 0), (3, 1)]);
    let noted = requests(&server.rooms, &service, 2).await;
    assert_eq!(noted.iter().filter(|request| request.failure.is_none()).count(), 1);
    world.clock.advance(DAY);
    server.token().with_basic(&service).send().await.success();
    assert_eq!(days(&server.rooms, &service, 5).await, [(0, 0), (3, 1), (1, 0)]);
    let id = id_of(&server.rooms, &service).await;
    let activity = server.rooms.insight.application_activity(id, 2).await.unwrap();
    assert_eq!(activity.per_day[0].by_grant, [(GrantType::ClientCredentials, 3)]);
    // Zero days means today, and too many mean all that are kept.
    assert_eq!(server.rooms.insight.application_activity(id, 0).await.unwrap().per_day.len(), 1);
    assert_eq!(server.rooms.insight.application_activity(id, u32::MAX).await.unwrap().per_day.len(), 90);
}

/// A request that a node has just refused.
fn refused<'a>(application: &'a Registered, refusal: &'a Refusal) -> LoggedRequest<'a> {
    LoggedRequest {
        endpoint: Endpoint::Token,
        client_id: &application.client_id,
        grant: None,
        address: IpAddr::from([203, 0, 113, 7]),
        trace_id: "00",
        refusal: Some(refusal),
    }
}

#[apply(on_both_engines)]
async fn nodes_add_up(world: World) {
    let server = world.server().await;
    let service = server.service().await;
    server.token().with_basic(&service).scope("other").send().await;
    let (one, other) = (world.command().await, world.command().await);
    let refusal = Refusal::new(ErrorCode::InvalidScope, "no");
    for node in [&one, &other] {
        for _ in 0..1000 {
            node.insight.log_request(&refused(&service, &refusal));
        }
        // These nodes have not looked the application up, so only so many requests wait for that.
        node.upkeep.flush_usage().await.unwrap();
        node.insight.log_request(&refused(&service, &refusal));
    }
    let (first, second) = tokio::join!(one.upkeep.flush_usage(), other.upkeep.flush_usage());
    first.and(second).unwrap();
    assert_eq!(days(&server.rooms, &service, 103).await, [(0, 0), (0, 0), (0, 103)]);
}

#[apply(on_both_engines)]
async fn a_flood_of_failures_is_counted_stays_bounded_and_hides_no_success(world: World) {
    let server = world.server().await;
    let (flooded, other) = (server.service().await, server.service().await);
    server.token().with_basic(&flooded).send().await.success();
    requests(&server.rooms, &flooded, 1).await;
    for round in 0..12 {
        world.clock.advance(Duration::from_secs(1));
        for number in 0..50 {
            let refusal = Refusal::invalid_scope(format!("{round} {number}")).of_proven_application();
            server.rooms.insight.log_request(&refused(&flooded, &refusal));
            server.rooms.insight.log_request(&refused(&flooded.renamed(&format!("nobody-{number}")), &refusal));
        }
        server.rooms.upkeep.flush_usage().await.unwrap();
    }
    server.token().with_basic(&other).send().await.success();
    world.clock.advance(Duration::from_secs(1));
    let answer = server.token().with_basic(&other).scope("nothing").send().await;
    is_noted(&server, &other, &answer, Endpoint::Token).await;
    assert_eq!(days(&server.rooms, &flooded, 601).await[2], (1, 600));
    let kept = requests(&server.rooms, &flooded, 101).await;
    assert_eq!(kept.iter().filter(|request| request.failure.is_none()).count(), 1, "the success is still there");
    let total = world.database.texts("select cast(count(*) as text) from application_requests").await;
    assert_eq!(total, ["103"], "nothing of those whom nobody knows");
}

/// An attacker who knows a client id can send nonsense in its name.
#[apply(on_both_engines)]
async fn nonsense_from_anybody_pushes_no_failure_of_the_application_out(world: World) {
    let server = world.server().await;
    let service = server.service().await;
    server.token().with_basic(&service).scope("other").send().await.refusal(400, "invalid_scope");
    server.token().with_post(&service.with_secret("wrong")).send().await.refusal(401, "invalid_client");
    requests(&server.rooms, &service, 2).await;
    for round in 0..12 {
        world.clock.advance(Duration::from_secs(1));
        for number in 0..12 {
            let junk = server.token().by_grant(&format!("junk-{round}-{number}"));
            junk.parameter("client_id", &service.client_id).send().await.refusal(400, "unsupported_grant_type");
        }
        server.rooms.upkeep.flush_usage().await.unwrap();
    }
    assert_eq!(days(&server.rooms, &service, 146).await[2], (0, 146), "each is counted");
    let noted = requests(&server.rooms, &service, 12).await;
    let of = |error: &str| noted.iter().filter(|noted| noted.failure.as_ref().unwrap().error == error).count();
    assert_eq!((of("invalid_scope"), of("invalid_client"), of("unsupported_grant_type")), (1, 1, 10));
}

/// The application is not in the cache when the database becomes unreachable.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_looked_up_now_is_looked_up_later() {
    World::on_postgres(async |world| {
        let (server, wire) = world.server_on_a_wire().await;
        let service = Registered::at(&*world.command().await, service(|_| {})).await;
        wire.set(WireState::Cut);
        let refusal = Refusal::invalid_scope("no");
        for _ in 0..5 {
            server.rooms.insight.log_request(&refused(&service, &refusal));
        }
        server.rooms.upkeep.flush_usage().await.unwrap_err();
        wire.set(WireState::Whole);
        eventually("the database is back", || async { server.rooms.upkeep.flush_usage().await.is_ok() }).await;
        assert_eq!(days(&server.rooms, &service, 5).await[2], (0, 5));
    })
    .await;
}

/// Wrong requests of every kind at every endpoint.
#[apply(on_both_engines)]
async fn nothing_secret_and_nobodys_address_is_kept(world: World) {
    let server = world.server().await;
    let shop = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    let browser = Browser::of(&server);
    let answer = browser.sign_in(&server, &browser.visit(&authorize(&shop, &[])).await, JOHN, 1).await;
    let answer = browser.submit(answer.form_with("consent-allow"), &[("decision", "allow")]).await;
    let code = answer.answer_parameters()["code"].clone();
    let redeem = |redirect_uri: &str, verifier: &str| {
        let request = server.token().with_basic(&shop).by_grant("authorization_code").parameter("code", &code);
        request.parameter("redirect_uri", redirect_uri).parameter("code_verifier", verifier).send()
    };
    let wrong_verifier = VERIFIER.replace('d', "e");
    redeem(CALLBACK, &wrong_verifier).await.refusal(400, "invalid_grant");
    redeem(&format!("{CALLBACK}?user={JOHN}&pin=4711-0815"), VERIFIER).await.refusal(400, "invalid_grant");
    let tokens = redeem(CALLBACK, VERIFIER).await.success();
    let token = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let secrets = [
        shop.secret.clone(),
        code.clone(),
        token("access_token"),
        token("refresh_token"),
        wrong_verifier,
        VERIFIER.to_owned(),
        JOHN.to_owned(),
        "4711-0815".to_owned(),
    ];
    for secret in &secrets {
        let basic = || server.token().with_basic(&shop);
        server.token().with_post(&shop.with_secret(secret)).send().await;
        basic().scope(secret).send().await;
        basic().by_grant(secret).send().await;
        basic().resource(&format!("https://x.example/?a={secret}")).send().await;
        basic().by_grant("refresh_token").parameter("refresh_token", secret).send().await;
        server.form("/oauth/revoke", &shop, &[("token", secret), ("token_type_hint", secret)]).await;
        server.form("/oauth/introspect", &shop, &[("token", secret)]).await;
        let pushed = format!("{CALLBACK}?to={secret}#{secret}");
        server.form("/oauth/par", &shop, &[("redirect_uri", &pushed), ("state", secret)]).await;
        browser.get(&authorize(&shop, &[("scope", secret), ("login_hint", secret)])).await;
        let asked = json!({"client_id": shop.client_id, "redirect_uri": pushed, "username": secret});
        Answer::of(server.request(Method::POST, "/oauth/authorize").json::<Value>(&asked)).await;
        server.rooms.upkeep.flush_usage().await.unwrap();
    }
    days(&server.rooms, &shop, total_of(&server).await).await;
    let dump = world.database.dump().await;
    let rows = [&dump["application_requests"][..], &dump["application_days"][..]].concat().join("\n");
    assert!(rows.contains("code_verifier") && rows.contains("redirect_uri"), "{rows}");
    for secret in secrets.iter().filter(|secret| !secret.contains("4711")) {
        assert!(!rows.contains(secret.as_str()), "{secret} in {rows}");
    }
    assert!(!rows.contains("127.0.0.1"), "{rows}");
    // What looks like nothing in particular is left out where such things stand: behind an equals sign.
    assert!(!rows.contains("=4711"), "{rows}");
}

/// How much is counted in all, once nothing is waiting any more.
async fn total_of(server: &TestServer) -> u64 {
    server.rooms.upkeep.flush_usage().await.unwrap();
    let sum = "select cast(coalesce(sum(total), 0) as text) from application_days";
    server.world.database.texts(sum).await[0].parse().unwrap()
}

#[apply(on_both_engines)]
async fn what_is_old_is_forgotten(world: World) {
    let server = world.server().await;
    let service = server.service().await;
    server.token().with_basic(&service).scope("other").send().await;
    requests(&server.rooms, &service, 1).await;
    let id = id_of(&server.rooms, &service).await;
    world.clock.advance(DAY * 13);
    server.rooms.upkeep.forget_expired().await.unwrap();
    requests(&server.rooms, &service, 1).await;
    world.clock.advance(DAY);
    server.rooms.upkeep.forget_expired().await.unwrap();
    requests(&server.rooms, &service, 0).await;
    let failures = || async { server.rooms.insight.application_activity(id, 90).await.unwrap().failures() };
    world.clock.advance(DAY * 75);
    server.rooms.upkeep.forget_expired().await.unwrap();
    assert_eq!(failures().await, 1, "the counts of 90 days are kept");
    world.clock.advance(DAY * 2);
    server.rooms.upkeep.forget_expired().await.unwrap();
    let days = world.database.texts("select counted from application_days").await;
    assert!(days.is_empty(), "{days:?}");
}

#[apply(on_both_engines)]
async fn what_was_noted_is_written_when_the_server_stops(world: World) {
    let server = world.server().await;
    let service = server.service().await;
    server.token().with_basic(&service).send().await.success();
    server.stop().await;
    let later = world.command().await;
    let id = id_of(&later, &service).await;
    assert_eq!(later.insight.application_activity(id, 1).await.unwrap().tokens(), 1);
    assert_eq!(later.insight.application_requests(id, 10).await.unwrap().len(), 1);
}

#[apply(on_both_engines)]
async fn the_flight_of_a_sign_in_is_seen_by_its_application_only(world: World) {
    let server = world.server().await;
    let shop = web_application(&server.rooms).await;
    let forum = Registered::at(&server.rooms, web_settings("Forum")).await;
    account(&server.rooms, JOHN).await;
    let asked = json!({
        "client_id": shop.client_id, "redirect_uri": CALLBACK, "response_type": "code",
        "scope": "passwordless", "username": JOHN,
    });
    for mails in [1, 2] {
        let answer = Answer::of(server.request(Method::POST, "/oauth/authorize").json(&asked)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        letter(&server, JOHN, mails).await;
        world.clock.advance(Duration::from_secs(60));
    }
    Browser::of(&server).get(&letter(&server, JOHN, 2).await.link).await;
    let flights = |of: &Registered| {
        let of = of.clone();
        let server = &server.rooms;
        async move { server.insight.application_delivery_traces(id_of(server, &of).await, 10).await.unwrap() }
    };
    let steps = || async { flights(&shop).await[0].steps.len() };
    eventually("the mail is accepted", || async { steps().await >= 3 }).await;
    let [newest, oldest] = &flights(&shop).await[..] else { panic!("not two") };
    assert!(newest.created_at > oldest.created_at);
    assert_eq!((newest.address.as_str(), newest.trace_id.len()), ("j…@example.com", 32));
    let events: Vec<_> = newest.steps.iter().map(|step| step.event).collect();
    assert_eq!(events[..2], [DeliveryEvent::Queued, DeliveryEvent::Accepted]);
    assert!(events.contains(&DeliveryEvent::Opened) || events.contains(&DeliveryEvent::Previewed), "{events:?}");
    assert_eq!(oldest.steps.iter().map(|step| step.event).collect::<Vec<_>>(), events[..2]);
    assert!(!format!("{newest:?}").contains(JOHN));
    assert_eq!(flights(&forum).await, []);
    let id = id_of(&server.rooms, &shop).await;
    assert_eq!(server.rooms.insight.application_delivery_traces(id, 1).await.unwrap(), std::slice::from_ref(newest));
}
