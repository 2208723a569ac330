//! Who may make an account: `login.signup`, invitations, and what a server says of it when it starts.

use gatepost::domain::assurance::RequiredSignIn;
use gatepost::domain::audit::Actor;
use gatepost::domain::group::GroupName;
use gatepost::domain::user::{EmailAddress, User};
use gatepost::flows::groups::NewGroup;
use gatepost::flows::sign_up::{InviteError, NewInvitation};
use macro_rules_attribute::apply;
use serde_json::{Value, json};

use crate::harness::browser::{Browser, Page};
use crate::harness::person::{account, authorize, letter, mails_to, operator, web_application};
use crate::harness::{Child, Installation, TestServer, World, eventually, installed_on_both_engines, on_both_engines};

const INVITED: &str = "login.signup = \"invited\"\n[rate_limits]\nenabled = false";

fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

async fn invite(server: &TestServer, email: &str, groups: &[&str]) -> Result<(), InviteError> {
    let groups: Vec<GroupName> = groups.iter().map(|group| group.parse().unwrap()).collect();
    let new = NewInvitation { email: address(email), groups, locale: None };
    server.rooms.sign_ups.invite(new, &Actor::CommandLine).await.map(drop)
}

/// Waits until so many mails have been sent to this address.
async fn arrived(server: &TestServer, email: &str, count: usize) {
    eventually(&format!("{count} mails to {email}"), || async { mails_to(server, email).await == count }).await;
}

async fn user(server: &TestServer, email: &str) -> Option<User> {
    server.rooms.store.user_by_email(&address(email)).await.unwrap()
}

/// The page after this address was typed into a new browser.
async fn asks(server: &TestServer, email: &str) -> (Browser, Page) {
    let browser = Browser::of(server);
    let page = browser.visit("/account").await;
    let waiting = browser.enter_address(&page, email).await;
    (browser, waiting)
}

/// What a page says, without what differs from one sign-in to the next.
fn shape(page: &Page, email: &str) -> String {
    let text = page.text().replace(email, "ADDRESS");
    let is_alike = |c: char| !c.is_ascii_digit() && !c.is_ascii_uppercase();
    let words = text.split(['"', '<', '>', ' ', '\n']).filter(|word| word.len() < 20);
    words.map(|word| word.chars().filter(|c| is_alike(*c)).collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Sign-up: who was invited makes an account and is in the groups from then on; the invitation is good once.
#[apply(on_both_engines)]
async fn who_is_invited_makes_an_account_and_is_in_the_groups(world: World) {
    let server = world.server_with(INVITED).await;
    for group in ["staff", "gone"] {
        let new =
            NewGroup { name: group.parse().unwrap(), visible_to_developers: false, require: RequiredSignIn::default() };
        server.rooms.groups.group_create(new, &Actor::CommandLine).await.unwrap();
    }
    invite(&server, "Ann@example.com", &["staff", "gone"]).await.unwrap();
    arrived(&server, "Ann@example.com", 1).await;
    let gone = "gone".parse().unwrap();
    server
        .rooms
        .groups
        .group_delete(&gone, gatepost::flows::consequences::Consequences::Unknown, &Actor::CommandLine)
        .await
        .unwrap();
    let (browser, waiting) = asks(&server, "ann@example.com").await;
    let mail = letter(&server, "ann@example.com", 1).await;
    let page = browser.submit(waiting.form_with("login-code-submit"), &[("code", &mail.code)]).await;
    assert_eq!(page.answer.status, 200, "{}", page.text());
    let ann = user(&server, "ann@example.com").await.unwrap();
    assert_eq!(server.rooms.store.groups_of(ann.id).await.unwrap(), ["staff".parse().unwrap()]);
    assert_eq!(server.rooms.sign_ups.open_invitations().await.unwrap(), []);
    let audited = server.rooms.store.audit_of("staff").await.unwrap();
    assert!(audited.iter().any(|line| line.detail == ann.sub), "{audited:?}");
    let told = invite(&server, "ann@example.com", &[]).await;
    assert!(matches!(told, Err(InviteError::Taken)), "{told:?}");
}

/// Sign-up: who was not invited gets no mail and sees the same page as who was, or has an account.
#[apply(on_both_engines)]
async fn a_stranger_sees_what_everybody_sees_and_gets_no_mail(world: World) {
    let server = world.server_with(INVITED).await;
    account(&server.rooms, "known@example.com").await;
    invite(&server, "guest@example.com", &[]).await.unwrap();
    let mut shapes = Vec::new();
    for email in ["known@example.com", "guest@example.com", "alien@example.com"] {
        let (browser, waiting) = asks(&server, email).await;
        assert_eq!(waiting.answer.status, 200);
        let wrong = browser.submit(waiting.form_with("login-code-submit"), &[("code", "ABCD-EFGH")]).await;
        shapes.push((shape(&waiting, email), wrong.answer.status, shape(&wrong, email)));
    }
    assert_eq!(shapes[0], shapes[1]);
    assert_eq!(shapes[0], shapes[2]);
    arrived(&server, "known@example.com", 1).await;
    arrived(&server, "guest@example.com", 2).await;
    assert_eq!(mails_to(&server, "alien@example.com").await, 0);
    assert_eq!(user(&server, "alien@example.com").await, None);
}

/// Sign-up: an invitation is over when its time is, when it was taken back, and when sign-up is closed; also between the
/// mail and the code.
#[apply(on_both_engines)]
async fn an_invitation_ends(world: World) {
    let server = world.server_with(INVITED).await;
    for (email, end) in [("a@example.com", "withdrawn"), ("b@example.com", "late")] {
        invite(&server, email, &[]).await.unwrap();
        let (browser, waiting) = asks(&server, email).await;
        let mail = letter(&server, email, 2).await;
        if end == "late" {
            world.database.execute("update account_invitations set expires_at = 1").await;
        } else {
            server.rooms.sign_ups.withdraw(&address(email), &Actor::CommandLine).await.unwrap();
        }
        let refused = browser.submit(waiting.form_with("login-code-submit"), &[("code", &mail.code)]).await;
        assert_ne!(refused.answer.status, 200, "{end}");
        assert_eq!(user(&server, email).await, None, "{end}");
        asks(&server, email).await;
        arrived(&server, email, 2).await;
    }
    let late = server.rooms.sign_ups.withdraw(&address("a@example.com"), &Actor::CommandLine).await;
    assert!(matches!(late, Err(InviteError::Unknown)), "{late:?}");
    server.rooms.upkeep.forget_expired().await.unwrap();
    assert_eq!(world.database.texts("select email from account_invitations").await, Vec::<String>::new());
    let closed = world.server_with("login.signup = \"closed\"");
    server.stop().await;
    let closed = closed.await;
    let told = invite(&closed, "c@example.com", &[]).await;
    assert!(matches!(told, Err(InviteError::Closed)), "{told:?}");
}

/// Sign-up: `domains` lets in exactly those, and who was invited.
#[apply(on_both_engines)]
async fn an_address_of_a_named_domain_makes_an_account(world: World) {
    let toml = "[login]\nsignup = \"domains\"\nsignup_domains = [\"Example.com\", \"b.example\"]\n[rate_limits]\nenabled = false";
    let server = world.server_with(toml).await;
    invite(&server, "guest@other.example", &[]).await.unwrap();
    arrived(&server, "guest@other.example", 1).await;
    let good = ["ann@example.com", "ANN@EXAMPLE.COM", "b@b.example", "guest@other.example"];
    let bad = [
        "a@sub.example.com",
        "a@example.com.evil.example",
        "a@notexample.com",
        "a@example.co",
        "example.com@evil.example",
        "a@example",
    ];
    for (emails, expected) in [(&good[..], true), (&bad, false)] {
        for email in emails {
            let before = mails_to(&server, email).await;
            asks(&server, email).await;
            if expected {
                arrived(&server, email, before + 1).await;
            } else {
                assert_eq!(mails_to(&server, email).await, before, "{email}");
            }
        }
    }
}

/// Sign-up: an address that an operator named as an owner's counts as invited.
#[apply(on_both_engines)]
async fn who_was_named_as_an_owner_makes_an_account(world: World) {
    let server = world.server_with(INVITED).await;
    let settings = gatepost::domain::application::ApplicationSettings {
        owner: Some("ann@example.com".to_owned()),
        ..crate::harness::person::web_settings("Shop")
    };
    crate::harness::Registered::at(&server.rooms, settings).await;
    let (browser, waiting) = asks(&server, "ann@example.com").await;
    let mail = letter(&server, "ann@example.com", 1).await;
    browser.submit(waiting.form_with("login-code-submit"), &[("code", &mail.code)]).await;
    assert!(user(&server, "ann@example.com").await.is_some());
}

/// Sign-up: invitations by API, and what is wrong with them.
#[apply(on_both_engines)]
async fn people_are_invited_by_api(world: World) {
    let server = world.server_with(INVITED).await;
    let management = server.management().await;
    let (users, ops) = (server.machine("users:write").await, server.machine("gatepost:admin").await);
    operator(&server.rooms, "root@example.com").await;
    management.post(&ops, "/groups", json!({ "name": "staff" })).await;
    let body = |email: &str, groups: Value| json!({ "email": email, "groups": groups, "locale": "de" });
    let made = management.post(&ops, "/invitations", body("ann@example.com", json!(["staff"]))).await;
    assert_eq!((made.status.as_u16(), &made.json()["groups"]), (201, &json!(["staff"])));
    let again = management.post(&users, "/invitations", body("ANN@example.com", json!([]))).await;
    assert_eq!(again.status, 201, "{}", again.text());
    let listed = management.get(&users, "/invitations").await.success();
    assert_eq!(listed["items"], json!([again.json()]), "in place of the one before");
    management
        .post(&users, "/invitations", body("b@example.com", json!(["staff"])))
        .await
        .problem(403, "insufficient_scope");
    for (email, groups, status, field) in [
        ("root@example.com", json!([]), 409, "email"),
        ("b@example.com", json!(["nothing"]), 404, "groups"),
        ("b@example.com", json!(["a b"]), 404, "groups"),
        ("b@example.com\r\nBcc: c@example.com", json!([]), 400, "email"),
    ] {
        let refused = management.post(&ops, "/invitations", body(email, groups)).await;
        assert_eq!((refused.status.as_u16(), refused.fields()), (status, vec![field.to_owned()]), "{email}");
    }
    assert_eq!(management.delete(&users, "/invitations/Ann@example.com").await.status, 204);
    management.delete(&users, "/invitations/ann@example.com").await.problem(404, "not_found");
    let dump = format!("{:?}", world.database.texts("select detail from audit_events").await);
    assert!(!dump.contains("ann@"), "{dump}");
}

/// Sign-up: on the command line.
#[apply(on_both_engines)]
async fn people_are_invited_on_the_command_line(world: World) {
    let server = world.server_with(INVITED).await;
    let run = async |words: &[&str]| Child::run(&world, &[("GATEPOST__LOGIN__SIGNUP", "invited")], words).await;
    run(&["group", "create", "staff"]).await;
    let made = run(&["user", "invite", "ann@example.com", "--group", "staff", "--json"]).await;
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    assert_eq!((&made["email"], &made["groups"]), (&json!("ann@example.com"), &json!(["staff"])));
    // The command's clock is ahead of the server's, so the mail is not due here yet.
    assert_eq!(world.database.texts("select subject from outbox").await.len(), 1);
    let listed: Value = serde_json::from_slice(&run(&["user", "invitations", "--json"]).await.stdout).unwrap();
    assert_eq!(listed, json!([made]));
    for (words, says) in [
        (&["user", "invite", "b@example.com", "--group", "nothing"][..], "no such group"),
        (&["user", "invite", "b"], "not an e-mail address"),
        (&["user", "withdraw", "b@example.com"], "no such invitation"),
    ] {
        let refused = run(words).await;
        let told = String::from_utf8(refused.stderr).unwrap();
        assert!(!refused.status.success() && told.contains(says), "{words:?}: {told}");
    }
    assert!(run(&["user", "withdraw", "ann@example.com"]).await.status.success());
    assert_eq!(server.rooms.sign_ups.open_invitations().await.unwrap(), []);
}

/// Sign-up: an invitation of a person who has an account by then, and of many at once, is taken up once.
#[apply(on_both_engines)]
async fn an_invitation_is_taken_up_once_and_forgotten_with_the_account(world: World) {
    let server = world.server_with(INVITED).await;
    let new =
        NewGroup { name: "staff".parse().unwrap(), visible_to_developers: false, require: RequiredSignIn::default() };
    server.rooms.groups.group_create(new, &Actor::CommandLine).await.unwrap();
    invite(&server, "ann@example.com", &["staff"]).await.unwrap();
    let ann = account(&server.rooms, "ann@example.com").await;
    let (browser, waiting) = asks(&server, "ann@example.com").await;
    let mail = letter(&server, "ann@example.com", 2).await;
    browser.submit(waiting.form_with("login-code-submit"), &[("code", &mail.code)]).await;
    assert_eq!(server.rooms.store.groups_of(ann.id).await.unwrap().len(), 1);
    assert_eq!(server.rooms.sign_ups.open_invitations().await.unwrap(), []);
    invite(&server, "bob@example.com", &[]).await.unwrap();
    let bob = account(&server.rooms, "bob@example.com").await;
    server.rooms.people.user_delete(bob.id, &Actor::CommandLine).await.unwrap();
    assert_eq!(server.rooms.sign_ups.open_invitations().await.unwrap(), []);
}

/// Sign-up: a new installation is for who was invited, one that was in use before stays open, and both say so.
#[apply(installed_on_both_engines)]
async fn a_new_installation_is_for_invited_people_and_an_old_one_stays_open(at: Installation) {
    let mut at = at;
    at.unset("login.signup");
    let node = at.start().await;
    assert!(node.log().contains("only who was invited makes an account"), "{}", node.log());
    node.stop().await;
    // As the migration leaves an installation that had keys when it ran.
    at.execute("delete from installation").await;
    at.execute(
        "insert into installation (name, value) \
         select 'signup', case when exists (select 1 from signing_keys) then 'open' else 'invited' end",
    )
    .await;
    let node = at.start().await;
    assert!(node.log().contains("anybody makes an account by signing in"), "{}", node.log());
    node.stop().await;
    let at = at.with("login.signup", "closed");
    let node = at.start().await;
    assert!(node.log().contains("nobody makes an account by signing in"), "{}", node.log());
    node.stop().await;
}

/// Sign-up: what the configuration must not say.
#[apply(on_both_engines)]
async fn sign_up_by_domain_wants_domains(world: World) {
    for (toml, says) in [
        ("login.signup = \"domains\"", "at least one domain"),
        ("login.signup = \"everybody\"", "login.signup"),
        ("login.signup_domains = [\"a b\"]", "such as example.com"),
        ("login.signup_domains = [\"x@example.com\"]", "such as example.com"),
        ("login.signup_domains = [\"*\"]", "such as example.com"),
    ] {
        let refused = gatepost::config::Config::from_toml("test.toml", toml, &world.environment()).map(|_| ());
        let told = refused.unwrap_err().to_string();
        assert!(told.contains(says), "{toml}: {told}");
    }
}

/// Sign-up: on the operators' page.
#[apply(on_both_engines)]
async fn people_are_invited_in_the_browser(world: World) {
    let server = world.server_with(INVITED).await;
    operator(&server.rooms, "root@example.com").await;
    let browser = Browser::of(&server);
    let page = browser.visit("/admin/users").await;
    browser.sign_in(&server, &page, "root@example.com", 1).await;
    let page = browser.visit("/admin/users").await;
    for (email, groups, says) in [
        ("root@example.com", "", "exists already"),
        ("ann", "", "not an e-mail address"),
        ("ann@example.com", "nothing", "no such group"),
    ] {
        let refused = browser.submit(page.form_with("invite-send"), &[("email", email), ("groups", groups)]).await;
        assert_eq!(refused.answer.status, 400);
        assert!(refused.text().contains(says), "{}", refused.text());
    }
    let page = browser.submit(page.form_with("invite-send"), &[("email", "ann@example.com")]).await;
    assert!(page.text().contains("The invitation is on its way"), "{}", page.text());
    arrived(&server, "ann@example.com", 1).await;
    let page = browser.submit(page.form_with("invite-withdraw-1"), &[]).await;
    assert!(page.text().contains("taken back"), "{}", page.text());
    assert_eq!(server.rooms.sign_ups.open_invitations().await.unwrap(), []);
}

/// Sign-up: many at once, each told what became of it.
#[apply(on_both_engines)]
async fn many_people_are_invited_at_once(world: World) {
    let server = world.server_with(INVITED).await;
    operator(&server.rooms, "root@example.com").await;
    let browser = Browser::of(&server);
    let page = browser.visit("/admin/users").await;
    browser.sign_in(&server, &page, "root@example.com", 1).await;
    let form = browser.visit("/admin/users").await.form_with("invite-send");
    let typed = "ann@example.com\r\nroot@example.com, ann\r\nbob@example.com;ANN@example.com";
    let page = browser.submit(form.clone(), &[("email", typed)]).await;
    assert_eq!(page.answer.status, 200);
    assert!(page.text().contains("exists already") && page.text().contains("not an e-mail address"), "{}", page.text());
    let invited = server.rooms.sign_ups.open_invitations().await.unwrap();
    let mut invited: Vec<_> = invited.iter().map(|one| one.email.to_string()).collect();
    invited.sort();
    assert_eq!(invited, ["ann@example.com", "bob@example.com"]);
    arrived(&server, "bob@example.com", 1).await;
    // What is left to put right stands in the form.
    let left = page.form_with("invite-send").fields.into_iter().find(|(name, _)| name == "email").unwrap().1;
    assert_eq!(left.split_whitespace().collect::<Vec<_>>(), ["root@example.com", "ann"]);
    let many: Vec<_> = (0..101).map(|one| format!("p{one}@example.com")).collect();
    let refused = browser.submit(form, &[("email", &many.join("\n"))]).await;
    assert_eq!(refused.answer.status, 400);
    assert!(refused.text().contains("at most 100 go at once"), "{}", refused.text());
    assert_eq!(server.rooms.sign_ups.open_invitations().await.unwrap().len(), 2, "nobody was invited");
}

/// What the owner of an application and the operator are shown of a stranger's mail is what they are shown of an account's:
/// neither learns which addresses have one, and nobody raises an alarm by typing an address.
#[apply(on_both_engines)]
async fn a_mail_that_is_not_sent_leaves_the_traces_of_one_that_is(world: World) {
    let server = world.server_with(INVITED).await;
    account(&server.rooms, "john@example.com").await;
    let disabled = account(&server.rooms, "gone@example.com").await;
    server.rooms.people.user_disable(disabled.id, &Actor::CommandLine).await.unwrap();
    let shop = web_application(&server.rooms).await;
    let traces = async |email: &str| {
        let steps = format!(
            "select event || ':' || detail from sign_in_events where sign_in_id in \
             (select id from sign_ins where email = '{email}') order by id"
        );
        // Within one moment of this clock the order of rows is chance.
        let mut found = world.database.texts(&steps).await;
        found.sort_unstable();
        found
    };
    for email in ["john@example.com", "ghost@example.com", "gone@example.com"] {
        let browser = Browser::of(&server);
        let page = browser.visit(&authorize(&shop, &[])).await;
        browser.enter_address(&page, email).await;
        eventually(&format!("the mail to {email} is done with"), async || traces(email).await.len() >= 2).await;
        assert_eq!(traces(email).await, ["accepted:", "queued:"], "{email}");
    }
    assert_eq!((mails_to(&server, "john@example.com").await, mails_to(&server, "ghost@example.com").await), (1, 0));
    let counts = server.rooms.store.counts().await.unwrap();
    assert_eq!((counts.waiting_mails, counts.lost_mails), (0, 0));
    assert!(server.rooms.store.outbox_unsent(10).await.unwrap().is_empty());
}
