//! The table and its types, read from their JSON Schema.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Int,
    Text,
    Named(String),
    List(Box<Type>),
    Optional(Box<Type>),
}

impl Type {
    fn read(schema: &Value) -> Type {
        if let Some(name) = reference(schema) {
            return Type::Named(name);
        }
        if let Some(Value::Array(choices)) = schema.get("anyOf") {
            return match choices.iter().find(|one| one.get("type") != Some(&Value::from("null"))) {
                Some(choice) => Type::Optional(Box::new(Type::read(choice))),
                None => Type::Text,
            };
        }
        let plain = |word: &str| match word {
            "boolean" => Type::Bool,
            "integer" => Type::Int,
            "array" => Type::List(Box::new(schema.get("items").map_or(Type::Text, Type::read))),
            _ => Type::Text,
        };
        match schema.get("type") {
            Some(Value::String(word)) => plain(word),
            Some(Value::Array(words)) => {
                let word = words.iter().filter_map(Value::as_str).find(|word| *word != "null");
                Type::Optional(Box::new(plain(word.unwrap_or("string"))))
            }
            _ => Type::Text,
        }
    }

    /// The name of a type in it.
    pub(crate) fn named(&self) -> Option<&str> {
        match self {
            Type::Named(name) => Some(name),
            Type::List(of) | Type::Optional(of) => of.named(),
            _ => None,
        }
    }
}

/// A field of a record or a request.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) of: Type,
    /// What it is unless named; in a request and in rows that a host gives.
    pub(crate) default: Option<Value>,
}

/// A word of a vocabulary.
#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) word: String,
    pub(crate) doc: String,
}

/// One way a union may be, by its field `type`.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) tag: String,
    pub(crate) doc: String,
    pub(crate) fields: Vec<Field>,
    /// The record that it is made of.
    pub(crate) record: Option<String>,
}

/// A type with a name.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A text: an id, an instant, a token.
    Text,
    Words(Vec<Word>),
    Record(Vec<Field>),
    Union(Vec<Variant>),
}

#[derive(Debug)]
pub(crate) struct Def {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) shape: Shape,
}

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) command: bool,
    pub(crate) fields: Vec<Field>,
    pub(crate) answer: String,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) doc: String,
}

#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) groups: Vec<Group>,
    pub(crate) operations: Vec<Operation>,
    /// Types that are no requests, in the order in which the table names them.
    pub(crate) defs: Vec<Def>,
}

impl Model {
    pub(crate) fn read(schema: &Value) -> Model {
        let empty = Map::new();
        let defs = schema.get("$defs").and_then(Value::as_object).unwrap_or(&empty);
        let list = |name: &str| schema.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let operations: Vec<Operation> = list("operations").iter().map(|row| operation(row, defs)).collect();
        let requests: Vec<String> = list("operations")
            .iter()
            .filter_map(|row| reference(row.get("request")?))
            .collect();
        let groups = list("groups");
        Model {
            groups: groups
                .iter()
                .map(|row| Group {
                    name: text(row, "name"),
                    doc: text(row, "doc"),
                })
                .collect(),
            operations,
            defs: defs
                .iter()
                .filter(|(name, _)| !requests.contains(name))
                .map(|(name, schema)| Def {
                    name: name.clone(),
                    doc: doc(schema),
                    shape: shape(schema, defs),
                })
                .collect(),
        }
    }

    pub(crate) fn def(&self, name: &str) -> Option<&Def> {
        self.defs.iter().find(|def| def.name == name)
    }

    /// How many types name each record: one that only a union is made of needs no class of its own.
    pub(crate) fn uses(&self) -> BTreeMap<&str, usize> {
        let mut uses = BTreeMap::new();
        let named = |fields: &[Field]| -> Vec<String> {
            fields
                .iter()
                .filter_map(|field| field.of.named().map(str::to_owned))
                .collect()
        };
        let mut names = Vec::new();
        for def in &self.defs {
            match &def.shape {
                Shape::Record(fields) => names.extend(named(fields)),
                Shape::Union(variants) => variants.iter().for_each(|variant| names.extend(named(&variant.fields))),
                _ => {}
            }
        }
        for def in &self.defs {
            uses.insert(
                def.name.as_str(),
                names.iter().filter(|name| **name == def.name).count(),
            );
        }
        uses
    }
}

fn operation(row: &Value, defs: &Map<String, Value>) -> Operation {
    let required: Vec<&str> = row
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let request = row.get("request").and_then(reference).and_then(|name| defs.get(&name));
    let mut fields = request.map(fields).unwrap_or_default();
    for field in &mut fields {
        let default = || row.get("defaults").and_then(|all| all.get(&field.name)).cloned();
        field.default = if required.contains(&field.name.as_str()) {
            None
        } else {
            default()
        };
    }
    Operation {
        group: text(row, "group"),
        name: text(row, "name"),
        doc: text(row, "doc"),
        command: text(row, "kind") == "command",
        fields,
        answer: row.get("answer").and_then(reference).unwrap_or_default(),
    }
}

fn shape(schema: &Value, defs: &Map<String, Value>) -> Shape {
    let choices = schema.get("oneOf").and_then(Value::as_array);
    match choices {
        Some(choices) if choices.iter().all(|one| one.get("const").is_some()) => Shape::Words(
            choices
                .iter()
                .map(|one| Word {
                    word: text(one, "const"),
                    doc: doc(one),
                })
                .collect(),
        ),
        Some(choices) => Shape::Union(choices.iter().map(|one| variant(one, defs)).collect()),
        None if schema.get("properties").is_some() => Shape::Record(fields(schema)),
        None => Shape::Text,
    }
}

fn variant(schema: &Value, defs: &Map<String, Value>) -> Variant {
    let tag = schema.pointer("/properties/type/const").and_then(Value::as_str);
    let record = reference(schema);
    let of = record.as_ref().and_then(|name| defs.get(name)).unwrap_or(schema);
    let mut fields = fields(of);
    fields.retain(|field| field.name != "type");
    Variant {
        tag: tag.unwrap_or_default().to_owned(),
        doc: doc(schema),
        fields,
        record,
    }
}

fn fields(schema: &Value) -> Vec<Field> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    let field = |(name, of): (&String, &Value)| Field {
        name: name.clone(),
        doc: doc(of),
        of: Type::read(of),
        default: of.get("default").cloned(),
    };
    properties.iter().map(field).collect()
}

fn reference(schema: &Value) -> Option<String> {
    let path = schema.get("$ref")?.as_str()?;
    path.strip_prefix("#/$defs/").map(str::to_owned)
}

fn text(of: &Value, name: &str) -> String {
    of.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A doc whose links of Rust are plain names.
fn doc(schema: &Value) -> String {
    let text = text(schema, "description");
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once("[`") {
        plain.push_str(before);
        let Some((name, after)) = behind.split_once("`]") else {
            plain.push_str("[`");
            rest = behind;
            continue;
        };
        plain.push_str(&format!("`{}`", name.rsplit("::").next().unwrap_or(name)));
        rest = match after.strip_prefix('(').and_then(|link| link.split_once(')')) {
            Some((_, after)) => after,
            None => after,
        };
    }
    plain.push_str(rest);
    plain
}
