//! Who may ask for how much mail, and how many authorization requests (docs/decisions/0013-who-may-ask-for-mail.md).

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings, ClientAuthentication};
use gatepost::domain::ids::SignInId;
use gatepost::domain::one_time::ValueHash;
use gatepost::domain::sign_in::DeliveryEvent;
use gatepost::protocol::client_keys::client_keys;
use gatepost::protocol::jose::SigningAlgorithm;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{CALLBACK, account, authorize, letter, web_application, web_settings};
use crate::harness::{Answer, Assertion, ClientKey, LogLines, Registered, TestServer, World, on_both_engines};

const JOHN: &str = "john@example.com";

/// The test's own address may speak for others.
const PROXY: &str = "server.trusted_proxies = [\"127.0.0.0/8\"]\n";

fn request(application: &Registered, username: &str) -> Value {
    json!({
        "client_id": application.client_id, "redirect_uri": CALLBACK, "response_type": "code",
        "scope": "passwordless", "username": username,
    })
}

async fn ask_as(server: &TestServer, application: &Registered, username: &str) -> Answer {
    let asked = server.request(Method::POST, "/oauth/authorize").json(&request(application, username));
    Answer::of(asked.basic_auth(&application.client_id, Some(&application.secret))).await
}

async fn ask(server: &TestServer, request: &Value) -> Answer {
    Answer::of(server.request(Method::POST, "/oauth/authorize").json(request)).await
}

/// All its users come from the one address of its server.
#[apply(on_both_engines)]
async fn an_application_that_authenticates_is_counted_for_itself(world: World) {
    let limits = "[rate_limits]\nmail_per_application_burst = 8\nmail_per_application_every = \"10s\"";
    let server = world.server_with(limits).await;
    let (application, other) = (web_application(&server.rooms).await, web_application(&server.rooms).await);
    for number in 0..9 {
        account(&server.rooms, &format!("user{number}@example.com")).await;
    }
    let users = || (0..9).map(|number| format!("user{number}@example.com"));
    for user in users().take(8) {
        assert_eq!(ask_as(&server, &application, &user).await.status, 200, "{user}");
    }
    let refused = ask_as(&server, &application, "user8@example.com").await;
    refused.refusal(429, "temporarily_unavailable");
    assert_eq!(refused.header("retry-after"), Some("10"));
    assert_eq!(ask_as(&server, &other, "user8@example.com").await.status, 200, "others have their own");
    // Without authentication the network address is counted, and five at once are the limit.
    world.clock.advance(Duration::from_secs(61));
    let mut statuses = Vec::new();
    for user in users().take(6) {
        statuses.push(ask(&server, &request(&application, &user)).await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 429]);
    // Each mailbox is protected from applications, too.
    let tight = web_application(&server.rooms).await;
    for _ in 0..3 {
        assert_eq!(ask_as(&server, &tight, "user8@example.com").await.status, 200);
    }
    ask_as(&server, &tight, "user8@example.com").await.refusal(429, "temporarily_unavailable");
}

/// Without a limit an application could find out which addresses have an account.
#[apply(on_both_engines)]
async fn an_application_that_names_many_without_an_account_waits_like_one_that_guesses_secrets(world: World) {
    let server = world.server_with("[rate_limits]\ntoken_failures_per_application = 3").await;
    let (application, other) = (web_application(&server.rooms).await, web_application(&server.rooms).await);
    for number in 0..3 {
        let unknown = ask_as(&server, &application, &format!("nobody{number}@example.com")).await;
        unknown.refusal(401, "access_denied");
    }
    account(&server.rooms, "anna@example.com").await;
    for email in ["nobody9@example.com", "anna@example.com"] {
        let refused = ask_as(&server, &application, email).await;
        assert!(refused.refusal(429, "temporarily_unavailable").contains("without an account"), "{email}");
        ask_as(&server, &other, "nobody9@example.com").await.refusal(401, "access_denied");
    }
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(ask_as(&server, &application, "anna@example.com").await.status, 200);
}

/// RFC 6749 §2.3, §5.2: what is sent to authenticate has to be right, in every way it can be sent.
#[apply(on_both_engines)]
async fn a_passwordless_request_may_authenticate_and_then_must_do_it_right(world: World) {
    let server = world.server_with("rate_limits.enabled = false").await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    let with = |name: &str, value: &str| {
        let mut request = request(&application, JOHN);
        request[name] = value.into();
        request
    };
    assert_eq!(ask(&server, &with("client_secret", &application.secret)).await.status, 200);
    let wrong = ask(&server, &with("client_secret", "gps_wrong")).await;
    wrong.refusal(401, "invalid_client");
    assert!(wrong.header("www-authenticate").unwrap().starts_with("Basic"));
    ask_as(&server, &application.with_secret("gps_wrong"), JOHN).await.refusal(401, "invalid_client");
    let other = web_application(&server.rooms).await;
    let foreign = server.request(Method::POST, "/oauth/authorize").json(&request(&application, JOHN));
    let foreign = foreign.basic_auth(&other.client_id, Some(&other.secret));
    Answer::of(foreign).await.refusal(400, "invalid_request");
    let both = server.request(Method::POST, "/oauth/authorize").json(&with("client_secret", &application.secret));
    let both = both.basic_auth(&application.client_id, Some(&application.secret));
    Answer::of(both).await.refusal(400, "invalid_request");
    let key = ClientKey::new(SigningAlgorithm::Es256);
    let keys = ClientAuthentication::PrivateKeyJwt(client_keys(&key.jwks()).unwrap());
    let settings = ApplicationSettings { authentication: keys, ..web_settings("Keys") };
    let holder = Registered::at(&server.rooms, settings).await;
    let signed = Assertion::new(&server, &holder, &key).signed(&key);
    let mut request = request(&holder, JOHN);
    request["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".into();
    request["client_assertion"] = signed.into();
    assert_eq!(ask(&server, &request).await.status, 200);
    ask(&server, &request).await.refusal(401, "invalid_client");
    // The 401 is about the account and not about the client's credentials, so it has no Basic challenge.
    let unknown = ask_as(&server, &application, "nobody@example.com").await;
    unknown.refusal(401, "access_denied");
    assert!(unknown.header("www-authenticate").unwrap().starts_with("Passwordless"));
}

/// Asks for a mail on the sign-in page.
async fn ask_in(browser: &Browser, application: &Registered) -> Page {
    let page = browser.visit(&authorize(application, &[])).await;
    browser.enter_address(&page, JOHN).await
}

/// Three at once and then one an hour is what any one attacker can have sent.
#[apply(on_both_engines)]
async fn a_stranger_uses_up_their_own_mails_to_an_address_and_not_everybodys(world: World) {
    let server = world.server_with(PROXY).await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    for _ in 0..3 {
        assert!(ask_in(&Browser::at(&server, "198.51.100.1"), &application).await.has("login-code"));
    }
    let refused = Browser::at(&server, "198.51.100.1");
    let refused = ask_in(&refused, &application).await;
    assert_eq!(refused.answer.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = refused.answer.header("retry-after").unwrap().parse().unwrap();
    assert!((3500..=3600).contains(&wait), "{wait}");
    assert!(ask_in(&Browser::at(&server, "198.51.100.2"), &application).await.has("login-code"));
    // Within IPv6 the network is what counts: it has as many addresses as one likes.
    for host in 1..=3 {
        let browser = Browser::at(&server, &format!("2001:db8::{host}"));
        assert!(ask_in(&browser, &application).await.has("login-code"));
    }
    assert!(!ask_in(&Browser::at(&server, "2001:db8::4"), &application).await.has("login-code"));
}

/// Many attackers together can fill a mailbox only so far, and a browser that was signed in before still gets its mail.
#[apply(on_both_engines)]
async fn however_many_strangers_ask_a_browser_that_is_known_gets_its_mail(world: World) {
    let total = "[rate_limits]\nmail_per_address_total_burst = 4";
    let server = world.server_with(&format!("{PROXY}{total}")).await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::at(&server, "192.0.2.1");
    let page = browser.visit(&authorize(&application, &[])).await;
    browser.sign_in(&server, &page, JOHN, 1).await;
    browser.forget("gatepost_session");
    for stranger in 1..=3 {
        let stranger = Browser::at(&server, &format!("198.51.100.{stranger}"));
        assert!(ask_in(&stranger, &application).await.has("login-code"));
    }
    let late = ask_in(&Browser::at(&server, "198.51.100.99"), &application).await;
    assert_eq!(late.answer.status, StatusCode::TOO_MANY_REQUESTS, "all together may have four");
    // The marks are void in another browser.
    let thief = Browser::at(&server, "198.51.100.100");
    thief.remember("gatepost_known", &browser.cookie("gatepost_known").unwrap());
    assert!(!ask_in(&thief, &application).await.has("login-code"));
    for count in 5..=7 {
        let waiting = ask_in(&browser, &application).await;
        assert!(waiting.has("login-code"), "{}", waiting.text());
        letter(&server, JOHN, count).await;
    }
    assert!(!ask_in(&browser, &application).await.has("login-code"), "it has an allowance, too");
    // A browser is known for one account only.
    let page = browser.visit(&authorize(&application, &[])).await;
    browser.enter_address(&page, "jane@example.com").await;
    letter(&server, "jane@example.com", 1).await;
    let subject = format!("mail:{} from:192.0.2.1", ValueHash::of("jane@example.com").hex());
    let counted = world.database.texts(&format!("select subject from rate_limits where subject = '{subject}'")).await;
    assert_eq!(counted.len(), 1, "to another one it is a stranger");
}

/// Every authorization request is stored, and needs no authentication.
#[apply(on_both_engines)]
async fn authorization_requests_are_limited_and_told_when_to_come_back(world: World) {
    let limits = "[rate_limits]\nauthorizations_per_ip_burst = 4\nauthorizations_per_ip_every = \"30s\"";
    let server = world.server_with(&format!("{PROXY}{limits}")).await;
    let application = web_application(&server.rooms).await;
    let rows = async || world.database.texts("select id from authorizations").await.len();
    for _ in 0..4 {
        assert!(Browser::at(&server, "198.51.100.1").visit(&authorize(&application, &[])).await.has("login-submit"));
    }
    let refused = Browser::at(&server, "198.51.100.1").visit(&authorize(&application, &[])).await;
    assert_eq!((refused.answer.status.as_u16(), refused.answer.header("retry-after")), (429, Some("30")));
    assert!(refused.has("trace-id"), "it is a page: {}", refused.text());
    assert_eq!(rows().await, 4);
    // Other network addresses are not held up, nor is a person who is signed in.
    let person = Browser::at(&server, "198.51.100.2");
    let page = person.visit(&authorize(&application, &[])).await;
    person.sign_in(&server, &page, JOHN, 1).await;
    for _ in 0..3 {
        Browser::at(&server, "198.51.100.2").visit(&authorize(&application, &[])).await;
    }
    assert_eq!(Browser::at(&server, "198.51.100.2").visit(&authorize(&application, &[])).await.answer.status, 429);
    assert!(person.visit(&authorize(&application, &[])).await.has("consent-allow"));
    world.clock.advance(Duration::from_secs(30));
    assert!(Browser::at(&server, "198.51.100.1").visit(&authorize(&application, &[])).await.has("login-submit"));
}

/// RFC 9126: anyone can push a request in the name of a public client.
#[apply(on_both_engines)]
async fn anonymous_pushed_requests_are_limited_too(world: World) {
    let server = world.server_with("[rate_limits]\nauthorizations_per_ip_burst = 2").await;
    let public = ApplicationSettings {
        redirect_uris: vec![CALLBACK.to_owned()],
        ..ApplicationSettings::new("Spa".to_owned(), ApplicationKind::Spa)
    };
    let public = Registered::at(&server.rooms, public).await;
    let confidential = web_application(&server.rooms).await;
    let push = async |application: &Registered| {
        let challenge = crate::harness::CHALLENGE;
        let form = [
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
        ];
        server.form("/oauth/par", application, &form).await.status.as_u16()
    };
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push((push(&public).await, push(&confidential).await));
    }
    assert_eq!(statuses, [(201, 201), (201, 201), (429, 201)]);
}

/// A page that asks silently and often leaves nothing behind for long.
#[apply(on_both_engines)]
async fn requests_that_were_answered_without_a_code_are_soon_forgotten(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    let browser = Browser::of(&server);
    browser.visit(&authorize(&application, &[("prompt", "none")])).await;
    browser.visit(&authorize(&application, &[])).await;
    let page = browser.visit(&authorize(&application, &[])).await;
    let consent = browser.sign_in(&server, &page, JOHN, 1).await;
    browser.submit(consent.form_with("consent-allow"), &[("decision", "allow")]).await;
    let rows = async || world.database.texts("select id from authorizations").await.len();
    assert_eq!(rows().await, 3);
    world.clock.advance(Duration::from_mins(6));
    server.rooms.upkeep.forget_expired().await.unwrap();
    assert_eq!(rows().await, 2, "one that is open and one with a code");
    world.clock.advance(Duration::from_hours(1));
    server.rooms.upkeep.forget_expired().await.unwrap();
    assert_eq!(rows().await, 1);
}

/// A link can be opened any number of times.
#[apply(on_both_engines)]
async fn opening_a_link_again_and_again_is_written_down_only_so_often(world: World) {
    let server = world.server().await;
    let application = web_application(&server.rooms).await;
    account(&server.rooms, JOHN).await;
    let mut asked = request(&application, JOHN);
    asked["state"] = "s".into();
    assert_eq!(ask(&server, &asked).await.status, 200);
    let link = letter(&server, JOHN, 1).await.link;
    for _ in 0..40 {
        Browser::of(&server).get(&link).await;
    }
    let id: SignInId = world.database.texts("select id from sign_ins").await[0].parse().unwrap();
    let flight = server.rooms.store.delivery_trace_of(id).await.unwrap();
    assert_eq!(flight.iter().filter(|step| step.event == DeliveryEvent::Opened).count(), 30);
    // It works as ever.
    let browser = Browser::of(&server);
    let page = browser.get(&link).await;
    let answer = browser.post(&page.form_with("confirm-login"), &[]).await;
    assert!(answer.answer_parameters().contains_key("code"), "{answer:?}");
}

/// RFC 5233: mail to a sub-address reaches the one mailbox.
#[apply(on_both_engines)]
async fn sub_addresses_of_one_mailbox_share_its_limits(world: World) {
    let limits = "[rate_limits]\nmail_per_address_gap = \"0s\"\nmail_per_ip_burst = 100";
    let server = world.server_with(&format!("{PROXY}{limits}")).await;
    let application = web_application(&server.rooms).await;
    let ask = async |from: &str, email: &str| {
        let browser = Browser::at(&server, from);
        let page = browser.visit(&authorize(&application, &[])).await;
        browser.enter_address(&page, email).await.answer.status.as_u16()
    };
    let mut statuses = Vec::new();
    for address in ["a@example.com", "a+1@example.com", "A+2@example.com", "a+3+4@example.com", "b@example.com"] {
        statuses.push(ask("198.51.100.1", address).await);
    }
    assert_eq!(statuses, [200, 200, 200, 429, 200]);
    // All networks together have the limit of the mailbox, too.
    let mut got = 3;
    for network in 2..30 {
        for number in 0..2 {
            let status = ask(&format!("198.51.100.{network}"), &format!("a+{network}.{number}@example.com")).await;
            got += usize::from(status == 200);
        }
    }
    assert_eq!(got, 12);
}

/// Many networks and many mailboxes: what the mail server gets has an end, and the operator hears of it.
#[apply(on_both_engines)]
async fn the_whole_server_lets_out_so_many_mails_a_minute_and_raises_the_alarm(world: World) {
    let alarms = LogLines::listen();
    let server = world.server_with(&format!("{PROXY}[rate_limits]\nmail_total_per_minute = 6")).await;
    let application = web_application(&server.rooms).await;
    let known = Browser::at(&server, "192.0.2.1");
    let page = known.visit(&authorize(&application, &[])).await;
    known.sign_in(&server, &page, JOHN, 1).await;
    known.forget("gatepost_session");
    let withheld = async || {
        let text = server.get_management("/metrics").await.text().to_owned();
        let line = text.lines().find(|line| line.starts_with("gatepost_mails_withheld_total")).unwrap().to_owned();
        line.split(' ').nth(1).unwrap().parse::<u64>().unwrap()
    };
    let ask = async |number: u32| {
        let browser = Browser::at(&server, &format!("198.51.100.{number}"));
        let page = browser.visit(&authorize(&application, &[])).await;
        browser.enter_address(&page, &format!("user{number}@example.com")).await.answer
    };
    for number in 1..=5 {
        assert_eq!(ask(number).await.status, 200, "{number}");
    }
    assert_eq!(withheld().await, 0);
    for number in 6..=8 {
        let refused = ask(number).await;
        assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, Some("10")));
    }
    assert_eq!(withheld().await, 3);
    // Once a minute, and not for each of them. The other engine's server may say it at the same time.
    let alarmed = alarms.lines_with(&["rate_limits.mail_total_per_minute", "per_minute=6 "]);
    assert!((1..=2).contains(&alarmed.len()), "{alarmed:?}");
    assert!(ask_in(&known, &application).await.has("login-code"), "a known browser is not held up");
    world.clock.advance(Duration::from_secs(10));
    assert_eq!(ask(9).await.status, 200);
    assert_eq!(ask(10).await.status, 429);
}
