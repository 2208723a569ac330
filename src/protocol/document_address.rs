//! The addresses of documents that others publish and this server fetches.

use std::fmt;
use std::str::FromStr;

use url::Url;

use super::url_parts::{has_credentials, is_on_this_machine};

/// The longest address, in bytes.
const LONGEST: usize = 512;

/// The address of a document: https, or http on this machine, which only a server for this machine fetches from. Which
/// network it leads to is judged at each connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentAddress {
    text: String,
    url: Url,
}

/// Why a text is not the address of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an https address without user, password and fragment, of at most {LONGEST} characters")]
pub struct DocumentAddressError;

impl DocumentAddress {
    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same as a URL.
    pub const fn as_url(&self) -> &Url {
        &self.url
    }

    /// The host, an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }
}

impl FromStr for DocumentAddress {
    type Err = DocumentAddressError;

    fn from_str(text: &str) -> Result<Self, DocumentAddressError> {
        if text.len() > LONGEST || !text.chars().all(|c| c.is_ascii_graphic()) {
            return Err(DocumentAddressError);
        }
        let url = Url::parse(text).map_err(|_| DocumentAddressError)?;
        let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_on_this_machine(&url));
        let is_bare = !has_credentials(&url) && url.fragment().is_none();
        if is_secure && is_bare && url.has_host() {
            Ok(Self { text: text.to_owned(), url })
        } else {
            Err(DocumentAddressError)
        }
    }
}

impl fmt::Display for DocumentAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_or_on_this_machine() {
        for good in
            ["https://app.example/jwks?v=2", "https://app.example:8443/", "http://localhost:3000/jwks", "http://[::1]/"]
        {
            assert_eq!(good.parse::<DocumentAddress>().map(|address| address.text).as_deref(), Ok(good));
        }
        let long = format!("https://app.example/{}", "a".repeat(LONGEST));
        for bad in [
            "",
            "app.example/jwks",
            "http://app.example/jwks",
            "http://localhost.example/jwks",
            "ftp://localhost/jwks",
            "https://john@app.example/jwks",
            "https://:secret@app.example/jwks",
            "https://app.example/jwks#a",
            "https://äpp.example/jwks",
            "https://app.example/a b",
            &long,
        ] {
            assert_eq!(bad.parse::<DocumentAddress>(), Err(DocumentAddressError), "{bad}");
        }
    }
}
