//! Pictures that pages show beside a name: the operator's own, and those of applications.

use super::ids::Timestamp;

/// The largest picture, in bytes.
pub const LARGEST_PICTURE: usize = 256 * 1024;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub content: Vec<u8>,
}

/// Why something is no picture that pages show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// It is too large.
    #[error("the picture is larger than 256 KB")]
    TooLarge,
    /// It is something else.
    #[error("expected a picture of the kind PNG, JPEG, WebP or SVG")]
    OtherKind,
}

/// What is known of the picture of an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoState {
    /// When it was last fetched, in vain or not.
    pub tried_at: Timestamp,
    /// Whether there is a copy to show.
    pub is_there: bool,
    /// Why the last try brought none.
    pub problem: Option<String>,
}

impl Picture {
    /// A picture, known by what it begins with, whatever its name or its server says of it.
    pub fn read(content: Vec<u8>) -> Result<Self, PictureError> {
        if content.len() > LARGEST_PICTURE {
            return Err(PictureError::TooLarge);
        }
        let media_type = media_type(&content).ok_or(PictureError::OtherKind)?;
        Ok(Self { media_type, content })
    }
}

fn media_type(content: &[u8]) -> Option<&'static str> {
    let is_svg = || {
        let text = std::str::from_utf8(content).ok()?.trim_start_matches('\u{feff}').trim_ascii_start();
        let begins = ["<svg", "<?xml", "<!--", "<!DOCTYPE svg"].iter().any(|start| text.starts_with(start));
        (begins && text.contains("<svg")).then_some("image/svg+xml")
    };
    match content {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => is_svg(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_known_by_its_content() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\nrest"), Some("image/png"));
        assert_eq!(media_type(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(media_type(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(media_type(b"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"/>"), Some("image/svg+xml"));
        for other in [&b""[..], b"GIF89a", b"<html><svg/></html>", b"\x89PNG", b"%PDF", b"<?xml?><html/>"] {
            assert_eq!(Picture::read(other.to_vec()), Err(PictureError::OtherKind), "{other:?}");
        }
    }

    #[test]
    fn a_picture_has_256_kb_at_most() {
        let png = |bytes: usize| [b"\x89PNG\r\n\x1a\n".to_vec(), vec![0; bytes - 8]].concat();
        assert!(Picture::read(png(LARGEST_PICTURE)).is_ok());
        assert_eq!(Picture::read(png(LARGEST_PICTURE + 1)), Err(PictureError::TooLarge));
    }
}
