//! Applications that register themselves (RFC 7591): what lets them in, and what they say of themselves.

mod allowance;
mod metadata;
mod token;

pub use allowance::Allowance;
pub use metadata::{ClientMetadata, Members};
pub use token::{NewToken, RegistrationToken, TokenError, TokenState};

use super::ids::ApplicationId;
use crate::protocol::client_auth::AuthMethod;

/// The registration of an application that registered itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The application.
    pub application: ApplicationId,
    /// How it said that it authenticates.
    pub method: AuthMethod,
    /// The network it was registered from.
    pub network: String,
}
