//! Requests of developers that an operator decides.

use super::SelfService;
use crate::domain::application::{Application, ApplicationState};
use crate::domain::approval::{Approval, Decision};
use crate::domain::audit::Actor;
use crate::domain::ids::ApprovalId;
use crate::flows::access::{Caller, Need, Reach, begin_as};
use crate::flows::applications::{ManageError, SettingsChange};
use crate::flows::consequences::Consequences;
use crate::flows::mail::{MailMessages, Notice, NoticeLink, quoted};
use crate::protocol::refusal::{ErrorCode, Refusal};
use crate::store::{Generation, StoreError, Transaction};

/// How many open requests are shown at once.
pub const MOST_WAITING: i64 = 200;

/// How long the mail about a decision is tried.
const NEWS_FOR: std::time::Duration = std::time::Duration::from_hours(48);

impl SelfService {
    /// The open requests, oldest first, each with its application.
    pub async fn approvals_waiting(&self, caller: &Caller) -> Result<Vec<(Approval, Application)>, Refusal> {
        caller.reach(Need::Oversee)?;
        Ok(self.store.approvals_waiting(MOST_WAITING).await?)
    }

    /// Decides a request, and tells the owners by mail.
    pub async fn approval_decide(&self, caller: &Caller, id: ApprovalId, decision: Decision) -> Result<(), Refusal> {
        let unknown = || Refusal::new(ErrorCode::NotFound, "nothing waits under this id");
        let approval = self.store.approval(id).await?.ok_or_else(unknown)?;
        let application = self.approved_application(&approval).await?.ok_or_else(unknown)?;
        let (mut tx, caller) = begin_as(&self.store, caller, Need::WriteApplications).await?;
        match (caller.reach(Need::WriteApplications)?, decision) {
            // Owners can withdraw their request, but not grant it.
            (Reach::OwnedBy(user), Decision::Withdrawn) if tx.is_owner(application.id, user).await? => {}
            (Reach::OwnedBy(_), Decision::Withdrawn) => return Err(unknown()),
            _ => {
                caller.reach(Need::Operate)?;
            }
        }
        let actor = caller.actor();
        match decision {
            Decision::Granted => tx.generation_raise(Generation::Applications).await?,
            Decision::Refused | Decision::Withdrawn => tx.lock(Generation::Applications).await?,
        }
        if !tx.approval_decide(id, decision, &actor.stored(), self.instruments.now()).await? {
            return Err(unknown());
        }
        if decision == Decision::Granted {
            self.grant_extras(&mut tx, &approval, &application, &actor).await?;
        }
        self.applications.note_decision(&mut tx, &application, (&approval, decision), &actor).await?;
        if decision != Decision::Withdrawn {
            self.tell_decision(&mut tx, &application, decision).await?;
        }
        tx.commit().await?;
        self.mail.wake_outbox();
        self.applications.after_commit().await;
        Ok(())
    }

    async fn approved_application(&self, approval: &Approval) -> Result<Option<Application>, StoreError> {
        match self.store.application_client_id(approval.application).await? {
            Some(client_id) => {
                let found = self.store.application(&client_id).await?;
                Ok(found.filter(|application| !matches!(application.state, ApplicationState::Deleted { .. })))
            }
            None => Ok(None),
        }
    }

    async fn grant_extras(
        &self,
        tx: &mut Transaction,
        approval: &Approval,
        application: &Application,
        actor: &Actor,
    ) -> Result<(), ManageError> {
        let known = tx.application(&application.client_id).await?;
        let known = known.ok_or_else(|| ManageError::Unknown(application.client_id.clone()))?;
        let settings = approval.extras.added_to(known.settings);
        let change = SettingsChange { settings, version: known.version, consequences: Consequences::Unknown };
        self.applications.change_settings_in(tx, &application.client_id, change, actor).await?;
        Ok(())
    }

    async fn tell_decision(
        &self,
        tx: &mut Transaction,
        application: &Application,
        decision: Decision,
    ) -> Result<(), StoreError> {
        let url = self.issuer.url_of(&format!("/portal/applications/{}", application.client_id));
        for owner in tx.owners_of(application.id).await? {
            let locale = owner.locale.as_deref().unwrap_or_default();
            let messages = MailMessages::of_locale(locale);
            let (texts, name) = (&messages.approval, quoted(messages.language, &application.settings.name));
            let (heading, text) = match decision {
                Decision::Granted => (texts.granted, texts.granted_text),
                Decision::Refused | Decision::Withdrawn => (texts.refused, texts.refused_text),
            };
            let heading = heading.with(&[("name", &name)]);
            let notice = Notice {
                recipient: &owner.email,
                locale,
                subject: heading.clone(),
                heading,
                paragraphs: vec![text.to_owned()],
                link: Some(NoticeLink { label: texts.open.to_owned(), url: url.clone() }),
                not_after: self.instruments.now().plus(NEWS_FOR),
            };
            self.mail.queue_notice(tx, &notice).await?;
        }
        Ok(())
    }
}
