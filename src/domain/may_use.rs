//! The one question that decides whether a person may use an application.
//!
//! It is asked where a person agrees, where a code or a login code is exchanged, at each refresh, and wherever this server
//! is asked about a token. Being an operator of the server is no answer to it.

use super::application::{AccessPolicy, Application, ApplicationSettings};
use super::group::GroupName;

/// What is known of a person about an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relation {
    /// The groups that the person is in.
    pub groups: Vec<GroupName>,
    /// Whether the application is theirs to look after.
    pub owns: bool,
}

/// Whether this person may use the application.
pub fn may_use(person: &Relation, application: &Application) -> bool {
    let settings = &application.settings;
    match settings.access {
        AccessPolicy::Everybody => true,
        AccessPolicy::Groups => person.groups.iter().any(|group| settings.allowed_groups.contains(group)),
        AccessPolicy::Owners => person.owns,
    }
}

/// Whether a change takes the last group away from an application that people use through groups, so that no person
/// may use it any more.
pub fn takes_the_last_group(before: &ApplicationSettings, after: &ApplicationSettings) -> bool {
    let lets_in = |settings: &ApplicationSettings| !settings.allowed_groups.is_empty();
    let by_groups = |settings: &ApplicationSettings| settings.access == AccessPolicy::Groups;
    by_groups(before) && by_groups(after) && lets_in(before) && !lets_in(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::application::{ApplicationKind, Origin};
    use crate::domain::ids::{ApplicationId, Timestamp};
    use proptest::prelude::*;

    fn application(access: AccessPolicy, allowed: &[&str]) -> Application {
        let settings = ApplicationSettings {
            access,
            allowed_groups: groups(allowed),
            ..ApplicationSettings::new("Shop".to_owned(), ApplicationKind::Web)
        };
        let (id, now) = (ApplicationId::from_bytes([1; 16]), Timestamp::from_seconds(0));
        Application::new(id, "shop".parse().unwrap(), settings, Origin::Registered, now)
    }

    fn groups(names: &[&str]) -> Vec<GroupName> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn each_policy_lets_in_whom_it_names() {
        let member = Relation { groups: groups(&["staff", "red"]), owns: false };
        let owner = Relation { groups: Vec::new(), owns: true };
        let stranger = Relation::default();
        for person in [&member, &owner, &stranger] {
            assert!(may_use(person, &application(AccessPolicy::Everybody, &[])));
            assert!(!may_use(person, &application(AccessPolicy::Groups, &[])), "without a group nobody is let in");
            let by_group = application(AccessPolicy::Groups, &["blue", "staff"]);
            assert_eq!(may_use(person, &by_group), person == &member);
            assert_eq!(may_use(person, &application(AccessPolicy::Owners, &["staff"])), person == &owner);
        }
        assert!(!may_use(&member, &application(AccessPolicy::Groups, &["Staff", "staf", "staff2"])), "exactly");
    }

    #[test]
    fn the_last_group_is_missed_where_groups_decide() {
        let of = |access, allowed: &[&str]| application(access, allowed).settings;
        let before = of(AccessPolicy::Groups, &["staff"]);
        assert!(takes_the_last_group(&before, &of(AccessPolicy::Groups, &[])));
        for after in
            [of(AccessPolicy::Groups, &["red"]), of(AccessPolicy::Owners, &[]), of(AccessPolicy::Everybody, &[])]
        {
            assert!(!takes_the_last_group(&before, &after));
        }
        assert!(!takes_the_last_group(&of(AccessPolicy::Groups, &[]), &of(AccessPolicy::Groups, &[])));
    }

    proptest! {
        /// More groups never shut a person out, and fewer allowed groups never let one in.
        #[test]
        fn what_is_taken_away_opens_nothing(
            mine in proptest::collection::vec("[a-d]", 0..4),
            allowed in proptest::collection::vec("[a-d]", 0..4),
            kept in 0..4_usize,
        ) {
            let names = |texts: &[String]| texts.iter().map(|name| name.parse().unwrap()).collect::<Vec<GroupName>>();
            let person = Relation { groups: names(&mine), owns: false };
            let whole = application(AccessPolicy::Groups, &allowed.iter().map(String::as_str).collect::<Vec<_>>());
            let fewer: Vec<&str> = allowed.iter().take(kept).map(String::as_str).collect();
            let less = application(AccessPolicy::Groups, &fewer);
            prop_assert!(!may_use(&person, &less) || may_use(&person, &whole));
            let expected = mine.iter().any(|group| allowed.contains(group));
            prop_assert_eq!(may_use(&person, &whole), expected);
        }
    }
}
