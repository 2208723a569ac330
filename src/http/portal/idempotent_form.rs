//! Forms that create an object: sent twice they create one, and the browser ends at its page.

use std::future::Future;

use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::tab::Tab;
use crate::domain::application::Application;
use crate::domain::secret::ClientSecret;
use crate::flows::idempotency::Repeatable;
use crate::http::pages::posted_form::PostedForm;
use crate::http::pages::view::Form;
use crate::http::pages::viewer::Viewer;
use crate::http::pages::visit::{Visit, see};
use crate::protocol::refusal::Refusal;

/// The hidden field that identifies one showing of a form.
const SHOWN: &str = "shown";

/// A created object: the address of its page, and its new secret.
#[derive(Serialize, Deserialize)]
pub(in crate::http) struct Made {
    page: String,
    of: String,
    secret: Option<String>,
}

impl Made {
    /// An object at this page, which shows the secrets of `of`.
    pub(in crate::http) fn at(page: String, of: String, secret: &str) -> Self {
        Self { page, of, secret: Some(secret.to_owned()) }
    }

    /// An application, or something of it that this tab shows.
    pub(super) fn of(application: &Application, tab: Tab, secret: Option<&ClientSecret>) -> Self {
        let client_id = &application.client_id;
        let secret = secret.map(|secret| secret.expose().to_owned());
        Self { page: tab.address_of(client_id), of: client_id.to_string(), secret }
    }
}

/// A form that creates an object.
pub(in crate::http) fn making_form(visit: &Visit, action: impl Into<String>) -> Form {
    visit.form(action).carrying(SHOWN, visit.edge.idempotency().name_form())
}

/// Creates an object once, and sends the browser to its page, which shows the secret once.
pub(in crate::http) async fn submit_once<Making, Failed>(
    viewer: &Viewer,
    posted: &PostedForm,
    (what, about): (&str, &str),
    making: Making,
) -> Result<Response, Failed>
where
    Making: Future<Output = Result<Made, Failed>> + Send + 'static,
    Failed: From<Refusal> + Send + 'static,
{
    let filled = format!("{what} {about}\n{posted}");
    let request = Repeatable::by_form(&viewer.caller(), posted.text(SHOWN), filled.as_bytes());
    let made: Made = viewer.edge.idempotency().make_once(request, making).await?;
    let page = format!("{}?done={what}", made.page);
    match made.secret {
        Some(secret) => Ok(viewer.see_secret(&page, &made.of, &secret)?),
        None => Ok(see(&page)),
    }
}
