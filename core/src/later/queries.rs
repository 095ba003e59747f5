//! What became of the commands that a host handed over: its own to ask, like what is due.

use super::records::{CommandOf, Standing};
use super::{CommandRow, given};
use crate::actor::Parvis;
use crate::error::{Error, Reason};
use crate::ids::Time;
use crate::store::{
    Batch, Column, CommitId, Dir, Keys, NetworkId, Parts, Range, Read, ReadAt, Record, Value, Want, Write,
};
use serde::Serialize;

/// Commands that one page holds at most.
const MOST: u32 = 200;
/// Commands that one batch takes over: even the largest ones fit.
const TAKEN: usize = 64;
/// Commands that one page holds unless said otherwise.
const USUAL: u32 = 50;

/// Which refused commands, of one network, the oldest first.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RefusedQuery {
    network: NetworkId,
    cursor: Option<String>,
    limit: u32,
}

impl RefusedQuery {
    /// The first page of a network.
    pub fn new(network: &str) -> RefusedQuery {
        RefusedQuery {
            network: NetworkId::named(network),
            cursor: None,
            limit: USUAL,
        }
    }

    /// The page behind another one: its `next`.
    pub fn cursor(mut self, cursor: impl Into<String>) -> RefusedQuery {
        self.cursor = Some(cursor.into());
        self
    }

    /// So many at most; 50 unless said otherwise, 200 at most.
    pub fn limit(mut self, limit: u32) -> RefusedQuery {
        self.limit = limit.clamp(1, MOST);
        self
    }
}

/// A command that was refused for good. Its request is not kept: it is the host's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RefusedCommand {
    /// [`CommandRow::id`](super::CommandRow::id).
    pub id: String,
    /// Its name in the table of operations.
    pub operation: String,
    /// The code, as on the wire.
    pub code: String,
    /// The reason, as on the wire.
    pub reason: String,
    /// The field of the request, where it is one.
    pub field: Option<String>,
    /// When it was given.
    pub given: Time,
    /// When it was refused.
    pub refused: Time,
}

/// Some of the refused commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct RefusedPage {
    /// They.
    pub commands: Vec<RefusedCommand>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// What became of one command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum CommandState {
    /// It was carried out, or its transaction was never committed: only the host knows which.
    Gone,
    /// It waits for [`Parvis::run_due`].
    Waiting,
    /// It was refused for good.
    Refused(RefusedCommand),
}

/// The commands that the host handed over in transactions of its own. For the host itself: nobody's rights are asked.
#[derive(Clone, Debug)]
pub struct Commands(Parvis);

impl Parvis {
    /// What became of the commands that the host handed over: see [`Actor::later`](crate::Actor::later).
    pub fn commands(&self) -> Commands {
        Commands(self.clone())
    }
}

impl Commands {
    /// The refused commands of one network. They are kept for at least 30 days, or until they are forgotten.
    ///
    /// # Errors
    /// [`Reason::Cursor`] for a cursor that is none; a failure of the store.
    pub async fn refused(&self, query: RefusedQuery) -> Result<RefusedPage, Error> {
        let from = query.cursor.as_deref().map_or(Ok(Parts::new()), behind)?;
        let prefix = vec![
            super::network_text(query.network).to_value(),
            Standing::Refused.to_value(),
        ];
        let read = Read::Scan(Range {
            index: "command_network",
            prefixes: Keys::given([prefix]),
            from,
            to: Parts::new(),
            dir: Dir::Up,
            limit: query.limit + 1,
            want: Want::Document,
        });
        let mut rows = self.rows(read).await?;
        let more = rows.len() > query.limit as usize;
        rows.truncate(query.limit as usize);
        let next = rows.last().filter(|_| more).map(|row| format!("{}.{}", row.n, row.id));
        Ok(RefusedPage {
            commands: rows.into_iter().filter_map(told).collect(),
            next,
        })
    }

    /// What became of a command, by [`CommandRow::id`](super::CommandRow::id).
    ///
    /// # Errors
    /// A failure of the store.
    pub async fn state(&self, id: &str) -> Result<CommandState, Error> {
        let read = Read::Get {
            table: CommandOf::TABLE,
            keys: Keys::one([Value::Text(id.to_owned())]),
            want: Want::Document,
        };
        Ok(match self.rows(read).await?.into_iter().next() {
            None => CommandState::Gone,
            Some(row) => told(row).map_or(CommandState::Waiting, CommandState::Refused),
        })
    }

    /// Forgets a command that was refused, or withdraws one that was not carried out yet.
    ///
    /// # Errors
    /// A failure of the store.
    pub async fn forget(&self, id: &str) -> Result<(), Error> {
        let core = &self.0.core;
        let key = vec![Some(Value::Text(id.to_owned()))];
        // Lasting: the host may have withdrawn it.
        let mut batch = Batch::new(CommitId([0; 16]), [0; 16], core.config.clock.now().millis());
        batch.writes.push(Write::Delete {
            table: CommandOf::TABLE,
            key,
        });
        core.storage.commit(NetworkId::SYSTEM, batch).await?;
        Ok(())
    }

    /// Takes commands over that the host kept in another database ([`CommandRow::to_json`](super::CommandRow::to_json)). They last when this
    /// returns: the host then deletes its own rows. Taken twice, because the host died in between, a command with an idempotency key
    /// happens once, and each one that has a field for it has such a key.
    ///
    /// # Errors
    /// A failure of the store; some may have been taken then.
    pub async fn take(&self, rows: &[CommandRow]) -> Result<(), Error> {
        let core = &self.0.core;
        for rows in rows.chunks(TAKEN) {
            let mut batch = Batch::new(CommitId([0; 16]), [0; 16], core.config.clock.now().millis());
            batch.writes = rows.iter().map(Write::from).collect();
            core.storage.commit(NetworkId::SYSTEM, batch).await?;
        }
        Ok(())
    }

    async fn rows(&self, read: Read) -> Result<Vec<CommandOf>, Error> {
        let storage = &self.0.core.storage;
        let found = storage.read(NetworkId::SYSTEM, &[read], ReadAt::Fresh).await?;
        let rows = found.sets.iter().flat_map(|set| &set.rows);
        Ok(rows.map(CommandOf::decode).collect::<Result<_, _>>()?)
    }
}

/// The end of a page, from its cursor.
fn behind(cursor: &str) -> Result<Parts, Error> {
    let parts = cursor.split_once('.').and_then(|(n, id)| Some((n.parse().ok()?, id)));
    let (n, id) = parts.ok_or_else(|| Error::new(Reason::Cursor).at("cursor"))?;
    Ok(vec![Some(Value::Int(n)), Some(Value::Text(id.to_owned()))])
}

fn told(row: CommandOf) -> Option<RefusedCommand> {
    let refusal = row.refusal?;
    Some(RefusedCommand {
        id: row.id,
        operation: row.operation,
        code: refusal.code,
        reason: refusal.reason,
        field: refusal.field,
        given: Time::from_millis(given(row.n)),
        refused: refusal.at,
    })
}
