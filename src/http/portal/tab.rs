//! The tabs of an application's page: pages of their own, below the application's address.

use super::APPLICATIONS;
use super::messages::PortalMessages;
use crate::domain::application::{ApplicationSettings, Topic};
use crate::domain::ids::ClientId;
use crate::http::pages::place::page_of_form;

/// A part of what there is to see of an application and to do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Tab {
    /// What it is, and what it takes to use it.
    Overview,
    /// Its secrets, keys and tokens.
    Credentials,
    /// How people sign in to it.
    SignIn,
    /// What it may do, who may use it, who looks after it.
    Access,
    /// What its requests came to, and who is told.
    Insight,
    /// Pausing and deleting it.
    Danger,
}

impl Tab {
    /// All of them, in the order in which they are shown.
    pub(in crate::http) const ALL: [Self; 6] =
        [Self::Overview, Self::Credentials, Self::SignIn, Self::Access, Self::Insight, Self::Danger];

    /// The tab of the page at this path, or of the page that shows the form which is sent to this path.
    pub(in crate::http) fn at(path: &str) -> Self {
        let page = page_of_form(path);
        let last = page.split('/').nth(4).unwrap_or_default();
        Self::ALL.into_iter().find(|tab| tab.name() == last).unwrap_or(Self::Overview)
    }

    /// What follows the application's address; nothing for the first.
    const fn name(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Credentials => "credentials",
            Self::SignIn => "sign-in",
            Self::Access => "access",
            Self::Insight => "insight",
            Self::Danger => "danger",
        }
    }

    /// What it is called.
    pub(in crate::http) const fn title(self, t: &PortalMessages) -> &'static str {
        match self {
            Self::Overview => t.head.overview,
            Self::Credentials => t.head.credentials_tab,
            Self::SignIn => t.head.sign_in_tab,
            Self::Access => t.head.access_tab,
            Self::Insight => t.head.insight,
            Self::Danger => t.head.danger_tab,
        }
    }

    /// Where it is.
    pub(in crate::http) fn address_of(self, client_id: &ClientId) -> String {
        let page = format!("{APPLICATIONS}/{}", client_id.in_path());
        if self == Self::Overview { page } else { format!("{page}/{}", self.name()) }
    }

    /// What the settings are about that it has.
    pub(in crate::http) const fn topic(self) -> Option<Topic> {
        match self {
            Self::Overview => Some(Topic::About),
            Self::Credentials => Some(Topic::Credentials),
            Self::SignIn => Some(Topic::SignIn),
            Self::Access => Some(Topic::Access),
            Self::Insight | Self::Danger => None,
        }
    }

    /// The tab with the settings of this topic.
    pub(in crate::http) fn of_topic(topic: Topic) -> Self {
        Self::ALL.into_iter().find(|tab| tab.topic() == Some(topic)).unwrap_or(Self::Overview)
    }

    /// Whether there is anything in it for such an application: nobody signs in to a service.
    pub(in crate::http) const fn is_for(self, settings: &ApplicationSettings) -> bool {
        !matches!(self, Self::SignIn) || settings.kind.is_for_people()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_belongs_to_the_tab_that_shows_it() {
        for (path, tab) in [
            ("/portal/applications/orders", Tab::Overview),
            ("/portal/applications/access", Tab::Overview),
            ("/portal/applications/orders/try", Tab::Overview),
            ("/portal/applications/orders/undelete", Tab::Overview),
            ("/portal/applications/orders/sign-in", Tab::SignIn),
            ("/portal/applications/orders/secrets/3/revoke", Tab::Credentials),
            ("/portal/applications/orders/owners/invite", Tab::Access),
            ("/portal/applications/orders/leave", Tab::Access),
            ("/portal/applications/orders/webhooks", Tab::Insight),
            ("/portal/applications/orders/delete", Tab::Danger),
        ] {
            assert_eq!(Tab::at(path), tab, "{path}");
        }
    }

    #[test]
    fn every_topic_has_a_tab() {
        for topic in [Topic::About, Topic::Credentials, Topic::SignIn, Topic::Access] {
            assert_eq!(Tab::of_topic(topic).topic(), Some(topic));
        }
    }
}
