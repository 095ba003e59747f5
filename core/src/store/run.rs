//! Reads over an ordered map: what a key-value backend answers.

use super::check::check_reads;
use super::encode::{self, Stored, after, push_parts};
use super::map::{ENTRIES, Entries, Head, Numbers, OrderedMap, ROWS, space, value_of};
use super::read::{Dir, Found, Keys, MAX_KEYS, Part, Range, Read, Row, Rows, Source, Want};
use super::schema::{Schema, Table};
use super::storage::StorageError;
use super::value::{NetworkId, Parts, Value};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Answers all reads of one call; `map` is one snapshot of a store that was [prepared](super::prepare).
///
/// A range costs one seek and the rows it gives; a merge one seek a prefix, and never holds more open ranges than it
/// still owes rows.
///
/// # Errors
/// [`StorageError::Refused`] for a read that does not fit the schema or a limit, [`StorageError::SchemaTooOld`] and
/// [`StorageError::SchemaTooNew`] for a store of another release, or a failure of the map.
pub fn run(map: &dyn OrderedMap, schema: &Schema, network: NetworkId, reads: &[Read]) -> Result<Found, StorageError> {
    Numbers::usable(map, schema)?;
    check_reads(schema, reads)?;
    let mut call = Call {
        map,
        schema,
        network,
        answered: Vec::with_capacity(reads.len()),
    };
    for read in reads {
        let answer = call.answer(read)?;
        call.answered.push(answer);
    }
    let head = Head::load(map, network)?;
    let sets = call.answered.into_iter().map(|(_, rows)| rows).collect();
    Ok(Found {
        position: head.position,
        newest: head.newest,
        sets,
    })
}

/// A call under way: the reads answered so far, for keys that come from them.
struct Call<'a> {
    map: &'a dyn OrderedMap,
    schema: &'a Schema,
    network: NetworkId,
    answered: Vec<(&'a Table, Rows)>,
}

impl<'a> Call<'a> {
    fn answer(&self, read: &Read) -> Result<(&'a Table, Rows), StorageError> {
        match read {
            Read::Get { table, keys, want } => self.get(table, keys, *want),
            Read::Scan(range) => self.scan(range),
            Read::Merge(range) => self.merge(range),
            Read::Walk {
                index,
                start,
                next,
                depth,
                want,
            } => {
                let start = self.keys(start, index)?;
                self.walk(index, start, next, *depth, *want)
            }
        }
    }

    fn get(&self, table: &'static str, keys: &Keys, want: Want) -> Result<(&'a Table, Rows), StorageError> {
        let order = self.order(table)?;
        let mut answer = Rows::default();
        for key in self.keys(keys, table)? {
            match self.map.get(&order.start_of(&key))? {
                Some(value) => answer.rows.push(order.build(key, &value, want)?),
                None => answer.absent.push(key),
            }
        }
        Ok((order.table, answer))
    }

    fn scan(&self, range: &Range) -> Result<(&'a Table, Rows), StorageError> {
        let order = self.order(range.index)?;
        let mut rows = Vec::new();
        for prefix in self.keys(&range.prefixes, range.index)? {
            let start = order.start_of(&prefix);
            for entry in self
                .entries(&start, &range.from, &range.to, range.dir)
                .take(range.limit as usize)
            {
                rows.push(self.row(&order, &entry?, range.want)?);
            }
        }
        Ok((
            order.table,
            Rows {
                rows,
                absent: Vec::new(),
            },
        ))
    }

    /// The heads of the ranges wait in order of what follows their prefix. Only as many heads are kept as rows are owed:
    /// a range whose head is behind all of them has nothing to give and is closed at once.
    fn merge(&self, range: &Range) -> Result<(&'a Table, Rows), StorageError> {
        let order = self.order(range.index)?;
        let limit = range.limit as usize;
        let mut heads = Heads {
            dir: range.dir,
            waiting: BTreeMap::new(),
        };
        if limit > 0 {
            for (number, prefix) in self.keys(&range.prefixes, range.index)?.into_iter().enumerate() {
                let start = order.start_of(&prefix);
                let rest = self.entries(&start, &range.from, &range.to, range.dir);
                heads.offer(
                    Stream {
                        number,
                        skip: start.len(),
                        entry: Default::default(),
                        rest,
                    },
                    limit,
                )?;
            }
        }
        let mut rows = Vec::new();
        while let Some(source) = heads.next() {
            rows.push(self.row(&order, &source.entry, range.want)?);
            heads.offer(source, limit - rows.len())?;
        }
        Ok((
            order.table,
            Rows {
                rows,
                absent: Vec::new(),
            },
        ))
    }

    fn walk(
        &self,
        index: &'static str,
        start: BTreeSet<Parts>,
        next: &'static str,
        depth: u8,
        want: Want,
    ) -> Result<(&'a Table, Rows), StorageError> {
        let order = self.order(index)?;
        // The way may lead over a column although only keys are wanted.
        let needed = if order.table.key.iter().any(|part| part.name == next) {
            want
        } else {
            want.max(Want::Columns)
        };
        let mut found: BTreeMap<Parts, Row> = BTreeMap::new();
        let mut asked = BTreeSet::new();
        let mut prefixes = start;
        for _ in 0..depth {
            let mut further = BTreeSet::new();
            for prefix in &prefixes {
                for entry in self.entries(&order.start_of(prefix), &Vec::new(), &Vec::new(), Dir::Up) {
                    let row = self.row(&order, &entry?, needed)?;
                    if let Some(value) = value_of(order.table, next, &row.key, &row.columns) {
                        further.insert(vec![Some(value.clone())]);
                    }
                    found.entry(row.key.clone()).or_insert(row);
                }
            }
            asked.append(&mut prefixes);
            prefixes = further.difference(&asked).cloned().collect();
        }
        let wanted = |row: Row| {
            if want == Want::Key {
                Row {
                    columns: Vec::new(),
                    stamp: None,
                    ..row
                }
            } else {
                row
            }
        };
        Ok((
            order.table,
            Rows {
                rows: found.into_values().map(wanted).collect(),
                absent: Vec::new(),
            },
        ))
    }

    /// The keys or prefixes of a read, in order and each once.
    fn keys(&self, keys: &Keys, name: &'static str) -> Result<BTreeSet<Parts>, StorageError> {
        let mut all = BTreeSet::new();
        for source in &keys.0 {
            match source {
                Source::Given(parts) => {
                    all.insert(parts.clone());
                }
                Source::Of { read, parts } => {
                    let Some((table, answer)) = self.answered.get(*read) else {
                        continue;
                    };
                    let part = |part: &Part, row: &Row| match part {
                        Part::Const(value) => Some(value.clone()),
                        Part::Column(name) => value_of(table, name, &row.key, &row.columns).cloned(),
                        Part::Only { read, column } => match self.answered.get(*read) {
                            Some((table, Rows { rows, .. })) => match rows.as_slice() {
                                [row] => value_of(table, column, &row.key, &row.columns).cloned(),
                                _ => None,
                            },
                            None => None,
                        },
                    };
                    let key = |row: &Row| parts.iter().map(|p| part(p, row).map(Some)).collect::<Option<Parts>>();
                    all.extend(answer.rows.iter().filter_map(key));
                }
            }
        }
        if all.len() > MAX_KEYS {
            return Err(StorageError::Refused {
                table: name,
                what: "a read names at most 5,000 keys or prefixes",
            });
        }
        Ok(all)
    }

    fn order(&self, name: &'static str) -> Result<Order<'a>, StorageError> {
        let unknown = StorageError::Refused {
            table: name,
            what: "the schema has no such table or index",
        };
        let table = self.schema.table_of(name).ok_or(unknown)?;
        let rows = space(self.network, ROWS, table.name);
        let own = name == table.name;
        let start = if own {
            rows.clone()
        } else {
            space(self.network, ENTRIES, name)
        };
        Ok(Order {
            table,
            own,
            start,
            rows,
        })
    }

    /// The entries that begin with `prefix` and lie within the bounds.
    fn entries(&self, prefix: &[u8], from: &Parts, to: &Parts, dir: Dir) -> Entries<'a> {
        let under = |parts: &Parts| {
            let mut key = prefix.to_vec();
            push_parts(&mut key, parts);
            key
        };
        // An empty bound is the prefix itself: `to` then holds all of it, `from` would leave all of it out.
        let (low, high) = match dir {
            Dir::Up => {
                let low = if from.is_empty() {
                    Some(prefix.to_vec())
                } else {
                    after(&under(from))
                };
                (low, after(&under(to)))
            }
            Dir::Down => {
                let high = if from.is_empty() {
                    after(prefix)
                } else {
                    Some(under(from))
                };
                (Some(under(to)), high)
            }
        };
        match (low, high) {
            (Some(low), Some(high)) if low < high => self.map.range(Bound::Included(&low), Bound::Excluded(&high), dir),
            // Prefixes begin with a network and a tag: something always comes after them.
            _ => Box::new(std::iter::empty()),
        }
    }

    /// The row that an entry of the order names.
    fn row(&self, order: &Order<'a>, entry: &(Vec<u8>, Vec<u8>), want: Want) -> Result<Row, StorageError> {
        let corrupt = || StorageError::Corrupt {
            table: order.table.name,
        };
        let (key, value) = entry;
        let bytes = if order.own {
            key.get(order.start.len()..).ok_or_else(corrupt)?
        } else {
            value
        };
        let parts = encode::parts(bytes, order.table.key.iter().map(|part| part.kind)).ok_or_else(corrupt)?;
        if order.own || want == Want::Key {
            return order.build(parts, value, want);
        }
        let value = self.map.get(&[&order.rows, bytes].concat())?.ok_or_else(corrupt)?;
        order.build(parts, &value, want)
    }
}

/// An order over the rows of a table: its key or an index.
struct Order<'a> {
    table: &'a Table,
    own: bool,
    /// What keys of the order begin with.
    start: Vec<u8>,
    /// What keys of the rows begin with.
    rows: Vec<u8>,
}

impl Order<'_> {
    fn start_of(&self, prefix: &[Option<Value>]) -> Vec<u8> {
        let mut key = self.start.clone();
        push_parts(&mut key, prefix);
        key
    }

    fn build(&self, key: Parts, value: &[u8], want: Want) -> Result<Row, StorageError> {
        if want == Want::Key {
            return Ok(Row {
                key,
                columns: Vec::new(),
                stamp: None,
                document: None,
            });
        }
        let stored = stored(self.table, value, want == Want::Document)?;
        Ok(Row {
            key,
            columns: stored.columns,
            stamp: stored.stamp,
            document: stored.document,
        })
    }
}

/// A stored row as this release declares it; columns of a newer one are left out.
pub(crate) fn stored(table: &Table, value: &[u8], document: bool) -> Result<Stored, StorageError> {
    let mut stored = Stored::read(value, document).ok_or(StorageError::Corrupt { table: table.name })?;
    if stored.columns.len() < table.columns.len() {
        return Err(StorageError::Corrupt { table: table.name });
    }
    stored.columns.truncate(table.columns.len());
    Ok(stored)
}

/// One range of a merge: the entry it stands at, and the ones behind.
struct Stream<'a> {
    /// Smaller for a smaller prefix.
    number: usize,
    /// Bytes up to what follows the prefix.
    skip: usize,
    entry: (Vec<u8>, Vec<u8>),
    rest: Entries<'a>,
}

/// The ranges of a merge by what follows the prefix in the entry they stand at: no two at the same.
struct Heads<'a> {
    dir: Dir,
    waiting: BTreeMap<Vec<u8>, Stream<'a>>,
}

impl<'a> Heads<'a> {
    /// Moves a range on to its next entry and lets it wait there; at most `owed` wait.
    fn offer(&mut self, mut source: Stream<'a>, owed: usize) -> Result<(), StorageError> {
        if owed == 0 {
            self.waiting.clear();
            return Ok(());
        }
        while let Some(entry) = source.rest.next().transpose()? {
            source.entry = entry;
            let suffix = source.entry.0.get(source.skip..).unwrap_or_default().to_vec();
            match self.waiting.entry(suffix) {
                Entry::Vacant(place) => {
                    place.insert(source);
                    break;
                }
                // Equal after the prefix: the smaller prefix counts, the other range moves on.
                Entry::Occupied(mut place) => {
                    if source.number < place.get().number {
                        std::mem::swap(&mut source, place.get_mut());
                    }
                }
            }
        }
        while self.waiting.len() > owed {
            match self.dir {
                Dir::Up => self.waiting.pop_last(),
                Dir::Down => self.waiting.pop_first(),
            };
        }
        Ok(())
    }

    fn next(&mut self) -> Option<Stream<'a>> {
        let first = match self.dir {
            Dir::Up => self.waiting.pop_first(),
            Dir::Down => self.waiting.pop_last(),
        };
        first.map(|(_, source)| source)
    }
}
