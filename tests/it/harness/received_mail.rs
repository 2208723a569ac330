//! A mail as it arrived, read as a mail program reads it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A mail that a mail server took.
#[derive(Clone, Debug)]
pub(crate) struct ReceivedMail {
    /// Whom the envelope says it is from.
    pub(crate) from: String,
    /// Whom the envelope says it is for.
    pub(crate) recipients: Vec<String>,
    /// The mail itself.
    pub(crate) raw: String,
}

impl ReceivedMail {
    /// The one value of a header, unfolded and decoded.
    pub(crate) fn header(&self, name: &str) -> String {
        let values = header_values(&self.raw, name);
        assert_eq!(values.len(), 1, "{name} in\n{}", self.raw);
        decode_words(&values[0])
    }

    /// The part that is text.
    pub(crate) fn text(&self) -> String {
        self.part("text/plain")
    }

    /// The part that is HTML.
    pub(crate) fn html(&self) -> String {
        self.part("text/html")
    }

    fn part(&self, kind: &str) -> String {
        let content_type = self.header("Content-Type");
        let boundary = content_type.split("boundary=").nth(1).unwrap().trim_matches('"');
        let of_kind = |part: &&str| header_values(part, "Content-Type").iter().any(|t| t.starts_with(kind));
        let separator = format!("--{boundary}");
        let part = self.raw.split(separator.as_str()).skip(1).map(str::trim_start).find(of_kind).unwrap();
        let (_, body) = part.split_once("\r\n\r\n").unwrap();
        let encoding = header_values(part, "Content-Transfer-Encoding").pop().unwrap_or_default();
        match encoding.as_str() {
            "quoted-printable" => quoted_printable(body),
            "base64" => base64(&body.split_whitespace().collect::<String>()),
            _ => body.to_owned(),
        }
        .replace("\r\n", "\n")
    }
}

fn header_values(message: &str, name: &str) -> Vec<String> {
    let (head, _) = message.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let wanted = |line: &str| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    };
    unfolded.lines().filter_map(wanted).collect()
}

/// RFC 2047, of which one form is used: UTF-8 in base64. White space between two encoded words is not part of them.
fn decode_words(value: &str) -> String {
    let mut decoded = String::new();
    let mut last_was_encoded = false;
    for word in value.split(' ') {
        let inner = word.strip_prefix("=?utf-8?b?").and_then(|rest| rest.strip_suffix("?="));
        let gap = if decoded.is_empty() || (last_was_encoded && inner.is_some()) { "" } else { " " };
        decoded.push_str(gap);
        decoded.push_str(&inner.map_or_else(|| word.to_owned(), base64));
        last_was_encoded = inner.is_some();
    }
    decoded
}

fn base64(text: &str) -> String {
    String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
}

/// RFC 2045 §6.7.
fn quoted_printable(text: &str) -> String {
    let joined = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'=' {
            let hex = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}
