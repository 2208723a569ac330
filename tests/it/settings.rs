//! Every setting of an application, with every value, at every door: management API, command line, configuration, and
//! in `portal::every_setting` the form. The table of settings is the list; what is added to it is tried here.

use gatepost::domain::application::{ApplicationKind, ApplicationSettings, SETTINGS, Setting, Shape};
use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::harness::{EVERY_ALGORITHM, Installation, World, installed_on_both_engines, on_both_engines, text};

mod blanks;

const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

/// What a new application has that says nothing: a setting, what it is for a service, and for all other types where
/// that is something else.
fn defaults() -> Vec<(&'static str, Value, Option<Value>)> {
    vec![
        ("redirect_uris", json!([]), None),
        ("scopes", json!(["openid", "admin"]), Some(json!(["openid", "profile", "email", "offline_access", "user"]))),
        ("default_scopes", json!(["openid", "admin"]), Some(json!(["openid", "user"]))),
        ("scope_policy", json!("strict"), Some(json!("narrow"))),
        ("assertion_audience", json!("issuer_or_endpoint"), None),
        ("grants", json!(["client_credentials"]), Some(json!(["authorization_code", "refresh_token"]))),
        ("post_logout_redirect_uris", json!([]), None),
        ("backchannel_logout_uri", Value::Null, None),
        ("backchannel_logout_session_required", json!(false), None),
        ("initiate_login_uri", Value::Null, None),
        ("audiences", json!([]), None),
        ("token_ttl", Value::Null, None),
        ("allowed_callers", json!([]), None),
        ("may_exchange_for", json!([]), None),
        ("token_format", Value::Null, None),
        ("access", json!("everybody"), None),
        ("allowed_groups", json!([]), None),
        ("require", json!("any"), None),
        ("visible_groups", json!([]), None),
        ("groups_claim", Value::Null, None),
        ("groups_in_access_token", json!(false), None),
        ("claims", json!([]), None),
        ("id_token_claims", json!("all"), None),
        ("signing_algorithm", json!("RS256"), None),
        ("dpop_bound", json!(false), None),
        ("jwks", Value::Null, None),
        ("jwks_uri", Value::Null, None),
        ("federated", json!([]), None),
        ("description", Value::Null, None),
        ("client_uri", Value::Null, None),
        ("logo_uri", Value::Null, None),
        ("tos_uri", Value::Null, None),
        ("policy_uri", Value::Null, None),
        ("owner", Value::Null, None),
        ("first_party", json!(false), None),
        ("pkce", json!("by_type"), None),
        ("link_mode", Value::Null, None),
        ("unknown_account", Value::Null, None),
    ]
}

/// Settings of one application: all but its name and its type, by name.
pub(crate) type Round = Map<String, Value>;

pub(crate) fn every_other_setting() -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(|setting| !["name", "type"].contains(&setting.name))
}

/// Every value of a setting; where there is no end to them, some.
fn values(setting: &Setting) -> Vec<Value> {
    let mut values: Vec<Value> = match (setting.name, setting.shape) {
        (_, Shape::Choice(_, choices)) => choices().iter().map(|choice| choice.name.into()).collect(),
        (_, Shape::Ticks(_, choices)) => {
            let names: Vec<&str> = choices().iter().map(|choice| choice.name).collect();
            (1..=names.len()).map(|count| names[names.len() - count..].iter().copied().collect()).collect()
        }
        (_, Shape::Flag) => vec![true.into(), false.into()],
        (_, Shape::Duration) => vec![1.into(), 90.into(), 86_400.into()],
        (_, Shape::Keys) => vec![json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": KEY }] })],
        (_, Shape::Identities) => vec![
            json!([{ "issuer": "https://ci.example", "subject": "job:shop/*" }]),
            json!([{ "issuer": "https://ci.example", "subject": "job:shop/build", "audience": "https://id.example" },
                { "issuer": "spiffe://example.org", "subject": "spiffe://example.org/shop", "reusable": true,
                "jwks": { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": KEY }] } }]),
        ],
        ("default_scopes", _) => vec![json!(["openid"]), json!([]), json!(["orders", "openid"])],
        (_, Shape::Words) => vec![json!(["openid", "user", "orders"]), json!(["orders", "openid"])],
        ("description", _) => vec!["What the shop ordered.".into()],
        ("backchannel_logout_uri" | "client_uri" | "logo_uri" | "initiate_login_uri" | "tos_uri" | "policy_uri", _) => {
            vec!["https://shop.example/page?v=2".into(), "http://localhost:3000/page".into()]
        }
        ("owner", _) => vec!["john@example.com".into()],
        ("allowed_groups" | "visible_groups", _) => vec![json!(["staff"]), json!(["team/red", "staff"])],
        ("groups_claim", _) => vec!["policy".into(), "https://app.example/groups".into()],
        ("claims", _) => {
            vec![json!(["department=dept"]), json!(["level=https://a.example/level", "department=department"])]
        }
        ("allowed_callers", _) => vec![json!(["*"]), json!(["till", "orders-api"])],
        ("audiences" | "may_exchange_for", _) => {
            vec![json!(["https://a.example/b"]), json!(["till", "https://c.example/d"])]
        }
        (_, Shape::Lines) => {
            vec![json!(["https://a.example/b"]), json!(["https://a.example/b", "https://c.example/d"])]
        }
        ("jwks_uri", _) => Vec::new(),
        (name, Shape::Line) => panic!("say here what {name} can be"),
    };
    if setting.name == "jwks_uri" {
        // Where the keys are registered, it has no address of others.
        return vec![Value::Null, "https://shop.example/jwks".into()];
    }
    values.extend(setting.can_be_null().then_some(Value::Null));
    values
}

/// Settings of several applications, in which each setting has each of its values.
pub(crate) fn rounds() -> Vec<Round> {
    let count = every_other_setting().map(|setting| values(setting).len()).max().unwrap();
    let value = |setting: &Setting, round: usize| {
        let values = values(setting);
        (setting.name.to_owned(), values[round % values.len()].clone())
    };
    (0..count).map(|round| every_other_setting().map(|setting| value(setting, round)).collect()).collect()
}

/// Compares what a door says of an application with what was set there.
#[track_caller]
pub(crate) fn assert_round(shown: &Value, round: &Round) {
    for (name, value) in round {
        assert_eq!(&shown[name], value, "{name} of {shown}");
    }
    for setting in every_other_setting().filter(|setting| round.contains_key(setting.name)) {
        if let Some(former) = setting.former {
            assert_eq!(shown[former.name], (former.show)(&round[setting.name]), "{} of {shown}", former.name);
        }
    }
}

fn unset() -> Round {
    every_other_setting().map(|setting| (setting.name.to_owned(), Value::Null)).collect()
}

fn default_round(kind: ApplicationKind) -> Round {
    let of_kind = |(name, service, others): (&str, Value, Option<Value>)| {
        let value = if kind == ApplicationKind::Service { service } else { others.unwrap_or(service) };
        let value = if name == "grants" && kind == ApplicationKind::Device {
            json!(["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"])
        } else {
            value
        };
        (name.to_owned(), value)
    };
    defaults().into_iter().map(of_kind).collect()
}

/// Settings: the defaults of each type.
#[test]
fn every_setting_has_the_default_that_is_promised() {
    for kind in ApplicationKind::ALL {
        let settings = ApplicationSettings::new("Orders".to_owned(), kind);
        let members = Value::Object(settings.members());
        assert_round(&members, &default_round(kind));
        assert_eq!((&members["name"], &members["type"]), (&json!("Orders"), &json!(kind.name())));
    }
    assert_eq!(defaults().len(), every_other_setting().count());
}

/// Settings: the management API.
#[apply(on_both_engines)]
async fn every_setting_is_set_and_read_by_api(world: World) {
    let server = world.server_with(EVERY_ALGORITHM).await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    for group in ["staff", "team/red"] {
        assert_eq!(management.post(&ops, "/groups", json!({ "name": group })).await.status, 201);
    }
    let register = async |mut body: Round| {
        body.insert("name".to_owned(), json!("Orders"));
        body.insert("type".to_owned(), json!("web"));
        let made = management.post(&ops, "/applications", Value::Object(body)).await;
        assert_eq!(made.status, 201, "{}", made.text());
        made.json()
    };
    let plain = register(Round::new()).await;
    assert_round(&plain, &default_round(ApplicationKind::Web));
    let path = format!("/applications/{}", plain["client_id"].as_str().unwrap());
    for round in rounds() {
        assert_round(&register(round.clone()).await, &round);
        let changed = management.patch(&ops, &path, Value::Object(round.clone())).await.success();
        assert_round(&changed, &round);
        assert_round(&management.get(&ops, &path).await.success(), &round);
    }
    let cleared = management.patch(&ops, &path, Value::Object(unset())).await.success();
    assert_round(&cleared, &default_round(ApplicationKind::Web));
    for kind in ApplicationKind::ALL {
        let body = json!({ "name": "Orders", "type": kind.name() });
        let made = management.post(&ops, "/applications", body).await.json();
        assert_eq!(made["type"], kind.name());
        assert_round(&made, &default_round(kind));
    }
}

/// Settings: their former names.
#[apply(on_both_engines)]
async fn a_former_name_is_understood_and_no_second_place_for_a_value(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let former = json!({ "name": "Orders", "type": "web", "scope": "openid orders", "default_scope": "openid",
        "token_profile": "plain", "require_pkce": true });
    let made = management.post(&ops, "/applications", former.clone()).await.json();
    let today = json!({ "scopes": ["openid", "orders"], "default_scopes": ["openid"], "token_format": "plain",
        "pkce": "required" });
    assert_round(&made, today.as_object().unwrap());
    for (name, value) in today.as_object().unwrap() {
        let mut both = former.clone();
        both[name] = value.clone();
        let refused = management.post(&ops, "/applications", both).await;
        assert!(refused.problem(400, "invalid_request").contains("send one of them"), "{name}");
    }
    let path = format!("/applications/{}", made["client_id"].as_str().unwrap());
    management.patch(&ops, &path, json!({ "require_pkce": "yes" })).await.problem(400, "invalid_request");
    let changed = management.patch(&ops, &path, json!({ "require_pkce": false })).await.success();
    assert_eq!(changed["pkce"], "by_type");
}

/// Settings: who looks after an application is an operator's to say, and its type never changes.
#[apply(on_both_engines)]
async fn an_application_gets_another_owner_from_an_operator_only(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let body = json!({ "name": "Orders", "owner": "john@example.com" });
    let made = management.post(&ops, "/applications", body).await.json();
    let path = format!("/applications/{}", made["client_id"].as_str().unwrap());
    let narrow = server.machine("applications:write applications:read").await;
    let owner = json!({ "owner": "anna@example.com" });
    management.patch(&narrow, &path, owner.clone()).await.problem(403, "access_denied");
    management.patch(&ops, &path, owner).await.success();
    let owners = management.get(&ops, &format!("{path}/owners")).await.success();
    let addresses: Vec<_> = owners["items"].as_array().unwrap().iter().map(|owner| owner["email"].clone()).collect();
    assert_eq!(addresses, [json!("anna@example.com")]);
    management.patch(&ops, &path, json!({ "type": "web" })).await.problem(400, "invalid_request");
}

/// Settings: the audit log says what a setting was and what it is.
#[apply(on_both_engines)]
async fn a_change_is_written_down_with_what_was_and_what_is(world: World) {
    let server = world.server().await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let made = management.post(&ops, "/applications", json!({ "name": "Orders", "type": "web" })).await.json();
    let id = made["client_id"].as_str().unwrap();
    let path = format!("/applications/{id}");
    let changes = [
        (json!({ "token_ttl": 90 }), "token_ttl default → 1m30s"),
        (json!({ "token_ttl": null }), "token_ttl 1m30s → default"),
        (json!({ "link_mode": "direct" }), "link_mode default → direct"),
        (json!({ "first_party": true }), "first_party false → true"),
        (json!({ "pkce": "required" }), "pkce by_type → required"),
        (
            json!({ "scopes": ["openid", "orders"], "default_scopes": [] }),
            "scopes +orders -profile -email -offline_access -user, default_scopes -openid -user",
        ),
        (json!({ "redirect_uris": ["https://a.example/b"] }), "redirect_uris +https://a.example/b"),
        (json!({ "name": "Bills", "owner": "john@example.com" }), "name, owner"),
    ];
    for (change, expected) in changes {
        management.call(&ops, Method::PATCH, &path, Some(change)).await.success();
        let lines = server.rooms.store.audit_of(id).await.unwrap();
        let details: Vec<_> = lines.iter().map(|line| line.detail.as_str()).collect();
        assert!(details.contains(&expected), "{expected}: {details:?}");
    }
}

/// The flags that say all this.
fn flags(round: &Round, at: &Installation) -> Vec<String> {
    let mut words = Vec::new();
    for setting in every_other_setting() {
        let name = setting.name.replace('_', "-");
        match (&round[setting.name], setting.shape) {
            (Value::Null, _) => {}
            (Value::Array(items), _) => {
                let flag = format!("--{}", name.trim_end_matches('s'));
                let word = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
                words.extend(items.iter().flat_map(|item| [flag.clone(), word(item)]));
                if items.is_empty() {
                    words.extend([flag, String::new()]);
                }
            }
            (Value::String(text), _) => words.extend([format!("--{name}"), text.clone()]),
            (keys, Shape::Keys) => {
                std::fs::write(at.path("keys.json"), keys.to_string()).unwrap();
                words.extend([format!("--{name}"), at.path("keys.json").display().to_string()]);
            }
            (value, Shape::Flag) => words.push(format!("--{name}={value}")),
            (value, _) => words.extend([format!("--{name}"), value.to_string()]),
        }
    }
    words
}

async fn run(at: &Installation, words: &[&str], more: &[String]) -> Value {
    at.json(&words.iter().copied().chain(more.iter().map(String::as_str)).collect::<Vec<_>>()).await
}

/// Settings: the command line.
#[apply(installed_on_both_engines)]
async fn every_setting_is_set_and_read_by_command(at: Installation) {
    let at = at.with("keys.algorithms", "RS256, PS256, ES256, EdDSA");
    at.migrated().await;
    for group in ["staff", "team/red"] {
        at.json(&["group", "create", group]).await;
    }
    let plain = at.json(&["app", "create", "--name", "Plain", "--type", "web"]).await;
    assert_round(&plain, &default_round(ApplicationKind::Web));
    let id = text(&plain["client_id"]);
    for round in rounds() {
        let flags = flags(&round, &at);
        assert_round(&run(&at, &["app", "create", "--name", "Orders", "--type", "web"], &flags).await, &round);
        let cleared = round.iter().filter(|(_, value)| value.is_null());
        let cleared: Vec<String> = cleared.flat_map(|(name, _)| ["--clear".to_owned(), name.clone()]).collect();
        assert_round(&run(&at, &["app", "update", &id], &[flags, cleared].concat()).await, &round);
    }
    let cleared: Vec<String> = unset().keys().flat_map(|name| ["--clear".to_owned(), name.clone()]).collect();
    run(&at, &["app", "update", &id], &cleared).await;
    assert_round(&at.json(&["app", "show", &id]).await, &default_round(ApplicationKind::Web));
    let former =
        ["--token-profile", "plain", "--require-pkce", "--first-party", "--scope", "a b", "--default-scope", "a"];
    let former = former.into_iter().chain(["--redirect-uris", "https://x.example/y"]).map(str::to_owned);
    let shown = run(&at, &["app", "update", &id], &former.collect::<Vec<_>>()).await;
    let expected = json!({ "token_format": "plain", "pkce": "required", "first_party": true, "scopes": ["a", "b"],
        "default_scopes": ["a"],
        "redirect_uris": ["https://x.example/y"] });
    assert_round(&shown, expected.as_object().unwrap());
}

/// The same in TOML: JSON is TOML, except for tables.
fn toml(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| format!("{name} = {}", toml(value)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// An entry of the file that says all this, except for what is not there.
fn declared(number: usize, round: &Round) -> String {
    let lines = round.iter().filter(|(_, value)| !value.is_null());
    let lines = lines.map(|(name, value)| match value.get("keys") {
        // Of a set the keys alone do as well.
        Some(keys) => format!("{name} = {}\n", toml(keys)),
        None => format!("{name} = {}\n", toml(value)),
    });
    format!("[[applications]]\nclient_id = \"round-{number}\"\ntype = \"web\"\n{}", lines.collect::<String>())
}

/// Settings: the configuration.
#[apply(on_both_engines)]
async fn every_setting_is_declared_and_read_by_api(world: World) {
    let rounds = rounds();
    let toml: String = rounds.iter().enumerate().map(|(number, round)| declared(number, round)).collect();
    let server = world.server_with(&format!("{EVERY_ALGORITHM}{toml}")).await;
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    for (number, round) in rounds.iter().enumerate() {
        let shown = management.get(&ops, &format!("/applications/round-{number}")).await.success();
        // An empty list has always said nothing in the file.
        let said = |(_, value): &(&String, &Value)| **value != json!([]);
        let said = round.iter().filter(said).map(|(name, value)| (name.clone(), value.clone())).collect();
        assert_round(&shown, &said);
    }
}

fn sources(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// Settings: a name stands in the table, and where the server or `[self_service]` has a key of the same name. These
/// few are words for other things as well; `claims` is a parameter of requests, `jwks` and `jwks_uri` are also members of what others publish.
#[test]
fn the_name_of_a_setting_stands_in_two_files_at_most() {
    let words = [
        "name",
        "type",
        "owner",
        "scope",
        "scopes",
        "grants",
        "description",
        "require",
        "access",
        "claims",
        "jwks",
        "jwks_uri",
    ];
    let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let code = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text.split("#[cfg(test)]").next().unwrap_or_default().to_owned())
    };
    let code: Vec<_> = sources(&src).into_iter().map(code).collect();
    let former = SETTINGS.iter().filter_map(|setting| setting.former).map(|former| former.name);
    for name in SETTINGS.iter().map(|setting| setting.name).chain(former).filter(|name| !words.contains(name)) {
        let is_test = |path: &std::path::Path| path.to_string_lossy().contains("tests");
        let found = code.iter().filter(|(path, text)| !is_test(path) && text.contains(&format!("\"{name}\"")));
        let found: Vec<_> = found.map(|(path, _)| path.display()).collect();
        assert!(found.len() <= 2, "\"{name}\" stands in {found:?}");
    }
}
