//! Scopes as boxes to tick, with what each of them means.

use super::Input;
use crate::http::portal::messages::PortalMessages;

/// A scope that a form offers.
#[derive(Clone, Debug)]
pub(in crate::http) struct OfferedScope {
    /// The scope token.
    pub(in crate::http) name: String,
    /// What it lets an application do, if that is known.
    pub(in crate::http) description: Option<String>,
    /// Whether an operator has to agree.
    pub(in crate::http) asks: bool,
}

/// A setting that is a scope: boxes, and a line for what has none.
#[derive(Clone, Debug)]
pub(in crate::http) struct ScopeField {
    /// Its element.
    pub(in crate::http) id: String,
    /// What boxes and line are posted as.
    pub(in crate::http) name: &'static str,
    /// Its label.
    pub(in crate::http) label: &'static str,
    /// Its hint.
    pub(in crate::http) hint: String,
    /// The boxes, and whether each is ticked.
    pub(in crate::http) boxes: Vec<(OfferedScope, bool)>,
    /// The rest, typed; what is wrong is told here.
    pub(in crate::http) other: Input,
}

impl ScopeField {
    /// A typed scope, of which these have a box.
    pub(in crate::http) fn of(t: &PortalMessages, typed: Input, offered: &[OfferedScope]) -> Self {
        let words: Vec<String> = typed.value.split_ascii_whitespace().map(str::to_owned).collect();
        let has_box = |word: &&String| offered.iter().any(|scope| scope.name == **word);
        let rest: Vec<&str> = words.iter().filter(|word| !has_box(word)).map(String::as_str).collect();
        let mut other = Input::line(format!("{}-other", typed.id), typed.name, t.form.others)
            .hinted(t.form.with_spaces)
            .holding(rest.join(" "));
        other.problem.clone_from(&typed.problem);
        let boxes = offered.iter().map(|scope| (scope.clone(), words.contains(&scope.name))).collect();
        let hint = typed.hint.trim_start_matches(t.form.with_spaces).trim_ascii_start().to_owned();
        Self { id: typed.id.into_owned(), name: typed.name, label: typed.label, hint, boxes, other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::language::Language;

    fn offered(name: &str) -> OfferedScope {
        OfferedScope { name: name.to_owned(), description: None, asks: false }
    }

    #[test]
    fn what_has_no_box_is_typed() {
        let typed = Input::line("set-scopes", "scopes", "Scopes").holding("openid orders:write b");
        let field = ScopeField::of(
            PortalMessages::of(Language::English),
            typed,
            &[offered("openid"), offered("email"), offered("b")],
        );
        let ticked: Vec<_> = field.boxes.iter().map(|(scope, ticked)| (scope.name.as_str(), *ticked)).collect();
        assert_eq!(ticked, [("openid", true), ("email", false), ("b", true)]);
        assert_eq!((field.other.id.as_ref(), field.other.value.as_str()), ("set-scopes-other", "orders:write"));
    }
}
