//! Batches over an ordered map: what a key-value backend writes.

use super::batch::{Batch, Cause, Check, CommitError, Committed, Conflict, Expect, Wake, Write};
use super::check::check_batch;
use super::encode::{Stored, after, parts, push_parts};
use super::map::{Head, Numbers, OrderedMap, ROWS, Remembered, Writes, entry_keys, row_key, space};
use super::read::Dir;
use super::run::stored;
use super::schema::{AGENDA, Class, LOG, Schema, Table};
use super::storage::StorageError;
use super::value::{CommitId, NetworkId, Parts, Position, Value};
use std::collections::BTreeMap;
use std::ops::Bound;

/// What a batch comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What to write, all of it or nothing, before the commit is acknowledged; nothing for a repeated batch.
    pub writes: Writes,
    /// What the commit answers.
    pub committed: Committed,
}

/// Works out what a batch of `network` writes to `map`, the newest state of a store that was [prepared](super::prepare);
/// nothing else may write between this call and the writes.
///
/// In this order: a remembered batch answers what it answered first; the batch is held against the schema and the limits;
/// its checks against the state; then rows, index entries, log, position and agenda follow from its writes. A refusal
/// is not remembered.
///
/// # Errors
/// [`CommitError::Conflict`] for the first condition that fails, [`CommitError::KeyReused`] for another request under a
/// remembered id, [`CommitError::Storage`] for a batch that does not fit the schema or a limit, for a store of another
/// release and for a failure of the map.
pub fn apply(map: &dyn OrderedMap, schema: &Schema, network: NetworkId, batch: &Batch) -> Result<Applied, CommitError> {
    let numbers = Numbers::usable(map, schema)?;
    if batch.is_remembered()
        && let Some(first) = Remembered::load(map, network, batch.id)?
    {
        return match first.request == batch.request {
            true => {
                let committed = Committed {
                    position: first.position,
                    answer: first.answer,
                    repeated: true,
                };
                Ok(Applied {
                    writes: Writes::new(),
                    committed,
                })
            }
            false => Err(CommitError::KeyReused),
        };
    }
    check_batch(schema, batch)?;
    let mut change = Change {
        map,
        schema,
        network,
        stamp: batch.id,
        writes: BTreeMap::new(),
    };
    batch.checks.iter().try_for_each(|check| change.check(check))?;
    batch.writes.iter().try_for_each(|write| change.write(write))?;
    let position = change.log(batch)?;
    if let Some(wake) = batch.wake {
        change.wake(wake)?;
    }
    if batch.is_remembered() {
        let remembered = Remembered {
            request: batch.request,
            position,
            answer: batch.answer.clone(),
        };
        change.set(Remembered::key(network, batch.id), remembered.bytes());
    }
    if numbers.filled > schema.adds {
        // This release leaves no entry in indexes it does not know: the newer one has to look again.
        change.set(
            Numbers::key(),
            Numbers {
                filled: schema.adds,
                ..numbers
            }
            .bytes(),
        );
    }
    let committed = Committed {
        position,
        answer: batch.answer.clone(),
        repeated: false,
    };
    Ok(Applied {
        writes: change.writes.into_iter().collect(),
        committed,
    })
}

/// A batch under way: the state before it, and what is to be written.
struct Change<'a> {
    map: &'a dyn OrderedMap,
    schema: &'a Schema,
    network: NetworkId,
    stamp: CommitId,
    writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'a> Change<'a> {
    fn check(&self, check: &Check) -> Result<(), CommitError> {
        let table = self.table(check.table)?;
        let row = self.map.get(&row_key(self.network, table, &check.key))?;
        let cause = match (check.expect, row) {
            (Expect::Absent, None) | (Expect::Present, Some(_)) => return Ok(()),
            (Expect::Absent, Some(_)) => Cause::NotAbsent,
            (Expect::Present, None) => Cause::NotPresent,
            (Expect::Stamp(_), None) => Cause::OtherStamp,
            (Expect::Stamp(stamp), Some(row)) => match stored(table, &row, false)?.stamp == Some(stamp) {
                true => return Ok(()),
                false => Cause::OtherStamp,
            },
        };
        conflict(check.table, &check.key, cause)
    }

    fn write(&mut self, write: &Write) -> Result<(), CommitError> {
        match write {
            Write::Put {
                table,
                key,
                columns,
                document,
            } => {
                let table = self.table(table)?;
                Ok(self.put(self.network, table, key, columns, document.as_deref())?)
            }
            Write::Delete { table, key } => {
                let table = self.table(table)?;
                Ok(self.delete(self.network, table, key)?)
            }
            Write::Add {
                table,
                key,
                column,
                n,
                at_least,
                at_most,
            } => self.count(table, key, column, |value| {
                let value = value.checked_add(*n).ok_or(Cause::Overflow)?;
                let within = at_least.is_none_or(|least| least <= value) && at_most.is_none_or(|most| value <= most);
                if within { Ok(value) } else { Err(Cause::Bound) }
            }),
            Write::Max {
                table,
                key,
                column,
                value,
            } => self.count(table, key, column, |old| Ok(old.max(*value))),
            Write::DeleteRange { table, prefix, at_most } => self.delete_range(table, prefix, *at_most),
        }
    }

    /// Log entries, their position and the newest time; the position stays where it was without an entry.
    fn log(&mut self, batch: &Batch) -> Result<Position, StorageError> {
        let head = Head::load(self.map, self.network)?;
        if batch.log.is_empty() {
            return Ok(head.position);
        }
        let table = self.table(LOG)?;
        let t = batch.time.max(head.newest);
        let columns = vec![Some(Value::Time(t)), Some(Value::Id(batch.id.0))];
        let mut number = head.position.number;
        for entry in &batch.log {
            number = number.checked_add(1).ok_or(StorageError::Full)?;
            self.put(
                self.network,
                table,
                &vec![Some(Value::Int(number))],
                &columns,
                Some(entry),
            )?;
        }
        let position = Position {
            number,
            commit: batch.id,
        };
        self.set(Head::key(self.network), Head { position, newest: t }.bytes());
        Ok(position)
    }

    /// The network's row of the agenda, which lies in the network of the store itself.
    fn wake(&mut self, wake: Wake) -> Result<(), StorageError> {
        let table = self.table(AGENDA)?;
        let key = vec![Some(Value::Id(self.network.0))];
        let at = match wake {
            Wake::Exactly(None) => return self.delete(NetworkId::SYSTEM, table, &key),
            Wake::Exactly(Some(at)) => at,
            Wake::Sooner(at) => match self.old(NetworkId::SYSTEM, table, &key)? {
                Some(row) if matches!(row.columns.first(), Some(Some(Value::Time(old))) if *old <= at) => return Ok(()),
                _ => at,
            },
        };
        self.put(NetworkId::SYSTEM, table, &key, &vec![Some(Value::Time(at))], None)
    }

    fn put(
        &mut self,
        network: NetworkId,
        table: &Table,
        key: &Parts,
        columns: &Parts,
        document: Option<&str>,
    ) -> Result<(), StorageError> {
        if !table.indexes.is_empty() {
            if let Some(old) = self.old(network, table, key)? {
                self.unset(entry_keys(network, table, key, &old.columns));
            }
            let mut bytes = Vec::new();
            push_parts(&mut bytes, key);
            // After the old ones: an entry that stays is written once more instead of taken away.
            for entry in entry_keys(network, table, key, columns) {
                self.set(entry, bytes.clone());
            }
        }
        let stamp = (table.class == Class::Stamped).then_some(self.stamp);
        self.set(row_key(network, table, key), Stored::bytes(columns, stamp, document));
        Ok(())
    }

    fn delete(&mut self, network: NetworkId, table: &Table, key: &Parts) -> Result<(), StorageError> {
        if let Some(old) = self.old(network, table, key)? {
            self.unset(entry_keys(network, table, key, &old.columns));
            self.unset([row_key(network, table, key)]);
        }
        Ok(())
    }

    fn delete_range(&mut self, name: &'static str, prefix: &Parts, at_most: u32) -> Result<(), CommitError> {
        let table = self.table(name)?;
        let corrupt = || StorageError::Corrupt { table: name };
        let start = space(self.network, ROWS, name).len();
        let low = row_key(self.network, table, prefix);
        let high = after(&low);
        let high = high.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let map = self.map;
        for (before, entry) in map.range(Bound::Included(&low), high, Dir::Up).enumerate() {
            let (bytes, value) = entry?;
            if before >= at_most as usize {
                return conflict(name, prefix, Cause::TooMany);
            }
            if !table.indexes.is_empty() {
                let key = bytes
                    .get(start..)
                    .and_then(|key| parts(key, table.key.iter().map(|part| part.kind)));
                let old = stored(table, &value, false)?;
                self.unset(entry_keys(self.network, table, &key.ok_or_else(corrupt)?, &old.columns));
            }
            self.unset([bytes]);
        }
        Ok(())
    }

    /// Changes one column of a counter row, which begins at 0.
    fn count(
        &mut self,
        name: &'static str,
        key: &Parts,
        column: &'static str,
        change: impl FnOnce(i64) -> Result<i64, Cause>,
    ) -> Result<(), CommitError> {
        let table = self.table(name)?;
        let mut columns = match self.old(self.network, table, key)? {
            Some(row) => row.columns,
            None => vec![Some(Value::Int(0)); table.columns.len()],
        };
        let mut values = table.columns.iter().zip(&mut columns);
        let value = values.find(|(field, _)| field.name == column).map(|(_, value)| value);
        let Some(Some(Value::Int(value))) = value else {
            return Err(StorageError::Corrupt { table: name }.into());
        };
        match change(*value) {
            Ok(after) => *value = after,
            Err(cause) => return conflict(name, key, cause),
        }
        Ok(self.put(self.network, table, key, &columns, None)?)
    }

    /// The row as this batch left it so far: a counter row may be written once a column.
    fn old(&self, network: NetworkId, table: &Table, key: &Parts) -> Result<Option<Stored>, StorageError> {
        let key = row_key(network, table, key);
        let value = match self.writes.get(&key) {
            Some(value) => value.clone(),
            None => self.map.get(&key)?,
        };
        value.map(|value| stored(table, &value, false)).transpose()
    }

    fn table(&self, name: &'static str) -> Result<&'a Table, StorageError> {
        self.schema.table(name).ok_or(StorageError::Refused {
            table: name,
            what: "the schema has no such table",
        })
    }

    fn set(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.writes.insert(key, Some(value));
    }

    fn unset(&mut self, keys: impl IntoIterator<Item = Vec<u8>>) {
        self.writes.extend(keys.into_iter().map(|key| (key, None)));
    }
}

fn conflict<T>(table: &'static str, key: &Parts, cause: Cause) -> Result<T, CommitError> {
    Err(CommitError::Conflict(Conflict {
        table,
        key: key.clone(),
        cause,
    }))
}
