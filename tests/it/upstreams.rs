//! Signing in at other OpenID providers (`[[upstreams]]`, OIDC Core §3.1 as a relying party).

mod account;
mod at_gatepost;
mod bad_answers;
mod bad_upstreams;
mod condition;
mod sign_in;
mod stand_in;
mod step_up;
mod strangers;

use gatepost::domain::ids::UpstreamIdentityId;
use gatepost::domain::upstream::UpstreamIdentity;
use gatepost::domain::user::User;

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{sign_in_letter, sign_in_mails};
use crate::harness::{TestServer, World};
use stand_in::StandIn;

const UNLIMITED: &str = "[rate_limits]\nenabled = false\n";
const JANE: &str = "jane@example.com";

/// An upstream called `corp`, and a server that people may sign in to by it.
async fn with_upstream(world: &World) -> (TestServer, StandIn) {
    with_upstream_and(world, "", "").await
}

/// The same with more settings, of the server and of the upstream.
pub(crate) async fn with_upstream_and(world: &World, settings: &str, of_upstream: &str) -> (TestServer, StandIn) {
    let corp = StandIn::start("corp", world).await;
    let server = world.server_with(&format!("{settings}\n{UNLIMITED}{}", corp.declared(of_upstream))).await;
    (server, corp)
}

async fn user_at(server: &TestServer, email: &str) -> Option<User> {
    server.rooms.store.user_by_email(&email.parse().unwrap()).await.unwrap()
}

/// Signs in by mail at this page.
pub(crate) async fn by_mail(server: &TestServer, browser: &Browser, page: &Page, email: &str) -> Page {
    let before = sign_in_mails(server, email).len();
    let waiting = browser.enter_address(page, email).await;
    let letter = sign_in_letter(server, email, before).await;
    browser.submit(waiting.form_with("login-code-submit"), &[("code", &letter.code)]).await
}

/// Whether somebody is signed in in this browser.
async fn is_signed_in(browser: &Browser) -> bool {
    browser.get("/account").await.answer.status == 200
}

/// An account that was connected with the identity of the upstream, and the browser in which that was done.
pub(crate) async fn connected(server: &TestServer, corp: &StandIn, email: &str) -> Browser {
    if user_at(server, email).await.is_none() {
        crate::harness::person::account(&server.rooms, email).await;
    }
    let browser = Browser::of(server);
    let page = corp.sign_in(&browser).await;
    let page = by_mail(server, &browser, &page, email).await;
    browser.submit(page.form_with("upstream-connect"), &[]).await;
    assert_eq!(identities(server, email).await, 1);
    browser
}

/// An account that an upstream signs in to which is not in the configuration.
pub(crate) async fn with_identity(server: &TestServer, email: &str) {
    let user = crate::harness::person::account(&server.rooms, email).await;
    let identity = UpstreamIdentity {
        id: UpstreamIdentityId::from_bytes([7; 16]),
        user: user.id,
        upstream: "corp".parse().unwrap(),
        issuer: "https://sso.example".to_owned(),
        subject: "u-1".to_owned(),
        address: Some(email.to_owned()),
        created_at: server.rooms.instruments.now(),
        last_used_at: None,
    };
    let mut tx = server.rooms.store.begin().await.unwrap();
    tx.upstream_identity_insert(&identity).await.unwrap();
    tx.commit().await.unwrap();
}

/// How many identities an account has.
async fn identities(server: &TestServer, email: &str) -> usize {
    let user = user_at(server, email).await.unwrap();
    server.rooms.store.upstream_identities_of(user.id).await.unwrap().len()
}

/// The names of what the audit log has about an account.
async fn audited(server: &TestServer, user: &User) -> Vec<String> {
    let lines = server.rooms.store.audit_of(&user.sub).await.unwrap();
    lines.into_iter().map(|line| format!("{} {}", line.event, line.detail).trim_end().to_owned()).collect()
}
