//! In which language a page speaks.

use super::texts::{DE, EN, Texts};

/// A language that the texts exist in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::http) enum Locale {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl Locale {
    /// Every language, the one to fall back on first.
    pub(in crate::http) const ALL: [Self; 2] = [Self::En, Self::De];

    /// Its language tag (RFC 5646).
    pub(in crate::http) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// Its texts.
    pub(in crate::http) const fn texts(self) -> &'static Texts {
        match self {
            Self::En => &EN,
            Self::De => &DE,
        }
    }

    /// The language of a tag. Regions and scripts do not matter: `de-AT` is read by whom `de` is written for.
    pub(in crate::http) fn from_tag(tag: &str) -> Option<Self> {
        let language = tag.split('-').next()?;
        Self::ALL.into_iter().find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }

    /// The language to answer in: the first that the application asked for and that we have (OIDC Core
    /// §3.1.2.1 `ui_locales`, a list in order of preference), else the browser's (RFC 9110 §12.5.4), else
    /// English.
    pub(in crate::http) fn negotiate(ui_locales: Option<&str>, accept_language: Option<&str>) -> Self {
        let asked = ui_locales.and_then(|tags| tags.split_ascii_whitespace().find_map(Self::from_tag));
        asked.or_else(|| accept_language.and_then(Self::accepted)).unwrap_or_default()
    }

    /// The one of highest weight; of equals, the first.
    fn accepted(accept_language: &str) -> Option<Self> {
        let weighed = accept_language.split(',').filter_map(weighed_range);
        let known = weighed.filter_map(|(range, weight)| Self::from_range(range).map(|locale| (locale, weight)));
        let best =
            known.filter(|(_, weight)| *weight > 0).reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.map(|(locale, _)| locale)
    }

    fn from_range(range: &str) -> Option<Self> {
        if range == "*" { Some(Self::default()) } else { Self::from_tag(range) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_application_is_asked_before_the_browser() {
        assert_eq!(Locale::negotiate(Some("fr-CA de-AT en"), Some("en")), Locale::De);
        assert_eq!(Locale::negotiate(Some("en"), Some("de")), Locale::En);
    }

    #[test]
    fn the_browser_is_asked_when_the_application_names_nothing_that_we_have() {
        for ui_locales in [None, Some(""), Some("fr"), Some("deutsch"), Some(";;; \u{0}")] {
            assert_eq!(Locale::negotiate(ui_locales, Some("de-CH,de;q=0.9,en;q=0.8")), Locale::De, "{ui_locales:?}");
        }
    }

    #[test]
    fn the_highest_weight_wins_and_of_equals_the_first() {
        for (header, expected) in [
            ("en;q=0.5, de;q=0.7", Locale::De),
            ("de;q=0.5,en;q=0.5", Locale::De),
            ("en,de", Locale::En),
            ("fr, de;q=0.1", Locale::De),
            ("DE-de", Locale::De),
            ("*;q=0.5, de;q=0.4", Locale::En),
        ] {
            assert_eq!(Locale::negotiate(None, Some(header)), expected, "{header}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_is_not_wanted_leaves_english() {
        for header in ["", ",,,", "de;q=0", "de;q=2", "de;q=-1", "de;q=NaN", "de;level=1", "fr, it", "d", "german"] {
            assert_eq!(Locale::negotiate(None, Some(header)), Locale::En, "{header}");
        }
        assert_eq!(Locale::negotiate(None, None), Locale::En);
    }
}
