//! Bodies of requests, as forms and as JSON: what was read is written and read back.
#![no_main]

use gatepost_fuzz::protocol::parameters::Parameters;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    for read in [Parameters::from_form(body), Parameters::from_json(body)].into_iter().flatten() {
        let written = read.to_form();
        let again = Parameters::from_form(written.as_bytes()).expect("what this server writes can be read");
        assert_eq!(again.to_form(), written);
    }
});
