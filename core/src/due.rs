//! What follows the log: projections, each with its position committed together with its effect.

mod affinity;

use crate::actor::{Core, Parvis};
use crate::error::Error;
use crate::gate::plan::{Plan, Slot};
use crate::gate::sealed::Opening;
use crate::ids::Time;
use crate::log::LogRow;
use crate::store::{
    AGENDA_DUE, AGENDA_NETWORK, Batch, Check, CommitError, CommitId, Dir, Expect, Keys, LOG, NetworkId, Parts, Range,
    Read, ReadAt, Record, Value, Wake, Want, Write, record,
};
use std::sync::Arc;

record! {
    /// How far a projection followed the log of its network.
    Follower in "follower_position", Stamped {
        key { name: String }
        columns { number: i64 }
        declares { persons: [], texts: [] }
    }
}

/// Entries of the log that one step looks at.
const STEP: u32 = 200;
/// Entries that it reads first: those of an import are long, and few of them fill a batch.
const FIRST: u32 = 2;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Due {
    /// Batches that were carried out.
    pub done: u32,
    /// Whether more is due now.
    pub more: bool,
    /// When something is due next, where it is known.
    pub next: Option<Time>,
}

impl Parvis {
    /// Carries out what is due in all networks, within a budget. Any number of processes may call it.
    ///
    /// # Errors
    /// A failure of the store; what was done stays done.
    pub async fn run_due(&self, budget: Budget) -> Result<Due, Error> {
        let now = self.core.config.clock.now();
        let range = Range {
            index: AGENDA_DUE,
            prefixes: Keys::given([Parts::new()]),
            from: Parts::new(),
            to: Parts::new(),
            dir: Dir::Up,
            limit: 16,
            want: Want::Columns,
        };
        let mut due = Due {
            done: 0,
            more: false,
            next: None,
        };
        let agenda = self
            .core
            .storage
            .read(AGENDA_NETWORK, &[Read::Scan(range)], ReadAt::Fresh)
            .await?;
        for row in agenda.sets.iter().flat_map(|set| &set.rows) {
            let (Some(Some(Value::Id(network))), Some(Some(Value::Time(at)))) = (row.key.first(), row.columns.first())
            else {
                continue;
            };
            if *at > now.millis() {
                due.next = Some(Time::from_millis(*at));
                break;
            }
            while due.done < budget.steps {
                match step(&self.core, NetworkId(*network)).await? {
                    Step::Done => due.done += 1,
                    Step::Nothing => break,
                }
            }
            if due.done >= budget.steps {
                due.more = true;
                break;
            }
        }
        Ok(due)
    }
}

/// What one step found.
enum Step {
    Done,
    Nothing,
}

/// Follows the log of one network to its end.
pub(crate) async fn follow(core: &Arc<Core>, network: NetworkId) -> Result<(), Error> {
    while let Step::Done = step(core, network).await? {}
    Ok(())
}

/// One step of the projection: some entries, one batch. Two workers at the same step: one of them meets a conflict and leaves it.
async fn step(core: &Core, network: NetworkId) -> Result<Step, Error> {
    let mut plan = Plan::new();
    let name = Value::Text(affinity::NAME.to_owned());
    let follower: Slot<Follower> = plan.get(Keys::one([name]));
    let snapshot = plan.ask(core.storage.as_ref(), network).await?;
    let before = snapshot.take(follower)?.open(Opening::Project).into_iter().next();
    let stamp = snapshot
        .sets()
        .first()
        .and_then(|set| set.rows.first())
        .and_then(|row| row.stamp);
    let from = before.as_ref().map_or(0, |row| row.number);
    if snapshot.position.number <= from {
        return sleep(core, network, from).await;
    }
    let (mut entries, newest) = entries(core, network, from, FIRST).await?;
    let mut now = newest;
    if entries.len() == FIRST as usize && !affinity::fills(&entries) {
        let after = entries.last().map_or(from, |row| row.number);
        let (more, newest) = self::entries(core, network, after, STEP - FIRST).await?;
        entries.extend(more);
        now = newest;
    }
    let derived = affinity::derive(core, network, entries).await?;
    let row = Follower {
        name: affinity::NAME.to_owned(),
        number: derived.upto.max(from),
    };
    // The id follows from what the step does, so that a repeated step is the same batch.
    let id = crate::ids::hash16(&[
        &network.0,
        affinity::NAME.as_bytes(),
        &from.to_le_bytes(),
        &row.number.to_le_bytes(),
    ]);
    let now = core.config.clock.now().max(now).millis();
    let mut batch = Batch::new(CommitId(id), id, now);
    let expect = stamp.map_or(Expect::Absent, Expect::Stamp);
    batch.checks.push(Check {
        table: Follower::TABLE,
        key: row.key(),
        expect,
    });
    batch.writes = derived.writes;
    batch.writes.push(row.put());
    match core.storage.commit(network, batch).await {
        Ok(_) => Ok(Step::Done),
        Err(CommitError::Conflict(_)) => Ok(Step::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// The entries of the log after `from`, and the newest time of the log.
async fn entries(core: &Core, network: NetworkId, from: i64, limit: u32) -> Result<(Vec<LogRow>, Time), Error> {
    let mut plan = Plan::new();
    let after = vec![Some(Value::Int(from))];
    let log: Slot<LogRow> = plan.range(LOG, Keys::given([Parts::new()]), after, Dir::Up, limit);
    let snapshot = plan.ask(core.storage.as_ref(), network).await?;
    Ok((snapshot.take(log)?.open(Opening::Project), snapshot.newest))
}

/// Nothing to do: the network leaves the agenda, if its log still ends where this worker saw it end.
async fn sleep(core: &Core, network: NetworkId, position: i64) -> Result<Step, Error> {
    let mut drawn = [0; 16];
    core.config
        .entropy
        .fill(&mut drawn)
        .map_err(|_| Error::new(crate::error::Reason::Store))?;
    let mut batch = Batch::new(CommitId(drawn), [0; 16], core.config.clock.now().millis());
    let next = vec![Some(Value::Int(position.saturating_add(1)))];
    batch.checks.push(Check {
        table: LOG,
        key: next,
        expect: Expect::Absent,
    });
    batch.wake = Some(Wake::Exactly(None));
    match core.storage.commit(network, batch).await {
        Ok(_) | Err(CommitError::Conflict(_)) => Ok(Step::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// What a projection derived of some entries.
pub(crate) struct Derived {
    pub(crate) writes: Vec<Write>,
    /// The last entry that is accounted for.
    pub(crate) upto: i64,
}
