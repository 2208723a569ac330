//! What an application tells people about itself. None of it is proven: pages show each address with its host.

use std::str::FromStr;

use url::Url;

use crate::domain::visible_text::is_visible_text;
use crate::protocol::redirect_uri::is_loopback;
use crate::protocol::url_parts::has_credentials;

/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 200;

/// The longest address, in bytes.
const LONGEST_ADDRESS: usize = 2000;

/// What an application is, in a sentence or two on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description(String);

/// The address of a page: https, or http on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress(String);

/// Why a text is not what people are to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AboutError {
    /// No description.
    #[error("a description is a line of at most 200 characters, all of them visible")]
    Description,
    /// No address of a page.
    #[error("expected the address of a page: https, without a user in it, of at most 2000 characters")]
    Address,
}

impl Description {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Description {
    type Err = AboutError;

    fn from_str(text: &str) -> Result<Self, AboutError> {
        let text = text.trim_ascii();
        let is_good = is_visible_text(text) && text.chars().count() <= LONGEST_DESCRIPTION;
        if is_good { Ok(Self(text.to_owned())) } else { Err(AboutError::Description) }
    }
}

impl WebAddress {
    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host, which is all of it that people can judge.
    pub fn host(&self) -> String {
        Url::parse(&self.0).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
    }
}

impl FromStr for WebAddress {
    type Err = AboutError;

    fn from_str(text: &str) -> Result<Self, AboutError> {
        let text = text.trim_ascii();
        let url = Url::parse(text).map_err(|_| AboutError::Address)?;
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(text));
        let is_plain = text.len() <= LONGEST_ADDRESS && text.chars().all(|c| c.is_ascii_graphic());
        if is_safe && is_plain && !has_credentials(&url) { Ok(Self(text.to_owned())) } else { Err(AboutError::Address) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_that_of_a_page() {
        for good in [
            "https://shop.example",
            "https://shop.example:8443/terms?v=2#top",
            "http://localhost:3000/",
            "http://127.0.0.1/x",
        ] {
            assert_eq!(good.parse::<WebAddress>().map(|address| address.0).as_deref(), Ok(good));
        }
        let long = format!("https://a.example/{}", "x".repeat(2000));
        for bad in [
            "",
            "shop.example",
            "http://shop.example",
            "javascript:alert(1)",
            "https://me@a.example",
            "https://ä.example",
            "data:text/html,x",
            &long,
        ] {
            assert_eq!(bad.parse::<WebAddress>(), Err(AboutError::Address), "{bad}");
        }
        assert_eq!("https://Shop.example:8443/x".parse::<WebAddress>().unwrap().host(), "shop.example");
    }

    #[test]
    fn a_description_is_one_line_that_is_seen() {
        assert_eq!(" Orders of the shop. ".parse::<Description>().unwrap().as_str(), "Orders of the shop.");
        for bad in ["", " ", "a\nb", "a\u{202e}b", &"x".repeat(201)] {
            assert_eq!(bad.parse::<Description>(), Err(AboutError::Description), "{bad:?}");
        }
    }
}
