//! What mails look like at this server.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use serde::{Serialize, Serializer};

use crate::config::{Config, TemplateError, Templates};
use crate::domain::color::Color;

/// The card that a mail is on, where the reader's scheme is dark.
const DARK_CARD: Color = Color::new(0x1f, 0x24, 0x2b);

/// The name and the colours of the server in its mails, and whether their subject has the code.
#[derive(Clone, Debug, Serialize)]
pub(in crate::flows::mail) struct Look {
    /// What the server is called.
    pub(in crate::flows::mail) own_name: String,
    /// The colour of buttons and links.
    #[serde(serialize_with = "written")]
    pub(super) accent: Color,
    /// The colour of buttons in the dark scheme.
    #[serde(serialize_with = "written")]
    pub(super) dark_button: Color,
    /// The colour of links in the dark scheme.
    #[serde(serialize_with = "written")]
    pub(super) dark_link: Color,
    /// Whether the subject begins with the code.
    #[serde(skip)]
    pub(super) code_in_subject: bool,
    /// The operator's own templates, which may become others meanwhile.
    #[serde(skip)]
    pub(in crate::flows::mail) templates: Arc<ArcSwapOption<Templates>>,
    /// Where a template that fails is told, while they are tried.
    #[serde(skip)]
    pub(super) failed: Option<Arc<ArcSwapOption<TemplateError>>>,
}

/// A colour as it is written.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn written<S: Serializer>(color: &Color, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(color)
}

impl Look {
    /// As the configuration says.
    pub(in crate::flows::mail) fn of(config: &Config) -> Self {
        let own_name = config.own_name().to_owned();
        let usual = Self { code_in_subject: config.mail.code_in_subject, ..Self::usual(own_name) };
        match config.branding.accents() {
            None => usual,
            Some([light, dark]) => {
                let dark = dark.made_readable_on(DARK_CARD);
                Self { accent: light, dark_button: dark, dark_link: dark, ..usual }
            }
        }
    }

    /// The look of a server whose configuration says nothing of it.
    pub(super) fn usual(own_name: String) -> Self {
        Self {
            own_name,
            accent: Color::new(0x1a, 0x5f, 0xd0),
            dark_button: Color::new(0x5b, 0x9d, 0xff),
            dark_link: Color::new(0x8b, 0xb9, 0xff),
            code_in_subject: false,
            templates: Arc::default(),
            failed: None,
        }
    }
}
