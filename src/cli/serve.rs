//! `gatepost serve`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::CommandError;
use super::demo;
use super::file_limit;
use super::output::Output;
use crate::adapters::mailer::{CaughtMail, Mailer};
use crate::app::{self, App, Outside};
use crate::config::{Config, ConfigErrors, Loaded, Mode, SignUp};
use crate::flows::Rooms;
use crate::telemetry;

/// The arguments of `serve`.
#[derive(Args, Default)]
pub(super) struct Arguments {
    /// Try it out: makes a demo application and a demo account and prints the command that gets a token. On this machine only
    #[arg(long)]
    dev: bool,
}

/// Where the configuration is read from, to read it again.
pub(super) struct Origin {
    pub(super) file: Option<PathBuf>,
    pub(super) environment: Vec<(String, String)>,
}

impl Arguments {
    /// Checks what a server needs of its configuration, and gives it what is for trying out.
    fn checked(&self, loaded: Loaded) -> Result<Loaded, ConfigErrors> {
        loaded.validate(if self.dev { Mode::Development } else { Mode::Serve })?;
        if self.dev {
            return Ok(loaded.in_development());
        }
        loaded.require_mail()?;
        Ok(loaded)
    }
}

/// Runs the server until it is told to stop.
pub(super) async fn run(arguments: Arguments, loaded: Loaded, origin: Origin) -> Result<(), CommandError> {
    // From here on SIGHUP does not end the process.
    let hangup = signal(SignalKind::hangup())?;
    let Loaded { config, sources } = arguments.checked(loaded)?;
    telemetry::start(&config.log);
    let stopping = CancellationToken::new();
    stop_on_signals(stopping.clone())?;
    file_limit::raise(&config);
    let started = tokio::select! {
        biased;
        () = stopping.cancelled() => None,
        app = App::start(config, outside(&arguments)) => Some(app?),
    };
    // An unfinished transaction is rolled back; the next start begins it again.
    let Some(app) = started else {
        info!("stopped before it was ready");
        return Ok(());
    };
    app.rooms.sources.store(Some(Arc::new(sources)));
    welcome(&app, &arguments).await?;
    read_again_on(hangup, Arc::clone(&app.rooms), arguments, origin);
    let app_stopping = app.stopping();
    tokio::spawn(async move {
        stopping.cancelled().await;
        app_stopping.cancel();
    });
    let signup = app.rooms.config.login.signup();
    info!(signup = signup.name(), "{}", who_makes_accounts(signup));
    info!(
        address = %app.listeners().public.local_addr()?,
        issuer = %app.rooms.config.server.issuer,
        version = env!("CARGO_PKG_VERSION"),
        database = app.rooms.store.engine_name(),
        "ready"
    );
    app.run().await;
    Ok(())
}

/// What the operator does next: with `--dev` the command that gets a token, and the link of the first operator.
async fn welcome(app: &App, arguments: &Arguments) -> Result<(), CommandError> {
    if arguments.dev {
        let management = app.listeners().management.local_addr()?;
        Output::text(&demo::welcome(&app.rooms, management).await?)?;
    }
    if let Some(link) = app.rooms.sign_ins.set_up_link().await? {
        let _ = Output::text(&format!(
            "\nNo operator yet. Open this link within a day to become the first one:\n\n  {link}\n"
        ));
    }
    Ok(())
}

/// Reads the configuration again, as often as the operator asks for it by this signal.
fn read_again_on(mut hangup: Signal, rooms: Arc<Rooms>, arguments: Arguments, origin: Origin) {
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            if let Err(error) = Box::pin(read_again(&rooms, &arguments, &origin)).await {
                error!(%error, "the configuration was not read again; what stands stays");
            }
        }
    });
}

async fn read_again(rooms: &Rooms, arguments: &Arguments, origin: &Origin) -> Result<(), CommandError> {
    let loaded = Config::load(origin.file.as_deref(), &origin.environment)?;
    Ok(Box::pin(app::reload(rooms, arguments.checked(loaded)?)).await?)
}

/// What an operator should know who wonders why a person cannot sign in, or why all can.
const fn who_makes_accounts(signup: SignUp) -> &'static str {
    match signup {
        SignUp::Open => "anybody makes an account by signing in; login.signup says otherwise",
        SignUp::Invited => {
            "only who was invited makes an account by signing in (gatepost user invite); login.signup says otherwise"
        }
        SignUp::Domains => "who was invited or has an address of login.signup_domains makes an account by signing in",
        SignUp::Closed => "nobody makes an account by signing in (login.signup)",
    }
}

/// The real adapters; with `--dev` mail is caught instead of sent.
fn outside(arguments: &Arguments) -> Outside {
    let catcher = || Arc::new(CaughtMail::default()) as Arc<dyn Mailer>;
    Outside { mailer: arguments.dev.then(catcher), ..Outside::default() }
}

/// The first SIGTERM or SIGINT stops gracefully, the second at once.
fn stop_on_signals(stopping: CancellationToken) -> Result<(), CommandError> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut next = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    tokio::spawn(async move {
        next().await;
        info!("stopping: requests in flight are finished first; a second signal stops at once");
        stopping.cancel();
        next().await;
        warn!("stopped at once");
        std::process::exit(1);
    });
    Ok(())
}
