//! A row that a host writes with a statement on a connection of its own, whatever its driver.

use crate::dialect::{DOCUMENT, Dialect, quoted};
use crate::writes::{into, key_names};
use parvis::store::{Class, Kind, Schema, StorageError, Value, Write};

/// A statement for a connection of the host: text and parameters, each used once and in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// The text; parameters are written as the engine's own protocol does: `$1` on PostgreSQL, `?` elsewhere.
    pub text: String,
    /// What is bound, in order.
    pub parameters: Vec<Parameter>,
}

/// One parameter of a [`Statement`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parameter {
    /// A whole number of 64 bits.
    Int(i64),
    /// A text.
    Text(String),
}

impl Statement {
    /// The same for drivers that write each parameter as `%s` (psycopg, PyMySQL, mysqlclient).
    pub fn percent(self) -> Statement {
        self.marked("%s")
    }

    /// The same with every parameter written so.
    pub(crate) fn marked(self, mark: &str) -> Statement {
        let mut text = String::with_capacity(self.text.len());
        let mut pieces = self.text.split(['$', '?']);
        text.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            text.push_str(mark);
            text.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
        Statement {
            text,
            parameters: self.parameters,
        }
    }
}

/// The statement that writes a row of a free table of the store's own network, over what was there. Its key and columns are
/// numbers and texts, none of them absent.
///
/// # Errors
/// [`StorageError::Refused`] for another write.
pub(crate) fn statement(dialect: &dyn Dialect, schema: &Schema, write: &Write) -> Result<Statement, StorageError> {
    let refused = StorageError::Refused {
        table: "*",
        what: "a host writes rows of free tables, with numbers and texts",
    };
    let Write::Put {
        table,
        key,
        columns,
        document,
    } = write
    else {
        return Err(refused);
    };
    let table = schema.table(table).filter(|table| table.class == Class::Free);
    let table = table.ok_or_else(|| refused.clone())?;
    let mut names = key_names(table);
    // Row 0 of the directory is the store's own network, on every engine.
    let mut values = vec!["0".to_owned()];
    let mut parameters = Vec::new();
    let mut parameter = |kind: Kind, value: Option<&Value>| {
        parameters.push(match value {
            Some(Value::Int(n)) => Parameter::Int(*n),
            Some(Value::Text(text)) => Parameter::Text(text.clone()),
            _ => return Err(refused.clone()),
        });
        Ok(dialect.param(kind, parameters.len()))
    };
    for (field, value) in table.key.iter().zip(key) {
        let plain = parameter(field.kind, value.as_ref())?;
        values.push(dialect.kept(field, &plain));
    }
    for (field, value) in table.columns.iter().zip(columns) {
        names.push(quoted(field.name));
        values.push(parameter(field.kind, value.as_ref())?);
    }
    if let Some(document) = document {
        names.push(DOCUMENT.to_owned());
        let document = Value::Text(document.clone());
        values.push(parameter(Kind::Text, Some(&document))?);
    }
    let name = dialect.names().table(table.name);
    let rows = format!("select {}", values.join(","));
    let text = into(dialect, table, &name, &names, |target| dialect.put(target, &rows));
    Ok(Statement { text, parameters })
}
