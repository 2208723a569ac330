//! What holds for every text of the operator pages, in every language.

use super::OperatorMessages;
use crate::domain::language::Texts as _;
use crate::http::catalogues::Catalogue;

const CATALOGUE: Catalogue = Catalogue {
    texts: |language| OperatorMessages::of(language).texts(),
    shared: &[
        ".",
        "1 active",
        "1 operator",
        "Account",
        "Accounts",
        "Applications",
        "Audiences",
        "Grants",
        "Name",
        "Portal",
        "Resources",
        "Scopes",
        "Tokens",
        "Webhooks",
        "active",
        "passkey",
    ],
    folder: "src/http/admin/messages",
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

#[test]
fn marks_and_quotes_are_those_of_the_language() {
    CATALOGUE.is_set_well();
}

#[test]
fn every_text_is_shown_somewhere() {
    CATALOGUE.is_shown();
}
