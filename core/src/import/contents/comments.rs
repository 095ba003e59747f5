//! Chunks of comments.

use super::super::chunk::{Bad, BadReason, Names, Outcome, digest, fresh};
use super::super::crowd::Crowd;
use super::super::moves::Moves;
use super::super::places::{Sums, ids};
use super::super::rows::CommentRow;
use super::{Known, envelope, mentions, new_item, pairs, put_text, replaced, settled};
use crate::error::Error;
use crate::feed::records::{Bumped, Mine};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::sealed::Opening;
use crate::gate::{AS_ROOT, AudienceKey};
use crate::ids::{ItemId, PersonId, SpaceId};
use crate::items::kinds;
use crate::items::records::{CommentCount, Item, ItemState, Mention};
use crate::items::rows::{comment_count_key, comment_row, counted_under, move_mentions};
use crate::log::{Entry, Imported, Verb};
use crate::markup;
use crate::people::records::{Named, Person};
use crate::spaces::records::Member;
use crate::store::execute::{Command, Draft};
use crate::store::{Keys, Record, Value};
use crate::text;
use serde::Serialize;
use std::collections::HashMap;

/// The slots of a chunk of comments.
pub(crate) struct CommentSlots {
    items: Slot<Item>,
    mentions: Slot<Mention>,
    people: Slot<Person>,
    members: Slot<Member>,
    mine: Slot<Mine>,
    bumped: Slot<Bumped>,
}

/// A chunk of comments.
#[derive(Serialize)]
pub(crate) struct Comments<'a> {
    #[serde(skip)]
    pub(crate) app: &'a str,
    /// As for [`super::Posts`].
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
        let crowd = Crowd::build(facts, slots.people, slots.members, self.guests())?;
        let mut known = Known::build(facts, slots.items, slots.mentions, crowd)?;
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
            let outcome = self.comment(row, &mut known, &mut made, &mut sums, draft);
            if let (Ok(Outcome::New), Some(id)) = (&outcome, made.get(&row.key())) {
                entry.imported.push(Imported::Comment(*id));
                let item = known.items.get(id);
                if let Some((item, root)) = item.and_then(|item| Some((item, known.items.get(&item.root?)?))) {
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

    fn comment(
        &self,
        row: &CommentRow,
        known: &mut Known,
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
        let root = known.items.get(&post).filter(|item| item.root.is_none());
        let root = root.ok_or_else(|| Bad::new(BadReason::Unknown, "post", &row.post))?;
        known.crowd.confine(author, root.space, "person", &row.person)?;
        let parent = match (&row.parent, parent_key(row)) {
            (Some(named), Some(key)) => {
                let id = made
                    .get(&key)
                    .copied()
                    .or_else(|| self.names.get(Named::Item, &key).map(ItemId::from_bytes));
                let parent = id
                    .and_then(|id| known.items.get(&id))
                    .filter(|item| item.root == Some(post));
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
        let before = own.and_then(|id| known.items.get(&id));
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
        let was = known.mentions(id);
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
        known.items.insert(id, item);
        Ok(outcome)
    }
}
