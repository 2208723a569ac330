//! The OAuth endpoints.

pub(super) mod authorize;
mod client_post;
pub(super) mod device_authorization;
pub(super) mod introspect;
pub(super) mod jwks;
pub(super) mod metadata;
pub(super) mod par;
pub(super) mod protected_resource;
pub(super) mod register;
pub(super) mod revoke;
pub(super) mod token;
pub(super) mod userinfo;
pub(super) mod webauthn;
