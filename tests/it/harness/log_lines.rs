//! What the servers of this process say in the log.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Warnings and errors of all servers in this process. Other tests run at the same time, so a line is looked for by
/// what only one test makes the server say.
pub(crate) struct LogLines {
    /// Where in the log this begins.
    from: usize,
}

struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

impl LogLines {
    /// Keeps what is said from now on.
    pub(crate) fn listen() -> Self {
        let to_lines = tracing_subscriber::fmt().with_writer(Kept).with_ansi(false).with_max_level(Level::WARN);
        // It fails if another test listens already, to the same lines.
        let _ = to_lines.try_init();
        Self { from: LINES.lock().unwrap_or_else(PoisonError::into_inner).len() }
    }

    /// The lines with all of these in them.
    pub(crate) fn lines_with(&self, words: &[&str]) -> Vec<String> {
        let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(lines.get(self.from..).unwrap_or_default()).into_owned();
        text.lines()
            .map(|line| format!("{line} "))
            .filter(|line| words.iter().all(|word| line.contains(word)))
            .collect()
    }
}
