//! The reference backend: everything in memory, exactly as the seam says.

use super::apply::apply;
use super::batch::{Batch, CommitError, Committed};
use super::map::Writes;
use super::prepare::prepare;
use super::read::{Found, Read, ReadAt};
use super::run::run;
use super::schema::Schema;
use super::storage::{Prepare, Prepared, Storage, StorageError};
use super::value::NetworkId;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

type Entries = BTreeMap<Vec<u8>, Vec<u8>>;

/// A store in memory: what other backends are compared with, and what tests and demonstrations run on. Clones share the
/// data and the schema; nothing outlives the last one.
///
/// Its reads and commits hold a lock and never wait for anything else, so they are done at the first poll.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    entries: Arc<RwLock<Entries>>,
    schema: Arc<RwLock<Option<Arc<Schema>>>>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// The same data as another program finds it when it opens the store: still to be prepared, perhaps with another
    /// schema.
    pub fn reopen(&self) -> Memory {
        Memory {
            entries: Arc::clone(&self.entries),
            schema: Arc::default(),
        }
    }

    /// A copy of the data as it is now, prepared as this one is: for tests that try several futures of one past.
    #[cfg(feature = "testing")]
    pub fn fork(&self) -> Memory {
        let schema = self.schema.read().unwrap_or_else(PoisonError::into_inner);
        Memory {
            entries: Arc::new(RwLock::new(self.entries().clone())),
            schema: Arc::new(RwLock::new(schema.clone())),
        }
    }

    fn schema(&self) -> Result<Arc<Schema>, StorageError> {
        let schema = self.schema.read().unwrap_or_else(PoisonError::into_inner);
        schema.clone().ok_or(StorageError::SchemaTooOld { found: 0, needed: 1 })
    }

    // A panic of another thread cannot leave half a batch: what is to be written is complete before the first write, and
    // writes to a map do not fail. So a poisoned lock is taken as it is.
    fn entries(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn entries_mut(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(entries: &mut Entries, writes: Writes) {
    for (key, value) in writes {
        match value {
            Some(value) => entries.insert(key, value),
            None => entries.remove(&key),
        };
    }
}

#[async_trait]
impl Storage for Memory {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        let mut entries = self.entries_mut();
        let (prepared, writes) = prepare(&*entries, schema, mode)?;
        write(&mut entries, writes);
        *self.schema.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(schema.clone()));
        Ok(prepared)
    }

    async fn read(&self, network: NetworkId, reads: &[Read], _at: ReadAt) -> Result<Found, StorageError> {
        let schema = self.schema()?;
        run(&*self.entries(), &schema, network, reads)
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let schema = self.schema()?;
        let mut entries = self.entries_mut();
        let applied = apply(&*entries, &schema, network, &batch)?;
        write(&mut entries, applied.writes);
        Ok(applied.committed)
    }
}
