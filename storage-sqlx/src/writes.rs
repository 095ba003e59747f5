//! What a batch writes: one text of one statement a table and purpose, each with its rows as one parameter.

use crate::dialect::{Arg, DOCUMENT, Dialect, NETWORK, STAMP, SUM, Target, Texts, quoted};
use crate::facts::{Facts, key_items, push_put};
use crate::json::List;
use crate::sums::{Sums, summed};
use parvis::store::{
    AGENDA, Batch, Class, CommitId, Committed, Field, Kind, LOG, NetworkId, Parts, Position, Schema, StorageError,
    Table, Value, Wake, Write,
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

/// Statements that are carried out together. The first parameters are the number of the network and the commit id.
#[derive(Debug, Default)]
pub(crate) struct Round {
    /// The statements.
    pub(crate) statements: Vec<String>,
    /// Their parameters, behind the first two.
    pub(crate) args: Vec<Arg>,
}

/// What writes a batch, under way.
struct Text<'a> {
    dialect: &'a dyn Dialect,
    rounds: Vec<Round>,
    /// The one that is written to.
    round: usize,
    /// How many statements there are of each table.
    tables: BTreeMap<String, usize>,
    /// Whether what this release does not know must not stay in a row that it writes.
    clear: bool,
    /// The condition under which anything is written, where the text has to find it out.
    condition: Option<&'static str>,
}

/// What a text follows from that writes.
#[derive(Clone, Copy)]
pub(crate) enum Basis<'a> {
    /// What was read before.
    Known(&'a Facts),
    /// What is read by the same text: see [`WITHIN`].
    Within,
}

/// What a text that finds its facts by itself calls them: whether its conditions hold, and the position row before.
pub(crate) const WITHIN: Within = Within {
    holds: "(select ok from ok)",
    number: "(select number from p)",
    commit: "(select commit_id from p)",
    newest: "(select newest from p)",
};

/// See [`WITHIN`].
pub(crate) struct Within {
    pub(crate) holds: &'static str,
    number: &'static str,
    commit: &'static str,
    newest: &'static str,
}

impl Text<'_> {
    /// Where the next statement about this table goes.
    fn open(&mut self, table: &str) {
        let count = self.tables.entry(table.to_owned()).or_default();
        self.round = match self.dialect.texts() {
            Texts::Whole => 0,
            Texts::Tables => *count,
            Texts::Single => self.rounds.len(),
        };
        *count += 1;
        while self.rounds.len() <= self.round {
            self.rounds.push(Round::default());
        }
    }

    fn statement(&mut self, statement: String) {
        if let Some(round) = self.rounds.get_mut(self.round) {
            round.statements.push(statement);
        }
    }

    fn arg(&mut self, arg: Arg) -> usize {
        let Some(round) = self.rounds.get_mut(self.round) else {
            return 0;
        };
        round.args.push(arg);
        round.args.len() + 2
    }

    fn param(&mut self, kind: Kind, arg: Arg) -> String {
        let number = self.arg(arg);
        self.dialect.param(kind, number)
    }

    fn network(&self) -> String {
        self.dialect.param(Kind::Int, 1)
    }

    /// The condition of the statement that begins: later rounds are sent only where the first one was written.
    fn holds(&self) -> Option<&'static str> {
        self.condition.filter(|_| self.round == 0)
    }

    /// The same behind `where` or `and`.
    fn condition(&self, behind: &str) -> String {
        self.holds()
            .map_or_else(String::new, |condition| format!(" {behind} {condition}"))
    }

    fn id(&self) -> String {
        self.dialect.param(Kind::Id, 2)
    }
}

/// What the commit of a batch answers.
///
/// # Errors
/// [`StorageError::Full`] where the log has no number left.
pub(crate) fn committed(batch: &Batch, facts: &Facts) -> Result<Committed, StorageError> {
    let position = match batch.log.len() {
        0 => facts.position,
        entries => Position {
            number: i64::try_from(entries)
                .ok()
                .and_then(|entries| facts.position.number.checked_add(entries))
                .ok_or(StorageError::Full)?,
            commit: batch.id,
        },
    };
    Ok(Committed {
        position,
        answer: batch.answer.clone(),
        repeated: false,
    })
}

/// The statements that write a batch.
///
/// # Errors
/// [`StorageError::Full`] where the log has no number left.
pub(crate) fn writes(
    dialect: &dyn Dialect,
    schema: &Schema,
    network: NetworkId,
    batch: &Batch,
    basis: Basis<'_>,
) -> Result<Vec<Round>, StorageError> {
    let (numbers, last) = match basis {
        Basis::Known(facts) => (facts.numbers, Some(committed(batch, facts)?.position)),
        Basis::Within => (None, None),
    };
    let mut text = Text {
        dialect,
        rounds: Vec::new(),
        round: 0,
        tables: BTreeMap::new(),
        clear: dialect.leaves() && numbers.is_some_and(|numbers| numbers.adds > schema.adds),
        condition: match basis {
            Basis::Known(_) => None,
            Basis::Within => Some(WITHIN.holds),
        },
    };
    let mut groups: BTreeMap<Group, List> = BTreeMap::new();
    for write in &batch.writes {
        push(&mut groups, write, |table, key, columns, document| {
            let table = schema.table(table).filter(|table| dialect.sums() && summed(table))?;
            Some(Sums::of(network, table).sum(key, columns, batch.id, document))
        });
    }
    for (group, list) in groups {
        text.group(schema, group, list);
    }
    text.log(batch, basis);
    text.position(batch, basis);
    if let Some(wake) = batch.wake {
        text.wake(network, wake);
    }
    if batch.is_remembered() {
        let commits = dialect.names().commits();
        text.open(&commits);
        let (network, id, condition) = (text.network(), text.id(), text.condition("where"));
        let request = text.param(Kind::Id, Arg::Bytes(batch.request.to_vec()));
        let (number, commit) = match last {
            Some(Position {
                number,
                commit: CommitId(commit),
            }) => (
                text.param(Kind::Int, Arg::Int(number)),
                text.param(Kind::Id, Arg::Bytes(commit.to_vec())),
            ),
            None => {
                let entries = text.entries(batch);
                let commit = if batch.log.is_empty() { WITHIN.commit } else { &id };
                (format!("{}+{entries}", WITHIN.number), commit.to_owned())
            }
        };
        let answer = text.param(Kind::Text, Arg::Text(batch.answer.clone()));
        let row = format!("{network},{id},{request},{number},{commit},{answer}");
        let rows = match text.holds() {
            None => format!("values({row})"),
            Some(_) => format!("select {row}{condition}"),
        };
        text.statement(format!(
            "insert into {commits}(network,id,request,number,commit_id,answer) {rows}"
        ));
    }
    if numbers.is_some_and(|numbers| numbers.filled > schema.adds) {
        // This release does not know the newest columns: the newer one has to fill them in again.
        let numbers = dialect.names().numbers();
        text.open(&numbers);
        let filled = text.param(Kind::Int, Arg::Int(i64::from(schema.adds)));
        text.statement(format!("update {numbers} set filled={filled}"));
    }
    Ok(text.rounds)
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
        let rows = list.finish();
        match group {
            Group::Put(_) => self.put(table, rows),
            Group::Delete(_, parts) => self.delete(table, parts, rows),
            Group::Add(_, column) => self.count(table, column, "+", rows),
            Group::Max(_, column, low) => {
                if low {
                    self.begun(table, rows.clone());
                }
                self.count(table, column, "max", rows);
            }
        }
    }

    /// The name of a table, and the list of rows as a relation `j` of these parts, for a statement that begins.
    fn rows(&mut self, table: &Table, rows: String, kinds: &[Kind]) -> (String, String) {
        self.rows_of(table.name, rows, kinds)
    }

    fn rows_of(&mut self, table: &str, rows: String, kinds: &[Kind]) -> (String, String) {
        let name = self.dialect.names().table(table);
        self.open(&name);
        let rows = self.arg(Arg::Text(rows));
        let from = match self.holds() {
            None => self.dialect.list(rows, "j", kinds),
            Some(condition) => {
                let list = self.dialect.list(rows, "l", kinds);
                format!("(select * from {list} where {condition}) j")
            }
        };
        (name, from)
    }

    fn put(&mut self, table: &Table, list: String) {
        if self.clear {
            self.delete(table, table.key.len(), list.clone());
        }
        let dialect = self.dialect;
        let mut names = key_names(table);
        let mut values = vec![self.network()];
        let mut kinds: Vec<Kind> = table.key.iter().chain(&table.columns).map(|field| field.kind).collect();
        values.extend(key_stored(dialect, table));
        for (at, field) in table.columns.iter().enumerate() {
            names.push(quoted(field.name));
            values.push(dialect.item(field.kind, "j", table.key.len() + at));
        }
        if table.class == Class::Stamped {
            names.push(STAMP.to_owned());
            values.push(self.id());
        }
        // Rows of tables without documents have an empty one in the list.
        if table.document {
            names.push(DOCUMENT.to_owned());
            values.push(dialect.item(Kind::Text, "j", kinds.len()));
        }
        kinds.push(Kind::Text);
        if dialect.sums() && summed(table) {
            names.push(SUM.to_owned());
            values.push(dialect.item(Kind::Int, "j", kinds.len()));
            kinds.push(Kind::Int);
        }
        let (name, from) = self.rows(table, list, &kinds);
        let rows = format!("select {} from {from}", values.join(","));
        let statement = into(dialect, table, &name, &names, |into| dialect.put(into, &rows));
        self.statement(statement);
    }

    fn delete(&mut self, table: &Table, parts: usize, list: String) {
        let dialect = self.dialect;
        let fields = table.key.iter().take(parts);
        let kinds: Vec<Kind> = fields.clone().map(|field| field.kind).collect();
        let stored = fields.map(|field| dialect.stored(field, true, &quoted(field.name)));
        let stored: Vec<String> = stored.collect();
        let items: Vec<String> = key_items(dialect, table, "j").into_iter().take(parts).collect();
        let (name, from) = self.rows(table, list, &kinds);
        let network = self.network();
        let statement = if stored.is_empty() {
            // The list holds one empty prefix: it is named so that the parameter has a use.
            format!("delete from {name} where {NETWORK}={network} and exists(select 1 from {from})")
        } else {
            dialect.delete(&name, &network, &stored, &items, &from)
        };
        self.statement(statement);
    }

    /// Counter rows at 0 where there are none.
    fn begun(&mut self, table: &Table, list: String) {
        let dialect = self.dialect;
        let (name, from) = self.rows(table, list, &counted(table));
        let items = key_stored(dialect, table).join(",");
        let rows = format!("select {},{items} from {from}", self.network());
        let statement = into(dialect, table, &name, &key_names(table), |into| {
            dialect.begin(into, &rows)
        });
        self.statement(statement);
    }

    fn count(&mut self, table: &Table, column: &str, function: &str, list: String) {
        let dialect = self.dialect;
        let (name, from) = self.rows(table, list, &counted(table));
        let items = key_stored(dialect, table).join(",");
        let value = dialect.item(Kind::Int, "j", table.key.len());
        let rows = format!("select {},{items},{value} from {from}", self.network());
        let column = quoted(column);
        let mut names = key_names(table);
        names.push(column.clone());
        let statement = into(dialect, table, &name, &names, |into| {
            dialect.merge(into, &rows, &column, function)
        });
        self.statement(statement);
    }

    /// How many log entries a batch has, as a parameter.
    fn entries(&mut self, batch: &Batch) -> String {
        // A batch holds at most `MAX_OPERATIONS` of them.
        let entries = i64::try_from(batch.log.len()).unwrap_or(i64::MAX);
        self.param(Kind::Int, Arg::Int(entries))
    }

    /// The time of a batch's log entries: never before that of an older one.
    fn newest(&mut self, batch: &Batch, basis: Basis<'_>) -> String {
        match basis {
            Basis::Known(facts) => self.param(Kind::Time, Arg::Int(batch.time.max(facts.newest))),
            Basis::Within => {
                let time = self.param(Kind::Time, Arg::Int(batch.time));
                self.dialect.extreme("max", &time, WITHIN.newest)
            }
        }
    }

    fn log(&mut self, batch: &Batch, basis: Basis<'_>) {
        if batch.log.is_empty() {
            return;
        }
        let mut list = List::new();
        for entry in &batch.log {
            list.push(|out| crate::json::push_text(out, entry));
        }
        let dialect = self.dialect;
        let (log, from) = self.rows_of(LOG, list.finish(), &[]);
        let (network, id) = (self.network(), self.id());
        let t = self.newest(batch, basis);
        let before = match basis {
            Basis::Known(facts) => self.param(Kind::Int, Arg::Int(facts.position.number)),
            Basis::Within => WITHIN.number.to_owned(),
        };
        let (at, entry) = (dialect.number("j"), dialect.element("j"));
        self.statement(format!(
            "insert into {log}({NETWORK},\"number\",\"t\",\"commit\",{STAMP},{DOCUMENT}) \
             select {network},{before}+1+{at},{t},{id},{id},{entry} from {from}"
        ));
    }

    /// The position: without a log entry it stays where it was.
    fn position(&mut self, batch: &Batch, basis: Basis<'_>) {
        let dialect = self.dialect;
        if batch.log.is_empty() && !dialect.touches() {
            return;
        }
        let positions = dialect.names().positions();
        self.open(&positions);
        let (network, condition) = (self.network(), self.condition("and"));
        if batch.log.is_empty() {
            self.statement(format!(
                "update {positions} set number=number where network={network}{condition}"
            ));
            return;
        }
        let id = self.id();
        let t = self.newest(batch, basis);
        let entries = self.entries(batch);
        let number = match basis {
            Basis::Known(facts) => {
                let before = self.param(Kind::Int, Arg::Int(facts.position.number));
                format!("{before}+{entries}")
            }
            Basis::Within => format!("number+{entries}"),
        };
        self.statement(if matches!(basis, Basis::Within) || dialect.touches() {
            format!(
                "update {positions} set number={number},commit_id={id},newest={t} where network={network}{condition}"
            )
        } else {
            let names = ["network", "number", "commit_id", "newest"].map(str::to_owned);
            let key = ["network".to_owned()];
            let into = Target {
                table: &positions,
                key: &key,
                unique: &key,
                columns: &names,
            };
            dialect.put(&into, &format!("select {network},{number},{id},{t}"))
        });
    }

    /// The network's row of the agenda, which lies in the network of the store itself, number 0.
    fn wake(&mut self, network: NetworkId, wake: Wake) {
        let dialect = self.dialect;
        let name = dialect.names().table(AGENDA);
        self.open(&name);
        let id = self.param(Kind::Id, Arg::Bytes(network.0.to_vec()));
        let names = [NETWORK, "\"network\"", "\"at\""].map(str::to_owned);
        let [network, of, at] = &names;
        let key = [network.clone(), of.clone()];
        let into = Target {
            table: &name,
            key: &key,
            unique: &key,
            columns: &names,
        };
        let condition = self.condition("where");
        let statement = match wake {
            Wake::Exactly(None) => {
                let condition = self.condition("and");
                format!("delete from {name} where {network}=0 and {of}={id}{condition}")
            }
            Wake::Exactly(Some(time)) => {
                let time = self.param(Kind::Time, Arg::Int(time));
                dialect.put(&into, &format!("select 0,{id},{time}{condition}"))
            }
            Wake::Sooner(time) => {
                let time = self.param(Kind::Time, Arg::Int(time));
                dialect.merge(&into, &format!("select 0,{id},{time}{condition}"), at, "min")
            }
        };
        self.statement(statement);
    }
}

/// The kinds of what a row of a list for counters holds; behind the number an empty document.
fn counted(table: &Table) -> Vec<Kind> {
    let key = table.key.iter().map(|field| field.kind);
    key.chain([Kind::Int]).collect()
}

/// The names of a table's key, the network's first.
/// The names of a table's key, the network's first.
pub(crate) fn key_names(table: &Table) -> Vec<String> {
    let names = table.key.iter().map(|field| quoted(field.name));
    [NETWORK.to_owned()].into_iter().chain(names).collect()
}

/// The parts of a key that lie in an element of a list, as they are stored.
fn key_stored(dialect: &dyn Dialect, table: &Table) -> Vec<String> {
    let part = |(at, field): (usize, &Field)| {
        let item = dialect.item(field.kind, "j", at);
        dialect.kept(field, &item)
    };
    table.key.iter().enumerate().map(part).collect()
}

/// A statement that writes these columns of a table called `name`.
pub(crate) fn into(
    dialect: &dyn Dialect,
    table: &Table,
    name: &str,
    columns: &[String],
    statement: impl FnOnce(&Target<'_>) -> String,
) -> String {
    statement(&Target {
        table: name,
        key: &key_names(table),
        unique: &unique(dialect, table),
        columns,
    })
}

/// A table's key as orders see it, the network's first.
pub(crate) fn unique(dialect: &dyn Dialect, table: &Table) -> Vec<String> {
    let stored = |field: &Field| dialect.stored(field, true, &quoted(field.name));
    let parts = table.key.iter().map(stored);
    [NETWORK.to_owned()].into_iter().chain(parts).collect()
}
