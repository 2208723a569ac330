//! A change of settings as the audit log records it.

use super::application::ApplicationSettings;
use super::approval::Extras;
use crate::protocol::resource::ResourceId;
use crate::protocol::token::GrantType;

/// The names of the settings that differ, each list with what was added and taken away. Values are left out, except of
/// scopes, grants and audiences, which decide what an application may do.
pub fn changes(before: &ApplicationSettings, after: &ApplicationSettings) -> String {
    let differing = [
        ("name", before.name != after.name),
        ("type", before.kind != after.kind),
        ("redirect_uris", before.redirect_uris != after.redirect_uris),
        ("post_logout_redirect_uris", before.post_logout_redirect_uris != after.post_logout_redirect_uris),
        ("token_ttl", before.token_ttl != after.token_ttl),
        ("token_profile", before.token_profile != after.token_profile),
        ("signing_algorithm", before.signing_algorithm != after.signing_algorithm),
        ("authentication", before.authentication != after.authentication),
        ("owner", before.owner != after.owner),
        ("first_party", before.first_party != after.first_party),
        ("pkce", before.pkce != after.pkce),
        ("link_mode", before.link_mode != after.link_mode),
        ("unknown_account", before.unknown_account != after.unknown_account),
    ];
    let named = differing.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name.to_owned());
    let lists = lists_of(before).into_iter().zip(lists_of(after));
    let listed = lists.filter_map(|((name, before), (_, after))| list_change(name, &before, &after));
    named.chain(listed).collect::<Vec<_>>().join(", ")
}

/// The same for extras that need approval.
pub fn asked(extras: &Extras) -> String {
    let grants: Vec<&str> = extras.grants.iter().map(|grant| grant.name()).collect();
    let audiences = extras.audiences.iter().map(ResourceId::as_str).collect();
    let lists = [("scope", extras.scope.iter().collect()), ("grants", grants), ("audiences", audiences)];
    lists.iter().filter_map(|(name, more)| list_change(name, &[], more)).collect::<Vec<_>>().join(", ")
}

fn lists_of(settings: &ApplicationSettings) -> [(&'static str, Vec<&str>); 4] {
    [
        ("scope", settings.scope.iter().collect()),
        ("default_scope", settings.default_scope.iter().collect()),
        ("grants", settings.grants.iter().copied().map(GrantType::name).collect()),
        ("audiences", settings.audiences.iter().map(ResourceId::as_str).collect()),
    ]
}

fn list_change(name: &str, before: &[&str], after: &[&str]) -> Option<String> {
    let added = after.iter().filter(|one| !before.contains(one)).map(|one| format!(" +{one}"));
    let gone = before.iter().filter(|one| !after.contains(one)).map(|one| format!(" -{one}"));
    let moved: String = added.chain(gone).collect();
    (before != after).then(|| format!("{name}{moved}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::application::ApplicationKind;

    #[test]
    fn a_change_is_told_by_names_and_by_what_an_application_may_do_from_now_on() {
        let before = ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service);
        let after = ApplicationSettings {
            name: "Hidden".to_owned(),
            scope: "openid payments:write".parse().unwrap(),
            default_scope: "openid".parse().unwrap(),
            owner: Some("ann@example.com".to_owned()),
            audiences: vec!["https://api.example.com".parse().unwrap()],
            ..before.clone()
        };
        assert_eq!(
            changes(&before, &after),
            "name, owner, scope +payments:write -admin, default_scope -admin, audiences +https://api.example.com"
        );
        assert_eq!(changes(&before, &before), "");
    }

    #[test]
    fn what_is_asked_for_is_told_the_same_way() {
        let extras =
            Extras { scope: "a b".parse().unwrap(), grants: vec![GrantType::RefreshToken], ..Extras::default() };
        assert_eq!(asked(&extras), "scope +a +b, grants +refresh_token");
    }
}
