//! Neither what is answered nor the work for it tells who has an account, or which client ids there are. The work is
//! counted, not timed: what is done for one name is what is done for another.

mod applications;
mod mail;
mod passkeys;

use gatepost::domain::audit::Actor;
use gatepost::domain::session::Device;
use gatepost::flows::Rooms;
use gatepost::flows::browsers::KnownAccounts;
use gatepost::flows::requester::Requester;

use crate::harness::person;

/// An address with an account, one without and one whose account is disabled.
const ADDRESSES: [&str; 3] = ["known@example.com", "unknown@example.com", "stopped@example.com"];

/// The accounts of those.
async fn accounts(server: &Rooms) {
    person::account(server, "known@example.com").await;
    let stopped = person::account(server, "stopped@example.com").await;
    server.people.user_disable(stopped.id, &Actor::CommandLine).await.unwrap();
}

/// Somebody at an address of the network that nobody else is at.
fn requester(number: usize) -> Requester {
    Requester {
        address: format!("203.0.113.{number}").parse().unwrap(),
        known_accounts: KnownAccounts::default(),
        device: Device::default(),
        locale: "en".to_owned(),
        asked_for: None,
        trace_id: "t".to_owned(),
    }
}

/// What was done for a request: how many statements, and how often Argon2 was run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Work {
    statements: u64,
    argon2_runs: u64,
}

/// An act, and the work that it was for a server that does nothing by itself.
async fn work_of<T>(server: &Rooms, act: impl Future<Output = T>) -> (T, Work) {
    let done = || Work { statements: server.store.statements(), argon2_runs: server.clients.argon2_runs() };
    let before = done();
    let outcome = act.await;
    let after = done();
    let work =
        Work { statements: after.statements - before.statements, argon2_runs: after.argon2_runs - before.argon2_runs };
    (outcome, work)
}

/// All of these are the same.
fn assert_alike<T: PartialEq + std::fmt::Debug>(what: &str, seen: &[(&str, T)]) {
    let (_, first) = seen.first().unwrap();
    assert!(seen.iter().all(|(_, other)| other == first), "{what}: {seen:#?}");
}
