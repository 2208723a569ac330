//! The languages that mails and pages are written in.

/// A language that this server has words for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English: whatever nobody asked otherwise for.
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

    /// The language of a locale such as `de-AT`; English where we have no words for it.
    pub fn of(locale: &str) -> Self {
        let primary = locale.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary)).unwrap_or_default()
    }
}

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
    }
}
