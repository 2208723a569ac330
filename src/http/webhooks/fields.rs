//! The fields of a webhook: its URL and its events.

use super::messages::sentence_about;
use super::problem::HookProblem;
use super::view::{EventLine, FieldsPart};
use crate::domain::webhook::{Webhook, WebhookOwner};
use crate::domain::webhook_event::EventType;
use crate::domain::webhook_url::WebhookUrl;
use crate::flows::webhooks::WebhookError;
use crate::http::pages::posted_form::PostedForm;
use crate::http::portal::messages::PortalMessages;
use crate::http::portal::view::{FieldProblem, Input};
use crate::protocol::refusal::Refusal;

/// The element of the address.
pub(super) const URL: &str = "hook-url";

/// The element of the events.
pub(super) const EVENTS: &str = "hook-events";

/// The values of the form: as stored, or as entered.
pub(super) struct WebhookFields {
    owner: WebhookOwner,
    url: String,
    /// Whether all events are subscribed, those of later versions too.
    all: bool,
    /// The checked events, by name.
    ticked: Vec<String>,
}

impl WebhookFields {
    /// For a new webhook.
    pub(super) fn empty(owner: &WebhookOwner) -> Self {
        Self { owner: owner.clone(), url: String::new(), all: true, ticked: Vec::new() }
    }

    /// For an existing webhook.
    pub(super) fn of(webhook: &Webhook) -> Self {
        Self {
            owner: webhook.owner.clone(),
            url: webhook.url.to_string(),
            all: webhook.events.is_empty(),
            ticked: webhook.events.iter().map(|event| event.name().to_owned()).collect(),
        }
    }

    /// From a posted form.
    pub(super) fn of_form(owner: &WebhookOwner, posted: &PostedForm) -> Self {
        Self {
            owner: owner.clone(),
            url: posted.text("url").trim_ascii().to_owned(),
            all: posted.text("which") == "all",
            ticked: posted.all("event").map(str::to_owned).collect(),
        }
    }

    /// What that is, or all that is wrong with it.
    pub(super) fn read(&self) -> Result<(WebhookUrl, Vec<EventType>), NotDone> {
        let url = self.url.parse().map_err(|error| HookProblem::of(&WebhookError::Url(error)));
        match (url, self.events()) {
            (Ok(url), Ok(events)) => Ok((url, events)),
            (url, events) => Err(NotDone {
                problems: url.err().into_iter().chain(events.err()).collect(),
                refusal: Refusal::invalid_request("a field of the form is not right"),
            }),
        }
    }

    /// None means all.
    fn events(&self) -> Result<Vec<EventType>, HookProblem> {
        if self.all {
            return Ok(Vec::new());
        }
        if self.ticked.is_empty() {
            return Err(HookProblem::NoEvent);
        }
        let read = |name: &String| name.parse().map_err(|_| HookProblem::UnknownEvent);
        self.ticked.iter().map(read).collect()
    }

    /// The fields of a page, with their problems.
    pub(super) fn shown(&self, t: &PortalMessages, problems: &[FieldProblem]) -> FieldsPart {
        let problem = |id| problems.iter().find(|problem| problem.id == id).map(|problem| problem.text.clone());
        let mut url = Input::line(URL, "url", t.webhooks.hook.address_label)
            .hinted(t.webhooks.hook.address_hint)
            .holding(self.url.clone());
        url.problem = problem(URL);
        let of_application = self.owner.application().is_some();
        let offered = EventType::ALL.iter().filter(|event| !of_application || event.is_of_applications());
        FieldsPart {
            url,
            all: self.all,
            events: offered
                .map(|event| EventLine {
                    name: event.name(),
                    sentence: sentence_about(t, *event),
                    chosen: self.ticked.iter().any(|ticked| ticked == event.name()),
                })
                .collect(),
            events_problem: problem(EVENTS),
        }
    }
}

/// Why a change was refused.
pub(super) struct NotDone {
    /// At the fields that have to be put right.
    pub(super) problems: Vec<HookProblem>,
    /// The same for the log, and the status.
    pub(super) refusal: Refusal,
}

impl From<WebhookError> for NotDone {
    fn from(error: WebhookError) -> Self {
        Self { problems: vec![HookProblem::of(&error)], refusal: error.into() }
    }
}

impl From<Refusal> for NotDone {
    fn from(refusal: Refusal) -> Self {
        Self { problems: vec![HookProblem::Refused(refusal.clone())], refusal }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    fn read(fields: &[(&str, &str)]) -> Result<Vec<EventType>, Vec<String>> {
        let fields = WebhookFields::of_form(&WebhookOwner::Server, &PostedForm::of(fields));
        fields
            .read()
            .map(|(_, events)| events)
            .map_err(|found| found.problems.iter().map(|problem| problem.element().to_owned()).collect())
    }

    #[test]
    fn all_events_or_the_ticked_ones_and_everything_wrong_is_said_at_once() {
        let good = ("url", " https://example.com/ ");
        assert_eq!(read(&[good, ("which", "all"), ("event", "user.created")]), Ok(Vec::new()));
        let ticked = [good, ("which", "chosen"), ("event", "user.created"), ("event", "key.revoked")];
        assert_eq!(read(&ticked), Ok(vec![EventType::UserCreated, EventType::KeyRevoked]));
        assert_eq!(read(&[good, ("which", "chosen")]), Err(vec![EVENTS.to_owned()]));
        assert_eq!(read(&[good, ("event", "user.exploded")]), Err(vec![EVENTS.to_owned()]));
        assert_eq!(read(&[("url", "http://example.com/")]), Err(vec![URL.to_owned(), EVENTS.to_owned()]));
    }

    #[test]
    fn an_application_is_offered_what_it_is_told() {
        let application = WebhookOwner::Application("orders".parse().unwrap());
        let offered =
            |owner| WebhookFields::empty(owner).shown(PortalMessages::of(Language::English), &[]).events.len();
        let count = EventType::ALL.iter().filter(|event| event.is_of_applications()).count();
        assert_eq!((offered(&application), offered(&WebhookOwner::Server)), (count, EventType::ALL.len()));
    }
}
