//! Lists of people: everybody by name, and those to whom what is typed completes. A guest's lists hold those who share a space
//! with him.

use super::names;
use super::records::{Named, Person, Word};
use super::views::{PersonCard, PersonMatches, PersonPage};
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::{Token, Visible};
use crate::gate::judge;
use crate::gate::others::Others;
use crate::gate::page::{limit, position_token, visible};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{Reader, ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::gate::world::{World, WorldSlots};
use crate::graph::records::Follow;
use crate::ids::{PersonId, SpaceId};
use crate::items::records::Item;
use crate::spaces::records::{Member, Role, Space};
use crate::store::{Column, Dir, Keys, Parts, Value, col};
use serde::{Deserialize, Serialize};

/// A guest's lists look at the members of this many of his spaces.
const GUEST_SPACES: u32 = 20;
/// And at this many members of each.
const GUEST_MATES: u32 = 200;
/// Rows of the index of names that one completion looks at.
const FOUND: u32 = 200;
/// Members of a place that one completion looks at beside them.
const MATES: u32 = 200;
/// Persons followed that one completion looks at.
const FOLLOWED: u32 = 200;
/// A completion answers at most this many.
const MAX_MATCHES: usize = 20;
/// After so many rounds a page goes out short.
const ROUNDS: u32 = 3;
/// Beginnings of names are at most this long.
const MAX_TYPED: usize = 400;

/// Where a scroll through names stands: the last name that was looked at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct AfterName<Id> {
    pub(crate) order: Vec<u8>,
    pub(crate) id: Id,
}

impl<Id: Column> AfterName<Id> {
    pub(crate) fn parts(&self) -> Parts {
        vec![Some(Value::Bytes(self.order.clone())), self.id.to_value()]
    }
}

fn after(person: &Person) -> AfterName<PersonId> {
    AfterName {
        order: person.order.clone().unwrap_or_default(),
        id: person.id,
    }
}

/// The spaces of a guest and the members of each: those he may know of.
fn mates(plan: &mut Plan, reader: &ReaderSlots) -> (Slot<Member>, Slot<Person>) {
    let spaces = plan.scan_keys::<Member>(reader.person.each([col("id")]), Dir::Up, GUEST_SPACES);
    let mates = plan.range::<Member>(
        "member_space",
        spaces.each([col("space")]),
        Parts::new(),
        Dir::Up,
        GUEST_MATES,
    );
    let himself = reader.person.each([col("id")]);
    (mates, plan.get::<Person>(mates.each([col("person")]).and(himself)))
}

/// Those of the members of his spaces whom a guest meets there now.
fn met(snapshot: &Snapshot, slots: (Slot<Member>, Slot<Person>), reader: &Reader) -> Result<Vec<Person>, Error> {
    let mates = snapshot.take(slots.0)?.open(Opening::Show);
    let meets = |member: &&Member| member.lasts(reader.now) && reader.role(member.space).is_some();
    let met: std::collections::HashSet<PersonId> = mates.iter().filter(meets).map(|member| member.person).collect();
    let mut persons = snapshot.take(slots.1)?.open(Opening::Show);
    persons.retain(|person| person.acts(reader.now) && (met.contains(&person.id) || person.id == reader.id));
    Ok(persons)
}

/// One page of the people by name.
pub(crate) async fn list(actor: &Actor, asked: u32, cursor: Option<&Token>) -> Result<Visible<PersonPage>, Error> {
    let limit = limit(asked);
    let by = actor.by.bytes();
    let context: [&[u8]; 3] = [b"people", &actor.network.0, &by];
    let sealer = &actor.core.sealer;
    let mut from: Option<AfterName<PersonId>> = sealer.cursor(&context, cursor)?;
    let page = |snapshot: &Snapshot, reader: &Reader, people: Vec<&Person>, end, partial| {
        let next = match end {
            Some(end) => Some(sealer.seal(&context, &end).ok_or(Error::new(Reason::Corrupt))?),
            None => None,
        };
        let page = PersonPage {
            people: people.into_iter().map(PersonCard::build).collect(),
            next,
            partial,
            position: position_token(actor, snapshot.position)?,
        };
        Ok(visible(snapshot, reader, page))
    };
    let mut carry: Vec<PersonId> = Vec::new();
    let mut scan = (limit + 1 + (limit * 2 / 5).max(4)) as u32;
    for number in 1..=ROUNDS {
        let mut plan = Plan::new();
        let reader = ReaderSlots::whole(&mut plan, actor.person()?);
        let start = from.as_ref().map_or_else(Parts::new, AfterName::parts);
        let rows = plan.range::<Person>("person_name", Keys::given([Parts::new()]), start, Dir::Up, scan);
        let carried = plan.get::<Person>(Keys::given(carry.iter().map(|id| vec![id.to_value()])));
        let (snapshot, reader) = reader.ask(&plan, actor).await?;
        if !reader.is_internal() {
            break;
        }
        let rows = snapshot.take(rows)?.open(Opening::Show);
        let (exhausted, last) = (rows.len() < scan as usize, rows.last().map(after));
        let mut shown = snapshot.take(carried)?.open(Opening::Show);
        shown.extend(rows);
        shown.retain(|person| person.acts(reader.now) && reader.policy_is_empty);
        shown.sort_by_key(after);
        let full = shown.len() > limit;
        if !full && !exhausted && number < ROUNDS {
            carry = shown.iter().map(|person| person.id).collect();
            from = last.or(from);
            scan = limit as u32 * 2;
            continue;
        }
        let end = match full {
            true => shown.get(limit.saturating_sub(1)).map(after),
            false => last.or(from).filter(|_| !exhausted),
        };
        let people = shown.iter().take(limit).collect();
        return page(&snapshot, &reader, people, end, !full && !exhausted);
    }
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let slots = mates(&mut plan, &reader);
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let mut people = met(&snapshot, slots, &reader)?;
    people.retain(|person| reader.policy_is_empty && from.as_ref().is_none_or(|from| *from < after(person)));
    people.sort_by_key(after);
    let end = people.get(limit).and(people.get(limit.saturating_sub(1))).map(after);
    page(&snapshot, &reader, people.iter().take(limit).collect(), end, false)
}

/// What is looked for.
pub(crate) struct Completing {
    pub(crate) text: String,
    pub(crate) limit: u32,
    pub(crate) space: Option<Who>,
    pub(crate) item: Option<Who>,
}

/// What was typed, without the `@` before it, as rows of the index begin.
pub(crate) fn typed(text: &str) -> Result<String, Error> {
    if text.len() > MAX_TYPED {
        return Err(Error::new(Reason::LongText).at("text"));
    }
    Ok(names::plain(text))
}

/// The range of rows that what was typed completes to.
pub(crate) fn found(plan: &mut Plan, named: Named, typed: &str) -> Slot<Word> {
    if typed.is_empty() {
        return plan.get::<Word>(Keys::default());
    }
    let prefix = Keys::given([vec![named.to_value()]]);
    let from = vec![Some(Value::Text(typed.to_owned()))];
    let to = vec![Some(Value::Text(format!("{typed}\u{10ffff}")))];
    plan.between::<Word>(prefix, from, to, FOUND)
}

/// Where those who are called must be able to read.
#[derive(Clone)]
enum Place {
    Anywhere,
    Space(Slot<Space>),
    Thread {
        item: Slot<Item>,
        root: Slot<Item>,
        world: WorldSlots,
    },
}

impl Place {
    fn add(plan: &mut Plan, asked: &Completing) -> Result<Place, Error> {
        Ok(match (&asked.item, &asked.space) {
            (Some(_), Some(_)) => return Err(Error::new(Reason::BadValue).at("space")),
            (Some(item), None) => {
                let keys = item.keys(Named::Item, plan);
                let item = plan.get::<Item>(keys);
                let root = plan.get_columns::<Item>(item.each([col("root")]));
                let world = WorldSlots::judging(plan, &[item]);
                Place::Thread { item, root, world }
            }
            (None, Some(space)) => {
                let keys = space.keys(Named::Space, plan);
                Place::Space(plan.get::<Space>(keys))
            }
            (None, None) => Place::Anywhere,
        })
    }

    /// The spaces whose members may be called.
    fn spaces(&self) -> Keys {
        match self {
            Place::Anywhere => Keys::default(),
            Place::Space(space) => space.each([col("id")]),
            Place::Thread { item, root, .. } => item.each([col("space")]).and(root.each([col("space")])),
        }
    }

    /// The memberships that decide about persons here.
    fn members(&self, persons: Slot<Person>) -> Vec<Keys> {
        let pair = |part| persons.each([col("id"), part]);
        match self {
            Place::Anywhere => Vec::new(),
            Place::Space(space) => vec![pair(space.only("id"))],
            Place::Thread { item, root, .. } => ["space", "audience_id"]
                .into_iter()
                .flat_map(|column| [pair(item.only(column)), pair(root.only(column))])
                .collect(),
        }
    }
}

/// Those to whom what was typed completes, the followed ones first, at most 20. In a place or a thread: those who may read there;
/// who follows whom is nobody else's business, so of what was written for followers the author alone.
pub(crate) async fn complete(actor: &Actor, asked: &Completing) -> Result<Visible<PersonMatches>, Error> {
    let limit = match asked.limit {
        0 => 10,
        limit => (limit as usize).min(MAX_MATCHES),
    };
    let typed = typed(&asked.text)?;
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let place = Place::add(&mut plan, asked)?;
    let words = found(&mut plan, Named::Person, &typed);
    let followed = plan.scan_keys::<Follow>(reader.person.each([col("id")]), Dir::Up, FOLLOWED);
    let mates = plan.range::<Member>("member_space", place.spaces(), Parts::new(), Dir::Up, MATES);
    let keys = words.each([col("id")]).and(followed.each([col("target")]));
    let persons = plan.get::<Person>(keys.and(mates.each([col("person")])));
    let others = ReaderSlots::narrow_of(&mut plan, persons, place.members(persons), Vec::new());
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    if let (Place::Anywhere, false) = (&place, reader.is_internal()) {
        return complete_among_mates(actor, &typed, limit).await;
    }
    let others = Others::build(&snapshot, others, &reader)?;
    let mut people = snapshot.take(persons)?.open(Opening::Show);
    people.retain(|person| others.reader(person.id).is_some());
    let meets = |person: &Person, space: Option<SpaceId>| {
        let shared = |space| reader.role(space).is_some() && role(&others, person, space).is_some();
        reader.is_internal() || person.id == reader.id || space.is_some_and(shared)
    };
    let bounded = reader.switches.on("audience_bounds");
    match place {
        Place::Anywhere => people.retain(|person| meets(person, None)),
        Place::Space(slot) => {
            let space = snapshot.take(slot)?.open(Opening::Show).into_iter().next();
            let space = space
                .filter(|space| judge::find_space(&reader, space))
                .ok_or(Error::new(Reason::Named).at("space"))?;
            if !judge::read_space(&reader, &space) {
                return Err(Reason::NotMember.into());
            }
            let reads = |person: &Person| {
                others
                    .reader(person.id)
                    .is_some_and(|one| judge::read_space(one, &space))
            };
            people.retain(|person| meets(person, Some(space.id)) && (reads(person) || !bounded));
        }
        Place::Thread { item, world, .. } => {
            let world = World::build(&snapshot, &world)?;
            let item: Option<Item> = snapshot.take(item)?.open(Opening::Show).into_iter().next();
            let item = item
                .filter(|item| judge::see(&reader, &world, item).allowed)
                .ok_or(Error::new(Reason::Named).at("item"))?;
            let space = world.root_of(&item).and_then(|root| root.space);
            let reads = |person: &Person| {
                let other = others.reader(person.id);
                other.is_some_and(|one| judge::see(one, &world, &item).allowed)
            };
            people.retain(|person| meets(person, space) && (reads(person) || !bounded));
        }
    }
    let people = people.iter().collect();
    Ok(visible(&snapshot, &reader, matches(&reader, people, &typed, limit)))
}

/// The role of another person in a space.
fn role(others: &Others, person: &Person, space: SpaceId) -> Option<Role> {
    others.reader(person.id)?.role(space)
}

/// A guest's completion outside of any place.
async fn complete_among_mates(actor: &Actor, typed: &str, limit: usize) -> Result<Visible<PersonMatches>, Error> {
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let slots = mates(&mut plan, &reader);
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let people = met(&snapshot, slots, &reader)?;
    Ok(visible(
        &snapshot,
        &reader,
        matches(&reader, people.iter().collect(), typed, limit),
    ))
}

fn matches(reader: &Reader, mut people: Vec<&Person>, typed: &str, limit: usize) -> PersonMatches {
    people.retain(|person| {
        person.id != reader.id
            && reader.policy_is_empty
            && (typed.is_empty() || names::completes(typed, &person.name, person.handle.as_deref()))
    });
    people.sort_by_key(|person| (!reader.follows.contains(&person.id), after(person)));
    PersonMatches {
        people: people.into_iter().take(limit).map(PersonCard::build).collect(),
    }
}
