//! The seam: an ordered, transactional record store as a backend sees it, and as the core uses it.
//!
//! - [`Schema`]: tables, typed keys, columns and indexes as data.
//! - [`Read`]: four questions (`Get`, `Scan`, `Merge`, `Walk`) whose keys may come from earlier reads of the same call;
//!   everything in [`Found`] is of one snapshot.
//! - [`Batch`]: checks, writes and log entries that happen together or not at all.
//! - [`Storage`]: the trait, three methods.
//! - [`run`], [`apply`] and [`prepare`]: reads, batches and schema over any [`OrderedMap`] of bytes, for key-value backends.
//! - [`check_reads`] and [`check_batch`]: what every backend refuses, whatever it is made of.
//! - [`Memory`]: the reference backend.
//! - `conformance` (feature of that name): the kit that any author of a backend runs.
//!
//! Nothing here knows a social word.

mod apply;
mod batch;
mod check;
#[cfg(feature = "conformance")]
pub mod conformance;
mod encode;
pub(crate) mod execute;
mod map;
mod memory;
mod prepare;
mod read;
mod record;
mod run;
mod schema;
pub(crate) mod steady;
mod storage;
mod value;

pub use apply::{Applied, apply};
pub use batch::{
    Batch, Cause, Check, CommitError, Committed, Conflict, Durability, Expect, MAX_ANSWER, MAX_BATCH, MAX_OPERATIONS,
    Wake, Write,
};
pub use check::{check_batch, check_reads, check_schema};
pub use map::{Entries, OrderedMap, Writes};
pub use memory::Memory;
pub use prepare::prepare;
pub use read::{
    AGENDA_NETWORK, Dir, Found, Keys, MAX_DEPTH, MAX_KEYS, MAX_READS, Part, Range, Read, ReadAt, Row, Rows, Source,
    Want,
};
pub use record::{Column, Declaration, Record, Rest};
pub(crate) use record::{class_table, coded, col, column, field, parse_document, record};
pub use run::run;
pub use schema::{AGENDA, AGENDA_DUE, Class, Field, Index, LOG, Schema, Table};
pub use storage::{HostTransaction, Prepare, Prepared, Storage, StorageError};
pub use value::{CommitId, Kind, MAX_DOCUMENT, MAX_KEY, NetworkId, Parts, Position, Value};

#[cfg(test)]
mod tests;
