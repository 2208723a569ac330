//! What the settings of an application and their values are called in other languages than English, in which the table of
//! the settings ([`crate::domain::application::SETTINGS`]) says it itself.
//!
//! A field is named after the setting; that of a value after the setting and the value. So a text that is missing does
//! not compile, and a test finds a setting that has no field, or a field without a setting.

pub(super) mod de;
pub(super) mod es;
pub(super) mod fr;
pub(super) mod it;
pub(super) mod nl;
pub(super) mod pl;
pub(super) mod pt;

use crate::domain::application::{Choice, Setting};
use crate::domain::language::Text;

/// What people call a setting, and what it does, in a sentence.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct SettingText {
    /// What it is called.
    pub(in crate::http) label: Text,
    /// What it does.
    pub(in crate::http) help: Text,
}

/// Declares a field for each setting and for each of their values, and how both are found by their names.
macro_rules! setting_texts {
    ($($setting:ident,)+; $($value:ident,)+) => {
        /// The settings in one language.
        #[derive(Debug)]
        pub(in crate::http) struct SettingTexts {
            $($setting: SettingText,)+
            values: ValueTexts,
        }

        /// The values that there are to choose from.
        #[derive(Debug)]
        struct ValueTexts {
            $($value: Text,)+
        }

        impl SettingTexts {
            /// The text of a setting that people are shown.
            pub(super) fn of(&self, setting: &Setting) -> Option<SettingText> {
                match setting.name {
                    $(stringify!($setting) => Some(self.$setting),)+
                    _ => None,
                }
            }

            fn value(&self, field: &str) -> Option<Text> {
                match field {
                    $(stringify!($value) => Some(self.values.$value),)+
                    _ => None,
                }
            }

            /// Every text, with the field that it stands in.
            #[cfg(test)]
            pub(super) fn all(&self) -> Vec<(&'static str, Text)> {
                let settings = [$((stringify!($setting), self.$setting),)+].into_iter();
                let texts = settings.flat_map(|(name, text)| [(name, text.label), (name, text.help)]);
                texts.chain([$((stringify!($value), self.values.$value),)+]).collect()
            }
        }
    };
}

setting_texts! {
    name,
    redirect_uris,
    scopes,
    default_scopes,
    scope_policy,
    grants,
    post_logout_redirect_uris,
    backchannel_logout_uri,
    backchannel_logout_session_required,
    initiate_login_uri,
    audiences,
    allowed_callers,
    may_exchange_for,
    token_ttl,
    token_format,
    access,
    allowed_groups,
    require,
    visible_groups,
    groups_claim,
    groups_in_access_token,
    claims,
    id_token_claims,
    signing_algorithm,
    dpop_bound,
    federated,
    jwks,
    jwks_uri,
    assertion_audience,
    description,
    client_uri,
    logo_uri,
    tos_uri,
    policy_uri,
    first_party,
    pkce,
    link_mode,
    unknown_account,
    ;
    scope_policy_narrow,
    scope_policy_strict,
    grants_client_credentials,
    grants_authorization_code,
    grants_refresh_token,
    grants_device_code,
    grants_token_exchange,
    grants_jwt_bearer,
    grants_login_code,
    token_format_rfc9068,
    token_format_plain,
    access_everybody,
    access_groups,
    access_owners,
    require_any,
    require_passkey,
    id_token_claims_all,
    id_token_claims_sub_only,
    assertion_audience_issuer_or_endpoint,
    assertion_audience_issuer,
    pkce_by_type,
    pkce_required,
    link_mode_auto,
    link_mode_direct,
    link_mode_confirm,
    unknown_account_reject,
    unknown_account_conceal,
}

impl SettingTexts {
    /// What a value of a setting means; nothing where its name says it in every language.
    pub(super) fn words(&self, setting: &Setting, choice: &Choice) -> Option<Text> {
        self.value(&field_of(setting, choice))
    }
}

/// The field of a value: of a URN, its last part.
pub(super) fn field_of(setting: &Setting, choice: &Choice) -> String {
    let last = choice.name.rsplit(':').next().unwrap_or_default();
    format!("{}_{}", setting.name, last.replace('-', "_"))
}
