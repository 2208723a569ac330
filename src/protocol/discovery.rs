//! Where issuers say what they are (OpenID Connect Discovery 1.0 §4).

use url::Url;

/// Where the metadata of an issuer stands (§4.1: a slash at its end is taken away before the path is added). None if the
/// issuer is no URL.
pub fn metadata_url(issuer: &str) -> Option<Url> {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    Url::parse(&format!("{issuer}/.well-known/openid-configuration")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_stands_below_its_issuer() {
        for (issuer, at) in [
            ("https://a.example", Some("https://a.example/.well-known/openid-configuration")),
            ("https://a.example/", Some("https://a.example/.well-known/openid-configuration")),
            ("https://a.example/t/v2.0", Some("https://a.example/t/v2.0/.well-known/openid-configuration")),
            ("", None),
            ("a.example", None),
        ] {
            assert_eq!(metadata_url(issuer).as_ref().map(Url::as_str), at, "{issuer}");
        }
    }
}
