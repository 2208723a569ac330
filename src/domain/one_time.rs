//! One-time values: each kind its own type, its own prefix, 256 random bits, stored as SHA-256 only.
//!
//! A value of one kind never parses as another, so a link can never be taken for a code or a session. `Debug` does not
//! show the secret; [`ValueHash`] is what is stored and looked up.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};

use super::base62::base62;

const RANDOM_CHARACTERS: usize = 43;

/// SHA-256 of a one-time value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ValueHash([u8; 32]);

impl ValueHash {
    /// The hash of a text.
    pub fn of(text: &str) -> Self {
        Self::of_bytes(text.as_bytes())
    }

    /// The hash of bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
        Self(hash)
    }

    /// From the bytes that were stored.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// From a keyed hash, for values that are short enough to be guessed.
    pub const fn from_raw(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// Compares in constant time.
    pub fn is(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }

    /// The bytes in hexadecimal.
    pub fn hex(&self) -> String {
        self.0.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    /// The bytes to store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A text that is not a one-time value of the expected kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a value of this kind")]
pub struct NotThisKind;

/// Declares a kind of one-time value.
macro_rules! one_time_values {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal $(+ $suffix:literal)?),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// The prefix of every value of this kind.
            pub const PREFIX: &'static str = $prefix;

            /// The value made from 32 random (or derived and equally unguessable) bytes.
            pub fn from_random(random: [u8; 32]) -> Self {
                Self(format!("{}{}{}", $prefix, base62(&random, RANDOM_CHARACTERS), concat!($($suffix)?)))
            }

            /// The text, to be sent to its recipient.
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// The hash that is stored.
            pub fn hash(&self) -> ValueHash {
                ValueHash::of(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotThisKind;

            fn from_str(text: &str) -> Result<Self, NotThisKind> {
                let random = text.strip_prefix($prefix).ok_or(NotThisKind)?;
                // Without its end it is another value, such as one that was made before there was an end.
                let random = random.strip_suffix(concat!($($suffix)?)).unwrap_or(random);
                let shaped = random.len() == RANDOM_CHARACTERS && random.bytes().all(|b| b.is_ascii_alphanumeric());
                if shaped { Ok(Self(text.to_owned())) } else { Err(NotThisKind) }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+};
}

one_time_values! {
    /// An authorization code (RFC 6749 §1.3.1).
    AuthorizationCode = "gpc_",
    /// The token in the link of a mail. Short, because it stands in a URL that people see.
    LinkToken = "gpl_",
    /// A refresh token (RFC 6749 §1.5). Its end says nothing: keycloak-js takes what stands after the first dot for an
    /// encoded JSON object, and fails without one; this is `{}`.
    RefreshToken = "gpr_" + ".e30",
    /// The value of the session cookie.
    SessionToken = "gpss_",
    /// The value of the cookie that binds the steps of a browser flow together.
    BrowserToken = "gpb_",
    /// The token in the link that lets the first operator in.
    SetUpToken = "gpsu_",
    /// The token in an invitation to become an owner.
    InvitationToken = "gpi_",
    /// The token in the link by which an owner keeps an unused application.
    KeepToken = "gpk_",
    /// The token in the link that proves another address of an account.
    AddressToken = "gpa_",
    /// The token in the link that gives an account its old address back.
    UndoToken = "gpu_",
    /// The code by which a device asks what became of its request (RFC 8628 §1.2).
    DeviceCode = "gpd_",
    /// The random part of a pushed request's URI (RFC 9126 §2.2).
    PushedRequest = "gpp_",
    /// The token that lets a client register itself (RFC 7591 §1.2 "initial access token").
    InitialAccessToken = "gpit_",
    /// The token by which a client that registered itself sees and changes its registration (RFC 7592).
    RegistrationAccessToken = "gprt_",
    /// What an authenticator signs to sign somebody in, or to register a passkey (WebAuthn §13.4.3).
    PasskeyChallenge = "gpw_",
    /// What ties an upstream's answer to the browser that was sent there (OIDC Core §3.1.2.1 `state`).
    UpstreamState = "gpst_",
    /// What ties an upstream's ID token to the request for it (OIDC Core §3.1.2.1 `nonce`).
    UpstreamNonce = "gpn_",
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6234 §8.5: the digest of "abc".
    #[test]
    fn a_hash_is_the_sha_256_and_reads_back_from_what_is_stored() {
        let hash = ValueHash::of("abc");
        assert_eq!(hash.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let stored = ValueHash::from_bytes(hash.as_bytes()).unwrap();
        assert!(stored.is(&hash) && !stored.is(&ValueHash::of("abd")));
        assert!(ValueHash::from_bytes(&[0; 31]).is_none());
    }

    #[test]
    fn a_value_reads_back_as_its_own_kind_and_as_no_other() {
        let code = AuthorizationCode::from_random([7; 32]);
        assert_eq!(code.expose().parse(), Ok(code.clone()));
        assert_eq!(code.expose().parse::<LinkToken>(), Err(NotThisKind));
        assert_eq!(code.expose().parse::<RefreshToken>(), Err(NotThisKind));
        assert_eq!(code.expose().parse::<SessionToken>(), Err(NotThisKind));
    }

    #[test]
    fn nothing_but_the_exact_shape_is_read() {
        let good = LinkToken::from_random([7; 32]).expose().to_owned();
        for bad in
            ["", "gpl_", &good[..good.len() - 1], &format!("{good}a"), &good.replace('g', "G"), &format!(" {good}")]
        {
            assert!(bad.parse::<LinkToken>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_refresh_token_with_and_without_its_end_are_two_values() {
        let token = RefreshToken::from_random([7; 32]);
        let plain = token.expose().strip_suffix(".e30").unwrap();
        assert!(plain.len() == 47 && !plain.contains('.'), "{plain}");
        let former: RefreshToken = plain.parse().unwrap();
        assert_eq!((former.expose(), token.expose().parse()), (plain, Ok(token.clone())));
        assert!(!former.hash().is(&token.hash()));
        for bad in [format!("{plain}.e31"), format!("{plain}."), format!("{plain}.e30.e30"), ".e30".to_owned()] {
            assert!(bad.parse::<RefreshToken>().is_err(), "{bad}");
        }
        let link = LinkToken::from_random([7; 32]);
        assert!(format!("{}.e30", link.expose()).parse::<LinkToken>().is_err());
    }

    #[test]
    fn debug_output_shows_nothing_and_the_hash_is_another_text() {
        let token = RefreshToken::from_random([9; 32]);
        assert_eq!(format!("{token:?}"), "RefreshToken(…)");
        assert!(!format!("{:?}", token.hash()).contains(token.expose()));
    }
}
