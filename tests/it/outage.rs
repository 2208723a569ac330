//! An unreachable database, shutdown, and hostile clients.

use macro_rules_attribute::apply;
use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor as _};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use crate::harness::{
    Credentials, Installation, Node, PATIENCE, PROMPTLY, Wire, WireState, installed_on_both_engines, master_key, until,
};

/// An installation whose database is at the other end of a wire.
pub(crate) async fn wired(at: Installation) -> (Installation, Wire) {
    let mut url: url::Url = at.database_url().parse().unwrap();
    let wire = Wire::to(format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432))).await;
    url.set_ip_host(wire.address.ip()).unwrap();
    url.set_port(Some(wire.address.port())).unwrap();
    (at.with("database.url", url.as_str()), wire)
}

/// Without its database the server says so, and quickly, whether connections break or fall silent.
async fn refuses_at_once_and_recovers(
    node: &Node,
    wire: &Wire,
    state: WireState,
    warm: &Credentials,
    cold: &Credentials,
) {
    let token = node.token(warm).await;
    let published = node.published().await;
    let discovery = "/.well-known/openid-configuration";
    let described = node.get(discovery).await.text().await.expect("a body");
    wire.set(state);
    for attempt in 0..3 {
        let asked = Instant::now();
        let answer = node.token_request(cold).await.expect("an answer");
        let took = asked.elapsed();
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{state:?}, attempt {attempt}");
        assert!(answer.headers().contains_key(RETRY_AFTER), "{state:?}");
        assert!(took < PROMPTLY, "{state:?}, attempt {attempt}: after {took:?}");
        let error: serde_json::Value = answer.json().await.expect("JSON");
        assert_eq!(error["error"], "temporarily_unavailable", "{error}");
    }
    let asked = Instant::now();
    assert_eq!(node.get("/health/live").await.status(), StatusCode::OK);
    assert_eq!(node.published().await, published, "the key set is served from memory");
    let found = node.get(discovery).await;
    assert_eq!(found.status(), StatusCode::OK, "{state:?}");
    assert_eq!(found.text().await.expect("a body"), described, "and so is what the server says of itself");
    assert_eq!(node.hello(&token).await, StatusCode::OK, "a token is checked without the database");
    assert!(asked.elapsed() < PROMPTLY, "{state:?}: {:?}", asked.elapsed());
    let asked = Instant::now();
    let ready = node.get("/health/ready").await;
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(ready.headers().contains_key(RETRY_AFTER) && asked.elapsed() < PROMPTLY);

    // Many at once must not queue behind one another.
    let asked = Instant::now();
    for status in crowd(node, cold, 40).await.unwrap() {
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert!(asked.elapsed() < PROMPTLY, "{state:?}: a crowd of 40 waited {:?}", asked.elapsed());

    wire.set(WireState::Whole);
    let ready = async || (node.get("/health/ready").await.status() == StatusCode::OK).then_some(());
    until("the server is ready again", PATIENCE, ready).await;
    node.token(cold).await;
    node.token(warm).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_postgresql_the_server_refuses_within_a_second_and_recovers_by_itself() {
    Installation::on_postgres(async |at| {
        let (at, wire) = wired(at).await;
        let warm = at.application("warm").await;
        let node = at.start().await;
        for state in [WireState::Cut, WireState::Forgotten, WireState::Cut, WireState::Forgotten] {
            let cold = at.application("never asked before").await;
            refuses_at_once_and_recovers(&node, &wire, state, &warm, &cold).await;
        }
        let asked = Instant::now();
        assert_eq!(node.stop().await.code(), Some(0));
        assert!(asked.elapsed() < PROMPTLY, "{:?}", asked.elapsed());
    })
    .await;
}

/// Statements that are under way when the wire falls silent fill the pool; each must give its place back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_in_flight_when_connections_fall_silent_do_not_use_up_the_pool() {
    Installation::on_postgres(async |at| {
        let direct = at.another();
        let (at, wire) = wired(at).await;
        // Without a grace, so that each asks the database.
        let at = at.with("database.outage_grace", "0s");
        let credentials = at.application("silent").await;
        let node = at.start().await;
        node.token(&credentials).await;
        let mut lock = PgConnection::connect(&direct.database_url()).await.unwrap();
        lock.execute("begin; lock table generations, applications in access exclusive mode").await.unwrap();
        sleep(Duration::from_secs(1)).await;
        let asked = Instant::now();
        let waiters = crowd(&node, &credentials, 16);
        let waiting = "select pid::text from pg_stat_activity where wait_event_type = 'Lock' \
                       and datname = current_database()";
        let full = async || (direct.texts(waiting).await.len() >= 8).then_some(());
        until("every connection of the pool waits", PROMPTLY, full).await;
        wire.set(WireState::Forgotten);
        for answer in waiters.await.unwrap() {
            assert_eq!(answer, StatusCode::SERVICE_UNAVAILABLE);
        }
        assert!(asked.elapsed() < PATIENCE, "a silent database kept them {:?}", asked.elapsed());
        lock.execute("rollback").await.unwrap();
        wire.set(WireState::Whole);
        let took = node.answers(&credentials, StatusCode::OK).await;
        assert!(took < PATIENCE, "it took {took:?} to recover");
        for status in crowd(&node, &credentials, 16).await.unwrap() {
            assert_eq!(status, StatusCode::OK);
        }
    })
    .await;
}

/// Many token requests at once.
fn crowd(node: &Node, credentials: &Credentials, count: usize) -> tokio::task::JoinHandle<Vec<StatusCode>> {
    let (url, credentials, client) = (node.url("/token"), credentials.clone(), node.client.clone());
    tokio::spawn(async move {
        let request = || {
            let request = client.post(&url).basic_auth(&credentials.id, Some(&credentials.secret));
            let request = request.form(&[("grant_type", "client_credentials")]);
            tokio::spawn(async move { request.send().await.expect("an answer").status() })
        };
        let mut statuses = Vec::new();
        for request in (0..count).map(|_| request()).collect::<Vec<_>>() {
            statuses.push(request.await.expect("no panic"));
        }
        statuses
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_stops_although_its_database_has_fallen_silent() {
    Installation::on_postgres(async |at| {
        let (at, wire) = wired(at).await;
        let credentials = at.application("silent").await;
        let node = at.start().await;
        node.token(&credentials).await;
        wire.set(WireState::Forgotten);
        sleep(Duration::from_millis(300)).await;
        let asked = Instant::now();
        assert_eq!(node.stop().await.code(), Some(0));
        assert!(asked.elapsed() < PATIENCE, "it took {:?} to stop", asked.elapsed());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_and_a_command_without_their_database_say_so_and_end() {
    Installation::on_postgres(async |at| {
        let (at, wire) = wired(at).await;
        at.run(&["migrate"]).await;
        for state in [WireState::Cut, WireState::Forgotten] {
            wire.set(state);
            for words in [&["serve"][..], &["app", "list"], &["migrate"], &["doctor"]] {
                let asked = Instant::now();
                let ran = at.run(words).await;
                assert_eq!(ran.code, Some(1), "{state:?}: {ran:?}");
                let said = format!("{}{}", ran.stdout, ran.stderr);
                assert!(said.contains("the database does not answer"), "{state:?}, {words:?}: {ran:?}");
                assert!(asked.elapsed() < PROMPTLY, "{state:?}, {words:?}: {:?}", asked.elapsed());
            }
        }
    })
    .await;
}

/// The lock that sqlx takes for a migration, held as another node would for a long one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_waits_for_the_node_that_migrates_however_long_that_takes() {
    Installation::on_postgres(async |at| {
        let name = at.texts("select current_database()::text").await.remove(0);
        let id = 0x3d32_ad9e * i64::from(crc32fast::hash(name.as_bytes()));
        let mut other = PgConnection::connect(&at.database_url()).await.unwrap();
        sqlx::query("select pg_advisory_lock($1)").bind(id).execute(&mut other).await.unwrap();
        let mut node = at.spawn();
        // Longer than the time limit of a statement, which is what this is about.
        sleep(Duration::from_secs(7)).await;
        assert!(!node.log().contains("ready"));
        other.close().await.unwrap();
        node.line("ready").await.expect("it was waiting");
    })
    .await;
}

/// A request whose body is still being sent.
struct Unfinished(TcpStream);

impl Unfinished {
    fn begin(address: SocketAddr, credentials: &Credentials) -> Self {
        let body = Self::body(credentials);
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!(
            "POST /token HTTP/1.1\r\nhost: gatepost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{}",
            body.len(),
            &body[..10]
        );
        stream.write_all(head.as_bytes()).unwrap();
        Self(stream)
    }

    fn body(credentials: &Credentials) -> String {
        let Credentials { id, secret } = credentials;
        format!("grant_type=client_credentials&client_id={id}&client_secret={secret}")
    }

    fn finish(mut self, credentials: &Credentials) -> String {
        self.0.write_all(&Self::body(credentials).as_bytes()[10..]).unwrap();
        let mut answer = String::new();
        self.0.read_to_string(&mut answer).unwrap();
        answer
    }
}

#[apply(installed_on_both_engines)]
async fn told_to_stop_the_server_finishes_what_is_in_flight_and_writes_down_what_was_used(at: Installation) {
    let credentials = at.application("stopping").await;
    let used = at.application("used").await;
    let mut node = at.start().await;
    let requests: Vec<_> = (0..5).map(|_| Unfinished::begin(node.address, &credentials)).collect();
    // Answered, so the server has seen what was sent before.
    node.token(&used).await;
    node.signal("TERM");
    node.line("stopping").await.expect("it says so");
    let closed = async || match node.client.get(node.url("/health/ready")).send().await {
        Ok(answer) => (answer.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(()),
        Err(e) => e.is_connect().then_some(()),
    };
    until("no new requests are taken", PROMPTLY, closed).await;
    for request in requests {
        let credentials = credentials.clone();
        let answer = spawn_blocking(move || request.finish(&credentials)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("access_token"), "{answer}");
    }
    assert_eq!(node.ended().await.code(), Some(0), "{}", node.log());
    for Credentials { id, .. } in [credentials, used] {
        let shown = at.json(&["app", "show", &id]).await;
        assert!(shown["last_used_at"].is_string() && shown["secrets"][0]["last_used_on"].is_string(), "{shown}");
    }
}

/// A database that says nothing, or a lock that another process holds: the server waits for it, and then no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_stop_before_it_is_ready_the_server_ends_soon_and_without_a_failure() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://nobody@{}/none", silent.local_addr().unwrap());
    let at = Installation::on_sqlite().with("database.url", &url).with("keys.master_key", &master_key(1));
    let at = at.with("database.acquire_timeout", "1m");
    let mut node = at.spawn();
    let (_database, _) = spawn_blocking(move || silent.accept()).await.unwrap().unwrap();
    ends_soon(&mut node).await;

    let at = Installation::on_sqlite();
    let lock = File::create(at.path("gatepost.db.migrating")).unwrap();
    lock.lock().unwrap();
    let mut node = at.spawn();
    let waiting = async || at.path("gatepost.db").exists().then_some(());
    until("it has come to the database", PATIENCE, waiting).await;
    ends_soon(&mut node).await;
    drop(lock);
    at.start().await;
}

async fn ends_soon(node: &mut Node) {
    let asked = Instant::now();
    node.signal("TERM");
    let ended = node.ended().await;
    assert_eq!(ended.code(), Some(0), "{}", node.log());
    assert!(asked.elapsed() < PROMPTLY, "{:?}", asked.elapsed());
    assert!(node.log().contains("stopped before it was ready"), "{}", node.log());
}

/// Every connection is an open file, and the usual limit is below `server.max_connections`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limit_on_open_files_is_raised_to_what_connections_need() {
    let at = Installation::on_sqlite().with("server.max_connections", "300");
    let serve = at.command(&["serve"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -Sn 100 && exec \"$0\" serve"]).arg(serve.get_program()).current_dir(at.folder());
    limited.env_clear().envs(serve.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child = limited.stderr(Stdio::null()).spawn().expect("sh runs");
    let limits = format!("/proc/{}/limits", child.id());
    let raised = async || {
        let limits = std::fs::read_to_string(&limits).expect("it runs");
        let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("a limit");
        let soft: u64 = line.split_whitespace().nth(3).expect("a number").parse().ok()?;
        (300..10_000).contains(&soft).then_some(())
    };
    until("the limit is raised", PATIENCE, raised).await;
    child.kill().unwrap();
    child.wait().unwrap();
}

#[apply(installed_on_both_engines)]
async fn a_second_signal_stops_at_once(at: Installation) {
    let credentials = at.application("hurry").await;
    for (first, second) in [("TERM", "TERM"), ("INT", "TERM"), ("TERM", "INT")] {
        let mut node = at.start().await;
        let _unfinished = Unfinished::begin(node.address, &credentials);
        node.get("/health/live").await;
        node.signal(first);
        node.line("stopping").await.expect("it says so");
        let asked = Instant::now();
        node.signal(second);
        assert_eq!(node.ended().await.code(), Some(1));
        assert!(asked.elapsed() < PROMPTLY, "{:?}", asked.elapsed());
    }
}

#[apply(installed_on_both_engines)]
async fn requests_that_never_finish_do_not_keep_the_server_from_stopping(at: Installation) {
    let credentials = at.application("never").await;
    let at = at.with("server.shutdown_timeout", "1s");
    let node = at.start().await;
    let _unfinished = Unfinished::begin(node.address, &credentials);
    let _idle = TcpStream::connect(node.address).unwrap();
    node.get("/health/live").await;
    let asked = Instant::now();
    assert_eq!(node.stop().await.code(), Some(0));
    let took = asked.elapsed();
    assert!((Duration::from_millis(900)..PROMPTLY).contains(&took), "{took:?}");
}

/// Thousands of sockets in one process; many shells allow a thousand.
fn allow_many_files() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let own = std::process::id().to_string();
        let _ = Command::new("prlimit").args(["--pid", &own, "--nofile=16384:"]).status();
    });
}

/// Whether the other side has closed the connection.
fn is_closed(stream: &mut TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let mut answer = [0; 1024];
    loop {
        match stream.read(&mut answer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(e) => return e.kind() != ErrorKind::WouldBlock,
        }
    }
}

/// All other clients are served without delay.
async fn others_are_served(node: &Node, credentials: &Credentials) {
    for _ in 0..10 {
        let fresh = reqwest::Client::new();
        let asked = Instant::now();
        let answer = fresh.get(node.url("/.well-known/jwks.json")).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK);
        node.token(credentials).await;
        assert!(asked.elapsed() < PROMPTLY, "others waited {:?}", asked.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_idle_connections_cost_others_nothing_and_are_ended() {
    allow_many_files();
    let at = Installation::on_sqlite().with("server.max_connections", "4096");
    let credentials = at.application("idle").await;
    let node = at.start().await;
    let mut idle: Vec<_> = (0..2000).map(|_| TcpStream::connect(node.address).expect("a connection")).collect();
    others_are_served(&node, &credentials).await;
    let memory = resident_megabytes(&node);
    assert!(memory < 120, "{memory} MB with 2000 connections");
    let closed = async || idle.iter_mut().all(is_closed).then_some(());
    until("idle connections are ended", PATIENCE, closed).await;
}

fn resident_megabytes(node: &Node) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", node.pid())).expect("it runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it has memory");
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_send_a_byte_now_and_then_block_nobody_and_are_ended() {
    allow_many_files();
    let at = Installation::on_sqlite();
    let credentials = at.application("slow").await;
    let node = at.start().await;
    let begin = |head: &str| {
        let mut stream = TcpStream::connect(node.address).expect("a connection");
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let body = "POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                content-length: 60000\r\n\r\n";
    let mut slow: Vec<_> = (0..150).flat_map(|_| [begin("GET / HTTP/1.1\r\nx-slow: "), begin(body)]).collect();
    let mut served = false;
    let closed = async || {
        for stream in &mut slow {
            let _ = stream.write_all(b"a");
        }
        if !served {
            others_are_served(&node, &credentials).await;
            served = true;
        }
        sleep(Duration::from_millis(200)).await;
        slow.iter_mut().all(is_closed).then_some(())
    };
    until("slow connections are ended", PATIENCE, closed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_asks_and_never_reads_does_not_keep_its_connection_for_ever() {
    let at = Installation::on_sqlite().with("server.max_connections", "4");
    let credentials = at.application("deaf").await;
    let node = at.start().await;
    let requests = "GET /.well-known/jwks.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);
    let deaf: Vec<_> = (0..4).map(|_| TcpStream::connect(node.address).unwrap()).collect();
    for mut stream in &deaf {
        stream.set_nonblocking(true).unwrap();
        // Until neither side takes any more.
        let full = async || {
            while stream.write(requests.as_bytes()).is_ok() {}
            sleep(Duration::from_millis(50)).await;
            stream.write(requests.as_bytes()).is_err().then_some(())
        };
        until("the connection is full", PATIENCE, full).await;
    }
    let served = async || {
        let answer = node.client.get(node.url("/health/live")).timeout(Duration::from_secs(2)).send().await;
        answer.is_ok_and(|answer| answer.status() == StatusCode::OK).then_some(())
    };
    until("somebody else is served", PATIENCE, served).await;
    node.token(&credentials).await;
}
