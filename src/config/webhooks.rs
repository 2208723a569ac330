//! `[webhooks]`: where messages may be sent, and time limits.

use std::time::Duration;

use ipnet::IpNet;

use super::reader::SectionReader;

/// The section `[webhooks]`.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Networks beyond the public internet that webhooks may reach; [`super::Config::webhook_networks`] may add some.
    pub allow_private: Vec<IpNet>,
    /// The time limit for a receiver's answer.
    pub timeout: Duration,
    /// How long every attempt may fail before a webhook is disabled.
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
