//! The rooms of `docs/architecture.md`: what each may hold, the lowest first.

use std::collections::HashMap;

use super::{Source, is_identifier, sources_of};

/// A room, and the rooms it may hold.
type Room = (&'static str, &'static [&'static str]);

const ROOMS: [Room; 39] = [
    ("Browsers", &[]),
    ("Idempotency", &[]),
    ("DeliveryTraces", &[]),
    ("Mail", &["DeliveryTraces"]),
    ("MailLimits", &["Browsers"]),
    ("LoginCodes", &[]),
    ("Keys", &[]),
    ("ApplicationCache", &[]),
    ("ClientDocuments", &["Mail", "Keys", "ApplicationCache"]),
    ("Webhooks", &[]),
    ("Deliveries", &["Keys", "Webhooks"]),
    ("Logos", &[]),
    ("Insight", &["ApplicationCache"]),
    ("Clients", &["ClientDocuments"]),
    ("TrustedIssuers", &["Clients"]),
    ("Sessions", &["ApplicationCache"]),
    ("Access", &[]),
    ("People", &["ApplicationCache"]),
    ("AddressChanges", &["Mail", "MailLimits"]),
    ("Groups", &["ApplicationCache"]),
    ("Oversight", &[]),
    ("Proofs", &[]),
    ("Applications", &["Keys", "ApplicationCache"]),
    ("Registrations", &["Mail", "Keys", "ApplicationCache", "Clients", "Applications"]),
    ("SelfService", &["Mail", "Access", "Applications"]),
    ("Ownership", &["Mail", "MailLimits", "Access"]),
    ("LifeCycle", &["Mail", "ApplicationCache", "Access", "Applications"]),
    ("Provisioning", &["Groups", "Applications"]),
    ("AuthorizationResponses", &["ApplicationCache"]),
    ("SignUps", &["Mail"]),
    (
        "SignIns",
        &[
            "DeliveryTraces",
            "Mail",
            "MailLimits",
            "LoginCodes",
            "Sessions",
            "People",
            "AuthorizationResponses",
            "SignUps",
        ],
    ),
    ("Passkeys", &["Mail", "Sessions"]),
    ("Upstreams", &["Mail", "Sessions", "People", "SignUps"]),
    (
        "Authorizations",
        &[
            "DeliveryTraces",
            "Mail",
            "MailLimits",
            "Keys",
            "ApplicationCache",
            "ClientDocuments",
            "Clients",
            "Groups",
            "Proofs",
            "AuthorizationResponses",
            "SignIns",
        ],
    ),
    ("DeviceGrants", &["ApplicationCache", "Clients"]),
    ("SignOut", &["Keys", "ApplicationCache", "Sessions"]),
    ("TokenStatus", &["Keys", "ApplicationCache", "Clients", "Groups", "Proofs"]),
    (
        "Tokens",
        &[
            "DeliveryTraces",
            "LoginCodes",
            "Keys",
            "ApplicationCache",
            "Clients",
            "Groups",
            "Proofs",
            "TokenStatus",
            "TrustedIssuers",
        ],
    ),
    ("Upkeep", &["Keys", "ApplicationCache", "Groups", "Webhooks", "Deliveries", "Insight", "LifeCycle"]),
];

/// More methods than this and a type has more than one reason to exist.
const MOST_METHODS: usize = 40;

/// The names in a piece of code.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c| !is_identifier(c)).filter(|word| !word.is_empty())
}

/// The lines of a struct's fields, each with its number, if this source has the struct.
fn fields<'a>(source: &'a Source, name: &str) -> Option<Vec<(usize, &'a str)>> {
    let begins = format!("pub struct {name} {{");
    let mut lines = source.code.lines().enumerate().skip_while(|(_, line)| *line != begins);
    lines.next()?;
    Some(lines.take_while(|(_, line)| *line != "}").map(|(at, line)| (at + 1, line.trim())).collect())
}

/// What is wrong with the fields of a room.
fn wrong_fields(source: &Source, (room, may_hold): Room) -> Vec<String> {
    let mut found = Vec::new();
    for (at, line) in fields(source, room).unwrap_or_default() {
        let place = format!("{}:{at}: {line}", source.path.display());
        if line.starts_with("pub") {
            found.push(format!("{place}\n    a field of {room} is nobody else's"));
        }
        // A section of the configuration may have a room's name.
        let line = line.replace("config::", "config_");
        let held = words(&line).find(|word| {
            let is_room = ROOMS.iter().any(|(name, _)| name == word);
            is_room && !may_hold.contains(word) || ["Rooms", "Foundations"].contains(word)
        });
        if let Some(held) = held {
            found.push(format!("{place}\n    {room} may not hold {held}"));
        }
    }
    found
}

/// Architecture, rooms: they point one way, and what a room can reach stands in its fields.
#[test]
fn a_room_holds_rooms_below_it_only_and_only_those_that_it_may() {
    let sources = sources_of("flows");
    for (at, (room, may_hold)) in ROOMS.iter().enumerate() {
        let below: Vec<_> = ROOMS[..at].iter().map(|(name, _)| name).collect();
        assert!(
            may_hold.iter().all(|held| below.contains(&held)),
            "{room} may hold only what stands above it in the table"
        );
        assert!(sources.iter().any(|source| fields(source, room).is_some()), "there is no room {room}");
    }
    let found: Vec<_> =
        sources.iter().flat_map(|source| ROOMS.into_iter().flat_map(|room| wrong_fields(source, room))).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

/// Architecture, rooms: all of them together are the composition root's to hold.
#[test]
fn no_flow_names_all_the_rooms() {
    let mut handed_out = 0;
    for source in sources_of("flows") {
        if let Some(fields) = fields(&source, "Rooms") {
            handed_out =
                ROOMS.iter().filter(|(room, _)| fields.iter().any(|(_, line)| words(line).any(|w| w == *room))).count();
        } else {
            assert!(words(&source.code).all(|word| word != "Rooms"), "{} names Rooms", source.path.display());
        }
    }
    assert_eq!(handed_out, ROOMS.len(), "every room of the table is in flows::Rooms");
}

/// Architecture, rooms: the check itself.
#[test]
fn a_violation_of_the_rooms_is_seen() {
    let wrong = |line: &str| {
        let code = format!("pub struct Webhooks {{\n    {line}\n}}\n");
        !wrong_fields(&Source { path: "x.rs".into(), code, depth: 1 }, ("Webhooks", &["Mail"])).is_empty()
    };
    for (line, expected) in [
        ("store: Store,", false),
        ("mail: Arc<Mail>,", false),
        ("settings: config::Tokens,", false),
        ("tokens: Arc<Tokens>,", true),
        ("rooms: Rooms,", true),
        ("pub store: Store,", true),
    ] {
        assert_eq!(wrong(line), expected, "{line}");
    }
}

/// The type that an `impl` at the beginning of a line is of.
fn implemented(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("impl")?;
    let rest = rest.strip_prefix('<').map_or(rest, |generic| generic.split_once("> ").map_or(rest, |(_, rest)| rest));
    let of = rest.split(" for ").last()?.trim();
    words(of).next()
}

/// Architecture, rooms.
#[test]
fn no_type_outside_the_store_has_too_many_methods() {
    let mut methods: HashMap<(&str, String), usize> = HashMap::new();
    for layer in ["protocol", "domain", "adapters", "flows", "http", "config", "cli", "jobs", "telemetry"] {
        for source in sources_of(layer) {
            let mut of = None;
            for line in source.code.lines() {
                of = implemented(line).map(str::to_owned).or(of).filter(|_| line != "}");
                let is_method =
                    line.starts_with("    ") && !line.starts_with("     ") && words(line).any(|word| word == "fn");
                if let Some(of) = of.clone().filter(|_| is_method) {
                    *methods.entry((layer, of)).or_default() += 1;
                }
            }
        }
    }
    assert!(methods.len() > 100, "{methods:?}");
    let many: Vec<_> = methods.into_iter().filter(|(_, count)| *count > MOST_METHODS).collect();
    assert!(many.is_empty(), "{many:?}");
}
