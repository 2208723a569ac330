//! Authorization: every endpoint for every sort of caller, in one table.
//!
//! A row is a method, a path, a body and what each caller gets. Pages are rows like the others. Every endpoint needs a
//! row: a test below compares the table with the document of the management API.

mod rows;
mod scopes;

use macro_rules_attribute::apply;
use std::pin::Pin;

use gatepost::domain::assurance::RequiredSignIn;
use gatepost::domain::audit::Actor;
use gatepost::domain::user::User;
use gatepost::domain::webhook::WebhookOwner;
use gatepost::flows::groups::NewGroup;
use gatepost::flows::webhooks::NewWebhook;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, TestServer, Who, World, on_both_engines, person};
use rows::{Row, TABLE};

/// The callers, in the order of the columns.
const CALLERS: [&str; 9] = [
    "anonymous",
    "other developer",
    "owner",
    "co-owner",
    "owner's token to read applications",
    "admin",
    "machine that reads applications",
    "machine with gatepost:admin",
    "machine without",
];

/// The server, the callers and the objects.
struct Cast<'a> {
    server: &'a TestServer,
    owner: User,
    co_owner: User,
    callers: Vec<Who>,
}

impl<'a> Cast<'a> {
    async fn of(server: &'a TestServer) -> Self {
        let account = |name: &'static str| person::account(&server.rooms, name);
        let (owner, co_owner) = (account("owner@example.com").await, account("co-owner@example.com").await);
        let (other, admin) = (account("other@example.com").await, account("admin@example.com").await);
        server.world.database.execute("update users set admin = true where email = 'admin@example.com'").await;
        let callers = vec![
            Who::Anonymous,
            server.session_of(&other).await,
            server.session_of(&owner).await,
            server.session_of(&co_owner).await,
            server.speaking_for(&owner, "openid applications:read").await,
            server.session_of(&admin).await,
            server.machine("applications:read").await,
            server.machine("gatepost:admin").await,
            server.machine("openid admin").await,
        ];
        Self { server, owner, co_owner, callers }
    }

    /// Replaces the braces with ids of objects that were made for this one request.
    fn filled<'t>(&'t self, text: &'t str) -> Pin<Box<dyn Future<Output = String> + Send + 't>> {
        Box::pin(self.fill(text.to_owned()))
    }

    async fn fill(&self, mut text: String) -> String {
        let mut client_id = None;
        if text.contains("{app}") {
            let application = self.server.application_of(&self.owner, "Orders").await;
            let stored = self.server.rooms.store.application(&application.id()).await.unwrap().unwrap();
            let mut tx = self.server.rooms.store.begin().await.unwrap();
            tx.owner_add(stored.id, self.co_owner.id, self.server.rooms.instruments.now()).await.unwrap();
            tx.commit().await.unwrap();
            text = text.replace("{app}", &application.client_id);
            text = text.replace("{secret}", &stored.secrets[0].id.to_string());
            client_id = Some(application.client_id);
        }
        if text.contains("{hook}") {
            let client_id = match client_id {
                Some(client_id) => client_id,
                None => self.filled("{app}").await,
            };
            let owner = WebhookOwner::Application(client_id.parse().unwrap());
            text = text.replace("{hook}", &self.webhook(owner).await);
        }
        if text.contains("{server_hook}") {
            // There is room for twenty.
            let there = self.server.rooms.webhooks.webhooks_of(&WebhookOwner::Server).await.unwrap();
            let id = match there.first() {
                Some(webhook) => webhook.id.to_string(),
                None => self.webhook(WebhookOwner::Server).await,
            };
            text = text.replace("{server_hook}", &id);
        }
        text = text.replace("{nothing}", "01936f00-0000-7000-8000-000000000000");
        let new: String = format!("{:032x}", u128::from_be_bytes(self.server.rooms.instruments.random()));
        if text.contains("{sub}") {
            let user = person::account(&self.server.rooms, &format!("u{new}@example.com")).await;
            text = text.replace("{sub}", &user.sub);
        }
        if text.contains("{group}") {
            let group = NewGroup {
                name: format!("g{new}").parse().unwrap(),
                visible_to_developers: false,
                require: RequiredSignIn::default(),
            };
            let made = self.server.rooms.groups.group_create(group, &Actor::CommandLine).await.unwrap();
            text = text.replace("{group}", made.name.as_str());
        }
        if text.contains("{kid}") {
            // An announced key, so that the tokens of the callers stay valid.
            let keys = self.server.rooms.store.signing_keys().await.unwrap();
            let key = keys.iter().filter(|key| key.revoked_at.is_none()).max_by_key(|key| key.activates_at).unwrap();
            text = text.replace("{kid}", &key.kid);
        }
        text.replace("{new}", &new)
    }

    async fn webhook(&self, owner: WebhookOwner) -> String {
        let new = NewWebhook { owner, url: "http://127.0.0.1:9/hook".parse().unwrap(), events: Vec::new() };
        self.server.rooms.webhooks.webhook_create(new, &Actor::CommandLine).await.unwrap().webhook.id.to_string()
    }

    async fn ask(&self, row: &Row, who: &Who) -> Answer {
        let request = self.server.request(row.method.parse().unwrap(), &self.filled(row.path).await);
        let request = match self.filled(row.body).await {
            body if body.is_empty() => request,
            body => request.header("content-type", "application/json").body(body),
        };
        Answer::of(who.sends(request)).await
    }
}

/// Every endpoint and page for every sort of caller.
#[apply(on_both_engines)]
async fn everybody_gets_what_the_table_says(world: World) {
    let server = world.server().await;
    let cast = Cast::of(&server).await;
    let management = server.management().await;
    let mut wrong = Vec::new();
    for row in TABLE {
        for ((who, expected), name) in cast.callers.iter().zip(row.expected).zip(CALLERS) {
            let answer = cast.ask(row, who).await;
            let status = answer.status.as_u16();
            if status != expected {
                wrong.push(format!(
                    "{name}: {} {} is {status}, not {expected}: {}",
                    row.method,
                    row.path,
                    answer.text()
                ));
            }
            if let Some(path) = row.path.strip_prefix("/api/v1") {
                management.check(&row.method.parse().unwrap(), path, &answer);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A change with a sufficient session, but sent by a page of another site, is not made (CSRF).
#[apply(on_both_engines)]
async fn no_other_site_changes_anything(world: World) {
    let server = world.server().await;
    let cast = Cast::of(&server).await;
    let Who::Session(admin) = &cast.callers[5] else { panic!("the admin is signed in") };
    let admin = Who::Elsewhere(admin.clone());
    for row in TABLE.iter().filter(|row| row.method != "GET") {
        let answer = cast.ask(row, &admin).await;
        assert_eq!(answer.status, 403, "{} {}: {}", row.method, row.path, answer.text());
    }
    let audit = "select event from audit_events where actor like 'user %'";
    assert_eq!(world.database.texts(audit).await, Vec::<String>::new());
}

/// The table has a row for each operation of the document.
#[apply(on_both_engines)]
async fn the_table_is_complete(world: World) {
    let server = world.server().await;
    let document = server.management().await.document;
    let same = |described: &str, row: &str| {
        let (described, row) = (described.split('/'), row.split('/'));
        described.clone().count() == row.clone().count()
            && described.zip(row).all(|(a, b)| a == b || a.starts_with('{'))
    };
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let found = TABLE.iter().any(|row| row.method.eq_ignore_ascii_case(method) && same(path, row.path));
            assert!(found, "{method} {path} has no row");
        }
    }
}

/// The answers for another owner's object and for one that does not exist are the same.
#[apply(on_both_engines)]
async fn a_foreign_object_is_like_none_at_all(world: World) {
    let server = world.server().await;
    let cast = Cast::of(&server).await;
    let application = server.application_of(&cast.owner, "Orders").await;
    let of = async |client_id: &str| {
        let path = format!("/api/v1/applications/{client_id}");
        let answer = Answer::of(cast.callers[1].sends(server.request(Method::GET, &path))).await;
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
        body["trace_id"] = json!("");
        body["instance"] = json!("");
        (answer.status, body)
    };
    assert_eq!(of(&application.client_id).await, of("never-was").await);
}
