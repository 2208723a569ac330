//! No change is left out: every act of a flow that is done for somebody is tried in flight, or stands here with the
//! reason why not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Acts that read, and so have no transaction to be late in.
const READS: [&str; 24] = [
    "accounts_named",
    "applications_of",
    "applications_page",
    "approvals_waiting",
    "assurance",
    "audit_page",
    "conditions",
    "counts",
    "group_for",
    "groups_for",
    "key_lives",
    "keys_for",
    "members_page",
    "owners_of_all",
    "peek_authorization",
    "read_sign_out",
    "remembered_application_for",
    "application_for",
    "sign_in_to_look_at",
    "to_be_made",
    "unsent_mail",
    "user_for",
    "users_page",
    "wants_passkey",
];

/// Acts that are not tried here, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("answer_device", "needs a device's request: device::races"),
    ("application_change_settings", "`change_for` is the door to it for people"),
    ("application_create", "`register_for` is the door to it for people"),
    ("application_set_exempt_seen", "`application_set_exempt` is it"),
    ("application_undelete", "`undelete_for` is the door to it for people"),
    ("approve_authorization", "needs an application's request: withdrawn"),
    ("asked_export", "a read, and a download that one statement decides: account_page"),
    ("begin_authorization", "anybody begins one, and it grants nothing"),
    ("connect", "needs an upstream's answer: upstreams::account"),
    ("continue_authorization", "needs an application's request: withdrawn"),
    ("finish", "signs in, and needs nobody who is signed in"),
    ("make", "needs the link of a mail: address_change"),
    ("reencrypt_keys", "the command line's alone"),
    ("register", "needs an authenticator: passkeys::register"),
    ("replace_session", "ends a session, which anybody who has its cookie may"),
    ("sweep_applications", "the schedule's and the command line's alone"),
    ("user_create_in", "part of the transaction of others"),
    ("user_delete_seen", "`user_delete` is it"),
    ("webhook_redeliver", "begins as `webhook_ping` does, and needs a message: webhooks::retries"),
];

/// The names of the acts that are done for somebody, in every file below a folder.
fn acts_below(folder: &Path) -> BTreeSet<String> {
    let mut acts = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            acts.extend(acts_below(&entry));
            continue;
        }
        let code = fs::read_to_string(&entry).unwrap();
        for act in code.split("    pub async fn ").skip(1) {
            let (signature, _) = act.split_once(" {\n").unwrap();
            let (name, _) = signature.split_once('(').unwrap();
            if ["&Actor", "&Caller", "&SignedInPerson"].iter().any(|who| signature.contains(who)) {
                acts.insert(name.to_owned());
            }
        }
    }
    acts
}

#[test]
fn every_act_that_is_done_for_somebody_is_tried_in_flight() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tables = [include_str!("../in_flight.rs"), include_str!("operators.rs"), include_str!("people.rs")].concat();
    let is_tried = |name: &str| tables.contains(&format!(".{name}("));
    let is_named = |name: &str| READS.contains(&name) || ELSEWHERE.iter().any(|(act, _)| *act == name);
    let acts = acts_below(&root.join("src/flows"));
    let forgotten: Vec<_> = acts.iter().filter(|name| !is_tried(name) && !is_named(name)).collect();
    assert!(forgotten.is_empty(), "neither tried nor named: {forgotten:?}");
    let gone: Vec<_> =
        READS.iter().chain(ELSEWHERE.iter().map(|(act, _)| act)).filter(|name| !acts.contains(**name)).collect();
    assert!(gone.is_empty(), "there are no such acts: {gone:?}");
}
