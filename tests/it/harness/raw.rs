//! HTTP by hand, for requests that no client library would send.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::answer::Answer;

/// What came back for bytes sent as they are.
#[derive(Debug)]
pub(crate) struct RawAnswer(Vec<u8>);

impl From<Vec<u8>> for RawAnswer {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl RawAnswer {
    /// Sends these bytes, then nothing more, and reads until the server closes the connection.
    pub(crate) async fn of(address: SocketAddr, request: &[u8]) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        let patience = Duration::from_secs(10);
        // A server that answers before it has read everything may reset the connection; what it said counts.
        let _ = timeout(patience, stream.read_to_end(&mut answer)).await.expect("the server closes the connection");
        Self(answer)
    }

    /// All the bytes as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    /// How many answers came back.
    pub(crate) fn count(&self) -> usize {
        self.text().matches("HTTP/1.").count()
    }

    /// The status of the first answer, if there was one.
    pub(crate) fn status(&self) -> Option<u16> {
        self.text().strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()
    }

    /// The first answer, read as HTTP with a `Content-Length`.
    pub(crate) fn answer(&self) -> Answer {
        let text = self.text();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("not HTTP: {text}"));
        let mut headers = HeaderMap::new();
        for line in head.lines().skip(1) {
            let (name, value) = line.split_once(": ").unwrap();
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        let length: usize = headers.get("content-length").map_or(0, |value| value.to_str().unwrap().parse().unwrap());
        Answer {
            status: StatusCode::from_u16(self.status().unwrap()).unwrap(),
            headers,
            body: body.as_bytes()[..length].to_vec(),
        }
    }
}
