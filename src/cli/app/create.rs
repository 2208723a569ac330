//! The arguments of `gatepost app create`.

use clap::Args;

use super::flags::NewSettingFlags;
use crate::cli::CommandError;
use crate::cli::output::Format;
use crate::domain::ids::ClientId;
use crate::flows::applications::NewApplication;
use crate::protocol::jose::SigningAlgorithm;

/// What a new application is to be.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    settings: NewSettingFlags,
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
        let settings = self.settings.0.given()?.create("", default);
        let settings = settings.map_err(|problem| CommandError::Usage(problem.what))?;
        Ok(NewApplication { client_id: self.client_id, settings })
    }
}
