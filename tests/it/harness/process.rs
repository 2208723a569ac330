//! Installations: the binary as an operator runs it, with settings, a folder and a database of its own, any number of
//! nodes and commands. Waits for output of the server, never for a guessed time.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};

use super::certificates::Authority;
use super::database::Database;
use super::world::{run_and_remove, runtime};

/// How long anything may take on a busy machine before a test gives up on it.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// What "within a second" may take here: a debug build on two cores that other tests keep busy. The faults that it
/// tells apart last half a minute or for ever.
pub(crate) const PROMPTLY: Duration = Duration::from_secs(25);

/// The body of a test, as a pointer: a generic function would be compiled again for each test.
pub(crate) type InstallationBody = fn(Installation) -> Pin<Box<dyn Future<Output = ()>>>;

/// Runs the test `name::sqlite` of an installation.
pub(crate) fn run_installed_on_sqlite(body: InstallationBody) {
    runtime().block_on(body(Installation::on_sqlite()));
}

/// Runs the test `name::postgres` of an installation.
pub(crate) fn run_installed_on_postgres(body: InstallationBody) {
    runtime().block_on(Installation::on_postgres(body));
}

/// Makes two tests, `name::sqlite` and `name::postgres`, of a function that takes an [`Installation`]:
/// `#[apply(installed_on_both_engines)]`.
macro_rules! installed_on_both_engines {
    ($(#[$meta:meta])* async fn $name:ident($at:ident: Installation) $body:block) => {
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($at: Installation) $body

            #[test]
            fn sqlite() {
                $crate::harness::run_installed_on_sqlite(|at| Box::pin(body(at)));
            }

            #[test]
            fn postgres() {
                $crate::harness::run_installed_on_postgres(|at| Box::pin(body(at)));
            }
        }
    };
}
pub(crate) use installed_on_both_engines;

/// One place where Gatepost is installed: a folder, a database, settings.
pub(crate) struct Installation {
    database: Arc<Database>,
    folder: PathBuf,
    settings: BTreeMap<String, String>,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// An application as `app create` told of it.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// A running server. Killed when dropped.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    pub(crate) client: Client,
    child: Child,
    log: watch::Receiver<Vec<String>>,
}

impl Installation {
    pub(crate) fn on_sqlite() -> Self {
        Self::of(Database::sqlite())
    }

    /// Runs a rule on PostgreSQL, unless only SQLite is to be tested.
    pub(crate) async fn on_postgres<Rule: Future<Output = ()> + 'static>(rule: impl FnOnce(Self) -> Rule) {
        let Some(database) = Database::postgres().await else { return };
        let installation = Self::of(database).with("keys.master_key", &master_key(1));
        let database = Arc::clone(&installation.database);
        run_and_remove(Box::pin(rule(installation)), &database).await;
    }

    fn of(database: Database) -> Self {
        let (folder, url) = (database.folder(), database.url());
        Self { database: Arc::new(database), folder, settings: BTreeMap::new() }
            .with("database.url", &url)
            .with("server.listen", "127.0.0.1:0")
            .with("server.management_listen", "127.0.0.1:0")
            .with("log.format", "json")
            // Nothing listens there: a server needs a mail URL, and a test of mail sets its own.
            .with("mail.url", "smtp://127.0.0.1:9")
            .with("login.signup", "open")
            // As in a world: a machine that is busy with other tests takes longer to connect than a server should wait.
            .with("database.acquire_timeout", "6s")
    }

    /// The same with a setting of the configuration.
    pub(crate) fn with(mut self, key: &str, value: &str) -> Self {
        self.set(key, value);
        self
    }

    pub(crate) fn set(&mut self, key: &str, value: &str) {
        self.settings.insert(variable(key), value.to_owned());
    }

    pub(crate) fn unset(&mut self, key: &str) {
        self.settings.remove(&variable(key));
    }

    /// The same with this authority as the only trusted one.
    pub(crate) fn trusting(mut self, authority: &Authority) -> Self {
        let file = self.path("authority.pem");
        std::fs::write(&file, &authority.pem).expect("it can be written");
        self.settings.insert("SSL_CERT_FILE".to_owned(), file.display().to_string());
        self
    }

    /// The same again, to be given other settings.
    pub(crate) fn another(&self) -> Self {
        Self { database: Arc::clone(&self.database), folder: self.folder.clone(), settings: self.settings.clone() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(*self.database, Database::Sqlite { .. })
    }

    /// The binary with these words, this installation's settings and nothing else around it.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gatepost"));
        command.args(words).env_clear().envs(&self.settings).current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, words: &[&str]) -> Ran {
        let mut command = self.command(words);
        let running = spawn_blocking(move || command.output());
        let output = timeout(PATIENCE, running).await.expect("the command ends").unwrap().expect("the binary runs");
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("output is UTF-8"),
        }
    }

    /// Runs a command that must succeed and print one JSON document.
    pub(crate) async fn json(&self, words: &[&str]) -> Value {
        let words = [words, &["--json"]].concat();
        let ran = self.run(&words).await;
        assert_eq!(ran.code, Some(0), "{words:?}: {ran:?}");
        serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{words:?} is not one JSON document: {e}: {ran:?}"))
    }

    /// Makes the database, if it is not there: no other command does, and a test may begin with one.
    pub(crate) async fn migrated(&self) -> &Self {
        let ran = self.run(&["migrate"]).await;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        self
    }

    /// Registers an application.
    pub(crate) async fn application(&self, name: &str) -> Credentials {
        self.migrated().await;
        Credentials::from(&self.json(&["app", "create", "--name", name]).await)
    }

    /// The keys as `key list` tells them, of one algorithm: state and kid.
    pub(crate) async fn keys(&self, algorithm: &str) -> Vec<(String, String)> {
        let listed = self.json(&["key", "list"]).await;
        let of = listed.as_array().expect("a list").iter().filter(|key| key["algorithm"] == algorithm);
        of.map(|key| (text(&key["state"]), text(&key["kid"]))).collect()
    }

    /// The one key in this state.
    pub(crate) async fn key(&self, algorithm: &str, state: &str) -> String {
        let keys = self.keys(algorithm).await;
        let mut found = keys.iter().filter(|(of, _)| of == state).map(|(_, kid)| kid.clone());
        match (found.next(), found.next()) {
            (Some(kid), None) => kid,
            _ => panic!("expected one {state} {algorithm} key, found {keys:?}"),
        }
    }

    /// Starts a server and waits until it is ready.
    pub(crate) async fn start(&self) -> Node {
        match self.try_start().await {
            Ok(node) => node,
            Err(log) => panic!("the server did not start:\n{log}"),
        }
    }

    /// Starts a server from a shell, which ends in `exec "$@"`, and waits until it is ready.
    pub(crate) async fn start_from(&self, shell: &str) -> Node {
        let serve = self.command(&["serve"]);
        let mut command = Command::new("sh");
        command.args(["-c", shell, "sh"]).arg(serve.get_program()).args(serve.get_args()).env_clear();
        command.envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(&self.folder).stdin(Stdio::null());
        match Self::ready(Self::spawned(command)).await {
            Ok(node) => node,
            Err(log) => panic!("the server did not start:\n{log}"),
        }
    }

    /// The same, or what it said before it ended.
    pub(crate) async fn try_start(&self) -> Result<Node, String> {
        Self::ready(self.spawn()).await
    }

    async fn ready(mut node: Node) -> Result<Node, String> {
        let ready = node.line("ready").await?;
        let ready: Value = serde_json::from_str(&ready).expect("the log is JSON");
        node.address = ready["address"].as_str().expect("an address").parse().expect("an address");
        Ok(node)
    }

    /// Starts a server as a person does who tries it out, under the name by which it is reached.
    pub(crate) async fn start_in_development(&mut self) -> Node {
        // The name has the port in it, so one is chosen that is free now.
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        self.set("server.listen", &format!("127.0.0.1:{port}"));
        self.set("server.issuer", &format!("http://localhost:{port}"));
        self.unset("mail.url");
        let mut node = self.spawn_as(&["serve", "--dev"]);
        node.line("ready").await.unwrap_or_else(|log| panic!("the server did not start:\n{log}"));
        node.address.set_port(port);
        node
    }

    /// Types this into a shell that finds the binary as `gatepost`.
    pub(crate) fn shell(&self, script: &str) -> Command {
        let folder = Path::new(env!("CARGO_BIN_EXE_gatepost")).parent().expect("it stands in a folder");
        let mut command = Command::new("bash");
        command.args(["-euo", "pipefail", "-c", script]).env_clear().envs(&self.settings);
        command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display()));
        command.current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    /// Starts a server and does not wait.
    pub(crate) fn spawn(&self) -> Node {
        self.spawn_as(&["serve"])
    }

    fn spawn_as(&self, words: &[&str]) -> Node {
        Self::spawned(self.command(words))
    }

    fn spawned(mut command: Command) -> Node {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let stderr = child.stderr.take().expect("it is piped");
        let (said, log) = watch::channel(Vec::new());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                said.send_modify(|lines| lines.push(line));
            }
        });
        Node { address: SocketAddr::from(([127, 0, 0, 1], 0)), client: Client::new(), child, log }
    }

    /// Settings by which commands such as `health` find this node.
    pub(crate) fn beside(&self, node: &Node) -> Self {
        self.another().with("server.listen", &node.address.to_string())
    }

    /// Changes the database behind the server's back.
    pub(crate) async fn execute(&self, sql: &str) {
        self.database.execute(sql).await;
    }

    /// The first column of a query, which must be text.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        self.database.texts(sql).await
    }

    /// Where the database is, as a URL.
    pub(crate) fn database_url(&self) -> String {
        self.database.url()
    }
}

impl From<&Value> for Credentials {
    fn from(created: &Value) -> Self {
        Self { id: text(&created["client_id"]), secret: text(&created["client_secret"]) }
    }
}

impl Node {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has said so far.
    pub(crate) fn log(&self) -> String {
        self.log.borrow().join("\n")
    }

    /// Waits for a line with this message, or for the end of the process.
    pub(crate) async fn line(&mut self, message: &str) -> Result<String, String> {
        let wanted = format!("\"message\":\"{message}");
        let find = |lines: &[String]| lines.iter().find(|line| line.contains(&wanted)).cloned();
        let spoken = timeout(PATIENCE, self.log.wait_for(|lines| find(lines).is_some())).await;
        let found = spoken.expect("it speaks or ends").ok().and_then(|lines| find(&lines));
        found.ok_or_else(|| self.log())
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.pid())).status();
        assert!(sent.expect("sh runs").success(), "the process {} takes a signal", self.pid());
    }

    /// Waits for the process to end.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let ended = until("the process ends", PATIENCE, async || self.child.try_wait().expect("it is ours"));
        ended.await
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(mut self) -> ExitStatus {
        self.signal("TERM");
        self.ended().await
    }

    /// Ends it the hard way.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.expect("the server answers")
    }

    /// Asks for a token; whatever the server answers.
    pub(crate) async fn token_request(&self, credentials: &Credentials) -> reqwest::Result<Response> {
        self.client
            .post(self.url("/token"))
            .basic_auth(&credentials.id, Some(&credentials.secret))
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
    }

    /// The status a token request gets.
    pub(crate) async fn token_status(&self, credentials: &Credentials) -> StatusCode {
        self.token_request(credentials).await.expect("the server answers").status()
    }

    /// A token that must be granted.
    pub(crate) async fn token(&self, credentials: &Credentials) -> String {
        let answer = self.token_request(credentials).await.expect("the server answers");
        let status = answer.status();
        let body: Value = answer.json().await.expect("the answer is JSON");
        assert_eq!(status, StatusCode::OK, "{body}");
        text(&body["access_token"])
    }

    /// Waits until a token request gets this status; says how long it took.
    pub(crate) async fn answers(&self, credentials: &Credentials, wanted: StatusCode) -> Duration {
        let started = Instant::now();
        let answered = async || (self.token_status(credentials).await == wanted).then_some(());
        until(&format!("token requests get {wanted}"), PATIENCE, answered).await;
        started.elapsed()
    }

    /// The kids that are published.
    pub(crate) async fn published(&self) -> Vec<String> {
        let set: Value = self.get("/.well-known/jwks.json").await.json().await.expect("the key set is JSON");
        set["keys"].as_array().expect("a list").iter().map(|key| text(&key["kid"])).collect()
    }

    /// What `/api/v1/hello` thinks of a token.
    pub(crate) async fn hello(&self, token: &str) -> StatusCode {
        let request = self.client.get(self.url("/api/v1/hello")).bearer_auth(token);
        request.send().await.expect("the server answers").status()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A master key that is the same for the same number.
pub(crate) fn master_key(number: u8) -> String {
    let bytes: Vec<u8> = (0..32).map(|index| number.wrapping_mul(37).wrapping_add(index)).collect();
    STANDARD.encode(bytes)
}

/// The text of a JSON string.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("expected a string, found {value}")).to_owned()
}

/// The `kid` in a token's header.
pub(crate) fn kid_of(token: &str) -> String {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().expect("a header")).expect("base64url");
    text(&serde_json::from_slice::<Value>(&header).expect("JSON")["kid"])
}

/// Tries again, in short order, until there is an answer.
pub(crate) async fn until<T>(what: &str, limit: Duration, mut attempt: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = attempt().await {
            return found;
        }
        assert!(started.elapsed() < limit, "{what}: not within {limit:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

fn variable(key: &str) -> String {
    format!("GATEPOST__{}", key.to_uppercase().replace('.', "__"))
}

/// Random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    gatepost::adapters::entropy::random(&gatepost::adapters::entropy::SystemEntropy::default())
}
