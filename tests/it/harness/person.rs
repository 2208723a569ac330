//! People for tests: an account, a mailbox, and applications they sign in to.

use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::user::User;
use gatepost::flows::Rooms;
use gatepost::flows::people::{Admin, NewUser};

use super::application::Registered;
use super::browser::{Browser, Page};
use super::server::TestServer;
use super::wait::eventually;
use super::world::World;

/// The redirect URI of the applications of tests.
pub(crate) const CALLBACK: &str = "https://www.example.com/oauth/callback";

/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// RFC 7636 appendix B.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An account of this address.
pub(crate) async fn account(server: &Rooms, email: &str) -> User {
    let new = NewUser { email: email.parse().unwrap(), name: None, locale: None, admin: Admin::No };
    server.people.user_create(new, &Actor::CommandLine).await.unwrap()
}

/// An account of this address that may do everything.
pub(crate) async fn operator(server: &Rooms, email: &str) -> User {
    let new = NewUser { email: email.parse().unwrap(), name: None, locale: None, admin: Admin::Yes };
    server.people.user_create(new, &Actor::CommandLine).await.unwrap()
}

/// A web application with [`CALLBACK`] as redirect URI.
pub(crate) async fn web_application(server: &Rooms) -> Registered {
    Registered::at(server, web_settings("Shop")).await
}

/// The settings of such an application.
pub(crate) fn web_settings(name: &str) -> ApplicationSettings {
    ApplicationSettings {
        redirect_uris: vec![CALLBACK.to_owned()],
        scope: "openid profile email user offline_access".parse().unwrap(),
        default_scope: "openid user".parse().unwrap(),
        ..ApplicationSettings::new(name.to_owned(), ApplicationKind::Web)
    }
}

/// A mail that was caught.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    /// The link in it.
    pub(crate) link: String,
    /// The code in it, in two groups.
    pub(crate) code: String,
}

/// The newest mail to this address that leads to a sign-in, once there are as many mails as this.
pub(crate) async fn letter(server: &TestServer, to: &str, count: usize) -> Letter {
    let mine = || {
        let mails = server.rooms.mail.caught_mails().unwrap();
        mails.into_iter().filter(|mail| mail.to.as_str() == to).collect::<Vec<_>>()
    };
    eventually(&format!("{count} mails to {to}"), || async { mine().len() >= count }).await;
    let mails = mine();
    assert_eq!(mails.len(), count, "more mails to {to} than expected");
    // Two that were sent in one moment come in any order.
    let newest = mails.iter().find(|mail| leads_to_sign_in(&mail.text)).expect("a link in a mail");
    letter_of(&newest.text)
}

fn leads_to_sign_in(text: &str) -> bool {
    text.contains("/l/gpl_")
}

/// The newest mail to this address that leads to a sign-in, once there are more such than this. What else is sent to
/// the person meanwhile is not counted.
pub(crate) async fn sign_in_letter(server: &TestServer, to: &str, before: usize) -> Letter {
    eventually("the mail of the sign-in", || async { sign_in_mails(server, to).len() > before }).await;
    letter_of(&sign_in_mails(server, to)[0])
}

/// The texts of the mails to this address that lead to a sign-in, the newest first.
pub(crate) fn sign_in_mails(server: &TestServer, to: &str) -> Vec<String> {
    let mails = server.rooms.mail.caught_mails().unwrap().into_iter().filter(|mail| mail.to.as_str() == to);
    mails.map(|mail| mail.text).filter(|text| leads_to_sign_in(text)).collect()
}

fn letter_of(text: &str) -> Letter {
    let words = || text.split_whitespace();
    let link = words().find(|word| word.contains("/l/gpl_")).expect("a link in the mail").to_owned();
    let is_code = |word: &&str| {
        word.len() == 9
            && word.as_bytes()[4] == b'-'
            && word.bytes().all(|c| c == b'-' || c.is_ascii_uppercase() || c.is_ascii_digit())
    };
    let code = words().find(is_code).expect("a code in the mail").to_owned();
    Letter { link, code }
}

/// How many mails were caught for this address, after giving the outbox time to send what it has.
pub(crate) async fn mails_to(server: &TestServer, to: &str) -> usize {
    server.rooms.mail.send_due_mail().await.unwrap();
    server.rooms.mail.caught_mails().unwrap().iter().filter(|mail| mail.to.as_str() == to).count()
}

/// How many links are in mails that no mail server has accepted, so that their time has not begun.
pub(crate) async fn unaccepted(world: &World) -> usize {
    world.database.texts("select sign_in_id from sign_in_links where accepted_at is null").await.len()
}

/// The address at which an application sends a browser to the server.
pub(crate) fn authorize(application: &Registered, more: &[(&str, &str)]) -> String {
    let own = [
        ("client_id", application.client_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("state", "s-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let own = own.into_iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    let given = more.iter().copied().filter(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(own.chain(given)).finish();
    format!("/oauth/authorize?{query}")
}

impl Browser {
    /// Enters an address on the sign-in page and ends at the waiting page.
    pub(crate) async fn enter_address(&self, page: &Page, email: &str) -> Page {
        self.submit(page.form_with("login-submit"), &[("email", email)]).await
    }

    /// Signs in by the code in the mail and follows the redirects.
    pub(crate) async fn sign_in(&self, server: &TestServer, page: &Page, email: &str, mails: usize) -> Page {
        let waiting = self.enter_address(page, email).await;
        let letter = letter(server, email, mails).await;
        self.submit(waiting.form_with("login-code-submit"), &[("code", &letter.code)]).await
    }
}

/// As long as a link lives by default.
pub(crate) const LINK_TTL: Duration = Duration::from_secs(15 * 60);
