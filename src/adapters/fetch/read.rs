//! Reading what an address answers, for commands of the operator.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, USER_AGENT};
use ipnet::IpNet;
use tokio::time::timeout;
use url::{Position, Url};

use super::{FetchError, Fetcher, MOST_READ, OURSELVES, Resolver};

/// A request whose answer is read: a form that is posted, or without one a `GET`.
#[derive(Debug)]
pub struct Ask<'a> {
    /// Where to.
    pub url: &'a Url,
    /// The value of `Authorization`.
    pub authorization: Option<String>,
    /// The form, encoded.
    pub form: Option<String>,
}

/// An answer with its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

impl Fetcher {
    /// A fetcher for addresses that the operator chose: it reaches every network.
    pub fn everywhere(resolver: Arc<dyn Resolver>) -> Self {
        let all = ["0.0.0.0/0", "::/0"].into_iter().filter_map(|network| network.parse::<IpNet>().ok());
        Self::new(resolver, all.collect(), "")
    }

    /// Sends a request and reads the answer. Redirects are not followed.
    pub async fn read(&self, ask: Ask<'_>, limit: Duration) -> Result<Heard, FetchError> {
        self.read_most(ask, MOST_READ, limit).await
    }

    /// The same for an answer of at most so many bytes.
    pub async fn read_most(&self, ask: Ask<'_>, most: usize, limit: Duration) -> Result<Heard, FetchError> {
        let url = ask.url;
        let heard = async {
            let (answer, connection) = self.send(url, request(ask)?).await?;
            let status = answer.status().as_u16();
            let body = Limited::new(answer.into_body(), most).collect().await;
            drop(connection);
            let body = body.map_err(|e| FetchError::Http(e.to_string()))?.to_bytes();
            Ok(Heard { status, body: body.to_vec() })
        };
        timeout(limit, heard).await.map_err(|_| FetchError::TimeOut(limit))?
    }
}

fn request(ask: Ask<'_>) -> Result<Request<Full<Bytes>>, FetchError> {
    let mut request = Request::builder()
        .method(if ask.form.is_some() { "POST" } else { "GET" })
        .uri(&ask.url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &ask.url[Position::BeforeHost..Position::AfterPort])
        .header(USER_AGENT, OURSELVES)
        .header(ACCEPT, "application/json");
    if let Some(authorization) = ask.authorization {
        request = request.header("authorization", authorization);
    }
    if ask.form.is_some() {
        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    request.body(Full::from(ask.form.unwrap_or_default())).map_err(|e| FetchError::Http(e.to_string()))
}
