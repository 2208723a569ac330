//! The webhooks of an application or of the server, in a list.

use axum::response::{IntoResponse as _, Response};

use super::messages::events_in_short;
use super::place::{At, base_of, page_of};
use super::view::{HookLine, HookStanding, Hooks, ListPage};
use crate::domain::language::Language;
use crate::domain::webhook::{Webhook, WebhookOwner};
use crate::http::pages::messages::Messages;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::Refusal;

/// How much of an address a list shows, in characters.
const LONGEST_URL: usize = 90;

/// `GET /admin/webhooks`. An application's are on the page of the application.
pub(super) async fn show(at: At) -> PageResult<Response> {
    if let At::Application(_) = at {
        return Ok(see(&at.list().href));
    }
    let deleted = at.done.as_deref() == Some("deleted");
    let view = ListPage {
        t: Messages::of(Language::English),
        around: at.around().await?,
        now: at.now(),
        notice: deleted.then_some("The webhook is deleted. Nothing is sent to it any more."),
        hooks: hooks(&at, &at.owner()).await?,
    };
    Ok(at.page(&view).into_response())
}

/// All webhooks of an owner.
pub(in crate::http) async fn hooks(visit: &Visit, owner: &WebhookOwner) -> Result<Hooks, Refusal> {
    let webhooks = visit.edge.webhooks().webhooks_of(owner).await?;
    let has_room = i64::try_from(webhooks.len()).is_ok_and(|count| count < owner.limit());
    Ok(Hooks {
        lines: webhooks.iter().map(line).collect(),
        add: has_room.then(|| format!("{}/new", base_of(owner))),
        most: owner.limit(),
    })
}

fn line(webhook: &Webhook) -> HookLine {
    HookLine {
        href: page_of(webhook),
        url: short(webhook.url.as_url().as_str()),
        events: events_in_short(&webhook.events),
        standing: HookStanding::of(webhook),
    }
}

/// An address, cut where it would fill the page.
pub(super) fn short(url: &str) -> String {
    if url.chars().count() <= LONGEST_URL {
        return url.to_owned();
    }
    url.chars().take(LONGEST_URL).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_would_fill_the_page_is_cut() {
        let fits = format!("https://a/{}", "b".repeat(80));
        assert_eq!(short(&fits), fits);
        assert_eq!(short(&format!("{fits}c")), format!("{fits}…"));
    }
}
