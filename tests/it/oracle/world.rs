//! The model: what the commands said, kept as plainly as it can be written down.

use parvis::gate::answer::Token;
use parvis::people::{PersonKind, PersonStatus};
use parvis::spaces::{Role, Visibility};
use parvis::{ItemId, PersonId, SpaceId, UnitId};
use std::collections::{BTreeMap, BTreeSet};

/// A unit of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    pub(crate) id: UnitId,
    pub(crate) external: String,
    pub(crate) parent: Option<usize>,
}

/// A person, as the last `people.put` left him.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    pub(crate) external: String,
    pub(crate) kind: PersonKind,
    pub(crate) status: PersonStatus,
    pub(crate) unit: Option<usize>,
    pub(crate) expires: Option<i64>,
}

/// A space.
#[derive(Clone, Debug)]
pub(crate) struct Space {
    pub(crate) id: SpaceId,
    pub(crate) name: String,
    pub(crate) visibility: Visibility,
    /// Whether members announce, not only owners.
    pub(crate) members_announce: bool,
    pub(crate) archived: bool,
}

/// An invitation, until it is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Invited {
    pub(crate) by: usize,
    pub(crate) role: Role,
    pub(crate) until: i64,
}

/// What a handle names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holder {
    Person(usize),
    Space(usize),
}

/// A membership.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) role: Role,
    pub(crate) expires: Option<i64>,
}

/// Where a root stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stand {
    Space(usize),
    Wall(usize),
    Network,
}

/// A key of an audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Network,
    Space(usize),
    Staff(usize),
    Unit(usize),
    Followers(usize),
    Person(usize),
}

/// A post or a comment.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) id: ItemId,
    pub(crate) author: usize,
    /// An announcement.
    pub(crate) announces: bool,
    /// Of the root; a comment has its root's.
    pub(crate) stand: Stand,
    /// The audience of a root; empty for a comment.
    pub(crate) keys: Vec<Key>,
    pub(crate) root: Option<usize>,
    pub(crate) parent: Option<usize>,
    /// A comment for the staff only.
    pub(crate) staff: bool,
    pub(crate) deleted: bool,
    /// Not published yet.
    pub(crate) draft: bool,
    /// When the draft is published by itself.
    pub(crate) scheduled: Option<i64>,
    /// Its instant came and its author might not publish it.
    pub(crate) missed: bool,
    /// The words that others replaced, oldest first, and whether its place was open then.
    pub(crate) older: Vec<(String, bool)>,
    pub(crate) t: i64,
    pub(crate) edited: bool,
    pub(crate) words: String,
    /// The person whom the words mention, where he could read them when they were written.
    pub(crate) mention: Option<usize>,
    /// What `create` and `edit` answered, newest last.
    pub(crate) versions: Vec<Token>,
    pub(crate) reactions: BTreeMap<usize, String>,
}

/// A pin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pinned {
    pub(crate) item: usize,
    pub(crate) until: i64,
}

/// Everything that was said.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    /// Whether nobody does what is due behind the commands.
    pub(crate) idle: bool,
    pub(crate) clock: i64,
    pub(crate) newest: i64,
    pub(crate) units: Vec<Unit>,
    pub(crate) persons: Vec<Person>,
    pub(crate) spaces: Vec<Space>,
    pub(crate) items: Vec<Item>,
    pub(crate) members: BTreeMap<(usize, usize), Member>,
    /// Who asked to become a member of what: space and person.
    pub(crate) requests: BTreeSet<(usize, usize)>,
    /// Who is invited to what: space and person.
    pub(crate) invitations: BTreeMap<(usize, usize), Invited>,
    /// Who follows whom.
    pub(crate) follows: BTreeSet<(usize, usize)>,
    /// Who blocked whom.
    pub(crate) blocks: BTreeSet<(usize, usize)>,
    /// What a person muted, and until when.
    pub(crate) mutes: BTreeMap<(usize, super::ties::Muted), Option<i64>>,
    /// The tags that a person follows, in small letters.
    pub(crate) topics: BTreeSet<(usize, &'static str)>,
    /// What is pinned in a space, since and until when; latest last.
    pub(crate) pins: BTreeMap<usize, Vec<Pinned>>,
    /// Whom or what each handle names.
    pub(crate) handles: BTreeMap<&'static str, Holder>,
    /// Who was told of what, in the order of the deeds.
    pub(crate) told: Vec<super::inbox::Told>,
    pub(crate) marks: BTreeMap<usize, super::inbox::Marks>,
    pub(crate) closed: super::inbox::Closed,
    /// How far the announcements of a space were read by a person when he joined.
    pub(crate) joined: BTreeMap<(usize, usize), i64>,
    /// Announcements that were read by themselves.
    pub(crate) read_alone: BTreeSet<(usize, usize)>,
}

impl World {
    /// The instant of decisions: it never runs back.
    pub(crate) fn now(&self) -> i64 {
        self.clock.max(self.newest)
    }

    /// May this person ask or act at all?
    pub(crate) fn active(&self, person: usize) -> bool {
        let person = &self.persons[person];
        person.status == PersonStatus::Active && person.expires.is_none_or(|end| self.now() < end)
    }

    pub(crate) fn internal(&self, person: usize) -> bool {
        self.persons[person].kind == PersonKind::Internal
    }

    /// The role that somebody has in a space at this instant.
    pub(crate) fn role(&self, space: usize, person: usize) -> Option<Role> {
        let member = self.members.get(&(space, person))?;
        member.expires.is_none_or(|end| self.now() < end).then_some(member.role)
    }

    pub(crate) fn is_staff(&self, space: usize, person: usize) -> bool {
        self.internal(person) && matches!(self.role(space, person), Some(Role::Moderator | Role::Owner))
    }

    /// Is the person in the unit or in one below it?
    pub(crate) fn in_unit(&self, person: usize, unit: usize) -> bool {
        let mut at = self.persons[person].unit;
        while let Some(here) = at {
            if here == unit {
                return true;
            }
            at = self.units[here].parent;
        }
        false
    }

    /// Would the unit be its own ancestor under this parent?
    pub(crate) fn would_circle(&self, unit: usize, parent: usize) -> bool {
        let mut at = Some(parent);
        while let Some(here) = at {
            if here == unit {
                return true;
            }
            at = self.units[here].parent;
        }
        false
    }

    pub(crate) fn share_a_space(&self, one: usize, other: usize) -> bool {
        (0..self.spaces.len()).any(|space| self.role(space, one).is_some() && self.role(space, other).is_some())
    }

    /// Those who own a space without an end.
    pub(crate) fn lasting_owners(&self, space: usize) -> Vec<usize> {
        let owns = |member: &Member| member.role == Role::Owner && member.expires.is_none();
        (0..self.persons.len())
            .filter(|&person| self.members.get(&(space, person)).is_some_and(owns))
            .collect()
    }

    /// The comment on the root that an answer is shown under, however deep it answers.
    pub(crate) fn top(&self, item: usize) -> Option<usize> {
        let mut at = self.items[item].parent?;
        (self.items[at].root.is_some()).then(|| {
            while let Some(above) = self.items[at].parent.filter(|&above| self.items[above].root.is_some()) {
                at = above;
            }
            at
        })
    }

    /// The pins of a space that stand: not over, and of what is not deleted.
    pub(crate) fn standing(&self, space: usize) -> Vec<Pinned> {
        let pins = self.pins.get(&space).into_iter().flatten();
        pins.filter(|pin| self.now() < pin.until && !self.items[pin.item].deleted)
            .copied()
            .collect()
    }

    /// The root of an item's thread; a root is its own.
    pub(crate) fn root(&self, item: usize) -> usize {
        self.items[item].root.unwrap_or(item)
    }
}
