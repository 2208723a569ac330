//! Trying the operator's templates before anybody sees them: each page in every state, with harmless values and with
//! those of an attacker.

use super::{OwnPage, PARTS, around_main};
use crate::config::{TemplateError, Templates, template_value};
use crate::domain::language::Language;
use crate::http::brand::Brand;
use crate::http::pages::messages::Messages;
use crate::http::pages::view::markup::{Tag, tags};
use crate::http::pages::view::samples::{HOSTILE, KIND, Sample, samples};

/// The ids by which people's scripts and tests find what they need.
const IDS: [&str; 9] = [
    "email",
    "login-submit",
    "login-code",
    "login-code-submit",
    "consent-allow",
    "consent-deny",
    "passkey-login",
    "passkey-add",
    "sign-out-everywhere",
];

/// Renders every template with every sample. What fails, leaves out what the page needs, or lets a value be markup, is an
/// error with its file and line.
pub(in crate::http) fn check(brand: &Brand, templates: &Templates) -> Result<(), TemplateError> {
    check_frame(brand, templates)?;
    for values in [&KIND, &HOSTILE] {
        for sample in samples(Messages::of(Language::English), values) {
            if let Some(own) = &sample.own {
                check_page(templates, own, &sample)?;
            }
        }
    }
    Ok(())
}

fn check_frame(brand: &Brand, templates: &Templates) -> Result<(), TemplateError> {
    for part in PARTS {
        let name = format!("pages/{part}.html");
        let values = template_value(brand.frame_values(Language::English));
        if let Some(written) = templates.render(&name, &values) {
            check_markup(templates, &name, &tags(&written?))?;
        }
    }
    Ok(())
}

fn check_page(templates: &Templates, own: &OwnPage, sample: &Sample) -> Result<(), TemplateError> {
    let Some((_, main, _)) = around_main(&sample.html) else { return Ok(()) };
    let Some(written) = own.written(templates, main) else { return Ok(()) };
    let (written, usual) = (tags(&written?), tags(main));
    check_markup(templates, own.file, &written)?;
    let there = needs(&written);
    match needs(&usual).into_iter().find(|need| !there.contains(need)) {
        None => Ok(()),
        Some(need) => {
            let what = format!("ends without {need}, which the page needs (in its state `{}`)", sample.name);
            Err(templates.problem_at(own.file, "", what))
        }
    }
}

/// What a page must not lose, in the order in which it stands there: its forms and their fields, the buttons of scripts, and
/// the ids of the contract.
fn needs(tags: &[Tag]) -> Vec<String> {
    let mut needs = Vec::new();
    let mut form = String::new();
    for tag in tags {
        match tag.name.as_str() {
            "form" => {
                tag.attribute("action").unwrap_or_default().clone_into(&mut form);
                needs.push(format!("the form to {form}"));
            }
            "/form" => form.clear(),
            "input" | "button" | "select" | "textarea" => {
                if let Some(name) = tag.attribute("name").filter(|_| !form.is_empty()) {
                    let value = tag.attribute("value").filter(|_| tag.is_fixed());
                    let value = value.map(|value| format!(" with \"{value}\"")).unwrap_or_default();
                    needs.push(format!("the field {name}{value} of the form to {form}"));
                }
            }
            _ => {}
        }
        if let Some(id) = tag.attribute("id").filter(|id| IDS.contains(id)) {
            needs.push(format!("the id {id}"));
        }
        for attribute in ["data-ask", "data-answer", "data-fields"] {
            if let Some(value) = tag.attribute(attribute) {
                needs.push(format!("{attribute}=\"{value}\""));
            }
        }
    }
    needs
}

/// What the policy of pages forbids is refused rather than sent in vain; it is also what an attacker's value would become
/// that is not escaped.
fn check_markup(templates: &Templates, file: &str, tags: &[Tag]) -> Result<(), TemplateError> {
    for tag in tags {
        if matches!(tag.name.as_str(), "script" | "style" | "base" | "object" | "embed") {
            let what = format!("has a <{}>, which the policy of pages forbids; a value that is not escaped?", tag.name);
            return Err(templates.problem_at(file, &format!("<{}", tag.name), what));
        }
        let forbidden = |name: &str| name == "style" || name.starts_with("on");
        if let Some((name, _)) = tag.attributes.iter().find(|(name, _)| forbidden(name)) {
            let what = format!("has the attribute {name}, which the policy of pages forbids");
            return Err(templates.problem_at(file, &format!(" {name}="), what));
        }
        let leads = |name: &str| tag.attribute(name).is_some_and(|to| to.trim_start().starts_with("javascript:"));
        if leads("href") || leads("action") {
            let what = "has an address of a script, which the policy of pages forbids".to_owned();
            return Err(templates.problem_at(file, "javascript:", what));
        }
    }
    Ok(())
}
