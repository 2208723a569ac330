//! Why an application could not be changed, and how that is told.

use crate::domain::application::SettingsError;
use crate::domain::group::GroupName;
use crate::domain::ids::ClientId;
use crate::flows::keys::{KeyChangeError, NotOffered};
use crate::protocol::refusal::{ErrorCode, FormReason, Refusal};
use crate::store::StoreError;

/// Why an application could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum ManageError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The settings contradict each other.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A signing algorithm that this server does not offer.
    #[error(transparent)]
    Algorithm(#[from] NotOffered),
    /// No such application, or one that is deleted.
    #[error("there is no application {0}")]
    Unknown(ClientId),
    /// A client id is never issued twice, not even after its application was deleted.
    #[error("the client id {0} is or was another application's")]
    Taken(ClientId),
    /// The name of another owner's application, or one that passes for it.
    #[error("this name is, or looks like, that of another owner's application")]
    AlikeName,
    /// It is in that state already.
    #[error("the application {0} is {1} already")]
    NothingToDo(ClientId, &'static str),
    /// It was changed after it was read.
    #[error("the application {0} was changed meanwhile; read it again")]
    Changed(ClientId),
    /// The type cannot be changed.
    #[error("an application's type cannot be changed; register another one")]
    Kind,
    /// The last allowed group would be taken away.
    #[error(
        "without an allowed group nobody may use the application {0} any more; it does not become one for everybody"
    )]
    NobodyLeft(ClientId),
    /// It names a group that is not there. Members of one that is made later under that name would be let in unseen.
    #[error("there is no group {0}; make it first")]
    NoGroup(GroupName),
    /// An operator stopped it, or it left the configuration.
    #[error("the application {0} was stopped by an operator of this server; only they let it go on")]
    Suspended(ClientId),
    /// It has no secret of this id.
    #[error("the application {0} has no such secret")]
    UnknownSecret(ClientId),
    /// It does not authenticate with a secret.
    #[error("the application {0} does not authenticate with a secret")]
    NoSecret(ClientId),
    /// The configuration file is the only place to change it.
    #[error("the application {0} is declared in the configuration; change it there")]
    Declared(ClientId),
    /// Its document is the only place to change it.
    #[error("the application {0} is described by its document; here it can only be deactivated, which blocks it")]
    OfDocument(ClientId),
    /// A client id that a document has.
    #[error("{0} is the address of a document, which describes the application itself; choose another client id")]
    IsAddress(ClientId),
    /// Its signing algorithm has no keys yet and none could be made.
    #[error(transparent)]
    Keys(#[from] KeyChangeError),
    /// An imported hash is invalid.
    #[error("{0}")]
    Hash(String),
    /// A part of it was refused, such as hashing a secret while too many wait for that.
    #[error("{}", .0.description)]
    Refused(Refusal),
}

/// What pages word in the language of their reader.
const fn in_form(error: &ManageError) -> Option<FormReason> {
    Some(match error {
        ManageError::AlikeName => FormReason::AlikeName,
        ManageError::NothingToDo(..) => FormReason::SameState,
        ManageError::Suspended(_) => FormReason::Suspended,
        ManageError::Declared(_) => FormReason::Declared,
        ManageError::OfDocument(_) => FormReason::OfDocument,
        ManageError::NoGroup(_) => FormReason::NoGroup,
        _ => return None,
    })
}

impl From<ManageError> for Refusal {
    fn from(error: ManageError) -> Self {
        let code = match &error {
            ManageError::Settings(_)
            | ManageError::Algorithm(_)
            | ManageError::Kind
            | ManageError::NoGroup(_)
            | ManageError::IsAddress(_) => ErrorCode::InvalidRequest,
            ManageError::Unknown(_) | ManageError::UnknownSecret(_) => ErrorCode::NotFound,
            ManageError::Suspended(_) => ErrorCode::AccessDenied,
            ManageError::Taken(_)
            | ManageError::AlikeName
            | ManageError::NobodyLeft(_)
            | ManageError::NothingToDo(..)
            | ManageError::NoSecret(_)
            | ManageError::OfDocument(_)
            | ManageError::Declared(_) => ErrorCode::Conflict,
            ManageError::Changed(_) => ErrorCode::PreconditionFailed,
            ManageError::Keys(_) | ManageError::Hash(_) => return Self::server_error(error.to_string()),
            ManageError::Store(_) | ManageError::Refused(_) => match error {
                ManageError::Store(error) => return error.into(),
                ManageError::Refused(refusal) => return refusal,
                other => return Self::server_error(other.to_string()),
            },
        };
        let refusal = Self::new(code, error.to_string());
        match in_form(&error) {
            Some(reason) => refusal.in_form(reason),
            None => refusal,
        }
    }
}

impl From<Refusal> for ManageError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
