//! Groups that an application has and that its owner may not know of.

use super::ApplicationSettings;
use crate::domain::group::GroupName;

impl ApplicationSettings {
    /// The same without the groups that its owner may not know of.
    #[must_use]
    pub fn without_hidden_groups(mut self, shown: &[GroupName]) -> Self {
        self.allowed_groups.retain(|group| shown.contains(group));
        self.visible_groups.retain(|group| shown.contains(group));
        self
    }

    /// The same with the hidden groups that it has: its owner was not shown them, and cannot mean to take them away.
    #[must_use]
    pub fn with_hidden_groups(mut self, known: &Self, shown: &[GroupName]) -> Self {
        let whole = |requested: &[GroupName], known: &[GroupName]| -> Vec<GroupName> {
            let stays = |group: &&GroupName| !shown.contains(group) || requested.contains(group);
            let new = requested.iter().filter(|group| !known.contains(group));
            known.iter().filter(stays).chain(new).cloned().collect()
        };
        if known.allowed_groups.iter().chain(&known.visible_groups).any(|group| !shown.contains(group)) {
            self.allowed_groups = whole(&self.allowed_groups, &known.allowed_groups);
            self.visible_groups = whole(&self.visible_groups, &known.visible_groups);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::application::ApplicationKind;

    #[test]
    fn a_group_that_its_owner_does_not_see_stays() {
        let groups =
            |names: &str| names.split_ascii_whitespace().map(|name| name.parse().unwrap()).collect::<Vec<GroupName>>();
        let known = ApplicationSettings {
            allowed_groups: groups("open secret red"),
            ..ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Web)
        };
        let shown = groups("open red blue");
        let seen = known.clone().without_hidden_groups(&shown);
        assert_eq!(seen.allowed_groups, groups("open red"));
        assert_eq!(seen.clone().with_hidden_groups(&known, &shown), known, "saved as it was seen");
        let saved = |names: &str| {
            let requested = ApplicationSettings { allowed_groups: groups(names), ..seen.clone() };
            requested.with_hidden_groups(&known, &shown).allowed_groups
        };
        assert_eq!(saved(""), groups("secret"));
        assert_eq!(saved("blue open"), groups("open secret blue"));
    }
}
