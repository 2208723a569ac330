//! A change of settings as the audit log records it.

use serde_json::Value;

use super::application::{ApplicationSettings, Audited, SETTINGS, Setting, told};
use super::approval::Extras;
use crate::protocol::scope::Scope;

/// The settings that differ: what each was and what it is, and of a list what was added and taken away.
pub fn changes(before: &ApplicationSettings, after: &ApplicationSettings) -> String {
    let changes = SETTINGS.iter().filter_map(|setting| change(setting, before, after));
    changes.collect::<Vec<_>>().join(", ")
}

fn change(setting: &Setting, before: &ApplicationSettings, after: &ApplicationSettings) -> Option<String> {
    let (was, is) = (setting.value(before), setting.value(after));
    if was == is {
        return None;
    }
    let name = setting.name;
    Some(match (setting.audited, was.as_array(), is.as_array()) {
        (Audited::Change, ..) => name.to_owned(),
        (Audited::Values, Some(was), Some(is)) => format!("{name}{}", moves(was, is)),
        (Audited::Values, ..) => format!("{name} {} → {}", said(setting, before), said(setting, after)),
    })
}

fn said(setting: &Setting, settings: &ApplicationSettings) -> String {
    Some(setting.text(settings)).filter(|text| !text.is_empty()).unwrap_or_else(|| "default".to_owned())
}

fn moves(before: &[Value], after: &[Value]) -> String {
    let only = |some: &[Value], others: &[Value], sign: &str| -> Vec<String> {
        let only = some.iter().filter(|one| !others.contains(one));
        only.map(|one| format!(" {sign}{}", one.as_str().map_or_else(|| told(one), str::to_owned))).collect()
    };
    only(after, before, "+").concat() + &only(before, after, "-").concat()
}

/// The same for extras that need approval.
pub fn requested_extras(extras: &Extras) -> String {
    let requested = Extras { default_scope: Scope::empty(), ..extras.clone() };
    changes(&Extras::default().alone(), &requested.alone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::application::ApplicationKind;
    use crate::protocol::token::GrantType;

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
            "name, scopes +payments:write -admin, default_scopes -admin, audiences +https://api.example.com, owner"
        );
        assert_eq!(changes(&before, &before), "");
    }

    #[test]
    fn what_is_asked_for_is_told_the_same_way() {
        let extras =
            Extras { scope: "a b".parse().unwrap(), grants: vec![GrantType::RefreshToken], ..Extras::default() };
        assert_eq!(requested_extras(&extras), "scopes +a +b, grants +refresh_token");
    }
}
