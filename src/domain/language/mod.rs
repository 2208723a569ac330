//! The languages that mails and pages are written in.

mod conventions;
mod texts;

#[cfg(test)]
pub(crate) use texts::Texts;
pub(crate) use texts::messages;
pub use texts::{Around, Plural, Sentence, Text};

/// A language that pages and mails are translated to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, the default.
    #[default]
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Italian.
    Italian,
    /// Dutch.
    Dutch,
    /// Polish.
    Polish,
    /// Portuguese.
    Portuguese,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 8] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Italian,
        Self::Dutch,
        Self::Polish,
        Self::Portuguese,
    ];

    /// The language tag of each (RFC 5646).
    pub const TAGS: [&'static str; Self::ALL.len()] = ["en", "de", "fr", "es", "it", "nl", "pl", "pt"];

    /// Its language tag (RFC 5646).
    pub const fn tag(self) -> &'static str {
        Self::TAGS[self as usize]
    }

    /// The language of a tag or locale such as `de-AT` or `de_DE`. Regions and scripts are ignored.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first known language of a list in order of preference, such as `ja fr-CA en`.
    pub fn first_of(tags: &str) -> Option<Self> {
        tags.split_ascii_whitespace().find_map(Self::from_tag)
    }

    /// The language of a browser that sends this `Accept-Language` (RFC 9110 §12.5.4), else English: the one of highest
    /// weight; of equals, the first.
    pub fn accepted(accept_language: Option<&str>) -> Self {
        let weighed = accept_language.unwrap_or_default().split(',').filter_map(weighed_range);
        let known = weighed.filter_map(|(range, weight)| Self::from_range(range).map(|language| (language, weight)));
        let wanted = known.filter(|(_, weight)| *weight > 0);
        let best = wanted.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(language, _)| language).unwrap_or_default()
    }

    fn from_range(range: &str) -> Option<Self> {
        if range == "*" { Some(Self::default()) } else { Self::from_tag(range) }
    }

    /// The language of a locale; English where there is no translation.
    pub fn of(locale: &str) -> Self {
        Self::from_tag(locale).unwrap_or_default()
    }
}

/// One element of `Accept-Language` and its weight in thousandths (RFC 9110 §12.4.2). One whose weight cannot
/// be read is passed over.
fn weighed_range(element: &str) -> Option<(&str, u16)> {
    let (range, parameter) = element.split_once(';').map_or((element, None), |(range, rest)| (range, Some(rest)));
    let Some(parameter) = parameter else { return Some((range.trim_ascii(), 1000)) };
    let weight: f32 = parameter.trim_ascii().strip_prefix("q=")?.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
    (0.0..=1.0).contains(&weight).then_some((range.trim_ascii(), (weight * 1000.0) as u16))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_locale_is_read_by_its_primary_language() {
        for german in ["de", "de-AT", "de_DE", "DE", "de-Latn-DE-1996"] {
            assert_eq!(Language::of(german), Language::German, "{german}");
        }
        for other in ["", "en", "en-GB", "den", "ja", "-de", "x-de"] {
            assert_eq!(Language::of(other), Language::English, "{other}");
        }
        assert_eq!(Language::of("pt-BR"), Language::Portuguese);
        assert_eq!(Language::from_tag("ja"), None);
        assert_eq!(Language::ALL.map(|language| Language::from_tag(language.tag())), Language::ALL.map(Some));
    }

    #[test]
    fn of_a_list_the_first_that_we_have_is_meant() {
        assert_eq!(Language::first_of("ja-JP de-AT en"), Some(Language::German));
        for nothing in ["", "ja", "deutsch", ";;; \u{0}"] {
            assert_eq!(Language::first_of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn the_highest_weight_wins_and_of_equals_the_first() {
        for (header, expected) in [
            ("en;q=0.5, de;q=0.7", Language::German),
            ("de;q=0.5,en;q=0.5", Language::German),
            ("en,de", Language::English),
            ("ja, de;q=0.1", Language::German),
            ("DE-de", Language::German),
            ("*;q=0.5, de;q=0.4", Language::English),
        ] {
            assert_eq!(Language::accepted(Some(header)), expected, "{header}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_is_not_wanted_leaves_english() {
        for header in ["", ",,,", "de;q=0", "de;q=2", "de;q=-1", "de;q=NaN", "de;level=1", "ja, ko", "d", "german"] {
            assert_eq!(Language::accepted(Some(header)), Language::English, "{header}");
        }
        assert_eq!(Language::accepted(None), Language::English);
    }

    proptest! {
        #[test]
        fn whatever_a_browser_sends_some_language_is_meant(header in "([a-z*]{0,3}(-[A-Z]{2})?(; ?q=[0-9.]{0,5})?,? ?){0,6}|\\PC{0,40}") {
            let language = Language::accepted(Some(&header));
            // An element that names nothing changes nothing.
            prop_assert_eq!(Language::accepted(Some(&format!("{header},"))), language);
        }
    }
}
