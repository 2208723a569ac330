//! Sharing an application: inviting, accepting, handing over, removing, leaving.

use super::{ANNA, APPLICATIONS, JOHN, address, developer, service, status, tab, tag};
use crate::harness::browser::PageForm;
use crate::harness::{TestServer, World, eventually, on_both_engines};
use macro_rules_attribute::apply;

/// The path of the newest invitation in this mailbox, once there are as many as this.
async fn invitation_to(server: &TestServer, email: &str, count: usize) -> String {
    let links = || {
        let mails = server.rooms.mail.caught_mails().unwrap().into_iter().filter(|mail| mail.to.as_str() == email);
        let word = |text: String| {
            text.split_whitespace().find(|word| word.contains("/portal/invitations/")).map(str::to_owned)
        };
        mails.filter_map(|mail| word(mail.text)).collect::<Vec<_>>()
    };
    eventually(&format!("{count} invitations"), || async { links().len() >= count }).await;
    let link = links().remove(0);
    link[link.find("/portal/").unwrap()..].to_owned()
}

#[apply(on_both_engines)]
async fn an_application_is_shared_with_who_accepts_and_the_last_owner_cannot_leave(world: World) {
    let server = world.server().await;
    let (john, anna) = (developer(&server, JOHN).await, developer(&server, ANNA).await);
    let (_, application) = service(&john).await;
    let page = tab(&john, &application, "access").await;
    assert!(!page.has("app-leave"), "nobody else would be there");
    let alone = PageForm { action: format!("{}/leave", address(&application)), ..page.form_with("app-invite") };
    let stays = john.submit(alone.clone(), &[]).await;
    assert_eq!(status(&stays), 409);
    assert!(stays.text().contains("the last owner cannot leave"), "{}", stays.text());
    let page = john.submit(page.form_with("app-invite"), &[("email", ANNA), ("purpose", "share")]).await;
    assert!(page.text().contains("Invited") && page.text().contains(ANNA), "{}", page.text());
    assert!(anna.visit(APPLICATIONS).await.text().contains("You are invited"));
    let link = invitation_to(&server, ANNA, 1).await;
    // Opening it changes nothing, and for another account it is 404.
    assert_eq!(status(&john.visit(&link).await), 404);
    let asked = anna.visit(&link).await;
    assert!(asked.text().contains(JOHN) && asked.text().contains("Orders"), "{}", asked.text());
    assert_eq!(status(&anna.visit(&address(&application)).await), 404);
    let joined = anna.submit(asked.form_with("invitation-accept"), &[]).await;
    assert!(joined.text().contains("You own this application now."), "{}", joined.text());
    assert!(tab(&anna, &application, "access").await.has("app-leave"));
    assert_eq!(status(&anna.visit(&link).await), 404, "it is used up");
    let left = john.submit(alone.clone(), &[]).await;
    assert!(left.text().contains("You no longer own that application."), "{}", left.text());
    assert_eq!(status(&john.visit(&address(&application)).await), 404);
    let last = tab(&anna, &application, "access").await;
    assert!(!last.has("app-leave"));
    let form = PageForm { action: alone.action, ..last.form_with("app-invite") };
    assert_eq!(status(&anna.submit(form, &[]).await), 409);
}

#[apply(on_both_engines)]
async fn an_application_is_handed_over_when_the_other_accepts(world: World) {
    let server = world.server().await;
    let (john, anna) = (developer(&server, JOHN).await, developer(&server, ANNA).await);
    let (_, application) = service(&john).await;
    let page = tab(&john, &application, "access").await;
    let page = john.submit(page.form_with("app-invite"), &[("email", ANNA), ("purpose", "transfer")]).await;
    assert!(page.text().contains("to take it over"), "{}", page.text());
    // With a session no mail is needed; another account gets 404 at the same address.
    let list = anna.visit(APPLICATIONS).await;
    let listed = list.text().split('"').find(|text| text.starts_with("/portal/invitations/")).unwrap().to_owned();
    assert_eq!(status(&john.visit(&listed).await), 404);
    let asked = anna.visit(&listed).await;
    assert!(asked.text().contains("wants to hand it over to you"), "{}", asked.text());
    anna.submit(asked.form_with("invitation-accept"), &[]).await;
    assert_eq!(status(&john.visit(&address(&application)).await), 404);
    assert_eq!(status(&anna.visit(&address(&application)).await), 200);
}

#[apply(on_both_engines)]
async fn an_invitation_is_declined_or_withdrawn_and_an_owner_removed(world: World) {
    let server = world.server().await;
    let (john, anna) = (developer(&server, JOHN).await, developer(&server, ANNA).await);
    let (_, application) = service(&john).await;
    let page = tab(&john, &application, "access").await;
    for bad in ["", "nobody", JOHN] {
        let refused = john.submit(page.form_with("app-invite"), &[("email", bad), ("purpose", "share")]).await;
        assert!(matches!(status(&refused), 400 | 409) && refused.has("invite-email-problem"), "{bad}");
        assert!(tag(&refused, "invite-email").contains(&format!("value=\"{bad}\"")), "{bad}");
    }
    let page = john.submit(page.form_with("app-invite"), &[("email", ANNA), ("purpose", "share")]).await;
    let asked = anna.visit(&invitation_to(&server, ANNA, 1).await).await;
    let mut forged = asked.form_with("invitation-accept");
    forged.fields.clear();
    assert_eq!(status(&anna.post(&forged, &[]).await), 403);
    let list = anna.submit(asked.form_with("invitation-decline"), &[]).await;
    assert!(list.text().contains("You declined the invitation."), "{}", list.text());
    assert_eq!(status(&anna.submit(asked.form_with("invitation-accept"), &[]).await), 404);

    let page = john.submit(page.form_with("app-invite"), &[("email", ANNA), ("purpose", "share")]).await;
    let link = invitation_to(&server, ANNA, 2).await;
    let withdrawn = john.submit(page.form_to("/withdraw"), &[]).await;
    assert!(withdrawn.text().contains("The invitation is withdrawn."), "{}", withdrawn.text());
    assert_eq!(status(&anna.visit(&link).await), 404);

    let page = john.submit(page.form_with("app-invite"), &[("email", ANNA), ("purpose", "share")]).await;
    let asked = anna.visit(&invitation_to(&server, ANNA, 3).await).await;
    anna.submit(asked.form_with("invitation-accept"), &[]).await;
    let both = tab(&john, &application, "access").await;
    let removed = john.submit(both.form_to("/owners/remove"), &[]).await;
    assert!(removed.text().contains("They no longer own this application."), "{}", removed.text());
    assert_eq!(status(&anna.visit(&address(&application)).await), 404);
    assert!(page.has("app-invite"));
}
