//! A page's markup as a browser holds it: a tree of elements with their attributes and texts.
//!
//! Only what the pages of this server use, and strictly: elements that do not nest fail the test instead of being
//! mended as a browser mends them.

/// The elements of a page, in the order of the markup.
#[derive(Debug)]
pub(crate) struct Document {
    elements: Vec<Element>,
}

/// An element, with the place of the one it is in.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) parent: Option<usize>,
    /// All text in it, also that of the elements within.
    pub(crate) text: String,
    attributes: Vec<(String, String)>,
}

/// Elements that have no end tag (HTML §13.1.2).
const VOID: [&str; 8] = ["br", "col", "hr", "img", "input", "link", "meta", "source"];

/// Elements whose content is text up to their end tag. Character references count in the last two only.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

impl Element {
    /// The value of an attribute; empty for one that is only there.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether it has this attribute.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }
}

impl Document {
    /// Reads a page.
    pub(crate) fn of(markup: &str) -> Self {
        let mut reader = Reader { document: Self { elements: Vec::new() }, open: Vec::new(), rest: markup };
        while !reader.rest.is_empty() {
            reader.step();
        }
        assert!(reader.open.is_empty(), "<{}> does not end in {markup}", reader.innermost());
        reader.document
    }

    /// The element at this place.
    pub(crate) fn at(&self, place: usize) -> &Element {
        &self.elements[place]
    }

    /// All elements.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.elements.iter()
    }

    /// The places of all elements of this name.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = usize> + 'a {
        (0..self.elements.len()).filter(move |place| self.at(*place).name == name)
    }

    /// The places of all that is in this element, at any depth.
    pub(crate) fn within(&self, outer: usize) -> impl Iterator<Item = usize> + '_ {
        (outer + 1..self.elements.len()).filter(move |place| self.around(*place).any(|around| around == outer))
    }

    /// The places of the elements that this one is in, innermost first.
    pub(crate) fn around(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.at(place).parent, |outer| self.at(*outer).parent)
    }

    /// The place of the element with this id.
    pub(crate) fn with_id(&self, id: &str) -> Option<usize> {
        self.elements.iter().position(|element| element.attribute("id") == Some(id))
    }
}

/// What is read so far, and what is still open.
struct Reader<'a> {
    document: Document,
    open: Vec<usize>,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn step(&mut self) {
        if let Some(rest) = self.rest.strip_prefix("<!--") {
            self.rest = rest.split_once("-->").expect("the comment ends").1;
        } else if self.rest.starts_with("<!") {
            self.take_until(">");
        } else if let Some(rest) = self.rest.strip_prefix("</") {
            self.rest = rest;
            let name = self.take_until(">");
            assert_eq!(name, self.innermost(), "closed before {}", self.rest);
            self.open.pop();
        } else if let Some(rest) = self.rest.strip_prefix('<') {
            self.rest = rest;
            self.start_tag();
        } else {
            let text = &self.rest[..self.rest.find('<').unwrap_or(self.rest.len())];
            self.rest = &self.rest[text.len()..];
            self.text(&decoded(text));
        }
    }

    fn innermost(&self) -> &str {
        self.open.last().map_or("", |place| &self.document.at(*place).name)
    }

    fn take_until(&mut self, end: &str) -> &'a str {
        let (taken, rest) = self.rest.split_once(end).unwrap_or_else(|| panic!("{end} after {}", self.rest));
        self.rest = rest;
        taken
    }

    fn text(&mut self, text: &str) {
        for place in &self.open {
            self.document.elements[*place].text.push_str(text);
        }
    }

    fn start_tag(&mut self) {
        let name = self.take_name();
        let parent = self.open.last().copied();
        let mut element = Element { name: name.to_owned(), parent, text: String::new(), attributes: Vec::new() };
        let is_empty = loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix("/>") {
                self.rest = rest;
                break true;
            }
            if let Some(rest) = self.rest.strip_prefix('>') {
                self.rest = rest;
                break VOID.contains(&name);
            }
            let attribute = self.attribute();
            assert!(!element.has(&attribute.0), "{} twice before {}", attribute.0, self.rest);
            element.attributes.push(attribute);
        };
        self.open.push(self.document.elements.len());
        self.document.elements.push(element);
        if is_empty {
            self.open.pop();
        } else if RAW.contains(&name) {
            self.raw_text(name);
        }
    }

    fn raw_text(&mut self, name: &str) {
        let text = self.take_until(&format!("</{name}>"));
        let text = if matches!(name, "script" | "style") { text.to_owned() } else { decoded(text) };
        // HTML §13.1.2.5: a newline right after the start tag is not part of the text.
        self.text(if name == "textarea" { text.strip_prefix('\n').unwrap_or(&text) } else { &text });
        self.open.pop();
    }

    fn take_name(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| c.is_whitespace() || "=>/".contains(c)).expect("the tag ends");
        let (name, rest) = self.rest.split_at(end);
        assert!(!name.is_empty(), "a name before {rest}");
        self.rest = rest;
        name
    }

    fn attribute(&mut self) -> (String, String) {
        let name = self.take_name().to_owned();
        let Some(rest) = self.rest.strip_prefix('=') else { return (name, String::new()) };
        self.rest = rest.strip_prefix('"').unwrap_or_else(|| panic!("a quoted value before {rest}"));
        (name, decoded(self.take_until("\"")))
    }
}

/// A text without its character references.
fn decoded(text: &str) -> String {
    let mut parts = text.split('&');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let reference = part.split_once(';').and_then(|(name, rest)| Some((character(name)?, rest)));
        if let Some((character, rest)) = reference {
            decoded.push(character);
            decoded.push_str(rest);
        } else {
            decoded.push('&');
            decoded.push_str(part);
        }
    }
    decoded
}

fn character(reference: &str) -> Option<char> {
    match reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = reference.strip_prefix('#')?;
            let code = number
                .strip_prefix(['x', 'X'])
                .map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
            char::from_u32(code?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_nest_and_know_what_they_are_in() {
        let page = Document::of("<!doctype html><main id=\"a\"><!-- <p> --><p>One <b>two</b></p><br><p>3</p></main>");
        let paragraphs: Vec<_> = page.named("p").collect();
        assert_eq!(paragraphs.iter().map(|p| page.at(*p).text.as_str()).collect::<Vec<_>>(), ["One two", "3"]);
        let bold = page.named("b").next().unwrap();
        assert_eq!(page.around(bold).collect::<Vec<_>>(), [paragraphs[0], page.with_id("a").unwrap()]);
        assert_eq!(page.within(paragraphs[0]).collect::<Vec<_>>(), [bold]);
    }

    #[test]
    fn attributes_and_texts_are_without_character_references() {
        let page = Document::of(
            "<a href=\"/x?a=1&amp;b=&#34;&#x3c;&#39;\" hidden>&lt;&#60; a & b &nope; &gt</a><svg><g/></svg>",
        );
        let link = page.at(page.named("a").next().unwrap());
        assert_eq!((link.attribute("href"), link.has("hidden"), link.has("id")), (Some("/x?a=1&b=\"<'"), true, false));
        assert_eq!(link.text, "<< a & b &nope; &gt");
    }

    #[test]
    fn a_textarea_and_a_script_hold_text_and_no_elements() {
        let page = Document::of("<textarea>\n\n<b>&amp;</textarea><script>if (a < b && c) { '&amp;' }</script>");
        assert_eq!(page.at(0).text, "\n<b>&");
        assert_eq!(page.at(1).text, "if (a < b && c) { '&amp;' }");
        assert_eq!(page.named("b").count(), 0);
    }

    #[test]
    #[should_panic(expected = "closed before")]
    fn elements_that_overlap_fail_the_test() {
        Document::of("<p><b>a</p></b>");
    }
}
