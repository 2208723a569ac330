//! The `gatepost` binary: hands arguments and environment to the library and turns its answer into an exit
//! code.

use std::process::ExitCode;

#[expect(clippy::disallowed_methods, reason = "the environment is read once, here, and handed on")]
fn main() -> ExitCode {
    gatepost::cli::run(std::env::args_os(), &std::env::vars().collect::<Vec<_>>())
}
