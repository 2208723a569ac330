//! The arguments of `gatepost app create`.

use clap::Args;

use super::flags::NewSettingFlags;
use crate::cli::CommandError;
use crate::cli::output::Format;
use crate::domain::application::SettingProblem;
use crate::domain::ids::ClientId;
use crate::domain::preset::{ApplicationAddress, PRESETS, Preset};
use crate::flows::applications::NewApplication;
use crate::protocol::jose::SigningAlgorithm;

/// What a new application is to be.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    settings: NewSettingFlags,
    /// Register it as this application wants it; what other flags say goes before (docs/applications.md)
    #[arg(long = "for", value_name = "APPLICATION", value_parser = known, requires = "url")]
    pub(super) preset: Option<&'static Preset>,
    /// Where people open it, with --for
    #[arg(long, value_name = "URL", requires = "preset")]
    url: Option<ApplicationAddress>,
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
        let wrong = |problem: SettingProblem| CommandError::Usage(problem.what);
        let given = self.settings.0.given()?;
        let given = match (self.preset, &self.url) {
            (Some(preset), Some(address)) => preset.complete(address, given).map_err(wrong)?,
            _ => given,
        };
        let settings = given.create("", default).map_err(wrong)?;
        Ok(NewApplication { client_id: self.client_id, settings })
    }
}

fn known(name: &str) -> Result<&'static Preset, String> {
    let names = || PRESETS.iter().map(|preset| preset.name).collect::<Vec<_>>().join(", ");
    Preset::of_name(name).ok_or_else(|| format!("expected one of: {}", names()))
}
