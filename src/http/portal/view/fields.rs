//! Fields of forms, with their input and problems.

use std::borrow::Cow;

/// One line or several to type in.
#[derive(Clone, Debug)]
pub(in crate::http) struct Input {
    /// Its element.
    pub(in crate::http) id: Cow<'static, str>,
    /// What it is posted as.
    pub(in crate::http) name: &'static str,
    /// Its label.
    pub(in crate::http) label: &'static str,
    /// Its hint; may be empty.
    pub(in crate::http) hint: String,
    /// Its value.
    pub(in crate::http) value: String,
    /// What is wrong with the input.
    pub(in crate::http) problem: Option<String>,
    /// How many lines it has.
    pub(in crate::http) lines: usize,
}

impl Input {
    /// A field of one line.
    pub(in crate::http) fn line(id: impl Into<Cow<'static, str>>, name: &'static str, label: &'static str) -> Self {
        Self { id: id.into(), name, label, hint: String::new(), value: String::new(), problem: None, lines: 1 }
    }

    /// A field of several lines.
    pub(in crate::http) fn lines(id: impl Into<Cow<'static, str>>, name: &'static str, label: &'static str) -> Self {
        Self { lines: 3, ..Self::line(id, name, label) }
    }

    /// The same with a hint.
    #[must_use]
    pub(in crate::http) fn hinted(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    /// The same with this value.
    #[must_use]
    pub(in crate::http) fn holding(self, value: impl Into<String>) -> Self {
        let value = value.into();
        let lines = if self.lines > 1 { value.lines().count().clamp(2, 12) + 1 } else { 1 };
        Self { value, lines, ..self }
    }

    fn described_by(&self) -> String {
        let problem = self.problem.as_ref().map(|_| format!("{}-problem", self.id));
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.id));
        problem.into_iter().chain(hint).collect::<Vec<_>>().join(" ")
    }

    /// What `aria-describedby` names, if there is anything.
    pub(in crate::http) fn description(&self) -> Option<String> {
        Some(self.described_by()).filter(|ids| !ids.is_empty())
    }
}

/// One of a few values, or any number of them.
#[derive(Clone, Debug)]
pub(in crate::http) struct ChoiceField {
    /// Its element.
    pub(in crate::http) id: String,
    /// What it is posted as.
    pub(in crate::http) name: &'static str,
    /// Its label.
    pub(in crate::http) label: &'static str,
    /// Its hint.
    pub(in crate::http) hint: &'static str,
    /// The options.
    pub(in crate::http) options: Vec<ChoiceOption>,
    /// What was wrong with what was chosen.
    pub(in crate::http) problem: Option<String>,
}

/// An option of a list, or a check box.
#[derive(Clone, Debug)]
pub(in crate::http) struct ChoiceOption {
    /// What is posted.
    pub(in crate::http) value: String,
    /// What it is called.
    pub(in crate::http) text: String,
    /// Whether it is chosen.
    pub(in crate::http) chosen: bool,
}

/// What a refusal says, as people read it.
pub(in crate::http) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}

/// A problem of the input, and its field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http) struct FieldProblem {
    /// The element; empty if it is about the whole.
    pub(in crate::http) id: Cow<'static, str>,
    /// The page that has it; empty if it is the one that tells the problem.
    pub(in crate::http) page: String,
    /// What.
    pub(in crate::http) text: String,
}

impl FieldProblem {
    /// Something about this element.
    pub(in crate::http) fn at(id: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        Self { id: id.into(), page: String::new(), text: text.into() }
    }

    /// The same about an element of another page.
    #[must_use]
    pub(in crate::http) fn on(self, page: String) -> Self {
        Self { page, ..self }
    }

    /// A problem of the whole form.
    pub(in crate::http) fn whole(text: impl Into<String>) -> Self {
        Self::at("", text)
    }
}
