//! Migrations: once, even if several processes try; additive; one history for both engines.

use gatepost::app;
use gatepost::store::{Store, StoreError};
use macro_rules_attribute::apply;
use tokio::task::JoinSet;

use crate::harness::{World, dump_of_file, on_both_engines};

/// Migrating what is up to date writes nothing.
#[apply(on_both_engines)]
async fn a_second_migration_changes_nothing(world: World) {
    let store = world.store().await;
    let before = world.database.dump().await;
    store.migrate().await.unwrap();
    assert_eq!(world.database.dump().await, before);
}

/// Servers and commands may start together on an empty database.
#[apply(on_both_engines)]
async fn many_that_migrate_at_once_make_one_schema(world: World) {
    world.database.empty().await;
    let open = || {
        let settings = world.database.settings();
        async move {
            let store = Store::open(&settings).await?;
            store.migrate().await?;
            store.generations().await
        }
    };
    let outcomes = (0..8).map(|_| open()).collect::<JoinSet<Result<_, StoreError>>>().join_all().await;
    for outcome in outcomes {
        outcome.unwrap();
    }
    let together = world.database.dump().await;
    world.store().await;
    assert_eq!(world.database.dump().await, together, "nothing was left to do");
}

/// An older binary refuses a newer database.
#[apply(on_both_engines)]
async fn a_newer_database_is_refused_by_name_of_its_migration(world: World) {
    let store = world.store().await;
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                 select 9999, 'from the future', success, checksum, 0 from _sqlx_migrations where version = 1";
    world.database.execute(newer).await;
    let before = world.database.dump().await;
    let refused = store.migrate().await;
    assert!(matches!(refused, Err(StoreError::Newer(9999))), "{refused:?}");
    let Err(refused) = app::open(world.config(""), world.outside()).await else { panic!("it opened") };
    assert!(refused.to_string().contains("newer Gatepost"), "{refused}");
    assert_eq!(world.database.dump().await, before);
}

/// SQLite serves one server; PostgreSQL any number.
#[apply(on_both_engines)]
async fn a_second_server_on_one_sqlite_file_is_refused(world: World) {
    let server = world.server().await;
    let second = app::App::start(world.config(""), world.outside()).await;
    if server.rooms.store.engine_name() == "SQLite" {
        let Err(refused) = second else { panic!("it started") };
        assert!(refused.to_string().contains("another server is using"), "{refused}");
        server.stop().await;
        world.server().await.get("/health/ready").await.success();
    } else {
        assert!(second.is_ok());
    }
}

/// A backup is a database that opens, taken while the server runs.
#[apply(on_both_engines)]
async fn a_backup_holds_what_the_database_holds(world: World) {
    let server = world.server().await;
    server.service().await;
    let file = world.database.folder().join("backup.db");
    let outcome = server.rooms.store.backup_to(&file).await;
    if server.rooms.store.engine_name() == "SQLite" {
        outcome.unwrap();
        assert_eq!(dump_of_file(&file).await, world.database.dump().await);
    } else {
        assert!(matches!(outcome, Err(StoreError::Unsupported(_))), "{outcome:?}");
    }
}
