//! Who asks for mail learns nothing of the address, whatever they do with the sign-in that they began.

use std::time::Duration;

use gatepost::domain::application::ApplicationSettings;
use gatepost::domain::one_time::BrowserToken;
use gatepost::domain::sign_in::{MOST_TRIES, Purpose, UnknownAccount};
use gatepost::flows::Rooms;
use gatepost::flows::clients::ClientRequest;
use gatepost::protocol::parameters::Parameters;
use gatepost::protocol::refusal::ErrorCode;
use gatepost::protocol::scope::Scope;
use gatepost::protocol::token::GrantType;
use macro_rules_attribute::apply;

use super::{ADDRESSES, Work, accounts, assert_alike, requester, work_of};
use crate::harness::person::{self, CALLBACK, web_settings};
use crate::harness::{Registered, World, form_body, on_both_engines, token};
use crate::in_flight::belongings::signed_in;

const UNLIMITED: &str = "[rate_limits]\nenabled = false\n";

/// Begins a sign-in, asks for another mail and types wrong codes until no try is left. What it was for the server, step
/// by step.
async fn of_a_browser(server: &Rooms, email: &str, number: usize) -> Vec<Work> {
    let (requester, browser) = (requester(number), BrowserToken::from_random(server.instruments.random()));
    let purpose = Purpose::Page("/account".to_owned());
    let typed = (email.parse().unwrap(), Some("Ann".to_owned()));
    let begun = server.sign_ins.begin_browser_sign_in(purpose, typed, None, (&browser, &requester));
    let (sign_in, work) = work_of(server, begun).await;
    let (id, mut works) = (sign_in.unwrap().id, vec![work]);
    let open = || server.sign_ins.open_sign_in(id, Some(&browser));
    let sign_in = open().await.unwrap();
    let (again, work) = work_of(server, server.sign_ins.resend_sign_in(&sign_in, None, &requester)).await;
    again.unwrap();
    works.push(work);
    for _ in 0..=MOST_TRIES {
        let sign_in = open().await.unwrap();
        works.push(work_of(server, server.sign_ins.enter_code(&sign_in, "2222-2222", &requester.device)).await.1);
    }
    works
}

/// Whoever may make an account, and whether there are limits or not.
#[apply(on_both_engines)]
async fn a_sign_in_sends_the_database_the_same_number_of_statements_for_everybody(world: World) {
    for signup in ["open", "invited", "domains", "closed"] {
        for limits in ["", UNLIMITED] {
            let domains = if signup == "domains" { "signup_domains = [\"example.org\"]\n" } else { "" };
            let server = world.idle_with(&format!("{limits}[login]\nsignup = \"{signup}\"\n{domains}")).await;
            if server.store.user_by_email(&ADDRESSES[0].parse().unwrap()).await.unwrap().is_none() {
                accounts(&server).await;
            }
            // Each is asked for more than once, so that no count of the limits is new.
            world.clock.advance(Duration::from_hours(24));
            let mut seen = Vec::new();
            for (number, email) in ADDRESSES.into_iter().enumerate() {
                seen.push((email, of_a_browser(&server, email, number).await));
            }
            assert!(seen[0].1.iter().take(3).all(|work| work.statements >= 3), "{seen:?}");
            assert_alike(&format!("{signup} {limits}"), &seen);
        }
    }
}

/// A passwordless request of an application that conceals who has an account.
async fn asked(server: &Rooms, application: &Registered, email: &str, scope: &str) -> Work {
    let form = [
        ("client_id", application.client_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("state", "s"),
        ("scope", scope),
        ("username", email),
    ];
    let parameters = Parameters::from_form(form_body(&form).as_bytes()).unwrap();
    let requester = requester(1);
    let request =
        ClientRequest { authorization: None, parameters: &parameters, address: requester.address, proof: None };
    let (answer, work) = work_of(server, server.authorizations.passwordless_request(request, &requester)).await;
    answer.unwrap();
    work
}

/// A wrong login code for this address.
async fn typed(server: &Rooms, application: &Registered, email: &str) -> Work {
    let form = [
        ("grant_type", "urn:gatepost:params:oauth:grant-type:login-code"),
        ("username", email),
        ("login_code", "2222-2222"),
    ];
    let (answer, work) = work_of(server, token(server, application, &form_body(&form))).await;
    assert_eq!(answer.err().unwrap().code, ErrorCode::InvalidGrant);
    work
}

/// Nor does it matter who of those with an account has agreed to what is asked for.
#[apply(on_both_engines)]
async fn a_request_for_mail_is_the_same_work_for_everybody_where_accounts_are_concealed(world: World) {
    let server = world.idle_with(UNLIMITED).await;
    accounts(&server).await;
    let mut settings = ApplicationSettings {
        unknown_account: Some(UnknownAccount::Conceal),
        owner: Some("developer@example.com".to_owned()),
        ..web_settings("Discreet")
    };
    settings.grants.push(GrantType::LoginCode);
    let application = Registered::at(&server, settings).await;
    let agreed = person::account(&server, "agreed@example.com").await;
    let id = server.store.application(&application.id()).await.unwrap().unwrap().id;
    let mut tx = server.store.begin().await.unwrap();
    let scope: Scope = "openid email".parse().unwrap();
    tx.consent_add(agreed.id, id, &scope, server.instruments.now()).await.unwrap();
    tx.commit().await.unwrap();
    for scope in ["passwordless openid email", "passwordless openid"] {
        let mut seen = Vec::new();
        for email in ADDRESSES.into_iter().chain(["agreed@example.com"]) {
            // What is kept in memory is there.
            asked(&server, &application, "warm@example.com", scope).await;
            typed(&server, &application, "warm@example.com").await;
            let mut works = vec![asked(&server, &application, email, scope).await];
            for _ in 0..=MOST_TRIES {
                works.push(typed(&server, &application, email).await);
            }
            seen.push((email, works));
        }
        assert!(seen[0].1[0].statements > 5, "{seen:?}");
        assert_alike(scope, &seen);
    }
}

/// Of an address that somebody would like to have for their own account, too.
#[apply(on_both_engines)]
async fn a_change_of_address_is_the_same_work_whether_another_has_it_or_not(world: World) {
    let server = world.idle_with(UNLIMITED).await;
    accounts(&server).await;
    let mut seen = Vec::new();
    for (number, email) in ADDRESSES.into_iter().enumerate() {
        let user = person::account(&server, &format!("somebody{number}@example.com")).await;
        let (person, requester) = (signed_in(&server, &user).await, requester(number));
        let browser = BrowserToken::from_random(server.instruments.random());
        let asked = server.address_changes.ask(&person, email.parse().unwrap(), (&browser, &requester));
        let (answer, first) = work_of(&server, asked).await;
        answer.unwrap();
        let asked = server.address_changes.ask(&person, email.parse().unwrap(), (&browser, &requester));
        let (answer, again) = work_of(&server, asked).await;
        answer.unwrap();
        seen.push((email, [first, again]));
    }
    assert_alike("a change of address", &seen);
}
