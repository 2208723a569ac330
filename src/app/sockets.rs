//! The sockets that the server accepts connections on.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use tokio::net::{TcpListener, TcpSocket};
use tracing::warn;

use super::StartError;

/// How many connections may wait to be accepted, as far as the kernel allows. One that finds no room is told nothing: its
/// client tries again after a second, and then after longer.
const WAITING: u32 = 4096;

/// Binds the address of the setting `key`. `[::]` takes IPv4 and IPv6 on one socket; where the kernel has no IPv6,
/// as in many containers, every address there is remains, which is `0.0.0.0`.
pub(super) fn bind(key: &str, address: SocketAddr) -> Result<TcpListener, StartError> {
    listen_or_on_ipv4(key, address, listen).map_err(|e| StartError::Io(format!("{key} {address}"), e))
}

fn listen_or_on_ipv4<T>(key: &str, address: SocketAddr, listen: impl Fn(SocketAddr) -> io::Result<T>) -> io::Result<T> {
    match listen(address) {
        Err(e) if address.ip().is_unspecified() && address.is_ipv6() && lacks_ipv6(&e) => {
            let instead = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), address.port());
            warn!(setting = key, %address, %instead, "this machine has no IPv6");
            listen(instead)
        }
        bound => bound,
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // What is left of connections of an earlier process does not hold the address.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// Whether the address family is missing, not the place on it taken.
fn lacks_ipv6(error: &io::Error) -> bool {
    // Without the module the family is unknown; switched off by sysctl, no address is there to bind.
    error.kind() == io::ErrorKind::AddrNotAvailable || error.raw_os_error() == Some(AF_NOT_SUPPORTED)
}

/// `EAFNOSUPPORT`, for which [`io::ErrorKind`] has no stable name.
const AF_NOT_SUPPORTED: i32 = rustix::io::Errno::AFNOSUPPORT.raw_os_error();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_not_a_missing_ipv6() {
        assert!(lacks_ipv6(&io::Error::from_raw_os_error(AF_NOT_SUPPORTED)));
        assert!(lacks_ipv6(&io::ErrorKind::AddrNotAvailable.into()));
        assert!(!lacks_ipv6(&io::ErrorKind::AddrInUse.into()));
        assert!(!lacks_ipv6(&io::ErrorKind::PermissionDenied.into()));
    }

    /// Where a machine without IPv6 would listen for this address, and whether it does.
    fn without_ipv6(address: &str, errno: i32) -> io::Result<SocketAddr> {
        let listen = |asked: SocketAddr| {
            if asked.is_ipv6() { Err(io::Error::from_raw_os_error(errno)) } else { Ok(asked) }
        };
        listen_or_on_ipv4("server.listen", address.parse().unwrap(), listen)
    }

    #[test]
    fn without_ipv6_every_address_there_is_remains_at_the_same_port_and_nothing_else_is_widened() {
        for errno in [AF_NOT_SUPPORTED, rustix::io::Errno::ADDRNOTAVAIL.raw_os_error()] {
            assert_eq!(without_ipv6("[::]:8080", errno).unwrap(), "0.0.0.0:8080".parse().unwrap());
            // One address alone is not opened to all of them.
            assert!(without_ipv6("[::1]:8080", errno).is_err());
            assert!(without_ipv6("[2001:db8::1]:8080", errno).is_err());
        }
        let taken = rustix::io::Errno::ADDRINUSE.raw_os_error();
        assert_eq!(without_ipv6("[::]:8080", taken).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }

    #[tokio::test]
    async fn the_address_of_every_interface_is_bound_with_or_without_ipv6() {
        let listener = bind("server.listen", "[::]:0".parse().unwrap()).unwrap();
        assert!(listener.local_addr().unwrap().ip().is_unspecified());
        let port = listener.local_addr().unwrap().port();
        assert!(tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_ok());
    }

    /// Of many that come at once none is left to try again.
    #[tokio::test]
    async fn hundreds_of_connections_may_wait_to_be_accepted() {
        let most = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
        let many = most.trim_ascii().parse::<usize>().unwrap().min(300);
        let listener = bind("server.listen", "127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        for _ in 0..many {
            let connecting = tokio::net::TcpStream::connect(address);
            let connected = tokio::time::timeout(std::time::Duration::from_secs(25), connecting).await;
            waiting.push(connected.expect("there is room").unwrap());
        }
    }
}
