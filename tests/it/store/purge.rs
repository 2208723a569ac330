//! What is left of an application that is purged, and the pictures of those that are not.

use std::time::Duration;

use gatepost::domain::application::{Application, ApplicationSettings};
use gatepost::domain::ids::Timestamp;
use gatepost::domain::picture::Picture;
use gatepost::store::{Generation, LogoAge, LogoDue, StateChange, Store};
use macro_rules_attribute::apply;

use super::{NOW, elaborate, insert, later, read};
use crate::harness::{World, on_both_engines};

/// What counts as old at a moment: a copy after a day, a failure after an hour.
fn age(now: Timestamp) -> LogoAge {
    LogoAge { copied_before: now.minus(Duration::from_hours(24)), failed_before: now.minus(Duration::from_hours(1)) }
}

fn picture() -> Picture {
    Picture::read(b"\x89PNG\r\n\x1a\npicture".to_vec()).unwrap()
}

async fn due(store: &Store, seconds: u64) -> Vec<LogoDue> {
    store.logos_due(age(later(seconds)), 10).await.unwrap()
}

async fn claimed(store: &Store, due: &LogoDue, seconds: u64) -> bool {
    store.logo_claim(due, age(later(seconds)), later(seconds)).await.unwrap()
}

async fn purged(store: &Store, known: &Application) {
    let mut tx = store.begin().await.unwrap();
    tx.generation_raise(Generation::Applications).await.unwrap();
    assert!(!tx.application_purge(known, later(1), later(1)).await.unwrap(), "it is not deleted");
    assert!(tx.application_change_state(known.id, StateChange::Delete, None, NOW).await.unwrap());
    assert!(tx.application_purge(known, later(1), later(1)).await.unwrap());
    assert!(!tx.application_purge(known, later(1), later(1)).await.unwrap(), "it was purged");
    tx.commit().await.unwrap();
}

/// Its row stays, and says no more than what type it was.
#[apply(on_both_engines)]
async fn a_purged_application_keeps_no_setting_and_no_logo(world: World) {
    let store = world.store().await;
    let known = elaborate();
    insert(&store, &known).await;
    let logo = due(&store, 0).await.remove(0);
    assert!(claimed(&store, &logo, 0).await);
    store.logo_keep(&logo, &picture()).await.unwrap();
    purged(&store, &known).await;
    let left = read(&store, &known).await;
    assert_eq!(left.settings, ApplicationSettings::new(String::new(), known.settings.kind));
    assert!(left.secrets.is_empty() && left.life.purged_at == Some(later(1)));
    let dump = world.database.dump().await;
    assert_eq!(dump["application_logos"], [""; 0]);
    for told in ["example.com", "unicode", "ünïcode", "staff", "ci.example"] {
        let row = dump["applications"][0].to_lowercase();
        assert!(!row.contains(told), "{told}: {row}");
    }
    assert!(!claimed(&store, &logo, 90_000).await, "a node that was about to fetch it does not bring it back");
    assert_eq!(world.database.dump().await["application_logos"], [""; 0]);
}

/// What was sent to it and to its webhooks goes; what was sent to others stays.
#[apply(on_both_engines)]
async fn a_purged_application_keeps_no_deliveries(world: World) {
    let store = world.store().await;
    let known = elaborate();
    insert(&store, &known).await;
    let id = known.id;
    let execute = async |sql: String| world.database.execute(&sql).await;
    execute(format!(
        "insert into webhooks (id, application_id, url, events, secrets, master_key_id, created_at) values \
         ('own', '{id}', 'https://a.example/', '[]', '', 'k', 0), ('servers', null, 'https://a.example/', '[]', '', 'k', 0)"
    ))
    .await;
    execute(format!(
        "insert into webhook_deliveries (webhook_id, application_id, message_id, event, created_at, attempts) values \
         ('{id}', '{id}', '1', 'e', 0, 0), ('own', null, '2', 'e', 0, 0), ('servers', null, '3', 'e', 0, 0)"
    ))
    .await;
    purged(&store, &known).await;
    assert_eq!(world.database.texts("select message_id from webhook_deliveries").await, ["3"]);
    assert_eq!(world.database.texts("select id from webhooks").await, ["servers"]);
}

/// A node may go away between the claim of a picture and its outcome.
#[apply(on_both_engines)]
async fn a_logo_whose_fetch_broke_off_is_fetched_again_within_the_hour(world: World) {
    let store = world.store().await;
    let known = elaborate();
    insert(&store, &known).await;
    let logo = due(&store, 0).await.remove(0);
    assert!(claimed(&store, &logo, 0).await && !claimed(&store, &logo, 0).await);
    assert_eq!(due(&store, 3600).await, []);
    assert!(!claimed(&store, &logo, 3600).await, "it may still be on its way");
    assert_eq!(due(&store, 3601).await, std::slice::from_ref(&logo));
    assert!(claimed(&store, &logo, 3601).await && !claimed(&store, &logo, 3601).await);
    store.logo_keep(&logo, &picture()).await.unwrap();
    assert_eq!(due(&store, 80_000).await, [], "a copy lasts a day");
    let state = store.logo_state(known.id).await.unwrap().unwrap();
    assert!(state.is_there && state.problem.is_none() && state.tried_at == later(3601), "{state:?}");
    store.logo_failed(&logo, "the answer was 404").await.unwrap();
    assert_eq!(due(&store, 3601 + 3601).await, std::slice::from_ref(&logo));
    let elsewhere = LogoDue { uri: "https://b.example/logo".to_owned(), ..logo };
    assert!(!claimed(&store, &elsewhere, 200_000).await, "that is not its address any more");
}
