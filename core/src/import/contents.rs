//! Chunks of posts, and what those of comments and of reactions have in common with them.

mod comments;
mod reactions;

pub(crate) use comments::Comments;
pub(crate) use reactions::Reactions;

use super::chunk::{Bad, BadReason, Names, Outcome, digest, fresh};
use super::crowd::Crowd;
use super::moves::Moves;
use super::places::ids;
use super::rows::{PostAudience, PostRow};
use crate::error::{Error, Reason};
use crate::feed::records::Pace;
use crate::gate::AudienceKey;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::sealed::Opening;
use crate::ids::{ItemId, PersonId, SpaceId, UnitId};
use crate::items::kinds;
use crate::items::records::{Item, ItemState, MAX_MENTIONS, Mention, Revision, Text, UNDETERMINED};
use crate::items::rows::{Topics, move_mentions, move_root, tag_rows, timelines, with_audience};
use crate::log::{Entry, Imported, Verb};
use crate::markup;
use crate::people::records::{External, Named, Person};
use crate::spaces::records::Member;
use crate::store::execute::{Command, Draft};
use crate::store::{Column, Dir, Keys, NetworkId, Value, col};
use crate::text;
use serde::Serialize;
use std::collections::{HashMap, HashSet};

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

/// What is there already: the items that a chunk names, whom they mention, and the persons it names.
struct Known {
    items: HashMap<ItemId, Item>,
    mentioned: HashMap<ItemId, Vec<Mention>>,
    crowd: Crowd,
}

impl Known {
    fn build(facts: &Snapshot, items: Slot<Item>, mentions: Slot<Mention>, crowd: Crowd) -> Result<Known, Error> {
        let items = facts.take(items)?.open(Opening::Decide);
        let mut mentioned: HashMap<ItemId, Vec<Mention>> = HashMap::new();
        for row in facts.take(mentions)?.open(Opening::Decide) {
            mentioned.entry(row.item).or_default().push(row);
        }
        let items = items.into_iter().map(|item| (item.id, item)).collect();
        Ok(Known {
            items,
            mentioned,
            crowd,
        })
    }

    /// Whom an item mentions.
    fn mentions(&self, item: ItemId) -> &[Mention] {
        self.mentioned.get(&item).map_or(&[], Vec::as_slice)
    }
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

    fn post(
        &self,
        row: &PostRow,
        known: &Known,
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
        known.crowd.confine(author, space, "author", &row.author)?;
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
        let before = own.and_then(|id| known.items.get(&id));
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
                let was = known.mentions(id);
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
        let crowd = Crowd::build(facts, slots.people, slots.members, self.guests())?;
        let known = Known::build(facts, slots.items, slots.mentions, crowd)?;
        draft.ids_after(self.before);
        let mut moves = Moves::default();
        moves.paces(facts.take(slots.paces)?.open(Opening::Decide));
        let mut entry = Entry::new(Verb::Import);
        let mut seen = HashSet::new();
        let mut outcomes = Vec::new();
        for row in &self.rows {
            let outcome = if seen.insert(&row.id) {
                self.post(row, &known, &mut moves, &mut entry, draft)
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
