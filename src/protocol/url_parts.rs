//! What the URLs that others choose are judged by, wherever one is named.

use url::{Host, Url};

/// Whether a URL leads to the machine that opens it: to a loopback address, or to a name that is never anything else
/// (RFC 6761 §6.3).
pub fn is_on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a URL carries a user name or a password, either of which can stand without the other: credentials in a URL
/// show up in logs and listings.
pub fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn this_machine_goes_by_names_and_addresses_of_loopback() {
        for here in ["http://localhost:3000/", "http://shop.localhost", "http://127.1.2.3/", "https://[::1]:1/"] {
            assert!(is_on_this_machine(&url(here)), "{here}");
        }
        for elsewhere in ["http://localhost.example/", "http://notlocalhost/", "http://10.0.0.1/", "mailto:a@localhost"]
        {
            assert!(!is_on_this_machine(&url(elsewhere)), "{elsewhere}");
        }
    }

    #[test]
    fn a_password_needs_no_user_name() {
        for with in ["https://john@a.example/", "https://:secret@a.example/", "https://john:secret@a.example/"] {
            assert!(has_credentials(&url(with)), "{with}");
        }
        for without in ["https://a.example/@b", "https://@a.example/", "https://:@a.example/"] {
            assert!(!has_credentials(&url(without)), "{without}");
        }
    }
}
