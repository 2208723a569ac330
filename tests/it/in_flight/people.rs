//! What people change of their own account.

use gatepost::flows::passkeys::AddPasskeyError;
use gatepost::flows::people::OwnProfile;
use gatepost::protocol::refusal::Refusal;

use super::Change;
use super::belongings::{browser, requester};

pub(super) const OF_PEOPLE: &[(&str, Change)] = changes! {
    "end a session" => |scene| scene.server.sessions.end_session(&scene.own.person, scene.own.person.session.id),
    "sign out everywhere" => |scene| scene.server.sessions.sign_out_everywhere(&scene.own.person),
    "withdraw an application's access" => |scene| {
        scene.server.sessions.withdraw_access(&scene.own.person, &scene.mine)
    },
    "ask for a passkey" => |scene| async {
        let browser = browser(&scene.server);
        scene.server.passkeys.ask_to_register(&scene.own.person, &browser).await.map_err(refused)
    },
    "name a passkey" => |scene| async {
        let name = "Phone".parse().unwrap();
        scene.server.passkeys.rename_own(&scene.own.person, scene.own.passkey, &name).await
    },
    "remove a passkey" => |scene| scene.server.passkeys.remove_own(&scene.own.person, scene.own.passkey),
    "disconnect an identity" => |scene| scene.server.upstreams.disconnect_own(&scene.own.person, scene.own.identity),
    "ask for another address" => |scene| async {
        let (browser, new) = (browser(&scene.server), format!("changed.{}", scene.new).parse().unwrap());
        scene.server.address_changes.ask(&scene.own.person, new, (&browser, &requester())).await
    },
    "take a copy of everything" => |scene| scene.server.people.export_oneself(&scene.own.person),
    "delete their account with everything" => |scene| scene.server.people.delete_own_account(&scene.own.person),
    "be called something else" => |scene| {
        let new = OwnProfile { name: Some("Jane".to_owned()), ..OwnProfile::of(&scene.user) };
        async move { scene.server.people.change_oneself(&scene.user, new).await }
    },
    "leave an application" => |scene| async {
        let known = scene.server.store.application(&scene.mine).await.unwrap().unwrap();
        scene.server.ownership.leave_application(&scene.user, &known).await
    },
};

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn refused(error: AddPasskeyError) -> Refusal {
    Refusal::invalid_request(error.to_string())
}
