//! `GET /static/{name}`: the few files that pages load, built into the binary.

use std::sync::LazyLock;

use axum::extract::{Path, RawQuery};
use axum::http::HeaderMap;
use axum::response::Response;

pub(in crate::http) use crate::http::brand::current as brand;
use crate::http::file::{About, served, served_inert, version};
use crate::http::reply::Refused;
use crate::protocol::refusal::{ErrorCode, Refusal};

/// A file and its version, which is in its URL, so that a new version has a new URL.
#[derive(Debug)]
pub(in crate::http) struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    version: LazyLock<String>,
}

/// Declares the files: a name in code, the name in the address, its type.
macro_rules! assets {
    ($($(#[$doc:meta])* $asset:ident = $name:literal, $content_type:literal;)+) => {
        $(
            $(#[$doc])*
            pub(in crate::http) static $asset: Asset = Asset {
                name: $name,
                content_type: $content_type,
                bytes: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/static/", $name)),
                version: LazyLock::new(|| version(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/static/", $name)))),
            };
        )+

        /// All of them.
        static ASSETS: &[&Asset] = &[$(&$asset),+];
    };
}

assets! {
    /// The stylesheet.
    STYLESHEET = "gatepost.css", "text/css; charset=utf-8";
    /// The icon.
    LOGO = "logo.svg", "image/svg+xml";
    /// Adds copy buttons; without it values are selected by hand.
    COPY_SCRIPT = "copy.js", "text/javascript; charset=utf-8";
    /// Presses the button of the `form_post` page; without it the person does.
    FORM_POST_SCRIPT = "form_post.js", "text/javascript; charset=utf-8";
    /// Makes passkeys and signs in with them; without it people sign in by mail.
    PASSKEY_SCRIPT = "passkey.js", "text/javascript; charset=utf-8";
    /// Goes on when a sign-in was completed elsewhere; without it the person does.
    GO_ON_SCRIPT = "go_on.js", "text/javascript; charset=utf-8";
}

impl Asset {
    /// The URL of this version.
    pub(in crate::http) fn href(&self) -> String {
        format!("/static/{}?v={}", self.name, *self.version)
    }
}

/// Serves a file, or 304 for a known version: cached for good under the URL of this version; under any other it is
/// revalidated each time.
pub(in crate::http) async fn asset(
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let about = |version, content_type| {
        let is_this = query.as_deref().and_then(|query| query.strip_prefix("v=")) == Some(version);
        let kept = if is_this { "public, max-age=31536000, immutable" } else { "public, no-cache" };
        About { version, content_type, kept }
    };
    if let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) {
        return Ok(served(&headers, &about(&asset.version, asset.content_type), || asset.bytes));
    }
    let brand = brand();
    let unknown = || Refusal::new(ErrorCode::NotFound, "there is no file of this name");
    let file = brand.file(&name).ok_or_else(unknown)?;
    Ok(served_inert(&headers, &about(file.version(), file.content_type), || file.bytes.clone()))
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, IF_NONE_MATCH};

    use super::*;

    async fn fetched(name: &str, query: Option<&str>, known: Option<&str>) -> Result<Response, Refused> {
        let mut headers = HeaderMap::new();
        headers.extend(known.map(|etag| (IF_NONE_MATCH, etag.parse().unwrap())));
        asset(Path(name.to_owned()), RawQuery(query.map(str::to_owned)), headers).await
    }

    #[tokio::test]
    async fn the_address_in_a_page_is_kept_for_good() {
        for asset in ASSETS {
            let href = asset.href();
            let (path, query) = href.split_once('?').unwrap();
            let response = fetched(path.strip_prefix("/static/").unwrap(), Some(query), None).await.unwrap();
            assert_eq!(response.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
            assert_eq!(response.headers()[CONTENT_TYPE], asset.content_type);
        }
    }

    #[tokio::test]
    async fn any_other_address_is_asked_for_again_and_answered_briefly() {
        for query in [None, Some("v=0"), Some("v="), Some(""), Some("x")] {
            let response = fetched("gatepost.css", query, Some(&format!("\"{}\"", *STYLESHEET.version))).await.unwrap();
            assert_eq!(response.headers()[CACHE_CONTROL], "public, no-cache");
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        }
    }

    #[tokio::test]
    async fn nothing_else_is_served() {
        for name in ["", "..", "../Cargo.toml", "gatepost.css/", "GATEPOST.CSS", "logo.svg%00"] {
            assert!(fetched(name, None, None).await.is_err(), "{name}");
        }
    }

    #[test]
    fn a_page_with_its_files_stays_small() {
        let total: usize = ASSETS.iter().map(|asset| asset.bytes.len()).sum();
        assert!(total < 32 * 1024, "{total}");
    }
}
