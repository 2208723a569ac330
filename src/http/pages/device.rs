//! `/device`: a person enters the code that a device shows, and answers its request (RFC 8628 §3.3).

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::consent::publisher;
use super::fields::{Fields, Query};
use super::flow::shown;
use super::page::Page;
use super::page_error::{PageError, PageResult};
use super::problem::waiting;
use super::scopes::scope_lines;
use super::view::{
    AllowDevice, DeviceCode, DeviceProblem, Link, Message, MessagePage, NoAccess, RequestedFrom, WayBack,
};
use super::visit::{Visit, address, see, sign_in_first};
use crate::domain::device_grant::DeviceStanding;
use crate::domain::ids::DeviceGrantId;
use crate::flows::device_grants::{Decision, EnteredCode, OpenedDevice};
use crate::flows::sessions::SignedInPerson;
use crate::http::reply::report_refusal;
use crate::protocol::parameters::Parameters;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Where codes are entered.
const PAGE: &str = "/device";

/// The parameter of the code, in the form and in `verification_uri_complete`.
const USER_CODE: &str = "user_code";

/// More characters than a code has, spaces and dashes included.
const LONGEST_SHOWN: usize = 40;

/// `GET /device`. A code in the address only fills in the field: what fetches links takes no code from its device.
pub(in crate::http) async fn show(visit: Visit, Query(parameters): Query) -> PageResult {
    Ok(code_page(&visit, entered_code(&parameters), None))
}

/// `POST /device`: a code was entered.
pub(in crate::http) async fn enter_code(visit: Visit, Fields(fields): Fields) -> PageResult<Response> {
    let entered = entered_code(&fields);
    visit.check_form(fields.value("csrf"), &address(PAGE, &[(USER_CODE, &entered)]), None)?;
    let again = |problem| code_page(&visit, entered.clone(), Some(problem)).into_response();
    if entered.is_empty() {
        return Ok(again(DeviceProblem::Wrong));
    }
    match visit.edge.device_grants().enter_user_code(&entered, &visit.browser, &visit.requester).await {
        Ok(EnteredCode::Opened(id)) => Ok(see(&page_of(id))),
        Ok(EnteredCode::Wrong) => Ok(again(DeviceProblem::Wrong)),
        Ok(EnteredCode::Taken) => Ok(again(DeviceProblem::Taken)),
        Err(Refusal { code: ErrorCode::TooManyRequests, retry_after, .. }) => {
            Ok(waiting(again(DeviceProblem::TooMany { wait: retry_after.unwrap_or_default() }), retry_after))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `GET /device/<id>`: who asks for what, or what became of it.
pub(in crate::http) async fn ask(Path(id): Path<String>, visit: Visit) -> PageResult<Response> {
    let opened = mine(&visit, &id).await?;
    match opened.standing {
        DeviceStanding::Waiting => {}
        DeviceStanding::Denied => return Ok(message_page(&visit, Message::DeviceDenied, &opened).into_response()),
        DeviceStanding::Allowed(_) | DeviceStanding::Redeemed => {
            return Ok(message_page(&visit, Message::DeviceAllowed, &opened).into_response());
        }
        DeviceStanding::Expired => return Err(over(&visit)),
    }
    match &visit.person {
        Some(person) => Ok(allow_page(&visit, &opened, person).await?.into_response()),
        None => Ok(sign_in_first(&page_of(opened.grant.id))),
    }
}

/// `POST /device/<id>`: the answer. The page that follows says what became of it, however often it is sent.
pub(in crate::http) async fn decide(
    Path(id): Path<String>,
    visit: Visit,
    Fields(fields): Fields,
) -> PageResult<Response> {
    let opened = mine(&visit, &id).await?;
    let page = page_of(opened.grant.id);
    visit.check_form(fields.value("csrf"), &page, Some(shown(&opened.application)))?;
    // What was shown is what is agreed to.
    if fields.value("scope").unwrap_or_default() != opened.grant.scope.to_string() {
        return Ok(see(&page));
    }
    let decision = match fields.value("decision") {
        Some("allow") => Decision::Allow,
        Some("deny") => Decision::Deny,
        _ => return Err(Refusal::invalid_request("the form says neither allow nor deny").into()),
    };
    let Some(person) = &visit.person else { return Ok(see(&page)) };
    if decision == Decision::Allow && visit.edge.device_grants().wants_passkey(&opened, person).await? {
        let has_passkey = !visit.edge.passkeys().passkeys_of(person.user.id).await?.is_empty();
        return Err(PageError::WithPasskey { page, has_passkey });
    }
    match visit.edge.device_grants().answer_device(&opened, person, decision).await {
        Ok(()) => Ok(see(&page)),
        Err(refusal) if refusal.code == ErrorCode::AccessDenied => {
            Ok(report_refusal(&refusal, turned_away(&visit, &opened, person)))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The page for a person who may not use the application on the device. The device has been told.
fn turned_away(visit: &Visit, opened: &OpenedDevice, person: &SignedInPerson) -> Response {
    let view = NoAccess {
        t: visit.messages(),
        app: shown(&opened.application),
        publisher: publisher(&opened.application),
        account: person.user.email.as_ref().map(ToString::to_string),
        switch_account: None,
        back: WayBack::Nowhere,
    };
    visit.page(&view).with_status(StatusCode::FORBIDDEN).into_response()
}

/// What was typed, as far as it is shown again.
fn entered_code(parameters: &Parameters) -> String {
    parameters.value(USER_CODE).unwrap_or_default().chars().take(LONGEST_SHOWN).collect()
}

fn page_of(id: DeviceGrantId) -> String {
    format!("{PAGE}/{id}")
}

/// The request of this id, if its code was entered in this browser.
async fn mine(visit: &Visit, id: &str) -> PageResult<OpenedDevice> {
    let Ok(id) = id.parse::<DeviceGrantId>() else { return Err(over(visit)) };
    let opened = visit.edge.device_grants().opened_device(id, visit.known_browser(), &visit.requester).await?;
    opened.ok_or_else(|| over(visit))
}

fn over(visit: &Visit) -> PageError {
    let onward = Link { href: PAGE.to_owned(), text: visit.messages().device.again.to_owned() };
    let view = MessagePage { t: visit.messages(), message: Message::DeviceOver, app: None, onward: Some(onward) };
    PageError::explained(visit.page(&view).with_status(StatusCode::BAD_REQUEST))
}

fn message_page(visit: &Visit, message: Message, opened: &OpenedDevice) -> Page {
    let app = Some(shown(&opened.application));
    visit.page(&MessagePage { t: visit.messages(), message, app, onward: None })
}

fn code_page(visit: &Visit, entered: String, problem: Option<DeviceProblem>) -> Page {
    let status = match problem {
        None => StatusCode::OK,
        Some(DeviceProblem::Wrong) => StatusCode::BAD_REQUEST,
        Some(DeviceProblem::Taken) => StatusCode::CONFLICT,
        Some(DeviceProblem::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
    };
    let view = DeviceCode { t: visit.messages(), entered, problem, form: visit.form(PAGE) };
    visit.page(&view).with_status(status)
}

async fn allow_page(visit: &Visit, opened: &OpenedDevice, person: &SignedInPerson) -> PageResult {
    let OpenedDevice { grant, application, user_code, same_network, .. } = opened;
    let page = page_of(grant.id);
    let view = AllowDevice {
        t: visit.messages(),
        app: shown(application),
        publisher: publisher(application),
        code: user_code.grouped(),
        asked: RequestedFrom { device: grant.asked_from.clone(), at: grant.created_at, now: visit.now() },
        elsewhere: *same_network == Some(false),
        account: person.user.email.as_ref().map(ToString::to_string).unwrap_or_default(),
        switch_account: address("/login/switch", &[("return_to", &page)]),
        scopes: scope_lines(visit, &grant.scope).await?,
        form: visit.form(page).carrying("scope", grant.scope.to_string()),
    };
    Ok(visit.page(&view))
}
