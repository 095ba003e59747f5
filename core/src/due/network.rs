//! The work of one network: due rows first, then the projections that are behind, then sleep until the next instant.

use super::projections::{Projection, standing};
use super::rows::{DueRow, End, What};
use crate::actor::Core;
use crate::error::{Error, Reason, Retry};
use crate::gate::plan::Plan;
use crate::gate::sealed::Opening;
use crate::ids::{Time, hash16};
use crate::items::commands::{PublishDue, Withdraw};
use crate::store::execute::{Context, Idempotency, execute};
use crate::store::{
    Batch, Check, CommitError, CommitId, Dir, Durability, Expect, Keys, LOG, NetworkId, Parts, Record, Value, Wake,
};
use std::sync::Arc;

/// Due rows that one step looks at, beside those that failed.
const LOOK: u32 = 16;
/// After this time, in milliseconds, what failed is tried again.
const AGAIN: i64 = 60_000;
/// How often a worker that wants to leave a network looks again because its log went on.
const TURNS: u32 = 8;

/// How a worker left a network.
pub(super) enum Left {
    /// Nothing is due until then. Something of it failed, maybe.
    Asleep { until: Option<Time>, failed: bool },
    /// Another worker is at it.
    Others,
    /// The budget is spent.
    Work,
}

/// What failed in this network during one call: it is not tried twice.
#[derive(Default)]
struct Failed {
    rows: Vec<Parts>,
    projections: Vec<Projection>,
}

/// What one step found.
enum Step {
    Done,
    Failed,
    Asleep(Option<Time>),
    /// The log went on while it went to sleep.
    Awake,
    Others,
}

/// Follows the log and the clock of one network to their ends.
pub(crate) async fn follow(core: &Arc<Core>, network: NetworkId) -> Result<(), Error> {
    work(core, network, &mut 0, u32::MAX).await.map(drop)
}

/// Works in one network until it is done or the budget is spent.
pub(super) async fn work(core: &Core, network: NetworkId, done: &mut u32, budget: u32) -> Result<Left, Error> {
    let mut failed = Failed::default();
    let mut turns = 0;
    while *done < budget {
        match step(core, network, &mut failed).await? {
            Step::Done => *done += 1,
            Step::Failed => {}
            Step::Awake if turns < TURNS => turns += 1,
            Step::Awake | Step::Others => return Ok(Left::Others),
            Step::Asleep(until) => {
                let failed = !failed.rows.is_empty() || !failed.projections.is_empty();
                return Ok(Left::Asleep { until, failed });
            }
        }
    }
    Ok(Left::Work)
}

async fn step(core: &Core, network: NetworkId, failed: &mut Failed) -> Result<Step, Error> {
    let mut plan = Plan::new();
    let slots = standing(&mut plan);
    let look = LOOK + u32::try_from(failed.rows.len()).unwrap_or(u32::MAX - LOOK);
    let due = plan.scan::<DueRow>(Keys::given([Parts::new()]), Dir::Up, look);
    let snapshot = plan.ask(core.storage.as_ref(), network).await?;
    // What an entry of the log has seen is past, whatever the clock says.
    let now = core.config.clock.now().max(snapshot.newest);
    let stamps = snapshot.sets().get(slots.len()).into_iter().flat_map(|set| &set.rows);
    let stamps: Vec<_> = stamps.map(|row| row.stamp).collect();
    let rows = snapshot.take(due)?.open(Opening::Project);
    let next = rows.iter().find(|row| row.at > now).map(|row| row.at);
    for (row, stamp) in rows.iter().zip(stamps) {
        // What a newer release knows waits for it.
        if row.at <= now && row.what != What::Unknown && !failed.rows.contains(&row.key()) {
            let carried = carry(core, network, row, stamp).await;
            return told(carried, || failed.rows.push(row.key()));
        }
    }
    for (at, (projection, slot)) in slots.into_iter().enumerate() {
        let before = snapshot.take(slot)?.open(Opening::Project).into_iter().next();
        let from = before.as_ref().map_or(0, |row| row.number);
        if snapshot.position.number <= from || failed.projections.contains(&projection) {
            continue;
        }
        let row = snapshot.sets().get(at).and_then(|set| set.rows.first());
        let expect = row.and_then(|row| row.stamp).map_or(Expect::Absent, Expect::Stamp);
        let advanced = projection.advance(core, network, before.as_ref(), expect).await;
        return told(advanced, || failed.projections.push(projection));
    }
    let overdue = rows.iter().any(|row| row.at <= now) || !failed.projections.is_empty();
    let again = overdue.then(|| Time::from_millis(now.millis().saturating_add(AGAIN)));
    let until = [next, again].into_iter().flatten().min();
    sleep(core, network, Some(snapshot.position.number), until).await
}

/// What a step is that did or did not succeed; what cannot succeed is left out from now on.
fn told(outcome: Result<bool, Error>, leave_out: impl FnOnce()) -> Result<Step, Error> {
    match outcome {
        Ok(true) => Ok(Step::Done),
        Ok(false) => Ok(Step::Others),
        Err(error) if error.reason == Reason::Contended => Ok(Step::Others),
        Err(error) if error.retry() != Retry::Never => Err(error),
        Err(error) => {
            tracing::error!(%error, "something due fails");
            leave_out();
            Ok(Step::Failed)
        }
    }
}

/// Carries out one due row as an ordinary command.
async fn carry(core: &Core, network: NetworkId, row: &DueRow, stamp: Option<CommitId>) -> Result<bool, Error> {
    // The same row decided on anew is another one: its stamp tells. Two workers at one row send the same batch.
    let id = serde_json::to_vec(row).map_err(|_| Error::new(Reason::Corrupt))?;
    let stamp = stamp.unwrap_or(CommitId([0; 16]));
    let context = Context {
        storage: core.storage.as_ref(),
        schema: &core.schema,
        network,
        actor: b"due".to_vec(),
        clock: core.config.clock.now(),
        idempotency: Idempotency::Drawn(hash16(&[&id, &stamp.0])),
        switches: &core.config.switches,
    };
    let due = row.clone();
    match row.what {
        What::Person | What::Member => execute(&context, &End { due }).await.map(drop),
        What::Expiry => execute(&context, &Withdraw { network, due }).await.map(drop),
        What::Publication => execute(&context, &PublishDue::new(network, due)).await.map(drop),
        // What a newer release knows waits for it.
        What::Unknown => Ok(()),
    }?;
    Ok(true)
}

/// Nothing to do: the agenda says when there is, if the log still ends where this worker saw it end. Whoever decides that something
/// is due sooner writes an entry.
async fn sleep(core: &Core, network: NetworkId, position: Option<i64>, until: Option<Time>) -> Result<Step, Error> {
    let mut drawn = [0; 16];
    core.config
        .entropy
        .fill(&mut drawn)
        .map_err(|_| Error::new(Reason::Store))?;
    let mut batch = Batch::new(CommitId(drawn), [0; 16], core.config.clock.now().millis());
    batch.durability = Durability::Replayable;
    batch.checks.extend(position.map(|position| Check {
        table: LOG,
        key: vec![Some(Value::Int(position.saturating_add(1)))],
        expect: Expect::Absent,
    }));
    batch.wake = Some(Wake::Exactly(until.map(Time::millis)));
    match core.storage.commit(network, batch).await {
        Ok(_) => Ok(Step::Asleep(until)),
        Err(CommitError::Conflict(_)) => Ok(Step::Awake),
        Err(error) => Err(error.into()),
    }
}

/// A network that fails as a whole is looked at later, so that it does not stand before all others.
pub(super) async fn put_off(core: &Core, network: NetworkId, now: Time) {
    let later = Time::from_millis(now.millis().saturating_add(AGAIN));
    if let Err(error) = sleep(core, network, None, Some(later)).await {
        tracing::warn!(%error, "the network stays where it is on the agenda");
    }
}
