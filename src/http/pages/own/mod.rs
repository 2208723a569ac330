//! Pages by templates of the operator's (`branding.templates`).
//!
//! The page of this version is written in any case; what stands in its `<main>` is replaced by what the template makes of
//! it. So the title, the scripts, the policy and the way to sign out stay those of this version. Owns which pages there
//! are, what their templates get, and what must not be missing. Does not own the files (`config`).

mod check;
mod words;

use std::any::Any;

use minijinja::Value;
use serde::Serialize;
use tracing::error;

use super::assets;
use super::view::{Account, CheckMail, Consent, ErrorPage, MessagePage, NoAccess, SignIn};
use crate::config::{TemplateError, Templates, template_value};
use crate::domain::language::Language;
use crate::http::brand::BrandValues;
pub(in crate::http) use check::check;
use words::{Spoken, Words};

/// Where the part of a page that templates write begins and ends.
const MAIN: [&str; 2] = ["<main id=\"content\">", "</main>"];

/// The parts of the frame around every page.
pub(in crate::http) const PARTS: [&str; 3] = ["head", "header", "footer"];

/// A page that a template of the operator's may write.
#[derive(Clone, Debug)]
pub(in crate::http::pages) struct OwnPage {
    /// The template's name.
    file: &'static str,
    language: Language,
    page: Value,
    words: Words,
}

/// Lists the pages: each view with the name of its template.
macro_rules! own_pages {
    ($($view:ident: $file:literal,)+) => {
        /// The names of all templates for pages.
        pub(in crate::http) const PAGES: &[&str] = &[$($file),+];

        impl OwnPage {
            /// What a template gets for this view, if there may be a template for it and `wanted` agrees.
            pub(in crate::http::pages) fn of(view: &dyn Any, wanted: impl Fn(&str) -> bool) -> Option<Self> {
                $(if let Some(view) = view.downcast_ref::<$view>() {
                    return wanted($file).then(|| Self {
                        file: $file,
                        language: view.t.language,
                        page: template_value(view),
                        words: view.says(),
                    });
                })+
                None
            }
        }
    };
}

own_pages! {
    SignIn: "pages/sign_in.html",
    CheckMail: "pages/check_mail.html",
    Consent: "pages/consent.html",
    MessagePage: "pages/message.html",
    ErrorPage: "pages/error.html",
    NoAccess: "pages/no_access.html",
    Account: "pages/account.html",
}

/// Everything that a template gets.
#[derive(Serialize)]
struct PageValues<'a> {
    language: &'static str,
    brand: BrandValues,
    page: &'a Value,
    words: &'a Words,
    /// What stands in the page of this version.
    main: Value,
}

impl OwnPage {
    /// What the template makes of the page of this version; none if there is no such template.
    fn written(&self, templates: &Templates, main: &str) -> Option<Result<String, TemplateError>> {
        let values = PageValues {
            language: self.language.tag(),
            brand: assets::brand().values(),
            page: &self.page,
            words: &self.words,
            main: Value::from_safe_string(main.to_owned()),
        };
        templates.render(self.file, &template_value(values))
    }
}

/// The page as it is sent. A template that fails for values that nobody has foreseen does not cost anybody the page.
pub(super) fn laid_out(view: &dyn Any, html: String) -> String {
    let Some(templates) = assets::brand().templates() else { return html };
    let Some(own) = OwnPage::of(view, |file| templates.has(file)) else { return html };
    let Some((before, main, after)) = around_main(&html) else { return html };
    match own.written(&templates, main) {
        Some(Ok(written)) => format!("{before}\n{written}\n{after}"),
        Some(Err(e)) => {
            error!(error = %e, "a template was not rendered; the usual page stands in for it");
            html
        }
        None => html,
    }
}

/// A page up to its main part, that part, and the rest.
fn around_main(html: &str) -> Option<(&str, &str, &str)> {
    let begin = html.find(MAIN[0])? + MAIN[0].len();
    let end = begin + html[begin..].rfind(MAIN[1])?;
    Some((&html[..begin], &html[begin..end], &html[end..]))
}
