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
use super::output::Output;
use crate::config::Config;

const PATIENCE: Duration = Duration::from_secs(5);

/// Succeeds if the server on this machine is ready.
pub(super) async fn run(config: &Config) -> Result<ExitCode, CommandError> {
    match ready(config.server.listen).await {
        Ok(()) => {
            Output::text("ready")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => Ok(Output::failure(&why)),
    }
}

/// Whether the server at this address is ready, or why not.
pub(super) async fn ready(listen: SocketAddr) -> Result<(), String> {
    let address = reachable(listen);
    match timeout(PATIENCE, ask(address)).await {
        Ok(Ok(StatusCode::OK)) => Ok(()),
        Ok(Ok(status)) => Err(format!("the server at {address} is not ready: {status}")),
        Ok(Err(e)) => Err(format!("the server at {address} does not answer: {e}")),
        Err(_) => Err(format!("the server at {address} did not answer within {} s", PATIENCE.as_secs())),
    }
}

async fn ask(address: SocketAddr) -> Result<StatusCode, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get("/health/ready").header("host", address.to_string()).body(String::new())?;
    Ok(sender.send_request(request).await?.status())
}

/// Where a server that listens on every address can be reached from here.
const fn reachable(listen: SocketAddr) -> SocketAddr {
    let address = match listen.ip() {
        IpAddr::V4(v4) if v4.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(v6) if v6.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        address => address,
    };
    SocketAddr::new(address, listen.port())
}
