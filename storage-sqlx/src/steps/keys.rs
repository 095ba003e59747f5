//! The keys of a read, from what earlier reads found.

use parvis::store::{Keys, MAX_KEYS, Part, Parts, Row, Rows, Source, StorageError, Table, Value};
use std::collections::BTreeSet;

/// What an earlier read found.
pub(crate) struct Answered<'a> {
    pub(crate) table: &'a Table,
    pub(crate) rows: Rows,
}

/// The value of a key part or column of a row.
pub(crate) fn value_of<'a>(table: &Table, name: &str, row: &'a Row) -> Option<&'a Value> {
    let place = |at: usize, parts: &'a Parts| parts.get(at).and_then(Option::as_ref);
    match table.key.iter().position(|part| part.name == name) {
        Some(at) => place(at, &row.key),
        None => table
            .columns
            .iter()
            .position(|column| column.name == name)
            .and_then(|at| place(at, &row.columns)),
    }
}

/// The earlier reads that the keys come from.
pub(crate) fn sources(keys: &Keys) -> impl Iterator<Item = usize> {
    keys.0.iter().flat_map(|source| match source {
        Source::Given(_) => Vec::new(),
        Source::Of { read, parts } => {
            let only = parts.iter().filter_map(|part| match part {
                Part::Only { read, .. } => Some(*read),
                Part::Const(_) | Part::Column(_) => None,
            });
            only.chain([*read]).collect()
        }
    })
}

/// The keys or prefixes of a read, in order and each once.
///
/// # Errors
/// [`StorageError::Refused`] where there are too many.
pub(crate) fn keys(
    keys: &Keys,
    name: &'static str,
    answered: &[Option<Answered<'_>>],
) -> Result<Vec<Parts>, StorageError> {
    let found = |read: usize| answered.get(read).and_then(Option::as_ref);
    let mut all = BTreeSet::new();
    for source in &keys.0 {
        match source {
            Source::Given(parts) => {
                all.insert(parts.clone());
            }
            Source::Of { read, parts } => {
                let Some(of) = found(*read) else { continue };
                let part = |part: &Part, row: &Row| match part {
                    Part::Const(value) => Some(value.clone()),
                    Part::Column(name) => value_of(of.table, name, row).cloned(),
                    Part::Only { read, column } => {
                        match found(*read).map(|only| (only.table, only.rows.rows.as_slice())) {
                            Some((table, [row])) => value_of(table, column, row).cloned(),
                            _ => None,
                        }
                    }
                };
                let key = |row: &Row| parts.iter().map(|p| part(p, row).map(Some)).collect::<Option<Parts>>();
                all.extend(of.rows.rows.iter().filter_map(key));
            }
        }
    }
    if all.len() > MAX_KEYS {
        return Err(StorageError::Refused {
            table: name,
            what: "a read names at most 5,000 keys or prefixes",
        });
    }
    Ok(all.into_iter().collect())
}
