//! Commands on ties between persons.

use super::records::{Block, Follow};
use crate::error::{Error, Reason};
use crate::gate::facts::{acting, only};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{MAX_BLOCKS, MAX_FOLLOWS, ReaderSlots, Who};
use crate::ids::PersonId;
use crate::log::{Entry, Verb};
use crate::people::records::{Named, Person, PersonCounts, PersonKind, PersonStatus};
use crate::store::execute::{Command, Draft};
use crate::store::{Record, Value, col};
use serde::Serialize;

/// What a person wants of another.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Tie {
    Follow,
    Unfollow,
    Block,
    Unblock,
}

/// A person follows or blocks another, or no longer does.
#[derive(Serialize)]
pub(crate) struct SetTie {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) other: Who,
    pub(crate) tie: Tie,
}

/// The slots of a tie: both directions of both kinds, row by row.
pub(crate) struct TieSlots {
    reader: ReaderSlots,
    other: Slot<Person>,
    follow: Slot<Follow>,
    followed_back: Slot<Follow>,
    block: Slot<Block>,
    blocked_by: Slot<Block>,
}

impl Command for SetTie {
    const NAME: &'static str = "people.tie";
    type Slots = TieSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> TieSlots {
        let reader = ReaderSlots::narrow(plan, &self.by, Vec::new(), Vec::new());
        let keys = self.other.keys(Named::Person, plan);
        let other = plan.get::<Person>(keys);
        let there = || other.each([reader.person.only("id"), col("id")]);
        let back = || other.each([col("id"), reader.person.only("id")]);
        TieSlots {
            reader,
            other,
            follow: plan.get::<Follow>(there()),
            followed_back: plan.get::<Follow>(back()),
            block: plan.get::<Block>(there()),
            blocked_by: plan.get::<Block>(back()),
        }
    }

    fn decide(&self, facts: &Snapshot, slots: TieSlots, draft: &mut Draft) -> Result<(), Error> {
        let reader = acting(facts, slots.reader, draft)?;
        // Whom a guest may know of depends on shared spaces; he follows and blocks nobody by name, and is told so before
        // anybody is looked for.
        if !reader.is_internal() {
            return Err(Reason::Guest.into());
        }
        let other = only(facts, slots.other)?.ok_or(Error::new(Reason::Named).at("person"))?;
        if other.id == reader.id {
            return Err(Error::new(Reason::Oneself).at("person"));
        }
        let follow = only(facts, slots.follow)?;
        let back = only(facts, slots.followed_back)?;
        let block = only(facts, slots.block)?;
        let blocked_by = only(facts, slots.blocked_by)?.is_some() && draft.switches.on("directed_at_blocker");
        match self.tie {
            Tie::Follow if blocked_by => return Err(Reason::Blocked.into()),
            Tie::Follow if block.is_some() => return Err(Error::new(Reason::BadValue).at("person")),
            Tie::Follow if other.status != PersonStatus::Active || other.kind == PersonKind::Unknown => {
                return Err(Error::new(Reason::Named).at("person"));
            }
            Tie::Follow if follow.is_none() => {
                draft.put(&Follow {
                    person: reader.id,
                    target: other.id,
                    t: draft.now,
                });
                count(draft, reader.id, "follows", 1, MAX_FOLLOWS);
                log(draft, Verb::Follow, reader.id, other.id);
            }
            Tie::Unfollow => unfollow(draft, follow),
            Tie::Block if block.is_none() => {
                draft.put(&Block {
                    person: reader.id,
                    blocked: other.id,
                    t: draft.now,
                });
                count(draft, reader.id, "blocks", 1, MAX_BLOCKS);
                log(draft, Verb::Block, reader.id, other.id);
                // The blocked one loses the key of my followers in the same batch, and I his posts.
                unfollow(draft, back);
                unfollow(draft, follow);
            }
            Tie::Unblock => {
                if let Some(row) = block {
                    draft.delete(&row);
                    count(draft, reader.id, "blocks", -1, MAX_BLOCKS);
                    log(draft, Verb::Unblock, reader.id, other.id);
                }
            }
            Tie::Follow | Tie::Block => {}
        }
        Ok(())
    }

    fn bound(&self, _table: &'static str) -> Reason {
        Reason::ManyTies
    }
}

fn unfollow(draft: &mut Draft, follow: Option<Follow>) {
    if let Some(row) = follow {
        draft.delete(&row);
        count(draft, row.person, "follows", -1, MAX_FOLLOWS);
        log(draft, Verb::Unfollow, row.person, row.target);
    }
}

fn count(draft: &mut Draft, person: PersonId, column: &'static str, n: i64, most: u32) {
    let key = vec![Value::Id(person.bytes())];
    draft.add_within(PersonCounts::TABLE, key, column, n, 0, i64::from(most));
}

fn log(draft: &mut Draft, verb: Verb, person: PersonId, other: PersonId) {
    let mut entry = Entry::new(verb).person(other);
    entry.actor = Some(person);
    draft.log(&entry);
}
