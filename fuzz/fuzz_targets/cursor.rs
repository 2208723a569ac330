//! Cursors of lists: what is read is what is written.
#![no_main]

use gatepost_fuzz::domain::listing::{cursor_of, place_of};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some((name, id)) = place_of::<(String, String)>(text) {
        assert!(!name.contains('\0') && !id.contains('\0'), "no engine could be asked for it");
        assert_eq!(place_of(&cursor_of(&(&name, &id))), Some((name, id)));
    }
    let _ = place_of::<(i64, String)>(text);
});
