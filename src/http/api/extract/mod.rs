//! What every operation reads from its request, each in a file of its own. A handler names them in the order in which
//! they are judged: who calls and what they may do comes first, so a stranger learns nothing from the rest.

mod account;
mod body;
mod caller;
mod creation;
mod if_match;
mod owned;
mod path;
mod query;

pub(super) use account::Account;
pub(super) use body::{Nothing, Object, Optional};
pub(super) use caller::{ApiCaller, May, Needed, Proof};
pub(super) use caller::{
    Operate, Oversee, ReadApplications, ReadAudit, ReadGroups, ReadKeys, ReadUsers, WriteApplications, WriteGroups,
    WriteKeys, WriteUsers,
};
pub(super) use creation::{Created, Creation, Once};
pub(super) use if_match::{IfMatch, Tagged, Versioned};
pub(super) use owned::Owned;
pub(super) use path::{Id, Named};
pub(super) use query::Query;
