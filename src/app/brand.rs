//! The operator's pictures, read at the start.

use std::fs;
use std::io;
use std::path::Path;

use super::StartError;
use crate::config::Branding;
use crate::http::{Brand, BrandFile, Scheme};

/// The largest picture, in bytes.
const LARGEST: usize = 256 * 1024;

/// Reads what the configuration names. A picture that is missing, too large or of another kind refuses the start.
pub fn brand(branding: &Branding) -> Result<Brand, StartError> {
    let named = [(Scheme::Light, &branding.logo), (Scheme::Dark, &branding.logo_dark)];
    let mut pictures = Vec::new();
    for (scheme, path) in named {
        if let Some(path) = path {
            pictures.push(picture(scheme, path)?);
        }
    }
    Ok(Brand::new(branding, pictures))
}

fn picture(scheme: Scheme, path: &Path) -> Result<BrandFile, StartError> {
    let failed = |e: io::Error| StartError::Io(path.display().to_string(), e);
    let bytes = fs::read(path).map_err(failed)?;
    if bytes.len() > LARGEST {
        return Err(failed(io::Error::other("the picture is larger than 256 KB")));
    }
    let wrong = || failed(io::Error::other("expected a picture of the kind PNG, JPEG, WebP or SVG"));
    let content_type = kind(&bytes).ok_or_else(wrong)?;
    Ok(BrandFile::picture(scheme, content_type, bytes))
}

/// The media type by what a file begins with, whatever its name says.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    let is_svg = || {
        let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
        let begins = ["<svg", "<?xml", "<!--", "<!DOCTYPE svg"].iter().any(|start| text.starts_with(start));
        (begins && text.contains("<svg")).then_some("image/svg+xml")
    };
    match bytes {
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
        assert_eq!(kind(b"\x89PNG\r\n\x1a\nrest"), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Some("image/webp"));
        assert_eq!(kind(b"<?xml version=\"1.0\"?>\n<svg xmlns=\"x\"/>"), Some("image/svg+xml"));
        for other in [&b""[..], b"GIF89a", b"<html><svg/></html>", b"\x89PNG", b"%PDF", b"<?xml?><html/>"] {
            assert_eq!(kind(other), None, "{other:?}");
        }
    }
}
