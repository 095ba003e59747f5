//! Fitting the database to a schema, one process at a time.

use super::ddl;
use super::engine::{PostgresEngine, raw};
use super::fill::fill;
use crate::decode::Numbers;
use crate::dialect::Arg;
use crate::json::Cursor;
use crate::talk::{Fault, Talk};
use parvis::store::{Prepare, Prepared, Schema, StorageError, check_schema};
use sqlx::PgConnection;

/// Compares the database with the schema, or makes it fit in one transaction.
pub(super) async fn prepare(
    engine: &PostgresEngine,
    c: &mut PgConnection,
    schema: &Schema,
    mode: Prepare,
) -> Result<Prepared, Fault> {
    check_schema(schema)?;
    crate::release::check_names(schema)?;
    let stored = numbers(engine, c).await?;
    match (usable(stored, schema), mode) {
        (Err(StorageError::SchemaTooOld { .. }), Prepare::Upgrade) => {}
        (checked, _) => return Ok(checked?),
    }
    // Processes that start at the same time do it one after the other. The lock is named after the tables.
    let lock = crc32fast::hash(engine.dialect.names.numbers().as_bytes());
    raw(
        c,
        format!(
            "begin; set local lock_timeout=0; select pg_advisory_xact_lock(1346458195,{})",
            lock.cast_signed()
        ),
    )
    .await?;
    match upgrade(engine, c, schema).await {
        Ok(prepared) => raw(c, "commit".to_owned()).await.map(|()| prepared),
        Err(fault) => {
            raw(c, "rollback".to_owned()).await?;
            Err(fault)
        }
    }
}

fn usable(stored: Option<Numbers>, schema: &Schema) -> Result<Prepared, StorageError> {
    let numbers = stored
        .ok_or_else(|| crate::release::unprepared(Some(schema)))?
        .usable(schema)?;
    Ok(Prepared {
        adds: numbers.adds,
        breaks: numbers.breaks,
        changed: false,
    })
}

/// The numbers of the store; `None` where there is no store.
async fn numbers(engine: &PostgresEngine, c: &mut PgConnection) -> Result<Option<Numbers>, Fault> {
    let table = engine.dialect.names.numbers();
    let exists = "select to_json(to_regclass($1::text) is not null)::text";
    let exists = engine.fetch(c, exists.into(), &[Arg::Text(table.clone())]).await?;
    if exists.as_deref() != Some("[true]") {
        return Ok(None);
    }
    let numbers = format!("select (select json_build_array(adds,breaks,filled) from {table})::text");
    let answer = engine.fetch(c, numbers.into(), &[]).await?;
    let corrupt = StorageError::Corrupt { table: "*" };
    let answer = answer.ok_or_else(|| corrupt.clone())?;
    let mut cursor = Cursor::new(&answer);
    let numbers = cursor.expect(b'[').and_then(|()| Numbers::read(&mut cursor));
    Ok(numbers.ok_or(corrupt)?)
}

async fn upgrade(engine: &PostgresEngine, c: &mut PgConnection, schema: &Schema) -> Result<Prepared, Fault> {
    // Somebody else may have done it meanwhile.
    let stored = numbers(engine, c).await?;
    match usable(stored, schema) {
        Err(StorageError::SchemaTooOld { .. }) => {}
        checked => return Ok(checked?),
    }
    let names = &engine.dialect.names;
    if stored.is_some() {
        // Whoever commits takes a position row first: what an older release writes meanwhile would stay without what is filled here.
        // Before anything else, so that neither waits for the other.
        raw(c, format!("lock table {} in exclusive mode", names.positions())).await?;
    }
    // Where an older release only wrote beside this one, everything is there already.
    if stored.is_none_or(|stored| stored.adds < schema.adds) {
        make(engine, c, schema).await?;
    }
    if stored.is_some() {
        for table in &schema.tables {
            fill(engine, c, table).await?;
        }
    }
    let adds = stored.map_or(0, |old| old.adds).max(schema.adds);
    raw(
        c,
        format!(
            "insert into {}(id,adds,breaks,filled) values(1,{adds},{},{}) on conflict(id) do update \
             set adds=excluded.adds, breaks=excluded.breaks, filled=excluded.filled",
            names.numbers(),
            schema.breaks,
            schema.adds
        ),
    )
    .await?;
    Ok(Prepared {
        adds,
        breaks: schema.breaks,
        changed: true,
    })
}

/// Makes the tables, columns and indexes that are not there.
async fn make(engine: &PostgresEngine, c: &mut PgConnection, schema: &Schema) -> Result<(), Fault> {
    let names = &engine.dialect.names;
    if let Some(place) = engine.options.place() {
        raw(c, format!("create schema if not exists {place}")).await?;
    }
    raw(c, ddl::own(names).join(";\n")).await?;
    for table in &schema.tables {
        let columns = "select (select coalesce(json_agg(attname),'[]') from pg_attribute \
             where attrelid=to_regclass($1::text) and attnum>0 and not attisdropped)::text";
        let columns = engine
            .fetch(c, columns.into(), &[Arg::Text(names.table(table.name))])
            .await?;
        let columns: [Vec<String>; 1] = serde_json::from_str(&columns.unwrap_or_default())
            .map_err(|_| StorageError::Corrupt { table: table.name })?;
        let [columns] = columns;
        if columns.is_empty() {
            raw(c, ddl::table(names, table).join(";\n")).await?;
        } else {
            for field in &table.columns {
                if !columns.iter().any(|name| name == field.name) {
                    raw(c, ddl::add(names, table, field)).await?;
                }
            }
        }
        let indexes = ddl::indexes(names, table);
        if !indexes.is_empty() {
            raw(c, indexes.join(";\n")).await?;
        }
    }
    Ok(())
}
