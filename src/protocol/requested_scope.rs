//! What becomes of the scopes of an authorization request (OIDC Core §3.1.2.1, §11; RFC 6749 §3.3).
//!
//! How a request is written is taken as standard clients write it; what is granted never widens for that. The
//! answer of the token endpoint says in `scope` what it came to.

use super::named::named;
use super::refusal::Refusal;
use super::scope::{OFFLINE_ACCESS, OPENID, Scope, may_not_ask};

named! {
    /// What becomes of scopes that exist and that an application may not have.
    pub enum ScopePolicy {
        /// They are left out.
        Narrow = "narrow": "Leave them out; the answer says what was granted",
        /// The request is refused: a machine that goes on with less than it asked for fails later, and further from
        /// the cause.
        Strict = "strict": "Refuse the request",
    }
}

/// What an application may have.
#[derive(Clone, Copy, Debug)]
pub struct ScopeLimits<'a> {
    /// What it may ask for.
    pub allowed: &'a Scope,
    /// What it gets when it asks for nothing.
    pub default: &'a Scope,
    /// Every scope that means something at this server.
    pub known: &'a Scope,
    /// What becomes of the others that mean something.
    pub policy: ScopePolicy,
}

/// The scope of an authorization request.
pub fn settle(requested: Option<&Scope>, limits: ScopeLimits<'_>) -> Result<Scope, Refusal> {
    let ScopeLimits { allowed, default, known, policy } = limits;
    let Some(requested) = requested.filter(|requested| !requested.is_empty()) else { return Ok(default.clone()) };
    let is_openid = requested.contains(OPENID);
    let is_left_out = |token: &str| {
        let exists = allowed.contains(token) || known.contains(token);
        match policy {
            // OIDC Core §3.1.2.1: scopes that are not understood should be ignored; §11: so must this one.
            _ if is_openid && (!exists || token == OFFLINE_ACCESS) => true,
            ScopePolicy::Narrow => exists,
            ScopePolicy::Strict => false,
        }
    };
    let outside = requested.without(allowed);
    if let Some(refused) = outside.iter().find(|token| !is_left_out(token)) {
        return Err(may_not_ask(refused, allowed));
    }
    let granted = requested.intersect(allowed);
    match outside.iter().next() {
        Some(first) if granted.is_empty() => Err(may_not_ask(first, allowed)),
        _ => Ok(granted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::refusal::ErrorCode;

    /// What comes of a request of an application that may have `openid email user`.
    fn settled(requested: &str, policy: ScopePolicy) -> Result<String, ErrorCode> {
        let scope = |text: &str| text.parse::<Scope>().unwrap();
        let (allowed, default) = (scope("openid email user"), scope("openid user"));
        let known = scope("openid profile email offline_access user orders:read");
        let limits = ScopeLimits { allowed: &allowed, default: &default, known: &known, policy };
        settle(Some(&scope(requested)), limits).map(|scope| scope.to_string()).map_err(|refusal| refusal.code)
    }

    #[test]
    fn nothing_asked_for_is_the_default() {
        for policy in ScopePolicy::ALL {
            assert_eq!(settled("", policy).unwrap(), "openid user");
            assert_eq!(settled("  ", policy).unwrap(), "openid user");
            assert_eq!(ScopePolicy::from_name(policy.name()), Some(policy));
        }
    }

    #[test]
    fn in_an_openid_request_unknown_scopes_and_offline_access_are_left_out_by_either_policy() {
        for policy in ScopePolicy::ALL {
            assert_eq!(settled("openid roles email api://x/.default", policy).unwrap(), "openid email");
            assert_eq!(settled("openid offline_access", policy).unwrap(), "openid");
        }
    }

    #[test]
    fn what_exists_and_is_not_the_applications_is_left_out_or_refused() {
        for (requested, narrow) in [("openid profile user", "openid user"), ("orders:read user", "user")] {
            assert_eq!(settled(requested, ScopePolicy::Narrow).unwrap(), narrow);
            assert_eq!(settled(requested, ScopePolicy::Strict), Err(ErrorCode::InvalidScope));
        }
    }

    #[test]
    fn without_openid_a_scope_that_means_nothing_is_refused() {
        for policy in ScopePolicy::ALL {
            assert_eq!(settled("user usr", policy), Err(ErrorCode::InvalidScope));
        }
        assert_eq!(settled("user offline_access", ScopePolicy::Narrow).unwrap(), "user");
        assert_eq!(settled("user offline_access", ScopePolicy::Strict), Err(ErrorCode::InvalidScope));
    }

    #[test]
    fn if_nothing_is_left_it_is_refused() {
        for requested in ["orders:read", "profile offline_access", "nonsense"] {
            assert_eq!(settled(requested, ScopePolicy::Narrow), Err(ErrorCode::InvalidScope), "{requested}");
        }
    }
}
