//! Chunks of reactions.

use super::super::chunk::{Bad, BadReason, Names, Outcome};
use super::super::crowd::Crowd;
use super::super::moves::Moves;
use super::super::places::{Sums, ids};
use super::super::rows::ReactionRow;
use super::{pairs, settled};
use crate::error::Error;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::sealed::Opening;
use crate::ids::{ItemId, PersonId, SpaceId};
use crate::items::records::{Item, Reaction, ReactionCount};
use crate::log::{Entry, Imported, Verb};
use crate::people::records::{Named, Person};
use crate::spaces::records::Member;
use crate::store::execute::{Command, Draft};
use crate::store::{Column, Keys, Record, Value};
use crate::text;
use serde::Serialize;
use std::collections::{HashMap, HashSet};

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
