//! Which attributes people have, who may change them, and which claims they become.

use std::collections::BTreeMap;

use serde_json::Value;

use super::attribute::{AttributeName, AttributeType, Attributes, Editor, ValueError};
use super::claim_mapping::ClaimMapping;
use crate::protocol::scope::{PROFILE, Scope};

/// What an application can learn of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeClaim {
    /// The scope that gives it.
    pub scope: String,
    /// The name of the claim.
    pub name: String,
}

/// An attribute of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: AttributeName,
    /// What people call it; the name if there is nothing else.
    pub label: Option<String>,
    /// Its type.
    pub kind: AttributeType,
    /// Who may change it.
    pub editor: Editor,
    /// What applications learn of it; nothing, if none.
    pub claim: Option<AttributeClaim>,
    /// Whether applications may rely on it although people write it about themselves.
    pub trusted: bool,
}

impl Attribute {
    /// Whether it may be a claim of this name: what people write about themselves is no permission, unless the operator
    /// says that it may be one.
    pub fn may_be(&self, claim: &str) -> bool {
        self.editor == Editor::Operator || self.trusted || is_describing(claim)
    }
}

/// All attributes, those of OpenID Connect first.
#[derive(Clone, Debug)]
pub struct AttributeSchema(Vec<Attribute>);

/// The attributes that every server has, which only describe a person (OIDC Core §5.1); scope `profile`.
const STANDARD: [(&str, AttributeType); 4] = [
    ("given_name", AttributeType::Text),
    ("family_name", AttributeType::Text),
    ("picture", AttributeType::Url),
    ("zoneinfo", AttributeType::TimeZone),
];

/// Names that cannot be declared, because an account has something else by them.
const OF_THE_ACCOUNT: [&str; 14] = [
    "sub",
    "id",
    "email",
    "email_verified",
    "name",
    "preferred_username",
    "username",
    "locale",
    "updated_at",
    "groups",
    "admin",
    "state",
    "created_at",
    "password",
];

/// Claims of OIDC Core §5.1 that only describe a person. People may write such about themselves; what applications
/// could take for a permission they may not.
const DESCRIBING: [&str; 8] =
    ["nickname", "middle_name", "profile", "website", "gender", "birthdate", "phone_number", "address"];

/// Whether a claim only describes a person.
pub fn is_describing(claim: &str) -> bool {
    DESCRIBING.contains(&claim)
}

/// Whether an account or every server has something by this name already.
pub fn is_taken(name: &AttributeName) -> bool {
    OF_THE_ACCOUNT.contains(&name.as_str()) || STANDARD.iter().any(|(standard, _)| *standard == name.as_str())
}

/// Why the attributes of a person cannot be these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttributeError {
    /// No such attribute is declared.
    #[error("there is no attribute '{0}'; the configuration declares them")]
    Unknown(String),
    /// The value does not fit.
    #[error("the attribute '{0}' {1}")]
    Value(String, ValueError),
    /// Only operators change it.
    #[error("the attribute '{0}' is for operators to change")]
    NotYours(String),
}

impl AttributeError {
    /// The attribute.
    pub fn name(&self) -> &str {
        let (Self::Unknown(name) | Self::Value(name, _) | Self::NotYours(name)) = self;
        name
    }
}

impl Default for AttributeSchema {
    fn default() -> Self {
        Self::of(Vec::new())
    }
}

impl AttributeSchema {
    /// The attributes of every server and those that an operator declared.
    pub fn of(declared: Vec<Attribute>) -> Self {
        let standard = STANDARD.into_iter().filter_map(|(name, kind)| {
            let claim = Some(AttributeClaim { scope: PROFILE.to_owned(), name: name.to_owned() });
            Some(Attribute {
                name: name.parse().ok()?,
                label: None,
                kind,
                editor: Editor::Person,
                claim,
                trusted: false,
            })
        });
        Self(standard.chain(declared).collect())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Attribute> {
        self.0.iter()
    }

    /// The one of this name.
    pub fn find(&self, name: &str) -> Option<&Attribute> {
        self.iter().find(|attribute| attribute.name.as_str() == name)
    }

    /// The names of all claims.
    pub fn claim_names(&self) -> impl Iterator<Item = &str> {
        self.iter().filter_map(|attribute| attribute.claim.as_ref()).map(|claim| claim.name.as_str())
    }

    /// The scope that gives a claim.
    pub fn scope_of_claim(&self, name: &str) -> Option<&str> {
        let claim = |attribute: &'_ Attribute| attribute.claim.as_ref().is_some_and(|claim| claim.name == name);
        self.iter().find(|attribute| claim(attribute))?.claim.as_ref().map(|claim| claim.scope.as_str())
    }

    /// The scope that gives one application a claim by a name of its own: that of the attribute, or `profile` where the
    /// attribute has none.
    pub fn scope_of_mapped(&self, mapping: &ClaimMapping) -> Option<&str> {
        let attribute = self.find(mapping.attribute.as_str()).filter(|one| one.may_be(mapping.claim.as_str()))?;
        Some(attribute.claim.as_ref().map_or(PROFILE, |claim| claim.scope.as_str()))
    }

    /// The claims that this scope gives one application by names of its own.
    pub fn mapped_claims(
        &self,
        mappings: &[ClaimMapping],
        attributes: &Attributes,
        scope: &Scope,
    ) -> BTreeMap<String, Value> {
        let told = |mapping: &ClaimMapping| {
            self.scope_of_mapped(mapping).filter(|needed| scope.contains(needed))?;
            let kind = self.find(mapping.attribute.as_str())?.kind;
            let value = attributes.value(&mapping.attribute).filter(|value| kind.check(value).is_ok())?;
            Some((mapping.claim.as_str().to_owned(), value.clone()))
        };
        mappings.iter().filter_map(told).collect()
    }

    /// The claims that this scope gives. A value that was set when the attribute had another type is none.
    pub fn claims(&self, attributes: &Attributes, scope: &Scope) -> BTreeMap<String, Value> {
        let told = |attribute: &Attribute| {
            let claim = attribute.claim.as_ref().filter(|claim| scope.contains(&claim.scope))?;
            let value = attributes.value(&attribute.name).filter(|value| attribute.kind.check(value).is_ok())?;
            Some((claim.name.clone(), value.clone()))
        };
        self.iter().filter_map(told).collect()
    }

    /// Whether this editor may change what is known to this: every new value fits, and what is not theirs stays. What is not
    /// declared any more may go.
    pub fn check(&self, known: &Attributes, new: &Attributes, editor: Editor) -> Result<(), AttributeError> {
        for name in known.changed_to(new) {
            let attribute = self.find(name);
            if editor == Editor::Person && attribute.is_none_or(|attribute| attribute.editor != Editor::Person) {
                return Err(AttributeError::NotYours(name.to_owned()));
            }
            let Some((_, value)) = new.iter().find(|(new, _)| *new == name) else { continue };
            let attribute = attribute.ok_or_else(|| AttributeError::Unknown(name.to_owned()))?;
            attribute.kind.check(value).map_err(|error| AttributeError::Value(name.to_owned(), error))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn department(editor: Editor) -> Attribute {
        let claim = Some(AttributeClaim { scope: "staff".to_owned(), name: "dept".to_owned() });
        Attribute {
            name: "department".parse().unwrap(),
            label: None,
            kind: AttributeType::Text,
            editor,
            claim,
            trusted: false,
        }
    }

    #[test]
    fn one_application_may_call_it_otherwise_if_people_cannot_write_it_themselves() {
        let mapping = |text: &str| text.parse::<ClaimMapping>().unwrap();
        let scope = |editor, trusted, text| {
            let schema = AttributeSchema::of(vec![Attribute { trusted, ..department(editor) }]);
            schema.scope_of_mapped(&mapping(text)).map(str::to_owned)
        };
        assert_eq!(scope(Editor::Operator, false, "department=role").as_deref(), Some("staff"));
        assert_eq!(scope(Editor::Person, true, "department=role").as_deref(), Some("staff"));
        assert_eq!(scope(Editor::Person, false, "department=role"), None);
        assert_eq!(
            scope(Editor::Person, false, "department=phone_number").as_deref(),
            Some("staff"),
            "it only describes"
        );
        assert_eq!(scope(Editor::Operator, false, "unknown=role"), None);
        let unscoped = Attribute { claim: None, ..department(Editor::Operator) };
        let schema = AttributeSchema::of(vec![unscoped]);
        let claims = |scope: &str| {
            let person = known(r#"{"department": "R&D"}"#);
            schema.mapped_claims(&[mapping("department=role")], &person, &scope.parse().unwrap())
        };
        assert_eq!(claims("openid profile"), BTreeMap::from([("role".to_owned(), json!("R&D"))]));
        assert_eq!(claims("openid"), BTreeMap::new());
    }

    fn known(json: &str) -> Attributes {
        json.parse().unwrap()
    }

    #[test]
    fn an_attribute_is_a_claim_of_its_scope() {
        let schema = AttributeSchema::of(vec![department(Editor::Operator)]);
        let person = known(r#"{"department": "R&D", "given_name": "John", "unknown": 1}"#);
        let claims = |scope: &str| schema.claims(&person, &scope.parse().unwrap());
        assert_eq!(claims("openid"), BTreeMap::new());
        assert_eq!(claims("staff"), BTreeMap::from([("dept".to_owned(), json!("R&D"))]));
        assert_eq!(claims("profile"), BTreeMap::from([("given_name".to_owned(), json!("John"))]));
        assert_eq!((schema.scope_of_claim("dept"), schema.scope_of_claim("department")), (Some("staff"), None));
    }

    #[test]
    fn a_value_of_another_type_than_is_declared_now_is_no_claim() {
        let schema = AttributeSchema::of(vec![department(Editor::Operator)]);
        assert!(schema.claims(&known(r#"{"department": 7}"#), &"staff".parse().unwrap()).is_empty());
    }

    #[test]
    fn only_who_may_changes_it_and_only_to_what_fits() {
        let schema = AttributeSchema::of(vec![department(Editor::Operator)]);
        let (before, after) = (known(r#"{"old": 1}"#), known(r#"{"old": 1, "department": "R&D"}"#));
        let check = |after: &Attributes, editor| schema.check(&before, after, editor);
        assert_eq!(check(&after, Editor::Operator), Ok(()));
        assert_eq!(check(&after, Editor::Person), Err(AttributeError::NotYours("department".to_owned())));
        assert_eq!(check(&before, Editor::Person), Ok(()));
        assert_eq!(AttributeError::NotYours("department".to_owned()).name(), "department");
        assert_eq!(check(&known("{}"), Editor::Operator), Ok(()), "what is not declared any more may go");
        assert_eq!(check(&known("{}"), Editor::Person), Err(AttributeError::NotYours("old".to_owned())));
        assert_eq!(check(&known(r#"{"old": 2}"#), Editor::Operator), Err(AttributeError::Unknown("old".to_owned())));
        assert!(matches!(check(&known(r#"{"department": 7}"#), Editor::Operator), Err(AttributeError::Value(..))));
        assert_eq!(check(&known(r#"{"old": 1, "zoneinfo": "Europe/Berlin"}"#), Editor::Person), Ok(()));
    }
}
