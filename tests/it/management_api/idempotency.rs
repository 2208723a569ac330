//! `Idempotency-Key`: a creation that is sent twice is made once.

use macro_rules_attribute::apply;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer, Who, World, on_both_engines};

async fn send(server: &TestServer, who: &Who, path: &str, (key, body): (&str, Value)) -> Answer {
    let request = who.sends(server.request(Method::POST, &format!("/api/v1{path}")));
    Answer::of(request.header("idempotency-key", key).json(&body)).await
}

async fn count(server: &TestServer) -> usize {
    server.rooms.store.applications().await.unwrap().len()
}

/// The same answer, secret included; and the database does not have the secret.
#[apply(on_both_engines)]
async fn the_same_request_gets_the_same_answer(world: World) {
    let server = world.server().await;
    let ops = server.machine("gatepost:admin").await;
    let before = count(&server).await;
    let orders = json!({ "name": "Orders" });
    let first = send(&server, &ops, "/applications", ("key-1", orders.clone())).await;
    let again = send(&server, &ops, "/applications", ("key-1", orders.clone())).await;
    assert_eq!((first.status.as_u16(), first.json()), (201, again.json()));
    for name in ["location", "etag", "cache-control"] {
        assert_eq!(first.header(name), again.header(name), "{name}");
    }
    let secret = first.json()["client_secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("gps_"));
    let kept = world.database.dump().await;
    assert!(!format!("{kept:?}").contains(&secret));
    assert_eq!(count(&server).await, before + 1);
    let other = send(&server, &ops, "/applications", ("key-2", orders)).await;
    assert_ne!(other.json()["client_id"], first.json()["client_id"]);
}

/// A key belongs to its caller and its request.
#[apply(on_both_engines)]
async fn a_key_is_good_for_one_request_of_one_caller(world: World) {
    let server = world.server().await;
    let (ops, other) = (server.machine("gatepost:admin").await, server.machine("gatepost:admin").await);
    let first = send(&server, &ops, "/applications", ("key", json!({ "name": "A" }))).await;
    assert_eq!(first.status, 201);
    for (path, body) in [("/applications", json!({ "name": "B" })), ("/users", json!({ "email": "a@example.com" }))] {
        send(&server, &ops, path, ("key", body)).await.problem(422, "idempotency_key_reused");
    }
    let others = send(&server, &other, "/applications", ("key", json!({ "name": "A" }))).await;
    assert_ne!(others.json()["client_id"], first.json()["client_id"]);
    let long = "k".repeat(256);
    send(&server, &ops, "/applications", (&long, json!({ "name": "A" }))).await.problem(400, "invalid_request");
}

/// What was refused made nothing, so the key is free for the corrected request; after a day every key is.
#[apply(on_both_engines)]
async fn a_refusal_and_a_day_free_the_key(world: World) {
    let server = world.server().await;
    let ops = server.machine("gatepost:admin").await;
    let john = json!({ "email": "john@example.com" });
    assert_eq!(send(&server, &ops, "/users", ("key-1", john.clone())).await.status, 201);
    send(&server, &ops, "/users", ("key-2", john)).await.problem(409, "conflict");
    let ann = json!({ "email": "ann@example.com" });
    assert_eq!(send(&server, &ops, "/users", ("key-2", ann)).await.status, 201);
    world.clock.advance(Duration::from_secs(24 * 3600));
    server.rooms.upkeep.forget_expired().await.unwrap();
    let kept = world.database.texts("select cast(count(*) as text) from idempotency_keys").await;
    assert_eq!(kept, ["0"]);
}

/// Of many at once one makes it; the others get its answer, or are told to wait.
#[apply(on_both_engines)]
async fn many_at_once_make_one(world: World) {
    let server = world.server().await;
    let ops = server.machine("gatepost:admin").await;
    let before = count(&server).await;
    let body = || json!({ "name": "Orders" });
    let sent = || send(&server, &ops, "/applications", ("key", body()));
    let answers: [Answer; 5] = tokio::join!(sent(), sent(), sent(), sent(), sent()).into();
    assert_eq!(count(&server).await, before + 1);
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).map(Answer::json).collect();
    assert!(!made.is_empty() && made.iter().all(|answer| *answer == made[0]));
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(409, "conflict");
        assert_eq!(sent().await.json(), made[0], "whoever asks again is told");
    }
    assert_eq!(count(&server).await, before + 1);
}
