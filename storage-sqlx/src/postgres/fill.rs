//! Columns that were not written, from the documents.

use super::engine::PostgresEngine;
use crate::dialect::{Arg, DOCUMENT, Dialect, NETWORK, quoted};
use crate::fill::found;
use crate::json::{Cursor, List, push_value, push_values};
use crate::talk::{Fault, Talk};
use crate::text::cell;
use crate::writes::unique;
use parvis::store::{Class, Field, Kind, Parts, StorageError, Table};
use sqlx::PgConnection;

/// Rows that are looked at in one statement.
const CHUNK: usize = 1_000;

/// Fills the columns of rows that a release wrote which did not know them. What a document does not hold stays absent.
pub(super) async fn fill(engine: &PostgresEngine, c: &mut PgConnection, table: &Table) -> Result<(), Fault> {
    let columns: Vec<&Field> = table.columns.iter().filter(|field| field.path.is_some()).collect();
    if table.class == Class::Counters || !table.document || columns.is_empty() {
        return Ok(());
    }
    let texts = Texts::of(engine, table, &columns);
    let mut last: Option<String> = None;
    loop {
        let answer = match &last {
            None => engine.fetch(c, texts.first.as_str().into(), &[]).await?,
            Some(last) => {
                let args = [Arg::Text(last.clone())];
                engine.fetch(c, texts.next.as_str().into(), &args).await?
            }
        };
        let corrupt = || StorageError::Corrupt { table: table.name };
        let answer = answer.ok_or_else(corrupt)?;
        let (mut rows, mut key, mut count) = (List::new(), None, 0);
        let mut cursor = Cursor::new(&answer);
        let read = cursor.expect(b'[').and_then(|()| {
            cursor.array(|cursor| {
                let (number, parts, document) = row(cursor, table)?;
                let document: Option<serde_json::Value> =
                    document.and_then(|document| serde_json::from_str(&document).ok());
                let values = columns.iter().map(|field| {
                    let path = field.path.unwrap_or_default();
                    document.as_ref().and_then(|document| found(document, field.kind, path))
                });
                let values: Parts = values.collect();
                let mut known = List::new();
                known.push(|out| push_key(out, number, &parts, &Parts::new()));
                key = Some(known.finish());
                rows.push(|out| push_key(out, number, &parts, &values));
                count += 1;
                Some(())
            })
        });
        read.ok_or_else(corrupt)?;
        if count > 0 {
            engine
                .run(c, texts.update.as_str().into(), &[Arg::Text(rows.finish())])
                .await?;
        }
        if count < CHUNK {
            return Ok(());
        }
        last = key;
    }
}

fn push_key(out: &mut String, number: i64, parts: &Parts, values: &Parts) {
    out.push('[');
    push_value(out, Some(&parvis::store::Value::Int(number)));
    out.push(',');
    push_values(out, parts);
    if !values.is_empty() {
        out.push(',');
        push_values(out, values);
    }
    out.push(']');
}

/// The number of the network, the key, the document.
fn row(cursor: &mut Cursor<'_>, table: &Table) -> Option<(i64, Parts, Option<String>)> {
    cursor.expect(b'[')?;
    let number = cursor.int()?;
    let mut parts = Parts::new();
    for field in &table.key {
        cursor.expect(b',')?;
        parts.push(cursor.value(field.kind)?);
    }
    cursor.expect(b',')?;
    let document = if cursor.null() { None } else { Some(cursor.text()?) };
    cursor.expect(b']')?;
    Some((number, parts, document))
}

struct Texts {
    first: String,
    next: String,
    update: String,
}

impl Texts {
    fn of(engine: &PostgresEngine, table: &Table, columns: &[&Field]) -> Texts {
        let dialect = &engine.dialect;
        let name = dialect.names.table(table.name);
        let order = unique(dialect, table).join(",");
        let mut cells = vec![format!("x.{NETWORK}")];
        cells.extend(table.key.iter().map(|field| cell(dialect, field, true, "x")));
        cells.push(format!("x.{DOCUMENT}"));
        let rows = dialect.group(&dialect.array(&cells));
        let items = |from: usize| -> Vec<String> {
            let part = |(at, field): (usize, &Field)| dialect.ordered(field, &dialect.item(field.kind, "j", at + from));
            table.key.iter().enumerate().map(part).collect()
        };
        let number = dialect.item(Kind::Int, "j", 0);
        let behind = format!("({order})>({number},{})", items(1).join(","));
        let list = dialect.list(1, "j", &[]);
        let text = |from: &str| {
            format!("select (select {rows} from (select t.* from {from} order by {order} limit {CHUNK}) x)::text")
        };
        let set = |(at, field): (usize, &&Field)| {
            let item = dialect.item(field.kind, "j", 1 + table.key.len() + at);
            format!("{}={item}", quoted(field.name))
        };
        let sets: Vec<String> = columns.iter().enumerate().map(set).collect();
        let same = unique(dialect, table).into_iter().skip(1).zip(items(1));
        let same: String = same.map(|(field, item)| format!(" and {field}={item}")).collect();
        Texts {
            first: text(&format!("{name} t")),
            next: text(&format!("{list} join {name} t on {behind}")),
            update: format!(
                "update {name} set {} from {list} where {NETWORK}={number}{same}",
                sets.join(",")
            ),
        }
    }
}
