//! Enums of the protocol and the domain that are values of settings.

use super::setting::FromText;
use crate::domain::application::{ApplicationKind, PkcePolicy};
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::protocol::claims::TokenProfile;
use crate::protocol::jose::SigningAlgorithm;

/// Reads and shows a type by its `name` and `from_name`.
macro_rules! by_name {
    ($type:ty, $expected:literal) => {
        impl FromText for $type {
            const EXPECTED: &'static str = $expected;

            fn from_text(text: &str) -> Result<Self, String> {
                Self::from_name(text).ok_or_else(String::new)
            }

            fn shown(&self) -> String {
                self.name().to_owned()
            }
        }
    };
}

by_name!(SigningAlgorithm, "one of these: \"RS256\" \"PS256\" \"ES256\" \"EdDSA\"");
by_name!(ApplicationKind, "one of these: \"service\" \"web\" \"spa\" \"native\" \"device\"");
by_name!(TokenProfile, "one of these: \"rfc9068\" \"plain\"");
by_name!(LinkMode, "one of these: \"auto\" \"direct\" \"confirm\"");
by_name!(UnknownAccount, "one of these: \"reject\" \"conceal\"");
by_name!(PkcePolicy, "one of these: \"by_type\" \"required\"");
