//! `GET /docs`: the `OpenAPI` document, for people. Works offline and without JavaScript.

mod described;

use askama::Template;
use axum::response::{IntoResponse as _, Response};

use super::DOCUMENT;
use super::problem::KINDS;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::visit::Visit;
use crate::http::problem::{slug, title};
use described::{Group, Shape};

/// The page.
#[derive(Debug, Template)]
#[template(path = "api/docs.html")]
struct Docs {
    t: &'static Messages,
    description: String,
    groups: Vec<Group>,
    shapes: Vec<Shape>,
    problems: Vec<ProblemKind>,
}

/// A kind of problem.
#[derive(Debug)]
struct ProblemKind {
    name: &'static str,
    status: u16,
    title: &'static str,
    meaning: &'static str,
}

/// Shows the document.
pub(in crate::http) async fn show(visit: Visit) -> Response {
    let document = serde_json::to_value(&*DOCUMENT).unwrap_or_default();
    let problems = KINDS.map(|(code, meaning)| ProblemKind {
        name: slug(code),
        status: code.status(),
        title: title(code),
        meaning,
    });
    page(&Docs {
        t: visit.messages(),
        description: document["info"]["description"].as_str().unwrap_or_default().to_owned(),
        groups: described::groups(&document),
        shapes: described::shapes(&document),
        problems: problems.into(),
    })
    .into_response()
}
