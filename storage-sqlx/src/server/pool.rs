//! Connections, made when they are first needed and kept while they are sound.

use super::Engine;
use crate::talk::Fault;
use parvis::store::StorageError;
use std::sync::{Mutex, PoisonError};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// At most so many connections at a time.
pub(super) struct Pool<E: Engine> {
    idle: Mutex<Vec<E::Connection>>,
    free: Semaphore,
    size: u32,
}

impl<E: Engine> Pool<E> {
    pub(super) fn new(size: usize) -> Pool<E> {
        let size = u32::try_from(size.clamp(1, 1_000)).unwrap_or(1);
        Pool {
            idle: Mutex::default(),
            free: Semaphore::new(size as usize),
            size,
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<E::Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection, as soon as one is free.
    ///
    /// # Errors
    /// [`StorageError::Busy`] where none is in time.
    pub(super) async fn get(&self, engine: &E) -> Result<Lent<'_, E>, Fault> {
        let Ok(permit) = timeout(engine.acquire_timeout(), self.free.acquire()).await else {
            tracing::warn!(connections = self.size, "all connections are in use");
            return Err(StorageError::Busy.into());
        };
        let permit = permit.map_err(|_| StorageError::Unavailable)?;
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            // A server that does not let anybody in is not asked again and again.
            None => engine.connect().await.map_err(|fault| Fault::Failed(fault.error()))?,
        };
        Ok(Lent {
            pool: self,
            connection: Some(connection),
            sound: false,
            _permit: permit,
        })
    }

    /// Waits for those that are lent and closes all; whoever asks later gets none.
    pub(super) async fn close(&self, engine: &E) {
        let all = self.free.acquire_many(self.size).await;
        self.free.close();
        drop(all);
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle {
            engine.close(connection).await;
        }
    }
}

/// A connection in use. It goes back when it was said to be sound; else its state is unknown, and it is dropped, with those that
/// lie idle: what befell it may have befallen them.
pub(super) struct Lent<'a, E: Engine> {
    pool: &'a Pool<E>,
    connection: Option<E::Connection>,
    sound: bool,
    _permit: SemaphorePermit<'a>,
}

impl<E: Engine> Lent<'_, E> {
    pub(super) fn get(&mut self) -> Result<&mut E::Connection, StorageError> {
        self.connection.as_mut().ok_or(StorageError::Unavailable)
    }

    /// Nothing is open on it.
    pub(super) fn sound(&mut self) {
        self.sound = true;
    }
}

impl<E: Engine> Drop for Lent<'_, E> {
    fn drop(&mut self) {
        if !self.sound {
            let idle = std::mem::take(&mut *self.pool.idle());
            drop(idle);
        } else if let Some(connection) = self.connection.take()
            && !self.pool.free.is_closed()
        {
            self.pool.idle().push(connection);
        }
    }
}
