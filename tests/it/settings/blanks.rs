//! Blanks that are not blanks (no-break and zero-width spaces, and their like) are refused in identifiers wherever they
//! are typed. They are never taken away, because two that look alike would then be the same.

use std::path::Path;

use gatepost::config::Config;
use gatepost::domain::application::{ApplicationKind, ApplicationSettings, Setting};
use gatepost::domain::{color, duration};
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use super::{every_other_setting, values};
use crate::harness::{World, on_both_engines};

/// No-break, zero-width, em and ideographic space, next line, and the mark that a file may begin with.
const ODD: [char; 6] = ['\u{a0}', '\u{200b}', '\u{2003}', '\u{3000}', '\u{85}', '\u{feff}'];

fn base() -> ApplicationSettings {
    ApplicationSettings {
        redirect_uris: vec!["https://shop.example/callback".to_owned()],
        ..ApplicationSettings::new("Shop".to_owned(), ApplicationKind::Web)
    }
}

fn takes(setting: &Setting, value: &Value) -> Option<ApplicationSettings> {
    let mut settings = base();
    setting.put(&mut settings, value).ok()?;
    settings.check().ok()?;
    Some(settings)
}

/// The command line and the portal's form read a text by [`Setting::parse_text`]; the API and the file give the value.
#[test]
fn no_setting_takes_an_odd_blank_for_a_blank() {
    let mut tried = 0;
    for setting in every_other_setting().filter(|setting| setting.name != "description") {
        let Some(good) =
            values(setting).into_iter().filter(|value| !value.is_null()).find_map(|value| takes(setting, &value))
        else {
            continue;
        };
        let text = setting.text(&good);
        if text.is_empty() || takes(setting, &setting.parse_text(&text)).is_none() {
            continue;
        }
        tried += 1;
        for odd in ODD {
            for typed in [format!("{odd}{text}"), format!("{text}{odd}")] {
                let typed_value = setting.parse_text(&typed);
                assert!(takes(setting, &typed_value).is_none(), "{} typed as {typed:?}", setting.name);
                let sent = json!(typed);
                assert!(takes(setting, &sent).is_none(), "{} sent as {sent}", setting.name);
                assert!(takes(setting, &json!([typed])).is_none(), "{} sent in a list", setting.name);
            }
        }
        // What is not odd is no part of what was meant.
        assert_eq!(takes(setting, &setting.parse_text(&format!(" \t{text}\r\n"))), Some(good), "{}", setting.name);
    }
    assert!(tried > 25, "{tried} settings were tried");
}

#[test]
fn the_configuration_takes_no_odd_blank_for_a_blank() {
    for odd in ODD {
        for toml in [
            format!("[tokens]\naccess_ttl = \"{odd}10m\""),
            format!("[tokens]\naccess_ttl = \"10m{odd}\""),
            format!("[branding]\naccent = \"#336699{odd}\""),
            format!("[login]\nsignup = \"open{odd}\""),
            format!("[mail]\nfrom = \"{odd}gatepost@example.com\""),
        ] {
            assert!(Config::from_toml("test.toml", &toml, &[]).is_err(), "{toml:?}");
        }
        for (name, value) in [
            ("GATEPOST__TOKENS__ACCESS_TTL", format!("10m{odd}")),
            ("GATEPOST__RATE_LIMITS__ENABLED", format!("{odd}true")),
            ("GATEPOST__KEYS__ALGORITHMS", format!("RS256,{odd}PS256")),
            ("GATEPOST__SERVER__TRUSTED_PROXIES", format!("127.0.0.1,{odd}127.0.0.2")),
        ] {
            let environment = [(name.to_owned(), value.clone())];
            assert!(Config::from_toml("test.toml", "", &environment).is_err(), "{name}={value:?}");
        }
        assert!(duration::parse(&format!("10m{odd}")).is_err());
        assert!(format!("{odd}#336699").parse::<color::Color>().is_err());
    }
}

/// RFC 6749 §3.3, and every other parameter that names something.
#[apply(on_both_engines)]
async fn no_parameter_takes_an_odd_blank_for_a_blank(world: World) {
    let server = world.server_with("[rate_limits]\nenabled = false").await;
    let service = server.service().await;
    for odd in ODD {
        for (name, value) in [
            ("scope", format!("openid{odd}admin")),
            ("scope", format!("{odd}openid")),
            ("grant_type", format!("client_credentials{odd}")),
            ("resource", format!("https://api.example/{odd}")),
        ] {
            let request = if name == "grant_type" {
                server.token().by_grant(&value)
            } else {
                server.token().parameter(name, &value)
            };
            let answer = request.with_basic(&service).send().await;
            assert_eq!(answer.status, 400, "{name}={value:?}: {}", answer.text());
        }
        let renamed = service.renamed(&format!("{}{odd}", service.client_id));
        let answer = server.token().with_post(&renamed).send().await;
        // U+0085 is a control character besides, and refused as one.
        let expected = if odd.is_control() { (400, "invalid_request") } else { (401, "invalid_client") };
        answer.refusal(expected.0, expected.1);
    }
}

/// Where text is trimmed by what Unicode calls a blank, and why.
const BY_UNICODE: [(&str, &str); 9] = [
    ("domain/visible_text.rs", "whether anything is to be seen"),
    ("domain/application/name.rs", "what a name looks like"),
    ("domain/passkey.rs", "a name, which nothing is found by"),
    ("http/catalogues.rs", "a test of our own texts"),
    ("http/pages/own/check.rs", "refuses a script behind any blank"),
    ("http/portal/state.rs", "a name typed once more, as people read it"),
    ("config/database.rs", "refuses what has any blank at its ends"),
    ("http/pages/messages/scopes.rs", "whether anything is to be seen"),
    ("cli/examples.rs", "a test of our own texts"),
];

#[test]
fn texts_are_trimmed_by_ascii_blanks_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let is_test = name.ends_with("tests.rs") || name.ends_with("markup.rs");
            let trims = [".trim()", "str::trim)", "split_whitespace", ".trim_start()", ".trim_end()"];
            let is_known = BY_UNICODE.iter().any(|(known, _)| *known == name);
            if !is_test && !is_known && trims.iter().any(|trim| code.contains(trim)) {
                found.push(name);
            }
        }
    }
    assert!(found.is_empty(), "these take odd blanks for blanks: {found:?}");
}
