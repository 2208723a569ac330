//! What holds for every text of every page, in every language.

use super::Messages;
use crate::domain::language::{Language, Texts as _};
use crate::http::catalogues::{Catalogue, translations};

const CATALOGUE: Catalogue = Catalogue {
    texts: |language| Messages::of(language).texts(),
    shared: &[
        "Browser",
        "Code",
        "Details",
        "Error:",
        "Name",
        "No",
        ".",
        "Parameter",
        "Passkeys",
        "Privacy",
        "Scope:",
        "Text",
        "problem",
        "Program",
        "{day}: {issued}, {failed}",
        "Tokens",
        "1 minute",
        "{} minutes",
        "{day}: {issued}, {failed}",
    ],
    folder: "src/http/pages/messages",
};

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

/// The address of nobody, and the shape of a code, are no words.
#[test]
fn an_example_is_the_same_in_every_language() {
    let english = Messages::of(Language::English).texts();
    for language in translations() {
        let translated = Messages::of(language).texts();
        for ((place, text), (_, translation)) in english.iter().zip(&translated) {
            for example in ["name@example.com", "ABCD-2345", "BCDF-GHJK"] {
                assert_eq!(text.contains(example), translation.contains(example), "{language:?}{place}");
            }
        }
    }
}

#[test]
fn marks_and_quotes_are_those_of_the_language() {
    CATALOGUE.is_set_well();
}

#[test]
fn every_text_is_shown_somewhere() {
    CATALOGUE.is_shown();
}
