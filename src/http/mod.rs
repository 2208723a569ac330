//! EDGE: extractor, flow, reply. Nothing is decided here.
//!
//! Owns URLs, headers, bodies and status codes. Does not own rules, facts or acts. Imports `flows`,
//! `domain`, `protocol` and `config`; never sees SQL.

mod account_maker;
mod admin;
mod api;
mod audit_file;
mod authorization;
mod brand;
#[cfg(test)]
mod catalogues;
mod client_address;
mod content_encoding;
mod cors;
mod dev_mail;
mod dpop;
mod edge;
mod file;
mod head;
mod host;
mod issuer_path;
mod json_body;
mod logo;
mod named_client;
mod oauth;
mod observe;
mod one_host;
mod ops;
mod pages;
mod places;
mod portal;
mod problem;
mod reply;
mod request_body;
mod seated;
mod serve;
mod stalled;
mod strict_json;
mod time_limit;
mod transport_security;
mod unread_body;
mod users;
mod webhook_list;
mod webhooks;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{get, post};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;

pub use brand::{Brand, BrandFile, Scheme};
pub use edge::Edge;
pub use serve::{Listeners, serve};

use crate::config::{TemplateError, Templates};

/// The names of the templates that pages, and the frame around them, may be written by.
pub fn own_templates() -> Vec<String> {
    let parts = pages::own::PARTS.map(|part| format!("pages/{part}.html"));
    parts.into_iter().chain(pages::own::PAGES.iter().map(|name| (*name).to_owned())).collect()
}

/// Tries the operator's templates for pages: one that fails, leaves out what its page needs or does not escape is an
/// error.
pub fn check_templates(brand: &Brand, templates: &Templates) -> Result<(), TemplateError> {
    pages::own::check(brand, templates)
}

/// The URL table of the public listener.
pub fn routes(edge: Edge) -> Router {
    let others = flow_pages()
        .merge(own_pages())
        .merge(api::routes())
        .route("/users", post(users::create))
        .route("/static/{name}", get(pages::assets::asset))
        .route("/logos/{client_id}", get(logo::logo))
        .route("/dev/mail", get(dev_mail::list))
        .route("/dev/mail/{name}", get(dev_mail::single))
        .route("/health/live", get(ops::live))
        .route("/health/ready", get(ops::ready));
    let others = others.fallback(pages::place::nothing_here);
    let others = others.layer(from_fn_with_state(edge.clone(), host::refuse_other_names));
    let table = guarded(endpoints(), &edge)
        .layer(cors::for_applications())
        .merge(guarded(documents(), &edge).layer(cors::for_documents()))
        .merge(guarded(others, &edge));
    let issuer = edge.config().server.issuer.clone();
    transport_security::by_https_only(issuer_path::below_issuer(observed(table, edge), &issuer), &issuer)
}

/// What applications call, from a browser of any origin too.
fn endpoints() -> Router<Edge> {
    Router::new()
        .route("/token", post(oauth::token::token))
        .route("/oauth/token", post(oauth::token::token))
        .route("/oauth2/token", post(oauth::token::token))
        .route("/oauth/userinfo", get(oauth::userinfo::userinfo).post(oauth::userinfo::userinfo))
        .route("/oauth/introspect", post(oauth::introspect::introspect))
        .route("/oauth/revoke", post(oauth::revoke::revoke))
        .route("/oauth/par", post(oauth::par::par))
        .route("/oauth/register", post(oauth::register::register))
        .route(
            "/oauth/register/{client_id}",
            get(oauth::register::show).put(oauth::register::change).delete(oauth::register::delete),
        )
        .route("/oauth/device_authorization", post(oauth::device_authorization::device_authorization))
        .route("/api/v1/hello", get(api::hello::hello))
        // Before the CORS layer: set afterwards, it would answer the preflight's OPTIONS itself.
        .method_not_allowed_fallback(reply::method_not_allowed)
}

/// What they read about this server.
fn documents() -> Router<Edge> {
    Router::new()
        .route("/.well-known/jwks.json", get(oauth::jwks::jwks))
        .route("/.well-known/openid-configuration", get(oauth::metadata::metadata))
        .route("/.well-known/oauth-authorization-server", get(oauth::metadata::metadata))
        .route("/.well-known/oauth-protected-resource/api/v1", get(oauth::protected_resource::metadata))
        .route("/.well-known/webauthn", get(oauth::webauthn::related_origins))
        .method_not_allowed_fallback(reply::method_not_allowed)
}

/// The pages of the browser flow: one URL for each step, working without JavaScript.
fn flow_pages() -> Router<Edge> {
    // Forms of applications may be posted here.
    let from_anywhere = Router::new()
        .route("/oauth/authorize", get(oauth::authorize::get).post(oauth::authorize::post))
        .route("/oauth2/authorize", get(oauth::authorize::get).post(oauth::authorize::post))
        .route("/oauth/logout", get(pages::sign_out::get).post(pages::sign_out::post));
    let from_here = Router::new()
        .route("/login", get(pages::sign_in::show).post(pages::sign_in::enter_address))
        .route("/login/code", get(pages::code::wait).post(pages::code::enter_code))
        .route("/login/code/watch", get(pages::code::watch))
        .route("/login/switch", get(pages::sign_in::switch))
        .route("/login/passkey", get(pages::passkey::back).post(pages::passkey::sign_in))
        .route("/login/passkey/options", post(pages::passkey::ask))
        .route("/login/upstream/{name}", get(pages::upstream::back).post(pages::upstream::begin))
        .route("/login/upstream/{name}/callback", get(pages::upstream::callback))
        .route("/login/connect/{id}", get(pages::upstream::ask).post(pages::upstream::connect))
        .route("/login/connect/{id}/later", post(pages::upstream::later))
        .route("/login/add-passkey", get(pages::passkey::offer).post(pages::passkey::answer_offer))
        .route("/no-access", get(pages::no_access::show).post(pages::no_access::turn_away))
        .route("/consent", get(pages::consent::show).post(pages::consent::decide))
        .route("/device", get(pages::device::show).post(pages::device::enter_code))
        .route("/device/{id}", get(pages::device::ask).post(pages::device::decide))
        .layer(CsrfLayer::new());
    let told_by_mail = Router::new()
        .route("/login/resend", post(pages::code::resend))
        .route("/l/{token}", get(pages::link::open).post(pages::link::confirm))
        .route("/l/{token}/not-me", get(pages::link::ask_not_me).post(pages::link::not_me))
        .layer(CsrfLayer::new());
    let steps = from_anywhere.merge(from_here).layer(from_fn(head::answer_without_a_step));
    steps.merge(told_by_mail).layer(map_response(pages::headers::for_sign_in))
}

/// The pages that belong to this server alone.
fn own_pages() -> Router<Edge> {
    Router::new()
        .route("/", get(pages::home::show))
        .route("/docs", get(api::docs::show))
        .route("/account", get(pages::account::show))
        .route("/account/sessions/{id}/end", post(pages::account::end_session))
        .route("/account/applications/{id}/end", post(pages::account::end_application))
        .route("/account/name", get(pages::place::back).post(pages::account::rename))
        .route("/account/attributes", get(pages::place::back).post(pages::account::describe))
        .route("/account/address", get(pages::address::ask).post(pages::address::send))
        .route("/account/address/{token}", get(pages::address::show_link).post(pages::address::confirm))
        .route("/account/undo/{token}", get(pages::address::show_undo).post(pages::address::undo))
        .route("/account/export", get(pages::export::ask).post(pages::export::download))
        .route("/account/passkeys", get(pages::place::back).post(pages::passkeys::add))
        .route("/account/passkeys/options", post(pages::passkeys::ask))
        .route("/account/passkeys/{id}/name", get(pages::place::back).post(pages::passkeys::rename))
        .route("/account/passkeys/{id}/remove", get(pages::place::back).post(pages::passkeys::remove))
        .route("/account/upstreams/{id}/disconnect", get(pages::place::back).post(pages::upstreams::disconnect))
        .route("/account/sign-out", post(pages::account::sign_out))
        .route("/account/sign-out-everywhere", post(pages::account::sign_out_everywhere))
        .route("/account/delete", get(pages::account::ask_delete).post(pages::account::delete))
        .route("/keep/{token}", get(pages::keep::show).post(pages::keep::keep))
        .merge(portal::routes())
        .merge(admin::routes())
        .merge(webhooks::routes())
        .layer(CsrfLayer::new())
        .layer(map_response(pages::headers::for_own_pages))
}

/// The URL table of the management listener.
pub fn management_routes(edge: Edge) -> Router {
    let table = Router::new()
        .route("/metrics", get(ops::metrics))
        .route("/health/live", get(ops::live))
        .route("/health/ready", get(ops::ready));
    observed(guarded(table.fallback(reply::not_found), &edge), edge)
}

/// What happens inside of all else: whatever a handler does, its request is answered, and in time. The layers are one
/// stack, outermost first, because a router boxes what each call of `layer` gives it, and every request clones the boxes.
fn guarded(table: Router<Edge>, edge: &Edge) -> Router<Edge> {
    table.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(edge.clone(), time_limit::limit_time))
            .layer(CatchPanicLayer::custom(reply::panicked))
            .layer(from_fn(content_encoding::refuse_packed_bodies)),
    )
}

/// The layers around every request of a table.
fn observed(table: Router<Edge>, edge: Edge) -> Router {
    table
        .method_not_allowed_fallback(reply::method_not_allowed)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(edge.clone(), observe::observe))
                .layer(from_fn(pages::place::tell_on_pages)),
        )
        .with_state(edge)
}
