//! Bodies of this server's own APIs: one JSON object, read strictly.

use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::reply::Refused;
use super::request_body;
use super::strict_json::{check_content_type, object};
use crate::protocol::refusal::Refusal;

/// A body that is an object of this shape. Members that the shape does not have are ignored, so that a newer client can
/// talk to an older server; a wrong type or a member sent twice is refused.
pub(super) struct JsonObject<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonObject<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refused> {
        let (parts, body) = request.into_parts();
        check_content_type(&parts.headers, &["application/json"])?;
        Ok(Self(read(&request_body::bytes(body).await?)?))
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(object(body)?).map_err(|e| {
        let place = e.path().to_string();
        let what = e.into_inner();
        Refusal::invalid_request(match place.as_str() {
            "." => format!("the body is not the JSON object expected: {what}"),
            _ => format!("the member '{place}' of the body is not what was expected: {what}"),
        })
    })
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
        read::<Shape>(body.as_bytes()).unwrap_err().description.into_owned()
    }

    #[test]
    fn an_object_is_read_and_what_it_says_besides_is_ignored() {
        let name = |body: &str| read::<Shape>(body.as_bytes()).unwrap().name;
        assert_eq!(name(r#" {"name": "John", "age": 7, "more": {"name": "x"}}"#).as_deref(), Some("John"));
        assert_eq!(name(r#"{"name": null}"#), None);
        assert_eq!(name("{}"), None);
    }

    #[test]
    fn a_refusal_names_the_member() {
        assert!(
            refused(r#"{"name": 7}"#).starts_with("the member 'name' of the body"),
            "{}",
            refused(r#"{"name": 7}"#)
        );
        assert!(refused(r#"{"name": ["a", "b"]}"#).contains("sequence"));
        assert!(refused(r#"{"name": "a", "name": "b"}"#).contains("the member 'name' is sent twice"));
    }

    #[test]
    fn nothing_but_one_object_is_read() {
        for bad in ["", "7", "null", r#""john@example.com""#, r#"["john@example.com"]"#] {
            assert_eq!(refused(bad), "the body is not a JSON object", "{bad}");
        }
        assert!(refused("{").contains("EOF"));
        assert_eq!(refused("{} {}"), "something follows the JSON object in the body");
        assert!(read::<Shape>(b"{\"name\": \"\xff\"}").is_err());
        // As deep as a body can be.
        assert!(refused(&format!("{{\"x\":{}", "[".repeat(request_body::LARGEST_BODY))).contains("recursion limit"));
    }
}
