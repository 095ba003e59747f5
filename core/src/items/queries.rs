//! Questions about items: rights, explanations.

use super::records::Item;
use super::views::{Allowed, Explanation};
use crate::actor::{Actor, Caller};
use crate::error::{Error, Reason};
use crate::gate::answer::Visible;
use crate::gate::judge::Fact;
use crate::gate::page::visible;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{Reader, ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::gate::world::{World, WorldSlots};
use crate::ids::{ItemId, PersonId};
use crate::people::records::{External, Named};
use crate::refs::Ref;
use crate::rights::{self, Verb};
use crate::store::{Column, Keys, Parts, Value, col};
use crate::text;
use std::collections::{HashMap, HashSet};

/// Items by reference, and what decides about them: no text, no names.
struct Judged {
    snapshot: Snapshot,
    reader: Reader,
    world: World,
    blockers: HashSet<PersonId>,
    names: HashMap<(String, String), ItemId>,
}

impl Judged {
    fn item(&self, named: &Ref) -> Option<&Item> {
        let id = match named {
            Ref::Id { id } => ItemId::from_bytes(*id.as_bytes()),
            Ref::External { app, id } => *self.names.get(&(app.clone(), id.clone()))?,
            // Items have no handles.
            Ref::Handle { .. } => return None,
        };
        self.world.items.get(&id)
    }
}

/// Reads and builds them for one reader: one call.
async fn judged(actor: &Actor, by: &Who, items: &[Ref]) -> Result<Judged, Error> {
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, by);
    let mut externals: Vec<Parts> = Vec::new();
    let mut ids: Vec<Parts> = Vec::new();
    for named in items {
        match named {
            Ref::Id { id } => ids.push(vec![Some(Value::Id(*id.as_bytes()))]),
            Ref::External { app, id } if !text::may_name(app, id) => {}
            Ref::External { app, id } => externals.push(vec![
                Named::Item.to_value(),
                Some(Value::Text(app.clone())),
                Some(Value::Text(id.clone())),
            ]),
            Ref::Handle { .. } => {}
        }
    }
    let names: Slot<External> = plan.get::<External>(Keys::given(externals));
    let slot = plan.get_columns::<Item>(Keys::given(ids).and(names.each([col("id")])));
    let world = WorldSlots::judging(&mut plan, &[slot]);
    let blockers = reader.blocked_by(&mut plan);
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let world = World::build(&snapshot, &world)?;
    let blockers = snapshot
        .take(blockers)?
        .open(Opening::Show)
        .into_iter()
        .map(|row| row.person)
        .collect();
    let names = snapshot.take(names)?.open(Opening::Show);
    let names = names
        .into_iter()
        .map(|row| ((row.app, row.external), ItemId::from_bytes(row.id)))
        .collect();
    Ok(Judged {
        snapshot,
        reader,
        world,
        blockers,
        names,
    })
}

/// Whether the reader may use a verb on items, in the order asked; what is absent or hidden is a no.
pub(crate) async fn allowed(actor: &Actor, verb: Verb, items: &[Ref]) -> Result<Visible<Allowed>, Error> {
    if items.len() > 1_000 {
        return Err(Error::new(Reason::LongList).at("items"));
    }
    let judged = judged(actor, actor.person()?, items).await?;
    let may = |named: &Ref| {
        judged
            .item(named)
            .is_some_and(|item| rights::may(&judged.reader, &judged.world, item, verb, &judged.blockers).allowed)
    };
    let allowed = items.iter().map(may).collect();
    Ok(visible(&judged.snapshot, &judged.reader, Allowed { allowed }))
}

/// The reader, and the roots of those items that he may see.
pub(crate) async fn threads_seen(actor: &Actor, items: &[Ref]) -> Result<(PersonId, Vec<Item>), Error> {
    let judged = judged(actor, actor.person()?, items).await?;
    let seen = |item: &&Item| rights::may(&judged.reader, &judged.world, item, Verb::See, &judged.blockers).allowed;
    let threads = items
        .iter()
        .filter_map(|named| judged.item(named))
        .filter(seen)
        .filter_map(|item| judged.world.root_of(item).cloned())
        .collect();
    Ok((judged.reader.id, threads))
}

/// Why a person may or may not: the path of facts that the decision rested on. A person asks about himself and gets no
/// word about what is hidden from him; the host's system asks about anybody.
pub(crate) async fn explain(
    actor: &Actor,
    item: &Ref,
    verb: Verb,
    person: Option<&Ref>,
) -> Result<Visible<Explanation>, Error> {
    let (by, system) = match (&actor.by, person) {
        (Caller::Person(who), None) => (who.clone(), false),
        (Caller::Person(who), Some(person)) if person.who() == *who => (who.clone(), false),
        (Caller::Person(_), Some(_)) => return Err(Error::new(Reason::SystemOnly).at("person")),
        (Caller::System { .. }, Some(person)) => (person.who(), true),
        (Caller::System { .. }, None) => return Err(Error::new(Reason::Empty).at("person")),
    };
    let judged = judged(actor, &by, std::slice::from_ref(item)).await?;
    let (reader, world) = (&judged.reader, &judged.world);
    let found = judged.item(item);
    let verdict = found.map(|item| rights::may(reader, world, item, verb, &judged.blockers));
    let seen = found.is_some_and(|item| rights::may(reader, world, item, Verb::See, &judged.blockers).allowed);
    let (allowed, fact) = match verdict {
        Some(verdict) if seen || system => (verdict.allowed, verdict.fact),
        None if system => (false, Fact::Absent),
        _ => return Err(Error::new(Reason::Named).at("item")),
    };
    let mut path = vec![fact];
    // What narrows a comment stands beside what opens its root.
    if let (Fact::NarrowKey, Some(root)) = (fact, found.and_then(|item| world.root_of(item))) {
        path.insert(0, rights::may(reader, world, root, Verb::See, &judged.blockers).fact);
    }
    let explanation = Explanation {
        allowed,
        verb,
        person: reader.id,
        path,
    };
    Ok(visible(&judged.snapshot, reader, explanation))
}
