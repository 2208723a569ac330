//! Bad input to `/token`: each kind gets the right refusal in the form of RFC 6749 §5.2, nothing changes in the
//! database, and the server goes on answering.
//!
//! The tables are in the modules below, one for each part of a request that can be wrong.

mod assertions;
mod authorization;
mod bodies;
mod json;
mod wire;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::flows::applications::DEACTIVATE;
use gatepost::store::StateChange;
use macro_rules_attribute::apply;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};

use crate::harness::{Answer, Dump, Registered, TestServer, World, on_both_engines};

/// What is sent, and the status and the error that must come back.
pub(crate) type Case = (&'static str, u16, &'static str);

const FORM: &str = "application/x-www-form-urlencoded";

/// A server with an application of every sort, and what its database held before anything bad was sent.
struct Target {
    server: TestServer,
    good: Registered,
    others: Vec<(&'static str, String)>,
    before: Dump,
}

impl Target {
    async fn new(world: &World) -> Self {
        // Limits are tested elsewhere; here each guess is to get its own answer.
        let server = world.server_with("[rate_limits]\nenabled = false").await;
        let good = server.service().await;
        let other = server.service().await;
        let (off, gone) = (server.service().await, server.service().await);
        off.change(&server.rooms, DEACTIVATE).await;
        gone.change(&server.rooms, StateChange::Delete).await;
        let public = ApplicationSettings::new("Shop".to_owned(), ApplicationKind::Spa);
        let public = Registered::at(&server.rooms, public).await;
        let idle = server.service_with(|settings| settings.grants = Vec::new()).await;
        let others = vec![
            ("{id}", good.client_id.clone()),
            ("{secret}", good.secret.clone()),
            ("{other}", other.client_id),
            ("{other-secret}", other.secret),
            ("{off}", off.client_id),
            ("{off-secret}", off.secret),
            ("{gone}", gone.client_id),
            ("{gone-secret}", gone.secret),
            ("{public}", public.client_id),
            ("{idle}", idle.client_id),
            ("{idle-secret}", idle.secret),
            ("{ID}", good.client_id.to_ascii_uppercase()),
            ("{SECRET}", good.secret.to_ascii_uppercase()),
            ("{cut}", good.secret[..good.secret.len() - 1].to_owned()),
            ("{long}", "a".repeat(20_000)),
            ("{129}", "a".repeat(129)),
            ("{many}", (0..70).map(|n| format!("p{n}=x")).collect::<Vec<_>>().join("&")),
            ("{deep}", "[".repeat(5000)),
            ("{bearer-type}", gatepost::protocol::client_auth::JWT_BEARER_ASSERTION.to_owned()),
        ];
        let before = world.database.facts().await;
        Self { server, good, others, before }
    }

    /// The text with the names of this target's applications in it.
    fn filled(&self, template: &str) -> String {
        self.others.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    /// Sends a body with the good application's secret in the header.
    async fn post_authenticated(&self, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        let request = self.server.request(Method::POST, "/token").header(CONTENT_TYPE, content_type).body(body.into());
        Answer::of(request.basic_auth(&self.good.client_id, Some(&self.good.secret))).await
    }

    /// Sends a form without an `Authorization` header.
    async fn post_anonymous(&self, body: String) -> Answer {
        Answer::of(self.server.request(Method::POST, "/token").header(CONTENT_TYPE, FORM).body(body)).await
    }

    /// Sends a right form with these values of `Authorization`.
    async fn post_with_headers(&self, values: &[Vec<u8>]) -> Answer {
        let mut request = self.server.request(Method::POST, "/token").header(CONTENT_TYPE, FORM);
        for value in values {
            request = request.header(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        Answer::of(request.body("grant_type=client_credentials")).await
    }

    /// Nothing was written but the records for the applications' owners, there was no server error, and a good request
    /// still works.
    async fn is_unharmed(&self) {
        let mut after = self.server.world.database.facts().await;
        for noted in ["application_days", "application_requests"] {
            after.insert(noted.to_owned(), self.before[noted].clone());
        }
        assert_eq!(after, self.before, "nothing is written");
        let metrics = self.server.get_management("/metrics").await;
        let failed = metrics.text().lines().find(|line| line.contains("status=\"5")).map(str::to_owned);
        assert_eq!(failed, None, "nothing fails inside");
        self.server.token().with_basic(&self.good).send().await.success();
    }
}

/// Checks one answer, naming the case where it is wrong.
fn check(what: &str, answer: &Answer, status: u16, error: &str) {
    let shown: String = what.chars().take(120).collect();
    let told = (answer.status.as_u16(), answer.text().contains(&format!("\"error\":\"{error}\"")));
    assert_eq!(told, (status, true), "{shown:?}: expected {status} {error}, got {} {}", answer.status, answer.text());
    answer.refusal(status, error);
}

/// A body is not secret, but a description must not repeat what could be one.
fn tells_no_secret(target: &Target, answer: &Answer) {
    assert!(!answer.text().contains(&target.good.secret), "{}", answer.text());
}

/// RFC 6749 §3.2, §5.2; RFC 8707 §2.
#[apply(on_both_engines)]
async fn in_the_form_is_refused(world: World) {
    let target = Target::new(&world).await;
    for (body, status, error) in bodies::AUTHENTICATED {
        let answer = target.post_authenticated(FORM, target.filled(body)).await;
        check(body, &answer, status, error);
        tells_no_secret(&target, &answer);
    }
    for (body, status, error) in bodies::BYTES {
        let answer = target.post_authenticated(FORM, body).await;
        check(&String::from_utf8_lossy(body), &answer, status, error);
    }
    target.is_unharmed().await;
}

/// RFC 6749 §2.3.1, §5.2, `invalid_client`.
#[apply(on_both_engines)]
async fn in_the_clients_own_words_is_refused(world: World) {
    let target = Target::new(&world).await;
    for (body, status, error) in bodies::ANONYMOUS {
        let answer = target.post_anonymous(target.filled(body)).await;
        check(body, &answer, status, error);
        tells_no_secret(&target, &answer);
    }
    target.is_unharmed().await;
}

/// RFC 8259; the members are parameters and follow the rules of parameters.
#[apply(on_both_engines)]
async fn in_a_json_body_is_refused(world: World) {
    let target = Target::new(&world).await;
    for (body, status, error) in json::CASES {
        let answer = target.post_authenticated("application/json", target.filled(body)).await;
        check(body, &answer, status, error);
    }
    for body in json::BYTES {
        let answer = target.post_authenticated("application/json", body).await;
        check(&String::from_utf8_lossy(body), &answer, 400, "invalid_request");
    }
    target.is_unharmed().await;
}

/// RFC 7617 §2; RFC 6749 §2.3.1.
#[apply(on_both_engines)]
async fn in_the_authorization_header_is_refused(world: World) {
    let target = Target::new(&world).await;
    for case in authorization::HEADERS.iter().chain(&authorization::PAIRS) {
        let answer = target.post_with_headers(&authorization::values(&target, case.0)).await;
        check(case.0, &answer, case.1, case.2);
        tells_no_secret(&target, &answer);
    }
    for bytes in authorization::BYTES {
        check("bytes", &target.post_with_headers(&[bytes.to_vec()]).await, 401, "invalid_client");
    }
    target.is_unharmed().await;
}

/// RFC 6749 §3.2: the body is a form; RFC 9110 §8.3: one type for each body.
#[apply(on_both_engines)]
async fn of_a_type_that_is_not_read_is_refused(world: World) {
    let target = Target::new(&world).await;
    for content_type in bodies::CONTENT_TYPES {
        let answer = target.post_authenticated(content_type, "grant_type=client_credentials").await;
        check(content_type, &answer, 400, "invalid_request");
    }
    let untyped = target.server.request(Method::POST, "/token").body("grant_type=client_credentials");
    check("no type", &Answer::of(untyped).await, 400, "invalid_request");
    for second in [FORM, "application/json", "text/plain"] {
        let twice = target.server.request(Method::POST, "/token").header(CONTENT_TYPE, FORM);
        let twice = twice.header(CONTENT_TYPE, second).body("grant_type=client_credentials");
        check("two types", &Answer::of(twice).await, 400, "invalid_request");
    }
    target.is_unharmed().await;
}

/// RFC 6749 §2.3.1, §3.2: POST only, and nothing is taken from the address.
#[apply(on_both_engines)]
async fn in_the_address_or_by_another_method_is_refused(world: World) {
    let target = Target::new(&world).await;
    let query = target.filled("/token?grant_type=client_credentials&client_id={id}&client_secret={secret}");
    for method in ["GET", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "POSTX", "post"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        check(
            method.as_str(),
            &Answer::of(target.server.request(method.clone(), &query)).await,
            405,
            "invalid_request",
        );
    }
    for (body, status, error) in
        [("", 400, "invalid_request"), ("grant_type=client_credentials", 401, "invalid_client")]
    {
        let request = target.server.request(Method::POST, &query).header(CONTENT_TYPE, FORM).body(body);
        check("in the query", &Answer::of(request).await, status, error);
    }
    for path in ["/token/", "/token/x", "/TOKEN", "/oauth/token/", "/oauth//token", "/token%2f", "/token;x=1"] {
        check(path, &Answer::of(target.server.request(Method::POST, path)).await, 404, "not_found");
    }
    target.is_unharmed().await;
}

/// "200 kinds of bad input": there are that many in the tables, no two of them the same.
#[test]
fn there_are_more_than_two_hundred_kinds() {
    let mut kinds: Vec<String> = Vec::new();
    let tables =
        [&bodies::AUTHENTICATED[..], &bodies::ANONYMOUS, &json::CASES, &authorization::HEADERS, &authorization::PAIRS];
    for (table, cases) in tables.iter().enumerate() {
        kinds.extend(cases.iter().map(|case| format!("{table} {}", case.0)));
    }
    kinds.extend(bodies::BYTES.iter().chain(&[]).map(|case| format!("bytes {:?}", case.0)));
    kinds.extend(bodies::CONTENT_TYPES.iter().map(|case| format!("type {case}")));
    kinds.extend(assertions::CASES.iter().map(|case| format!("assertion {}", case.0)));
    kinds.extend(wire::CASES.iter().map(|case| format!("wire {}", case.0)));
    let all = kinds.len();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds.len(), all, "each is there once");
    assert!(all > 200, "{all}");
}
