//! RULES: OAuth 2.0, OpenID Connect and JOSE as pure functions and types.
//!
//! Owns what the RFCs say: how a request is read, which scopes a grant may carry, what a token claims, how
//! a refusal looks on the wire. Values go in, values come out; the time is an argument. Does not own what
//! the server remembers (`domain`) nor when a rule is applied (`flows`). Imports no other layer.

pub mod acr;
pub mod assertion;
pub mod authorize;
pub mod bearer;
pub mod carried_request;
pub mod claim_name;
pub mod claims;
pub mod claims_request;
pub mod client_auth;
pub mod client_document;
pub mod client_keys;
pub mod device;
pub mod discovery;
pub mod document_address;
pub mod dpop;
pub mod federation;
pub mod id_jag;
pub mod id_token;
pub mod id_token_hint;
pub mod introspection;
pub mod jose;
pub mod logout_token;
pub mod metadata;
pub mod mismatch;
pub mod named;
pub mod parameters;
pub mod pkce;
pub mod protected_resource;
pub mod redirect_uri;
pub mod refusal;
pub mod requested_scope;
pub mod resource;
pub mod retry_after;
pub mod scope;
pub mod signed_jwt;
pub mod thumbprint;
pub mod token;
pub mod token_exchange;
pub mod token_format;
pub mod upstream;
pub mod url_parts;
pub mod webauthn;
