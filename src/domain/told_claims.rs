//! What an application is told of a person, by scope and by claims that it asks for one by one (OIDC Core §5.4, §5.5).
//!
//! It is given no claim that one of its scopes could not give it, and people agree to those scopes; only the rest of
//! their claims stays untold.

use super::application::Application;
use super::asked_claims::AskedClaims;
use super::attribute_schema::AttributeSchema;
use super::user::User;
use crate::protocol::claims_request::{ClaimsPlace, ClaimsRequest};
use crate::protocol::id_token::IdTokenContent;
use crate::protocol::id_token::{GroupsClaim, PersonClaims};
use crate::protocol::scope::{OPENID, Scope};

/// What an application is told at one place.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    teller: Teller<'a>,
    scope: &'a Scope,
    asked: &'a AskedClaims,
    place: ClaimsPlace,
}

/// What says which claims there are, and which scope gives each.
#[derive(Clone, Copy, Debug)]
pub struct Teller<'a> {
    /// The application that is told.
    pub application: &'a Application,
    /// The attributes of people.
    pub schema: &'a AttributeSchema,
}

impl<'a> Teller<'a> {
    /// The scope that gives the application this claim. Its own name for the groups goes before an attribute's, and its own
    /// names for attributes before those of others.
    fn scope_of_claim(self, claim: &str) -> Option<&'a str> {
        let own = || self.application.settings.claims.iter().find(|mapping| mapping.claim.as_str() == claim);
        let mapped = || own().map(|mapping| self.schema.scope_of_mapped(mapping));
        // A name that the application has for one attribute is not that of another.
        let by_attribute = || mapped().unwrap_or_else(|| self.schema.scope_of_claim(claim));
        self.application.scope_of_claim(claim).or_else(by_attribute)
    }
}

impl AskedClaims {
    /// What is asked for beside this scope. Only a request of OpenID Connect has claims.
    pub fn of(request: ClaimsRequest, teller: Teller<'_>, scope: &Scope) -> Self {
        if !scope.contains(OPENID) {
            return Self::default();
        }
        let covering = Scope::of(request.names().filter_map(|claim| teller.scope_of_claim(claim)));
        let scope = teller.application.still_allowed(&covering.without(scope), &Scope::empty());
        Self { request, scope }
    }

    /// The same, as far as the application may still ask for it.
    #[must_use]
    pub fn still_allowed(&self, application: &Application) -> Self {
        Self { request: self.request.clone(), scope: application.still_allowed(&self.scope, &Scope::empty()) }
    }

    /// What the application is told there by this scope and these claims.
    pub const fn told<'a>(&'a self, teller: Teller<'a>, scope: &'a Scope, place: ClaimsPlace) -> Told<'a> {
        Told { teller, scope, asked: self, place }
    }
}

impl Told<'_> {
    /// The scopes of which it is told at least one claim.
    pub fn scope(&self) -> Scope {
        self.scope.clone().union(&self.teller.application.still_allowed(&self.asked.scope, &Scope::empty()))
    }

    /// What it is told of a person who is in these groups.
    pub fn claims(&self, user: &User, groups: GroupsClaim) -> PersonClaims {
        let scope = self.scope();
        let (schema, own) = (self.teller.schema, &self.teller.application.settings.claims);
        let mut attributes = schema.claims(&user.attributes, &scope);
        for mapping in own {
            // It has that name instead of the usual one, and no other attribute has it.
            if let Some(usual) = schema.find(mapping.attribute.as_str()).and_then(|one| one.claim.as_ref()) {
                attributes.remove(&usual.name);
            }
            attributes.remove(mapping.claim.as_str());
        }
        attributes.extend(schema.mapped_claims(own, &user.attributes, &scope));
        attributes.retain(|claim, _| self.teller.application.scope_of_claim(claim).is_none());
        PersonClaims { groups, attributes, ..user.claims(&scope) }.only(|claim| self.tells(claim))
    }

    fn tells(&self, claim: &str) -> bool {
        let Some(scope) = self.teller.scope_of_claim(claim) else { return false };
        let singly = || self.asked.request.asks_for(self.place, claim) && self.scope().contains(scope);
        (self.scope.contains(scope) && self.tells_by_scope()) || singly()
    }

    /// Whether a scope is enough there, without asking for the claim itself.
    fn tells_by_scope(&self) -> bool {
        self.place == ClaimsPlace::Userinfo || self.teller.application.settings.id_token_claims == IdTokenContent::All
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::application::{ApplicationKind, ApplicationSettings, Origin};
    use crate::domain::ids::{ApplicationId, Timestamp};

    fn application(scope: &str) -> Application {
        let mut settings = ApplicationSettings::new("Shop".to_owned(), ApplicationKind::Web);
        settings.scope = scope.parse().unwrap();
        settings.groups_claim = Some("roles".parse().unwrap());
        let id = ApplicationId::from_bytes([1; 16]);
        Application::new(id, "shop".parse().unwrap(), settings, Origin::Registered, Timestamp::from_seconds(0))
    }

    fn teller(application: &Application) -> Teller<'_> {
        Teller { application, schema: Box::leak(Box::new(AttributeSchema::default())) }
    }

    fn asked(application: &Application, scope: &str) -> AskedClaims {
        let claims = r#"{"id_token": {"email": null, "roles": null, "what": null}, "userinfo": {"name": null}}"#;
        AskedClaims::of(claims.parse().unwrap(), teller(application), &scope.parse().unwrap())
    }

    #[test]
    fn people_are_asked_for_the_scopes_that_give_the_claims() {
        let scope = |allowed, granted| asked(&application(allowed), granted).scope.to_string();
        assert_eq!(scope("openid email profile groups", "openid"), "email groups profile");
        assert_eq!(scope("openid email profile groups", "openid email"), "groups profile");
        assert_eq!(scope("openid email", "openid"), "email", "what it may not ask for it does not get so either");
        assert_eq!(scope("openid email", "email"), "", "a request without openid has no claims");
    }

    #[test]
    fn a_claim_is_told_where_it_was_asked_for_and_no_other_of_its_scope() {
        let (application, openid) = (application("openid email profile"), Scope::openid());
        let asked = asked(&application, "openid");
        let told = |place| asked.told(teller(&application), &openid, place);
        let (id, info) = (told(ClaimsPlace::IdToken), told(ClaimsPlace::Userinfo));
        assert!(id.tells("email") && !id.tells("email_verified") && !id.tells("name") && !id.tells("roles"));
        assert!(info.tells("name") && !info.tells("email"));
        let profile = "openid profile".parse().unwrap();
        assert!(asked.told(teller(&application), &profile, ClaimsPlace::IdToken).tells("locale"), "its scope gives it");
    }

    #[test]
    fn a_small_id_token_has_only_what_was_asked_for_itself() {
        let mut application = application("openid email profile");
        application.settings.id_token_claims = IdTokenContent::SubOnly;
        let asked = asked(&application, "openid profile");
        let profile = "openid profile".parse().unwrap();
        let told = |place| asked.told(teller(&application), &profile, place);
        assert!(!told(ClaimsPlace::IdToken).tells("name") && told(ClaimsPlace::IdToken).tells("email"));
        assert!(told(ClaimsPlace::Userinfo).tells("name"));
    }
}
