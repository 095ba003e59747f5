//! Commands that change what was written: edit, delete.

use super::{MadeItem, expiry, title};
use crate::error::{Error, Reason};
use crate::feed::upkeep;
use crate::gate::AudienceKey;
use crate::gate::facts::{self, ItemSlots, only};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::Who;
use crate::ids::Time;
use crate::items::kinds::{self, Titled};
use crate::items::records::{CommentCount, Item, ItemState, Text};
use crate::items::rows::{
    BasedOn, Topics, Words, chosen, comment_count_key, comment_row, move_root, put_words, tag_rows, timelines,
};
use crate::log::{Entry, Verb};
use crate::rights;
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
}

impl Command for Edit {
    const NAME: &'static str = "items.edit";
    type Slots = EditSlots;
    type Made = MadeItem;

    fn load(&self, plan: &mut Plan) -> EditSlots {
        let item = facts::item(plan, &self.by, &self.item);
        let words = plan.scan::<Text>(item.item.each([col("id"), col("version")]), Dir::Up, 1);
        EditSlots { item, words }
    }

    fn decide(&self, facts: &Snapshot, slots: EditSlots, draft: &mut Draft) -> Result<MadeItem, Error> {
        let words = only(facts, slots.words)?;
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
            None if kind.titled == Titled::Yes => words.and_then(|words| words.title),
            asked => title(kind, asked.as_deref())?,
        };
        let version = item.version.saturating_add(1);
        let (source, language) = (self.source.as_str(), self.language.as_deref());
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
        let mut entry = Entry::new(Verb::Update).item(item.id, &item.kind).space(item.space);
        entry.actor = Some(seen.reader.id);
        draft.log(&entry);
        let mut after = Item {
            version,
            edited: Some(draft.now),
            expires: expiry(kind, self.expires, draft.now)?.or(item.expires),
            ..item.clone()
        };
        if item.root.is_none() {
            let chosen = self.tags.clone().unwrap_or_else(|| chosen(&item));
            Topics::of(&chosen, source)?.put(&mut after);
            move_root(draft, self.network, &item, &after);
        } else if self.tags.is_some() {
            return Err(Error::new(Reason::BadValue).at("tags"));
        }
        draft.put(&after);
        Ok(MadeItem { id: after.id, version })
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
        let whole = seen.item;
        let item = Item {
            state: ItemState::Tombstone,
            version: whole.version.saturating_add(1),
            tags: None,
            chosen: None,
            ..whole.clone()
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
                tag_rows(&whole).iter().for_each(|row| draft.delete(row));
                timelines(self.network, &whole, &[])
                    .iter()
                    .for_each(|row| draft.delete(row));
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
