//! One test's world: a database with its tables, a clock, and the servers that share them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use gatepost::adapters::mailer::CaughtMail;
use gatepost::app::{self, Outside};
use gatepost::config::Config;
use gatepost::flows::Rooms;
use gatepost::store::Store;
use tokio::runtime::Runtime;
use tokio::task::{LocalSet, spawn_local};

use super::clock::TestClock;
use super::database::Database;
use super::keys::PooledEntropy;
use super::names::TestNames;
use super::server::TestServer;
use super::wire::Wire;

/// The master key of every server on PostgreSQL; on SQLite each makes its own.
const MASTER_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// What stays when servers come and go.
#[derive(Clone)]
pub(crate) struct World {
    /// The time.
    pub(crate) clock: Arc<TestClock>,
    /// The data.
    pub(crate) database: Arc<Database>,
    /// The mail, unless `mail.url` is set.
    pub(crate) mail: Arc<CaughtMail>,
    /// The names that servers resolve for users.
    pub(crate) names: Arc<TestNames>,
    entropy: Arc<PooledEntropy>,
}

impl World {
    fn new(database: Database) -> Self {
        Self {
            clock: Arc::default(),
            database: Arc::new(database),
            mail: Arc::default(),
            names: Arc::default(),
            entropy: Arc::default(),
        }
    }

    /// Another world at the same time: a server in it shares nothing with those of this one.
    pub(crate) fn another(&self) -> Self {
        let own = Self::new(Database::migrated_sqlite());
        Self { clock: Arc::clone(&self.clock), names: Arc::clone(&self.names), ..own }
    }

    /// Runs a test on SQLite.
    pub(crate) async fn on_sqlite<Body: Future<Output = ()> + 'static>(body: impl FnOnce(Self) -> Body) {
        let world = Self::new(Database::migrated_sqlite());
        let database = Arc::clone(&world.database);
        run_and_remove(Box::pin(body(world)), &database).await;
    }

    /// Runs a test on PostgreSQL, unless the caller wants none.
    pub(crate) async fn on_postgres<Body: Future<Output = ()> + 'static>(body: impl FnOnce(Self) -> Body) {
        if let Some(database) = Database::migrated_postgres().await {
            let world = Self::new(database);
            let database = Arc::clone(&world.database);
            run_and_remove(Box::pin(body(world)), &database).await;
        }
    }

    /// A running server with default settings.
    pub(crate) async fn server(&self) -> TestServer {
        self.server_with("").await
    }

    /// A running server with these settings, as a configuration file has them.
    pub(crate) async fn server_with(&self, toml: &str) -> TestServer {
        Box::pin(TestServer::start(self.config(toml), self)).await
    }

    /// A running server and the wire to its PostgreSQL.
    pub(crate) async fn server_on_a_wire(&self) -> (TestServer, Wire) {
        let mut url = url::Url::parse(&self.database.url()).unwrap();
        let wire = Wire::to(format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432))).await;
        url.set_ip_host(wire.address.ip()).unwrap();
        url.set_port(Some(wire.address.port())).unwrap();
        let mut config = self.config("");
        config.database.url = url.as_str().parse().unwrap();
        (Box::pin(TestServer::start(config, self)).await, wire)
    }

    /// What a command opens while a server runs, or without one.
    pub(crate) async fn command(&self) -> Arc<Rooms> {
        self.idle_with("").await
    }

    /// A server with these settings that does nothing by itself.
    pub(crate) async fn idle_with(&self, toml: &str) -> Arc<Rooms> {
        Box::pin(app::open(self.config(toml), self.outside())).await.unwrap()
    }

    /// The database alone.
    pub(crate) async fn store(&self) -> Store {
        let store = Store::open(&self.database.settings()).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    /// These settings, with ports and a database of our own.
    pub(crate) fn config(&self, toml: &str) -> Config {
        let mut environment = self.environment();
        // Where a test does not say who may make an account, everybody may.
        if !toml.contains("signup") {
            environment.push(("GATEPOST__LOGIN__SIGNUP".to_owned(), "open".to_owned()));
        }
        // A machine that is busy with other tests keeps a connection waiting for longer than a server should.
        if !toml.contains("acquire_timeout") {
            environment.push(("GATEPOST__DATABASE__ACQUIRE_TIMEOUT".to_owned(), "6s".to_owned()));
        }
        Config::from_toml("test.toml", toml, &environment).unwrap().config
    }

    /// The environment that a server of this world is configured by.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let mut settings = vec![
            ("GATEPOST__SERVER__LISTEN", "127.0.0.1:0".to_owned()),
            ("GATEPOST__SERVER__MANAGEMENT_LISTEN", "127.0.0.1:0".to_owned()),
            ("GATEPOST__DATABASE__URL", self.database.url()),
        ];
        if matches!(*self.database, Database::Postgres { .. }) {
            settings.push(("GATEPOST__KEYS__MASTER_KEY", MASTER_KEY.to_owned()));
        }
        settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Time, randomness, mail and names as they are in this world.
    pub(crate) fn outside(&self) -> Outside {
        Outside {
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            mailer: Some(self.mail.clone()),
            resolver: self.names.clone(),
        }
    }
}

/// The body of a test, as a pointer: a generic function would be compiled again for each of a thousand tests.
pub(crate) type WorldBody = fn(World) -> Pin<Box<dyn Future<Output = ()>>>;

/// Runs the test `name::sqlite`.
pub(crate) fn run_on_sqlite(body: WorldBody) {
    runtime().block_on(World::on_sqlite(body));
}

/// Runs the test `name::postgres`.
pub(crate) fn run_on_postgres(body: WorldBody) {
    runtime().block_on(World::on_postgres(body));
}

/// Runs a test in a task of its own, so that the database is removed even when the test fails.
pub(crate) async fn run_and_remove(body: Pin<Box<dyn Future<Output = ()>>>, database: &Database) {
    let outcome = LocalSet::new().run_until(async { spawn_local(body).await }).await;
    database.remove().await;
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure.into_panic());
    }
}

/// What a test runs on: two threads, so that what waits for another task does not keep it from running.
pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Makes two tests, `name::sqlite` and `name::postgres`, of a function that takes a [`World`]:
/// `#[apply(on_both_engines)]`.
macro_rules! on_both_engines {
    ($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block) => {
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($world: World) $body

            #[test]
            fn sqlite() {
                $crate::harness::run_on_sqlite(|world| Box::pin(body(world)));
            }

            #[test]
            fn postgres() {
                $crate::harness::run_on_postgres(|world| Box::pin(body(world)));
            }
        }
    };
}
pub(crate) use on_both_engines;
