//! The operator's own name, picture and colours on every page.
//!
//! Pages ask for them by [`current`] while they are written. They are a fact of the server that answers the request and
//! not of any page, so the request carries them.

use std::future::Future;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwapOption;
use serde::Serialize;
use tracing::error;

use super::file::version;
use crate::config::{Branding, Templates, template_value};
use crate::domain::color::Color;
use crate::domain::language::Language;

/// The name of a server that has no other.
const OWN_NAME: &str = "Gatepost";

/// The file of the operator's own style sheet.
const OWN_STYLE: &str = "brand-pages.css";

tokio::task_local! {
    static CURRENT: Arc<Brand>;
}

static PLAIN: LazyLock<Arc<Brand>> = LazyLock::new(|| Arc::new(Brand::new(&Branding::default(), Vec::new())));

/// A file of the operator's that pages load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandFile {
    name: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
    version: String,
}

/// The pictures that there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// For both, or for the light one.
    Light,
    /// For the dark one.
    Dark,
}

/// What pages show of the operator.
#[derive(Debug)]
pub struct Brand {
    name: String,
    support: Option<String>,
    terms: Option<String>,
    privacy: Option<String>,
    files: Vec<BrandFile>,
    templates: Arc<ArcSwapOption<Templates>>,
}

impl BrandFile {
    /// A picture of the operator's.
    pub fn picture(scheme: Scheme, content_type: &'static str, bytes: Vec<u8>) -> Self {
        let name = match scheme {
            Scheme::Light => "brand-logo",
            Scheme::Dark => "brand-logo-dark",
        };
        Self::new(name, content_type, bytes)
    }

    fn new(name: &'static str, content_type: &'static str, bytes: Vec<u8>) -> Self {
        let version = version(&bytes);
        Self { name, content_type, bytes, version }
    }

    /// The URL of this version.
    pub(super) fn href(&self) -> String {
        format!("/static/{}?v={}", self.name, self.version)
    }

    /// What tells this version from others.
    pub(super) fn version(&self) -> &str {
        &self.version
    }
}

impl Brand {
    /// What the configuration says, with the pictures that it names.
    pub fn new(branding: &Branding, pictures: Vec<BrandFile>) -> Self {
        let mut files = pictures;
        if let Some(accents) = branding.accents() {
            files.push(BrandFile::new("brand.css", "text/css; charset=utf-8", style(accents).into_bytes()));
        }
        Self {
            name: branding.name.as_ref().map_or(OWN_NAME, |name| name.as_str()).to_owned(),
            support: branding.support.as_ref().map(crate::config::Contact::href),
            terms: branding.terms.as_ref().map(|page| page.as_str().to_owned()),
            privacy: branding.privacy.as_ref().map(|page| page.as_str().to_owned()),
            files,
            templates: Arc::default(),
        }
    }

    /// The same brand with templates of the operator's own, which may become others meanwhile.
    #[must_use]
    pub fn with_templates(self, templates: Arc<ArcSwapOption<Templates>>) -> Self {
        Self { templates, ..self }
    }

    /// The operator's own templates.
    pub(super) fn templates(&self) -> Option<Arc<Templates>> {
        self.templates.load_full()
    }

    /// The operator's own part of the frame, if there is one: `head`, `header` or `footer`.
    pub(super) fn part(&self, name: &str, language: Language) -> Option<String> {
        let templates = self.templates()?;
        let values = template_value(self.frame_values(language));
        match templates.render(&format!("pages/{name}.html"), &values)? {
            Ok(html) => Some(html),
            Err(e) => {
                error!(error = %e, "a template was not rendered; the usual one stands in for it");
                None
            }
        }
    }

    /// What parts of the frame get.
    pub(super) fn frame_values(&self, language: Language) -> impl Serialize + use<> {
        FrameValues { language: language.tag(), brand: self.values() }
    }

    /// What templates may show of the operator.
    pub(super) fn values(&self) -> BrandValues {
        BrandValues {
            name: self.name.clone(),
            support: self.support.clone(),
            terms: self.terms.clone(),
            privacy: self.privacy.clone(),
            logo: self.logo(),
            logo_dark: self.logo_dark(),
        }
    }

    /// The name of the server.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Where people get help.
    pub(super) fn support(&self) -> Option<&str> {
        self.support.as_deref()
    }

    /// The terms of use.
    pub(super) fn terms(&self) -> Option<&str> {
        self.terms.as_deref()
    }

    /// What is done with personal data.
    pub(super) fn privacy(&self) -> Option<&str> {
        self.privacy.as_deref()
    }

    /// Whether there is anything to link to.
    pub(super) fn has_links(&self) -> bool {
        self.support.is_some() || self.terms.is_some() || self.privacy.is_some()
    }

    /// The style sheet with its colours.
    pub(super) fn stylesheet(&self) -> Option<String> {
        self.configured("brand.css").map(BrandFile::href)
    }

    /// The picture beside the name.
    pub(super) fn logo(&self) -> Option<String> {
        self.configured("brand-logo").map(BrandFile::href)
    }

    /// The same for the dark scheme.
    pub(super) fn logo_dark(&self) -> Option<String> {
        self.configured("brand-logo-dark").map(BrandFile::href)
    }

    /// The operator's own style sheet.
    pub(super) fn own_stylesheet(&self) -> Option<String> {
        self.own_style().map(|file| file.href())
    }

    fn own_style(&self) -> Option<BrandFile> {
        let templates = self.templates()?;
        templates.style().map(|style| BrandFile::new(OWN_STYLE, "text/css; charset=utf-8", style.to_vec()))
    }

    /// A file of this name.
    pub(super) fn file(&self, name: &str) -> Option<BrandFile> {
        if name == OWN_STYLE {
            return self.own_style();
        }
        self.configured(name).cloned()
    }

    fn configured(&self, name: &str) -> Option<&BrandFile> {
        self.files.iter().find(|file| file.name == name)
    }
}

/// What the parts of the frame get.
#[derive(Serialize)]
struct FrameValues {
    language: &'static str,
    brand: BrandValues,
}

/// The operator, as templates see them.
#[derive(Debug, Serialize)]
pub(super) struct BrandValues {
    name: String,
    support: Option<String>,
    terms: Option<String>,
    privacy: Option<String>,
    logo: Option<String>,
    logo_dark: Option<String>,
}

/// The brand of the server whose request this is; the usual one outside of a request.
pub(super) fn current() -> Arc<Brand> {
    CURRENT.try_with(Arc::clone).unwrap_or_else(|_| Arc::clone(&PLAIN))
}

/// Pages that are written meanwhile carry this brand.
pub(super) async fn branded<Writing: Future>(brand: &Arc<Brand>, writing: Writing) -> Writing::Output {
    CURRENT.scope(Arc::clone(brand), writing).await
}

/// Accents in both schemes. Their shades follow from them, so that only they need to be chosen.
fn style([light, dark]: [Color; 2]) -> String {
    format!(
        ":root{{--accent:light-dark({light},{dark});\
         --accent-strong:color-mix(in srgb,var(--accent) 78%,var(--ink));\
         --accent-tint:color-mix(in srgb,var(--accent) 12%,var(--sheet));\
         --on-accent:light-dark(#ffffff,#0b0f0d)}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_has_the_brand_of_its_own_server() {
        let brand = Arc::new(Brand {
            name: "Acme".to_owned(),
            support: None,
            terms: None,
            privacy: None,
            templates: Arc::default(),
            files: vec![BrandFile::picture(Scheme::Dark, "image/png", vec![1, 2, 3])],
        });
        let seen =
            branded(&brand, async { (current().name().to_owned(), current().logo(), current().logo_dark()) }).await;
        assert_eq!((seen.0.as_str(), seen.1), ("Acme", None));
        assert!(seen.2.is_some_and(|href| href.starts_with("/static/brand-logo-dark?v=")));
        assert_eq!(current().name(), OWN_NAME);
        assert!(current().stylesheet().is_none() && !current().has_links());
    }
}
