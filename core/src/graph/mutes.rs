//! Mutes: what a person does not want to come to him. They filter before anything is scored or told, and decide no right.

use super::records::{Mute, Muted};
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::{Token, Visible};
use crate::gate::facts::{self, ItemSlots, SpaceSlots, acting, only};
use crate::gate::judge;
use crate::gate::page::{limit, visible};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{Reader, ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::gate::world::{World, WorldSlots};
use crate::ids::{ItemId, PersonId, SpaceId, TagId, Time};
use crate::items::records::{Item, Mention};
use crate::items::tags::Tag;
use crate::people::records::{Named, Person, PersonCounts};
use crate::people::views::{MuteList, MuteView, MutedView, PersonCard};
use crate::receipt::{Receipt, receipt};
use crate::refs::Ref;
use crate::rights::Verb;
use crate::spaces::records::Space;
use crate::store::execute::{Command, Draft};
use crate::store::{Column, Dir, Keys, Part, Record, StorageError, Value, col};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// A person mutes at most this many things.
pub(crate) const MAX_MUTES: u32 = 1_000;

/// What can be muted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Topic {
    /// A person. For internal persons.
    Person {
        /// Whom.
        person: Ref,
    },
    /// A space.
    Space {
        /// Which.
        space: Ref,
    },
    /// The thread of an item.
    Thread {
        /// The item.
        item: Ref,
    },
    /// A tag, however it is spelt.
    Tag {
        /// Which, with or without `#`.
        tag: String,
    },
}

/// What is wanted of a mute.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Wish {
    Mute { until: Option<Time> },
    Unmute,
}

/// A person mutes something, or no longer does.
#[derive(Serialize)]
struct SetMute<'a> {
    #[serde(skip)]
    by: Who,
    what: &'a Topic,
    wish: Wish,
}

/// The slots of a mute: the thing as the one who acts may know of it, and the row.
struct MuteSlots {
    topic: TopicSlots,
    mute: Slot<Mute>,
}

enum TopicSlots {
    Person(ReaderSlots, Slot<Person>),
    Space(SpaceSlots),
    Thread(ItemSlots),
    Tag(ReaderSlots, Option<Tag>),
}

fn what(muted: Muted) -> Part {
    // A kind of thing is always a number.
    Part::Const(muted.to_value().unwrap_or(Value::Int(-1)))
}

impl Command for SetMute<'_> {
    const NAME: &'static str = "people.mute";
    type Slots = MuteSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> MuteSlots {
        let (topic, keys) = match self.what {
            Topic::Person { person } => {
                let reader = ReaderSlots::narrow(plan, &self.by, Vec::new(), Vec::new());
                let keys = person.who().keys(Named::Person, plan);
                let other = plan.get::<Person>(keys);
                let keys = other.each([reader.person.only("id"), what(Muted::Person), col("id")]);
                (TopicSlots::Person(reader, other), keys)
            }
            Topic::Space { space } => {
                let slots = facts::space(plan, &self.by, &space.who());
                let me = slots.reader.person.only("id");
                (
                    TopicSlots::Space(slots),
                    slots.space.each([me, what(Muted::Space), col("id")]),
                )
            }
            Topic::Thread { item } => {
                let slots = facts::item(plan, &self.by, &item.who());
                let me = || slots.person().only("id");
                // A root stands for its thread; a comment names it.
                let of = |column: &'static str| slots.item.each([me(), what(Muted::Thread), col(column)]);
                let keys = of("root").and(of("id"));
                (TopicSlots::Thread(slots), keys)
            }
            Topic::Tag { tag } => {
                let reader = ReaderSlots::narrow(plan, &self.by, Vec::new(), Vec::new());
                let tag = Tag::new(tag);
                let keys = tag.as_ref().map_or_else(Keys::default, |tag| {
                    let tag = Part::Const(Value::Id(tag.id.bytes()));
                    reader.person.each([col("id"), what(Muted::Tag), tag])
                });
                (TopicSlots::Tag(reader, tag), keys)
            }
        };
        MuteSlots {
            topic,
            mute: plan.get::<Mute>(keys),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: MuteSlots, draft: &mut Draft) -> Result<(), Error> {
        let mut name = None;
        let (person, what, target) = match slots.topic {
            TopicSlots::Person(reader, other) => {
                let reader = acting(facts, reader, draft)?;
                // As with follows: the same answer whether that person exists or not.
                if !reader.is_internal() {
                    return Err(Reason::Guest.into());
                }
                let other = only(facts, other)?.ok_or(Error::new(Reason::Named).at("person"))?;
                if other.id == reader.id {
                    return Err(Error::new(Reason::Oneself).at("person"));
                }
                (reader.id, Muted::Person, other.id.bytes())
            }
            TopicSlots::Space(slots) => {
                let (reader, space) = slots.open(facts, draft)?;
                (reader.id, Muted::Space, space.id.bytes())
            }
            TopicSlots::Thread(slots) => {
                let seen = slots.open(facts, draft, Verb::See)?;
                (seen.reader.id, Muted::Thread, seen.item.thread().bytes())
            }
            TopicSlots::Tag(reader, tag) => {
                let reader = acting(facts, reader, draft)?;
                let tag = tag.ok_or(Error::new(Reason::BadValue).at("tag"))?;
                name = Some(tag.name);
                (reader.id, Muted::Tag, tag.id.bytes())
            }
        };
        let rows = facts.take(slots.mute)?.open(Opening::Decide);
        let before = rows.into_iter().find(|row| row.target == target);
        let count = |draft: &mut Draft, n: i64| {
            let key = vec![Value::Id(person.bytes())];
            draft.add_within(PersonCounts::TABLE, key, "mutes", n, 0, i64::from(MAX_MUTES));
        };
        match (self.wish, before) {
            (Wish::Mute { until: Some(end) }, _) if end <= draft.now => {
                return Err(Error::new(Reason::BadValue).at("until"));
            }
            (Wish::Mute { until }, Some(before)) if before.until == until => {}
            (Wish::Mute { until }, before) => {
                if before.is_none() {
                    count(draft, 1);
                }
                let t = before.map_or(draft.now, |before| before.t);
                draft.put(&Mute {
                    person,
                    what,
                    target,
                    until,
                    t,
                    name,
                });
            }
            (Wish::Unmute, Some(before)) => {
                count(draft, -1);
                draft.delete(&before);
            }
            (Wish::Unmute, None) => {}
        }
        Ok(())
    }

    fn bound(&self, _table: &'static str) -> Reason {
        Reason::ManyTies
    }
}

pub(crate) async fn set(actor: &Actor, what: &Topic, wish: Wish, key: Option<&str>) -> Result<Receipt, Error> {
    let by = actor.person()?.clone();
    receipt(actor, &actor.execute(&SetMute { by, what, wish }, key).await?)
}

/// The read of what a reader muted.
pub(crate) fn muted(plan: &mut Plan, reader: &ReaderSlots) -> Slot<Mute> {
    plan.scan::<Mute>(reader.person.each([col("id")]), Dir::Up, MAX_MUTES)
}

/// What a reader muted, of one instant. What ended is not among it.
#[derive(Debug, Default)]
pub(crate) struct Mutes(HashMap<Muted, HashSet<[u8; 16]>>);

impl Mutes {
    pub(crate) fn build(snapshot: &Snapshot, slot: Slot<Mute>, now: Time) -> Result<Mutes, StorageError> {
        let mut mutes = Mutes::default();
        for row in snapshot.take(slot)?.open(Opening::Show) {
            if row.lasts(now) {
                mutes.0.entry(row.what).or_default().insert(row.target);
            }
        }
        Ok(mutes)
    }

    fn holds(&self, what: Muted, target: [u8; 16]) -> bool {
        self.0.get(&what).is_some_and(|targets| targets.contains(&target))
    }

    /// Whether a person is muted.
    pub(crate) fn person(&self, person: PersonId) -> bool {
        self.holds(Muted::Person, person.bytes())
    }

    /// Whether a space is muted.
    fn space(&self, space: SpaceId) -> bool {
        self.holds(Muted::Space, space.bytes())
    }

    /// Whether the thread of this root is muted.
    fn thread(&self, root: ItemId) -> bool {
        self.holds(Muted::Thread, root.bytes())
    }

    /// Whether a space or a thread is muted, which a mention passes.
    pub(crate) fn place(&self, space: Option<SpaceId>, root: ItemId) -> bool {
        space.is_some_and(|space| self.space(space)) || self.thread(root)
    }

    /// Whether any tag is muted. Then it is read which tags items bear.
    pub(crate) fn has_tags(&self) -> bool {
        self.0.contains_key(&Muted::Tag)
    }

    /// Whether a root bears a muted tag, which a mention passes. It needs the root's document.
    pub(crate) fn topic(&self, root: &Item) -> bool {
        let mut names = root.tags.iter().flatten().filter(|_| self.has_tags());
        names.any(|name| Tag::new(name).is_some_and(|tag| self.holds(Muted::Tag, tag.id.bytes())))
    }

    /// Whether a root is kept away from its reader: he muted its author, or its space, its thread or a tag of its and it does not
    /// mention him.
    pub(crate) fn keep_away(&self, root: &Item, mentioned: bool) -> bool {
        self.person(root.author) || (!mentioned && (self.place(root.space, root.id) || self.topic(root)))
    }
}

/// Of some roots whose documents were not read, those that a muted tag keeps away from their reader. Only one who muted a tag costs
/// the call. It narrows what is a candidate; what is shown is judged once more.
pub(crate) async fn off_topic(
    actor: &Actor,
    reader: &Reader,
    roots: impl Iterator<Item = ItemId>,
) -> Result<HashSet<ItemId>, Error> {
    let roots: Vec<ItemId> = roots.take_while(|_| reader.mutes.has_tags()).collect();
    if roots.is_empty() {
        return Ok(HashSet::new());
    }
    let mut plan = Plan::new();
    let items = plan.get::<Item>(Keys::given(roots.iter().map(|root| vec![root.to_value()])));
    let mentions = plan.get::<Mention>(Keys::given(
        roots.iter().map(|root| vec![root.to_value(), reader.id.to_value()]),
    ));
    let snapshot = plan.ask(actor.core.storage.as_ref(), actor.network).await?;
    let mentions = snapshot.take(mentions)?.open(Opening::Show);
    let mentioned: HashSet<ItemId> = mentions.into_iter().map(|row| row.item).collect();
    let mut items = snapshot.take(items)?.open(Opening::Show);
    items.retain(|item| {
        let mentioned = item.author != reader.id && mentioned.contains(&item.id);
        !mentioned && reader.mutes.topic(item)
    });
    Ok(items.into_iter().map(|item| item.id).collect())
}

/// What the one who asks muted, of what he may still know of.
pub(crate) async fn list(actor: &Actor, asked: u32, cursor: Option<&Token>) -> Result<Visible<MuteList>, Error> {
    let limit = limit(asked);
    let by = actor.by.bytes();
    let context: [&[u8]; 3] = [b"mutes", &actor.network.0, &by];
    let sealer = &actor.core.sealer;
    let from: Option<(Reverse<Time>, [u8; 16])> = sealer.cursor(&context, cursor)?;
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let slot = muted(&mut plan, &reader);
    let target = || slot.each([col("target")]);
    let persons = plan.get::<Person>(target());
    let spaces = plan.get::<Space>(target());
    let items = plan.get_columns::<Item>(target());
    let world = WorldSlots::add(&mut plan, &[items], Keys::default(), Keys::default());
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let persons = snapshot.take(persons)?.open(Opening::Show);
    let spaces = snapshot.take(spaces)?.open(Opening::Show);
    let world = World::build(&snapshot, &world)?;
    let mut rows = snapshot.take(slot)?.open(Opening::Show);
    let place = |row: &Mute| (Reverse(row.t), row.target);
    rows.retain(|row| row.lasts(reader.now) && from.is_none_or(|from| from < place(row)));
    rows.sort_by_key(place);
    let seen = |row: &Mute| match row.what {
        Muted::Person => persons
            .iter()
            .find(|person| person.id.bytes() == row.target && reader.is_internal() && reader.policy_is_empty)
            .map(|person| MutedView::Person {
                person: PersonCard::build(person),
            }),
        Muted::Space => spaces
            .iter()
            .find(|space| space.id.bytes() == row.target && judge::find_space(&reader, space))
            .map(|space| MutedView::Space {
                id: space.id,
                name: space.name.clone(),
            }),
        Muted::Thread => {
            let item = world.items.get(&ItemId::from_bytes(row.target));
            item.filter(|item| judge::see(&reader, &world, item).allowed)
                .map(|item| MutedView::Thread { item: item.id })
        }
        Muted::Tag => row.name.clone().map(|name| MutedView::Tag {
            id: TagId::from_bytes(row.target),
            name,
        }),
        Muted::Unknown => None,
    };
    let view = |row: &Mute| {
        let (until, t) = (row.until, row.t);
        seen(row).map(|what| (place(row), MuteView { what, until, t }))
    };
    let mut shown: Vec<_> = rows.iter().filter_map(view).take(limit + 1).collect();
    let more = shown.len() > limit;
    shown.truncate(limit);
    let next = match shown.last().filter(|_| more) {
        Some((end, _)) => Some(sealer.seal(&context, end).ok_or(Error::new(Reason::Corrupt))?),
        None => None,
    };
    let mutes = shown.into_iter().map(|(_, view)| view).collect();
    Ok(visible(&snapshot, &reader, MuteList { mutes, next }))
}
