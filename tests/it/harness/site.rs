//! A site that publishes documents: what stands where, as the test says, and how often it was asked for.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What stands at a path.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    status: u16,
    headers: Vec<(HeaderName, String)>,
    body: String,
}

impl Document {
    /// Good JSON.
    pub(crate) fn json(body: &Value) -> Self {
        Self {
            status: 200,
            headers: vec![(header::CONTENT_TYPE, "application/json".to_owned())],
            body: body.to_string(),
        }
    }

    /// The same as another type.
    pub(crate) fn of_type(mut self, media_type: &str) -> Self {
        self.headers.retain(|(name, _)| *name != header::CONTENT_TYPE);
        self.with(header::CONTENT_TYPE, media_type)
    }

    /// With this header.
    pub(crate) fn with(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// With this status.
    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

#[derive(Default)]
struct Pages {
    documents: HashMap<String, Document>,
    asked: HashMap<String, usize>,
}

/// A running site.
pub(crate) struct Site {
    address: SocketAddr,
    pages: Arc<Mutex<Pages>>,
    serving: JoinHandle<()>,
}

impl Site {
    /// One on which nothing stands yet.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, pages) = (listener.local_addr().unwrap(), Arc::<Mutex<Pages>>::default());
        let shown = Arc::clone(&pages);
        let router = Router::new().fallback(move |request: Request| {
            let answer = answer(&shown, request.uri().path());
            async move { answer }
        });
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, pages, serving }
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on this stands there.
    pub(crate) fn publish(&self, path: &str, document: Document) {
        self.pages.lock().unwrap().documents.insert(path.to_owned(), document);
    }

    /// How often it was asked for.
    pub(crate) fn asked(&self, path: &str) -> usize {
        self.pages.lock().unwrap().asked.get(path).copied().unwrap_or_default()
    }

    /// How often it was asked for anything.
    pub(crate) fn asked_in_all(&self) -> usize {
        self.pages.lock().unwrap().asked.values().sum()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn answer(pages: &Mutex<Pages>, path: &str) -> Response {
    let mut pages = pages.lock().unwrap();
    *pages.asked.entry(path.to_owned()).or_default() += 1;
    let Some(document) = pages.documents.get(path) else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = (StatusCode::from_u16(document.status).unwrap(), document.body.clone()).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in &document.headers {
        response.headers_mut().append(name.clone(), value.parse().unwrap());
    }
    response
}
