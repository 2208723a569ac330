//! The form has every setting that is not chosen in another way, with every value.

use gatepost::domain::application::{ApplicationKind, ApplicationSettings, Place, Setting, Shape};
use gatepost::domain::assurance::RequiredSignIn;
use gatepost::domain::audit::Actor;
use gatepost::flows::groups::NewGroup;
use macro_rules_attribute::apply;
use serde_json::Value;

use super::{JOHN, developer, register, registered, tab, tag};
use crate::harness::{EVERY_ALGORITHM, Registered, World, on_both_engines, person};
use crate::settings::{Round, assert_round, every_other_setting, rounds};

/// What is typed or chosen for a value.
fn fields(setting: &'static Setting, value: &Value) -> Vec<(&'static str, String)> {
    match (value, setting.shape) {
        (Value::Array(items), Shape::Ticks(..)) => {
            items.iter().map(|item| (setting.name, item.as_str().unwrap().to_owned())).collect()
        }
        (Value::Array(items), Shape::Identities) => {
            let items: Vec<String> = items.iter().map(Value::to_string).collect();
            vec![(setting.name, items.join("\r\n"))]
        }
        (Value::Array(items), shape) => {
            let items: Vec<&str> = items.iter().map(|item| item.as_str().unwrap()).collect();
            vec![(setting.name, items.join(if matches!(shape, Shape::Lines) { "\r\n" } else { " " }))]
        }
        (Value::Null, _) => vec![(setting.name, String::new())],
        (Value::String(text), _) => vec![(setting.name, text.clone())],
        (Value::Number(_), _) => {
            let mut settings = ApplicationSettings::new(String::new(), ApplicationKind::Web);
            setting.put(&mut settings, value).unwrap();
            vec![(setting.name, setting.text(&settings))]
        }
        (other, _) => vec![(setting.name, other.to_string())],
    }
}

/// Portal, settings.
#[apply(on_both_engines)]
async fn every_setting_is_set_and_read_in_the_form(world: World) {
    let server = world.server_with(EVERY_ALGORITHM).await;
    let root = person::operator(&server.rooms, "root@example.com").await;
    let operator = developer(&server, root.email.unwrap().as_str()).await;
    let settings = ApplicationSettings {
        redirect_uris: vec!["https://a.example/b".to_owned()],
        ..ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Web)
    };
    let application = Registered::at(&server.rooms, settings).await;
    for group in ["staff", "team/red"] {
        let group =
            NewGroup { name: group.parse().unwrap(), visible_to_developers: false, require: RequiredSignIn::default() };
        server.rooms.groups.group_create(group, &Actor::CommandLine).await.unwrap();
    }
    for round in rounds() {
        let shown = every_other_setting().filter(|setting| setting.place != Place::Nowhere);
        let fields: Vec<_> = shown.flat_map(|setting| fields(setting, &round[setting.name])).collect();
        let fields: Vec<_> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let page = tab(&operator, &application, "access").await;
        let saved = operator.submit(page.form_with("app-save"), &fields).await;
        assert!(saved.text().contains("The settings are saved."), "{fields:?}: {}", saved.text());
        let stored = server.rooms.store.application(&application.id()).await.unwrap().unwrap();
        let mut expected: Round = round.clone();
        expected.remove("owner");
        assert_round(&Value::Object(stored.settings.members()), &expected);
        let mut pages = Vec::new();
        for name in ["", "credentials", "sign-in", "access"] {
            pages.push(tab(&operator, &application, name).await);
        }
        for (name, text) in fields.iter().filter(|(_, text)| !text.contains(['"', '\r'])) {
            let id = format!("set-{}", name.replace('_', "-"));
            let shown: Vec<_> = pages.iter().filter(|page| page.has(&id)).collect();
            let [saved] = shown[..] else { panic!("{name} is on {} pages", shown.len()) };
            let markup = saved.text().split(&format!("id=\"{id}\"")).nth(1).unwrap();
            let markup = markup.split("<div class=\"field\">").next().unwrap();
            for part in text.split(if name.ends_with("scopes") { ' ' } else { '\n' }) {
                assert!(markup.contains(part), "{name}: {part} in {markup}");
            }
            assert!(!tag(saved, &id).contains("aria-invalid"), "{name}");
        }
    }
}

/// Portal, settings: what only operators decide is not offered to others.
#[apply(on_both_engines)]
async fn a_developer_is_not_asked_what_only_operators_decide(world: World) {
    let server = world.server().await;
    let browser = developer(&server, JOHN).await;
    let fields = [("name", "Shop"), ("type", "web"), ("redirect_uris", "https://shop.example/callback")];
    let page = register(&browser, &fields).await;
    let application = registered(&page);
    let page = tab(&browser, &application, "sign-in").await;
    assert!(!page.has("set-first-party") && page.has("set-pkce"), "{}", page.text());
    let refused = browser.submit(page.form_with("app-save"), &[("first_party", "true")]).await;
    assert!(refused.text().contains("only an operator can set first_party"), "{}", refused.text());
    assert!(page.text().contains("Depends on the type: required for spa and native"), "{}", page.text());
    let page = tab(&browser, &application, "credentials").await;
    assert!(page.text().contains("Token format (typ)"), "{}", page.text());
}
