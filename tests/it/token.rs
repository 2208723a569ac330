//! `POST /token` when all is well (RFC 6749 §3.2, §4.4, §5.1; RFC 9068; RFC 8707).

use crate::harness::{World, on_both_engines};

on_both_engines!(
    /// RFC 6749 §5.1.
    async fn a_success_has_exactly_the_members_of_the_rfc(world: World) {
        let server = world.server().await;
        let application = server.service().await;
        let body = server.token().with_basic(&application).scope("openid admin").send().await.success();
        let members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members, ["access_token", "expires_in", "scope", "token_type"]);
        let verified = server.verify(body["access_token"].as_str().unwrap()).await;
        assert_eq!(verified.claims["aud"], application.client_id);
    }
);
