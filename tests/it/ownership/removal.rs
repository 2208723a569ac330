//! An owner who is removed hears of it.

use macro_rules_attribute::apply;

use super::*;

/// The subjects of the mails to this address, oldest first.
fn subjects(server: &Rooms, to: &str) -> Vec<String> {
    let mine = server.mail.caught_mails().unwrap().into_iter().filter(|mail| mail.to.as_str() == to);
    let mut subjects: Vec<String> = mine.map(|mail| mail.subject.as_str().to_owned()).collect();
    subjects.reverse();
    subjects
}

#[apply(on_both_engines)]
async fn the_founder_who_is_removed_is_told_and_who_leaves_is_not(world: World) {
    let running = world.server().await;
    let server = &*running.rooms;
    let (ann, bob) = (owner(server, "ann@example.com").await, owner(server, "bob@example.com").await);
    let application = owned_by(server, "ann@example.com").await;
    let by_ann = Caller::Person(ann.clone(), SignIn::Fresh);
    let email = "bob@example.com".parse().unwrap();
    server.ownership.invite_owner(&by_ann, &application, email, InvitationPurpose::Share).await.unwrap();
    let token = invitation_in_mail(&running, "bob@example.com", 1).await;
    server.ownership.invitation_accept(&bob, &token).await.unwrap();
    let by_bob = Caller::Person(bob.clone(), SignIn::Fresh);
    server.ownership.remove_owner(&by_bob, &application, ann.email.as_ref().unwrap()).await.unwrap();
    eventually("the founder is told", async || !subjects(server, "ann@example.com").is_empty()).await;
    assert_eq!(subjects(server, "ann@example.com"), ["You no longer look after “Orders”"]);
    let mail = server.mail.caught_mails().unwrap().into_iter().find(|mail| mail.to.as_str() == "ann@example.com");
    assert!(mail.unwrap().text.contains("bob@example.com removed you from the owners"));

    // An operator who names another owner.
    let root = NewUser { email: "root@example.com".parse().unwrap(), name: None, locale: None, admin: Admin::Yes };
    let root = server.people.user_create(root, &Actor::CommandLine).await.unwrap();
    let known = server.store.application(&application.client_id).await.unwrap().unwrap();
    let settings = ApplicationSettings { owner: Some("ann@example.com".to_owned()), ..known.settings };
    let change = SettingsChange { settings, version: known.version, consequences: Consequences::default() };
    let by_root = Caller::Person(root, SignIn::Fresh);
    server.self_service.change_for(&by_root, &application.client_id, change, "").await.unwrap();
    eventually("the one before is told", async || subjects(server, "bob@example.com").len() == 2).await;
    let mail = server.mail.caught_mails().unwrap().into_iter().find(|mail| mail.to.as_str() == "bob@example.com");
    assert!(mail.unwrap().text.contains("An operator removed you"));

    // Who leaves knows it, and an address that was never proven is no mailbox for strangers' messages.
    server
        .ownership
        .invite_owner(&by_ann, &application, "bob@example.com".parse().unwrap(), InvitationPurpose::Share)
        .await
        .unwrap();
    let token = invitation_in_mail(&running, "bob@example.com", 3).await;
    server.ownership.invitation_accept(&bob, &token).await.unwrap();
    server.ownership.leave_application(&bob, &application).await.unwrap();
    let mut tx = server.store.begin().await.unwrap();
    let eve = "eve@example.com".parse().unwrap();
    tx.owner_add_address(application.id, &eve, server.instruments.now()).await.unwrap();
    tx.commit().await.unwrap();
    server.ownership.remove_owner(&by_ann, &application, &eve).await.unwrap();
    assert_eq!(world.database.texts("select recipient from outbox where recipient = 'eve@example.com'").await.len(), 0);
    assert_eq!(world.database.texts("select recipient from outbox where recipient = 'bob@example.com'").await.len(), 3);
}
