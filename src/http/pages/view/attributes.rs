//! Fields for what people are described by.

use crate::domain::attribute::AttributeType;

/// A field of a form that says what a person is described by. Posts its `id`.
#[derive(Clone, Debug)]
pub(in crate::http) struct AttributeField {
    /// Its id, and the name it is posted by.
    pub(in crate::http) id: String,
    /// What people call it.
    pub(in crate::http) label: String,
    /// What belongs there.
    pub(in crate::http) hint: Option<&'static str>,
    /// What stands there.
    pub(in crate::http) value: String,
    /// Its type.
    pub(in crate::http) kind: AttributeType,
    /// What was wrong with what was sent.
    pub(in crate::http) problem: Option<&'static str>,
}

impl AttributeField {
    /// Whether it is chosen from a list.
    pub(in crate::http) fn is_choice(&self) -> bool {
        self.kind == AttributeType::Boolean
    }

    /// Whether it has several lines.
    pub(in crate::http) fn has_lines(&self) -> bool {
        self.kind == AttributeType::Texts
    }

    /// The ids of what describes it.
    pub(in crate::http) fn description(&self) -> Option<String> {
        let ids = [self.problem.map(|_| "problem"), self.hint.map(|_| "hint")];
        let ids: Vec<String> = ids.into_iter().flatten().map(|what| format!("{}-{what}", self.id)).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}
