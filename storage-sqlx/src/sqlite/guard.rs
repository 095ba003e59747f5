//! Sums of rows that are there already, and the tables in which a missing row allows something.
//!
//! SQLite has no checksums of its pages. The sum of a row tells that the row was changed, not that a row is gone: a bit of
//! its key is enough for that. For guarding tables ([`Table::guard`]) triggers keep how many rows there are and the sum of
//! their sums, and `prepare` looks through them, rows, order and indexes.

use super::dialect::{NAMES, SqliteDialect};
use super::errors::failure;
use super::prepare::{ask, change};
use super::run::run;
use crate::dialect::{Arg, DOCUMENT, Dialect, NETWORK, STAMP, SUM, quoted};
use crate::facts::key_items;
use crate::json::{Cursor, List};
use crate::sums::{Sums, summed};
use crate::text::cell;
use parvis::store::{CommitId, Field, Kind, NetworkId, Parts, Row, Schema, StorageError, Table, Value};
use sqlx::SqliteConnection;

/// What is known of guarding tables: their rows, and the sum of the lower halves of their sums.
const GUARDS: &str = "parvis__guard";
/// The lower half of a sum.
const LOWER: &str = "4294967295";
/// Rows that are looked at in one statement.
const CHUNK: usize = 1_000;

/// Begins to watch a table.
pub(super) async fn guard(connection: &mut SqliteConnection, table: &Table) -> Result<(), StorageError> {
    let (name, of) = (NAMES.table(table.name), text(table.name));
    let trigger = |what: &str| quoted(&format!("parvis_g_{}_{what}", table.name));
    let sums = |sum: &str| format!("sum=(sum{sum})&{LOWER}");
    let (new, old) = (
        format!("+(new.{SUM}&{LOWER})"),
        format!("-(ifnull(old.{SUM},0)&{LOWER})"),
    );
    let changes = [
        ("insert", format!("rows=rows+1,{}", sums(&new))),
        ("delete", format!("rows=rows-1,{}", sums(&old))),
        ("update", sums(&format!("{old}+(ifnull(new.{SUM},0)&{LOWER})"))),
    ];
    let mut statements = vec![
        format!("create table if not exists {GUARDS}(name primary key, rows, sum) without rowid"),
        format!(
            "insert or ignore into {GUARDS}(name,rows,sum) select {of},{}",
            digest(&name)
        ),
    ];
    statements.extend(changes.map(|(what, change)| {
        format!(
            "create trigger if not exists {} after {what} on {name} begin update {GUARDS} set {change} where name={of}; end",
            trigger(what)
        )
    }));
    for statement in statements {
        change(connection, statement, &[]).await?;
    }
    Ok(())
}

/// How many rows there are, and the sum of their sums.
fn digest(name: &str) -> String {
    format!("count(*),ifnull(sum({SUM}&{LOWER}),0)&{LOWER} from {name}")
}

fn text(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

/// Whether the guarding tables are as they were written.
///
/// # Errors
/// [`StorageError::Corrupt`] with the name of the first one that is not.
pub(super) async fn look_through(connection: &mut SqliteConnection, schema: &Schema) -> Result<(), StorageError> {
    run(connection, "begin", &[]).await.map_err(|error| failure(&error))?;
    let mut looked = Ok(());
    for table in schema.tables.iter().filter(|table| table.guard) {
        looked = look(connection, table).await;
        if looked.is_err() {
            tracing::error!(table = table.name, "a guarding table is not as it was written");
            break;
        }
    }
    let ended = run(connection, "rollback", &[]).await;
    looked.and_then(|()| ended.map_err(|error| failure(&error)))
}

async fn look(connection: &mut SqliteConnection, table: &Table) -> Result<(), StorageError> {
    let corrupt = StorageError::Corrupt { table: table.name };
    let name = NAMES.table(table.name);
    let same = format!(
        "select ((select count(*)||' '||(ifnull(sum({SUM}&{LOWER}),0)&{LOWER}) from {name}) is \
         (select rows||' '||sum from {GUARDS} where name={})) || ''",
        text(table.name)
    );
    // Order, structure and indexes: a row that is there must be found.
    let sound = format!("pragma integrity_check({name})");
    if ask(connection, same).await? != "1" || ask(connection, sound).await? != "ok" {
        return Err(corrupt);
    }
    let mut from = 0;
    loop {
        let some = format!("select * from {name} limit {CHUNK} offset {from}");
        let answer = ask(connection, rows(table, &some)).await?;
        let mut count = 0;
        let read = Cursor::new(&answer).array(|cursor| {
            count += 1;
            let (_, network, row, sum) = read(cursor, table)?;
            Sums::of(network, table).fits(&row, sum?, table.document).then_some(())
        });
        read.ok_or_else(|| corrupt.clone())?;
        if count < CHUNK {
            return Ok(());
        }
        from += count;
    }
}

/// The rows of a relation with everything that their sums are over, as one JSON array.
fn rows(table: &Table, relation: &str) -> String {
    let dialect = &SqliteDialect;
    let mut cells = vec![
        format!("x.{NETWORK}"),
        format!(
            "(select {} from {} where n=x.{NETWORK})",
            dialect.id("id"),
            NAMES.networks()
        ),
    ];
    cells.extend(table.key.iter().map(|field| cell(dialect, field, true, "x")));
    cells.extend(table.columns.iter().map(|field| cell(dialect, field, false, "x")));
    cells.push(dialect.id(&format!("x.{STAMP}")));
    cells.push(format!("x.{SUM}"));
    if table.document {
        cells.push(format!("x.{DOCUMENT}"));
    }
    let row = dialect.array(&cells);
    format!("select {} from ({relation}) x", dialect.group(&row))
}

/// The number of the network, the network, the row, and its sum where it has one.
fn read(cursor: &mut Cursor<'_>, table: &Table) -> Option<(i64, NetworkId, Row, Option<i64>)> {
    cursor.expect(b'[')?;
    let number = cursor.int()?;
    cursor.expect(b',')?;
    let network = NetworkId(cursor.id()?);
    let values = |cursor: &mut Cursor<'_>, fields: &[Field]| {
        let value = |field: &Field| {
            cursor.expect(b',')?;
            cursor.value(field.kind)
        };
        fields.iter().map(value).collect::<Option<Parts>>()
    };
    let key = values(cursor, &table.key)?;
    let columns = values(cursor, &table.columns)?;
    cursor.expect(b',')?;
    let stamp = Some(CommitId(cursor.id()?));
    cursor.expect(b',')?;
    let sum = if cursor.null() { None } else { Some(cursor.int()?) };
    let mut document = None;
    if table.document {
        cursor.expect(b',')?;
        document = if cursor.null() { None } else { Some(cursor.text()?) };
    }
    cursor.expect(b']')?;
    let row = Row {
        key,
        columns,
        stamp,
        document,
    };
    Some((number, network, row, sum))
}

/// Sums the rows that have no sum: a column of theirs was filled.
pub(super) async fn sum_again(connection: &mut SqliteConnection, table: &Table) -> Result<(), StorageError> {
    if !summed(table) {
        return Ok(());
    }
    let corrupt = StorageError::Corrupt { table: table.name };
    let dialect = &SqliteDialect;
    let name = NAMES.table(table.name);
    let index = NAMES.index("_unsummed");
    let find = format!("create index {index} on {name}({NETWORK}) where {SUM} is null");
    change(connection, find, &[]).await?;
    let unsummed = rows(
        table,
        &format!("select * from {name} where {SUM} is null limit {CHUNK}"),
    );
    let same: String = table
        .key
        .iter()
        .zip(key_items(dialect, table, "j"))
        .map(|(field, item)| format!(" and {name}.{}={item}", quoted(field.name)))
        .collect();
    let update = format!(
        "update {name} set {SUM}={} from {} where {name}.{NETWORK}={}{same}",
        dialect.item(Kind::Int, "j", table.key.len() + 1),
        dialect.list(1, "j", &[]),
        dialect.item(Kind::Int, "j", table.key.len()),
    );
    loop {
        let answer = ask(connection, unsummed.clone()).await?;
        let (mut list, mut count) = (List::new(), 0);
        let read = Cursor::new(&answer).array(|cursor| {
            count += 1;
            let (number, network, mut row, _) = read(cursor, table)?;
            let document = row.document.as_deref();
            let sum = Sums::of(network, table).sum(&row.key, &row.columns, row.stamp?, document);
            row.key.extend([number, sum].map(|n| Some(Value::Int(n))));
            list.push_row(&row.key);
            Some(())
        });
        read.ok_or_else(|| corrupt.clone())?;
        if count == 0 {
            return change(connection, format!("drop index {index}"), &[]).await;
        }
        change(connection, update.clone(), &[Arg::Text(list.finish())]).await?;
    }
}
