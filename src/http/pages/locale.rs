//! The language of a page, unless an application requests another.

use crate::domain::language::Language;

/// The browser's language, else English.
pub(in crate::http) fn negotiate(accept_language: Option<&str>) -> Language {
    Language::accepted(accept_language)
}
