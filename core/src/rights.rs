//! Rights: which verb a reader may use on what he sees. One table; the facade's answers and every command ask it.

use crate::gate::judge::{Fact, Verdict, see};
use crate::gate::reader::Reader;
use crate::gate::world::World;
use crate::ids::PersonId;
use crate::items::records::{Item, ItemState};
use crate::spaces::records::Role;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What a reader may do with an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verb {
    /// Read it.
    See,
    /// Write a comment in its thread.
    Comment,
    /// React to it.
    React,
    /// Change its words.
    Edit,
    /// Delete it.
    Delete,
    /// Pin it in its space.
    Pin,
    /// Publish a draft.
    Publish,
}

impl Verb {
    /// All verbs.
    pub const ALL: &'static [Verb] = &[
        Verb::See,
        Verb::Comment,
        Verb::React,
        Verb::Edit,
        Verb::Delete,
        Verb::Pin,
        Verb::Publish,
    ];
}

/// May the reader use the verb on the item? Whoever may not see it gets the answer of an absent item.
///
/// `blockers` are the persons who blocked the reader: he directs nothing at them.
pub(crate) fn may(reader: &Reader, world: &World, item: &Item, verb: Verb, blockers: &HashSet<PersonId>) -> Verdict {
    let seen = see(reader, world, item);
    if !seen.allowed || verb == Verb::See {
        return seen;
    }
    if item.state == ItemState::Tombstone {
        return Verdict::no(Fact::Deleted);
    }
    let Some(root) = world.root_of(item) else {
        return Verdict::no(Fact::RootHidden);
    };
    let role = root.space.and_then(|space| reader.role(space));
    let staff = role.is_some_and(|role| role >= Role::Moderator) && reader.is_internal();
    match (root.space, verb) {
        // Who left a space keeps no verb on what he wrote there.
        (Some(space), _) if role.is_none() && reader.switches.on("write_needs_member") => {
            Verdict::no(Fact::NotMember { space })
        }
        // The staff may still take something away.
        (Some(space), Verb::Comment | Verb::React | Verb::Edit | Verb::Pin | Verb::Publish)
            if world.is_archived(space) && reader.switches.on("archive_read_only") =>
        {
            Verdict::no(Fact::Archived { space })
        }
        (_, Verb::Comment | Verb::React) if item.state == ItemState::Draft => Verdict::no(Fact::Draft),
        (_, Verb::Comment | Verb::React) => {
            let blocked = blockers.contains(&item.author) || blockers.contains(&root.author);
            if root.state == ItemState::Tombstone {
                Verdict::no(Fact::Deleted)
            } else if blocked && reader.switches.on("directed_at_blocker") {
                Verdict::no(Fact::Blocked)
            } else {
                seen
            }
        }
        (_, Verb::Edit | Verb::Publish) if item.author != reader.id && reader.switches.on("edit_own") => {
            Verdict::no(Fact::NotAuthor)
        }
        (_, Verb::Publish) if item.state != ItemState::Draft => Verdict::no(Fact::Published),
        (_, Verb::Pin) if item.state == ItemState::Draft => Verdict::no(Fact::Draft),
        (None, Verb::Pin) => Verdict::no(Fact::NotRoot),
        (Some(_), Verb::Pin) if item.root.is_some() => Verdict::no(Fact::NotRoot),
        (_, Verb::Pin) if !staff && reader.switches.on("pin_needs_staff") => Verdict::no(Fact::NotStaff),
        (_, Verb::Delete) => {
            if item.author == reader.id || staff || !reader.switches.on("delete_own_or_staff") {
                seen
            } else {
                Verdict::no(Fact::NotStaff)
            }
        }
        _ => seen,
    }
}
