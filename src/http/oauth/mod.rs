//! The OAuth endpoints.

pub(super) mod jwks;
pub(super) mod metadata;
pub(super) mod token;
