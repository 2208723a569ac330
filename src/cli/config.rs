//! `gatepost config …`.

mod check;

use clap::{Args, Subcommand};

use super::CommandError;
use super::output::{Format, Output};
use crate::config::{Loaded, Mode};

/// What can be done with the configuration.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Say whether the server would start with it
    Check {
        /// Also connect to the database and to the mail server
        #[arg(long)]
        online: bool,
        #[command(flatten)]
        purpose: Purpose,
        #[command(flatten)]
        format: Format,
    },
    /// Show every setting with where it comes from; secrets are masked
    Show {
        #[command(flatten)]
        purpose: Purpose,
        #[command(flatten)]
        format: Format,
    },
}

/// What the server is started for.
#[derive(Clone, Copy, Args)]
pub(super) struct Purpose {
    /// As `gatepost serve --dev` would run with it
    #[arg(long)]
    dev: bool,
}

impl Purpose {
    const fn mode(self) -> Mode {
        if self.dev { Mode::Development } else { Mode::Serve }
    }

    fn of(self, loaded: Loaded) -> Loaded {
        if self.dev { loaded.in_development() } else { loaded }
    }
}

/// Runs a command.
pub(super) async fn run(command: Command, loaded: Loaded) -> Result<(), CommandError> {
    match command {
        Command::Check { online, purpose, format } => {
            let loaded = purpose.of(loaded);
            let mut problems = check::offline(&loaded, purpose.mode()).await;
            if online {
                problems.extend(check::online(&loaded.config).await);
            }
            if !problems.is_empty() {
                return Err(CommandError::Usage(problems.join("\n")));
            }
            Output::result(format, &serde_json::json!({ "good": true }), || "the configuration is good".to_owned())?;
        }
        Command::Show { purpose, format } => {
            let loaded = purpose.of(loaded);
            Output::result(format, &loaded.show_json(), || loaded.show_text())?;
        }
    }
    Ok(())
}
