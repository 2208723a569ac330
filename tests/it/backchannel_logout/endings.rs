//! Which ends are told, to whom, and which are not.

use std::time::Duration;

use macro_rules_attribute::apply;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings, DeactivationReason};
use gatepost::domain::audit::Actor;
use gatepost::domain::user::User;
use gatepost::store::StateChange;
use serde_json::{Value, json};

use super::{
    another_browser_of, claims_told, code_for, id_token, logouts_of, redeem, shop, sid_of, sign_out, signed_in,
    tokens_of, told_at,
};
use crate::address_change;
use crate::harness::browser::Browser;
use crate::harness::person::{CALLBACK, VERIFIER, account};
use crate::harness::{Receiver, Registered, Reply, TestServer, World, eventually, for_people, on_both_engines};

const UNLIMITED: &str = "[rate_limits]\nenabled = false";

/// A way in which a session ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    ByTheApplication,
    AfterAQuestion,
    AtTheAccountPage,
    FromAnotherBrowser,
    Everywhere,
    ByAnOperator,
    Disabled,
    Deleted,
    AddressChangeUndone,
}

const ENDINGS: [Ending; 9] = [
    Ending::ByTheApplication,
    Ending::AfterAQuestion,
    Ending::AtTheAccountPage,
    Ending::FromAnotherBrowser,
    Ending::Everywhere,
    Ending::ByAnOperator,
    Ending::Disabled,
    Ending::Deleted,
    Ending::AddressChangeUndone,
];

impl Ending {
    /// Ends the session of this browser.
    async fn happens(self, server: &TestServer, (user, browser): (&User, &Browser), hint: &str) {
        let people = &server.rooms.people;
        match self {
            Self::ByTheApplication => {
                browser.visit(&format!("/oauth/logout?id_token_hint={hint}")).await;
            }
            Self::AfterAQuestion => {
                let asked = browser.visit("/oauth/logout").await;
                browser.submit(asked.form_with("logout-yes"), &[("decision", "yes")]).await;
            }
            Self::AtTheAccountPage => sign_out(browser).await,
            Self::FromAnotherBrowser => {
                let sessions = server.rooms.store.sessions_of(user.id, server.rooms.instruments.now()).await.unwrap();
                let other = another_browser_of(server, user).await;
                let page = other.visit("/account").await;
                other.submit(page.form_to(&format!("/account/sessions/{}/end", sessions[0].id)), &[]).await;
            }
            Self::Everywhere => {
                let page = browser.visit("/account").await;
                browser.submit(page.form_with("sign-out-everywhere"), &[]).await;
            }
            Self::ByAnOperator => people.user_sign_out(user, &Actor::CommandLine).await.unwrap(),
            Self::Disabled => {
                people.user_disable(user.id, &Actor::CommandLine).await.unwrap();
            }
            Self::Deleted => {
                people.user_delete(user.id, &Actor::CommandLine).await.unwrap();
            }
            Self::AddressChangeUndone => {
                let old = user.email.as_ref().unwrap().as_str();
                let link = address_change::change(server, browser, old, "attacker@example.org").await;
                address_change::undo(&Browser::of(server), &link).await;
            }
        }
    }
}

/// §2.5: wherever a session ends, its application is told, once, by the name of the session that its ID token has.
#[apply(on_both_engines)]
async fn however_a_session_ends_its_application_is_told_once(world: World) {
    let server = world.server_with(UNLIMITED).await;
    let receiver = Receiver::start().await;
    let application = shop(&server, &receiver).await;
    for (count, ending) in ENDINGS.into_iter().enumerate() {
        let (user, browser) = signed_in(&server, &format!("user{count}@example.com")).await;
        let tokens = tokens_of(&server, &browser, &application).await;
        let sid = sid_of(&server, &tokens).await;
        assert_eq!(receiver.received().len(), count, "nobody is told before {ending:?}");
        ending.happens(&server, (&user, &browser), &id_token(&tokens)).await;
        let claims = claims_told(&server, &receiver, count, &application).await;
        assert_eq!((claims["sub"].as_str(), claims["sid"].as_str()), (Some(&*user.sub), Some(&*sid)), "{ending:?}");
        // §2.7: without offline_access the refresh token ends with the session.
        let refresh = server.token().with_basic(&application).by_grant("refresh_token");
        let refresh = refresh.parameter("refresh_token", tokens["refresh_token"].as_str().unwrap());
        refresh.send().await.refusal(400, "invalid_grant");
    }
    assert_eq!(logouts_of(&server, &application).await.len(), ENDINGS.len(), "each once");
}

/// §2.7: tokens for the time when the person is away stay, and the application is told all the same.
#[apply(on_both_engines)]
async fn offline_access_stays_and_its_application_is_told(world: World) {
    let server = world.server().await;
    let receiver = Receiver::start().await;
    let application = shop(&server, &receiver).await;
    let (user, browser) = signed_in(&server, "john@example.com").await;
    let code = code_for(&browser, &application, &[("scope", "openid offline_access")]).await;
    let tokens = redeem(&server, &application, &code).await;
    let refresh = async |tokens: &Value| {
        let refresh = server.token().with_basic(&application).by_grant("refresh_token");
        refresh.parameter("refresh_token", tokens["refresh_token"].as_str().unwrap()).send().await.success()
    };
    // §2.1: the session has its name as long as it lives, in every ID token.
    let sid = sid_of(&server, &tokens).await;
    let tokens = refresh(&tokens).await;
    assert_eq!(sid_of(&server, &tokens).await, sid);
    sign_out(&browser).await;
    let claims = claims_told(&server, &receiver, 0, &application).await;
    assert_eq!(claims["sid"], json!(sid));
    let tokens = refresh(&tokens).await;
    let claims = server.verify(tokens["id_token"].as_str().unwrap()).await.claims;
    assert_eq!(claims.get("sid"), None, "there is no such session any more");
    // What no session has ends with the account; there is no session to name.
    world.clock.advance(Duration::from_secs(1));
    server.rooms.people.user_disable(user.id, &Actor::CommandLine).await.unwrap();
    let claims = claims_told(&server, &receiver, 1, &application).await;
    assert_eq!((claims["sub"].as_str(), claims.get("sid")), (Some(&*user.sub), None));
}

/// §2.2 `backchannel_logout_session_required`: an application that can do nothing without a session's name is not told
/// without one.
#[apply(on_both_engines)]
async fn an_application_that_needs_the_session_is_told_of_sessions_alone(world: World) {
    let server = world.server().await;
    let mut told = Vec::new();
    for required in [false, true] {
        let receiver = Receiver::start().await;
        let settings = ApplicationSettings {
            backchannel_logout_uri: Some(receiver.url().parse().unwrap()),
            backchannel_logout_session_required: required,
            ..for_people(ApplicationKind::Web)
        };
        // As by a login code or on a device: no browser of ours is signed in.
        let grant = server.grant_to(settings).await.stored().await;
        grant.redeem(&grant.code().await).await.success();
        server.rooms.people.user_sign_out(&grant.user, &Actor::CommandLine).await.unwrap();
        told.push((receiver, grant.application, grant.user.sub));
    }
    let (receiver, application, sub) = &told[0];
    let claims = claims_told(&server, receiver, 0, application).await;
    assert_eq!((claims["sub"].as_str(), claims.get("sid")), (Some(&**sub), None));
    assert_eq!(logouts_of(&server, &told[1].1).await, []);
}

/// Nothing is sent to an application that the person did not use in the session.
#[apply(on_both_engines)]
async fn who_was_not_used_in_the_session_is_told_nothing(world: World) {
    let server = world.server().await;
    let receiver = Receiver::start().await;
    let (visited, spare) = (shop(&server, &receiver).await, shop(&server, &receiver).await);
    let (user, browser) = signed_in(&server, "john@example.com").await;
    let other = another_browser_of(&server, &user).await;
    // In another session, and only as far as a code that was never redeemed.
    tokens_of(&server, &other, &spare).await;
    code_for(&browser, &spare, &[]).await;
    let silent =
        Registered::at(&server.rooms, ApplicationSettings { backchannel_logout_uri: None, ..told_at(&receiver) }).await;
    for application in [&visited, &silent] {
        tokens_of(&server, &browser, application).await;
    }
    sign_out(&browser).await;
    claims_told(&server, &receiver, 0, &visited).await;
    for application in [&spare, &silent] {
        assert_eq!(logouts_of(&server, application).await, []);
    }
    // A session that runs out is no sign-out.
    world.clock.advance(Duration::from_hours(24 * 40));
    assert!(!other.visit("/account").await.has("sign-out"));
    assert_eq!(logouts_of(&server, &spare).await, []);
    assert_eq!(receiver.received().len(), 1);
}

/// A code that the application redeems after the sign-out is worth nothing, so no end goes untold.
#[apply(on_both_engines)]
async fn a_code_of_a_session_that_has_ended_is_not_redeemed(world: World) {
    let server = world.server().await;
    let receiver = Receiver::start().await;
    let application = shop(&server, &receiver).await;
    let user = account(&server.rooms, "john@example.com").await;
    for scope in ["openid", "openid offline_access"] {
        let browser = another_browser_of(&server, &user).await;
        let code = code_for(&browser, &application, &[("scope", scope)]).await;
        sign_out(&browser).await;
        let request = server.token().with_basic(&application).by_grant("authorization_code").parameter("code", &code);
        let request = request.parameter("redirect_uri", CALLBACK).parameter("code_verifier", VERIFIER);
        request.send().await.refusal(400, "invalid_grant");
    }
    assert_eq!(logouts_of(&server, &application).await, []);
}

/// Whoever is switched off gets nothing, not even what waited already; nor does one that takes its address back.
#[apply(on_both_engines)]
async fn an_application_that_is_switched_off_is_told_nothing(world: World) {
    let server = world.server().await;
    let receiver = Receiver::start().await;
    let deactivate = || StateChange::Deactivate(DeactivationReason::Requested);
    let [before, after, gone] =
        [shop(&server, &receiver).await, shop(&server, &receiver).await, shop(&server, &receiver).await];
    let (_, browser) = signed_in(&server, "john@example.com").await;
    for application in [&before, &after, &gone] {
        tokens_of(&server, &browser, application).await;
    }
    before.change(&server.rooms, deactivate()).await;
    receiver.reply(Reply::Status(500));
    sign_out(&browser).await;
    eventually("both are tried", async || receiver.received().len() == 2).await;
    after.change(&server.rooms, deactivate()).await;
    gone.settle(&server.rooms, |settings| settings.backchannel_logout_uri = None).await;
    world.clock.advance(Duration::from_hours(1));
    eventually("what waited is dropped", async || {
        logouts_of(&server, &after).await.is_empty() && logouts_of(&server, &gone).await.is_empty()
    })
    .await;
    assert_eq!(logouts_of(&server, &before).await, []);
    assert_eq!(receiver.received().len(), 2);
}
