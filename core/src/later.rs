//! Commands in a transaction of the host on any driver, in any language: one row, which the host inserts with a statement that the
//! store writes for it. Once the transaction is committed, [`Parvis::run_due`](crate::Parvis::run_due) carries the command out, exactly once.
//!
//! Where the host's driver is sqlx, [`Parvis::on`](crate::Parvis::on) does more: it answers at once, and a refusal is the host's to handle before it
//! commits. Here the host learns of a refusal afterwards, from
//! [`Parvis::commands`](crate::Parvis::commands).

mod queries;
pub(crate) mod records;

pub use queries::{CommandState, Commands, RefusedCommand, RefusedPage, RefusedQuery};

use crate::actor::{Actor, Caller};
use crate::error::{Error, Reason};
use crate::ids::hash16;
use crate::operations::{Change, change};
use crate::refs::Ref;
use crate::store::{MAX_DOCUMENT, NetworkId, Record, Write};
use records::{By, CommandOf, Standing};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

/// The bits of an order that count commands of one millisecond.
const WITHIN: u32 = 12;

/// A command that is to be inserted by the host: hand it to the store's `statement`.
///
/// Inserted twice, it happens once, where its request has an idempotency key of the host's; without one each value of this type
/// stands for itself. Another request under the same key is a row of its own, which is refused when its turn comes.
#[derive(Clone)]
pub struct CommandRow(CommandOf);

impl fmt::Debug for CommandRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CommandRow").field(&self.0.id).finish()
    }
}

impl CommandRow {
    /// Names it, for [`Commands::state`].
    pub fn id(&self) -> &str {
        &self.0.id
    }
}

/// A row on its way through a database that is not Parvis's.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: String,
    network: String,
    n: i64,
    by: By,
    operation: String,
    request: String,
    adds: u32,
}

impl CommandRow {
    /// As JSON, for a host whose tables lie in another database than Parvis's: it keeps the text in a table of its own, in its own
    /// transaction, and hands it over afterwards ([`Commands::take`]).
    ///
    /// # Errors
    /// None in practice: what was made of JSON can be written as JSON.
    pub fn to_json(&self) -> Result<String, Error> {
        let corrupt = || Error::new(Reason::Corrupt);
        let kept = Kept {
            id: self.0.id.clone(),
            network: self.0.network.clone(),
            n: self.0.n,
            by: self.0.by.clone().ok_or_else(corrupt)?,
            operation: self.0.operation.clone(),
            request: self.0.request.clone().ok_or_else(corrupt)?,
            adds: self.0.adds,
        };
        serde_json::to_string(&kept).map_err(|_| corrupt())
    }

    /// What [`to_json`](CommandRow::to_json) wrote. The text must be the host's own: it says who acts.
    ///
    /// # Errors
    /// [`Reason::BadValue`] for another text.
    pub fn from_json(text: &str) -> Result<CommandRow, Error> {
        let kept: Kept = serde_json::from_str(text).map_err(|_| Error::new(Reason::BadValue).at("command"))?;
        Ok(CommandRow(CommandOf {
            id: kept.id,
            standing: Standing::Waiting,
            network: kept.network,
            n: kept.n,
            by: Some(kept.by),
            operation: kept.operation,
            request: Some(kept.request),
            adds: kept.adds,
            refusal: None,
            rest: serde_json::Map::new(),
        }))
    }
}

impl From<&CommandRow> for Write {
    fn from(row: &CommandRow) -> Write {
        row.0.put()
    }
}

impl Actor {
    /// A command as one row, for a transaction of the host: `store.statement(&me.later(NewItem::new("Signed!"))?)`. It is carried
    /// out by [`Parvis::run_due`](crate::Parvis::run_due) after the commit, in the order in which this process made the rows of one
    /// network, under the rights of that moment; a transaction that is rolled back leaves nothing of it.
    ///
    /// # Errors
    /// [`Reason::Actor`] for one who was named by a handle; [`Reason::LongText`] for a request of more than 48 kB.
    pub fn later<C: Change>(&self, request: C) -> Result<CommandRow, Error> {
        let request = serde_json::to_value(&request).map_err(|_| Error::new(Reason::Corrupt))?;
        self.row(C::NAME, request)
    }

    /// The same from the name of a command and its request as JSON.
    ///
    /// # Errors
    /// [`Reason::NoOperation`] where no command has this name, [`Reason::BadValue`] for JSON that is no such request, and those of
    /// [`later`](Actor::later).
    pub fn later_call(&self, name: &str, json: &[u8]) -> Result<CommandRow, Error> {
        let (name, request) = change(name, json)?;
        self.row(name, request)
    }

    fn row(&self, operation: &'static str, mut request: serde_json::Value) -> Result<CommandRow, Error> {
        let by = match &self.by {
            Caller::Person(_) => By::Person(Ref::of(self.person()?)),
            Caller::System { app } => By::System(app.clone()),
        };
        let mut drawn = [0; 16];
        let entropy = &self.core.config.entropy;
        entropy.fill(&mut drawn).map_err(|_| Error::new(Reason::Store))?;
        let drawn = Uuid::from_bytes(drawn).to_string();
        let key = match request.get_mut("idempotency_key") {
            Some(serde_json::Value::String(key)) => key.clone(),
            Some(absent) => {
                *absent = drawn.clone().into();
                drawn
            }
            None => drawn,
        };
        let (actor, request) = (self.by.bytes(), request.to_string());
        let asked = (operation.as_bytes(), key.as_bytes(), request.as_bytes());
        let id = hash16(&[&self.network.0, &actor, asked.0, asked.1, asked.2]);
        let row = CommandOf {
            id: Uuid::from_bytes(id).to_string(),
            standing: Standing::Waiting,
            network: network_text(self.network),
            n: turn(self.now().millis()),
            by: Some(by),
            operation: operation.to_owned(),
            request: Some(request),
            adds: self.core.schema.adds,
            refusal: None,
            rest: serde_json::Map::new(),
        };
        match row.put() {
            Write::Put { document, .. } if document.as_ref().is_some_and(|text| text.len() > MAX_DOCUMENT) => {
                Err(Error::new(Reason::LongText).at("request"))
            }
            _ => Ok(CommandRow(row)),
        }
    }
}

/// A network's id in a row of a command.
pub(crate) fn network_text(network: NetworkId) -> String {
    Uuid::from_bytes(network.0).to_string()
}

/// The next place in the order of this process: milliseconds, then a count, always larger than the one before.
fn turn(now: i64) -> i64 {
    static LAST: AtomicI64 = AtomicI64::new(0);
    let at_least = now.clamp(0, i64::MAX >> WITHIN) << WITHIN;
    let next = |last: i64| Some(at_least.max(last.saturating_add(1)));
    let last = LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    at_least.max(last.unwrap_or_default().saturating_add(1))
}

/// When a command was given, in milliseconds, from its place in the order.
pub(crate) fn given(n: i64) -> i64 {
    n >> WITHIN
}
