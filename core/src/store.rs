//! The seam: an ordered, transactional record store as a backend sees it, and as the core uses it.
//!
//! - [`Schema`]: tables, typed keys, columns and indexes as data.
//! - [`Read`]: four questions (`Get`, `Scan`, `Merge`, `Walk`) whose keys may come from earlier reads of the same call;
//!   everything in [`Found`] is of one snapshot.
//! - [`Batch`]: checks, writes and log entries that happen together or not at all.
//! - [`Storage`]: the trait, three methods.
//! - [`run`] and [`apply`]: reads and batches over any ordered map of bytes, for key-value backends.
//! - [`Memory`]: the reference backend.
//!
//! Nothing here knows a social word.

mod batch;
mod read;
mod schema;
mod storage;
mod value;

pub use batch::{
    Batch, Cause, Check, CommitError, Committed, Conflict, Durability, Expect, MAX_BATCH, MAX_OPERATIONS, Wake, Write,
};
pub use read::{
    AGENDA_NETWORK, Dir, Found, Keys, MAX_DEPTH, MAX_KEYS, MAX_READS, Part, Range, Read, ReadAt, Row, Rows, Source,
    Want,
};
pub use schema::{AGENDA, AGENDA_DUE, Class, Field, Index, LOG, Schema, Table};
pub use storage::{Prepare, Prepared, Storage, StorageError};
pub use value::{CommitId, Kind, MAX_DOCUMENT, MAX_KEY, NetworkId, Parts, Position, Value};
