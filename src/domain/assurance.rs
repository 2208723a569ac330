//! How surely somebody has to have signed in.

use super::session::AuthenticationMethod;
use crate::protocol::named::named;

named! {
    /// How people have to sign in.
    #[derive(Default)]
    pub enum RequiredSignIn {
        /// As they like.
        #[default]
        Any = "any": "By mail or with a passkey",
        /// With a passkey. Who has none adds one after a sign-in by mail.
        Passkey = "passkey": "With a passkey",
    }
}

impl RequiredSignIn {
    /// Whether who signed in like this did as is required.
    pub fn is_met_by(self, amr: AuthenticationMethod) -> bool {
        self == Self::Any || amr.is_passkey()
    }
}

/// Whether somebody signed in surely enough, and what they do if not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assurance {
    /// Surely enough.
    Enough,
    /// They sign in again, with one of their passkeys.
    SignIn,
    /// They have no passkey, and add one.
    AddPasskey,
}
