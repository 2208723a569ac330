//! PAGES: what people see.
//!
//! Owns the templates' structs, the texts in every language, the stylesheet and what protects a page in a
//! browser. Does not own what a page leads to: handlers fill a view from a flow and answer with [`page()`].
#![cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "the handlers of the browser flow, which fill these views, follow")
)]

pub(in crate::http) mod assets;
pub(in crate::http) mod headers;
pub(in crate::http) mod locale;
mod page;
pub(in crate::http) mod texts;
pub(in crate::http) mod view;

pub(in crate::http) use page::{FormTarget, Page, page};
