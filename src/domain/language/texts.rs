//! What a catalogue is made of: texts, and sentences with gaps.
//!
//! A catalogue is a struct of texts with one constant for each language, so a text that is missing does not compile,
//! and one that is nowhere shown is a field that the compiler calls dead.

use std::fmt;

use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};

use super::Language;

/// A text without values.
pub type Text = &'static str;

/// A sentence with one gap: what stands before it and after it.
#[derive(Clone, Copy)]
pub struct Around(pub &'static str, pub &'static str);

impl Around {
    /// What stands before the gap.
    pub const fn before(self) -> &'static str {
        self.0
    }

    /// What stands after it.
    pub const fn after(self) -> &'static str {
        self.1
    }

    /// The sentence with its gap filled.
    pub fn with(self, value: impl fmt::Display) -> String {
        format!("{}{value}{}", self.0, self.1)
    }
}

impl fmt::Debug for Around {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.with("…"), f)
    }
}

/// A sentence with named gaps, such as `{name}`.
#[derive(Clone, Copy, Debug)]
pub struct Sentence(pub &'static str);

impl Sentence {
    /// The sentence with its gaps filled. What stands in a value stays as it is, a brace too.
    pub fn with(self, values: &[(&str, &str)]) -> String {
        let (mut filled, mut rest) = (String::new(), self.0);
        while let Some((before, gap, after)) = next_gap(rest) {
            filled.push_str(before);
            let value = values.iter().find(|(name, _)| *name == gap);
            filled.push_str(value.map_or(gap, |(_, value)| value));
            rest = after;
        }
        filled + rest
    }
}

/// What stands before the next gap, its name, and what follows.
fn next_gap(text: &str) -> Option<(&str, &str, &str)> {
    let (before, opened) = text.split_once('{')?;
    let (gap, after) = opened.split_once('}')?;
    Some((before, gap, after))
}

/// A sentence about a number of things, in the forms that languages have for it (CLDR). None of ours has more than
/// three for whole numbers that anybody waits for.
#[derive(Clone, Copy, Debug)]
pub struct Plural {
    /// About one.
    pub one: &'static str,
    /// About a few, such as 2, 3, 4 and 22 in Polish.
    pub few: Around,
    /// About any other number.
    pub many: Around,
}

impl Plural {
    /// In a language that has one form for one, and one for all other numbers.
    pub const fn two(one: &'static str, other: Around) -> Self {
        Self { one, few: other, many: other }
    }

    /// The sentence for this number in this language.
    pub fn of(self, language: Language, number: u64) -> String {
        match category(language, number) {
            _ if number == 1 => self.one.to_owned(),
            PluralCategory::Few => self.few.with(number),
            _ => self.many.with(number),
        }
    }
}

/// The form that a number takes.
fn category(language: Language, number: u64) -> PluralCategory {
    let locale = language.tag().parse::<Locale>().ok();
    let rules = locale.and_then(|locale| PluralRules::try_new_cardinal(locale.into()).ok());
    rules.map_or(PluralCategory::Other, |rules| rules.category_for(number))
}

/// Declares the messages of one page or mail, or of a part that they share, each as a struct of texts.
macro_rules! messages {
    ($vis:vis, $($(#[$doc:meta])* $name:ident { $($field:ident: $kind:ty,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        $vis struct $name {
            $($vis $field: $kind,)+
        }

        #[cfg(test)]
        impl $crate::domain::language::Texts for $name {
            fn add_texts(&self, place: &str, all: &mut Vec<(String, String)>) {
                $($crate::domain::language::Texts::add_texts(
                    &self.$field,
                    &format!("{place}.{}", stringify!($field)),
                    all,
                );)+
            }
        }
    )+};
}
pub(crate) use messages;

/// Something with texts in it, for tests that look at every one.
#[cfg(test)]
pub(crate) trait Texts {
    /// Adds each text, with where it stands. A gap is shown as `{}` or by its name.
    fn add_texts(&self, place: &str, all: &mut Vec<(String, String)>);

    /// Every text, with where it stands.
    fn texts(&self) -> Vec<(String, String)> {
        let mut all = Vec::new();
        self.add_texts("", &mut all);
        all
    }
}

#[cfg(test)]
mod every_text {
    use super::*;

    impl Texts for Text {
        fn add_texts(&self, place: &str, all: &mut Vec<(String, String)>) {
            all.push((place.to_owned(), (*self).to_owned()));
        }
    }

    impl<const N: usize> Texts for [Text; N] {
        fn add_texts(&self, place: &str, all: &mut Vec<(String, String)>) {
            self.iter().enumerate().for_each(|(at, text)| text.add_texts(&format!("{place}.{at}"), all));
        }
    }

    impl<const N: usize> Texts for [Sentence; N] {
        fn add_texts(&self, place: &str, all: &mut Vec<(String, String)>) {
            self.iter().enumerate().for_each(|(at, sentence)| sentence.add_texts(&format!("{place}.{at}"), all));
        }
    }

    impl Texts for Around {
        fn add_texts(&self, place: &str, all: &mut Vec<(String, String)>) {
            all.push((place.to_owned(), self.with("{}")));
        }
    }

    impl Texts for Sentence {
        fn add_texts(&self, place: &str, all: &mut Vec<(String, String)>) {
            all.push((place.to_owned(), self.0.to_owned()));
        }
    }

    impl Texts for Plural {
        fn add_texts(&self, place: &str, all: &mut Vec<(String, String)>) {
            self.one.add_texts(&format!("{place}.one"), all);
            self.few.add_texts(&format!("{place}.few"), all);
            self.many.add_texts(&format!("{place}.many"), all);
        }
    }

    impl Texts for Language {
        fn add_texts(&self, _: &str, _: &mut Vec<(String, String)>) {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_filled_by_its_name_and_a_value_is_never_read() {
        let sentence = Sentence("{name} ({id}) is {name}.");
        assert_eq!(sentence.with(&[("name", "A {id}"), ("id", "7")]), "A {id} (7) is A {id}.");
        assert_eq!(Sentence("No gap").with(&[]), "No gap");
        assert_eq!(Sentence("half {open").with(&[("open", "x")]), "half {open");
    }

    #[test]
    fn polish_has_three_forms_and_the_others_two() {
        let plural = Plural { one: "one", few: Around("", " few"), many: Around("", " many") };
        let polish = |number| plural.of(Language::Polish, number);
        assert_eq!([1, 2, 4, 5].map(polish), ["one", "2 few", "4 few", "5 many"]);
        assert_eq!([0, 12, 14, 21].map(polish), ["0 many", "12 many", "14 many", "21 many"]);
        assert_eq!([22, 24, 112, 122].map(polish), ["22 few", "24 few", "112 many", "122 few"]);
        for language in Language::ALL.into_iter().filter(|language| *language != Language::Polish) {
            let forms = [1, 2, 5, 22, 60].map(|number| plural.of(language, number));
            assert_eq!(forms, ["one", "2 many", "5 many", "22 many", "60 many"], "{language:?}");
        }
    }
}
