//! `gatepost registration-token …`: tokens that let applications register themselves, on the command line.

use std::time::Duration;

use clap::Subcommand;
use serde::Serialize;

use super::CommandError;
use super::output::{Format, Output, table};
use crate::domain::audit::Actor;
use crate::domain::duration;
use crate::domain::ids::{RegistrationTokenId, Timestamp};
use crate::domain::registration::{NewToken, RegistrationToken};
use crate::flows::Rooms;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

/// What can be done with tokens that let applications register themselves.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a token that lets applications register themselves, and print it, once
    Create(Arguments),
    /// List the tokens
    List(Format),
    /// Revoke a token; what it registered stays
    Revoke {
        /// The token's id
        #[arg(value_name = "ID")]
        id: RegistrationTokenId,
        #[command(flatten)]
        format: Format,
    },
}

/// The arguments of `registration-token create`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// What the list calls it
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,
    /// How many applications it registers at most [default: as many as come]
    #[arg(long, value_name = "N")]
    uses: Option<u32>,
    /// How long it is good, such as 12h
    #[arg(long, value_name = "DURATION", default_value = "1d", value_parser = lifetime)]
    expires: Duration,
    /// Scopes that its applications may have besides those of registration.scopes
    #[arg(long, value_name = "SCOPES", default_value = "", hide_default_value = true)]
    scope: Scope,
    /// A grant that its applications may have besides those of everybody, such as a machine's; may be repeated
    #[arg(long = "grant", value_name = "GRANT")]
    grants: Vec<GrantType>,
    #[command(flatten)]
    format: Format,
}

fn lifetime(text: &str) -> Result<Duration, String> {
    duration::parse(text).map_err(|e| e.to_string())
}

#[derive(Serialize)]
struct ShownToken {
    id: String,
    name: String,
    state: &'static str,
    scopes: Vec<String>,
    grants: Vec<&'static str>,
    uses: i64,
    most_uses: Option<i64>,
    created_at: String,
    expires_at: String,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
}

impl ShownToken {
    fn of(token: &RegistrationToken, now: Timestamp) -> Self {
        let text = |at: Option<Timestamp>| at.map(|at| at.to_string());
        Self {
            id: token.id.to_string(),
            name: token.name.clone(),
            state: token.state(now).name(),
            scopes: token.scope.iter().map(str::to_owned).collect(),
            grants: token.grants.iter().map(|grant| grant.name()).collect(),
            uses: token.uses,
            most_uses: token.most_uses,
            created_at: token.created_at.to_string(),
            expires_at: token.expires_at.to_string(),
            last_used_at: text(token.last_used_at),
            revoked_at: text(token.revoked_at),
        }
    }

    fn row(&self) -> Vec<String> {
        let most = self.most_uses.map_or_else(String::new, |most| format!(" of {most}"));
        let more = self.grants.iter().copied().chain(self.scopes.iter().map(String::as_str));
        let (id, name, state) = (self.id.clone(), self.name.clone(), self.state.to_owned());
        vec![
            id,
            name,
            state,
            format!("{}{most}", self.uses),
            self.expires_at.clone(),
            more.collect::<Vec<_>>().join(" "),
        ]
    }
}

/// A token that was just made.
#[derive(Serialize)]
struct MadeToken {
    token: String,
    #[serde(flatten)]
    stored: ShownToken,
}

/// Runs a command.
pub(super) async fn run(command: Command, rooms: &Rooms) -> Result<(), CommandError> {
    match command {
        Command::Create(arguments) => create(arguments, rooms).await,
        Command::List(format) => list(format, rooms).await,
        Command::Revoke { id, format } => {
            rooms.registrations.registration_token_revoke(id, &Actor::CommandLine).await?;
            list(format, rooms).await
        }
    }
}

async fn create(arguments: Arguments, rooms: &Rooms) -> Result<(), CommandError> {
    let Arguments { name, uses, expires, scope, grants, format } = arguments;
    let new = NewToken { name, uses, lifetime: expires, scope, grants };
    let made = rooms.registrations.registration_token_create(new, &Actor::CommandLine).await?;
    let stored = ShownToken::of(&made.stored, rooms.instruments.now());
    let shown = MadeToken { token: made.token.expose().to_owned(), stored };
    Output::result(format, &shown, || format!("id     {}\ntoken  {}", shown.stored.id, shown.token))?;
    Output::note("Store the token now: only a hash of it is kept.");
    if !rooms.registrations.is_on() {
        Output::note(
            "By this configuration registration.dynamic is off, so that nothing registers itself; set it to \"token\". \
             (A server that runs with --dev has it open.)",
        );
    }
    Ok(())
}

async fn list(format: Format, rooms: &Rooms) -> Result<(), CommandError> {
    let (tokens, now) = (rooms.registrations.registration_tokens().await?, rooms.instruments.now());
    let shown: Vec<_> = tokens.iter().map(|token| ShownToken::of(token, now)).collect();
    Output::result(format, &shown, || {
        let header = ["ID", "NAME", "STATE", "USES", "EXPIRES", "ALLOWS BESIDES"];
        table(&header, &shown.iter().map(ShownToken::row).collect::<Vec<_>>())
    })?;
    Ok(())
}
