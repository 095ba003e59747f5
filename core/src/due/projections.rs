//! The projections: each derives rows from the log, and commits them together with how far it got.

use super::{affinity, inbox};
use crate::actor::Core;
use crate::error::Error;
use crate::gate::plan::{Plan, Slot};
use crate::gate::sealed::Opening;
use crate::ids::Time;
use crate::log::LogRow;
use crate::store::{
    Batch, Check, CommitError, CommitId, Dir, Durability, Expect, Keys, LOG, NetworkId, Parts, Record, Value, Write,
    record,
};

record! {
    /// How far a projection followed the log of its network, and how far it ever did: where its position was set back, it derives anew
    /// what it derived before.
    Follower in "follower_position", Stamped {
        key { name: String }
        columns { number: i64, reached: Option<i64> }
        declares { persons: [], texts: [] }
    }
}

/// Entries of the log that one step looks at.
const STEP: u32 = 200;
/// Entries that it reads first: those of an import are long, and few of them fill a batch.
const FIRST: u32 = 2;

/// What a projection derived of some entries.
pub(crate) struct Derived {
    pub(crate) writes: Vec<Write>,
    /// The last entry that is accounted for.
    pub(crate) upto: i64,
}

/// What follows the log, each with a position of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Projection {
    Affinity,
    Inbox,
}

impl Projection {
    pub(super) const ALL: [Projection; 2] = [Projection::Affinity, Projection::Inbox];

    pub(super) fn name(self) -> &'static str {
        match self {
            Projection::Affinity => affinity::NAME,
            Projection::Inbox => inbox::NAME,
        }
    }

    /// Whether these entries fill a batch.
    fn fills(self, entries: &[LogRow]) -> bool {
        match self {
            Projection::Affinity => affinity::fills(entries),
            Projection::Inbox => inbox::fills(entries),
        }
    }

    async fn derive(
        self,
        core: &Core,
        network: NetworkId,
        entries: Vec<LogRow>,
        reached: i64,
    ) -> Result<Derived, Error> {
        match self {
            Projection::Affinity => affinity::derive(core, network, entries).await,
            Projection::Inbox => inbox::derive(core, network, entries, reached).await,
        }
    }

    /// One batch, from where it stands (`before`, as `expect` finds it) on. Answers whether it was this worker's: of two at
    /// the same step one meets a conflict and leaves it.
    pub(super) async fn advance(
        self,
        core: &Core,
        network: NetworkId,
        before: Option<&Follower>,
        expect: Expect,
    ) -> Result<bool, Error> {
        let (from, reached) = before.map_or((0, 0), |row| (row.number, row.reached.unwrap_or(0).max(row.number)));
        let (mut entries, newest) = entries(core, network, from, FIRST).await?;
        let mut now = newest;
        if entries.len() == FIRST as usize && !self.fills(&entries) {
            let after = entries.last().map_or(from, |row| row.number);
            let (more, newest) = self::entries(core, network, after, STEP - FIRST).await?;
            entries.extend(more);
            now = newest;
        }
        let derived = self.derive(core, network, entries, reached).await?;
        let row = Follower {
            name: self.name().to_owned(),
            number: derived.upto.max(from),
            reached: Some(derived.upto.max(reached)),
        };
        // The id follows from what the step does and from the batch that brought the projection to where it stands: a repeated
        // step is the same batch, and a step over entries that were followed before the position was set back is another one.
        let stamp = match expect {
            Expect::Stamp(CommitId(id)) => id,
            Expect::Absent | Expect::Present => [0; 16],
        };
        let id = crate::ids::hash16(&[
            &network.0,
            self.name().as_bytes(),
            &from.to_le_bytes(),
            &row.number.to_le_bytes(),
            &stamp,
        ]);
        let now = core.config.clock.now().max(now).millis();
        let mut batch = Batch::new(CommitId(id), id, now);
        // The log can rebuild it.
        batch.durability = Durability::Replayable;
        batch.checks.push(Check {
            table: Follower::TABLE,
            key: row.key(),
            expect,
        });
        batch.writes = derived.writes;
        batch.writes.push(row.put());
        match core.storage.commit(network, batch).await {
            Ok(_) => {
                core.hubs.touched(network);
                Ok(true)
            }
            Err(CommitError::Conflict(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// The entries of the log after `from`, and the newest time of the log.
pub(super) async fn entries(
    core: &Core,
    network: NetworkId,
    from: i64,
    limit: u32,
) -> Result<(Vec<LogRow>, Time), Error> {
    let mut plan = Plan::new();
    let after = vec![Some(Value::Int(from))];
    let log: Slot<LogRow> = plan.range(LOG, Keys::given([Parts::new()]), after, Dir::Up, limit);
    let snapshot = plan.ask(core.storage.as_ref(), network).await?;
    Ok((snapshot.take(log)?.open(Opening::Project), snapshot.newest))
}

/// Where the projections stand: reads of their rows.
pub(super) fn standing(plan: &mut Plan) -> Vec<(Projection, Slot<Follower>)> {
    let slot = |projection: Projection| {
        let name = Value::Text(projection.name().to_owned());
        (projection, plan.get(Keys::one([name])))
    };
    Projection::ALL.into_iter().map(slot).collect()
}
