//! The messages of the portal, one catalogue for each language: a missing message does not compile.
//!
//! A page of the portal has what every page has as well, so its catalogue is also that of the pages: a template names
//! both through `t`. The catalogues are data, and whatever is computed from them is in [`phrases`]. Texts about webhooks
//! and the settings of an application are catalogues of their own below it.

mod application;
mod de;
mod en;
mod es;
mod fr;
mod it;
mod nl;
mod phrases;
mod pl;
mod pt;
mod register;
mod settings;
#[cfg(test)]
mod tests;
mod webhooks;

use std::ops::Deref;

#[cfg(test)]
use crate::domain::language::Texts;
use crate::domain::language::{Around, Language, Plural, Sentence, Text, messages};
use crate::http::pages::messages::Messages;
use settings::SettingTexts;
use webhooks::WebhookMessages;

pub(in crate::http) use application::{
    ActivityMessages, DangerMessages, DoneMessages, GlanceMessages, HeadMessages, InvitationMessages, LogoutsMessages,
    PeopleMessages, SecretsMessages, SettingsFormMessages, UseMessages, WaitingMessages,
};
pub(in crate::http) use register::{KindsMessages, ListMessages, NewApplicationMessages};

messages! {
    pub(in crate::http),

    /// The catalogue of one language.
    PortalMessages {
        pages: &'static Messages,
        frame: FrameMessages,
        list: ListMessages,
        fresh: NewApplicationMessages,
        kinds: KindsMessages,
        head: HeadMessages,
        done: DoneMessages,
        waiting: WaitingMessages,
        glance: GlanceMessages,
        using: UseMessages,
        form: SettingsFormMessages,
        people: PeopleMessages,
        invitation: InvitationMessages,
        secrets: SecretsMessages,
        activity: ActivityMessages,
        danger: DangerMessages,
        logouts: LogoutsMessages,
        problems: ProblemMessages,
        webhooks: WebhookMessages,
        settings: Option<&'static SettingTexts>,
    }

    /// What stands around every page.
    FrameMessages {
        portal: Text,
        applications: Text,
        account: Text,
        operator_pages: Text,
        sign_out: Text,
    }

    /// What is wrong with what was entered, or cannot be done.
    ProblemMessages {
        unnamed: Around,
        address_in_name: Around,
        too_many_scopes: Around,
        default_scope: Around,
        own_tokens: Text,
        exchange: Text,
        keys: Text,
        keys_twice: Text,
        federated: Text,
        jwt_bearer: Text,
        too_many_mappings: Around,
        claim_twice: Around,
        too_many_identities: Around,
        lifetime: Text,
        too_many_groups: Around,
        uri: Sentence,
        uri_length: Text,
        uri_character: Text,
        uri_fragment: Text,
        uri_wildcard: Text,
        uri_backslash: Text,
        uri_relative: Text,
        uri_user: Text,
        uri_dots: Text,
        uri_http: Text,
        uri_scheme: Text,
        uri_scheme_of_others: Text,
        uri_reserved: Around,
        expects_choice: Text,
        expects_duration: Text,
        expects_scopes: Text,
        expects_keys: Text,
        expects_identities: Text,
        expects_groups: Text,
        expects_apis: Text,
        expects_callers: Text,
        expects_claim: Text,
        expects_description: Text,
        expects_address: Text,
        expects_text: Text,
        conflict: Text,
        not_allowed: Text,
        too_many: Text,
        not_accepted: Text,
        alike_name: Text,
        same_state: Text,
        suspended: Text,
        no_group: Text,
        owns_already: Text,
        invited_already: Text,
        many_invitations: Text,
        beyond_limits: Text,
    }
}

impl Deref for PortalMessages {
    type Target = Messages;

    fn deref(&self) -> &Messages {
        self.pages
    }
}

/// The texts of all pages are looked at by themselves.
#[cfg(test)]
impl Texts for &'static Messages {
    fn add_texts(&self, _: &str, _: &mut Vec<(String, String)>) {}
}

/// So are those of the settings, which in English stand in the table of the settings.
#[cfg(test)]
impl Texts for Option<&'static SettingTexts> {
    fn add_texts(&self, _: &str, _: &mut Vec<(String, String)>) {}
}

impl PortalMessages {
    /// The catalogue of a language: that of [`crate::http::pages::visit::Visit::language`], which is the account's, else
    /// the browser's.
    pub(in crate::http) const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &en::EN,
            Language::German => &de::DE,
            Language::French => &fr::FR,
            Language::Spanish => &es::ES,
            Language::Italian => &it::IT,
            Language::Dutch => &nl::NL,
            Language::Polish => &pl::PL,
            Language::Portuguese => &pt::PT,
        }
    }
}
