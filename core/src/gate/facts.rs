//! The facts of a command, loaded row by row: the one who acts, and the item or space it is about.

use super::judge;
use super::plan::{Plan, Slot, Snapshot};
use super::reader::{Reader, ReaderSlots, Who};
use super::sealed::Opening;
use super::world::{World, WorldSlots};
use crate::error::{Error, Reason};
use crate::graph::records::Block;
use crate::ids::PersonId;
use crate::items::records::Item;
use crate::people::records::{Named, Person};
use crate::rights::{self, Verb};
use crate::spaces::records::{Member, Role, Space};
use crate::store::Record;
use crate::store::execute::Draft;
use crate::store::{Keys, col};
use std::collections::HashSet;

/// The only row of a slot, for a decision.
pub(crate) fn only<R: Record>(facts: &Snapshot, slot: Slot<R>) -> Result<Option<R>, Error> {
    Ok(facts.take(slot)?.open(Opening::Decide).into_iter().next())
}

/// The one who acts.
pub(crate) fn acting(facts: &Snapshot, slots: ReaderSlots, draft: &Draft) -> Result<Reader, Error> {
    // `draft.now` is the larger of the clock and the newest log time already.
    Reader::build(facts, slots, draft.now, &draft.switches)?.map_err(|_| Reason::Actor.into())
}

/// The person who acts and one item: everything that decides about both.
pub(crate) struct ItemSlots {
    pub(crate) item: Slot<Item>,
    reader: ReaderSlots,
    world: WorldSlots,
    blockers: Slot<Block>,
}

/// Loads them.
pub(crate) fn item(plan: &mut Plan, by: &Who, item: &Who) -> ItemSlots {
    let keys = by.keys(Named::Person, plan);
    let person = plan.get::<Person>(keys);
    let keys = item.keys(Named::Item, plan);
    let item = plan.get::<Item>(keys);
    let world = WorldSlots::add(plan, &[item], Keys::default(), Keys::default());
    let me = person.only("id");
    let pairs = |column: &'static str| world.pairs(me.clone(), column);
    let named = || world.audiences().each([me.clone(), col("audience_id")]);
    let members = vec![pairs("space"), pairs("audience_id"), named()];
    let ties = vec![pairs("author"), pairs("audience_id"), named()];
    let reader = ReaderSlots::narrow_of(plan, person, members, ties);
    let blockers = plan.get::<Block>(world.pairs_back("author", me));
    ItemSlots {
        item,
        reader,
        world,
        blockers,
    }
}

/// The person who acts, the item he sees, and the facts about it.
pub(crate) struct SeenItem {
    pub(crate) reader: Reader,
    pub(crate) world: World,
    pub(crate) item: Item,
    blockers: HashSet<PersonId>,
}

impl ItemSlots {
    /// The keys of memberships, and of follows and blocks, that decide about the item for other persons.
    pub(crate) fn ties(&self, others: Slot<Person>) -> (Vec<Keys>, Vec<Keys>) {
        let me = self.person().only("id");
        let pairs = |column: &'static str| self.world.only(others, column);
        let blocks = others.each([col("id"), me]);
        (pairs("space"), pairs("author").into_iter().chain([blocks]).collect())
    }

    /// The slot of the one who acts.
    pub(crate) fn person(&self) -> Slot<Person> {
        self.reader.person
    }

    /// The item, where the one who acts may use the verb on it.
    ///
    /// # Errors
    /// [`Reason::Named`] for an item that is absent or hidden, a reason of its own for one that he sees.
    pub(crate) fn open(&self, facts: &Snapshot, draft: &Draft, verb: Verb) -> Result<SeenItem, Error> {
        let reader = acting(facts, self.reader, draft)?;
        let world = World::build(facts, &self.world)?;
        let blockers = facts
            .take(self.blockers)?
            .open(Opening::Decide)
            .into_iter()
            .map(|block| block.person)
            .collect();
        let item = only(facts, self.item)?.ok_or(Error::new(Reason::Named))?;
        let seen = SeenItem {
            reader,
            world,
            item,
            blockers,
        };
        seen.require(verb)?;
        Ok(seen)
    }
}

impl SeenItem {
    /// Whether the one who acts may use the verb.
    pub(crate) fn require(&self, verb: Verb) -> Result<(), Error> {
        let seen = judge::see(&self.reader, &self.world, &self.item);
        if !seen.allowed {
            return Err(Reason::Named.into());
        }
        let verdict = rights::may(&self.reader, &self.world, &self.item, verb, &self.blockers);
        if verdict.allowed {
            return Ok(());
        }
        Err(match verdict.fact {
            judge::Fact::Deleted => Reason::Deleted,
            judge::Fact::NotMember { .. } => Reason::NotMember,
            judge::Fact::NotAuthor => Reason::NotAuthor,
            judge::Fact::NotStaff => Reason::NotStaff,
            judge::Fact::NotRoot => Reason::BadValue,
            judge::Fact::Blocked => Reason::Blocked,
            judge::Fact::Archived { .. } => Reason::Archived,
            judge::Fact::Draft => Reason::Draft,
            judge::Fact::Published => Reason::Published,
            _ => Reason::Named,
        }
        .into())
    }
}

/// The person who acts and one space.
#[derive(Clone, Copy)]
pub(crate) struct SpaceSlots {
    pub(crate) reader: ReaderSlots,
    pub(crate) space: Slot<Space>,
}

/// Loads them.
pub(crate) fn space(plan: &mut Plan, by: &Who, space: &Who) -> SpaceSlots {
    let keys = by.keys(Named::Person, plan);
    let person = plan.get::<Person>(keys);
    let keys = space.keys(Named::Space, plan);
    let space = plan.get::<Space>(keys);
    let members = vec![space.each([person.only("id"), col("id")])];
    SpaceSlots {
        reader: ReaderSlots::narrow_of(plan, person, members, Vec::new()),
        space,
    }
}

impl SpaceSlots {
    /// The space, where the one who acts may know of it.
    ///
    /// # Errors
    /// [`Reason::Named`] for one that is absent or hidden.
    pub(crate) fn open(&self, facts: &Snapshot, draft: &Draft) -> Result<(Reader, Space), Error> {
        let reader = acting(facts, self.reader, draft)?;
        let space = only(facts, self.space)?.ok_or(Error::new(Reason::Named))?;
        if !judge::find_space(&reader, &space) {
            return Err(Reason::Named.into());
        }
        Ok((reader, space))
    }

    /// The space, where the one who acts is moderator or owner of it.
    ///
    /// # Errors
    /// As [`SpaceSlots::open`], and [`Reason::NotStaff`].
    pub(crate) fn open_as_staff(&self, facts: &Snapshot, draft: &Draft) -> Result<(Reader, Space), Error> {
        let (reader, space) = self.open(facts, draft)?;
        let staff = reader.role(space.id).is_some_and(|role| role >= Role::Moderator) && reader.is_internal();
        if !staff && draft.switches.on("admit_needs_staff") {
            return Err(Reason::NotStaff.into());
        }
        Ok((reader, space))
    }

    /// The space, where the one who acts is an owner of it.
    ///
    /// # Errors
    /// As [`SpaceSlots::open`], and [`Reason::NotOwner`].
    pub(crate) fn open_as_owner(&self, facts: &Snapshot, draft: &Draft) -> Result<(Reader, Space), Error> {
        let (reader, space) = self.open(facts, draft)?;
        let owner = reader.role(space.id) == Some(Role::Owner) && reader.is_internal();
        if !owner && draft.switches.on("manage_needs_owner") {
            return Err(Reason::NotOwner.into());
        }
        Ok((reader, space))
    }

    /// The membership of another person in the space.
    pub(crate) fn member_of(&self, plan: &mut Plan, person: Slot<Person>) -> Slot<Member> {
        plan.get::<Member>(self.space.each([person.only("id"), col("id")]))
    }
}
