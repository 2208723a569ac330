//! What operators do with groups, invitations, registration tokens and other people's accounts.

use gatepost::domain::assurance::RequiredSignIn;
use gatepost::flows::consequences::Consequences;
use gatepost::flows::groups::{GroupSettings, NewGroup};
use gatepost::flows::people::OwnProfile;
use gatepost::flows::sign_up::NewInvitation;
use gatepost::protocol::refusal::Refusal;

use super::Change;
use super::belongings::new_token;

pub(super) const MORE_OF_OPERATORS: &[(&str, Change)] = changes! {
    "make a registration token" => |scene| async {
        scene.server.registrations.registration_token_create(new_token(), &scene.actor()).await
    },
    "revoke a registration token" => |scene| async {
        scene.server.registrations.registration_token_revoke(scene.own.token, &scene.actor()).await
    },
    "invite somebody" => |scene| {
        let (email, groups) = (format!("late.{}", scene.new).parse().unwrap(), vec![scene.own.group.clone()]);
        let invitation = NewInvitation { email, groups, locale: None };
        async move { scene.server.sign_ups.invite(invitation, &scene.actor()).await }
    },
    "take an invitation back" => |scene| scene.server.sign_ups.withdraw(&scene.own.invited, &scene.actor()),
    "make a group" => |scene| {
        let name = format!("late-{}", scene.own.group).parse().unwrap();
        let new = NewGroup { name, visible_to_developers: true, require: RequiredSignIn::default() };
        async move { scene.server.groups.group_create(new, &scene.actor()).await }
    },
    "show a group" => |scene| async {
        scene.server.groups.group_change(&scene.own.group, GroupSettings::visible_to_developers(true), &scene.actor()).await
    },
    "require a passkey of a group" => |scene| async {
        scene.server.groups.group_change(&scene.own.group, GroupSettings::require(RequiredSignIn::Passkey), &scene.actor()).await
    },
    "add to a group" => |scene| async {
        scene.server.groups.group_add(&scene.own.group, &[scene.own.disabled.id], &scene.actor()).await
    },
    "take out of a group" => |scene| async {
        scene.server.groups.group_remove(&scene.own.group, &[scene.other.id], &scene.actor()).await
    },
    "delete a group" => |scene| async {
        scene.server.groups.group_delete(&scene.own.group, Consequences::default(), &scene.actor()).await
    },
    "enable an account" => |scene| scene.server.people.user_enable(scene.own.disabled.id, &scene.actor()),
    "describe an account" => |scene| {
        let new = OwnProfile { name: Some("Jane".to_owned()), ..OwnProfile::of(&scene.other) };
        async move { scene.server.people.user_describe(&scene.other, new, &scene.actor()).await }
    },
    "remove somebody's passkey" => |scene| async {
        scene.server.passkeys.remove(&scene.other, scene.own.passkey_of_other, &scene.actor()).await
    },
    "disconnect somebody's identity" => |scene| async {
        scene.server.upstreams.disconnect(&scene.other, scene.own.identity_of_other, &scene.actor()).await
    },
};
