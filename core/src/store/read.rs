//! Reads: questions to the store as data, and what comes back.

use super::value::{CommitId, NetworkId, Parts, Position, Value};

/// A direction along an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dir {
    /// Smallest first.
    Up,
    /// Largest first.
    Down,
}

/// How much of a row comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Want {
    /// The key only.
    Key,
    /// Key, columns and stamp.
    Columns,
    /// Key, columns, stamp and document.
    Document,
}

/// One part of a computed key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The same for every key.
    Const(Value),
    /// A key part or column, by name, of the rows of the earlier read.
    Column(&'static str),
    /// A key part or column of the only row of another earlier read; no key where that read found no row or several.
    Only {
        /// Number of that read, counted from 0.
        read: usize,
        /// The key part or column.
        column: &'static str,
    },
}

/// Where keys (or prefixes) come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// This key.
    Given(Parts),
    /// One key for each row of an earlier read of the same call; a row that lacks one of the columns gives none.
    Of {
        /// Number of the earlier read, counted from 0.
        read: usize,
        /// The parts of each key.
        parts: Vec<Part>,
    },
}

/// Keys or prefixes of one read; equal ones count once, all have the same number of parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Keys(pub Vec<Source>);

impl Keys {
    /// These keys.
    pub fn given(keys: impl IntoIterator<Item = Parts>) -> Keys {
        Keys(keys.into_iter().map(Source::Given).collect())
    }

    /// One key.
    pub fn one(parts: impl IntoIterator<Item = Value>) -> Keys {
        Keys(vec![Source::Given(parts.into_iter().map(Some).collect())])
    }

    /// One key for each row of an earlier read.
    pub fn of(read: usize, parts: impl IntoIterator<Item = Part>) -> Keys {
        Keys(vec![Source::Of {
            read,
            parts: parts.into_iter().collect(),
        }])
    }

    /// Both.
    pub fn and(mut self, more: Keys) -> Keys {
        self.0.extend(more.0);
        self
    }
}

/// A read may name this many keys or prefixes.
pub const MAX_KEYS: usize = 5_000;
/// A walk goes up at most this many edges.
pub const MAX_DEPTH: u8 = 16;
/// A call may hold this many reads.
pub const MAX_READS: usize = 64;

/// Ranges over an order: those keys that begin with one of the prefixes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Range {
    /// The order: an index, or a table for its key order.
    pub index: &'static str,
    /// The prefixes; an empty one is the whole order.
    pub prefixes: Keys,
    /// What follows the prefix must come after these parts in the direction of the read (exclusive: a key that begins
    /// with them is left out); empty for no bound.
    pub from: Parts,
    /// What follows the prefix must not come after these parts (inclusive: a key that begins with them is in); empty
    /// for no bound.
    pub to: Parts,
    /// The direction.
    pub dir: Dir,
    /// At most this many rows: of each range in a scan, in all in a merge.
    pub limit: u32,
    /// How much of each row.
    pub want: Want,
}

/// One read of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Read {
    /// Rows by their keys, in key order; keys without a row are reported.
    Get {
        /// The table.
        table: &'static str,
        /// Whole keys.
        keys: Keys,
        /// How much of each row.
        want: Want,
    },
    /// Each range for itself with its own limit: the prefixes in key order, each range in the direction.
    Scan(Range),
    /// The ranges as one order over what follows the prefix. Of rows that are equal after the prefix the one with the
    /// smallest prefix counts.
    Merge(Range),
    /// Up a tree: the rows under the start prefixes, then those under the prefixes that the column `next` of these rows
    /// gives, and so on for `depth` steps (1 answers the start rows only). Each row once, in key order; a cycle ends.
    Walk {
        /// The order that every step looks up.
        index: &'static str,
        /// Where to start.
        start: Keys,
        /// The column (or key part) of a found row that is the next prefix; absent ends that path.
        next: &'static str,
        /// At most [`MAX_DEPTH`].
        depth: u8,
        /// How much of each row.
        want: Want,
    },
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The key, as the table declares it.
    pub key: Parts,
    /// The columns as the table declares them; empty where only keys were wanted.
    pub columns: Parts,
    /// The commit that last wrote the row; absent in tables without stamps and where only keys were wanted.
    pub stamp: Option<CommitId>,
    /// The document, byte for byte; absent where there is none or it was not wanted.
    pub document: Option<String>,
}

/// What one read found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// The rows.
    pub rows: Vec<Row>,
    /// Of a `Get`: the keys that have no row, in key order.
    pub absent: Vec<Parts>,
}

/// What a call found: all of it from one snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How far the log reached in that snapshot.
    pub position: Position,
    /// The newest time of a log entry in that snapshot, milliseconds; `i64::MIN` for an empty log.
    pub newest: i64,
    /// One answer a read, in their order.
    pub sets: Vec<Rows>,
}

/// How fresh a read must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAt {
    /// Sees every commit acknowledged anywhere before the call began.
    Fresh,
    /// Sees at least this position of the network's log; a store may serve `Fresh`.
    AtLeast(Position),
}

/// The network whose agenda rows workers scan.
pub const AGENDA_NETWORK: NetworkId = NetworkId::SYSTEM;
