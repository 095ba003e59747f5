//! A store in which an older release writes, too.
//!
//! A release that does not know the newest columns and indexes takes back, with its first commit, that they are filled: reads of
//! the newer one answer [`StorageError::SchemaTooOld`] until it has filled them again.

use super::batch::{Batch, CommitError, Committed};
use super::read::{Found, Read, ReadAt};
use super::schema::Schema;
use super::storage::{Prepare, Prepared, Storage, StorageError};
use super::value::NetworkId;
use async_trait::async_trait;
use std::sync::Arc;

/// How often a call fills again what older releases wrote meanwhile.
const ATTEMPTS: usize = 16;

/// A storage that was prepared, and prepares itself again where an older release took something back.
pub(crate) struct Steady {
    inner: Arc<dyn Storage>,
    schema: Schema,
}

impl Steady {
    /// A storage that was prepared for this schema.
    pub(crate) fn new(inner: Arc<dyn Storage>, schema: Schema) -> Steady {
        Steady { inner, schema }
    }

    /// Prepares the store again, where that is what the error asks for.
    async fn mended(&self, error: &StorageError) -> Result<bool, StorageError> {
        // One that nobody ever prepared is not ours: its tables are gone.
        if !matches!(error, StorageError::SchemaTooOld { found: 1.., .. }) {
            return Ok(false);
        }
        tracing::info!("an older release wrote beside this one");
        self.inner.prepare(&self.schema, Prepare::Upgrade).await?;
        Ok(true)
    }
}

#[async_trait]
impl Storage for Steady {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.inner.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        for _ in 0..ATTEMPTS {
            match self.inner.read(network, reads, at).await {
                Err(error) if self.mended(&error).await? => {}
                answered => return answered,
            }
        }
        self.inner.read(network, reads, at).await
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        for _ in 0..ATTEMPTS {
            match self.inner.commit(network, batch.clone()).await {
                Err(CommitError::Storage(error)) if self.mended(&error).await? => {}
                answered => return answered,
            }
        }
        self.inner.commit(network, batch).await
    }
}
