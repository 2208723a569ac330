//! Statements that would otherwise look through a whole table.

use macro_rules_attribute::apply;

use crate::harness::{World, on_both_engines};

/// Each index, and a statement that needs it.
const NEEDED: [(&str, &str); 8] = [
    (
        "webhook_deliveries_by_receiver",
        "select message_id, event from webhook_deliveries where webhook_id = 'a' \
         order by created_at desc, message_id desc limit 20",
    ),
    ("upstream_identities_by_use", "select max(last_used_at) as last_use from upstream_identities where issuer = 'a'"),
    ("token_families_by_application", "select user_id from token_families where application_id = 'a'"),
    ("authorization_codes_by_application", "select user_id from authorization_codes where application_id = 'a'"),
    ("consents_by_application", "delete from consents where application_id = 'a'"),
    (
        "authorization_codes_by_user",
        "update authorization_codes set spent_at = 1 where user_id = 'a' and spent_at is null",
    ),
    ("sign_ins_by_user", "update sign_ins set ended_at = 1 where user_id = 'a' and ended_at is null"),
    ("sign_ins_by_email", "select id from sign_ins where email_key = 'a'"),
];

#[apply(on_both_engines)]
async fn what_is_looked_for_is_found_by_its_index(world: World) {
    world.store().await;
    for (index, statement) in NEEDED {
        let plan = world.database.plan(statement).await;
        assert!(plan.contains(index), "{statement}: {plan}");
    }
}

/// An application is erased without a look through what refers to it: each such column leads an index.
#[apply(on_both_engines)]
async fn whatever_refers_to_an_application_is_found_by_an_index(world: World) {
    world.store().await;
    let referring = world.database.references_to("applications").await;
    assert!(referring.len() > 10, "{referring:?}");
    for (table, column) in referring {
        let plan = world.database.plan(&format!("select 1 from {table} where {column} = 'a'")).await;
        let plan = plan.to_lowercase();
        let is_found = plan.contains("search ") || plan.contains("index cond");
        assert!(is_found && !plan.contains("seq scan"), "{table}.{column}: {plan}");
    }
}
