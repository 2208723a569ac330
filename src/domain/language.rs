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

    /// The language of a tag or locale such as `de-AT` or `de_DE`. Regions and scripts are ignored.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The first known language of a list in order of preference, such as `fr-CA de en`.
    pub fn first_of(tags: &str) -> Option<Self> {
        tags.split_ascii_whitespace().find_map(Self::from_tag)
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
}
