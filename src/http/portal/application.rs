//! `/portal/applications/{client_id}`: the page of an application.

use axum::extract::Path;
use axum::http::StatusCode;

use super::APPLICATIONS;
use super::activity::activity;
use super::approval::waiting;
use super::frame::{Frame, Here};
use super::idempotent_form::making_form;
use super::kinds;
use super::life;
use super::logouts::logouts;
use super::people::people;
use super::snippets::snippets;
use super::view::{
    ApplicationNotice, ApplicationPage, EndpointAddress, FieldProblem, SecretLine, SettingsForm, SettingsReader, Tried,
};
use crate::domain::application::{Application, ApplicationState, Origin};
use crate::domain::approval::Extras;
use crate::domain::ids::ClientId;
use crate::domain::language::Language;
use crate::domain::life_cycle::Outlook;
use crate::domain::secret::{ClientSecret, StoredSecret};
use crate::domain::webhook::WebhookOwner;
use crate::flows::access::{Need, unknown_application};
use crate::http::pages::flow::shown;
use crate::http::pages::messages::Messages;
use crate::http::pages::page_error::PageResult;
use crate::http::pages::posted_form::PostedForm;
use crate::http::pages::view::Form;
use crate::http::pages::viewer::Viewer;
use crate::http::pages::visit::Visit;
use crate::http::webhook_list::hooks;
use crate::protocol::refusal::Refusal;
use crate::protocol::token::GrantType;

/// The address of an application's page. A client id needs no encoding.
pub(super) fn address_of(client_id: &ClientId) -> String {
    format!("{APPLICATIONS}/{}", client_id.in_path())
}

/// The same with a notice.
pub(super) fn done(client_id: &ClientId, what: &str) -> String {
    format!("{APPLICATIONS}/{}?done={what}", client_id.in_path())
}

/// What the page shows besides the application.
#[derive(Default)]
pub(super) struct Occasion {
    /// What was just done.
    pub(super) notice: Option<ApplicationNotice>,
    /// The problems.
    pub(super) problems: Vec<FieldProblem>,
    /// The status of the page.
    pub(super) status: StatusCode,
    /// A secret that is shown now only.
    pub(super) secret: Option<ClientSecret>,
    /// A token of "Try it".
    pub(super) tried: Option<Tried>,
    /// An address that was refused, as it was entered.
    pub(super) invited: Option<String>,
    /// Whether the settings are only asked about: saved once more, they leave no person who may use the application.
    pub(super) asks_about_nobody: bool,
    /// Settings that were refused, as they were entered.
    pub(super) refused: Option<(PostedForm, Vec<FieldProblem>)>,
}

impl Occasion {
    /// The page after a refusal.
    pub(super) fn refused(refusal: &Refusal) -> Self {
        Self {
            problems: vec![FieldProblem::whole(refusal.description.clone())],
            status: StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::BAD_REQUEST),
            ..Self::default()
        }
    }

    /// Something has to be put right first.
    pub(super) fn with_problem(problem: FieldProblem, status: StatusCode) -> Self {
        Self { problems: vec![problem], status, ..Self::default() }
    }
}

/// `GET /portal/applications/{client_id}`.
pub(in crate::http) async fn show(Path(id): Path<String>, viewer: Viewer) -> PageResult {
    let application = seen(&viewer, &id.parse().map_err(|_| unknown_application())?).await?;
    let occasion = Occasion {
        notice: viewer.done.as_deref().and_then(ApplicationNotice::from_name),
        secret: viewer.secret_to_show(application.client_id.as_str()),
        ..Occasion::default()
    };
    application_page(&viewer, &application, occasion).await
}

/// The application of a page, deleted or not, if it is this viewer's to see.
pub(super) async fn seen(viewer: &Viewer, client_id: &ClientId) -> Result<Application, Refusal> {
    viewer.edge.access().remembered_application_for(&viewer.caller(), client_id, Need::ReadApplications).await
}

/// The page.
pub(super) async fn application_page(viewer: &Viewer, application: &Application, occasion: Occasion) -> PageResult {
    let edge = &viewer.edge;
    let own = edge.access().looks_after(viewer.person.user.id, application).await?;
    let outlook = edge.life_cycle().life_cycle_of(application).await?;
    let people = people(viewer, application, &occasion).await?;
    let forms = Forms { visit: viewer, application };
    let issuer = edge.config().server.issuer.as_str();
    let approval = edge.access().approval_of(application).await?;
    let settings = forms.settings(viewer, approval.as_ref().map(|approval| &approval.extras), occasion.refused);
    let mut settings = match settings {
        Some(form) => Some(with_algorithms(viewer, form).await?),
        None => None,
    };
    if let Some(part) = settings.as_mut().filter(|_| occasion.asks_about_nobody) {
        part.form = part.form.clone().carrying("nobody", "yes");
    }
    let view = ApplicationPage {
        t: Messages::of(Language::English),
        frame: Frame::of(viewer, Here::Applications),
        now: viewer.now(),
        app: shown(application),
        client_id: application.client_id.to_string(),
        kind: kinds::words(application.settings.kind),
        standing: life::standing(application, &outlook),
        declared: application.origin == Origin::Declared,
        origin: application.origin,
        as_operator: !own,
        for_nobody: edge.access().is_for_nobody(application).await?,
        created_at: application.created_at,
        last_used_at: application.last_used_at,
        notice: occasion.notice,
        problems: occasion.problems,
        snippets: snippets(application, issuer, occasion.secret.as_ref()),
        secret: occasion.secret.map(|secret| secret.expose().to_owned()),
        secrets: application.secrets.iter().map(|secret| forms.secret(secret)).collect(),
        has_workloads: !application.settings.federated.is_empty(),
        rotate: forms.rotate(),
        endpoints: endpoints(application, issuer),
        try_out: forms.try_out(),
        tried: occasion.tried,
        settings,
        waiting: approval.map(|approval| waiting(viewer, application, approval)),
        activity: activity(viewer, application).await?,
        hooks: hooks(viewer, &WebhookOwner::Application(application.client_id.clone())).await?,
        logouts: logouts(viewer, application).await?,
        people,
        deactivate: forms.when(application.state == ApplicationState::Active, "deactivate"),
        activate: forms.when(matches!(application.state, ApplicationState::Deactivated { .. }), "activate"),
        delete: forms.when(application.origin != Origin::Declared && !application.origin.is_document(), "delete"),
        undelete: forms.undelete(&outlook),
    };
    let page = viewer.page(&view).with_status(occasion.status);
    Ok(if view.secret.is_some() { viewer.having_shown_secret(page) } else { page })
}

/// The forms of the page.
struct Forms<'a> {
    visit: &'a Visit,
    application: &'a Application,
}

impl Forms<'_> {
    fn form(&self, action: &str) -> Form {
        self.visit.form(format!("{}/{action}", address_of(&self.application.client_id)))
    }

    /// A form that is shown only when it makes sense, and never for a deleted application.
    fn when(&self, sensible: bool, action: &str) -> Option<Form> {
        let deleted = matches!(self.application.state, ApplicationState::Deleted { .. });
        (sensible && !deleted).then(|| self.form(action))
    }

    /// A deleted application can be brought back for a while.
    fn undelete(&self, outlook: &Outlook) -> Option<Form> {
        let deleted = matches!(self.application.state, ApplicationState::Deleted { .. });
        let in_time = outlook.purged_at.is_some_and(|until| self.visit.now() < until);
        (deleted && in_time).then(|| self.form("undelete"))
    }

    fn rotate(&self) -> Option<Form> {
        let has_secrets = self.application.settings.uses_secret();
        let brought = self.application.secrets.iter().any(StoredSecret::is_imported);
        let form = self.when(has_secrets && !brought, "secrets")?;
        Some(making_form(self.visit, form.action))
    }

    fn secret(&self, secret: &StoredSecret) -> SecretLine {
        SecretLine {
            hint: secret.hint.clone(),
            created_at: secret.created_at,
            last_used_on: secret.last_used_on,
            revoke: self.when(!secret.is_imported(), &format!("secrets/{}/revoke", secret.id)),
        }
    }

    fn try_out(&self) -> Option<Form> {
        let gets_tokens = self.application.settings.grants.contains(&GrantType::ClientCredentials);
        self.when(gets_tokens && self.application.state == ApplicationState::Active, "try")
    }

    /// With what was asked for, so that saving the form keeps asking for it. An operator who saves the form gives what
    /// is in it, so theirs is without.
    fn settings(
        &self,
        viewer: &Viewer,
        waiting: Option<&Extras>,
        refused: Option<(PostedForm, Vec<FieldProblem>)>,
    ) -> Option<SettingsForm> {
        let origin = self.application.origin;
        let form = self.when(origin != Origin::Declared && !origin.is_document(), "settings")?;
        let is_operator = viewer.person.user.admin && !viewer.person.lacks_power();
        let reader = if is_operator { SettingsReader::Operator } else { SettingsReader::Developer };
        let waiting = waiting.filter(|_| !is_operator);
        let settings = self.application.settings.clone();
        let form = SettingsForm::of(
            &waiting.map_or_else(|| settings.clone(), |extras| extras.added_to(settings.clone())),
            form.carrying("version", self.application.version.to_string()),
            reader,
        );
        let form = match waiting {
            Some(extras) => form.waiting_for(extras),
            None => form,
        };
        Some(match refused {
            Some((posted, problems)) => form.refused(&posted, problems),
            None => form,
        })
    }
}

/// The same form, which offers what this server signs with and says from when on.
async fn with_algorithms(viewer: &Viewer, form: SettingsForm) -> Result<SettingsForm, Refusal> {
    let (keys, t) = (viewer.edge.keys(), Messages::of(Language::English));
    let announced = keys.announced_algorithms().await?.into_iter().map(|(algorithm, at)| (algorithm, t.moment(at)));
    Ok(form.signing_with(keys.offered_algorithms(), &announced.collect::<Vec<_>>()))
}

fn endpoints(application: &Application, issuer: &str) -> Vec<EndpointAddress> {
    let at = |name, path: &str| EndpointAddress { name, address: format!("{issuer}{path}") };
    let people = application.settings.grants.contains(&GrantType::AuthorizationCode);
    let mut endpoints = vec![
        at("Issuer", ""),
        at("Discovery", "/.well-known/openid-configuration"),
        at("Token", "/token"),
        at("Key set", "/.well-known/jwks.json"),
    ];
    if people {
        endpoints.insert(2, at("Authorization", "/oauth/authorize"));
        endpoints.extend([at("Userinfo", "/oauth/userinfo"), at("Sign-out", "/oauth/logout")]);
    }
    endpoints
}
