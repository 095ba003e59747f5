//! Ranges, each with its own limit.

use super::piece::{Hit, Order};
use super::{Wish, bounds, padded};
use parvis::store::{Dir, Parts, Range, Row};

/// Up to this many ranges are read as they are.
const FEW: usize = 2;
/// A range of no more rows than this is read as a whole, whatever the limit.
const SHORT: i64 = 32;
/// What no network is called.
pub(super) const NOWHERE: i64 = -1;

/// A scan under way.
pub(super) struct Scanning<'a> {
    range: &'a Range,
    prefixes: Vec<Parts>,
    /// The prefixes that are still to be read, by number; those of the first round first.
    asking: Vec<usize>,
    /// Whether it asks which prefixes are short.
    sounding: bool,
    found: Vec<Vec<(Row, Parts)>>,
}

impl<'a> Scanning<'a> {
    pub(super) fn new(range: &'a Range, prefixes: Vec<Parts>) -> Scanning<'a> {
        let asking = if range.limit == 0 { 0 } else { prefixes.len() };
        Scanning {
            sounding: asking > FEW,
            asking: (0..asking).collect(),
            found: prefixes.iter().map(|_| Vec::new()).collect(),
            range,
            prefixes,
        }
    }

    pub(super) fn wish(&self, order: &Order<'_>, network: i64, tag: usize) -> Wish {
        let limit = i64::from(self.range.limit);
        if self.sounding {
            let keys: Vec<&Parts> = self.prefixes.iter().collect();
            return Wish {
                shared: vec![order.short(network, tag, &keys, bounds(self.range), limit.max(SHORT))],
                ranges: Vec::new(),
            };
        }
        let piece = |network, at: usize| {
            let key = (at, self.prefixes.get(*self.asking.get(at)?)?);
            Some(order.range(network, tag, key, bounds(self.range), limit))
        };
        let pieces: Vec<_> = (0..self.asking.len()).filter_map(|at| piece(network, at)).collect();
        if self.prefixes.len() <= FEW {
            return Wish {
                shared: pieces,
                ranges: Vec::new(),
            };
        }
        Wish {
            shared: Vec::new(),
            ranges: padded(pieces, || piece(NOWHERE, 0)),
        }
    }

    pub(super) fn take(&mut self, hits: Vec<Hit>) {
        let asked = std::mem::take(&mut self.asking);
        self.sounding = false;
        for hit in hits {
            let Some(number) = asked.get(hit.key).copied() else {
                continue;
            };
            match hit.row {
                Some(found) => {
                    if let Some(of) = self.found.get_mut(number) {
                        of.push(found);
                    }
                }
                None if hit.word.is_some() => self.asking.push(number),
                None => {}
            }
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.asking.is_empty()
    }

    pub(super) fn rows(&mut self) -> Vec<Row> {
        let limit = self.range.limit as usize;
        let mut rows = Vec::new();
        for mut found in std::mem::take(&mut self.found) {
            found.sort_by(|(_, a), (_, b)| match self.range.dir {
                Dir::Up => a.cmp(b),
                Dir::Down => b.cmp(a),
            });
            rows.extend(found.into_iter().take(limit).map(|(row, _)| row));
        }
        rows
    }
}
