//! What every test stands on: the server in process, on either engine, with a clock the test moves.
//!
//! Owns starting, stopping and looking at the outside of a server. Does not own assertions about rules: they stand in
//! the tests. One file for each kind of object that tests use.
//!
//! [`World`] is one database and one clock; [`World::server`] starts a server in it, any number on PostgreSQL.
//! [`TestServer::token`] begins a token request, [`Answer`] is what came back.
//!
//! [`Installation`] is the binary as an operator has it: [`Node`]s and commands are processes of their own.

mod answer;
mod application;
mod assertion;
mod authenticator;
pub(crate) mod browser;
mod certificates;
mod child;
mod clock;
mod database;
mod document;
mod foreign_issuer;
pub(crate) mod form;
mod grant;
mod keys;
mod log_lines;
mod management;
mod names;
pub(crate) mod person;
mod process;
mod proof;
mod raw;
mod received_mail;
mod receiver;
mod server;
mod site;
mod smtp;
mod template;
mod token_request;
mod wait;
mod wire;
mod world;

pub(crate) use answer::Answer;
pub(crate) use application::{Registered, bearer, service};
pub(crate) use assertion::{Assertion, ClientKey};
pub(crate) use authenticator::{Authenticator, Flags};
pub(crate) use certificates::Authority;
pub(crate) use child::Child;
pub(crate) use clock::START;
pub(crate) use database::{Dump, dump_of_file};
pub(crate) use foreign_issuer::{ForeignIssuer, Manner};
pub(crate) use grant::{CALLBACK, CHALLENGE, Grant, VERIFIER, for_people, form_body, token, token_with};
pub(crate) use keys::{EVERY_ALGORITHM, RSA_ALONE};
pub(crate) use log_lines::LogLines;
pub(crate) use management::{Management, Who};
pub(crate) use process::{
    Credentials, Installation, Node, PATIENCE, PROMPTLY, Ran, installed_on_both_engines, kid_of, master_key, random,
    run_installed_on_postgres, run_installed_on_sqlite, text, until,
};
pub(crate) use raw::RawAnswer;
pub(crate) use receiver::{Receiver, Reply};
pub(crate) use server::TestServer;
pub(crate) use site::{Document, Site};
pub(crate) use smtp::{Privacy, SmtpServer, Verdict};
pub(crate) use token_request::TokenRequest;
pub(crate) use wait::eventually;
pub(crate) use wire::{State as WireState, Wire};
pub(crate) use world::{World, on_both_engines, run_on_postgres, run_on_sqlite};
