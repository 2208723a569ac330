//! An entry of `[[applications]]`.

use std::time::Duration;

use super::environment::read_named_file;
use super::jwks::Jwks;
use super::place::Place;
use super::reader::{Answer, TableReader};
use super::secret::Secret;
use super::setting::{FromText, Setting};
use super::tokens::LONGEST_TOKEN;
use super::value::{Kind, Unfit, Value};
use crate::domain::application::{ApplicationKind, PkcePolicy};
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::protocol::claims::TokenProfile;
use crate::protocol::jose::SigningAlgorithm;

/// An application that the operator declares. Values that need the rules of OAuth are checked later.
#[derive(Clone, Debug)]
pub struct DeclaredApplication {
    /// The client id.
    pub client_id: String,
    /// The name that people see; the client id if none is given.
    pub name: String,
    /// The type.
    pub kind: ApplicationKind,
    /// The grants it may use; empty for those of its type.
    pub grants: Vec<String>,
    /// The scopes it may ask for.
    pub scopes: Vec<String>,
    /// The default scopes.
    pub default_scopes: Option<Vec<String>>,
    /// The redirect URIs.
    pub redirect_uris: Vec<String>,
    /// The audiences it may ask for.
    pub audiences: Vec<String>,
    /// The life of its access tokens.
    pub token_ttl: Option<Duration>,
    /// The format of its access tokens.
    pub token_profile: Option<TokenProfile>,
    /// The signature algorithm of its tokens.
    pub signing_algorithm: Option<SigningAlgorithm>,
    /// The mail address of its owner.
    pub owner: Option<String>,
    /// Whether it is the operator's own and needs no consent.
    pub first_party: bool,
    /// The post-logout redirect URIs.
    pub post_logout_redirect_uris: Vec<String>,
    /// Whether it must use PKCE.
    pub pkce: PkcePolicy,
    /// What opening a sign-in link does; none follows `login.link_mode`.
    pub link_mode: Option<LinkMode>,
    /// How a request for an address without an account is answered; none follows `login.unknown_account`.
    pub unknown_account: Option<UnknownAccount>,
    /// Its secret.
    pub secret: Option<DeclaredSecret>,
    /// Its public keys.
    pub jwks: Option<Jwks>,
    /// Where it is declared.
    pub place: Place,
}

/// The secret of a declared application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclaredSecret {
    /// The secret: `client_secret` or `client_secret_file`.
    Plain(Secret),
    /// Its Argon2id hash as a PHC string: `client_secret_hash`.
    Hash(Secret),
}

impl DeclaredApplication {
    /// Reads an entry; `None` if a required part has a problem, which is recorded.
    pub(super) fn read(table: &mut TableReader<'_>, place: &Place) -> Option<Self> {
        let client_id = table.required::<String>("client_id", place);
        let name = table.optional("name").or_else(|| client_id.clone());
        let read = Self {
            client_id: client_id.clone().unwrap_or_default(),
            name: name.unwrap_or_default(),
            kind: table.optional("type").unwrap_or(ApplicationKind::Service),
            grants: table.optional("grants").unwrap_or_default(),
            scopes: scopes(table, "scopes").unwrap_or_default(),
            default_scopes: scopes(table, "default_scopes"),
            redirect_uris: table.optional("redirect_uris").unwrap_or_default(),
            audiences: table.optional("audiences").unwrap_or_default(),
            token_ttl: table.optional::<TokenLife>("token_ttl").map(|life| life.0),
            token_profile: table.optional("token_profile"),
            signing_algorithm: table.optional("signing_algorithm"),
            owner: table.optional("owner"),
            first_party: table.optional("first_party").unwrap_or(false),
            post_logout_redirect_uris: table.optional("post_logout_redirect_uris").unwrap_or_default(),
            pkce: table.optional("pkce").unwrap_or_default(),
            link_mode: table.optional("link_mode"),
            unknown_account: table.optional("unknown_account"),
            secret: secret(table),
            jwks: table.optional("jwks"),
            place: place.clone(),
        };
        client_id.map(|_| read)
    }
}

fn scopes(table: &mut TableReader<'_>, key: &'static str) -> Option<Vec<String>> {
    table.optional::<ScopeList>(key).map(|scopes| scopes.0)
}

/// At most one of the three ways to give a secret.
fn secret(table: &mut TableReader<'_>) -> Option<DeclaredSecret> {
    let keys = ["client_secret", "client_secret_file", "client_secret_hash"];
    let given: Vec<&str> = keys.into_iter().filter(|key| table.has(key)).collect();
    let plain = table.optional::<Secret>("client_secret");
    let named = secret_of_named_file(table);
    let hash = table.optional::<Argon2Hash>("client_secret_hash");
    if given.len() > 1 {
        let message = format!("expected only one of {}", given.join(", "));
        table.refuse(given[1], message);
    }
    let plain = plain.or(named).map(DeclaredSecret::Plain);
    plain.or_else(|| hash.map(|hash| DeclaredSecret::Hash(hash.0)))
}

fn secret_of_named_file(table: &mut TableReader<'_>) -> Option<Secret> {
    let key = "client_secret_file";
    let Answer::Good(path, place) = table.read::<String>(key) else {
        return None;
    };
    table.note(key, path.show(), place);
    match read_named_file(&path, &table.full_key(key)) {
        Ok(value) => match table.parse::<Secret>(key, &value) {
            Answer::Good(secret, _) => Some(secret),
            Answer::Bad(_) | Answer::Absent => None,
        },
        Err(message) => {
            table.refuse(key, message);
            None
        }
    }
}

/// Scopes as a list, or as OAuth writes them: one string with spaces.
#[derive(Debug)]
struct ScopeList(Vec<String>);

impl Setting for ScopeList {
    fn expected() -> String {
        "scopes as a list, or in one string separated by spaces".to_owned()
    }

    fn read(value: &Value) -> Result<Self, Unfit> {
        match &value.kind {
            Kind::List(_) => Vec::read(value).map(Self),
            Kind::String(text) => Ok(Self(text.split_whitespace().map(String::from).collect())),
            _ => Err(value.unfit(&Self::expected())),
        }
    }

    fn show(&self) -> serde_json::Value {
        self.0.show()
    }
}

/// The life of a token: a duration, or whole seconds as `--token-ttl` takes them.
#[derive(Debug)]
struct TokenLife(Duration);

impl Setting for TokenLife {
    fn expected() -> String {
        "whole seconds, or a duration such as 10m, from 1s to 366d".to_owned()
    }

    fn read(value: &Value) -> Result<Self, Unfit> {
        let life = match &value.kind {
            Kind::Integer(seconds) => u64::try_from(*seconds).ok().map(Duration::from_secs),
            _ => value.as_text().and_then(|text| super::duration::parse(text).ok()),
        };
        let is_good =
            |life: &Duration| (Duration::from_secs(1)..=LONGEST_TOKEN).contains(life) && life.subsec_nanos() == 0;
        life.filter(is_good).map(Self).ok_or_else(|| value.unfit(&Self::expected()))
    }

    fn show(&self) -> serde_json::Value {
        self.0.show()
    }
}

/// The hash of a secret; it is masked too, because it can be attacked offline.
#[derive(Debug)]
struct Argon2Hash(Secret);

impl FromText for Argon2Hash {
    const EXPECTED: &'static str = "an Argon2id hash as a PHC string, $argon2id$v=19$m=…,t=…,p=…$salt$hash";
    const SECRET: bool = true;

    fn from_text(text: &str) -> Result<Self, String> {
        match argon2::password_hash::phc::PasswordHash::new(text) {
            Ok(hash) if hash.algorithm.as_str() == "argon2id" && hash.hash.is_some() => Ok(Self(Secret::new(text))),
            _ => Err(String::new()),
        }
    }

    fn shown(&self) -> String {
        super::secret::MASK.to_owned()
    }
}
