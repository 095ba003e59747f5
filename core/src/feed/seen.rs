//! Sightings: what a person's devices report of the cards that were on the screen.

use super::records::Seen;
use super::upkeep;
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::sealed::Opening;
use crate::ids::{ItemId, PersonId, Time};
use crate::items::queries;
use crate::receipt::{Receipt, receipt};
use crate::refs::Ref;
use crate::store::execute::{Command, Draft};
use crate::store::{Column, Keys};
use serde::Serialize;
use std::collections::HashMap;

/// A call reports at most this many.
const MAX_SEEN: usize = 200;

/// Counts a sighting of each thread. Rows of a free table: nothing is decided on them, the last write wins.
#[derive(Serialize)]
struct Mark {
    person: PersonId,
    roots: Vec<ItemId>,
    /// Of those that are not his own: place and date, for the counts of who is reached.
    #[serde(skip)]
    others: HashMap<ItemId, ([u8; 16], Time)>,
}

impl Command for Mark {
    const NAME: &'static str = "feed.seen";
    type Slots = Slot<Seen>;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> Slot<Seen> {
        plan.get::<Seen>(Keys::given(
            self.roots
                .iter()
                .map(|root| vec![self.person.to_value(), root.to_value()]),
        ))
    }

    fn decide(&self, facts: &Snapshot, slot: Slot<Seen>, draft: &mut Draft) -> Result<(), Error> {
        let before = facts.take(slot)?.open(Opening::Decide);
        let before: HashMap<ItemId, i64> = before.into_iter().map(|row| (row.root, row.times)).collect();
        let mut sums = upkeep::Sums::default();
        for root in &self.roots {
            if let (false, Some((place, posted))) = (before.contains_key(root), self.others.get(root)) {
                upkeep::reached(&mut sums, *place, *root, *posted);
            }
            let times = before.get(root).copied().unwrap_or(0).saturating_add(1);
            draft.put(&Seen {
                person: self.person,
                root: *root,
                t: draft.now,
                times,
            });
        }
        sums.write(draft);
        Ok(())
    }
}

/// Marks those of the items that the reader may see; what is absent or hidden leaves no trace and no word.
pub(crate) async fn mark(actor: &Actor, items: &[Ref]) -> Result<Receipt, Error> {
    if items.len() > MAX_SEEN {
        return Err(Error::new(Reason::LongList).at("items"));
    }
    let (person, threads) = queries::threads_seen(actor, items).await?;
    let mut roots: Vec<ItemId> = threads.iter().map(|root| root.id).collect();
    roots.sort_unstable();
    roots.dedup();
    let others = threads
        .iter()
        .filter(|root| root.author != person)
        .map(|root| (root.id, (upkeep::place_of(actor.network, root), root.t)))
        .collect();
    receipt(actor, &actor.execute(&Mark { person, roots, others }, None).await?)
}
