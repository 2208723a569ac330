//! A pushed request that its URI carries, instead of being stored (RFC 9126 §2.2).
//!
//! An attacker can push requests in the name of a public client, as many as the network takes. So nothing is kept of
//! them: the URI has the parameters, which a browser would carry anyhow, and a keyed hash by which they are known again.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What the value of such a URI begins with.
const PREFIX: &str = "gpu_";

const DATED: usize = 8;

/// The length of what makes two equal requests different.
pub const DISTINCTION: usize = 16;

/// A request, and until when it can be taken, in microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedRequest {
    /// Its parameters, form encoded.
    pub parameters: String,
    /// When it expires.
    pub expires_at: i64,
}

impl CarriedRequest {
    /// Whether a value has the form of one.
    pub fn is_carried(value: &str) -> bool {
        value.starts_with(PREFIX)
    }

    /// The value that carries it, signed with this key.
    pub fn write(&self, key: &[u8; 32], distinction: [u8; DISTINCTION]) -> String {
        let text = [&self.expires_at.to_be_bytes()[..], &distinction, self.parameters.as_bytes()].concat();
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), &text);
        format!("{PREFIX}{}.{}", URL_SAFE_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(tag.as_ref()))
    }

    /// Reads a value that was signed with one of these keys.
    pub fn read(value: &str, keys: &[[u8; 32]]) -> Option<Self> {
        let (text, tag) = value.strip_prefix(PREFIX)?.split_once('.')?;
        let (text, tag) = (URL_SAFE_NO_PAD.decode(text).ok()?, URL_SAFE_NO_PAD.decode(tag).ok()?);
        let is_right = |key: &[u8; 32]| hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), &text, &tag).is_ok();
        if !keys.iter().any(is_right) {
            return None;
        }
        let (expires_at, rest) = text.split_first_chunk::<DATED>()?;
        let parameters = String::from_utf8(rest.get(DISTINCTION..)?.to_vec()).ok()?;
        Some(Self { parameters, expires_at: i64::from_be_bytes(*expires_at) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> CarriedRequest {
        CarriedRequest { parameters: "client_id=a&state=%C3%BC".to_owned(), expires_at: 1_772_366_400_000_000 }
    }

    #[test]
    fn what_was_signed_is_read_again() {
        let value = request().write(&[1; 32], [7; DISTINCTION]);
        assert!(CarriedRequest::is_carried(&value));
        assert_eq!(CarriedRequest::read(&value, &[[2; 32], [1; 32]]), Some(request()));
        assert_ne!(value, request().write(&[1; 32], [8; DISTINCTION]), "two equal requests are two");
    }

    #[test]
    fn what_another_has_made_or_changed_is_nothing() {
        let value = request().write(&[1; 32], [7; DISTINCTION]);
        assert_eq!(CarriedRequest::read(&value, &[[2; 32]]), None);
        let longer = CarriedRequest { expires_at: i64::MAX, ..request() }.write(&[2; 32], [7; DISTINCTION]);
        let (text, tag) = (longer.split_once('.').unwrap().0, value.split_once('.').unwrap().1);
        for odd in ["gpu_", &format!("{text}.{tag}"), "gpu_.", "gpu_AA.AA", "gpp_x", "", &value[..value.len() - 1]] {
            assert_eq!(CarriedRequest::read(odd, &[[1; 32]]), None, "{odd}");
        }
    }
}
