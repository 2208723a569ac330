//! The `OpenAPI` document, taken apart into what the page shows.

use serde_json::Value;

/// The operations on one noun.
#[derive(Debug)]
pub(super) struct Group {
    /// Its name.
    pub(super) name: String,
    /// Its id in anchors.
    pub(super) id: String,
    /// The operations.
    pub(super) operations: Vec<Operation>,
}

/// One method of one address.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) method: String,
    pub(super) path: String,
    /// Its id in anchors.
    pub(super) id: String,
    pub(super) summary: String,
    pub(super) description: String,
    /// The narrowest scopes that allow it.
    pub(super) scopes: Vec<String>,
    pub(super) parameters: Vec<Member>,
    pub(super) body: Option<Kind>,
    pub(super) answers: Vec<AnswerLine>,
}

/// A possible response.
#[derive(Debug)]
pub(super) struct AnswerLine {
    pub(super) status: String,
    pub(super) description: String,
    pub(super) kind: Option<Kind>,
}

/// A parameter, or a member of an object.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// Where a parameter stands.
    pub(super) place: String,
    pub(super) kind: Kind,
    pub(super) required: bool,
    pub(super) description: String,
}

/// A type: its description, and the shape it is or consists of.
#[derive(Debug, Default)]
pub(super) struct Kind {
    pub(super) words: String,
    pub(super) shape: Option<String>,
}

/// An object with its members.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) values: Vec<String>,
    pub(super) members: Vec<Member>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn each(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn slug(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

/// All operations, by noun, in the order of the document.
pub(super) fn groups(document: &Value) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (path, methods) in each(&document["paths"]) {
        for (method, operation) in each(methods) {
            let shown = described(path, method, operation);
            let name = text(&operation["tags"][0]);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.operations.push(shown),
                None => groups.push(Group { id: slug(&name), name, operations: vec![shown] }),
            }
        }
    }
    groups
}

fn described(path: &str, method: &str, operation: &Value) -> Operation {
    let scopes = items(&operation["security"]).flat_map(|way| items(&way["bearer"])).map(text);
    let parameters = items(&operation["parameters"]).map(|parameter| Member {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        kind: kind(&parameter["schema"]),
        required: parameter["required"] == true,
        description: text(&parameter["description"]),
    });
    let content = |value: &Value| each(&value["content"]).next().map(|(_, content)| kind(&content["schema"]));
    let answers =
        each(&operation["responses"]).filter(|(status, _)| status.starts_with('2')).map(|(status, answer)| {
            AnswerLine { status: status.clone(), description: text(&answer["description"]), kind: content(answer) }
        });
    Operation {
        method: method.to_uppercase(),
        path: path.to_owned(),
        id: slug(&format!("{method}{}", path.trim_start_matches("/api/v1"))),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        scopes: scopes.collect(),
        parameters: parameters.collect(),
        body: content(&operation["requestBody"]),
        answers: answers.collect(),
    }
}

/// Every named type.
pub(super) fn shapes(document: &Value) -> Vec<Shape> {
    let shape = |(name, schema): (&String, &Value)| {
        let mut members = Vec::new();
        // Flattened parts come as `allOf`.
        for part in std::iter::once(schema).chain(items(&schema["allOf"])) {
            for (member, described) in each(&part["properties"]) {
                members.push(Member {
                    name: member.clone(),
                    place: String::new(),
                    kind: kind(described),
                    required: items(&part["required"]).any(|required| required == member),
                    description: text(&described["description"]),
                });
            }
        }
        Shape {
            name: name.clone(),
            description: text(&schema["description"]),
            values: items(&schema["enum"]).map(text).collect(),
            members,
        }
    };
    each(&document["components"]["schemas"]).map(shape).collect()
}

fn kind(schema: &Value) -> Kind {
    if let Some(name) = schema["$ref"].as_str().and_then(|place| place.rsplit('/').next()) {
        return Kind { words: name.to_owned(), shape: Some(name.to_owned()) };
    }
    let choices: Vec<&Value> = items(&schema["oneOf"]).chain(items(&schema["allOf"])).collect();
    if !choices.is_empty() {
        let kinds: Vec<Kind> = choices.into_iter().map(kind).collect();
        let words: Vec<&str> = kinds.iter().map(|kind| kind.words.as_str()).collect();
        let words = words.join(" or ");
        return Kind { words, shape: kinds.into_iter().find_map(|kind| kind.shape) };
    }
    let named: Vec<String> = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect(),
        one => vec![text(one)],
    };
    let mut shape = None;
    let words: Vec<String> = named
        .into_iter()
        .map(|name| match name.as_str() {
            "array" => {
                let of = kind(&schema["items"]);
                shape = of.shape;
                format!("list of {}", of.words)
            }
            "string" => schema["format"].as_str().unwrap_or("string").to_owned(),
            "" => "anything".to_owned(),
            _ => name,
        })
        .collect();
    Kind { words: words.join(" or "), shape }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn types_are_told_in_words() {
        for (schema, words) in [
            (json!({"type": "string"}), "string"),
            (json!({"type": ["string", "null"], "format": "date-time"}), "date-time or null"),
            (json!({"type": "array", "items": {"$ref": "#/components/schemas/Key"}}), "list of Key"),
            (json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Key"}]}), "null or Key"),
            (json!({}), "anything"),
        ] {
            assert_eq!(kind(&schema).words, words);
        }
    }

    #[test]
    fn every_operation_of_the_document_is_shown() {
        let document = serde_json::to_value(&*super::super::DOCUMENT).unwrap();
        let shown: usize = groups(&document).iter().map(|group| group.operations.len()).sum();
        let described: usize = each(&document["paths"]).map(|(_, methods)| methods.as_object().unwrap().len()).sum();
        assert!(shown > 20);
        assert_eq!(shown, described);
    }
}
