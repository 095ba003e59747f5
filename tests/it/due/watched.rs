//! A store in memory that counts its calls, dies at a commit, or shows the log up to a position only.

use async_trait::async_trait;
use parvis::store::{
    Batch, CommitError, Committed, Found, LOG, Memory, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage,
    StorageError, Value,
};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// When a process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    /// Before so many-th commit reaches the store.
    Before(usize),
    /// After it, before its answer is heard.
    After(usize),
}

/// See the module.
pub(super) struct Watched {
    memory: Memory,
    death: Option<Death>,
    dead: AtomicBool,
    horizon: Option<i64>,
    pub(super) reads: AtomicUsize,
    pub(super) commits: AtomicUsize,
}

impl Watched {
    pub(super) fn new(memory: Memory) -> Watched {
        Watched {
            memory,
            death: None,
            dead: AtomicBool::new(false),
            horizon: None,
            reads: AtomicUsize::new(0),
            commits: AtomicUsize::new(0),
        }
    }

    /// Whose process dies then.
    pub(super) fn dies(mut self, death: Death) -> Watched {
        self.death = Some(death);
        self
    }

    /// Which shows nothing of the log after a position.
    pub(super) fn up_to(mut self, position: i64) -> Watched {
        self.horizon = Some(position);
        self
    }

    /// Reads and commits since the last time.
    pub(super) fn calls(&self) -> (usize, usize) {
        (
            self.reads.swap(0, Ordering::SeqCst),
            self.commits.swap(0, Ordering::SeqCst),
        )
    }

    fn alive(&self) -> Result<(), StorageError> {
        let dead = self.dead.load(Ordering::SeqCst);
        if dead { Err(StorageError::Unavailable) } else { Ok(()) }
    }
}

#[async_trait]
impl Storage for Watched {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.memory.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        self.alive()?;
        self.reads.fetch_add(1, Ordering::SeqCst);
        let mut found = self.memory.read(network, reads, at).await?;
        if let Some(horizon) = self.horizon {
            found.position.number = found.position.number.min(horizon);
            for (read, set) in reads.iter().zip(&mut found.sets) {
                if matches!(read, Read::Scan(range) if range.index == LOG) {
                    set.rows
                        .retain(|row| matches!(row.key[0], Some(Value::Int(number)) if number <= horizon));
                }
            }
        }
        Ok(found)
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        self.alive()?;
        let number = self.commits.fetch_add(1, Ordering::SeqCst) + 1;
        if self.death == Some(Death::Before(number)) {
            self.dead.store(true, Ordering::SeqCst);
            return Err(StorageError::OutcomeUnknown.into());
        }
        let committed = self.memory.commit(network, batch).await;
        if self.death == Some(Death::After(number)) {
            self.dead.store(true, Ordering::SeqCst);
            return Err(StorageError::OutcomeUnknown.into());
        }
        committed
    }
}
