//! How far the work behind the commands is.

use super::projections::{entries, standing};
use super::rows::{DueRow, Worker};
use crate::actor::Parvis;
use crate::error::Error;
use crate::gate::plan::Plan;
use crate::gate::sealed::Opening;
use crate::ids::Time;
use crate::store::{AGENDA_NETWORK, Dir, Keys, NetworkId, Parts, ReadAt, Record};
use serde::Serialize;

/// Overdue rows that are counted.
const COUNTED: u32 = 1_000;

/// How far the work behind the commands of one network is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Status {
    /// Entries of its log: what was done in it. None of a name that no network has.
    pub entries: u64,
    /// How far each projection is.
    pub projections: Vec<Progress>,
    /// Due rows whose instant has come and that are not carried out, counted up to 1,000.
    pub overdue: u32,
    /// The instant of the earliest due row, past or to come.
    pub next: Option<Time>,
    /// When a worker last left word that it ran, in any network: at most a minute older than the last run. None where
    /// none ever ran, as with [`Upkeep::Inline`](crate::Upkeep::Inline).
    pub worker_ran: Option<Time>,
}

/// How far one projection followed the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Progress {
    /// Its name.
    pub name: &'static str,
    /// Entries of the log that it has not followed yet.
    pub behind: u64,
    /// The time of the oldest of them.
    pub since: Option<Time>,
}

impl Parvis {
    /// How far the work behind the commands of one network is: what an operator watches. Costs two reads, and one more for
    /// each projection that is behind.
    ///
    /// # Errors
    /// A failure of the store.
    pub async fn status(&self, network: &str) -> Result<Status, Error> {
        let core = self.core.as_ref();
        let network = NetworkId::named(network);
        let found = core
            .storage
            .read(AGENDA_NETWORK, &[Worker::read()], ReadAt::Fresh)
            .await?;
        let worker = found.sets.iter().flat_map(|set| &set.rows).next();
        let mut plan = Plan::new();
        let slots = standing(&mut plan);
        let due = plan.scan::<DueRow>(Keys::given([Parts::new()]), Dir::Up, COUNTED);
        let snapshot = plan.ask(core.storage.as_ref(), network).await?;
        let now = core.config.clock.now().max(snapshot.newest);
        let mut projections = Vec::new();
        for (projection, slot) in slots {
            let row = snapshot.take(slot)?.open(Opening::Project).into_iter().next();
            let from = row.map_or(0, |row| row.number);
            let behind = snapshot.position.number.saturating_sub(from).max(0).unsigned_abs();
            let since = if behind == 0 {
                None
            } else {
                entries(core, network, from, 1).await?.0.first().map(|row| row.t)
            };
            projections.push(Progress {
                name: projection.name(),
                behind,
                since,
            });
        }
        let rows = snapshot.take(due)?.open(Opening::Project);
        let overdue = rows.iter().filter(|row| row.at <= now).count();
        Ok(Status {
            entries: snapshot.position.number.max(0).unsigned_abs(),
            projections,
            overdue: u32::try_from(overdue).unwrap_or(COUNTED),
            next: rows.first().map(|row| row.at),
            worker_ran: worker.map(Worker::decode).transpose()?.map(|worker| worker.ran),
        })
    }
}
