//! Bodies of this server's own APIs: one JSON object, read strictly.

use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use crate::protocol::parameters::BodyFormat;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 * 1024;

/// Reads a body as an object of this shape. Members that the shape does not have are ignored, so that a
/// newer client can talk to an older server; a wrong type or a member sent twice is refused.
pub(super) async fn json_body<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Refusal> {
    let content_type = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or("unreadable"));
    if !matches!(BodyFormat::from_content_type(content_type), Ok(BodyFormat::Json)) {
        return Err(Refusal::invalid_request("the body must be JSON; send Content-Type: application/json"));
    }
    let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| {
        Refusal::new(ErrorCode::TooLarge, format!("the body is incomplete or larger than {LARGEST_BODY} bytes"))
    })?;
    object(&body)
}

fn object<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    // Checked first, because serde would take an array for an object, member by member in their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Refusal::invalid_request("the body is not a JSON object"));
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|e| {
        let place = e.path().to_string();
        let what = e.into_inner();
        Refusal::invalid_request(match place.as_str() {
            "." => format!("the body is not the JSON object expected: {what}"),
            _ => format!("the member '{place}' of the body is not what was expected: {what}"),
        })
    })?;
    json.end().map_err(|_| Refusal::invalid_request("something follows the JSON object in the body"))?;
    Ok(read)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Shape {
        name: Option<String>,
    }

    fn refused(body: &str) -> String {
        object::<Shape>(body.as_bytes()).unwrap_err().description.into_owned()
    }

    #[test]
    fn an_object_is_read_and_what_it_says_besides_is_ignored() {
        let read = |body: &str| object::<Shape>(body.as_bytes()).unwrap().name;
        assert_eq!(read(r#" {"name": "John", "age": 7, "more": {"name": "x"}}"#).as_deref(), Some("John"));
        assert_eq!(read(r#"{"name": null}"#), None);
        assert_eq!(read("{}"), None);
    }

    #[test]
    fn a_refusal_names_the_member() {
        assert!(
            refused(r#"{"name": 7}"#).starts_with("the member 'name' of the body"),
            "{}",
            refused(r#"{"name": 7}"#)
        );
        assert!(refused(r#"{"name": ["a", "b"]}"#).contains("sequence"));
        assert!(refused(r#"{"name": "a", "name": "b"}"#).contains("duplicate field"));
    }

    #[test]
    fn nothing_but_one_object_is_read() {
        for bad in ["", "7", "null", r#""john@example.com""#, r#"["john@example.com"]"#] {
            assert_eq!(refused(bad), "the body is not a JSON object", "{bad}");
        }
        assert!(refused("{").contains("EOF"));
        assert_eq!(refused("{} {}"), "something follows the JSON object in the body");
        assert!(object::<Shape>(b"{\"name\": \"\xff\"}").is_err());
        // As deep as a body can be: what is ignored takes no stack.
        assert!(refused(&format!("{{\"x\":{}", "[".repeat(LARGEST_BODY))).contains("EOF"));
    }
}
