//! `Accept-Language` and lists of locales.
#![no_main]

use gatepost_fuzz::domain::language::Language;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let accepted = Language::accepted(Some(text));
    assert_eq!(Language::accepted(Some(&format!("{text},"))), accepted);
    let _ = Language::first_of(text);
    assert_eq!(Language::of(accepted.tag()), accepted);
});
