//! The persons that a chunk names, and where its guests may be.

use super::chunk::{Bad, BadReason};
use crate::error::Error;
use crate::gate::plan::{Slot, Snapshot};
use crate::gate::sealed::Opening;
use crate::ids::{PersonId, SpaceId};
use crate::people::records::{Person, PersonKind};
use crate::spaces::records::Member;
use std::collections::{HashMap, HashSet};

/// The persons of a chunk and the spaces they are in, for the confinement of guests.
pub(super) struct Crowd {
    people: HashMap<PersonId, Person>,
    members: HashSet<(PersonId, SpaceId)>,
    asked: HashSet<(PersonId, SpaceId)>,
}

impl Crowd {
    /// `asked` are the pairs whose memberships were read.
    pub(super) fn build(
        facts: &Snapshot,
        people: Slot<Person>,
        members: Slot<Member>,
        asked: impl Iterator<Item = (PersonId, SpaceId)>,
    ) -> Result<Crowd, Error> {
        let people = facts
            .take(people)?
            .open(Opening::Decide)
            .into_iter()
            .map(|person| (person.id, person));
        let members = facts
            .take(members)?
            .open(Opening::Decide)
            .into_iter()
            .map(|row| (row.person, row.space));
        Ok(Crowd {
            people: people.collect(),
            members: members.collect(),
            asked: asked.collect(),
        })
    }

    /// A guest writes and reacts in his spaces only. What was hinted about him and the item tells only which membership
    /// was read; where the facts are others, the chunk is decided again.
    pub(super) fn confine(
        &self,
        person: PersonId,
        space: Option<SpaceId>,
        field: &'static str,
        value: &str,
    ) -> Result<(), Bad> {
        let internal = |person: &Person| person.kind == PersonKind::Internal;
        if self.people.get(&person).is_some_and(internal) {
            return Ok(());
        }
        match space {
            Some(space) if self.members.contains(&(person, space)) => Ok(()),
            Some(space) if !self.asked.contains(&(person, space)) => Err(Bad::new(BadReason::Stale, field, value)),
            _ => Err(Bad::new(BadReason::GuestOutside, field, value)),
        }
    }
}
