//! The binary itself, as an operator runs it.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use tokio::task::spawn_blocking;

use super::world::World;

/// A running `gatepost serve`; killed when dropped.
pub(crate) struct Child {
    process: std::process::Child,
    lines: Receiver<String>,
    log: String,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

fn command(world: &World, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatepost"));
    command.env_clear().envs(world.environment()).envs(environment.iter().copied());
    command.current_dir(world.database.folder()).stdin(Stdio::null());
    command
}

impl Child {
    /// Starts the server and waits until it says that it is ready.
    pub(crate) fn serve(world: &World, environment: &[(&str, &str)]) -> Self {
        // Nothing listens there: a server needs a mail URL, and a test of mail sets its own.
        let nowhere = ("GATEPOST__MAIL__URL", "smtp://127.0.0.1:9");
        let open = ("GATEPOST__LOGIN__SIGNUP", "open");
        let environment: Vec<_> = [nowhere, open].iter().chain(environment).copied().collect();
        let mut command = command(world, &environment);
        let mut process = command.arg("serve").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(process.stderr.take().unwrap());
        let (sender, lines) = channel();
        // A thread of its own, or the pipe fills up and the server waits for us.
        thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let mut child = Self { process, lines, log: String::new(), address: ([127, 0, 0, 1], 0).into() };
        while child.address.port() == 0 {
            child.read_line();
        }
        child
    }

    /// Reads one more line of its log, which may be the one that tells its address.
    fn read_line(&mut self) {
        let line = self.lines.recv_timeout(Duration::from_secs(30));
        let line = line.unwrap_or_else(|_| panic!("it does not get ready:\n{}", self.log));
        self.log.push_str(&line);
        self.log.push('\n');
        if let Some((_, address)) = line.split_once(" ready address=") {
            self.address = address.split_whitespace().next().unwrap().parse().unwrap();
        }
    }

    /// Runs a command of the binary to its end.
    pub(crate) async fn run(world: &World, environment: &[(&str, &str)], words: &[&str]) -> Output {
        let mut command = command(world, environment);
        command.args(words);
        spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// Ends it at once, without a chance to clean up, and gives all it has logged.
    pub(crate) fn kill(mut self) -> String {
        self.process.kill().unwrap();
        let mut log = std::mem::take(&mut self.log);
        while let Ok(line) = self.lines.recv() {
            log.push_str(&line);
            log.push('\n');
        }
        log
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
