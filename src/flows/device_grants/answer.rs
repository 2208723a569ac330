//! The browser's half (RFC 8628 §3.3): a person enters the user code, sees who asks, and answers.
//!
//! Entering a code gives the request to that browser. It approves nothing: the answer is another form, which only
//! a person who is signed in can send.

use std::sync::Arc;
use std::time::Duration;

use super::DeviceGrants;
use crate::config::RateLimits;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::assurance::RequiredSignIn;
use crate::domain::catalogue::Catalogue;
use crate::domain::device_grant::{DeviceApproval, DeviceGrant, DeviceStanding, UserCode};
use crate::domain::ids::{DeviceGrantId, Timestamp};
use crate::domain::one_time::BrowserToken;
use crate::flows::access::sign_in_anew;
use crate::flows::admission::{access_denied, is_admitted, is_sure_enough};
use crate::flows::guess_limits::network_of;
use crate::flows::requester::Requester;
use crate::flows::sessions::SignedInPerson;
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::protocol::scope::Scope;
use crate::protocol::token::GrantType;
use crate::store::{StoreError, Transaction};

/// The span that wrong codes are counted in.
const TRIES_WITHIN: Duration = Duration::from_mins(1);

/// What became of a code that was entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnteredCode {
    /// Its request is this browser's to answer.
    Opened(DeviceGrantId),
    /// There is no open request with this code.
    Wrong,
    /// Another browser has it.
    Taken,
}

/// The request that a browser has taken.
#[derive(Clone, Debug)]
pub struct OpenedDevice {
    /// The request.
    pub grant: DeviceGrant,
    /// The application on the device.
    pub application: Arc<Application>,
    /// The code that the device shows.
    pub user_code: UserCode,
    /// How far it is.
    pub standing: DeviceStanding,
    /// Whether it came from the network that the browser is in; unknown where one uses IPv4 and the other IPv6.
    pub same_network: Option<bool>,
}

/// The answer of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The device gets its tokens.
    Allow,
    /// The device is told that it was denied.
    Deny,
}

impl DeviceGrants {
    /// Takes a code as a person typed it. Wrong ones are counted before they are looked up, over all nodes.
    pub async fn enter_user_code(
        &self,
        input: &str,
        browser: &BrowserToken,
        requester: &Requester,
    ) -> Result<EnteredCode, Refusal> {
        let now = self.instruments.now();
        let subject = format!("user codes:{}", network_of(requester.address));
        let mut tx = self.store.begin().await?;
        self.take_try(&mut tx, &subject, now).await?;
        let entered = match self.find_open(&mut tx, input, now).await? {
            None => EnteredCode::Wrong,
            Some(grant) => {
                tx.try_give_back(&subject).await?;
                let opened = tx.device_grant_open(grant.id, browser.hash(), now).await?;
                if opened { EnteredCode::Opened(grant.id) } else { EnteredCode::Taken }
            }
        };
        tx.commit().await?;
        Ok(entered)
    }

    async fn take_try(&self, tx: &mut Transaction, subject: &str, now: Timestamp) -> Result<(), Refusal> {
        let RateLimits { enabled, wrong_user_codes_per_ip, .. } = **self.limits.load();
        if !enabled {
            return Ok(());
        }
        match tx.try_take(subject, wrong_user_codes_per_ip, TRIES_WITHIN, now).await? {
            None => Ok(()),
            Some(wait) => {
                let what = "too many wrong codes were entered from here; wait a moment and try again";
                Err(Refusal::new(ErrorCode::TooManyRequests, what).retry_after(wait))
            }
        }
    }

    async fn find_open(
        &self,
        tx: &mut Transaction,
        input: &str,
        now: Timestamp,
    ) -> Result<Option<DeviceGrant>, StoreError> {
        let Some(code) = UserCode::from_input(input) else { return Ok(None) };
        for hash in self.user_codes.hashes_of(&code) {
            let found = tx.device_grant_by_user_code(hash, now).await?;
            if let Some(grant) = found.filter(|grant| grant.standing(now) == DeviceStanding::Waiting) {
                return Ok(Some(grant));
            }
        }
        Ok(None)
    }

    /// The request of this id, if this browser has taken it and the application can still make it. Its scope is what is
    /// left of it.
    pub async fn opened_device(
        &self,
        id: DeviceGrantId,
        browser: Option<&BrowserToken>,
        requester: &Requester,
    ) -> Result<Option<OpenedDevice>, Refusal> {
        let Some(browser) = browser else { return Ok(None) };
        let found = self.store.device_grant_by_id(id).await?;
        let Some(grant) = found.filter(|grant| grant.browser == Some(browser.hash())) else { return Ok(None) };
        let Some(client_id) = self.store.application_client_id(grant.application).await? else { return Ok(None) };
        let Some(application) = self.application_cache.application(&client_id).await? else { return Ok(None) };
        let catalogue = self.application_cache.catalogue().await?;
        let Some(scope) = what_is_left(&grant, &application, &catalogue) else { return Ok(None) };
        let Some(user_code) = self.user_codes.of(&grant) else { return Ok(None) };
        Ok(Some(OpenedDevice {
            standing: grant.standing(self.instruments.now()),
            same_network: is_same_network(&grant, requester),
            grant: DeviceGrant { scope, ..grant },
            application,
            user_code,
        }))
    }

    /// Whether this person has to sign in with a passkey before they may allow it.
    pub async fn wants_passkey(&self, opened: &OpenedDevice, person: &SignedInPerson) -> Result<bool, Refusal> {
        let SignedInPerson { session, .. } = person;
        if session.amr.is_passkey() {
            return Ok(false);
        }
        let by_application = opened.application.settings.require == RequiredSignIn::Passkey;
        Ok(by_application || self.store.groups_require(session.user).await? == RequiredSignIn::Passkey)
    }

    /// Answers a request. Of several answers one counts; a page that is fetched afterwards says which.
    pub async fn answer_device(
        &self,
        opened: &OpenedDevice,
        person: &SignedInPerson,
        decision: Decision,
    ) -> Result<(), Refusal> {
        let (id, now) = (opened.grant.id, self.instruments.now());
        let mut tx = self.store.begin().await?;
        match decision {
            Decision::Allow => {
                let session = &person.session;
                // Who signs out everywhere at this moment has allowed nothing.
                if !person.hold(&mut tx).await? {
                    return Ok(());
                }
                if !is_admitted(&mut tx, session.user, &opened.application).await? {
                    tx.device_grant_deny(id, now).await?;
                    tx.commit().await?;
                    return Err(access_denied());
                }
                if !is_sure_enough(&mut tx, (session.user, session.amr), &opened.application).await? {
                    return Err(sign_in_anew());
                }
                let approval = DeviceApproval { user: session.user, auth_time: session.auth_time, amr: session.amr };
                tx.device_grant_allow(id, &opened.grant.scope, &approval, now).await?
            }
            Decision::Deny => tx.device_grant_deny(id, now).await?,
        };
        Ok(tx.commit().await?)
    }
}

/// The scope of a request, as far as its application may still ask for it; nothing if it may not ask at all any more.
fn what_is_left(grant: &DeviceGrant, application: &Application, catalogue: &Catalogue) -> Option<Scope> {
    let may_ask = application.settings.grants.contains(&GrantType::DeviceCode);
    let left = application.still_allowed(&grant.scope, &catalogue.open_scope_of(&grant.resources));
    let is_open = application.state == ApplicationState::Active && may_ask;
    (is_open && (!left.is_empty() || grant.scope.is_empty())).then_some(left)
}

fn is_same_network(grant: &DeviceGrant, requester: &Requester) -> Option<bool> {
    let (device, browser) = (grant.network.parse().ok()?, network_of(requester.address));
    let comparable = matches!(device, std::net::IpAddr::V4(_)) == browser.is_ipv4();
    comparable.then(|| device == browser)
}
