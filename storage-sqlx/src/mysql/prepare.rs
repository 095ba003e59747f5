//! Tables, columns and indexes from the schema.
//!
//! Definitions are no part of a transaction here: each statement may be repeated, and the store's numbers are written last. One
//! process at a time prepares. Rows that an older release wrote say so, and get the columns it did not know from their documents:
//! once while others write, and again, for what those wrote meanwhile, while nobody does.

use super::ddl;
use super::dialect::{MysqlDialect, bare_index, literal};
use super::fill::{complete, fill};
use super::run::{number, plain, run, text};
use crate::decode::Numbers;
use crate::dialect::{Arg, Names};
use crate::release::unprepared;
use crate::talk::Fault;
use parvis::store::{Kind, Prepare, Prepared, Schema, StorageError, Table, check_schema};
use sqlx::MySqlConnection;

/// Seconds to wait for another process that prepares.
const PATIENCE: u32 = 60;

/// Compares the store with the schema, or makes it fit.
pub(super) async fn prepare(
    c: &mut MySqlConnection,
    dialect: &MysqlDialect,
    schema: &Schema,
    mode: Prepare,
) -> Result<Prepared, Fault> {
    check_schema(schema)?;
    crate::release::check_names(schema)?;
    let names = &dialect.names;
    match (fits(stored(c, names).await?, schema), mode) {
        (Err(StorageError::SchemaTooOld { .. }), Prepare::Upgrade) => {}
        (fitting, _) => return Ok(fitting?),
    }
    let lock = format!(
        "left(concat('parvis ',sha1(concat(database(),{}))),64)",
        literal(&names.bare(""))
    );
    let held = plain(c, format!("select get_lock({lock},{PATIENCE})")).await?;
    if held.first().and_then(|row| number::<i64>(row, 0)) != Some(1) {
        return Err(Fault::Again);
    }
    let prepared = under_lock(c, dialect, schema).await;
    // A transaction that failed must not go on.
    if prepared.is_err() {
        plain(c, "rollback".to_owned()).await?;
    }
    plain(c, format!("select release_lock({lock})")).await?;
    prepared
}

async fn stored(c: &mut MySqlConnection, names: &Names) -> Result<Option<Numbers>, Fault> {
    let exists = format!(
        "select 1 from information_schema.tables where table_schema=database() and table_name={}",
        literal(&names.bare("_numbers"))
    );
    if plain(c, exists).await?.is_empty() {
        return Ok(None);
    }
    let rows = plain(c, format!("select adds,breaks,filled from {}", names.numbers())).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let numbers = (|| {
        Some(Numbers {
            adds: number(row, 0)?,
            breaks: number(row, 1)?,
            filled: number(row, 2)?,
        })
    })();
    Ok(Some(numbers.ok_or(StorageError::Corrupt { table: "*" })?))
}

fn fits(stored: Option<Numbers>, schema: &Schema) -> Result<Prepared, StorageError> {
    let numbers = stored.ok_or_else(|| unprepared(Some(schema)))?.usable(schema)?;
    Ok(Prepared {
        adds: numbers.adds,
        breaks: numbers.breaks,
        changed: false,
    })
}

async fn under_lock(c: &mut MySqlConnection, dialect: &MysqlDialect, schema: &Schema) -> Result<Prepared, Fault> {
    let names = &dialect.names;
    let old = stored(c, names).await?;
    match fits(old, schema) {
        Err(StorageError::SchemaTooOld { .. }) => {}
        fitting => return Ok(fitting?),
    }
    // Where an older release only wrote beside this one, everything is there already.
    if old.is_none_or(|old| old.adds < schema.adds) {
        for statement in ddl::own(names) {
            plain(c, statement).await?;
        }
        for table in &schema.tables {
            upgrade(c, names, table).await?;
        }
    }
    let adds = old.map_or(0, |old| old.adds).max(schema.adds);
    if old.is_some() {
        for table in &schema.tables {
            fill(c, names, table).await?;
        }
    }
    // Whoever writes holds a share of the numbers.
    let begin = format!("start transaction; select adds from {} for update", names.numbers());
    plain(c, begin).await?;
    if old.is_some() {
        for table in &schema.tables {
            fill(c, names, table).await?;
            complete(c, names, table).await?;
        }
    }
    let put = format!(
        "insert into {}(id,adds,breaks,filled) values(1,?,?,?) \
         on duplicate key update adds=values(adds),breaks=values(breaks),filled=values(filled)",
        names.numbers()
    );
    let numbers = [adds, schema.breaks, schema.adds].map(|n| Arg::Int(i64::from(n)));
    run(c, put, numbers.to_vec()).await?;
    plain(c, "commit".to_owned()).await?;
    Ok(Prepared {
        adds,
        breaks: schema.breaks,
        changed: true,
    })
}

/// Makes a table and its indexes, or adds what they lack.
async fn upgrade(c: &mut MySqlConnection, names: &Names, table: &Table) -> Result<(), Fault> {
    let name = names.table(table.name);
    plain(c, ddl::create(names, table)).await?;
    let of = literal(&names.bare(table.name));
    let found = |what: &str, from: &str| {
        format!("select {what} from information_schema.{from} where table_schema=database() and table_name={of}")
    };
    let columns = plain(c, found("column_name,data_type", "columns")).await?;
    for field in &table.columns {
        let known = columns.iter().find(|row| text(row, 0) == Some(field.name));
        let short = known.and_then(|row| text(row, 1)) == Some("varbinary");
        let bytes = matches!(field.kind, Kind::Text | Kind::Bytes);
        let change = match known {
            None => "add",
            // An index that came later goes by it.
            Some(_) if bytes && ddl::is_indexed(table, field) && !short => "modify",
            Some(_) => continue,
        };
        plain(
            c,
            format!("alter table {name} {change} column {}", ddl::column(table, field)),
        )
        .await?;
    }
    let indexes = plain(c, found("distinct index_name", "statistics")).await?;
    for index in &table.indexes {
        let bare = bare_index(names, index.name);
        if indexes.iter().any(|row| text(row, 0) == Some(bare.as_str())) {
            continue;
        }
        plain(c, ddl::index(names, table, index)).await?;
    }
    Ok(())
}
