//! The connections that read.

use super::connect::SqliteOptions;
use parvis::store::StorageError;
use sqlx::SqliteConnection;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};

/// A few connections, opened when they are first needed. A read is one statement, so a connection that comes back has
/// nothing open, whether its read was waited for or not.
#[derive(Debug)]
pub(super) struct Readers {
    options: SqliteOptions,
    idle: Mutex<Vec<SqliteConnection>>,
    free: Semaphore,
}

impl Readers {
    pub(super) fn new(options: SqliteOptions) -> Readers {
        Readers {
            idle: Mutex::default(),
            free: Semaphore::new(options.reader_count()),
            options,
        }
    }

    /// A connection, as soon as one is free.
    pub(super) async fn get(&self) -> Result<Reader<'_>, StorageError> {
        let permit = self.free.acquire().await.map_err(|_| StorageError::Unavailable)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.options.reader().await?,
        };
        Ok(Reader {
            readers: self,
            connection: Some(connection),
            _permit: permit,
        })
    }

    /// Closes them all; whoever asks later gets none.
    pub(super) async fn close(&self) {
        self.free.close();
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in idle {
            if let Err(error) = sqlx::Connection::close(connection).await {
                tracing::warn!(%error, "sqlite failed to close the file");
            }
        }
    }
}

/// A connection in use; it goes back when this is dropped.
pub(super) struct Reader<'a> {
    readers: &'a Readers,
    connection: Option<SqliteConnection>,
    _permit: SemaphorePermit<'a>,
}

impl Reader<'_> {
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, StorageError> {
        self.connection.as_mut().ok_or(StorageError::Unavailable)
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            && !self.readers.free.is_closed()
        {
            self.readers
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
        }
    }
}
