//! What commands print: results on standard output, everything else on standard error.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

/// How a result is printed.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct Format {
    /// Print JSON, for machines
    #[arg(long)]
    pub(super) json: bool,
}

/// Standard output and standard error.
pub(super) struct Output;

impl Output {
    /// Prints a result as text or JSON.
    pub(super) fn result<T: Serialize>(format: Format, result: &T, text: impl FnOnce() -> String) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if format.json {
            serde_json::to_writer_pretty(&mut out, result)?;
            return writeln!(out);
        }
        writeln!(out, "{}", text())
    }

    /// Prints text as the result.
    pub(super) fn text(text: &str) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{text}")
    }

    /// Prints a note to standard error. A closed standard error is no reason to fail.
    pub(super) fn note(text: &str) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }

    /// Prints why the command failed.
    pub(super) fn failure(text: &str) -> ExitCode {
        Self::note(&format!("gatepost: {text}"));
        ExitCode::FAILURE
    }
}

/// Rows as aligned columns.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(header.get(column).map(|cell| cell.chars().count())).max().unwrap_or(0)
    };
    let line = |cells: &[String]| {
        let padded = cells.iter().enumerate().map(|(column, cell)| format!("{cell:<width$}", width = width(column)));
        padded.collect::<Vec<_>>().join("  ").trim_ascii_end().to_owned()
    };
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
    std::iter::once(&header).chain(rows).map(|cells| line(cells)).collect::<Vec<_>>().join("\n")
}
