//! Commands that change what was written: edit, delete.

use super::{MadeItem, expiry, title};
use crate::due::schedule_expiry;
use crate::error::{Error, Reason};
use crate::feed::upkeep;
use crate::gate::AudienceKey;
use crate::gate::facts::{self, ItemSlots, only};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::Who;
use crate::gate::sealed::Opening;
use crate::gate::world::MAX_AUDIENCE;
use crate::ids::Time;
use crate::items::kinds::{self, Titled};
use crate::items::mentions::MentionSlots;
use crate::items::records::{Audience, CommentCount, Item, ItemState, MAX_MENTIONS, Mention, Revision, Text};
use crate::items::rows::{
    BasedOn, Topics, Words, broadcast, chosen, comment_count_key, comment_row, counted_under, language, move_mentions,
    move_root, put_words, tag_rows, timelines, with_audience,
};
use crate::log::{Entry, Verb};
use crate::markup;
use crate::rights;
use crate::spaces::Visibility;
use crate::store::execute::{Command, Draft};
use crate::store::{Dir, NetworkId, Record, Value, Write, col};
use serde::Serialize;

/// An author changes the words; what the change is based on must be the newest version.
#[derive(Serialize)]
pub(crate) struct Edit {
    #[serde(skip)]
    pub(crate) by: Who,
    #[serde(skip)]
    pub(crate) network: NetworkId,
    pub(crate) item: Who,
    pub(crate) based_on: BasedOn,
    pub(crate) title: Option<String>,
    pub(crate) expires: Option<Time>,
    pub(crate) tags: Option<Vec<String>>,
    pub(crate) source: String,
    pub(crate) language: Option<String>,
}

/// The slots of an edit.
pub(crate) struct EditSlots {
    item: ItemSlots,
    words: Slot<Text>,
    before: Slot<Mention>,
    mentions: MentionSlots,
}

/// Whom an item mentions.
pub(super) fn mentions(plan: &mut Plan, item: &ItemSlots) -> Slot<Mention> {
    plan.scan::<Mention>(item.item.each([col("mentions")]), Dir::Up, MAX_MENTIONS)
}

impl Command for Edit {
    const NAME: &'static str = "items.edit";
    type Slots = EditSlots;
    type Made = MadeItem;

    fn load(&self, plan: &mut Plan) -> EditSlots {
        let item = facts::item(plan, &self.by, &self.item);
        let words = plan.scan::<Text>(item.item.each([col("id"), col("version")]), Dir::Up, 1);
        let before = mentions(plan, &item);
        let names = markup::marks(&self.source).mentions;
        let mentions = MentionSlots::add(plan, &names, |others| item.ties(others));
        EditSlots {
            item,
            words,
            before,
            mentions,
        }
    }

    fn decide(&self, facts: &Snapshot, slots: EditSlots, draft: &mut Draft) -> Result<MadeItem, Error> {
        let words_before = only(facts, slots.words)?;
        let seen = slots.item.open(facts, draft, rights::Verb::Edit)?;
        let item = seen.item;
        if self.based_on.item != item.id {
            return Err(Error::new(Reason::BadValue).at("based_on"));
        }
        if self.based_on.version != item.version {
            return Err(Reason::Edited.into());
        }
        let kind = kinds::kind(&item.kind).ok_or(Reason::Named)?;
        let title = match &self.title {
            // What came in without a title needs none to be mended.
            None if kind.titled == Titled::Yes => words_before.as_ref().and_then(|words| words.title.clone()),
            asked => title(kind, asked.as_deref())?,
        };
        let version = item.version.saturating_add(1);
        let named = match &self.language {
            Some(asked) => language(Some(asked))?,
            None => item.language.clone(),
        };
        let (source, language) = (self.source.as_str(), named.as_deref());
        put_words(
            draft,
            item.id,
            version,
            Words {
                title,
                source,
                language,
            },
        )?;
        let before = facts.take(slots.before)?.open(Opening::Decide);
        let marks = markup::marks(source);
        let (mut mentions, unreached) =
            slots
                .mentions
                .resolve(facts, &marks.mentions, &seen.reader, &seen.world, &item, draft.now)?;
        if item.state == ItemState::Draft {
            // Nobody saw it: what a draft was is nobody's business.
            words_before.iter().for_each(|row| draft.delete(row));
        } else {
            let root = seen.world.root_of(&item).and_then(|root| root.space);
            let open = root.and_then(|space| seen.world.spaces.get(&space));
            let open = open.is_none_or(|space| space.visibility == Visibility::Open);
            draft.put(&Revision {
                item: item.id,
                version: item.version,
                t: item.edited.unwrap_or(item.t),
                open: i64::from(open),
            });
        }
        let verb = if item.state == ItemState::Draft {
            Verb::Draft
        } else {
            Verb::Update
        };
        let mut entry = Entry::new(verb).item(item.id, &item.kind).space(item.space);
        entry.quiet = item.quiet.unwrap_or(false);
        entry.actor = Some(seen.reader.id);
        entry.mentioned = move_mentions(draft, &before, &mut mentions);
        draft.log(&entry);
        let mut after = Item {
            version,
            language: named.clone(),
            edited: (item.state != ItemState::Draft).then_some(draft.now),
            mentions: (!mentions.is_empty()).then_some(item.id),
            expires: expiry(kind, self.expires, item.publish_at.unwrap_or(draft.now).max(draft.now))?.or(item.expires),
            ..item.clone()
        };
        if item.state == ItemState::Published && after.expires != item.expires {
            // It may have left the broadcasts already.
            broadcast(self.network, &after).iter().for_each(|row| draft.put(row));
            schedule_expiry(draft, item.expires, &after);
        }
        if item.root.is_none() {
            let chosen = self.tags.clone().unwrap_or_else(|| chosen(&item));
            Topics::of(&chosen, marks.tags)?.put(&mut after);
            move_root(draft, self.network, (&item, &before), (&after, &mentions));
        } else if self.tags.is_some() {
            return Err(Error::new(Reason::BadValue).at("tags"));
        }
        draft.put(&after);
        Ok(MadeItem {
            id: after.id,
            version,
            unreached,
        })
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
    type Slots = (ItemSlots, Slot<Mention>);
    type Made = ();

    fn load(&self, plan: &mut Plan) -> Self::Slots {
        let item = facts::item(plan, &self.by, &self.item);
        let mentions = mentions(plan, &item);
        (item, mentions)
    }

    fn decide(&self, facts: &Snapshot, slots: Self::Slots, draft: &mut Draft) -> Result<(), Error> {
        let seen = slots.0.open(facts, draft, rights::Verb::Delete)?;
        let mentions = facts.take(slots.1)?.open(Opening::Decide);
        mentions.iter().for_each(|row| draft.delete(row));
        let before: Vec<AudienceKey> = seen.world.keys_of(&seen.item).collect();
        let narrow = seen.world.narrow_key(&seen.item).unwrap_or(None);
        let whole = seen.item;
        let item = Item {
            state: ItemState::Tombstone,
            version: whole.version.saturating_add(1),
            mentions: None,
            tags: None,
            chosen: None,
            publish_at: None,
            ..whole.clone()
        };
        let thrown = whole.state == ItemState::Draft;
        let item = if thrown {
            // Of a draft not even the placeholder is for others.
            let author = AudienceKey::Person { id: item.author };
            draft.write(Write::DeleteRange {
                table: Audience::TABLE,
                prefix: vec![Some(Value::Id(item.id.bytes()))],
                at_most: MAX_AUDIENCE,
            });
            with_audience(item, &[author]).0
        } else {
            item
        };
        draft.put(&item);
        draft.write(Write::DeleteRange {
            table: Revision::TABLE,
            prefix: vec![Some(Value::Id(item.id.bytes()))],
            at_most: MAX_TEXTS,
        });
        let prefix = vec![Some(Value::Id(item.id.bytes()))];
        draft.write(Write::DeleteRange {
            table: Text::TABLE,
            prefix,
            at_most: MAX_TEXTS,
        });
        match item.root {
            None => {
                tag_rows(&whole).iter().for_each(|row| draft.delete(row));
                timelines(self.network, &whole, &mentions)
                    .iter()
                    .for_each(|row| draft.delete(row));
                draft.write(upkeep::rest(item.id));
            }
            Some(root) => {
                draft.put(&comment_row(&item, root));
                for of in counted_under(&item) {
                    draft.add(CommentCount::TABLE, comment_count_key(of, narrow), "comments", -1);
                }
            }
        }
        let mut entry = Entry::new(if thrown { Verb::Draft } else { Verb::Delete })
            .item(item.id, &item.kind)
            .space(item.space)
            .before(if thrown { Vec::new() } else { before });
        entry.actor = Some(seen.reader.id);
        draft.log(&entry);
        Ok(())
    }
}
