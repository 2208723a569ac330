//! Buttons that make something: pressed twice they make it once, and the page that the browser ends up at has it.

use std::future::Future;

use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::application::done;
use super::frame::caller;
use super::typed::Typed;
use crate::domain::application::Application;
use crate::domain::ids::ClientId;
use crate::domain::secret::ClientSecret;
use crate::flows::authorize::SignedInPerson;
use crate::flows::idempotency::Repeatable;
use crate::http::pages::view::Form;
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::Refusal;

/// The hidden field that tells one showing of a form from the next.
const SHOWN: &str = "shown";

/// The application that something was made for, and its new secret.
#[derive(Serialize, Deserialize)]
pub(super) struct Made {
    client_id: String,
    secret: Option<String>,
}

impl Made {
    pub(super) fn new(application: &Application, secret: Option<&ClientSecret>) -> Self {
        let secret = secret.map(|secret| secret.expose().to_owned());
        Self { client_id: application.client_id.to_string(), secret }
    }
}

/// A form whose button makes something.
pub(super) fn making_form(visit: &Visit, action: impl Into<String>) -> Form {
    visit.form(action).carrying(SHOWN, visit.edge.server.name_form())
}

/// Makes `what` for `about`, and sends the browser to the application's page, which says so and shows the secret once.
pub(super) async fn press<Making>(
    visit: &Visit,
    person: &SignedInPerson,
    typed: &Typed,
    (what, about): (&str, &str),
    making: Making,
) -> Result<Response, Refusal>
where
    Making: Future<Output = Result<Made, Refusal>> + Send + 'static,
{
    let filled = format!("{what} {about}\n{typed}");
    let request = Repeatable::by_form(&caller(person), typed.text(SHOWN), filled.as_bytes());
    let made: Made = visit.edge.server.make_once(request, making).await?;
    let client_id: ClientId =
        made.client_id.parse().map_err(|e| Refusal::server_error(format!("what was made has no client id: {e}")))?;
    match made.secret {
        Some(secret) => visit.see_secret(&done(&client_id, what), client_id.as_str(), &ClientSecret::presented(secret)),
        None => Ok(see(&done(&client_id, what))),
    }
}
