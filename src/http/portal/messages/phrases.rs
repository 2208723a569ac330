//! Phrases of the portal that are chosen or put together: words of settings, problems, the state of a webhook.

use super::PortalMessages;
use crate::domain::application::{AUDIENCES, Choice, LONGEST_NAME, MOST_SCOPES, Setting, SettingsError, Shape};
use crate::domain::claim_mapping::MOST_MAPPINGS;
use crate::domain::group::MOST_GROUPS_OF_A_PERSON;
use crate::domain::language::Language;
use crate::domain::webhook::DisabledBecause;
use crate::http::portal::view::sentence;
use crate::http::webhook_list::{HookEvents, HookStanding};
use crate::protocol::federation::MOST_IDENTITIES;
use crate::protocol::redirect_uri::UriRule;
use crate::protocol::refusal::{ErrorCode, FormReason, Refusal};

impl PortalMessages {
    /// What people call a setting.
    pub(in crate::http) fn setting_label(&self, setting: &Setting) -> &'static str {
        let translated = self.settings.and_then(|settings| settings.of(setting));
        translated.map_or(setting.label, |text| text.label)
    }

    /// What a setting does.
    pub(in crate::http) fn setting_help(&self, setting: &Setting) -> &'static str {
        let translated = self.settings.and_then(|settings| settings.of(setting));
        translated.map_or(setting.help, |text| text.help)
    }

    /// What a value of a setting means.
    pub(in crate::http) fn value_words(&self, setting: &Setting, choice: &Choice) -> &'static str {
        let translated = self.settings.and_then(|settings| settings.words(setting, choice));
        translated.unwrap_or(choice.words)
    }

    /// Why a setting cannot be what was entered. `what` is what the API says of it, in English.
    pub(in crate::http) fn expected(&self, setting: &Setting, what: &str) -> String {
        if self.language == Language::English {
            return sentence(what);
        }
        let t = &self.problems;
        let expected = match (setting.shape, setting.name) {
            (Shape::Choice(..) | Shape::Ticks(..) | Shape::Flag, _) => t.expects_choice,
            (Shape::Duration, _) => t.expects_duration,
            (Shape::Words, _) => t.expects_scopes,
            (Shape::Keys, _) => t.expects_keys,
            (Shape::Identities, _) => t.expects_identities,
            (_, "allowed_groups" | "visible_groups") => t.expects_groups,
            (_, name) if name == AUDIENCES || name == "may_exchange_for" => t.expects_apis,
            (_, "allowed_callers") => t.expects_callers,
            (_, "groups_claim") => t.expects_claim,
            (_, "description") => t.expects_description,
            (Shape::Line, name) if name.ends_with("_uri") => t.expects_address,
            (Shape::Line | Shape::Lines, _) => t.expects_text,
        };
        expected.to_owned()
    }

    /// What does not agree in settings.
    pub(in crate::http) fn settings_problem(&self, error: &SettingsError) -> String {
        let t = &self.problems;
        match error {
            SettingsError::Name => t.unnamed.with(LONGEST_NAME),
            SettingsError::AddressInName(address) => t.address_in_name.with(self.language.quoted(address)),
            SettingsError::Scopes => t.too_many_scopes.with(MOST_SCOPES),
            SettingsError::DefaultScope(scope) => t.default_scope.with(self.language.quoted(scope)),
            SettingsError::ClientCredentials => t.own_tokens.to_owned(),
            SettingsError::TokenExchange => t.exchange.to_owned(),
            SettingsError::JwtBearer => t.jwt_bearer.to_owned(),
            SettingsError::Mappings => t.too_many_mappings.with(MOST_MAPPINGS),
            SettingsError::ClaimTwice(name) => t.claim_twice.with(self.language.quoted(name)),
            SettingsError::Keys(_) => t.keys.to_owned(),
            SettingsError::KeysTwice => t.keys_twice.to_owned(),
            SettingsError::Federated(_) => t.federated.to_owned(),
            SettingsError::Identities => t.too_many_identities.with(MOST_IDENTITIES),
            SettingsError::TokenTtl => t.lifetime.to_owned(),
            SettingsError::Owner(_) => self.people.no_email.to_owned(),
            SettingsError::Groups => t.too_many_groups.with(MOST_GROUPS_OF_A_PERSON),
            SettingsError::RedirectUri { uri, rule, .. } => {
                t.uri.with(&[("uri", &self.language.quoted(uri)), ("rule", &self.uri_rule(rule))])
            }
        }
    }

    fn uri_rule(&self, rule: &UriRule) -> String {
        let t = &self.problems;
        let text = match rule {
            UriRule::Length => t.uri_length,
            UriRule::Character(_) => t.uri_character,
            UriRule::Fragment => t.uri_fragment,
            UriRule::Wildcard => t.uri_wildcard,
            UriRule::Backslash => t.uri_backslash,
            UriRule::NotAbsolute => t.uri_relative,
            UriRule::UserInfo => t.uri_user,
            UriRule::DotSegment => t.uri_dots,
            UriRule::Http => t.uri_http,
            UriRule::Scheme(_) => t.uri_scheme,
            UriRule::SchemeOfOthers => t.uri_scheme_of_others,
            UriRule::Reserved(parameter) => return t.uri_reserved.with(parameter),
        };
        text.to_owned()
    }

    /// Why something was not done. In English it is the sentence of the API, which is exact; elsewhere, what kind of reason
    /// it is.
    pub(in crate::http) fn refusal(&self, refusal: &Refusal) -> String {
        if self.language == Language::English {
            return refusal.description.clone().into_owned();
        }
        let t = &self.problems;
        if let Some(reason) = refusal.in_form {
            return self.form_reason(reason).to_owned();
        }
        let text = match refusal.code {
            ErrorCode::Conflict | ErrorCode::PreconditionFailed | ErrorCode::KeyReused => t.conflict,
            ErrorCode::AccessDenied | ErrorCode::InsufficientScope => t.not_allowed,
            ErrorCode::TooManyRequests => t.too_many,
            _ => t.not_accepted,
        };
        text.to_owned()
    }

    const fn form_reason(&self, reason: FormReason) -> &'static str {
        let t = &self.problems;
        match reason {
            FormReason::AlikeName => t.alike_name,
            FormReason::SameState => t.same_state,
            FormReason::Suspended => t.suspended,
            FormReason::Declared => self.form.in_configuration,
            FormReason::OfDocument => self.form.in_document,
            FormReason::NoGroup => t.no_group,
            FormReason::OwnsAlready => t.owns_already,
            FormReason::InvitedAlready => t.invited_already,
            FormReason::ManyInvitations => t.many_invitations,
            FormReason::BeyondLimits => t.beyond_limits,
        }
    }

    /// Whether messages to a webhook get through, in a word.
    pub(in crate::http) const fn hook_state(&self, standing: &HookStanding) -> &'static str {
        let t = &self.webhooks.hooks;
        match standing {
            HookStanding::Untried | HookStanding::Works(_) => t.works,
            HookStanding::Failing(_) => t.fails,
            HookStanding::Disabled(..) => t.is_disabled,
        }
    }

    /// Why a webhook is disabled.
    pub(in crate::http) const fn hook_why(&self, because: DisabledBecause) -> &'static str {
        let t = &self.webhooks.hooks;
        match because {
            DisabledBecause::Requested => t.by_hand,
            DisabledBecause::Failing => t.by_failing,
            DisabledBecause::Gone => t.by_gone,
        }
    }

    /// The events that a webhook is told, in short.
    pub(in crate::http) fn hook_events(&self, events: &HookEvents) -> String {
        match events {
            HookEvents::Every => self.webhooks.hooks.every_event.to_owned(),
            HookEvents::Named(names) => names.clone(),
            HookEvents::Many(number) => self.count(self.webhooks.hooks.kinds_of_event, *number as u64),
        }
    }
}
