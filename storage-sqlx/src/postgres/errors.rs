//! What PostgreSQL's failures mean. The server's own words go to `tracing` only.

use crate::talk::Fault;
use parvis::store::StorageError;

/// A failure of a statement.
pub(super) fn fault(error: &sqlx::Error) -> Fault {
    let code = error.as_database_error().and_then(|error| error.code());
    let fault = match code.as_deref() {
        // Serialisation, deadlock, too many sessions.
        Some("40001" | "40P01" | "53300") => Fault::Again,
        // A lock that was not free in time.
        Some("55P03") => StorageError::Busy.into(),
        // The server stops, starts, or was told to end this session; an open transaction idled.
        Some("57P01" | "57P02" | "57P03" | "57P05" | "25P03") => Fault::Lost,
        Some("53100") => StorageError::Full.into(),
        Some("25006") => StorageError::ReadOnly.into(),
        Some("XX001" | "XX002") => StorageError::Corrupt { table: "*" }.into(),
        // No such table, column or schema.
        Some("42P01" | "42703" | "3F000") => StorageError::SchemaTooOld { found: 0, needed: 1 }.into(),
        Some(_) => StorageError::Unavailable.into(),
        None => match error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
                Fault::Lost
            }
            _ => StorageError::Unavailable.into(),
        },
    };
    tracing::warn!(%error, ?fault, "postgresql failed");
    fault
}
