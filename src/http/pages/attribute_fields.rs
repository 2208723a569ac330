//! Forms that say what a person is described by: what stands in the fields, and what was typed.

use super::messages::Messages;
use super::posted_form::PostedForm;
use super::view::AttributeField;
use crate::domain::attribute::{AttributeType, Attributes, Editor, as_typed};
use crate::domain::attribute_schema::{Attribute, AttributeError, AttributeSchema};
use crate::domain::user::User;

/// A form as it came back, with what was wrong with it.
pub(in crate::http) struct Refused<'a> {
    /// What was typed.
    pub(in crate::http) typed: &'a PostedForm,
    /// What does not fit.
    pub(in crate::http) error: &'a AttributeError,
}

/// The fields that this editor may change.
pub(in crate::http) fn attribute_fields(
    t: &Messages,
    schema: &AttributeSchema,
    user: &User,
    editor: Editor,
    refused: Option<&Refused<'_>>,
) -> Vec<AttributeField> {
    let field = |attribute: &Attribute| {
        let id = id(attribute);
        let stored = user.attributes.value(&attribute.name).map(as_typed);
        let value = refused.map_or_else(|| stored.unwrap_or_default(), |refused| refused.typed.text(&id).to_owned());
        let is_bad = refused.is_some_and(|refused| refused.error.name() == attribute.name.as_str());
        AttributeField {
            label: label(t, attribute),
            hint: hint(t, attribute.kind),
            kind: attribute.kind,
            problem: is_bad.then_some(t.attributes.does_not_fit),
            value,
            id,
        }
    };
    schema.iter().filter(|attribute| may_edit(attribute, editor)).map(field).collect()
}

/// What the account says once this form was sent. Fields that were not in it stay as they are.
pub(in crate::http) fn read_attributes(
    schema: &AttributeSchema,
    user: &User,
    editor: Editor,
    typed: &PostedForm,
) -> Result<Attributes, AttributeError> {
    let mut attributes = user.attributes.clone();
    for attribute in schema.iter().filter(|attribute| may_edit(attribute, editor)) {
        let id = id(attribute);
        if !typed.has(&id) {
            continue;
        }
        let refused = |error| AttributeError::Value(attribute.name.to_string(), error);
        let value = attribute.kind.read(typed.text(&id)).map_err(refused)?;
        attributes.set(attribute.name.as_str(), value);
    }
    Ok(attributes)
}

fn may_edit(attribute: &Attribute, editor: Editor) -> bool {
    editor == Editor::Operator || attribute.editor == Editor::Person
}

fn id(attribute: &Attribute) -> String {
    format!("attribute-{}", attribute.name)
}

fn label(t: &Messages, attribute: &Attribute) -> String {
    let known = match attribute.name.as_str() {
        "given_name" => Some(t.attributes.given_name),
        "family_name" => Some(t.attributes.family_name),
        "picture" => Some(t.attributes.picture),
        "zoneinfo" => Some(t.attributes.zoneinfo),
        _ => attribute.label.as_deref(),
    };
    known.unwrap_or(attribute.name.as_str()).to_owned()
}

const fn hint(t: &Messages, kind: AttributeType) -> Option<&'static str> {
    match kind {
        AttributeType::Text | AttributeType::Boolean => None,
        AttributeType::Number => Some(t.attributes.number),
        AttributeType::Texts => Some(t.attributes.texts),
        AttributeType::Url => Some(t.attributes.url),
        AttributeType::TimeZone => Some(t.attributes.time_zone),
    }
}
