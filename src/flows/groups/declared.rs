//! Groups that the configuration declares.

use super::manage::group_event;
use super::{GroupError, Groups, NewGroup};
use crate::domain::audit::Actor;
use crate::domain::group::{Group, GroupChange};

impl Groups {
    /// Carries out `[[groups]]`. A group that leaves the file stays, with who is in it, and can be changed and deleted
    /// from then on: a line that was commented out by mistake must not cost people their access.
    pub(in crate::flows) async fn declare_groups(&self, declared: &[NewGroup]) -> Result<(), GroupError> {
        let known = self.store.groups().await?;
        if declared.is_empty() && !known.iter().any(|group| group.declared) {
            return Ok(());
        }
        if known.iter().all(|group| is_as_declared(group, declared))
            && declared.iter().all(|new| known.iter().any(|group| group.name == new.name))
        {
            return Ok(());
        }
        let actor = Actor::Configuration;
        let mut tx = self.begin(&actor).await?;
        for new in declared {
            match tx.group(&new.name).await? {
                None => {
                    self.create_in(&mut tx, new.clone(), &actor).await?;
                }
                Some(group) if is_as_declared(&group, declared) => {}
                Some(group) => {
                    let (visible_to_developers, require) = (new.visible_to_developers, new.require);
                    tx.group_update(&Group { declared: true, visible_to_developers, require, ..group }).await?;
                    self.audit(&mut tx, &actor, group_event(&new.name, GroupChange::Changed("declared"))).await?;
                }
            }
        }
        for group in known.into_iter().filter(|group| group.declared) {
            if !declared.iter().any(|new| new.name == group.name) {
                tx.group_update(&Group { declared: false, ..group.clone() }).await?;
                self.audit(&mut tx, &actor, group_event(&group.name, GroupChange::Changed("undeclared"))).await?;
            }
        }
        Ok(tx.commit().await?)
    }
}

/// Whether nothing is to be done about a group that there is.
fn is_as_declared(group: &Group, declared: &[NewGroup]) -> bool {
    match declared.iter().find(|new| new.name == group.name) {
        Some(NewGroup { visible_to_developers, require, .. }) => {
            group.declared && group.visible_to_developers == *visible_to_developers && group.require == *require
        }
        None => !group.declared,
    }
}
