//! `gatepost health`: asks the running server, for a container's health check.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use hyper::client::conn::http1::handshake;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::CommandError;
use super::output::{Format, Output};
use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(5);

/// Succeeds if the server on this machine is ready.
pub(super) async fn run(config: &Config, format: Format) -> Result<ExitCode, CommandError> {
    match ready(config.server.listen).await {
        Ok(()) => {
            Output::result(format, &serde_json::json!({ "status": "ready" }), || "ready".to_owned())?;
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => Ok(Output::failure(&why)),
    }
}

/// Whether the server at this address is ready, or why not.
pub(super) async fn ready(listen: SocketAddr) -> Result<(), String> {
    match timeout(PATIENCE, ask(&reachable(listen))).await {
        Ok(Ok(StatusCode::OK)) => Ok(()),
        Ok(Ok(status)) => Err(format!("the server at {listen} is not ready: {status}")),
        Ok(Err(e)) => Err(format!("the server at {listen} does not answer: {e}")),
        Err(_) => Err(format!("the server at {listen} did not answer within {} s", PATIENCE.as_secs())),
    }
}

async fn ask(addresses: &[SocketAddr]) -> Result<StatusCode, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(addresses).await?;
    let address = stream.peer_addr()?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get("/health/ready").header("host", address.to_string()).body(String::new())?;
    Ok(sender.send_request(request).await?.status())
}

/// Where a server that listens here can be reached from this machine. One that listens on `[::]` is on IPv4 alone where
/// there is no IPv6.
fn reachable(listen: SocketAddr) -> Vec<SocketAddr> {
    let hosts = match listen.ip() {
        IpAddr::V4(v4) if v4.is_unspecified() => vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
        IpAddr::V6(v6) if v6.is_unspecified() => {
            vec![IpAddr::V6(Ipv6Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::LOCALHOST)]
        }
        address => vec![address],
    };
    hosts.into_iter().map(|host| SocketAddr::new(host, listen.port())).collect()
}
