//! `Authorization` headers that are wrong; the form beside them is right.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Case, Target};

const CLIENT: &str = "invalid_client";
const REQUEST: &str = "invalid_request";

/// Whole values. `{basic}` is what would be right; a line break separates two headers.
pub(super) const HEADERS: [Case; 27] = [
    ("", 401, CLIENT),
    ("Basic", 401, CLIENT),
    ("Basic ", 401, CLIENT),
    ("Basic !!!", 401, CLIENT),
    ("Basic YQ==", 401, CLIENT),
    ("Basic Og==", 401, CLIENT),
    ("Basic /////w==", 401, CLIENT),
    ("Basic {id}:{secret}", 401, CLIENT),
    ("Basic {basic}=", 401, CLIENT),
    ("Basic {basic}\t{basic}", 401, CLIENT),
    ("Basic {basic}, Basic {basic}", 401, CLIENT),
    ("Basic \"{basic}\"", 401, CLIENT),
    ("Basic={basic}", 401, CLIENT),
    ("Basic,{basic}", 401, CLIENT),
    ("Basic:{basic}", 401, CLIENT),
    ("Basic\t{basic}", 401, CLIENT),
    ("{basic}", 401, CLIENT),
    ("Basic Basic {basic}", 401, CLIENT),
    ("Bearer {secret}", 401, CLIENT),
    ("Bearer {basic}", 401, CLIENT),
    ("Digest username=\"{id}\", realm=\"gatepost\", response=\"{secret}\"", 401, CLIENT),
    ("Negotiate YII=", 401, CLIENT),
    ("DPoP a.b.c", 401, CLIENT),
    ("null", 401, CLIENT),
    ("Basic {long}", 401, CLIENT),
    ("Basic {basic}\nBasic {basic}", 400, REQUEST),
    ("Basic {basic}\nBearer x", 400, REQUEST),
];

/// Pairs that are encoded in base64 as they stand here; they begin with `pair:`.
pub(super) const PAIRS: [Case; 27] = [
    ("pair:{id}", 401, CLIENT),
    ("pair::", 401, CLIENT),
    ("pair:{id}:", 401, CLIENT),
    ("pair::{secret}", 401, CLIENT),
    ("pair:{id}:wrong", 401, CLIENT),
    ("pair:{id}:{id}", 401, CLIENT),
    ("pair:{secret}:{id}", 401, CLIENT),
    ("pair:{id}::{secret}", 401, CLIENT),
    ("pair:{id}:{secret}:", 401, CLIENT),
    ("pair:{id}:{cut}", 401, CLIENT),
    ("pair:{id}:{other-secret}", 401, CLIENT),
    ("pair:{other}:{secret}", 401, CLIENT),
    ("pair:{ID}:{secret}", 401, CLIENT),
    ("pair:unknown:{secret}", 401, CLIENT),
    ("pair:{off}:{off-secret}", 401, CLIENT),
    ("pair:{gone}:{gone-secret}", 401, CLIENT),
    ("pair:{public}:x", 401, CLIENT),
    ("pair:{id}%:{secret}", 401, CLIENT),
    ("pair:{id}:{secret}%", 401, CLIENT),
    ("pair:{id}%zz:{secret}", 401, CLIENT),
    ("pair:{id}%ff:{secret}", 401, CLIENT),
    ("pair:{id}:%00{secret}", 401, CLIENT),
    ("pair:{id}:{secret}\n", 401, CLIENT),
    ("pair:{id}\0:{secret}", 401, CLIENT),
    ("pair:{id} :{secret}", 401, CLIENT),
    ("pair:{id}+:{secret}", 401, CLIENT),
    ("pair:ä:{secret}", 401, CLIENT),
];

/// Values that are no text.
pub(super) const BYTES: [&[u8]; 2] = [b"Basic \xff\xfe", "Basic ä".as_bytes()];

/// The headers that a case stands for.
pub(super) fn values(target: &Target, case: &str) -> Vec<Vec<u8>> {
    if let Some(pair) = case.strip_prefix("pair:") {
        return vec![format!("Basic {}", STANDARD.encode(target.filled(pair))).into_bytes()];
    }
    let basic = STANDARD.encode(target.filled("{id}:{secret}"));
    target.filled(case).replace("{basic}", &basic).split('\n').map(|value| value.as_bytes().to_vec()).collect()
}
