//! Batches: checks, writes and log entries that happen together or not at all.

use super::storage::StorageError;
use super::value::{CommitId, Parts, Position, Value};

/// A batch may hold this many checks, writes and log entries together.
pub const MAX_OPERATIONS: usize = 1_000;
/// A batch may take this many bytes (keys, columns, documents, log entries).
pub const MAX_BATCH: usize = 4 * 1024 * 1024;
/// The answer of a batch may take this many bytes.
pub const MAX_ANSWER: usize = 4 * 1024;

/// A condition on the state before the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The table.
    pub table: &'static str,
    /// The key.
    pub key: Parts,
    /// What must hold.
    pub expect: Expect,
}

/// What a check asks of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No row.
    Absent,
    /// A row.
    Present,
    /// A row last written by this commit.
    Stamp(CommitId),
}

/// One write. A batch names a key at most once (a counter's column at most once).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// The whole row, replacing what was there.
    Put {
        /// The table; not a counter table.
        table: &'static str,
        /// The key.
        key: Parts,
        /// All columns as declared.
        columns: Parts,
        /// The document, where the table allows one.
        document: Option<String>,
    },
    /// Away with the row, where there is one.
    Delete {
        /// The table.
        table: &'static str,
        /// The key.
        key: Parts,
    },
    /// `n` onto a column of a counter row, which begins at 0. The value after must lie within the bounds.
    Add {
        /// A counter table.
        table: &'static str,
        /// The key.
        key: Parts,
        /// The column.
        column: &'static str,
        /// What is added.
        n: i64,
        /// Smallest value allowed after.
        at_least: Option<i64>,
        /// Largest value allowed after.
        at_most: Option<i64>,
    },
    /// The larger of `value` and what a column of a counter row (which begins at 0) holds.
    Max {
        /// A counter table.
        table: &'static str,
        /// The key.
        key: Parts,
        /// The column.
        column: &'static str,
        /// The value.
        value: i64,
    },
    /// Away with every row whose key begins with the prefix; a conflict where there are more than `at_most`.
    DeleteRange {
        /// The table.
        table: &'static str,
        /// First parts of the key.
        prefix: Parts,
        /// How many rows are expected at most.
        at_most: u32,
    },
}

/// When a worker should look at the network next: its row of the agenda.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// At this instant (ms), if the row does not already say an earlier one.
    Sooner(i64),
    /// At this instant (ms), whatever the row said; `None` takes the row away.
    Exactly(Option<i64>),
}

/// How safe the batch is when the commit is acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Durability {
    /// It survives a power cut.
    #[default]
    Durable,
    /// The log can rebuild it: a store may acknowledge before it is on the medium.
    Replayable,
}

/// A batch of one network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id. A batch with a check, an `add`, a `wake` or a log entry is remembered by it: sent again it answers with
    /// the first success.
    pub id: CommitId,
    /// Hash of the request that led to it; another one under the same id is refused.
    pub request: [u8; 16],
    /// The time of the commit, ms; entries of the log never go back: they get the larger of it and the newest one.
    pub time: i64,
    /// Conditions on the state before.
    pub checks: Vec<Check>,
    /// The writes.
    pub writes: Vec<Write>,
    /// Documents of the log entries, in order.
    pub log: Vec<String>,
    /// What becomes of the network's agenda row.
    pub wake: Option<Wake>,
    /// See [`Durability`].
    pub durability: Durability,
    /// What a repeated batch answers: ids, at most 4 kB.
    pub answer: String,
}

impl Batch {
    /// An empty batch.
    pub fn new(id: CommitId, request: [u8; 16], time: i64) -> Batch {
        Batch {
            id,
            request,
            time,
            checks: Vec::new(),
            writes: Vec::new(),
            log: Vec::new(),
            wake: None,
            durability: Durability::Durable,
            answer: String::new(),
        }
    }

    /// Whether the store remembers it by its id.
    pub fn is_remembered(&self) -> bool {
        !self.checks.is_empty()
            || !self.log.is_empty()
            || self.wake.is_some()
            || self.writes.iter().any(|write| matches!(write, Write::Add { .. }))
    }

    /// Checks, writes and log entries together.
    pub fn operations(&self) -> usize {
        self.checks.len() + self.writes.len() + self.log.len()
    }

    /// Bytes of keys, columns, documents and log entries.
    pub fn size(&self) -> usize {
        let parts = |parts: &Parts| parts.iter().flatten().map(Value::len).sum::<usize>();
        let writes = self.writes.iter().map(|write| match write {
            Write::Put {
                key, columns, document, ..
            } => parts(key) + parts(columns) + document.as_ref().map_or(0, String::len),
            Write::Delete { key, .. } | Write::Add { key, .. } | Write::Max { key, .. } => parts(key) + 24,
            Write::DeleteRange { prefix, .. } => parts(prefix),
        });
        writes.sum::<usize>()
            + self.checks.iter().map(|check| parts(&check.key) + 16).sum::<usize>()
            + self.log.iter().map(String::len).sum::<usize>()
    }
}

/// What a commit answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The network's position after it; for a repeated batch the position after the first time.
    pub position: Position,
    /// The answer of the batch that was committed first under this id.
    pub answer: String,
    /// Whether the batch had been committed before.
    pub repeated: bool,
}

/// Why a batch met another state than it was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// A row was there.
    NotAbsent,
    /// No row was there.
    NotPresent,
    /// The row has another stamp (or is gone).
    OtherStamp,
    /// A counter would pass its bound.
    Bound,
    /// A counter would leave 64 bits, whatever its bounds.
    Overflow,
    /// A range holds more rows than expected.
    TooMany,
}

/// The condition that failed. Where several fail it is the first one of the batch: checks in their order, then the bounds and
/// ranges of the writes in theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The table.
    pub table: &'static str,
    /// The key or the prefix.
    pub key: Parts,
    /// What was wrong.
    pub cause: Cause,
}

/// Why a commit was not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The state is not the one the batch was decided on; nothing was changed.
    #[error("a condition on table `{}` failed", .0.table)]
    Conflict(Conflict),
    /// The commit id was used by another request; nothing was changed.
    #[error("the commit id belongs to another request")]
    KeyReused,
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
