//! WEBHOOKS: the pages about webhooks, those of an application in the portal and those of the server for operators.
//!
//! Both are the same pages; they differ in the owner of the webhooks, in who may see them and in the bar at the top
//! ([`place`]). Owns no rule: access is decided by the portal's and the operator pages' frames, everything else by the
//! flows.

mod act;
mod change;
mod create;
mod fields;
mod list;
mod messages;
mod place;
mod problem;
mod show;
mod view;

use axum::Router;
use axum::routing::{get, post};

use super::Edge;
use super::pages::place::back;
use act::{Act, act};

/// The URL table, below the page of an application and among the operators'.
pub(super) fn routes() -> Router<Edge> {
    below("/portal/applications/{client_id}/webhooks").merge(below("/admin/webhooks"))
}

fn below(base: &str) -> Router<Edge> {
    let one = |rest: &str| format!("{base}/{{hook}}{rest}");
    let acts = [
        ("/ping", Act::Ping),
        ("/rotate-secret", Act::RotateSecret),
        ("/enable", Act::Enable),
        ("/disable", Act::Disable),
        ("/delete", Act::Delete),
        ("/messages/{message}/again", Act::SendAgain),
    ];
    let router = Router::new()
        .route(base, get(list::show))
        .route(&format!("{base}/new"), get(create::show).post(create::create))
        .route(&one(""), get(show::show))
        .route(&one("/change"), post(change::change).get(back));
    acts.into_iter().fold(router, |router, (rest, which)| {
        let sent = post(move |form| act(which, form));
        router.route(&one(rest), sent.get(back))
    })
}
