//! What `serve` would refuse, found before it is started.

use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::adapters::mailer::Sender;
use crate::app::{check_files, connect_existing, mail_server};
use crate::cli::health;
use crate::config::{Config, ConfigErrors, DatabaseUrl, Loaded, Mode};
use crate::flows::provision;

/// The problems that can be found without a connection.
pub(super) async fn offline(loaded: &Loaded, mode: Mode) -> Vec<String> {
    let config = &loaded.config;
    let sender = config.mail_sender();
    let mut found = [
        loaded.validate(mode).map_err(|e| e.to_string()),
        mail(loaded, mode).map_err(|e| e.to_string()),
        Sender::new(sender.name.as_deref(), &sender.address).map(|_| ()).map_err(|e| format!("mail.from: {e}")),
        provision::check(config).map_err(|e| e.to_string()),
        check_files(config).map_err(|e| e.to_string()),
    ]
    .map(Result::err)
    .to_vec();
    let server = &config.server;
    // A server that runs with this configuration has its ports, and releases them when it is restarted.
    if health::ready(server.listen).await.is_err() {
        found.push(taken("server.listen", server.listen).await);
        found.push(taken("server.management_listen", server.management_listen).await);
    }
    found.into_iter().flatten().collect()
}

/// With `--dev` mail is caught, so that no mail server is needed.
fn mail(loaded: &Loaded, mode: Mode) -> Result<(), ConfigErrors> {
    if mode == Mode::Development { Ok(()) } else { loaded.require_mail() }
}

async fn taken(key: &str, address: SocketAddr) -> Option<String> {
    TcpListener::bind(address).await.err().map(|e| format!("{key} {address}: {e}"))
}

/// The problems that need a connection to the database or the mail server.
pub(super) async fn online(config: &Config) -> Vec<String> {
    let mut problems = Vec::new();
    // A database file that does not exist yet is created by the first start.
    if !matches!(&config.database.url, DatabaseUrl::Sqlite { path } if !path.exists()) {
        problems.extend(database(config).await.err());
    }
    if let Some(mailer) = mail_server(config) {
        problems.extend(mailer.check().await.err().map(|e| format!("mail.url: {e}")));
    }
    problems
}

async fn database(config: &Config) -> Result<(), String> {
    let store = connect_existing(config).await.map_err(|e| format!("database.url: {e}"))?;
    let schema = store.schema().await.map_err(|e| format!("database.url: {e}"));
    store.close().await;
    schema.map(|_| ())
}
