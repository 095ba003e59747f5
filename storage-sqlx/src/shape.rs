//! The shape of a call and its parameters.
//!
//! Two calls of one shape share one text: they differ in keys, constants, bounds and limits, which are parameters. The
//! numbers of the parameters follow from the shape alone.

use crate::dialect::Arg;
use crate::json::List;
use parvis::store::{Keys, Part, Parts, Range, Read, Source};

/// Up to this many given keys of a read are parameters of their own; more come as one list.
const SINGLE_KEYS: usize = 2;

/// The keys of a read.
pub(crate) fn keys_of(read: &Read) -> &Keys {
    match read {
        Read::Get { keys, .. } => keys,
        Read::Scan(range) | Read::Merge(range) => &range.prefixes,
        Read::Walk { start, .. } => start,
    }
}

/// The order that a read follows: an index, or a table for its key order.
pub(crate) fn order_of(read: &Read) -> &'static str {
    match read {
        Read::Get { table, .. } => table,
        Read::Scan(range) | Read::Merge(range) => range.index,
        Read::Walk { index, .. } => index,
    }
}

/// The given keys of a read, in order.
pub(crate) fn given(keys: &Keys) -> impl Iterator<Item = &Parts> {
    keys.0.iter().filter_map(|source| match source {
        Source::Given(parts) => Some(parts),
        Source::Of { .. } => None,
    })
}

/// The computed keys of a read, in order.
pub(crate) fn computed(keys: &Keys) -> impl Iterator<Item = (usize, &Vec<Part>)> {
    keys.0.iter().filter_map(|source| match source {
        Source::Given(_) => None,
        Source::Of { read, parts } => Some((*read, parts)),
    })
}

/// How given keys travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum GivenSlots {
    /// A parameter a part.
    Single(Vec<Vec<usize>>),
    /// All keys in one list: its parameter, and how many parts a key has.
    List(usize, usize),
}

/// The numbers of the parameters of one read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slots {
    /// Of the given keys.
    pub(crate) given: GivenSlots,
    /// Of the constants of each computed key, part by part.
    pub(crate) constants: Vec<Vec<Option<usize>>>,
    /// Of the bound where a range begins.
    pub(crate) from: Vec<usize>,
    /// Of the bound where it ends.
    pub(crate) to: Vec<usize>,
    /// Of its limit.
    pub(crate) limit: usize,
}

/// The numbers of all parameters of a call; the first is the network.
pub(crate) fn slots(reads: &[Read]) -> Vec<Slots> {
    let mut last = 1;
    let mut next = || {
        last += 1;
        last
    };
    reads
        .iter()
        .map(|read| {
            let keys = keys_of(read);
            let count = given(keys).count();
            let given = if count > SINGLE_KEYS {
                GivenSlots::List(next(), given(keys).next().map_or(0, Vec::len))
            } else {
                let slots = given(keys).map(|parts| parts.iter().map(|_| next()).collect());
                GivenSlots::Single(slots.collect())
            };
            let constants = computed(keys)
                .map(|(_, parts)| {
                    parts
                        .iter()
                        .map(|p| matches!(p, Part::Const(_)).then(&mut next))
                        .collect()
                })
                .collect();
            let range = range_of(read);
            let mut bound = |parts: Option<&Parts>| parts.into_iter().flatten().map(|_| next()).collect();
            Slots {
                given,
                constants,
                from: bound(range.map(|range| &range.from)),
                to: bound(range.map(|range| &range.to)),
                limit: next(),
            }
        })
        .collect()
}

/// The parameters of a call in the order of [`slots`], behind the network.
pub(crate) fn arguments(reads: &[Read]) -> Vec<Arg> {
    let mut out = Vec::new();
    for read in reads {
        let keys = keys_of(read);
        if given(keys).count() > SINGLE_KEYS {
            let mut list = List::new();
            given(keys).for_each(|parts| list.push_row(parts));
            out.push(Arg::Text(list.finish()));
        } else {
            out.extend(given(keys).flatten().map(|part| Arg::value(part.as_ref())));
        }
        for (_, parts) in computed(keys) {
            out.extend(parts.iter().filter_map(|part| match part {
                Part::Const(value) => Some(Arg::value(Some(value))),
                Part::Column(_) | Part::Only { .. } => None,
            }));
        }
        let range = range_of(read);
        if let Some(range) = range {
            let bounds = range.from.iter().chain(&range.to);
            out.extend(bounds.map(|part| Arg::value(part.as_ref())));
        }
        out.push(Arg::Int(range.map_or(0, |range| i64::from(range.limit))));
    }
    out
}

/// The range of a read. Without keys it finds nothing, whatever its bounds.
fn range_of(read: &Read) -> Option<&Range> {
    match read {
        Read::Scan(range) | Read::Merge(range) if range.prefixes.0.is_empty() => None,
        Read::Scan(range) | Read::Merge(range) => Some(range),
        Read::Get { .. } | Read::Walk { .. } => None,
    }
}

/// What the text of a call depends on.
pub(crate) fn shape(reads: &[Read]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 * reads.len());
    for read in reads {
        let (tag, want) = match read {
            Read::Get { want, .. } => (0, *want),
            Read::Scan(range) => (1, range.want),
            Read::Merge(range) => (2, range.want),
            Read::Walk { want, .. } => (3, *want),
        };
        out.extend([tag, want as u8]);
        push_name(&mut out, order_of(read));
        if let Read::Walk { next, depth, .. } = read {
            push_name(&mut out, next);
            out.push(*depth);
        }
        if let Some(range) = range_of(read) {
            push_count(&mut out, range.from.len());
            push_count(&mut out, range.to.len());
            out.push(range.dir as u8);
        }
        push_keys(&mut out, keys_of(read));
    }
    out
}

fn push_keys(out: &mut Vec<u8>, keys: &Keys) {
    push_count(out, given(keys).count().min(SINGLE_KEYS + 1));
    push_count(out, given(keys).next().map_or(0, Vec::len));
    push_count(out, computed(keys).count());
    for (read, parts) in computed(keys) {
        push_count(out, read);
        push_count(out, parts.len());
        for part in parts {
            match part {
                Part::Const(_) => out.push(0),
                Part::Column(column) => {
                    out.push(1);
                    push_name(out, column);
                }
                Part::Only { read, column } => {
                    out.push(2);
                    push_count(out, *read);
                    push_name(out, column);
                }
            }
        }
    }
}

// Names are declared in the schema and hold no U+0000, which no engine takes in an identifier.
fn push_name(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(name.as_bytes());
    out.push(0);
}

// Counts are at most MAX_KEYS.
fn push_count(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&(count as u32).to_be_bytes());
}
