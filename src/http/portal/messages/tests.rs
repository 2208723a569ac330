//! What holds for every text of the portal, in every language.

use std::collections::BTreeSet;

use super::PortalMessages;
use super::settings::field_of;
use crate::domain::application::{Place, SETTINGS, Shape};
use crate::domain::language::{Language, Texts as _};
use crate::http::catalogues::{Catalogue, translations};

const CATALOGUE: Catalogue = Catalogue {
    texts: |language| PortalMessages::of(language).texts(),
    shared: &["Account", "Active", "App", "Applications", "Discovery", "Issuer", "No", "Portal", "Webhook", "Webhooks"],
    folder: "src/http/portal/messages",
};

/// What a setting or a value is called in English and another language alike.
const SHARED_BY_SETTINGS: [&str; 4] = ["Audiences", "Name", "RFC 9068: typ is at+jwt", "Scopes"];

#[test]
fn no_text_is_empty_or_without_the_gap_that_it_has_in_english() {
    CATALOGUE.is_complete();
}

#[test]
fn no_text_was_left_in_english() {
    CATALOGUE.is_translated();
}

#[test]
fn a_sentence_ends_as_it_does_in_english() {
    CATALOGUE.ends_as_in_english();
}

#[test]
fn marks_and_quotes_are_those_of_the_language() {
    CATALOGUE.is_set_well();
}

#[test]
fn every_text_is_shown_somewhere() {
    CATALOGUE.is_shown();
}

/// Every setting that people meet and every value that they choose has its text, and every text its setting or value.
#[test]
fn every_setting_and_value_is_named_in_every_language() {
    let shown = SETTINGS.iter().filter(|setting| setting.place != Place::Nowhere);
    let mut fields = BTreeSet::new();
    for setting in shown {
        fields.insert(setting.name.to_owned());
        let (Shape::Choice(_, choices) | Shape::Ticks(_, choices)) = setting.shape else { continue };
        let chosen = choices().into_iter().filter(|choice| choice.words != choice.name);
        fields.extend(chosen.map(|choice| field_of(setting, &choice)));
    }
    for language in translations() {
        let texts = PortalMessages::of(language).settings.unwrap().all();
        let named: BTreeSet<_> = texts.iter().map(|(field, _)| (*field).to_owned()).collect();
        assert_eq!(named, fields, "{language:?}");
        assert!(texts.iter().all(|(_, text)| !text.trim().is_empty() && !text.contains(['\'', '"'])), "{language:?}");
    }
}

#[test]
fn no_setting_was_left_in_english() {
    for language in translations() {
        let t = PortalMessages::of(language);
        for setting in SETTINGS.iter().filter(|setting| setting.place != Place::Nowhere) {
            let both = [(setting.label, t.setting_label(setting)), (setting.help, t.setting_help(setting))];
            let choices = match setting.shape {
                Shape::Choice(_, choices) | Shape::Ticks(_, choices) => choices(),
                _ => Vec::new(),
            };
            let values = choices.iter().filter(|choice| choice.words != choice.name);
            for (english, translated) in
                both.into_iter().chain(values.map(|one| (one.words, t.value_words(setting, one))))
            {
                let same = english == translated && !SHARED_BY_SETTINGS.contains(&english);
                assert!(!same, "{language:?}: {english}");
                assert_eq!(english.ends_with('.'), translated.ends_with('.'), "{language:?}: {translated}");
            }
        }
        for mark in [" :", " ;", " ?", " !"] {
            let french = language == Language::French;
            assert!(!french || t.settings.unwrap().all().iter().all(|(_, text)| !text.contains(mark)), "{mark}");
        }
    }
}

/// In English the words are those of the table, which the API and the command line show as well.
#[test]
fn in_english_a_setting_is_called_what_the_table_calls_it() {
    let t = PortalMessages::of(Language::English);
    for setting in &SETTINGS {
        assert_eq!((t.setting_label(setting), t.setting_help(setting)), (setting.label, setting.help));
    }
}
