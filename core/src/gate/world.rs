//! The facts about items: the reads that decide about them, and the rows by id.

use super::keys::{AS_ROOT, AudienceKey};
use super::plan::{Plan, Slot, Snapshot};
use super::reader::{Reader, ReaderSlots};
use super::sealed::Opening;
use crate::ids::{ItemId, PersonId, SpaceId};
use crate::items::records::{Audience, Item, Mention};
use crate::people::records::Person;
use crate::spaces::records::{Space, SpaceState};
use crate::store::{Dir, Keys, Part, StorageError, col};
use std::collections::{HashMap, HashSet};

/// An item has at most this many audience keys.
pub(crate) const MAX_AUDIENCE: u32 = 8;

/// Keys of one column of the rows of some slots, beside further ones.
fn columns(slots: &[Slot<Item>], column: &'static str, more: Keys) -> Keys {
    slots.iter().fold(more, |keys, slot| keys.and(slot.each([col(column)])))
}

/// Whether it is read which items mention the reader and which tags they bear: asked where a mute would keep one away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mentions {
    Unread,
    Read,
}

impl Mentions {
    /// The read of items for those who judge and show nothing: their tags stand in their documents.
    pub(crate) fn items(self, plan: &mut Plan, keys: Keys) -> Slot<Item> {
        match self {
            Mentions::Unread => plan.get_columns(keys),
            Mentions::Read => plan.get(keys),
        }
    }
}

/// The reads that decide about the items of some slots: roots, further audience keys, spaces, owners of walls.
#[derive(Clone)]
pub(crate) struct WorldSlots {
    items: Vec<Slot<Item>>,
    audiences: Slot<Audience>,
    spaces: Slot<Space>,
    persons: Slot<Person>,
    mentions: Option<Slot<Mention>>,
}

impl WorldSlots {
    /// Appends them. `items` are slots of items; their roots are read here. `spaces` and `persons` are further keys that
    /// the page shows (a wall's own space, authors).
    pub(crate) fn add(plan: &mut Plan, items: &[Slot<Item>], spaces: Keys, persons: Keys) -> WorldSlots {
        let roots = plan.get_columns::<Item>(columns(items, "root", Keys::default()));
        WorldSlots::with(plan, items, roots, spaces, persons, true)
    }

    /// As [`add`](WorldSlots::add), with the documents of roots: for lists that name them beside a comment.
    pub(crate) fn whole(plan: &mut Plan, items: &[Slot<Item>], spaces: Keys, persons: Keys) -> WorldSlots {
        let roots = plan.get::<Item>(columns(items, "root", Keys::default()));
        WorldSlots::with(plan, items, roots, spaces, persons, true)
    }

    /// As [`add`](WorldSlots::add), for those who judge and show nothing: no names of spaces and persons.
    pub(crate) fn judging(plan: &mut Plan, items: &[Slot<Item>]) -> WorldSlots {
        let roots = plan.get_columns::<Item>(columns(items, "root", Keys::default()));
        WorldSlots::with(plan, items, roots, Keys::default(), Keys::default(), false)
    }

    fn with(
        plan: &mut Plan,
        items: &[Slot<Item>],
        roots: Slot<Item>,
        spaces: Keys,
        persons: Keys,
        names: bool,
    ) -> WorldSlots {
        let all: Vec<Slot<Item>> = items.iter().copied().chain([roots]).collect();
        let audiences = plan.scan::<Audience>(columns(&all, "more", Keys::default()), Dir::Up, MAX_AUDIENCE);
        let named =
            columns(&all, "audience_id", columns(&all, "space", spaces)).and(audiences.each([col("audience_id")]));
        let persons = columns(&all, "wall", persons);
        let (spaces, persons) = if names {
            (plan.get::<Space>(named), plan.get::<Person>(persons))
        } else {
            (plan.get_columns::<Space>(named), plan.get_columns::<Person>(persons))
        };
        WorldSlots {
            items: all,
            audiences,
            spaces,
            persons,
            mentions: None,
        }
    }

    /// Appends the read of who is mentioned where, where it is asked.
    pub(crate) fn mentioning(self, plan: &mut Plan, asked: Mentions, items: Slot<Item>, reader: &ReaderSlots) -> Self {
        let mentions =
            (asked == Mentions::Read).then(|| plan.get::<Mention>(items.each([col("id"), reader.person.only("id")])));
        WorldSlots { mentions, ..self }
    }

    /// Keys `(first, column)` for the items and their roots.
    pub(crate) fn pairs(&self, first: Part, column: &'static str) -> Keys {
        let keys = |keys: Keys, slot: &Slot<Item>| keys.and(slot.each([first.clone(), col(column)]));
        self.items.iter().fold(Keys::default(), keys)
    }

    /// Keys `(column, last)` for the items and their roots.
    pub(crate) fn pairs_back(&self, column: &'static str, last: Part) -> Keys {
        let keys = |keys: Keys, slot: &Slot<Item>| keys.and(slot.each([col(column), last.clone()]));
        self.items.iter().fold(Keys::default(), keys)
    }

    /// Keys `(other, column)` for other persons and the only item, or its root.
    pub(crate) fn only(&self, others: Slot<Person>, column: &'static str) -> Vec<Keys> {
        let keys = |slot: &Slot<Item>| others.each([col("id"), slot.only(column)]);
        self.items.iter().map(keys).collect()
    }

    /// The slot of further audience keys.
    pub(crate) fn audiences(&self) -> Slot<Audience> {
        self.audiences
    }
}

/// Items, roots, spaces and persons of one snapshot, by id. Judged by nobody: only `gate` and `rights` look in.
pub(crate) struct World {
    pub(crate) items: HashMap<ItemId, Item>,
    pub(crate) audiences: HashMap<ItemId, Vec<Audience>>,
    pub(crate) spaces: HashMap<SpaceId, Space>,
    pub(crate) persons: HashMap<PersonId, Person>,
    /// Items that mention the reader, where that was asked.
    mentioned: HashSet<ItemId>,
}

impl World {
    pub(crate) fn build(snapshot: &Snapshot, slots: &WorldSlots) -> Result<World, StorageError> {
        let mut items = HashMap::new();
        for slot in &slots.items {
            let rows = snapshot.take(*slot)?.open(Opening::Show);
            for item in rows {
                // Roots come last, maybe without the document that they were read with before.
                items.entry(item.id).or_insert(item);
            }
        }
        let mut audiences: HashMap<ItemId, Vec<Audience>> = HashMap::new();
        for row in snapshot.take(slots.audiences)?.open(Opening::Show) {
            audiences.entry(row.item).or_default().push(row);
        }
        let spaces = snapshot.take(slots.spaces)?.open(Opening::Show);
        let persons = snapshot.take(slots.persons)?.open(Opening::Show);
        let mentions = match slots.mentions {
            Some(slot) => snapshot.take(slot)?.open(Opening::Show),
            None => Vec::new(),
        };
        Ok(World {
            items,
            audiences,
            spaces: spaces.into_iter().map(|space| (space.id, space)).collect(),
            persons: persons.into_iter().map(|person| (person.id, person)).collect(),
            mentioned: mentions.into_iter().map(|row| row.item).collect(),
        })
    }

    /// A root that is being written, with its audience, its space and its author.
    pub(crate) fn of_one(item: &Item, audience: &[Audience], space: Option<Space>, author: Option<Person>) -> World {
        World {
            items: HashMap::from([(item.id, item.clone())]),
            audiences: HashMap::from([(item.id, audience.to_vec())]),
            spaces: space.into_iter().map(|space| (space.id, space)).collect(),
            persons: author.into_iter().map(|person| (person.id, person)).collect(),
            mentioned: HashSet::new(),
        }
    }

    /// The root of the thread that an item belongs to: the item itself, unless it is a comment.
    pub(crate) fn root_of<'a>(&'a self, item: &'a Item) -> Option<&'a Item> {
        match item.root {
            None => Some(item),
            Some(root) => self.items.get(&root),
        }
    }

    /// Whether a root is kept away from the reader by what he muted.
    pub(crate) fn keeps_away(&self, reader: &Reader, root: &Item) -> bool {
        let mentioned = root.author != reader.id && self.mentioned.contains(&root.id);
        reader.mutes.keep_away(root, mentioned)
    }

    /// Whether mentions would tell more: a mute of a space, of a thread or, where their documents were read, of a tag concerns one of
    /// the items.
    pub(crate) fn mutes_any(&self, reader: &Reader) -> bool {
        let mutes = &reader.mutes;
        let concerns = |item: &Item| mutes.place(item.space, item.id) || mutes.topic(item);
        self.items.values().any(concerns)
    }

    /// Whether a space can be read and not written in.
    pub(crate) fn is_archived(&self, space: SpaceId) -> bool {
        let space = self.spaces.get(&space);
        space.is_some_and(|space| space.state == SpaceState::Archived)
    }

    /// All audience keys of a root; a key that this release does not know is left out, so nobody holds it.
    pub(crate) fn keys_of<'a>(&'a self, item: &'a Item) -> impl Iterator<Item = AudienceKey> + 'a {
        let more = item.more.and_then(|id| self.audiences.get(&id)).into_iter().flatten();
        item.first_key()
            .into_iter()
            .chain(more.filter_map(|row| AudienceKey::from_columns(row.audience_kind, row.audience_id)))
    }

    /// The narrower key of a comment: `Ok(None)` for its root's audience, an error for a key nobody knows.
    pub(crate) fn narrow_key(&self, comment: &Item) -> Result<Option<AudienceKey>, ()> {
        if comment.audience_kind == AS_ROOT {
            return Ok(None);
        }
        comment.first_key().map(Some).ok_or(())
    }
}
