//! A minimal reader of HTML: start tags and end tags with their attributes. It takes any text.

/// A tag.
#[derive(Debug)]
pub(in crate::http) struct Tag {
    /// Its name; that of an end tag begins with `/`.
    pub(in crate::http) name: String,
    /// Its attributes, with their values as they are meant.
    pub(in crate::http) attributes: Vec<(String, String)>,
}

impl Tag {
    /// The value of an attribute; empty for one without a value.
    pub(in crate::http) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a person cannot change the value that it has.
    pub(in crate::http) fn is_fixed(&self) -> bool {
        self.name == "button" || self.attribute("type") == Some("hidden")
    }
}

/// Every start tag and, by a name that begins with `/`, end tag of a page, in order.
pub(in crate::http) fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let (tag, after) = tag(&rest[start + 1..]);
        tags.push(tag);
        rest = after;
    }
    tags
}

/// The text up to the first of some characters, and the rest.
fn until(text: &str, ends: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

fn tag(text: &str) -> (Tag, &str) {
    let (name, mut rest) = until(text, |c| c.is_whitespace() || c == '>');
    let name = name.trim_end_matches('/').to_ascii_lowercase();
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return (Tag { name, attributes }, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (Tag { name, attributes }, after);
        }
        if let Some(after) = rest.strip_prefix('/') {
            rest = after;
            continue;
        }
        let (attribute, after) = until(rest, |c| c.is_whitespace() || matches!(c, '=' | '>'));
        let (text, after) = value(after);
        // A `=` without a name before it is part of no attribute, and yet it is passed.
        rest = if after.len() == rest.len() { &rest[1..] } else { after };
        attributes.push((attribute.to_ascii_lowercase(), text));
    }
}

/// The value behind the name of an attribute, and what follows.
fn value(text: &str) -> (String, &str) {
    let Some(text) = text.strip_prefix('=') else { return (String::new(), text) };
    let quoted = ['"', '\''].into_iter().find_map(|mark| Some((mark, text.strip_prefix(mark)?)));
    let (value, rest) = match quoted {
        Some((mark, inside)) => {
            let (value, rest) = until(inside, |c| c == mark);
            (value, rest.strip_prefix(mark).unwrap_or(rest))
        }
        None => until(text, |c| c.is_whitespace() || c == '>'),
    };
    (unescaped(value), rest)
}

/// What the characters that templates escape are meant for.
fn unescaped(text: &str) -> String {
    const ESCAPES: [(&str, &str); 13] = [
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&#x22;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&#60;", "<"),
        ("&lt;", "<"),
        ("&#62;", ">"),
        ("&gt;", ">"),
        ("&#x2f;", "/"),
        ("&#47;", "/"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ];
    ESCAPES.iter().fold(text.to_owned(), |text, (escape, meant)| text.replace(escape, meant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_read_to_its_end() {
        let read = tags("a <B c='1' d=2 E=\"&lt;&#x2f;&amp;quot;\" f></b><g =x <");
        let b = &read[0];
        assert_eq!((b.name.as_str(), read[1].name.as_str(), read[2].name.as_str()), ("b", "/b", "g"));
        assert_eq!([b.attribute("c"), b.attribute("d"), b.attribute("f")], [Some("1"), Some("2"), Some("")]);
        assert_eq!(b.attribute("e"), Some("</&quot;"));
        assert!(tags("<").len() == 1 && tags("").is_empty());
    }
}
