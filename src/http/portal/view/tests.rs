//! What holds for every page of the portal, in every language, with any names.

use std::collections::HashSet;

use super::samples::{Pages, Sample};
use crate::domain::language::{Language, Texts as _};
use crate::http::pages::view::markup::tags;
use crate::http::portal::messages::PortalMessages;

/// A name from right to left, and one that fills the line.
const AWKWARD: [&str; 2] = [
    "שירות הנאמנות הגדול",
    "a_name_that_nobody_could_ever_want_to_break_into_lines_at_any_place_whatsoever_because_it_has_no_place_for_that",
];

/// What an attacker calls an application.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

fn pages(language: Language, name: &'static str) -> Pages {
    Sample { t: PortalMessages::of(language), app: name, person: name }.pages()
}

/// The texts of a catalogue that cannot stand in a page by accident: what is left of them without their gaps.
fn pieces(language: Language) -> Vec<(String, String)> {
    let own = PortalMessages::of(language).texts().into_iter();
    let all = own.chain(PortalMessages::of(language).webhooks.texts());
    let piece = |text: &str| text.split(['{', '}']).max_by_key(|piece| piece.len()).unwrap_or_default().to_owned();
    all.map(|(place, text)| (place, piece(&text))).collect()
}

#[test]
fn a_page_has_nothing_of_english_in_it_in_another_language() {
    let english = pieces(Language::English);
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        // Some have a word in common with English.
        let both = english.iter().zip(pieces(language)).filter(|(one, other)| one.1 != other.1);
        let english: Vec<_> = both.map(|(one, _)| one).filter(|(_, piece)| piece.len() > 11).collect();
        assert!(english.len() > 200, "{}", english.len());
        for (name, html) in pages(language, "Orders") {
            for (place, piece) in &english {
                assert!(!html.contains(piece.trim()), "{name} in {language:?} has the English {place}: {piece}");
            }
            for word in [" and ", " the ", " which ", " with ", " your "] {
                assert!(!html.contains(word), "{name} in {language:?} has the word{word}: {html}");
            }
        }
    }
}

#[test]
fn every_page_is_in_its_language_and_whole() {
    for language in Language::ALL {
        for (name, html) in pages(language, HOSTILE) {
            let tags = tags(&html);
            let lang = tags.iter().find(|tag| tag.name == "html").unwrap().attribute("lang");
            assert_eq!(lang, Some(language.tag()), "{name}");
            assert!(!html.contains("<script>") && !html.contains("<img"), "{name}: {html}");
            assert_eq!(tags.iter().filter(|tag| tag.name == "h1").count(), 1, "{name}");
            let ids: Vec<_> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
            assert_eq!(ids.len(), ids.iter().collect::<HashSet<_>>().len(), "{name}: {ids:?}");
            for gap in ["{}", "{name}", "{at}", "{algorithm}", "{rule}"] {
                assert!(!html.replace(">{}<", "><").contains(gap), "{name} in {language:?} shows the gap {gap}");
            }
        }
    }
}

/// What is written from right to left would turn around the sentence that it stands in, if it were not set apart.
#[test]
fn a_name_in_a_sentence_is_set_apart_from_it() {
    for language in Language::ALL {
        for (at, name) in AWKWARD.into_iter().enumerate() {
            let begin: String = name.chars().take(12).collect();
            for (page, html) in pages(language, name) {
                let body = html.split("<main").nth(1).unwrap();
                let bare = body.match_indices(&begin).filter(|(at, _)| {
                    let before = &body[..*at];
                    !before.ends_with("<bdi>") && !before.ends_with("value=\"") && !is_hidden(before)
                });
                assert_eq!(bare.count(), 0, "{page} in {language:?}, name {at}: {body}");
            }
        }
    }
}

/// Whether what follows is read aloud only, after a colon.
fn is_hidden(before: &str) -> bool {
    before.ends_with("<span class=\"hidden\">: ")
}
