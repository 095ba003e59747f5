//! SQLite: one file, one connection that writes, several that read.

mod connect;
mod dialect;
mod errors;
mod guard;
mod prepare;
mod readers;
mod run;
#[cfg(test)]
mod steps;
mod talk;
mod writer;

pub use connect::SqliteOptions;

use crate::enlist::Enlisted;
use crate::release::{Release, args, unprepared};
use crate::statement::{Statement, statement};
use crate::talk::{Fault, Make, Talk};
use async_trait::async_trait;
use dialect::SqliteDialect;
use errors::failure;
use parvis::store::{
    Batch, CommitError, Committed, Found, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage, StorageError,
    Write, check_reads,
};
use readers::Readers;
use run::fetch;
use std::collections::HashMap;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, PoisonError, RwLock};
use talk::SqliteEngine;
use tokio::sync::oneshot;
use writer::{Job, Waiting, Writer};

/// A store in one SQLite file. Clones share it; it is closed with the last one, or by [`Sqlite::close`].
///
/// Works under any executor and blocks none: the driver has a thread for each connection, and batches are carried out on a
/// thread of the store's own, one after the other. Several processes may share the file.
///
/// ```no_run
/// # async fn example(schema: &parvis::store::Schema) -> Result<(), parvis::store::StorageError> {
/// use parvis::store::{Prepare, Storage};
///
/// let store = parvis_sqlx::Sqlite::open("sqlite://parvis.db").await?;
/// store.prepare(schema, Prepare::Upgrade).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Sqlite {
    shared: Arc<Shared>,
}

struct Shared {
    readers: Readers,
    jobs: Sender<Job>,
    prepared: RwLock<Option<Arc<Release>>>,
    networks: RwLock<HashMap<NetworkId, i64>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Opens a file by its path, a URL like `sqlite://parvis.db`, or [`SqliteOptions`]; makes it when it does not exist.
    ///
    /// A file on a medium that cannot be written is opened for reads: commits answer [`StorageError::ReadOnly`]. Nobody may
    /// write to it from elsewhere meanwhile.
    ///
    /// # Errors
    /// [`StorageError::ReadOnly`] where the file cannot be made or opened, [`StorageError::Corrupt`] where it is no
    /// database, or another failure of the store.
    pub async fn open(options: impl Into<SqliteOptions>) -> Result<Sqlite, StorageError> {
        let mut options = options.into();
        let connection = match options.writer().await {
            Err(StorageError::ReadOnly) => {
                options = options.frozen().ok_or(StorageError::ReadOnly)?;
                options.writer().await?
            }
            opened => opened?,
        };
        let writer = Writer::new(options.clone(), connection);
        let (jobs, queue) = channel();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.map_err(|error| {
            tracing::warn!(%error, "no runtime for the thread that writes");
            StorageError::Unavailable
        })?;
        let thread = std::thread::Builder::new().name("parvis-sqlite-queue".to_owned());
        let spawned = thread.spawn(move || runtime.block_on(writer.work(queue)));
        spawned.map_err(|error| {
            tracing::warn!(%error, "no thread that writes");
            StorageError::Unavailable
        })?;
        Ok(Sqlite {
            shared: Arc::new(Shared {
                readers: Readers::new(options),
                jobs,
                prepared: RwLock::default(),
                networks: RwLock::default(),
            }),
        })
    }

    /// Takes a transaction of the host on the same file, after the host's own statements: `db.on(store.enlist(tx)?)`.
    ///
    /// The host's pool must be one of sqlx: two copies of SQLite in one process do not see each other's locks. Begin the
    /// transaction with `pool.begin_with("BEGIN IMMEDIATE")`: one that reads first and writes later may have to give way, which
    /// [`StorageError::TransactionLost`] says. Other writers of the file wait until it ends.
    ///
    /// # Errors
    /// [`StorageError::SchemaTooOld`] before [`prepare`](Storage::prepare).
    pub fn enlist(
        &self,
        transaction: sqlx::Transaction<'static, sqlx::Sqlite>,
    ) -> Result<SqliteTransaction, StorageError> {
        let release = self.release()?;
        Ok(SqliteTransaction(Enlisted::new(
            Arc::new(SqliteEngine),
            release,
            transaction,
        )))
    }

    /// The statement that writes a row on a connection of the host, whatever its driver: `store.statement(&me.later(request)?)`.
    ///
    /// # Errors
    /// [`StorageError::Refused`] for a write that is no such row; [`StorageError::SchemaTooOld`] before
    /// [`prepare`](Storage::prepare).
    pub fn statement(&self, row: impl Into<Write>) -> Result<Statement, StorageError> {
        let statement = statement(&SqliteDialect, &self.release()?.schema, &row.into())?;
        Ok(statement.marked("?"))
    }

    /// Waits for the batches under way and closes the file. Calls after it answer [`StorageError::Unavailable`].
    pub async fn close(&self) {
        let (answer, closed) = oneshot::channel();
        if self.shared.jobs.send(Job::Close { answer }).is_ok() {
            drop(closed.await);
        }
        self.shared.readers.close().await;
    }

    fn release(&self) -> Result<Arc<Release>, StorageError> {
        let prepared = self.shared.prepared.read().unwrap_or_else(PoisonError::into_inner);
        prepared.clone().ok_or_else(|| unprepared(None))
    }

    async fn ask<T, E: From<StorageError>>(
        &self,
        job: impl FnOnce(oneshot::Sender<Result<T, E>>) -> Job,
    ) -> Result<T, E> {
        let (answer, answered) = oneshot::channel();
        if self.shared.jobs.send(job(answer)).is_err() {
            return Err(StorageError::Unavailable.into());
        }
        answered
            .await
            .unwrap_or_else(|_| Err(StorageError::OutcomeUnknown.into()))
    }

    /// The number of a network; `None` for one that nothing was written to.
    async fn number(&self, network: NetworkId) -> Result<Option<i64>, StorageError> {
        let known = |networks: &HashMap<NetworkId, i64>| networks.get(&network).copied();
        let cached = known(&self.shared.networks.read().unwrap_or_else(PoisonError::into_inner));
        if cached.is_some() {
            return Ok(cached);
        }
        let mut reader = self.shared.readers.get().await?;
        let number = SqliteEngine.number(reader.connection()?, network, Make::Nothing).await;
        let number = number.map_err(Fault::error)?;
        if let Some(number) = number {
            let mut networks = self.shared.networks.write().unwrap_or_else(PoisonError::into_inner);
            networks.insert(network, number);
        }
        Ok(number)
    }
}

crate::enlist::host_transaction! {
    /// A store inside a transaction of the host: what [`Sqlite::enlist`] gives and [`Parvis::on`](parvis::Parvis::on) takes.
    SqliteTransaction(SqliteEngine)
}

#[async_trait]
impl Storage for Sqlite {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        let schema = Arc::new(schema.clone());
        let given = Arc::clone(&schema);
        let prepared = self.ask(|answer| Job::Prepare {
            schema: given,
            mode,
            answer,
        });
        let prepared = prepared.await?;
        let release = Arc::new(Release::new(schema));
        *self.shared.prepared.write().unwrap_or_else(PoisonError::into_inner) = Some(release);
        Ok(prepared)
    }

    async fn read(&self, network: NetworkId, reads: &[Read], _at: ReadAt) -> Result<Found, StorageError> {
        let release = self.release()?;
        check_reads(&release.schema, reads)?;
        let shape = release.shape(&SqliteDialect, reads)?;
        let number = self.number(network).await?.unwrap_or(-1);
        let mut reader = self.shared.readers.get().await?;
        let answer = fetch(reader.connection()?, Arc::clone(&shape.sql), &args(number, reads)).await;
        // Somebody else reads while this answer is decoded.
        drop(reader);
        shape.found(
            &release.schema,
            network,
            reads,
            answer.map_err(|error| failure(&error))?,
        )
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let release = self.release()?;
        let schema = Arc::clone(&release.schema);
        let waiting = |answer| Waiting {
            schema,
            network,
            batch,
            answer,
        };
        self.ask(|answer| Job::Commit(waiting(answer))).await
    }
}
