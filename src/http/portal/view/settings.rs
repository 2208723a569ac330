//! The settings of an application as a form.

use super::{Choice, ChoiceOption, FieldProblem, Input};
use crate::config::duration::Written;
use crate::domain::application::{ApplicationKind, ApplicationSettings, PkcePolicy};
use crate::domain::approval::Extras;
use crate::domain::sign_in::{LinkMode, UnknownAccount};
use crate::http::pages::view::Form;
use crate::http::portal::posted_form::PostedForm;
use crate::protocol::claims::TokenProfile;
use crate::protocol::jose::SigningAlgorithm;
use crate::protocol::resource::ResourceId;
use crate::protocol::token::GrantType;

/// The form. It has the version that was read, so that no owner overwrites a change they have not seen.
#[derive(Clone, Debug)]
pub(in crate::http) struct SettingsForm {
    /// Where it goes.
    pub(in crate::http) form: Form,
    /// The problems.
    pub(in crate::http) problems: Vec<FieldProblem>,
    /// The settings that are changed most.
    pub(in crate::http) inputs: Vec<Input>,
    /// The settings that are changed less.
    pub(in crate::http) more: Vec<Input>,
    /// What is chosen from a list.
    pub(in crate::http) choices: Vec<Choice>,
    /// The grants it may use.
    pub(in crate::http) grants: Vec<ChoiceOption>,
}

impl SettingsForm {
    /// The form as the settings are.
    pub(in crate::http) fn of(settings: &ApplicationSettings, form: Form) -> Self {
        let people = settings.kind != ApplicationKind::Service || !settings.redirect_uris.is_empty();
        let mut inputs = vec![Input::line("set-name", "name", "Name").holding(settings.name.clone())];
        let mut choices = Vec::new();
        if people {
            inputs.push(redirect_uris(settings));
            choices.extend([link_mode(settings), unknown_account(settings), pkce(settings)]);
        }
        inputs.push(scope(settings));
        let mut more = Vec::new();
        if people {
            more.push(post_logout(settings));
        }
        more.extend([default_scope(settings), token_ttl(settings), audiences(settings), reason()]);
        choices.extend([token_profile(settings), signing_algorithm(settings)]);
        Self { form, problems: Vec::new(), inputs, more, choices, grants: grants(settings) }
    }

    /// The same with a hint at each field that has something which is not approved yet.
    #[must_use]
    pub(in crate::http) fn waiting_for(mut self, asked: &Extras) -> Self {
        let audiences: Vec<&str> = asked.audiences.iter().map(ResourceId::as_str).collect();
        let waiting = [
            ("scope", asked.scope.to_string()),
            ("default_scope", asked.default_scope.to_string()),
            ("audiences", audiences.join(" ")),
        ];
        for input in self.inputs.iter_mut().chain(&mut self.more) {
            let words = waiting.iter().find(|(name, words)| *name == input.name && !words.is_empty());
            if let Some((_, words)) = words {
                input.hint = format!("{} Waiting for an operator: {words}.", input.hint);
            }
        }
        for grant in &mut self.grants {
            if asked.grants.iter().any(|one| one.name() == grant.value) {
                grant.text.push_str(", waiting for an operator");
            }
        }
        self
    }

    /// The same with the input and its problems.
    #[must_use]
    pub(in crate::http) fn refused(mut self, typed: &PostedForm, problems: Vec<FieldProblem>) -> Self {
        for input in self.inputs.iter_mut().chain(&mut self.more).filter(|input| typed.has(input.name)) {
            *input = input.clone().holding(typed.text(input.name));
            input.problem = problems.iter().find(|problem| problem.id == input.id).map(|problem| problem.text.clone());
        }
        for choice in self.choices.iter_mut().filter(|choice| typed.has(choice.name)) {
            for option in &mut choice.options {
                option.chosen = option.value == typed.text(choice.name);
            }
        }
        if typed.has("grants_shown") {
            for grant in &mut self.grants {
                grant.chosen = typed.all("grant").any(|ticked| ticked == grant.value);
            }
        }
        Self { problems, ..self }
    }

    pub(in crate::http) fn grants_problem(&self) -> Option<&str> {
        self.problems.iter().find(|problem| problem.id == "set-grants").map(|problem| problem.text.as_str())
    }

    /// Whether the collapsed part has to be open.
    pub(in crate::http) fn shows_more(&self) -> bool {
        self.more.iter().any(|input| input.problem.is_some()) || self.grants_problem().is_some()
    }
}

fn redirect_uris(settings: &ApplicationSettings) -> Input {
    Input::lines("set-redirect-uris", "redirect_uris", "Redirect URIs")
        .hinted("One a line. People come back to one of these, compared character by character.")
        .holding(settings.redirect_uris.join("\n"))
}

fn post_logout(settings: &ApplicationSettings) -> Input {
    Input::lines("set-post-logout", "post_logout_redirect_uris", "Addresses after signing out")
        .hinted("One a line. Where people may be sent back to after they have signed out.")
        .holding(settings.post_logout_redirect_uris.join("\n"))
}

fn scope(settings: &ApplicationSettings) -> Input {
    Input::line("set-scope", "scope", "Scopes")
        .hinted("What it may ask for, with spaces between.")
        .holding(settings.scope.to_string())
}

fn default_scope(settings: &ApplicationSettings) -> Input {
    Input::line("set-default-scope", "default_scope", "Default scopes")
        .hinted("What it gets when it asks for nothing in particular.")
        .holding(settings.default_scope.to_string())
}

fn token_ttl(settings: &ApplicationSettings) -> Input {
    Input::line("set-token-ttl", "token_ttl", "Lifetime of access tokens")
        .hinted("Such as 10m, 1h or 24h. Empty follows the server.")
        .holding(settings.token_ttl.map(|ttl| Written(ttl).to_string()).unwrap_or_default())
}

fn audiences(settings: &ApplicationSettings) -> Input {
    let audiences: Vec<&str> = settings.audiences.iter().map(ResourceId::as_str).collect();
    Input::lines("set-audiences", "audiences", "Audiences")
        .hinted("One a line. The APIs that it may ask tokens for by the parameter resource, besides itself.")
        .holding(audiences.join("\n"))
}

fn reason() -> Input {
    Input::lines("set-reason", "reason", "For the operator")
        .hinted("Only if you ask for more than the free scopes: what do you need it for?")
}

fn option(value: &str, text: &str, chosen: bool) -> ChoiceOption {
    ChoiceOption { value: value.to_owned(), text: text.to_owned(), chosen }
}

fn link_mode(settings: &ApplicationSettings) -> Choice {
    let words = |mode| match mode {
        LinkMode::Auto => "Automatic: at once if the application can tell its own browser, else after a button",
        LinkMode::Direct => "Direct: always at once",
        LinkMode::Confirm => "Confirm: always after a button",
    };
    let modes = LinkMode::ALL.map(|mode| option(mode.name(), words(mode), settings.link_mode == Some(mode)));
    Choice {
        id: "set-link-mode",
        name: "link_mode",
        label: "Links in sign-in mails",
        hint: "What the link does when the application itself asked for the mail.",
        options: [option("", "As the server is set", settings.link_mode.is_none())].into_iter().chain(modes).collect(),
    }
}

fn unknown_account(settings: &ApplicationSettings) -> Choice {
    let words = |one| match one {
        UnknownAccount::Reject => "Reject: say that there is no such account",
        UnknownAccount::Conceal => "Conceal: answer as if there was one",
    };
    let all = UnknownAccount::ALL.map(|one| option(one.name(), words(one), settings.unknown_account == Some(one)));
    let server = option("", "As the server is set", settings.unknown_account.is_none());
    Choice {
        id: "set-unknown-account",
        name: "unknown_account",
        label: "Addresses without account",
        hint: "What the application is told when it asks for a mail to one.",
        options: [server].into_iter().chain(all).collect(),
    }
}

fn pkce(settings: &ApplicationSettings) -> Choice {
    let required = settings.pkce == PkcePolicy::Required;
    let by_type =
        if settings.kind.is_confidential() { "Allowed" } else { "Required, as for everything without a secret" };
    Choice {
        id: "set-pkce",
        name: "pkce",
        label: "PKCE",
        hint: "Protects the code on its way back to the application.",
        options: vec![option("by_type", by_type, !required), option("required", "Required", required)],
    }
}

fn token_profile(settings: &ApplicationSettings) -> Choice {
    let words = |profile| match profile {
        TokenProfile::Rfc9068 => "RFC 9068: typ is at+jwt",
        TokenProfile::Plain => "Plain: typ is JWT, for verifiers that know nothing newer",
    };
    let all = TokenProfile::ALL.map(|one| option(one.name(), words(one), settings.token_profile == one));
    Choice { id: "set-token-profile", name: "token_profile", label: "Token profile", hint: "", options: all.to_vec() }
}

fn signing_algorithm(settings: &ApplicationSettings) -> Choice {
    let all = SigningAlgorithm::ALL.map(|one| option(one.name(), one.name(), settings.signing_algorithm == one));
    Choice {
        id: "set-signing-algorithm",
        name: "signing_algorithm",
        label: "Signing algorithm",
        hint: "RS256 is understood everywhere; ES256 and EdDSA are shorter and faster.",
        options: all.to_vec(),
    }
}

fn grants(settings: &ApplicationSettings) -> Vec<ChoiceOption> {
    let offered = |grant: &GrantType| *grant != GrantType::ClientCredentials || settings.kind.is_confidential();
    let words = |grant| match grant {
        GrantType::ClientCredentials => "Tokens for itself, with its own secret (client_credentials)",
        GrantType::AuthorizationCode => "People sign in through their browser (authorization_code)",
        GrantType::RefreshToken => "Stay signed in without asking again (refresh_token)",
        GrantType::LoginCode => "People type a code from their mail into the application (login-code)",
    };
    let tick = |grant: GrantType| option(grant.name(), words(grant), settings.grants.contains(&grant));
    GrantType::ALL.into_iter().filter(offered).map(tick).collect()
}
