//! Many at once: a request is taken by one browser, answered once and redeemed once, on one node and on two.

use std::sync::Arc;

use gatepost::domain::application::ApplicationKind;
use gatepost::domain::ids::DeviceGrantId;
use gatepost::domain::one_time::BrowserToken;
use gatepost::flows::Rooms;
use gatepost::flows::browsers::KnownAccounts;
use gatepost::flows::device_grants::EnteredCode;
use gatepost::flows::requester::Requester;
use gatepost::protocol::refusal::ErrorCode;
use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;
use tokio::task::JoinSet;

use super::{Device, enter, signed_in};
use crate::harness::person::account;
use crate::harness::{Registered, TestServer, World, for_people, form_body, on_both_engines, token};

const ROUNDS: usize = 10;
const AT_ONCE: usize = 20;

/// Many at once queue for a few connections, and the machine has other tests to run.
const PATIENT: &str = "[database]\nacquire_timeout = \"30s\"\n[rate_limits]\nauthorizations_per_ip_burst = 1000";

/// The server, and on PostgreSQL another node.
async fn nodes(world: &World, server: &TestServer) -> Vec<Arc<Rooms>> {
    let mut nodes = vec![Arc::clone(&server.rooms)];
    if server.rooms.store.engine_name() == "PostgreSQL" {
        nodes.push(world.idle_with(PATIENT).await);
    }
    nodes
}

/// RFC 8628 §3.5: a device code is redeemed by one atomic statement, and the others take nothing away.
#[apply(on_both_engines)]
async fn of_many_polls_at_once_one_gets_tokens(world: World) {
    let server = world.server_with(PATIENT).await;
    let user = account(&server.rooms, "john@example.com").await;
    let mut settings = for_people(ApplicationKind::Web);
    settings.grants.push(GrantType::DeviceCode);
    let device = Device::with(&server, settings).await;
    let (nodes, browser) = (nodes(&world, &server).await, signed_in(&server, &user).await);
    for node in &nodes {
        let seen = token(node, &device.application, "grant_type=refresh_token&refresh_token=x").await;
        assert!(seen.is_err_and(|refusal| refusal.code == ErrorCode::InvalidGrant));
    }
    for _ in 0..ROUNDS {
        let asked = device.asks().await;
        let question = enter(&browser, &asked.user_code).await;
        browser.submit(question.form_with("device-allow"), &[]).await;
        let poll = form_body(&[("grant_type", GrantType::DeviceCode.name()), ("device_code", &asked.device_code)]);
        let mut polls = JoinSet::new();
        for n in 0..AT_ONCE {
            let (node, from, poll) = (Arc::clone(&nodes[n % nodes.len()]), device.application.clone(), poll.clone());
            polls.spawn(async move { token(&node, &from, &poll).await });
        }
        let (good, bad): (Vec<_>, Vec<_>) = polls.join_all().await.into_iter().partition(Result::is_ok);
        assert_eq!((good.len(), bad.len()), (1, AT_ONCE - 1));
        assert!(bad.into_iter().all(|refused| refused.is_err_and(|e| e.code == ErrorCode::InvalidGrant)));
        let access_token = good.into_iter().next().unwrap().ok().unwrap().access_token;
        let userinfo = server.request(reqwest::Method::GET, "/oauth/userinfo").bearer_auth(access_token);
        crate::harness::Answer::of(userinfo).await.success();
    }
}

/// Of a yes and a no at once one counts, and page and device tell the same.
#[apply(on_both_engines)]
async fn of_a_yes_and_a_no_at_once_one_counts(world: World) {
    let server = world.server_with(PATIENT).await;
    let user = account(&server.rooms, "john@example.com").await;
    let (device, browser) = (Device::of(&server).await, signed_in(&server, &user).await);
    for _ in 0..ROUNDS {
        let asked = device.asks().await;
        let question = enter(&browser, &asked.user_code).await;
        let (allow, deny) = (question.form_with("device-allow"), question.form_with("device-deny"));
        let (one, other) = tokio::join!(browser.submit(allow.clone(), &[]), browser.submit(deny, &[]));
        let said = |word: &str| [&one, &other].iter().filter(|page| page.text().contains(word)).count();
        let (connected, denied) = (said("The device is connected"), said("The device was denied"));
        assert!(matches!((connected, denied), (2, 0) | (0, 2)), "{} {}", one.text(), other.text());
        let answer = device.polls(&asked).await;
        if connected > 0 {
            answer.success();
        } else {
            answer.refusal(400, "access_denied");
        }
    }
}

fn requester() -> Requester {
    Requester {
        address: "127.0.0.1".parse().unwrap(),
        known_accounts: KnownAccounts::default(),
        device: gatepost::domain::session::Device::default(),
        locale: "en".to_owned(),
        asked_for: None,
        trace_id: String::new(),
    }
}

/// Of many browsers at once one takes a code.
#[apply(on_both_engines)]
async fn of_many_browsers_at_once_one_takes_a_code(world: World) {
    let server = world.server_with(PATIENT).await;
    let (device, nodes) = (Device::of(&server).await, nodes(&world, &server).await);
    for _ in 0..ROUNDS {
        let asked = device.asks().await;
        let mut entries = JoinSet::new();
        for n in 0..AT_ONCE {
            let (node, typed) = (Arc::clone(&nodes[n % nodes.len()]), asked.user_code.clone());
            let browser = BrowserToken::from_random(server.rooms.instruments.random());
            entries.spawn(
                async move { node.device_grants.enter_user_code(&typed, &browser, &requester()).await.unwrap() },
            );
        }
        let entered = entries.join_all().await;
        let opened: Vec<DeviceGrantId> =
            entered.iter().filter_map(|one| if let EnteredCode::Opened(id) = one { Some(*id) } else { None }).collect();
        assert_eq!(opened.len(), 1, "{entered:?}");
        assert!(entered.iter().all(|one| *one == EnteredCode::Taken || *one == EnteredCode::Opened(opened[0])));
    }
}

/// Parallel guesses do not exceed the limit, nor parallel requests that on open ones.
#[apply(on_both_engines)]
async fn at_once_as_many_get_through_as_one_after_the_other(world: World) {
    let server = world.server_with(PATIENT).await;
    let (device, nodes) = (Device::of(&server).await, nodes(&world, &server).await);
    let mut guesses = JoinSet::new();
    for n in 0..AT_ONCE {
        let node = Arc::clone(&nodes[n % nodes.len()]);
        let browser = BrowserToken::from_random(server.rooms.instruments.random());
        guesses.spawn(async move { node.device_grants.enter_user_code("BBBB-BBBB", &browser, &requester()).await });
    }
    let counted = guesses.join_all().await.into_iter().flatten().count();
    assert_eq!(counted, 5);
    let mut requests = JoinSet::new();
    for n in 0..40 {
        let (node, from) = (Arc::clone(&nodes[n % nodes.len()]), device.application.clone());
        requests.spawn(async move { begin(&node, &from).await });
    }
    assert_eq!(requests.join_all().await.into_iter().filter(|begun| *begun).count(), 32);
}

/// Whether a request of this public application was taken.
async fn begin(node: &Rooms, from: &Registered) -> bool {
    let parameters = form_body(&[("client_id", &from.client_id)]);
    let parameters = gatepost::protocol::parameters::Parameters::from_form(parameters.as_bytes()).unwrap();
    let request = gatepost::flows::clients::ClientRequest {
        authorization: None,
        parameters: &parameters,
        address: "127.0.0.1".parse().unwrap(),
        proof: None,
    };
    match node.device_grants.begin_device_grant(request, gatepost::domain::session::Device::default()).await {
        Ok(_) => true,
        Err(refusal) => {
            assert_eq!(refusal.code, ErrorCode::TooManyRequests, "{refusal:?}");
            false
        }
    }
}
