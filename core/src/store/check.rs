//! Whether a schema, reads and batches fit together and the limits: one place for all backends, so that all refuse the same.

use super::batch::{Batch, Expect, MAX_ANSWER, MAX_BATCH, MAX_OPERATIONS, Write};
use super::read::{Keys, MAX_DEPTH, MAX_KEYS, MAX_READS, Part, Range, Read, Source, Want};
use super::schema::{AGENDA, Class, Field, LOG, Schema, Table};
use super::storage::StorageError;
use super::value::{Kind, MAX_DOCUMENT, MAX_KEY, Parts, Value};
use std::collections::BTreeSet;
use std::ops::Bound;

/// What a refusal names where it is about a whole call.
const WHOLE: &str = "*";

fn refuse<T>(table: &'static str, what: &'static str) -> Result<T, StorageError> {
    Err(StorageError::Refused { table, what })
}

fn ensure(holds: bool, table: &'static str, what: &'static str) -> Result<(), StorageError> {
    if holds { Ok(()) } else { refuse(table, what) }
}

/// Whether a schema is one: unique names, keys, indexes over declared fields, counters that are integers.
///
/// # Errors
/// [`StorageError::Refused`]
pub fn check_schema(schema: &Schema) -> Result<(), StorageError> {
    let mut orders = BTreeSet::new();
    for table in &schema.tables {
        ensure(
            orders.insert(table.name),
            table.name,
            "the name of a table or index is unique within the schema",
        )?;
        ensure(!table.key.is_empty(), table.name, "a table has at least one key part")?;
        let mut fields = BTreeSet::new();
        for field in table.key.iter().chain(&table.columns) {
            ensure(
                fields.insert(field.name),
                table.name,
                "the name of a key part or column is unique within the table",
            )?;
        }
        if table.class == Class::Counters {
            let integers = table
                .columns
                .iter()
                .all(|column| column.kind == Kind::Int && !column.optional);
            ensure(
                integers && !table.document,
                table.name,
                "a counter table has required integers and no document",
            )?;
        }
        ensure(
            !table.guard || (table.class == Class::Stamped && !table.columns.is_empty()),
            table.name,
            "a guarding table is stamped and has a column",
        )?;
        for index in &table.indexes {
            ensure(
                orders.insert(index.name),
                index.name,
                "the name of a table or index is unique within the schema",
            )?;
            let known = index.fields.iter().all(|name| table.field(name).is_some());
            ensure(
                known,
                index.name,
                "an index orders by key parts and columns of its table",
            )?;
        }
    }
    Ok(())
}

/// Whether the reads of one call fit the schema and the limits.
///
/// # Errors
/// [`StorageError::Refused`]
pub fn check_reads(schema: &Schema, reads: &[Read]) -> Result<(), StorageError> {
    ensure(reads.len() <= MAX_READS, WHOLE, "a call has at most 64 reads")?;
    let mut earlier: Vec<(&Table, Want)> = Vec::with_capacity(reads.len());
    for read in reads {
        let answered = match read {
            Read::Get { table, keys, want } => {
                let found = table_named(schema, table)?;
                let fields: Vec<&Field> = found.key.iter().collect();
                let length = check_keys(keys, &fields, &earlier, table, true)?;
                let whole = length.is_none_or(|length| length == fields.len());
                ensure(whole, table, "a get names whole keys, all parts as declared")?;
                (found, *want)
            }
            Read::Scan(range) | Read::Merge(range) => (check_range(schema, range, &earlier)?, range.want),
            Read::Walk {
                index,
                start,
                next,
                depth,
                want,
            } => {
                let (found, fields) = order_named(schema, index)?;
                check_keys(start, &fields, &earlier, index, found.name == *index)?;
                ensure((1..=MAX_DEPTH).contains(depth), index, "a walk has 1 to 16 steps")?;
                let Some(next) = found.field(next) else {
                    return refuse(index, "a walk goes on by a key part or column of its table");
                };
                let leads = fields.first().is_some_and(|first| first.kind == next.kind);
                ensure(
                    leads,
                    index,
                    "a walk goes on by a column of the kind that its order begins with",
                )?;
                (found, *want)
            }
        };
        earlier.push(answered);
    }
    Ok(())
}

/// Whether a batch fits the schema and the limits.
///
/// # Errors
/// [`StorageError::Refused`]
pub fn check_batch(schema: &Schema, batch: &Batch) -> Result<(), StorageError> {
    ensure(
        batch.operations() <= MAX_OPERATIONS,
        WHOLE,
        "a batch has at most 1,000 checks, writes and log entries",
    )?;
    ensure(batch.size() <= MAX_BATCH, WHOLE, "a batch has at most 4 MiB")?;
    ensure(
        batch.answer.len() <= MAX_ANSWER && plain(&batch.answer),
        WHOLE,
        "an answer has at most 4 kB, without U+0000",
    )?;
    batch.log.iter().try_for_each(|entry| check_document(entry, LOG))?;
    for check in &batch.checks {
        let table = table_named(schema, check.table)?;
        check_key(table, &check.key)?;
        let allowed = match (table.class, check.expect) {
            (Class::Stamped, _) | (Class::Unstamped, Expect::Absent | Expect::Present) => true,
            (Class::Unstamped | Class::Counters | Class::Free, _) => false,
        };
        ensure(
            allowed,
            check.table,
            "stamps are checked on stamped tables, presence on unstamped ones too, others not at all",
        )?;
    }
    batch.writes.iter().try_for_each(|write| check_write(schema, write))?;
    check_once(&batch.writes)
}

fn check_write(schema: &Schema, write: &Write) -> Result<(), StorageError> {
    let writable = |name: &'static str| {
        ensure(
            name != LOG && name != AGENDA,
            name,
            "the store itself writes its log and its agenda",
        )?;
        table_named(schema, name)
    };
    match write {
        Write::Put {
            table,
            key,
            columns,
            document,
        } => {
            let found = writable(table)?;
            check_key(found, key)?;
            ensure(
                found.class != Class::Counters,
                table,
                "counters are changed by add and max",
            )?;
            ensure(
                columns.len() == found.columns.len(),
                table,
                "a put has all columns as declared",
            )?;
            check_parts(&found.columns.iter().collect::<Vec<_>>(), columns, table)?;
            check_entries(found, columns)?;
            match document {
                Some(_) if !found.document => refuse(table, "rows of this table have no document"),
                Some(document) => check_document(document, table),
                None => Ok(()),
            }
        }
        Write::Delete { table, key } => check_key(writable(table)?, key),
        Write::Add { table, key, column, .. } | Write::Max { table, key, column, .. } => {
            let found = writable(table)?;
            check_key(found, key)?;
            let counter = found.class == Class::Counters && found.columns.iter().any(|field| field.name == *column);
            ensure(counter, table, "add and max change a column of a counter table")
        }
        Write::DeleteRange { table, prefix, .. } => {
            let found = writable(table)?;
            let fields: Vec<&Field> = found.key.iter().collect();
            ensure(
                prefix.len() <= fields.len(),
                table,
                "a prefix has at most as many parts as the key",
            )?;
            check_parts(&fields, prefix, table)?;
            ensure(length(prefix) <= MAX_KEY, table, "a key has at most 512 bytes")
        }
    }
}

/// A key is written at most once, a counter's column at most once, and nothing is written under a prefix that goes.
fn check_once(writes: &[Write]) -> Result<(), StorageError> {
    let mut columns = BTreeSet::new();
    let mut rows = BTreeSet::new();
    let mut counters = BTreeSet::new();
    for write in writes {
        let once = match write {
            Write::Put { table, key, .. } | Write::Delete { table, key } => {
                let first = rows.insert((*table, key.as_slice()));
                (*table, first && !counters.contains(&(*table, key.as_slice())))
            }
            Write::Add { table, key, column, .. } | Write::Max { table, key, column, .. } => {
                counters.insert((*table, key.as_slice()));
                let first = columns.insert((*table, key.as_slice(), *column));
                (*table, first && !rows.contains(&(*table, key.as_slice())))
            }
            Write::DeleteRange { .. } => continue,
        };
        ensure(
            once.1,
            once.0,
            "a batch writes a key (of a counter: a column) at most once",
        )?;
    }
    rows.extend(counters);
    for write in writes {
        let Write::DeleteRange { table, prefix, .. } = write else {
            continue;
        };
        let from = (*table, prefix.as_slice());
        let below = |found: &(&str, &[Option<Value>])| found.0 == *table && found.1.starts_with(prefix);
        let first = rows.range((Bound::Included(from), Bound::Unbounded)).next();
        ensure(
            !first.is_some_and(below),
            table,
            "a batch writes nothing under a prefix that it deletes",
        )?;
    }
    let mut gone: Vec<(&'static str, &Parts)> = writes
        .iter()
        .filter_map(|write| match write {
            Write::DeleteRange { table, prefix, .. } => Some((*table, prefix)),
            _ => None,
        })
        .collect();
    gone.sort();
    let apart = |pair: &[(&'static str, &Parts)]| match pair {
        [a, b] if a.0 == b.0 && b.1.starts_with(a.1) => refuse(a.0, "a batch deletes a prefix at most once"),
        _ => Ok(()),
    };
    gone.windows(2).try_for_each(apart)
}

fn check_range<'a>(schema: &'a Schema, range: &Range, earlier: &[(&Table, Want)]) -> Result<&'a Table, StorageError> {
    let (table, fields) = order_named(schema, range.index)?;
    // Without a prefix there is no range, and nothing that bounds could be compared with.
    let own = table.name == range.index;
    let Some(prefix) = check_keys(&range.prefixes, &fields, earlier, range.index, own)? else {
        return Ok(table);
    };
    for bound in [&range.from, &range.to] {
        let rest = fields.get(prefix..).unwrap_or_default();
        ensure(
            bound.len() <= rest.len(),
            range.index,
            "a bound has at most the parts that follow the prefix",
        )?;
        check_parts(rest, bound, range.index)?;
    }
    Ok(table)
}

/// The number of parts that all keys have; `None` where there is no source of keys.
fn check_keys(
    keys: &Keys,
    fields: &[&Field],
    earlier: &[(&Table, Want)],
    name: &'static str,
    own: bool,
) -> Result<Option<usize>, StorageError> {
    ensure(
        keys.0.len() <= MAX_KEYS,
        name,
        "a read names at most 5,000 keys or prefixes",
    )?;
    let longest = if own { MAX_KEY } else { MAX_KEY + MAX_ENTRY };
    let mut common = None;
    for source in &keys.0 {
        let count = match source {
            Source::Given(parts) => parts.len(),
            Source::Of { parts, .. } => parts.len(),
        };
        ensure(
            count <= fields.len(),
            name,
            "a prefix has at most as many parts as the order",
        )?;
        ensure(
            *common.get_or_insert(count) == count,
            name,
            "all keys of a read have the same number of parts",
        )?;
        match source {
            Source::Given(parts) => {
                check_parts(fields, parts, name)?;
                ensure(
                    length(parts) <= longest,
                    name,
                    "a key has at most 512 bytes, the columns of an index 512 more",
                )?;
            }
            Source::Of { read, parts } => {
                let Some(of) = earlier.get(*read) else {
                    return refuse(name, "keys come from an earlier read of the same call");
                };
                for (part, field) in parts.iter().zip(fields) {
                    check_part(part, field, of, earlier, name)?;
                }
            }
        }
    }
    Ok(common)
}

fn check_part(
    part: &Part,
    field: &Field,
    of: &(&Table, Want),
    earlier: &[(&Table, Want)],
    name: &'static str,
) -> Result<(), StorageError> {
    let kind = match part {
        Part::Const(value) => {
            check_value(value, name)?;
            value.kind()
        }
        Part::Column(column) => check_column(column, of, name)?,
        Part::Only { read, column } => match earlier.get(*read) {
            Some(of) => check_column(column, of, name)?,
            None => return refuse(name, "keys come from an earlier read of the same call"),
        },
    };
    ensure(kind == field.kind, name, "a part has the declared kind")
}

/// The kind of a key part or column that an earlier read answers.
fn check_column(column: &str, (table, want): &(&Table, Want), name: &'static str) -> Result<Kind, StorageError> {
    let key = table.key.iter().find(|part| part.name == column);
    let Some(found) = key.or_else(|| table.field(column)) else {
        return refuse(name, "a computed part names a key part or column of the earlier read");
    };
    ensure(
        key.is_some() || *want > Want::Key,
        name,
        "a computed part names a column that the earlier read wants",
    )?;
    Ok(found.kind)
}

fn table_named<'a>(schema: &'a Schema, name: &'static str) -> Result<&'a Table, StorageError> {
    schema.table(name).ok_or(StorageError::Refused {
        table: name,
        what: "the schema has no such table",
    })
}

fn order_named<'a>(schema: &'a Schema, name: &'static str) -> Result<(&'a Table, Vec<&'a Field>), StorageError> {
    let found = schema
        .table_of(name)
        .and_then(|table| Some((table, table.order(name)?)));
    found.ok_or(StorageError::Refused {
        table: name,
        what: "the schema has no such table or index",
    })
}

fn check_key(table: &Table, key: &Parts) -> Result<(), StorageError> {
    ensure(
        key.len() == table.key.len(),
        table.name,
        "a whole key has all parts as declared",
    )?;
    check_parts(&table.key.iter().collect::<Vec<_>>(), key, table.name)?;
    ensure(length(key) <= MAX_KEY, table.name, "a key has at most 512 bytes")
}

/// What the columns of one index entry may take beside the key: engines bound the length of an entry (Postgres at 2,704
/// bytes) and would fail in words of their own.
const MAX_ENTRY: usize = MAX_KEY;

fn check_entries(table: &Table, columns: &Parts) -> Result<(), StorageError> {
    let column = |name: &&'static str| {
        let found = table.columns.iter().zip(columns).find(|(field, _)| field.name == *name);
        found.and_then(|(_, value)| value.as_ref()).map_or(0, Value::len)
    };
    table.indexes.iter().try_for_each(|index| {
        let taken = index.fields.iter().map(column).sum::<usize>();
        ensure(
            taken <= MAX_ENTRY,
            index.name,
            "the columns of an index take at most 512 bytes",
        )
    })
}

/// Kinds, and whether a part may be absent; there may be fewer parts than fields.
fn check_parts(fields: &[&Field], parts: &[Option<Value>], name: &'static str) -> Result<(), StorageError> {
    for (field, part) in fields.iter().zip(parts) {
        match part {
            None => ensure(field.optional, name, "a part that is not optional is present")?,
            Some(value) => {
                ensure(value.kind() == field.kind, name, "a part has the declared kind")?;
                check_value(value, name)?;
            }
        }
    }
    Ok(())
}

fn check_value(value: &Value, name: &'static str) -> Result<(), StorageError> {
    match value {
        Value::Text(text) => ensure(plain(text), name, "a text has no U+0000"),
        _ => Ok(()),
    }
}

fn check_document(document: &str, name: &'static str) -> Result<(), StorageError> {
    ensure(document.len() <= MAX_DOCUMENT, name, "a document has at most 48 kB")?;
    ensure(plain(document), name, "a document has no U+0000")
}

fn plain(text: &str) -> bool {
    !text.as_bytes().contains(&0)
}

fn length(parts: &[Option<Value>]) -> usize {
    parts.iter().flatten().map(Value::len).sum()
}
