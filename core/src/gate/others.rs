//! Other persons than the one who asks, as the gate judges them: whom an item mentions, and whether he may read it.

use super::plan::{Slot, Snapshot};
use super::reader::{Reader, ReaderSlots};
use super::sealed::Opening;
use crate::ids::{PersonId, SpaceId, UnitId};
use crate::people::records::{Person, PersonKind, PersonStatus};
use crate::spaces::records::Role;
use crate::store::{Record, StorageError};
use std::collections::{HashMap, HashSet};

/// Persons by id, each with the keys that his rows give him.
pub(crate) struct Others {
    readers: HashMap<PersonId, Reader>,
    names: HashMap<PersonId, String>,
}

/// The pairs of ids that a slot's keys are.
fn pairs<R: Record>(snapshot: &Snapshot, slot: Slot<R>) -> Result<HashMap<PersonId, HashSet<PersonId>>, StorageError> {
    let firsts = snapshot.take_ids::<R, PersonId>(slot, 0)?.open(Opening::Show);
    let seconds = snapshot.take_ids::<R, PersonId>(slot, 1)?.open(Opening::Show);
    let mut pairs: HashMap<PersonId, HashSet<PersonId>> = HashMap::new();
    for (first, second) in firsts.into_iter().zip(seconds) {
        pairs.entry(first).or_default().insert(second);
    }
    Ok(pairs)
}

impl Others {
    /// Of rows that [`ReaderSlots::narrow_of`] reads about several persons. Of each only those ties are known that were asked
    /// for: what was not asked for he does not hold. `asks` is the one who asks, in the same snapshot.
    pub(crate) fn build(snapshot: &Snapshot, slots: ReaderSlots, asks: &Reader) -> Result<Others, StorageError> {
        let (now, switches) = (asks.now, &asks.switches);
        let persons = snapshot.take(slots.person)?.open(Opening::Show);
        let (mut readers, mut names) = (HashMap::new(), HashMap::new());
        if persons.is_empty() {
            return Ok(Others { readers, names });
        }
        let mut roles: HashMap<PersonId, HashMap<SpaceId, Role>> = HashMap::new();
        let members = snapshot.take(slots.members)?.open(Opening::Show);
        let current = members
            .into_iter()
            .filter(|member| member.expires.is_none_or(|end| now < end) || !switches.on("membership_unexpired"));
        for member in current {
            roles
                .entry(member.person)
                .or_default()
                .insert(member.space, member.role);
        }
        let mut follows = pairs(snapshot, slots.follows)?;
        let mut blocks = pairs(snapshot, slots.blocks)?;
        let units = snapshot.take(slots.units)?.open(Opening::Show);
        let above: HashMap<UnitId, Option<UnitId>> = units.into_iter().map(|unit| (unit.id, unit.parent)).collect();
        for person in persons {
            names.insert(person.id, person.name.clone());
            if !acts(&person, asks) {
                continue;
            }
            let mut held = HashSet::new();
            let mut at = person.unit;
            while let Some(unit) = at.filter(|unit| above.contains_key(unit) && held.insert(*unit)) {
                at = above.get(&unit).copied().flatten();
            }
            let reader = Reader {
                mutes: Default::default(),
                id: person.id,
                kind: person.kind,
                zone: None,
                languages: Vec::new(),
                now,
                follows: follows.remove(&person.id).unwrap_or_default(),
                blocks: blocks.remove(&person.id).unwrap_or_default(),
                roles: roles.remove(&person.id).unwrap_or_default(),
                units: held,
                policy_is_empty: asks.policy_is_empty,
                switches: switches.clone(),
            };
            readers.insert(person.id, reader);
        }
        Ok(Others { readers, names })
    }

    /// A person who may act.
    pub(crate) fn reader(&self, person: PersonId) -> Option<&Reader> {
        self.readers.get(&person)
    }

    /// The name of a person whom the caller may know.
    pub(crate) fn name(&self, person: PersonId) -> Option<&String> {
        self.names.get(&person)
    }
}

/// Whether a person may act at this instant.
fn acts(person: &Person, asks: &Reader) -> bool {
    person.status == PersonStatus::Active
        && person.expires.is_none_or(|end| asks.now < end)
        && person.kind != PersonKind::Unknown
}
