//! The trait that a backend implements, and its errors.

use super::batch::{Batch, CommitError, Committed};
use super::read::{Found, Read, ReadAt};
use super::schema::Schema;
use super::value::NetworkId;
use async_trait::async_trait;

/// What `prepare` may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prepare {
    /// Compare only.
    Check,
    /// Add what the schema needs.
    Upgrade,
}

/// What `prepare` found or made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Prepared {
    /// The store's number of additions, now.
    pub adds: u32,
    /// The store's number of breaks, now.
    pub breaks: u32,
    /// Whether something was added.
    pub changed: bool,
}

/// A failure of the store. It names tables and limits, never content and never a driver's text (those go to `tracing`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// The read or the batch does not fit the schema or a limit; says what.
    #[error("the request does not fit table `{table}`: {what}")]
    Refused {
        /// The table or index it named.
        table: &'static str,
        /// What was wrong and what is accepted.
        what: &'static str,
    },
    /// The store was not prepared, or lacks what the schema needs.
    #[error("the store's schema is too old (adds {found}, needed {needed}): prepare it with an upgrade")]
    SchemaTooOld {
        /// Number of additions found.
        found: u32,
        /// Number needed.
        needed: u32,
    },
    /// A newer release changed the meaning of what is stored.
    #[error("the store's schema is too new (breaks {found}, known {known}): use a newer release")]
    SchemaTooNew {
        /// Number of breaks found.
        found: u32,
        /// Number known.
        known: u32,
    },
    /// Another writer holds a lock, or others all connections, for longer than allowed; again later.
    #[error("the store is busy")]
    Busy,
    /// No space left; reads go on.
    #[error("the store is full")]
    Full,
    /// The medium cannot be written; reads go on.
    #[error("the store is read only")]
    ReadOnly,
    /// What is stored cannot be understood.
    #[error("table `{table}` holds what cannot be read back")]
    Corrupt {
        /// The table.
        table: &'static str,
    },
    /// The store cannot be reached or failed; nothing was changed.
    #[error("the store is unavailable")]
    Unavailable,
    /// The transaction of the host has ended.
    #[error("the transaction is over")]
    TransactionOver,
    /// The transaction of the host had to give way to another one: nothing of it is written.
    #[error("the transaction had to give way")]
    TransactionLost,
    /// The transaction of the host is isolated otherwise than the store can work in.
    #[error("the transaction's isolation level is not READ COMMITTED")]
    Isolation,
    /// The store failed while it committed: the batch may or may not be in. The same batch may be sent again.
    #[error("the outcome of the commit is unknown")]
    OutcomeUnknown,
}

/// An ordered, transactional record store. An implementation knows tables, keys, columns and documents; never a social word.
///
/// Implement it with the help of [`run`](super::run) and [`apply`](super::apply) over any ordered map, then run the
/// conformance kit (feature `conformance`); `examples/custom_storage.rs` does so in less than 300 lines.
///
/// A future of these may be dropped at any point: a commit then still runs to its end or leaves nothing.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// Compares the store with the schema, or adds what the schema needs; repeating it is harmless.
    ///
    /// # Errors
    /// [`StorageError::SchemaTooNew`], [`StorageError::SchemaTooOld`] with [`Prepare::Check`], or a failure of the store.
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError>;

    /// Answers all reads of one call from one snapshot; one round trip where the engine allows it.
    ///
    /// # Errors
    /// [`StorageError::Refused`] for a read that does not fit the schema or a limit, or a failure of the store.
    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError>;

    /// Carries out one batch: all or nothing, and lasting when the call returns.
    ///
    /// # Errors
    /// [`CommitError`].
    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError>;
}

/// A storage inside a transaction that the host began: it sees what the transaction wrote, a batch is a part of it, and
/// nothing lasts before [`finish`](HostTransaction::finish).
#[async_trait]
pub trait HostTransaction: Storage {
    /// Commits everything. Whatever is asked afterwards answers [`StorageError::TransactionOver`].
    ///
    /// # Errors
    /// [`StorageError::TransactionLost`] where nothing was written, [`StorageError::OutcomeUnknown`] where that is not known.
    async fn finish(&self) -> Result<(), StorageError>;

    /// Takes everything back, as soon as no call is under way; after [`finish`](HostTransaction::finish) it does nothing. It
    /// does not block.
    fn abandon(&self);
}
