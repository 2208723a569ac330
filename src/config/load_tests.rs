//! Which file is read, what overrides it, and how problems are reported.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::{Config, ConfigErrors, DynamicRegistration, Loaded, Mode, Place};

pub(super) fn environment(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

/// Loads a file called `a.toml` with an environment.
pub(super) fn load(text: &str, pairs: &[(&str, &str)]) -> Result<Loaded, ConfigErrors> {
    Config::from_toml("a.toml", text, &environment(pairs))
}

/// All problems of that, one a line.
pub(super) fn problems(text: &str, pairs: &[(&str, &str)]) -> String {
    let errors = load(text, pairs).unwrap_err();
    let lines = errors.problems().iter().map(|problem| format!("{problem}\n"));
    lines.collect()
}

fn file(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

fn text_of(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_named_file_wins_over_the_variable() {
    let folder = TempDir::new().unwrap();
    let named = file(&folder, "named.toml", "[server]\nmax_connections = 1\n");
    let other = file(&folder, "other.toml", "[server]\nmax_connections = 2\n");
    let environment = environment(&[("GATEPOST_CONFIG", text_of(&other))]);
    let connections = |explicit| {
        let loaded = Config::load(explicit, &environment).unwrap();
        loaded.config.server.max_connections
    };
    assert_eq!(connections(Some(named.as_path())), 1);
    assert_eq!(connections(None), 2);
}

#[test]
fn a_named_file_that_is_missing_is_a_problem() {
    let missing = Path::new("/nonexistent/gatepost.toml");
    let text = Config::load(Some(missing), &[]).unwrap_err().to_string();
    assert!(text.contains("/nonexistent/gatepost.toml"), "{text}");
    let environment = environment(&[("GATEPOST_CONFIG", "/nonexistent/gatepost.toml")]);
    let text = Config::load(None, &environment).unwrap_err().to_string();
    assert!(text.contains("GATEPOST_CONFIG: expected a readable"), "{text}");
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let text = "[tokens]\naccess_ttl = \"1m\"\nid_ttl = \"1m\"\n";
    let loaded = load(text, &[("GATEPOST__TOKENS__ID_TTL", "2m")]).unwrap();
    let tokens = &loaded.config.tokens;
    assert_eq!(tokens.access_ttl.as_secs(), 60);
    assert_eq!(tokens.id_ttl.as_secs(), 120);
    assert_eq!(tokens.code_ttl.as_secs(), 60);
    let place = |key| loaded.sources.place_of(key).unwrap().to_string();
    assert_eq!(place("tokens.access_ttl"), "a.toml:2:14");
    assert_eq!(place("tokens.id_ttl"), "GATEPOST__TOKENS__ID_TTL");
    assert_eq!(place("tokens.code_ttl"), "default");
    assert_eq!(loaded.sources.place_of("tokens.no_such_key"), None);
}

#[test]
fn the_environment_can_say_every_kind_of_value() {
    let config = |name, value| load("", &[(name, value)]).unwrap().config;
    let server = config("GATEPOST__SERVER__MAX_CONNECTIONS", "7").server;
    assert_eq!(server.max_connections, 7);
    let limits = config("GATEPOST__RATE_LIMITS__ENABLED", "false").rate_limits;
    assert!(!limits.enabled);
    for list in ["10.0.0.0/8, ::1", "[\"10.0.0.0/8\", \"::1\"]", "[10.0.0.0/8, ::1]"] {
        let proxies = config("GATEPOST__SERVER__TRUSTED_PROXIES", list).server.trusted_proxies;
        let proxies: Vec<String> = proxies.iter().map(ToString::to_string).collect();
        assert_eq!(proxies, ["10.0.0.0/8", "::1/128"], "{list}");
    }
    let none = config("GATEPOST__APPLICATIONS__WARN_BEFORE", "[]").applications;
    assert!(none.warn_before.is_empty());
}

#[test]
fn a_file_named_by_a_variable_holds_the_value_and_loses_one_newline() {
    let folder = TempDir::new().unwrap();
    let unix = file(&folder, "unix", "login@example.com\n");
    let windows = file(&folder, "windows", "login@example.com\r\n");
    for path in [unix, windows] {
        let loaded = load("", &[("GATEPOST__MAIL__FROM_FILE", text_of(&path))]).unwrap();
        assert_eq!(loaded.config.mail_sender().address, "login@example.com");
        let place = loaded.sources.place_of("mail.from").unwrap().to_string();
        assert_eq!(place, format!("{} (named by GATEPOST__MAIL__FROM_FILE)", path.display()));
    }
    let two = file(&folder, "two", "sqlite://a.db\n\n");
    let text = problems("", &[("GATEPOST__DATABASE__URL_FILE", text_of(&two))]);
    assert!(text.contains("must not hold line breaks"), "{text}");
}

#[test]
fn a_value_and_a_file_for_the_same_key_are_refused() {
    let both = [("GATEPOST__MAIL__FROM", "a@example.com"), ("GATEPOST__MAIL__FROM_FILE", "/run/secrets/from")];
    let expected = "GATEPOST__MAIL__FROM: mail.from: it is set twice; expected either GATEPOST__MAIL__FROM or GATEPOST__MAIL__FROM_FILE, not both\n";
    assert_eq!(problems("", &both), expected);
}

#[test]
fn a_file_that_cannot_be_read_or_is_empty_is_refused() {
    let text = problems("", &[("GATEPOST__MAIL__URL_FILE", "/nonexistent/mail")]);
    assert!(
        text.starts_with("GATEPOST__MAIL__URL_FILE: mail.url: expected a readable file, but \"/nonexistent/mail\""),
        "{text}"
    );
    let folder = TempDir::new().unwrap();
    let empty = file(&folder, "empty", "\n");
    let text = problems("", &[("GATEPOST__MAIL__URL_FILE", text_of(&empty))]);
    assert!(text.contains("the file is empty"), "{text}");
}

#[test]
fn what_a_named_file_holds_is_never_quoted() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "secret", "hunter2");
    let text = problems("", &[("GATEPOST__SERVER__LISTEN_FILE", text_of(&path))]);
    assert!(text.contains(text_of(&path)) && !text.contains("hunter2"), "{text}");
}

/// Compose files set a variable to the empty text to leave it out.
#[test]
fn an_empty_variable_counts_as_unset_and_a_blank_one_is_refused() {
    let unset = [("GATEPOST__KEYS__MASTER_KEY", ""), ("GATEPOST__MAIL__URL_FILE", ""), ("GATEPOST__SERVER__LISEN", "")];
    assert!(load("", &unset).is_ok());
    let text = problems("", &[("GATEPOST__KEYS__MASTER_KEY", " ")]);
    assert!(text.starts_with("GATEPOST__KEYS__MASTER_KEY: keys.master_key: it is blank"), "{text}");
}

#[test]
fn an_unknown_key_is_refused_with_its_place_and_the_nearest_known_one() {
    let unknown = |text| problems(text, &[]);
    assert_eq!(unknown("[server]\nlisen = 1\n"), "a.toml:2:1: server.lisen: unknown key; did you mean listen?\n");
    assert_eq!(unknown("[sever]\n"), "a.toml:1:2: sever: unknown section; did you mean server?\n");
    assert_eq!(
        unknown("listen = 1\n"),
        "a.toml:1:1: listen: unknown key outside of a section; did you mean server.listen?\n"
    );
    assert_eq!(
        unknown("[log]\ncolour = true\n"),
        "a.toml:2:1: log.colour: unknown key; expected one of format, level\n"
    );
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest_known_one() {
    let unknown = |name| problems("", &[(name, "1")]);
    assert_eq!(
        unknown("GATEPOST__SERVER__LISEN"),
        "GATEPOST__SERVER__LISEN: unknown variable; did you mean GATEPOST__SERVER__LISTEN?\n"
    );
    assert_eq!(
        unknown("GATEPOST__KEYS__MASTERKEY_FILE"),
        "GATEPOST__KEYS__MASTERKEY_FILE: unknown variable; did you mean GATEPOST__KEYS__MASTER_KEY_FILE?\n"
    );
    assert_eq!(unknown("GATEPOST__COLOUR"), "GATEPOST__COLOUR: unknown variable; expected GATEPOST__SECTION__KEY\n");
    assert!(unknown("GATEPOST__COLOUR__OF_BUTTONS").contains("there is no key colour.of_buttons"));
    assert!(load("", &[("GATEPOST_CONFIG", "x"), ("PATH", "y")]).is_ok());
}

#[test]
fn lists_of_tables_come_from_the_file_only() {
    for name in ["GATEPOST__SCOPES", "GATEPOST__RESOURCES__0__NAME", "GATEPOST__APPLICATIONS__0__CLIENT_ID"] {
        let text = problems("", &[(name, "x")]);
        assert!(text.contains("are read from the configuration file only"), "{text}");
    }
}

#[test]
fn a_file_that_is_not_toml_is_refused_without_quoting_the_line() {
    let text = problems("[keys]\nmaster_key = \"hunter2\n", &[("GATEPOST__SERVER__LISEN", "1")]);
    assert!(text.starts_with("a.toml:2:"), "{text}");
    assert!(text.contains("not TOML"), "{text}");
    assert!(text.contains("did you mean GATEPOST__SERVER__LISTEN"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let text = "[tokens]\naccess_ttl = \"ten\"\n[server]\nlisten = \"x\"\nissuer = 5\n";
    let errors = load(text, &[("GATEPOST__LOG__LEVEL", "loud")]).unwrap_err();
    let shown = errors.to_string();
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 5, "{shown}");
    assert_eq!(lines[0], "the configuration has 4 problems:");
    assert!(lines[1].starts_with("  a.toml:2:14: tokens.access_ttl: expected a duration such as"), "{shown}");
    assert!(lines[2].starts_with("  a.toml:4:10: server.listen: expected an IP address and a port"), "{shown}");
    assert!(lines[3].starts_with("  a.toml:5:10: server.issuer: expected the public address"), "{shown}");
    assert!(lines[4].starts_with("  GATEPOST__LOG__LEVEL: log.level: expected off, error"), "{shown}");
}

#[test]
fn development_needs_a_loopback_issuer() {
    let public = load("[server]\nissuer = \"https://example.com\"\n", &[]).unwrap();
    let errors = public.validate(Mode::Development).unwrap_err().to_string();
    assert!(errors.contains("a.toml:2:10: server.issuer: expected a loopback host"), "{errors}");
    assert_eq!(public.validate(Mode::Serve), Ok(()));
    assert_eq!(load("", &[]).unwrap().validate(Mode::Development), Ok(()));
}

#[test]
fn development_has_defaults_of_its_own_which_anybody_may_set() {
    let scopes = |loaded: &Loaded| loaded.config.self_service.scopes.contains("admin");
    let plain = load("", &[]).unwrap();
    assert!(!scopes(&plain) && !plain.config.consent.remember_loopback);
    assert_eq!(plain.config.registration.dynamic, DynamicRegistration::Off);
    let trying = plain.in_development();
    assert!(scopes(&trying) && trying.config.consent.remember_loopback);
    assert_eq!(trying.config.registration.dynamic, DynamicRegistration::Open);
    for key in ["login.signup", "self_service.scopes", "registration.dynamic", "consent.remember_loopback"] {
        assert_eq!(trying.sources.place_of(key), Some(&Place::Development), "{key}");
    }
    assert!(trying.show_text().contains("login.signup = \"open\""), "{}", trying.show_text());
    let set = "[self_service]\nscopes = [\"openid\"]\n[consent]\nremember_loopback = false\n\
               [registration]\ndynamic = \"token\"\n";
    let set = load(set, &[]).unwrap().in_development();
    assert!(!scopes(&set) && !set.config.consent.remember_loopback);
    assert_ne!(set.sources.place_of("self_service.scopes"), Some(&Place::Development));
    assert_eq!(set.config.registration.dynamic, DynamicRegistration::Token);
}

#[test]
fn mail_is_required_where_it_is_asked_for() {
    let without = load("", &[]).unwrap();
    assert_eq!(without.validate(Mode::Serve), Ok(()));
    assert!(without.require_mail().unwrap_err().to_string().contains("mail.url"));
    let with = load("[mail]\nurl = \"smtp://mail:1025\"\n", &[]).unwrap();
    assert_eq!(with.require_mail(), Ok(()));
}

#[test]
fn a_default_has_the_place_default() {
    let loaded = load("", &[]).unwrap();
    assert_eq!(loaded.sources.place_of("log.level"), Some(&Place::Default));
}

proptest! {
    #[test]
    fn any_file_is_read_or_refused_with_what_is_wrong(
        text in "\\PC{0,60}",
        section in "\\[(server|login|tokens|mail|log|database|nonsense)\\]|\\[\\[(applications|scopes|resources)\\]\\]|",
        lines in "((issuer|listen|url|from|client_id|name|type|redirect_uris|access_ttl|link_ttl|level) = (\"[^\"\\\\\\p{Cc}]{0,12}\"|[0-9]{1,6}|true|\\[\\]|\\[1, \"a\"\\])\n){0,4}",
    ) {
        for file in [text, format!("{section}\n{lines}")] {
            if let Err(errors) = load(&file, &[]) {
                prop_assert!(!errors.problems().is_empty(), "{file}");
            }
        }
    }
}
