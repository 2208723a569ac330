//! The token in every form that ties it to the browser it was shown in.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Browsers;
use crate::domain::one_time::{BrowserToken, SessionToken};

/// The browser in which a form is shown.
#[derive(Clone, Copy, Debug)]
pub struct FormBrowser<'a> {
    /// Its own token.
    pub browser: &'a BrowserToken,
    /// Its session, if there is one. A form from before a sign-in is void after it.
    pub session: Option<&'a SessionToken>,
}

impl Browsers {
    /// The token for forms of this browser. It is derived, so nothing is stored.
    pub fn csrf_token(&self, form: FormBrowser<'_>) -> String {
        let tag = self.csrf_keys().first().map(|key| hmac::sign(key, message(form).as_bytes()));
        tag.map(|tag| URL_SAFE_NO_PAD.encode(tag.as_ref())).unwrap_or_default()
    }

    /// Whether a form that came back was shown in this browser.
    pub fn is_csrf_token(&self, form: FormBrowser<'_>, offered: &str) -> bool {
        let Ok(offered) = URL_SAFE_NO_PAD.decode(offered) else { return false };
        let message = message(form);
        self.csrf_keys().iter().any(|key| hmac::verify(key, message.as_bytes(), &offered).is_ok())
    }

    fn csrf_keys(&self) -> Vec<hmac::Key> {
        self.master_keys.derive("csrf").iter().map(|key| hmac::Key::new(hmac::HMAC_SHA256, key)).collect()
    }
}

fn message(form: FormBrowser<'_>) -> String {
    format!("{} {}", form.browser.expose(), form.session.map_or("", SessionToken::expose))
}
