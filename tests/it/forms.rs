//! Every form of every page, sent as it is shown: it is taken, or the page says what is still to be filled in.
//!
//! A page that offers what the server does not understand would fail here, without a test of that form. No form is left
//! out: which there are is asked of the router.

mod links;
mod sign_in;
mod steps;
mod visitor;

use std::collections::BTreeSet;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::user::User;
use macro_rules_attribute::apply;

use crate::harness::browser::{Browser, Page};
use crate::harness::{
    Receiver, Registered, TestServer, World, eventually, for_people, on_both_engines, person, run_on_sqlite,
};
use crate::passkeys::with_passkey;
use crate::upstreams::with_identity;
use crate::url_table::{Route, public_routes};
use visitor::{Outcome, Visitor, kind_of, not_refused};

const APPLICATIONS: &str = "/portal/applications";
const NEW: &str = "/portal/applications/new";

/// Mail may be asked for as often as the forms say, and there is an application that only its configuration changes.
const SETTINGS: &str = "
[rate_limits]
enabled = false
[[applications]]
client_id = \"declared-1\"
name = \"Declared\"
type = \"service\"
";

/// The forms that lack something as they are shown, and the field that the page says it of.
const REFUSED: [(&str, &str); 13] = [
    ("/portal/applications/new", "app-name"),
    ("/portal/applications/{}/delete", "delete-name"),
    ("/portal/applications/{}/owners/invite", "invite-email"),
    ("/portal/applications/{}/webhooks/new", "hook-url"),
    ("/admin/webhooks/new", "hook-url"),
    ("/admin/users/{}/delete", "delete-email"),
    ("/admin/users/invite", "invite-email"),
    ("/admin/groups", "group-name"),
    ("/admin/groups/{}/add", "group-emails"),
    ("/admin/groups/{}/delete", "group-delete-name"),
    ("/account/delete", "delete-email"),
    ("/account/address", "new-email"),
    // There is such a field for each key.
    ("/admin/keys/revoke", ""),
];

/// What is posted to without a form, and by whom; a path with a slash at its end stands for all below it.
const WITHOUT_A_FORM: [(&str, &str); 12] = [
    ("/token", PROGRAMS),
    ("/oauth/token", PROGRAMS),
    ("/oauth2/token", PROGRAMS),
    ("/oauth/userinfo", PROGRAMS),
    ("/oauth/introspect", PROGRAMS),
    ("/oauth/revoke", PROGRAMS),
    ("/oauth/par", PROGRAMS),
    ("/oauth/register", PROGRAMS),
    ("/oauth/device_authorization", PROGRAMS),
    ("/users", PROGRAMS),
    ("/api/v1/", PROGRAMS),
    ("/portal/applications/{client_id}/settings", "scripts of developers, from before there were tabs"),
];
const PROGRAMS: &str = "applications and scripts";

/// Forms of applications' pages, not of ours (OIDC Core §3.1.2.1).
const OF_APPLICATIONS: [&str; 2] = ["/oauth/authorize", "/oauth2/authorize"];

/// The areas whose forms are all sent by somebody who visits every page of them.
const VISITED: [&str; 2] = ["/portal/", "/admin/"];

/// What is on the way to the account page or needs more than a visitor: each list is what its own test sends.
const ACCOUNT: [&str; 9] = [
    "/account/applications/{id}/end",
    "/account/sessions/{id}/end",
    "/account/sign-out",
    "/account/sign-out-everywhere",
    "/account/delete",
    "/account/name",
    "/account/attributes",
    "/account/address",
    "/account/export",
];
const SET_UP: [&str; 1] = ["/admin/set-up/{token}"];

/// A server where there is something on every page.
struct Stage<'a> {
    server: &'a TestServer,
    root: User,
    owner: User,
    /// An application of each type, with what its type is called.
    applications: Vec<(&'static str, Registered)>,
}

impl<'a> Stage<'a> {
    async fn of(server: &'a TestServer, receiver: &Receiver) -> Self {
        let root = person::operator(&server.rooms, "root@example.com").await;
        let owner = person::account(&server.rooms, "owner@example.com").await;
        person::account(&server.rooms, "other@example.com").await;
        let mut applications = Vec::new();
        for kind in ApplicationKind::ALL {
            let settings = match kind {
                ApplicationKind::Service => ApplicationSettings::new(String::new(), kind),
                _ => for_people(kind),
            };
            let owner = Some("owner@example.com".to_owned());
            let settings = ApplicationSettings { name: format!("Of type {kind}"), owner, ..settings };
            applications.push((kind.name(), Registered::at(&server.rooms, settings).await));
        }
        let share = "insert into application_owners (application_id, user_id, since) \
                     select applications.id, users.id, 1 from applications, users \
                     where applications.name like 'Of type %' and users.email = 'other@example.com'";
        server.world.database.execute(share).await;
        let stage = Self { server, root, owner, applications };
        stage.applications_in_every_state().await;
        stage.webhooks(receiver).await;
        stage
    }

    /// Each with a person invited, and others that wait for an operator, rest, or are deleted.
    async fn applications_in_every_state(&self) {
        let owner = Visitor::of(self.server, &self.owner).await;
        for (kind, application) in &self.applications {
            let page = format!("{APPLICATIONS}/{}/access", application.client_id);
            owner.does(&page, "app-invite", &[("email", &format!("{kind}@example.com"))]).await;
        }
        for name in ["More", "More still", "Most"] {
            let more = [("name", name), ("type", "service"), ("scope", "openid orders:write")];
            owner.does(NEW, "app-create", &more).await;
        }
        for name in ["Resting", "Gone"] {
            let page = owner.does(NEW, "app-create", &[("name", name), ("type", "service")]).await;
            let button = if name == "Gone" { "app-delete" } else { "app-deactivate" };
            let danger = format!("{APPLICATIONS}/{}/danger", element(&page, "app-client-id"));
            let page = owner.browser.visit(&danger).await;
            let page = owner.browser.submit(page.form_with(button), &[("name", name)]).await;
            assert_eq!(page.answer.status, 200, "{}", page.text());
        }
    }

    /// For each application and for the server: one that works, with a message, and one that is disabled.
    async fn webhooks(&self, receiver: &Receiver) {
        let (owner, root) = (Visitor::of(self.server, &self.owner).await, Visitor::of(self.server, &self.root).await);
        let new = |(_, application): &(_, Registered)| format!("{APPLICATIONS}/{}/webhooks/new", application.client_id);
        let of_applications = self.applications.iter().map(|one| (&owner, new(one)));
        for (visitor, page) in of_applications.chain([(&root, "/admin/webhooks/new".to_owned())]) {
            let fields = [("url", &*receiver.url()), ("which", "all")];
            let made = visitor.does(&page, "hook-create", &fields).await;
            visitor.browser.submit(made.form_with("hook-ping"), &[]).await;
            let hook = format!("{}/{}", page.trim_end_matches("/new"), element(&made, "hook-id"));
            eventually("the message is on the page", async || {
                visitor.browser.visit(&hook).await.text().contains("/again")
            })
            .await;
            let made = visitor.does(&page, "hook-create", &fields).await;
            visitor.browser.submit(made.form_with("hook-disable"), &[]).await;
        }
    }
}

/// The text of the element with this id.
fn element(page: &Page, id: &str) -> String {
    let document = page.document();
    document.at(document.with_id(id).unwrap_or_else(|| panic!("no #{id} in {}", page.text()))).text.clone()
}

/// The addresses below this one that forms are sent to, by the router.
async fn forms_below(world: &World, area: &str) -> Vec<String> {
    let routes = public_routes(world).await.into_iter().filter(Route::takes_posts);
    let apart = |path: &str| WITHOUT_A_FORM.iter().any(|(other, _)| *other == path) || SET_UP.contains(&path);
    routes.map(|route| route.path).filter(|path| path.starts_with(area) && !apart(path)).collect()
}

/// Something was posted from these browsers to each of these addresses.
fn assert_sent(browsers: &[&Browser], expected: &[&str]) {
    let sent: BTreeSet<String> = browsers.iter().flat_map(|browser| browser.posted()).collect();
    let unsent: Vec<_> = expected.iter().filter(|route| !sent.iter().any(|path| is_at(route, path))).collect();
    assert!(unsent.is_empty(), "not sent: {unsent:?}");
}

/// Whether a path is one of a route.
fn is_at(route: &str, path: &str) -> bool {
    let (route, path) = (route.split('/'), path.split('/'));
    route.clone().count() == path.clone().count() && route.zip(path).all(|(a, b)| a == b || a.starts_with('{'))
}

/// Nothing went wrong, and of each kind of form one at least was as its page showed it; these are among them.
fn assert_all_went_well<'a>(outcome: &Outcome, expected: impl Iterator<Item = &'a str>) {
    assert!(outcome.faults.is_empty(), "{}", outcome.faults.join("\n"));
    let unsent: Vec<_> = outcome.sent.iter().filter(|(_, times)| **times == 0).collect();
    assert!(unsent.is_empty(), "never as it was shown: {unsent:?}");
    let unseen: Vec<_> = expected.map(kind_of).filter(|kind| !outcome.sent.contains_key(kind)).collect();
    assert!(unseen.is_empty(), "on no page: {unseen:?}");
}

#[apply(on_both_engines)]
async fn an_owner_sends_every_form_as_it_is_shown(world: World) {
    let forms = forms_below(&world, "/portal/").await;
    let (server, receiver) = (world.server_with(SETTINGS).await, Receiver::start().await);
    let stage = Stage::of(&server, &receiver).await;
    let other = person::account(&server.rooms, "inviting@example.com").await;
    let inviting = Visitor::of(&server, &other).await;
    for name in ["Shared", "Handed over"] {
        let page = inviting.does(NEW, "app-create", &[("name", name), ("type", "service")]).await;
        let access = format!("{APPLICATIONS}/{}/access", element(&page, "app-client-id"));
        inviting.does(&access, "app-invite", &[("email", "owner@example.com")]).await;
    }
    // Whose address is not proven is shown no invitations to it.
    world.database.execute("update users set email_verified_at = 1 where email = 'owner@example.com'").await;
    let owner = Visitor::of(&server, &stage.owner).await;
    let outcome = owner.sends_everything(&[APPLICATIONS], &REFUSED).await;
    assert_all_went_well(&outcome, forms.iter().map(String::as_str));
    for (kind, application) in &stage.applications {
        let tabs = ["", "/credentials", "/sign-in", "/access"].into_iter();
        for tab in tabs.filter(|tab| *tab != "/sign-in" || *kind != "service") {
            let settings = format!("{APPLICATIONS}/{}{tab}", application.client_id);
            assert!(outcome.actions.contains(&settings), "the settings of type {kind} were saved: {settings}");
        }
    }
}

#[apply(on_both_engines)]
async fn an_operator_sends_every_form_as_it_is_shown(world: World) {
    let forms = forms_below(&world, "/admin/").await;
    let (server, receiver) = (world.server_with(SETTINGS).await, Receiver::start().await);
    let stage = Stage::of(&server, &receiver).await;
    let root = Visitor::of(&server, &stage.root).await;
    for (email, button) in [("off@example.com", "user-disable"), ("second@example.com", "user-promote")] {
        let account = person::account(&server.rooms, email).await;
        root.does(&format!("/admin/users/{}", account.sub), button, &[]).await;
    }
    with_passkey(&server, "key@example.com").await;
    with_identity(&server, "elsewhere@example.com").await;
    root.does("/admin/users", "invite-send", &[("email", "guest@example.com"), ("groups", "")]).await;
    root.does("/admin/groups", "group-create", &[("name", "Team-1")]).await;
    root.does("/admin/groups/Team-1", "group-add", &[("emails", "off@example.com")]).await;
    root.does("/admin/registration", "token-create", &[("expires", "1d")]).await;
    let root = Visitor::of(&server, &stage.root).await;
    let outcome = root.sends_everything(&["/admin", "/portal/applications/declared-1"], &REFUSED).await;
    assert_all_went_well(&outcome, forms.iter().map(String::as_str));
}

#[apply(on_both_engines)]
async fn a_person_sends_every_form_as_it_is_shown(world: World) {
    let server = world.server_with(SETTINGS).await;
    let user = person::account(&server.rooms, "person@example.com").await;
    let (first, second) = (Visitor::of(&server, &user).await, Visitor::of(&server, &user).await);
    let application = person::web_application(&server.rooms).await;
    let asked = first.browser.visit(&person::authorize(&application, &[])).await;
    let answer = first.browser.submit(asked.form_with("consent-allow"), &[]).await.answer_parameters();
    let redeeming = server.token().with_basic(&application).by_grant("authorization_code");
    let redeeming = redeeming.parameter("code", &answer["code"]).parameter("redirect_uri", person::CALLBACK);
    redeeming.parameter("code_verifier", person::VERIFIER).send().await.success();
    let outcome = second.sends_everything(&["/account"], &REFUSED).await;
    assert_all_went_well(&outcome, ACCOUNT.into_iter());
}

#[apply(on_both_engines)]
async fn the_form_for_the_first_operator_asks_whom(world: World) {
    let server = world.server().await;
    let link = server.rooms.sign_ins.set_up_link().await.unwrap().unwrap();
    let browser = Browser::of(&server);
    let page = browser.visit(&link).await;
    let answer = browser.submit(page.form_with("set-up-submit"), &[]).await;
    assert_eq!(not_refused(&answer, "email"), None);
    assert_sent(&[&browser], &SET_UP);
}

/// The router has no address for forms that no test of these sends.
#[test]
fn no_form_is_left_out() {
    run_on_sqlite(|world| {
        Box::pin(async move {
            let mut sent = [&ACCOUNT[..], &SET_UP, &OF_APPLICATIONS, &sign_in::ON_THE_WAY].concat();
            sent.extend(steps::LISTS.iter().chain(&links::LISTS).flat_map(|list| list.iter()));
            let apart = |(known, _): &(&str, &str), path: &str| {
                *known == path || known.ends_with('/') && path.starts_with(known)
            };
            let routes: Vec<_> = public_routes(&world).await.into_iter().filter(Route::takes_posts).collect();
            for route in &routes {
                let path = route.path.as_str();
                let known = sent.contains(&path)
                    || VISITED.iter().any(|area| path.starts_with(area))
                    || WITHOUT_A_FORM.iter().any(|other| apart(other, path));
                assert!(known, "no test sends the form to {path}");
            }
            let gone: Vec<_> = sent.iter().filter(|path| !routes.iter().any(|route| route.path == **path)).collect();
            assert!(gone.is_empty(), "no address of the router: {gone:?}");
        })
    });
}
