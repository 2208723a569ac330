//! What holds for every text of every page, in every language.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::Messages;
use crate::domain::language::{Language, Texts as _};

/// Words that another language has in common with English.
const SHARED: [&str; 11] =
    ["Browser", "Code", "Details", "Error:", "Name", "No", "Passkeys", "Privacy", "Program", "1 minute", "{} minutes"];

fn texts(language: Language) -> HashMap<String, String> {
    Messages::of(language).texts().into_iter().collect()
}

fn translations() -> impl Iterator<Item = Language> {
    Language::ALL.into_iter().filter(|language| *language != Language::English)
}

#[test]
fn no_text_is_empty_or_without_the_gap_that_it_has_in_english() {
    let english = texts(Language::English);
    for language in Language::ALL {
        let translated = texts(language);
        assert_eq!(translated.len(), english.len(), "{language:?}");
        for (place, text) in translated {
            assert!(!text.trim().is_empty(), "{language:?}{place}");
            let gaps = |text: &str| text.matches("{}").count();
            assert_eq!(gaps(&text), gaps(&english[&place]), "{language:?}{place}: {text}");
        }
    }
}

#[test]
fn no_text_was_left_in_english() {
    let english = texts(Language::English);
    for language in translations() {
        for (place, text) in texts(language) {
            let same = text == english[&place] && !SHARED.contains(&text.as_str());
            assert!(!same, "{language:?}{place} is English: {text}");
        }
    }
}

#[test]
fn a_sentence_ends_as_it_does_in_english() {
    let end = |text: &str| text.chars().next_back().filter(|last| ".?…".contains(*last));
    let english = texts(Language::English);
    for language in translations() {
        for (place, text) in texts(language) {
            // A question of one language may be a heading of another.
            let meant = end(&english[&place]).filter(|last| *last == '.');
            assert!(meant.is_none() || end(&text) == meant, "{language:?}{place}: {text}");
        }
    }
}

/// The address of nobody, and the shape of a code, are no words.
#[test]
fn an_example_is_the_same_in_every_language() {
    let english = texts(Language::English);
    for language in translations() {
        let translated = texts(language);
        for (place, text) in &english {
            for example in ["name@example.com", "ABCD-2345", "BCDF-GHJK"] {
                assert_eq!(text.contains(example), translated[place].contains(example), "{language:?}{place}");
            }
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

/// The compiler refuses a text that is missing; this finds one that no page shows.
#[test]
fn every_text_is_shown_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join("src/http/pages/messages");
    let files = [root.join("templates"), root.join("src/http")].into_iter().flat_map(|folder| files_below(&folder));
    let shown: Vec<String> = files
        .filter(|path| {
            path.parent() != Some(own.as_path()) || path.ends_with("phrases.rs") || path.ends_with("scopes.rs")
        })
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let shown = shown.concat();
    let named: HashSet<&str> = shown.split('.').map(first_word).collect();
    for (place, text) in texts(Language::English) {
        let forms = ["", "one", "few", "many"];
        let field = place.split('.').rfind(|part| !forms.contains(part) && part.parse::<usize>().is_err()).unwrap();
        assert!(named.contains(field), "nothing shows {place}: {text}");
    }
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
