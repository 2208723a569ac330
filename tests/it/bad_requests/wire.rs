//! Requests that are wrong before they are requests: no client library would send them.

use super::Target;
use crate::harness::{World, on_both_engines};
use macro_rules_attribute::apply;

/// Instead of a status: the connection is closed without a word.
const CLOSED: u16 = 0;

/// Bytes, and how the server may end them: a status of its own making, or of HTTP's.
pub(super) const CASES: [(&str, &[u16]); 24] = [
    ("GARBAGE\r\n\r\n", &[400]),
    ("\0\0\0\0\r\n\r\n", &[400]),
    ("POST /token\r\n\r\n", &[400]),
    ("POST /token HTTP/3.0\r\n\r\n", &[400, 505]),
    ("POST  /token HTTP/1.1\r\n\r\n", &[400]),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &[CLOSED]),
    ("POST /token HTTP/1.1\r\nHost : x\r\nConnection: close\r\n\r\n", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\n folded: y\r\nConnection: close\r\n\r\n", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\nA\0B: y\r\nConnection: close\r\n\r\n", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\nX: a\0b\r\nConnection: close\r\n\r\n", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\nX\r\nConnection: close\r\n\r\n", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\nConnection: close\r\n\r\nabc", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\nConnection: close\r\n\r\n", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\nConnection: close\r\n\r\n", &[400]),
    (
        "POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab",
        &[400],
    ),
    ("POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 2\r\nConnection: close\r\n\r\nab", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nConnection: close\r\n\r\n", &[400, 501]),
    ("POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, x\r\nConnection: close\r\n\r\n", &[400, 501]),
    ("POST /token HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\n{type}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\n{type}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n-1\r\n", &[400]),
    ("POST /token HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n", &[400, 431]),
    ("POST /{long}{long}{long}{long} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", &[404, 414]),
];

const TYPE: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// RFC 9112: what is no HTTP is a 400, and the connection ends.
#[apply(on_both_engines)]
async fn is_refused_before_it_is_read(world: World) {
    let target = Target::new(&world).await;
    let headers: Vec<_> = (0..200).map(|n| format!("X-{n}: y")).collect();
    for (template, statuses) in CASES {
        let request = target.filled(template).replace("{type}", TYPE).replace("{headers}", &headers.join("\r\n"));
        let answer = target.server.raw(request.as_bytes()).await;
        let status = answer.status().unwrap_or(CLOSED);
        assert!(statuses.contains(&status), "{template:?}: {}", answer.text());
        assert!(answer.count() <= 1, "{template:?}: {}", answer.text());
    }
    target.is_unharmed().await;
}

/// RFC 9112 §6.3, §11.2: two lengths are an attempt to slip a second request past a proxy.
#[apply(on_both_engines)]
async fn hides_no_second_request(world: World) {
    let target = Target::new(&world).await;
    let hidden = "POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    let request = format!(
        "POST /token HTTP/1.1\r\nHost: x\r\n{TYPE}Content-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n\
         0\r\n\r\n{hidden}",
        hidden.len() + 5
    );
    let answer = target.server.raw(request.as_bytes()).await;
    assert_eq!(answer.count(), 1, "{}", answer.text());
    target.is_unharmed().await;
}

/// RFC 9112 §3.2.2, §7.1: odd, but right.
#[apply(on_both_engines)]
async fn is_not_what_only_looks_odd(world: World) {
    let target = Target::new(&world).await;
    let form = target.filled("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let length = form.len();
    for request in [
        format!("POST /token HTTP/1.0\r\n{TYPE}Content-Length: {length}\r\n\r\n{form}"),
        format!(
            "POST http://elsewhere.example.com/token HTTP/1.1\r\nHost: x\r\n{TYPE}Content-Length: {length}\r\nConnection: close\r\n\r\n{form}"
        ),
        format!(
            "POST /token HTTP/1.1\r\nhost: x\r\n{}content-LENGTH:   {length}  \r\nConnection: close\r\n\r\n{form}",
            TYPE.to_uppercase().replace("APPLICATION", "application")
        ),
        format!(
            "POST /token HTTP/1.1\r\nHost: x\r\n{TYPE}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{length:x};ext=1\r\n{form}\r\n0\r\n\r\n"
        ),
    ] {
        target.server.raw(request.as_bytes()).await.answer().success();
    }
}
