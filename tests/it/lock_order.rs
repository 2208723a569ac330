//! What ends at the same moment in several ways ends once, and no two transactions wait for each other. That each one
//! locks in the same order is checked with every statement of every test (`store/engine/lock_order.rs`).

use std::sync::Arc;

use gatepost::domain::asked_claims::AskedClaims;
use gatepost::domain::ids::TokenFamilyId;
use gatepost::domain::token_family::TokenFamily;
use gatepost::flows::Rooms;
use gatepost::flows::sessions::SignedInPerson;
use gatepost::protocol::acr::AuthenticationClass;
use gatepost::protocol::refusal::{ErrorCode, Refusal};
use macro_rules_attribute::apply;

use crate::harness::{Registered, World, on_both_engines, person};
use crate::in_flight::signed_in;

/// What a person granted in this session.
async fn granted(server: &Rooms, person: &SignedInPerson, to: &Registered) {
    let application = server.store.application(&to.id()).await.unwrap().unwrap();
    let now = server.instruments.now();
    let family = TokenFamily {
        id: TokenFamilyId::from_bytes(server.instruments.random()),
        application: application.id,
        user: person.user.id,
        session: Some(person.session.id),
        origin: None,
        scope: "openid".parse().unwrap(),
        resources: Vec::new(),
        nonce: None,
        claims: AskedClaims::default(),
        auth_time: now,
        amr: person.session.amr,
        acr: AuthenticationClass::Mail,
        created_at: now,
        expires_at: now.plus(std::time::Duration::from_hours(1)),
        ended_at: None,
    };
    let mut tx = server.store.begin().await.unwrap();
    assert!(tx.family_insert(&family).await.unwrap());
    tx.session_application_used(person.session.id, application.id, now).await.unwrap();
    tx.commit().await.unwrap();
}

/// A browser that signed in anew, another that signs out, and the account page, at the same moment.
#[apply(on_both_engines)]
async fn sessions_that_end_in_several_ways_at_once_keep_no_other_waiting(world: World) {
    let server = world.idle_with("").await;
    let shop = person::web_application(&server).await;
    for number in 0..12 {
        let user = person::account(&server, &format!("p{number}@example.com")).await;
        let (before, now) = (signed_in(&server, &user).await, signed_in(&server, &user).await);
        granted(&server, &before, &shop).await;
        granted(&server, &now, &shop).await;
        let (before, now, client_id) = (Arc::new(before), Arc::new(now), shop.id());
        let tries: Vec<_> = (0..12)
            .map(|way| {
                let (server, before, now, client_id) =
                    (Arc::clone(&server), Arc::clone(&before), Arc::clone(&now), client_id.clone());
                tokio::spawn(async move {
                    match way % 4 {
                        0 => server.sessions.replace_session(&before, &now).await,
                        1 => server.sign_out.sign_out(before.session.id).await,
                        2 => server.sessions.withdraw_access(&now, &client_id).await,
                        _ => server.sessions.sign_out_everywhere(&now).await,
                    }
                })
            })
            .collect();
        for one in tries {
            match one.await.unwrap() {
                Ok(()) | Err(Refusal { code: ErrorCode::InsufficientUserAuthentication, .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!(server.store.families_of_user(user.id).await.unwrap().is_empty(), "all of it has ended");
    }
}
