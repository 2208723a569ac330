//! `[server]`: listeners, issuer, limits of connections.

use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;

use super::issuer::Issuer;
use super::reader::SectionReader;

/// The section `[server]`.
#[derive(Clone, Debug)]
pub struct Server {
    /// The public listener.
    pub listen: SocketAddr,
    /// The public address: `iss` of every token, and what every link starts with.
    pub issuer: Issuer,
    /// The management listener.
    pub management_listen: SocketAddr,
    /// Proxies whose forwarding headers are trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Connections served at once.
    pub max_connections: u32,
    /// How long a request may take, from its first byte to the answer.
    pub request_timeout: Duration,
    /// How long requests in flight may take to finish at shutdown.
    pub shutdown_timeout: Duration,
}

impl Server {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        let timeouts = Duration::from_millis(100)..=Duration::from_mins(10);
        Self {
            listen: section.setting("listen", "127.0.0.1:8080"),
            issuer: section.setting("issuer", "http://localhost:8080"),
            management_listen: section.setting("management_listen", "127.0.0.1:9090"),
            trusted_proxies: section.setting("trusted_proxies", "[]"),
            max_connections: section.setting_within("max_connections", "1024", &(1..=1_000_000)),
            request_timeout: section.setting_within("request_timeout", "10s", &timeouts),
            shutdown_timeout: section.setting_within("shutdown_timeout", "10s", &timeouts),
        }
    }
}
