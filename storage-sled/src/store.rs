//! The seam.

use crate::errors::meaning;
use crate::options::SledOptions;
use crate::threads::Threads;
use async_trait::async_trait;
use parvis::store::{
    Batch, CommitError, Committed, Durability, Found, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage,
    StorageError, apply, run,
};
use std::sync::{Arc, PoisonError, RwLock};

/// A store in one folder. Clones share it; it is closed with the last handle of the process, or by [`Sled::close`].
///
/// ```no_run
/// # async fn example(schema: &parvis::store::Schema) -> Result<(), parvis::store::StorageError> {
/// use parvis::store::{Prepare, Storage};
///
/// let store = parvis_sled::Sled::open("sled://parvis-store").await?;
/// store.prepare(schema, Prepare::Upgrade).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Sled {
    threads: Arc<Threads>,
    schema: Arc<RwLock<Option<Arc<Schema>>>>,
}

impl std::fmt::Debug for Sled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sled").finish_non_exhaustive()
    }
}

impl Sled {
    /// Opens a folder by its path, a URL like `sled://folder`, or [`SledOptions`]; makes it when it does not exist.
    ///
    /// # Errors
    /// [`StorageError::Busy`] where another process holds the folder, [`StorageError::ReadOnly`] where it cannot be written,
    /// [`StorageError::Full`] where there is no room to open it, [`StorageError::Corrupt`] where sled cannot make sense
    /// of it, or another failure of the store.
    pub async fn open(options: impl Into<SledOptions>) -> Result<Sled, StorageError> {
        let threads = Threads::of(options.into()).map_err(meaning)?;
        // The thread has the folder open when it gets to this.
        threads.write(true, |_| Ok::<_, StorageError>(())).await?;
        Ok(Sled {
            threads,
            schema: Arc::default(),
        })
    }

    /// Waits for the batches under way and closes the folder, for every handle of this process. Calls after it answer
    /// [`StorageError::Unavailable`].
    pub async fn close(&self) {
        self.threads.close().await;
    }

    fn schema(&self) -> Result<Arc<Schema>, StorageError> {
        let schema = self.schema.read().unwrap_or_else(PoisonError::into_inner);
        schema.clone().ok_or(StorageError::SchemaTooOld { found: 0, needed: 1 })
    }
}

#[async_trait]
impl Storage for Sled {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        let schema = Arc::new(schema.clone());
        let wanted = Arc::clone(&schema);
        let prepared = self.threads.write(true, move |open| {
            open.write(|map| parvis::store::prepare(map, &wanted, mode))
        });
        let prepared = prepared.await?;
        *self.schema.write().unwrap_or_else(PoisonError::into_inner) = Some(schema);
        Ok(prepared)
    }

    // Every read is fresh, which serves `AtLeast` too.
    async fn read(&self, network: NetworkId, reads: &[Read], _at: ReadAt) -> Result<Found, StorageError> {
        let (schema, reads) = (self.schema()?, reads.to_vec());
        self.threads
            .read(move |open| open.read(|map| run(map, &schema, network, &reads)))
            .await
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let schema = self.schema()?;
        let lasting = batch.durability == Durability::Durable;
        let write = move |open: &crate::open::Open| {
            open.write(|map| apply(map, &schema, network, &batch).map(|applied| (applied.committed, applied.writes)))
        };
        self.threads.write(lasting, write).await
    }
}
