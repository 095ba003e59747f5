//! A store inside a transaction that the host began on a connection of its own.

use crate::carry::{Carried, carry};
use crate::release::Release;
use crate::talk::{Fault, Make, Talk};
use async_trait::async_trait;
use parvis::store::{
    Batch, CommitError, Committed, Found, NetworkId, Prepare, Prepared, Read, Schema, StorageError, check_reads,
};
use sqlx::{Database, Transaction};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use tokio::sync::Mutex;

/// What an engine adds to [`Talk`] for transactions of hosts.
#[async_trait]
pub(crate) trait Hosted: Talk<Connection: sqlx::Connection> {
    /// The driver's name of the engine.
    type Database: Database<Connection = Self::Connection>;

    /// Looks at the transaction and sets what holds until it ends, before anything is asked on it.
    async fn enter(&self, c: &mut Self::Connection) -> Result<(), Fault>;

    /// What a failed commit means.
    fn ended(&self, error: &sqlx::Error) -> Fault;
}

/// The savepoint that an engine sets before a question for which it takes locks.
pub(crate) const READING: &str = "savepoint parvis_reading";

/// The transaction and how far it is.
enum State<D: Database> {
    /// As the host gave it.
    Given(Transaction<'static, D>),
    /// Ours until the commit.
    Entered(Transaction<'static, D>),
    /// It ended, or a call was dropped half way.
    Over,
    /// It had to give way.
    Lost,
}

/// A store in a transaction. One call at a time.
pub(crate) struct Enlisted<E: Hosted> {
    engine: Arc<E>,
    release: Arc<Release>,
    state: Mutex<State<E::Database>>,
    /// The numbers of networks that were found in it: they stay as long as it does.
    numbers: std::sync::Mutex<HashMap<NetworkId, i64>>,
    /// Whether the host has dropped it.
    abandoned: AtomicBool,
}

impl<E: Hosted> Enlisted<E> {
    pub(crate) fn new(engine: Arc<E>, release: Arc<Release>, transaction: Transaction<'static, E::Database>) -> Self {
        Enlisted {
            engine,
            release,
            state: Mutex::new(State::Given(transaction)),
            numbers: std::sync::Mutex::default(),
            abandoned: AtomicBool::new(false),
        }
    }

    /// Keeps the transaction for the next call.
    fn keep(&self, state: &mut State<E::Database>, transaction: Transaction<'static, E::Database>) {
        if !self.abandoned.load(Ordering::SeqCst) {
            *state = State::Entered(transaction);
        }
    }

    pub(crate) fn abandon(&self) {
        self.abandoned.store(true, Ordering::SeqCst);
        // Whoever holds it now drops it.
        if let Ok(mut state) = self.state.try_lock() {
            *state = State::Over;
        }
    }

    /// The transaction, entered. It is taken out while a call uses it: whoever drops the call drops the transaction with it.
    async fn take(&self, state: &mut State<E::Database>) -> Result<Transaction<'static, E::Database>, StorageError> {
        match std::mem::replace(state, State::Over) {
            State::Entered(transaction) => Ok(transaction),
            State::Given(mut transaction) => match self.engine.enter(&mut transaction).await {
                Ok(()) => Ok(transaction),
                Err(fault) => Err(given_way(state, fault)),
            },
            State::Over => Err(StorageError::TransactionOver),
            State::Lost => {
                *state = State::Lost;
                Err(StorageError::TransactionLost)
            }
        }
    }

    /// Nothing is prepared inside a transaction: the store was, before.
    pub(crate) fn prepare(&self, schema: &Schema, _mode: Prepare) -> Result<Prepared, StorageError> {
        let known = &self.release.schema;
        if known.adds < schema.adds || known.breaks != schema.breaks {
            return Err(crate::release::unprepared(Some(schema)));
        }
        Ok(Prepared {
            adds: known.adds,
            breaks: known.breaks,
            changed: false,
        })
    }

    pub(crate) async fn read(&self, network: NetworkId, reads: &[Read]) -> Result<Found, StorageError> {
        check_reads(&self.release.schema, reads)?;
        let mut state = self.state.lock().await;
        let mut transaction = self.take(&mut state).await?;
        let c = &mut *transaction;
        let found = match self.number(c, network).await {
            Ok(number) => {
                let number = number.unwrap_or(-1);
                self.engine.read(c, &self.release, network, number, reads).await
            }
            Err(fault) => Err(fault),
        };
        match found {
            Ok(found) => {
                self.keep(&mut state, transaction);
                Ok(found)
            }
            // A lock that was not free in time: what was done before still stands, where the engine reads under locks.
            Err(Fault::Failed(StorageError::Busy)) => {
                match self.engine.raw(c, format!("rollback to {READING}")).await {
                    Ok(()) => {
                        self.keep(&mut state, transaction);
                        Err(StorageError::Busy)
                    }
                    Err(_) => Err(given_way(&mut state, Fault::Again)),
                }
            }
            Err(fault) => Err(given_way(&mut state, fault)),
        }
    }

    pub(crate) async fn commit(&self, network: NetworkId, batch: &Batch) -> Result<Committed, CommitError> {
        let mut state = self.state.lock().await;
        let mut transaction = self.take(&mut state).await?;
        let c = &mut *transaction;
        let carried = match self.engine.raw(c, "savepoint parvis".to_owned()).await {
            Ok(()) => self.carry(c, network, batch).await,
            Err(fault) => Err(fault),
        };
        let (ending, answer) = match carried {
            Ok(Carried::Written(committed) | Carried::Known(committed)) => ("release savepoint parvis", Ok(committed)),
            Ok(Carried::Refused(error)) => ("rollback to savepoint parvis", Err(error)),
            // A lock that was not free in time: what was done before still stands.
            Err(Fault::Failed(StorageError::Busy)) => ("rollback to savepoint parvis", Err(StorageError::Busy.into())),
            Err(fault) => return Err(given_way(&mut state, fault).into()),
        };
        match self.engine.raw(c, ending.to_owned()).await {
            Ok(()) => {
                self.keep(&mut state, transaction);
                answer
            }
            Err(fault) => Err(given_way(&mut state, fault).into()),
        }
    }

    /// The number of a network, where it has one.
    async fn number(&self, c: &mut E::Connection, network: NetworkId) -> Result<Option<i64>, Fault> {
        let numbers = || self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = numbers().get(&network).copied();
        if known.is_some() {
            return Ok(known);
        }
        let found = self.engine.number(c, network, Make::Nothing).await?;
        if let Some(number) = found {
            numbers().insert(network, number);
        }
        Ok(found)
    }

    async fn carry(&self, c: &mut E::Connection, network: NetworkId, batch: &Batch) -> Result<Carried, Fault> {
        // One that is made here is not kept: it goes with the savepoint if the batch is refused.
        let number = match self.number(c, network).await? {
            None => self.engine.number(c, network, Make::Missing).await?,
            known => known,
        };
        let number = number.ok_or(StorageError::Corrupt { table: "*" })?;
        self.engine.lock(c, number).await?;
        carry(self.engine.as_ref(), c, &self.release.schema, (network, number), batch).await
    }

    pub(crate) async fn finish(&self) -> Result<(), StorageError> {
        let mut state = self.state.lock().await;
        let transaction = match std::mem::replace(&mut *state, State::Over) {
            State::Given(transaction) | State::Entered(transaction) => transaction,
            State::Over => return Err(StorageError::TransactionOver),
            State::Lost => return Err(StorageError::TransactionLost),
        };
        transaction
            .commit()
            .await
            .map_err(|error| match self.engine.ended(&error) {
                Fault::Again => StorageError::TransactionLost,
                Fault::Lost => StorageError::OutcomeUnknown,
                Fault::Failed(error) => error,
            })
    }
}

/// What a caller learns where the transaction cannot go on.
fn given_way<D: Database>(state: &mut State<D>, fault: Fault) -> StorageError {
    *state = State::Lost;
    match fault {
        Fault::Again | Fault::Lost => StorageError::TransactionLost,
        Fault::Failed(error) => error,
    }
}

/// The storage of an engine's transactions.
macro_rules! host_transaction {
    ($(#[$doc:meta])* $name:ident($engine:ty)) => {
        $(#[$doc])*
        pub struct $name(crate::enlist::Enlisted<$engine>);

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        #[async_trait]
        impl Storage for $name {
            async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
                self.0.prepare(schema, mode)
            }

            async fn read(&self, network: NetworkId, reads: &[Read], _at: ReadAt) -> Result<Found, StorageError> {
                self.0.read(network, reads).await
            }

            async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
                self.0.commit(network, &batch).await
            }
        }

        #[async_trait]
        impl parvis::store::HostTransaction for $name {
            async fn finish(&self) -> Result<(), StorageError> {
                self.0.finish().await
            }

            fn abandon(&self) {
                self.0.abandon();
            }
        }
    };
}
pub(crate) use host_transaction;
