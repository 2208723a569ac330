//! The URL table as the router has it, for tests that must not miss an address.
//!
//! axum tells no one which routes a router has, except in its debug text. Should that change, nothing is found there and
//! `the_table_is_read_whole` fails, not the tests that ask for a rule of each route.

use std::collections::BTreeMap;

use gatepost::app::App;

use crate::harness::{World, run_on_sqlite};

/// An address, and how it may be asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Route {
    /// With its parameters in braces.
    pub(crate) path: String,
    /// Such as `GET`.
    pub(crate) methods: Vec<String>,
}

impl Route {
    /// Whether forms are sent there.
    pub(crate) fn takes_posts(&self) -> bool {
        self.methods.iter().any(|method| method == "POST")
    }

    /// The names of its parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split('}').next())
    }
}

/// Every route of the public listener, by its path. They are the same in every world; a server of this one is left alone.
pub(crate) async fn public_routes(world: &World) -> Vec<Route> {
    let world = world.another();
    let app = Box::pin(App::start(world.config(""), world.outside())).await.unwrap();
    let text = format!("{:?}", app.public_table());
    app.rooms.store.close().await;
    routes_of(&text)
}

/// A route is an id; its path and its methods are told apart from each other.
fn routes_of(text: &str) -> Vec<Route> {
    // Behind it stands what is answered where nothing is, under ids that begin again.
    let text = text.split("fallback_router").next().unwrap_or_default();
    let mut paths = BTreeMap::new();
    let mut methods = BTreeMap::new();
    for rest in text.split("RouteId(").skip(1) {
        let (id, told) = rest.split_once("): ").unwrap_or((rest, ""));
        if let Some(path) = told.strip_prefix('"').and_then(|told| told.split('"').next()) {
            paths.insert(id, path);
        } else if let Some(allowed) = told.split("allow_header: Bytes(b\"").nth(1) {
            methods.insert(id, allowed.split('"').next().unwrap_or_default());
        }
    }
    let route = |(id, path): (&&str, &&str)| {
        let methods = methods.get(*id)?.split(',').map(str::to_owned).collect();
        Some(Route { path: (*path).to_owned(), methods })
    };
    let mut routes: Vec<_> = paths.iter().filter_map(route).collect();
    routes.sort();
    routes
}

#[test]
fn the_table_is_read_whole() {
    run_on_sqlite(|world| {
        Box::pin(async move {
            let routes = public_routes(&world).await;
            assert!(routes.len() > 150, "{routes:?}");
            let of = |path: &str| routes.iter().find(|route| route.path == path).map(|route| route.methods.join(" "));
            for (path, methods) in [
                ("/token", "POST"),
                ("/login", "GET HEAD POST"),
                ("/l/{token}", "GET HEAD POST"),
                ("/admin/webhooks/{hook}/ping", "GET HEAD POST"),
                ("/oauth/register/{client_id}", "DELETE GET HEAD PUT"),
            ] {
                let mut found: Vec<_> = of(path).unwrap_or_default().split(' ').map(str::to_owned).collect();
                found.sort();
                assert_eq!(found.join(" "), methods, "{path}");
            }
            assert!(of("/api/v1/applications").is_some_and(|methods| methods.contains("POST")));
        })
    });
}
