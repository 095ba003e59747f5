//! A store that fails by order, around a real one: what a caller is told of failures that no script could bring about.

use async_trait::async_trait;
use parvis::store::{
    Batch, Cause, CommitError, Committed, Conflict, Found, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage,
    StorageError,
};
use std::sync::{Arc, Mutex};

/// Which calls fail, and how.
#[derive(Clone, Debug, Default)]
pub(super) struct Orders {
    pub(super) reads: Option<String>,
    pub(super) commits: Option<String>,
}

/// The store.
pub(super) struct Faulty {
    inner: Arc<dyn Storage>,
    orders: Mutex<Orders>,
}

impl Faulty {
    pub(super) fn new(inner: Arc<dyn Storage>) -> Faulty {
        let orders = Mutex::default();
        Faulty { inner, orders }
    }

    /// Until the next order.
    pub(super) fn order(&self, orders: Orders) {
        *self.orders.lock().unwrap() = orders;
    }

    fn orders(&self) -> Orders {
        self.orders.lock().unwrap().clone()
    }
}

fn failure(name: &str) -> StorageError {
    match name {
        "busy" => StorageError::Busy,
        "full" => StorageError::Full,
        "read_only" => StorageError::ReadOnly,
        "unavailable" => StorageError::Unavailable,
        "outcome_unknown" => StorageError::OutcomeUnknown,
        "corrupt" => StorageError::Corrupt { table: "item" },
        "schema_too_old" => StorageError::SchemaTooOld { found: 1, needed: 2 },
        "schema_too_new" => StorageError::SchemaTooNew { found: 2, known: 1 },
        "isolation" => StorageError::Isolation,
        "transaction_over" => StorageError::TransactionOver,
        "transaction_lost" => StorageError::TransactionLost,
        other => panic!("`{other}` is no failure of a store"),
    }
}

fn conflict(table: &'static str, cause: Cause) -> CommitError {
    let key = Vec::new();
    CommitError::Conflict(Conflict { table, key, cause })
}

#[async_trait]
impl Storage for Faulty {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.inner.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        match self.orders().reads {
            Some(name) => Err(failure(&name)),
            None => self.inner.read(network, reads, at).await,
        }
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        match self.orders().commits.as_deref() {
            None => self.inner.commit(network, batch).await,
            Some("conflict") => Err(conflict("item", Cause::OtherStamp)),
            Some("bound") => Err(conflict("person_counts", Cause::Bound)),
            Some(name @ "outcome_unknown") => {
                // The worst of both: it is in, and nobody knows.
                self.inner.commit(network, batch).await?;
                Err(failure(name).into())
            }
            Some(name) => Err(failure(name).into()),
        }
    }
}
