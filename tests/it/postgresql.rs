//! PostgreSQL as people have it: behind a pooler, with a role that may do little, in an old encoding.

use std::fs::{self, Permissions};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::StatusCode;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use tempfile::TempDir;
use url::Url;

use crate::harness::{Credentials, Installation, PATIENCE, until};

/// A `PgBouncer` that lends each of a few connections for one transaction at a time. Ends when dropped.
struct Pooler {
    process: Child,
    url: Url,
    _folder: TempDir,
}

impl Pooler {
    /// Before the database of this URL.
    async fn before(database: &str) -> Self {
        let behind: Url = database.parse().unwrap();
        let folder = TempDir::new().unwrap();
        // It refuses to run as root, and changes to another user by itself.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 100\n\
             server_reset_query =\n[users]\n",
            behind.host_str().unwrap(),
            behind.port().unwrap_or(5432),
        );
        let text = text.replace("* = host", &format!("{0} = user={1} host", &behind.path()[1..], behind.username()));
        fs::write(&settings, text).unwrap();
        let mut command = Command::new("pgbouncer");
        if is_root() {
            command.args(["-u", "postgres"]);
        }
        let process = command.arg(&settings).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = process.expect("pgbouncer is installed (scripts/test does that)");
        let mut url = behind;
        url.set_port(Some(port)).unwrap();
        until("the pooler answers", PATIENCE, async || TcpStream::connect(("127.0.0.1", port)).ok()).await;
        Self { process, url, _folder: folder }
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

async fn ask(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn works_through_the_pooler(at: Installation, setting: &str) {
    let pooler = Pooler::before(&at.database_url()).await;
    let at = at.with("database.url", pooler.url.as_str()).with("database.prepared_statements", setting);
    // On a loaded machine many wait for the few connections.
    let at = at.with("database.acquire_timeout", "30s");
    let applications: Vec<Credentials> = {
        let mut made = Vec::new();
        for number in 0..6 {
            made.push(at.application(&format!("Service {number}")).await);
        }
        made
    };
    let (node, second) = (at.start().await, at.start().await);
    // More transactions at once than the pooler has connections, of many different statements.
    let asked = (0..48).map(|round| {
        let (node, credentials) = (if round % 2 == 0 { &node } else { &second }, &applications[round % 6]);
        async move { node.token_status(credentials).await }
    });
    for status in join_all(asked).await {
        assert_eq!(status, StatusCode::OK);
    }
    for application in &applications {
        let changed = at.run(&["app", "deactivate", &application.id]).await;
        assert_eq!(changed.code, Some(0), "{changed:?}");
    }
    let refused = async || (node.token_status(&applications[0]).await == StatusCode::UNAUTHORIZED).then_some(());
    until("the other process hears of it", Duration::from_secs(10), refused).await;
    assert!(!node.log().contains("prepared statement"), "{}", node.log());
}

/// `PgBouncer` 1.18 refuses the start-up parameters that we set, which tells it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_lends_connections_for_a_transaction_is_noticed() {
    Installation::on_postgres(|at| works_through_the_pooler(at, "auto")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_is_named_by_the_setting_works() {
    Installation::on_postgres(|at| works_through_the_pooler(at, "off")).await;
}

async fn serves_as_a_role_that_makes_no_tables(at: Installation) {
    let owner = at.database_url();
    let role = format!("{}_dml", owner.rsplit('/').next().unwrap());
    let mut url: Url = owner.parse().unwrap();
    url.set_username(&role).unwrap();
    // Nothing is there yet: it says what is missing, and who has to do it.
    ask(&owner, &format!("create role {role} login; revoke create on schema public from public")).await;
    let limited = at.another().with("database.url", url.as_str());
    let log = limited.try_start().await.err().expect("it may not make tables");
    assert!(log.contains("gatepost migrate"), "{log}");
    let application = at.application("Service").await;
    let grant = format!("grant select, insert, update, delete on all tables in schema public to {role}");
    ask(&owner, &grant).await;
    let node = limited.start().await;
    assert_eq!(node.token_status(&application).await, StatusCode::OK);
    node.stop().await;
    ask(&owner, &format!("drop owned by {role}; drop role {role}")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_may_only_change_rows_serves_once_the_tables_are_there() {
    Installation::on_postgres(serves_as_a_role_that_makes_no_tables).await;
}

async fn refuses_another_encoding(at: Installation) {
    let server = at.database_url();
    let name = format!("{}_latin1", server.rsplit('/').next().unwrap());
    ask(&server, &format!("create database {name} encoding 'LATIN1' locale 'C' template template0")).await;
    let mut url: Url = server.parse().unwrap();
    url.set_path(&name);
    let at = at.with("database.url", url.as_str());
    let log = at.try_start().await.err().expect("it does not start");
    let migrated = at.run(&["migrate"]).await;
    ask(&server, &format!("drop database {name} with (force)")).await;
    assert!(log.contains("LATIN1") && log.contains("UTF8"), "{log}");
    assert!(migrated.code != Some(0) && migrated.stderr.contains("LATIN1"), "{migrated:?}");
}

/// The first name with a letter of another alphabet would be refused, perhaps years later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_does_not_hold_every_language_is_refused_at_the_start() {
    Installation::on_postgres(refuses_another_encoding).await;
}
