//! Reading what an address answers, for commands of the operator.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use hyper::{Method, Request};
use ipnet::IpNet;
use url::Url;

use super::{FetchError, Fetcher, MOST_READ, Media, Resolver, begun, unsendable};

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
        let (head, body) = self.whole(url, request(ask)?, most, limit).await?;
        Ok(Heard { status: head.status.as_u16(), body: body.to_vec() })
    }
}

fn request(ask: Ask<'_>) -> Result<Request<Full<Bytes>>, FetchError> {
    let method = if ask.form.is_some() { Method::POST } else { Method::GET };
    let mut request = begun(method, ask.url).header(ACCEPT, Media::Json.name());
    if let Some(authorization) = ask.authorization {
        request = request.header(AUTHORIZATION, authorization);
    }
    if ask.form.is_some() {
        request = request.header(CONTENT_TYPE, Media::Form.name());
    }
    request.body(Full::from(ask.form.unwrap_or_default())).map_err(unsendable)
}
