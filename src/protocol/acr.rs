//! Authentication classes: how surely somebody signed in (OIDC Core §2 `acr`), and what a request would like
//! (`acr_values`, §3.1.2.1).

use std::fmt;

use super::named::named;

named! {
    /// An authentication class.
    pub enum AuthenticationClass {
        /// The person could read mail sent to their address.
        Mail = "urn:gatepost:mail",
        /// The person has one of their passkeys, and their authenticator knew them.
        Passkey = "urn:gatepost:passkey",
        /// The same in the words of OpenID Connect Extended Authentication Profile ACR Values §4: nobody can be talked out
        /// of it.
        PhishingResistant = "phr",
        /// The same, where the key cannot leave its device.
        PhishingResistantHardware = "phrh",
        /// Another provider said who it is.
        Upstream = "urn:gatepost:upstream",
    }
}

impl AuthenticationClass {
    /// Their names.
    pub const NAMES: [&str; 5] =
        [Self::ALL[0].name(), Self::ALL[1].name(), Self::ALL[2].name(), Self::ALL[3].name(), Self::ALL[4].name()];
}

/// How the class of mail was called before there was another.
const FORMER_MAIL: &str = "urn:gatepost:acr:mail";

/// The classes that a request would like, best first. Those that are not known here are left out: it is a wish.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedClasses(Vec<AuthenticationClass>);

impl WantedClasses {
    /// Reads `acr_values`.
    pub fn read(text: &str) -> Self {
        let known = |word: &str| match word {
            FORMER_MAIL => Some(AuthenticationClass::Mail),
            word => AuthenticationClass::from_name(word),
        };
        let mut wanted = Vec::new();
        for class in text.split(' ').filter_map(known) {
            if !wanted.contains(&class) {
                wanted.push(class);
            }
        }
        Self(wanted)
    }

    /// These, or those of another wish where there are none.
    #[must_use]
    pub fn or(self, text: &str) -> Self {
        if self.0.is_empty() { Self::read(text) } else { self }
    }

    /// Whether it would like a class, and none but those of a passkey.
    pub fn wants_passkey(&self) -> bool {
        let is_weaker =
            |class: &AuthenticationClass| matches!(class, AuthenticationClass::Mail | AuthenticationClass::Upstream);
        !self.0.is_empty() && !self.0.iter().any(is_weaker)
    }

    /// The first class of these.
    pub fn first_of(&self, met: &[AuthenticationClass]) -> Option<AuthenticationClass> {
        self.0.iter().copied().find(|class| met.contains(class))
    }
}

impl fmt::Display for WantedClasses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|class| class.name()).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_and_what_is_not_known_is_left_out() {
        let wanted = WantedClasses::read("phrh urn:mace:incommon:iap:silver  phr 0 phrh");
        assert_eq!(wanted.to_string(), "phrh phr");
        assert_eq!(WantedClasses::read(&wanted.to_string()), wanted);
        assert!(wanted.wants_passkey());
        for modest in
            ["", "0", "urn:gatepost:passkey urn:gatepost:mail", "urn:gatepost:acr:mail", "phr urn:gatepost:upstream"]
        {
            assert!(!WantedClasses::read(modest).wants_passkey(), "{modest}");
        }
    }

    #[test]
    fn the_first_class_that_is_met_is_told() {
        let met = [AuthenticationClass::Passkey, AuthenticationClass::PhishingResistant];
        let told = |text| WantedClasses::read(text).first_of(&met);
        assert_eq!(told("phrh phr"), Some(AuthenticationClass::PhishingResistant));
        assert_eq!(told("urn:gatepost:passkey phr"), Some(AuthenticationClass::Passkey));
        assert_eq!(told("phrh"), None);
    }
}
