//! `[consent]`: when people are asked.

use super::reader::SectionReader;

/// The section `[consent]`.
#[derive(Clone, Debug)]
pub struct Consent {
    /// Whether consent to an application in the browser that is called back on this machine is remembered for the
    /// session it was given in. Any program of the machine can take its place, so this is for development.
    pub remember_loopback: bool,
}

impl Consent {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        Self { remember_loopback: section.setting("remember_loopback", "false") }
    }
}
