//! "Try a sign-in": an owner sees what the application would be told, and gets nothing that it could use.

use macro_rules_attribute::apply;
use reqwest::Method;
use serde_json::Value;
use url::Url;

use super::{ANNA, JOHN, address, developer, element, register, registered, service, status, tab, tag};
use crate::harness::browser::{Page, PageForm};
use crate::harness::person::{self, CALLBACK, VERIFIER, operator};
use crate::harness::{Answer, Registered, TestServer, World, on_both_engines};

const SCOPES: &str = "openid profile email";

const WEB: [(&str, &str); 4] = [("name", "Shop"), ("type", "web"), ("redirect_uris", CALLBACK), ("scopes", SCOPES)];

/// The JSON that an element shows.
fn shown(page: &Page, id: &str) -> Value {
    serde_json::from_str(&element(page, id)).unwrap()
}

/// The code in an address that a browser is sent to.
fn code_in(page: &Page) -> String {
    let address: Url = page.redirect().unwrap_or_else(|| panic!("{}", page.text())).parse().unwrap();
    assert!(address.as_str().starts_with(CALLBACK), "{address}");
    address.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned()
}

async fn redeem(server: &TestServer, application: &Registered, code: &str) -> Answer {
    let fields =
        [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
    server.form("/token", application, &fields).await
}

#[apply(on_both_engines)]
async fn it_shows_what_a_sign_in_would_tell_and_issues_nothing(world: World) {
    let server = world.server().await;
    let john = developer(&server, JOHN).await;
    let page = register(&john, &WEB).await;
    let application = registered(&page);
    let tried = john.submit(page.form_with("app-try-sign-in"), &[]).await;
    assert_eq!(status(&tried), 200, "{}", tried.text());
    let user = server.rooms.store.user_by_email(&JOHN.parse().unwrap()).await.unwrap().unwrap();
    assert!(server.rooms.store.families_of_user(user.id).await.unwrap().is_empty());
    assert!(server.rooms.store.consents_of(user.id).await.unwrap().is_empty());
    for table in ["authorizations", "authorization_codes"] {
        assert!(world.database.texts(&format!("select 'x' from {table}")).await.is_empty(), "{table}");
    }

    let asked = john.visit(&person::authorize(&application, &[("scope", SCOPES)])).await;
    let code = code_in(&john.submit(asked.form_with("consent-allow"), &[]).await);
    let tokens = redeem(&server, &application, &code).await.success();
    let mut said = server.verify(tokens["id_token"].as_str().unwrap()).await.claims;
    for of_a_token in ["at_hash", "sid"] {
        assert!(said.as_object_mut().unwrap().remove(of_a_token).is_some(), "{of_a_token}");
    }
    assert_eq!(shown(&tried, "told-id-token"), said);
    let access = tokens["access_token"].as_str().unwrap();
    let mut said = server.verify(access).await.claims;
    assert!(said.as_object_mut().unwrap().remove("jti").is_some());
    assert_eq!(shown(&tried, "told-access-token"), said);
    let userinfo = Answer::of(server.request(Method::GET, "/oauth/userinfo").bearer_auth(access)).await.success();
    assert_eq!(shown(&tried, "told-userinfo"), userinfo);
    assert_eq!(userinfo["email"], JOHN);
}

#[apply(on_both_engines)]
async fn the_sign_in_that_it_leads_to_ends_with_a_code_that_nobody_can_redeem(world: World) {
    let server = world.server().await;
    let john = developer(&server, JOHN).await;
    let page = register(&john, &WEB).await;
    let application = registered(&page);
    let tried = john.submit(page.form_with("app-try-sign-in"), &[]).await;
    let begin = tag(&tried, "told-begin").split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let asked = john.visit(&begin.replace("&#38;", "&").replace("&amp;", "&")).await;
    let code = code_in(&john.submit(asked.form_with("consent-allow"), &[]).await);
    redeem(&server, &application, &code).await.refusal(400, "invalid_grant");
    let again = john.get(&format!("{}/try-sign-in", address(&application))).await;
    assert_eq!(again.redirect(), Some(address(&application)));
}

#[apply(on_both_engines)]
async fn who_may_not_use_it_is_told_so_and_nobody_signs_in_to_a_service(world: World) {
    let server = world.server().await;
    let john = developer(&server, JOHN).await;
    let application = registered(&register(&john, &WEB).await);
    let access = tab(&john, &application, "access").await;
    let owners = john.submit(access.form_with("app-save"), &[("access", "owners")]).await;
    assert!(owners.text().contains("The settings are saved."), "{}", owners.text());
    operator(&server.rooms, ANNA).await;
    let anna = developer(&server, ANNA).await;
    let form = anna.visit(&address(&application)).await.form_with("app-try-sign-in");
    let denied = anna.submit(form, &[]).await;
    assert_eq!(status(&denied), 403);
    assert!(denied.text().contains("may not use this application") && !denied.has("told"), "{}", denied.text());

    let (page, machine) = service(&john).await;
    assert!(!page.has("app-try-sign-in"));
    let form = PageForm { action: format!("{}/try-sign-in", address(&machine)), ..page.form_with("app-try") };
    assert_eq!(status(&john.submit(form, &[]).await), 409);
}

/// The address to which the settings of all tabs can be sent.
#[apply(on_both_engines)]
async fn settings_can_be_sent_to_their_former_address(world: World) {
    let server = world.server().await;
    let john = developer(&server, JOHN).await;
    let (page, application) = service(&john).await;
    let form = PageForm { action: format!("{}/settings", address(&application)), ..page.form_with("app-save") };
    let changes = [("name", "Invoices"), ("token_ttl", "24h"), ("scopes", "openid profile")];
    let saved = john.submit(form, &changes).await;
    assert!(saved.text().contains("The settings are saved.") && saved.text().contains("Invoices"), "{}", saved.text());
    let kept = server.rooms.store.application(&application.id()).await.unwrap().unwrap().settings;
    assert_eq!(
        (kept.token_ttl.map(|ttl| ttl.as_secs()), kept.scope.to_string().as_str()),
        (Some(86_400), "openid profile")
    );
}
