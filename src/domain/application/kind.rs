//! What an application is for.

use crate::protocol::named::named;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

named! {
    /// What an application is for. It decides the defaults, and whether it can keep a secret.
    #[derive(Default)]
    pub enum ApplicationKind {
        /// A machine that acts for itself.
        #[default]
        Service = "service",
        /// A web application with a server of its own.
        Web = "web",
        /// An application that runs wholly in the browser.
        Spa = "spa",
        /// An application on a desktop or phone.
        Native = "native",
        /// A device with little or no keyboard.
        Device = "device",
    }
}

impl ApplicationKind {
    /// RFC 6749 §2.1: whether it can keep a secret.
    pub const fn is_confidential(self) -> bool {
        matches!(self, Self::Service | Self::Web)
    }

    /// The grants it gets when none are named.
    pub fn default_grants(self) -> Vec<GrantType> {
        match self {
            Self::Service => vec![GrantType::ClientCredentials],
            Self::Web | Self::Spa | Self::Native => vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            Self::Device => Vec::new(),
        }
    }

    /// Whether people sign in to it.
    pub const fn is_for_people(self) -> bool {
        !matches!(self, Self::Service)
    }

    /// The scopes it gets when none are named, as the two kinds of application have always had them.
    pub fn default_scopes(self) -> Scope {
        let scopes = match self {
            Self::Service => "openid admin",
            Self::Web | Self::Spa | Self::Native | Self::Device => "openid user",
        };
        scopes.parse().unwrap_or_default()
    }
}
