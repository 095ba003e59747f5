//! The judge: may this reader see this item? One evaluation gives the answer and its reasons.

use super::keys::AudienceKey;
use super::reader::{Held, Reader};
use super::world::World;
use crate::ids::SpaceId;
use crate::items::records::{Item, ItemState};
use crate::spaces::records::{Space, SpaceState, Visibility};
use serde::Serialize;

/// A step of the path on which a reader reaches an item, or the step that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// The reader is an internal person, the audience is the network.
    Internal,
    /// The reader is a member of the space.
    Member {
        /// The space.
        space: SpaceId,
        /// His role.
        role: crate::spaces::Role,
    },
    /// The space is open and the reader internal.
    OpenSpace {
        /// The space.
        space: SpaceId,
    },
    /// The reader is moderator or owner of the space.
    Staff {
        /// The space.
        space: SpaceId,
        /// His role.
        role: crate::spaces::Role,
    },
    /// The reader is in the unit or below it.
    InUnit {
        /// The unit.
        unit: crate::ids::UnitId,
    },
    /// The reader follows the author.
    Follower {
        /// The author.
        of: crate::ids::PersonId,
    },
    /// The item is addressed to the reader himself.
    Addressed,
    /// The reader holds the narrower key of the comment too.
    NarrowKey,
    /// No: there is nothing of that id (or nothing that the reader may know of).
    Absent,
    /// No: the item is not published.
    NotPublished,
    /// No: the place is gone.
    PlaceGone,
    /// No: the root of the thread is not visible.
    RootHidden,
    /// No: the reader holds no key of the audience.
    NoKey {
        /// A key that would open the item.
        needed: AudienceKey,
    },
    /// No: the network's policy cannot be judged by this release.
    Policy,
    /// No: the verb is for the author.
    NotAuthor,
    /// No: the verb is for members of the space.
    NotMember {
        /// The space.
        space: SpaceId,
    },
    /// No: the verb is for moderators and owners.
    NotStaff,
    /// No: the verb is for posts in a space.
    NotRoot,
    /// No: the space is archived.
    Archived {
        /// The space.
        space: SpaceId,
    },
    /// No: the item is deleted.
    Deleted,
    /// No: the author blocked the reader.
    Blocked,
    /// No: the item is a draft.
    Draft,
    /// No: the item is published already.
    Published,
}

/// The outcome of a judgement with its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) allowed: bool,
    pub(crate) fact: Fact,
}

impl Verdict {
    pub(crate) fn yes(fact: Fact) -> Verdict {
        Verdict { allowed: true, fact }
    }

    pub(crate) fn no(fact: Fact) -> Verdict {
        Verdict { allowed: false, fact }
    }
}

/// May the reader see the item? `visible(v, i)`: the policy can be judged, the item is shown in its state, the place
/// lives, the root of a comment is visible, and the reader holds a key of the audience or the audience is an open space.
pub(crate) fn see(reader: &Reader, world: &World, item: &Item) -> Verdict {
    if !reader.policy_is_empty {
        return Verdict::no(Fact::Policy);
    }
    let shown = match item.state {
        ItemState::Published | ItemState::Tombstone => true,
        ItemState::Draft => item.author == reader.id,
        ItemState::Unknown => false,
    };
    if !shown && reader.switches.on("state_shown") {
        return Verdict::no(Fact::NotPublished);
    }
    match item.root {
        None => see_root(reader, world, item),
        Some(root) => see_comment(reader, world, item, world.items.get(&root)),
    }
}

fn see_root(reader: &Reader, world: &World, item: &Item) -> Verdict {
    if !place_lives(world, item) && reader.switches.on("place_living") {
        return Verdict::no(Fact::PlaceGone);
    }
    let mut needed = None;
    for key in world.keys_of(item) {
        if let Some(fact) = opens(reader, world, key) {
            return Verdict::yes(fact);
        }
        needed.get_or_insert(key);
    }
    Verdict::no(needed.map_or(Fact::Absent, |needed| Fact::NoKey { needed }))
}

fn see_comment(reader: &Reader, world: &World, comment: &Item, root: Option<&Item>) -> Verdict {
    // Depth is one: a comment's root is never a comment, so this cannot recurse.
    let root = match root {
        Some(root) if root.root.is_none() => see(reader, world, root),
        _ => Verdict::no(Fact::RootHidden),
    };
    if !root.allowed && reader.switches.on("root_visible") {
        return Verdict::no(Fact::RootHidden);
    }
    match world.narrow_key(comment) {
        Ok(None) => root,
        Ok(Some(key)) => match opens(reader, world, key) {
            Some(_) => Verdict::yes(Fact::NarrowKey),
            None if !reader.switches.on("narrow_key") => root,
            None => Verdict::no(Fact::NoKey { needed: key }),
        },
        Err(()) => Verdict::no(Fact::Absent),
    }
}

/// Whether the item's place is there and lives.
fn place_lives(world: &World, item: &Item) -> bool {
    match (item.space, item.wall) {
        (Some(space), _) => world.spaces.get(&space).is_some_and(readable),
        (None, Some(wall)) => world.persons.contains_key(&wall),
        (None, None) => true,
    }
}

/// Whether what a space contains can still be read.
fn readable(space: &Space) -> bool {
    matches!(space.state, SpaceState::Live | SpaceState::Archived)
}

/// How one key opens something for the reader, if it does.
fn opens(reader: &Reader, world: &World, key: AudienceKey) -> Option<Fact> {
    let held = reader.holds(key).map(|held| fact_of(key, held));
    match key {
        AudienceKey::Space { id } => held.or_else(|| {
            let space = world.spaces.get(&id)?;
            let open = space.visibility == Visibility::Open || !reader.switches.on("open_only");
            let member_is_not_needed = (open && reader.is_internal()) || !reader.switches.on("member_held");
            member_is_not_needed.then_some(Fact::OpenSpace { space: id })
        }),
        _ => held,
    }
}

fn fact_of(key: AudienceKey, held: Held) -> Fact {
    match (key, held) {
        (AudienceKey::Space { id }, Held::Member(role)) => Fact::Member { space: id, role },
        (AudienceKey::Staff { id }, Held::Staff(role)) => Fact::Staff { space: id, role },
        (AudienceKey::Unit { id }, _) => Fact::InUnit { unit: id },
        (AudienceKey::Followers { id }, _) => Fact::Follower { of: id },
        (AudienceKey::Person { .. }, _) => Fact::Addressed,
        _ => Fact::Internal,
    }
}

/// May the reader know that a space exists: a member, or an internal person where it is not secret?
pub(crate) fn find_space(reader: &Reader, space: &Space) -> bool {
    let listed = matches!(space.visibility, Visibility::Open | Visibility::Closed);
    reader.policy_is_empty
        && (readable(space) || !reader.switches.on("place_living"))
        && (reader.role(space.id).is_some() || (listed && reader.is_internal()) || !reader.switches.on("space_found"))
}

/// May the reader read what a space contains: a member, or an internal person where it is open?
pub(crate) fn read_space(reader: &Reader, space: &Space) -> bool {
    find_space(reader, space)
        && (reader.role(space.id).is_some() || (space.visibility == Visibility::Open && reader.is_internal()))
}
