//! Sightings: what a person's devices report of the cards that were on the screen.

use super::records::Seen;
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::sealed::Opening;
use crate::ids::{ItemId, PersonId};
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
        for root in &self.roots {
            let times = before.get(root).copied().unwrap_or(0).saturating_add(1);
            draft.put(&Seen {
                person: self.person,
                root: *root,
                t: draft.now,
                times,
            });
        }
        Ok(())
    }
}

/// Marks those of the items that the reader may see; what is absent or hidden leaves no trace and no word.
pub(crate) async fn mark(actor: &Actor, items: &[Ref]) -> Result<Receipt, Error> {
    if items.len() > MAX_SEEN {
        return Err(Error::new(Reason::LongList).at("items"));
    }
    let (person, mut roots) = queries::threads_seen(actor, items).await?;
    roots.sort_unstable();
    roots.dedup();
    receipt(actor, &actor.execute(&Mark { person, roots }, None).await?)
}
