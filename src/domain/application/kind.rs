//! What an application is for.

use crate::protocol::named::named;
use crate::protocol::redirect_uri::{Matching, OwnScheme};
use crate::protocol::requested_scope::ScopePolicy;
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
            Self::Device => vec![GrantType::DeviceCode, GrantType::RefreshToken],
        }
    }

    /// Whether people sign in to it.
    pub const fn is_for_people(self) -> bool {
        !matches!(self, Self::Service)
    }

    /// The scopes it may ask for when none are named: what the libraries for applications that people sign in to request
    /// by default.
    pub fn usual_scopes(self) -> Scope {
        let scopes = match self {
            Self::Service => "openid admin",
            Self::Web | Self::Spa | Self::Native | Self::Device => "openid profile email offline_access user",
        };
        scopes.parse().unwrap_or_default()
    }

    /// What becomes of requested scopes that it is not registered for, where nothing else is said.
    pub const fn scope_policy(self) -> ScopePolicy {
        match self {
            Self::Service => ScopePolicy::Strict,
            Self::Web | Self::Spa | Self::Native | Self::Device => ScopePolicy::Narrow,
        }
    }

    /// RFC 8252 §7.1: whether its redirect URIs may have a private-use scheme.
    pub const fn own_scheme(self) -> OwnScheme {
        match self {
            Self::Native => OwnScheme::Allowed,
            Self::Service | Self::Web | Self::Spa | Self::Device => OwnScheme::Refused,
        }
    }

    /// How much of a redirect URI must be registered where a browser brings it.
    pub const fn redirect_matching(self) -> Matching {
        match self {
            Self::Native => Matching::AnyLoopbackPort,
            Self::Service | Self::Web | Self::Spa | Self::Device => Matching::Exact,
        }
    }

    /// The scopes it gets when it asks for none, as the two kinds of application have always had them.
    pub fn default_scopes(self) -> Scope {
        let scopes = match self {
            Self::Service => "openid admin",
            Self::Web | Self::Spa | Self::Native | Self::Device => "openid user",
        };
        scopes.parse().unwrap_or_default()
    }
}
