//! The arguments of `gatepost app create`.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::CommandError;
use crate::cli::output::Format;
use crate::config::duration;
use crate::domain::application::{ApplicationKind, ApplicationSettings, ClientAuthentication, PkcePolicy};
use crate::domain::ids::ClientId;
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::flows::applications::NewApplication;
use crate::protocol::claims::TokenProfile;
use crate::protocol::client_keys::client_keys;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

/// What a new application is to be.
#[derive(Args)]
#[expect(clippy::doc_markdown, reason = "shown as help, where backticks would stand as they are")]
pub(in crate::cli) struct Arguments {
    /// The application's name, for people
    #[arg(long)]
    name: String,
    /// What it is for: service, web, spa, native or device
    #[arg(long = "type", default_value = "service", value_parser = kind)]
    kind: ApplicationKind,
    /// A grant it may use; may be repeated [default: those of its type]
    #[arg(long = "grant", value_parser = grant)]
    grants: Vec<GrantType>,
    /// The scopes it may ask for, separated by spaces [default: "openid admin" for a service, else "openid user"]
    #[arg(long)]
    scope: Option<Scope>,
    /// The scopes it gets when it asks for none [default: all it may ask for]
    #[arg(long)]
    default_scope: Option<Scope>,
    /// A redirect URI; may be repeated
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// A resource it may ask tokens for, as an absolute URI; may be repeated
    #[arg(long = "audience", value_name = "URI")]
    audiences: Vec<ResourceId>,
    /// How long its access tokens live, in seconds or as 10m, 24h [default: the server's]
    #[arg(long, value_parser = lifetime)]
    token_ttl: Option<Duration>,
    /// The format of its access tokens: rfc9068 (typ at+jwt) or plain (typ JWT)
    #[arg(long, default_value = "rfc9068", value_parser = profile)]
    token_profile: TokenProfile,
    /// What its tokens are signed with: RS256, PS256, ES256 or EdDSA [default: the server's]
    #[arg(long, value_parser = algorithm)]
    signing_algorithm: Option<SigningAlgorithm>,
    /// A file with its public keys as a JWK Set; it then authenticates with private_key_jwt and has no secret
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// The e-mail address of its owner
    #[arg(long, value_name = "EMAIL")]
    owner: Option<String>,
    /// It is the operator's own, so its users are not asked for consent
    #[arg(long)]
    first_party: bool,
    /// A post-logout redirect URI; may be repeated
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    post_logout_redirect_uris: Vec<String>,
    /// It must use PKCE even if it can keep a secret; public applications must anyway
    #[arg(long)]
    require_pkce: bool,
    /// What the links in its mails do: auto, direct or confirm [default: the server's]
    #[arg(long, value_parser = link_mode)]
    link_mode: Option<LinkMode>,
    /// How requests for addresses without an account are answered: reject or conceal [default: the server's]
    #[arg(long, value_parser = unknown_account)]
    unknown_account: Option<UnknownAccount>,
    /// Its client id [default: a random one]
    #[arg(long)]
    client_id: Option<ClientId>,
    /// Exempt it from the life cycle of unused applications
    #[arg(long)]
    pub(super) exempt: bool,
    #[command(flatten)]
    pub(super) format: Format,
}

impl Arguments {
    /// The application that the arguments describe.
    pub(super) fn into_application(self, default: SigningAlgorithm) -> Result<NewApplication, CommandError> {
        let mut settings = ApplicationSettings::new(self.name, self.kind);
        if !self.grants.is_empty() {
            settings.grants = self.grants;
        }
        if let Some(scope) = self.scope {
            settings.default_scope = scope.clone();
            settings.scope = scope;
        }
        if let Some(scope) = self.default_scope {
            settings.default_scope = scope;
        }
        if let Some(file) = self.jwks {
            let document = fs::read_to_string(&file)
                .map_err(|e| CommandError::Usage(format!("--jwks {}: {e}", file.display())))?;
            let keys =
                client_keys(&document).map_err(|e| CommandError::Usage(format!("--jwks {}: {e}", file.display())))?;
            settings.authentication = ClientAuthentication::PrivateKeyJwt(keys);
        }
        settings.redirect_uris = self.redirect_uris;
        settings.audiences = self.audiences;
        settings.token_ttl = self.token_ttl;
        settings.token_profile = self.token_profile;
        settings.signing_algorithm = self.signing_algorithm.unwrap_or(default);
        settings.owner = self.owner;
        settings.first_party = self.first_party;
        settings.post_logout_redirect_uris = self.post_logout_redirect_uris;
        settings.pkce = if self.require_pkce { PkcePolicy::Required } else { PkcePolicy::ByType };
        settings.link_mode = self.link_mode;
        settings.unknown_account = self.unknown_account;
        Ok(NewApplication { client_id: self.client_id, settings })
    }
}

fn named<T>(found: Option<T>, expected: &str) -> Result<T, String> {
    found.ok_or_else(|| format!("expected one of: {expected}"))
}

fn kind(word: &str) -> Result<ApplicationKind, String> {
    named(ApplicationKind::from_name(word), &ApplicationKind::ALL.map(ApplicationKind::name).join(", "))
}

fn grant(word: &str) -> Result<GrantType, String> {
    named(GrantType::from_name(word), &GrantType::ALL.map(GrantType::name).join(", "))
}

fn profile(word: &str) -> Result<TokenProfile, String> {
    named(TokenProfile::from_name(word), &TokenProfile::ALL.map(TokenProfile::name).join(", "))
}

fn algorithm(word: &str) -> Result<SigningAlgorithm, String> {
    named(SigningAlgorithm::from_name(word), &SigningAlgorithm::ALL.map(SigningAlgorithm::name).join(", "))
}

fn link_mode(word: &str) -> Result<LinkMode, String> {
    named(LinkMode::from_name(word), &LinkMode::ALL.map(LinkMode::name).join(", "))
}

fn unknown_account(word: &str) -> Result<UnknownAccount, String> {
    named(UnknownAccount::from_name(word), &UnknownAccount::ALL.map(UnknownAccount::name).join(", "))
}

fn lifetime(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) => Ok(Duration::from_secs(seconds)),
        Err(_) => duration::parse(text).map_err(|e| e.to_string()),
    }
}
