//! `gatepost app try`: the authorization code flow as an application runs it, to see what it gets.

mod callback;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use serde_json::{Map, Value, json};
use url::Url;
use url::form_urlencoded::Serializer;

use super::One;
use crate::adapters::fetch::{Ask, Fetcher, SystemResolver};
use crate::cli::CommandError;
use crate::cli::output::Output;
use crate::config::Issuer;
use crate::domain::application::{Application, ApplicationKind};
use crate::domain::one_time::ValueHash;
use crate::flows::Rooms;
use crate::flows::applications::ManageError;
use crate::protocol::client_auth::AuthMethod;
use crate::protocol::token::GrantType;
use crate::protocol::upstream::{SecretPlace, TokenRequest};
use callback::Callback;

/// How long the token endpoint has to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A redirect URI that is usual for trying.
const EXAMPLE_CALLBACK: &str = "http://127.0.0.1:8765/callback";

/// What is tried.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    one: One,
    /// What to ask for [default: the application's default scopes]
    #[arg(long)]
    scope: Option<String>,
    /// Which of its redirect URIs on this machine [default: the first]
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,
    /// A file with its secret, or - for standard input, if it authenticates with one
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// One run of the flow, with the random values that hold it together.
struct Attempt<'a> {
    application: &'a Application,
    issuer: &'a Issuer,
    secret: Option<String>,
    verifier: String,
    state: String,
    nonce: String,
}

/// Runs the flow and prints the tokens.
pub(super) async fn run(arguments: &Arguments, rooms: &Rooms) -> Result<(), CommandError> {
    let id = &arguments.one.id;
    let application = rooms.store.application(id).await?.ok_or_else(|| ManageError::Unknown(id.clone()))?;
    require_sign_in(&application)?;
    let random = || URL_SAFE_NO_PAD.encode(rooms.instruments.random::<32>());
    let attempt = Attempt {
        secret: secret(&application, arguments.secret_file.as_deref())?,
        application: &application,
        issuer: &rooms.config.server.issuer,
        verifier: random(),
        state: random(),
        nonce: random(),
    };
    let registered = callback_of(&application, arguments.redirect_uri.as_deref())?;
    let is_any_port = application.settings.kind == ApplicationKind::Native;
    let callback = Callback::at(registered, is_any_port).await?;
    Output::note("Open this address in a browser of this machine and sign in:\n");
    Output::note(&attempt.address(callback.uri(), arguments.scope.as_deref()));
    let code = callback.code(&attempt.state, attempt.issuer.as_str()).await.map_err(CommandError::Usage)?;
    let tokens = attempt.exchange(&code, callback.uri()).await.map_err(CommandError::Usage)?;
    let shown = with_claims(tokens);
    Output::result(arguments.one.format, &shown, || text(&shown))?;
    Ok(())
}

/// Only what signs people in by a browser can be tried.
fn require_sign_in(application: &Application) -> Result<(), CommandError> {
    let settings = &application.settings;
    if settings.grants.contains(&GrantType::AuthorizationCode) {
        return Ok(());
    }
    let what = match settings.kind {
        ApplicationKind::Device => "begin at the device, with POST /oauth/device_authorization",
        _ => "it asks for its token itself, with POST /token",
    };
    let kind = settings.kind.name();
    Err(CommandError::Usage(format!("this application, of type {kind}, sends nobody here with a browser: {what}")))
}

/// The secret, where one is needed.
fn secret(application: &Application, file: Option<&Path>) -> Result<Option<String>, CommandError> {
    let usage = |what: &str| Err(CommandError::Usage(what.to_owned()));
    match (application.settings.auth_method(), file) {
        (AuthMethod::None, None) => Ok(None),
        (AuthMethod::None, Some(_)) => usage("this application has no secret"),
        (AuthMethod::PrivateKeyJwt, _) => usage("this application signs with a key that only it has"),
        (AuthMethod::Basic | AuthMethod::Post, None) => {
            usage("this application has a secret: name it with --secret-file")
        }
        (AuthMethod::Basic | AuthMethod::Post, Some(file)) => {
            let read = if file == Path::new("-") {
                let mut text = String::new();
                std::io::stdin().read_to_string(&mut text).map(|_| text)
            } else {
                std::fs::read_to_string(file)
            };
            let failed = |e| CommandError::Usage(format!("{}: {e}", file.display()));
            Ok(Some(read.map_err(failed)?.trim_ascii().to_owned()))
        }
    }
}

/// A redirect URI that leads to this machine.
fn callback_of<'a>(application: &'a Application, requested: Option<&str>) -> Result<&'a str, CommandError> {
    let here = |uri: &&String| Url::parse(uri).is_ok_and(|uri| callback::is_here(&uri));
    let mut candidates = application.settings.redirect_uris.iter().filter(here);
    let found = match requested {
        Some(requested) => candidates.find(|uri| *uri == requested),
        None => candidates.next(),
    };
    let missing = || {
        // An update replaces the list, so the command has all of it.
        let kept = application.settings.redirect_uris.iter().map(String::as_str).chain([EXAMPLE_CALLBACK]);
        let flags: Vec<_> = kept.map(|uri| format!("--redirect-uri '{uri}'")).collect();
        CommandError::Usage(format!(
            "the application has no such redirect URI on this machine; to add one beside those that it has: \
             gatepost app update {} {}",
            application.client_id,
            flags.join(" ")
        ))
    };
    found.map(String::as_str).ok_or_else(missing)
}

impl Attempt<'_> {
    /// Where the browser begins.
    fn address(&self, callback: &str, scope: Option<&str>) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(ValueHash::of(&self.verifier).as_bytes());
        let mut query = Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", self.application.client_id.as_str())
            .append_pair("redirect_uri", callback)
            .append_pair("state", &self.state)
            .append_pair("nonce", &self.nonce)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if let Some(scope) = scope {
            query.append_pair("scope", scope);
        }
        format!("{}?{}", self.issuer.url_of("/oauth/authorize"), query.finish())
    }

    /// Exchanges the code at the public address of the token endpoint.
    async fn exchange(&self, code: &str, callback: &str) -> Result<Value, String> {
        let request = TokenRequest {
            code,
            redirect_uri: callback,
            verifier: &self.verifier,
            client_id: self.application.client_id.as_str(),
            secret: self.secret.as_deref(),
        };
        let (form, authorization) = request.written(SecretPlace::Header);
        let url = Url::parse(&self.issuer.url_of("/token")).map_err(|e| e.to_string())?;
        let ask = Ask { url: &url, authorization, form: Some(form) };
        let heard = Fetcher::everywhere(Arc::new(SystemResolver)).read(ask, PATIENCE).await;
        let heard = heard.map_err(|e| format!("{url}: {e}"))?;
        let body: Value = serde_json::from_slice(&heard.body).map_err(|e| format!("{url}: {e}"))?;
        match heard.status {
            200 => Ok(body),
            status => Err(format!("{url} answers {status}: {body}")),
        }
    }
}

/// The answer of the token endpoint, and beside it what the tokens say.
fn with_claims(mut tokens: Value) -> Value {
    let claims: Map<String, Value> = ["access_token", "id_token"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), claims_of(tokens.get(name)?.as_str()?)?)))
        .collect();
    if let Some(members) = tokens.as_object_mut() {
        members.insert("claims".to_owned(), Value::Object(claims));
    }
    tokens
}

/// What a signed token says. Its signature is this server's own, and is not checked.
fn claims_of(token: &str) -> Option<Value> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&payload).ok()
}

fn text(shown: &Value) -> String {
    let members = shown.as_object().into_iter().flatten().filter(|(name, _)| *name != "claims");
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let lines = members.map(|(name, value)| format!("{name}: {}", plain(value)));
    let claims = shown["claims"].as_object().into_iter().flatten();
    let claims = claims.map(|(name, claims)| format!("\nThe {name} says:\n{:#}", json!(claims)));
    lines.chain(claims).collect::<Vec<_>>().join("\n")
}
