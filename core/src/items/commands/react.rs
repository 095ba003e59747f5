//! Reactions: given, changed, taken back.

use crate::error::Error;
use crate::feed::upkeep;
use crate::gate::facts::{self, ItemSlots, only};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::Who;
use crate::ids::Time;
use crate::items::records::{Reaction, ReactionCount};
use crate::log::{Entry, Verb};
use crate::rights;
use crate::store::execute::{Command, Draft};
use crate::store::{Record, Value, col};
use crate::text;
use serde::Serialize;

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
