//! `[[groups]]`: what the file declares is brought about at every start.

use gatepost::config::Config;
use macro_rules_attribute::apply;

use super::name;
use crate::harness::{TestServer, World, on_both_engines, person};

const TWO: &str = "[[groups]]\nname = \"staff\"\nvisible_to_developers = true\n[[groups]]\nname = \"team/red\"\n";

async fn restarted(world: &World, before: TestServer, toml: &str) -> TestServer {
    before.stop().await;
    world.server_with(toml).await
}

async fn history(server: &TestServer, group: &str) -> Vec<String> {
    let lines = server.rooms.store.audit_of(group).await.unwrap();
    lines.into_iter().map(|line| format!("{} {} {}", line.actor, line.event, line.detail).trim().to_owned()).collect()
}

/// Provisioning: groups are made once, changed as the file changes, and kept with their members when they leave it.
#[apply(on_both_engines)]
async fn declared_groups_are_there_from_the_first_start_and_stay(world: World) {
    let server = world.server_with(TWO).await;
    let shown = |group: gatepost::domain::group::Group| {
        (group.name.to_string(), group.visible_to_developers, group.declared, group.members)
    };
    let groups = server.rooms.store.groups().await.unwrap();
    let expected = [("staff".to_owned(), true, true, 0), ("team/red".to_owned(), false, true, 0)];
    assert_eq!(groups.into_iter().map(shown).collect::<Vec<_>>(), expected);

    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    let ann = person::account(&server.rooms, "ann@example.com").await;
    let member = format!("/groups/staff/members/{}", ann.sub);
    assert_eq!(
        management.call(&ops, reqwest::Method::PUT, &member, None).await.status,
        204,
        "members are not declared"
    );
    management.delete(&ops, "/groups/staff").await.problem(409, "conflict");

    let server = restarted(&world, server, TWO).await;
    let made = ["configuration group.created".to_owned()];
    assert_eq!(history(&server, "team/red").await, made, "nothing is done twice");
    let server = restarted(&world, server, "[[groups]]\nname = \"team/red\"\n").await;
    let groups = server.rooms.store.groups().await.unwrap();
    let expected = [("staff".to_owned(), true, false, 1), ("team/red".to_owned(), false, true, 0)];
    assert_eq!(groups.into_iter().map(shown).collect::<Vec<_>>(), expected);
    let undeclared = "configuration group.changed undeclared".to_owned();
    assert!(history(&server, "staff").await.contains(&undeclared));
    let (management, ops) = (server.management().await, server.machine("gatepost:admin").await);
    assert_eq!(management.delete(&ops, "/groups/staff").await.status, 204);
    assert_eq!(server.rooms.store.group(&name("staff")).await.unwrap(), None);
}

/// Provisioning: what is wrong in the file is told with its place.
#[apply(on_both_engines)]
async fn a_declaration_that_is_wrong_keeps_the_server_from_starting(world: World) {
    for (lines, says) in [
        ("[[groups]]\nname = \"a b\"\n", "1 to 64 characters"),
        ("[[groups]]\nvisible_to_developers = true\n", "name"),
        ("[[groups]]\nname = \"a\"\n[[groups]]\nname = \"a\"\n", "declared at"),
        ("[[groups]]\nname = \"a\"\nmembers = []\n", "members"),
        ("groups = 7\n", "groups"),
    ] {
        let refused = Config::from_toml("test.toml", lines, &world.environment()).map(|_| ()).unwrap_err().to_string();
        assert!(refused.contains(says) && refused.contains("test.toml"), "{lines}: {refused}");
    }
    let many: Vec<String> = (0..1001).map(|number| format!("[[groups]]\nname = \"g{number}\"\n")).collect();
    let refused = Config::from_toml("test.toml", &many.concat(), &world.environment()).map(|_| ()).unwrap_err();
    assert!(refused.to_string().contains("1000 groups at most"), "{refused}");
}
