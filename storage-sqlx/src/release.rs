//! The schema that a store was prepared for, and the texts of the shapes seen since.

use crate::decode::decode;
use crate::dialect::{Arg, Dialect};
use crate::shape::{arguments, shape};
use crate::text::{Text, text};
use parvis::store::{Found, NetworkId, Read, Schema, StorageError};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Texts that are kept, here and by a connection; more than there are shapes.
pub(crate) const STATEMENTS: usize = 256;

/// What a store was prepared for.
pub(crate) struct Release {
    pub(crate) schema: Arc<Schema>,
    texts: RwLock<HashMap<Vec<u8>, Arc<Shape>>>,
}

/// A text, ready to be sent.
pub(crate) struct Shape {
    pub(crate) sql: Arc<str>,
    pub(crate) text: Text,
}

impl Release {
    pub(crate) fn new(schema: Arc<Schema>) -> Release {
        Release {
            schema,
            texts: RwLock::default(),
        }
    }

    /// The text for reads of this shape.
    pub(crate) fn shape(&self, dialect: &dyn Dialect, reads: &[Read]) -> Result<Arc<Shape>, StorageError> {
        let key = shape(reads);
        let texts = self.texts.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = texts.get(&key) {
            return Ok(Arc::clone(known));
        }
        drop(texts);
        let text = text(dialect, &self.schema, reads)?;
        let made = Arc::new(Shape {
            sql: text.sql.as_str().into(),
            text,
        });
        let mut texts = self.texts.write().unwrap_or_else(PoisonError::into_inner);
        if texts.len() >= STATEMENTS {
            texts.clear();
        }
        texts.insert(key, Arc::clone(&made));
        Ok(made)
    }
}

impl Shape {
    /// What a call found, from the answer to its text.
    pub(crate) fn found(
        &self,
        schema: &Schema,
        network: NetworkId,
        reads: &[Read],
        answer: Option<String>,
    ) -> Result<Found, StorageError> {
        let answer = answer.ok_or(StorageError::Corrupt { table: "*" })?;
        decode(schema, &self.text, network, reads, &answer)
    }
}

/// The parameters of a call in the network of this number.
pub(crate) fn args(number: i64, reads: &[Read]) -> Vec<Arg> {
    let mut args = vec![Arg::Int(number)];
    args.extend(arguments(reads));
    args
}

/// The answer of a store that was not prepared.
pub(crate) fn unprepared(schema: Option<&Schema>) -> StorageError {
    StorageError::SchemaTooOld {
        found: 0,
        needed: schema.map_or(1, |schema| schema.adds),
    }
}

/// Names that begin with an underscore are the store's own.
pub(crate) fn check_names(schema: &Schema) -> Result<(), StorageError> {
    for table in &schema.tables {
        let fields = table.key.iter().chain(&table.columns).map(|field| field.name);
        if fields.chain([table.name]).any(|name| name.starts_with('_')) {
            return Err(StorageError::Refused {
                table: table.name,
                what: "names do not begin with an underscore",
            });
        }
    }
    Ok(())
}
