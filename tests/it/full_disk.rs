//! When the database can store nothing: what goes on, what is refused, and that it ends by itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use macro_rules_attribute::apply;
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};
use serde_json::json;

use crate::harness::{Credentials, Installation, Node, PATIENCE, installed_on_both_engines, until};

/// What keeps a database from storing anything.
enum Trouble {
    /// A file system in memory, in a namespace of the server's, is full.
    Full { filler: PathBuf },
    /// The server may not make files longer: every write ends with an error.
    Limited { pid: u32 },
    /// Each write is refused by PostgreSQL as it is where its disk is full: at once, or when it is committed.
    Refused { at: Installation },
}

/// Makes every table refuse as a full disk does.
const REFUSE: &str = "create function full_disk() returns trigger language plpgsql as $$ begin \
     raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$; \
     do $$ declare place text; begin \
     for place in select tablename from pg_tables where schemaname = 'public' loop execute format( \
     'create constraint trigger full_disk after insert or update or delete on %I deferrable initially deferred \
     for each row execute function full_disk()', place); end loop; end $$; \
     create trigger full_disk_at_once before insert on audit_events for each row execute function full_disk()";

impl Trouble {
    async fn begins(&self) {
        match self {
            Self::Full { filler } => {
                let filled = Command::new("dd").args(["if=/dev/zero", "bs=4096"]).arg(of(filler)).output().unwrap();
                assert!(String::from_utf8_lossy(&filled.stderr).contains("No space left"), "{filled:?}");
            }
            Self::Limited { pid } => limit_files(*pid, "1024:"),
            Self::Refused { at } => at.execute(REFUSE).await,
        }
    }

    async fn ends(&self) {
        match self {
            Self::Full { filler } => fs::remove_file(filler).unwrap(),
            Self::Limited { pid } => limit_files(*pid, "unlimited:"),
            Self::Refused { at } => at.execute("drop function full_disk cascade").await,
        }
    }
}

fn of(file: &Path) -> String {
    format!("of={}", file.display())
}

fn limit_files(pid: u32, most: &str) {
    let limited = Command::new("prlimit").args(["--pid", &pid.to_string(), &format!("--fsize={most}")]).status();
    assert!(limited.expect("prlimit runs").success());
}

/// Whether this machine lets us mount a file system that only one process sees.
fn may_mount() -> bool {
    let mount = "mount -t tmpfs none /tmp";
    Command::new("unshare").args(["-m", "sh", "-c", mount]).output().is_ok_and(|tried| tried.status.success())
}

/// A server, and trouble that can come over its database.
async fn troubled(at: &Installation) -> (Node, Trouble) {
    if !at.is_sqlite() {
        return (at.start().await, Trouble::Refused { at: at.another() });
    }
    if !may_mount() {
        let node = at.start_from("trap '' XFSZ; exec \"$@\"").await;
        let pid = node.pid();
        return (node, Trouble::Limited { pid });
    }
    let data = at.path("small");
    fs::create_dir(&data).unwrap();
    let shell = "mount -t tmpfs -o size=24m none small && cp gatepost.* small/ && exec \"$@\"";
    let at = at.another().with("database.url", &format!("sqlite://{}", data.join("gatepost.db").display()));
    let node = at.start_from(&format!("exec unshare -m sh -c '{shell}' sh \"$@\"")).await;
    let filler = PathBuf::from(format!("/proc/{}/root{}", node.pid(), data.join("filler").display()));
    (node, Trouble::Full { filler })
}

async fn add_person(node: &Node, token: &str, name: &str) -> Response {
    let body = json!({ "email": format!("{name}@example.com") });
    node.client.post(node.url("/users")).bearer_auth(token).json(&body).send().await.expect("an answer")
}

async fn ready(node: &Node) -> StatusCode {
    node.get("/health/ready").await.status()
}

async fn outlives(node: Node, trouble: Trouble, directory: &Credentials) {
    let token = node.token(directory).await;
    let published = node.published().await;
    assert_eq!(add_person(&node, &token, "before").await.status(), StatusCode::CREATED);
    trouble.begins().await;
    for name in ["a", "b", "c"] {
        let refused = add_person(&node, &token, name).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE, "{}", node.log());
        assert!(refused.headers().contains_key(RETRY_AFTER), "{refused:?}");
        assert_eq!(ready(&node).await, StatusCode::SERVICE_UNAVAILABLE);
    }
    node.token(directory).await;
    assert_eq!(node.hello(&token).await, StatusCode::OK);
    assert_eq!(node.published().await, published);
    assert_eq!(node.get("/.well-known/openid-configuration").await.status(), StatusCode::OK);
    let listed = node.client.get(node.url("/api/v1/me")).bearer_auth(&token).send().await.expect("an answer");
    assert_eq!(listed.status(), StatusCode::OK, "what is only read goes on");

    trouble.ends().await;
    assert_eq!(add_person(&node, &token, "after").await.status(), StatusCode::CREATED, "{}", node.log());
    assert_eq!(ready(&node).await, StatusCode::OK);
    trouble.begins().await;
    assert_eq!(add_person(&node, &token, "again").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    trouble.ends().await;
    // Without any request that writes.
    until("it is ready again", PATIENCE, async || (ready(&node).await == StatusCode::OK).then_some(())).await;
}

#[apply(installed_on_both_engines)]
async fn a_full_disk_stops_writes_only_and_the_first_one_after_it_succeeds(at: Installation) {
    at.migrated().await;
    let made = at.json(&["app", "create", "--name", "directory", "--scope", "openid users:write"]).await;
    let (node, trouble) = troubled(&at).await;
    outlives(node, trouble, &Credentials::from(&made)).await;
}

/// Where a file system of our own may be mounted, the first test fills one; here the disk answers with an error.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_of_the_disk_passes_like_a_full_one() {
    let at = Installation::on_sqlite();
    at.migrated().await;
    let made = at.json(&["app", "create", "--name", "directory", "--scope", "openid users:write"]).await;
    let node = at.start_from("trap '' XFSZ; exec \"$@\"").await;
    let pid = node.pid();
    outlives(node, Trouble::Limited { pid }, &Credentials::from(&made)).await;
}
