//! What each tab of an application's page shows.

use super::activity::activity;
use super::application::Occasion;
use super::approval::waiting;
use super::frame::{Frame, Here};
use super::kinds;
use super::life;
use super::logouts::logouts;
use super::messages::PortalMessages;
use super::page_forms::PageForms;
use super::people::people;
use super::scope_boxes::offered_scopes;
use super::snippets::snippets;
use super::tab::Tab;
use super::view::{
    AccessPage, ApplicationHead, CredentialsPage, DangerPage, DeletedPage, EndpointAddress, FieldProblem, InsightPage,
    OverviewPage, SettingsForm, SignInPage, TabLink,
};
use crate::domain::application::{Application, ApplicationState, Origin, SETTINGS};
use crate::domain::approval::Approval;
use crate::domain::life_cycle::Outlook;
use crate::domain::picture::LogoState;
use crate::domain::webhook::WebhookOwner;
use crate::http::pages::flow::shown;
use crate::http::pages::page::Page;
use crate::http::pages::viewer::Viewer;
use crate::http::portal::view::element;
use crate::http::webhook_list::hooks;
use crate::protocol::refusal::Refusal;
use crate::protocol::token::GrantType;

/// An application, as the pages of one viewer need it.
pub(super) struct Tabs<'a> {
    viewer: &'a Viewer,
    application: &'a Application,
    forms: PageForms<'a>,
    outlook: Outlook,
    approval: Option<Approval>,
}

/// What all of them have around their own part.
struct Around {
    t: &'static PortalMessages,
    frame: Frame,
    head: ApplicationHead,
}

impl<'a> Tabs<'a> {
    /// With what several of them show.
    pub(super) async fn of(viewer: &'a Viewer, application: &'a Application) -> Result<Self, Refusal> {
        let outlook = viewer.edge.life_cycle().life_cycle_of(application).await?;
        let approval = viewer.edge.access().approval_of(application).await?;
        Ok(Self { viewer, application, forms: PageForms { viewer, application }, outlook, approval })
    }

    /// The tab that the viewer is at; of a deleted application, what is left of it.
    pub(super) async fn page(&self, occasion: Occasion) -> Result<Page, Refusal> {
        let head = self.head(&occasion).await?;
        let (t, frame) = (PortalMessages::of(self.viewer.language), Frame::of(self.viewer, Here::Applications));
        let around = Around { t, frame, head };
        if around.head.is_deleted() {
            return Ok(self.what_is_left(around));
        }
        match around.head.here {
            Tab::Overview => self.overview(around, occasion).await,
            Tab::Credentials => self.credentials(around, occasion).await,
            Tab::SignIn => self.sign_in(around, occasion).await,
            Tab::Access => self.access(around, occasion).await,
            Tab::Insight => self.insight(around).await,
            Tab::Danger => Ok(self.danger(around)),
        }
    }

    async fn overview(&self, Around { t, frame, head }: Around, occasion: Occasion) -> Result<Page, Refusal> {
        let issuer = self.viewer.edge.config().server.issuer.as_str();
        Ok(self.viewer.page(&OverviewPage {
            logo: self.logo().await?,
            origin: self.application.origin,
            created_at: self.application.created_at,
            last_used_at: self.application.last_used_at,
            snippets: snippets(self.application, issuer, occasion.secret.as_ref()),
            endpoints: endpoints(t, self.application, issuer),
            try_out: self.forms.try_out(),
            try_sign_in: self.forms.try_sign_in(),
            settings: self.settings(&occasion).await?,
            tried: occasion.tried,
            told: occasion.told,
            t,
            frame,
            head,
        }))
    }

    /// What became of its picture, if it has one.
    async fn logo(&self) -> Result<Option<String>, Refusal> {
        if self.application.settings.logo_uri.is_none() {
            return Ok(None);
        }
        let state = self.viewer.edge.logos().logo_state(self.application).await?;
        let t = PortalMessages::of(self.viewer.language);
        Ok(Some(match state {
            _ if self.application.origin.is_dynamic() => t.glance.logo_not_shown.to_owned(),
            Some(LogoState { problem: Some(problem), .. }) => t.glance.logo_failed.with(problem),
            None | Some(LogoState { is_there: false, .. }) => t.glance.logo_fetching.to_owned(),
            Some(LogoState { tried_at, .. }) => t.glance.logo_copied.with(t.ago(tried_at, self.viewer.now())),
        }))
    }

    async fn credentials(&self, Around { t, frame, head }: Around, occasion: Occasion) -> Result<Page, Refusal> {
        Ok(self.viewer.page(&CredentialsPage {
            secrets: self.application.secrets.iter().map(|secret| self.forms.secret(secret)).collect(),
            has_workloads: !self.application.settings.federated.is_empty(),
            rotate: self.forms.rotate(),
            settings: self.settings(&occasion).await?,
            now: self.viewer.now(),
            t,
            frame,
            head,
        }))
    }

    async fn sign_in(&self, Around { t, frame, head }: Around, occasion: Occasion) -> Result<Page, Refusal> {
        Ok(self.viewer.page(&SignInPage { settings: self.settings(&occasion).await?, t, frame, head }))
    }

    async fn access(&self, Around { t, frame, head }: Around, occasion: Occasion) -> Result<Page, Refusal> {
        Ok(self.viewer.page(&AccessPage {
            settings: self.settings(&occasion).await?,
            people: people(self.viewer, self.application, &occasion).await?,
            t,
            frame,
            head,
        }))
    }

    async fn insight(&self, Around { t, frame, head }: Around) -> Result<Page, Refusal> {
        let owner = WebhookOwner::Application(self.application.client_id.clone());
        Ok(self.viewer.page(&InsightPage {
            activity: activity(self.viewer, self.application).await?,
            hooks: hooks(self.viewer, &owner).await?,
            logouts: logouts(self.viewer, self.application).await?,
            now: self.viewer.now(),
            t,
            frame,
            head,
        }))
    }

    fn danger(&self, Around { t, frame, head }: Around) -> Page {
        let (forms, state) = (&self.forms, self.application.state);
        self.viewer.page(&DangerPage {
            deactivate: forms.when(state == ApplicationState::Active, "deactivate"),
            activate: forms.when(matches!(state, ApplicationState::Deactivated { .. }), "activate"),
            delete: forms.when(forms.is_changeable(), "delete"),
            t,
            frame,
            head,
        })
    }

    fn what_is_left(&self, Around { t, frame, head }: Around) -> Page {
        let undelete = self.forms.undelete(&self.outlook);
        self.viewer.page(&DeletedPage { undelete, now: self.viewer.now(), t, frame, head })
    }

    async fn head(&self, occasion: &Occasion) -> Result<ApplicationHead, Refusal> {
        let (viewer, application, access) = (self.viewer, self.application, self.viewer.edge.access());
        let (here, t) = (Tab::at(&viewer.path), PortalMessages::of(viewer.language));
        let link = |tab: Tab| TabLink {
            title: tab.title(t),
            href: tab.address_of(&application.client_id),
            is_here: tab == here,
        };
        let refused = occasion.refused.iter().flat_map(|(_, problems)| problems);
        Ok(ApplicationHead {
            app: shown(application),
            client_id: application.client_id.to_string(),
            kind: kinds::words(t, application.settings.kind),
            standing: life::standing(t, application, &self.outlook),
            tabs: Tab::ALL.into_iter().filter(|tab| tab.is_for(&application.settings)).map(link).collect(),
            here,
            declared: application.origin == Origin::Declared,
            described: application.origin.is_document(),
            as_operator: !access.looks_after(viewer.person.user.id, application).await?,
            for_nobody: access.is_for_nobody(application).await?,
            notice: occasion.notice,
            problems: occasion.problems.iter().chain(refused).map(|problem| self.at_home(problem, here)).collect(),
            secret: occasion.secret.as_ref().map(|secret| secret.expose().to_owned()),
            waiting: self.approval.clone().map(|approval| waiting(viewer, application, approval)),
        })
    }

    /// A problem of a setting, told with the page that has the setting.
    fn at_home(&self, problem: &FieldProblem, here: Tab) -> FieldProblem {
        let setting = SETTINGS.iter().find(|setting| element("set", setting) == problem.id);
        match setting.map(|setting| Tab::of_topic(setting.topic)) {
            Some(home) if home != here => problem.clone().on(home.address_of(&self.application.client_id)),
            _ => problem.clone(),
        }
    }

    /// The settings of the tab, with the algorithms and scopes that there are to choose from.
    async fn settings(&self, occasion: &Occasion) -> Result<Option<SettingsForm>, Refusal> {
        let extras = self.approval.as_ref().map(|approval| &approval.extras);
        let Some(form) = self.forms.settings(extras) else { return Ok(None) };
        let form = match &occasion.refused {
            Some((posted, problems)) => form.refused(posted, problems),
            None => form,
        };
        let (keys, t) = (self.viewer.edge.keys(), PortalMessages::of(self.viewer.language));
        let announced = keys.announced_algorithms().await?.into_iter().map(|(algorithm, at)| (algorithm, t.moment(at)));
        let mut form = form
            .signing_with(keys.offered_algorithms(), &announced.collect::<Vec<_>>())
            .with_boxes(&offered_scopes(self.viewer, self.application).await?);
        if occasion.asks_about_nobody {
            form.form = form.form.carrying("nobody", "yes");
        }
        Ok(Some(form))
    }
}

fn endpoints(t: &PortalMessages, application: &Application, issuer: &str) -> Vec<EndpointAddress> {
    let t = &t.using;
    let at = |name, path: &str| EndpointAddress { name, address: format!("{issuer}{path}") };
    let people = application.settings.grants.contains(&GrantType::AuthorizationCode);
    let mut endpoints = vec![
        at(t.issuer, ""),
        at(t.discovery, "/.well-known/openid-configuration"),
        at(t.token_endpoint, "/token"),
        at(t.key_set, "/.well-known/jwks.json"),
    ];
    if people {
        endpoints.insert(2, at(t.authorization, "/oauth/authorize"));
        endpoints.extend([at(t.userinfo, "/oauth/userinfo"), at(t.sign_out_endpoint, "/oauth/logout")]);
    }
    endpoints
}
