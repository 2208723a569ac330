//! Commands: one file per group, each of which parses arguments, calls a flow and prints the result.

mod app;
mod audit;
mod config;
mod database;
mod demo;
mod doctor;
mod examples;
mod file_limit;
mod group;
mod health;
mod key;
mod mail;
mod output;
mod registration_token;
mod serve;
mod user;
mod webhook;

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf, absolute};
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use clap_complete::{Shell, generate};
use serde::Serialize;

use crate::app::{Outside, StartError, open_for_command};
use crate::config::{Config, ConfigErrors, Loaded, Mode, Sources, USUAL_FILE};
use crate::flows::Rooms;
use crate::flows::applications::ManageError;
use crate::flows::groups::GroupError;
use crate::flows::keys::KeyChangeError;
use crate::flows::people::ManageUserError;
use crate::flows::registrations::TokenChangeError;
use crate::flows::sign_up::InviteError;
use crate::flows::webhooks::WebhookError;
use crate::store::StoreError;
use examples::with_examples;
use output::Output;

/// How long abandoned threads may delay the end of the process.
const FAREWELL: Duration = Duration::from_millis(500);

/// A self-hosted, passwordless OAuth 2.0 and OpenID Connect authorization server.
#[derive(Parser)]
#[expect(clippy::doc_markdown, reason = "shown as help, where backticks would stand as they are")]
#[command(name = "gatepost", version, about)]
struct Arguments {
    /// The configuration file [default: the one in GATEPOST_CONFIG, else config/gatepost.toml if it is there]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server; the default
    Serve(serve::Arguments),
    /// Register and manage applications
    #[command(subcommand)]
    App(app::Command),
    /// Create and manage accounts
    #[command(subcommand)]
    User(user::Command),
    /// Put people into groups, which applications learn of and can be limited to
    #[command(subcommand)]
    Group(group::Command),
    /// Have events sent to URLs
    #[command(subcommand)]
    Webhook(webhook::Command),
    /// Let applications register themselves
    #[command(subcommand)]
    RegistrationToken(registration_token::Command),
    /// See and rotate the signing keys
    #[command(subcommand)]
    Key(key::Command),
    /// See who did what to what
    #[command(subcommand)]
    Audit(audit::Command),
    /// See whether mail arrives
    #[command(subcommand)]
    Mail(mail::Command),
    /// Bring the database schema up to date and stop
    Migrate(output::Format),
    /// Check everything that can be checked from here
    Doctor(output::Format),
    /// Ask the running server whether it is ready; for a container's health check
    Health(output::Format),
    /// Say which version this is
    Version(output::Format),
    /// Check or show the configuration
    #[command(subcommand)]
    Config(config::Command),
    /// Write a consistent copy of the SQLite database while the server runs
    Backup {
        /// The file to write; it must not exist
        file: PathBuf,
        #[command(flatten)]
        format: output::Format,
    },
    /// Print a script that completes commands and options in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Serialize)]
struct Version {
    name: &'static str,
    version: &'static str,
}

const VERSION: Version = Version { name: "gatepost", version: env!("CARGO_PKG_VERSION") };

/// Advice for a missing database.
const NEW_DATABASE: &str = "Run the command where the server runs, or name its configuration with --config or \
                            GATEPOST_CONFIG. `gatepost migrate` makes a new database there, and so does `gatepost serve`.";

/// Why a command failed, as printed on the terminal.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Manage(#[from] ManageError),
    #[error(transparent)]
    User(#[from] ManageUserError),
    #[error(transparent)]
    Invite(#[from] InviteError),
    #[error(transparent)]
    Group(#[from] GroupError),
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    #[error(transparent)]
    RegistrationToken(#[from] TokenChangeError),
    #[error(transparent)]
    Keys(#[from] KeyChangeError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// A command that was run in the wrong folder, or before there is a database.
    #[error("{wrong}{looked}\n{NEW_DATABASE}")]
    NoDatabase { wrong: Box<StartError>, looked: String },
    #[error("{0}")]
    Usage(String),
}

/// Runs the command of these arguments, with this environment.
pub fn run(arguments: impl Iterator<Item = OsString>, environment: &[(String, String)]) -> ExitCode {
    let matches = with_examples(Arguments::command()).try_get_matches_from(arguments);
    let arguments = match matches.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2));
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return Output::failure(&format!("the asynchronous runtime did not start: {e}")),
    };
    let outcome = runtime.block_on(execute(arguments, environment));
    // An interrupted start may have left a thread that makes a key or waits for a lock.
    runtime.shutdown_timeout(FAREWELL);
    match outcome {
        Ok(code) => code,
        // The reader of the output, such as `head`, has seen enough.
        Err(CommandError::Io(e)) if e.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(e) => Output::failure(&e.to_string()),
    }
}

async fn execute(arguments: Arguments, environment: &[(String, String)]) -> Result<ExitCode, CommandError> {
    // These need no configuration.
    if let Some(Command::Version(format)) = arguments.command {
        Output::result(format, &VERSION, || format!("gatepost {}", VERSION.version))?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(Command::Completions { shell }) = arguments.command {
        let mut script = Vec::new();
        generate(shell, &mut with_examples(Arguments::command()), "gatepost", &mut script);
        Output::text(String::from_utf8_lossy(&script).trim_ascii_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let loaded = Config::load(arguments.config.as_deref(), environment)?;
    let looked = where_looked(&loaded.sources);
    match Box::pin(dispatch(arguments, loaded, environment)).await {
        Err(CommandError::Start(wrong @ (StartError::NoDatabase(_) | StartError::NoTables))) => {
            Err(CommandError::NoDatabase { wrong: Box::new(wrong), looked })
        }
        done => done,
    }
}

/// Which database was looked for and which configuration names it, for an operator who may be in the wrong folder.
fn where_looked(sources: &Sources) -> String {
    let absolute = |path: &Path| absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    let file = match sources.file() {
        Some(path) => format!("the configuration file is {}", absolute(path)),
        None => format!("no configuration file was read: there is none at {}", absolute(Path::new(USUAL_FILE))),
    };
    let by = sources.place_of("database.url").map_or_else(|| "default".to_owned(), ToString::to_string);
    format!(" (database.url: {by}; {file})")
}

async fn dispatch(
    arguments: Arguments,
    loaded: Loaded,
    environment: &[(String, String)],
) -> Result<ExitCode, CommandError> {
    let origin = serve::Origin { file: arguments.config, environment: environment.to_vec() };
    let command = arguments.command.unwrap_or_else(|| Command::Serve(serve::Arguments::default()));
    match command {
        Command::Serve(arguments) => Box::pin(serve::run(arguments, loaded, origin)).await?,
        Command::App(command) => {
            with_rooms(command_config(loaded)?, async |rooms| Box::pin(app::run(command, rooms)).await).await?;
        }
        Command::User(command) => {
            with_rooms(command_config(loaded)?, async |rooms| user::run(command, rooms).await).await?;
        }
        Command::Group(command) => {
            with_rooms(command_config(loaded)?, async |rooms| group::run(command, rooms).await).await?;
        }
        Command::Key(command) => {
            with_rooms(command_config(loaded)?, async |rooms| key::run(command, rooms).await).await?;
        }
        Command::RegistrationToken(command) => {
            let config = command_config(loaded)?;
            with_rooms(config, async |rooms| registration_token::run(command, rooms).await).await?;
        }
        Command::Webhook(command) => {
            with_rooms(command_config(loaded)?, async |rooms| webhook::run(command, rooms).await).await?;
        }
        Command::Audit(command) => {
            with_rooms(command_config(loaded)?, async |rooms| audit::run(command, rooms).await).await?;
        }
        Command::Mail(command) => mail::run(command, &command_config(loaded)?).await?,
        Command::Version(_) | Command::Completions { .. } => {}
        Command::Migrate(format) => database::migrate(command_config(loaded)?, format).await?,
        Command::Doctor(format) => return Box::pin(doctor::run(format, loaded)).await,
        Command::Health(format) => return health::run(&loaded.config, format).await,
        Command::Config(command) => config::run(command, loaded).await?,
        Command::Backup { file, format } => database::backup(command_config(loaded)?, &file, format).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Opens the database and keys, runs this, and closes them again.
async fn with_rooms(
    config: Config,
    act: impl AsyncFnOnce(&Rooms) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let rooms = Box::pin(open_for_command(config, Outside::default())).await?;
    let done = act(&rooms).await;
    rooms.store.close().await;
    done
}

fn command_config(loaded: Loaded) -> Result<Config, CommandError> {
    loaded.validate(Mode::Command)?;
    Ok(loaded.config)
}
