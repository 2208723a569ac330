//! Configuration files: whatever is in one is read, or each problem has its place.
#![no_main]

use gatepost_fuzz::config::Config;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(errors) = Config::from_toml("fuzz.toml", text, &[]) {
        assert!(!errors.to_string().is_empty());
    }
});
