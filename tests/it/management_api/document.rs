//! The `OpenAPI` document and the page made of it tell the truth.

use macro_rules_attribute::apply;
use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use crate::harness::{Answer, World, on_both_engines};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// What the document describes is there; what it does not describe is not.
#[apply(on_both_engines)]
async fn the_document_and_the_router_agree(world: World) {
    let server = world.server().await;
    let document = server.management().await.document;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, described) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            let asked = path.replace(['{', '}'], "");
            let answer = Answer::of(server.request(method.to_uppercase().parse().unwrap(), &asked)).await;
            let there = answer.status != 405;
            assert_eq!(there, described.get(method).is_some(), "{method} {path}: {}", answer.text());
            assert!(answer.status == 405 || matches!(answer.status.as_u16(), 200 | 401), "{}", answer.text());
        }
    }
}

/// Every reference resolves, every operation says what it does, has a name of its own and names its scope.
#[apply(on_both_engines)]
async fn the_document_is_whole(world: World) {
    let server = world.server().await;
    let document = server.management().await.document;
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let what = format!("{method} {path}");
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{what}");
            let summary = operation["summary"].as_str().unwrap();
            assert!(!summary.is_empty() && !summary.contains('\n'), "{what}: {summary}");
            let braces = path.matches('{').count();
            let in_path = |parameter: &&Value| parameter["in"] == "path";
            let described = operation["parameters"].as_array().into_iter().flatten().filter(in_path).count();
            assert_eq!(braces, described, "{what}");
        }
    }
    let mut waiting = vec![&document];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(members) => waiting.extend(members.values()),
            Value::Array(items) => waiting.extend(items),
            Value::String(text) if text.starts_with("#/") => {
                assert!(document.pointer(&text[1..]).is_some(), "{text}");
            }
            _ => {}
        }
    }
}

/// The page has it all, and runs nothing.
#[apply(on_both_engines)]
async fn the_page_shows_the_document(world: World) {
    let server = world.server().await;
    let document = server.management().await.document;
    let page = Answer::of(server.request(Method::GET, "/docs")).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(page.text().contains(&format!("<code>{path}</code>")), "{path}");
    }
    for shape in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(page.text().contains(&format!("id=\"object-{shape}\"")), "{shape}");
    }
    for kind in ["not_found", "precondition_failed", "idempotency_key_reused", "invalid_request"] {
        assert!(page.text().contains(&format!("id=\"problem-{kind}\"")), "{kind}");
    }
    for forbidden in ["<script", "style=", "http://", "https://", "onclick"] {
        assert!(!page.text().contains(forbidden), "{forbidden}");
    }
}
