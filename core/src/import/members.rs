//! Chunks of memberships and follows.

use super::chunk::{Bad, BadReason, Names, Outcome};
use super::places::{Sums, by_id, ids, put_member};
use super::rows::{FollowRow, MemberRow};
use crate::error::Error;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::sealed::Opening;
use crate::graph::records::Follow;
use crate::ids::{PersonId, SpaceId};
use crate::log::{Entry, Imported, Verb};
use crate::people::records::{Named, Person, PersonCounts, PersonKind};
use crate::spaces::records::{Member, Role, SPACE_COUNTS};
use crate::store::execute::{Command, Draft};
use crate::store::{Column, Keys, Record, Value};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// A chunk of memberships.
#[derive(Serialize)]
pub(crate) struct Members<'a> {
    pub(crate) rows: Vec<&'a MemberRow>,
    #[serde(skip)]
    pub(crate) names: &'a Names,
}

impl Members<'_> {
    fn pair(&self, row: &MemberRow) -> Result<(PersonId, SpaceId), Bad> {
        let space = self.names.want(Named::Space, &row.space, "space")?;
        let person = self.names.want(Named::Person, &row.person, "person")?;
        Ok((PersonId::from_bytes(person), SpaceId::from_bytes(space)))
    }
}

impl Command for Members<'_> {
    const NAME: &'static str = "import.members";
    type Slots = (Slot<Person>, Slot<Member>);
    type Made = Vec<Outcome>;

    fn load(&self, plan: &mut Plan) -> Self::Slots {
        let people = plan.get::<Person>(ids(self
            .rows
            .iter()
            .map(|row| self.names.get(Named::Person, &row.person))));
        let pairs = self.rows.iter().filter_map(|row| self.pair(row).ok());
        (
            people,
            plan.get::<Member>(Keys::given(
                pairs.map(|(person, space)| vec![person.to_value(), space.to_value()]),
            )),
        )
    }

    fn decide(&self, facts: &Snapshot, slots: Self::Slots, draft: &mut Draft) -> Result<Vec<Outcome>, Error> {
        let people = by_id(facts, slots.0, |person: &Person| person.id.bytes())?;
        let members = facts.take(slots.1)?.open(Opening::Decide);
        let members: HashMap<_, Member> = members.into_iter().map(|row| ((row.person, row.space), row)).collect();
        let mut seen = HashSet::new();
        let mut sums = Sums::default();
        let mut outcomes = Vec::new();
        for row in &self.rows {
            let outcome = self.pair(row).and_then(|(person, space)| {
                if !seen.insert((person, space)) {
                    return Err(Bad::new(BadReason::Duplicate, "person", &row.person));
                }
                let guest = people
                    .get(&person.bytes())
                    .is_none_or(|person| person.kind != PersonKind::Internal);
                if guest && row.role != Role::Member {
                    return Err(Bad::new(BadReason::NotAllowed, "role", &row.person));
                }
                let before = members.get(&(person, space));
                if before.is_some_and(|member| member.role == row.role && member.expires == row.expires) {
                    return Ok(Outcome::Same);
                }
                let after = Member {
                    person,
                    space,
                    role: row.role,
                    expires: row.expires,
                };
                put_member(draft, &mut sums, before, &after);
                Ok(if before.is_some() {
                    Outcome::Changed
                } else {
                    Outcome::New
                })
            });
            outcomes.push(outcome.unwrap_or_else(Outcome::Bad));
        }
        sums.write(draft);
        Ok(outcomes)
    }

    fn bound(&self, table: &'static str) -> crate::error::Reason {
        if table == SPACE_COUNTS {
            crate::error::Reason::LastOwner
        } else {
            crate::error::Reason::ManyTies
        }
    }
}

/// A chunk of follows.
#[derive(Serialize)]
pub(crate) struct Follows<'a> {
    pub(crate) rows: Vec<&'a FollowRow>,
    #[serde(skip)]
    pub(crate) names: &'a Names,
}

impl Follows<'_> {
    fn pair(&self, row: &FollowRow) -> Result<(PersonId, PersonId), Bad> {
        let person = self.names.want(Named::Person, &row.person, "person")?;
        let target = self.names.want(Named::Person, &row.follows, "follows")?;
        if person == target {
            return Err(Bad::new(BadReason::NotAllowed, "follows", &row.follows));
        }
        Ok((PersonId::from_bytes(person), PersonId::from_bytes(target)))
    }
}

impl Command for Follows<'_> {
    const NAME: &'static str = "import.follows";
    type Slots = Slot<Follow>;
    type Made = Vec<Outcome>;

    fn load(&self, plan: &mut Plan) -> Slot<Follow> {
        let pairs = self.rows.iter().filter_map(|row| self.pair(row).ok());
        plan.get::<Follow>(Keys::given(
            pairs.map(|(person, target)| vec![person.to_value(), target.to_value()]),
        ))
    }

    fn decide(&self, facts: &Snapshot, slot: Slot<Follow>, draft: &mut Draft) -> Result<Vec<Outcome>, Error> {
        let follows = facts.take(slot)?.open(Opening::Decide);
        let mut known: HashSet<_> = follows.into_iter().map(|row| (row.person, row.target)).collect();
        let mut seen = HashSet::new();
        let mut sums = Sums::default();
        let mut entry = Entry::new(Verb::Import);
        let mut outcomes = Vec::new();
        for row in &self.rows {
            let outcome = self.pair(row).and_then(|(person, target)| {
                if !seen.insert((person, target)) {
                    return Err(Bad::new(BadReason::Duplicate, "follows", &row.follows));
                }
                if !known.insert((person, target)) {
                    return Ok(Outcome::Same);
                }
                draft.put(&Follow {
                    person,
                    target,
                    t: draft.now,
                });
                sums.add(PersonCounts::TABLE, vec![Value::Id(person.bytes())], "follows", 1);
                entry.imported.push(Imported::Follow(person, target));
                Ok(Outcome::New)
            });
            outcomes.push(outcome.unwrap_or_else(Outcome::Bad));
        }
        sums.write(draft);
        if !entry.imported.is_empty() {
            draft.log(&entry);
        }
        Ok(outcomes)
    }

    fn bound(&self, _table: &'static str) -> crate::error::Reason {
        crate::error::Reason::ManyTies
    }
}
