//! `/portal/applications/{client_id}`: the page of an application.

use axum::extract::Path;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::APPLICATIONS;
use super::activity::activity;
use super::approval::waiting;
use super::frame::{Frame, Here, caller, sender, viewer};
use super::idempotent_form::making_form;
use super::kinds;
use super::life;
use super::people::people;
use super::posted_form::PostedForm;
use super::snippets::snippets;
use super::view::{ApplicationNotice, ApplicationPage, Endpoint, FieldProblem, SecretLine, SettingsForm, Tried};
use crate::domain::application::{Application, ApplicationState, ClientAuthentication, Origin};
use crate::domain::approval::Extras;
use crate::domain::ids::ClientId;
use crate::domain::language::Language;
use crate::domain::life_cycle::Outlook;
use crate::domain::secret::{ClientSecret, StoredSecret};
use crate::domain::webhook::WebhookOwner;
use crate::flows::access::{Need, unknown_application};
use crate::flows::sessions::SignedInPerson;
use crate::http::pages::fields::query;
use crate::http::pages::flow::shown;
use crate::http::pages::messages::Messages;
use crate::http::pages::page::page;
use crate::http::pages::problem::refused_page;
use crate::http::pages::view::Form;
use crate::http::pages::visit::{Visit, see};
use crate::http::webhooks::hooks;
use crate::protocol::refusal::Refusal;
use crate::protocol::token::GrantType;

/// The address of an application's page. A client id needs no encoding.
pub(super) fn address_of(client_id: &ClientId) -> String {
    format!("{APPLICATIONS}/{client_id}")
}

/// The same with a notice.
pub(super) fn done(client_id: &ClientId, what: &str) -> String {
    format!("{APPLICATIONS}/{client_id}?done={what}")
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
}

/// `GET /portal/applications/{client_id}`.
pub(in crate::http) async fn show(Path(id): Path<String>, method: Method, uri: Uri, visit: Visit) -> Response {
    let person = match viewer(&visit, uri.path()) {
        Ok(person) => person,
        Err(response) => return *response,
    };
    let application = match seen(&visit, person, &id).await {
        Ok(application) => application,
        Err(refusal) => return refused_page(&visit, &refusal),
    };
    let named = query(&uri).ok().and_then(|parameters| ApplicationNotice::from_name(parameters.value("done")?));
    // A HEAD request shows nothing.
    let secret = visit.secret_to_show(application.client_id.as_str()).filter(|_| method == Method::GET);
    let took = secret.is_some();
    let occasion = Occasion { notice: named, secret, ..Occasion::default() };
    visit.remembered(match render(&visit, person, &application, occasion).await {
        Ok(response) if took && response.status().is_success() => visit.shown(response),
        Ok(response) => response,
        Err(refusal) => refused_page(&visit, &refusal),
    })
}

/// `GET` of the address of a form, which may be in the browser after a refusal: back to the page itself.
pub(in crate::http) async fn back(uri: Uri) -> Response {
    let page: Vec<&str> = uri.path().split('/').take(4).collect();
    see(&page.join("/"))
}

/// The application of this page, if the person may see it.
async fn seen(visit: &Visit, person: &SignedInPerson, id: &str) -> Result<Application, Refusal> {
    let client_id: ClientId = id.parse().map_err(|_| unknown_application())?;
    visit.edge.access().remembered_application_for(&caller(person), &client_id, Need::ReadApplications).await
}

/// The sender of a form of an application's page, and the application, which is not deleted.
pub(super) async fn changing<'a>(
    visit: &'a Visit,
    typed: &PostedForm,
    id: &str,
) -> Result<(&'a SignedInPerson, Application), Box<Response>> {
    let person = sender(visit, typed, &format!("{APPLICATIONS}/{id}"))?;
    let found = match id.parse::<ClientId>() {
        Ok(id) => visit.edge.access().application_for(&caller(person), &id, Need::WriteApplications).await,
        Err(_) => Err(unknown_application()),
    };
    found.map(|application| (person, application)).map_err(|refusal| Box::new(refused_page(visit, &refusal)))
}

/// The page again with a refusal; a page of the refusal alone if there is nothing else to show.
pub(super) async fn could_not(
    visit: &Visit,
    person: &SignedInPerson,
    application: &Application,
    refusal: &Refusal,
) -> Response {
    if refusal.code.status() >= 500 || matches!(refusal.code.status(), 401 | 404) {
        return refused_page(visit, refusal);
    }
    // As it is now, not as it was when the form was shown.
    match seen(visit, person, application.client_id.as_str()).await {
        Ok(now) => application_page(visit, person, &now, Occasion::refused(refusal)).await,
        Err(refusal) => refused_page(visit, &refusal),
    }
}

/// The page.
pub(super) async fn application_page(
    visit: &Visit,
    person: &SignedInPerson,
    application: &Application,
    occasion: Occasion,
) -> Response {
    match render(visit, person, application, occasion).await {
        Ok(response) => response,
        Err(refusal) => refused_page(visit, &refusal),
    }
}

async fn render(
    visit: &Visit,
    person: &SignedInPerson,
    application: &Application,
    occasion: Occasion,
) -> Result<Response, Refusal> {
    let edge = &visit.edge;
    let own = edge.access().looks_after(person.user.id, application).await?;
    let outlook = edge.life_cycle().life_cycle_of(application).await?;
    let people = people(visit, person, application, &occasion).await?;
    let forms = Forms { visit, application };
    let issuer = edge.config().server.issuer.as_str();
    let approval = edge.access().approval_of(application).await?;
    // An operator who saves the form grants what is in it, so their form does not contain what was asked for.
    let asked = approval.as_ref().filter(|_| !person.user.admin).map(|approval| &approval.extras);
    let settings = forms.settings(asked, occasion.refused);
    let view = ApplicationPage {
        t: Messages::of(Language::English),
        frame: Frame::of(visit, person, Here::Applications),
        now: visit.now(),
        app: shown(application),
        client_id: application.client_id.to_string(),
        kind: kinds::words(application.settings.kind),
        standing: life::standing(application, &outlook),
        declared: application.origin == Origin::Declared,
        as_operator: !own,
        created_at: application.created_at,
        last_used_at: application.last_used_at,
        notice: occasion.notice,
        problems: occasion.problems,
        snippets: snippets(application, issuer, occasion.secret.as_ref()),
        secret: occasion.secret.map(|secret| secret.expose().to_owned()),
        secrets: application.secrets.iter().map(|secret| forms.secret(secret)).collect(),
        rotate: forms.rotate(),
        endpoints: endpoints(application, issuer),
        try_out: forms.try_out(),
        tried: occasion.tried,
        settings,
        waiting: approval.map(|approval| waiting(visit, application, approval)),
        activity: activity(visit, application).await?,
        hooks: hooks(visit, &WebhookOwner::Application(application.client_id.clone())).await?,
        people,
        deactivate: forms.when(application.state == ApplicationState::Active, "deactivate"),
        activate: forms.when(matches!(application.state, ApplicationState::Deactivated { .. }), "activate"),
        delete: forms.when(application.origin == Origin::Registered, "delete"),
        undelete: forms.undelete(&outlook),
    };
    Ok(page(&view).with_status(occasion.status).into_response())
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
        let has_secrets = self.application.settings.authentication == ClientAuthentication::Secret;
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

    /// With what was asked for, so that saving the form keeps asking for it.
    fn settings(
        &self,
        asked: Option<&Extras>,
        refused: Option<(PostedForm, Vec<FieldProblem>)>,
    ) -> Option<SettingsForm> {
        let form = self.when(self.application.origin == Origin::Registered, "settings")?;
        let settings = self.application.settings.clone();
        let form = SettingsForm::of(
            &asked.map_or_else(|| settings.clone(), |asked| asked.added_to(settings.clone())),
            form.carrying("version", self.application.version.to_string()).carrying("grants_shown", "1"),
        );
        let form = match asked {
            Some(asked) => form.waiting_for(asked),
            None => form,
        };
        Some(match refused {
            Some((typed, problems)) => form.refused(&typed, problems),
            None => form,
        })
    }
}

fn endpoints(application: &Application, issuer: &str) -> Vec<Endpoint> {
    let at = |name, path: &str| Endpoint { name, address: format!("{issuer}{path}") };
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
