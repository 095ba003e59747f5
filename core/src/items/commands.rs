//! Commands on items: create, comment, edit, delete, react.

use super::kinds;
use super::records::{
    Audience, Comment, CommentCount, Item, ItemState, Reaction, ReactionCount, Text, Timeline, TimelineKind,
    UNDETERMINED,
};
use super::{CommentAudience, NewAudience};
use crate::error::{Error, Reason};
use crate::feed::records::{Bumped, Mine, Pace};
use crate::feed::upkeep;
use crate::gate::facts::{self, ItemSlots, acting, only};
use crate::gate::judge::find_space;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{Reader, ReaderSlots, Who};
use crate::gate::{AS_ROOT, AudienceKey};
use crate::ids::{ItemId, Time};
use crate::log::{Entry, Verb};
use crate::people::records::{Named, Person, Unit};
use crate::rights;
use crate::spaces::records::Space;
use crate::store::execute::{Command, Draft};
use crate::store::{Keys, NetworkId, Part, Record, Value, Write, col};
use crate::text;
use serde::{Deserialize, Serialize};

/// What a command on an item answers: the id and its version, for the next edit.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct MadeItem {
    pub(crate) id: ItemId,
    pub(crate) version: i64,
}

/// Where a new item goes, resolved from the request.
#[derive(Clone, Debug, Serialize)]
pub(crate) enum Where {
    Space(Who),
    Wall,
    Network,
}

/// A person writes a post.
#[derive(Serialize)]
pub(crate) struct Create {
    #[serde(skip)]
    pub(crate) by: Who,
    #[serde(skip)]
    pub(crate) network: NetworkId,
    pub(crate) place: Where,
    pub(crate) audience: NewAudience,
    pub(crate) unit: Option<Who>,
    pub(crate) source: String,
    pub(crate) language: Option<String>,
}

/// The slots of a creation.
pub(crate) struct CreateSlots {
    reader: ReaderSlots,
    space: Slot<Space>,
    unit: Slot<Unit>,
    pace: Slot<Pace>,
}

impl Command for Create {
    const NAME: &'static str = "items.create";
    type Slots = CreateSlots;
    type Made = MadeItem;

    fn load(&self, plan: &mut Plan) -> CreateSlots {
        let keys = self.by.keys(Named::Person, plan);
        let person = plan.get::<Person>(keys);
        let keys = match &self.place {
            Where::Space(space) => space.keys(Named::Space, plan),
            Where::Wall | Where::Network => Keys::default(),
        };
        let space = plan.get::<Space>(keys);
        let keys = self
            .unit
            .as_ref()
            .map_or_else(Keys::default, |unit| unit.keys(Named::Unit, plan));
        let unit = plan.get::<Unit>(keys);
        let members = vec![space.each([person.only("id"), col("id")])];
        let pace = plan.get::<Pace>(match &self.place {
            Where::Space(_) => space.each([col("id"), person.only("id")]),
            Where::Wall => person.each([col("id"), col("id")]),
            Where::Network => person.each([Part::Const(Value::Id(self.network.0)), col("id")]),
        });
        CreateSlots {
            reader: ReaderSlots::narrow_of(plan, person, members, Vec::new()),
            space,
            unit,
            pace,
        }
    }

    fn decide(&self, facts: &Snapshot, slots: CreateSlots, draft: &mut Draft) -> Result<MadeItem, Error> {
        let reader = acting(facts, slots.reader, draft)?;
        let space = only(facts, slots.space)?;
        let unit = only(facts, slots.unit)?.map(|unit| unit.id);
        let space = match (&self.place, space) {
            (Where::Space(_), Some(space)) if find_space(&reader, &space) => Some(space.id),
            (Where::Space(_), _) => return Err(Error::new(Reason::Named).at("place")),
            _ => None,
        };
        if space.is_some_and(|id| reader.role(id).is_none() && draft.switches.on("write_needs_member")) {
            return Err(Reason::NotMember.into());
        }
        if space.is_none() && !reader.is_internal() {
            return Err(Reason::Guest.into());
        }
        let keys = self.keys(&reader, space, unit)?;
        let id = ItemId::from_bytes(draft.id());
        let item = Item {
            space,
            wall: matches!(self.place, Where::Wall).then_some(reader.id),
            ..Item::new(id, kinds::POST.name, reader.id, draft.now)
        };
        if self.audience == NewAudience::Place {
            let pace = only(facts, slots.pace)?;
            let pace = upkeep::posted(draft, upkeep::place_of(self.network, &item), &item, pace);
            draft.put(&pace);
        }
        put_root(draft, self.network, item, &keys);
        put_text(draft, id, 1, self.language.as_deref(), &self.source)?;
        Ok(MadeItem { id, version: 1 })
    }
}

impl Create {
    /// The audience, never wider than the place.
    fn keys(
        &self,
        reader: &Reader,
        space: Option<crate::ids::SpaceId>,
        unit: Option<crate::ids::UnitId>,
    ) -> Result<Vec<AudienceKey>, Error> {
        let wrong = || Error::new(Reason::BadAudience).at("audience");
        Ok(match (self.audience, space) {
            (NewAudience::Place, Some(id)) => vec![AudienceKey::Space { id }],
            (NewAudience::Place, None) => vec![AudienceKey::Network],
            (NewAudience::Staff, Some(id)) => {
                let key = AudienceKey::Staff { id };
                reader.holds(key).ok_or_else(wrong)?;
                vec![key]
            }
            (NewAudience::Followers, None) if matches!(self.place, Where::Wall) => {
                vec![
                    AudienceKey::Followers { id: reader.id },
                    AudienceKey::Person { id: reader.id },
                ]
            }
            (NewAudience::Unit, None) => {
                let key = AudienceKey::Unit {
                    id: unit.ok_or_else(|| Error::new(Reason::Named).at("unit"))?,
                };
                // Who is not in the unit would lose sight of what he wrote.
                reader.holds(key).ok_or_else(wrong)?;
                vec![key]
            }
            _ => return Err(wrong()),
        })
    }
}

/// The timelines that list a root: its place's and its author's.
pub(crate) fn timelines(network: NetworkId, item: &Item) -> [Timeline; 2] {
    let (kind, of) = match (item.space, item.wall) {
        (Some(space), _) => (TimelineKind::Space, space.bytes()),
        (None, Some(wall)) => (TimelineKind::Wall, wall.bytes()),
        (None, None) => (TimelineKind::Network, network.0),
    };
    let row = |kind, of| Timeline {
        kind,
        of,
        t: item.t,
        item: item.id,
    };
    [row(kind, of), row(TimelineKind::Author, item.author.bytes())]
}

/// The further audience keys of an item as rows, the first as its columns.
pub(crate) fn with_audience(mut item: Item, keys: &[AudienceKey]) -> (Item, Vec<Audience>) {
    let mut columns = keys.iter().map(|key| key.to_columns());
    if let Some((kind, id)) = columns.next() {
        // The key of the item's own space goes without the id, which stands in the place: one look-up instead of two.
        let own = item
            .space
            .filter(|space| keys.first() == Some(&AudienceKey::Space { id: *space }));
        (item.audience_kind, item.audience_id) = (kind, id.filter(|_| own.is_none()));
    }
    let id = item.id;
    let rows: Vec<Audience> = columns
        .zip(1..)
        .map(|((audience_kind, audience_id), n)| Audience {
            item: id,
            n,
            audience_kind,
            audience_id,
        })
        .collect();
    item.more = (!rows.is_empty()).then_some(id);
    (item, rows)
}

/// Writes a root: envelope, audience, timelines, log entry.
fn put_root(draft: &mut Draft, network: NetworkId, item: Item, keys: &[AudienceKey]) {
    let (item, rows) = with_audience(item, keys);
    draft.put(&item);
    rows.iter().for_each(|row| draft.put(row));
    timelines(network, &item).iter().for_each(|row| draft.put(row));
    let mut entry = Entry::new(Verb::Create)
        .item(item.id, &item.kind)
        .space(item.space)
        .after(keys.iter().copied());
    entry.actor = Some(item.author);
    draft.log(&entry);
}

/// Writes the words of one version.
fn put_text(draft: &mut Draft, item: ItemId, version: i64, language: Option<&str>, words: &str) -> Result<(), Error> {
    let language = match language {
        None => UNDETERMINED.to_owned(),
        Some(mark) if mark.len() <= 35 && mark.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
            mark.to_ascii_lowercase()
        }
        Some(_) => return Err(Error::new(Reason::BadValue).at("language")),
    };
    let source = text::source(words, "body")?;
    draft.put(&Text {
        item,
        version,
        language,
        title: None,
        source,
        rest: Default::default(),
    });
    Ok(())
}

/// The counter key of comments with an audience key (`None`: the root's own).
pub(crate) fn comment_count_key(root: ItemId, narrow: Option<AudienceKey>) -> Vec<Value> {
    let (kind, id) = narrow.map_or((AS_ROOT, None), AudienceKey::to_columns);
    vec![
        Value::Id(root.bytes()),
        Value::Int(kind),
        Value::Id(id.unwrap_or_default()),
    ]
}

/// A person comments on an item or answers a comment.
#[derive(Serialize)]
pub(crate) struct AddComment {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) on: Who,
    pub(crate) audience: CommentAudience,
    pub(crate) source: String,
    pub(crate) language: Option<String>,
}

/// The slots of a comment: the item it is on, and what the thread's place in feeds follows from.
pub(crate) struct CommentSlots {
    item: ItemSlots,
    mine: Slot<Mine>,
    bumped: Slot<Bumped>,
}

impl Command for AddComment {
    const NAME: &'static str = "items.comment";
    type Slots = CommentSlots;
    type Made = MadeItem;

    fn load(&self, plan: &mut Plan) -> CommentSlots {
        let item = facts::item(plan, &self.by, &self.on);
        // The root's id stands in `root` of a comment and is the root's own id.
        let thread = |column| item.item.each([item.person().only("id"), col(column)]);
        CommentSlots {
            mine: plan.get::<Mine>(thread("id").and(thread("root"))),
            bumped: plan.get::<Bumped>(item.item.each([col("id")]).and(item.item.each([col("root")]))),
            item,
        }
    }

    fn decide(&self, facts: &Snapshot, slots: CommentSlots, draft: &mut Draft) -> Result<MadeItem, Error> {
        let on = slots.item.open(facts, draft, rights::Verb::Comment)?;
        let root = on.world.root_of(&on.item).ok_or(Error::new(Reason::Named))?;
        let above = if on.item.root.is_some() {
            on.world.narrow_key(&on.item).unwrap_or(None)
        } else {
            None
        };
        let narrow = match (above, self.audience) {
            // An answer is read by those who read what it answers, never by more.
            (Some(key), _) => Some(key),
            (None, CommentAudience::Root) => None,
            (None, CommentAudience::Staff) => {
                let wrong = || Error::new(Reason::BadAudience).at("audience");
                let key = AudienceKey::Staff {
                    id: root.space.ok_or_else(wrong)?,
                };
                on.reader.holds(key).ok_or_else(wrong)?;
                Some(key)
            }
        };
        let id = ItemId::from_bytes(draft.id());
        let (audience_kind, audience_id) = narrow.map_or((AS_ROOT, None), AudienceKey::to_columns);
        let parent = on.item.root.map(|_| on.item.id);
        let item = Item {
            root: Some(root.id),
            parent: Some(parent.unwrap_or(root.id)),
            audience_kind,
            audience_id,
            ..Item::new(id, kinds::COMMENT.name, on.reader.id, draft.now)
        };
        draft.put(&item);
        draft.put(&comment_row(&item, root.id));
        draft.add(CommentCount::TABLE, comment_count_key(root.id, narrow), "comments", 1);
        draft.put(&upkeep::mine(on.reader.id, root));
        if narrow.is_none() {
            let again = only(facts, slots.mine)?.is_some();
            let bumped = only(facts, slots.bumped)?;
            let by = on.reader.id;
            let moved = upkeep::commented(draft, facts.network, root, by, draft.now, again, bumped.as_ref());
            moved.iter().for_each(|row| draft.put(row));
        }
        put_text(draft, id, 1, self.language.as_deref(), &self.source)?;
        let mut entry = Entry::new(Verb::Create).item(id, &item.kind).space(root.space);
        entry = entry.after(narrow.map_or_else(|| on.world.keys_of(root).collect(), |key| vec![key]));
        entry.actor = Some(on.reader.id);
        draft.log(&entry);
        Ok(MadeItem { id, version: 1 })
    }
}

/// The row that lists a comment in its thread.
pub(crate) fn comment_row(item: &Item, root: ItemId) -> Comment {
    // As stored, so that a key of a newer release stays one that nobody here holds.
    let narrow = (item.audience_kind != AS_ROOT).then_some((item.audience_kind, item.audience_id));
    Comment {
        root,
        t: item.t,
        item: item.id,
        author: item.author,
        narrow_kind: narrow.map(|(kind, _)| kind),
        narrow_id: narrow.and_then(|(_, id)| id),
        state: item.state,
    }
}

/// An author changes the words; what the change is based on must be the newest version.
#[derive(Serialize)]
pub(crate) struct Edit {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) item: Who,
    pub(crate) based_on: BasedOn,
    pub(crate) source: String,
    pub(crate) language: Option<String>,
}

/// What the token of a version holds.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BasedOn {
    pub(crate) item: ItemId,
    pub(crate) version: i64,
}

impl Command for Edit {
    const NAME: &'static str = "items.edit";
    type Slots = ItemSlots;
    type Made = MadeItem;

    fn load(&self, plan: &mut Plan) -> ItemSlots {
        facts::item(plan, &self.by, &self.item)
    }

    fn decide(&self, facts: &Snapshot, slots: ItemSlots, draft: &mut Draft) -> Result<MadeItem, Error> {
        let seen = slots.open(facts, draft, rights::Verb::Edit)?;
        let item = seen.item;
        if self.based_on.item != item.id {
            return Err(Error::new(Reason::BadValue).at("based_on"));
        }
        if self.based_on.version != item.version {
            return Err(Reason::Edited.into());
        }
        let version = item.version.saturating_add(1);
        put_text(draft, item.id, version, self.language.as_deref(), &self.source)?;
        let mut entry = Entry::new(Verb::Update).item(item.id, &item.kind).space(item.space);
        entry.actor = Some(seen.reader.id);
        draft.log(&entry);
        let id = item.id;
        draft.put(&Item {
            version,
            edited: Some(draft.now),
            ..item
        });
        Ok(MadeItem { id, version })
    }
}

/// An item has at most this many versions times languages of text.
const MAX_TEXTS: u32 = 10_000;

/// An author or the place's staff deletes an item: its words go, a placeholder stays where the thread lives on.
#[derive(Serialize)]
pub(crate) struct Delete {
    #[serde(skip)]
    pub(crate) by: Who,
    #[serde(skip)]
    pub(crate) network: NetworkId,
    pub(crate) item: Who,
}

impl Command for Delete {
    const NAME: &'static str = "items.delete";
    type Slots = ItemSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> ItemSlots {
        facts::item(plan, &self.by, &self.item)
    }

    fn decide(&self, facts: &Snapshot, slots: ItemSlots, draft: &mut Draft) -> Result<(), Error> {
        let seen = slots.open(facts, draft, rights::Verb::Delete)?;
        let before: Vec<AudienceKey> = seen.world.keys_of(&seen.item).collect();
        let narrow = seen.world.narrow_key(&seen.item).unwrap_or(None);
        let item = Item {
            state: ItemState::Tombstone,
            version: seen.item.version.saturating_add(1),
            ..seen.item
        };
        draft.put(&item);
        let prefix = vec![Some(Value::Id(item.id.bytes()))];
        draft.write(Write::DeleteRange {
            table: Text::TABLE,
            prefix,
            at_most: MAX_TEXTS,
        });
        match item.root {
            None => {
                timelines(self.network, &item).iter().for_each(|row| draft.delete(row));
                draft.write(upkeep::rest(item.id));
            }
            Some(root) => {
                draft.put(&comment_row(&item, root));
                draft.add(CommentCount::TABLE, comment_count_key(root, narrow), "comments", -1);
            }
        }
        let mut entry = Entry::new(Verb::Delete)
            .item(item.id, &item.kind)
            .space(item.space)
            .before(before);
        entry.actor = Some(seen.reader.id);
        draft.log(&entry);
        Ok(())
    }
}

/// A person reacts, changes the reaction, or takes it back.
#[derive(Serialize)]
pub(crate) struct SetReaction {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) item: Who,
    pub(crate) reaction: Option<String>,
}

/// The slots of a reaction.
pub(crate) struct ReactionSlots {
    item: ItemSlots,
    mine: Slot<Reaction>,
}

impl Command for SetReaction {
    const NAME: &'static str = "items.react";
    type Slots = ReactionSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> ReactionSlots {
        let item = facts::item(plan, &self.by, &self.item);
        let mine = plan.get::<Reaction>(item.item.each([col("id"), item.person().only("id")]));
        ReactionSlots { item, mine }
    }

    fn decide(&self, facts: &Snapshot, slots: ReactionSlots, draft: &mut Draft) -> Result<(), Error> {
        let before = only(facts, slots.mine)?;
        // Taking a reaction back asks for no more than seeing the item.
        let verb = if self.reaction.is_some() {
            rights::Verb::React
        } else {
            rights::Verb::See
        };
        let seen = slots.item.open(facts, draft, verb)?;
        let after = self.reaction.as_deref().map(text::reaction).transpose()?;
        if before.as_ref().map(|row| &row.reaction) == after.as_ref() {
            return Ok(());
        }
        let item = seen.item.id;
        let key = |reaction: &str| vec![Value::Id(item.bytes()), Value::Text(reaction.to_owned())];
        let log = |draft: &mut Draft, verb: Verb, t: Option<Time>| {
            let mut entry = Entry::new(verb)
                .item(item, &seen.item.kind)
                .space(seen.item.space)
                .person(seen.item.author);
            entry.actor = Some(seen.reader.id);
            entry.t = t;
            draft.log(&entry);
        };
        if before.is_some() != after.is_some() && seen.item.root.is_none() {
            upkeep::reacted(draft, facts.network, &seen.item, seen.reader.id, after.is_none());
        }
        if let Some(row) = &before {
            draft.add(ReactionCount::TABLE, key(&row.reaction), "n", -1);
            // With the date of the reaction: what it gave is taken back exactly.
            log(draft, Verb::Unreact, Some(row.t));
            if after.is_none() {
                draft.delete(row);
            }
        }
        if let Some(reaction) = after {
            draft.add(ReactionCount::TABLE, key(&reaction), "n", 1);
            log(draft, Verb::React, None);
            draft.put(&Reaction {
                item,
                person: seen.reader.id,
                reaction,
                t: draft.now,
            });
        }
        Ok(())
    }
}
