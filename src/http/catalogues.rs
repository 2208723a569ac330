//! What holds for every text of a catalogue of pages, in every language.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::language::Language;

/// A catalogue with one translation for each language.
pub(in crate::http) struct Catalogue {
    /// Its texts, each with where it stands.
    pub(in crate::http) texts: fn(Language) -> Vec<(String, String)>,
    /// Texts that another language has in common with English.
    pub(in crate::http) shared: &'static [&'static str],
    /// The folder that it is written in.
    pub(in crate::http) folder: &'static str,
}

/// The languages besides English.
pub(in crate::http) fn translations() -> impl Iterator<Item = Language> {
    Language::ALL.into_iter().filter(|language| *language != Language::English)
}

/// What stands in the gaps of a text: names, or nothing.
fn gaps(text: &str) -> Vec<&str> {
    let opened = text.split('{').skip(1);
    let mut gaps: Vec<&str> = opened.filter_map(|rest| Some(rest.split_once('}')?.0)).collect();
    gaps.sort_unstable();
    gaps
}

impl Catalogue {
    fn in_language(&self, language: Language) -> HashMap<String, String> {
        (self.texts)(language).into_iter().collect()
    }

    /// No text is empty, or without a gap that it has in English.
    pub(in crate::http) fn is_complete(&self) {
        let english = self.in_language(Language::English);
        for language in Language::ALL {
            let translated = self.in_language(language);
            assert_eq!(translated.len(), english.len(), "{language:?}");
            for (place, text) in translated {
                assert!(!text.trim().is_empty(), "{language:?}{place}");
                assert_eq!(gaps(&text), gaps(&english[&place]), "{language:?}{place}: {text}");
            }
        }
    }

    /// No text was left in English, and none is called the same in every language without need.
    pub(in crate::http) fn is_translated(&self) {
        let english = self.in_language(Language::English);
        let mut same = BTreeSet::new();
        for language in translations() {
            for (place, text) in self.in_language(language) {
                let is_same = text == english[&place];
                assert!(!is_same || self.shared.contains(&text.as_str()), "{language:?}{place} is English: {text}");
                same.extend(is_same.then_some(text));
            }
        }
        for text in self.shared {
            assert!(same.contains(*text), "no language has this as English has it: {text}");
        }
    }

    /// A sentence ends as it does in English.
    pub(in crate::http) fn ends_as_in_english(&self) {
        let end = |text: &str| text.chars().next_back().filter(|last| ".?…".contains(*last));
        let english = self.in_language(Language::English);
        for language in translations() {
            for (place, text) in self.in_language(language) {
                // A question of one language may be a heading of another.
                let meant = end(&english[&place]).filter(|last| *last == '.');
                assert!(meant.is_none() || end(&text) == meant, "{language:?}{place}: {text}");
            }
        }
    }

    /// No line of French begins with a mark, and no apostrophe or quotation mark is that of a typewriter.
    pub(in crate::http) fn is_set_well(&self) {
        for (place, text) in self.in_language(Language::French) {
            for mark in [" :", " ;", " ?", " !", " »", "« "] {
                assert!(!text.contains(mark), "{place}: {text}");
            }
        }
        for language in translations() {
            for (place, text) in self.in_language(language) {
                assert!(!text.contains(['\'', '"']), "{language:?}{place}: {text}");
            }
        }
    }

    /// Every text is shown: the compiler refuses one that is missing, this finds one that no page has.
    pub(in crate::http) fn is_shown(&self) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let own = root.join(self.folder);
        let files = [root.join("templates"), root.join("src/http")].into_iter().flat_map(|folder| files_below(&folder));
        let is_data = |path: &Path| {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            path.starts_with(&own) && (Language::TAGS.contains(&stem) || ["mod", "tests"].contains(&stem))
        };
        let shown: Vec<String> =
            files.filter(|path| !is_data(path)).map(|path| fs::read_to_string(path).unwrap()).collect();
        let shown = shown.concat();
        let named: HashSet<&str> = shown.split('.').map(first_word).collect();
        for (place, text) in self.in_language(Language::English) {
            let forms = ["", "one", "few", "many"];
            let field = place.split('.').rfind(|part| !forms.contains(part) && part.parse::<usize>().is_err()).unwrap();
            assert!(named.contains(field), "nothing shows {place}: {text}");
        }
    }
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
