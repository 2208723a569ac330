//! The operator's pictures, read at the start.

use std::fs;
use std::io;
use std::path::Path;

use super::StartError;
use crate::config::Branding;
use crate::domain::picture::Picture;
use crate::http::{Brand, BrandFile, Scheme};

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
    let content = fs::read(path).map_err(failed)?;
    let Picture { media_type, content } = Picture::read(content).map_err(|e| failed(io::Error::other(e)))?;
    Ok(BrandFile::picture(scheme, media_type, content))
}
