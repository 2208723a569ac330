//! The languages that mails and pages are written in.

/// A language that pages and mails are translated to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English, the default.
    #[default]
    English,
    /// German.
    German,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its language tag (RFC 5646).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What its speakers call it.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// The language of a tag or locale such as `de-AT` or `de_DE`. Regions and scripts are ignored.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first known language of a list in order of preference, such as `fr-CA de en`.
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

    /// The names of the months.
    pub const fn months(self) -> &'static [&'static str; 12] {
        match self {
            Self::English => &ENGLISH_MONTHS,
            Self::German => &GERMAN_MONTHS,
        }
    }
}

/// One element of `Accept-Language` and its weight in thousandths (RFC 9110 §12.4.2). One whose weight cannot
/// be read is passed over.
fn weighed_range(element: &str) -> Option<(&str, u16)> {
    let (range, parameter) = element.split_once(';').map_or((element, None), |(range, rest)| (range, Some(rest)));
    let Some(parameter) = parameter else { return Some((range.trim(), 1000)) };
    let weight: f32 = parameter.trim().strip_prefix("q=")?.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
    (0.0..=1.0).contains(&weight).then_some((range.trim(), (weight * 1000.0) as u16))
}

const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const GERMAN_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_locale_is_read_by_its_primary_language() {
        for german in ["de", "de-AT", "de_DE", "DE", "de-Latn-DE-1996"] {
            assert_eq!(Language::of(german), Language::German, "{german}");
        }
        for other in ["", "en", "en-GB", "den", "fr", "-de", "x-de"] {
            assert_eq!(Language::of(other), Language::English, "{other}");
        }
        assert_eq!(Language::from_tag("fr"), None);
    }

    #[test]
    fn of_a_list_the_first_that_we_have_is_meant() {
        assert_eq!(Language::first_of("fr-CA de-AT en"), Some(Language::German));
        for nothing in ["", "fr", "deutsch", ";;; \u{0}"] {
            assert_eq!(Language::first_of(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn the_highest_weight_wins_and_of_equals_the_first() {
        for (header, expected) in [
            ("en;q=0.5, de;q=0.7", Language::German),
            ("de;q=0.5,en;q=0.5", Language::German),
            ("en,de", Language::English),
            ("fr, de;q=0.1", Language::German),
            ("DE-de", Language::German),
            ("*;q=0.5, de;q=0.4", Language::English),
        ] {
            assert_eq!(Language::accepted(Some(header)), expected, "{header}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_is_not_wanted_leaves_english() {
        for header in ["", ",,,", "de;q=0", "de;q=2", "de;q=-1", "de;q=NaN", "de;level=1", "fr, it", "d", "german"] {
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
