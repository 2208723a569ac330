//! Many connections of an attacker do not keep other clients waiting.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;
use std::time::Duration;

use macro_rules_attribute::apply;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout};

use crate::harness::{Installation, PATIENCE, World, on_both_engines, until};

/// A connection from one of many addresses of this machine.
async fn from(host: u8, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 1, host)), 0)).unwrap();
    socket.connect(to).await.expect("a connection")
}

/// Sooner than a place is free by itself, because its idle connection has run out of time.
const SOON: Duration = Duration::from_secs(10);

/// Asks, and keeps the connection.
async fn ask(stream: &mut TcpStream) {
    stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = [0; 1024];
    let count = timeout(PATIENCE, stream.read(&mut answer)).await.expect("an answer").unwrap();
    assert!(answer[..count].starts_with(b"HTTP/1.1 200"));
}

/// How long a new connection waits for its answer.
async fn time_to_answer(mut stream: TcpStream, asked: Instant) -> Duration {
    stream.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.expect("an answer").unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    asked.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_connections_without_a_request_keep_no_other_waiting() {
    let own = std::process::id().to_string();
    let _ = Command::new("prlimit").args(["--pid", &own, "--nofile=16384:"]).status();
    let node = Installation::on_sqlite().start().await;
    let mut held = Vec::new();
    for number in 0..2000_u32 {
        let host = u8::try_from(number % 100).unwrap();
        let mut stream = from(host, node.address).await;
        let beginning: &[u8] = match number % 3 {
            0 => b"",
            1 => b"GET /health/live HTTP/1.1\r\nx-half: ",
            _ => b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n",
        };
        // Those that were given up for others may be closed by now.
        let _ = stream.write_all(beginning).await;
        held.push(stream);
    }
    for _ in 0..11 {
        let asked = Instant::now();
        let took = time_to_answer(from(200, node.address).await, asked).await;
        assert!(took < SOON, "a new connection waited {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_does_not_come_ends_its_connection_after_five_seconds() {
    let node = Installation::on_sqlite().start().await;
    let begun = Instant::now();
    let mut half = from(1, node.address).await;
    let mut closed = false;
    let ended = async || {
        // A byte now and then does not help.
        let _ = half.write_all(b"G").await;
        let mut byte = [0];
        let read = timeout(Duration::from_millis(200), half.read(&mut byte)).await;
        closed |= read.is_ok_and(|read| read.is_err() || read.is_ok_and(|count| count == 0));
        closed.then_some(())
    };
    until("the connection is ended", PATIENCE, ended).await;
    assert!(begun.elapsed() > Duration::from_secs(4), "{:?}", begun.elapsed());
}

/// Whether the server has closed this connection; waits for that if it is expected.
async fn is_closed(stream: &mut TcpStream) {
    let mut byte = [0];
    let read = timeout(PATIENCE, stream.read(&mut byte)).await.expect("it is closed");
    assert!(read.is_err() || read.is_ok_and(|count| count == 0), "it is closed without another byte");
}

/// Where places run short, a connection that keeps alive without a request is given up before one that is asked on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_is_given_up_first() {
    let node = Installation::on_sqlite().with("server.max_connections", "16").start().await;
    // The share of an address: four of sixteen.
    let mut older = from(1, node.address).await;
    ask(&mut older).await;
    let mut asking = Vec::new();
    for _ in 0..3 {
        let mut stream = from(1, node.address).await;
        ask(&mut stream).await;
        // The head of the next request has begun to come.
        stream.write_all(b"GET /health/live HTTP/1.1\r\n").await.unwrap();
        asking.push(stream);
    }
    ask(&mut from(1, node.address).await).await;
    is_closed(&mut older).await;
    for mut stream in asking {
        stream.write_all(b"host: x\r\n\r\n").await.unwrap();
        let mut answer = [0; 1024];
        let count = timeout(PATIENCE, stream.read(&mut answer)).await.expect("an answer").unwrap();
        assert!(answer[..count].starts_with(b"HTTP/1.1 200"), "a request that has begun goes on");
    }
}

/// A trusted proxy has as many places as it needs: its connections are those of all its clients.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trusted_proxy_has_more_than_a_share() {
    let node = Installation::on_sqlite()
        .with("server.max_connections", "16")
        .with("server.trusted_proxies", "127.0.1.9")
        .start()
        .await;
    let mut all = Vec::new();
    for _ in 0..12 {
        let mut stream = from(9, node.address).await;
        ask(&mut stream).await;
        all.push(stream);
    }
    for stream in &mut all {
        ask(stream).await;
    }
}

/// One address has a share of the places: its next connection takes the place of one of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_holds_a_share_of_the_places() {
    let node = Installation::on_sqlite().with("server.max_connections", "40").start().await;
    let mut others = Vec::new();
    for host in 0..20 {
        let mut other = from(host, node.address).await;
        ask(&mut other).await;
        others.push(other);
    }
    let mut greedy = Vec::new();
    for _ in 0..100 {
        greedy.push(from(100, node.address).await);
    }
    time_to_answer(from(101, node.address).await, Instant::now()).await;
    for mut other in others {
        let mut byte = [0];
        let still_open = timeout(Duration::from_millis(1), other.read(&mut byte)).await.is_err();
        assert!(still_open, "a client with one connection keeps it");
    }
}

/// Whoever watches the server sees that it is well while others hold every place: the management listener has its own.
#[apply(on_both_engines)]
async fn health_answers_on_the_management_listener_while_no_place_is_left(world: World) {
    let server = world.server_with("server.max_connections = 16").await;
    let mut held = Vec::new();
    for number in 0..64 {
        let mut stream = from(number % 16, server.address).await;
        // A request that has begun to come is not idle.
        let _ = stream.write_all(b"POST /token HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\na").await;
        held.push(stream);
    }
    for path in ["/health/live", "/health/ready"] {
        server.get_management(path).await.success();
    }
}
