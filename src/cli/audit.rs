//! `gatepost audit …`: who did what to what.

use clap::Subcommand;
use serde::Serialize;

use super::CommandError;
use super::output::{Format, Output, table};
use crate::domain::ids::{Timestamp, TimestampError};
use crate::domain::listing::AuditFilter;
use crate::flows::Rooms;
use crate::store::AuditLine;

/// What can be done with the audit log.
#[derive(Subcommand)]
pub(super) enum Command {
    /// List what happened, newest first
    List(Listing),
}

/// Which lines.
#[derive(clap::Args)]
pub(super) struct Listing {
    /// Only this event, such as secret.added
    #[arg(long)]
    event: Option<String>,
    /// Only this actor, as lines show it, such as "command line"
    #[arg(long)]
    actor: Option<String>,
    /// Only what happened to this: a client id, a sub, a key's id
    #[arg(long)]
    subject: Option<String>,
    /// Only what happened then or later, such as 2026-11-01 or 2026-11-01T06:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Timestamp>,
    /// Only what happened before
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Option<Timestamp>,
    /// How many lines at most
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
    #[command(flatten)]
    format: Format,
}

/// A day is its beginning, UTC.
fn moment(text: &str) -> Result<Timestamp, TimestampError> {
    text.parse().or_else(|wrong| format!("{text}T00:00:00Z").parse().map_err(|_| wrong))
}

#[derive(Serialize)]
struct ShownLine {
    id: String,
    at: String,
    actor: String,
    event: String,
    subject: String,
    detail: String,
}

impl From<AuditLine> for ShownLine {
    fn from(line: AuditLine) -> Self {
        let AuditLine { id, at, actor, event, subject, detail } = line;
        Self { id: id.to_string(), at: at.to_string(), actor, event, subject, detail }
    }
}

impl ShownLine {
    fn row(&self) -> Vec<String> {
        [&self.at, &self.actor, &self.event, &self.subject, &self.detail].map(Clone::clone).to_vec()
    }
}

/// Runs a command.
pub(super) async fn run(command: Command, rooms: &Rooms) -> Result<(), CommandError> {
    let Command::List(Listing { event, actor, subject, from, to, limit, format }) = command;
    let filter = AuditFilter { event, actor, subject, from, to };
    let lines = rooms.store.audit_page(&filter, None, i64::from(limit)).await?;
    let shown: Vec<_> = lines.into_iter().map(ShownLine::from).collect();
    Output::result(format, &shown, || {
        let rows: Vec<_> = shown.iter().map(ShownLine::row).collect();
        table(&["AT", "ACTOR", "EVENT", "SUBJECT", "DETAIL"], &rows)
    })?;
    Ok(())
}
