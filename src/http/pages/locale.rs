//! The language of a page, unless an application requests another.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use crate::domain::language::Language;

/// The language that a handler went on in, for the page that tells why it did not get to its own.
#[derive(Clone, Debug, Default)]
pub(super) struct SpokenLanguage(Arc<Mutex<Option<Language>>>);

impl SpokenLanguage {
    /// From now on it is this one.
    pub(super) fn set(&self, language: Language) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(language);
    }

    /// The language that was set, if one was.
    pub(super) fn get(&self) -> Option<Language> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The language that a browser asks for.
pub(in crate::http) fn requested(headers: &HeaderMap) -> Language {
    Language::accepted(headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
}
