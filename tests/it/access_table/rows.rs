//! The rows of the table: every endpoint and page, and what each caller gets.

/// One endpoint: `{app}` is an application of the owner's, `{sub}` an account, `{kid}` a key, `{secret}` a secret,
/// `{group}` a group, `{hook}` a webhook of an application of the owner's, `{server_hook}` one of the server.
pub(super) struct Row {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) body: &'static str,
    pub(super) expected: [u16; 9],
}

const fn row(method: &'static str, path: &'static str, body: &'static str, expected: [u16; 9]) -> Row {
    Row { method, path, body, expected }
}

const ANYBODY: [u16; 9] = [200; 9];
const SIGNED_IN: [u16; 9] = [401, 200, 200, 200, 200, 200, 200, 200, 200];
const OPERATORS: [u16; 9] = [401, 403, 403, 403, 403, 200, 403, 200, 403];
const READ_OWN: [u16; 9] = [401, 404, 200, 200, 200, 200, 200, 200, 403];
const WRITE_OWN: [u16; 9] = [401, 404, 200, 200, 403, 200, 403, 200, 403];

// Pages ignore tokens: the bearer is asked to sign in.
const OWN_PAGE: [u16; 9] = [303, 404, 200, 200, 303, 200, 303, 303, 303];
const OPERATORS_PAGE: [u16; 9] = [303, 404, 404, 404, 303, 200, 303, 303, 303];
// A form without its token.
const OPERATORS_FORM: [u16; 9] = [303, 404, 404, 404, 303, 403, 303, 303, 303];
const ANY_FORM: [u16; 9] = [303, 403, 403, 403, 303, 403, 303, 303, 303];

/// The same with another status for success.
const fn instead(mut expected: [u16; 9], success: u16) -> [u16; 9] {
    let mut at = 0;
    while at < expected.len() {
        if expected[at] == 200 {
            expected[at] = success;
        }
        at += 1;
    }
    expected
}

const RECEIVER: &str = r#"{"url": "http://127.0.0.1:9/hook"}"#;

pub(super) const TABLE: &[Row] = &[
    row("GET", "/docs", "", ANYBODY),
    row("GET", "/api/v1/openapi.json", "", ANYBODY),
    row("GET", "/api/v1/me", "", SIGNED_IN),
    row("GET", "/api/v1/applications", "", [401, 200, 200, 200, 200, 200, 200, 200, 403]),
    row("POST", "/api/v1/applications", r#"{"name": "New {new}"}"#, [401, 201, 201, 201, 403, 201, 403, 201, 403]),
    row("GET", "/api/v1/applications/{app}", "", READ_OWN),
    row("PATCH", "/api/v1/applications/{app}", r#"{"name": "Changed"}"#, WRITE_OWN),
    row("DELETE", "/api/v1/applications/{app}", "", instead(WRITE_OWN, 204)),
    row("POST", "/api/v1/applications/{app}/deactivate", "", WRITE_OWN),
    // It is active, which only a caller who may change it learns.
    row("POST", "/api/v1/applications/{app}/activate", "", instead(WRITE_OWN, 409)),
    row("POST", "/api/v1/applications/{app}/undelete", "", instead(WRITE_OWN, 409)),
    row("GET", "/api/v1/applications/{app}/life-cycle", "", READ_OWN),
    row("PUT", "/api/v1/applications/{app}/exempt", r#"{"exempt": true}"#, OPERATORS),
    row("GET", "/api/v1/applications/{app}/secrets", "", READ_OWN),
    row("POST", "/api/v1/applications/{app}/secrets", "", instead(WRITE_OWN, 201)),
    row("DELETE", "/api/v1/applications/{app}/secrets/{secret}", "", instead(WRITE_OWN, 204)),
    row("GET", "/api/v1/applications/{app}/owners", "", READ_OWN),
    row("DELETE", "/api/v1/applications/{app}/owners/co-owner@example.com", "", instead(WRITE_OWN, 204)),
    row("GET", "/api/v1/applications/{app}/invitations", "", READ_OWN),
    // Only a person can invite.
    row(
        "POST",
        "/api/v1/applications/{app}/invitations",
        r#"{"email": "{new}@example.com"}"#,
        [401, 404, 201, 201, 403, 201, 403, 403, 403],
    ),
    row("DELETE", "/api/v1/applications/{app}/invitations/{nothing}", "", instead(WRITE_OWN, 404)),
    row("GET", "/api/v1/applications/{app}/activity", "", READ_OWN),
    row("GET", "/api/v1/applications/{app}/requests", "", READ_OWN),
    row("GET", "/api/v1/applications/{app}/flights", "", READ_OWN),
    row("GET", "/api/v1/applications/{app}/webhooks", "", READ_OWN),
    row("POST", "/api/v1/applications/{app}/webhooks", RECEIVER, instead(WRITE_OWN, 201)),
    row("GET", "/api/v1/webhooks", "", OPERATORS),
    row("POST", "/api/v1/webhooks", RECEIVER, instead(OPERATORS, 201)),
    row("GET", "/api/v1/webhooks/{hook}", "", READ_OWN),
    row("PATCH", "/api/v1/webhooks/{hook}", r#"{"enabled": false}"#, WRITE_OWN),
    row("DELETE", "/api/v1/webhooks/{hook}", "", instead(WRITE_OWN, 204)),
    row("POST", "/api/v1/webhooks/{hook}/rotate-secret", "", WRITE_OWN),
    row("POST", "/api/v1/webhooks/{hook}/ping", "", instead(WRITE_OWN, 204)),
    row("GET", "/api/v1/webhooks/{hook}/deliveries", "", READ_OWN),
    row("POST", "/api/v1/webhooks/{hook}/deliveries/{nothing}/redeliver", "", instead(WRITE_OWN, 409)),
    row("GET", "/api/v1/approvals", "", OPERATORS),
    row("POST", "/api/v1/approvals/{nothing}/grant", "", instead(OPERATORS, 404)),
    row("POST", "/api/v1/approvals/{nothing}/refuse", "", instead(OPERATORS, 404)),
    row("GET", "/api/v1/scopes", "", [401, 200, 200, 200, 200, 200, 200, 200, 403]),
    row("GET", "/api/v1/resources", "", [401, 200, 200, 200, 200, 200, 200, 200, 403]),
    row("GET", "/api/v1/registration-tokens", "", OPERATORS),
    row("POST", "/api/v1/registration-tokens", r#"{"name": "CI"}"#, instead(OPERATORS, 201)),
    row("DELETE", "/api/v1/registration-tokens/{nothing}", "", instead(OPERATORS, 404)),
    row("GET", "/api/v1/users", "", OPERATORS),
    row("POST", "/api/v1/users", r#"{"email": "{new}@example.com"}"#, instead(OPERATORS, 201)),
    row("GET", "/api/v1/users/{sub}", "", OPERATORS),
    row("PATCH", "/api/v1/users/{sub}", r#"{"name": "Changed"}"#, OPERATORS),
    row("DELETE", "/api/v1/users/{sub}", "", instead(OPERATORS, 204)),
    row("POST", "/api/v1/users/{sub}/disable", "", OPERATORS),
    row("POST", "/api/v1/users/{sub}/enable", "", instead(OPERATORS, 409)),
    row("GET", "/api/v1/users/{sub}/sessions", "", OPERATORS),
    row("DELETE", "/api/v1/users/{sub}/sessions", "", instead(OPERATORS, 204)),
    row("GET", "/api/v1/users/{sub}/passkeys", "", OPERATORS),
    // There is no such passkey, which only a caller who may remove it learns.
    row("DELETE", "/api/v1/users/{sub}/passkeys/019e7a4c-5b1f-7d2e-8a3b-6c9d0e1f2a3b", "", instead(OPERATORS, 404)),
    row("GET", "/api/v1/invitations", "", OPERATORS),
    row("POST", "/api/v1/invitations", r#"{"email": "{new}@example.com"}"#, instead(OPERATORS, 201)),
    row("DELETE", "/api/v1/invitations/{new}@example.com", "", instead(OPERATORS, 404)),
    row("GET", "/api/v1/users/{sub}/groups", "", OPERATORS),
    // Others see the groups that developers are shown, without their members.
    row("GET", "/api/v1/groups", "", [401, 200, 200, 200, 403, 200, 403, 200, 403]),
    row("POST", "/api/v1/groups", r#"{"name": "{new}"}"#, instead(OPERATORS, 201)),
    row("GET", "/api/v1/groups/{group}", "", [401, 404, 404, 404, 403, 200, 403, 200, 403]),
    row("PATCH", "/api/v1/groups/{group}", r#"{"visible_to_developers": true}"#, OPERATORS),
    row("DELETE", "/api/v1/groups/{group}", "", instead(OPERATORS, 204)),
    row("GET", "/api/v1/groups/{group}/members", "", [401, 404, 404, 404, 403, 200, 403, 200, 403]),
    row("PUT", "/api/v1/groups/{group}/members/{sub}", "", instead(OPERATORS, 204)),
    row("DELETE", "/api/v1/groups/{group}/members/{sub}", "", instead(OPERATORS, 204)),
    row("GET", "/api/v1/keys", "", OPERATORS),
    row("POST", "/api/v1/keys/rotate", "", OPERATORS),
    row("POST", "/api/v1/keys/{kid}/revoke", "", instead(OPERATORS, 204)),
    row("GET", "/api/v1/audit", "", OPERATORS),
    row("GET", "/api/v1/audit/export", "", OPERATORS),
    row("GET", "/portal/applications", "", [303, 200, 200, 200, 303, 200, 303, 303, 303]),
    row("GET", "/portal/applications/new", "", [303, 200, 200, 200, 303, 200, 303, 303, 303]),
    row("POST", "/portal/applications/new", "", ANY_FORM),
    row("GET", "/portal/applications/{app}", "", OWN_PAGE),
    row("GET", "/portal/applications/{app}/credentials", "", OWN_PAGE),
    row("GET", "/portal/applications/{app}/sign-in", "", OWN_PAGE),
    row("GET", "/portal/applications/{app}/access", "", OWN_PAGE),
    row("GET", "/portal/applications/{app}/insight", "", OWN_PAGE),
    row("GET", "/portal/applications/{app}/danger", "", OWN_PAGE),
    row("POST", "/portal/applications/{app}", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/credentials", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/sign-in", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/access", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/secrets", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/secrets/{secret}/revoke", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/settings", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/try", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/try-sign-in", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/deactivate", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/activate", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/delete", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/undelete", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/owners/invite", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/owners/remove", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/leave", "", ANY_FORM),
    // They are on the page of the application.
    row("GET", "/portal/applications/{app}/webhooks", "", instead(OWN_PAGE, 303)),
    row("GET", "/portal/applications/{app}/webhooks/new", "", OWN_PAGE),
    row("POST", "/portal/applications/{app}/webhooks/new", "", ANY_FORM),
    row("GET", "/portal/applications/{app}/webhooks/{hook}", "", OWN_PAGE),
    row("POST", "/portal/applications/{app}/webhooks/{hook}/change", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/webhooks/{hook}/ping", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/webhooks/{hook}/rotate-secret", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/webhooks/{hook}/enable", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/webhooks/{hook}/disable", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/webhooks/{hook}/delete", "", ANY_FORM),
    row("POST", "/portal/applications/{app}/webhooks/{hook}/messages/{nothing}/again", "", ANY_FORM),
    row("GET", "/admin", "", OPERATORS_PAGE),
    row("GET", "/admin/approvals", "", OPERATORS_PAGE),
    row("GET", "/admin/applications", "", OPERATORS_PAGE),
    row("GET", "/admin/registration", "", OPERATORS_PAGE),
    row("GET", "/admin/users", "", OPERATORS_PAGE),
    row("GET", "/admin/users/{sub}", "", OPERATORS_PAGE),
    row("GET", "/admin/groups", "", OPERATORS_PAGE),
    row("GET", "/admin/groups/{group}", "", OPERATORS_PAGE),
    row("GET", "/admin/audit", "", OPERATORS_PAGE),
    row("GET", "/admin/audit/export?format=csv", "", OPERATORS_PAGE),
    row("GET", "/admin/keys", "", OPERATORS_PAGE),
    row("GET", "/admin/mail", "", OPERATORS_PAGE),
    row("GET", "/admin/webhooks", "", OPERATORS_PAGE),
    row("GET", "/admin/webhooks/new", "", OPERATORS_PAGE),
    row("GET", "/admin/webhooks/{server_hook}", "", OPERATORS_PAGE),
    row("GET", "/admin/settings", "", OPERATORS_PAGE),
    row("GET", "/admin/scopes", "", OPERATORS_PAGE),
    row("POST", "/admin/approvals/{nothing}/grant", "", OPERATORS_FORM),
    row("POST", "/admin/approvals/{nothing}/refuse", "", OPERATORS_FORM),
    row("POST", "/admin/users/invite", "", OPERATORS_FORM),
    row("POST", "/admin/users/withdraw", "", OPERATORS_FORM),
    row("POST", "/admin/groups", "", OPERATORS_FORM),
    row("POST", "/admin/groups/{group}/add", "", OPERATORS_FORM),
    row("POST", "/admin/groups/{group}/remove", "", OPERATORS_FORM),
    row("POST", "/admin/groups/{group}/visibility", "", OPERATORS_FORM),
    row("POST", "/admin/groups/{group}/require", "", OPERATORS_FORM),
    row("POST", "/admin/groups/{group}/delete", "", OPERATORS_FORM),
    row("POST", "/admin/registration/create", "", OPERATORS_FORM),
    row("POST", "/admin/registration/revoke", "", OPERATORS_FORM),
    row("POST", "/admin/users/{sub}/disable", "", OPERATORS_FORM),
    row("POST", "/admin/users/{sub}/enable", "", OPERATORS_FORM),
    row("POST", "/admin/users/{sub}/sign-out", "", OPERATORS_FORM),
    row("POST", "/admin/users/{sub}/delete", "", OPERATORS_FORM),
    row("POST", "/admin/users/{sub}/attributes", "", OPERATORS_FORM),
    row("POST", "/admin/users/{sub}/promote", "", OPERATORS_FORM),
    row("POST", "/admin/users/{sub}/demote", "", OPERATORS_FORM),
    row("POST", "/admin/users/{sub}/passkeys/019e7a4c-5b1f-7d2e-8a3b-6c9d0e1f2a3b/remove", "", OPERATORS_FORM),
    row("POST", "/admin/users/{sub}/upstreams/019e7a4c-5b1f-7d2e-8a3b-6c9d0e1f2a3b/disconnect", "", OPERATORS_FORM),
    row("POST", "/admin/keys/rotate", "", OPERATORS_FORM),
    row("POST", "/admin/keys/revoke", "", OPERATORS_FORM),
    row("POST", "/admin/webhooks/new", "", OPERATORS_FORM),
    row("POST", "/admin/webhooks/{server_hook}/change", "", OPERATORS_FORM),
    row("POST", "/admin/webhooks/{server_hook}/ping", "", OPERATORS_FORM),
    row("POST", "/admin/webhooks/{server_hook}/rotate-secret", "", OPERATORS_FORM),
    row("POST", "/admin/webhooks/{server_hook}/enable", "", OPERATORS_FORM),
    row("POST", "/admin/webhooks/{server_hook}/disable", "", OPERATORS_FORM),
    row("POST", "/admin/webhooks/{server_hook}/delete", "", OPERATORS_FORM),
    row("POST", "/admin/webhooks/{server_hook}/messages/{nothing}/again", "", OPERATORS_FORM),
];
