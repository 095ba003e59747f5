//! What sled's failures mean. Its own words go to `tracing` only.

use parvis::store::StorageError;
use std::io::ErrorKind;

/// What sled says where another handle holds the folder; it gives the failure no kind.
const LOCKED: &str = "could not acquire lock";

/// A failure that left nothing behind.
pub(crate) fn meaning(error: impl Into<sled::Error>) -> StorageError {
    let error = error.into();
    let meaning = match &error {
        sled::Error::Io(io) => match io.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StorageError::Full,
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => StorageError::ReadOnly,
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => StorageError::Corrupt { table: "*" },
            _ if io.to_string().contains(LOCKED) => StorageError::Busy,
            _ => StorageError::Unavailable,
        },
        // A bug that sled reports is a state that it did not expect: what it read makes no sense.
        sled::Error::Corruption { .. } | sled::Error::ReportableBug(_) => StorageError::Corrupt { table: "*" },
        // Another release's file, or one of other parameters.
        sled::Error::Unsupported(_) | sled::Error::CollectionNotFound(_) => StorageError::Corrupt { table: "*" },
    };
    tracing::warn!(%error, "sled failed");
    meaning
}
