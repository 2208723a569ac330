//! Limits of invitations, what becomes of them when their sender is no longer an owner, and their audit events.

use macro_rules_attribute::apply;
use std::time::Duration;

use gatepost::store::AuditLine;

use super::*;

/// What the audit log says of an application besides its birth, sorted: the clock of the tests stands still.
async fn told(server: &Rooms, application: &Application) -> Vec<(String, String, String)> {
    let lines: Vec<AuditLine> = server.store.audit_of(&application.client_id.to_string()).await.unwrap();
    let born = ["application.created", "secret.added"];
    let told = lines.into_iter().filter(|line| !born.contains(&line.event.as_str()));
    let mut told: Vec<_> = told.map(|line| (line.event, line.detail, line.actor)).collect();
    told.sort_unstable();
    told
}

/// Invites to share; withdrawn at once, so that only what was sent counts.
async fn invite_and_withdraw(server: &Rooms, by: &Caller, application: &Application, to: &str) -> Result<(), Refusal> {
    let invited = server.ownership.invite_owner(by, application, to.parse().unwrap(), InvitationPurpose::Share).await?;
    server.ownership.invitation_withdraw(by, application, invited.id).await
}

/// Whether accepted or not: so many go to one address, and so many come from one account.
#[apply(on_both_engines)]
async fn invitations_are_no_way_to_send_mail_without_end(world: World) {
    let running = world.server().await;
    let server = &*running.rooms;
    let (ann, bob) = (owner(server, "ann@example.com").await, owner(server, "bob@example.com").await);
    let (anns, bobs) = (owned_by(server, "ann@example.com").await, owned_by(server, "bob@example.com").await);
    let (ann, bob) = (Caller::Person(ann, SignIn::Fresh), Caller::Person(bob, SignIn::Fresh));
    for _ in 0..3 {
        invite_and_withdraw(server, &ann, &anns, "eve@example.com").await.unwrap();
    }
    let refused = invite_and_withdraw(server, &ann, &anns, "Eve@example.com").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooManyRequests);
    assert_eq!(refused.retry_after, Some(Duration::from_hours(12)));
    let caught =
        || server.mail.caught_mails().unwrap().into_iter().filter(|mail| mail.to.as_str() == "eve@example.com");
    eventually("three mails and no more", || async { caught().count() == 3 }).await;
    // Another sender still has their own limit.
    invite_and_withdraw(server, &bob, &bobs, "eve@example.com").await.unwrap();

    let many = |number: usize| format!("user{number}@example.com");
    for number in 0..27 {
        invite_and_withdraw(server, &ann, &anns, &many(number)).await.unwrap();
    }
    let refused = invite_and_withdraw(server, &ann, &anns, &many(27)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooManyRequests);
    world.clock.advance(Duration::from_mins(10));
    invite_and_withdraw(server, &ann, &anns, &many(27)).await.unwrap();
}

/// Subjects are visible in a mailbox, and the name of an application is free text of its developer.
#[apply(on_both_engines)]
async fn an_invitation_has_our_subject_and_makes_no_node_read_everything_again(world: World) {
    let running = world.server().await;
    let server = &*running.rooms;
    let ann = Caller::Person(owner(server, "ann@example.com").await, SignIn::Fresh);
    let application = owned_by(server, "ann@example.com").await;
    let before = server.store.generations().await.unwrap();
    server
        .ownership
        .invite_owner(&ann, &application, "bob@example.com".parse().unwrap(), InvitationPurpose::Share)
        .await
        .unwrap();
    assert_eq!(server.store.generations().await.unwrap(), before);
    let mails = || server.mail.caught_mails().unwrap();
    eventually("the mail is there", || async { !mails().is_empty() }).await;
    let mail = mails().remove(0);
    assert!(
        !mail.subject.as_str().contains("Orders") && mail.text.contains("“Orders”"),
        "{}: {}",
        mail.subject.as_str(),
        mail.text
    );
}

/// Invitations of an account that left or is disabled are void; those of the other owners are not.
#[apply(on_both_engines)]
async fn an_invitation_counts_as_long_as_whoever_sent_it(world: World) {
    let running = world.server().await;
    let server = &*running.rooms;
    let [ann, bob, eve] = ["ann", "bob", "eve"].map(|name| format!("{name}@example.com"));
    let (ann, bob, eve) = (owner(server, &ann).await, owner(server, &bob).await, owner(server, &eve).await);
    let application = owned_by(server, "ann@example.com").await;
    let (by_ann, by_bob) = (Caller::Person(ann.clone(), SignIn::Fresh), Caller::Person(bob.clone(), SignIn::Fresh));
    let share = |by: Caller, email: &'static str| {
        let application = application.clone();
        async move {
            server.ownership.invite_owner(&by, &application, email.parse().unwrap(), InvitationPurpose::Share).await
        }
    };
    let accept =
        |user: User, id| async move { server.ownership.invitation_accept(&user, &InvitationPath::Listed(id)).await };
    let id = share(by_ann.clone(), "bob@example.com").await.unwrap().id;
    accept(bob.clone(), id).await.unwrap();

    let of_bob = share(by_bob.clone(), "eve@example.com").await.unwrap().id;
    server.people.user_disable(bob.id, &Actor::CommandLine).await.unwrap();
    assert_eq!(code(&accept(eve.clone(), of_bob).await), Some(ErrorCode::NotFound), "whoever sent it is disabled");
    assert!(server.ownership.invitations_for(&eve).await.unwrap().is_empty());
    assert!(server.ownership.invitations_of(&application).await.unwrap().is_empty());
    let alone = server.ownership.leave_application(&ann, &application).await;
    assert_eq!(code(&alone), Some(ErrorCode::Conflict), "a disabled owner looks after nothing");
    server.people.user_enable(bob.id, &Actor::CommandLine).await.unwrap();

    server.ownership.remove_owner(&by_ann, &application, &"bob@example.com".parse().unwrap()).await.unwrap();
    assert_eq!(code(&accept(eve.clone(), of_bob).await), Some(ErrorCode::NotFound), "whoever sent it is gone");
    let id = share(by_ann.clone(), "bob@example.com").await.unwrap().id;
    accept(bob.clone(), id).await.unwrap();
    assert_eq!(code(&accept(eve.clone(), of_bob).await), Some(ErrorCode::NotFound), "it ended when they went");
    let again = share(by_ann.clone(), "eve@example.com").await.expect("nobody is invited already").id;
    accept(eve.clone(), again).await.unwrap();
}

/// The log says who did what to whom, without an address.
#[apply(on_both_engines)]
async fn all_that_happens_to_owners_is_written_down_with_who_it_is_about(world: World) {
    let server = world.command().await;
    let (ann, bob) = (owner(&server, "ann@example.com").await, owner(&server, "bob@example.com").await);
    let application = owned_by(&server, "ann@example.com").await;
    let (by_ann, by_bob) = (Caller::Person(ann.clone(), SignIn::Fresh), Caller::Person(bob.clone(), SignIn::Fresh));
    let invite = |by: &Caller, email: &str, purpose| {
        let (by, email) = (by.clone(), email.parse().unwrap());
        let (server, application) = (&server, &application);
        async move { server.ownership.invite_owner(&by, application, email, purpose).await.unwrap().id }
    };
    let share = InvitationPurpose::Share;
    let id = invite(&by_ann, "bob@example.com", share).await;
    server.ownership.invitation_decline(&bob, &InvitationPath::Listed(id)).await.unwrap();
    let id = invite(&by_ann, "new@example.com", share).await;
    server.ownership.invitation_withdraw(&by_ann, &application, id).await.unwrap();
    let id = invite(&by_ann, "bob@example.com", share).await;
    server.ownership.invitation_accept(&bob, &InvitationPath::Listed(id)).await.unwrap();
    server.ownership.remove_owner(&by_bob, &application, &"ann@example.com".parse().unwrap()).await.unwrap();
    let id = invite(&by_bob, "ann@example.com", InvitationPurpose::Transfer).await;
    server.ownership.invitation_accept(&ann, &InvitationPath::Listed(id)).await.unwrap();

    let (by_ann, by_bob) = (by_ann.actor().stored(), by_bob.actor().stored());
    let expected = [
        ("owner_invited", format!("share {}", bob.sub), &by_ann),
        ("invitation_declined", bob.sub.clone(), &by_bob),
        ("owner_invited", "share an address without account".to_owned(), &by_ann),
        ("invitation_withdrawn", "an address without account".to_owned(), &by_ann),
        ("owner_invited", format!("share {}", bob.sub), &by_ann),
        ("owners_changed", format!("joined {}", bob.sub), &by_bob),
        ("owners_changed", format!("removed {}", ann.sub), &by_bob),
        ("owner_invited", format!("transfer {}", ann.sub), &by_bob),
        ("owners_changed", format!("handed_over {}", bob.sub), &by_ann),
        ("owners_changed", format!("took_over {}", ann.sub), &by_ann),
    ];
    let mut expected = expected.map(|(event, detail, by)| (format!("application.{event}"), detail, by.clone()));
    expected.sort_unstable();
    assert_eq!(told(&server, &application).await, expected);
}

/// An application that had an owner never counts as the operator's own, on every node.
#[apply(on_both_engines)]
async fn an_application_that_loses_its_last_address_is_nobodys(world: World) {
    let server = world.command().await;
    let application = owned_by(&server, "new@example.com").await;
    let machine = bearer(&server, "applications:write").await;
    let before = server.store.generations().await.unwrap().applications;
    server.ownership.remove_owner(&machine, &application, &"new@example.com".parse().unwrap()).await.unwrap();
    let left = server.store.application(&application.client_id).await.unwrap().unwrap().settings.owner;
    assert_eq!(left.as_deref(), Some("deleted-account@invalid"));
    assert!(server.store.generations().await.unwrap().applications > before);
}
