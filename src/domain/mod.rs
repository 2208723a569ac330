//! FACTS: what the server remembers, and how it may change.
//!
//! Owns ids, entities, their states as enums and the transitions between them. Does not own how they are
//! stored (`store`) nor when they change (`flows`). Imports `protocol` only.

pub mod account_invitation;
pub mod activity;
pub mod address_change;
pub mod application;
pub mod approval;
pub mod asked_claims;
pub mod assurance;
pub mod attribute;
pub mod attribute_schema;
pub mod audit;
pub mod authorization;
mod base62;
pub mod catalogue;
pub mod color;
pub mod device_grant;
pub mod device_name;
pub mod duration;
pub mod encryption;
pub mod group;
pub mod ids;
pub mod language;
pub mod life_cycle;
pub mod life_marks;
pub mod listing;
pub mod logout;
pub mod may_use;
pub mod one_time;
pub mod own_api;
pub mod own_token;
pub mod ownership;
pub mod passkey;
pub mod picture;
pub mod preset;
pub mod recheck;
pub mod refresh_token;
pub mod registration;
pub mod secret;
pub mod session;
pub mod settings_change;
pub mod sign_in;
pub mod signing_key;
pub mod step_up;
pub mod token_family;
pub mod told_claims;
pub mod upstream;
pub mod uptime_clock;
pub mod user;
pub mod username;
pub mod visible_text;
pub mod webhook;
pub mod webhook_delivery;
pub mod webhook_event;
pub mod webhook_secret;
pub mod webhook_url;
