//! `branding.templates`: the operator's own templates for pages and mails, read from a folder and rendered while the
//! server runs.
//!
//! Knows nothing of pages and mails: which files there can be, which values they get and what must not be missing is said
//! by those who render them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, HtmlEscape, UndefinedBehavior, Value};
use serde::Serialize;

/// The style sheet that pages load after all others.
const STYLE: &str = "pages/style.css";

/// The folders that are looked into.
const FOLDERS: [&str; 2] = ["pages", "mail"];

/// The largest file, in bytes.
const LARGEST: u64 = 256 * 1024;

/// How many steps a template may take: more than any page needs, and an end for one that has none.
const FUEL: u64 = 200_000;

/// Why the operator's templates cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {problem}", file.display(), line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct TemplateError {
    /// The file.
    pub file: PathBuf,
    /// The line in it, where the problem has one.
    pub line: Option<usize>,
    /// What is wrong.
    pub problem: String,
}

/// The templates of one folder, compiled.
pub struct Templates {
    folder: PathBuf,
    engine: Environment<'static>,
    sources: BTreeMap<String, String>,
    style: Option<Vec<u8>>,
}

impl Templates {
    /// Reads a folder in which nothing else than `known` files, parts that they include (`_name.html`) and the style
    /// sheet may be. An error names the file, and the line where there is one.
    pub fn read(folder: &Path, known: &[&str]) -> Result<Self, TemplateError> {
        let mut templates = Self { folder: folder.to_owned(), engine: engine(), sources: BTreeMap::new(), style: None };
        for name in files(folder)? {
            templates.take(name, known)?;
        }
        Ok(templates)
    }

    fn take(&mut self, name: String, known: &[&str]) -> Result<(), TemplateError> {
        let is_part = name.split('/').next_back().is_some_and(|file| file.starts_with('_'));
        if name != STYLE && !is_part && !known.contains(&name.as_str()) {
            let all = format!("{}, {STYLE}, and parts such as pages/_part.html", known.join(", "));
            return Err(self.problem(&name, None, format!("there is no such template; there are {all}")));
        }
        let path = self.folder.join(&name);
        let bytes = read(&path).map_err(|e| problem(&path, &e))?;
        if name == STYLE {
            self.style = Some(bytes);
            return Ok(());
        }
        let source = String::from_utf8(bytes).map_err(|_| self.problem(&name, None, "expected UTF-8".to_owned()))?;
        self.engine.add_template_owned(name.clone(), source.clone()).map_err(|e| self.told(&name, &e))?;
        self.sources.insert(name, source);
        Ok(())
    }

    /// Whether there is a template of this name.
    pub fn has(&self, name: &str) -> bool {
        self.sources.contains_key(name)
    }

    /// The operator's style sheet.
    pub fn style(&self) -> Option<&[u8]> {
        self.style.as_deref()
    }

    /// Renders a template; none if there is none of this name. An error is a value that does not exist, or the like.
    pub fn render(&self, name: &str, values: &Value) -> Option<Result<String, TemplateError>> {
        let template = self.engine.get_template(name).ok().filter(|_| self.has(name))?;
        Some(template.render(values.clone()).map_err(|e| self.told(name, &e)))
    }

    /// A problem of a template, at the first line that holds `text`, or else at its end.
    pub fn problem_at(&self, name: &str, text: &str, what: String) -> TemplateError {
        let source = self.sources.get(name).map(String::as_str).unwrap_or_default();
        let found = source.lines().position(|line| !text.is_empty() && line.contains(text));
        let line = found.map_or_else(|| source.lines().count().max(1), |at| at + 1);
        self.problem(name, Some(line), what)
    }

    fn problem(&self, name: &str, line: Option<usize>, problem: String) -> TemplateError {
        TemplateError { file: self.folder.join(name), line, problem }
    }

    fn told(&self, name: &str, error: &Error) -> TemplateError {
        let what = match (error.kind(), error.detail()) {
            (ErrorKind::UndefinedError, None) => "there is no such value".to_owned(),
            (kind, None) => kind.to_string(),
            (kind, Some(detail)) => format!("{kind}: {detail}"),
        };
        self.problem(error.name().unwrap_or(name), error.line(), what)
    }
}

impl fmt::Debug for Templates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Templates").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Something as templates see it.
pub fn template_value(value: impl Serialize) -> Value {
    Value::from(Serde(value))
}

/// Unknown values are errors, `.html` is escaped.
fn engine() -> Environment<'static> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.add_filter("hidden", hidden);
    engine.add_filter("fields", fields);
    engine
}

/// The hidden fields of a form, without which it is refused.
fn hidden(form: &Value) -> Result<Value, Error> {
    let field = |(name, value): (String, String)| {
        format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", HtmlEscape(&name), HtmlEscape(&value))
    };
    Ok(Value::from_safe_string(carried(form)?.into_iter().map(field).collect()))
}

/// The same as a JSON object, for the scripts of pages.
fn fields(form: &Value) -> Result<String, Error> {
    let fields = carried(form)?.into_iter().map(|(name, value)| (name, value.into()));
    Ok(serde_json::Value::Object(fields.collect()).to_string())
}

/// What a form posts besides what people fill in.
fn carried(form: &Value) -> Result<Vec<(String, String)>, Error> {
    let text = |value: &Value| value.as_str().map(str::to_owned).ok_or_else(no_form);
    let mut carried = vec![("csrf".to_owned(), text(&form.get_attr("csrf")?)?)];
    for pair in form.get_attr("carried")?.try_iter()? {
        carried.push((text(&pair.get_item_by_index(0)?)?, text(&pair.get_item_by_index(1)?)?));
    }
    Ok(carried)
}

fn no_form() -> Error {
    Error::new(ErrorKind::InvalidOperation, "`hidden` and `fields` are for forms")
}

/// The names of the files in the folder, `pages/….html` and the like.
fn files(folder: &Path) -> Result<Vec<String>, TemplateError> {
    fs::metadata(folder).map_err(|e| problem(folder, &e))?;
    let mut names = Vec::new();
    for below in FOLDERS {
        let path = folder.join(below);
        if !path.exists() {
            continue;
        }
        for entry in fs::read_dir(&path).map_err(|e| problem(&path, &e))? {
            let entry = entry.map_err(|e| problem(&path, &e))?;
            names.push(format!("{below}/{}", entry.file_name().to_string_lossy()));
        }
    }
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > LARGEST {
        return Err(io::Error::other("larger than 256 KB"));
    }
    fs::read(path)
}

fn problem(path: &Path, error: &io::Error) -> TemplateError {
    TemplateError { file: path.to_owned(), line: None, problem: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("pages")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn read(files: &[(&str, &str)]) -> Result<Templates, TemplateError> {
        Templates::read(folder(files).path(), &["pages/message.html"])
    }

    fn values() -> Value {
        let form = serde_json::json!({ "csrf": "a\"b", "carried": [["state", "<x>"]] });
        template_value(serde_json::json!({ "name": "<b>", "form": form }))
    }

    #[test]
    fn values_are_escaped_and_parts_are_included() {
        let page = "{% include 'pages/_part.html' %}{{ form|hidden }}";
        let templates = read(&[("pages/message.html", page), ("pages/_part.html", "<p>{{ name }}</p>\n")]).unwrap();
        let html = templates.render("pages/message.html", &values()).unwrap().unwrap();
        assert_eq!(
            html,
            "<p>&lt;b&gt;</p><input type=\"hidden\" name=\"csrf\" value=\"a&quot;b\">\n\
             <input type=\"hidden\" name=\"state\" value=\"&lt;x&gt;\">\n"
        );
        assert!(templates.render("pages/error.html", &values()).is_none());
        assert!(templates.style().is_none());
    }

    #[test]
    fn what_is_wrong_is_told_with_file_and_line() {
        let unclosed = read(&[("pages/message.html", "one\n{% if %}")]).unwrap_err();
        assert!(unclosed.file.ends_with("pages/message.html") && unclosed.line == Some(2), "{unclosed}");
        let unknown = read(&[("pages/mesage.html", "")]).unwrap_err();
        assert!(unknown.to_string().contains("there are pages/message.html, pages/style.css"), "{unknown}");
        let templates = read(&[("pages/message.html", "\n\n{{ nobody }}")]).unwrap();
        let undefined = templates.render("pages/message.html", &values()).unwrap().unwrap_err();
        assert_eq!(undefined.line, Some(3), "{undefined}");
        assert!(Templates::read(Path::new("/nowhere"), &[]).unwrap_err().to_string().starts_with("/nowhere: "));
    }

    #[test]
    fn one_without_an_end_is_ended() {
        let templates = read(&[(
            "pages/message.html",
            "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}",
        )])
        .unwrap();
        assert!(templates.render("pages/message.html", &values()).unwrap().is_err());
    }
}
