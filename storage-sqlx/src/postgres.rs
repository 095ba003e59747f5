//! PostgreSQL: one database, or a schema of one that the host has.

mod connect;
#[cfg(test)]
mod costs;
mod ddl;
mod dialect;
mod engine;
mod errors;
mod fill;
mod prepare;
mod whole;

pub use connect::PostgresOptions;

use crate::enlist::Enlisted;
use crate::server::Server;
use crate::statement::{Statement, statement};
use crate::talk::Talk;
use async_trait::async_trait;
use engine::PostgresEngine;
use parvis::store::{
    Batch, CommitError, Committed, Found, NetworkId, Prepare, Prepared, Read, ReadAt, Schema, Storage, StorageError,
    Write,
};

/// A store in a PostgreSQL database, version 15 or newer. Clones share it; any number of processes may.
///
/// Works under any executor and blocks none. Each network's commits are serial, those of different networks are not; batches
/// that arrive for a network while one is flushed share the next flush.
///
/// ```no_run
/// # async fn example(schema: &parvis::store::Schema) -> Result<(), parvis::store::StorageError> {
/// use parvis::store::{Prepare, Storage};
///
/// let store = parvis_sqlx::Postgres::open("postgresql://app@db.example.org/intranet").await?;
/// store.prepare(schema, Prepare::Upgrade).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Postgres {
    server: Server<PostgresEngine>,
}

impl Postgres {
    /// A store by the URL of its database, or [`PostgresOptions`]. Connections are made when they are first needed.
    ///
    /// # Errors
    /// [`StorageError::Refused`] for a URL that cannot be read.
    #[expect(clippy::unused_async, reason = "all stores are opened alike")]
    pub async fn open(options: impl Into<PostgresOptions>) -> Result<Postgres, StorageError> {
        let engine = PostgresEngine::new(options.into());
        engine.options.check()?;
        let replica = match engine.options.of_replica() {
            Some((options, wait)) => {
                options.server()?;
                Some((PostgresEngine::new(options), wait))
            }
            None => None,
        };
        Ok(Postgres {
            server: Server::beside(engine, replica)?,
        })
    }

    /// Takes a transaction of the host on the same database, after the host's own statements:
    /// `db.on(store.enlist(tx)?)`.
    ///
    /// The transaction must be READ COMMITTED, the default; the first call on it says so otherwise. Its session's planner
    /// switches are set until it ends.
    ///
    /// # Errors
    /// [`StorageError::SchemaTooOld`] before [`prepare`](Storage::prepare).
    pub fn enlist(
        &self,
        transaction: sqlx::Transaction<'static, sqlx::Postgres>,
    ) -> Result<PostgresTransaction, StorageError> {
        let (engine, release) = self.server.parts()?;
        Ok(PostgresTransaction(Enlisted::new(engine, release, transaction)))
    }

    /// The statement that writes a row on a connection of the host, whatever its driver: `store.statement(&me.later(request)?)`.
    ///
    /// # Errors
    /// [`StorageError::Refused`] for a write that is no such row; [`StorageError::SchemaTooOld`] before
    /// [`prepare`](Storage::prepare).
    pub fn statement(&self, row: impl Into<Write>) -> Result<Statement, StorageError> {
        let (engine, release) = self.server.parts()?;
        statement(engine.dialect(), &release.schema, &row.into())
    }

    /// Waits for the batches under way and closes all connections. Calls after it answer [`StorageError::Unavailable`].
    pub async fn close(&self) {
        self.server.close().await;
    }
}

crate::enlist::host_transaction! {
    /// A store inside a transaction of the host: what [`Postgres::enlist`] gives and [`Parvis::on`](parvis::Parvis::on) takes.
    PostgresTransaction(PostgresEngine)
}

crate::server::storage!(Postgres);
