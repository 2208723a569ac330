//! The composition root: puts the parts together, in the server, in commands and in tests alike.

mod brand;
mod mail_server;
mod master_key;
mod reload;
mod rooms;
mod sockets;

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{self, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::adapters::entropy::Entropy;
use crate::adapters::mailer::{Mailer, Sender, SenderError};
use crate::config::{Config, DatabaseUrl, PreparedStatements, SignUp, TemplateError};
use crate::domain::encryption::MasterKeyring;
use crate::flows::Rooms;
use crate::flows::keys::KeyChangeError;
use crate::flows::provision::ProvisionError;
use crate::http::{Edge, Listeners, routes, serve};
use crate::jobs;
use crate::store::{DatabaseSettings, Location, Pooling, Schema, ServerLock, Store, StoreError};
use crate::telemetry::Metrics;

pub use crate::adapters::Outside;
pub use brand::{brand, templates, tried_templates};
pub use mail_server::mail_server;
pub use reload::reload;

/// Why the server or a command could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The signing keys could not be loaded or made.
    #[error(transparent)]
    Keys(#[from] KeyChangeError),
    /// The declarations of the configuration cannot be carried out.
    #[error(transparent)]
    Provision(#[from] ProvisionError),
    /// There is no database, and the command does not create one.
    #[error("there is no database at {}", .0.display())]
    NoDatabase(PathBuf),
    /// The database of the server has no tables of Gatepost.
    #[error("the database has no tables of Gatepost yet")]
    NoTables,
    /// The generated master key is no longer beside the database.
    #[error("the master key of the database is not at {}; put it there, or set keys.master_key", .0.display())]
    LostMasterKey(PathBuf),
    /// The database has the schema of an older version.
    #[error(
        "the database has the tables of an older Gatepost; run `gatepost migrate` first, or start this version's server"
    )]
    NotMigrated,
    /// A file or a socket failed.
    #[error("{0}: {1}")]
    Io(String, #[source] io::Error),
    /// A template of the operator's cannot be used.
    #[error("branding.templates: {0}")]
    Template(#[from] TemplateError),
    /// `mail.from` is no sender's address.
    #[error("mail.from: {0}")]
    Sender(#[from] SenderError),
    /// `keys.master_key` is missing where none can be generated.
    #[error("keys.master_key is required with PostgreSQL; give 32 random bytes in base64, the same to every node")]
    NoMasterKey,
    /// The file with the generated master key is damaged.
    #[error("{0} does not hold a master key")]
    BadMasterKey(String),
}

/// Opens the database; creates it if it is a SQLite file that does not exist.
async fn connect(config: &Config) -> Result<Store, StartError> {
    Ok(Store::open(&database(config)?).await?)
}

/// Opens the database only if it exists, so that a command in the wrong folder fails.
pub async fn connect_existing(config: &Config) -> Result<Store, StartError> {
    match &config.database.url {
        DatabaseUrl::Sqlite { path } if !path.exists() => {
            Err(StartError::NoDatabase(path::absolute(path).unwrap_or_else(|_| path.clone())))
        }
        _ => connect(config).await,
    }
}

/// Opens the database, migrates it and loads the keys.
pub async fn open(config: Config, outside: Outside) -> Result<Arc<Rooms>, StartError> {
    let store = connect(&config).await?;
    store.migrate().await?;
    // Beside a database that was restored without its key, a new key would only look right.
    if !store.signing_keys().await?.is_empty() {
        require_master_key(&config)?;
    }
    Box::pin(assemble(config, store, outside)).await
}

/// The same for a command, which makes neither a database nor a key: in the wrong folder it would make a second one
/// of each. It may also belong to a newer version than the server that runs, so tables of an older version are left
/// to `gatepost migrate` and the next start.
pub async fn open_for_command(config: Config, outside: Outside) -> Result<Arc<Rooms>, StartError> {
    let store = connect_existing(&config).await?;
    match settled_schema(&store).await? {
        Schema::Empty => return Err(StartError::NoTables),
        Schema::Behind => return Err(StartError::NotMigrated),
        Schema::Current => {}
    }
    require_master_key(&config)?;
    Box::pin(assemble(config, store, outside)).await
}

fn require_master_key(config: &Config) -> Result<(), StartError> {
    match master_key_file(config) {
        Some(path) if !path.exists() => Err(StartError::LostMasterKey(path::absolute(&path).unwrap_or(path))),
        _ => Ok(()),
    }
}

/// A server that starts at this moment may be in the middle of migrating; it is given a moment to finish.
async fn settled_schema(store: &Store) -> Result<Schema, StoreError> {
    for _ in 0..10 {
        match store.schema().await? {
            Schema::Behind => sleep(Duration::from_millis(200)).await,
            settled => return Ok(settled),
        }
    }
    store.schema().await
}

/// The same without making or changing anything, for a look at what is there.
pub async fn without_migrating(config: Config, outside: Outside) -> Result<Arc<Rooms>, StartError> {
    let store = connect_existing(&config).await?;
    require_master_key(&config)?;
    Box::pin(assemble(config, store, outside)).await
}

async fn assemble(mut config: Config, store: Store, outside: Outside) -> Result<Arc<Rooms>, StartError> {
    if config.login.signup.is_none() {
        config.login.signup = SignUp::from_name(&store.usual_signup().await?);
    }
    let master_keys = master_keys(&config, &*outside.entropy)?;
    let mailer = mail_server(&config).map(|mailer| Arc::new(mailer) as Arc<dyn Mailer>).or(outside.mailer);
    // A server has tried them before. A command does its work with the usual mails rather than not at all.
    let templates = templates(&config.branding).unwrap_or_else(|e| {
        warn!(error = %e, "mails are written without the templates of branding.templates");
        None
    });
    let rooms = rooms::build(config, store, master_keys, Outside { mailer, ..outside });
    rooms.mail.templates().store(templates);
    Box::pin(rooms.upkeep.refresh()).await?;
    Ok(Arc::new(rooms))
}

/// The file that holds the generated master key, where one is used.
pub fn master_key_file(config: &Config) -> Option<PathBuf> {
    match (&config.keys.master_key, &config.database.url) {
        (None, DatabaseUrl::Sqlite { path }) => Some(master_key::path_beside(path)),
        _ => None,
    }
}

/// Checks that the pictures can be read, and the database file and the master key read or created, without touching
/// any of them.
pub fn check_files(config: &Config) -> Result<(), StartError> {
    brand(&config.branding)?;
    tried_templates(&config.branding)?;
    let DatabaseUrl::Sqlite { path } = &config.database.url else { return Ok(()) };
    let absolute = path::absolute(path).map_err(|e| StartError::Io(path.display().to_string(), e))?;
    let folder = absolute.ancestors().skip(1).find(|folder| folder.exists()).unwrap_or(path);
    let failed = |what: &path::Path, e: io::Error| StartError::Io(what.display().to_string(), e);
    if folder.is_file() || folder.metadata().is_ok_and(|metadata| metadata.permissions().readonly()) {
        return Err(failed(folder, io::Error::other("no folder that files can be made in")));
    }
    if path.exists() {
        OpenOptions::new().append(true).open(path).map_err(|e| failed(path, e))?;
    }
    match master_key_file(config) {
        Some(key) if key.exists() => master_key::read(&key).map(|_| ()),
        // The key of an existing database is never generated again.
        Some(key) if path.exists() => Err(StartError::LostMasterKey(path::absolute(&key).unwrap_or(key))),
        _ => Ok(()),
    }
}

/// A server that is about to accept connections.
pub struct App {
    /// The rooms that the edge hands out.
    pub rooms: Arc<Rooms>,
    edge: Edge,
    stopping: CancellationToken,
    listeners: Listeners,
    _lock: ServerLock,
}

impl App {
    /// Opens everything a server needs, up to its sockets. Refuses a SQLite file that another server uses.
    pub async fn start(config: Config, outside: Outside) -> Result<Self, StartError> {
        let sender = config.mail_sender();
        Sender::new(sender.name.as_deref(), &sender.address)?;
        let brand = brand(&config.branding)?;
        tried_templates(&config.branding)?;
        let listeners = Listeners {
            public: sockets::bind("server.listen", config.server.listen)?,
            management: sockets::bind("server.management_listen", config.server.management_listen)?,
        };
        let lock = ServerLock::take(&database(&config)?.location)?;
        let rooms = Box::pin(open(config, outside)).await?;
        Box::pin(rooms.provisioning.provision()).await?;
        rooms.keys.maintain_keys().await?;
        rooms.upkeep.refresh().await?;
        let stopping = CancellationToken::new();
        let edge = Edge::new(
            Arc::clone(&rooms),
            Arc::new(brand.with_templates(rooms.mail.templates())),
            Arc::new(Metrics::default()),
            stopping.clone(),
        );
        Ok(Self { rooms, edge, stopping, listeners, _lock: lock })
    }

    /// Cancelling it stops the server gracefully.
    pub fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    /// The bound sockets, with their ports where the configuration has 0.
    pub const fn listeners(&self) -> &Listeners {
        &self.listeners
    }

    /// The URL table of the public listener, in the words of the router.
    pub fn public_table(&self) -> impl std::fmt::Debug + use<> {
        routes(self.edge.clone())
    }

    /// Serves until stopped: readiness turns 503, nothing new is accepted, requests in flight finish, what
    /// is still to be written is written.
    pub async fn run(self) {
        let jobs = jobs::start(&self.rooms, &self.stopping);
        serve(self.listeners, self.edge).await;
        jobs.wait().await;
        if let Err(e) = self.rooms.upkeep.flush_usage().await {
            error!(error = %e, "the last uses of applications could not be written down");
        }
        self.rooms.store.close().await;
        info!("stopped");
    }
}

fn database(config: &Config) -> Result<DatabaseSettings, StartError> {
    let location = match &config.database.url {
        DatabaseUrl::Sqlite { path } => {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder).map_err(|e| StartError::Io(folder.display().to_string(), e))?;
            }
            // SQLite would make it as readable as the umask says, and its journals as readable as this.
            let created = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
            created.map_err(|e| StartError::Io(path.display().to_string(), e))?;
            Location::Sqlite(path.clone())
        }
        DatabaseUrl::Postgres { url } => Location::Postgres(url.expose().to_owned()),
    };
    Ok(DatabaseSettings {
        location,
        max_connections: config.database.max_connections,
        acquire_timeout: config.database.acquire_timeout,
        pooling: match config.database.prepared_statements {
            PreparedStatements::Auto => Pooling::Detect,
            PreparedStatements::On => Pooling::Sessions,
            PreparedStatements::Off => Pooling::Transactions,
        },
    })
}

fn master_keys(config: &Config, entropy: &dyn Entropy) -> Result<MasterKeyring, StartError> {
    match (&config.keys.master_key, &config.database.url) {
        (Some(keys), _) => Ok(MasterKeyring::new(*keys.newest(), keys.all().get(1..).unwrap_or_default())),
        (None, DatabaseUrl::Sqlite { path }) => {
            Ok(MasterKeyring::new(master_key::beside_database(path, entropy)?, &[]))
        }
        (None, DatabaseUrl::Postgres { .. }) => Err(StartError::NoMasterKey),
    }
}
