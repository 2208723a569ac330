//! `gatepost config …`.

use clap::Subcommand;

use super::CommandError;
use super::output::{Format, Output};
use crate::app::StartError;
use crate::config::{Loaded, Mode};
use crate::flows::provision;

/// What can be done with the configuration.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Say whether the server would start with it
    Check,
    /// Show every setting with where it comes from; secrets are masked
    Show(Format),
}

/// Runs a command.
pub(super) fn run(command: &Command, loaded: &Loaded) -> Result<(), CommandError> {
    match *command {
        Command::Check => {
            loaded.validate(Mode::Serve)?;
            provision::check(&loaded.config).map_err(StartError::from)?;
            Output::text("the configuration is good")?;
        }
        Command::Show(format) => Output::result(format, &loaded.show_json(), || loaded.show_text())?,
    }
    Ok(())
}
