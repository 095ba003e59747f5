//! Reads that may be a little old, on a replica.

use super::pool::Pool;
use super::{Engine, Shared};
use crate::release::Release;
use crate::talk::{Fault, Make};
use parvis::store::{Found, NetworkId, Position, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A replica that failed is left alone so long.
const REST: Duration = Duration::from_secs(1);
/// The first pause before a replica that is behind is asked again; each further one is twice as long.
const PAUSE: Duration = Duration::from_millis(2);

/// A server that follows the one that takes writes.
pub(super) struct Replica<E: Engine> {
    engine: Arc<E>,
    readers: Pool<E>,
    /// A read is made elsewhere after so long.
    wait: Duration,
    failed: Mutex<Option<Instant>>,
}

impl<E: Engine> Replica<E> {
    pub(super) fn new(engine: E, wait: Duration) -> Replica<E> {
        let (readers, _) = engine.connections();
        Replica {
            readers: Pool::new(readers),
            engine: Arc::new(engine),
            wait,
            failed: Mutex::default(),
        }
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the replica finds once it has reached a position; nothing where it does not in time, or fails.
    pub(super) async fn read(
        &self,
        shared: &Shared<E>,
        release: &Release,
        network: NetworkId,
        reads: &[Read],
        position: Position,
    ) -> Option<Found> {
        if self.failed().is_some_and(|at| at.elapsed() < REST) {
            return None;
        }
        let mut behind = false;
        let tries = async {
            let mut pause = PAUSE;
            loop {
                let found = self.once(shared, release, network, reads).await?;
                if reached(found.position, position) {
                    return Ok::<Found, Fault>(found);
                }
                behind = true;
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        };
        match tokio::time::timeout(self.wait, tries).await {
            Ok(Ok(found)) => return Some(found),
            // It gave way to what it replays.
            Ok(Err(Fault::Again)) => {}
            Err(_) if behind => tracing::debug!("a replica is behind"),
            failed => {
                tracing::warn!(fault = ?failed.map(|_| ()), "a replica does not answer");
                *self.failed() = Some(Instant::now());
            }
        }
        None
    }

    async fn once(
        &self,
        shared: &Shared<E>,
        release: &Release,
        network: NetworkId,
        reads: &[Read],
    ) -> Result<Found, Fault> {
        let mut connection = self.readers.get(&self.engine).await?;
        let c = connection.get()?;
        let number = shared.number(c, network, Make::Nothing).await?;
        let found = self
            .engine
            .read(c, release, network, number.unwrap_or(-1), reads)
            .await?;
        connection.sound();
        Ok(found)
    }

    /// Closes all connections.
    pub(super) async fn close(&self) {
        self.readers.close(self.engine.as_ref()).await;
    }
}

/// Whether a position lies at or behind another one, of the same history as far as that can be told.
fn reached(found: Position, position: Position) -> bool {
    found.number > position.number || found == position
}
