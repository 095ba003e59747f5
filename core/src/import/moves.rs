//! What imported posts, comments and reactions leave for the home feed, added up over a chunk.

use crate::feed::records::{Bumped, Mine, Pace};
use crate::feed::upkeep;
use crate::gate::AS_ROOT;
use crate::ids::{ItemId, PersonId, Time};
use crate::items::records::Item;
use crate::store::NetworkId;
use crate::store::execute::Draft;
use std::collections::{BTreeMap, HashSet};

/// The rows beside the threads of a chunk, as they are to be written.
#[derive(Default)]
pub(super) struct Moves {
    sums: upkeep::Sums,
    known: BTreeMap<([u8; 16], PersonId), Pace>,
    paces: BTreeMap<([u8; 16], PersonId), Pace>,
    taking_part: HashSet<(PersonId, ItemId)>,
    mine: Vec<Mine>,
    stood: BTreeMap<ItemId, Bumped>,
    moved: BTreeMap<ItemId, Bumped>,
}

impl Moves {
    /// How often authors wrote before the chunk.
    pub(super) fn paces(&mut self, rows: Vec<Pace>) {
        self.known = rows.into_iter().map(|row| ((row.place, row.author), row)).collect();
    }

    /// Who took part in threads before the chunk, and how far those had moved.
    pub(super) fn threads(&mut self, mine: Vec<Mine>, bumped: Vec<Bumped>) {
        self.taking_part = mine.into_iter().map(|row| (row.person, row.root)).collect();
        self.stood = bumped.into_iter().map(|row| (row.root, row)).collect();
    }

    /// A root came in for all who read its place. What is older than the span that counts leaves its author's pace alone.
    pub(super) fn posted(&mut self, network: NetworkId, item: &Item, now: Time) {
        let place = upkeep::place_of(network, item);
        if !upkeep::recent(item, now) {
            upkeep::counted(&mut self.sums, place, item);
            return;
        }
        let key = (place, item.author);
        let before = self.paces.remove(&key).or_else(|| self.known.get(&key).cloned());
        let pace = upkeep::posted(&mut self.sums, place, item, before);
        self.paces.insert(key, pace);
    }

    /// A comment came in.
    pub(super) fn commented(&mut self, network: NetworkId, item: &Item, root: &Item) {
        let again = !self.taking_part.insert((item.author, root.id));
        if !again {
            self.mine.push(upkeep::mine(item.author, root));
        }
        if item.audience_kind == AS_ROOT {
            let before = self.moved.get(&root.id).or_else(|| self.stood.get(&root.id));
            let (sums, by) = (&mut self.sums, item.author);
            if let Some(row) = upkeep::commented(sums, network, root, by, item.t, again, before) {
                self.moved.insert(root.id, row);
            }
        }
    }

    /// A first reaction of a person to a root came in.
    pub(super) fn reacted(&mut self, network: NetworkId, root: &Item, by: PersonId) {
        upkeep::reacted(&mut self.sums, network, root, by, false);
    }

    /// Writes the rows, each once.
    pub(super) fn write(self, draft: &mut Draft) {
        self.sums.write(draft);
        self.paces.values().for_each(|row| draft.put(row));
        self.mine.iter().for_each(|row| draft.put(row));
        self.moved.values().for_each(|row| draft.put(row));
    }
}
