//! What a developer may choose alone, and what waits for an operator.

use super::application::{ApplicationKind, ApplicationSettings, BeyondLimits, Chosen, SETTINGS, SelfServiceLimits};
use super::ids::{ApplicationId, ApprovalId, Timestamp, UserId};
use crate::protocol::named::named;
use crate::protocol::resource::ResourceId;
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;

/// What an application may have beyond what developers choose alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// The scopes.
    pub scope: Scope,
    /// Those of them that were requested as default scopes too.
    pub default_scope: Scope,
    /// The grants.
    pub grants: Vec<GrantType>,
    /// The audiences.
    pub audiences: Vec<ResourceId>,
}

impl Extras {
    /// Whether nothing needs approval.
    pub fn is_empty(&self) -> bool {
        self.scope.is_empty() && self.grants.is_empty() && self.audiences.is_empty()
    }

    /// Settings that are nothing but these extras.
    #[must_use]
    pub fn alone(&self) -> ApplicationSettings {
        let none = ApplicationSettings::new(String::new(), ApplicationKind::Device);
        let (scope, default_scope, grants) = (Scope::empty(), Scope::empty(), Vec::new());
        self.added_to(ApplicationSettings { scope, default_scope, grants, ..none })
    }

    /// The settings with these extras. A scope becomes a default scope only if it was requested as one.
    #[must_use]
    pub fn added_to(&self, mut settings: ApplicationSettings) -> ApplicationSettings {
        settings.scope = settings.scope.union(&self.scope);
        settings.default_scope = settings.default_scope.union(&self.default_scope);
        add(&mut settings.grants, &self.grants);
        add(&mut settings.audiences, &self.audiences);
        settings
    }

    /// What these settings do not have yet.
    #[must_use]
    pub fn beyond(self, settings: &ApplicationSettings) -> Self {
        let scope = self.scope.without(&settings.scope);
        Self {
            default_scope: self.default_scope.intersect(&scope),
            scope,
            grants: self.grants.into_iter().filter(|grant| !settings.grants.contains(grant)).collect(),
            audiences: self.audiences.into_iter().filter(|one| !settings.audiences.contains(one)).collect(),
        }
    }

    /// These instead of what waits already, kind by kind: a request for other scopes leaves a requested audience
    /// waiting.
    #[must_use]
    pub fn in_place_of(mut self, waiting: &Self) -> Self {
        if self.scope.is_empty() {
            self.scope.clone_from(&waiting.scope);
            self.default_scope.clone_from(&waiting.default_scope);
        }
        if self.grants.is_empty() {
            self.grants.clone_from(&waiting.grants);
        }
        if self.audiences.is_empty() {
            self.audiences.clone_from(&waiting.audiences);
        }
        self
    }
}

fn add<T: Clone + PartialEq>(known: &mut Vec<T>, more: &[T]) {
    for one in more {
        if !known.contains(one) {
            known.push(one.clone());
        }
    }
}

/// A request for extras, until an operator has decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The key of its row.
    pub id: ApprovalId,
    /// The application.
    pub application: ApplicationId,
    /// The developer who asks.
    pub requested_by: UserId,
    /// What is asked for.
    pub extras: Extras,
    /// The developer's reason; may be empty.
    pub reason: String,
    /// When it was asked for.
    pub created_at: Timestamp,
}

named! {
    /// How a request for extras ends.
    pub enum Decision {
        /// The application has them from now on.
        Granted = "granted",
        /// The application stays as it is.
        Refused = "refused",
        /// An owner withdrew it, or asked for something else.
        Withdrawn = "withdrawn",
    }
}

/// Parts what a developer asks for: the settings that hold at once, and what waits for an operator. What the
/// application has already (`known`) was approved before.
///
/// Scopes of this server's own APIs always need approval, whatever the limits say.
pub fn part(
    mut requested: ApplicationSettings,
    known: Option<&ApplicationSettings>,
    limits: &SelfServiceLimits<'_>,
) -> Result<(ApplicationSettings, Extras), BeyondLimits> {
    for setting in &SETTINGS {
        match setting.chosen {
            Chosen::Freely | Chosen::WithApproval => {}
            Chosen::Within(limit) => limit(&requested, known, limits)?,
            Chosen::ByOperator => {
                let has = known.is_some_and(|known| setting.value(known) == setting.value(&requested));
                if !has && !setting.is_default(&requested) {
                    return Err(BeyondLimits::Operator(setting.name));
                }
            }
        }
    }
    let has = |token: &str| known.is_some_and(|known| known.scope.contains(token));
    let free = |token: &str| has(token) || (limits.scope.contains(token) && !is_management(token));
    let (now, later): (Vec<&str>, Vec<&str>) = requested.scope.iter().partition(|token| free(token));
    let (now, later): (Scope, Scope) =
        (now.join(" ").parse().unwrap_or_default(), later.join(" ").parse().unwrap_or_default());
    let default_scope = requested.default_scope.intersect(&later);
    let mut extras = Extras { scope: later, default_scope, ..Extras::default() };
    requested.scope = now;
    requested.default_scope = requested.default_scope.intersect(&requested.scope);
    let known_grants = known.map_or(&[][..], |known| &known.grants);
    (requested.grants, extras.grants) =
        requested.grants.into_iter().partition(|grant| limits.grants.contains(grant) || known_grants.contains(grant));
    let known_audiences = known.map_or(&[][..], |known| &known.audiences);
    (requested.audiences, extras.audiences) = requested
        .audiences
        .into_iter()
        .partition(|one| limits.is_free_audience(one) || one.find_in(known_audiences).is_some());
    Ok((requested, extras))
}

/// Whether a scope is one of this server's own APIs.
pub fn is_management(token: &str) -> bool {
    const AREAS: [&str; 6] = ["gatepost", "applications", "users", "groups", "keys", "audit"];
    token.split_once(':').is_some_and(|(area, _)| AREAS.contains(&area))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::sign_in::UnknownAccount;

    const DAY: Duration = Duration::from_hours(24);

    fn limited(requested: ApplicationSettings, known: Option<&ApplicationSettings>) -> (ApplicationSettings, Extras) {
        let scope = "openid admin user gatepost:admin".parse().unwrap();
        let limits = SelfServiceLimits {
            groups: &[],
            scope: &scope,
            grants: &[GrantType::ClientCredentials],
            audiences: &["https://api.example.com".parse().unwrap()],
            longest_token_ttl: DAY,
            unknown_account: UnknownAccount::Conceal,
        };
        part(requested, known, &limits).unwrap()
    }

    fn service(scope: &str) -> ApplicationSettings {
        let scope: Scope = scope.parse().unwrap();
        ApplicationSettings {
            default_scope: scope.clone(),
            scope,
            ..ApplicationSettings::new("A".to_owned(), ApplicationKind::Service)
        }
    }

    #[test]
    fn free_scopes_wait_for_no_operator() {
        let requested = ApplicationSettings {
            audiences: vec!["https://api.example.com".parse().unwrap()],
            token_ttl: Some(DAY),
            ..service("openid admin")
        };
        assert_eq!(limited(requested.clone(), None), (requested, Extras::default()));
    }

    #[test]
    fn an_application_that_is_called_says_itself_by_whom_and_no_operator_has_to() {
        let requested = ApplicationSettings {
            audiences: vec!["orders-api".parse().unwrap()],
            allowed_callers: vec!["till".parse().unwrap()],
            ..service("openid")
        };
        assert_eq!(limited(requested.clone(), None), (requested, Extras::default()));
    }

    #[test]
    fn tokens_are_exchanged_for_what_developers_choose_and_for_what_an_operator_chose() {
        let scope = "openid".parse().unwrap();
        let limits = SelfServiceLimits {
            groups: &[],
            scope: &scope,
            grants: &[GrantType::ClientCredentials],
            audiences: &["https://api.example.com".parse().unwrap()],
            longest_token_ttl: DAY,
            unknown_account: UnknownAccount::Conceal,
        };
        let requested = |may_exchange_for: &[&str]| ApplicationSettings {
            may_exchange_for: may_exchange_for.iter().map(|id| id.parse().unwrap()).collect(),
            ..service("openid")
        };
        let other = "https://other.example.com";
        for free in [&["stock-api"][..], &["https://api.example.com/"], &[]] {
            assert_eq!(part(requested(free), None, &limits), Ok((requested(free), Extras::default())), "{free:?}");
        }
        let refused = part(requested(&["stock-api", other]), None, &limits);
        assert_eq!(refused, Err(BeyondLimits::Exchange(other.parse().unwrap())));
        let known = requested(&[other]);
        assert_eq!(part(known.clone(), Some(&known), &limits), Ok((known.clone(), Extras::default())));
    }

    #[test]
    fn the_rest_waits_and_comes_together_again_when_it_is_granted() {
        let other: ResourceId = "https://other.example.com".parse().unwrap();
        let requested = ApplicationSettings {
            grants: vec![GrantType::ClientCredentials, GrantType::RefreshToken],
            audiences: vec![other.clone()],
            ..service("openid payments:write")
        };
        let (now, extras) = limited(requested.clone(), None);
        assert_eq!((now.scope.to_string(), now.default_scope.to_string()), ("openid".into(), "openid".into()));
        assert_eq!(
            (extras.scope.to_string(), extras.grants.clone()),
            ("payments:write".into(), vec![GrantType::RefreshToken])
        );
        assert_eq!(extras.audiences, [other]);
        assert_eq!(extras.added_to(now), requested);
    }

    #[test]
    fn a_granted_scope_is_in_every_token_only_if_that_was_asked_for() {
        let known = service("openid");
        let requested = ApplicationSettings { scope: "openid payments:write".parse().unwrap(), ..known.clone() };
        let (now, extras) = limited(requested, Some(&known));
        let granted = extras.added_to(now);
        assert_eq!(granted.scope.to_string(), "openid payments:write");
        assert_eq!(granted.default_scope.to_string(), "openid");
    }

    #[test]
    fn a_later_wish_takes_the_place_of_its_like_and_what_was_given_is_no_wish_any_more() {
        let waiting = Extras { grants: vec![GrantType::RefreshToken], ..asking("first") };
        let later = asking("second").in_place_of(&waiting);
        assert_eq!((later.scope.to_string(), &later.grants), ("second".into(), &waiting.grants));
        assert_eq!(Extras::default().in_place_of(&waiting), waiting);
        let given = ApplicationSettings { grants: vec![GrantType::RefreshToken], ..service("second") };
        assert!(later.beyond(&given).is_empty());
    }

    fn asking(scope: &str) -> Extras {
        Extras { scope: scope.parse().unwrap(), ..Extras::default() }
    }

    #[test]
    fn what_was_approved_before_stays_and_the_power_to_run_the_server_always_waits() {
        let known = service("openid payments:write");
        assert_eq!(limited(known.clone(), Some(&known)), (known, Extras::default()));
        for token in ["gatepost:admin", "users:write", "applications:read", "audit:read", "keys:write", "groups:write"]
        {
            assert_eq!(limited(service(token), None).1.scope.to_string(), token);
        }
    }

    #[test]
    fn unknown_account_is_tightened_by_developers_and_loosened_by_operators() {
        let scope = Scope::empty();
        let limits = |unknown_account| SelfServiceLimits {
            groups: &[],
            scope: &scope,
            grants: &[],
            audiences: &[],
            longest_token_ttl: DAY,
            unknown_account,
        };
        let requested = |unknown_account| ApplicationSettings { unknown_account, ..service("") };
        let (reject, conceal) = (Some(UnknownAccount::Reject), Some(UnknownAccount::Conceal));
        let strict = limits(UnknownAccount::Conceal);
        assert_eq!(part(requested(reject), None, &strict), Err(BeyondLimits::UnknownAccount));
        assert_eq!(part(requested(reject), Some(&requested(None)), &strict), Err(BeyondLimits::UnknownAccount));
        assert!(part(requested(reject), Some(&requested(reject)), &strict).is_ok(), "an operator has set it");
        for fine in [conceal, None] {
            assert!(part(requested(fine), Some(&requested(reject)), &strict).is_ok());
        }
        for fine in [reject, conceal, None] {
            assert!(part(requested(fine), None, &limits(UnknownAccount::Reject)).is_ok());
        }
    }

    #[test]
    fn lifetimes_and_first_party_marks_are_an_operators() {
        let scope = Scope::empty();
        let limits = SelfServiceLimits {
            groups: &[],
            scope: &scope,
            grants: &[],
            audiences: &[],
            longest_token_ttl: DAY,
            unknown_account: UnknownAccount::Reject,
        };
        let long = ApplicationSettings { token_ttl: Some(DAY * 2), ..service("") };
        assert_eq!(part(long.clone(), None, &limits), Err(BeyondLimits::TokenTtl(DAY)));
        assert!(part(long.clone(), Some(&long), &limits).is_ok());
        let shorter = ApplicationSettings { token_ttl: Some(DAY * 3 / 2), ..service("") };
        assert!(part(shorter, Some(&long), &limits).is_ok(), "what was granted may be lowered");
        let longer = ApplicationSettings { token_ttl: Some(DAY * 3), ..service("") };
        assert_eq!(part(longer, Some(&long), &limits), Err(BeyondLimits::TokenTtl(DAY * 2)));
        let own = ApplicationSettings { first_party: true, ..service("") };
        assert_eq!(part(own.clone(), None, &limits), Err(BeyondLimits::Operator("first_party")));
        assert!(part(own.clone(), Some(&own), &limits).is_ok());
    }
}
