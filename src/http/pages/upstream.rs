//! `/login/upstream/{name}`: signing in at another provider; `/login/connect/{id}`: whose account here that is.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::csrf_form::CsrfForm;
use super::fields::{Fields, Query};
use super::flow::{go_on, go_on_signed_in};
use super::page_error::{PageError, PageResult};
use super::problem::problem_page;
use super::sign_in::{connect_page, sign_in_page};
use super::target::Target;
use super::view::{ConnectProblem, ConnectUpstream, Problem, SignInProblem, UpstreamButton};
use super::viewer::{FreshViewer, Viewer};
use super::visit::{Visit, address, see};
use crate::domain::ids::PendingIdentityId;
use crate::domain::upstream::{PendingIdentity, UpstreamName};
use crate::flows::sessions::SignIn;
use crate::flows::upstreams::{ConnectError, Finished, UpstreamError, UpstreamProblem};
use crate::http::reply::report_refusal;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The path of the page that asks whose account it is.
pub(super) const CONNECT: &str = "/login/connect";

/// The buttons of a page from where somebody signs in for this. While it is to be proven whose account here it is, there
/// are none: what another provider says proves nothing of that.
pub(super) fn buttons(visit: &Visit, target: &Target) -> Vec<UpstreamButton> {
    if target.connects() {
        return Vec::new();
    }
    let button = |(name, label): (UpstreamName, String)| UpstreamButton {
        name: name.to_string(),
        label,
        form: target.form(visit, &format!("/login/upstream/{name}")),
    };
    visit.edge.upstreams().offered().into_iter().map(button).collect()
}

/// `GET /login/upstream/{name}`, whose form is on the sign-in page.
pub(in crate::http) async fn back() -> Response {
    see("/login")
}

/// `POST /login/upstream/{name}`: off to the upstream.
pub(in crate::http) async fn begin(
    Path(name): Path<String>,
    mut visit: Visit,
    Fields(fields): Fields,
) -> PageResult<Response> {
    let target = Target::read(&mut visit, &fields).await?;
    visit.check_form(fields.value("csrf"), &target.address(), target.app())?;
    let what = (target.purpose(), target.oldest_sign_in());
    match visit.edge.upstreams().begin(&name, what, (&visit.browser, &visit.requester)).await {
        Ok(there) => Ok(see(there.as_str())),
        Err(error) => failed(visit, &name, error).await,
    }
}

/// `GET /login/upstream/{name}/callback`: back from there.
pub(in crate::http) async fn callback(
    Path(name): Path<String>,
    visit: Visit,
    Query(answer): Query,
) -> PageResult<Response> {
    let (upstreams, parties) = (visit.edge.upstreams(), (&visit.browser, &visit.requester));
    match upstreams.finish(&name, &answer, parties, visit.person.as_ref()).await {
        Ok(Finished::SignedIn(signed_in)) => go_on_signed_in(visit, signed_in).await,
        Ok(Finished::Unknown(id)) => Ok(see(&format!("{CONNECT}/{id}"))),
        Err(error) => failed(visit, &name, error).await,
    }
}

/// The sign-in page, which says what went wrong and offers the other ways.
async fn failed(mut visit: Visit, name: &str, error: UpstreamError) -> PageResult<Response> {
    let (problem, why, purpose) = match error {
        UpstreamError::Failed { problem, why, purpose } => (problem, why, purpose),
        UpstreamError::Refused(refusal) => return Err(refusal.into()),
    };
    let target = Target::of(&mut visit, &purpose).await?;
    let code = match problem {
        UpstreamProblem::Unavailable => ErrorCode::UpstreamUnavailable,
        _ => ErrorCode::UpstreamRefused,
    };
    let refusal = Refusal::new(code, "nobody was signed in by the upstream").with_detail(format!("{name}: {why}"));
    let page = sign_in_page(&visit, &target, String::new(), Some(SignInProblem::Upstream(problem))).await?;
    Ok(report_refusal(&refusal, page.into_response()))
}

/// `GET /login/connect/{id}`: somebody is to sign in by mail or with a passkey; who has done so is asked.
pub(in crate::http) async fn ask(Path(id): Path<String>, mut visit: Visit) -> PageResult<Response> {
    let (pending, onward) = waiting(&mut visit, &id).await?;
    if visit.person.as_ref().is_some_and(|person| person.sign_in == SignIn::Fresh) {
        return Ok(question(&visit, (&pending, onward), None));
    }
    let label = visit.edge.upstreams().label_of(&pending.upstream, &pending.issuer);
    let target = Target::connecting(pending.id);
    Ok(connect_page(&visit, &target, pending.address.unwrap_or_default(), label).into_response())
}

/// `POST /login/connect/{id}`: yes.
pub(in crate::http) async fn connect(Path(id): Path<String>, form: CsrfForm<FreshViewer>) -> PageResult<Response> {
    let viewer = form.sender;
    let id = pending_id(&viewer, &id)?;
    match viewer.edge.upstreams().connect(&viewer.person, id, &viewer.browser).await {
        Ok(purpose) => go_on(&viewer, &purpose).await,
        Err(ConnectError::TooMany) => {
            let mut visit = Viewer::from(viewer).into_visit();
            let (pending, onward) = waiting(&mut visit, &id.to_string()).await?;
            Ok(question(&visit, (&pending, onward), Some(ConnectProblem::TooMany)))
        }
        Err(ConnectError::Refused(refusal)) => Err(refusal.into()),
    }
}

/// `POST /login/connect/{id}/later`: no.
pub(in crate::http) async fn later(
    Path(id): Path<String>,
    mut visit: Visit,
    Fields(fields): Fields,
) -> PageResult<Response> {
    let (pending, _) = waiting(&mut visit, &id).await?;
    visit.check_form(fields.value("csrf"), &format!("{CONNECT}/{}", pending.id), None)?;
    let purpose = visit.edge.upstreams().leave_unconnected(pending.id, &visit.browser).await?;
    go_on(&visit, &purpose).await
}

fn pending_id(visit: &Visit, id: &str) -> Result<PendingIdentityId, PageError> {
    id.parse().map_err(|_| problem_page(visit, Problem::SignInExpired, None))
}

/// The identity that waits in this browser, and what somebody wants to reach. The page speaks as the application asked.
async fn waiting(visit: &mut Visit, id: &str) -> PageResult<(PendingIdentity, Option<Target>)> {
    let id = pending_id(visit, id)?;
    let found = visit.edge.upstreams().pending(id, visit.known_browser()).await?;
    let pending = found.ok_or_else(|| problem_page(visit, Problem::SignInExpired, None))?;
    // A request that is over meanwhile is told of afterwards.
    let onward = Target::of(visit, &pending.purpose).await.ok();
    Ok((pending, onward))
}

fn question(
    visit: &Visit,
    (pending, onward): (&PendingIdentity, Option<Target>),
    problem: Option<ConnectProblem>,
) -> Response {
    let here = visit.person.as_ref().and_then(|person| person.user.email.as_ref()).map(ToString::to_string);
    let own = format!("{CONNECT}/{}", pending.id);
    let view = ConnectUpstream {
        t: visit.messages(),
        app: onward.and_then(|target| target.app()),
        label: visit.edge.upstreams().label_of(&pending.upstream, &pending.issuer),
        there: pending.address.clone(),
        here: here.unwrap_or_default(),
        problem,
        connect: visit.form(own.as_str()),
        later: visit.form(format!("{own}/later")),
        other_account: address("/login/switch", &[("return_to", &own)]),
    };
    let status = if problem.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    visit.page(&view).with_status(status).leaving().into_response()
}
