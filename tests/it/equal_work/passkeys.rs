//! Whoever holds the answer of an authenticator learns nothing of the passkey that it names.

use gatepost::domain::audit::Actor;
use gatepost::domain::one_time::BrowserToken;
use gatepost::domain::session::Device;
use gatepost::domain::sign_in::Purpose;
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{assert_alike, requester, work_of};
use crate::harness::{Authenticator, World, on_both_engines};
use crate::passkeys::{JOHN, with_passkey};

#[apply(on_both_engines)]
async fn a_passkey_of_nobody_of_somebody_and_of_a_disabled_account_are_the_same_work(world: World) {
    let server = world.server().await;
    let (_, mut known) = with_passkey(&server, JOHN).await;
    let (_, mut disabled) = with_passkey(&server, "ann@example.com").await;
    let ann = server.rooms.store.user_by_email(&"ann@example.com".parse().unwrap()).await.unwrap().unwrap();
    server.rooms.people.user_disable(ann.id, &Actor::CommandLine).await.unwrap();
    server.stop().await;
    let idle = world.idle_with("").await;
    let mut unknown = Authenticator::new();
    let mut seen = Vec::new();
    let named = [("somebody", &mut known), ("nobody", &mut unknown), ("disabled", &mut disabled)];
    for (number, (whose, authenticator)) in named.into_iter().enumerate() {
        let (browser, requester) = (BrowserToken::from_random(idle.instruments.random()), requester(number));
        let options = idle.passkeys.ask_to_sign_in(&browser, &requester).await.unwrap();
        let mut answer: Value = serde_json::from_str(&authenticator.get(&json!(options))).unwrap();
        if whose == "somebody" {
            // Only its owner has the key.
            answer["response"]["signature"] = "AAAA".into();
        } else if whose == "nobody" {
            answer["response"]["userHandle"] = "AAAA".into();
        }
        let (purpose, device) = (Purpose::Page("/account".to_owned()), Device::default());
        let answer = answer.to_string();
        let signing_in = idle.passkeys.sign_in(&answer, purpose, (&browser, &device));
        let (answer, work) = work_of(&idle, signing_in).await;
        let refusal = answer.unwrap_err();
        seen.push((whose, (refusal.code, refusal.description.to_string(), work)));
    }
    assert_alike("a passkey", &seen);
}
