//! Commands that hosts handed over in transactions of their own: each is carried out once its row is there.
//!
//! That it happens once follows from the command's idempotency key: a worker that dies between the command and the end of its row
//! leaves it to another one, which is answered with the first success.

use super::{Due, leave};
use crate::actor::{Actor, Caller, Core, Parvis};
use crate::error::{Code, Error, Reason, Retry};
use crate::ids::Time;
use crate::later::given;
use crate::later::records::{By, CommandOf, Refusal, Standing};
use crate::store::{
    AGENDA_NETWORK, Column, Dir, Keys, NetworkId, Parts, Range, Read, ReadAt, Record, Row, Want, Write,
};
use std::collections::HashSet;
use std::time::Duration;
use uuid::Uuid;

/// Commands that one read finds.
const PAGE: u32 = 64;
/// A command that has to wait is tried again after this time, in milliseconds.
const AGAIN: i64 = 1_000;
/// Refusals are kept so long, in milliseconds.
const KEPT: i64 = 30 * 24 * 3_600_000;
/// Old refusals that a new one takes away.
const SWEPT: u32 = 8;

/// Those that are to be carried out, behind one of them.
pub(super) fn waiting(after: Parts) -> Read {
    turns(Standing::Waiting, after, PAGE)
}

fn turns(standing: Standing, after: Parts, limit: u32) -> Read {
    Read::Scan(Range {
        index: "command_turn",
        prefixes: Keys::given([vec![standing.to_value()]]),
        from: after,
        to: Parts::new(),
        dir: Dir::Up,
        limit,
        want: Want::Document,
    })
}

/// What became of a command at this try.
enum Tried {
    /// It is carried out, or refused; the write ends its row.
    Ended(Write),
    /// It has to wait, and so have those of its network that were given after it.
    Wait,
}

/// Carries out the commands of a page, and of those behind it.
pub(super) async fn work(db: &Parvis, mut page: Vec<Row>, due: &mut Due, budget: u32) -> Result<(), Error> {
    let mut held = HashSet::new();
    loop {
        let mut ended = Vec::new();
        let outcome = some(db, &page, &mut held, &mut ended, due, budget).await;
        end(db.core.as_ref(), ended).await?;
        outcome?;
        let last = page
            .last()
            .and_then(|row| Some(vec![row.columns.get(2)?.clone(), row.key.first()?.clone()]));
        match last {
            Some(last) if page.len() == PAGE as usize && due.done < budget => {
                page = ask(db.core.as_ref(), waiting(last)).await?;
            }
            _ => return Ok(()),
        }
    }
}

async fn ask(core: &Core, read: Read) -> Result<Vec<Row>, Error> {
    let found = core.storage.read(AGENDA_NETWORK, &[read], ReadAt::Fresh).await?;
    Ok(found.sets.into_iter().next().map_or_else(Vec::new, |set| set.rows))
}

/// The typed rows. One that cannot be understood stays as it is and holds up no other: hosts write this table.
fn understood(rows: &[Row]) -> impl Iterator<Item = CommandOf> {
    rows.iter().filter_map(|row| {
        let decoded = CommandOf::decode(row);
        if decoded.is_err() {
            tracing::error!(row = ?row.key, "a command of the host cannot be understood");
        }
        decoded.ok()
    })
}

async fn some(
    db: &Parvis,
    page: &[Row],
    held: &mut HashSet<String>,
    ended: &mut Vec<Write>,
    due: &mut Due,
    budget: u32,
) -> Result<(), Error> {
    for row in understood(page) {
        let now = db.core.config.clock.now();
        if due.done >= budget {
            due.more = true;
            let waiting = now.millis().saturating_sub(given(row.n)).max(0).unsigned_abs();
            due.lag = due.lag.max(Duration::from_millis(waiting));
            return Ok(());
        }
        if held.contains(&row.network) {
            continue;
        }
        match carry(db, &row, now).await? {
            Tried::Ended(write) => {
                ended.push(write);
                due.done += 1;
            }
            Tried::Wait => {
                held.insert(row.network.clone());
                due.comes(Time::from_millis(now.millis().saturating_add(AGAIN)));
            }
        }
    }
    Ok(())
}

/// Carries out one command as the one who gave it.
async fn carry(db: &Parvis, row: &CommandOf, now: Time) -> Result<Tried, Error> {
    let outcome = match actor(db, row).zip(row.request.as_ref()) {
        Some((actor, request)) => actor.call(&row.operation, request.as_bytes()).await.map(drop),
        None => Err(Error::new(Reason::Corrupt)),
    };
    let error = match outcome {
        Ok(()) => return Ok(Tried::Ended(row.delete())),
        Err(error) => error,
    };
    if matches!(error.code(), Code::SchemaTooOld | Code::SchemaTooNew) {
        return Err(error);
    }
    // What a newer release wrote waits for it.
    if error.retry() != Retry::Never || row.adds > db.core.schema.adds {
        tracing::warn!(operation = row.operation, %error, "a command of the host waits");
        return Ok(Tried::Wait);
    }
    tracing::warn!(operation = row.operation, %error, "a command of the host was refused");
    let refused = CommandOf {
        standing: Standing::Refused,
        request: None,
        refusal: Some(Refusal {
            code: word(&error.code()),
            reason: error.reason.as_str().to_owned(),
            field: error.field.map(str::to_owned),
            at: now,
        }),
        ..row.clone()
    };
    Ok(Tried::Ended(refused.put()))
}

/// A code as it is on the wire.
fn word(code: &Code) -> String {
    let value = serde_json::to_value(code).ok();
    value
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The one who gave a command.
fn actor(db: &Parvis, row: &CommandOf) -> Option<Actor> {
    Some(Actor {
        core: db.core.clone(),
        network: NetworkId(Uuid::parse_str(&row.network).ok()?.into_bytes()),
        by: match row.by.clone()? {
            By::Person(person) => Caller::Person(person.who()),
            By::System(app) => Caller::System { app },
        },
    })
}

/// Writes what became of commands. Should it be lost, they are answered with their first success again.
async fn end(core: &Core, mut writes: Vec<Write>) -> Result<(), Error> {
    if writes.is_empty() {
        return Ok(());
    }
    let now = core.config.clock.now().millis();
    if writes.iter().any(|write| matches!(write, Write::Put { .. })) {
        let oldest = ask(core, turns(Standing::Refused, Parts::new(), SWEPT)).await?;
        let old = |row: &CommandOf| {
            let at = row.refusal.as_ref().map(|refusal| refusal.at.millis());
            at.is_some_and(|at| at < now.saturating_sub(KEPT))
        };
        writes.extend(understood(&oldest).filter(old).map(|row| row.delete()));
    }
    leave(core, writes).await?;
    Ok(())
}
