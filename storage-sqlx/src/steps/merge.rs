//! Ranges as one order: only as much of each is read as may count.

use super::piece::{Bounds, Hit, Order};
use super::scan::NOWHERE;
use super::{Wish, padded};
use parvis::store::{Dir, Parts, Range, Row, StorageError};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Up to this many ranges are read without a look at their first entries.
const FEW: usize = 4;
/// At least so many rows of a range are read at once.
const CHUNK: usize = 4;

/// A merge under way.
pub(super) struct Merging<'a> {
    range: &'a Range,
    sources: Vec<Source>,
    /// Whether it asks for the first entries.
    sounding: bool,
    asking: Vec<Asked>,
}

/// What one source is asked for.
#[derive(Debug)]
struct Asked {
    number: usize,
    rows: usize,
}

/// One range.
#[derive(Debug)]
struct Source {
    prefix: Parts,
    /// What follows the prefix in its first entry, where that is known and was not read as a row.
    head: Option<Parts>,
    /// The rows read so far, in order.
    rows: Vec<(Parts, Row)>,
    /// Whether there are no further ones.
    ended: bool,
    /// How many rows were read at once.
    chunk: usize,
}

impl<'a> Merging<'a> {
    pub(super) fn new(range: &'a Range, prefixes: Vec<Parts>) -> Merging<'a> {
        let prefixes = if range.limit == 0 { Vec::new() } else { prefixes };
        let source = |prefix| Source {
            prefix,
            head: None,
            rows: Vec::new(),
            ended: false,
            chunk: 0,
        };
        let mut merging = Merging {
            range,
            // The first entries that a bound lets through are found range by range only.
            sounding: prefixes.len() > FEW && range.from.is_empty(),
            sources: prefixes.into_iter().map(source).collect(),
            asking: Vec::new(),
        };
        if !merging.sounding {
            merging.plan();
        }
        merging
    }

    fn compare(&self, a: &Parts, b: &Parts) -> Ordering {
        match self.range.dir {
            Dir::Up => a.cmp(b),
            Dir::Down => b.cmp(a),
        }
    }

    /// Whether an entry lies before the end of the range.
    fn within(&self, entry: &Parts) -> bool {
        let beginning: Parts = entry.iter().take(self.range.to.len()).cloned().collect();
        self.compare(&beginning, &self.range.to) != Ordering::Greater
    }

    pub(super) fn wish(&self, order: &Order<'_>, network: i64, tag: usize) -> Wish {
        if self.sounding {
            let keys: Vec<&Parts> = self.sources.iter().map(|source| &source.prefix).collect();
            return Wish {
                shared: vec![order.heads(network, tag, &keys, self.range.dir)],
                ranges: Vec::new(),
            };
        }
        let piece = |network: i64, at: usize| {
            let asked = self.asking.get(at)?;
            let source = self.sources.get(asked.number)?;
            let bounds = Bounds {
                from: source.rows.last().map_or(self.range.from.as_slice(), |(last, _)| last),
                to: &self.range.to,
                dir: self.range.dir,
            };
            let rows = i64::try_from(asked.rows).ok()?;
            Some(order.range(network, tag, (at, &source.prefix), bounds, rows))
        };
        let pieces = (0..self.asking.len()).filter_map(|at| piece(network, at)).collect();
        Wish {
            shared: Vec::new(),
            ranges: padded(pieces, || piece(NOWHERE, 0)),
        }
    }

    /// # Errors
    /// [`StorageError::Corrupt`]
    pub(super) fn take(&mut self, order: &Order<'_>, hits: Vec<Hit>) -> Result<(), StorageError> {
        if std::mem::take(&mut self.sounding) {
            for hit in hits {
                let head = hit.word.map(|word| order.behind(&word)).transpose()?;
                let head = head.filter(|head| self.within(head));
                if let Some(source) = self.sources.get_mut(hit.key) {
                    source.ended = head.is_none();
                    source.head = head;
                }
            }
        } else {
            let mut found: BTreeMap<usize, Vec<(Parts, Row)>> = BTreeMap::new();
            for hit in hits {
                found
                    .entry(hit.key)
                    .or_default()
                    .extend(hit.row.map(|(row, rest)| (rest, row)));
            }
            for (at, asked) in std::mem::take(&mut self.asking).into_iter().enumerate() {
                let mut rows = found.remove(&at).unwrap_or_default();
                rows.sort_by(|(a, _), (b, _)| self.compare(a, b));
                if let Some(source) = self.sources.get_mut(asked.number) {
                    source.ended = rows.len() < asked.rows;
                    source.head = None;
                    source.chunk = asked.rows;
                    source.rows.extend(rows);
                }
            }
        }
        self.plan();
        Ok(())
    }

    /// The known entries in order; of equal ones that of the smallest prefix.
    fn known(&self) -> Vec<(&Parts, usize)> {
        let mut known: Vec<(&Parts, usize)> = Vec::new();
        for (number, source) in self.sources.iter().enumerate() {
            known.extend(source.rows.iter().map(|(rest, _)| (rest, number)));
            known.extend(source.head.iter().map(|head| (head, number)));
        }
        known.sort_by(|a, b| self.compare(a.0, b.0).then(a.1.cmp(&b.1)));
        known.dedup_by(|a, b| a.0 == b.0);
        known
    }

    /// Works out what may still count: what lies before the last entry that is owed.
    fn plan(&mut self) {
        let limit = self.range.limit as usize;
        let known = self.known();
        let last = limit.checked_sub(1).and_then(|at| known.get(at)).map(|(rest, _)| *rest);
        let counts = |source: &Source| {
            if source.ended {
                return false;
            }
            match (last, &source.head, source.rows.last()) {
                (None, ..) => true,
                (Some(last), Some(head), _) => self.compare(head, last) != Ordering::Greater,
                (Some(last), None, Some((newest, _))) => self.compare(newest, last) == Ordering::Less,
                (Some(_), None, None) => true,
            }
        };
        let open: Vec<usize> = self
            .sources
            .iter()
            .enumerate()
            .filter(|(_, source)| counts(source))
            .map(|(n, _)| n)
            .collect();
        // Twice what is owed on average: most sources then need no second look.
        let fair = (2 * limit).div_ceil(open.len().max(1));
        let asked = |number: usize| {
            let source = self.sources.get(number)?;
            let rows = if source.chunk > 0 {
                source.chunk.saturating_mul(4)
            } else {
                fair.max(CHUNK)
            };
            Some(Asked {
                number,
                rows: rows.min(limit),
            })
        };
        self.asking = open.into_iter().filter_map(asked).collect();
    }

    pub(super) fn is_done(&self) -> bool {
        !self.sounding && self.asking.is_empty()
    }

    pub(super) fn rows(&mut self) -> Vec<Row> {
        let limit = self.range.limit as usize;
        let chosen: Vec<(Parts, usize)> = self
            .known()
            .into_iter()
            .take(limit)
            .map(|(rest, n)| (rest.clone(), n))
            .collect();
        let mut rows: Vec<BTreeMap<Parts, Row>> = self
            .sources
            .iter_mut()
            .map(|source| std::mem::take(&mut source.rows).into_iter().collect())
            .collect();
        chosen
            .into_iter()
            .filter_map(|(rest, number)| rows.get_mut(number)?.remove(&rest))
            .collect()
    }
}
