//! Mails by templates of the operator's (`branding.templates`).

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use askama::Template;
use serde::Serialize;
use tracing::error;

use super::{Look, SignInMail, notice, sign_in};
use crate::config::{TemplateError, Templates, template_value};
use crate::domain::ids::{SignInId, Timestamp};
use crate::domain::one_time::ValueHash;
use crate::domain::session::Device;
use crate::domain::sign_in::LoginCode;
use crate::domain::user::EmailAddress;
use crate::flows::mail::queue::{Letter, Notice, NoticeLink};

/// The names of all templates for mails.
pub(in crate::flows) const MAILS: &[&str] =
    &["mail/sign_in.html", "mail/sign_in.txt", "mail/notice.html", "mail/notice.txt"];

/// What a mail says, by the operator's template if there is one for it. One that fails for values that nobody has
/// foreseen does not cost anybody the mail.
pub(super) fn written<View>(look: &Look, file: &str, view: &View) -> Result<String, askama::Error>
where
    View: Template + Serialize,
{
    let templates = look.templates.load();
    let own = templates.as_ref().filter(|templates| templates.has(file));
    match own.and_then(|templates| templates.render(file, &template_value(view))) {
        Some(Ok(text)) => Ok(text),
        Some(Err(e)) => {
            error!(error = %e, "a template was not rendered; the usual mail stands in for it");
            if let Some(failed) = &look.failed {
                failed.store(Some(Arc::new(e)));
            }
            view.render()
        }
        None => view.render(),
    }
}

/// Renders every mail with values of a stranger's. A template that fails, or leaves out link or code, is an error.
pub(in crate::flows) fn check(templates: &Arc<Templates>) -> Result<(), TemplateError> {
    let failed = Arc::new(ArcSwapOption::empty());
    let look = Look {
        templates: Arc::new(ArcSwapOption::from(Some(Arc::clone(templates)))),
        failed: Some(Arc::clone(&failed)),
        ..Look::usual(HOST.to_owned())
    };
    let Ok(recipient) = "john@example.com".parse() else { return Ok(()) };
    let refused = || failed.load_full().map_or(Ok(()), |e| Err(TemplateError::clone(&e)));
    for application in [Some("<script>Shop</script>"), None] {
        let (letter, code) = sample_sign_in(&look, &recipient, application);
        refused()?;
        for needed in [LINK, &code] {
            check_letter(templates, "sign_in", letter.as_ref(), needed)?;
        }
    }
    for link in [Some(LINK), None] {
        let letter = sample_notice(&look, &recipient, link);
        refused()?;
        check_letter(templates, "notice", letter.as_ref(), link.unwrap_or(SENTENCE))?;
    }
    Ok(())
}

const HOST: &str = "login.example.com";
const LINK: &str = "https://login.example.com/l/sample";
const SENTENCE: &str = "It has not been used since May.";
const NOW: Timestamp = Timestamp::from_seconds(1_772_366_400);

fn sample_sign_in(look: &Look, recipient: &EmailAddress, application: Option<&str>) -> (Option<Letter>, String) {
    let code = LoginCode::from_random([0, 1, 2, 3, 4, 5, 6, 7]);
    let mail = SignInMail {
        sign_in: SignInId::from_bytes([1; 16]),
        link_hash: ValueHash::of("link"),
        recipient,
        application,
        link: LINK,
        code: &code,
        reference: "K7QF",
        device: &Device::new("203.0.113.5", "<script>"),
        locale: "en",
        not_after: NOW,
    };
    let composed = sign_in(&mail, look, Duration::from_mins(15), NOW).ok();
    (composed.map(|composed| composed.letter), code.grouped())
}

fn sample_notice(look: &Look, recipient: &EmailAddress, link: Option<&str>) -> Option<Letter> {
    let sample = Notice {
        recipient,
        locale: "en",
        subject: "<script>Orders</script>".to_owned(),
        heading: "<script>Orders</script>".to_owned(),
        paragraphs: vec![SENTENCE.to_owned()],
        link: link.map(|url| NoticeLink { label: "Keep it".to_owned(), url: url.to_owned() }),
        not_after: NOW,
    };
    notice(&sample, look).ok()
}

/// What the operator's templates made of a sample.
fn check_letter(templates: &Templates, name: &str, letter: Option<&Letter>, needed: &str) -> Result<(), TemplateError> {
    let Some(letter) = letter else { return Ok(()) };
    for (kind, text) in [("html", &letter.html), ("txt", &letter.text)] {
        let file = format!("mail/{name}.{kind}");
        if !templates.has(&file) {
            continue;
        }
        if kind == "html" && text.contains("<script>") {
            return Err(templates.problem_at(&file, "|safe", "does not escape a value".to_owned()));
        }
        // Slashes may be escaped in HTML.
        if !text.replace("&#x2f;", "/").contains(needed) {
            return Err(templates.problem_at(&file, "", format!("ends without `{needed}`, which the mail is about")));
        }
    }
    Ok(())
}
