//! Commands that write items: create, comment; those that change them are beside.

mod change;
mod pin;
mod publish;
mod react;

pub(crate) use change::{Delete, Edit};
pub(crate) use pin::SetPin;
pub(crate) use publish::{Publish, PublishDue, Withdraw};
pub(crate) use react::SetReaction;

use super::kinds::{self, Kind, Reach, Stands, Titled};
use super::mentions::{MentionSlots, Unreached};
use super::records::{CommentCount, Item, ItemState};
use super::rows::{
    Topics, Words, comment_count_key, comment_row, counted_under, language, put_root, put_words, with_audience,
};
use super::{CommentAudience, NewAudience, Publishing};
use crate::error::{Error, Reason};
use crate::feed::records::{Bumped, Mine, Pace};
use crate::feed::upkeep;
use crate::gate::facts::{self, ItemSlots, acting, only};
use crate::gate::judge::find_space;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{Reader, ReaderSlots, Who};
use crate::gate::world::World;
use crate::gate::{AS_ROOT, AudienceKey};
use crate::ids::{ItemId, SpaceId, Time, UnitId};
use crate::log::{Entry, Verb};
use crate::markup;
use crate::people::records::{Named, Person, Unit};
use crate::rights;
use crate::spaces::records::{Announcers, Role, Space};
use crate::store::execute::{Command, Draft};
use crate::store::{Keys, NetworkId, Part, Record, Value, col};
use crate::text;
use serde::{Deserialize, Serialize};

/// What a command on an item answers: the id and its version, for the next edit.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct MadeItem {
    pub(crate) id: ItemId,
    pub(crate) version: i64,
    #[serde(default)]
    pub(crate) unreached: Unreached,
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
    pub(crate) kind: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) expires: Option<Time>,
    pub(crate) tags: Vec<String>,
    pub(crate) publishing: Publishing,
    pub(crate) publish_at: Option<Time>,
    pub(crate) source: String,
    pub(crate) language: Option<String>,
}

/// The slots of a creation.
pub(crate) struct CreateSlots {
    reader: ReaderSlots,
    space: Slot<Space>,
    unit: Slot<Unit>,
    pace: Slot<Pace>,
    mentions: MentionSlots,
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
        let me = || person.only("id");
        let mentions = MentionSlots::add(plan, &markup::marks(&self.source).mentions, |others| {
            (
                vec![others.each([col("id"), space.only("id")])],
                vec![others.each([col("id"), me()])],
            )
        });
        CreateSlots {
            reader: ReaderSlots::narrow_of(plan, person, members, Vec::new()),
            space,
            unit,
            pace,
            mentions,
        }
    }

    fn decide(&self, facts: &Snapshot, slots: CreateSlots, draft: &mut Draft) -> Result<MadeItem, Error> {
        let reader = acting(facts, slots.reader, draft)?;
        let space = only(facts, slots.space)?;
        let unit = only(facts, slots.unit)?.map(|unit| unit.id);
        if let Some(space) = space.as_ref().filter(|space| find_space(&reader, space)) {
            space.enterable(draft)?;
        }
        let space = match (&self.place, space) {
            (Where::Space(_), Some(space)) if find_space(&reader, &space) => Some(space),
            (Where::Space(_), _) => return Err(Error::new(Reason::Named).at("place")),
            _ => None,
        };
        let place = space.as_ref().map(|space| space.id);
        if place.is_some_and(|id| reader.role(id).is_none() && draft.switches.on("write_needs_member")) {
            return Err(Reason::NotMember.into());
        }
        if place.is_none() && !reader.is_internal() {
            return Err(Reason::Guest.into());
        }
        let keys = self.keys(&reader, place, unit)?;
        let kind = self.kind()?;
        may_write(kind, &reader, space.as_ref())?;
        let title = title(kind, self.title.as_deref())?;
        let id = ItemId::from_bytes(draft.id());
        let publish_at = instant(self.publish_at, self.publishing, draft.now)?;
        let mut item = Item {
            space: place,
            wall: matches!(self.place, Where::Wall).then_some(reader.id),
            expires: expiry(kind, self.expires, publish_at.unwrap_or(draft.now))?,
            publish_at,
            language: language(self.language.as_deref())?,
            ..Item::new(id, kind.name, reader.id, draft.now)
        };
        item.quiet = (self.publishing == Publishing::Quietly).then_some(true);
        if self.publishing == Publishing::Draft || publish_at.is_some() {
            item.state = ItemState::Draft;
        } else if self.audience == NewAudience::Place {
            let pace = only(facts, slots.pace)?;
            let pace = upkeep::posted(draft, upkeep::place_of(self.network, &item), &item, pace);
            draft.put(&pace);
        }
        let (source, language) = (self.source.as_str(), item.language.as_deref());
        let words = Words {
            title,
            source,
            language,
        };
        put_words(draft, id, 1, words)?;
        let marks = markup::marks(source);
        Topics::of(&self.tags, marks.tags)?.put(&mut item);
        let (mut item, rows) = with_audience(item, &keys);
        let author = only(facts, slots.reader.person)?;
        let world = World::of_one(&item, &rows, space, author);
        let (mentions, unreached) =
            slots
                .mentions
                .resolve(facts, &marks.mentions, &reader, &world, &item, draft.now)?;
        item.mentions = (!mentions.is_empty()).then_some(id);
        put_root(draft, self.network, &item, (&keys, &rows), &mentions);
        Ok(MadeItem {
            id,
            version: 1,
            unreached,
        })
    }
}

/// An announcement lasts at most this long, and a publication is put off by at most this long.
const MAX_DAYS: i64 = 366;

/// When an item of a kind expires.
fn expiry(kind: &Kind, expires: Option<Time>, now: Time) -> Result<Option<Time>, Error> {
    let Some(end) = expires else { return Ok(None) };
    let fits = kind.reach == Reach::Everybody && end > now && end <= now.plus_days(MAX_DAYS);
    let wrong = || Error::new(Reason::BadValue).at("expires");
    fits.then_some(Some(end)).ok_or_else(wrong)
}

/// When a draft is published by itself.
fn instant(asked: Option<Time>, publishing: Publishing, now: Time) -> Result<Option<Time>, Error> {
    let fits = |at: &Time| publishing != Publishing::Draft && *at > now && *at <= now.plus_days(MAX_DAYS);
    match asked {
        Some(at) if !fits(&at) => Err(Error::new(Reason::BadValue).at("publish_at")),
        asked => Ok(asked),
    }
}

/// The title of an item of a kind.
fn title(kind: &Kind, title: Option<&str>) -> Result<Option<String>, Error> {
    match kind.titled {
        Titled::Yes => text::name(title.unwrap_or_default(), "title").map(Some),
        Titled::No if title.is_some() => Err(Error::new(Reason::BadValue).at("title")),
        Titled::No => Ok(None),
    }
}

/// Whether a place lets a person write an item of a kind.
fn may_write(kind: &Kind, reader: &Reader, space: Option<&Space>) -> Result<(), Error> {
    if kind.reach == Reach::Passers {
        return Ok(());
    }
    // Nobody speaks for a wall, nor yet for the network.
    let space = space.ok_or_else(|| Error::new(Reason::BadValue).at("place"))?;
    if !reader.is_internal() {
        return Err(Reason::Guest.into());
    }
    let announcers = space.announcers.unwrap_or(Announcers::Owners);
    let owner = reader.role(space.id) == Some(Role::Owner);
    if owner || announcers == Announcers::Members || !reader.switches.on("announce_needs_owner") {
        Ok(())
    } else {
        Err(Reason::NotOwner.into())
    }
}

impl Create {
    /// The kind that was asked for.
    fn kind(&self) -> Result<&'static Kind, Error> {
        let kind = kinds::kind(self.kind.as_deref().unwrap_or(kinds::POST.name));
        let wrong = || Error::new(Reason::BadValue).at("kind");
        kind.filter(|kind| kind.stands == Stands::Root).ok_or_else(wrong)
    }

    /// The audience, never wider than the place.
    fn keys(&self, reader: &Reader, space: Option<SpaceId>, unit: Option<UnitId>) -> Result<Vec<AudienceKey>, Error> {
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
    mentions: MentionSlots,
}

impl Command for AddComment {
    const NAME: &'static str = "items.comment";
    type Slots = CommentSlots;
    type Made = MadeItem;

    fn load(&self, plan: &mut Plan) -> CommentSlots {
        let item = facts::item(plan, &self.by, &self.on);
        let names = markup::marks(&self.source).mentions;
        let mentions = MentionSlots::add(plan, &names, |others| item.ties(others));
        // The root's id stands in `root` of a comment and is the root's own id.
        let thread = |column| item.item.each([item.person().only("id"), col(column)]);
        CommentSlots {
            mine: plan.get::<Mine>(thread("id").and(thread("root"))),
            bumped: plan.get::<Bumped>(item.item.each([col("id")]).and(item.item.each([col("root")]))),
            item,
            mentions,
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
        let mut item = Item {
            root: Some(root.id),
            parent: Some(parent.unwrap_or(root.id)),
            top: parent.map(|parent| on.item.top.unwrap_or(parent)),
            audience_kind,
            audience_id,
            language: language(self.language.as_deref())?,
            ..Item::new(id, kinds::COMMENT.name, on.reader.id, draft.now)
        };
        let names = markup::marks(&self.source).mentions;
        let (mentions, unreached) = slots
            .mentions
            .resolve(facts, &names, &on.reader, &on.world, &item, draft.now)?;
        item.mentions = (!mentions.is_empty()).then_some(id);
        mentions.iter().for_each(|row| draft.put(row));
        draft.put(&item);
        draft.put(&comment_row(&item, root.id));
        for of in counted_under(&item) {
            draft.add(CommentCount::TABLE, comment_count_key(of, narrow), "comments", 1);
        }
        draft.put(&upkeep::mine(on.reader.id, root));
        if narrow.is_none() {
            let again = only(facts, slots.mine)?.is_some();
            let bumped = only(facts, slots.bumped)?;
            let by = on.reader.id;
            let moved = upkeep::commented(draft, facts.network, root, by, draft.now, again, bumped.as_ref());
            moved.iter().for_each(|row| draft.put(row));
        }
        let (source, language) = (self.source.as_str(), item.language.as_deref());
        let title = None;
        put_words(
            draft,
            id,
            1,
            Words {
                title,
                source,
                language,
            },
        )?;
        let mut entry = Entry::new(Verb::Create).item(id, &item.kind).space(root.space);
        entry = entry.after(narrow.map_or_else(|| on.world.keys_of(root).collect(), |key| vec![key]));
        entry.actor = Some(on.reader.id);
        entry.mentioned = mentions.iter().map(|row| row.person).collect();
        draft.log(&entry);
        Ok(MadeItem {
            id,
            version: 1,
            unreached,
        })
    }
}
