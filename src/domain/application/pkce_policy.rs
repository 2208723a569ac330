//! Which applications must use PKCE.

use serde_json::Value;

use super::setting::SettingValue as _;
use crate::protocol::named::named;

named! {
    /// Which applications must use PKCE (RFC 7636).
    #[derive(Default)]
    pub enum PkcePolicy {
        /// Public applications must, confidential ones may.
        #[default]
        ByType = "by_type": "Depends on the type: required for spa and native",
        /// This application must, even if it is confidential.
        Required = "required": "Required",
    }
}

/// `true` and `false` of before; another value stays, and is refused as what it is.
pub(super) fn required_or_by_type(required: &Value) -> Value {
    match required {
        Value::Bool(true) => PkcePolicy::Required.show(),
        Value::Bool(false) => PkcePolicy::ByType.show(),
        other => other.clone(),
    }
}

/// The same as it was before.
pub(super) fn is_required(pkce: &Value) -> Value {
    (*pkce == PkcePolicy::Required.show()).into()
}
