//! Values of documents as columns.

use parvis::store::{Kind, Value};
use serde_json::Value as Json;

/// The value of a document at a path like `$.place.kind`; none where it is of another kind.
pub(crate) fn found(document: &Json, kind: Kind, path: &str) -> Option<Value> {
    let mut names = path.trim_start_matches('$').split('.').filter(|name| !name.is_empty());
    let value = names.try_fold(document, |value, name| value.get(name))?;
    match kind {
        Kind::Int => value.as_i64().map(Value::Int),
        Kind::Time => value.as_i64().map(Value::Time),
        Kind::Text => value.as_str().map(|text| Value::Text(text.to_owned())),
        Kind::Bytes => bytes(value.as_str()?).map(Value::Bytes),
        Kind::Id => bytes(value.as_str()?)?.try_into().ok().map(Value::Id),
    }
}

/// Hexadecimal digits, dashes between them or not.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .filter(|c| *c != '-')
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let (pairs, odd) = digits.as_deref()?.as_chunks::<2>();
    odd.is_empty()
        .then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}
