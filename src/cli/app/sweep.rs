//! `gatepost app sweep`: the scheduled sweep, now or as a dry run.

use clap::Args;
use serde::Serialize;

use crate::cli::CommandError;
use crate::cli::output::{Format, Output, table};
use crate::domain::audit::Actor;
use crate::flows::Rooms;
use crate::flows::life_cycle::{DueStep, Sweep};

/// How to sweep.
#[derive(Args)]
pub(in crate::cli) struct Arguments {
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Serialize)]
struct Swept {
    dry_run: bool,
    steps: Vec<ShownStep>,
    next: Vec<ShownNext>,
}

/// A step that was taken, or is due.
#[derive(Serialize)]
struct ShownStep {
    client_id: String,
    name: String,
    step: &'static str,
}

/// What comes next for an application that stays unused.
#[derive(Serialize)]
struct ShownNext {
    client_id: String,
    name: String,
    step: &'static str,
    at: String,
}

/// Runs a sweep and shows what it did and what comes next.
pub(super) async fn run(arguments: &Arguments, rooms: &Rooms) -> Result<(), CommandError> {
    let sweep = if arguments.dry_run { Sweep::Dry } else { Sweep::Real };
    let steps = rooms.life_cycle.sweep_applications(sweep, &Actor::CommandLine).await?;
    let swept =
        Swept { dry_run: arguments.dry_run, steps: steps.iter().map(shown).collect(), next: next(rooms).await? };
    Output::result(arguments.format, &swept, || swept.text())?;
    Ok(())
}

async fn next(rooms: &Rooms) -> Result<Vec<ShownNext>, CommandError> {
    let applications = rooms.store.applications_with_deleted().await?;
    let ahead = rooms.life_cycle.life_cycle_of_all(&applications).await?;
    let mut next: Vec<_> = ahead
        .iter()
        .zip(applications)
        .filter_map(|(outlook, application)| Some((outlook.next()?, application)))
        .map(|((step, at), application)| ShownNext {
            client_id: application.client_id.to_string(),
            name: application.settings.name,
            step,
            at: at.to_string(),
        })
        .collect();
    // RFC 3339 in UTC sorts by time.
    next.sort_by(|a, b| (&a.at, &a.client_id).cmp(&(&b.at, &b.client_id)));
    Ok(next)
}

fn shown(due: &DueStep) -> ShownStep {
    ShownStep { client_id: due.client_id.to_string(), name: due.name.clone(), step: due.step.name() }
}

impl Swept {
    fn text(&self) -> String {
        let done = |step: &ShownStep| {
            let word = match (self.dry_run, step.step) {
                (true, step) => format!("would {step}"),
                (false, "warn") => "warned".to_owned(),
                (false, step) => format!("{step}d"),
            };
            vec![word, step.client_id.clone(), step.name.clone()]
        };
        let next =
            |next: &ShownNext| vec![format!("{} at {}", next.step, next.at), next.client_id.clone(), next.name.clone()];
        let rows: Vec<_> = self.steps.iter().map(done).chain(self.next.iter().map(next)).collect();
        table(&["STEP", "CLIENT ID", "NAME"], &rows)
    }
}
