//! The settings of an application, as they are sent and answered. Their members and the schema of these are made from
//! the table of settings.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::problem::Named as _;
use crate::domain::application::{
    ApplicationKind, ApplicationSettings, Choice, GivenSettings, LONGEST_TOKEN_TTL, SETTINGS, Setting, SettingProblem,
    Shape,
};
use crate::flows::access::Caller;
use crate::http::reply::{Answer, Refused};
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// Why it needs what only an operator may grant; they read it.
const REASON: &str = "reason";

/// The members of a body.
pub(super) type Members = Map<String, Value>;

/// A body that carries settings.
pub(super) struct SentSettings {
    /// The settings.
    pub(super) given: GivenSettings,
    /// Why it needs what only an operator may grant.
    pub(super) reason: String,
}

impl SentSettings {
    /// Reads the members of a body. One that is not known is refused.
    pub(super) fn read(mut members: Members) -> Answer<Self> {
        let reason = match members.remove(REASON) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(reason)) => reason,
            Some(_) => return Err(wrong(REASON, "expected some text")),
        };
        let mut given = GivenSettings::default();
        for (name, value) in &members {
            let setting = Setting::of_name(name).ok_or_else(|| {
                let known = SETTINGS.iter().map(|setting| setting.name).chain([REASON]).collect::<Vec<_>>();
                wrong(name, &format!("unknown member, expected one of {}", known.join(", ")))
            })?;
            given.give(setting, name, value).map_err(|problem| refused(&problem))?;
        }
        Ok(Self { given, reason })
    }
}

/// The settings of a new application.
pub(super) fn new_settings(given: &GivenSettings, algorithm: SigningAlgorithm) -> Answer<ApplicationSettings> {
    if !given.says("name") {
        return Err(Refusal::invalid_request("missing member 'name'").into());
    }
    given.create("", algorithm).map_err(|problem| refused(&problem))
}

/// The settings of an application with these put over its own (RFC 7396).
pub(super) fn changed_settings(given: &GivenSettings, known: ApplicationSettings) -> Answer<ApplicationSettings> {
    given.over(known).map_err(|problem| refused(&problem))
}

/// Owners invite others, and leave; who gives an application another owner is an operator.
pub(super) fn check_owner(given: &GivenSettings, caller: &Caller) -> Answer<()> {
    if given.says("owner") && !caller.chooses_everything() {
        let what = "only an operator gives an application another owner; owners invite others";
        return Err(Refusal::new(ErrorCode::AccessDenied, what).into());
    }
    Ok(())
}

fn refused(problem: &SettingProblem) -> Refused {
    wrong(&problem.name, &problem.what)
}

fn wrong(member: &str, what: &str) -> Refused {
    Refusal::invalid_request(format!("'{member}': {what}")).of(member)
}

/// The settings in an answer, each under its name and its former one.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct ShownSettings(Members);

impl ShownSettings {
    /// The settings of an application.
    pub(super) fn of(settings: &ApplicationSettings) -> Self {
        Self(settings.members())
    }
}

impl ToSchema for ShownSettings {
    fn name() -> Cow<'static, str> {
        "ApplicationSettings".into()
    }
}

impl PartialSchema for ShownSettings {
    fn schema() -> RefOr<Schema> {
        let names = SETTINGS.iter().flat_map(|setting| [Some(setting.name), setting.former.map(|former| former.name)]);
        let mut schema = object("The settings of an application.", &members(Setting::can_be_null));
        schema["required"] = names.flatten().collect();
        as_schema(schema)
    }
}

/// A body that registers an application.
pub(super) struct NewApplication;

impl ToSchema for NewApplication {}

impl PartialSchema for NewApplication {
    fn schema() -> RefOr<Schema> {
        let what = "An application to be registered. What is left out gets the default of its type. \
                    Only operators register for other owners.";
        let mut schema = sent(what);
        schema["required"] = ["name"].into_iter().collect();
        as_schema(schema)
    }
}

/// A body that changes an application.
pub(super) struct ApplicationChange;

impl ToSchema for ApplicationChange {}

impl PartialSchema for ApplicationChange {
    fn schema() -> RefOr<Schema> {
        as_schema(sent(
            "What is to change of an application (RFC 7396): what is left out stays, `null` is back to the default. \
             It always has a name, its type stays what it is, and only operators give it another owner.",
        ))
    }
}

fn as_schema(schema: Value) -> RefOr<Schema> {
    serde_json::from_value(schema).map_or_else(|_| RefOr::T(Schema::default()), RefOr::T)
}

fn object(what: &str, properties: &Members) -> Value {
    json!({ "type": "object", "description": what, "properties": properties })
}

fn sent(what: &str) -> Value {
    let mut properties = members(|setting| setting.name != "name");
    let why = "Why it needs what only an operator may grant; they read it.";
    properties.insert(REASON.to_owned(), json!({ "type": ["string", "null"], "description": why }));
    let mut schema = object(what, &properties);
    schema["additionalProperties"] = false.into();
    schema
}

/// Every setting as a member, under its name and its former one.
fn members(can_be_null: fn(&Setting) -> bool) -> Members {
    let mut members = Map::new();
    for setting in &SETTINGS {
        let mut schema = value_schema(setting.shape);
        if can_be_null(setting) {
            schema["type"] = json!([schema["type"], "null"]);
            if let Some(values) = schema["enum"].as_array_mut() {
                values.push(Value::Null);
            }
        }
        if let Some(former) = setting.former {
            let what = format!("The former name of `{}`.", setting.name);
            let kind = json!([former.json_type, "null"]);
            members.insert(former.name.to_owned(), json!({ "type": kind, "description": what, "deprecated": true }));
        }
        schema["description"] = setting.help.trim_ascii().into();
        members.insert(setting.name.to_owned(), schema);
    }
    members
}

fn value_schema(shape: Shape) -> Value {
    let names = |choices: fn() -> Vec<Choice>| -> Value { choices().iter().map(|choice| choice.name).collect() };
    match shape {
        Shape::Line => json!({ "type": "string" }),
        Shape::Lines | Shape::Words => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Duration => json!({ "type": "integer", "minimum": 1, "maximum": LONGEST_TOKEN_TTL.as_secs() }),
        Shape::Choice(_, choices) => json!({ "type": "string", "enum": names(choices) }),
        Shape::Ticks(_, choices) => {
            json!({ "type": "array", "items": { "type": "string", "enum": names(choices) } })
        }
        Shape::Keys => json!({ "type": "object" }),
        Shape::Identities => {
            let (text, yes_or_no) = (json!({ "type": "string" }), json!({ "type": "boolean" }));
            let members = json!({ "issuer": text, "subject": text, "audience": text, "jwks": { "type": "object" },
                "reusable": yes_or_no });
            json!({ "type": "array", "items": { "type": "object", "required": ["issuer", "subject"],
                "additionalProperties": false, "properties": members } })
        }
    }
}

/// The type of an application, where it is asked for.
pub(super) struct ApplicationType;

impl ToSchema for ApplicationType {}

impl PartialSchema for ApplicationType {
    fn schema() -> RefOr<Schema> {
        as_schema(json!({ "type": "string", "enum": ApplicationKind::ALL.map(ApplicationKind::name) }))
    }
}
