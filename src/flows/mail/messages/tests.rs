//! What holds for every text of every mail, in every language.

use std::collections::{BTreeSet, HashMap};

use super::MailMessages;
use crate::domain::language::{Language, Sentence, Texts as _};

/// Words that another language has in common with English.
const SHARED: [&str; 2] = ["1 minute", "{} minutes"];

fn texts(language: Language) -> HashMap<String, String> {
    MailMessages::of(language).texts().into_iter().collect()
}

fn gaps(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(gap, _)| gap).collect()
}

#[test]
fn every_text_is_there_and_has_the_gaps_that_it_has_in_english() {
    let english = texts(Language::English);
    for language in Language::ALL {
        let translated = texts(language);
        assert_eq!(translated.len(), english.len(), "{language:?}");
        for (place, text) in &translated {
            assert!(!text.trim().is_empty(), "{language:?}{place}");
            assert_eq!(gaps(text), gaps(&english[place]), "{language:?}{place}: {text}");
        }
    }
}

#[test]
fn no_text_was_left_in_english() {
    let english = texts(Language::English);
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        for (place, text) in texts(language) {
            assert!(text != english[&place] || SHARED.contains(&text.as_str()), "{language:?}{place}: {text}");
        }
    }
}

#[test]
fn french_breaks_no_line_before_a_mark() {
    for (place, text) in texts(Language::French) {
        for mark in [" :", " ;", " ?", " !"] {
            assert!(!text.contains(mark), "{place}: {text}");
        }
    }
}

#[test]
fn a_gap_takes_any_value_whole() {
    let awkward = ["חנות הספרים", "{id} {name}", "a_word_without_an_end_".repeat(9).leak() as &str];
    for language in Language::ALL {
        for (place, text) in texts(language) {
            let names = gaps(&text);
            for value in awkward {
                let values: Vec<(&str, &str)> = names.iter().map(|name| (*name, value)).collect();
                let filled = Sentence(text.clone().leak()).with(&values);
                assert!(filled.matches(value).count() >= names.len(), "{language:?}{place}: {filled}");
            }
        }
    }
}
