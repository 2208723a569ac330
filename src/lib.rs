//! Gatepost: a self-hosted, passwordless OAuth 2.0 and OpenID Connect authorization server.
//!
//! Six layers, each of which may import only those above it in this list:
//!
//! - [`protocol`]: RULES. What the RFCs say, as pure functions and types.
//! - [`domain`]: FACTS. What the server remembers, and how it may change.
//! - [`store`]: MEMORY. All SQL.
//! - [`adapters`]: OUTSIDE. The clock, randomness, mail, requests of our own.
//! - [`flows`]: ACTS. What the server does: load, decide, commit.
//! - [`http`]: EDGE. Extractor, flow, reply.
//!
//! One request's walk: [`http::serve`] accepts a connection, [`http::routes`] finds `POST /token`,
//! `http/oauth/token.rs` reads the body into [`protocol::parameters::Parameters`] and calls
//! [`flows::token::Tokens::token`], which authenticates the application, applies the grant, settles scope and
//! audience and signs; the edge writes the JSON.
//!
//! Around the layers: [`config`] (settings), [`cli`] (commands), [`jobs`] (what runs by schedule), [`app`] (puts it all
//! together) and [`telemetry`] (logs and metrics). `docs/tour.md` walks through a few requests, `docs/architecture.md`
//! has the rest.

// An optimised build lays out an endpoint's whole future at once, extractors, flows and statements within one another,
// which is deeper than the compiler's default of 128.
#![recursion_limit = "512"]

pub mod adapters;
pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod flows;
pub mod http;
pub mod jobs;
pub mod protocol;
pub mod store;
pub mod telemetry;
