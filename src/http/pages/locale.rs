//! The language of a page, unless an application requests another.

use std::sync::{Arc, OnceLock};

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use crate::domain::language::Language;

/// The language that a handler went on in, for the page that tells why it did not get to its own.
#[derive(Clone, Debug, Default)]
pub(super) struct SpokenLanguage(Arc<OnceLock<Language>>);

impl SpokenLanguage {
    /// From now on it is this one. The first that is set counts.
    pub(super) fn set(&self, language: Language) {
        self.0.get_or_init(|| language);
    }

    /// The language that was set, if one was.
    pub(super) fn get(&self) -> Option<Language> {
        self.0.get().copied()
    }
}

/// The language that a request asks for.
pub(super) fn requested(headers: &HeaderMap) -> Language {
    negotiate(headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
}

/// The browser's language (RFC 9110 §12.5.4), else English.
fn negotiate(accept_language: Option<&str>) -> Language {
    accept_language.and_then(accepted).unwrap_or_default()
}

/// The one of highest weight; of equals, the first.
fn accepted(accept_language: &str) -> Option<Language> {
    let weighed = accept_language.split(',').filter_map(weighed_range);
    let known = weighed.filter_map(|(range, weight)| from_range(range).map(|language| (language, weight)));
    let best = known.filter(|(_, weight)| *weight > 0).reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(language, _)| language)
}

fn from_range(range: &str) -> Option<Language> {
    if range == "*" { Some(Language::default()) } else { Language::from_tag(range) }
}

/// One element of `Accept-Language` and its weight in thousandths (RFC 9110 §12.4.2). One with an invalid weight is
/// ignored.
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
    fn the_highest_weight_wins_and_of_equals_the_first() {
        for (header, expected) in [
            ("en;q=0.5, de;q=0.7", Language::German),
            ("de;q=0.5,en;q=0.5", Language::German),
            ("en,de", Language::English),
            ("fr, de;q=0.1", Language::German),
            ("DE-de", Language::German),
            ("*;q=0.5, de;q=0.4", Language::English),
        ] {
            assert_eq!(negotiate(Some(header)), expected, "{header}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_is_not_wanted_leaves_english() {
        for header in ["", ",,,", "de;q=0", "de;q=2", "de;q=-1", "de;q=NaN", "de;level=1", "fr, it", "d", "german"] {
            assert_eq!(negotiate(Some(header)), Language::English, "{header}");
        }
        assert_eq!(negotiate(None), Language::English);
    }
}
