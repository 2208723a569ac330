//! `[applications]`: what happens to unused applications. Those declared in the file are in [`super::provisioning`].

use std::time::Duration;

use super::reader::SectionReader;

/// The section `[applications]`.
#[derive(Clone, Debug)]
pub struct Applications {
    /// How long an application may be unused before it is deactivated.
    pub deactivate_after: Duration,
    /// How long an application may be unused before it is deleted.
    pub delete_after: Duration,
    /// How long before deactivation its owner is warned, the earliest warning first.
    pub warn_before: Vec<Duration>,
    /// How long its owner can bring a deleted one back.
    pub undelete_for: Duration,
    /// How often unused ones are looked for.
    pub sweep_every: Duration,
}

impl Applications {
    pub(super) fn read(section: &mut SectionReader<'_>) -> Self {
        // Spans of milliseconds are for tests.
        let instant = Duration::from_millis(1);
        let spans = instant..=Duration::from_hours(24 * 36_600);
        let deactivate_after = section.setting_within("deactivate_after", "28d", &spans);
        let delete_after = section.setting_within("delete_after", "84d", &spans);
        // If only the life is shortened, the default warnings that would come before its beginning are left out.
        let in_time = |mut warnings: Vec<Duration>| {
            warnings.retain(|warning| *warning < deactivate_after);
            warnings
        };
        let mut warn_before = section.setting_or("warn_before", "[7d, 1d]", in_time);
        warn_before.sort_unstable_by(|a, b| b.cmp(a));
        warn_before.dedup();
        let undelete_for = section.setting_within("undelete_for", "30d", &(Duration::ZERO..=*spans.end()));
        // A sweep comes at least four times within the shortest span, so that spans of seconds work too.
        let shortest = deactivate_after.min(delete_after).min(undelete_for.max(Duration::from_secs(1)));
        let sweeps = Duration::from_millis(10)..=Duration::from_hours(24);
        let often = |default: Duration| default.min(shortest / 4).max(*sweeps.start());
        let sweep_every = section.setting_or("sweep_every", "1h", often);
        section.refuse_outside("sweep_every", &sweep_every, &sweeps);
        Self { deactivate_after, delete_after, warn_before, undelete_for, sweep_every }
    }
}
