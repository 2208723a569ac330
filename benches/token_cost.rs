//! What a token costs: CPU of the real server for each token, beside the CPU of one bare RSA signature, the part that
//! no code of ours can save. `scripts/bench` runs it.
//!
//! Both are measured in turns in the same run, because a processor shared with others is never twice the same; the
//! ratio is what can be compared between machines and days. Nothing here passes or fails.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock and the environment, and waits")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the table is the purpose")]

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepost::domain::secret::ClientSecret;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 9;
const CLIENTS: u32 = 4;
const TOKENS_PER_CLIENT: u32 = 400;
const SIGNATURES: u32 = 800;
const COLD_APPLICATIONS: u32 = 12;
const STARTS: usize = 9;
const ATTACKERS: u32 = 8;
const LATENCY_SAMPLES: usize = 600;

fn main() {
    if let Err(e) = run() {
        eprintln!("the measurement was given up: {e}");
    }
}

fn run() -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let installation = Installation::new(folder.path(), &[]);
    installation.migrate()?;
    let rs256 = installation.new_application("rs256", "RS256")?;
    let es256 = installation.new_application("es256", "ES256")?;
    let cold: Vec<_> =
        (0..COLD_APPLICATIONS).map(|_| installation.new_application("cold", "RS256")).collect::<Outcome<_>>()?;
    // The first start generates the keys.
    drop(installation.start()?);

    row("exec to ready, keys there", format!("{:.1} ms", millis(time_to_ready(&installation)?)));
    let server = installation.start()?;
    thread::sleep(Duration::from_secs(2));
    row("memory at rest", server.memory()?);
    row(
        "first token of a client",
        format!("{:.1} ms CPU", millis(server.cpu_of(|| send_each(&server, &cold))? / COLD_APPLICATIONS)),
    );
    token_against_signature(&server, &rs256, &es256)?;
    row("memory after that", server.memory()?);
    flood("wrong secrets, limited", &server, &rs256)?;
    row("memory after that", server.memory()?);
    drop(server);

    let unlimited = Installation::new(folder.path(), &[("GATEPOST__RATE_LIMITS__ENABLED", "false")]);
    flood("wrong secrets, no limits", &unlimited.start()?, &rs256)
}

fn row(what: &str, value: impl std::fmt::Display) {
    println!("{what:<28} {value}");
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The value below which this share of the others lies.
fn quantile<T: Copy + PartialOrd>(values: &[T], percent: usize) -> Option<T> {
    let mut values = values.to_vec();
    values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    values.get((values.len() * percent / 100).min(values.len().saturating_sub(1))).copied()
}

/// The figures this file is for.
fn token_against_signature(server: &Server, rs256: &[u8], es256: &[u8]) -> Outcome<()> {
    let key = RsaKeyPair::generate(KeySize::Rsa2048)?;
    send_many(server, rs256)?;
    send_many(server, es256)?;
    let (mut tokens, mut signatures, mut ratios, mut es256_tokens) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let token = server.cpu_of(|| send_many(server, rs256))? / (CLIENTS * TOKENS_PER_CLIENT);
        let signature = signature_cost(&key)?;
        tokens.push(token);
        signatures.push(signature);
        ratios.push(token.div_duration_f64(signature));
        es256_tokens.push(server.cpu_of(|| send_many(server, es256))? / (CLIENTS * TOKENS_PER_CLIENT));
    }
    cpu_row("RS256 token", &tokens);
    cpu_row("one RSA-2048 signature", &signatures);
    let least =
        quantile(&tokens, 0).zip(quantile(&signatures, 0)).map(|(token, signature)| token.div_duration_f64(signature));
    let ratio = |value: Option<f64>| value.unwrap_or(f64::NAN);
    row("token / signature", format!("{:.3} (undisturbed {:.3})", ratio(quantile(&ratios, 50)), ratio(least)));
    cpu_row("ES256 token", &es256_tokens);
    Ok(())
}

/// The median of the rounds, and the round that others on the machine disturbed least.
fn cpu_row(what: &str, rounds: &[Duration]) {
    let at = |percent| quantile(rounds, percent).map_or(f64::NAN, micros);
    row(what, format!("{:.1} µs CPU (undisturbed {:.1})", at(50), at(0)));
}

/// CPU of one signature, with as many threads signing at once as the server had workers: two threads of one core
/// slow each other down, and so they did there.
fn signature_cost(key: &RsaKeyPair) -> Outcome<Duration> {
    let threads = u32::try_from(thread::available_parallelism()?.get())?;
    let total = in_parallel(threads, || {
        let random = SystemRandom::new();
        let mut signature = vec![0; key.public_modulus_len()];
        let before = thread_cpu(Path::new("/proc/thread-self"))?;
        for _ in 0..SIGNATURES {
            key.sign(&RSA_PKCS1_SHA256, &random, &[b'a'; 400], &mut signature)?;
        }
        // The kernel brings a running thread's account up to date when it is taken off the processor.
        thread::yield_now();
        Ok(thread_cpu(Path::new("/proc/thread-self"))?.saturating_sub(before))
    })?;
    Ok(total.iter().sum::<Duration>() / (threads * SIGNATURES))
}

/// How a client that is known feels an attack on it: its latency in peace and while others guess its secret.
fn flood(name: &str, server: &Server, request: &[u8]) -> Outcome<()> {
    send_many(server, request)?;
    let peace = latencies(server, request)?;
    let over = AtomicBool::new(false);
    let (attack, guesses) = thread::scope(|scope| {
        let guessing = scope.spawn(|| in_parallel(ATTACKERS, || guess_until(server, request, &over)));
        let attack = latencies(server, request);
        over.store(true, Ordering::Release);
        (attack, guessing.join())
    });
    let mut answers = BTreeMap::<u16, u32>::new();
    for status in guesses.map_err(|_| "a guessing thread panicked")??.into_iter().flatten() {
        *answers.entry(status).or_default() += 1;
    }
    let at = |values: &[Duration], percent| quantile(values, percent).map_or(f64::NAN, millis);
    let shown = |values: &[Duration]| format!("p50 {:.2} ms, p99 {:.2} ms", at(values, 50), at(values, 99));
    row(name, format!("{}; in peace {}; guesses by answer {answers:?}", shown(&attack?), shown(&peace)));
    Ok(())
}

fn latencies(server: &Server, request: &[u8]) -> Outcome<Vec<Duration>> {
    let mut connection = Connection::open(server.address)?;
    let mut times = Vec::with_capacity(LATENCY_SAMPLES);
    for _ in 0..LATENCY_SAMPLES {
        thread::sleep(Duration::from_millis(3));
        let started = Instant::now();
        expect_ok(connection.ask(request)?)?;
        times.push(started.elapsed());
    }
    Ok(times)
}

/// Sends secrets that only Argon2 can tell from the right one, until told to stop.
fn guess_until(server: &Server, request: &[u8], over: &AtomicBool) -> Outcome<Vec<u16>> {
    let client_id = client_id_of(request)?;
    let mut connection = Connection::open(server.address)?;
    let mut answers = Vec::new();
    while !over.load(Ordering::Acquire) {
        let mut random = [0; 32];
        fill(&mut random)?;
        answers.push(connection.ask(&token_request(&client_id, ClientSecret::from_random(random).expose()))?);
    }
    Ok(answers)
}

fn send_many(server: &Server, request: &[u8]) -> Outcome<()> {
    in_parallel(CLIENTS, || {
        let mut connection = Connection::open(server.address)?;
        (0..TOKENS_PER_CLIENT).try_for_each(|_| expect_ok(connection.ask(request)?))
    })?;
    Ok(())
}

fn send_each(server: &Server, requests: &[Vec<u8>]) -> Outcome<()> {
    let mut connection = Connection::open(server.address)?;
    requests.iter().try_for_each(|request| expect_ok(connection.ask(request)?))
}

fn expect_ok(status: u16) -> Outcome<()> {
    if status == 200 { Ok(()) } else { Err(format!("the server answered {status}").into()) }
}

fn in_parallel<T: Send>(threads: u32, work: impl Fn() -> Outcome<T> + Sync) -> Outcome<Vec<T>> {
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        running.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked")?).collect()
    })
}

fn time_to_ready(installation: &Installation<'_>) -> Outcome<Duration> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let started = Instant::now();
        let server = installation.start()?;
        times.push(started.elapsed());
        drop(server);
    }
    quantile(&times, 50).ok_or_else(|| "no start was measured".into())
}

/// A kept-alive HTTP/1.1 connection that does no more than it must: what the client spends, the server cannot have.
struct Connection(TcpStream);

impl Connection {
    fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self(stream))
    }

    /// Sends a request and reads its answer to the end; gives the status.
    fn ask(&mut self, request: &[u8]) -> Outcome<u16> {
        self.0.write_all(request)?;
        let mut answer = [0; 4096];
        let mut filled = 0;
        loop {
            let read = self.0.read(&mut answer[filled..])?;
            if read == 0 {
                return Err("the server closed the connection".into());
            }
            filled += read;
            let text = str::from_utf8(&answer[..filled])?;
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.ok_or("no content-length")?.parse()? {
                return Ok(head.get(9..12).ok_or("no status")?.parse()?);
            }
        }
    }
}

fn token_request(client_id: &str, secret: &str) -> Vec<u8> {
    let basic = STANDARD.encode(format!("{client_id}:{secret}"));
    let body = "grant_type=client_credentials&scope=openid+admin";
    let length = body.len();
    format!(
        "POST /token HTTP/1.1\r\nhost: localhost\r\nauthorization: Basic {basic}\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn client_id_of(request: &[u8]) -> Outcome<String> {
    let text = str::from_utf8(request)?;
    let basic = text.lines().find_map(|line| line.strip_prefix("authorization: Basic ")).ok_or("no credentials")?;
    let pair = String::from_utf8(STANDARD.decode(basic)?)?;
    Ok(pair.split_once(':').ok_or("no colon")?.0.to_owned())
}

/// The environment of a server and its commands: one SQLite file, free ports, no configuration file.
struct Installation<'a> {
    folder: &'a Path,
    more: &'a [(&'static str, &'static str)],
}

impl<'a> Installation<'a> {
    const fn new(folder: &'a Path, more: &'a [(&'static str, &'static str)]) -> Self {
        Self { folder, more }
    }

    /// The binary of this build, or another one to compare it with.
    fn command(&self) -> Command {
        let binary = std::env::var_os("GATEPOST").unwrap_or_else(|| env!("CARGO_BIN_EXE_gatepost").into());
        let mut command = Command::new(binary);
        command.current_dir(self.folder).stderr(Stdio::null()).envs(self.more.iter().copied());
        command.env("GATEPOST__DATABASE__URL", format!("sqlite://{}/gatepost.db", self.folder.display()));
        command.env("GATEPOST__KEYS__ALGORITHMS", "RS256,ES256");
        // Nobody listens on port 9 (discard): no mail is sent here, but a server without a mailer does not start.
        command.env("GATEPOST__MAIL__URL", "smtp://127.0.0.1:9").env("GATEPOST__MAIL__FROM", "gatepost@example.com");
        command
    }

    /// Makes the database and its keys: no other command would.
    fn migrate(&self) -> Outcome<()> {
        let status = self.command().arg("migrate").stdout(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(format!("migrate ended with {status}").into()) }
    }

    /// Registers an application; gives the request with which it gets a token.
    fn new_application(&self, name: &str, algorithm: &str) -> Outcome<Vec<u8>> {
        let output = self
            .command()
            .args(["app", "create", "--json", "--name", name, "--signing-algorithm", algorithm])
            .output()?;
        let made: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let field = |name: &str| made[name].as_str().ok_or("app create answered without credentials");
        Ok(token_request(field("client_id")?, field("client_secret")?))
    }

    /// Starts the server; returns when it is ready.
    fn start(&self) -> Outcome<Server> {
        let address = free_address()?;
        let mut command = self.command();
        command.arg("serve").stdout(Stdio::null()).env("GATEPOST__SERVER__LISTEN", address.to_string());
        command.env("GATEPOST__SERVER__ISSUER", format!("http://{address}"));
        command.env("GATEPOST__SERVER__MANAGEMENT_LISTEN", free_address()?.to_string());
        let mut server = Server { process: command.spawn()?, address };
        let question = b"GET /health/ready HTTP/1.1\r\nhost: localhost\r\n\r\n";
        while !Connection::open(address).and_then(|mut connection| connection.ask(question)).is_ok_and(|s| s == 200) {
            if let Some(status) = server.process.try_wait()? {
                return Err(format!("the server ended with {status}").into());
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(server)
    }
}

fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// A running server; killed when dropped.
struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    /// User and system time that the server's threads spend while this runs.
    fn cpu_of(&self, work: impl FnOnce() -> Outcome<()>) -> Outcome<Duration> {
        let before = self.threads()?;
        work()?;
        let after = self.threads()?;
        Ok(after.iter().map(|(id, cpu)| cpu.saturating_sub(before.get(id).copied().unwrap_or_default())).sum())
    }

    /// By thread, because a thread that ended in between takes its account with it.
    fn threads(&self) -> Outcome<HashMap<String, Duration>> {
        let folders = fs::read_dir(format!("/proc/{}/task", self.process.id()))?;
        folders
            .map(|folder| {
                let folder = folder?;
                Ok((folder.file_name().to_string_lossy().into_owned(), thread_cpu(&folder.path())?))
            })
            .collect()
    }

    /// Resident memory.
    fn memory(&self) -> Outcome<String> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kib: u32 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(format!("{:.1} MB", f64::from(kib) * 1024.0 / 1e6))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Time on the processor, from a thread's folder in /proc.
fn thread_cpu(folder: &Path) -> Outcome<Duration> {
    let schedstat = fs::read_to_string(folder.join("schedstat"))?;
    Ok(Duration::from_nanos(schedstat.split_whitespace().next().ok_or("empty schedstat")?.parse()?))
}
