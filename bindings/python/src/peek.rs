//! The schema of this release, and a store's, without opening anything else.

use async_trait::async_trait;
use parvis::store::{
    Batch, CommitError, Committed, Found, Memory, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage,
    StorageError,
};
use parvis::{Config, Parvis};
use std::sync::{Arc, Mutex, PoisonError};

type Seen = (Schema, Result<Prepared, StorageError>);

/// A store that is prepared in a mode of its own, and for nothing else: what opens it is told that it cannot be reached.
struct Peek {
    store: Arc<dyn Storage>,
    mode: Prepare,
    seen: Arc<Mutex<Option<Seen>>>,
}

#[async_trait]
impl Storage for Peek {
    async fn prepare(&self, schema: &Schema, _mode: Prepare) -> Result<Prepared, StorageError> {
        let prepared = self.store.prepare(schema, self.mode).await;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some((schema.clone(), prepared));
        Err(StorageError::Unavailable)
    }

    async fn read(&self, _: NetworkId, _: &[Read], _: ReadAt) -> Result<Found, StorageError> {
        Err(StorageError::Unavailable)
    }

    async fn commit(&self, _: NetworkId, _: Batch) -> Result<Committed, CommitError> {
        Err(StorageError::Unavailable.into())
    }
}

async fn seen(store: Arc<dyn Storage>, mode: Prepare) -> Option<Seen> {
    let seen = Arc::default();
    let peek = Peek {
        store,
        mode,
        seen: Arc::clone(&seen),
    };
    // It fails, after it has said what is wanted.
    drop(Parvis::open(peek, Config::new()).await);
    seen.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Compares a store with the schema of this release, or makes it fit.
pub(crate) async fn prepare(store: Arc<dyn Storage>, mode: Prepare) -> Result<Prepared, StorageError> {
    let prepared = seen(store, mode).await.map(|(_, prepared)| prepared);
    prepared.unwrap_or(Err(StorageError::Unavailable))
}

/// The schema of this release.
pub(crate) async fn schema() -> Result<Schema, StorageError> {
    let seen = seen(Arc::new(Memory::new()), Prepare::Check).await;
    seen.map(|(schema, _)| schema).ok_or(StorageError::Unavailable)
}
