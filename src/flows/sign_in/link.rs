//! Opening the link of a mail.
//!
//! Opening never spends it. For an application's passwordless request it issues a short-lived code, and the link is
//! spent when one of its codes is redeemed, so mail scanners do no harm. In a browser flow the link belongs to the
//! browser that began: there it signs in, anywhere else it only shows the code to type.

use std::sync::Arc;

use super::{SignIns, SignedIn};
use crate::domain::application::Application;
use crate::domain::authorization::Authorization;
use crate::domain::ids::{AuthorizationId, ClientId, Timestamp, UserId};
use crate::domain::one_time::{BrowserToken, LinkToken};
use crate::domain::recheck::Withdrawn;
use crate::domain::session::{AuthenticationMethod, Device};
use crate::domain::sign_in::{
    DeliveryEvent, LinkMode, LoginCode, MOST_FETCHES, Purpose, SignIn, SignInLink, SignInOver,
};
use crate::domain::user::User;
use crate::flows::admission::{access_denied, is_admitted, is_sure_enough, unmet};
use crate::flows::authorization_response::{Answer, Subject};
use crate::protocol::refusal::Refusal;

/// How a link was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// A GET as a person's browser makes it.
    Fetch,
    /// A HEAD request, a prefetch or a known link previewer: the answer is not shown to a person.
    Preview,
    /// The button of the page it showed.
    Button,
}

/// The sender of a request for a link.
#[derive(Debug)]
pub struct Visitor<'a> {
    /// The browser's own token, if it began a sign-in here.
    pub browser: Option<&'a BrowserToken>,
    /// How it was opened.
    pub confirmation: Confirmation,
    /// Its browser and network address.
    pub device: &'a Device,
}

/// Why a link is void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkOver {
    /// There is no such link, or it was deleted.
    Unknown,
    /// Its time is over.
    Expired,
    /// It, or another of the same sign-in, was used.
    Used,
    /// The sign-in was ended by wrong codes, or the account was disabled or deleted.
    Ended,
}

impl LinkOver {
    /// The reason in words, for the delivery trace.
    const fn why(self) -> &'static str {
        match self {
            Self::Unknown => "the link was not known",
            Self::Expired => "a link was opened whose time was over",
            Self::Used => "a link was opened whose sign-in was completed before",
            Self::Ended => "a link was opened whose sign-in was ended, or whose account is not there any more",
        }
    }
}

/// What to show for a link.
#[derive(Debug)]
pub enum LinkView {
    /// Nothing worth caching or following.
    Preview,
    /// A page with a button.
    Confirm(LinkFacts),
    /// A page with the code to type where the sign-in was started.
    OtherDevice(LinkFacts, LoginCode),
    /// The way back to the application.
    Answer(Answer, Arc<Application>),
    /// A page that says that the person may not use the application, and leads back to it.
    NoAccess {
        /// How the application is told.
        answer: Answer,
        /// What it is told.
        refusal: Refusal,
        /// The application.
        application: Arc<Application>,
    },
    /// This browser is signed in.
    SignedIn(SignedIn),
    /// It is void.
    Over(LinkOver),
}

/// What became of a sign-in that its mail's reader wanted to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It does not work any more.
    Yes,
    /// What was typed is not the address of the mail.
    NotTheAddress,
}

/// What a person needs to know to decide.
#[derive(Clone, Debug)]
pub struct LinkFacts {
    /// The application's name; none for this server's own pages.
    pub application: Option<String>,
    /// The address that is to be signed in, masked.
    pub address: String,
    /// The device that requested it.
    pub device: Device,
    /// When.
    pub asked_at: Timestamp,
    /// The four characters that mail and waiting page both show.
    pub reference: String,
    /// The language of the sign-in.
    pub locale: String,
    /// Where the answer will go; none for this server's own pages.
    pub redirect_uri: Option<String>,
}

impl SignIns {
    /// Opens a link.
    pub async fn open_link(&self, token: &LinkToken, visitor: &Visitor<'_>) -> Result<LinkView, Refusal> {
        let Some((link, sign_in)) = self.link_and_sign_in(token).await? else {
            return Ok(LinkView::Over(LinkOver::Unknown));
        };
        if let Some(over) = self.link_over(&sign_in, &link) {
            self.delivery_traces.note_refused(&sign_in, over.why()).await?;
            return Ok(LinkView::Over(over));
        }
        if visitor.confirmation == Confirmation::Preview {
            self.delivery_traces.note_step(&sign_in, DeliveryEvent::Previewed, &visitor.device.user_agent).await?;
            return Ok(LinkView::Preview);
        }
        self.delivery_traces.note_step(&sign_in, DeliveryEvent::Opened, &visitor.device.user_agent).await?;
        match (&sign_in.purpose, sign_in.browser) {
            (Purpose::Authorization(id), None) => {
                self.open_for_application(token, &link, &sign_in, *id, visitor.confirmation).await
            }
            (_, Some(browser)) if visitor.browser.is_some_and(|mine| mine.hash() == browser) => {
                self.sign_in_here(&sign_in, visitor).await
            }
            (Purpose::Page(_), None) if visitor.confirmation == Confirmation::Button => {
                self.sign_in_here(&sign_in, visitor).await
            }
            (Purpose::Page(_), None) => Ok(LinkView::Confirm(self.facts(&sign_in).await?)),
            (_, Some(_)) => {
                self.delivery_traces
                    .note_refused(&sign_in, "the link was opened in another browser, which was shown the code")
                    .await?;
                Ok(LinkView::OtherDevice(self.facts(&sign_in).await?, self.login_codes.code_of(sign_in.id)))
            }
        }
    }

    /// What a page may say of a link without opening it, or why there is nothing to say.
    pub async fn link_facts(&self, token: &LinkToken) -> Result<Result<LinkFacts, LinkOver>, Refusal> {
        let Some((link, sign_in)) = self.link_and_sign_in(token).await? else { return Ok(Err(LinkOver::Unknown)) };
        match self.link_over(&sign_in, &link) {
            Some(over) => Ok(Err(over)),
            None => Ok(Ok(self.facts(&sign_in).await?)),
        }
    }

    /// Ends the sign-in of a link, because the person who got its mail did not ask for it. They type the address, which a
    /// program that presses the buttons of a mail's pages does not.
    pub async fn stop_sign_in(&self, token: &LinkToken, address: &str) -> Result<Stopped, Refusal> {
        let Some((_, sign_in)) = self.link_and_sign_in(token).await? else { return Ok(Stopped::Yes) };
        if address.trim_ascii().to_ascii_lowercase() != sign_in.email.key() {
            return Ok(Stopped::NotTheAddress);
        }
        let mut tx = self.store.begin().await?;
        if tx.sign_in_end(sign_in.id, self.instruments.now()).await? {
            self.delivery_traces
                .append_delivery(&mut tx, &sign_in, DeliveryEvent::Refused, "stopped by the recipient of the mail")
                .await?;
        }
        tx.commit().await?;
        Ok(Stopped::Yes)
    }

    async fn link_and_sign_in(&self, token: &LinkToken) -> Result<Option<(SignInLink, SignIn)>, Refusal> {
        let Some(link) = self.store.sign_in_link(token.hash()).await? else { return Ok(None) };
        let sign_in = self.store.sign_in(link.sign_in).await?;
        Ok(sign_in.map(|sign_in| (link, sign_in)))
    }

    fn link_over(&self, sign_in: &SignIn, link: &SignInLink) -> Option<LinkOver> {
        let now = self.instruments.now();
        if link.is_expired(self.login.link_ttl, now) {
            return Some(LinkOver::Expired);
        }
        sign_in.check_open(now).err().map(|over| match over {
            SignInOver::Redeemed => LinkOver::Used,
            SignInOver::TooManyTries | SignInOver::Ended => LinkOver::Ended,
            SignInOver::Expired => LinkOver::Expired,
        })
    }

    async fn sign_in_here(&self, sign_in: &SignIn, visitor: &Visitor<'_>) -> Result<LinkView, Refusal> {
        let over = match self.complete_sign_in(sign_in, visitor.device, "link opened").await {
            Ok(Ok(signed_in)) => return Ok(LinkView::SignedIn(signed_in)),
            Ok(Err(SignInOver::Expired)) => LinkOver::Expired,
            Ok(Err(_)) => LinkOver::Used,
            Err(refusal) => {
                self.delivery_traces.note_refusal(Some(sign_in.id), &refusal).await;
                return Err(refusal);
            }
        };
        self.delivery_traces.note_refused(sign_in, over.why()).await?;
        Ok(LinkView::Over(over))
    }

    #[expect(clippy::too_many_arguments, reason = "the link, what it belongs to and how it was opened")]
    async fn open_for_application(
        &self,
        token: &LinkToken,
        link: &SignInLink,
        sign_in: &SignIn,
        authorization: AuthorizationId,
        confirmation: Confirmation,
    ) -> Result<LinkView, Refusal> {
        let Some(authorization) = self.store.authorization(authorization).await? else {
            return Ok(LinkView::Over(LinkOver::Unknown));
        };
        let application = self.responses.application_of(&authorization).await?;
        let user = match sign_in.user {
            Some(user) => self.store.user(user).await?.filter(User::is_active).map(|user| user.id),
            None => None,
        };
        let Some(user) = user else { return self.link_ended(sign_in, LinkOver::Ended.why()).await };
        let at_once = confirmation == Confirmation::Button
            || (link.fetches < MOST_FETCHES && self.goes_on_at_once(&application, &authorization));
        self.store.sign_in_link_fetched(token.hash()).await?;
        if !at_once {
            return Ok(LinkView::Confirm(self.facts(sign_in).await?));
        }
        self.mint(sign_in, user, &authorization, &application.client_id).await
    }

    /// An application that sent `state` or used PKCE can tell its own browser from another's; for one that
    /// did neither, a person presses a button.
    fn goes_on_at_once(&self, application: &Application, authorization: &Authorization) -> bool {
        match application.settings.link_mode.unwrap_or(self.login.link_mode) {
            LinkMode::Direct => true,
            LinkMode::Confirm => false,
            LinkMode::Auto => authorization.state.is_some() || authorization.code_challenge.is_some(),
        }
    }

    async fn mint(
        &self,
        sign_in: &SignIn,
        user: UserId,
        authorization: &Authorization,
        client_id: &ClientId,
    ) -> Result<LinkView, Refusal> {
        let now = self.instruments.now();
        let catalogue = self.responses.catalogue().await?;
        let mut tx = self.store.begin().await?;
        if !tx.user_hold(user).await? || !tx.sign_in_hold(sign_in.id, now).await? {
            drop(tx);
            return self.link_ended(sign_in, LinkOver::Ended.why()).await;
        }
        let application = tx.application(client_id).await?.ok_or(Withdrawn::Application)?;
        let scope = match authorization.recheck(&application, &authorization.scope, &catalogue) {
            Ok(scope) => scope,
            Err(withdrawn) => {
                drop(tx);
                let refusal = Refusal::from(withdrawn);
                self.delivery_traces.note_refusal(Some(sign_in.id), &refusal).await;
                return Err(refusal);
            }
        };
        if !is_admitted(&mut tx, user, &application).await? {
            drop(tx);
            let refusal = access_denied();
            self.delivery_traces.note_refusal(Some(sign_in.id), &refusal).await;
            let answer = self.responses.answer_with_refusal(authorization, &application, &refusal)?;
            return Ok(LinkView::NoAccess { answer, refusal, application: Arc::new(application) });
        }
        // Nor does it sign in as surely as may be required.
        if !is_sure_enough(&mut tx, (user, AuthenticationMethod::Email), &application).await? {
            drop(tx);
            let refusal = unmet();
            self.delivery_traces.note_refusal(Some(sign_in.id), &refusal).await;
            let answer = self.responses.answer_with_refusal(authorization, &application, &refusal)?;
            return Ok(LinkView::Answer(answer, Arc::new(application)));
        }
        // The mail may be older than a consent that the person has withdrawn since.
        let claims = authorization.claims.still_allowed(&application);
        let authorization = &Authorization { scope, claims, ..authorization.clone() };
        if application.first_unagreed(&authorization.to_agree_to(), &tx.consent(user, application.id).await?).is_some()
        {
            drop(tx);
            return self.link_ended(sign_in, "a link was opened for what the person does not agree to any more").await;
        }
        let code = self.responses.issue_code(&mut tx, authorization, &Subject::of_link(user, sign_in.id, now)).await?;
        self.delivery_traces.append_delivery(&mut tx, sign_in, DeliveryEvent::CodeIssued, "").await?;
        tx.commit().await?;
        let answer = self.responses.answer_with_code(authorization, &application, &code)?;
        Ok(LinkView::Answer(answer, Arc::new(application)))
    }

    async fn link_ended(&self, sign_in: &SignIn, why: &str) -> Result<LinkView, Refusal> {
        self.delivery_traces.note_refused(sign_in, why).await?;
        Ok(LinkView::Over(LinkOver::Ended))
    }

    async fn facts(&self, sign_in: &SignIn) -> Result<LinkFacts, Refusal> {
        let authorization = match &sign_in.purpose {
            Purpose::Page(_) => None,
            Purpose::Authorization(id) => self.store.authorization(*id).await?,
        };
        let application = match &authorization {
            Some(authorization) => Some(self.responses.application_of(authorization).await?.settings.name.clone()),
            None => None,
        };
        Ok(LinkFacts {
            redirect_uri: authorization.map(|authorization| authorization.redirect_uri),
            application,
            address: sign_in.email.masked(),
            device: sign_in.device.clone(),
            asked_at: sign_in.created_at,
            reference: sign_in.reference.clone(),
            locale: sign_in.locale.clone(),
        })
    }
}
