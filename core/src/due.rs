//! What follows the log or the clock, and who does it when.
//!
//! - **Projections** follow the log of a network: each commits its position together with its effect, so that a crash
//!   repeats a step or finds it done.
//! - **Due rows** say what must happen at an instant. The command that decides it writes the row; afterwards an ordinary
//!   command carries it out. Late is right, twice is harmless, and no right waits for it.
//! - **Commands of the host** ([`Actor::later`](crate::Actor::later)) are rows that it wrote in transactions of its own, carried out once
//!   they are committed.
//! - The **agenda** has one row per network that has work to do, at the instant from which it has. The store keeps it together
//!   with each batch, so that one read finds what to do among thousands of networks.
//!
//! The host owns the loop: [`Parvis::run_due`] does a bounded piece of work and says when to come again,
//! [`Upkeep::Inline`](crate::Upkeep::Inline) does it after each command, and [`Parvis::status`] says how far it is.

mod affinity;
mod commands;
mod inbox;
mod network;
mod projections;
mod rows;
mod status;

pub use status::{Progress, Status};

pub(crate) use inbox::NAME as INBOX;
pub(crate) use network::follow;
pub(crate) use projections::Follower;
pub(crate) use rows::{DueRow, Worker, due, schedule_expiry, schedule_member, schedule_person, schedule_publication};

use crate::actor::{Core, Parvis};
use crate::error::{Error, Retry};
use crate::ids::Time;
use crate::store::{
    AGENDA_DUE, AGENDA_NETWORK, Batch, CommitError, CommitId, Dir, Durability, Keys, NetworkId, Parts, Range, Read,
    ReadAt, Record, Row, Value, Want, Write,
};
use network::Left;
use serde::{Serialize, Serializer};
use std::time::Duration;

/// Networks of the agenda that one read finds.
const PAGE: u32 = 64;
/// A worker leaves word that it ran at most this often, in milliseconds: a tick without work writes nothing.
const WORD: i64 = 60_000;

/// How much of what is due may be done in one call.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    steps: u32,
}

impl Budget {
    /// At most so many batches.
    pub fn steps(steps: u32) -> Budget {
        Budget { steps }
    }
}

/// What `run_due` did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Due {
    /// Batches that were carried out.
    pub done: u32,
    /// Whether more is due now: call again at once.
    pub more: bool,
    /// When something is due next, where it is known; new commands may make it sooner.
    pub next: Option<Time>,
    /// How long the oldest of what is due now has been waiting; zero where nothing waits.
    #[serde(rename = "lag_ms", serialize_with = "millis")]
    #[cfg_attr(feature = "schema", schemars(with = "u64"))]
    pub lag: Duration,
    /// Networks in which something failed that trying again at once will not mend (it is in the log of the program). It is
    /// tried again a minute later; nothing else waits for it.
    pub failed: u32,
}

/// A span on the wire: whole milliseconds.
fn millis<S: Serializer>(span: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}

impl Due {
    fn comes(&mut self, at: Time) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }
}

impl Parvis {
    /// Carries out what is due in all networks, within a budget: those that wait longest first. Any number of processes may
    /// call it at the same time. Where nothing is due it costs one read, however many networks there are.
    ///
    /// # Errors
    /// A failure of the store that concerns everything, busy or unavailable for instance; what was done stays done.
    pub async fn run_due(&self, budget: Budget) -> Result<Due, Error> {
        let core = self.core.as_ref();
        let now = core.config.clock.now();
        let mut due = Due::default();
        let mut after = Parts::new();
        loop {
            let page = agenda(core, &after).await?;
            if after.is_empty() {
                leave_word(core, page.worker, now).await;
                commands::work(self, page.commands, &mut due, budget.steps).await?;
            }
            for entry in &page.entries {
                if entry.at > now {
                    due.comes(entry.at);
                    return Ok(due);
                }
                let waiting = Duration::from_millis(now.millis().saturating_sub(entry.at.millis()).unsigned_abs());
                let left = match network::work(core, entry.network, &mut due.done, budget.steps).await {
                    Err(error) if error.retry() != Retry::Never => return Err(error),
                    Err(error) => {
                        tracing::error!(network = ?entry.network, %error, "what is due in a network fails");
                        due.failed += 1;
                        network::put_off(core, entry.network, now).await;
                        continue;
                    }
                    Ok(left) => left,
                };
                match left {
                    Left::Asleep { until, failed } => {
                        due.failed += u32::from(failed);
                        until.into_iter().for_each(|at| due.comes(at));
                    }
                    Left::Others => {}
                    Left::Work => {
                        due.more = true;
                        due.lag = due.lag.max(waiting);
                        return Ok(due);
                    }
                }
            }
            match page.entries.last() {
                Some(last) if page.entries.len() == PAGE as usize => {
                    after = vec![Some(Value::Time(last.at.millis())), Some(Value::Id(last.network.0))];
                }
                _ => return Ok(due),
            }
        }
    }
}

/// A network that has work to do from an instant on.
struct Entry {
    at: Time,
    network: NetworkId,
}

/// Some of the agenda, when a worker last left word, and commands of the host.
struct Page {
    entries: Vec<Entry>,
    worker: Option<Time>,
    commands: Vec<Row>,
}

async fn agenda(core: &Core, after: &Parts) -> Result<Page, Error> {
    let range = Range {
        index: AGENDA_DUE,
        prefixes: Keys::given([Parts::new()]),
        from: after.clone(),
        to: Parts::new(),
        dir: Dir::Up,
        limit: PAGE,
        want: Want::Columns,
    };
    let mut reads = vec![Read::Scan(range)];
    // What is looked at once stands beside the first page.
    if after.is_empty() {
        reads.extend([Worker::read(), commands::waiting(Parts::new())]);
    }
    let found = core.storage.read(AGENDA_NETWORK, &reads, ReadAt::Fresh).await?;
    let entry = |row: &Row| match (row.key.first(), row.columns.first()) {
        (Some(Some(Value::Id(network))), Some(Some(Value::Time(at)))) => Some(Entry {
            at: Time::from_millis(*at),
            network: NetworkId(*network),
        }),
        _ => None,
    };
    let mut sets = found.sets.into_iter().map(|set| set.rows);
    let entries = sets.next().iter().flatten().filter_map(entry).collect();
    let worker = sets.next().and_then(|rows| rows.into_iter().next());
    let worker = worker.as_ref().map(Worker::decode).transpose()?;
    Ok(Page {
        entries,
        commands: sets.next().unwrap_or_default(),
        worker: worker.map(|worker| worker.ran),
    })
}

/// Leaves word that a worker ran, where the last word is old. Nothing depends on it but what `status` says.
async fn leave_word(core: &Core, before: Option<Time>, now: Time) {
    let old = |before: Time| now.millis().saturating_sub(before.millis()).saturating_abs() >= WORD;
    if before.is_none_or(old)
        && let Err(error) = leave(core, vec![Worker::at(now).put()]).await
    {
        tracing::warn!(%error, "a worker could not leave word that it ran");
    }
}

/// Writes free rows of the store's own network, which nothing is decided from: their loss is made good by the next one who comes.
pub(crate) async fn leave(core: &Core, writes: Vec<Write>) -> Result<(), CommitError> {
    let mut batch = Batch::new(CommitId([0; 16]), [0; 16], core.config.clock.now().millis());
    batch.durability = Durability::Replayable;
    batch.writes = writes;
    core.storage.commit(AGENDA_NETWORK, batch).await.map(drop)
}
