//! What the conditions of a batch are about: one text reads it, and the first condition that fails is named.

use crate::decode::{Numbers, position};
use crate::dialect::{Arg, Dialect, NETWORK, STAMP, quoted};
use crate::json::{Cursor, List, push_value, push_values};
use crate::text::heads;
use parvis::store::{
    Batch, Cause, Check, Class, CommitError, CommitId, Committed, Conflict, Expect, Field, Kind, Parts, Position,
    Schema, StorageError, Table, Value, Write,
};
use std::collections::BTreeMap;

/// What is known before a batch is written.
#[derive(Debug)]
pub(crate) struct Facts {
    /// The position of the network.
    pub(crate) position: Position,
    /// Time of its newest log entry.
    pub(crate) newest: i64,
    /// The numbers of the store.
    pub(crate) numbers: Option<Numbers>,
    /// What was committed under the same id: the request, and the answer to it.
    pub(crate) first: Option<([u8; 16], Committed)>,
    /// Of each asked group, one value a question.
    answers: Vec<Vec<Answer>>,
    /// What came of it, where the text itself judged and wrote.
    pub(crate) judged: Option<Judged>,
}

/// What a text did that judges and writes a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// It found a condition that does not hold, or what it does not judge; nothing was written.
    Refused,
    /// All was written.
    Written,
    /// It saw the network as it was before another commit; nothing was written.
    Stale,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    /// No row; of a counter 0.
    Nothing,
    /// A row with this stamp.
    Stamp(CommitId),
    /// A row without a stamp.
    Row,
    /// The value of a counter, or how many rows a range holds.
    Number(i64),
}

/// Questions of one kind about one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// Rows by key.
    Row(&'static str),
    /// A column of counters.
    Counter(&'static str, &'static str),
    /// The rows under prefixes of so many parts.
    Range(&'static str, usize),
}

/// What the answer to a question has to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Demand {
    /// Of a row.
    Row(Expect),
    /// Of a counter: what is added, and the bounds of the sum.
    Sum(i64, Option<i64>, Option<i64>),
    /// Of a range.
    AtMost(u32),
}

/// The questions that a batch asks, in groups.
#[derive(Debug, Default)]
pub(crate) struct Questions<'a> {
    pub(crate) groups: BTreeMap<Group, Vec<(&'a Parts, Demand)>>,
    /// Of ranges: no more rows than this are counted.
    pub(crate) most: i64,
}

impl<'a> Questions<'a> {
    pub(crate) fn of(batch: &'a Batch) -> Questions<'a> {
        let mut questions = Questions::default();
        for Check { table, key, expect } in &batch.checks {
            let rows = questions.groups.entry(Group::Row(table)).or_default();
            rows.push((key, Demand::Row(*expect)));
        }
        for write in &batch.writes {
            let (group, key, demand) = match write {
                Write::Add {
                    table,
                    key,
                    column,
                    n,
                    at_least,
                    at_most,
                } => (Group::Counter(table, column), key, Demand::Sum(*n, *at_least, *at_most)),
                Write::DeleteRange { table, prefix, at_most } => {
                    questions.most = questions.most.max(i64::from(*at_most) + 1);
                    (Group::Range(table, prefix.len()), prefix, Demand::AtMost(*at_most))
                }
                Write::Put { .. } | Write::Delete { .. } | Write::Max { .. } => continue,
            };
            questions.groups.entry(group).or_default().push((key, demand));
        }
        questions
    }
}

impl Group {
    pub(crate) fn table(&self) -> &'static str {
        let (Group::Row(name) | Group::Counter(name, _) | Group::Range(name, _)) = self;
        name
    }

    /// What is asked of one element of a list `j` whose first parts are those of a key. `parts`: how many; `most`: the parameter
    /// that bounds how many rows are counted.
    ///
    /// A look-up for each element, whatever a planner believes of the table: a join may go through all rows of the network.
    pub(crate) fn answer(&self, dialect: &dyn Dialect, table: &Table, parts: usize, most: usize) -> String {
        let (network, most) = (dialect.param(Kind::Int, 1), dialect.count(most));
        let row = dialect.from(&dialect.names().table(table.name), None, "x");
        let items = key_items(dialect, table, "j").into_iter().take(parts);
        let same = table.key.iter().zip(items).map(|(field, item)| {
            let stored = format!("x.{}", quoted(field.name));
            format!(" and {}={item}", dialect.stored(field, true, &stored))
        });
        let same = format!("x.{NETWORK}={network}{}", same.collect::<String>());
        let one = |stored: &str| format!("(select {stored} from {row} where {same})");
        match self {
            Group::Row(_) => match table.class {
                Class::Stamped => one(&dialect.id(&format!("x.{STAMP}"))),
                Class::Counters | Class::Free | Class::Unstamped => one("1"),
            },
            Group::Counter(_, column) => one(&format!("x.{}", quoted(column))),
            Group::Range(..) => dialect.few(&format!("{row} where {same}"), &most),
        }
    }
}

/// What is answered first: where the network and the store stand, and what was committed under the same id.
pub(crate) fn beginning(dialect: &dyn Dialect) -> Vec<String> {
    let (network, id) = (dialect.param(Kind::Int, 1), dialect.param(Kind::Id, 2));
    let mut items = heads(dialect);
    let [request, commit] = ["request", "commit_id"].map(|name| dialect.id(name));
    let first = dialect.array(&[request, "number".to_owned(), commit, "answer".to_owned()]);
    items.push(format!(
        "(select {first} from {} where network={network} and id={id})",
        dialect.names().commits()
    ));
    items
}

/// The text that reads the facts, and its parameters behind the number of the network and the commit id.
pub(crate) fn question(dialect: &dyn Dialect, schema: &Schema, batch: &Batch) -> (String, Vec<Arg>) {
    let questions = Questions::of(batch);
    let mut args = vec![Arg::Int(questions.most)];
    let mut items = beginning(dialect);
    for (group, asked) in &questions.groups {
        let Some(table) = schema.table(group.table()) else {
            continue;
        };
        let mut list = List::new();
        asked.iter().for_each(|(key, _)| list.push_row(key));
        args.push(Arg::Text(list.finish()));
        let parts = asked.first().map_or(0, |(key, _)| key.len());
        let kinds: Vec<Kind> = table.key.iter().take(parts).map(|field| field.kind).collect();
        let from = dialect.list(args.len() + 2, "j", &kinds);
        let answers = dialect.group(&group.answer(dialect, table, parts, 3));
        items.push(format!("(select {answers} from {from})"));
    }
    let text = format!("select {}", dialect.answer(&items));
    (dialect.finish(text, args.len() + 2), args)
}

/// The parts of a key that lie in an element of a list, ordered.
pub(crate) fn key_items(dialect: &dyn Dialect, table: &Table, alias: &str) -> Vec<String> {
    let part = |(at, field): (usize, &Field)| dialect.ordered(field, &dialect.item(field.kind, alias, at));
    table.key.iter().enumerate().map(part).collect()
}

/// Reads the answer of [`question`], or of a text that judges and writes too.
pub(crate) fn facts(batch: &Batch, answer: &str) -> Option<Facts> {
    let mut cursor = Cursor::new(answer);
    cursor.expect(b'[')?;
    let (position, newest) = position(&mut cursor)?;
    cursor.expect(b',')?;
    let numbers = Numbers::read(&mut cursor)?;
    cursor.expect(b',')?;
    let first = first(&mut cursor)?;
    let mut answers = Vec::new();
    for group in Questions::of(batch).groups.keys() {
        cursor.expect(b',')?;
        let mut group_answers = Vec::new();
        cursor.array(|cursor| {
            group_answers.push(match group {
                _ if cursor.null() => Answer::Nothing,
                Group::Row(_) if cursor.eat(b'1') => Answer::Row,
                Group::Row(_) => Answer::Stamp(CommitId(cursor.id()?)),
                Group::Counter(..) | Group::Range(..) => Answer::Number(cursor.int()?),
            });
            Some(())
        })?;
        answers.push(group_answers);
    }
    let judged = match cursor.eat(b',') {
        true => Some(match cursor.int()? {
            1 => Judged::Written,
            2 => Judged::Stale,
            _ => Judged::Refused,
        }),
        false => None,
    };
    cursor.expect(b']')?;
    Some(Facts {
        position,
        newest,
        numbers,
        first,
        answers,
        judged,
    })
}

fn first(cursor: &mut Cursor<'_>) -> Option<Option<([u8; 16], Committed)>> {
    if cursor.null() {
        return Some(None);
    }
    cursor.expect(b'[')?;
    let request = cursor.id()?;
    cursor.expect(b',')?;
    let number = cursor.int()?;
    cursor.expect(b',')?;
    let commit = CommitId(cursor.id()?);
    cursor.expect(b',')?;
    let answer = cursor.text()?;
    cursor.expect(b']')?;
    let committed = Committed {
        position: Position { number, commit },
        answer,
        repeated: true,
    };
    Some(Some((request, committed)))
}

impl Facts {
    /// Holds the conditions of a batch against the facts: checks first, then writes, each as listed.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] for the first condition that fails.
    pub(crate) fn judge(&self, batch: &Batch) -> Result<(), CommitError> {
        let groups: Vec<Group> = Questions::of(batch).groups.into_keys().collect();
        let mut asked = vec![0; groups.len()];
        let mut next = |group: Group, table: &'static str| {
            let corrupt = || CommitError::Storage(StorageError::Corrupt { table });
            let at = groups.binary_search(&group).map_err(|_| corrupt())?;
            let count = asked.get_mut(at).ok_or_else(corrupt)?;
            *count += 1;
            self.answers
                .get(at)
                .and_then(|answers| answers.get(*count - 1))
                .ok_or_else(corrupt)
        };
        for Check { table, key, expect } in &batch.checks {
            let answer = next(Group::Row(table), table)?;
            let cause = match (expect, answer) {
                (Expect::Absent, Answer::Nothing) => continue,
                (Expect::Absent, _) => Cause::NotAbsent,
                (Expect::Present, Answer::Nothing) => Cause::NotPresent,
                (Expect::Present, _) => continue,
                (Expect::Stamp(stamp), Answer::Stamp(found)) if stamp == found => continue,
                (Expect::Stamp(_), _) => Cause::OtherStamp,
            };
            return conflict(table, key, cause);
        }
        for write in &batch.writes {
            match write {
                Write::Add {
                    table,
                    key,
                    column,
                    n,
                    at_least,
                    at_most,
                } => {
                    let old = match next(Group::Counter(table, column), table)? {
                        Answer::Number(old) => *old,
                        _ => 0,
                    };
                    let Some(value) = old.checked_add(*n) else {
                        return conflict(table, key, Cause::Overflow);
                    };
                    if at_least.is_some_and(|least| value < least) || at_most.is_some_and(|most| value > most) {
                        return conflict(table, key, Cause::Bound);
                    }
                }
                Write::DeleteRange { table, prefix, at_most } => {
                    let answer = next(Group::Range(table, prefix.len()), table)?;
                    if matches!(answer, Answer::Number(rows) if *rows > i64::from(*at_most)) {
                        return conflict(table, prefix, Cause::TooMany);
                    }
                }
                Write::Put { .. } | Write::Delete { .. } | Write::Max { .. } => {}
            }
        }
        Ok(())
    }
}

fn conflict(table: &'static str, key: &Parts, cause: Cause) -> Result<(), CommitError> {
    Err(CommitError::Conflict(Conflict {
        table,
        key: key.clone(),
        cause,
    }))
}

/// Appends a row of a list: key, columns, the document, and the sum where there is one.
pub(crate) fn push_put(list: &mut List, key: &Parts, columns: &Parts, document: Option<&str>, sum: Option<i64>) {
    list.push(|out| {
        out.push('[');
        push_values(out, key);
        if !columns.is_empty() {
            out.push(',');
            push_values(out, columns);
        }
        out.push(',');
        match document {
            Some(document) => crate::json::push_text(out, document),
            None => push_value(out, None),
        }
        if let Some(sum) = sum {
            out.push(',');
            push_value(out, Some(&Value::Int(sum)));
        }
        out.push(']');
    });
}
