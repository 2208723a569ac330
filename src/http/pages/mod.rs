//! PAGES: the pages for people.
//!
//! Owns the templates' structs, the messages in every language, the stylesheet and security headers. Does not own the
//! flows: handlers fill a view from a flow and answer with [`page()`].

pub(in crate::http) mod account;
mod account_events;
pub(in crate::http) mod address;
pub(in crate::http) mod assets;
pub(in crate::http) mod attribute_fields;
pub(in crate::http) mod code;
pub(in crate::http) mod consent;
pub(in crate::http) mod cookies;
pub(in crate::http) mod csrf_form;
pub(super) mod device;
pub(in crate::http) mod export;
pub(in crate::http) mod fields;
pub(in crate::http) mod flow;
pub(in crate::http) mod headers;
pub(in crate::http) mod home;
pub(in crate::http) mod keep;
pub(in crate::http) mod link;
pub(in crate::http) mod locale;
pub(in crate::http) mod messages;
pub(in crate::http) mod no_access;
pub(in crate::http) mod own;
pub(in crate::http) mod page;
pub(in crate::http) mod page_error;
pub(in crate::http) mod passkey;
pub(in crate::http) mod passkeys;
pub(in crate::http) mod place;
pub(in crate::http) mod posted_form;
pub(in crate::http) mod problem;
mod scopes;
pub(in crate::http) mod sign_in;
pub(in crate::http) mod sign_out;
mod target;
pub(in crate::http) mod upstream;
pub(in crate::http) mod upstreams;
pub(in crate::http) mod view;
pub(in crate::http) mod viewer;
pub(in crate::http) mod visit;
