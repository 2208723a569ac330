//! Every page with sample values, ordinary or hostile: for tests, and to try templates of the operator's.

mod account;

use std::time::Duration;

use account::{account, passkeys, upstreams};

use super::{
    AllowDevice, App, CalledBack, CheckMail, CheckMailNotice, CodeProblem, ConfirmLogin, ConfirmLogout, Consent,
    Delivery, DeviceCode, DeviceProblem, ErrorPage, Form, FormPost, Home, Keep, Link, LinkElsewhere, Message,
    MessagePage, NoAccess, PasskeyButton, Problem, Publisher, RequestedFrom, ScopeLine, SignIn, SignInProblem, SignUp,
    StopProblem, StopSignIn, UpstreamButton, WayBack,
};
use crate::domain::ids::Timestamp;
use crate::domain::session::Device;
use crate::flows::upstreams::UpstreamProblem;
use crate::http::pages::messages::Messages;
use crate::http::pages::own::OwnPage;
use askama::Template;
use std::any::Any;

/// The values that a page is filled with.
pub(in crate::http::pages) struct Values {
    pub(super) app: &'static str,
    pub(super) domain: &'static str,
    pub(super) address: &'static str,
    pub(super) person: &'static str,
    pub(super) user_agent: &'static str,
    pub(super) sentence: &'static str,
}

/// What people and applications mostly send.
pub(in crate::http::pages) const KIND: Values = Values {
    app: "Acme Loyalty",
    domain: "loyalty.acme.example",
    address: "jamie@example.com",
    person: "Jamie Doe",
    user_agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    sentence: "redirect_uri is not one of those registered for this application",
};

/// What an attacker sends, where a page is to be broken out of.
pub(in crate::http::pages) const HOSTILE: Values = Values {
    app: "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    domain: "\"onmouseover=alert(1) x=\".example",
    address: "\"><script>alert(1)</script>'@example.com",
    person: "&lt;script&gt;{{ 9999*7 }}</title><script>",
    user_agent: "<script>alert(1)</script>",
    sentence: "</code><script>alert(1)</script>",
};

/// Values that are long, or written from right to left.
#[cfg(test)]
pub(super) const AWKWARD: Values = Values {
    app: "שירות_הנאמנות_הגדול_\u{202e}_of_a_name_that_nobody_could_ever_want_to_break_into_lines_at_any_place_whatsoever",
    domain: "a-very-long-label-of-a-domain.another-very-long-label-of-a-domain.yet-another-one-of-them.example",
    address: "a.very.long.local.part.that.fills.sixty.four.characters.entirely@a-very-long-label-of-a-domain.example",
    person: "محمد بن عبد الله بن عبد الرحمن بن محمد بن إبراهيم",
    user_agent: "SomethingThatNobodyHasEverHeardOf/1.0",
    sentence: "a_reason_without_any_space_in_it_at_all_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_until_it_ends",
};

const SCOPES: [&str; 6] = ["openid", "profile", "email", "offline_access", "points:read", "ledger"];

const WAIT: Duration = Duration::from_secs(42);

impl Values {
    fn app(&self) -> App {
        App {
            description: Some(self.sentence.to_owned()),
            pages: ["https://shop.example/home".parse().ok(), None, "https://shop.example/p".parse().ok()],
            ..App::named(self.app.to_owned(), Some(self.domain.to_owned()))
        }
    }

    fn form(&self, action: &str) -> Form {
        Form::new(format!("{action}?next={}", self.app), self.person).carrying("state", self.sentence)
    }

    fn passkey_button(&self, action: &str) -> PasskeyButton {
        PasskeyButton { ask: "/options", form: self.form(action) }
    }

    fn upstream_button(&self, action: &str) -> UpstreamButton {
        UpstreamButton { name: "corp".to_owned(), label: self.app.to_owned(), form: self.form(action) }
    }

    fn device(&self) -> Device {
        Device::new("2001:db8::1", self.user_agent)
    }

    fn scopes(&self, names: &[&str]) -> Vec<ScopeLine> {
        let line = |name: &&str| ScopeLine {
            name: (*name).to_owned(),
            description: name.contains(':').then(|| format!("See your points ({})", self.person)),
        };
        names.iter().map(line).collect()
    }

    fn link(&self) -> Link {
        Link { href: format!("https://acme.example/?{}", self.domain), text: self.app.to_owned() }
    }
}

const fn now() -> Timestamp {
    Timestamp::from_seconds(1_795_293_240)
}

/// A page in one of its states.
pub(in crate::http::pages) struct Sample {
    /// Which, for a file of that name.
    pub(in crate::http::pages) name: String,
    /// As this version writes it.
    pub(in crate::http::pages) html: String,
    /// What a template of the operator's gets, if there may be one.
    pub(in crate::http::pages) own: Option<OwnPage>,
}

/// Every page in every state that shows something else, by name.
#[cfg(test)]
pub(super) fn pages(t: &'static Messages, values: &Values) -> Vec<(String, String)> {
    samples(t, values).into_iter().map(|sample| (sample.name, sample.html)).collect()
}

/// Every page in every state that shows something else.
pub(in crate::http::pages) fn samples(t: &'static Messages, values: &Values) -> Vec<Sample> {
    let mut all = Vec::new();
    home(t, values, &mut all);
    sign_in(t, values, &mut all);
    check_mail(t, values, &mut all);
    link(t, values, &mut all);
    keep(t, values, &mut all);
    consent_and_logout(t, values, &mut all);
    device(t, values, &mut all);
    account(t, values, &mut all);
    passkeys(t, values, &mut all);
    upstreams(t, values, &mut all);
    bad_news(t, values, &mut all);
    messages(t, values, &mut all);
    all
}

type Pages = Vec<Sample>;

fn add<View: Template + Any>(all: &mut Pages, name: impl Into<String>, view: &View) {
    // To write into a string fails never; a page without content would fail every test.
    let html = view.render().unwrap_or_default();
    all.push(Sample { name: name.into(), html, own: OwnPage::of(view, |_| true) });
}

fn home(t: &'static Messages, values: &Values, all: &mut Pages) {
    for (name, catches_mail) in [("home", false), ("home-dev", true)] {
        add(all, name, &Home { t, host: values.domain.to_owned(), catches_mail });
    }
}

fn sign_in(t: &'static Messages, values: &Values, all: &mut Pages) {
    let view = |problem, app, email: &str, sign_up| SignIn {
        t,
        app,
        email: email.to_owned(),
        problem,
        sign_up,
        passkey: Some(values.passkey_button("/login/passkey")),
        wants_passkey: sign_up == SignUp::Again,
        upstreams: vec![values.upstream_button("/login/upstream/corp")],
        connecting: None,
        form: values.form("/login"),
    };
    add(all, "sign-in", &view(None, Some(values.app()), "", SignUp::Open));
    add(all, "sign-in-again", &view(None, None, values.address, SignUp::Again));
    let connecting = Some(values.app.to_owned());
    add(all, "sign-in-connecting", &SignIn { connecting, ..view(None, None, values.address, SignUp::Closed) });
    for (name, problem) in [
        ("sign-in-upstream-cancelled", UpstreamProblem::Cancelled),
        ("sign-in-upstream-unavailable", UpstreamProblem::Unavailable),
        ("sign-in-upstream-unusable", UpstreamProblem::Unusable),
        ("sign-in-upstream-over", UpstreamProblem::Over),
        ("sign-in-upstream-not-admitted", UpstreamProblem::NotAdmitted),
        ("sign-in-upstream-not-recent", UpstreamProblem::NotRecent),
    ] {
        add(all, name, &view(Some(SignInProblem::Upstream(problem)), None, "", SignUp::Closed));
    }
    add(all, "sign-in-own", &view(None, None, values.address, SignUp::Closed));
    for (name, problem) in [
        ("not-an-address", SignInProblem::NotAnAddress),
        ("too-many", SignInProblem::TooMany { wait: WAIT }),
        ("passkey", SignInProblem::Passkey),
    ] {
        let view = view(Some(problem), Some(values.app()), values.address, SignUp::Closed);
        add(all, format!("sign-in-{name}"), &view);
    }
}

fn check_mail(t: &'static Messages, values: &Values, all: &mut Pages) {
    let view = |problem, notice, delivery| CheckMail {
        t,
        app: Some(values.app()),
        address: values.address.to_owned(),
        reference: "K7QM".to_owned(),
        delivery,
        link_ttl: Duration::from_secs(900),
        problem,
        notice,
        watch: "/login/code/watch?id=x".to_owned(),
        form: values.form("/login/code"),
        resend: values.form("/login/resend"),
        change: format!("/login?email={}", values.address),
        dev_mail: matches!(delivery, Delivery::SentIfKnown).then(|| "/dev/mail".to_owned()),
    };
    add(all, "check-mail", &view(None, None, Delivery::Sent));
    add(all, "check-mail-again", &view(None, Some(CheckMailNotice::SentAgain), Delivery::SentIfKnown));
    add(all, "check-mail-wait", &view(None, Some(CheckMailNotice::WaitBeforeResend { wait: WAIT }), Delivery::Sent));
    for (name, problem) in [
        ("malformed", CodeProblem::Malformed),
        ("wrong", CodeProblem::Wrong { tries_left: 4 }),
        ("wrong-last", CodeProblem::Wrong { tries_left: 1 }),
        ("over", CodeProblem::TooManyTries),
        ("expired", CodeProblem::Expired),
    ] {
        add(all, format!("check-mail-{name}"), &view(Some(problem), None, Delivery::Sent));
    }
}

fn link(t: &'static Messages, values: &Values, all: &mut Pages) {
    let asked = || RequestedFrom { device: values.device(), at: now().minus(Duration::from_secs(130)), now: now() };
    let (address, reference) = (values.address.to_owned(), "K7QM".to_owned());
    let confirm = ConfirmLogin {
        t,
        app: values.app(),
        address: address.clone(),
        asked: asked(),
        reference: reference.clone(),
        form: values.form("/l/confirm"),
    };
    add(all, "confirm-login", &confirm);
    let elsewhere = |code: Option<&str>, app, not_me| LinkElsewhere {
        t,
        app,
        address: address.clone(),
        asked: asked(),
        reference: reference.clone(),
        code: code.map(str::to_owned),
        not_me,
    };
    let stop = Some("/l/token/not-me".to_owned());
    add(all, "link-elsewhere", &elsewhere(Some("7KQM-4TXC"), Some(values.app()), stop));
    add(all, "link-elsewhere-no-code", &elsewhere(None, None, None));
    for (name, problem) in [("stop", None), ("stop-differs", Some(StopProblem::AddressDiffers))] {
        let (app, reference, form) = (Some(values.app()), "K7QM".to_owned(), values.form("/l/token/not-me"));
        add(all, format!("sign-in-{name}"), &StopSignIn { t, app, reference, problem, form });
    }
}

fn keep(t: &'static Messages, values: &Values, all: &mut Pages) {
    for (name, deactivated_at) in [("keep", Some(now())), ("keep-exempt", None)] {
        add(all, name, &Keep { t, app: values.app(), deactivated_at, form: values.form("/keep/token") });
    }
}

fn consent_and_logout(t: &'static Messages, values: &Values, all: &mut Pages) {
    let consent = |publisher, called_back, scopes: &[&str]| Consent {
        t,
        app: values.app(),
        publisher,
        account: values.address.to_owned(),
        scopes: values.scopes(scopes),
        redirect_host: values.domain.to_owned(),
        called_back,
        switch_account: "/login?switch=1".to_owned(),
        form: values.form("/consent"),
    };
    add(all, "consent", &consent(Publisher::Named(values.person.to_owned()), CalledBack::Somewhere, &SCOPES));
    add(all, "consent-unknown", &consent(Publisher::Unknown, CalledBack::Somewhere, &SCOPES));
    let host = Publisher::Host(values.domain.to_owned());
    add(all, "consent-document", &consent(host, CalledBack::OnThisDevice, &SCOPES));
    add(all, "consent-operator", &consent(Publisher::Operator, CalledBack::Somewhere, &SCOPES[..1]));
    let no_access = |publisher, account: Option<&str>, back| NoAccess {
        t,
        app: values.app(),
        publisher,
        switch_account: account.map(|_| "/login/switch?flow=1".to_owned()),
        account: account.map(str::to_owned),
        back,
    };
    let named = Publisher::Named(values.person.to_owned());
    add(all, "no-access", &no_access(named, Some(values.address), WayBack::Form(values.form("/no-access"))));
    let link = WayBack::Link("https://app.example/cb?error=access_denied".to_owned());
    add(all, "no-access-link", &no_access(Publisher::Operator, None, link));
    let fault = Some("the id_token_hint is not an ID token of this server".to_owned());
    for (name, app, fault) in
        [("logout", Some(values.app()), None), ("logout-own", None, None), ("logout-fault", None, fault)]
    {
        let form = values.form("/oauth/logout");
        let view = ConfirmLogout { t, app, address: values.address.to_owned(), fault, form };
        add(all, name, &view);
    }
}

fn device(t: &'static Messages, values: &Values, all: &mut Pages) {
    for (name, entered, problem) in [
        ("device", "", None),
        ("device-link", "BCDF-GHJK", None),
        ("device-wrong", values.sentence, Some(DeviceProblem::Wrong)),
        ("device-taken", "BCDF-GHJK", Some(DeviceProblem::Taken)),
        ("device-too-many", "BCDF-GHJK", Some(DeviceProblem::TooMany { wait: WAIT })),
    ] {
        add(all, name, &DeviceCode { t, entered: entered.to_owned(), problem, form: values.form("/device") });
    }
    for (name, elsewhere, scopes) in
        [("allow-device", false, &SCOPES[..]), ("allow-device-elsewhere", true, &SCOPES[..1])]
    {
        let view = AllowDevice {
            t,
            app: values.app(),
            publisher: if elsewhere { Publisher::Operator } else { Publisher::Named(values.person.to_owned()) },
            code: "BCDF-GHJK".to_owned(),
            asked: RequestedFrom { device: values.device(), at: now().minus(Duration::from_secs(130)), now: now() },
            elsewhere,
            account: values.address.to_owned(),
            switch_account: "/login/switch?return_to=/device/x".to_owned(),
            scopes: values.scopes(scopes),
            form: values.form("/device/x"),
        };
        add(all, name, &view);
    }
}

fn bad_news(t: &'static Messages, values: &Values, all: &mut Pages) {
    for (name, problem) in [
        ("unchecked", Problem::Unchecked),
        ("bad-request", Problem::BadRequest),
        ("sign-in-expired", Problem::SignInExpired),
        ("link-used", Problem::LinkUsed),
        ("link-expired", Problem::LinkExpired),
        ("browser-lost", Problem::BrowserLost),
        ("form-too-old", Problem::FormTooOld),
        ("account-disabled", Problem::AccountDisabled),
        ("not-allowed", Problem::NotAllowed),
        ("mistake", Problem::Mistake),
        ("not-found", Problem::NotFound),
        ("too-many", Problem::TooMany { wait: WAIT }),
        ("unavailable", Problem::Unavailable),
        ("broken", Problem::Broken),
    ] {
        let known = matches!(problem, Problem::BadRequest | Problem::Unchecked | Problem::LinkUsed);
        let view = ErrorPage {
            t,
            problem,
            app: known.then(|| values.app()),
            sentence: values.sentence.to_owned(),
            code: "invalid_request".to_owned(),
            trace_id: "019e7a4c5b1f7d2e8a3b6c9d0e1f2a3b".to_owned(),
            onward: matches!(problem, Problem::Unchecked | Problem::LinkUsed).then(|| values.link()),
        };
        add(all, format!("error-{name}"), &view);
    }
}

fn messages(t: &'static Messages, values: &Values, all: &mut Pages) {
    for (name, message) in [
        ("signed-out", Message::SignedOut),
        ("signed-out-everywhere", Message::SignedOutEverywhere),
        ("still-signed-in", Message::StillSignedIn),
        ("sign-in-stopped", Message::SignInStopped),
        ("device-allowed", Message::DeviceAllowed),
        ("device-denied", Message::DeviceDenied),
        ("device-over", Message::DeviceOver),
        ("account-deleted", Message::AccountDeleted),
        ("address-restored", Message::AddressRestored),
        ("address-over", Message::AddressLinkOver),
    ] {
        let with_app = message == Message::SignedOut;
        let onward = with_app.then(|| values.link());
        add(all, format!("message-{name}"), &MessagePage { t, message, app: with_app.then(|| values.app()), onward });
    }
    let fields = vec![("code".to_owned(), "gpc_x".to_owned()), ("state".to_owned(), values.person.to_owned())];
    let action = "https://acme.example/callback".to_owned();
    add(all, "form-post", &FormPost { t, app: values.app(), action, fields });
}
