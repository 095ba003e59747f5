//! From the one row of a text to what a call found.

use crate::json::Cursor;
use crate::plan::{At, Origin, Piece, Place, Planned};
use crate::shape::{given, keys_of};
use crate::sums::{Sums, summed};
use crate::text::Text;
use parvis::store::{
    Class, CommitId, Found, Keys, MAX_KEYS, NetworkId, Part, Parts, Position, Read, Row, Rows, Schema, Source,
    StorageError, Table, Value, Want,
};

/// The schema numbers of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// Additions of the newest release that prepared the store.
    pub(crate) adds: u32,
    /// Breaks of that release.
    pub(crate) breaks: u32,
    /// Additions that every row has.
    pub(crate) filled: u32,
}

impl Numbers {
    /// Whether a release with this schema may use the store.
    pub(crate) fn usable(self, schema: &Schema) -> Result<Numbers, StorageError> {
        if self.breaks > schema.breaks {
            return Err(StorageError::SchemaTooNew {
                found: self.breaks,
                known: schema.breaks,
            });
        }
        if self.filled < schema.adds || self.breaks < schema.breaks {
            return Err(StorageError::SchemaTooOld {
                found: self.filled,
                needed: schema.adds,
            });
        }
        Ok(self)
    }

    /// As a JSON array, or `null` where there are none.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Option<Option<Numbers>> {
        if cursor.null() {
            return Some(None);
        }
        let mut numbers = Vec::with_capacity(3);
        cursor.array(|cursor| {
            numbers.push(u32::try_from(cursor.int()?).ok()?);
            Some(())
        })?;
        match numbers.as_slice() {
            [adds, breaks, filled] => Some(Some(Numbers {
                adds: *adds,
                breaks: *breaks,
                filled: *filled,
            })),
            _ => None,
        }
    }
}

/// A position row as a JSON array, or `null` for an empty log.
pub(crate) fn position(cursor: &mut Cursor<'_>) -> Option<(Position, i64)> {
    if cursor.null() {
        return Some((Position::START, i64::MIN));
    }
    cursor.expect(b'[')?;
    let number = cursor.int()?;
    cursor.expect(b',')?;
    let commit = CommitId(cursor.id()?);
    cursor.expect(b',')?;
    let newest = cursor.int()?;
    cursor.expect(b']')?;
    Some((Position { number, commit }, newest))
}

/// Rows that came back for one key.
#[derive(Debug)]
struct Group {
    origin: Origin,
    /// The row of the earlier read that this one hangs on; for lists the number of the key.
    around: usize,
    rows: std::ops::Range<usize>,
}

/// What came back for one read, repeats included.
#[derive(Debug, Default)]
struct Raw {
    rows: Vec<Row>,
    /// The sums of the rows, where the table has them and more than keys is wanted.
    sums: Vec<i64>,
    groups: Vec<Group>,
}

/// Reads the answer of a text.
///
/// # Errors
/// [`StorageError::Refused`] for too many computed keys, [`StorageError::Corrupt`] for an answer that does not fit the
/// schema and for a row that does not fit its sum, [`StorageError::SchemaTooOld`] and [`StorageError::SchemaTooNew`] for a store of another release.
pub(crate) fn decode(
    schema: &Schema,
    text: &Text,
    network: NetworkId,
    reads: &[Read],
    answer: &str,
) -> Result<Found, StorageError> {
    let whole = StorageError::Corrupt { table: "*" };
    let mut cursor = Cursor::new(answer);
    let head = cursor.expect(b'[').and_then(|()| {
        let head = position(&mut cursor)?;
        cursor.expect(b',')?;
        Some((head, Numbers::read(&mut cursor)?))
    });
    let ((position, newest), numbers) = head.ok_or_else(|| whole.clone())?;
    let unprepared = StorageError::SchemaTooOld {
        found: 0,
        needed: schema.adds,
    };
    let numbers = numbers.ok_or(unprepared)?.usable(schema)?;
    let mut decoder = Decoder {
        schema,
        planned: &text.planned,
        sums: text.sums,
        raw: reads.iter().map(|_| Raw::default()).collect(),
        failed: "*",
    };
    for place in &text.places {
        let read = cursor.expect(b',').and_then(|()| match place.origin {
            Origin::List => {
                let mut number = 0;
                cursor.array(|cursor| {
                    decoder.place(cursor, place, number)?;
                    number += 1;
                    Some(())
                })
            }
            _ => decoder.place(&mut cursor, place, 0),
        });
        if read.is_none() {
            return Err(StorageError::Corrupt { table: decoder.failed });
        }
    }
    let mut raw = decoder.raw;
    let mut found: Vec<Vec<usize>> = Vec::with_capacity(reads.len());
    let mut absent: Vec<Vec<Parts>> = Vec::with_capacity(reads.len());
    for (number, (read, planned)) in reads.iter().zip(&text.planned).enumerate() {
        let (rows, missing) = settle(&mut raw, number, read, planned, &found)?;
        found.push(rows);
        absent.push(missing);
    }
    // Sums of a newer release may be over columns that this one does not know.
    if text.sums && numbers.adds <= schema.adds {
        for ((raw, found), planned) in raw.iter().zip(&found).zip(&text.planned) {
            check_sums(schema, network, raw, found, planned)?;
        }
    }
    let sets = raw.into_iter().zip(found).zip(absent).map(|((raw, found), absent)| {
        // Without repeats the rows are taken as they are.
        let rows = if found.len() == raw.rows.len() && found.is_sorted() {
            raw.rows
        } else {
            let mut rows: Vec<Option<Row>> = raw.rows.into_iter().map(Some).collect();
            let mut taken = |at: usize| rows.get_mut(at).and_then(Option::take);
            found.into_iter().filter_map(&mut taken).collect()
        };
        Rows { rows, absent }
    });
    Ok(Found {
        position,
        newest,
        sets: sets.collect(),
    })
}

/// Whether each row is the one that was written.
fn check_sums(
    schema: &Schema,
    network: NetworkId,
    raw: &Raw,
    found: &[usize],
    planned: &Planned,
) -> Result<(), StorageError> {
    let Some(table) = schema.tables.get(planned.table).filter(|_| !raw.sums.is_empty()) else {
        return Ok(());
    };
    let mut sums = Sums::of(network, table);
    let wanted = planned.want == Want::Document && table.document;
    let fits = |at: &usize| match (raw.rows.get(*at), raw.sums.get(*at)) {
        (Some(row), Some(sum)) => sums.fits(row, *sum, wanted),
        _ => false,
    };
    if found.iter().all(fits) {
        return Ok(());
    }
    tracing::error!(table = table.name, "a row does not fit its sum");
    Err(StorageError::Corrupt { table: table.name })
}

struct Decoder<'a> {
    schema: &'a Schema,
    planned: &'a [Planned],
    sums: bool,
    raw: Vec<Raw>,
    /// The table whose row was read last.
    failed: &'static str,
}

impl Decoder<'_> {
    fn place(&mut self, cursor: &mut Cursor<'_>, place: &Place, around: usize) -> Option<()> {
        let start = self.raw.get(place.read)?.rows.len();
        if place.many {
            cursor.array(|cursor| self.row(cursor, place))?;
        } else if !cursor.null() {
            self.row(cursor, place)?;
        }
        let raw = self.raw.get_mut(place.read)?;
        raw.groups.push(Group {
            origin: place.origin,
            around,
            rows: start..raw.rows.len(),
        });
        Some(())
    }

    fn row(&mut self, cursor: &mut Cursor<'_>, place: &Place) -> Option<()> {
        let planned = self.planned.get(place.read)?;
        let table = self.schema.tables.get(planned.table)?;
        self.failed = table.name;
        let mut cells = Cells { cursor, first: true };
        cells.cursor.expect(b'[')?;
        let (row, sum) = cells.row(table, planned.want, place.keyed, self.sums)?;
        let raw = self.raw.get_mut(place.read)?;
        let number = raw.rows.len();
        raw.rows.push(row);
        raw.sums.extend(sum);
        for inside in &place.inside {
            cells.next()?;
            self.place(cells.cursor, inside, number)?;
        }
        self.failed = table.name;
        // A row with nothing in it: keys that were asked for, and only keys wanted.
        cells.cursor.expect(b']')
    }
}

/// The cells of one row.
struct Cells<'a, 'b> {
    cursor: &'a mut Cursor<'b>,
    first: bool,
}

impl Cells<'_, '_> {
    fn next(&mut self) -> Option<()> {
        if std::mem::take(&mut self.first) {
            return Some(());
        }
        self.cursor.expect(b',')
    }

    fn values(&mut self, fields: &[parvis::store::Field]) -> Option<Parts> {
        let mut values = Vec::with_capacity(fields.len());
        for field in fields {
            self.next()?;
            let value = self.cursor.value(field.kind)?;
            if value.is_none() && !field.optional {
                return None;
            }
            values.push(value);
        }
        Some(values)
    }

    fn row(&mut self, table: &Table, want: Want, keyed: bool, sums: bool) -> Option<(Row, Option<i64>)> {
        let key = if keyed { self.values(&table.key)? } else { Parts::new() };
        let (mut columns, mut stamp, mut sum, mut document) = (Parts::new(), None, None, None);
        if want > Want::Key {
            columns = self.values(&table.columns)?;
            if table.class == Class::Stamped {
                self.next()?;
                stamp = Some(CommitId(self.cursor.id()?));
            }
            if sums && summed(table) {
                self.next()?;
                sum = Some(self.cursor.int()?);
            }
        }
        if want == Want::Document && table.document {
            self.next()?;
            document = if self.cursor.null() {
                None
            } else {
                Some(self.cursor.text()?)
            };
        }
        let row = Row {
            key,
            columns,
            stamp,
            document,
        };
        Some((row, sum))
    }
}

/// The rows of a read in their order, each once, and the keys without a row.
fn settle(
    raw: &mut [Raw],
    number: usize,
    read: &Read,
    planned: &Planned,
    found: &[Vec<usize>],
) -> Result<(Vec<usize>, Vec<Parts>), StorageError> {
    let get = matches!(read, Read::Get { .. });
    if planned.relation {
        let rows = raw.get(number).map_or(0, |raw| raw.rows.len());
        let mut order: Vec<usize> = (0..rows).collect();
        let keys = if get || most_keys(raw, read) > MAX_KEYS {
            keys(raw, read, planned, found)?
        } else {
            Vec::new()
        };
        let Some(raw) = raw.get(number) else {
            return Ok((order, Vec::new()));
        };
        let key = |at: &usize| raw.rows.get(*at).map(|row| &row.key);
        if get || matches!(read, Read::Walk { .. }) {
            order.sort_by(|a, b| key(a).cmp(&key(b)));
        }
        let missing = |wanted: &Parts| order.binary_search_by(|at| key(at).cmp(&Some(wanted))).is_err();
        let absent = if get {
            keys.into_iter().filter(missing).collect()
        } else {
            Vec::new()
        };
        return Ok((order, absent));
    }
    let Some(mine) = raw.get(number) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let mut groups: Vec<(Parts, std::ops::Range<usize>)> = Vec::with_capacity(mine.groups.len());
    for group in &mine.groups {
        let key = match group.origin {
            Origin::Given(at) => given(keys_of(read)).nth(at).cloned(),
            Origin::List => given(keys_of(read)).nth(group.around).cloned(),
            Origin::Computed(at) => computed_key(raw, read, planned, at, group.around, found),
            Origin::Relation => None,
        };
        groups.extend(key.map(|key| (key, group.rows.clone())));
    }
    groups.sort_by(|a, b| a.0.cmp(&b.0));
    groups.dedup_by(|a, b| a.0 == b.0);
    refuse_many(groups.len(), planned)?;
    let (mut order, mut absent) = (Vec::new(), Vec::new());
    for (key, rows) in groups {
        if get {
            match raw.get_mut(number).and_then(|mine| mine.rows.get_mut(rows.start)) {
                Some(row) if !rows.is_empty() => {
                    row.key = key;
                    order.push(rows.start);
                }
                _ => absent.push(key),
            }
        } else {
            order.extend(rows);
        }
    }
    Ok((order, absent))
}

fn refuse_many(keys: usize, planned: &Planned) -> Result<(), StorageError> {
    if keys > MAX_KEYS {
        return Err(StorageError::Refused {
            table: planned.name,
            what: "a read names at most 5,000 keys or prefixes",
        });
    }
    Ok(())
}

/// At least as many as the read has keys.
fn most_keys(raw: &[Raw], read: &Read) -> usize {
    let Keys(sources) = keys_of(read);
    let most = sources.iter().map(|source| match source {
        Source::Given(_) => 1,
        Source::Of { read, .. } => raw.get(*read).map_or(0, |raw| raw.rows.len()),
    });
    most.sum()
}

/// The keys of a relation, in order and each once.
fn keys(raw: &[Raw], read: &Read, planned: &Planned, found: &[Vec<usize>]) -> Result<Vec<Parts>, StorageError> {
    let mut keys: Vec<Parts> = given(keys_of(read)).cloned().collect();
    for (at, (of, _)) in planned.computed.iter().enumerate() {
        let rows = found.get(*of).map(Vec::as_slice).unwrap_or_default();
        keys.extend(
            rows.iter()
                .filter_map(|row| computed_key(raw, read, planned, at, *row, found)),
        );
    }
    keys.sort();
    keys.dedup();
    refuse_many(keys.len(), planned)?;
    Ok(keys)
}

/// The computed key `at` for the row `around` of the earlier read; `None` where a part is absent.
fn computed_key(
    raw: &[Raw],
    read: &Read,
    planned: &Planned,
    at: usize,
    around: usize,
    found: &[Vec<usize>],
) -> Option<Parts> {
    let (of, pieces) = planned.computed.get(at)?;
    let row = raw.get(*of)?.rows.get(around)?;
    let (_, parts) = crate::shape::computed(keys_of(read)).nth(at)?;
    let piece = |(piece, part): (&Piece, &Part)| match (piece, part) {
        (Piece::Const, Part::Const(value)) => Some(Some(value.clone())),
        (Piece::Row(at), _) => value(row, *at).cloned().map(Some),
        (Piece::Only(only, at), _) => match found.get(*only)?.as_slice() {
            [one] => value(raw.get(*only)?.rows.get(*one)?, *at).cloned().map(Some),
            _ => None,
        },
        _ => None,
    };
    pieces.iter().zip(parts).map(piece).collect()
}

fn value(row: &Row, at: At) -> Option<&Value> {
    match at {
        At::Key(at) => row.key.get(at)?.as_ref(),
        At::Column(at) => row.columns.get(at)?.as_ref(),
    }
}
