//! The sample file and the code say the same.

use std::collections::BTreeSet;

use super::provisioning_tests::application_keys;
use super::{Config, Loaded, Place};

const SAMPLE: &str = include_str!("../../config/gatepost.toml");

fn load(text: &str) -> Loaded {
    Config::from_toml("config/gatepost.toml", text, &[]).unwrap()
}

/// The sample with every `#key = value` uncommented.
fn every_setting_live() -> String {
    let live = |line: &str| match line.strip_prefix('#') {
        Some(setting) if setting.starts_with(char::is_alphabetic) && !setting.ends_with('=') => setting.to_owned(),
        _ => line.to_owned(),
    };
    SAMPLE.lines().map(|line| live(line) + "\n").collect()
}

/// The sample with only its examples of declarations uncommented.
fn every_example_live() -> String {
    let examples = SAMPLE.split_once("# [[applications]]").unwrap().1;
    let live = |line: &str| match line.strip_prefix("# ") {
        Some(setting) if setting.starts_with("[[") || setting.contains(" = ") => {
            format!("{setting}\n")
        }
        _ => String::new(),
    };
    let examples: String = examples.lines().map(live).collect();
    format!("[[applications]]\n{examples}")
}

#[test]
fn the_sample_as_shipped_sets_nothing() {
    let loaded = load(SAMPLE);
    let places = loaded.sources.settings().iter().map(|setting| &setting.place);
    assert!(places.into_iter().all(|place| *place == Place::Default));
}

#[test]
fn the_sample_shows_every_setting_with_its_default() {
    let defaults = Config::from_toml("none", "", &[]).unwrap();
    let sample = load(&every_setting_live());
    for setting in defaults.sources.settings() {
        let key = &setting.key;
        let shown = sample.sources.settings().iter().find(|shown| shown.key == *key);
        assert_eq!(shown.unwrap().value, setting.value, "{key}");
        let is_written = !sample.sources.is_default(key);
        let (section, name) = key.split_once('.').unwrap();
        let (_, section) = SAMPLE.split_once(&format!("\n[{section}]\n")).unwrap();
        let section = section.split("\n[").next().unwrap();
        let is_named = section.contains(&format!("\n#{name} =\n"));
        assert_eq!(is_written, !setting.value.is_null(), "{key}");
        assert_eq!(is_named, setting.value.is_null(), "{key}");
    }
}

#[test]
fn every_setting_of_the_sample_is_explained() {
    for (before, line) in SAMPLE.lines().zip(SAMPLE.lines().skip(1)) {
        let is_setting = line.starts_with('#') && line[1..].starts_with(char::is_alphabetic);
        assert!(!is_setting || before.starts_with("# "), "{line}");
    }
}

#[test]
fn the_examples_of_the_sample_show_every_key_of_what_is_declared() {
    let examples = every_example_live();
    let key = |line: &str| line.split_once(" = ").map(|(key, _)| key.to_owned());
    let shown: BTreeSet<String> = examples.lines().filter_map(key).collect();
    for key in application_keys() {
        let is_named = shown.contains(key) || SAMPLE.contains(&format!("or {key}"));
        assert!(is_named, "{key}");
    }
}

#[test]
fn the_examples_of_the_sample_are_good_but_for_the_secret_that_is_not_there() {
    let examples = every_example_live().replace("client_secret_file", "client_secret");
    let config = load(&examples).config;
    let declared = config.provisioning.applications[0].settings.create("", config.keys.algorithm).unwrap();
    assert_eq!(declared.name, "Nightly reports");
    assert_eq!(config.provisioning.scopes[0].name, "admin");
    assert_eq!(config.provisioning.resources[0].scopes, ["admin"]);
}

#[test]
fn declared_applications_can_be_added_to_the_sample() {
    let text = format!("{SAMPLE}\n[[applications]]\nclient_id = \"reports\"\n");
    let config = load(&text).config;
    assert_eq!(config.provisioning.applications[0].client_id, "reports");
}
