//! What a batch writes: one text of one statement a table and purpose, each with its rows as one parameter.

use crate::dialect::{Arg, COMMITS, DOCUMENT, Dialect, NETWORK, NUMBERS, POSITIONS, STAMP, SUM, quoted, table_name};
use crate::facts::{Facts, column_item, key_items, push_put};
use crate::json::List;
use crate::sums::{Sums, summed};
use parvis::store::{
    AGENDA, Batch, Class, Committed, LOG, NetworkId, Parts, Position, Schema, StorageError, Table, Value, Wake, Write,
};
use std::collections::BTreeMap;

/// Writes of one purpose to one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Put(&'static str),
    Delete(&'static str, usize),
    Add(&'static str, &'static str),
    /// Whether the values are below 0, where a counter begins.
    Max(&'static str, &'static str, bool),
}

/// A text under way; the first parameters are the number of the network and the commit id.
struct Text<'a> {
    dialect: &'a dyn Dialect,
    statements: Vec<String>,
    args: Vec<Arg>,
}

impl Text<'_> {
    fn arg(&mut self, arg: Arg) -> usize {
        self.args.push(arg);
        self.args.len() + 2
    }

    fn param(&mut self, arg: Arg) -> String {
        let number = self.arg(arg);
        self.dialect.param(number)
    }
}

/// The statements that write a batch, their parameters behind the number of the network and the commit id, and what the
/// commit answers.
///
/// # Errors
/// [`StorageError::Full`] where the log has no number left.
pub(crate) fn writes(
    dialect: &dyn Dialect,
    schema: &Schema,
    network: NetworkId,
    batch: &Batch,
    facts: &Facts,
) -> Result<(Vec<String>, Vec<Arg>, Committed), StorageError> {
    let mut text = Text {
        dialect,
        statements: Vec::new(),
        args: Vec::new(),
    };
    let mut groups: BTreeMap<Group, List> = BTreeMap::new();
    for write in &batch.writes {
        push(&mut groups, write, |table, key, columns, document| {
            let table = schema.table(table).filter(|table| summed(table))?;
            Some(Sums::of(network, table).sum(key, columns, batch.id, document))
        });
    }
    for (group, list) in groups {
        text.group(schema, group, list);
    }
    let position = text.log(batch, facts)?;
    if let Some(wake) = batch.wake {
        text.wake(network, wake);
    }
    let (network, id) = (dialect.param(1), dialect.param(2));
    if batch.is_remembered() {
        let request = text.param(Arg::Bytes(batch.request.to_vec()));
        let number = text.param(Arg::Int(position.number));
        let commit = text.param(Arg::Bytes(position.commit.0.to_vec()));
        let answer = text.param(Arg::Text(batch.answer.clone()));
        text.statements.push(format!(
            "insert into {COMMITS}(network,id,request,number,commit_id,answer) \
             values({network},{id},{request},{number},{commit},{answer})"
        ));
    }
    if facts.numbers.is_some_and(|numbers| numbers.filled > schema.adds) {
        // This release does not know the newest columns: the newer one has to fill them in again.
        let filled = text.param(Arg::Int(i64::from(schema.adds)));
        text.statements.push(format!("update {NUMBERS} set filled={filled}"));
    }
    let committed = Committed {
        position,
        answer: batch.answer.clone(),
        repeated: false,
    };
    Ok((text.statements, text.args, committed))
}

fn push(
    groups: &mut BTreeMap<Group, List>,
    write: &Write,
    sum: impl FnOnce(&str, &Parts, &Parts, Option<&str>) -> Option<i64>,
) {
    match write {
        Write::Put {
            table,
            key,
            columns,
            document,
        } => {
            let document = document.as_deref();
            let sum = sum(table, key, columns, document);
            push_put(list(groups, Group::Put(table)), key, columns, document, sum);
        }
        Write::Delete { table, key } => list(groups, Group::Delete(table, key.len())).push_row(key),
        Write::DeleteRange { table, prefix, .. } => list(groups, Group::Delete(table, prefix.len())).push_row(prefix),
        Write::Add {
            table, key, column, n, ..
        } => push_put(list(groups, Group::Add(table, column)), key, &number(*n), None, None),
        Write::Max {
            table,
            key,
            column,
            value,
        } => push_put(
            list(groups, Group::Max(table, column, *value < 0)),
            key,
            &number(*value),
            None,
            None,
        ),
    }
}

fn list(groups: &mut BTreeMap<Group, List>, group: Group) -> &mut List {
    groups.entry(group).or_insert_with(List::new)
}

fn number(n: i64) -> Parts {
    vec![Some(Value::Int(n))]
}

impl Text<'_> {
    fn group(&mut self, schema: &Schema, group: Group, list: List) {
        let (Group::Put(name) | Group::Delete(name, _) | Group::Add(name, _) | Group::Max(name, ..)) = group;
        let Some(table) = schema.table(name) else { return };
        let rows = self.arg(Arg::Text(list.finish()));
        let statement = match group {
            Group::Put(_) => self.put(table, rows),
            Group::Delete(_, parts) => self.delete(table, parts, rows),
            Group::Add(_, column) => self.count(table, column, "+", rows),
            Group::Max(_, column, low) => {
                if low {
                    let begun = self.begun(table, rows);
                    self.statements.push(begun);
                }
                self.count(table, column, "max", rows)
            }
        };
        self.statements.push(statement);
    }

    fn put(&self, table: &Table, rows: usize) -> String {
        let dialect = self.dialect;
        let mut names = vec![NETWORK.to_owned()];
        let mut values = vec![dialect.param(1)];
        names.extend(table.key.iter().map(|field| quoted(field.name)));
        values.extend(key_items(dialect, table, "j"));
        for (at, field) in table.columns.iter().enumerate() {
            names.push(quoted(field.name));
            values.push(column_item(dialect, field.kind, "j", table.key.len() + at));
        }
        if table.class == Class::Stamped {
            names.push(STAMP.to_owned());
            values.push(dialect.param(2));
        }
        if table.document {
            names.push(DOCUMENT.to_owned());
            values.push(dialect.item("j", table.key.len() + table.columns.len()));
        }
        if summed(table) {
            names.push(SUM.to_owned());
            values.push(dialect.item("j", table.key.len() + table.columns.len() + 1));
        }
        let rows = format!("select {} from {}", values.join(","), dialect.list(rows, "j"));
        dialect.put(&table_name(table.name), &names.join(","), &rows)
    }

    fn delete(&self, table: &Table, parts: usize, rows: usize) -> String {
        let dialect = self.dialect;
        let name = table_name(table.name);
        let network = dialect.param(1);
        let fields: Vec<String> = table.key.iter().take(parts).map(|field| quoted(field.name)).collect();
        let items = key_items(dialect, table, "j")
            .into_iter()
            .take(parts)
            .collect::<Vec<_>>();
        if fields.is_empty() {
            return format!("delete from {name} where {NETWORK}={network}");
        }
        format!(
            "delete from {name} where ({NETWORK},{}) in (select {network},{} from {})",
            fields.join(","),
            items.join(","),
            dialect.list(rows, "j"),
        )
    }

    /// Counter rows at 0 where there are none.
    fn begun(&self, table: &Table, rows: usize) -> String {
        let dialect = self.dialect;
        let key: String = table
            .key
            .iter()
            .map(|field| format!(",{}", quoted(field.name)))
            .collect();
        let items = key_items(dialect, table, "j").join(",");
        let rows = format!("select {},{items} from {}", dialect.param(1), dialect.list(rows, "j"));
        dialect.begin(&table_name(table.name), &format!("{NETWORK}{key}"), &rows)
    }

    fn count(&self, table: &Table, column: &str, function: &str, rows: usize) -> String {
        let dialect = self.dialect;
        let key: String = table
            .key
            .iter()
            .map(|field| format!(",{}", quoted(field.name)))
            .collect();
        let key = format!("{NETWORK}{key}");
        let column = quoted(column);
        let items = key_items(dialect, table, "j").join(",");
        let value = dialect.item("j", table.key.len());
        let rows = format!(
            "select {},{items},{value} from {}",
            dialect.param(1),
            dialect.list(rows, "j")
        );
        dialect.merge(
            &table_name(table.name),
            &format!("{key},{column}"),
            &rows,
            &key,
            &column,
            function,
        )
    }

    /// Log entries and the position; without an entry it stays where it was.
    fn log(&mut self, batch: &Batch, facts: &Facts) -> Result<Position, StorageError> {
        let Position { number: before, .. } = facts.position;
        if batch.log.is_empty() {
            return Ok(facts.position);
        }
        let entries = i64::try_from(batch.log.len()).map_err(|_| StorageError::Full)?;
        let number = before.checked_add(entries).ok_or(StorageError::Full)?;
        let mut list = List::new();
        for entry in &batch.log {
            list.push(|out| crate::json::push_text(out, entry));
        }
        let t = self.param(Arg::Int(batch.time.max(facts.newest)));
        let first = self.param(Arg::Int(before + 1));
        let last = self.param(Arg::Int(number));
        let rows = self.arg(Arg::Text(list.finish()));
        let (network, id) = (self.dialect.param(1), self.dialect.param(2));
        let (at, entry) = (self.dialect.number("j"), self.dialect.element("j"));
        let from = self.dialect.list(rows, "j");
        self.statements.push(format!(
            "insert into {}({NETWORK},\"number\",\"t\",\"commit\",{STAMP},{DOCUMENT}) \
             select {network},{first}+{at},{t},{id},{id},{entry} from {from}",
            table_name(LOG),
        ));
        let row = format!("select {network},{last},{id},{t}");
        self.statements
            .push(self.dialect.put(POSITIONS, "network,number,commit_id,newest", &row));
        Ok(Position {
            number,
            commit: batch.id,
        })
    }

    /// The network's row of the agenda, which lies in the network of the store itself, number 0.
    fn wake(&mut self, network: NetworkId, wake: Wake) {
        let name = table_name(AGENDA);
        let id = self.param(Arg::Bytes(network.0.to_vec()));
        let columns = format!("{NETWORK},\"network\",\"at\"");
        let statement = match wake {
            Wake::Exactly(None) => format!("delete from {name} where {NETWORK}=0 and \"network\"={id}"),
            Wake::Exactly(Some(at)) => {
                let at = self.param(Arg::Int(at));
                self.dialect.put(&name, &columns, &format!("select 0,{id},{at}"))
            }
            Wake::Sooner(at) => {
                let at = self.param(Arg::Int(at));
                let row = format!("select 0,{id},{at}");
                let key = format!("{NETWORK},\"network\"");
                self.dialect.merge(&name, &columns, &row, &key, "\"at\"", "min")
            }
        };
        self.statements.push(statement);
    }
}
