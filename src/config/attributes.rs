//! `[[attributes]]`: what people are described by, who may change it, and which claims it becomes.

use super::place::Place;
use super::reader::TableReader;
use super::setting::FromText;
use crate::domain::attribute::{AttributeName, AttributeType, Editor};
use crate::domain::attribute_schema::{Attribute, AttributeClaim, is_describing, is_taken};
use crate::protocol::claim_name::ClaimName;
use crate::protocol::id_token::GroupsClaim;
use crate::protocol::scope::{EMAIL, OPENID, PROFILE};

/// How many can be declared: each may stand in every token.
pub(super) const MOST_ATTRIBUTES: usize = 50;

/// The scopes of every server that can give a claim of one's own.
pub(super) const OWN_SCOPES: [&str; 3] = [OPENID, PROFILE, EMAIL];

/// An attribute of people.
#[derive(Clone, Debug)]
pub struct DeclaredAttribute {
    /// What it is.
    pub attribute: Attribute,
    /// Where it is declared.
    pub place: Place,
}

impl DeclaredAttribute {
    pub(super) fn read(table: &mut TableReader<'_>, place: &Place) -> Option<Self> {
        let name = table.required::<AttributeName>("name", place);
        let kind = table.required::<AttributeType>("type", place);
        let editor = table.optional("editable_by").unwrap_or_default();
        let label = table.optional::<String>("label");
        let scope = table.optional::<String>("scope");
        let claim = table.optional::<String>("claim");
        let trusted = table.optional("trusted").unwrap_or_default();
        let (name, kind) = (name?, kind?);
        if is_taken(&name) {
            table.refuse("name", format!("every account has '{name}' already; expected another name"));
        }
        let claim = read_claim(table, &name, scope, claim);
        if let Some(claim) = &claim {
            check_trust(table, &claim.name, editor, trusted);
        }
        Some(Self { attribute: Attribute { name, label, kind, editor, claim, trusted }, place: place.clone() })
    }
}

/// With a scope it is a claim, of its own name if it has no other one.
fn read_claim(
    table: &mut TableReader<'_>,
    name: &AttributeName,
    scope: Option<String>,
    claim: Option<String>,
) -> Option<AttributeClaim> {
    let key = if claim.is_some() { "claim" } else { "name" };
    let Some(scope) = scope else {
        if claim.is_some() {
            table.refuse("claim", "expected a scope too, which gives it to applications".to_owned());
        }
        return None;
    };
    let claim = claim.unwrap_or_else(|| name.to_string());
    if claim == GroupsClaim::USUAL {
        table.refuse(key, "expected another claim; 'groups' is that of the groups".to_owned());
    } else if !is_describing(&claim)
        && let Err(error) = claim.parse::<ClaimName>()
    {
        table.refuse(key, format!("expected another claim; {error}"));
    }
    Some(AttributeClaim { scope, name: claim })
}

/// What people write about themselves is no permission, unless the operator says that it may be one.
fn check_trust(table: &mut TableReader<'_>, claim: &str, editor: Editor, trusted: bool) {
    if editor == Editor::Person && !trusted && !is_describing(claim) {
        let message = format!(
            "people could write the claim '{claim}' about themselves, and an application could take it for a permission; \
             expected \"operator\", a claim that only describes (such as nickname or website), or trusted = true"
        );
        table.refuse("editable_by", message);
    }
}

impl FromText for AttributeName {
    const EXPECTED: &'static str = "1 to 64 characters of a-z 0-9 _, the first of them a letter";

    fn from_text(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| String::new())
    }

    fn shown(&self) -> String {
        self.to_string()
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::domain::attribute::{AttributeType, Editor};

    fn problems(text: &str) -> String {
        Config::from_toml("gatepost.toml", text, &[]).map_or_else(|problems| problems.to_string(), |_| String::new())
    }

    fn attribute(rest: &str) -> String {
        format!("[[attributes]]\nname = \"department\"\ntype = \"string\"\n{rest}")
    }

    #[test]
    fn an_attribute_has_a_name_a_type_and_perhaps_a_claim() {
        let text = "[[scopes]]\nname = \"staff\"\n[[attributes]]\nname = \"levels\"\ntype = \"strings\"\nscope = \"staff\"\n\
                    [[attributes]]\nname = \"shirt\"\ntype = \"string\"\neditable_by = \"person\"";
        let loaded = Config::from_toml("gatepost.toml", text, &[]).unwrap();
        let [levels, shirt] = &loaded.config.provisioning.attributes[..] else { panic!("two are declared") };
        let claim = levels.attribute.claim.as_ref().unwrap();
        assert_eq!((claim.name.as_str(), claim.scope.as_str()), ("levels", "staff"));
        assert_eq!((levels.attribute.kind, levels.attribute.editor), (AttributeType::Texts, Editor::Operator));
        assert_eq!((&shirt.attribute.claim, shirt.attribute.editor), (&None, Editor::Person));
        let shown = loaded.show_text();
        assert!(shown.contains("attributes[0].type = \"strings\""), "{shown}");
    }

    #[test]
    fn what_a_token_says_already_cannot_be_mapped() {
        for taken in [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "nbf",
            "jti",
            "scope",
            "client_id",
            "act",
            "cnf",
            "sid",
            "nonce",
            "at_hash",
            "c_hash",
            "auth_time",
            "acr",
            "amr",
            "azp",
            "email",
            "email_verified",
            "groups",
            "name",
            "token_use",
            "given_name",
        ] {
            let found = problems(&attribute(&format!("scope = \"profile\"\nclaim = \"{taken}\"")));
            assert!(
                found.contains("attributes[0].claim") && found.contains("expected another claim"),
                "{taken}: {found}"
            );
        }
        assert_eq!(problems(&attribute("scope = \"profile\"\nclaim = \"nickname\"")), "");
    }

    #[test]
    fn people_write_no_permissions_unless_the_operator_trusts_them() {
        let by_person =
            |rest: &str| problems(&attribute(&format!("editable_by = \"person\"\nscope = \"profile\"\n{rest}")));
        let found = by_person("");
        assert!(found.contains("attributes[0].editable_by") && found.contains("trusted = true"), "{found}");
        assert_eq!(by_person("trusted = true"), "");
        assert_eq!(by_person("claim = \"website\""), "", "it only describes");
        assert_eq!(problems(&attribute("editable_by = \"person\"")), "", "no application learns it");
    }

    #[test]
    fn names_claims_and_scopes_are_checked() {
        let twice =
            |claim: &str| format!("{}\n{}{claim}", attribute("scope = \"openid\""), attribute("scope = \"openid\"\n"));
        for (text, told) in [
            ("[[attributes]]\ntype = \"string\"".to_owned(), "it is missing"),
            ("[[attributes]]\nname = \"a\"\ntype = \"text\"".to_owned(), "one of these"),
            ("[[attributes]]\nname = \"A b\"\ntype = \"string\"".to_owned(), "the first of them a letter"),
            ("[[attributes]]\nname = \"email\"\ntype = \"string\"".to_owned(), "every account has 'email' already"),
            (
                "[[attributes]]\nname = \"zoneinfo\"\ntype = \"string\"".to_owned(),
                "every account has 'zoneinfo' already",
            ),
            (attribute("claim = \"dept\""), "expected a scope too"),
            (attribute("scope = \"staff\""), "a scope of [[scopes]]"),
            (attribute("scope = \"openid\"\nclaim = \"a b\""), "the name of a claim"),
            (attribute("editor = \"person\""), "unknown key"),
            (twice(""), "is declared at"),
        ] {
            let found = problems(&text);
            assert!(found.contains(told), "{text}\n{found}");
        }
        let other = "[[attributes]]\nname = \"dept\"\ntype = \"string\"\nscope = \"openid\"\nclaim = \"department\"";
        let found = problems(&format!("{}\n{other}", attribute("scope = \"openid\"")));
        assert!(found.contains("expected each claim once"), "{found}");
    }
}
