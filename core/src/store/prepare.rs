//! Preparing an ordered map for a schema: its numbers, and rows and entries that a newer release needs.

use super::check::check_schema;
use super::encode::{self, Stored};
use super::map::{ENTRIES, Numbers, OrderedMap, ROWS, Writes, entry_keys, number};
use super::read::Dir;
use super::schema::{Class, Field, Schema, Table};
use super::storage::{Prepare, Prepared, StorageError};
use super::value::{Kind, NetworkId, Parts, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Compares what `map` was prepared for with the schema; with [`Prepare::Upgrade`] also says what to write (all of it or
/// nothing) so that the schema can be used.
///
/// When the schema adds something, every row of the store is looked at once: columns that came later are taken from the
/// document by their path (absent where there is none, 0 in counters), and index entries are put right. What an
/// older release wrote in between, beside the newer one or after it, is looked at again when the newer one prepares.
///
/// # Errors
/// [`StorageError::SchemaTooNew`], [`StorageError::SchemaTooOld`] with [`Prepare::Check`], [`StorageError::Refused`] for a
/// schema that is none, [`StorageError::Corrupt`] for a row that lacks a required column, or a failure of the map.
pub fn prepare(map: &dyn OrderedMap, schema: &Schema, mode: Prepare) -> Result<(Prepared, Writes), StorageError> {
    check_schema(schema)?;
    let usable = Numbers::usable(map, schema);
    match (usable, mode) {
        (Ok(numbers), _) => {
            let prepared = Prepared {
                adds: numbers.adds,
                breaks: numbers.breaks,
                changed: false,
            };
            Ok((prepared, Writes::new()))
        }
        (Err(StorageError::SchemaTooOld { .. }), Prepare::Upgrade) => {
            let old = Numbers::load(map)?;
            let adds = old.map_or(0, |old| old.adds).max(schema.adds);
            let numbers = Numbers {
                adds,
                breaks: schema.breaks,
                filled: schema.adds,
            };
            let mut writes = if old.is_some() {
                Fill::new(map, schema).writes()?
            } else {
                Writes::new()
            };
            writes.push((Numbers::key(), Some(numbers.bytes())));
            Ok((
                Prepared {
                    adds,
                    breaks: schema.breaks,
                    changed: true,
                },
                writes,
            ))
        }
        (Err(error), _) => Err(error),
    }
}

/// One pass over a map that puts rows and index entries right.
struct Fill<'a> {
    map: &'a dyn OrderedMap,
    tables: BTreeMap<[u8; 8], &'a Table>,
    indexes: BTreeMap<[u8; 8], &'a Table>,
}

impl<'a> Fill<'a> {
    fn new(map: &'a dyn OrderedMap, schema: &'a Schema) -> Fill<'a> {
        let tables = schema.tables.iter().map(|table| (number(table.name), table));
        let indexes = schema
            .tables
            .iter()
            .flat_map(|t| t.indexes.iter().map(move |index| (number(index.name), t)));
        Fill {
            map,
            tables: tables.collect(),
            indexes: indexes.collect(),
        }
    }

    fn writes(&self) -> Result<Writes, StorageError> {
        let mut writes = Writes::new();
        for entry in self.map.range(Bound::Unbounded, Bound::Unbounded, Dir::Up) {
            let (key, value) = entry?;
            let Some((network, tag, name, rest)) = split(&key) else {
                continue;
            };
            match tag {
                ROWS => {
                    let Some(table) = self.tables.get(&name) else { continue };
                    let (filled, entries) = filled(table, network, rest, &value)?;
                    for entry in entries {
                        if self.map.get(&entry)?.as_deref() != Some(rest) {
                            writes.push((entry, Some(rest.to_vec())));
                        }
                    }
                    if let Some(filled) = filled {
                        writes.push((key, Some(filled)));
                    }
                }
                ENTRIES => {
                    let Some(table) = self.indexes.get(&name) else { continue };
                    // An older release leaves entries behind of rows that it changed or took away.
                    let row = [&network.0, [ROWS].as_slice(), &number(table.name), &value].concat();
                    let entries = match self.map.get(&row)? {
                        Some(row) => filled(table, network, &value, &row)?.1,
                        None => BTreeSet::new(),
                    };
                    if !entries.contains(&key) {
                        writes.push((key, None));
                    }
                }
                _ => continue,
            }
        }
        Ok(writes)
    }
}

/// Network, tag, number of the table or index, and the rest of a key.
fn split(key: &[u8]) -> Option<(NetworkId, u8, [u8; 8], &[u8])> {
    let (network, rest) = key.split_first_chunk()?;
    let (tag, rest) = rest.split_first()?;
    let (number, rest) = rest.split_first_chunk()?;
    Some((NetworkId(*network), *tag, *number, rest))
}

/// A row as the schema has it: its bytes where it lacked columns, and the keys of its index entries.
type Filled = (Option<Vec<u8>>, BTreeSet<Vec<u8>>);

fn filled(table: &Table, network: NetworkId, key: &[u8], value: &[u8]) -> Result<Filled, StorageError> {
    let corrupt = || StorageError::Corrupt { table: table.name };
    let mut row = Stored::read(value, true).ok_or_else(corrupt)?;
    let later = table.columns.get(row.columns.len()..).unwrap_or_default();
    if !later.is_empty() {
        let document = row
            .document
            .as_deref()
            .and_then(|document| serde_json::from_str(document).ok());
        for field in later {
            row.columns.push(column(table, field, document.as_ref())?);
        }
    }
    let parts: Parts = encode::parts(key, table.key.iter().map(|part| part.kind)).ok_or_else(corrupt)?;
    let entries = entry_keys(network, table, &parts, &row.columns).into_iter().collect();
    let bytes = (!later.is_empty()).then(|| Stored::bytes(&row.columns, row.stamp, row.document.as_deref()));
    Ok((bytes, entries))
}

fn column(table: &Table, field: &Field, document: Option<&serde_json::Value>) -> Result<Option<Value>, StorageError> {
    let value = field
        .path
        .zip(document)
        .and_then(|(path, document)| lookup(document, path));
    match value.and_then(|value| typed(value, field.kind)) {
        Some(value) => Ok(Some(value)),
        None if table.class == Class::Counters => Ok(Some(Value::Int(0))),
        None if field.optional => Ok(None),
        None => Err(StorageError::Corrupt { table: table.name }),
    }
}

/// The value at a path like `$.place.kind`: names of members only.
fn lookup<'a>(document: &'a serde_json::Value, path: &str) -> Option<&'a serde_json::Value> {
    path.trim_start_matches("$")
        .split('.')
        .filter(|name| !name.is_empty())
        .try_fold(document, |at, name| at.get(name))
}

/// A member of a document as a column: numbers, texts, and hexadecimal digits (dashes aside) for ids and bytes.
fn typed(value: &serde_json::Value, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Time => value.as_i64().map(Value::Time),
        Kind::Int => value.as_i64().map(Value::Int),
        Kind::Text => value.as_str().map(|text| Value::Text(text.to_owned())),
        Kind::Id => hexadecimal(value.as_str()?)?.try_into().ok().map(Value::Id),
        Kind::Bytes => hexadecimal(value.as_str()?).map(Value::Bytes),
    }
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text
        .chars()
        .filter(|c| *c != '-')
        .map(|c| c.to_digit(16))
        .collect::<Option<_>>()?;
    let (pairs, odd) = digits.as_chunks::<2>();
    odd.is_empty()
        .then(|| pairs.iter().map(|[high, low]| (high << 4 | low) as u8).collect())
}
