//! What an application that registers itself may have.

use crate::domain::application::ApplicationSettings;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

/// What may be registered. More than that is left out, and the answer says what was registered (RFC 7591 §3.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// The scopes.
    pub scope: Scope,
    /// The grants.
    pub grants: Vec<GrantType>,
}

impl Allowance {
    /// What everybody may have who may register at all: these scopes, and the grants in which a person agrees. A machine
    /// of its own is more.
    pub fn of_everybody(scope: Scope) -> Self {
        Self { scope, grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken] }
    }

    /// The same with more.
    #[must_use]
    pub fn with(mut self, scope: &Scope, grants: &[GrantType]) -> Self {
        self.scope = self.scope.union(scope);
        for grant in grants {
            if !self.grants.contains(grant) {
                self.grants.push(*grant);
            }
        }
        self
    }

    /// The same with what an application has already, which an operator may have given it.
    #[must_use]
    pub fn with_those_of(self, known: &ApplicationSettings) -> Self {
        self.with(&known.scope, &known.grants)
    }
}
