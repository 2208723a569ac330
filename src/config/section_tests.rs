//! What each section accepts and refuses, and the rules between keys.

use std::time::Duration;

use super::load_tests::{load, problems};
use super::{Config, DatabaseUrl, LogFormat};
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::protocol::jose::SigningAlgorithm;

/// The problem of one key of one section.
fn problem(section: &str, line: &str) -> String {
    problems(&format!("[{section}]\n{line}\n"), &[])
}

fn config(text: &str) -> Config {
    load(text, &[]).unwrap().config
}

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#[test]
fn the_defaults_are_those_of_the_documentation() {
    let config = Config::default();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.issuer.as_str(), "http://localhost:8080");
    assert_eq!(config.server.management_listen.to_string(), "127.0.0.1:9090");
    assert!(config.server.trusted_proxies.is_empty());
    let path = "data/gatepost.db".into();
    assert_eq!(config.database.url, DatabaseUrl::Sqlite { path });
    assert_eq!(config.keys.algorithm, SigningAlgorithm::Rs256);
    assert!(config.keys.master_key.is_none());
    assert_eq!(config.login.link_mode, LinkMode::Auto);
    assert_eq!(config.login.unknown_account, UnknownAccount::Reject);
    assert!(config.mail.url.is_none());
    assert_eq!(config.log.format, LogFormat::Text);
    assert!(config.rate_limits.enabled);
    assert_eq!(config.mail_sender().to_string(), "gatepost@localhost");
}

#[test]
fn the_default_spans_are_those_of_the_documentation() {
    let config = Config::default();
    let days = |duration: Duration| duration.as_secs_f64() / 86_400.0;
    let life = &config.applications;
    let spans = [
        (config.keys.rotate_every, 90.0),
        (config.keys.announce_for, 14.0),
        (config.tokens.refresh_ttl, 30.0),
        (life.deactivate_after, 28.0),
        (life.delete_after, 84.0),
        (life.warn_before[0], 7.0),
        (life.warn_before[1], 1.0),
        (life.undelete_for, 30.0),
    ];
    for (span, expected) in spans {
        assert!((days(span) - expected).abs() < f64::EPSILON, "{span:?}");
    }
    let tokens = &config.tokens;
    let spans = [tokens.access_ttl, tokens.code_ttl, tokens.id_ttl, config.login.link_ttl];
    assert_eq!(spans.map(|span| span.as_secs()), [600, 60, 600, 900]);
    let day = Duration::from_hours(24);
    assert_eq!(config.keys.retire_after_or(day), 2 * day);
}

#[test]
fn a_value_of_the_wrong_type_is_refused_with_what_was_found() {
    let found = |section, line| problem(section, line);
    assert!(found("server", "listen = 8080").contains("expected an IP address and a port"));
    assert!(found("server", "listen = 8080").contains("found 8080"));
    assert!(found("server", "max_connections = \"8\"").contains("expected a whole number, found \"8\""));
    assert!(found("server", "max_connections = -1").contains("found -1"));
    assert!(found("server", "max_connections = 1.5").contains("found 1.5"));
    assert!(found("rate_limits", "enabled = \"yes\"").contains("expected true or false, found \"yes\""));
    assert!(found("tokens", "access_ttl = 600").contains("expected a duration such as"));
    assert!(found("tokens", "access_ttl = 1979-05-27").contains("found 1979-05-27"));
    assert!(found("server", "trusted_proxies = \"::1\"").contains("expected a list"));
    assert!(found("mail", "from = []").contains("found a list"));
    assert!(problems("server = 1\n", &[]).contains("expected a section, [server], found 1"));
    assert!(problems("[[log]]\n", &[]).contains("expected a section, [log], found a list"));
}

#[test]
fn an_item_of_a_list_is_refused_at_its_own_place() {
    let text = problem("server", "trusted_proxies = [\"::1\", \"proxy\"]");
    assert!(text.starts_with("a.toml:2:27: server.trusted_proxies: expected an IP address or a network"), "{text}");
}

#[test]
fn a_word_that_is_no_choice_is_refused_with_the_choices() {
    let text = problem("login", "link_mode = \"fast\"");
    assert!(text.contains("expected one of these: \"auto\" \"direct\" \"confirm\", found \"fast\""), "{text}");
    assert!(problem("keys", "algorithm = \"HS256\"").contains("\"EdDSA\""));
    assert!(problem("keys", "algorithm = \"rs256\"").contains("\"RS256\""));
}

#[test]
fn spans_and_numbers_out_of_bounds_are_refused_with_the_bounds() {
    let text = problem("tokens", "access_ttl = \"0s\"");
    assert!(text.contains("from 1s to 366d, found \"0s\""), "{text}");
    assert!(problem("tokens", "access_ttl = \"367d\"").contains("from 1s to 366d"));
    assert!(problem("tokens", "code_ttl = \"11m\"").contains("from 1s to 10m"));
    assert!(problem("tokens", "id_ttl = \"1500ms\"").contains("expected whole seconds"));
    assert!(problem("login", "link_ttl = \"2h\"").contains("from 1s to 1h"));
    assert!(problem("database", "max_connections = 0").contains("from 1 to 1000"));
    assert!(problem("rate_limits", "mail_per_ip_burst = 0").contains("from 1 to"));
    assert!(problem("keys", "retire_after = \"0s\"").contains("from 1s to"));
    assert!(config("[tokens]\nrefresh_grace = \"0s\"\n").tokens.refresh_grace.is_zero());
}

#[test]
fn postgresql_needs_a_master_key() {
    let url = ("GATEPOST__DATABASE__URL", "postgres://db/gatepost");
    let text = problems("", &[url]);
    assert!(text.starts_with("GATEPOST__DATABASE__URL: keys.master_key: it is missing"), "{text}");
    assert!(load("", &[url, ("GATEPOST__KEYS__MASTER_KEY", KEY)]).is_ok());
    let text = problems("", &[url, ("GATEPOST__KEYS__MASTER_KEY", "short")]);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(!text.contains("found"), "{text}");
}

#[test]
fn the_announcement_is_shorter_than_the_rotation() {
    let text = problems("[keys]\nrotate_every = \"7d\"\nannounce_for = \"7d\"\n", &[]);
    assert!(
        text.starts_with("a.toml:3:16: keys.announce_for: expected less than keys.rotate_every, which is 7d"),
        "{text}"
    );
}

#[test]
fn who_shortens_only_the_rotation_gets_an_announcement_that_fits() {
    let loaded = load("", &[("GATEPOST__KEYS__ROTATE_EVERY", "2s")]).unwrap();
    assert_eq!(loaded.config.keys.announce_for.as_secs(), 1);
    assert!(loaded.show_text().contains("keys.announce_for = \"1s\""));
}

#[test]
fn who_shortens_only_the_life_of_applications_gets_sweeps_and_warnings_that_fit() {
    let short = [("GATEPOST__APPLICATIONS__DEACTIVATE_AFTER", "2s"), ("GATEPOST__APPLICATIONS__DELETE_AFTER", "4s")];
    let life = load("", &short).unwrap().config.applications;
    assert!(life.warn_before.is_empty());
    assert_eq!(life.sweep_every.as_millis(), 500);
    let shorter =
        [("GATEPOST__APPLICATIONS__DEACTIVATE_AFTER", "200ms"), ("GATEPOST__APPLICATIONS__DELETE_AFTER", "1ms")];
    assert!(load("", &shorter).is_err());
    let life = config("[applications]\ndeactivate_after = \"2ms\"\ndelete_after = \"200ms\"\n").applications;
    assert_eq!((life.deactivate_after.as_millis(), life.sweep_every.as_millis()), (2, 10));
    assert_eq!(Config::default().applications.sweep_every.as_secs(), 3600);
}

#[test]
fn applications_are_deleted_after_they_are_deactivated() {
    let text = problem("applications", "deactivate_after = \"100d\"");
    assert!(text.starts_with("a.toml:2:20: applications.delete_after: expected more than"), "{text}");
}

#[test]
fn warnings_come_before_deactivation_and_are_sorted() {
    assert!(problem("applications", "warn_before = [\"28d\"]").contains("below applications.deactivate_after"));
    assert!(problem("applications", "warn_before = [\"0s\"]").contains("above 0s"));
    let life = config("[applications]\nwarn_before = [\"1d\", \"7d\", \"1d\"]\n").applications;
    let days: Vec<u64> = life.warn_before.iter().map(|span| span.as_secs() / 86_400).collect();
    assert_eq!(days, [7, 1]);
}

#[test]
fn the_two_listeners_have_addresses_of_their_own() {
    let text = problem("server", "management_listen = \"127.0.0.1:8080\"");
    assert!(text.contains("expected another address than server.listen"), "{text}");
    let zero = "[server]\nlisten = \"127.0.0.1:0\"\nmanagement_listen = \"127.0.0.1:0\"\n";
    assert!(load(zero, &[]).is_ok());
}

#[test]
fn a_bad_secret_is_not_quoted() {
    for (section, line) in [
        ("database", "url = \"mysql://hunter2\""),
        ("mail", "url = \"http://hunter2\""),
        ("keys", "master_key = \"hunter2\""),
    ] {
        let text = problem(section, line);
        assert!(text.starts_with("a.toml:2:"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn mail_from_an_address_literal_is_written_as_smtp_wants_it() {
    let sender = |issuer: &str| config(&format!("[server]\nissuer = \"{issuer}\"\n")).mail_sender().address;
    assert_eq!(sender("http://127.0.0.1:8080"), "gatepost@[127.0.0.1]");
    assert_eq!(sender("http://[::1]:8080"), "gatepost@[IPv6:::1]");
    assert_eq!(sender("https://login.example.com"), "gatepost@login.example.com");
}
