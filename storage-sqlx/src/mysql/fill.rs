//! Columns that were not written, from the documents.

use super::ddl::own_fields;
use super::dialect::{FIELDS, literal};
use super::run::{number, plain, rows, run};
use crate::dialect::{Arg, DOCUMENT, NETWORK, Names, quoted};
use crate::talk::Fault;
use parvis::store::{AGENDA, Class, Kind, LOG, StorageError, Table};
use sqlx::MySqlConnection;

/// Whether rows of a table may lack columns that came later.
fn grows(table: &Table) -> bool {
    // The store's own tables are as they are, and counters begin at 0.
    table.class != Class::Counters && ![LOG, AGENDA].contains(&table.name) && !table.columns.is_empty()
}

/// Fills columns that were not written from the document, network by network.
pub(super) async fn fill(c: &mut MySqlConnection, names: &Names, table: &Table) -> Result<(), Fault> {
    if !grows(table) {
        return Ok(());
    }
    let name = names.table(table.name);
    let before = own_fields(table) + table.key.len();
    let all = before + table.columns.len();
    let networks = rows(
        c,
        format!("select distinct cast({NETWORK} as char) from {name} where {FIELDS}<?"),
        vec![Arg::Int(all as i64)],
    )
    .await?;
    let mut sets = Vec::new();
    for (at, field) in table.columns.iter().enumerate() {
        let column = quoted(field.name);
        let value = match field.path {
            Some(path) if table.document => found(field.kind, path),
            _ => "null".to_owned(),
        };
        sets.push(format!("{column}=if({FIELDS}<{},{value},{column})", before + at + 1));
    }
    // Last: the others ask for it.
    sets.push(format!("{FIELDS}={all}"));
    let update = format!(
        "update {name} set {} where {NETWORK}=? and {FIELDS}<{all}",
        sets.join(",")
    );
    for network in networks {
        let network = number(&network, 0).ok_or(StorageError::Corrupt { table: table.name })?;
        run(c, update.clone(), vec![Arg::Int(network)]).await?;
    }
    Ok(())
}

/// Whether every row has what it must have.
pub(super) async fn complete(c: &mut MySqlConnection, names: &Names, table: &Table) -> Result<(), Fault> {
    let required = table.columns.iter().filter(|field| !field.optional);
    let missing: Vec<String> = required
        .map(|field| format!("{} is null", quoted(field.name)))
        .collect();
    if !grows(table) || missing.is_empty() {
        return Ok(());
    }
    let missing = format!(
        "select 1 from {} where {} limit 1",
        names.table(table.name),
        missing.join(" or ")
    );
    if plain(c, missing).await?.is_empty() {
        Ok(())
    } else {
        Err(StorageError::Corrupt { table: table.name }.into())
    }
}

/// The value of the document at a path like `$.place.kind`, typed; NULL where there is none.
fn found(kind: Kind, path: &str) -> String {
    let names = path.trim_start_matches('$').split('.').filter(|name| !name.is_empty());
    let path: String = names.map(|name| format!(".\"{name}\"")).collect();
    let value = format!("json_extract({DOCUMENT},{})", literal(&format!("${path}")));
    let word = format!("json_unquote({value})");
    let (wanted, typed) = match kind {
        Kind::Time | Kind::Int => ("integer", format!("cast({word} as signed)")),
        Kind::Text => ("string", word),
        Kind::Bytes | Kind::Id => {
            let digits = if kind == Kind::Id { "{32}" } else { "*" };
            let word = format!("replace({word},'-','')");
            (
                "string",
                format!("if({word} regexp '^[0-9A-Fa-f]{digits}$',unhex({word}),null)"),
            )
        }
    };
    let typed = format!("if(lower(json_type({value}))='{wanted}',{typed},null)");
    format!("if(json_valid({DOCUMENT}),{typed},null)")
}
