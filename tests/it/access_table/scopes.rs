//! The narrow tokens and the old sign-ins: what the document says of an operation's scope holds for every row.

use macro_rules_attribute::apply;
use std::time::Duration;

use reqwest::Method;

use super::rows::{Row, TABLE};
use super::{CALLERS, Cast};
use crate::harness::{Management, Who, World, on_both_engines};

const SCOPES: [&str; 9] = [
    "applications:read",
    "applications:write",
    "users:read",
    "users:write",
    "groups:read",
    "groups:write",
    "keys:read",
    "keys:write",
    "audit:read",
];

/// The columns of the callers who may do everything, by token and by session.
const MACHINE: usize = 7;
const ADMIN: usize = 5;

fn operations() -> impl Iterator<Item = (&'static Row, &'static str)> {
    TABLE.iter().filter_map(|row| Some((row, row.path.strip_prefix("/api/v1")?)))
}

/// The scope that the document names for an operation; none where every token will do.
fn declared(management: &Management<'_>, row: &Row, path: &str) -> Option<String> {
    let method: Method = row.method.parse().unwrap();
    let scope = management.operation(&method, path).pointer("/security/0/bearer/0")?;
    Some(scope.as_str().unwrap().to_owned())
}

/// A token with the scope of an operation gets what `gatepost:admin` gets; one with any other is refused. What may
/// be written may be read.
#[apply(on_both_engines)]
async fn a_scope_allows_what_the_document_says_and_nothing_else(world: World) {
    assert_eq!(CALLERS[MACHINE], "machine with gatepost:admin");
    let server = world.server().await;
    let cast = Cast::of(&server).await;
    let management = server.management().await;
    let mut wrong = Vec::new();
    for scope in SCOPES {
        let machine = server.machine(scope).await;
        for (row, path) in operations() {
            let Some(declared) = declared(&management, row, path) else { continue };
            let allowed = declared == scope || declared.replace(":read", ":write") == scope;
            let status = cast.ask(row, &machine).await.status.as_u16();
            // A machine that is no operator has to name the owner of what it registers.
            let registers = (row.method, path) == ("POST", "/applications");
            let expected = match allowed {
                true if registers => 400,
                true => row.expected[MACHINE],
                false => 403,
            };
            // A caller who may not see the webhooks of the server gets 404.
            if status != expected && !(expected == 403 && status == 404 && row.path.contains("hook")) {
                wrong.push(format!("{scope}: {} {path} is {status}, not {expected} (for {declared})", row.method));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An operator with an old sign-in sees what operators see, and may change what any developer may.
#[apply(on_both_engines)]
async fn an_old_sign_in_changes_nothing_that_only_operators_may(world: World) {
    assert_eq!(CALLERS[ADMIN], "admin");
    let server = world.server().await;
    let cast = Cast::of(&server).await;
    let admin: &Who = &cast.callers[ADMIN];
    world.clock.advance(Duration::from_mins(16));
    let mut wrong = Vec::new();
    for (row, path) in operations() {
        let everybody = row.expected[1] == row.expected[ADMIN] && row.expected[ADMIN] < 400;
        let expected = if row.method == "GET" || everybody { row.expected[ADMIN] } else { 401 };
        let status = cast.ask(row, admin).await.status.as_u16();
        if status != expected {
            wrong.push(format!("{} {path} is {status}, not {expected}", row.method));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
