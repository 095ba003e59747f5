//! What the common parts ask of a connection, whoever began the transaction on it.

use crate::dialect::{Arg, Dialect};
use crate::release::{Release, args};
use crate::writes::Round;
use async_trait::async_trait;
use parvis::store::{Batch, Found, NetworkId, Read, Schema, StorageError};
use std::sync::Arc;

/// Why a statement failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The engine gave way to another transaction, and nothing was written: the same may be tried again.
    Again,
    /// The connection is gone.
    Lost,
    /// Whatever is tried.
    Failed(StorageError),
}

impl From<StorageError> for Fault {
    fn from(error: StorageError) -> Fault {
        Fault::Failed(error)
    }
}

impl Fault {
    /// What a caller learns.
    pub(crate) fn error(self) -> StorageError {
        match self {
            Fault::Again => StorageError::Busy,
            Fault::Lost => StorageError::Unavailable,
            Fault::Failed(error) => error,
        }
    }
}

/// Whether a network gets a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Make {
    /// Where it has none.
    Missing,
    /// Never.
    Nothing,
}

/// A text that judges a batch and writes it where its conditions hold; the first parameters are the number of the network and
/// the commit id.
pub(crate) struct Whole {
    pub(crate) text: String,
    /// The parameters behind the first two.
    pub(crate) args: Vec<Arg>,
    /// What has to follow in the same transaction once it has written.
    pub(crate) rest: Vec<Round>,
}

/// One engine, through a connection.
#[async_trait]
pub(crate) trait Talk: Send + Sync + 'static {
    /// A connection to it.
    type Connection: Send + 'static;

    /// How it spells.
    fn dialect(&self) -> &dyn Dialect;

    /// All reads of a call, from one snapshot. `number`: of the network; -1 where nothing was ever written to it. One text, unless
    /// an engine has to do otherwise.
    async fn read(
        &self,
        c: &mut Self::Connection,
        release: &Release,
        network: NetworkId,
        number: i64,
        reads: &[Read],
    ) -> Result<Found, Fault> {
        let shape = release.shape(self.dialect(), reads)?;
        let answer = self.fetch(c, Arc::clone(&shape.sql), &args(number, reads)).await?;
        Ok(shape.found(&release.schema, network, reads, answer)?)
    }

    /// What the one row of a text holds.
    async fn fetch(&self, c: &mut Self::Connection, text: Arc<str>, args: &[Arg]) -> Result<Option<String>, Fault>;

    /// Carries out a text with parameters.
    async fn run(&self, c: &mut Self::Connection, text: Arc<str>, args: &[Arg]) -> Result<(), Fault>;

    /// Carries out a text without parameters.
    async fn raw(&self, c: &mut Self::Connection, text: String) -> Result<(), Fault>;

    /// A batch that fits the schema as one text, where the engine has such.
    fn whole(&self, _schema: &Schema, _network: NetworkId, _batch: &Batch) -> Result<Option<Whole>, StorageError> {
        Ok(None)
    }

    /// The number of a network; where it has none, it gets one and a position row if `make` is said.
    async fn number(&self, c: &mut Self::Connection, network: NetworkId, make: Make) -> Result<Option<i64>, Fault>;

    /// Takes the position row of a network until the transaction under way ends. What is read afterwards sees what was
    /// committed before.
    async fn lock(&self, c: &mut Self::Connection, number: i64) -> Result<(), Fault>;
}
