//! The names of application types, and when to choose which.

use super::messages::PortalMessages;
use crate::domain::application::ApplicationKind;

/// The messages for a type.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct KindMessages {
    /// In a list.
    pub(in crate::http) short: &'static str,
    /// As a choice.
    pub(in crate::http) title: &'static str,
    /// When it is the right one.
    pub(in crate::http) when: &'static str,
}

/// The messages for this type.
pub(in crate::http) const fn words(t: &PortalMessages, kind: ApplicationKind) -> KindMessages {
    let t = &t.kinds;
    let (short, title, when) = match kind {
        ApplicationKind::Service => (t.service, t.service_title, t.service_when),
        ApplicationKind::Web => (t.web, t.web_title, t.web_when),
        ApplicationKind::Spa => (t.spa, t.spa_title, t.spa_when),
        ApplicationKind::Native => (t.native, t.native_title, t.native_when),
        ApplicationKind::Device => (t.device_kind, t.device_title, t.device_when),
    };
    KindMessages { short, title, when }
}
