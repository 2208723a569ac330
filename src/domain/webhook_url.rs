//! The URLs that this server sends messages to, as far as they can be judged without resolving the name: those of
//! webhooks, and those at which applications take logout tokens.

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::visible_text::holds_blank;
use crate::protocol::url_parts::{has_credentials, is_on_this_machine};

/// The longest URL, in characters.
pub const LONGEST_URL: usize = 1000;

/// The URL of a receiver: https, or http on localhost. Whether its network address is allowed is checked for every
/// connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookUrl(Url);

/// Why a URL is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookUrlError {
    /// It does not parse.
    #[error("an address for messages is a URL such as https://example.com/hooks, of at most {LONGEST_URL} characters")]
    NoUrl,
    /// Messages would be sent in the clear.
    #[error("an address for messages is https; http is for localhost only")]
    NotHttps,
    /// Credentials in URLs would show up in logs and listings.
    #[error("an address for messages has no user name, password or fragment")]
    Extras,
}

impl WebhookUrl {
    /// The URL.
    pub const fn as_url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for WebhookUrl {
    type Err = WebhookUrlError;

    fn from_str(text: &str) -> Result<Self, WebhookUrlError> {
        if text.len() > LONGEST_URL || holds_blank(text) {
            return Err(WebhookUrlError::NoUrl);
        }
        let url = Url::parse(text).map_err(|_| WebhookUrlError::NoUrl)?;
        if !url.has_host() {
            return Err(WebhookUrlError::NoUrl);
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && is_on_this_machine(&url)) {
            return Err(WebhookUrlError::NotHttps);
        }
        // What is kept is longer where characters had to be encoded, and it is read as strictly as what was entered.
        if url.as_str().len() > LONGEST_URL {
            return Err(WebhookUrlError::NoUrl);
        }
        if has_credentials(&url) || url.fragment().is_some() { Err(WebhookUrlError::Extras) } else { Ok(Self(url)) }
    }
}

impl fmt::Display for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_https_or_on_this_machine() {
        for good in [
            "https://example.com/hooks?a=b",
            "https://10.0.0.1:8443/",
            "http://localhost:3000/",
            "http://127.0.0.1/",
            "http://[::1]:1/",
        ] {
            assert!(good.parse::<WebhookUrl>().is_ok(), "{good}");
        }
        for (bad, error) in [
            ("http://example.com/", WebhookUrlError::NotHttps),
            ("http://localhost.example.com/", WebhookUrlError::NotHttps),
            ("http://10.0.0.1/", WebhookUrlError::NotHttps),
            ("ftp://example.com/", WebhookUrlError::NotHttps),
            ("file:///etc/passwd", WebhookUrlError::NoUrl),
            ("example.com", WebhookUrlError::NoUrl),
            ("https://", WebhookUrlError::NoUrl),
            ("https://exa mple.com/", WebhookUrlError::NoUrl),
            ("https://example.com/\r\nHost: b", WebhookUrlError::NoUrl),
            ("https://john@example.com/", WebhookUrlError::Extras),
            ("https://:secret@example.com/", WebhookUrlError::Extras),
            ("https://example.com/#a", WebhookUrlError::Extras),
        ] {
            assert_eq!(bad.parse::<WebhookUrl>(), Err(error), "{bad}");
        }
        let of_length = |length: usize| format!("{:a<length$}", "https://example.com/").parse::<WebhookUrl>();
        assert!(of_length(LONGEST_URL).is_ok() && of_length(LONGEST_URL + 1).is_err());
    }

    /// The store keeps the URL as it is written out, and refuses to read what could not have been entered.
    #[test]
    fn what_is_kept_can_be_read_back() {
        assert!(
            format!("https://example.com/{}", "ä".repeat(400)).parse::<WebhookUrl>().is_err(),
            "it would be kept as 2420"
        );
        for text in ["https://example.com/ä?ö=\"", "https://EXAMPLE.com:443", "http://127.1/"] {
            let url: WebhookUrl = text.parse().unwrap();
            assert_eq!(url.to_string().parse(), Ok(url), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_taken_is_taken_again(path in "\\PC{0,400}") {
            if let Ok(url) = format!("https://example.com/{path}").parse::<WebhookUrl>() {
                prop_assert_eq!(url.to_string().parse(), Ok(url));
            }
        }
    }
}
