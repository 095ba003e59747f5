//! Reads in steps, for engines in whose texts a derived table sees nothing of what stands around it (MariaDB has no `lateral`).
//!
//! A call is a few rounds in one transaction that sees one snapshot. In a round every read whose keys are known asks what it
//! needs next; what all of them ask is one statement, apart from ranges of which there may be any number. How many rows an engine
//! looks at is bounded by what is asked for:
//!
//! - a `Get` looks its keys up;
//! - a `Scan` of one or two ranges reads these; of more it first reads the ranges that are short as a whole, then the others;
//! - a `Merge` reads the first entry of each range, then some entries of those ranges whose first one counts, then more of
//!   those whose last known entry still counts;
//! - a `Walk` looks up one step after the other.
//!
//! - `form`: how fields are stored; `keys`: keys from earlier reads; `piece`: what a read asks, as text; `scan`, `merge`.

mod form;
mod keys;
mod merge;
mod piece;
mod scan;

pub(crate) use piece::Cells;

use crate::dialect::{Arg, Names};
use crate::shape::{keys_of, order_of};
use async_trait::async_trait;
use keys::{Answered, keys, sources, value_of};
use merge::Merging;
use parvis::store::{Parts, Range, Read, Row, Rows, Schema, StorageError, Table, Want};
use piece::{Bounds, Hit, Order, Piece, together};
use scan::Scanning;
use std::collections::{BTreeMap, BTreeSet};

/// So many ranges are one statement: engines work each out apart.
const RANGES: usize = 32;

/// What carries statements out, inside of one transaction.
#[async_trait]
pub(crate) trait Ask: Send {
    /// What may go wrong.
    type Error: From<StorageError> + Send;
    /// The rows of a statement whose parameters are `?`, in order.
    async fn ask(&mut self, text: String, args: Vec<Arg>) -> Result<Vec<Cells>, Self::Error>;
}

/// What a read asks in a round.
#[derive(Default)]
struct Wish {
    /// Pieces that share a statement with those of other reads: few, and as many for every call of the same shape.
    shared: Vec<Piece>,
    /// Ranges of which there may be any number.
    ranges: Vec<Piece>,
}

/// One read under way.
enum Task<'a> {
    /// It has no keys yet.
    Waiting,
    Getting(Order<'a>, Vec<Parts>),
    Scanning(Order<'a>, Scanning<'a>),
    Merging(Order<'a>, Merging<'a>),
    Walking(Order<'a>, Walking<'a>),
    Done,
}

/// A walk under way.
struct Walking<'a> {
    next: &'a str,
    want: Want,
    left: u8,
    asked: BTreeSet<Parts>,
    asking: Vec<Parts>,
    found: BTreeMap<Parts, Row>,
}

/// Answers the reads of a call; `network` is the number of the network. The reads were held against the schema before.
pub(crate) async fn answer<A: Ask>(
    ask: &mut A,
    names: &Names,
    schema: &Schema,
    network: i64,
    reads: &[Read],
) -> Result<Vec<Rows>, A::Error> {
    let mut call = Call {
        names,
        schema,
        reads,
        tasks: reads.iter().map(|_| Task::Waiting).collect(),
        answered: reads.iter().map(|_| None).collect(),
    };
    loop {
        call.start()?;
        let mut shared = Vec::new();
        let mut ranges = Vec::new();
        for (number, task) in call.tasks.iter().enumerate() {
            let wish = task.wish(network, number);
            shared.extend(wish.shared);
            ranges.push(wish.ranges);
        }
        if shared.is_empty() && ranges.iter().all(Vec::is_empty) {
            break;
        }
        let mut answers: Vec<Vec<Cells>> = reads.iter().map(|_| Vec::new()).collect();
        if !shared.is_empty() {
            let (text, args) = together(&shared);
            sort_out(ask.ask(text, args).await?, &mut answers);
        }
        for pieces in ranges {
            for some in pieces.chunks(RANGES) {
                let (text, args) = together(some);
                sort_out(ask.ask(text, args).await?, &mut answers);
            }
        }
        call.take(answers)?;
    }
    Ok(call
        .answered
        .into_iter()
        .map(|answered| answered.map(|answered| answered.rows).unwrap_or_default())
        .collect())
}

/// The rows of an answer to the reads that asked for them.
fn sort_out(answer: Vec<Cells>, answers: &mut [Vec<Cells>]) {
    for cells in answer {
        let tag = cells
            .first()
            .and_then(|cell| std::str::from_utf8(cell.as_deref()?).ok()?.parse::<usize>().ok());
        if let Some(of) = tag.and_then(|tag| answers.get_mut(tag)) {
            of.push(cells);
        }
    }
}

struct Call<'a> {
    names: &'a Names,
    schema: &'a Schema,
    reads: &'a [Read],
    tasks: Vec<Task<'a>>,
    answered: Vec<Option<Answered<'a>>>,
}

impl<'a> Call<'a> {
    /// Lets the reads begin whose keys are known.
    fn start(&mut self) -> Result<(), StorageError> {
        for (number, read) in self.reads.iter().enumerate() {
            let waiting = matches!(self.tasks.get(number), Some(Task::Waiting));
            let known = |of: usize| of >= number || self.answered.get(of).is_some_and(Option::is_some);
            if !waiting || !sources(keys_of(read)).all(known) {
                continue;
            }
            let task = self.begin(read)?;
            if let Some(of) = self.tasks.get_mut(number) {
                *of = task;
            }
            self.settle(number)?;
        }
        Ok(())
    }

    fn begin(&self, read: &'a Read) -> Result<Task<'a>, StorageError> {
        let name = order_of(read);
        let keys = keys(keys_of(read), name, &self.answered)?;
        let table = self.table(name)?;
        let prefix = keys.first().map_or(0, Vec::len);
        let order = |want| Order::new(self.names, table, name, prefix, want);
        Ok(match read {
            Read::Get { want, .. } => Task::Getting(order(*want)?, keys),
            Read::Scan(range) => Task::Scanning(order(range.want)?, Scanning::new(range, keys)),
            Read::Merge(range) => Task::Merging(order(range.want)?, Merging::new(range, keys)),
            Read::Walk { next, depth, want, .. } => {
                // The way may lead over a column although only keys are wanted.
                let part = table.key.iter().any(|part| part.name == *next);
                let order = order(if part { *want } else { Want::Columns.max(*want) })?;
                Task::Walking(
                    order,
                    Walking {
                        next,
                        want: *want,
                        left: *depth,
                        asked: BTreeSet::new(),
                        asking: keys,
                        found: BTreeMap::new(),
                    },
                )
            }
        })
    }

    fn table(&self, name: &'static str) -> Result<&'a Table, StorageError> {
        self.schema.table_of(name).ok_or(StorageError::Refused {
            table: name,
            what: "the schema has no such table or index",
        })
    }

    fn take(&mut self, answers: Vec<Vec<Cells>>) -> Result<(), StorageError> {
        for (number, answer) in answers.into_iter().enumerate() {
            let asked = self
                .tasks
                .get(number)
                .is_some_and(|task| !matches!(task, Task::Waiting | Task::Done));
            if asked {
                self.took(number, &answer)?;
            }
        }
        Ok(())
    }

    fn took(&mut self, number: usize, answer: &[Cells]) -> Result<(), StorageError> {
        match self.tasks.get_mut(number) {
            None | Some(Task::Waiting | Task::Done) => return Ok(()),
            Some(Task::Getting(order, keys)) => {
                let mut found: BTreeMap<Parts, Row> = BTreeMap::new();
                for hit in order.hits(answer)? {
                    found.extend(hit.row.map(|(row, _)| (row.key.clone(), row)));
                }
                let absent = keys.iter().filter(|key| !found.contains_key(*key)).cloned().collect();
                let rows = found.into_values().collect();
                self.done(number, Rows { rows, absent });
                return Ok(());
            }
            Some(Task::Scanning(order, scanning)) => scanning.take(order.hits(answer)?),
            Some(Task::Merging(order, merging)) => merging.take(order, order.hits(answer)?)?,
            Some(Task::Walking(order, walking)) => {
                walking.take(order.table, order.hits(answer)?);
                order.under_one();
            }
        }
        self.settle(number)
    }

    /// Answers a read that has nothing left to ask.
    fn settle(&mut self, number: usize) -> Result<(), StorageError> {
        let rows = match self.tasks.get_mut(number) {
            Some(Task::Getting(_, keys)) if keys.is_empty() => Vec::new(),
            Some(Task::Scanning(_, scanning)) if scanning.is_done() => scanning.rows(),
            Some(Task::Merging(_, merging)) if merging.is_done() => merging.rows(),
            Some(Task::Walking(_, walking)) if walking.left == 0 || walking.asking.is_empty() => walking.rows(),
            _ => return Ok(()),
        };
        self.done(
            number,
            Rows {
                rows,
                absent: Vec::new(),
            },
        );
        Ok(())
    }

    fn done(&mut self, number: usize, rows: Rows) {
        let table = self
            .reads
            .get(number)
            .and_then(|read| self.schema.table_of(order_of(read)));
        if let (Some(task), Some(answered), Some(table)) =
            (self.tasks.get_mut(number), self.answered.get_mut(number), table)
        {
            *task = Task::Done;
            *answered = Some(Answered { table, rows });
        }
    }
}

impl Task<'_> {
    fn wish(&self, network: i64, tag: usize) -> Wish {
        match self {
            Task::Waiting | Task::Done => Wish::default(),
            Task::Getting(order, keys) => Wish {
                shared: vec![order.all(network, tag, &keys.iter().collect::<Vec<_>>())],
                ranges: Vec::new(),
            },
            Task::Scanning(order, scanning) => scanning.wish(order, network, tag),
            Task::Merging(order, merging) => merging.wish(order, network, tag),
            Task::Walking(order, walking) => Wish {
                shared: vec![order.all(network, tag, &walking.asking.iter().collect::<Vec<_>>())],
                ranges: Vec::new(),
            },
        }
    }
}

impl Walking<'_> {
    fn take(&mut self, table: &Table, hits: Vec<Hit>) {
        let mut further = BTreeSet::new();
        for (row, _) in hits.into_iter().filter_map(|hit| hit.row) {
            if let Some(value) = value_of(table, self.next, &row) {
                further.insert(vec![Some(value.clone())]);
            }
            self.found.entry(row.key.clone()).or_insert(row);
        }
        self.asked.extend(std::mem::take(&mut self.asking));
        self.asking = further.difference(&self.asked).cloned().collect();
        self.left = self.left.saturating_sub(1);
    }

    fn rows(&mut self) -> Vec<Row> {
        let wanted = |row: Row| match self.want {
            Want::Key => Row {
                columns: Parts::new(),
                stamp: None,
                ..row
            },
            Want::Columns | Want::Document => row,
        };
        std::mem::take(&mut self.found).into_values().map(wanted).collect()
    }
}

/// Ranges, some of them without rows so that there are 1, 2, 4, 8, .. of them: few texts instead of many.
fn padded(pieces: Vec<Piece>, empty: impl Fn() -> Option<Piece>) -> Vec<Piece> {
    let mut pieces = pieces;
    let wanted = pieces.len() % RANGES;
    if wanted > 0 {
        let missing = wanted.next_power_of_two() - wanted;
        pieces.extend(std::iter::repeat_with(empty).take(missing).flatten());
    }
    pieces
}

fn bounds(range: &Range) -> Bounds<'_> {
    Bounds {
        from: &range.from,
        to: &range.to,
        dir: range.dir,
    }
}
