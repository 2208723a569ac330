//! `gatepost key …`: signing keys on the command line.

use clap::Subcommand;
use serde::Serialize;

use super::CommandError;
use super::output::{Format, Output, table};
use crate::domain::audit::Actor;
use crate::domain::signing_key::KeySequence;
use crate::flows::Rooms;
use crate::flows::keys::Promotion;
use crate::protocol::jose::SigningAlgorithm;
use crate::store::StoreError;

/// What can be done with signing keys.
#[derive(Subcommand)]
pub(super) enum Command {
    /// List the keys with their states
    List(Format),
    /// Hand over to the announced key as soon as verifiers can know it, and announce another
    Rotate {
        /// At once; a verifier with an old copy of the key set has to fetch it again
        #[arg(long)]
        now: bool,
        #[command(flatten)]
        format: Format,
    },
    /// Take a key out of use and out of the key set at once, with every token it signed
    Revoke {
        /// The key's id
        // One in 64 begins with a hyphen.
        #[arg(value_name = "KID", allow_hyphen_values = true)]
        kid: String,
        #[command(flatten)]
        format: Format,
    },
    /// Encrypt every private key and webhook secret again under the first of the configured master keys
    Reencrypt(Format),
}

#[derive(Serialize)]
struct ShownKey {
    kid: String,
    algorithm: &'static str,
    state: &'static str,
    created_at: String,
    activates_at: String,
    master_key: String,
}

/// Runs a command.
pub(super) async fn run(command: Command, rooms: &Rooms) -> Result<(), CommandError> {
    let actor = Actor::CommandLine;
    match command {
        Command::List(format) => list(format, rooms).await,
        Command::Rotate { now, format } => {
            let promotion = if now { Promotion::Now } else { Promotion::WhenAnnounced };
            rooms.keys.rotate_keys(promotion, &actor).await?;
            list(format, rooms).await
        }
        Command::Revoke { kid, format } => {
            rooms.keys.revoke_key(&kid, &actor).await?;
            list(format, rooms).await
        }
        Command::Reencrypt(format) => {
            let count = rooms.upkeep.reencrypt_keys(&actor).await?;
            let result = serde_json::json!({ "encrypted": count });
            Output::result(format, &result, || {
                format!("{count} private keys and webhook secrets were encrypted again")
            })?;
            Ok(())
        }
    }
}

async fn list(format: Format, rooms: &Rooms) -> Result<(), CommandError> {
    let shown = shown(rooms).await?;
    Output::result(format, &shown, || {
        let row = |key: &ShownKey| {
            vec![key.kid.clone(), key.algorithm.to_owned(), key.state.to_owned(), key.activates_at.clone()]
        };
        table(&["KID", "ALGORITHM", "STATE", "SIGNS FROM"], &shown.iter().map(row).collect::<Vec<_>>())
    })?;
    Ok(())
}

async fn shown(rooms: &Rooms) -> Result<Vec<ShownKey>, StoreError> {
    let keys = rooms.store.signing_keys().await?;
    let now = rooms.instruments.now();
    let mut shown = Vec::new();
    for algorithm in SigningAlgorithm::ALL {
        for (key, state) in KeySequence::of(algorithm, &keys).states(now) {
            shown.push(ShownKey {
                kid: key.kid.clone(),
                algorithm: key.algorithm.name(),
                state: state.name(),
                created_at: key.created_at.to_string(),
                activates_at: key.activates_at.to_string(),
                master_key: key.private.master_key_id.clone(),
            });
        }
    }
    Ok(shown)
}
