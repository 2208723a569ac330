//! What mails look like at this server.

use crate::config::Config;
use crate::domain::color::Color;

/// The card that a mail is on, where the reader's scheme is dark.
const DARK_CARD: Color = Color::new(0x1f, 0x24, 0x2b);

/// The name and the colours of the server in its mails, and whether their subject has the code.
#[derive(Clone, Debug)]
pub(in crate::flows::mail) struct Look {
    /// What the server is called.
    pub(in crate::flows::mail) own_name: String,
    /// The colour of buttons and links.
    pub(super) accent: Color,
    /// The colour of buttons in the dark scheme.
    pub(super) dark_button: Color,
    /// The colour of links in the dark scheme.
    pub(super) dark_link: Color,
    /// Whether the subject begins with the code.
    pub(super) code_in_subject: bool,
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
    pub(super) const fn usual(own_name: String) -> Self {
        Self {
            own_name,
            accent: Color::new(0x1a, 0x5f, 0xd0),
            dark_button: Color::new(0x5b, 0x9d, 0xff),
            dark_link: Color::new(0x8b, 0xb9, 0xff),
            code_in_subject: false,
        }
    }
}
