//! Tables, columns and indexes from the schema.

use super::dialect::{NAMES, SqliteDialect};
use super::errors::failure;
use super::guard::{guard, look_through, sum_again};
use super::run::{fetch, run};
use crate::decode::Numbers;
use crate::dialect::{Arg, DOCUMENT, Dialect, NETWORK, STAMP, SUM, quoted};
use crate::json::Cursor;
use crate::sums::summed;
use parvis::store::{Class, Field, Kind, Prepare, Prepared, Schema, StorageError, Table, check_schema};
use sqlx::SqliteConnection;

/// Compares the file with the schema, or makes it fit in one transaction that holds the write lock.
pub(super) async fn prepare(
    connection: &mut SqliteConnection,
    schema: &Schema,
    mode: Prepare,
) -> Result<Prepared, StorageError> {
    check_schema(schema)?;
    crate::release::check_names(schema)?;
    // A file that fits is only looked at: it may lie where nothing can be written.
    match (within(connection, schema, Prepare::Check).await, mode) {
        (Err(StorageError::SchemaTooOld { .. }), Prepare::Upgrade) => {}
        (Ok(prepared), _) => return look_through(connection, schema).await.map(|()| prepared),
        (refused, _) => return refused,
    }
    run(connection, "begin immediate", &[])
        .await
        .map_err(|error| failure(&error))?;
    let prepared = within(connection, schema, mode).await;
    let ended = match prepared {
        Ok(_) => run(connection, "commit", &[]).await,
        Err(_) => Ok(()),
    };
    if (prepared.is_err() || ended.is_err())
        && let Err(error) = run(connection, "rollback", &[]).await
    {
        // SQLite takes some failed transactions back by itself.
        tracing::debug!(%error, "nothing to roll back");
    }
    ended.map_err(|error| failure(&error))?;
    prepared
}

async fn within(connection: &mut SqliteConnection, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
    let exists = format!(
        "select count(*) || '' from sqlite_schema where name='{}'",
        NAMES.bare("_numbers")
    );
    let stored = match ask(connection, exists).await?.as_str() {
        "0" => None,
        _ => {
            let numbers = format!("select json_array(adds,breaks,filled) from {}", NAMES.numbers());
            let answer = ask(connection, numbers).await?;
            Numbers::read(&mut Cursor::new(&answer)).ok_or(StorageError::Corrupt { table: "*" })?
        }
    };
    let unprepared = StorageError::SchemaTooOld {
        found: 0,
        needed: schema.adds,
    };
    let usable = stored.ok_or(unprepared).and_then(|stored| stored.usable(schema));
    match (usable, mode) {
        (Ok(numbers), _) => Ok(Prepared {
            adds: numbers.adds,
            breaks: numbers.breaks,
            changed: false,
        }),
        (Err(StorageError::SchemaTooOld { .. }), Prepare::Upgrade) => {
            let adds = stored.map_or(0, |old| old.adds).max(schema.adds);
            upgrade(connection, schema).await?;
            let numbers = format!(
                "insert or replace into {}(id,adds,breaks,filled) values(1,$1,$2,$3)",
                NAMES.numbers()
            );
            let args = [adds, schema.breaks, schema.adds].map(|n| Arg::Int(i64::from(n)));
            change(connection, numbers, &args).await?;
            Ok(Prepared {
                adds,
                breaks: schema.breaks,
                changed: true,
            })
        }
        (Err(error), _) => Err(error),
    }
}

async fn upgrade(connection: &mut SqliteConnection, schema: &Schema) -> Result<(), StorageError> {
    let (numbers, networks, positions, commits) =
        (NAMES.numbers(), NAMES.networks(), NAMES.positions(), NAMES.commits());
    for statement in [
        format!("create table if not exists {numbers}(id integer primary key, adds, breaks, filled)"),
        format!("create table if not exists {networks}(n integer primary key, id blob not null unique)"),
        format!("insert or ignore into {networks}(n,id) values(0,zeroblob(16))"),
        format!("create table if not exists {positions}(network integer primary key, number, commit_id, newest)"),
        format!(
            "create table if not exists {commits}(network not null, id not null, request, number, commit_id, answer, \
             primary key(network,id)) without rowid"
        ),
    ] {
        change(connection, statement, &[]).await?;
    }
    for table in &schema.tables {
        let names = format!(
            "select json_group_array(name) from pragma_table_info('{}')",
            format!("parvis_{}", table.name).replace('\'', "''")
        );
        let names = ask(connection, names).await?;
        let names: Vec<String> =
            serde_json::from_str(&names).map_err(|_| StorageError::Corrupt { table: table.name })?;
        if names.is_empty() {
            change(connection, create(table), &[]).await?;
        } else {
            for field in table
                .columns
                .iter()
                .filter(|field| !names.iter().any(|name| name == field.name))
            {
                change(connection, add(table, field), &[]).await?;
            }
            if summed(table) && !names.iter().any(|name| name == SUM) {
                let add = format!("alter table {} add column {SUM}", NAMES.table(table.name));
                change(connection, add, &[]).await?;
            }
            fill(connection, table).await?;
            sum_again(connection, table).await?;
        }
        for index in &table.indexes {
            let fields = table.order(index.name).unwrap_or_default();
            let fields: Vec<String> = fields.iter().map(|field| indexed(table, field)).collect();
            let statement = format!(
                "create index if not exists {} on {}({NETWORK},{})",
                NAMES.index(index.name),
                NAMES.table(table.name),
                fields.join(","),
            );
            change(connection, statement, &[]).await?;
        }
        if table.guard {
            guard(connection, table).await?;
        }
    }
    Ok(())
}

/// A field as an order sees it; the same expression as in reads, so that the index serves them.
fn indexed(table: &Table, field: &Field) -> String {
    let key = table.key.iter().any(|part| part.name == field.name);
    SqliteDialect.stored(field, key, &quoted(field.name))
}

fn create(table: &Table) -> String {
    let key: Vec<String> = table.key.iter().map(|field| quoted(field.name)).collect();
    let mut columns = vec![format!("{NETWORK} not null")];
    columns.extend(key.iter().map(|name| format!("{name} not null")));
    columns.extend(table.columns.iter().map(|field| column(table, field)));
    if table.class == Class::Stamped {
        columns.push(STAMP.to_owned());
    }
    if table.document {
        columns.push(DOCUMENT.to_owned());
    }
    if summed(table) {
        columns.push(SUM.to_owned());
    }
    format!(
        "create table {}({}, primary key({NETWORK},{})) without rowid",
        NAMES.table(table.name),
        columns.join(", "),
        key.join(","),
    )
}

/// A column. Rows of a release that does not know it carry the default: a value that no row of this release has.
fn column(table: &Table, field: &Field) -> String {
    let default = match table.class {
        Class::Counters => "0",
        _ => missing(field.kind).0,
    };
    format!("{} default {default}", quoted(field.name))
}

/// What stands in a column that was not written, and its type. A read can answer it: what makes it useless, that the columns are
/// not filled, is in the same answer.
fn missing(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Id | Kind::Bytes | Kind::Text => ("0", "integer"),
        Kind::Time | Kind::Int => ("''", "text"),
    }
}

fn add(table: &Table, field: &Field) -> String {
    format!(
        "alter table {} add column {}",
        NAMES.table(table.name),
        column(table, field)
    )
}

/// Fills columns that were not written from the document.
async fn fill(connection: &mut SqliteConnection, table: &Table) -> Result<(), StorageError> {
    if table.class == Class::Counters {
        return Ok(());
    }
    for field in &table.columns {
        let name = quoted(field.name);
        let (_, kind) = missing(field.kind);
        let value = match field.path {
            Some(path) if table.document => found(field.kind, path),
            _ => "null".to_owned(),
        };
        let missing = format!("typeof({name})='{kind}'");
        let table_name = NAMES.table(table.name);
        let sum = if summed(table) {
            format!(",{SUM}=null")
        } else {
            String::new()
        };
        let update = format!("update {table_name} set {name}={value}{sum} where {missing}");
        change(connection, update, &[]).await?;
        if !field.optional {
            let empty = format!("select exists(select 1 from {table_name} where {name} is null) || ''");
            if ask(connection, empty).await? != "0" {
                return Err(StorageError::Corrupt { table: table.name });
            }
        }
    }
    Ok(())
}

/// The value of the document at a path like `$.place.kind`, typed; NULL where there is none.
fn found(kind: Kind, path: &str) -> String {
    let names = path.trim_start_matches('$').split('.').filter(|name| !name.is_empty());
    let path: String = names.map(|name| format!(".\"{name}\"")).collect();
    let path = format!("'${}'", path.replace('\'', "''"));
    let value = format!("json_extract({DOCUMENT},{path})");
    let (wanted, value) = match kind {
        Kind::Time | Kind::Int => ("integer", value),
        Kind::Text => ("text", value),
        Kind::Bytes => ("text", format!("unhex(replace({value},'-',''))")),
        Kind::Id => {
            let id = format!("unhex(replace({value},'-',''))");
            ("text", format!("iif(length({id})=16,{id},null)"))
        }
    };
    let typed = format!("iif(json_type({DOCUMENT},{path})='{wanted}',{value},null)");
    format!("iif(json_valid({DOCUMENT}),{typed},null)")
}

pub(super) async fn ask(connection: &mut SqliteConnection, text: String) -> Result<String, StorageError> {
    let answer = fetch(connection, text, &[]).await.map_err(|error| failure(&error))?;
    answer.ok_or(StorageError::Corrupt { table: "*" })
}

pub(super) async fn change(connection: &mut SqliteConnection, text: String, args: &[Arg]) -> Result<(), StorageError> {
    run(connection, text, args).await.map_err(|error| failure(&error))
}
