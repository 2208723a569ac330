//! The target of a request as proofs name it (RFC 9449 §4.3): without query and fragment, normalised as RFC 3986
//! §6.2.2 and §6.2.3 say.

use std::fmt::Write as _;

use url::Url;

/// The address in its one form; none for what is no address of an HTTP server.
pub(super) fn normalised(address: &str) -> Option<String> {
    // What a browser would mend, such as a backslash or a blank, is no URI.
    if !address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return None;
    }
    let mut url = Url::parse(address).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    Some(with_plain_octets(url.as_str()))
}

/// RFC 3986 §6.2.2.1, §6.2.2.2: hexadecimal digits are upper case, and what needs no encoding has none.
fn with_plain_octets(url: &str) -> String {
    let mut plain = String::with_capacity(url.len());
    let mut rest = url;
    while let Some(at) = rest.find('%') {
        let (before, encoded) = rest.split_at(at);
        plain.push_str(before);
        let octet = encoded.get(1..3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match octet {
            Some(octet) if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) => plain.push(char::from(octet)),
            Some(octet) => {
                // Writing to a text cannot fail.
                let _ = write!(plain, "%{octet:02X}");
            }
            None => {
                plain.push('%');
                rest = &encoded[1..];
                continue;
            }
        }
        rest = &encoded[3..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "https://id.example/token";

    #[test]
    fn what_means_the_same_address_is_the_same() {
        for same in [
            TOKEN,
            "HTTPS://ID.Example/token",
            "https://id.example:443/token",
            "https://id.example/token?a=b",
            "https://id.example/token#x",
            "https://id.example/a/../token",
            "https://id.example/%74oken",
        ] {
            assert_eq!(normalised(same).as_deref(), Some(TOKEN), "{same}");
        }
        assert_eq!(normalised("https://id.example"), normalised("https://id.example/?x"));
        assert_eq!(normalised("http://[::1]:80/a%c3%bc"), Some("http://[::1]/a%C3%BC".to_owned()));
    }

    #[test]
    fn what_means_another_address_is_another() {
        for other in [
            "https://id.example/token/",
            "https://id.example/Token",
            "http://id.example/token",
            "https://id.example:8443/token",
            "https://id.example.evil/token",
            "https://id.example@evil/token",
            "https://john@id.example/token",
            "https://id.example/%2Ftoken",
        ] {
            assert_ne!(normalised(other).as_deref(), Some(TOKEN), "{other}");
            assert!(normalised(other).is_some(), "{other}");
        }
    }

    #[test]
    fn what_is_no_address_of_an_http_server_is_none() {
        for none in [
            "",
            "/token",
            "id.example/token",
            "urn:a",
            "https:\\\\id.example\\token",
            " https://id.example/token",
            "https://id.example/to\tken",
            "file:///token",
            "https://",
        ] {
            assert_eq!(normalised(none), None, "{none}");
        }
        assert_eq!(normalised("https://id.example/100%"), Some("https://id.example/100%".to_owned()));
        assert_eq!(normalised("https://id.example/%zz%4"), Some("https://id.example/%zz%4".to_owned()));
    }
}
