//! Redirect URIs: what is found is one that was registered, and parameters change nothing else of it. The input is the
//! registered one and the requested one, a line each.
#![no_main]

use gatepost_fuzz::protocol::redirect_uri::{Matching, OwnScheme, RegisteredRedirect, ReturnFrom, check_registrable};
use libfuzzer_sys::fuzz_target;
use url::Url;

/// Where a URI leads, whatever parameters it has.
fn place(uri: &str) -> Option<(String, Option<String>, String)> {
    let url = Url::parse(uri).ok()?;
    Some((url.scheme().to_owned(), url.host_str().map(str::to_owned), url.path().to_owned()))
}

fuzz_target!(|text: &str| {
    let Some((registered, requested)) = text.split_once('\n') else { return };
    let usable = check_registrable(registered, ReturnFrom::SignIn, OwnScheme::Allowed).is_ok();
    let known = [registered.to_owned()];
    for matching in [Matching::Exact, Matching::AnyLoopbackPort, Matching::WithOwnQuery] {
        let Ok(found) = RegisteredRedirect::find(Some(requested), &known, matching) else { continue };
        assert_eq!(found.as_str(), requested);
        let answer = found.with_parameters(&[("code", "a b&c=d#e"), ("state", "\u{e4}")]);
        assert!(answer.starts_with(requested));
        if usable {
            assert_eq!(place(requested), place(registered));
            let answer = Url::parse(&answer).expect("a registered URI with parameters is one");
            let codes: Vec<_> = answer.query_pairs().filter(|(name, _)| name == "code").collect();
            assert!(matches!(&codes[..], [(_, code)] if code == "a b&c=d#e"), "{answer}");
        }
    }
});
