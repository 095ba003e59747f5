//! What failures mean. The driver's own words go to `tracing` only.

use crate::talk::Fault;
use parvis::store::StorageError;
use sqlx::mysql::MySqlDatabaseError;

/// Another transaction was given way to: deadlock, a row that changed, a table that was altered meanwhile.
const AGAIN: [u16; 4] = [1213, 1020, 1412, 1615];
/// A lock that was not free in time.
const BUSY: u16 = 1205;
/// No room: disk, table, temporary file, log.
const FULL: [u16; 5] = [1021, 1114, 1030, 3675, 1041];
/// The server or the transaction takes no writes.
const READ_ONLY: [u16; 3] = [1290, 1836, 1792];
/// Something is not in order on the medium.
const CORRUPT: [u16; 6] = [1034, 1035, 1712, 1194, 1195, 1877];
/// No such table, column or database.
const MISSING: [u16; 3] = [1146, 1054, 1049];
/// The server ends the connection, is not ready, or has no room for another one.
const LOST: [u16; 14] = [
    1040, 1043, 1047, 1053, 1077, 1152, 1158, 1159, 1160, 1161, 1317, 1927, 3169, 4031,
];

/// What a failure of the driver means.
pub(super) fn fault(error: &sqlx::Error) -> Fault {
    let number = match error {
        sqlx::Error::Database(error) => error
            .try_downcast_ref::<MySqlDatabaseError>()
            .map(MySqlDatabaseError::number),
        _ => None,
    };
    match number {
        Some(number) if AGAIN.contains(&number) => {
            tracing::debug!(%error, "gave way to another transaction");
            return Fault::Again;
        }
        _ => tracing::warn!(%error, "the server failed"),
    }
    match (number, error) {
        (Some(BUSY), _) => Fault::Failed(StorageError::Busy),
        (Some(number), _) if FULL.contains(&number) => Fault::Failed(StorageError::Full),
        (Some(number), _) if READ_ONLY.contains(&number) => Fault::Failed(StorageError::ReadOnly),
        (Some(number), _) if CORRUPT.contains(&number) => Fault::Failed(StorageError::Corrupt { table: "*" }),
        (Some(number), _) if MISSING.contains(&number) => {
            Fault::Failed(StorageError::SchemaTooOld { found: 0, needed: 1 })
        }
        (Some(number), _) if LOST.contains(&number) => Fault::Lost,
        (None, sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed) => {
            Fault::Lost
        }
        _ => Fault::Failed(StorageError::Unavailable),
    }
}
