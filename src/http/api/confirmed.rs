//! `?confirm=true`: a change whose consequences the caller knows.

use serde::Deserialize;
use utoipa::IntoParams;

use crate::flows::consequences::Consequences;

/// Whether the caller knows what follows.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Confirmed {
    /// `true` makes a change after which people cannot use an application any more; without it that is a conflict, which
    /// says what would follow.
    #[serde(default)]
    #[param(value_type = Option<bool>)]
    confirm: Said,
}

/// A yes or no in a query.
#[derive(Clone, Copy, Default, Deserialize)]
enum Said {
    #[serde(rename = "true")]
    Yes,
    #[default]
    #[serde(rename = "false")]
    No,
}

impl Confirmed {
    /// What the caller knows.
    pub(super) const fn consequences(&self) -> Consequences {
        Consequences::accepted(matches!(self.confirm, Said::Yes))
    }
}
