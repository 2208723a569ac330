//! The developer portal: registering applications and looking after them in a browser (PRODUCT §2, DESIGN §10).

use std::time::Duration;

use gatepost::domain::application::{ApplicationKind, ApplicationSettings};
use gatepost::domain::audit::Actor;
use gatepost::domain::ids::ClientId;
use gatepost::flows::manage_application::DEACTIVATE;
use reqwest::Method;

use crate::harness::browser::{Browser, Page, PageForm};
use crate::harness::person::operator;
use crate::harness::{Answer, Registered, TestServer, World, eventually, on_both_engines};

const JOHN: &str = "john@example.com";
const ANNA: &str = "anna@example.com";
const APPLICATIONS: &str = "/portal/applications";
const NEW: &str = "/portal/applications/new";

/// A browser in which this person is signed in to the portal.
async fn developer(server: &TestServer, email: &str) -> Browser {
    let browser = Browser::of(server);
    let page = browser.visit(APPLICATIONS).await;
    let list = browser.sign_in(server, &page, email, 1).await;
    assert!(list.text().contains("Your applications"), "{}", list.text());
    browser
}

/// Registers an application; the page that follows.
async fn register(browser: &Browser, fields: &[(&str, &str)]) -> Page {
    let form = browser.visit(NEW).await;
    browser.submit(form.form_with("app-create"), fields).await
}

async fn service(browser: &Browser) -> (Page, Registered) {
    let page = register(browser, &[("name", "Orders"), ("type", "service")]).await;
    let registered =
        Registered { client_id: element(&page, "app-client-id"), secret: element(&page, "app-client-secret") };
    (page, registered)
}

fn address(application: &Registered) -> String {
    format!("{APPLICATIONS}/{}", application.client_id)
}

/// The text of an element.
fn element(page: &Page, id: &str) -> String {
    let (_, rest) = page.text().split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("{}", page.text()));
    rest.split_once('>').unwrap().1.split('<').next().unwrap().replace("&#34;", "\"")
}

/// The element that has this id, from its `<` to its `>`.
fn tag(page: &Page, id: &str) -> String {
    let at = page.text().find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no #{id} in {}", page.text()));
    let start = page.text()[..at].rfind('<').unwrap();
    page.text()[start..].split('>').next().unwrap().to_owned()
}

/// The first form that is sent to an address with this in it.
fn form_to(page: &Page, action: &str) -> PageForm {
    let forms = page.text().split("<form").skip(1).map(|rest| rest.split("</form>").next().unwrap());
    let form = forms
        .into_iter()
        .find(|form| form.split("action=\"").nth(1).unwrap().split('"').next().unwrap().contains(action));
    let form = form.unwrap_or_else(|| panic!("no form to {action} in {}", page.text()));
    let of = |input: &str, name: &str| Some(input.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.to_owned());
    let hidden = form.split("<input").skip(1).filter(|input| input.contains("type=\"hidden\""));
    PageForm {
        action: of(form, "action").unwrap(),
        fields: hidden.map(|input| (of(input, "name").unwrap(), of(input, "value").unwrap())).collect(),
    }
}

/// What a browser would send with a form beside its hidden fields: every field as it is.
fn filled(page: &Page, id: &str) -> PageForm {
    let mut form = page.form_with(id);
    let wanted = format!("id=\"{id}\"");
    let markup =
        page.text().split("<form").skip(1).find(|form| form.split("</form>").next().unwrap().contains(&wanted));
    let markup = markup.unwrap().split("</form>").next().unwrap();
    for area in markup.split("<textarea").skip(1) {
        let name = area.split("name=\"").nth(1).unwrap().split('"').next().unwrap();
        let text = area.split_once('>').unwrap().1.split("</textarea>").next().unwrap();
        form.fields.push((name.to_owned(), text.trim_start_matches('\n').to_owned()));
    }
    for input in markup.split("<input").skip(1).map(|input| input.split('>').next().unwrap()) {
        let of = |name: &str| Some(input.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.to_owned());
        if of("type").as_deref() == Some("text") {
            form.fields.push((of("name").unwrap(), of("value").unwrap_or_default()));
        }
    }
    form
}

fn status(page: &Page) -> u16 {
    page.answer.status.as_u16()
}

on_both_engines! {
    async fn a_developer_registers_a_service_and_its_secret_gets_a_token(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let (page, application) = service(&browser).await;
        assert_eq!(status(&page), 200);
        assert!(page.text().contains("Store this secret now"), "{}", page.text());
        let token = server.token().with_basic(&application).send().await.success();
        assert_eq!(token["scope"], "openid admin");
        // The command to paste has everything in it.
        let curl = element(&page, "snippet-curl");
        assert!(curl.contains(&format!("{}:{}", application.client_id, application.secret)), "{curl}");
        assert!(curl.contains(&format!("{}/token", server.issuer())), "{curl}");
        assert!(browser.visit("/account").await.text().contains("href=\"/portal/applications\""));
        let list = browser.visit(APPLICATIONS).await;
        assert!(list.text().contains("Orders") && list.text().contains(&address(&application)), "{}", list.text());
    }
}

on_both_engines! {
    async fn a_secret_is_shown_once_to_who_made_it_and_stands_in_no_address(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let form = browser.visit(NEW).await.form_with("app-create");
        let answer = browser.post(&form, &[("name", "Orders"), ("type", "service")]).await;
        assert_eq!(status(&answer), 303);
        let target = answer.redirect().unwrap();
        assert!(!target.contains("gps_") && !answer.text().contains("gps_"), "{target}");
        let sealed = browser.cookie("gatepost_shown_once").unwrap();
        assert!(!sealed.contains("gps_"), "{sealed}");
        let line = answer.answer.headers.get_all("set-cookie").iter().find(|line| line.to_str().unwrap().contains("shown_once"));
        let line = line.unwrap().to_str().unwrap();
        assert!(line.contains("HttpOnly") && line.contains("Max-Age=120"), "{line}");
        let page = browser.get(&target).await;
        assert!(element(&page, "app-client-secret").starts_with("gps_"));
        assert_eq!(page.answer.header("cache-control"), Some("no-store"));
        assert_eq!(browser.cookie("gatepost_shown_once"), None);
        let again = browser.get(&target).await;
        assert!(!again.has("app-client-secret") && again.has("app-client-id"), "{}", again.text());
        let hint = element(&page, "app-client-secret");
        assert!(again.text().contains(&format!("gps_…{}", &hint[hint.len() - 4..])), "{}", again.text());
    }
}

on_both_engines! {
    async fn a_sealed_secret_opens_only_for_its_session_its_application_and_two_minutes(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let (_, other) = service(&browser).await;
        let form = browser.visit(NEW).await.form_with("app-create");
        let target = browser.post(&form, &[("name", "Orders"), ("type", "service")]).await.redirect().unwrap();
        assert!(!browser.get(&address(&other)).await.has("app-client-secret"));
        world.clock.advance(Duration::from_secs(121));
        assert!(!browser.get(&target).await.has("app-client-secret"));
    }
}

on_both_engines! {
    async fn an_application_for_people_needs_a_redirect_uri_and_a_public_one_gets_no_secret(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let refused = register(&browser, &[("name", "Shop & <Co>"), ("type", "spa"), ("scope", "openid user")]).await;
        assert_eq!(status(&refused), 400);
        assert!(refused.text().contains("<title>Error:"), "{}", refused.text());
        let field = tag(&refused, "app-redirect-uris");
        assert!(field.contains("aria-invalid=\"true\"") && field.contains("app-redirect-uris-problem"), "{field}");
        assert!(refused.has("app-redirect-uris-problem"));
        // What was typed is still there.
        assert!(tag(&refused, "app-name").contains("Shop &#38; &#60;Co&#62;"), "{}", tag(&refused, "app-name"));
        assert!(tag(&refused, "kind-spa").contains("checked"));
        let uris = "https://shop.example/cb\r\nhttp://localhost:3000/cb";
        let page = browser.submit(refused.form_with("app-create"), &[("name", "Shop"), ("type", "spa"), ("redirect_uris", uris)]).await;
        assert!(page.has("app-client-id") && !page.has("app-client-secret") && !page.has("app-rotate-secret"));
        let id: ClientId = element(&page, "app-client-id").parse().unwrap();
        let made = server.server.store.application(&id).await.unwrap().unwrap();
        assert_eq!(made.settings.redirect_uris, ["https://shop.example/cb", "http://localhost:3000/cb"]);
        assert_eq!((made.settings.scope.to_string().as_str(), made.settings.kind), ("openid user", ApplicationKind::Spa));
    }
}

on_both_engines! {
    async fn a_secret_is_rotated_without_a_break_and_the_old_one_revoked(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let (page, first) = service(&browser).await;
        world.clock.advance(Duration::from_secs(1));
        let page = browser.submit(page.form_with("app-rotate-secret"), &[]).await;
        let second = first.with_secret(&element(&page, "app-client-secret"));
        for good in [&first, &second] {
            server.token().with_basic(good).send().await.success();
        }
        let revoke = page.text().split("action=\"").find(|rest| rest.contains("/revoke\"")).unwrap();
        let action = revoke.split('"').next().unwrap().to_owned();
        let form = PageForm { action, ..page.form_with("app-rotate-secret") };
        let page = browser.submit(form.clone(), &[]).await;
        assert!(page.text().contains("The secret is refused from now on."), "{}", page.text());
        server.token().with_basic(&first).send().await.refusal(401, "invalid_client");
        server.token().with_basic(&second).send().await.success();
        assert_eq!(status(&browser.submit(form, &[]).await), 404);
    }
}

on_both_engines! {
    async fn an_application_is_deactivated_activated_and_deleted_by_its_name(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let (page, application) = service(&browser).await;
        let page = browser.submit(page.form_with("app-deactivate"), &[]).await;
        assert!(page.has("app-activate") && !page.has("app-deactivate") && !page.has("app-try"));
        server.token().with_basic(&application).send().await.refusal(401, "invalid_client");
        let page = browser.submit(page.form_with("app-activate"), &[]).await;
        assert!(page.has("app-deactivate"));
        server.token().with_basic(&application).send().await.success();
        let wrong = browser.submit(page.form_with("app-delete"), &[("name", "Others")]).await;
        assert_eq!((status(&wrong), wrong.has("delete-name-problem")), (400, true));
        let list = browser.submit(wrong.form_with("app-delete"), &[("name", "Orders")]).await;
        assert!(list.text().contains("The application is deleted."), "{}", list.text());
        server.token().with_basic(&application).send().await.refusal(401, "invalid_client");
        // Sent twice, a form says what is the matter instead of doing it again.
        let late = browser.submit(page.form_with("app-deactivate"), &[]).await;
        assert_eq!(status(&late), 404);
    }
}

on_both_engines! {
    async fn a_deleted_application_can_be_brought_back_for_a_while(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let (page, application) = service(&browser).await;
        let list = browser.submit(page.form_with("app-delete"), &[("name", "Orders")]).await;
        assert!(list.text().contains("Bring back") && !list.text().contains(&format!("href=\"{}\"", address(&application))));
        let gone = browser.visit(&address(&application)).await;
        assert!(gone.has("app-undelete") && !gone.has("app-delete") && !gone.has("app-save"), "{}", gone.text());
        let back = browser.submit(gone.form_with("app-undelete"), &[]).await;
        assert!(back.text().contains("The application is back."), "{}", back.text());
        server.token().with_basic(&application).send().await.success();
        let anna = developer(&server, ANNA).await;
        browser.submit(back.form_with("app-delete"), &[("name", "Orders")]).await;
        let form = PageForm { action: format!("{}/undelete", address(&application)), ..service(&anna).await.0.form_with("app-deactivate") };
        assert_eq!(status(&anna.post(&form, &[]).await), 404);
    }
}

on_both_engines! {
    async fn what_cannot_be_brought_back_is_not_offered(world: World) {
        let server = world.server_with("[applications]\nundelete_for = \"0s\"\nsweep_every = \"1h\"").await;
        let browser = developer(&server, JOHN).await;
        let (page, application) = service(&browser).await;
        let list = browser.submit(page.form_with("app-delete"), &[("name", "Orders")]).await;
        assert!(!list.text().contains("Bring back") && list.text().contains("Nothing here yet"), "{}", list.text());
        let gone = browser.visit(&address(&application)).await;
        assert!(gone.text().contains("This application is deleted") && !gone.has("app-undelete"), "{}", gone.text());
    }
}

on_both_engines! {
    async fn the_list_says_what_becomes_of_an_application_that_nobody_uses(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let (page, application) = service(&browser).await;
        // The clock of tests begins on 1 March 2026.
        for page in [page, browser.visit(APPLICATIONS).await] {
            assert!(page.text().contains("deactivates on 29 March 2026"), "{}", page.text());
        }
        browser.submit(browser.visit(&address(&application)).await.form_with("app-deactivate"), &[]).await;
        let list = browser.visit(APPLICATIONS).await;
        assert!(list.text().contains("is deleted on 24 May 2026"), "{}", list.text());
    }
}

on_both_engines! {
    async fn what_is_done_twice_is_told_on_the_page(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let (page, application) = service(&browser).await;
        server.server.application_change_state(&application.id(), DEACTIVATE, &Actor::CommandLine).await.unwrap();
        let late = browser.submit(page.form_with("app-deactivate"), &[]).await;
        assert_eq!((status(&late), late.has("app-activate")), (409, true));
        assert!(late.text().contains("is deactivated already"), "{}", late.text());
    }
}

on_both_engines! {
    async fn settings_are_changed_and_nobody_overwrites_what_they_have_not_seen(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let (_, application) = service(&browser).await;
        let stale = browser.visit(&address(&application)).await;
        let changes = [("name", "Invoices"), ("token_ttl", "24h"), ("scope", "openid admin"),
            ("grant", "client_credentials"), ("token_profile", "plain"), ("signing_algorithm", "ES256")];
        let page = browser.submit(filled(&stale, "app-save"), &changes).await;
        assert!(page.text().contains("The settings are saved.") && page.text().contains("Invoices"), "{}", page.text());
        let token = server.token().with_basic(&application).send().await.success();
        assert_eq!(token["expires_in"], 86400);
        let header = server.verify(token["access_token"].as_str().unwrap()).await.header;
        assert_eq!((header.typ.as_deref(), format!("{:?}", header.alg).as_str()), (Some("JWT"), "ES256"));

        let late = browser.submit(filled(&stale, "app-save"), &[("name", "Overwritten")]).await;
        assert_eq!(status(&late), 412);
        assert!(late.text().contains("Somebody changed this application") && tag(&late, "set-name").contains("Overwritten"));
        let kept = server.server.store.application(&application.id()).await.unwrap().unwrap();
        assert_eq!(kept.settings.name, "Invoices");

        let bad = browser.submit(filled(&page, "app-save"), &[("token_ttl", "soon"), ("name", "")]).await;
        assert_eq!(status(&bad), 400);
        assert!(tag(&bad, "set-token-ttl").contains("value=\"soon\"") && tag(&bad, "set-token-ttl").contains("aria-invalid"));
        assert!(bad.has("set-name-problem") && bad.text().contains("<details class=\"more\" open>"), "{}", bad.text());
    }
}

on_both_engines! {
    async fn a_service_is_tried_without_its_secret_and_that_is_no_use(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let (page, application) = service(&browser).await;
        let tried = browser.submit(page.form_with("app-try"), &[]).await;
        let token = element(&tried, "tried-token");
        let claims = server.verify(&token).await.claims;
        assert_eq!((claims["sub"].as_str(), claims["scope"].as_str()), (Some(application.client_id.as_str()), Some("openid admin")));
        assert!(tried.text().contains("10 minutes"), "{}", tried.text());
        let again = browser.get(&format!("{}/try", address(&application))).await;
        assert_eq!(again.redirect(), Some(address(&application)));
        server.server.flush_usage().await.unwrap();
        let store = &server.server.store;
        assert_eq!(store.application(&application.id()).await.unwrap().unwrap().last_used_at, None);
        let events = store.audit_of(&application.client_id).await.unwrap();
        assert!(events.iter().any(|line| line.event == "application.tried" && line.actor.starts_with("user ")), "{events:?}");
    }
}

/// Every form of an application's page, by what follows its address.
const CHANGES: [&str; 10] = [
    "settings",
    "secrets",
    "try",
    "deactivate",
    "activate",
    "delete",
    "owners/invite",
    "owners/remove",
    "leave",
    "approval/withdraw",
];

on_both_engines! {
    async fn a_form_without_its_token_or_from_another_site_changes_nothing(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let (page, application) = service(&browser).await;
        let own = page.form_with("app-deactivate");
        let stored = || async { server.server.store.application(&application.id()).await.unwrap() };
        let before = stored().await;
        let actions = CHANGES.iter().map(|change| format!("{}/{change}", address(&application))).chain([NEW.to_owned()]);
        for action in actions {
            let fields = vec![("name".to_owned(), "Orders".to_owned()), ("type".to_owned(), "service".to_owned())];
            let without = browser.post(&PageForm { action: action.clone(), fields: fields.clone() }, &[]).await;
            assert_eq!(status(&without), 403, "{action}");
            let wrong = browser.post(&PageForm { action: action.clone(), fields }, &[("csrf", "AAAA")]).await;
            assert_eq!(status(&wrong), 403, "{action}");
            let cookies = ["gatepost_browser", "gatepost_session"].map(|name| format!("{name}={}", browser.cookie(name).unwrap()));
            let foreign = server.request(Method::POST, &action).header("origin", "https://evil.example").header("cookie", cookies.join("; "));
            let body = own.fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
            let foreign = foreign.header("content-type", "application/x-www-form-urlencoded").body(body);
            assert_eq!(Answer::of(foreign).await.status, 403, "{action}");
        }
        assert_eq!(stored().await, before);
    }
}

on_both_engines! {
    async fn what_is_somebody_else_s_is_not_there(world: World) {
        let server = world.server().await;
        let john = developer(&server, JOHN).await;
        let (_, application) = service(&john).await;
        let anna = developer(&server, ANNA).await;
        let (own, _) = service(&anna).await;
        assert!(!anna.visit(APPLICATIONS).await.text().contains(&application.client_id));
        for id in [application.client_id.as_str(), "nobody", "not%20an%20id"] {
            assert_eq!(status(&anna.visit(&format!("{APPLICATIONS}/{id}")).await), 404, "{id}");
            for change in CHANGES {
                let form = PageForm { action: format!("{APPLICATIONS}/{id}/{change}"), ..own.form_with("app-deactivate") };
                assert_eq!(status(&anna.post(&form, &[("name", "Orders")]).await), 404, "{id} {change}");
            }
        }
        server.token().with_basic(&application).send().await.success();
    }
}

on_both_engines! {
    async fn who_is_not_signed_in_is_asked_to_and_comes_back(world: World) {
        let server = world.server().await;
        let john = developer(&server, JOHN).await;
        let (_, application) = service(&john).await;
        let nobody = Browser::of(&server);
        assert_eq!(nobody.get("/portal").await.redirect().as_deref(), Some(APPLICATIONS));
        for page in [APPLICATIONS.to_owned(), NEW.to_owned(), address(&application)] {
            let expected = format!("/login?return_to={page}");
            assert_eq!(nobody.get(&page).await.redirect(), Some(expected), "{page}");
        }
        let form = PageForm { action: format!("{}/deactivate", address(&application)), fields: Vec::new() };
        assert!(nobody.post(&form, &[]).await.redirect().unwrap().starts_with("/login?return_to=/portal/"));
    }
}

on_both_engines! {
    async fn an_operator_sees_and_steers_what_is_not_theirs(world: World) {
        let server = world.server().await;
        let john = developer(&server, JOHN).await;
        let (_, application) = service(&john).await;
        operator(&server.server, "root@example.com").await;
        let root = developer(&server, "root@example.com").await;
        let page = root.visit(&address(&application)).await;
        assert!(page.text().contains("You see this as an operator") && page.text().contains("href=\"/admin\""), "{}", page.text());
        let page = root.submit(page.form_with("app-deactivate"), &[]).await;
        assert!(page.has("app-activate"));
        let johns = john.visit(&address(&application)).await;
        assert!(!johns.text().contains("as an operator") && !johns.text().contains("href=\"/admin\""));
    }
}

/// The path of the newest invitation in this mailbox, once there are as many as this.
async fn invitation_to(server: &TestServer, email: &str, count: usize) -> String {
    let links = || {
        let mails = server.server.caught_mails().unwrap().into_iter().filter(|mail| mail.to.as_str() == email);
        let word = |text: String| {
            text.split_whitespace().find(|word| word.contains("/portal/invitations/")).map(str::to_owned)
        };
        mails.filter_map(|mail| word(mail.text)).collect::<Vec<_>>()
    };
    eventually(&format!("{count} invitations"), || async { links().len() >= count }).await;
    let link = links().remove(0);
    link[link.find("/portal/").unwrap()..].to_owned()
}

on_both_engines! {
    async fn an_application_is_shared_with_who_accepts_and_the_last_owner_cannot_leave(world: World) {
        let server = world.server().await;
        let (john, anna) = (developer(&server, JOHN).await, developer(&server, ANNA).await);
        let (page, application) = service(&john).await;
        assert!(!page.has("app-leave"), "nobody else would be there");
        let alone = PageForm { action: format!("{}/leave", address(&application)), ..page.form_with("app-deactivate") };
        let stays = john.submit(alone.clone(), &[]).await;
        assert_eq!(status(&stays), 409);
        assert!(stays.text().contains("the last owner cannot leave"), "{}", stays.text());
        let page = john.submit(page.form_with("app-invite"), &[("email", ANNA), ("purpose", "share")]).await;
        assert!(page.text().contains("Invited") && page.text().contains(ANNA), "{}", page.text());
        assert!(anna.visit(APPLICATIONS).await.text().contains("You are invited"));
        let link = invitation_to(&server, ANNA, 1).await;
        // Opening it changes nothing, and for somebody else there is none.
        assert_eq!(status(&john.visit(&link).await), 404);
        let asked = anna.visit(&link).await;
        assert!(asked.text().contains(JOHN) && asked.text().contains("Orders"), "{}", asked.text());
        assert_eq!(status(&anna.visit(&address(&application)).await), 404);
        let joined = anna.submit(asked.form_with("invitation-accept"), &[]).await;
        assert!(joined.text().contains("You look after this application now.") && joined.has("app-leave"));
        assert_eq!(status(&anna.visit(&link).await), 404, "it is used up");
        let left = john.submit(alone.clone(), &[]).await;
        assert!(left.text().contains("You do not look after that application any more."), "{}", left.text());
        assert_eq!(status(&john.visit(&address(&application)).await), 404);
        let last = anna.visit(&address(&application)).await;
        assert!(!last.has("app-leave"));
        let form = PageForm { action: alone.action, ..last.form_with("app-deactivate") };
        assert_eq!(status(&anna.submit(form, &[]).await), 409);
    }
}

on_both_engines! {
    async fn an_application_is_handed_over_when_the_other_accepts(world: World) {
        let server = world.server().await;
        let (john, anna) = (developer(&server, JOHN).await, developer(&server, ANNA).await);
        let (page, application) = service(&john).await;
        let page = john.submit(page.form_with("app-invite"), &[("email", ANNA), ("purpose", "transfer")]).await;
        assert!(page.text().contains("to take it over"), "{}", page.text());
        let asked = anna.visit(&invitation_to(&server, ANNA, 1).await).await;
        assert!(asked.text().contains("wants to hand it over to you"), "{}", asked.text());
        anna.submit(asked.form_with("invitation-accept"), &[]).await;
        assert_eq!(status(&john.visit(&address(&application)).await), 404);
        assert_eq!(status(&anna.visit(&address(&application)).await), 200);
    }
}

on_both_engines! {
    async fn an_invitation_is_declined_or_withdrawn_and_an_owner_removed(world: World) {
        let server = world.server().await;
        let (john, anna) = (developer(&server, JOHN).await, developer(&server, ANNA).await);
        let (page, application) = service(&john).await;
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
        let withdrawn = john.submit(form_to(&page, "/withdraw"), &[]).await;
        assert!(withdrawn.text().contains("The invitation is withdrawn."), "{}", withdrawn.text());
        assert_eq!(status(&anna.visit(&link).await), 404);

        let page = john.submit(page.form_with("app-invite"), &[("email", ANNA), ("purpose", "share")]).await;
        let asked = anna.visit(&invitation_to(&server, ANNA, 3).await).await;
        anna.submit(asked.form_with("invitation-accept"), &[]).await;
        let both = john.visit(&address(&application)).await;
        let removed = john.submit(form_to(&both, "/owners/remove"), &[]).await;
        assert!(removed.text().contains("They do not look after this application any more."), "{}", removed.text());
        assert_eq!(status(&anna.visit(&address(&application)).await), 404);
        assert!(page.has("app-invite"));
    }
}

on_both_engines! {
    async fn what_nobody_may_choose_alone_waits_for_an_operator(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let fields = [("name", "Orders"), ("type", "service"), ("scope", "openid orders:write"), ("reason", "We <sync> orders.")];
        let page = register(&browser, &fields).await;
        for said in ["Waiting for an operator", "<code>orders:write</code>", "We &#60;sync&#62; orders."] {
            assert!(page.text().contains(said), "{said} in {}", page.text());
        }
        let application = Registered { client_id: element(&page, "app-client-id"), secret: element(&page, "app-client-secret") };
        assert_eq!(server.token().with_basic(&application).send().await.success()["scope"], "openid");
        let page = browser.submit(page.form_with("approval-withdraw"), &[]).await;
        assert!(page.text().contains("The request is withdrawn.") && !page.has("approval-withdraw"), "{}", page.text());
        let page = browser.submit(filled(&page, "app-save"), &[("scope", "openid users:write"), ("grant", "client_credentials")]).await;
        assert!(page.text().contains("except for what waits") && page.text().contains("<code>users:write</code>"), "{}", page.text());
        let long = browser.submit(filled(&page, "app-save"), &[("token_ttl", "300d"), ("grant", "client_credentials")]).await;
        assert_eq!(status(&long), 403);
        assert!(tag(&long, "set-token-ttl").contains("value=\"300d\""), "{}", long.text());
    }
}

on_both_engines! {
    async fn who_looks_after_too_many_is_told_so_with_the_form(world: World) {
        let server = world.server_with("[self_service]\napplications_per_owner = 1").await;
        let browser = developer(&server, JOHN).await;
        service(&browser).await;
        let refused = register(&browser, &[("name", "Second"), ("type", "service")]).await;
        assert_eq!(status(&refused), 403);
        assert!(refused.text().contains("as many as this server allows") && tag(&refused, "app-name").contains("Second"));
    }
}

on_both_engines! {
    async fn a_failed_request_is_explained_to_the_character(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let fields = [("name", "Shop"), ("type", "web"), ("redirect_uris", "https://shop.example/callback")];
        let page = register(&browser, &fields).await;
        let id = element(&page, "app-client-id");
        let bad = format!("/oauth/authorize?client_id={id}&response_type=code&redirect_uri=https://shop.example/Callback");
        assert_eq!(status(&Browser::of(&server).visit(&bad).await), 400);
        let look = async || browser.visit(&format!("{APPLICATIONS}/{id}")).await;
        eventually("the request is noted", || async {
            server.server.flush_usage().await.unwrap();
            look().await.text().contains("Refused")
        })
        .await;
        let page = look().await;
        for said in [
            "<code>https://shop.example/<mark>C</mark>allback</code>",
            "<code>https://shop.example/<mark>c</mark>allback</code>",
            "redirect_uri sent",
            "0 tokens issued, 1 request failed",
        ] {
            assert!(page.text().contains(said), "{said} in {}", page.text());
        }
    }
}

/// What would run if it was taken for markup.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}";

on_both_engines! {
    async fn a_name_with_script_in_it_stays_a_name(world: World) {
        let server = world.server().await;
        let browser = developer(&server, JOHN).await;
        let page = register(&browser, &[("name", HOSTILE), ("type", "service"), ("scope", "it's `id` $(x) </script>")]).await;
        let id = element(&page, "app-client-id");
        let refused = register(&browser, &[("name", HOSTILE), ("type", "web"), ("redirect_uris", HOSTILE), ("scope", HOSTILE)]).await;
        let again = browser.submit(filled(&page, "app-save"), &[("token_ttl", HOSTILE), ("audiences", HOSTILE)]).await;
        let kept = browser.submit(page.form_with("app-delete"), &[("name", "x")]).await;
        for page in [page, refused, again, kept, browser.visit(APPLICATIONS).await] {
            let text = page.text();
            assert!(!text.contains("<script>") && !text.contains("<img") && !text.contains("alert(1)</script>"), "{text}");
            assert!(text.contains("alert(1)") && !text.contains("<!-- "), "{text}");
        }
        let long = "x".repeat(100);
        let page = register(&browser, &[("name", &long), ("type", "service")]).await;
        assert!(page.has("app-client-id") && element(&page, "app-client-id") != id);
    }
}

on_both_engines! {
    async fn a_declared_application_is_shown_and_changed_in_the_configuration_only(world: World) {
        let server = world.server().await;
        let settings = ApplicationSettings { owner: Some(JOHN.to_owned()), ..ApplicationSettings::new("Orders".to_owned(), ApplicationKind::Service) };
        let application = Registered::at(&server.server, settings).await;
        world.database.execute(&format!("update applications set origin = 'declared' where client_id = '{}'", application.client_id)).await;
        let browser = developer(&server, JOHN).await;
        let page = browser.visit(&address(&application)).await;
        assert!(page.text().contains("declared in the configuration"), "{}", page.text());
        assert!(!page.has("app-save") && !page.has("app-delete") && page.has("app-deactivate"));
    }
}
