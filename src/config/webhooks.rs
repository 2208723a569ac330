//! `[webhooks]`: where events may be sent, and how patiently.

use std::time::Duration;

use ipnet::IpNet;

use super::reader::SectionReader;

/// The section `[webhooks]`.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Networks that are not the public internet and that webhooks may reach all the same; see
    /// [`super::Config::webhook_networks`] for those that are added.
    pub allow_private: Vec<IpNet>,
    /// How long a receiver may take for its answer.
    pub timeout: Duration,
    /// How long nothing may get through before a webhook is disabled.
    pub disable_after: Duration,
}

impl Webhooks {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        let timeouts = Duration::from_millis(100)..=Duration::from_secs(30);
        let days = Duration::from_secs(1)..=Duration::from_hours(24 * 365);
        Self {
            allow_private: section.setting("allow_private", "[]"),
            timeout: section.setting_within("timeout", "10s", &timeouts),
            disable_after: section.setting_within("disable_after", "5d", &days),
        }
    }
}
