//! All that the server knows of a person, for themselves.

use std::time::Duration;

use serde_json::{Value, json};

use super::People;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::ids::{ApplicationId, Timestamp};
use crate::domain::session::{Device, Session};
use crate::domain::sign_in::SignIn as StoredSignIn;
use crate::domain::sign_in_record::SignInRecord;
use crate::domain::upstream::{UpstreamIdentity, UpstreamName};
use crate::domain::user::User;
use crate::flows::access::{MOST_OWNED, begin_fresh};
use crate::flows::sessions::SignedInPerson;
use crate::protocol::refusal::Refusal;
use crate::store::{AskedExport, AuditLine, StoreError};

/// From how many events on a person is not kept waiting while the file is made.
const LARGE: i64 = 1_000;

/// How long a node has to make a file, before another one tries.
const CLAIM: Duration = Duration::from_mins(5);

/// How long a file waits for who asked for it.
const KEPT_FOR: Duration = Duration::from_hours(24);

/// What comes of asking for what is known of oneself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Export {
    /// The file, as JSON.
    File(String),
    /// It is much, and being made meanwhile.
    InTheMaking,
}

impl People {
    /// What is known of the person, as JSON. A browser that was left open is not enough: they must have signed in a moment
    /// ago. Much of it is made in the background and handed out once when it is asked for again. That it was given out
    /// stands in the audit log.
    pub async fn export_oneself(&self, person: &SignedInPerson) -> Result<Export, Refusal> {
        let (user, now) = (&person.user, self.instruments.now());
        let is_large = self.store.audit_count_about(&user.sub, user.id, LARGE + 1).await? > LARGE;
        let mut tx = begin_fresh(&self.store, person).await?;
        let made = tx.account_export_take(user.id, now).await?;
        if made.is_none() && is_large {
            tx.account_export_ask(user.id, now, now.plus(KEPT_FOR)).await?;
            tx.commit().await?;
            return Ok(Export::InTheMaking);
        }
        let event = AuditEvent::UserExported { sub: user.sub.clone() };
        tx.audit_append(&self.instruments.audit_entry(&Actor::User(user.id), event, now)).await?;
        tx.commit().await?;
        match made {
            Some(file) => Ok(Export::File(file)),
            None => Ok(Export::File(written(&self.everything_about(user, now).await?))),
        }
    }

    /// The file that the person asked for and has not downloaded.
    pub async fn asked_export(&self, person: &SignedInPerson) -> Result<Option<AskedExport>, Refusal> {
        Ok(self.store.account_export(person.user.id, self.instruments.now()).await?)
    }

    /// Makes the files that people wait for. Each is made by one node; if that does not come to an end, by another one.
    pub async fn make_due_exports(&self) -> Result<(), StoreError> {
        loop {
            let now = self.instruments.now();
            let Some(user) = self.store.account_export_claim(now, now.plus(CLAIM)).await? else { return Ok(()) };
            if let Some(user) = self.store.user(user).await?.filter(User::is_active) {
                let file = written(&self.everything_about(&user, now).await?);
                self.store.account_export_made(user.id, &file).await?;
            }
        }
    }

    async fn everything_about(&self, user: &User, now: Timestamp) -> Result<Value, StoreError> {
        let store = &self.store;
        let sessions = store.sessions_of(user.id, now).await?;
        let sign_ins = store.sign_ins_of(user.id).await?;
        let records = store.sign_in_records_of(user.id, Timestamp::from_seconds(0), i64::MAX).await?;
        let audit = store.audit_about(&user.sub, user.id, Timestamp::from_seconds(0), i64::MAX).await?;
        let owned = store.applications_of_owner(user.id, MOST_OWNED).await?;
        Ok(json!({
            "exported_at": now.to_string(),
            "account": account(user),
            "groups": store.groups_of(user.id).await?.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "upstreams": store.upstream_identities_of(user.id).await?.iter().map(identity).collect::<Vec<_>>(),
            "sessions": sessions.iter().map(session).collect::<Vec<_>>(),
            "signed_in": records.iter().map(record).collect::<Vec<_>>(),
            "sign_ins": sign_ins.iter().map(sign_in).collect::<Vec<_>>(),
            "agreed_to": self.agreed_to(user).await?,
            "grants": self.grants(user).await?,
            "applications_owned": owned.iter().map(|one| json!({
                "client_id": one.client_id.as_str(), "name": one.settings.name,
            })).collect::<Vec<_>>(),
            "events": audit.iter().map(event).collect::<Vec<_>>(),
        }))
    }

    async fn agreed_to(&self, user: &User) -> Result<Vec<Value>, StoreError> {
        let mut agreed = Vec::new();
        for consent in self.store.consents_of(user.id).await? {
            agreed.push(json!({
                "client_id": self.client_id_of(consent.application).await?,
                "scope": consent.scope.to_string(),
                "at": consent.granted_at.to_string(),
            }));
        }
        Ok(agreed)
    }

    async fn grants(&self, user: &User) -> Result<Vec<Value>, StoreError> {
        let mut grants = Vec::new();
        for family in self.store.families_of_user(user.id).await? {
            grants.push(json!({
                "client_id": self.client_id_of(family.application).await?,
                "scope": family.scope.to_string(),
                "since": family.created_at.to_string(),
                "until": family.expires_at.to_string(),
            }));
        }
        Ok(grants)
    }

    async fn client_id_of(&self, application: ApplicationId) -> Result<Option<String>, StoreError> {
        Ok(self.store.application_client_id(application).await?.map(|id| id.to_string()))
    }
}

/// The file.
fn written(known: &Value) -> String {
    format!("{known:#}\n")
}

fn account(user: &User) -> Value {
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string());
    json!({
        "sub": user.sub,
        "email": user.email.as_ref().map(ToString::to_string),
        "email_verified_at": at(user.email_verified_at),
        "name": user.name,
        "preferred_username": user.username.as_ref().map(ToString::to_string),
        "locale": user.locale,
        "attributes": user.attributes.iter().collect::<std::collections::BTreeMap<_, _>>(),
        "operator": user.admin,
        "created_at": user.created_at.to_string(),
        "updated_at": at(user.updated_at),
        "last_sign_in_at": at(user.last_sign_in_at),
    })
}

fn identity(identity: &UpstreamIdentity) -> Value {
    json!({
        "name": identity.upstream.as_str(),
        "issuer": identity.issuer,
        "sub": identity.subject,
        "address": identity.address,
        "connected_at": identity.created_at.to_string(),
        "last_used_at": identity.last_used_at.map(|at| at.to_string()),
    })
}

fn session(session: &Session) -> Value {
    json!({
        "began": session.created_at.to_string(),
        "signed_in": session.auth_time.to_string(),
        "last_seen": session.last_seen_at.to_string(),
        "until": session.expires_at.to_string(),
        "amr": session.amr.amr(),
        "upstream": session.upstream.as_ref().map(UpstreamName::as_str),
        "device": device(&session.device),
    })
}

fn record(record: &SignInRecord) -> Value {
    json!({
        "at": record.at.to_string(),
        "outcome": record.outcome.name(),
        "amr": record.amr.amr(),
        "upstream": record.upstream.as_ref().map(UpstreamName::as_str),
        "device": device(&record.device),
    })
}

fn sign_in(sign_in: &StoredSignIn) -> Value {
    json!({
        "asked_at": sign_in.created_at.to_string(),
        "email": sign_in.email.to_string(),
        "device": device(&sign_in.device),
    })
}

fn device(device: &Device) -> Value {
    json!({ "address": device.address, "user_agent": device.user_agent })
}

fn event(line: &AuditLine) -> Value {
    json!({
        "at": line.at.to_string(), "actor": line.actor, "event": line.event, "subject": line.subject, "detail": line.detail,
    })
}
