//! `[[trusted_issuers]]`: other authorization servers whose identity assertions count here.

use super::place::Place;
use super::reader::{Reader, TableReader};
use super::upstreams::{UpstreamIssuer, domains};
use crate::protocol::federation::TrustedIssuer;

/// How many can be declared.
const MOST_ISSUERS: usize = 50;

/// An issuer that may say that an application acts for a person (draft-ietf-oauth-identity-assertion-authz-grant).
#[derive(Clone, Debug)]
pub struct IdentityIssuer {
    /// Its issuer identifier, exactly as it writes it.
    pub issuer: TrustedIssuer,
    /// The domains of which a proven address says whose account it is; empty where only a connected identity does.
    pub email_domains: Vec<String>,
    /// Where it is declared.
    pub place: Place,
}

impl IdentityIssuer {
    pub(super) fn read(table: &mut TableReader<'_>, place: &Place) -> Option<Self> {
        let issuer = table.required::<UpstreamIssuer>("issuer", place);
        let email_domains = domains(table);
        let issuer = issuer?.0;
        let Ok(issuer) = issuer.parse() else {
            table.refuse("issuer", "expected the issuer's identifier, such as https://idp.example.com".to_owned());
            return None;
        };
        Some(Self { issuer, email_domains, place: place.clone() })
    }
}

/// No two of one issuer, and not too many.
pub(super) fn check(reader: &mut Reader, issuers: &[IdentityIssuer]) {
    if let Some(issuer) = issuers.get(MOST_ISSUERS) {
        reader.refuse("trusted_issuers", issuer.place.clone(), format!("expected {MOST_ISSUERS} issuers at most"));
    }
    for (at, issuer) in issuers.iter().enumerate() {
        if let Some(first) = issuers[..at].iter().find(|one| one.issuer == issuer.issuer) {
            let message = format!("expected each issuer once, but this one is declared at {} too", first.place);
            reader.refuse("trusted_issuers.issuer", issuer.place.clone(), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn problems(text: &str) -> String {
        Config::from_toml("gatepost.toml", text, &[]).map_or_else(|problems| problems.to_string(), |_| String::new())
    }

    const GOOD: &str = "[[trusted_issuers]]\nissuer = \"https://idp.example/\"\n";

    #[test]
    fn an_issuer_speaks_for_the_domains_that_are_named() {
        let text = format!("{GOOD}email_domains = [\"Example.com\"]");
        let loaded = Config::from_toml("gatepost.toml", &text, &[]).unwrap();
        let [issuer] = &loaded.config.trusted_issuers[..] else { panic!("one is declared") };
        assert_eq!(
            (issuer.issuer.as_str(), &issuer.email_domains[..]),
            ("https://idp.example/", &["example.com".to_owned()][..])
        );
    }

    #[test]
    fn what_cannot_be_is_refused_at_its_place() {
        for (text, told) in [
            ("[[trusted_issuers]]".to_owned(), "trusted_issuers[0].issuer: it is missing"),
            (GOOD.replace("https", "http"), "use https"),
            (GOOD.replace("https://idp.example/", "spiffe://idp.example"), "https"),
            (format!("{GOOD}{GOOD}"), "expected each issuer once"),
            (format!("{GOOD}email_domains = [\"@\"]"), "expected domains"),
            (format!("{GOOD}audience = \"x\""), "audience"),
        ] {
            let found = problems(&text);
            assert!(found.contains(told), "{text}: {found}");
        }
    }

    #[test]
    fn an_api_of_another_server_is_not_open_here() {
        let api = "[[resources]]\nidentifier = \"https://api.chat.example\"\n";
        let issuer = "issuer = \"https://chat.example/\"\n";
        assert_eq!(problems(&format!("{api}{issuer}client_ids = [\"agent f53f19\"]")), "");
        for (rest, told) in [
            (format!("{issuer}open = true"), "tokens for it are of that issuer"),
            (format!("{issuer}application = \"a\""), "tokens for it are of that issuer"),
            ("client_ids = [\"agent x\"]".to_owned(), "expected an issuer too"),
            (format!("{issuer}client_ids = [\"agent\"]"), "such as"),
            (format!("{issuer}client_ids = [\"a b\", \"a c\"]"), "each client id once"),
            ("issuer = \"chat\"".to_owned(), "resources[0].issuer"),
        ] {
            let found = problems(&format!("{api}{rest}"));
            assert!(found.contains(told), "{rest}: {found}");
        }
    }
}
