//! The table of operations with its types as JSON Schema (2020-12): what faces in other languages are generated from.

use super::{GROUPS, TABLE};
use crate::due::{Due, Status};
use crate::error::{Code, Reason, Retry};
use crate::gate::answer::{Echo, Made, Meter, Token, Word};
use crate::ids::{ItemId, NoticeId, PersonId, SpaceId, TagId, Time, UnitId};
use crate::later::{CommandState, RefusedPage};
use crate::refs::Ref;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;

/// The types of one operation.
pub(super) struct Described {
    pub(super) request: fn(&mut SchemaGenerator) -> Schema,
    pub(super) answer: fn(&mut SchemaGenerator) -> Schema,
    pub(super) required: &'static [&'static str],
    pub(super) defaults: fn() -> Vec<(&'static str, Value)>,
}

/// A default as it is on the wire.
pub(super) fn value<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// The table as one JSON value:
///
/// - `groups`: name and doc;
/// - `operations`: `group`, `name`, `kind` (`query` or `command`), `doc`, `request` and `answer` (references into `$defs`), the names of the
///   `required` fields, and the `defaults` of the others;
/// - `host`: answers to the host itself by name: [`Due`], [`Status`], refused commands;
/// - `reasons`: every [`Reason`] with its code; `codes` with docs are `$defs/Code`;
/// - `$defs`: each type as JSON Schema. Ids are texts of the format `uuid`, instants texts of the format `date-time`.
pub fn schema() -> Value {
    let mut all = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let operations: Vec<Value> = TABLE
        .iter()
        .map(|row| {
            let (group, name) = row.name.split_once('.').unwrap_or((row.name, ""));
            let described = &row.described;
            let defaults: serde_json::Map<String, Value> = (described.defaults)()
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect();
            json!({
                "group": group,
                "name": name,
                "kind": row.kind,
                "doc": lines(row.doc),
                "request": (described.request)(&mut all),
                "required": described.required,
                "defaults": defaults,
                "answer": (described.answer)(&mut all),
            })
        })
        .collect();
    let host = json!({
        "due": all.subschema_for::<Due>(),
        "status": all.subschema_for::<Status>(),
        "refused": all.subschema_for::<RefusedPage>(),
        "command_state": all.subschema_for::<CommandState>(),
        "person": all.subschema_for::<Ref>(),
        "code": all.subschema_for::<Code>(),
        "retry": all.subschema_for::<Retry>(),
    });
    let reasons = Reason::ALL
        .iter()
        .map(|reason| json!({"reason": reason.as_str(), "code": reason.code()}));
    json!({
        "groups": GROUPS.iter().map(|(name, doc)| json!({"name": name, "doc": lines(doc)})).collect::<Vec<_>>(),
        "operations": operations,
        "host": host,
        "reasons": reasons.collect::<Vec<_>>(),
        "$defs": all.take_definitions(true),
    })
}

/// A doc without the space that each of its lines begins with.
fn lines(doc: &str) -> String {
    let lines: Vec<&str> = doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}

/// Texts with a name of their own.
macro_rules! texts {
    ($($name:ident, $doc:literal, $format:literal;)+) => {$(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "description": $doc, "format": $format})
            }
        }
    )+};
}
texts! {
    PersonId, "A person: internal, guest, or a name that is gone.", "uuid";
    UnitId, "A unit: a department or a team of the organisation's tree.", "uuid";
    SpaceId, "A space: open, closed or secret.", "uuid";
    ItemId, "An item: a post, a comment, later any other kind.", "uuid";
    TagId, "A tag, however it is spelt.", "uuid";
    NoticeId, "An entry of an inbox.", "uuid";
    Time, "An instant: RFC 3339 in UTC with milliseconds.", "date-time";
    Token, "An opaque text: a cursor, a position, the version that an edit is based on.", "opaque";
}

/// What serialises as what it holds.
macro_rules! transparent {
    ($($name:ident as $inner:ty),+ $(; $($generic:ident),+)?) => {
        $(impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                <$inner>::schema_name()
            }
            fn json_schema(all: &mut SchemaGenerator) -> Schema {
                all.subschema_for::<$inner>()
            }
        })+
        $($(impl<T: JsonSchema> JsonSchema for $generic<T> {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }
            fn json_schema(all: &mut SchemaGenerator) -> Schema {
                all.subschema_for::<T>()
            }
        })+)?
    };
}
transparent!(Meter as u64, Word as String; Made, Echo);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_and_type_is_described() {
        let schema = schema();
        assert_eq!(schema["operations"].as_array().unwrap().len(), TABLE.len());
        for (name, of) in schema["$defs"].as_object().unwrap() {
            assert!(of.get("description").is_some(), "{name} has no doc");
        }
        let home = schema["operations"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["name"] == "home")
            .unwrap();
        assert_eq!(home["answer"]["$ref"], "#/$defs/FeedPage");
        assert_eq!(home["defaults"]["limit"], 20);
    }
}
