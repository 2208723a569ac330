//! An exchanged token ends with whatever it came from: what the person granted, each token before it, each application.

use std::time::Duration;

use gatepost::domain::application::{AccessPolicy, DeactivationReason};
use gatepost::domain::assurance::RequiredSignIn;
use gatepost::domain::audit::Actor;
use gatepost::flows::groups::NewGroup;
use gatepost::store::StateChange;

use super::*;

const DEACTIVATE: StateChange = StateChange::Deactivate(DeactivationReason::Requested);

/// A person's request that two APIs passed on.
struct Passed<'a> {
    grant: Grant<'a>,
    tokens: Answer,
    orders: Registered,
    stock: Registered,
    stores: Registered,
    first: String,
    second: String,
}

async fn passed(server: &TestServer) -> Passed<'_> {
    let stores = api(server, &[]).await;
    let stock = api(server, &[&stores.client_id]).await;
    let orders = api(server, &[&stock.client_id, &stores.client_id]).await;
    let (grant, tokens) = signed_in(server, &[&orders, &stock, &stores]).await;
    let first = exchanged(server, &orders, &tokens.access_token(), &[]).await.access_token();
    let second = exchanged_for(server, &stock, &first, &stores).await.access_token();
    let passed = Passed { grant, tokens, orders, stock, stores, first, second };
    assert_eq!(passed.active(server).await, [true, true]);
    passed
}

impl Passed<'_> {
    /// Whether each of both counts, as the APIs learn that got them.
    async fn active(&self, server: &TestServer) -> [bool; 2] {
        let mut active = [false; 2];
        for (place, (asker, token)) in [(&self.stock, &self.first), (&self.stores, &self.second)].iter().enumerate() {
            active[place] = introspected(server, asker, token).await["active"] == true;
        }
        active
    }

    /// Nothing of it counts any more, and nothing more is exchanged for it.
    async fn assert_over(&self, server: &TestServer, why: &str) {
        assert_eq!(self.active(server).await, [false, false], "{why}");
        let more =
            [(&self.orders, self.tokens.access_token(), &self.stock), (&self.stock, self.first.clone(), &self.stores)];
        for (from, token, to) in more {
            let refused = exchanged_for(server, from, &token, to).await;
            assert_eq!(refused.status, 400, "{why}");
            refused.refusal(400, "invalid_request");
        }
    }
}

/// Revocation, sign-out, the end of the account or of the application: all that ends the grant.
#[apply(on_both_engines)]
async fn with_what_the_person_granted(world: World) {
    let server = world.server().await;
    let revoked = passed(&server).await;
    let refresh_token = revoked.tokens.json()["refresh_token"].as_str().unwrap().to_owned();
    server.form("/oauth/revoke", &revoked.grant.application, &[("token", &refresh_token)]).await;
    revoked.assert_over(&server, "revoked").await;

    let signed_out = passed(&server).await;
    server.rooms.people.user_sign_out(&signed_out.grant.user, &Actor::CommandLine).await.unwrap();
    signed_out.assert_over(&server, "signed out").await;

    let disabled = passed(&server).await;
    server.rooms.people.user_disable(disabled.grant.user.id, &Actor::CommandLine).await.unwrap();
    disabled.assert_over(&server, "disabled").await;
    server.rooms.people.user_enable(disabled.grant.user.id, &Actor::CommandLine).await.unwrap();
    disabled.assert_over(&server, "disabled, and enabled again").await;

    let deactivated = passed(&server).await;
    world.clock.advance(Duration::from_millis(1));
    deactivated.grant.application.change(&server.rooms, DEACTIVATE).await;
    deactivated.assert_over(&server, "deactivated").await;
    deactivated.grant.application.change(&server.rooms, StateChange::Activate).await;
    deactivated.assert_over(&server, "deactivated, and activated again").await;
}

/// RFC 7009: a token that is revoked alone takes along what was exchanged for it.
#[apply(on_both_engines)]
async fn with_each_token_before_it(world: World) {
    let server = world.server().await;
    let passed_on = passed(&server).await;
    let first = passed_on.first.clone();
    // The shop cannot revoke what was issued to an API.
    let form = [("token", first.as_str())];
    server.form("/oauth/revoke", &passed_on.grant.application, &form).await.refusal(400, "invalid_request");
    assert_eq!(server.form("/oauth/revoke", &passed_on.orders, &form).await.status, 200);
    assert_eq!(passed_on.active(&server).await, [false, false]);
    exchanged_for(&server, &passed_on.orders, &passed_on.tokens.access_token(), &passed_on.stock).await.success();

    let from_the_start = passed(&server).await;
    let token = from_the_start.tokens.access_token();
    server.form("/oauth/revoke", &from_the_start.grant.application, &[("token", &token)]).await;
    from_the_start.assert_over(&server, "revoked").await;
}

/// An application that is deactivated loses what it got by exchange, and so do those that it passed the request on to.
#[apply(on_both_engines)]
async fn with_each_application_that_passed_it_on(world: World) {
    let server = world.server().await;
    let by_first = passed(&server).await;
    world.clock.advance(Duration::from_millis(1));
    by_first.orders.change(&server.rooms, DEACTIVATE).await;
    assert_eq!(by_first.active(&server).await, [false, false]);
    by_first.orders.change(&server.rooms, StateChange::Activate).await;
    assert_eq!(by_first.active(&server).await, [false, false], "what was ended stays so");
    let again = exchanged_for(&server, &by_first.orders, &by_first.tokens.access_token(), &by_first.stock).await;
    assert_eq!(introspected(&server, &by_first.stock, &again.access_token()).await["active"], true);

    let by_second = passed(&server).await;
    by_second.stock.settle(&server.rooms, |settings| settings.grants = vec![GrantType::ClientCredentials]).await;
    assert_eq!(by_second.active(&server).await, [true, false], "without the grant");
    by_second.orders.settle(&server.rooms, |settings| settings.may_exchange_for = Vec::new()).await;
    assert_eq!(by_second.active(&server).await, [false, false], "without the audience");

    let called = passed(&server).await;
    called.orders.settle(&server.rooms, |settings| settings.allowed_callers = Vec::new()).await;
    assert_eq!(called.active(&server).await, [false, false], "the shop may not call the API any more");
}

/// What is taken from a token is taken from all that was exchanged for it, though each of those may still have it.
#[apply(on_both_engines)]
async fn with_what_the_first_application_may_not_ask_for_any_more(world: World) {
    let server = world.server().await;
    let narrowed = passed(&server).await;
    let left = [&narrowed.orders, &narrowed.stores];
    narrowed
        .grant
        .application
        .settle(&server.rooms, |settings| {
            settings.audiences = left.map(|api| api.client_id.parse().unwrap()).to_vec();
        })
        .await;
    let known = introspected(&server, &narrowed.stores, &narrowed.first).await;
    assert_eq!(known["aud"], json!([narrowed.stores.client_id]));
    assert_eq!(narrowed.active(&server).await, [false, false], "nothing came to the API of the stock rightly");
    let token = narrowed.tokens.access_token();
    exchanged_for(&server, &narrowed.orders, &token, &narrowed.stock).await.refusal(400, "invalid_target");
    exchanged_for(&server, &narrowed.orders, &token, &narrowed.stores).await.success();
}

/// What a scope or an application is taken away from, is taken from all that came after it.
#[apply(on_both_engines)]
async fn with_the_scope_and_with_the_person_s_access(world: World) {
    let server = world.server().await;
    let narrowed = passed(&server).await;
    narrowed.grant.application.settle(&server.rooms, |settings| settings.scope = "openid user".parse().unwrap()).await;
    let known = introspected(&server, &narrowed.stores, &narrowed.second).await;
    assert_eq!(known["scope"], "openid user");

    let new =
        NewGroup { name: "staff".parse().unwrap(), visible_to_developers: false, require: RequiredSignIn::default() };
    server.rooms.groups.group_create(new, &Actor::CommandLine).await.unwrap();
    for of_api in [false, true] {
        let shut_out = passed(&server).await;
        let closed = if of_api { &shut_out.orders } else { &shut_out.grant.application };
        closed
            .settle(&server.rooms, |settings| {
                settings.access = AccessPolicy::Groups;
                settings.allowed_groups = vec!["staff".parse().unwrap()];
            })
            .await;
        shut_out.assert_over(&server, "not in the group").await;
        let member = [shut_out.grant.user.id];
        server.rooms.groups.group_add(&"staff".parse().unwrap(), &member, &Actor::CommandLine).await.unwrap();
        assert_eq!(shut_out.active(&server).await, [true, true]);
        exchanged_for(&server, &shut_out.orders, &shut_out.tokens.access_token(), &shut_out.stock).await.success();
    }
}

/// Userinfo sees all of it too, where an API may exchange for itself; what the shop asked for by single claims is not its.
#[apply(on_both_engines)]
async fn at_userinfo_and_at_our_own_api(world: World) {
    let server = world.server().await;
    let own_api = "http://localhost:8080/api/v1";
    let orders = api(&server, &[own_api]).await;
    let may = vec![orders.client_id.parse().unwrap(), own_api.parse().unwrap()];
    orders.settle(&server.rooms, |settings| settings.may_exchange_for = may).await;
    let both = [orders.client_id.as_str(), own_api];
    let grant = server.grant_to(shop(&[&orders])).await.scope("openid user orders:read").resources(&both);
    let grant = grant.stored().await;
    let tokens = grant.redeem(&grant.code().await).await;
    assert!(!grant.is_known(&tokens.access_token()).await, "what is for an API is not for this server");
    let its = exchanged_for(&server, &orders, &tokens.access_token(), &orders).await.access_token();
    assert!(grant.is_known(&its).await);
    let here = exchanged(&server, &orders, &tokens.access_token(), &[("resource", own_api)]).await;
    assert_eq!(server.hello(&here.access_token()).await.status, 200);
    server.rooms.people.user_disable(grant.user.id, &Actor::CommandLine).await.unwrap();
    assert!(!grant.is_known(&its).await);
    assert_eq!(server.hello(&here.access_token()).await.status, 401);
}
