//! Every page of the portal in every state that shows something else, with sample values.

mod insight;

use askama::Template;

use super::*;
use crate::domain::activity::DayCount;
use crate::domain::application::{ApplicationKind, ApplicationSettings, Origin, SETTINGS, Topic};
use crate::domain::ids::Timestamp;
use crate::domain::sign_in::DeliveryEvent;
use crate::domain::webhook::DisabledBecause;
use crate::domain::webhook_delivery::DeliveryState;
use crate::http::pages::view::{App, Chart, Form};
use crate::http::portal::frame::{Frame, Here};
use crate::http::portal::kinds;
use crate::http::portal::known_application::KnownApplication;
use crate::http::portal::messages::PortalMessages;
use crate::http::portal::snippets::Snippet;
use crate::http::portal::tab::Tab;
use crate::http::webhook_list::{HookEvents, HookLine, HookStanding, Hooks};

/// The values that the pages are filled with.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    /// The catalogue.
    pub(super) t: &'static PortalMessages,
    /// The name of the application.
    pub(super) app: &'static str,
    /// The name of a person.
    pub(super) person: &'static str,
}

/// A page with the name of its state.
pub(super) type Pages = Vec<(&'static str, String)>;

const AT: Timestamp = Timestamp::from_seconds(1_795_293_240);

fn add(all: &mut Pages, name: &'static str, view: &impl Template) {
    all.push((name, view.render().unwrap()));
}

fn form(action: &str) -> Form {
    Form::new(action, "csrf")
}

impl Sample {
    /// All pages.
    pub(super) fn pages(self) -> Pages {
        let mut all = Vec::new();
        self.lists(&mut all);
        self.begun(&mut all);
        self.overviews(&mut all);
        self.settings_of_every_topic(&mut all);
        self.insights(&mut all);
        self.ends(&mut all);
        all
    }

    fn app(self) -> App {
        App::named(self.app.to_owned(), None)
    }

    fn frame(self) -> Frame {
        let address = "jamie@example.com".to_owned();
        Frame { t: self.t, here: Here::Applications, address, operator: true, sign_out: form("/account/sign-out") }
    }

    fn lists(self, all: &mut Pages) {
        let empty = |notice| ApplicationsPage {
            t: self.t,
            frame: self.frame(),
            now: AT,
            notice,
            invitations: Vec::new(),
            applications: Vec::new(),
            deleted: Vec::new(),
            first: None,
            next: None,
        };
        for notice in [ListNotice::Deleted, ListNotice::Left, ListNotice::Declined] {
            add(all, "list-empty", &empty(Some(notice)));
        }
        let line = |active, last_used_at| ApplicationLine {
            app: self.app(),
            href: "/a".to_owned(),
            kind: kinds::words(self.t, ApplicationKind::Web).short,
            active,
            last_used_at,
            outlook: Some(self.t.glance.deactivates_on.with(self.t.date(AT))),
            soon: true,
        };
        let invited = |hands_over| InvitedLine { app: self.app(), href: "/i".to_owned(), hands_over, until: AT };
        let full = ApplicationsPage {
            invitations: vec![invited(true), invited(false)],
            applications: vec![line(true, Some(AT)), line(false, None)],
            deleted: vec![DeletedLine { app: self.app(), at: AT, until: AT, undelete: form("/u") }],
            first: Some("/first".to_owned()),
            next: Some("/next".to_owned()),
            ..empty(None)
        };
        add(all, "list", &full);
    }

    fn begun(self, all: &mut Pages) {
        let t = self.t;
        let problems = vec![FieldProblem::at("app-type", t.fresh.no_type)];
        let settings = ApplicationSettings::new(self.app.to_owned(), ApplicationKind::Web);
        let name = SETTINGS.iter().find(|setting| setting.name == "name").unwrap();
        let new = NewApplicationPage {
            t,
            frame: self.frame(),
            known: KnownApplication::with(t, ["grafana", ""], &problems),
            inputs: vec![NewInput { input: input(t, name, &settings), for_people: true }],
            kinds: ApplicationKind::ALL
                .into_iter()
                .map(|kind| KindCard { value: kind.name(), words: kinds::words(t, kind), chosen: false })
                .collect(),
            reason: Input::lines("app-reason", "reason", t.fresh.for_operator).hinted(t.fresh.reason_hint),
            problems,
            form: form("/new"),
        };
        add(all, "new", &new);
        for hands_over in [true, false] {
            let invitation = InvitationPage {
                t,
                frame: self.frame(),
                app: self.app(),
                kind: kinds::words(t, ApplicationKind::Native).short,
                inviter: self.person.to_owned(),
                hands_over,
                until: AT,
                accept: form("/accept"),
                decline: form("/decline"),
            };
            add(all, "invitation", &invitation);
        }
    }

    fn head(self, here: Tab, standing: Standing) -> ApplicationHead {
        let link = |tab: Tab| TabLink { title: tab.title(self.t), href: "/t".to_owned(), is_here: tab == here };
        ApplicationHead {
            app: self.app(),
            client_id: "orders".to_owned(),
            kind: kinds::words(self.t, ApplicationKind::Web),
            standing,
            tabs: Tab::ALL.into_iter().map(link).collect(),
            here,
            declared: false,
            described: false,
            as_operator: true,
            for_nobody: true,
            notice: Some(ApplicationNotice::Created),
            problems: Vec::new(),
            secret: Some("gps_secret".to_owned()),
            waiting: Some(Waiting {
                what: vec!["ledger".to_owned()],
                reason: self.person.to_owned(),
                since: AT,
                withdraw: form("/withdraw"),
            }),
        }
    }

    fn active(self, here: Tab) -> ApplicationHead {
        self.head(here, Standing::Active { outlook: None })
    }

    fn settings(self, topic: Topic) -> SettingsForm {
        let settings = ApplicationSettings::new(self.app.to_owned(), ApplicationKind::Web);
        let offered = OfferedScope { name: "openid".to_owned(), description: None, asks: true };
        SettingsForm::of(self.t, topic, &settings, form("/s"), SettingsReader::Operator).with_boxes(&[offered])
    }

    fn overviews(self, all: &mut Pages) {
        let t = self.t;
        let why = t.glance.because_unused.with(t.date(AT));
        let deactivated = Standing::Deactivated { at: AT, why, outlook: Some(t.glance.is_deleted_on.with(t.date(AT))) };
        let tried = Tried {
            token: "token".to_owned(),
            header: "{}".to_owned(),
            claims: "{}".to_owned(),
            lives: t.length(std::time::Duration::from_mins(10)),
            command: "curl".to_owned(),
        };
        let told = TriedSignIn {
            access_token: "{}".to_owned(),
            id_token: Some("{}".to_owned()),
            userinfo: Some("{}".to_owned()),
            asks_for_passkey: true,
            begin: Some("/begin".to_owned()),
        };
        let notices = [
            "created",
            "rotated",
            "revoked",
            "saved",
            "asked",
            "deactivated",
            "activated",
            "undeleted",
            "invited",
            "joined",
            "removed",
            "withdrawn",
            "approval-withdrawn",
            "webhook-deleted",
        ];
        for (name, origin) in notices.into_iter().zip([Origin::Registered, Origin::Declared].into_iter().cycle()) {
            let mut head = self.head(Tab::Overview, deactivated.clone());
            head.notice = ApplicationNotice::from_name(name);
            head.declared = origin == Origin::Declared;
            let settings = (!head.declared).then(|| self.settings(Topic::About));
            let page = OverviewPage {
                t,
                frame: self.frame(),
                head,
                origin,
                logo: Some(t.glance.logo_fetching.to_owned()),
                created_at: AT,
                last_used_at: None,
                snippets: vec![Snippet { language: "curl", id: "curl", code: "curl".to_owned() }],
                endpoints: vec![EndpointAddress { name: t.using.issuer, address: "https://a.example".to_owned() }],
                try_out: Some(form("/try")),
                tried: Some(tried.clone()),
                try_sign_in: Some(form("/try-sign-in")),
                told: Some(told.clone()),
                settings,
            };
            add(all, "overview", &page);
        }
    }

    fn settings_of_every_topic(self, all: &mut Pages) {
        let t = self.t;
        let secret = |last_used_on| SecretLine {
            hint: "AbCd".to_owned(),
            created_at: AT,
            last_used_on,
            revoke: Some(form("/revoke")),
        };
        for secrets in [vec![], vec![secret(None)], vec![secret(None), secret(Some(AT))]] {
            let page = CredentialsPage {
                t,
                frame: self.frame(),
                now: AT,
                head: self.active(Tab::Credentials),
                has_workloads: true,
                secrets,
                rotate: Some(form("/rotate")),
                settings: Some(self.settings(Topic::Credentials)),
            };
            add(all, "credentials", &page);
        }
        for settings in [Some(self.settings(Topic::SignIn)), None] {
            let page = SignInPage { t, frame: self.frame(), head: self.active(Tab::SignIn), settings };
            add(all, "sign-in", &page);
        }
        let page = AccessPage {
            t,
            frame: self.frame(),
            head: self.active(Tab::Access),
            settings: Some(self.settings(Topic::Access)),
            people: self.people(),
        };
        add(all, "access", &page);
    }

    fn people(self) -> People {
        let owner = |you, proven| OwnerLine {
            email: "jamie@example.com".to_owned(),
            name: Some(self.person.to_owned()),
            since: AT,
            proven,
            you,
            remove: (!you).then(|| form("/remove")),
        };
        let invitation = |hands_over| InvitationLine {
            email: "kim@example.com".to_owned(),
            hands_over,
            until: AT,
            withdraw: form("/withdraw"),
        };
        let mut email =
            Input::line("invite-email", "email", self.t.people.email_label).hinted(self.t.people.email_hint);
        email.problem = Some(self.t.people.no_email.to_owned());
        People {
            owners: vec![owner(true, true), owner(false, false)],
            invitations: vec![invitation(true), invitation(false)],
            invite: Some(form("/invite")),
            email,
            leave: Some(form("/leave")),
        }
    }

    fn ends(self, all: &mut Pages) {
        let t = self.t;
        for (deactivate, activate, delete) in [(true, false, true), (false, true, false)] {
            let mut head = self.active(Tab::Danger);
            head.problems = vec![FieldProblem::at("delete-name", t.danger.not_the_name)];
            let page = DangerPage {
                t,
                frame: self.frame(),
                head,
                deactivate: deactivate.then(|| form("/deactivate")),
                activate: activate.then(|| form("/activate")),
                delete: delete.then(|| form("/delete")),
            };
            add(all, "danger", &page);
        }
        for until in [Some(AT), None] {
            let mut head = self.head(Tab::Overview, Standing::Deleted { at: AT, until });
            (head.waiting, head.secret, head.for_nobody) = (None, None, false);
            let page = DeletedPage { t, frame: self.frame(), now: AT, head, undelete: Some(form("/undelete")) };
            add(all, "deleted", &page);
        }
    }
}
