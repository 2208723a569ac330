//! The configuration: one file per section of `config/gatepost.toml`.
//!
//! Owns every setting: its key, type, default and bounds, where it may be written, and how messages and `config show`
//! present it. Does not own what settings mean, the command line, or access to the process's environment, which the
//! caller passes in. Imports `protocol` and `domain`, whose types some settings have; is imported by `flows`, `http`
//! and what stands around the layers (`app`, `cli`, `jobs`, `telemetry`).
//!
//! A value is taken from the environment (`GATEPOST__SECTION__KEY`, or `GATEPOST__SECTION__KEY_FILE` naming a file that
//! holds it), else from the file, else it is the default. Unknown keys and bad values are refused, all at once.
//!
//! To add a setting, add a field and a line to `read` in its section's file, and an entry in `config/gatepost.toml`; a test
//! compares the two.

mod applications;
mod attributes;
mod both_applications;
mod branding;
mod consent;
mod database;
mod declared_application;
mod development;
mod environment;
mod issuer;
mod key_files;
mod keys;
mod load;
mod log;
mod login;
mod mail;
mod mail_domains;
mod mail_url;
mod master_key;
mod nearest;
mod place;
mod problem;
mod provisioning;
mod rate_limits;
mod reader;
mod registration;
mod render;
mod rules;
mod secret;
mod self_service;
mod server;
mod setting;
mod sources;
mod templates;
mod tokens;
mod trusted_issuers;
mod upstreams;
mod value;
mod webhooks;

#[cfg(test)]
mod load_tests;
#[cfg(test)]
mod provisioning_tests;
#[cfg(test)]
mod sample_tests;
#[cfg(test)]
mod section_tests;

use std::path::Path;

pub use applications::Applications;
pub use attributes::DeclaredAttribute;
pub use branding::{BrandName, Branding, Contact};
pub use consent::Consent;
pub use database::{Database, DatabaseUrl, DatabaseUrlError, PreparedStatements};
pub use declared_application::{DeclaredApplication, DeclaredSecret};
pub use issuer::{Issuer, IssuerError};
pub use keys::Keys;
pub use load::USUAL_FILE;
pub use log::{Log, LogFormat, LogLevels};
pub use login::{Login, SignUp};
pub use mail::{Mail, MailFrom};
pub use mail_url::{MailCredentials, MailSecurity, MailUrl, MailUrlError};
pub use master_key::{MasterKeys, MasterKeysError};
pub use place::Place;
pub use problem::{ConfigErrors, Problem};
pub use provisioning::{DeclaredResource, DeclaredScope, Provisioning};
pub use rate_limits::RateLimits;
pub use registration::{DynamicRegistration, Registration};
pub use secret::Secret;
pub use self_service::SelfService;
pub use server::Server;
pub use sources::{ShownSetting, Sources};
pub use templates::{TemplateError, Templates, template_value};
pub use tokens::Tokens;
pub use trusted_issuers::IdentityIssuer;
pub use upstreams::Upstream;
pub use webhooks::Webhooks;

use ipnet::IpNet;

use reader::Reader;

const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

/// The effective configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[server]`
    pub server: Server,
    /// `[database]`
    pub database: Database,
    /// `[keys]`
    pub keys: Keys,
    /// `[tokens]`
    pub tokens: Tokens,
    /// `[login]`
    pub login: Login,
    /// `[branding]`
    pub branding: Branding,
    /// `[consent]`
    pub consent: Consent,
    /// `[registration]`
    pub registration: Registration,
    /// `[self_service]`
    pub self_service: SelfService,
    /// `[mail]`
    pub mail: Mail,
    /// `[applications]`
    pub applications: Applications,
    /// `[webhooks]`
    pub webhooks: Webhooks,
    /// `[rate_limits]`
    pub rate_limits: RateLimits,
    /// `[log]`
    pub log: Log,
    /// `[[applications]]`, `[[scopes]]`, `[[resources]]`, `[[groups]]` and `[[attributes]]`
    pub provisioning: Provisioning,
    /// `[[upstreams]]`
    pub upstreams: Vec<Upstream>,
    /// `[[trusted_issuers]]`
    pub trusted_issuers: Vec<IdentityIssuer>,
}

/// A configuration and where each part of it came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// Where it came from.
    pub sources: Sources,
}

/// What the configuration is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `serve`
    Serve,
    /// `serve --dev`
    Development,
    /// Any other command.
    Command,
}

impl Config {
    /// Loads the configuration file and what `environment` overrides in it, or returns every problem.
    ///
    /// The file is `explicit_path`, else the one that `GATEPOST_CONFIG` names, else `config/gatepost.toml` if it is there.
    pub fn load(explicit_path: Option<&Path>, environment: &[(String, String)]) -> Result<Loaded, ConfigErrors> {
        load::load(explicit_path, environment)
    }

    /// As [`Config::load`], from the text of a file that messages call `name`.
    pub fn from_toml(name: &str, text: &str, environment: &[(String, String)]) -> Result<Loaded, ConfigErrors> {
        load::from_toml(name, text, environment)
    }

    /// What this server is called in its mails: `branding.name`, or the issuer's host.
    pub fn own_name(&self) -> &str {
        self.branding.name.as_ref().map_or_else(|| self.server.issuer.host(), BrandName::as_str)
    }

    /// The sender of mail: `mail.from`, or `gatepost` at the issuer's host.
    pub fn mail_sender(&self) -> MailFrom {
        self.mail.from.clone().unwrap_or_else(|| MailFrom {
            name: None,
            address: format!("gatepost@{}", self.server.issuer.mail_domain()),
        })
    }

    /// What webhooks may reach besides the public internet: `webhooks.allow_private`, and the machine itself if the
    /// issuer is a loopback host, because only users of that machine can reach such a server.
    pub fn webhook_networks(&self) -> Vec<IpNet> {
        self.and_this_machine(&self.webhooks.allow_private)
    }

    /// Where documents of others are fetched from besides the public internet: `registration.allow_private`, and the
    /// machine itself as above.
    pub fn document_networks(&self) -> Vec<IpNet> {
        self.and_this_machine(&self.registration.allow_private)
    }

    fn and_this_machine(&self, networks: &[IpNet]) -> Vec<IpNet> {
        and_this_machine(networks, &self.server.issuer)
    }

    fn read(reader: &mut Reader) -> Self {
        // Before the section `[applications]`, which shares a name with one of its lists.
        let provisioning = Provisioning::read(reader);
        let upstreams = provisioning::read_upstreams(reader);
        let trusted_issuers = provisioning::read_trusted_issuers(reader);
        Self {
            server: reader.section("server", Server::read),
            database: reader.section("database", Database::read),
            keys: reader.section("keys", Keys::read),
            tokens: reader.section("tokens", Tokens::read),
            login: reader.section("login", Login::read),
            branding: reader.section("branding", Branding::read),
            consent: reader.section("consent", Consent::read),
            registration: reader.section("registration", Registration::read),
            self_service: reader.section("self_service", SelfService::read),
            mail: reader.section("mail", Mail::read),
            applications: reader.section("applications", Applications::read),
            webhooks: reader.section("webhooks", Webhooks::read),
            rate_limits: reader.section("rate_limits", RateLimits::read),
            log: reader.section("log", Log::read),
            provisioning,
            upstreams,
            trusted_issuers,
        }
    }
}

/// These networks, and the machine itself where the server is for nobody else.
fn and_this_machine(networks: &[IpNet], issuer: &Issuer) -> Vec<IpNet> {
    let loopback = if issuer.is_loopback() { &LOOPBACK[..] } else { &[] };
    let loopback = loopback.iter().filter_map(|network| network.parse::<IpNet>().ok());
    networks.iter().copied().chain(loopback).collect()
}

impl Default for Config {
    /// A configuration of defaults.
    fn default() -> Self {
        Self::read(&mut Reader::default())
    }
}

impl Loaded {
    /// Checks what depends on the purpose; what must always hold was checked when it was loaded.
    pub fn validate(&self, mode: Mode) -> Result<(), ConfigErrors> {
        let issuer = &self.config.server.issuer;
        let mut problems = Vec::new();
        if mode == Mode::Development && !issuer.is_loopback() {
            let message =
                format!("expected a loopback host such as http://localhost:8080 with --dev, found \"{issuer}\"");
            problems.push(self.sources.problem(&["server.issuer"], message));
        }
        ConfigErrors::unless_empty(problems)
    }

    /// Refuses a configuration without a mail server: without one no person could sign in.
    pub fn require_mail(&self) -> Result<(), ConfigErrors> {
        if self.config.mail.url.is_some() {
            return Ok(());
        }
        let message = "it is missing; expected smtp://host:port or smtps://user:password@host, \
                       or `serve --dev`, which catches mail in a page";
        let problem = self.sources.problem(&["mail.url"], message.to_owned());
        ConfigErrors::unless_empty(vec![problem])
    }
}
