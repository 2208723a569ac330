//! A posted form of this server's own pages: kept as it was, so that it can be shown again.

use std::fmt;

use axum::body::Body;
use url::form_urlencoded;

use crate::http::request_body;
use crate::protocol::parameters::form_decode;
use crate::protocol::refusal::Refusal;

/// More fields than any form has.
const MOST_FIELDS: usize = 200;

/// The fields of a posted form. Unlike the parameters of a protocol they may be empty, repeated (boxes that are
/// ticked) and have several lines (lists of addresses).
#[derive(Clone, Default)]
pub(in crate::http) struct PostedForm(Vec<(String, String)>);

impl PostedForm {
    /// Reads the body of a request.
    pub(super) async fn read(body: Body) -> Result<Self, Refusal> {
        Self::from_form(&request_body::bytes(body).await?)
    }

    fn from_form(body: &[u8]) -> Result<Self, Refusal> {
        let mut fields = Vec::new();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let split = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = split.map_or((pair, &pair[..0]), |at| (&pair[..at], &pair[at + 1..]));
            let (Some(name), Some(value)) = (form_decode(name), form_decode(value)) else {
                return Err(Refusal::invalid_request("the form is not valid form encoding of UTF-8 text"));
            };
            if fields.len() == MOST_FIELDS || value.contains('\0') {
                return Err(Refusal::invalid_request("the form has more in it than any form of this server"));
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// A form with these fields.
    pub(in crate::http) fn of(fields: &[(&str, &str)]) -> Self {
        Self(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    /// Whether the form had this field at all.
    pub(in crate::http) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The value of a field; empty if the form had no such field.
    pub(in crate::http) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every value of a field that may come several times.
    pub(in crate::http) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for PostedForm {
    /// As it was posted, in its order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.0.iter().map(|(name, value)| (name, value));
        f.write_str(&form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_empty_fields_and_repeated_boxes_are_kept() {
        let posted = PostedForm::from_form(b"uris=https%3A%2F%2Fa%0D%0A%0D%0A+b+&name=&grant=x&grant=y").unwrap();
        assert_eq!(posted.text("uris"), "https://a\r\n\r\n b ");
        assert_eq!((posted.has("name"), posted.text("name"), posted.has("other")), (true, "", false));
        assert_eq!(posted.all("grant").collect::<Vec<_>>(), ["x", "y"]);
    }

    #[test]
    fn what_no_browser_sends_is_refused() {
        for body in [&b"a=%zz"[..], b"a=%ff", b"a=%00"] {
            assert!(PostedForm::from_form(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
        assert!(PostedForm::from_form("a=b&".repeat(MOST_FIELDS).as_bytes()).is_ok());
        assert!(PostedForm::from_form("a=b&".repeat(MOST_FIELDS + 1).as_bytes()).is_err());
    }
}
