//! Who may not exchange, what cannot be exchanged, and who cannot act (RFC 8693 §2.1, §2.2.2, §5).

use gatepost::domain::application::SettingsError;

use super::*;

/// RFC 8693 §5: only who is known, and whom the token was sent to.
#[apply(on_both_engines)]
async fn an_application_that_the_token_is_not_for(world: World) {
    let server = world.server().await;
    let stock = api(&server, &[]).await;
    let orders = api(&server, &[&stock.client_id]).await;
    let other = api(&server, &[&stock.client_id]).await;
    let (grant, tokens) = signed_in(&server, &[&orders, &stock]).await;
    let token = tokens.access_token();
    exchanged_for(&server, &other, &token, &stock).await.refusal(400, "invalid_request");
    let wrong = orders.with_secret("gps_wrong");
    exchanged_for(&server, &wrong, &token, &stock).await.refusal(401, "invalid_client");
    exchanged_for(&server, &Registered::from_id(&orders.client_id), &token, &stock)
        .await
        .refusal(401, "invalid_client");
    exchanged_for(&server, &grant.application, &token, &stock).await.refusal(400, "unauthorized_client");
    // The shop that the token was issued to holds it rightly, and may have less made of it where it has the grant.
    grant
        .application
        .settle(&server.rooms, |settings| {
            settings.grants.push(GrantType::TokenExchange);
            settings.may_exchange_for = vec![stock.client_id.parse().unwrap()];
        })
        .await;
    let own = exchanged_for(&server, &grant.application, &token, &stock).await;
    assert_eq!(claims(&server, &own).await["act"], json!({ "sub": grant.application.client_id }));
}

/// RFC 8693 §5: a public application could be anybody.
#[test]
fn an_application_that_cannot_authenticate_is_not_registered_for_it() {
    for kind in ApplicationKind::ALL {
        let mut settings = ApplicationSettings::new("App".to_owned(), kind);
        settings.grants.push(GrantType::TokenExchange);
        let expected = if kind.is_confidential() { Ok(()) } else { Err(SettingsError::TokenExchange) };
        assert_eq!(settings.check(), expected, "{kind}");
    }
}

/// RFC 8693 §2.2.2.
#[apply(on_both_engines)]
async fn a_subject_token_that_does_not_count(world: World) {
    let server = world.server().await;
    let stock = api(&server, &[]).await;
    let orders = api(&server, &[&stock.client_id]).await;
    let (_, tokens) = signed_in(&server, &[&orders, &stock]).await;
    let tokens = tokens.success();
    let (token, id_token) = (tokens["access_token"].as_str().unwrap(), tokens["id_token"].as_str().unwrap());
    let forged = format!("{}x", &token[..token.len() - 2]);
    for bad in ["x", "a.b.c", id_token, tokens["refresh_token"].as_str().unwrap(), &forged] {
        exchanged_for(&server, &orders, bad, &stock).await.refusal(400, "invalid_request");
    }
    let audience = ("audience", stock.client_id.as_str());
    for wrong in [
        ("subject_token", ""),
        ("subject_token_type", ""),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:id_token"),
        ("actor_token_type", ACCESS_TOKEN),
    ] {
        exchanged(&server, &orders, token, &[audience, wrong]).await.refusal(400, "invalid_request");
    }
    for good in [("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"), ("requested_token_type", ACCESS_TOKEN)]
    {
        exchanged(&server, &orders, token, &[audience, good]).await.success();
    }
}

/// Who acts is the application that authenticated, so its actor token can only be its own.
#[apply(on_both_engines)]
async fn an_actor_that_is_somebody_else(world: World) {
    let server = world.server().await;
    let stock = api(&server, &[]).await;
    let orders = api(&server, &[&stock.client_id]).await;
    let other = api(&server, &[]).await;
    let (_, tokens) = signed_in(&server, &[&orders, &stock]).await;
    let token = tokens.access_token();
    let own = |of: &Registered| server.token().with_basic(of).send();
    let (its, others) = (own(&orders).await.access_token(), own(&other).await.access_token());
    let audience = ("audience", stock.client_id.as_str());
    let actor_type = ("actor_token_type", ACCESS_TOKEN);
    let answer = exchanged(&server, &orders, &token, &[audience, ("actor_token", &its), actor_type]).await;
    let expected = json!({ "sub": orders.client_id });
    assert_eq!(claims(&server, &answer).await["act"], expected);
    let exchanged_before = answer.access_token();
    for actor in [others.as_str(), &token, &exchanged_before, "x"] {
        let more = [audience, ("actor_token", actor), actor_type];
        exchanged(&server, &orders, &token, &more).await.refusal(400, "invalid_request");
    }
    exchanged(&server, &orders, &token, &[audience, ("actor_token", &its)]).await.refusal(400, "invalid_request");
}
