//! The operator's pictures, read at the start, and templates, read then and when the configuration is read again.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::StartError;
use crate::config::{Branding, Templates};
use crate::domain::picture::Picture;
use crate::flows::mail;
use crate::http::{self, Brand, BrandFile, Scheme};

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

/// Reads the templates that the configuration names, if it names any, without trying them.
pub fn templates(branding: &Branding) -> Result<Option<Arc<Templates>>, StartError> {
    let Some(folder) = &branding.templates else { return Ok(None) };
    let pages = http::own_templates();
    let known: Vec<&str> = pages.iter().map(String::as_str).chain(mail::OWN_MAILS.iter().copied()).collect();
    Ok(Some(Arc::new(Templates::read(folder, &known)?)))
}

/// The same, each tried in every state of its page or mail. One that fails refuses the start.
pub fn tried_templates(branding: &Branding) -> Result<Option<Arc<Templates>>, StartError> {
    let Some(templates) = templates(branding)? else { return Ok(None) };
    http::check_templates(&Brand::new(branding, Vec::new()), &templates)?;
    mail::check_templates(&templates)?;
    Ok(Some(templates))
}

fn picture(scheme: Scheme, path: &Path) -> Result<BrandFile, StartError> {
    let failed = |e: io::Error| StartError::Io(path.display().to_string(), e);
    let content = fs::read(path).map_err(failed)?;
    let Picture { media_type, content } = Picture::read(content).map_err(|e| failed(io::Error::other(e)))?;
    Ok(BrandFile::picture(scheme, media_type, content))
}
