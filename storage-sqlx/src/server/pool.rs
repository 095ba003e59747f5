//! Connections: our own, made when they are first needed and kept while they are sound; or those of the host's pool, each for one use.

use super::Engine;
use crate::talk::Fault;
use parvis::store::StorageError;
use sqlx::pool::PoolConnection;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;
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
    pub(super) async fn get(&self, engine: &Arc<E>) -> Result<Lent<'_, E>, Fault> {
        let busy = || {
            tracing::warn!(connections = self.size, "all connections are in use");
            Fault::from(StorageError::Busy)
        };
        let patience = engine.acquire_timeout();
        let Ok(permit) = timeout(patience, self.free.acquire()).await else {
            return Err(busy());
        };
        let permit = permit.map_err(|_| StorageError::Unavailable)?;
        let mut lent = Lent {
            pool: self,
            engine: Arc::clone(engine),
            held: None,
            sound: false,
            _permit: permit,
        };
        let Some(pool) = engine.pool() else {
            let idle = self.idle().pop();
            lent.held = Some(Held::Own(match idle {
                Some(connection) => connection,
                // A server that does not let anybody in is not asked again and again.
                None => engine.connect().await.map_err(|fault| Fault::Failed(fault.error()))?,
            }));
            return Ok(lent);
        };
        for _ in 0..GUESTS {
            let guest = match timeout(patience, pool.acquire()).await {
                Ok(Ok(guest)) => guest,
                Err(_) | Ok(Err(sqlx::Error::PoolTimedOut)) => return Err(busy()),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the pool gave no connection");
                    return Err(StorageError::Unavailable.into());
                }
            };
            // From here on it does not go back unless it is as it was.
            lent.held = Some(Held::Guest(guest, String::new()));
            if let Some(Held::Guest(guest, back)) = &mut lent.held
                && let Some(restores) = engine.arrive(guest).await?
            {
                *back = restores;
                return Ok(lent);
            }
            tracing::warn!("a connection of the pool was in the midst of a transaction: it is closed");
            lent.leave();
        }
        Err(StorageError::Unavailable.into())
    }

    /// Waits for those that are lent and closes all of our own; whoever asks later gets none.
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

/// So many connections of the host's pool are looked at for one that is idle.
const GUESTS: usize = 5;

/// A connection that is lent.
enum Held<E: Engine> {
    Own(E::Connection),
    /// Of the host's pool, with the text that makes its session what it was.
    Guest(PoolConnection<E::Driver>, String),
}

/// A connection in use. It goes back when it was said to be sound; else its state is unknown, and it is dropped. Of our own, those
/// that lie idle are dropped with it: what befell it may have befallen them.
pub(super) struct Lent<'a, E: Engine> {
    pool: &'a Pool<E>,
    engine: Arc<E>,
    held: Option<Held<E>>,
    sound: bool,
    _permit: SemaphorePermit<'a>,
}

impl<E: Engine> Lent<'_, E> {
    pub(super) fn get(&mut self) -> Result<&mut E::Connection, StorageError> {
        match &mut self.held {
            Some(Held::Own(connection)) => Ok(connection),
            Some(Held::Guest(guest, _)) => Ok(guest),
            None => Err(StorageError::Unavailable),
        }
    }

    /// Takes back what may be open on it: where that can be done, it is sound.
    pub(super) async fn undo(&mut self) {
        let engine = Arc::clone(&self.engine);
        if let Ok(connection) = self.get() {
            self.sound = engine.rollback(connection).await.is_ok();
        }
    }

    /// Nothing is open on it.
    pub(super) fn sound(&mut self) {
        self.sound = true;
    }

    /// Gives it back, or drops it.
    fn leave(&mut self) {
        match self.held.take() {
            Some(Held::Own(connection)) if self.sound && !self.pool.free.is_closed() => {
                self.pool.idle().push(connection);
            }
            Some(Held::Own(_)) => {
                let idle = std::mem::take(&mut *self.pool.idle());
                drop(idle);
            }
            Some(Held::Guest(mut guest, back)) => match Handle::try_current() {
                Ok(handle) if self.sound => {
                    let engine = Arc::clone(&self.engine);
                    handle.spawn(async move {
                        if engine.raw(&mut guest, back).await.is_err() {
                            drop(guest.detach());
                        }
                    });
                }
                _ => drop(guest.detach()),
            },
            None => {}
        }
    }
}

impl<E: Engine> Drop for Lent<'_, E> {
    fn drop(&mut self) {
        self.leave();
    }
}
