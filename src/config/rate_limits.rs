//! `[rate_limits]`: limits on wrong secrets, mail, authorization requests and devices.

use std::time::Duration;

use super::reader::SectionReader;

/// The section `[rate_limits]`.
#[derive(Clone, Debug)]
pub struct RateLimits {
    /// Whether the limits apply.
    pub enabled: bool,
    /// Wrong secrets a minute for one client id from one network address, and addresses without an account that one
    /// application may name.
    pub token_failures_per_application: u32,
    /// Wrong secrets a minute that may come from one network address.
    pub token_failures_per_address: u32,
    /// Mails to one mail address that one network address may ask for at once.
    pub mail_per_address_burst: u32,
    /// How long until it may ask for one more to that address.
    pub mail_per_address_every: Duration,
    /// Mails that one mail address may get at once, from all senders of requests together.
    pub mail_per_address_total_burst: u32,
    /// How long until that address may get one more.
    pub mail_per_address_total_every: Duration,
    /// The shortest time between two mails of one sign-in, asked for on the waiting page.
    pub mail_per_address_gap: Duration,
    /// Mails that one network address may ask for at once.
    pub mail_per_ip_burst: u32,
    /// How long until that network address may ask for one more.
    pub mail_per_ip_every: Duration,
    /// Mails that an application which authenticates itself may ask for at once, wherever it asks from.
    pub mail_per_application_burst: u32,
    /// How long until it may ask for one more.
    pub mail_per_application_every: Duration,
    /// Sign-in mails and invitations that the whole server lets out in a minute, for all callers together.
    pub mail_total_per_minute: u32,
    /// Authorization requests that one network address, or one person who is signed in, may begin at once.
    pub authorizations_per_ip_burst: u32,
    /// How long until one more may be begun.
    pub authorizations_per_ip_every: Duration,
    /// Requests of devices that wait for an answer, of one application and one network address.
    pub open_device_codes_per_ip: u32,
    /// Wrong user codes a minute that may be entered from one network address.
    pub wrong_user_codes_per_ip: u32,
    /// Applications that one network address may register without a token at once.
    pub registrations_per_ip_burst: u32,
    /// How long until it may register one more.
    pub registrations_per_ip_every: Duration,
    /// Applications that were registered without a token and never used: so many at once, a tenth of them from one
    /// network.
    pub unused_registrations: u32,
}

impl RateLimits {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        let counts = 1..=1_000_000;
        let spans = Duration::from_millis(1)..=Duration::from_hours(24 * 7);
        let gaps = Duration::ZERO..=*spans.end();
        Self {
            enabled: section.setting("enabled", "true"),
            token_failures_per_application: section.setting_within("token_failures_per_application", "30", &counts),
            token_failures_per_address: section.setting_within("token_failures_per_address", "60", &counts),
            mail_per_address_burst: section.setting_within("mail_per_address_burst", "3", &counts),
            mail_per_address_every: section.setting_within("mail_per_address_every", "1h", &spans),
            mail_per_address_total_burst: section.setting_within("mail_per_address_total_burst", "12", &counts),
            mail_per_address_total_every: section.setting_within("mail_per_address_total_every", "10m", &spans),
            mail_per_address_gap: section.setting_within("mail_per_address_gap", "60s", &gaps),
            mail_per_ip_burst: section.setting_within("mail_per_ip_burst", "5", &counts),
            mail_per_ip_every: section.setting_within("mail_per_ip_every", "1m", &spans),
            mail_per_application_burst: section.setting_within("mail_per_application_burst", "60", &counts),
            mail_per_application_every: section.setting_within("mail_per_application_every", "1s", &spans),
            mail_total_per_minute: section.setting_within("mail_total_per_minute", "600", &counts),
            authorizations_per_ip_burst: section.setting_within("authorizations_per_ip_burst", "60", &counts),
            authorizations_per_ip_every: section.setting_within("authorizations_per_ip_every", "1s", &spans),
            open_device_codes_per_ip: section.setting_within("open_device_codes_per_ip", "32", &counts),
            wrong_user_codes_per_ip: section.setting_within("wrong_user_codes_per_ip", "5", &counts),
            registrations_per_ip_burst: section.setting_within("registrations_per_ip_burst", "20", &counts),
            registrations_per_ip_every: section.setting_within("registrations_per_ip_every", "1m", &spans),
            unused_registrations: section.setting_within("unused_registrations", "1000", &counts),
        }
    }
}
