//! Attributes of people: declared in the configuration, set by whom they are for, and told to applications as claims.

use std::fs;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::attribute::Attributes;
use gatepost::domain::attribute_schema::AttributeSchema;
use gatepost::domain::audit::Actor;
use gatepost::domain::user::User;
use gatepost::flows::people::OwnProfile;
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::browser::Browser;
use crate::harness::person::{account, operator};
use crate::harness::{Answer, Child, TestServer, World, for_people, on_both_engines};

const DECLARED: &str = r#"
[[scopes]]
name = "staff"
description = "See your place in the company"
[[attributes]]
name = "department"
type = "string"
label = "Department"
scope = "staff"
claim = "dept"
[[attributes]]
name = "cost_center"
type = "number"
scope = "openid"
[[attributes]]
name = "skills"
type = "strings"
editable_by = "person"
scope = "profile"
trusted = true
[[attributes]]
name = "shirt"
type = "string"
editable_by = "person"
[[attributes]]
name = "on_call"
type = "boolean"
scope = "staff"
"#;

fn settings() -> ApplicationSettings {
    let mut settings = for_people(ApplicationKind::Web);
    settings.scope = "openid profile staff groups offline_access".parse().unwrap();
    settings.default_scope = "openid".parse().unwrap();
    settings
}

async fn describe(server: &TestServer, user: &User, attributes: Value) {
    let known = server.rooms.store.user(user.id).await.unwrap().unwrap();
    let attributes: Attributes = attributes.to_string().parse().unwrap();
    let new = OwnProfile { attributes, ..OwnProfile::of(&known) };
    server.rooms.people.user_describe(&known, new, &Actor::CommandLine).await.unwrap();
}

/// What an application with this scope is told of somebody: the claims of the ID token, of userinfo and of the access token.
async fn told(server: &TestServer, settings: ApplicationSettings, scope: &str, attributes: Value) -> [Value; 3] {
    let grant = server.grant_to(settings).await.scope(scope).stored().await;
    describe(server, &grant.user, attributes).await;
    let tokens = grant.redeem(&grant.code().await).await.success();
    let bearer = tokens["access_token"].as_str().unwrap();
    let userinfo = Answer::of(server.request(Method::GET, "/oauth/userinfo").bearer_auth(bearer)).await.success();
    let id_token = server.verify(tokens["id_token"].as_str().unwrap()).await.claims;
    [id_token, userinfo, server.verify(bearer).await.claims]
}

/// OIDC Core §5.1, §5.4: each attribute under the name of its claim, with its type, where the scope gives it.
#[apply(on_both_engines)]
async fn an_attribute_is_a_claim_where_its_scope_was_granted(world: World) {
    let server = world.server_with(DECLARED).await;
    let all = json!({
        "department": "R&D", "cost_center": 4711, "skills": ["rust", "sql"], "shirt": "L", "on_call": true,
        "given_name": "John", "family_name": "Smith", "zoneinfo": "Europe/Berlin", "picture": "https://a.example/j.png",
    });
    let [id_token, userinfo, access] = told(&server, settings(), "openid profile staff", all.clone()).await;
    for claims in [&id_token, &userinfo] {
        assert_eq!((&claims["dept"], &claims["cost_center"]), (&json!("R&D"), &json!(4711)));
        assert_eq!((&claims["skills"], &claims["on_call"]), (&json!(["rust", "sql"]), &json!(true)));
        assert_eq!((&claims["given_name"], &claims["family_name"]), (&json!("John"), &json!("Smith")));
        assert_eq!((&claims["zoneinfo"], &claims["picture"]), (&all["zoneinfo"], &all["picture"]));
        assert_eq!((claims.get("shirt"), claims.get("department")), (None, None), "{claims}");
    }
    assert_eq!((access.get("dept"), access.get("skills")), (None, None), "an API learns who, not what they are like");
    let [id_token, userinfo, _] = told(&server, settings(), "openid", all).await;
    for claims in [&id_token, &userinfo] {
        assert_eq!(claims["cost_center"], 4711);
        assert_eq!((claims.get("dept"), claims.get("given_name"), claims.get("skills")), (None, None, None));
    }
}

/// The setting `claims`: what one application calls an attribute, whether or not others learn of it.
#[apply(on_both_engines)]
async fn one_application_has_its_own_names_for_attributes(world: World) {
    let server = world.server_with(DECLARED).await;
    let mapped = |mappings: &[&str]| {
        let claims = mappings.iter().map(|mapping| mapping.parse().unwrap()).collect();
        ApplicationSettings { claims, ..settings() }
    };
    let person = json!({ "department": "R&D", "cost_center": 7, "shirt": "XL", "skills": ["rust"], "on_call": true });
    let mappings = ["department=https://a.example/role", "skills=groups_of_skills", "cost_center=dept", "shirt=size"];
    for claims in &told(&server, mapped(&mappings), "openid profile staff", person.clone()).await[..2] {
        assert_eq!(claims["https://a.example/role"], "R&D");
        assert_eq!(claims["groups_of_skills"], json!(["rust"]), "the operator trusts what people write there");
        assert_eq!((&claims["dept"], claims.get("cost_center")), (&json!(7), None), "its own name, and no other");
        assert_eq!(
            (claims.get("size"), claims.get("skills")),
            (None, None),
            "nobody may write themselves a permission"
        );
        assert_eq!(claims["on_call"], true, "what it has no name for it learns as others do");
    }
    let without_scope = told(&server, mapped(&mappings), "openid profile", person.clone()).await;
    assert_eq!((without_scope[0].get("https://a.example/role"), &without_scope[0]["dept"]), (None, &json!(7)));
    let other = told(&server, settings(), "openid staff", person).await;
    assert_eq!((&other[0]["dept"], &other[0]["cost_center"]), (&json!("R&D"), &json!(7)));
}

/// What a token says already, and what would be there twice, is no name for an attribute.
#[test]
fn a_name_that_is_taken_is_refused_everywhere() {
    let mapped = |mappings: &[&str]| {
        let claims = mappings.iter().map(|mapping| mapping.parse().unwrap()).collect();
        ApplicationSettings { claims, ..settings() }.check()
    };
    assert!(mapped(&["department=dept", "level"]).is_ok());
    for twice in [&["department=dept", "level=dept"][..], &["department=a", "department=b"], &["department=groups"]] {
        assert!(mapped(twice).is_err(), "{twice:?}");
    }
    let text =
        "[[applications]]\nclient_id = \"shop\"\nname = \"Shop\"\ntype = \"web\"\nclaims = [\"department=sub\"]\n";
    let problems = gatepost::config::Config::from_toml("gatepost.toml", text, &[]).unwrap_err().to_string();
    assert!(problems.contains("'sub' is another one already"), "{problems}");
}

/// Discovery §3: the claims are named, each of them.
#[apply(on_both_engines)]
async fn the_metadata_names_the_claims(world: World) {
    let server = world.server_with(DECLARED).await;
    let metadata = server.get("/.well-known/openid-configuration").await.success();
    let claims = metadata["claims_supported"].as_array().unwrap();
    for claim in ["given_name", "family_name", "picture", "zoneinfo", "dept", "cost_center", "skills", "on_call"] {
        assert_eq!(claims.iter().filter(|known| *known == claim).count(), 1, "{claim}");
    }
    assert!(!claims.contains(&json!("shirt")) && !claims.contains(&json!("department")));
}

/// The application's own name for the groups goes before an attribute of that name; no claim is there twice.
#[apply(on_both_engines)]
async fn no_claim_is_told_twice(world: World) {
    let server = world.server_with(DECLARED).await;
    let mut settings = settings();
    settings.groups_claim = Some("skills".parse().unwrap());
    let told = told(&server, settings, "openid profile groups", json!({ "skills": ["admin"] })).await;
    assert_eq!((&told[0]["skills"], &told[1]["skills"]), (&json!([]), &json!([])));
}

/// The management API: an attribute is set, changed and removed by a merge patch; each mistake names its field.
#[apply(on_both_engines)]
async fn attributes_are_set_by_api(world: World) {
    let server = world.server_with(DECLARED).await;
    let (management, ops) = (server.management().await, server.machine("users:write users:read").await);
    let john = account(&server.rooms, "john@example.com").await;
    let path = format!("/users/{}", john.sub);
    let change = async |attributes: Value| {
        management.call(&ops, Method::PATCH, &path, Some(json!({ "attributes": attributes }))).await
    };
    let set = change(json!({ "department": "R&D", "cost_center": 7, "given_name": "John" })).await.success();
    assert_eq!(set["attributes"], json!({ "department": "R&D", "cost_center": 7, "given_name": "John" }));
    let changed = change(json!({ "department": null, "skills": ["a"] })).await.success();
    assert_eq!(changed["attributes"], json!({ "skills": ["a"], "cost_center": 7, "given_name": "John" }));
    let long = "a".repeat(1100);
    for bad in [
        json!({ "department": 7 }),
        json!({ "cost_center": "7" }),
        json!({ "skills": "a" }),
        json!({ "skills": [1] }),
        json!({ "on_call": "true" }),
        json!({ "picture": "http://a.example/" }),
        json!({ "zoneinfo": "somewhere else" }),
        json!({ "department": long }),
        json!({ "department": "a\nb" }),
        json!({ "height": 7 }),
    ] {
        let refused = change(bad.clone()).await;
        refused.problem(400, "invalid_request");
        assert_eq!(refused.fields(), ["attributes"], "{bad}");
    }
    let shown = management.get(&ops, &path).await.success();
    assert_eq!(shown["attributes"], changed["attributes"], "nothing of what was refused is there");
    assert_eq!(change(Value::Null).await.success()["attributes"], json!({}));
    let lines = server.rooms.store.audit_of(&john.sub).await.unwrap();
    assert!(lines.iter().any(|line| line.detail.contains("cost_center department given_name")), "{lines:?}");
}

/// An entity tag is that of the attributes too: nobody overwrites what they have not seen.
#[apply(on_both_engines)]
async fn a_change_of_what_was_not_seen_is_refused(world: World) {
    let server = world.server_with(DECLARED).await;
    let john = account(&server.rooms, "john@example.com").await;
    let seen = OwnProfile::of(&john);
    describe(&server, &john, json!({ "department": "R&D" })).await;
    let new = OwnProfile { name: Some("Johnny".to_owned()), ..seen };
    let error = server.rooms.people.user_describe(&john, new, &Actor::CommandLine).await.unwrap_err();
    assert!(error.to_string().contains("changed meanwhile"), "{error}");
}

/// A person changes what is theirs on their own page, and nothing else.
#[apply(on_both_engines)]
async fn people_change_what_is_theirs_and_nothing_else(world: World) {
    let server = world.server_with(DECLARED).await;
    let john = account(&server.rooms, "john@example.com").await;
    describe(&server, &john, json!({ "department": "R&D" })).await;
    let browser = Browser::of(&server);
    let page = browser.visit("/account").await;
    let page = browser.sign_in(&server, &page, "john@example.com", 1).await;
    for id in ["attribute-given_name", "attribute-skills", "attribute-shirt"] {
        assert!(page.has(id), "{id}");
    }
    assert!(!page.has("attribute-department") && !page.has("attribute-on_call"));
    let form = page.form_with("described-save");
    let typed = [
        ("attribute-given_name", "John"),
        ("attribute-skills", "rust\r\nsql"),
        ("attribute-department", "Board"),
        ("attribute-on_call", "true"),
    ];
    let page = browser.submit(form.clone(), &typed).await;
    assert_eq!(page.answer.status, 200, "{}", page.text());
    let known = server.rooms.store.user(john.id).await.unwrap().unwrap();
    let expected = json!({ "department": "R&D", "given_name": "John", "skills": ["rust", "sql"] });
    assert_eq!(known.attributes.as_stored().unwrap(), expected.to_string());
    let page = browser.submit(form, &[("attribute-picture", "javascript:alert(1)"), ("attribute-shirt", "XL")]).await;
    assert_eq!(page.answer.status, 400);
    assert!(
        page.has("attribute-picture-problem") && page.text().contains("javascript:alert(1)"),
        "what was typed stays"
    );
    let known = server.rooms.store.user(john.id).await.unwrap().unwrap();
    assert_eq!(known.attributes.as_stored().unwrap(), expected.to_string());
}

/// Operators change all of them on the page of a person.
#[apply(on_both_engines)]
async fn an_operator_describes_a_person(world: World) {
    let server = world.server_with(DECLARED).await;
    let john = account(&server.rooms, "john@example.com").await;
    operator(&server.rooms, "root@example.com").await;
    let browser = Browser::of(&server);
    let address = format!("/admin/users/{}", john.sub);
    let page = browser.visit(&address).await;
    let page = browser.sign_in(&server, &page, "root@example.com", 1).await;
    let typed = [("attribute-department", "R&D"), ("attribute-on_call", "false"), ("attribute-cost_center", "7")];
    let page = browser.submit(page.form_with("user-describe"), &typed).await;
    assert!(page.text().contains("saved"), "{}", page.text());
    let known = server.rooms.store.user(john.id).await.unwrap().unwrap();
    assert_eq!(known.attributes.as_stored().unwrap(), r#"{"cost_center":7,"department":"R&D","on_call":false}"#);
    let page = browser.submit(page.form_with("user-describe"), &[("attribute-cost_center", "seven")]).await;
    assert!(page.answer.status == 400 && page.has("attribute-cost_center-problem"), "{}", page.text());
}

/// `gatepost user set EMAIL key=value…`, and the reason for what is refused.
#[apply(on_both_engines)]
async fn attributes_are_set_from_the_command_line(world: World) {
    let server = world.server_with(DECLARED).await;
    let john = account(&server.rooms, "john@example.com").await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gatepost.toml");
    fs::write(&file, DECLARED).unwrap();
    let set = async |words: &[&str]| {
        let first = ["--config", file.to_str().unwrap(), "user", "set", "john@example.com"];
        Child::run(&world, &[], &[&first[..], words].concat()).await
    };
    let words =
        ["name=John Smith", "locale=de", "preferred_username=john", "department=R&D", "skills=a,b", "on_call=true"];
    let output = set(&[&words[..], &["--json"]].concat()).await;
    assert!(output.status.success(), "{output:?}");
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["attributes"], json!({ "department": "R&D", "skills": ["a", "b"], "on_call": true }));
    assert_eq!((&shown["name"], &shown["locale"]), (&json!("John Smith"), &json!("de")));
    let known = server.rooms.store.user(john.id).await.unwrap().unwrap();
    assert_eq!(known.preferred_username().as_deref(), Some("john"));
    let output = set(&["--unset", "skills", "--unset", "name", "on_call="]).await;
    assert!(output.status.success(), "{output:?}");
    let known = server.rooms.store.user(john.id).await.unwrap().unwrap();
    assert_eq!((known.attributes.as_stored().unwrap().as_str(), known.name), (r#"{"department":"R&D"}"#, None));
    for (words, why) in [
        (&["cost_center=much"][..], "a number"),
        (&["height=7"], "there is no attribute 'height'"),
        (&["email=jane@example.com"], "there is no attribute 'email'"),
        (&["locale=none at all"], "language tag"),
        (&["department"], "KEY=VALUE"),
        (&[], "say what to set"),
    ] {
        let output = set(words).await;
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && told.contains(why), "{words:?}: {told}");
    }
}

/// An attribute that is declared no more is no claim any more, after SIGHUP too; what is known stays until it is removed.
#[apply(on_both_engines)]
async fn what_is_declared_no_more_is_told_to_nobody(world: World) {
    let server = world.server_with(DECLARED).await;
    let grant = server.grant_to(settings()).await.scope("openid staff offline_access").stored().await;
    describe(&server, &grant.user, json!({ "department": "R&D" })).await;
    let tokens = grant.redeem(&grant.code().await).await.success();
    server.rooms.application_cache.set_attribute_schema(AttributeSchema::default());
    let bearer = tokens["access_token"].as_str().unwrap();
    let userinfo = Answer::of(server.request(Method::GET, "/oauth/userinfo").bearer_auth(bearer)).await.success();
    assert_eq!(userinfo.get("dept"), None);
    let refreshed = grant.refresh(tokens["refresh_token"].as_str().unwrap()).await.success();
    assert_eq!(server.verify(refreshed["id_token"].as_str().unwrap()).await.claims.get("dept"), None);
    let known = server.rooms.store.user(grant.user.id).await.unwrap().unwrap();
    assert_eq!(known.attributes.as_stored().unwrap(), r#"{"department":"R&D"}"#);
}

/// Single claims (OIDC Core §5.5) of attributes are asked for, agreed to and told like any other.
#[apply(on_both_engines)]
async fn an_attribute_can_be_asked_for_alone(world: World) {
    let server = world.server_with(DECLARED).await;
    let mut grant = server.grant_to(settings()).await.scope("openid");
    grant.authorization.claims.request =
        r#"{"id_token": {"dept": null}, "userinfo": {"on_call": null}}"#.parse().unwrap();
    grant.authorization.claims.scope = "staff".parse().unwrap();
    let grant = grant.stored().await;
    describe(&server, &grant.user, json!({ "department": "R&D", "on_call": true })).await;
    let tokens = grant.redeem(&grant.code().await).await.success();
    let bearer = tokens["access_token"].as_str().unwrap();
    let userinfo = Answer::of(server.request(Method::GET, "/oauth/userinfo").bearer_auth(bearer)).await.success();
    let id_token = server.verify(tokens["id_token"].as_str().unwrap()).await.claims;
    assert_eq!((&id_token["dept"], id_token.get("on_call")), (&json!("R&D"), None));
    assert_eq!((userinfo.get("dept"), &userinfo["on_call"]), (None, &json!(true)));
}
