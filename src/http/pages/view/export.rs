//! `/account/export`: the button that downloads all that is known of a person.

use askama::Template;

use super::Form;
use crate::http::pages::assets;
use crate::http::pages::messages::Messages;

/// The file that a person asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum ExportFile {
    /// There is none, and it may be small enough to be made at once.
    None,
    /// It is being made.
    InTheMaking,
    /// It can be downloaded once.
    Ready,
}

/// The page before the file.
#[derive(Debug, Template)]
#[template(path = "pages/export_account.html")]
pub(in crate::http) struct ExportAccount {
    /// The messages of its language.
    pub(in crate::http) t: &'static Messages,
    /// Whether there is a file that was asked for before.
    pub(in crate::http) file: ExportFile,
    /// Where the click goes.
    pub(in crate::http) form: Form,
    /// Back to the account.
    pub(in crate::http) back: String,
}

impl ExportAccount {
    /// What is said of the file.
    const fn lead(&self) -> &'static str {
        match self.file {
            ExportFile::None => self.t.export.lead,
            ExportFile::InTheMaking => self.t.export.making,
            ExportFile::Ready => self.t.export.ready,
        }
    }

    fn is_in_the_making(&self) -> bool {
        self.file == ExportFile::InTheMaking
    }
}
