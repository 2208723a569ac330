//! What happened to an account, in words.

use super::view::EventLine;
use super::viewer::Viewer;
use crate::domain::session::AuthenticationMethod;
use crate::domain::sign_in_record::{SignInOutcome, SignInRecord};
use crate::domain::upstream::UpstreamName;
use crate::flows::oversight::Line as AuditLine;
use crate::flows::sessions::AccountEvents;
use crate::protocol::refusal::Refusal;

/// The lines of the account page, the newest first.
pub(super) async fn shown(viewer: &Viewer) -> Result<Vec<EventLine>, Refusal> {
    let AccountEvents { changes, sign_ins } = viewer.edge.sessions().account_events(&viewer.person.user).await?;
    let changes = changes.iter().map(|line| change(viewer, line));
    let mut lines: Vec<EventLine> = changes.chain(sign_ins.into_iter().map(|one| sign_in(viewer, one))).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    Ok(lines)
}

fn change(viewer: &Viewer, line: &AuditLine) -> EventLine {
    let t = &viewer.messages().events;
    // What they did to others is told by its name and its subject.
    let is_about_them = line.subject == viewer.person.user.sub;
    let what = match line.event.as_str() {
        name if !is_about_them => name.to_owned(),
        "user.created" => t.created.to_owned(),
        "user.changed" => t.changed.with(line.detail.replace(' ', ", ")),
        "user.address_changed" => t.address_changed.to_owned(),
        "user.address_restored" => t.address_restored.to_owned(),
        "user.exported" => t.exported.to_owned(),
        "user.signed_out" => t.signed_out.to_owned(),
        "user.disabled" => t.disabled.to_owned(),
        "user.enabled" => t.enabled.to_owned(),
        "passkey.added" => t.passkey_added.to_owned(),
        "passkey.removed" => t.passkey_removed.to_owned(),
        "passkey.cloned" => t.passkey_cloned.to_owned(),
        "upstream.linked" => t.upstream_linked.with(label_of(viewer, &line.detail)),
        "upstream.unlinked" => t.upstream_unlinked.with(label_of(viewer, &line.detail)),
        name => name.to_owned(),
    };
    EventLine { at: line.at, what, subject: (!is_about_them).then(|| line.subject.clone()), device: None }
}

fn sign_in(viewer: &Viewer, record: SignInRecord) -> EventLine {
    let t = &viewer.messages().events;
    let by_upstream = record.upstream.as_ref().map(|name| label_of(viewer, name.as_str())).unwrap_or_default();
    let what = match (record.outcome, record.amr) {
        (SignInOutcome::TriedTooOften, _) => t.tried_too_often.to_owned(),
        (SignInOutcome::SignedIn, AuthenticationMethod::Email) => t.signed_in_by_mail.to_owned(),
        (SignInOutcome::SignedIn, AuthenticationMethod::SoftwareKey | AuthenticationMethod::HardwareKey) => {
            t.signed_in_with_passkey.to_owned()
        }
        (SignInOutcome::SignedIn, AuthenticationMethod::Upstream) => t.upstream_signed_in.with(by_upstream),
    };
    EventLine { at: record.at, what, subject: None, device: Some(record.device) }
}

/// What people know an upstream by.
fn label_of(viewer: &Viewer, name: &str) -> String {
    let known = name.parse::<UpstreamName>().map(|name| viewer.edge.upstreams().label_of_name(&name));
    known.unwrap_or_else(|_| name.to_owned())
}
