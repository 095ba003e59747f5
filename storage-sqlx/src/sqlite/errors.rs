//! What SQLite's failures mean. The driver's own words go to `tracing` only.

use crate::talk::Fault;
use parvis::store::StorageError;

/// Primary result codes.
const BUSY: u32 = 5;
const LOCKED: u32 = 6;
/// An extended one.
const BUSY_SNAPSHOT: u32 = BUSY | 2 << 8;
const READONLY: u32 = 8;
const IOERR: u32 = 10;
const CORRUPT: u32 = 11;
const FULL: u32 = 13;
const CANTOPEN: u32 = 14;
const NOTADB: u32 = 26;

fn code(error: &sqlx::Error) -> Option<u32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<u32>().ok().map(|code| code & 0xff)
}

/// A failure of a read or of a statement that committed nothing.
pub(crate) fn failure(error: &sqlx::Error) -> StorageError {
    tracing::warn!(%error, "sqlite failed");
    match code(error) {
        Some(BUSY | LOCKED) => StorageError::Busy,
        Some(FULL) => StorageError::Full,
        Some(READONLY) => StorageError::ReadOnly,
        Some(CORRUPT | NOTADB) => StorageError::Corrupt { table: "*" },
        _ => StorageError::Unavailable,
    }
}

/// A failure on a connection of the host.
pub(crate) fn host_fault(error: &sqlx::Error) -> Fault {
    let code = error.as_database_error().and_then(|error| error.code());
    match code.and_then(|code| code.parse::<u32>().ok()) {
        // The transaction read what another one has changed since: it can never write.
        Some(BUSY_SNAPSHOT) => Fault::Again,
        Some(code) if code & 0xff == IOERR => Fault::Lost,
        None => Fault::Lost,
        Some(_) => failure(error).into(),
    }
}

/// A failure to open a file.
pub(crate) fn unopened(error: &sqlx::Error) -> StorageError {
    match code(error) {
        Some(CANTOPEN) => {
            tracing::warn!(%error, "sqlite failed to open the file");
            StorageError::ReadOnly
        }
        _ => failure(error),
    }
}

/// A failure while a batch was written and committed, and whether SQLite took it back afterwards.
///
/// A device that fails while it flushes may hold the batch or not, whatever SQLite says.
pub(crate) fn commit_failure(error: &sqlx::Error, rolled_back: bool) -> StorageError {
    let failed = failure(error);
    match code(error) {
        Some(FULL) => failed,
        Some(IOERR) | None => StorageError::OutcomeUnknown,
        Some(_) if rolled_back => failed,
        Some(_) => StorageError::OutcomeUnknown,
    }
}
