//! `gatepost config …`.

mod check;

use clap::Subcommand;

use super::CommandError;
use super::output::{Format, Output};
use crate::config::Loaded;

/// What can be done with the configuration.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Say whether the server would start with it
    Check {
        /// Also connect to the database and to the mail server
        #[arg(long)]
        online: bool,
        #[command(flatten)]
        format: Format,
    },
    /// Show every setting with where it comes from; secrets are masked
    Show(Format),
}

/// Runs a command.
pub(super) async fn run(command: &Command, loaded: &Loaded) -> Result<(), CommandError> {
    match *command {
        Command::Check { online, format } => {
            let mut problems = check::offline(loaded).await;
            if online {
                problems.extend(check::online(&loaded.config).await);
            }
            if !problems.is_empty() {
                return Err(CommandError::Usage(problems.join("\n")));
            }
            Output::result(format, &serde_json::json!({ "good": true }), || "the configuration is good".to_owned())?;
        }
        Command::Show(format) => Output::result(format, &loaded.show_json(), || loaded.show_text())?,
    }
    Ok(())
}
