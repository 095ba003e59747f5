//! The chronological lists: home, the wall of a space, of a person, of the network.

use super::sources::{comes_home, home_timelines};
use crate::error::{Error, Reason};
use crate::gate::judge::{find_space, read_space, see};
use crate::gate::page::{Listing, brought};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{Reader, ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::gate::world::World;
use crate::ids::ItemId;
use crate::items::records::{Item, ItemState, PINS, Pin, TimelineKind};
use crate::people::records::{Named, Person};
use crate::spaces::records::Space;
use crate::store::{Column, Dir, Keys, NetworkId, Part, Value, col};

/// One kind of timeline as the first part of a key.
pub(crate) fn kind(kind: TimelineKind) -> Part {
    // A kind of timeline is always a number.
    Part::Const(kind.to_value().unwrap_or(Value::Int(0)))
}

/// Home, newest first: the spaces joined, the persons followed, the network.
pub(crate) struct HomeList {
    pub(crate) network: NetworkId,
}

impl Listing for HomeList {
    type Slots = ();

    fn name(&self) -> Vec<u8> {
        b"home".to_vec()
    }

    fn reader(&self, plan: &mut Plan, who: &Who) -> ReaderSlots {
        ReaderSlots::unasked(plan, who)
    }

    fn timelines(&self, _plan: &mut Plan, reader: &ReaderSlots) -> (Keys, ()) {
        (home_timelines(reader, self.network), ())
    }

    fn admit(&self, _snapshot: &Snapshot, (): (), _reader: &Reader) -> Result<(), Error> {
        Ok(())
    }

    fn keeps(&self, reader: &Reader, world: &World, item: &Item) -> bool {
        comes_home(reader, world, item) && brought(reader, world, item.id)
    }
}

/// The wall of a space.
pub(crate) struct SpaceList {
    pub(crate) space: Who,
}

impl Listing for SpaceList {
    type Slots = Slot<Space>;

    fn name(&self) -> Vec<u8> {
        [&b"space"[..], &self.space.bytes()].concat()
    }

    fn timelines(&self, plan: &mut Plan, _reader: &ReaderSlots) -> (Keys, Slot<Space>) {
        let keys = self.space.keys(Named::Space, plan);
        let space = plan.get::<Space>(keys);
        (space.each([kind(TimelineKind::Space), col("id")]), space)
    }

    fn pins(&self, plan: &mut Plan, space: Slot<Space>) -> Option<Slot<Pin>> {
        Some(plan.scan::<Pin>(space.each([col("id")]), Dir::Up, PINS as u32))
    }

    fn admit(&self, snapshot: &Snapshot, slot: Slot<Space>, reader: &Reader) -> Result<(), Error> {
        let space = snapshot.take(slot)?.open(Opening::Show).into_iter().next();
        match space.filter(|space| find_space(reader, space)) {
            None => Err(Error::new(Reason::Named).at("space")),
            Some(space) if !read_space(reader, &space) => Err(Reason::NotMember.into()),
            Some(_) => Ok(()),
        }
    }
}

/// The wall of a person.
pub(crate) struct PersonList {
    pub(crate) person: Who,
}

impl Listing for PersonList {
    type Slots = Slot<Person>;

    fn name(&self) -> Vec<u8> {
        [&b"person"[..], &self.person.bytes()].concat()
    }

    fn timelines(&self, plan: &mut Plan, _reader: &ReaderSlots) -> (Keys, Slot<Person>) {
        let keys = self.person.keys(Named::Person, plan);
        let person = plan.get::<Person>(keys);
        (person.each([kind(TimelineKind::Wall), col("id")]), person)
    }

    fn admit(&self, snapshot: &Snapshot, slot: Slot<Person>, reader: &Reader) -> Result<(), Error> {
        let owner = snapshot.take(slot)?.open(Opening::Show).into_iter().next();
        // A guest's walls are the spaces he is a member of; whether a person exists is no answer for him.
        match owner {
            Some(owner) if reader.is_internal() || owner.id == reader.id => Ok(()),
            _ => Err(Error::new(Reason::Named).at("person")),
        }
    }
}

/// The wall of the network.
pub(crate) struct NetworkList {
    pub(crate) network: NetworkId,
}

impl Listing for NetworkList {
    type Slots = ();

    fn name(&self) -> Vec<u8> {
        b"network".to_vec()
    }

    fn timelines(&self, _plan: &mut Plan, _reader: &ReaderSlots) -> (Keys, ()) {
        let kind = TimelineKind::Network.to_value();
        (Keys::given([vec![kind, Some(Value::Id(self.network.0))]]), ())
    }

    fn admit(&self, _snapshot: &Snapshot, (): (), reader: &Reader) -> Result<(), Error> {
        if reader.is_internal() {
            Ok(())
        } else {
            Err(Reason::Guest.into())
        }
    }
}

/// The reader's own drafts, newest first.
pub(crate) struct DraftList;

impl Listing for DraftList {
    type Slots = ();

    fn name(&self) -> Vec<u8> {
        b"drafts".to_vec()
    }

    fn timelines(&self, _plan: &mut Plan, reader: &ReaderSlots) -> (Keys, ()) {
        (reader.person.each([kind(TimelineKind::Draft), col("id")]), ())
    }

    fn admit(&self, _snapshot: &Snapshot, (): (), _reader: &Reader) -> Result<(), Error> {
        Ok(())
    }

    fn lists(&self, reader: &Reader, world: &World, id: ItemId) -> bool {
        let draft = world.items.get(&id).filter(|item| item.state == ItemState::Draft);
        draft.is_some_and(|item| see(reader, world, item).allowed)
    }
}
