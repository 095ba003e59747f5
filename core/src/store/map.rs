//! Any ordered map of bytes as a backend, and where things lie in it.
//!
//! A key is `network (16) | tag (1) | ...`: rows are `number of the table (8) | key parts`, index entries are
//! `number of the index (8) | parts of the order` and hold the encoded key of their row. The number comes from the name, not
//! from a place in the schema: a release that adds tables finds the old ones where they were.

use super::encode::{Bytes, push_part, push_parts};
use super::read::Dir;
use super::schema::{Schema, Table};
use super::storage::StorageError;
use super::value::{CommitId, NetworkId, Parts, Position, Value};
use std::collections::BTreeMap;
use std::ops::Bound;

/// Entries of a range, keys and values.
pub type Entries<'a> = Box<dyn Iterator<Item = Result<(Vec<u8>, Vec<u8>), StorageError>> + 'a>;

/// What keys and values become with a batch: a value, or `None` for a key that goes. A key is named at most once.
pub type Writes = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// One snapshot of an ordered map of bytes: what a key-value backend offers to [`run`](super::run) and
/// [`apply`](super::apply) under its lock or in its transaction.
pub trait OrderedMap {
    /// The value of a key.
    ///
    /// # Errors
    /// A failure of the store.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError>;

    /// The entries whose keys lie within the bounds (which are never the wrong way round), in byte order or against it.
    /// Entries are pulled one by one and seldom to the end: an implementation reads lazily.
    fn range(&self, from: Bound<&[u8]>, to: Bound<&[u8]>, dir: Dir) -> Entries<'_>;
}

impl OrderedMap for BTreeMap<Vec<u8>, Vec<u8>> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.get(key).cloned())
    }

    fn range(&self, from: Bound<&[u8]>, to: Bound<&[u8]>, dir: Dir) -> Entries<'_> {
        let entries = self
            .range::<[u8], _>((from, to))
            .map(|(key, value)| Ok((key.clone(), value.clone())));
        match dir {
            Dir::Up => Box::new(entries),
            Dir::Down => Box::new(entries.rev()),
        }
    }
}

/// Tag of the store's own rows, whose second byte is one of the `META_` ones.
pub(crate) const META: u8 = 0;
/// Tag of rows.
pub(crate) const ROWS: u8 = 1;
/// Tag of index entries.
pub(crate) const ENTRIES: u8 = 2;

const META_NUMBERS: u8 = 0;
const META_HEAD: u8 = 1;
const META_COMMIT: u8 = 2;

/// The number of a table or an index in keys.
pub(crate) fn number(name: &str) -> [u8; 8] {
    blake3::hash(name.as_bytes())
        .as_bytes()
        .first_chunk()
        .copied()
        .unwrap_or_default()
}

/// What all keys of a table's rows (or of an index's entries) begin with.
pub(crate) fn space(network: NetworkId, tag: u8, name: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(96);
    key.extend_from_slice(&network.0);
    key.push(tag);
    key.extend_from_slice(&number(name));
    key
}

/// The key of a row.
pub(crate) fn row_key(network: NetworkId, table: &Table, key: &Parts) -> Vec<u8> {
    let mut bytes = space(network, ROWS, table.name);
    push_parts(&mut bytes, key);
    bytes
}

/// The keys of a row's index entries.
pub(crate) fn entry_keys(network: NetworkId, table: &Table, key: &Parts, columns: &Parts) -> Vec<Vec<u8>> {
    let entry = |name: &'static str| {
        let mut bytes = space(network, ENTRIES, name);
        for field in table.order(name).unwrap_or_default() {
            push_part(&mut bytes, value_of(table, field.name, key, columns));
        }
        bytes
    };
    table.indexes.iter().map(|index| entry(index.name)).collect()
}

/// A key part or a column of a row by name.
pub(crate) fn value_of<'a>(table: &Table, name: &str, key: &'a Parts, columns: &'a Parts) -> Option<&'a Value> {
    let fields = table.key.iter().chain(&table.columns);
    let values = key.iter().chain(columns);
    fields
        .zip(values)
        .find(|(field, _)| field.name == name)
        .and_then(|(_, value)| value.as_ref())
}

fn meta(network: NetworkId, what: u8, id: &[u8]) -> Vec<u8> {
    [&network.0, [META, what].as_slice(), id].concat()
}

/// The numbers of the schema that a store was prepared for; they lie in the network of the store itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// Additions of the newest release that prepared the store.
    pub(crate) adds: u32,
    /// Breaks of that release.
    pub(crate) breaks: u32,
    /// Additions that every row has. A release that does not know an index leaves no entry in it, so its commits take this
    /// number back, and the newer release fills in what is missing when it prepares the store again.
    pub(crate) filled: u32,
}

impl Numbers {
    /// The stored numbers; `None` for a store that was never prepared.
    pub(crate) fn load(map: &dyn OrderedMap) -> Result<Option<Numbers>, StorageError> {
        let Some(bytes) = map.get(&Numbers::key())? else {
            return Ok(None);
        };
        let mut bytes = Bytes(&bytes);
        let mut next = || bytes.array().map(u32::from_be_bytes);
        match (next(), next(), next()) {
            (Some(adds), Some(breaks), Some(filled)) => Ok(Some(Numbers { adds, breaks, filled })),
            _ => Err(StorageError::Corrupt { table: "schema" }),
        }
    }

    /// The stored numbers of a store that a release with this schema may use.
    pub(crate) fn usable(map: &dyn OrderedMap, schema: &Schema) -> Result<Numbers, StorageError> {
        let unprepared = StorageError::SchemaTooOld {
            found: 0,
            needed: schema.adds,
        };
        let stored = Numbers::load(map)?.ok_or(unprepared)?;
        if stored.breaks > schema.breaks {
            return Err(StorageError::SchemaTooNew {
                found: stored.breaks,
                known: schema.breaks,
            });
        }
        if stored.filled < schema.adds || stored.breaks < schema.breaks {
            return Err(StorageError::SchemaTooOld {
                found: stored.filled,
                needed: schema.adds,
            });
        }
        Ok(stored)
    }

    /// Where they lie.
    pub(crate) fn key() -> Vec<u8> {
        meta(NetworkId::SYSTEM, META_NUMBERS, &[])
    }

    /// How they are stored.
    pub(crate) fn bytes(self) -> Vec<u8> {
        [self.adds, self.breaks, self.filled].map(u32::to_be_bytes).concat()
    }
}

/// How far a network's log reaches: its position row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The position.
    pub(crate) position: Position,
    /// Time of the newest entry.
    pub(crate) newest: i64,
}

impl Head {
    /// The position row, or that of an empty log.
    pub(crate) fn load(map: &dyn OrderedMap, network: NetworkId) -> Result<Head, StorageError> {
        let Some(bytes) = map.get(&Head::key(network))? else {
            return Ok(Head {
                position: Position::START,
                newest: i64::MIN,
            });
        };
        let mut bytes = Bytes(&bytes);
        match (bytes.int(), bytes.array(), bytes.int()) {
            (Some(number), Some(commit), Some(newest)) => Ok(Head {
                position: Position {
                    number,
                    commit: CommitId(commit),
                },
                newest,
            }),
            _ => Err(StorageError::Corrupt { table: "position" }),
        }
    }

    /// Where it lies.
    pub(crate) fn key(network: NetworkId) -> Vec<u8> {
        meta(network, META_HEAD, &[])
    }

    /// How it is stored.
    pub(crate) fn bytes(self) -> Vec<u8> {
        let mut out = position_bytes(self.position);
        out.extend_from_slice(&self.newest.to_be_bytes());
        out
    }
}

/// A commit that is remembered by its id: what it answers when it comes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remembered {
    /// Hash of the request.
    pub(crate) request: [u8; 16],
    /// The position after it.
    pub(crate) position: Position,
    /// Its answer.
    pub(crate) answer: String,
}

impl Remembered {
    /// What is remembered of a commit.
    pub(crate) fn load(
        map: &dyn OrderedMap,
        network: NetworkId,
        id: CommitId,
    ) -> Result<Option<Remembered>, StorageError> {
        let Some(bytes) = map.get(&Remembered::key(network, id))? else {
            return Ok(None);
        };
        let mut bytes = Bytes(&bytes);
        let (request, number, commit) = (bytes.array(), bytes.int(), bytes.array());
        let answer = String::from_utf8(bytes.0.to_vec()).ok();
        match (request, number, commit, answer) {
            (Some(request), Some(number), Some(commit), Some(answer)) => {
                let position = Position {
                    number,
                    commit: CommitId(commit),
                };
                Ok(Some(Remembered {
                    request,
                    position,
                    answer,
                }))
            }
            _ => Err(StorageError::Corrupt { table: "commits" }),
        }
    }

    /// Where it lies.
    pub(crate) fn key(network: NetworkId, id: CommitId) -> Vec<u8> {
        meta(network, META_COMMIT, &id.0)
    }

    /// How it is stored.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [
            self.request.as_slice(),
            &position_bytes(self.position),
            self.answer.as_bytes(),
        ]
        .concat()
    }
}

fn position_bytes(position: Position) -> Vec<u8> {
    let mut out = position.number.to_be_bytes().to_vec();
    out.extend_from_slice(&position.commit.0);
    out
}
