//! What the scripts came across: a table that must not show a zero.

use super::super::bench::Stop;
use super::Step;
use crate::store::{
    Batch, Cause, CommitError, Dir, Keys, Memory, NetworkId, Parts, Range, Read, ReadAt, Row, Rows, Schema, Source,
    Storage, StorageError, Value, Wake, Write,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What is counted, in the order of the table.
const NAMES: [&str; 43] = [
    "commits",
    "conflict: not absent",
    "conflict: not present",
    "conflict: other stamp",
    "conflict: bound",
    "conflict: overflow",
    "conflict: too many",
    "several conditions fail at once",
    "batch refused",
    "batch repeated",
    "commit id reused",
    "plain batch carried out again",
    "stamp check held",
    "several bounds in a batch held",
    "max in a counter",
    "delete_range took rows",
    "time of an entry held back",
    "agenda: sooner moved",
    "agenda: sooner kept",
    "agenda: exactly",
    "agenda: taken away",
    "get: rows",
    "get: absent keys",
    "scan up",
    "scan down",
    "merge up",
    "merge down",
    "merge: equal rows folded",
    "from bound left rows out",
    "to bound left rows out",
    "limit hit",
    "ties in an index",
    "absent part in an order",
    "of: rows gave keys",
    "of: empty read",
    "of: absent column",
    "of: equal keys",
    "only: one row",
    "only: no row, several, or absent",
    "read refused",
    "walk: several steps",
    "walk: a cycle",
    "walk: depth hit",
];

/// Counts by name.
#[derive(Default)]
pub(super) struct Coverage(BTreeMap<&'static str, u64>);

impl Coverage {
    fn saw(&mut self, name: &'static str, times: usize) {
        *self.0.entry(name).or_default() += times as u64;
    }

    /// What never occurred.
    pub(super) fn zeros(&self) -> Vec<&'static str> {
        NAMES
            .into_iter()
            .filter(|name| self.0.get(name).copied().unwrap_or_default() == 0)
            .collect()
    }

    /// Runs a step on the model and counts what it showed.
    pub(super) async fn step(&mut self, model: &Memory, step: &Step) -> Result<(), Stop> {
        match step {
            Step::Commit(network, batch) => self.commit(model, *network, batch).await,
            Step::Read(network, reads) => self.read(model, *network, reads).await,
        }
    }

    async fn commit(&mut self, model: &Memory, network: NetworkId, batch: &Batch) -> Result<(), Stop> {
        let agenda = super::super::draft::all("agenda");
        let before = model.read(network, &[], ReadAt::Fresh).await?;
        let woken = model
            .read(NetworkId::SYSTEM, std::slice::from_ref(&agenda), ReadAt::Fresh)
            .await?;
        let held = |write: &&Write| matches!(write, Write::Add { at_most: Some(_), .. });
        let bounds = batch.writes.iter().filter(held).count();
        let mut doomed = 0;
        for write in &batch.writes {
            // A prefix that does not fit is refused by both calls.
            if let Write::DeleteRange { table, prefix, .. } = write {
                let range = Read::Scan(super::super::draft::range(table, prefix.clone()));
                let found = model.read(network, &[range], ReadAt::Fresh).await;
                doomed += found.map_or(0, |found| found.sets.iter().map(|set| set.rows.len()).sum());
            }
        }
        match model.commit(network, batch.clone()).await {
            Ok(committed) if committed.repeated => self.saw("batch repeated", 1),
            Ok(_) => {
                self.saw("commits", 1);
                let stamps = batch
                    .checks
                    .iter()
                    .filter(|check| matches!(check.expect, crate::store::Expect::Stamp(_)));
                self.saw("stamp check held", stamps.count());
                self.saw("several bounds in a batch held", usize::from(bounds > 1));
                self.saw(
                    "max in a counter",
                    batch.writes.iter().filter(|w| matches!(w, Write::Max { .. })).count(),
                );
                self.saw(
                    "time of an entry held back",
                    usize::from(!batch.log.is_empty() && batch.time < before.newest),
                );
                self.saw("delete_range took rows", doomed);
                let after = model.read(NetworkId::SYSTEM, &[agenda], ReadAt::Fresh).await?;
                match batch.wake {
                    Some(Wake::Sooner(_)) if after.sets != woken.sets => self.saw("agenda: sooner moved", 1),
                    Some(Wake::Sooner(_)) => self.saw("agenda: sooner kept", 1),
                    Some(Wake::Exactly(Some(_))) => self.saw("agenda: exactly", 1),
                    Some(Wake::Exactly(None)) => self.saw("agenda: taken away", usize::from(after.sets != woken.sets)),
                    None => {}
                }
                if !batch.is_remembered() && model.commit(network, batch.clone()).await.is_ok_and(|c| !c.repeated) {
                    self.saw("plain batch carried out again", 1);
                }
            }
            Err(CommitError::Conflict(conflict)) => {
                self.saw(cause(conflict.cause), 1);
                let others = Batch {
                    checks: batch.checks.iter().rev().cloned().collect(),
                    ..batch.clone()
                };
                let turned = model.commit(network, others).await;
                self.saw(
                    "several conditions fail at once",
                    usize::from(turned != Err(CommitError::Conflict(conflict))),
                );
            }
            Err(CommitError::KeyReused) => self.saw("commit id reused", 1),
            Err(CommitError::Storage(StorageError::Refused { .. })) => self.saw("batch refused", 1),
            Err(other) => return Err(other.into()),
        }
        Ok(())
    }

    async fn read(&mut self, model: &Memory, network: NetworkId, reads: &[Read]) -> Result<(), Stop> {
        let schema = super::super::schema::schema();
        let found = match model.read(network, reads, ReadAt::Fresh).await {
            Ok(found) => found,
            Err(StorageError::Refused { .. }) => {
                self.saw("read refused", 1);
                return Ok(());
            }
            Err(other) => return Err(other.into()),
        };
        for (number, (read, set)) in reads.iter().zip(&found.sets).enumerate() {
            let earlier = reads.get(..number).unwrap_or_default();
            match read {
                Read::Get { keys, .. } => {
                    self.saw("get: rows", set.rows.len());
                    self.saw("get: absent keys", set.absent.len());
                    self.sources(&schema, keys, earlier, &found.sets);
                }
                Read::Walk {
                    start,
                    depth,
                    next,
                    index,
                    ..
                } => {
                    self.sources(&schema, start, earlier, &found.sets);
                    self.saw("walk: several steps", usize::from(set.rows.len() > 1 && *depth > 1));
                    self.walk(model, network, reads, number, (*index, *next, *depth))
                        .await?;
                }
                Read::Scan(range) | Read::Merge(range) => {
                    let merge = matches!(read, Read::Merge(_));
                    self.saw(
                        match (merge, range.dir) {
                            (false, Dir::Up) => "scan up",
                            (false, Dir::Down) => "scan down",
                            (true, Dir::Up) => "merge up",
                            (true, Dir::Down) => "merge down",
                        },
                        set.rows.len(),
                    );
                    self.sources(&schema, &range.prefixes, earlier, &found.sets);
                    self.range(model, network, reads, number, range, set).await?;
                }
            }
        }
        Ok(())
    }

    /// Asks the model the same read without one of its bounds, and sees what the bound did.
    async fn range(
        &mut self,
        model: &Memory,
        network: NetworkId,
        reads: &[Read],
        number: usize,
        range: &Range,
        set: &Rows,
    ) -> Result<(), Stop> {
        let merge = matches!(reads.get(number), Some(Read::Merge(_)));
        let open = Range {
            limit: 10_000,
            ..range.clone()
        };
        let as_read = |range: Range| if merge { Read::Merge(range) } else { Read::Scan(range) };
        let all = ask(model, network, reads, number, as_read(open.clone())).await?;
        self.saw("limit hit", usize::from(all.len() > set.rows.len()));
        if !range.from.is_empty() {
            let wide = as_read(Range {
                from: Vec::new(),
                ..open.clone()
            });
            let wide = ask(model, network, reads, number, wide).await?;
            self.saw("from bound left rows out", usize::from(wide.len() > all.len()));
        }
        if !range.to.is_empty() {
            let wide = as_read(Range {
                to: Vec::new(),
                ..open.clone()
            });
            let wide = ask(model, network, reads, number, wide).await?;
            self.saw("to bound left rows out", usize::from(wide.len() > all.len()));
        }
        if merge {
            let each = ask(model, network, reads, number, Read::Scan(open)).await?;
            self.saw("merge: equal rows folded", usize::from(each.len() > all.len()));
        }
        let firsts: Vec<&Option<Value>> = all.iter().filter_map(|row| row.first()).collect();
        let is_index = super::super::schema::schema().table(range.index).is_none();
        let ties = firsts.windows(2).filter(|pair| pair.first() == pair.get(1)).count();
        self.saw("ties in an index", if is_index { ties } else { 0 });
        self.saw(
            "absent part in an order",
            all.iter().filter(|row| row.contains(&None)).count(),
        );
        Ok(())
    }

    /// A cycle is there where one more step than the tree has nodes still finds a next row.
    async fn walk(
        &mut self,
        model: &Memory,
        network: NetworkId,
        reads: &[Read],
        number: usize,
        (index, next, depth): (&'static str, &'static str, u8),
    ) -> Result<(), Stop> {
        let Some(Read::Walk { start, want, .. }) = reads.get(number) else {
            return Ok(());
        };
        let walk = |depth| Read::Walk {
            index,
            start: start.clone(),
            next,
            depth,
            want: *want,
        };
        let here = ask(model, network, reads, number, walk(depth)).await?;
        let further = ask(model, network, reads, number, walk(16)).await?;
        self.saw("walk: depth hit", usize::from(further.len() > here.len()));
        let link = |row: &Parts| (row.first().cloned().flatten(), row.last().cloned().flatten());
        let links: Vec<(Option<Value>, Option<Value>)> = further.iter().map(link).collect();
        let cycle = links.iter().any(|(from, _)| {
            let (mut at, mut seen) = (from.clone(), BTreeSet::new());
            while let Some(value) = at.clone() {
                if !seen.insert(value) {
                    return true;
                }
                at = links
                    .iter()
                    .find(|(from, _)| *from == at)
                    .and_then(|(_, to)| to.clone());
            }
            false
        });
        self.saw("walk: a cycle", usize::from(cycle && depth == 16));
        Ok(())
    }

    fn sources(&mut self, schema: &Schema, keys: &Keys, earlier: &[Read], sets: &[Rows]) {
        for source in &keys.0 {
            let Source::Of { read, parts } = source else { continue };
            let (Some(from), Some(set)) = (earlier.get(*read), sets.get(*read)) else {
                continue;
            };
            self.saw("of: empty read", usize::from(set.rows.is_empty()));
            let mut onlys: BTreeMap<(usize, &'static str), Option<Value>> = BTreeMap::new();
            for part in parts {
                let crate::store::Part::Only { read, column } = part else {
                    continue;
                };
                let (Some(from), Some(set)) = (earlier.get(*read), sets.get(*read)) else {
                    continue;
                };
                let value = match set.rows.as_slice() {
                    [row] => named(schema, from, row, column),
                    _ => None,
                };
                let name = if value.is_some() {
                    "only: one row"
                } else {
                    "only: no row, several, or absent"
                };
                self.saw(name, 1);
                onlys.insert((*read, column), value);
            }
            let mut computed = Vec::new();
            for row in &set.rows {
                let key: Option<Vec<Value>> = parts
                    .iter()
                    .map(|part| match part {
                        crate::store::Part::Const(value) => Some(value.clone()),
                        crate::store::Part::Column(column) => named(schema, from, row, column),
                        crate::store::Part::Only { read, column } => onlys.get(&(*read, *column)).cloned().flatten(),
                    })
                    .collect();
                match key {
                    Some(key) => computed.push(key),
                    None => self.saw("of: absent column", 1),
                }
            }
            let distinct: BTreeSet<_> = computed.iter().collect();
            self.saw("of: rows gave keys", distinct.len());
            self.saw("of: equal keys", computed.len() - distinct.len());
        }
    }
}

/// A key part or column of a row that a read answered.
fn named(schema: &Schema, read: &Read, row: &Row, name: &str) -> Option<Value> {
    let order = match read {
        Read::Get { table, .. } => table,
        Read::Scan(range) | Read::Merge(range) => range.index,
        Read::Walk { index, .. } => index,
    };
    let table = schema.table_of(order)?;
    let mut values = table
        .key
        .iter()
        .chain(&table.columns)
        .zip(row.key.iter().chain(&row.columns));
    values
        .find(|(field, _)| field.name == name)
        .and_then(|(_, value)| value.clone())
}

/// The rows of one read in place of the numbered one, each as parts of its order with the column that a walk follows last.
async fn ask(
    model: &Memory,
    network: NetworkId,
    reads: &[Read],
    number: usize,
    read: Read,
) -> Result<Vec<Parts>, Stop> {
    let (order, next) = match &read {
        Read::Scan(range) | Read::Merge(range) => (range.index, None),
        Read::Walk { index, next, .. } => (*index, Some(*next)),
        Read::Get { table, .. } => (*table, None),
    };
    let whole = match read {
        Read::Scan(range) => Read::Scan(Range {
            want: crate::store::Want::Document,
            ..range
        }),
        Read::Merge(range) => Read::Merge(Range {
            want: crate::store::Want::Document,
            ..range
        }),
        Read::Walk {
            index,
            start,
            next,
            depth,
            ..
        } => Read::Walk {
            index,
            start,
            next,
            depth,
            want: crate::store::Want::Document,
        },
        other => other,
    };
    let mut asked: Vec<Read> = reads.iter().take(number).cloned().collect();
    asked.push(whole);
    let rows = model
        .read(network, &asked, ReadAt::Fresh)
        .await?
        .sets
        .pop()
        .unwrap_or_default()
        .rows;
    let schema = super::super::schema::schema();
    let Some(table) = schema.table_of(order) else {
        return Ok(Vec::new());
    };
    let names: Vec<&str> = table
        .order(order)
        .unwrap_or_default()
        .iter()
        .map(|field| field.name)
        .chain(next)
        .collect();
    let parts = |row: Row| {
        let fields = table.key.iter().chain(&table.columns).map(|field| field.name);
        let values: BTreeMap<&str, Option<Value>> = fields.zip(row.key.into_iter().chain(row.columns)).collect();
        names.iter().map(|name| values.get(name).cloned().flatten()).collect()
    };
    Ok(rows.into_iter().map(parts).collect())
}

fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::NotAbsent => "conflict: not absent",
        Cause::NotPresent => "conflict: not present",
        Cause::OtherStamp => "conflict: other stamp",
        Cause::Bound => "conflict: bound",
        Cause::Overflow => "conflict: overflow",
        Cause::TooMany => "conflict: too many",
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in NAMES {
            writeln!(f, "{:>9}  {name}", self.0.get(name).copied().unwrap_or_default())?;
        }
        Ok(())
    }
}
