//! Records: what the domain stores, declared once. From one declaration follow the table, the encoding, the typed row
//! and what the leak tests must know (place, persons and texts of a record).

use super::read::Row;
use super::schema::{Class, Field, Table};
use super::storage::StorageError;
use super::value::{Kind, Parts, Value};
use super::{Part, Write};

/// A type that fits one key part or column.
pub trait Column: Sized {
    /// The type in the store.
    const KIND: Kind;
    /// Whether it may be absent.
    const OPTIONAL: bool = false;
    /// As stored.
    fn to_value(&self) -> Option<Value>;
    /// As read; `None` where it cannot be.
    fn from_value(value: Option<&Value>) -> Option<Self>;
}

impl<T: Column> Column for Option<T> {
    const KIND: Kind = T::KIND;
    const OPTIONAL: bool = true;
    fn to_value(&self) -> Option<Value> {
        self.as_ref().and_then(Column::to_value)
    }
    fn from_value(value: Option<&Value>) -> Option<Self> {
        match value {
            None => Some(None),
            some => T::from_value(some).map(Some),
        }
    }
}

impl Column for i64 {
    const KIND: Kind = Kind::Int;
    fn to_value(&self) -> Option<Value> {
        Some(Value::Int(*self))
    }
    fn from_value(value: Option<&Value>) -> Option<Self> {
        match value {
            Some(Value::Int(n)) => Some(*n),
            _ => None,
        }
    }
}

impl Column for String {
    const KIND: Kind = Kind::Text;
    fn to_value(&self) -> Option<Value> {
        Some(Value::Text(self.clone()))
    }
    fn from_value(value: Option<&Value>) -> Option<Self> {
        match value {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }
}

impl Column for Vec<u8> {
    const KIND: Kind = Kind::Bytes;
    fn to_value(&self) -> Option<Value> {
        Some(Value::Bytes(self.clone()))
    }
    fn from_value(value: Option<&Value>) -> Option<Self> {
        match value {
            Some(Value::Bytes(bytes)) => Some(bytes.clone()),
            _ => None,
        }
    }
}

impl Column for [u8; 16] {
    const KIND: Kind = Kind::Id;
    fn to_value(&self) -> Option<Value> {
        Some(Value::Id(*self))
    }
    fn from_value(value: Option<&Value>) -> Option<Self> {
        match value {
            Some(Value::Id(bytes)) => Some(*bytes),
            _ => None,
        }
    }
}

/// What the leak tests know of a record: which of its fields name its place, persons, and hold people's words.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The table.
    pub table: &'static str,
    /// The field that names the place or the item whose rules govern the record.
    pub place: Option<&'static str>,
    /// Fields that name persons.
    pub persons: &'static [&'static str],
    /// Fields with words that people wrote.
    pub texts: &'static [&'static str],
}

/// Fields of a document that this release does not know; they survive a rewrite.
pub type Rest = serde_json::Map<String, serde_json::Value>;

/// A typed row of one table.
pub trait Record: Sized + Send + 'static {
    /// The table's name.
    const TABLE: &'static str;
    /// The table.
    fn table() -> Table;
    /// What the leak tests know of it.
    fn declaration() -> Declaration;
    /// The typed row.
    ///
    /// # Errors
    /// [`StorageError::Corrupt`] where the row is not of the declared form.
    fn decode(row: &Row) -> Result<Self, StorageError>;
    /// The key of this row.
    fn key(&self) -> Parts;
    /// The write that puts this row.
    fn put(&self) -> Write;

    /// The write that deletes this row.
    fn delete(&self) -> Write {
        Write::Delete {
            table: Self::TABLE,
            key: self.key(),
        }
    }
}

pub(crate) fn field<T: Column>(name: &'static str) -> Field {
    Field {
        name,
        kind: T::KIND,
        optional: T::OPTIONAL,
        path: None,
    }
}

pub(crate) fn column<T: Column>(parts: &Parts, at: usize, table: &'static str) -> Result<T, StorageError> {
    T::from_value(parts.get(at).and_then(Option::as_ref)).ok_or(StorageError::Corrupt { table })
}

pub(crate) fn parse_document<D: Default + serde::de::DeserializeOwned>(
    row: &Row,
    table: &'static str,
) -> Result<D, StorageError> {
    match &row.document {
        // Columns only were wanted.
        None => Ok(D::default()),
        Some(text) => serde_json::from_str(text).map_err(|_| StorageError::Corrupt { table }),
    }
}

/// A key part or column of an earlier read, by name.
pub(crate) fn col(name: &'static str) -> Part {
    Part::Column(name)
}

pub(crate) fn class_table(name: &'static str, class: Class, key: Vec<Field>, columns: Vec<Field>) -> Table {
    Table::new(name, key).class(class).columns(columns)
}

/// Declares a record. Its document part is optional; unknown fields of a document are kept.
macro_rules! record {
    (
        $(#[$doc:meta])*
        $name:ident in $table:literal, $class:ident {
            key { $($key:ident: $key_type:ty),+ $(,)? }
            columns { $($column:ident: $column_type:ty),* $(,)? }
            $(document { $($(#[$field_doc:meta])* $field:ident: $field_type:ty),+ $(,)? })?
            $(indexes { $($index:literal: [$($part:ident),+]),+ $(,)? })?
            declares { $(place: $place:ident,)? persons: [$($person:ident),*], texts: [$($text:ident),*] }
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub(crate) struct $name {
            $(pub(crate) $key: $key_type,)+
            $(pub(crate) $column: $column_type,)*
            $($($(#[$field_doc])* pub(crate) $field: $field_type,)+
            /// What a newer release wrote into the document.
            pub(crate) rest: $crate::store::Rest,)?
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                // Records print their type and key only: words and rights never reach a log by accident.
                write!(f, concat!(stringify!($name), "{:?}"), $crate::store::Record::key(self))
            }
        }

        impl $crate::store::Record for $name {
            const TABLE: &'static str = $table;

            fn table() -> $crate::store::Table {
                let table = $crate::store::class_table(
                    $table,
                    $crate::store::Class::$class,
                    vec![$($crate::store::field::<$key_type>(stringify!($key))),+],
                    vec![$($crate::store::field::<$column_type>(stringify!($column))),*],
                );
                $(let table = table.document(); let _ = stringify!($($field)+);)?
                $($(let table = table.index($index, [$(stringify!($part)),+]);)+)?
                table
            }

            fn declaration() -> $crate::store::Declaration {
                $crate::store::Declaration {
                    table: $table,
                    place: [$(Some(stringify!($place)),)? None][0],
                    persons: &[$(stringify!($person)),*],
                    texts: &[$(stringify!($text)),*],
                }
            }

            fn decode(row: &$crate::store::Row) -> Result<Self, $crate::store::StorageError> {
                let mut at = 0;
                $(let $key: $key_type = $crate::store::column(&row.key, at, $table)?; at += 1;)+
                let _ = at;
                #[allow(unused_mut, unused_assignments)]
                let mut at = 0;
                $(let $column: $column_type = $crate::store::column(&row.columns, at, $table)?;
                #[allow(unused_assignments)] { at += 1; })*
                let _ = at;
                $(
                    #[derive(Default, serde::Deserialize)]
                    struct Document {
                        $($field: $field_type,)+
                        #[serde(flatten)]
                        rest: $crate::store::Rest,
                    }
                    let Document { $($field,)+ rest } = $crate::store::parse_document(row, $table)?;
                )?
                Ok(Self { $($key,)+ $($column,)* $($($field,)+ rest,)? })
            }

            fn key(&self) -> $crate::store::Parts {
                vec![$($crate::store::Column::to_value(&self.$key)),+]
            }

            fn put(&self) -> $crate::store::Write {
                let document = None::<String>;
                $(
                    #[derive(serde::Serialize)]
                    struct Document<'a> {
                        #[serde(flatten)]
                        rest: &'a $crate::store::Rest,
                        $($field: &'a $field_type,)+
                    }
                    // Field types are plain data: turning them into JSON cannot fail.
                    let written = Document { rest: &self.rest, $($field: &self.$field,)+ };
                    let document = document.or_else(|| serde_json::to_string(&written).ok());
                )?
                $crate::store::Write::Put {
                    table: $table,
                    key: $crate::store::Record::key(self),
                    columns: vec![$($crate::store::Column::to_value(&self.$column)),*],
                    document,
                }
            }
        }
    };
}
pub(crate) use record;

/// Declares an enum stored as a number; an unknown number is read as the last variant, `Unknown`, which means *no*
/// wherever a right is decided.
macro_rules! coded {
    ($(#[$doc:meta])* $vis:vis enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// Written by a newer release; grants nothing.
            #[serde(other)]
            Unknown,
        }

        impl $crate::store::Column for $name {
            const KIND: $crate::store::Kind = $crate::store::Kind::Int;
            fn to_value(&self) -> Option<$crate::store::Value> {
                Some($crate::store::Value::Int(match self {
                    $(Self::$variant => $code,)+
                    Self::Unknown => -1,
                }))
            }
            fn from_value(value: Option<&$crate::store::Value>) -> Option<Self> {
                match value {
                    $(Some($crate::store::Value::Int($code)) => Some(Self::$variant),)+
                    Some($crate::store::Value::Int(_)) => Some(Self::Unknown),
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use coded;
