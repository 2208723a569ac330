//! Neither what is answered nor the work for it tells who has an account. The work is counted, not timed: what is done
//! for one address is what is done for another.

use gatepost::domain::audit::Actor;
use gatepost::domain::one_time::BrowserToken;
use gatepost::domain::session::Device;
use gatepost::domain::sign_in::Purpose;
use gatepost::flows::browsers::KnownAccounts;
use gatepost::flows::requester::Requester;
use macro_rules_attribute::apply;

use crate::harness::{World, on_both_engines, person};

/// `login.signup = "closed"`: only who has an account gets mail, and nobody learns who that is.
#[apply(on_both_engines)]
async fn a_sign_in_sends_the_database_the_same_number_of_statements_for_everybody(world: World) {
    let server = world.idle_with("[login]\nsignup = \"closed\"").await;
    person::account(&server, "known@example.com").await;
    let stopped = person::account(&server, "stopped@example.com").await;
    server.people.user_disable(stopped.id, &Actor::CommandLine).await.unwrap();
    let mut work = Vec::new();
    for (number, email) in ["known@example.com", "unknown@example.com", "stopped@example.com"].into_iter().enumerate() {
        let requester = Requester {
            address: format!("203.0.113.{number}").parse().unwrap(),
            known_accounts: KnownAccounts::default(),
            device: Device::default(),
            locale: "en".to_owned(),
            asked_for: None,
            trace_id: "t".to_owned(),
        };
        let browser = BrowserToken::from_random(server.instruments.random());
        let purpose = Purpose::Page("/account".to_owned());
        let typed = (email.parse().unwrap(), None);
        let before = server.store.statements();
        server.sign_ins.begin_browser_sign_in(purpose, typed, None, (&browser, &requester)).await.unwrap();
        work.push((email, server.store.statements() - before));
    }
    assert!(work[0].1 > 5, "{work:?}");
    assert!(work.iter().all(|(_, count)| *count == work[0].1), "{work:?}");
}
