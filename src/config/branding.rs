//! `[branding]`: pages and mails that look like the operator's own.

use std::path::PathBuf;

use super::reader::SectionReader;
use super::setting::FromText;
use crate::domain::application::WebAddress;
use crate::domain::color::Color;
use crate::domain::user::EmailAddress;
use crate::domain::visible_text::is_visible_text;

/// The longest name, in characters.
const LONGEST_NAME: usize = 60;

/// What accents stand on, in the light scheme and in the dark one: the least of what pages have.
const GROUNDS: [Color; 2] = [Color::new(0xf4, 0xf3, 0xee), Color::new(0x18, 0x1e, 0x1b)];

/// The name of a server: one line that is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandName(String);

impl BrandName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where people get help: a page or an address for mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact(String);

impl Contact {
    /// Where a link to it leads.
    pub fn href(&self) -> String {
        if self.0.contains("://") { self.0.clone() } else { format!("mailto:{}", self.0) }
    }
}

/// The section `[branding]`.
#[derive(Clone, Debug, Default)]
pub struct Branding {
    /// What the server is called on its pages and in its mails.
    pub name: Option<BrandName>,
    /// A picture beside the name.
    pub logo: Option<PathBuf>,
    /// Another one for the dark scheme.
    pub logo_dark: Option<PathBuf>,
    /// The colour of links and buttons.
    pub accent: Option<Color>,
    /// The same in the dark scheme; without it the nearest one that can be read there.
    pub accent_dark: Option<Color>,
    /// Where people get help.
    pub support: Option<Contact>,
    /// The terms of use of the server.
    pub terms: Option<WebAddress>,
    /// What it does with personal data.
    pub privacy: Option<WebAddress>,
    /// A folder with templates of the operator's own.
    pub templates: Option<PathBuf>,
}

impl Branding {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        Self {
            name: section.optional("name"),
            logo: section.optional("logo"),
            logo_dark: section.optional("logo_dark"),
            accent: section.optional("accent"),
            accent_dark: section.optional("accent_dark"),
            support: section.optional("support_url"),
            terms: section.optional("terms_url"),
            privacy: section.optional("privacy_url"),
            templates: section.optional("templates"),
        }
    }

    /// The colours of links and buttons in both schemes, if they are not the usual ones.
    pub fn accents(&self) -> Option<[Color; 2]> {
        let light = self.accent?;
        Some([light, self.accent_dark.unwrap_or_else(|| light.made_readable_on(GROUNDS[1]))])
    }

    /// The nearest colour for an accent that cannot be read, in the light scheme and in the dark one.
    pub(super) fn nearest_readable(&self) -> [Option<Color>; 2] {
        let nearest = |accent: Option<Color>, ground: Color| {
            accent.filter(|accent| !accent.is_readable_on(ground)).map(|accent| accent.made_readable_on(ground))
        };
        [nearest(self.accent, GROUNDS[0]), nearest(self.accent_dark, GROUNDS[1])]
    }
}

impl FromText for BrandName {
    const EXPECTED: &'static str = "a name of at most 60 characters";

    fn from_text(text: &str) -> Result<Self, String> {
        let is_good = is_visible_text(text) && text.trim_ascii().chars().count() <= LONGEST_NAME;
        if is_good { Ok(Self(text.trim_ascii().to_owned())) } else { Err(String::new()) }
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

impl FromText for Contact {
    const EXPECTED: &'static str = "an https address or an address for mail";

    fn from_text(text: &str) -> Result<Self, String> {
        let is_page = text.parse::<WebAddress>().is_ok();
        let is_mail = !text.contains("://") && text.parse::<EmailAddress>().is_ok();
        if is_page || is_mail { Ok(Self(text.trim_ascii().to_owned())) } else { Err(String::new()) }
    }

    fn shown(&self) -> String {
        self.0.clone()
    }
}

impl FromText for WebAddress {
    const EXPECTED: &'static str = "an https address";

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| String::new())
    }

    fn shown(&self) -> String {
        self.as_str().to_owned()
    }
}

impl FromText for Color {
    const EXPECTED: &'static str = "a colour as #rrggbb";

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| String::new())
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}
