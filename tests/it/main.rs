//! The integration tests: one binary, one module for each subject, each test on SQLite and PostgreSQL.
//!
//! A test's name is a sentence about the rule, its doc line says where the rule stands. `harness` has the
//! server in process. `scripts/test --quick` runs all of it with a PostgreSQL of its own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a failed assertion is what a test is for")]

mod access_table;
mod accounts;
mod admin;
mod application_access;
mod application_life;
mod architecture;
mod authorization_code;
mod bad_requests;
mod browser_flow;
mod browser_pages;
mod client_authentication;
mod command_line;
mod connections;
mod crash;
mod delivery_trace;
mod deployment;
mod device;
mod discovery;
mod documents;
mod early_answers;
mod forgotten;
mod forgotten_in_batches;
mod forms;
mod full_disk;
mod groups;
mod harness;
mod hello;
mod hosts;
mod in_flight;
mod insight;
mod issuer_path;
mod keep_link;
mod key_rotation;
mod life_cycle;
mod life_cycle_watched;
mod limits;
mod mail;
mod mail_limits;
mod mail_tls;
mod management_api;
mod names;
mod operations;
mod operators_power;
mod outage;
mod ownership;
mod par;
mod passwordless;
mod portal;
mod postgresql;
mod printed_commands;
mod provisioning;
mod rate_limits;
mod redemption_races;
mod refresh_token;
mod reload;
mod safeguards;
mod secrets_stay_secret;
mod self_service;
mod settings;
mod signing_algorithms;
mod standard_clients;
mod standards;
mod store;
mod token;
mod token_status;
mod try_out;
mod user_commands;
mod users;
mod waiting_page;
mod webhooks;
mod withdrawn;
