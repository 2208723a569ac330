//! `/api/v1/openapi.json`: the `OpenAPI` document of the management API.

use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Required,
    ResponseBuilder,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::DOCUMENT;
use crate::http::problem::FieldProblem;
use crate::http::problem::Problem;
use crate::http::reply::Answer;

const DESCRIPTION: &str = "What the portal and the operator's pages do, for programs. \
Send an access token (`Authorization: Bearer`) with the scope `gatepost:admin`, or with the narrower scope that an \
operation names. A token that speaks for a person reaches what that person reaches: their own applications, or as an \
operator everything. From this server's own pages the portal's session does as well. \
What a caller may not see does not exist for them: 404. \
Lists come in pages; `next_cursor` of one is the `cursor` of the next. \
`If-Match` is optional; sent with the ETag that was read, it keeps a change from overwriting another (412). \
A creation with an `Idempotency-Key` can be sent again for 24 hours and gets the same answer. \
Refusals are problem details (RFC 9457).";

/// The document without its operations.
pub(super) fn frame() -> OpenApi {
    let info = InfoBuilder::new().title("Gatepost management API").version("1").description(Some(DESCRIPTION));
    OpenApiBuilder::new().info(info).components(Some(Components::new())).build()
}

/// The document with what all operations have in common.
pub(super) fn finished(mut document: OpenApi) -> OpenApi {
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    let cookie = ApiKeyValue::with_description(
        "gatepost_session",
        "The session of the portal; with https its name begins with __Host-. Changes must come from this server's own pages",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    components.schemas.insert(FieldProblem::name().into_owned(), FieldProblem::schema());
    for (path, item) in &mut document.paths.paths {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            tell_apart(operation);
            add_segments(operation, path);
            // The document is public, so it has no refusals.
            if !path.ends_with("/openapi.json") {
                add_problems(operation);
            }
            operation.operation_id = operation.operation_id.take().map(|act| name(path, &act));
        }
    }
    document
}

/// The first sentence of a handler's comment is its summary, wherever its lines end.
fn tell_apart(operation: &mut Operation) {
    let parts = [operation.summary.take(), operation.description.take()];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(" ").replace('\n', " ");
    let (summary, rest) = text.split_once(". ").unwrap_or((text.trim_end_matches('.'), ""));
    operation.summary = Some(summary.to_owned());
    operation.description = (!rest.is_empty()).then(|| rest.to_owned());
}

/// A unique operation id: the nouns of its path and its verb.
fn name(path: &str, act: &str) -> String {
    let nouns = path.trim_start_matches("/api/v1/").split('/').filter(|part| !part.starts_with('{') && *part != act);
    nouns.chain([act]).collect::<Vec<_>>().join("_").replace(['-', '.'], "_")
}

/// Each variable segment of the path is a parameter; they come first.
fn add_segments(operation: &mut Operation, path: &str) {
    let segments = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let segments = segments.map(|name| RefOr::T(text_parameter(name, ParameterIn::Path, segment(path, name))));
    let all: Vec<_> = segments.chain(operation.parameters.take().unwrap_or_default()).collect();
    operation.parameters = Some(all).filter(|all| !all.is_empty());
}

fn segment(path: &str, name: &str) -> &'static str {
    match name {
        "client_id" => "The application",
        "sub" if path.contains("/owners/") => "The owner's account, or the address where there is none yet",
        "sub" => "The account",
        "group" => "The group's name; a / in it is written %2F",
        "email" => "The address that was invited",
        "kid" => "The key's name",
        "secret_id" => "The secret's `id`",
        "invitation_id" => "The invitation's `id`",
        "approval_id" => "The approval's `id`",
        "webhook_id" => "The webhook's `id`",
        "message_id" => "The message's `id`",
        _ => "",
    }
}

/// A header that may be sent.
pub(super) fn optional_header(name: &str, description: &str) -> Vec<Parameter> {
    vec![text_parameter(name, ParameterIn::Header, description)]
}

fn text_parameter(name: &str, place: ParameterIn, description: &str) -> Parameter {
    let required = if place == ParameterIn::Path { Required::True } else { Required::False };
    let schema = ObjectBuilder::new().schema_type(Type::String).build();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

/// Every operation can be refused; each status is the kind of problem that the page at `/docs` explains.
fn add_problems(operation: &mut Operation) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    for (status, description) in [
        ("400", "Something in the request is wrong"),
        ("401", "The caller is not authenticated"),
        ("403", "The caller may not do this"),
        ("default", "Anything else that was wrong, such as 404, 409, 412, 422 or 503"),
    ] {
        let response =
            ResponseBuilder::new().description(description).content("application/problem+json", content.clone());
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| response.build().into());
    }
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "Document", security(()),
    responses((status = 200, description = "An OpenAPI 3.1 document", content_type = "application/json", body = Object)))]
pub(super) async fn document() -> Answer<Response> {
    Ok(axum::Json(&*DOCUMENT).into_response())
}

/// Headers of every answer: not cached.
pub(super) async fn not_kept(mut response: Response) -> Response {
    response.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
