//! Mentions: whom the words name, where the one who is named may read them.
//!
//! Nobody is told of what he may not read: a mention becomes a row only where the person may read the item as it is written, and the
//! row is acted on only where he may read it at that moment. What is no mention stays words.

use super::records::{Item, ItemState, Mention};
use crate::answer;
use crate::error::Error;
use crate::gate::answer::{Echo, Word};
use crate::gate::judge;
use crate::gate::others::Others;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{Reader, ReaderSlots};
use crate::gate::sealed::Opening;
use crate::gate::world::World;
use crate::ids::{PersonId, Time};
use crate::people::records::{External, Handle, Named, Person};
use crate::refs::HOST;
use crate::store::{Column, Keys, Value, col};
use crate::text;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

answer! {
    /// A mention that reaches nobody: the person may not read the item. Said only to a writer who may see the person.
    pub struct MentionHint {
        /// As the words name the person.
        pub person: Echo<String>,
        /// `cannot_read`.
        pub reason: Word,
    }
}

/// What is told to the writer, as it is kept with the commit: the names of his own words.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Unreached(Vec<String>);

impl Unreached {
    pub(crate) fn hints(&self) -> Vec<MentionHint> {
        let hint = |name: &String| MentionHint {
            person: Echo(name.clone()),
            reason: Word("cannot_read"),
        };
        self.0.iter().map(hint).collect()
    }
}

/// The reads about whom some words name.
#[derive(Clone, Copy)]
pub(crate) struct MentionSlots {
    names: Slot<External>,
    handles: Slot<Handle>,
    others: ReaderSlots,
}

/// The id that a name is, where it is one of ours.
fn own(name: &str) -> Option<PersonId> {
    name.parse().ok()
}

impl MentionSlots {
    /// Appends them. `ties` gives the keys of memberships, and of follows and blocks, that decide about the item, for the persons of
    /// a slot.
    pub(crate) fn add(
        plan: &mut Plan,
        names: &[String],
        ties: impl FnOnce(Slot<Person>) -> (Vec<Keys>, Vec<Keys>),
    ) -> MentionSlots {
        let external = |name: &String| {
            let (app, name) = (Value::Text(HOST.to_owned()), Value::Text(name.clone()));
            vec![Named::Person.to_value(), Some(app), Some(name)]
        };
        let kept = names.iter().filter(|name| text::may_name(HOST, name));
        let found = plan.get::<External>(Keys::given(kept.map(external)));
        let ids = names.iter().filter_map(|name| own(name));
        let ids = Keys::given(ids.map(|id| vec![id.to_value()]));
        let handles = names.iter().filter_map(|name| name.strip_prefix('@'));
        let handles = handles.map(|handle| vec![Some(Value::Text(handle.to_owned()))]);
        let handles = plan.get::<Handle>(Keys::given(handles));
        let persons = ids.and(found.each([col("id")])).and(handles.each([col("id")]));
        let persons = plan.get::<Person>(persons);
        let (members, ties) = ties(persons);
        MentionSlots {
            names: found,
            handles,
            others: ReaderSlots::narrow_of(plan, persons, members, ties),
        }
    }

    /// Whom the words of an item mention, and what the writer is told. `world` holds the item and what decides about it.
    pub(crate) fn resolve(
        self,
        facts: &Snapshot,
        names: &[String],
        writer: &Reader,
        world: &World,
        item: &Item,
        now: Time,
    ) -> Result<(Vec<Mention>, Unreached), Error> {
        let (mut mentions, mut unreached) = (Vec::new(), Unreached::default());
        let Some(root) = world.root_of(item).filter(|_| !names.is_empty()) else {
            return Ok((mentions, unreached));
        };
        let known = facts.take(self.names)?.open(Opening::Decide);
        let known: HashMap<String, PersonId> = known
            .into_iter()
            .map(|row| (row.external, PersonId::from_bytes(row.id)))
            .collect();
        // A space has a handle as well: it is nobody.
        let handles = facts.take(self.handles)?.open(Opening::Decide).into_iter();
        let handles: HashMap<String, PersonId> = handles
            .filter(|row| row.named == Named::Person)
            .map(|row| (row.handle, PersonId::from_bytes(row.id)))
            .collect();
        let others = Others::build(facts, self.others, writer)?;
        for name in names {
            let handle = name.strip_prefix('@').and_then(|handle| handles.get(handle));
            let person = handle.or_else(|| known.get(name)).copied().or_else(|| own(name));
            let Some(person) = person.filter(|person| others.name(*person).is_some()) else {
                continue;
            };
            let other = others.reader(person);
            let blocks = |other: &Reader| other.blocks.contains(&writer.id);
            if other.is_some_and(blocks) && writer.switches.on("directed_at_blocker") {
                continue;
            }
            if other.is_some_and(|other| reads(other, world, item)) {
                put(&mut mentions, item, root, person, name, now);
            } else if writer.is_internal() {
                // A guest is not told who there is.
                unreached.0.push(name.clone());
            }
        }
        Ok((mentions, unreached))
    }
}

/// Whether somebody else may read an item; a draft, as if it were published.
fn reads(other: &Reader, world: &World, item: &Item) -> bool {
    let allowed = if item.state == ItemState::Draft {
        let state = ItemState::Published;
        judge::see(other, world, &Item { state, ..item.clone() }).allowed
    } else {
        judge::see(other, world, item).allowed
    };
    allowed || !other.switches.on("mention_readable")
}

/// Those of an item's mentions that reach somebody now.
pub(crate) fn reaching(
    mentions: Vec<Mention>,
    others: &Others,
    writer: &Reader,
    world: &World,
    item: &Item,
) -> Vec<Mention> {
    let reaches = |row: &Mention| {
        let other = others.reader(row.person);
        other.is_some_and(|other| !other.blocks.contains(&writer.id) && reads(other, world, item))
    };
    mentions.into_iter().filter(reaches).collect()
}

/// Adds a name of a person; persons once.
pub(crate) fn put(mentions: &mut Vec<Mention>, item: &Item, root: &Item, person: PersonId, name: &str, now: Time) {
    if let Some(row) = mentions.iter_mut().find(|row| row.person == person) {
        row.names.push('\n');
        row.names.push_str(name);
        return;
    }
    mentions.push(Mention {
        item: item.id,
        person,
        t: now,
        names: name.to_owned(),
        space: root.space,
        of: root.author,
    });
}

/// The person whom a name of an item's words means to a reader, with his name of today: one who may read the item now and whom
/// the reader may know.
pub(crate) fn called<'a>(
    name: &str,
    mentions: &[Mention],
    others: &'a Others,
    reader: &Reader,
    world: &World,
    item: &Item,
) -> Option<(PersonId, &'a String)> {
    let row = mentions
        .iter()
        .find(|row| row.names.split('\n').any(|one| one == name))?;
    let other = others.reader(row.person).filter(|other| reads(other, world, item))?;
    let space = world.root_of(item)?.space;
    let meet = space.is_some_and(|space| reader.role(space).is_some() && other.role(space).is_some());
    let known = reader.is_internal() || other.id == reader.id || meet || !reader.switches.on("person_found");
    others.name(row.person).filter(|_| known).map(|name| (row.person, name))
}
