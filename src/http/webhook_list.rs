//! The list of the webhooks of an application or of the server, on the application's page and on the operators', and
//! the addresses of their own pages.

use super::pages::visit::Visit;
use crate::domain::ids::Timestamp;
use crate::domain::webhook::{DisabledBecause, Webhook, WebhookOwner, WebhookState};
use crate::domain::webhook_event::EventType;
use crate::protocol::refusal::Refusal;

/// How much of an address a list shows, in characters.
const LONGEST_URL: usize = 90;

/// How many events a list names.
const MOST_NAMED: usize = 3;

/// The webhooks of an owner.
#[derive(Clone, Debug)]
pub(super) struct Hooks {
    /// Each of them, oldest first.
    pub(super) lines: Vec<HookLine>,
    /// The page for a new one, if the limit is not reached.
    pub(super) add: Option<String>,
    /// The limit.
    pub(super) most: i64,
}

/// A webhook in a list.
#[derive(Clone, Debug)]
pub(super) struct HookLine {
    /// Its page.
    pub(super) href: String,
    /// Its URL.
    pub(super) url: String,
    /// The subscribed events, in short.
    pub(super) events: HookEvents,
    /// Whether messages get through.
    pub(super) standing: HookStanding,
}

/// The events that a webhook is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HookEvents {
    /// All of them.
    Every,
    /// These, by name.
    Named(String),
    /// More than a list names.
    Many(usize),
}

/// Whether messages to a webhook get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HookStanding {
    /// Nothing was sent yet.
    Untried,
    /// The last message was delivered then, and none failed since.
    Works(Timestamp),
    /// Every attempt has failed since then.
    Failing(Timestamp),
    /// It has been disabled since then.
    Disabled(Timestamp, DisabledBecause),
}

impl HookStanding {
    /// The state of this webhook.
    pub(super) fn of(webhook: &Webhook) -> Self {
        match (webhook.state, webhook.failing_since, webhook.last_delivered_at) {
            (WebhookState::Disabled { at, reason }, _, _) => Self::Disabled(at, reason),
            (WebhookState::Active, Some(since), _) => Self::Failing(since),
            (WebhookState::Active, None, Some(at)) => Self::Works(at),
            (WebhookState::Active, None, None) => Self::Untried,
        }
    }

    pub(super) const fn badge(self) -> &'static str {
        match self {
            Self::Untried | Self::Works(_) => "good",
            Self::Failing(_) => "bad",
            Self::Disabled(..) => "warn",
        }
    }

    pub(super) const fn is_working(self) -> bool {
        matches!(self, Self::Works(_))
    }
}

/// All webhooks of an owner.
pub(super) async fn hooks(visit: &Visit, owner: &WebhookOwner) -> Result<Hooks, Refusal> {
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

/// The subscribed events, in short, for a list of webhooks.
fn events_in_short(events: &[EventType]) -> HookEvents {
    match events.len() {
        0 => HookEvents::Every,
        1..=MOST_NAMED => HookEvents::Named(events.iter().map(|event| event.name()).collect::<Vec<_>>().join(", ")),
        more => HookEvents::Many(more),
    }
}

/// Where the pages of an owner's webhooks are. A client id needs no encoding.
pub(super) fn base_of(owner: &WebhookOwner) -> String {
    match owner {
        WebhookOwner::Application(client_id) => format!("/portal/applications/{}/webhooks", client_id.in_path()),
        WebhookOwner::Server => "/admin/webhooks".to_owned(),
    }
}

/// The address of a webhook's page.
pub(super) fn page_of(webhook: &Webhook) -> String {
    format!("{}/{}", base_of(&webhook.owner), webhook.id)
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

    #[test]
    fn a_list_names_events_as_long_as_they_are_few() {
        let all = EventType::ALL;
        assert_eq!(events_in_short(&[]), HookEvents::Every);
        assert_eq!(
            events_in_short(&all[..2]),
            HookEvents::Named("application.created, application.changed".to_owned())
        );
        assert_eq!(events_in_short(&all[..4]), HookEvents::Many(4));
    }
}
