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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::memory::Memory;
    use super::super::schema::{Field, Table};
    use super::super::value::{CommitId, Kind};
    use super::*;
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Poll, Waker};

    const NETWORK: NetworkId = NetworkId([1; 16]);

    /// Memory is done at the first poll.
    fn now<T>(work: impl Future<Output = T>) -> T {
        match pin!(work).poll(&mut std::task::Context::from_waker(Waker::noop())) {
            Poll::Ready(out) => out,
            Poll::Pending => unreachable!("memory waits for nothing"),
        }
    }

    fn schema(adds: u32) -> Schema {
        Schema::new(adds, 1, [Table::new("line", [Field::new("n", Kind::Int)])])
    }

    fn batch(n: u8) -> Batch {
        let mut batch = Batch::new(CommitId([n; 16]), [n; 16], 0);
        batch.log.push("{}".to_owned());
        batch
    }

    #[test]
    fn what_an_older_release_took_back_is_filled_again() {
        let older = Memory::new();
        now(older.prepare(&schema(1), Prepare::Upgrade)).unwrap();
        let newer = older.reopen();
        now(newer.prepare(&schema(2), Prepare::Upgrade)).unwrap();
        let steady = Steady::new(Arc::new(newer.clone()), schema(2));
        for n in [1, 2] {
            now(older.commit(NETWORK, batch(n))).unwrap();
            assert!(matches!(
                now(newer.read(NETWORK, &[], ReadAt::Fresh)),
                Err(StorageError::SchemaTooOld { found: 1, needed: 2 })
            ));
            assert_eq!(
                now(steady.read(NETWORK, &[], ReadAt::Fresh)).unwrap().position.number,
                i64::from(n)
            );
        }
        now(older.commit(NETWORK, batch(3))).unwrap();
        assert_eq!(now(steady.commit(NETWORK, batch(4))).unwrap().position.number, 4);
    }

    #[test]
    fn a_store_that_lost_its_tables_is_not_made_anew() {
        let gone = Memory::new();
        let steady = Steady::new(Arc::new(gone.clone()), schema(1));
        assert!(matches!(
            now(steady.read(NETWORK, &[], ReadAt::Fresh)),
            Err(StorageError::SchemaTooOld { found: 0, .. })
        ));
        assert!(matches!(
            now(gone.reopen().prepare(&schema(1), Prepare::Check)),
            Err(StorageError::SchemaTooOld { found: 0, .. })
        ));
    }
}
