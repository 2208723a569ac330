//! JSON bodies that are wrong; each is sent with the right secret in the header.

use super::Case;

const REQUEST: &str = "invalid_request";

pub(super) const CASES: [Case; 45] = [
    ("", 400, REQUEST),
    (" ", 400, REQUEST),
    ("{", 400, REQUEST),
    ("{}", 400, REQUEST),
    ("[]", 400, REQUEST),
    ("[\"grant_type\",\"client_credentials\"]", 400, REQUEST),
    ("null", 400, REQUEST),
    ("true", 400, REQUEST),
    ("1", 400, REQUEST),
    ("\"grant_type=client_credentials\"", 400, REQUEST),
    ("grant_type=client_credentials", 400, REQUEST),
    ("{\"grant_type\":1}", 400, REQUEST),
    ("{\"grant_type\":1e999}", 400, REQUEST),
    ("{\"grant_type\":true}", 400, REQUEST),
    ("{\"grant_type\":null}", 400, REQUEST),
    ("{\"grant_type\":\"\"}", 400, REQUEST),
    ("{\"grant_type\":[]}", 400, REQUEST),
    ("{\"grant_type\":[\"client_credentials\"]}", 400, REQUEST),
    ("{\"grant_type\":{\"$ne\":\"\"}}", 400, REQUEST),
    ("{\"grant_type\":\"password\"}", 400, "unsupported_grant_type"),
    ("{\"grantType\":\"client_credentials\"}", 400, REQUEST),
    ("{\"request\":{\"grant_type\":\"client_credentials\"}}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"grant_type\":\"client_credentials\"}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"grant\\u005ftype\":\"password\"}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"scope\":null,\"scope\":\"openid\"}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\"} {}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\"}\0", 400, REQUEST),
    ("{'grant_type':'client_credentials'}", 400, REQUEST),
    ("{grant_type:\"client_credentials\"}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\"/* so */}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"x\":NaN}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"x\":{deep}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"scope\":[\"openid\"]}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"scope\":1}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"scope\":\"a  b\"}", 400, "invalid_scope"),
    ("{\"grant_type\":\"client_credentials\",\"scope\":\"openid\\u0000\"}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"scope\":\"\\ud800\"}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"scope\":\"openid\nadmin\"}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"client_id\":1}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"client_secret\":[\"{secret}\"]}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"resource\":[1]}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"resource\":{}}", 400, REQUEST),
    ("{\"grant_type\":\"client_credentials\",\"resource\":\"api\"}", 400, "invalid_target"),
    ("{\"grant_type\":\"client_credentials\",\"resource\":[\"https://a.example.com\"]}", 400, "invalid_target"),
];

/// Bytes that are no JSON text.
pub(super) const BYTES: [&[u8]; 4] = [
    b"{\"grant_type\":\"client_credentials\",\"scope\":\"\xff\"}",
    b"\xef\xbb\xbf{\"grant_type\":\"client_credentials\"}",
    b"\xff\xfe{\0}\0",
    b"\0",
];
