//! How a field is stored, where an engine has typed columns, compares bytes in `varbinary` only and takes no NULL in a key.
//!
//! Ids are 16 bytes, times and integers 64 bits, texts the bytes of their UTF-8. A column that may be absent is NULL then, which
//! these engines put before every value. A *key part* that may be absent is an order form: nothing for an absent one, otherwise a
//! byte 1 and bytes whose order is that of the values.

use crate::dialect::Arg;
use crate::json::push_hex;
use parvis::store::{Field, Kind, Table, Value};

/// What begins the order form of a value that is there.
const PRESENT: u8 = 1;
/// What turns the order of 64-bit integers into that of bytes.
const SIGN: u64 = 1 << 63;

/// A field and how it is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form<'a> {
    pub(crate) field: &'a Field,
    /// Whether it is stored as its order form.
    pub(crate) wrapped: bool,
    /// Whether the column may be NULL.
    pub(crate) nullable: bool,
}

impl<'a> Form<'a> {
    pub(crate) fn of(table: &Table, field: &'a Field) -> Form<'a> {
        let key = table.key.iter().any(|part| part.name == field.name);
        Form {
            field,
            wrapped: key && field.optional,
            nullable: !key && field.optional,
        }
    }

    fn number(&self) -> bool {
        matches!(self.field.kind, Kind::Int | Kind::Time) && !self.wrapped
    }

    /// The bytes of a value, where it is not stored as a number; `None` for NULL.
    fn bytes(&self, value: Option<&Value>) -> Option<Vec<u8>> {
        let bytes = |value: &Value| match value {
            Value::Id(id) => id.to_vec(),
            Value::Time(n) | Value::Int(n) => (n.cast_unsigned() ^ SIGN).to_be_bytes().to_vec(),
            Value::Text(text) => text.clone().into_bytes(),
            Value::Bytes(bytes) => bytes.clone(),
        };
        match (value, self.wrapped) {
            (None, true) => Some(Vec::new()),
            (Some(value), true) => Some([vec![PRESENT], bytes(value)].concat()),
            (value, false) => value.map(bytes),
        }
    }

    /// A value as a parameter that is compared with the column.
    pub(crate) fn arg(&self, value: Option<&Value>) -> Arg {
        match (value, self.number()) {
            (Some(Value::Time(n) | Value::Int(n)), true) => Arg::Int(*n),
            (value, _) => self.bytes(value).map_or(Arg::Absent, Arg::Bytes),
        }
    }

    /// Appends a value as an element of a list of keys.
    pub(crate) fn push(&self, out: &mut String, value: Option<&Value>) {
        match (value, self.number()) {
            (Some(Value::Time(n) | Value::Int(n)), true) => out.push_str(&n.to_string()),
            (value, _) => match self.bytes(value) {
                Some(bytes) => push_hex(out, &bytes),
                None => out.push_str("null"),
            },
        }
    }

    /// The type of such an element.
    pub(crate) fn element(&self) -> &'static str {
        match (self.field.kind, self.wrapped) {
            (Kind::Int | Kind::Time, false) => "bigint",
            (Kind::Id, false) => "char(32) character set latin1",
            // Keys are at most 512 bytes long, what columns add in an index too.
            _ => "varchar(1026) character set latin1",
        }
    }

    /// Such an element as it is compared with the column.
    pub(crate) fn compared(&self, element: &str) -> String {
        if self.number() {
            element.to_owned()
        } else {
            format!("unhex({element})")
        }
    }

    /// The sign that compares the column with a value: an absent one equals itself.
    pub(crate) fn equals(&self) -> &'static str {
        if self.nullable { "<=>" } else { "=" }
    }

    /// A column as a cell of an answer: bytes or digits.
    pub(crate) fn cell(&self, column: &str) -> String {
        if self.number() {
            format!("cast({column} as char)")
        } else {
            column.to_owned()
        }
    }

    /// A column as a word of digits.
    pub(crate) fn word(&self, column: &str) -> String {
        let digits = if self.number() {
            column.to_owned()
        } else {
            format!("hex({column})")
        };
        if self.nullable {
            format!("ifnull({digits},'-')")
        } else {
            digits
        }
    }

    /// The value of a cell; `None` where it is not one of this field.
    pub(crate) fn read(&self, cell: Option<&[u8]>) -> Option<Option<Value>> {
        let Some(bytes) = cell else {
            return self.nullable.then_some(None);
        };
        if self.number() {
            let n = std::str::from_utf8(bytes).ok()?.parse().ok()?;
            return Some(Some(if self.field.kind == Kind::Time {
                Value::Time(n)
            } else {
                Value::Int(n)
            }));
        }
        let bytes = match (self.wrapped, bytes) {
            (true, []) => return Some(None),
            (true, [PRESENT, bytes @ ..]) | (false, bytes) => bytes,
            _ => return None,
        };
        let number = || Some((u64::from_be_bytes(bytes.try_into().ok()?) ^ SIGN).cast_signed());
        Some(Some(match self.field.kind {
            Kind::Id => Value::Id(bytes.try_into().ok()?),
            Kind::Int => Value::Int(number()?),
            Kind::Time => Value::Time(number()?),
            Kind::Text => Value::Text(String::from_utf8(bytes.to_vec()).ok()?),
            Kind::Bytes => Value::Bytes(bytes.to_vec()),
        }))
    }

    /// The value of a word.
    pub(crate) fn spelled(&self, word: &str) -> Option<Option<Value>> {
        if word == "-" {
            return self.read(None);
        }
        if self.number() {
            return self.read(Some(word.as_bytes()));
        }
        let (pairs, odd) = word.as_bytes().as_chunks::<2>();
        let half = |digit: u8| char::from(digit).to_digit(16).and_then(|half| u8::try_from(half).ok());
        let bytes: Option<Vec<u8>> = pairs
            .iter()
            .map(|[high, low]| Some(half(*high)? << 4 | half(*low)?))
            .collect();
        if odd.is_empty() { self.read(Some(&bytes?)) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_forms_are_in_order_and_come_back() {
        let optional = Field::optional("n", Kind::Int);
        let form = Form {
            field: &optional,
            wrapped: true,
            nullable: false,
        };
        let values = [None, Some(i64::MIN), Some(-1), Some(0), Some(1), Some(i64::MAX)];
        let values = values.map(|n| n.map(Value::Int));
        let forms: Vec<Vec<u8>> = values.iter().map(|value| form.bytes(value.as_ref()).unwrap()).collect();
        assert!(forms.is_sorted());
        for (value, bytes) in values.iter().zip(&forms) {
            assert_eq!(form.read(Some(bytes)), Some(value.clone()));
            let word: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            assert_eq!(form.spelled(&word), Some(value.clone()));
        }
        assert_eq!(form.read(None), None);
        assert_eq!(form.read(Some(&[2])), None);
    }

    #[test]
    fn an_empty_text_is_not_an_absent_one() {
        let optional = Field::optional("word", Kind::Text);
        let form = Form {
            field: &optional,
            wrapped: true,
            nullable: false,
        };
        let empty = Value::Text(String::new());
        assert_eq!(form.read(form.bytes(Some(&empty)).as_deref()), Some(Some(empty)));
        assert_eq!(form.read(form.bytes(None).as_deref()), Some(None));
    }
}
