//! Many at once: of one code, of the codes of one sign-in and of one refresh token there is one outcome, on one
//! node and on two.

use macro_rules_attribute::apply;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use gatepost::domain::sign_in::LoginCode;
use gatepost::flows::Rooms;
use gatepost::protocol::refusal::{ErrorCode, Refusal};
use gatepost::protocol::token::TokenResponse;
use tokio::task::JoinSet;

use crate::harness::{CALLBACK, Registered, TestServer, VERIFIER, World, form_body, on_both_engines, token};

const ROUNDS: usize = 50;
const AT_ONCE: usize = 100;

/// Sends all of these to the servers by turns, as much at once as can be.
async fn at_once(servers: &[Arc<Rooms>], from: &Registered, bodies: &[String]) -> (Vec<TokenResponse>, Vec<Refusal>) {
    let mut tasks = JoinSet::new();
    for n in 0..AT_ONCE {
        let server = Arc::clone(&servers[n % servers.len()]);
        let (from, body) = (from.clone(), bodies[n % bodies.len()].clone());
        tasks.spawn(async move { token(&server, &from, &body).await });
    }
    let (good, bad): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().partition(Result::is_ok);
    (good.into_iter().filter_map(Result::ok).collect(), bad.into_iter().filter_map(Result::err).collect())
}

fn all_are_invalid_grants(refusals: &[Refusal]) {
    for refusal in refusals {
        assert_eq!(refusal.code, ErrorCode::InvalidGrant, "{refusal:?}");
    }
}

fn redemption(code: &str) -> String {
    form_body(&[
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ])
}

/// A hundred at once queue for a few connections, and the machine has other tests to run: who wins is the
/// question here, not how long the others wait.
const PATIENT: &str = "[database]\nacquire_timeout = \"30s\"";

/// The test's server, and on PostgreSQL a second one on the same database. Each has seen the secret before: a hundred
/// that were not verified before would be as many guesses.
async fn nodes(world: &World, server: &TestServer, application: &Registered) -> Vec<Arc<Rooms>> {
    let mut nodes = vec![Arc::clone(&server.rooms)];
    if server.rooms.store.engine_name() == "PostgreSQL" {
        nodes.push(world.idle_with(PATIENT).await);
    }
    for node in &nodes {
        let refused = token(node, application, "grant_type=refresh_token&refresh_token=x").await;
        assert!(refused.is_err_and(|refusal| refusal.code == ErrorCode::InvalidGrant));
    }
    nodes
}

/// RFC 6749 §4.1.2: no more than once.
#[apply(on_both_engines)]
async fn one_code_redeemed_by_many_at_once_is_redeemed_once(world: World) {
    let server = world.server_with(PATIENT).await;
    let grant = server.grant().await.stored().await;
    let nodes = nodes(&world, &server, &grant.application).await;
    for _ in 0..ROUNDS {
        let redemption = redemption(&grant.code().await);
        let (good, bad) = at_once(&nodes, &grant.application, &[redemption]).await;
        assert_eq!((good.len(), bad.len()), (1, AT_ONCE - 1));
        all_are_invalid_grants(&bad);
        assert!(!grant.is_known(&good[0].access_token).await, "the others were replays");
    }
}

/// Redeem on exchange.
#[apply(on_both_engines)]
async fn of_two_codes_of_one_sign_in_many_at_once_redeem_one(world: World) {
    let server = world.server_with(PATIENT).await;
    let mut grant = server.grant().await.stored().await;
    let nodes = nodes(&world, &server, &grant.application).await;
    for _ in 0..ROUNDS {
        grant.sign_in(&LoginCode::from_random([1; 8])).await;
        let bodies = [grant.code().await, grant.code().await].map(|code| redemption(&code));
        let (good, bad) = at_once(&nodes, &grant.application, &bodies).await;
        assert_eq!((good.len(), bad.len()), (1, AT_ONCE - 1));
        all_are_invalid_grants(&bad);
    }
}

/// RFC 9700 §4.14.2: the family does not fork.
#[apply(on_both_engines)]
async fn one_refresh_token_used_by_many_at_once_has_one_successor(world: World) {
    let server = world.server_with(PATIENT).await;
    let grant = server.grant().await.stored().await;
    let nodes = nodes(&world, &server, &grant.application).await;
    let redemption = redemption(&grant.code().await);
    let begun = token(&server.rooms, &grant.application, &redemption).await.unwrap();
    let mut refresh_token = begun.refresh_token.unwrap();
    for _ in 0..ROUNDS {
        let refresh = form_body(&[("grant_type", "refresh_token"), ("refresh_token", &refresh_token)]);
        let (good, bad) = at_once(&nodes, &grant.application, &[refresh]).await;
        assert_eq!((good.len(), bad.len()), (AT_ONCE, 0), "{bad:?}");
        let successors: BTreeSet<_> = good.into_iter().filter_map(|answer| answer.refresh_token).collect();
        assert_eq!(successors.len(), 1);
        refresh_token = successors.into_iter().next().unwrap();
    }
    assert!(grant.refresh(&refresh_token).await.status == 200);
}

/// Strict: one is answered, and the family is gone.
#[apply(on_both_engines)]
async fn without_grace_many_at_once_get_one_answer_and_lose_the_family(world: World) {
    let strict = format!("{PATIENT}\n[tokens]\nrefresh_grace = \"0s\"");
    let server = world.server_with(&strict).await;
    let grant = server.grant().await.stored().await;
    let nodes = [Arc::clone(&server.rooms)];
    for _ in 0..10 {
        let redemption = redemption(&grant.code().await);
        let begun = token(&server.rooms, &grant.application, &redemption).await.unwrap();
        let refresh_token = begun.refresh_token.unwrap();
        let refresh = form_body(&[("grant_type", "refresh_token"), ("refresh_token", &refresh_token)]);
        let (good, bad) = at_once(&nodes, &grant.application, &[refresh]).await;
        assert_eq!((good.len(), bad.len()), (1, AT_ONCE - 1));
        all_are_invalid_grants(&bad);
        assert!(!grant.is_known(&good[0].access_token).await);
    }
}

/// The client of a request that was cut off cannot know whether it was carried out, and sends it again.
#[apply(on_both_engines)]
async fn an_exchange_that_was_cut_off_at_any_moment_can_be_sent_again(world: World) {
    let server = world.server_with(PATIENT).await;
    let grant = server.grant().await.stored().await;
    let nodes = [Arc::clone(&server.rooms)];
    let warm = token(&nodes[0], &grant.application, "grant_type=refresh_token&refresh_token=x").await;
    assert!(warm.is_err());
    let mut cut_off = 0;
    for step in 0..80 {
        let redemption = redemption(&grant.code().await);
        let asked = token(&nodes[0], &grant.application, &redemption);
        if tokio::time::timeout(Duration::from_micros(250 * step), asked).await.is_ok() {
            continue;
        }
        cut_off += 1;
        let begun = sent_until_answered(&nodes[0], &grant.application, &redemption).await;
        assert!(grant.is_known(&begun.access_token).await, "step {step}");
        let refresh_token = begun.refresh_token.unwrap();
        assert_eq!(grant.refresh(&refresh_token).await.status, 200, "step {step}");
    }
    assert!(cut_off > 5, "{cut_off} were cut off");
}

/// Sends a request again for as long as the answer says so.
async fn sent_until_answered(server: &Rooms, from: &Registered, body: &str) -> TokenResponse {
    for _ in 0..200 {
        match token(server, from, body).await {
            Ok(answer) => return answer,
            Err(refusal) if refusal.code == ErrorCode::TemporarilyUnavailable => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(refusal) => panic!("{refusal:?}"),
        }
    }
    panic!("it was never answered");
}

/// RFC 6749 §4.1.2: a code is spent by the exchange that is answered, not by one that failed.
#[apply(on_both_engines)]
async fn a_code_whose_exchange_ended_in_a_server_error_is_not_spent(world: World) {
    let server = world.server().await;
    let grant = server.grant().await.stored().await;
    let code = grant.code().await;
    world.database.execute("alter table refresh_tokens rename to away").await;
    grant.redeem(&code).await.refusal(500, "server_error");
    world.database.execute("alter table away rename to refresh_tokens").await;
    grant.redeem(&code).await.success();
}
