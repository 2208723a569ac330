use std::collections::HashSet;

use super::*;

#[test]
fn what_an_application_need_not_have_can_be_null() {
    let can_be_null = |name: &str| Setting::of_name(name).unwrap().can_be_null();
    assert!(["description", "groups_claim", "jwks"].into_iter().all(can_be_null));
    assert!(!["name", "scope", "redirect_uris", "require"].into_iter().any(can_be_null));
}

#[test]
fn a_setting_has_one_name_a_label_and_a_sentence() {
    let former = SETTINGS.iter().filter_map(|setting| setting.former).map(|former| former.name);
    let names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).chain(former).collect();
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
    for setting in &SETTINGS {
        assert!(!setting.label.is_empty(), "{setting:?}");
        assert!(setting.help.ends_with('.'), "{setting:?}: {}", setting.help);
        for name in [Some(setting.name), setting.former.map(|former| former.name)].into_iter().flatten() {
            assert_eq!(Setting::of_name(name).map(|found| found.name), Some(setting.name));
        }
    }
}

#[test]
fn what_a_setting_writes_it_reads_again() {
    for kind in ApplicationKind::ALL {
        let settings = ApplicationSettings::new("Orders".to_owned(), kind);
        for setting in &SETTINGS {
            let mut again = ApplicationSettings::new("Bills".to_owned(), kind);
            setting.put(&mut again, &setting.value(&settings)).unwrap();
            assert_eq!(setting.value(&again), setting.value(&settings), "{kind}: {setting:?}");
            let parsed = setting.parse_text(&setting.text(&settings));
            setting.put(&mut again, &parsed).unwrap();
            assert_eq!(setting.value(&again), setting.value(&settings), "{kind}: {setting:?} as text");
        }
    }
}
