//! Chunks of posts, comments and reactions.

use super::chunk::{Bad, BadReason, Names, Outcome, digest, fresh};
use super::crowd::Crowd;
use super::moves::Moves;
use super::places::Sums;
use super::rows::{CommentRow, PostAudience, PostRow, ReactionRow};
use crate::error::{Error, Reason};
use crate::feed::records::{Bumped, Mine, Pace};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::sealed::Opening;
use crate::gate::{AS_ROOT, AudienceKey};
use crate::ids::{ItemId, PersonId, SpaceId, UnitId};
use crate::items::kinds;
use crate::items::records::{
    CommentCount, Item, ItemState, MAX_MENTIONS, Mention, Reaction, ReactionCount, Revision, Text, UNDETERMINED,
};
use crate::items::rows::{
    Topics, comment_count_key, comment_row, counted_under, move_mentions, move_root, tag_rows, timelines, with_audience,
};
use crate::log::{Entry, Imported, Verb};
use crate::markup;
use crate::people::records::{External, Named, Person};
use crate::spaces::records::Member;
use crate::store::execute::{Command, Draft};
use crate::store::{Column, Dir, Keys, NetworkId, Record, Value, col};
use crate::text;
use serde::Serialize;
use std::collections::{HashMap, HashSet};

fn ids(ids: impl IntoIterator<Item = Option<[u8; 16]>>) -> Keys {
    Keys::given(ids.into_iter().flatten().map(|id| vec![Some(Value::Id(id))]))
}

fn pairs(pairs: impl IntoIterator<Item = (PersonId, SpaceId)>) -> Keys {
    Keys::given(
        pairs
            .into_iter()
            .map(|(person, space)| vec![person.to_value(), space.to_value()]),
    )
}

/// What became of the rows, unless the facts are others than what was hinted before they were read.
fn settled(outcomes: Vec<Outcome>) -> Result<Vec<Outcome>, Error> {
    let stale = |outcome: &Outcome| matches!(outcome, Outcome::Bad(bad) if bad.reason == BadReason::Stale);
    if outcomes.iter().any(stale) {
        return Err(Reason::Contended.into());
    }
    Ok(outcomes)
}

/// The words of an imported item in its version.
fn put_text(draft: &mut Draft, item: ItemId, version: i64, source: String) {
    let language = UNDETERMINED.to_owned();
    draft.put(&Text {
        item,
        version,
        language,
        title: None,
        source,
        rest: Default::default(),
    });
}

/// The version that a row replaces. Whether its space is open is not asked: it stays with the members.
fn replaced(before: &Item) -> Revision {
    Revision {
        item: before.id,
        version: before.version,
        t: before.edited.unwrap_or(before.t),
        open: i64::from(before.space.is_none() && before.root.is_none()),
    }
}

/// Whom the items that are there already mention.
fn mentions(plan: &mut Plan, items: Slot<Item>) -> Slot<Mention> {
    plan.scan::<Mention>(items.each([col("mentions")]), Dir::Up, MAX_MENTIONS)
}

fn mentioned(facts: &Snapshot, slot: Slot<Mention>) -> Result<HashMap<ItemId, Vec<Mention>>, Error> {
    let mut mentioned: HashMap<ItemId, Vec<Mention>> = HashMap::new();
    for row in facts.take(slot)?.open(Opening::Decide) {
        mentioned.entry(row.item).or_default().push(row);
    }
    Ok(mentioned)
}

/// A chunk of posts.
#[derive(Serialize)]
pub(crate) struct Posts<'a> {
    #[serde(skip)]
    pub(crate) app: &'a str,
    #[serde(skip)]
    pub(crate) network: NetworkId,
    /// Rows of the same call before these: rows of one instant keep their order.
    #[serde(skip)]
    pub(crate) before: u32,
    pub(crate) rows: Vec<&'a PostRow>,
    #[serde(skip)]
    pub(crate) names: &'a Names,
}

/// The slots of a chunk of posts.
pub(crate) struct PostSlots {
    items: Slot<Item>,
    mentions: Slot<Mention>,
    people: Slot<Person>,
    members: Slot<Member>,
    paces: Slot<Pace>,
}

impl Posts<'_> {
    /// Guests among the authors, each with the space of his post.
    fn guests(&self) -> impl Iterator<Item = (PersonId, SpaceId)> {
        self.rows.iter().filter_map(|row| {
            let person = self.names.guest(&row.author)?;
            let space = self.names.get(Named::Space, row.space.as_ref()?)?;
            Some((person, SpaceId::from_bytes(space)))
        })
    }

    /// The place and the author of a post, where both are known.
    fn pace(&self, row: &PostRow) -> Option<([u8; 16], PersonId)> {
        let author = self.names.get(Named::Person, &row.author)?;
        let place = match (&row.space, &row.wall) {
            (Some(space), _) => self.names.get(Named::Space, space)?,
            (None, Some(wall)) => self.names.get(Named::Person, wall)?,
            (None, None) => author,
        };
        Some((place, PersonId::from_bytes(author)))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what is there already comes as it was read, kind by kind"
    )]
    fn post(
        &self,
        row: &PostRow,
        items: &HashMap<ItemId, Item>,
        mentioned: &HashMap<ItemId, Vec<Mention>>,
        crowd: &Crowd,
        moves: &mut Moves,
        entry: &mut Entry,
        draft: &mut Draft,
    ) -> Result<Outcome, Bad> {
        let refused = |reason, field: &'static str| Bad {
            reason,
            field: Some(field.to_owned()),
            value: None,
        };
        let external = text::external(&row.id, "id").map_err(|e| Bad::of(&e))?;
        if external.starts_with("comment:") {
            return Err(Bad::new(BadReason::NotAllowed, "id", &row.id));
        }
        let source = text::source(&row.text, "text").map_err(|e| Bad::of(&e))?;
        let author = PersonId::from_bytes(self.names.want(Named::Person, &row.author, "author")?);
        let space = row
            .space
            .as_ref()
            .map(|space| self.names.want(Named::Space, space, "space"))
            .transpose()?;
        let space = space.map(SpaceId::from_bytes);
        let wall = row
            .wall
            .as_ref()
            .map(|wall| self.names.want(Named::Person, wall, "wall"))
            .transpose()?;
        if space.is_some() && wall.is_some() {
            return Err(refused(BadReason::NotAllowed, "wall"));
        }
        if row.announce && space.is_none() {
            return Err(refused(BadReason::NotAllowed, "announce"));
        }
        crowd.confine(author, space, "author", &row.author)?;
        let keys = match (&row.audience, space) {
            (PostAudience::Place, Some(id)) => vec![AudienceKey::Space { id }],
            (PostAudience::Place, None) => vec![AudienceKey::Network],
            (PostAudience::Followers, None) => {
                vec![
                    AudienceKey::Followers { id: author },
                    AudienceKey::Person { id: author },
                ]
            }
            (PostAudience::Unit { id }, None) => {
                let unit = self.names.want(Named::Unit, id, "vis")?;
                vec![AudienceKey::Unit {
                    id: UnitId::from_bytes(unit),
                }]
            }
            _ => return Err(refused(BadReason::NotAllowed, "vis")),
        };
        let own = self.names.get(Named::Item, &row.id).map(ItemId::from_bytes);
        let before = own.and_then(|id| items.get(&id));
        let digest = digest(row);
        if before.is_some_and(|item| item.imported.as_deref() == Some(&digest)) {
            return Ok(Outcome::Same);
        }
        if before.is_some_and(|item| item.state != ItemState::Published) {
            // Deleted since: an import brings nothing back.
            return Ok(Outcome::Same);
        }
        let id = own.unwrap_or_else(|| new_item(draft, self.app, &external, row.ts));
        let wall = if space.is_some() {
            None
        } else {
            Some(wall.map_or(author, PersonId::from_bytes))
        };
        // Where nobody was asked, nobody is refused: whoever announced it in the old system did.
        let kind = if row.announce { kinds::ANNOUNCEMENT } else { kinds::POST };
        let mut item = Item {
            space,
            wall,
            version: before.map_or(1, |item| item.version.saturating_add(1)),
            edited: before.map(|_| draft.now),
            ..envelope(id, kind.name, author, row.ts, self.app, external, digest)
        };
        let marks = markup::marks(&source);
        Topics::of(&[], marks.tags).map_err(|e| Bad::of(&e))?.put(&mut item);
        let mut mentions = self.names.mentions(&marks.mentions, &item, &item, row.ts);
        item.mentions = (!mentions.is_empty()).then_some(id);
        let (item, further) = with_audience(item, &keys);
        match before {
            Some(before) => {
                let was = mentioned.get(&id).map_or(&[][..], Vec::as_slice);
                draft.put(&replaced(before));
                move_mentions(draft, was, &mut mentions);
                move_root(draft, self.network, (before, was), (&item, &mentions));
            }
            None => {
                mentions.iter().for_each(|row| draft.put(row));
                tag_rows(&item).iter().for_each(|row| draft.put(row));
                timelines(self.network, &item, &mentions)
                    .iter()
                    .for_each(|row| draft.put(row));
            }
        }
        further.iter().for_each(|row| draft.put(row));
        draft.put(&item);
        put_text(draft, id, item.version, source);
        if before.is_none() {
            entry.imported.push(Imported::Post(id));
            if row.audience == PostAudience::Place {
                moves.posted(self.network, &item, draft.now);
            }
        }
        Ok(if before.is_some() {
            Outcome::Changed
        } else {
            Outcome::New
        })
    }
}

/// A new item's id, with the row that names it.
fn new_item(draft: &mut Draft, app: &str, external: &str, t: crate::ids::Time) -> ItemId {
    let id = draft.id_at(t);
    draft.put(&External {
        named: Named::Item,
        app: app.to_owned(),
        external: external.to_owned(),
        id,
    });
    ItemId::from_bytes(id)
}

/// An item of the host's: its envelope and where it came from.
fn envelope(
    id: ItemId,
    kind: &str,
    author: PersonId,
    t: crate::ids::Time,
    app: &str,
    external: String,
    digest: String,
) -> Item {
    Item {
        external: Some(external),
        app: Some(app.to_owned()),
        imported: Some(digest),
        ..Item::new(id, kind, author, t)
    }
}

impl Command for Posts<'_> {
    const NAME: &'static str = "import.posts";
    type Slots = PostSlots;
    type Made = Vec<Outcome>;

    fn load(&self, plan: &mut Plan) -> PostSlots {
        let named = self.rows.iter().map(|row| row.id.as_str());
        fresh(plan, Named::Item, self.app, self.names, named);
        let items = plan.get::<Item>(ids(self.rows.iter().map(|row| self.names.get(Named::Item, &row.id))));
        PostSlots {
            items,
            mentions: mentions(plan, items),
            people: plan.get::<Person>(ids(self
                .rows
                .iter()
                .map(|row| self.names.get(Named::Person, &row.author)))),
            members: plan.get::<Member>(pairs(self.guests())),
            paces: plan.get::<Pace>(Keys::given(
                self.rows
                    .iter()
                    .filter_map(|row| self.pace(row))
                    .map(|(place, author)| vec![Some(Value::Id(place)), author.to_value()]),
            )),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: PostSlots, draft: &mut Draft) -> Result<Vec<Outcome>, Error> {
        let items = facts.take(slots.items)?.open(Opening::Decide);
        let items: HashMap<ItemId, Item> = items.into_iter().map(|item| (item.id, item)).collect();
        let mentioned = mentioned(facts, slots.mentions)?;
        let crowd = Crowd::build(facts, slots.people, slots.members, self.guests())?;
        draft.ids_after(self.before);
        let mut moves = Moves::default();
        moves.paces(facts.take(slots.paces)?.open(Opening::Decide));
        let mut entry = Entry::new(Verb::Import);
        let mut seen = HashSet::new();
        let mut outcomes = Vec::new();
        for row in &self.rows {
            let outcome = if seen.insert(&row.id) {
                self.post(row, &items, &mentioned, &crowd, &mut moves, &mut entry, draft)
                    .unwrap_or_else(Outcome::Bad)
            } else {
                Outcome::Bad(Bad::new(BadReason::Duplicate, "id", &row.id))
            };
            outcomes.push(outcome);
        }
        moves.write(draft);
        if !draft.is_empty() {
            draft.log(&entry);
        }
        settled(outcomes)
    }
}

/// A chunk of reactions.
#[derive(Serialize)]
pub(crate) struct Reactions<'a> {
    pub(crate) rows: Vec<&'a ReactionRow>,
    #[serde(skip)]
    pub(crate) names: &'a Names,
}

/// The slots of a chunk of interactions.
pub(crate) struct InteractionSlots {
    items: Slot<Item>,
    people: Slot<Person>,
    members: Slot<Member>,
    mine: Slot<Reaction>,
}

/// The slots of a chunk of comments.
pub(crate) struct CommentSlots {
    items: Slot<Item>,
    mentions: Slot<Mention>,
    people: Slot<Person>,
    members: Slot<Member>,
    mine: Slot<Mine>,
    bumped: Slot<Bumped>,
}

impl Reactions<'_> {
    /// Guests among the persons, each with the space of the post.
    fn guests(&self) -> impl Iterator<Item = (PersonId, SpaceId)> {
        let pair = |row: &&ReactionRow| Some((self.names.guest(&row.person)?, self.names.space_of(&row.post)?));
        self.rows.iter().filter_map(pair)
    }

    fn ids(&self, row: &ReactionRow) -> Result<(PersonId, ItemId), Bad> {
        let person = self.names.want(Named::Person, &row.person, "person")?;
        let item = self.names.want(Named::Item, &row.post, "post")?;
        Ok((PersonId::from_bytes(person), ItemId::from_bytes(item)))
    }
}

impl Command for Reactions<'_> {
    const NAME: &'static str = "import.reactions";
    type Slots = InteractionSlots;
    type Made = Vec<Outcome>;

    fn load(&self, plan: &mut Plan) -> InteractionSlots {
        let items = plan.get::<Item>(ids(self.rows.iter().map(|row| self.names.get(Named::Item, &row.post))));
        let persons = || {
            self.rows
                .iter()
                .filter_map(|row| self.names.get(Named::Person, &row.person))
        };
        let known = self.rows.iter().filter_map(|row| self.ids(row).ok());
        InteractionSlots {
            items,
            people: plan.get::<Person>(ids(persons().map(Some))),
            members: plan.get::<Member>(pairs(self.guests())),
            mine: plan.get::<Reaction>(Keys::given(
                known.map(|(person, item)| vec![item.to_value(), person.to_value()]),
            )),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: InteractionSlots, draft: &mut Draft) -> Result<Vec<Outcome>, Error> {
        let items = facts.take(slots.items)?.open(Opening::Decide);
        let items: HashMap<ItemId, Item> = items.into_iter().map(|item| (item.id, item)).collect();
        let crowd = Crowd::build(facts, slots.people, slots.members, self.guests())?;
        let mine = facts.take(slots.mine)?.open(Opening::Decide);
        let mine: HashMap<_, Reaction> = mine.into_iter().map(|row| ((row.person, row.item), row)).collect();
        let mut seen = HashSet::new();
        let mut sums = Sums::default();
        let mut moves = Moves::default();
        let mut entry = Entry::new(Verb::Import);
        let mut outcomes = Vec::new();
        for row in &self.rows {
            let outcome = self.ids(row).and_then(|(person, id)| {
                if !seen.insert((person, id)) {
                    return Err(Bad::new(BadReason::Duplicate, "post", &row.post));
                }
                let item = items
                    .get(&id)
                    .filter(|item| item.root.is_none())
                    .ok_or_else(|| Bad::new(BadReason::Unknown, "post", &row.post))?;
                crowd.confine(person, item.space, "person", &row.person)?;
                let reaction = text::reaction(&row.reaction).map_err(|e| Bad::of(&e))?;
                let before = mine.get(&(person, id));
                if before.is_some_and(|before| before.reaction == reaction && before.t == row.ts) {
                    return Ok(Outcome::Same);
                }
                let key = |reaction: &str| vec![Value::Id(id.bytes()), Value::Text(reaction.to_owned())];
                if let Some(before) = before {
                    sums.add(ReactionCount::TABLE, key(&before.reaction), "n", -1);
                } else {
                    entry.imported.push(Imported::Reaction(id, person));
                    moves.reacted(facts.network, item, person);
                }
                sums.add(ReactionCount::TABLE, key(&reaction), "n", 1);
                draft.put(&Reaction {
                    item: id,
                    person,
                    reaction,
                    t: row.ts,
                });
                Ok(if before.is_some() {
                    Outcome::Changed
                } else {
                    Outcome::New
                })
            });
            outcomes.push(outcome.unwrap_or_else(Outcome::Bad));
        }
        sums.write(draft);
        moves.write(draft);
        if !entry.imported.is_empty() {
            draft.log(&entry);
        }
        settled(outcomes)
    }
}

/// A chunk of comments.
#[derive(Serialize)]
pub(crate) struct Comments<'a> {
    #[serde(skip)]
    pub(crate) app: &'a str,
    /// As for [`Posts`].
    #[serde(skip)]
    pub(crate) before: u32,
    pub(crate) rows: Vec<&'a CommentRow>,
    #[serde(skip)]
    pub(crate) names: &'a Names,
}

impl Command for Comments<'_> {
    const NAME: &'static str = "import.comments";
    type Slots = CommentSlots;
    type Made = Vec<Outcome>;

    fn load(&self, plan: &mut Plan) -> CommentSlots {
        let keys: Vec<String> = self.rows.iter().map(|row| row.key()).collect();
        fresh(plan, Named::Item, self.app, self.names, keys.iter().map(String::as_str));
        let own = keys.iter().map(|key| self.names.get(Named::Item, key));
        let posts = self.rows.iter().map(|row| self.names.get(Named::Item, &row.post));
        let parents = self
            .rows
            .iter()
            .map(|row| self.names.get(Named::Item, &parent_key(row)?));
        let items = plan.get::<Item>(ids(own.chain(posts).chain(parents)));
        let persons = || {
            self.rows
                .iter()
                .filter_map(|row| self.names.get(Named::Person, &row.person))
        };
        let taking_part = self.rows.iter().filter_map(|row| {
            let person = self.names.get(Named::Person, &row.person)?;
            let post = self.names.get(Named::Item, &row.post)?;
            Some(vec![Some(Value::Id(person)), Some(Value::Id(post))])
        });
        CommentSlots {
            items,
            mentions: mentions(plan, items),
            people: plan.get::<Person>(ids(persons().map(Some))),
            members: plan.get::<Member>(pairs(self.guests())),
            mine: plan.get::<Mine>(Keys::given(taking_part)),
            bumped: plan.get::<Bumped>(ids(self.rows.iter().map(|row| self.names.get(Named::Item, &row.post)))),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: CommentSlots, draft: &mut Draft) -> Result<Vec<Outcome>, Error> {
        let items = facts.take(slots.items)?.open(Opening::Decide);
        let mut items: HashMap<ItemId, Item> = items.into_iter().map(|item| (item.id, item)).collect();
        let crowd = Crowd::build(facts, slots.people, slots.members, self.guests())?;
        let mentioned = mentioned(facts, slots.mentions)?;
        draft.ids_after(self.before);
        let mut made: HashMap<String, ItemId> = HashMap::new();
        let mut sums = Sums::default();
        let mut moves = Moves::default();
        moves.threads(
            facts.take(slots.mine)?.open(Opening::Decide),
            facts.take(slots.bumped)?.open(Opening::Decide),
        );
        let mut entry = Entry::new(Verb::Import);
        let mut outcomes = Vec::new();
        for row in &self.rows {
            let outcome = self.comment(row, &mut items, &mentioned, &crowd, &mut made, &mut sums, draft);
            if let (Ok(Outcome::New), Some(id)) = (&outcome, made.get(&row.key())) {
                entry.imported.push(Imported::Comment(*id));
                let item = items.get(id);
                if let Some((item, root)) = item.and_then(|item| Some((item, items.get(&item.root?)?))) {
                    moves.commented(facts.network, item, root);
                }
            }
            outcomes.push(outcome.unwrap_or_else(Outcome::Bad));
        }
        sums.write(draft);
        moves.write(draft);
        if !draft.is_empty() {
            draft.log(&entry);
        }
        settled(outcomes)
    }
}

/// Under which name the answered comment is kept.
fn parent_key(row: &CommentRow) -> Option<String> {
    row.parent.as_ref().map(|parent| format!("comment:{parent}"))
}

impl Comments<'_> {
    /// Guests among the persons, each with the space of the post.
    fn guests(&self) -> impl Iterator<Item = (PersonId, SpaceId)> {
        let pair = |row: &&CommentRow| Some((self.names.guest(&row.person)?, self.names.space_of(&row.post)?));
        self.rows.iter().filter_map(pair)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what is there already comes as it was read, kind by kind"
    )]
    fn comment(
        &self,
        row: &CommentRow,
        items: &mut HashMap<ItemId, Item>,
        mentioned: &HashMap<ItemId, Vec<Mention>>,
        crowd: &Crowd,
        made: &mut HashMap<String, ItemId>,
        sums: &mut Sums,
        draft: &mut Draft,
    ) -> Result<Outcome, Bad> {
        let key = row.key();
        if made.contains_key(&key) {
            return Err(Bad::new(
                BadReason::Duplicate,
                "id",
                row.id.as_deref().unwrap_or_default(),
            ));
        }
        if let Some(id) = &row.id {
            text::external(id, "id").map_err(|e| Bad::of(&e))?;
        }
        let source = text::source(&row.text, "text").map_err(|e| Bad::of(&e))?;
        let author = PersonId::from_bytes(self.names.want(Named::Person, &row.person, "person")?);
        let post = ItemId::from_bytes(self.names.want(Named::Item, &row.post, "post")?);
        let root = items.get(&post).filter(|item| item.root.is_none());
        let root = root.ok_or_else(|| Bad::new(BadReason::Unknown, "post", &row.post))?;
        crowd.confine(author, root.space, "person", &row.person)?;
        let parent = match (&row.parent, parent_key(row)) {
            (Some(named), Some(key)) => {
                let id = made
                    .get(&key)
                    .copied()
                    .or_else(|| self.names.get(Named::Item, &key).map(ItemId::from_bytes));
                let parent = id.and_then(|id| items.get(&id)).filter(|item| item.root == Some(post));
                Some(parent.ok_or_else(|| Bad::new(BadReason::Unknown, "parent", named))?)
            }
            _ => None,
        };
        let staff = |space: SpaceId| AudienceKey::Staff { id: space };
        let above = parent.and_then(Item::first_key);
        let narrow = match (above, row.staff, root.space) {
            (Some(key), _, _) => Some(key),
            (None, true, Some(space)) => Some(staff(space)),
            (None, true, None) => return Err(Bad::new(BadReason::NotAllowed, "audience", "staff")),
            (None, false, _) => None,
        };
        let digest = digest(row);
        let own = self.names.get(Named::Item, &key).map(ItemId::from_bytes);
        let before = own.and_then(|id| items.get(&id));
        if before.is_some_and(|item| item.root != Some(post)) {
            return Err(Bad::new(BadReason::NotAllowed, "post", &row.post));
        }
        // What answers a comment is shown under the same one as it: a comment stays where it is.
        let named = parent.map_or(post, |parent| parent.id);
        if before.is_some_and(|item| item.parent != Some(named)) {
            let parent = row.parent.as_deref().unwrap_or_default();
            return Err(Bad::new(BadReason::NotAllowed, "parent", parent));
        }
        if before.is_some_and(|item| item.imported.as_deref() == Some(&digest) || item.state != ItemState::Published) {
            return Ok(Outcome::Same);
        }
        let (audience_kind, audience_id) = narrow.map_or((AS_ROOT, None), AudienceKey::to_columns);
        let id = own.unwrap_or_else(|| new_item(draft, self.app, &key, row.ts));
        let mut item = Item {
            root: Some(post),
            parent: Some(parent.map_or(post, |parent| parent.id)),
            top: parent.map(|parent| parent.top.unwrap_or(parent.id)),
            audience_kind,
            audience_id,
            version: before.map_or(1, |item| item.version.saturating_add(1)),
            edited: before.map(|_| draft.now),
            ..envelope(id, kinds::COMMENT.name, author, row.ts, self.app, key.clone(), digest)
        };
        let names = markup::marks(&source).mentions;
        let mut mentions = self.names.mentions(&names, &item, root, row.ts);
        item.mentions = (!mentions.is_empty()).then_some(id);
        let was = mentioned.get(&id).map_or(&[][..], Vec::as_slice);
        move_mentions(draft, was, &mut mentions);
        if let Some(before) = before {
            draft.put(&replaced(before));
            draft.delete_unless(&comment_row(before, post), &comment_row(&item, post));
            for of in counted_under(before) {
                let key = comment_count_key(of, before.first_key());
                sums.add(CommentCount::TABLE, key, "comments", -1);
            }
        }
        draft.put(&item);
        draft.put(&comment_row(&item, post));
        for of in counted_under(&item) {
            sums.add(CommentCount::TABLE, comment_count_key(of, narrow), "comments", 1);
        }
        put_text(draft, id, item.version, source);
        made.insert(key, id);
        let outcome = if before.is_some() {
            Outcome::Changed
        } else {
            Outcome::New
        };
        items.insert(id, item);
        Ok(outcome)
    }
}
