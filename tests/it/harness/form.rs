//! A form as a browser submits it: which of its controls count and with what values (HTML §4.10.21).

use super::browser::PageForm;
use super::document::{Document, Element};

/// A form of a page, as the page shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form<'a> {
    document: &'a Document,
    place: usize,
}

/// The elements whose values are sent.
const SUBMITTABLE: [&str; 4] = ["button", "input", "select", "textarea"];

/// Types of `<input>` that press a form or do nothing.
const BUTTONS: [&str; 4] = ["submit", "image", "reset", "button"];

impl Document {
    /// All forms of the page.
    pub(crate) fn forms(&self) -> Vec<Form<'_>> {
        self.named("form").map(|place| Form { document: self, place }).collect()
    }

    /// Whether a control is disabled, by itself or by a `<fieldset>` around it. What is in the fieldset's first
    /// `<legend>` stays enabled.
    fn is_disabled(&self, control: usize) -> bool {
        let by = |fieldset: usize| {
            let outer = self.at(fieldset);
            let legend = self
                .within(fieldset)
                .find(|child| self.at(*child).parent == Some(fieldset) && self.at(*child).name == "legend");
            outer.name == "fieldset"
                && outer.has("disabled")
                && !self.around(control).any(|around| Some(around) == legend)
        };
        self.at(control).has("disabled") || self.around(control).any(by)
    }
}

impl<'a> Form<'a> {
    /// Where it is sent; empty for the page's own address.
    pub(crate) fn action(&self) -> &'a str {
        self.element().attribute("action").unwrap_or_default()
    }

    /// Whether it only asks for another page.
    pub(crate) fn is_search(&self) -> bool {
        !self.element().attribute("method").is_some_and(|method| method.eq_ignore_ascii_case("post"))
    }

    /// Whether the element with this id is in it.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.document.with_id(id).is_some_and(|place| self.document.around(place).any(|around| around == self.place))
    }

    /// Its buttons that send it, in their order.
    pub(crate) fn buttons(&self) -> Vec<usize> {
        let sends = |place: &usize| match self.document.at(*place).name.as_str() {
            "button" => matches!(self.document.at(*place).attribute("type"), None | Some("submit")),
            _ => matches!(input_type(self.document.at(*place)), "submit" | "image"),
        };
        self.controls().filter(|place| !self.document.is_disabled(*place)).filter(sends).collect()
    }

    /// What is sent when the element with this id is pressed; if it is no button, when the return key is.
    pub(crate) fn pressed(&self, id: &str) -> PageForm {
        let place = self.document.with_id(id);
        let buttons = self.buttons();
        self.submission(buttons.iter().copied().find(|button| Some(*button) == place).or(buttons.first().copied()))
    }

    /// What is sent by this button.
    pub(crate) fn submission(&self, button: Option<usize>) -> PageForm {
        let of_button = |name: &str| button.and_then(|place| self.document.at(place).attribute(name));
        let action = of_button("formaction").unwrap_or_else(|| self.action());
        PageForm { action: action.to_owned(), fields: self.fields(button) }
    }

    /// HTML §4.10.21.4, "constructing the entry list".
    fn fields(&self, button: Option<usize>) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        for place in self.controls().filter(|place| !self.document.is_disabled(*place)) {
            let control = self.document.at(place);
            let Some(name) = control.attribute("name").filter(|name| !name.is_empty()) else { continue };
            let values = match (control.name.as_str(), input_type(control)) {
                ("select", _) => self.chosen(place),
                ("textarea", _) => vec![with_network_newlines(&control.text)],
                ("button", _) => pressed_value(control, button == Some(place)),
                (_, kind) if BUTTONS.contains(&kind) => pressed_value(control, button == Some(place)),
                (_, "checkbox") if control.has("checked") => {
                    vec![control.attribute("value").unwrap_or("on").to_owned()]
                }
                (_, "radio") if self.is_the_chosen_radio(place) => {
                    vec![control.attribute("value").unwrap_or("on").to_owned()]
                }
                (_, "checkbox" | "radio") => Vec::new(),
                (_, "hidden") => vec![with_network_newlines(control.attribute("value").unwrap_or_default())],
                (_, kind) => vec![typed_value(kind, control)],
            };
            fields.extend(values.into_iter().map(|value| (name.to_owned(), value)));
        }
        fields
    }

    fn element(&self) -> &'a Element {
        self.document.at(self.place)
    }

    /// What belongs to the form: by standing in it, or by naming it.
    fn controls(&self) -> impl Iterator<Item = usize> + '_ {
        let all = SUBMITTABLE.into_iter().flat_map(|name| self.document.named(name));
        let mut own: Vec<_> = all.filter(|place| self.owns(*place)).collect();
        own.sort_unstable();
        own.into_iter()
    }

    fn owns(&self, control: usize) -> bool {
        match self.document.at(control).attribute("form") {
            Some(named) => self.element().attribute("id") == Some(named),
            None => {
                self.document.around(control).find(|around| self.document.at(*around).name == "form")
                    == Some(self.place)
            }
        }
    }

    /// Of the radio buttons of one name one is chosen: the last that says so.
    fn is_the_chosen_radio(&self, place: usize) -> bool {
        let name = self.document.at(place).attribute("name");
        let same = |other: &usize| {
            let other = self.document.at(*other);
            input_type(other) == "radio" && other.attribute("name") == name && other.has("checked")
        };
        self.controls().filter(same).last() == Some(place)
    }

    /// HTML §4.10.7: the values of the options that are selected and not disabled.
    fn chosen(&self, select: usize) -> Vec<String> {
        let element = self.document.at(select);
        let options: Vec<_> =
            self.document.within(select).filter(|place| self.document.at(*place).name == "option").collect();
        let marked = |place: &usize| self.document.at(*place).has("selected");
        let mut selected: Vec<_> = options.iter().copied().filter(marked).collect();
        if !element.has("multiple") {
            // The last that is marked; in a list that shows one line, else the first that can be chosen.
            let shows_one = element.attribute("size").is_none_or(|size| size == "1");
            let first = || options.iter().copied().find(|option| shows_one && self.can_be_chosen(*option));
            selected = selected.last().copied().or_else(first).into_iter().collect();
        }
        selected.retain(|option| self.can_be_chosen(*option));
        selected.into_iter().map(|option| option_value(self.document.at(option))).collect()
    }

    fn can_be_chosen(&self, option: usize) -> bool {
        let group = self.document.at(option).parent.map(|parent| self.document.at(parent));
        !self.document.at(option).has("disabled")
            && !group.is_some_and(|group| group.name == "optgroup" && group.has("disabled"))
    }
}

/// The type of an `<input>`.
fn input_type(control: &Element) -> &str {
    control.attribute("type").unwrap_or("text")
}

/// A button sends its value only when it is the one that was pressed.
fn pressed_value(button: &Element, is_pressed: bool) -> Vec<String> {
    let value = || button.attribute("value").unwrap_or_default().to_owned();
    is_pressed.then(value).into_iter().collect()
}

/// HTML §4.10.5.1: what a field for one line makes of its value.
fn typed_value(kind: &str, control: &Element) -> String {
    let value = control.attribute("value").unwrap_or_default().replace(['\n', '\r'], "");
    match kind {
        "email" | "url" => value.trim().to_owned(),
        "text" | "search" | "password" | "tel" | "date" | "number" => value,
        _ => panic!("this reader does not know <input type=\"{kind}\">"),
    }
}

/// The value of an option; its text if it has none.
fn option_value(option: &Element) -> String {
    let text = || option.text.split_whitespace().collect::<Vec<_>>().join(" ");
    option.attribute("value").map_or_else(text, str::to_owned)
}

/// Lines end with CRLF where they are sent.
fn with_network_newlines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is sent by the first button of a form with this in it.
    fn sent(controls: &str) -> Vec<(String, String)> {
        let page = Document::of(&format!("<form method=\"post\" action=\"/a\">{controls}</form>"));
        let form = page.forms()[0];
        form.submission(form.buttons().first().copied()).fields
    }

    fn pairs(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_list_sends_what_is_selected_and_else_its_first_option() {
        let options =
            "<option value=\"\" disabled>Choose</option><option value=\"a\">A</option><option> B  b </option>";
        assert_eq!(sent(&format!("<select name=\"s\">{options}</select>")), pairs(&[("s", "a")]));
        let selected = options.replace("<option> B", "<option selected> B");
        assert_eq!(sent(&format!("<select name=\"s\">{selected}</select>")), pairs(&[("s", "B b")]));
        assert_eq!(sent("<select name=\"s\"></select>"), []);
        assert_eq!(sent("<select name=\"s\" size=\"4\"><option>a</option></select>"), []);
        let two = "<option selected>a</option><option selected>b</option>";
        assert_eq!(sent(&format!("<select name=\"s\">{two}</select>")), pairs(&[("s", "b")]));
    }

    #[test]
    fn an_option_that_is_disabled_is_never_sent() {
        assert_eq!(sent("<select name=\"s\"><option selected disabled>a</option><option>b</option></select>"), []);
        let group = "<optgroup disabled><option>a</option></optgroup><optgroup><option>b</option></optgroup>";
        assert_eq!(sent(&format!("<select name=\"s\">{group}</select>")), pairs(&[("s", "b")]));
        assert_eq!(sent("<select name=\"s\" disabled><option selected>a</option></select>"), []);
    }

    #[test]
    fn a_list_of_several_sends_each_that_is_selected_and_no_default() {
        let options = "<option selected>a</option><option>b</option><option selected>c</option>";
        assert_eq!(sent(&format!("<select name=\"s\" multiple>{options}</select>")), pairs(&[("s", "a"), ("s", "c")]));
        assert_eq!(sent("<select name=\"s\" multiple><option>a</option></select>"), []);
    }

    #[test]
    fn boxes_and_radio_buttons_are_sent_when_ticked() {
        let boxes = "<input type=\"checkbox\" name=\"c\" checked><input type=\"checkbox\" name=\"c\" value=\"x\" checked>\
                     <input type=\"checkbox\" name=\"c\" value=\"y\">";
        assert_eq!(sent(boxes), pairs(&[("c", "on"), ("c", "x")]));
        let radio = "<input type=\"radio\" name=\"r\" value=\"1\" checked><input type=\"radio\" name=\"r\" value=\"2\" checked>\
                     <input type=\"radio\" name=\"other\" value=\"3\">";
        assert_eq!(sent(radio), pairs(&[("r", "2")]));
    }

    #[test]
    fn what_is_disabled_is_not_sent_except_in_the_legend() {
        let fields = "<input name=\"a\" value=\"1\" disabled><fieldset disabled><legend><input name=\"b\" value=\"2\"></legend>\
                      <div><input name=\"c\" value=\"3\"></div><legend><input name=\"d\" value=\"4\"></legend></fieldset>\
                      <fieldset><textarea name=\"e\" disabled>5</textarea><input name=\"f\" value=\"6\"></fieldset>";
        assert_eq!(sent(fields), pairs(&[("b", "2"), ("f", "6")]));
    }

    #[test]
    fn texts_are_sent_as_they_are_shown() {
        let fields = "<input name=\"a\" value=\"x &amp; y\"><input name=\"b\" type=\"email\" value=\" m@x.example \">\
                      <input name=\"c\" type=\"search\"><textarea name=\"d\">\nhttps://a\nhttps://b</textarea><input value=\"-\">\
                      <input name=\"\" value=\"-\"><input type=\"hidden\" name=\"h\" value=\"1\">";
        let all = [("a", "x & y"), ("b", "m@x.example"), ("c", ""), ("d", "https://a\r\nhttps://b"), ("h", "1")];
        assert_eq!(sent(fields), pairs(&all));
    }

    #[test]
    fn a_button_is_sent_only_when_it_is_pressed() {
        let markup = "<form method=\"post\" action=\"/a\"><button type=\"button\" name=\"x\">-</button><button id=\"yes\" name=\"d\" \
                      value=\"y\">Yes</button><input id=\"no\" type=\"submit\" name=\"d\" value=\"n\" formaction=\"/b\">\
                      <button disabled name=\"d\" value=\"z\">-</button><input id=\"text\" name=\"t\" value=\"1\"></form>";
        let page = Document::of(markup);
        let form = page.forms()[0];
        assert_eq!(form.buttons().len(), 2);
        let (yes, no) = (form.pressed("yes"), form.pressed("no"));
        assert_eq!((yes.action.as_str(), yes.fields), ("/a", pairs(&[("d", "y"), ("t", "1")])));
        assert_eq!((no.action.as_str(), no.fields), ("/b", pairs(&[("d", "n"), ("t", "1")])));
        assert_eq!(form.pressed("text").fields, pairs(&[("d", "y"), ("t", "1")]), "the return key presses the first");
    }

    #[test]
    fn a_form_has_what_stands_in_it_and_what_names_it() {
        let markup = "<input name=\"a\" value=\"1\" form=\"f\"><form id=\"f\" action=\"/f\"><input name=\"b\" value=\"2\"></form>\
                      <form id=\"g\" method=\"POST\"><input name=\"c\" value=\"3\"><input name=\"d\" value=\"4\" form=\"f\"></form>";
        let page = Document::of(markup);
        let [first, second] = page.forms()[..] else { panic!("two forms") };
        assert_eq!(first.submission(None).fields, pairs(&[("a", "1"), ("b", "2"), ("d", "4")]));
        assert_eq!(second.submission(None).fields, pairs(&[("c", "3")]));
        assert_eq!((first.is_search(), second.is_search()), (true, false));
    }
}
