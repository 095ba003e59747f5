//! Lists of spaces and of those in and before them: spaces one may find, one's own, those that what is typed completes to; members,
//! requests, invitations.

use super::records::{Invitation, JoinRequest, Member, Role, Shelf, Space, SpaceState, Visibility};
use super::views::{
    InvitationPage, InvitationView, MemberPage, MemberView, RequestPage, RequestView, SpaceCard, SpaceMatches,
    SpacePage,
};
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::{Token, Visible};
use crate::gate::judge::{find_space, read_space};
use crate::gate::page::{View, limit, position_token, visible};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{MAX_MEMBERSHIPS, Reader, ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::ids::{PersonId, SpaceId};
use crate::people::lists::{AfterName, found, typed};
use crate::people::names;
use crate::people::records::{Named, Person};
use crate::people::views::PersonCard;
use crate::store::{Column, Dir, Keys, Parts, Value, col};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::HashMap;

/// A completion answers at most this many.
const MAX_MATCHES: usize = 20;
/// After so many rounds a page goes out short.
const ROUNDS: u32 = 3;

/// The names of a list's cursors, and what seals them.
struct Cursors<'a> {
    actor: &'a Actor,
    by: Vec<u8>,
    list: Vec<u8>,
}

impl<'a> Cursors<'a> {
    fn of(actor: &'a Actor, list: &[u8]) -> Cursors<'a> {
        Cursors {
            actor,
            by: actor.by.bytes(),
            list: list.to_vec(),
        }
    }

    fn context(&self) -> [&[u8]; 3] {
        [&self.list, &self.actor.network.0, &self.by]
    }

    fn open<T: DeserializeOwned>(&self, cursor: Option<&Token>) -> Result<Option<T>, Error> {
        let sealer = &self.actor.core.sealer;
        sealer.cursor(&self.context(), cursor)
    }

    fn seal<T: Serialize>(&self, end: Option<T>) -> Result<Option<Token>, Error> {
        let seal = |end| self.actor.core.sealer.seal(&self.context(), &end);
        end.map(|end| seal(end).ok_or(Error::new(Reason::Corrupt))).transpose()
    }
}

fn after(space: &Space) -> AfterName<SpaceId> {
    AfterName {
        order: space.order.clone().unwrap_or_default(),
        id: space.id,
    }
}

/// One page of sorted rows: those shown, and where the next page begins.
fn cut<T, A>(mut rows: Vec<T>, limit: usize, after: impl Fn(&T) -> A) -> (Vec<T>, Option<A>) {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let end = rows.last().filter(|_| more).map(after);
    (rows, end)
}

fn spaces_page(
    actor: &Actor,
    snapshot: &Snapshot,
    reader: &Reader,
    spaces: &[Space],
    next: Option<Token>,
    partial: bool,
) -> Result<Visible<SpacePage>, Error> {
    let page = SpacePage {
        spaces: spaces.iter().map(|space| SpaceCard::build(space, reader)).collect(),
        next,
        partial,
        position: position_token(actor, snapshot.position)?,
    };
    Ok(visible(snapshot, reader, page))
}

/// One's own spaces, by name: secret and archived ones too.
pub(crate) async fn mine(actor: &Actor, asked: u32, cursor: Option<&Token>) -> Result<Visible<SpacePage>, Error> {
    own(actor, asked, cursor, b"mine", |_| true).await
}

async fn own(
    actor: &Actor,
    asked: u32,
    cursor: Option<&Token>,
    list: &[u8],
    keep: fn(&Space) -> bool,
) -> Result<Visible<SpacePage>, Error> {
    let cursors = Cursors::of(actor, list);
    let from: Option<AfterName<SpaceId>> = cursors.open(cursor)?;
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let spaces = plan.get::<Space>(reader.members.each([col("space")]));
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let mut spaces = snapshot.take(spaces)?.open(Opening::Show);
    let ahead = |space: &Space| from.as_ref().is_none_or(|from| *from < after(space));
    spaces.retain(|space| reader.role(space.id).is_some() && find_space(&reader, space) && keep(space) && ahead(space));
    spaces.sort_by_key(after);
    let (spaces, end) = cut(spaces, limit(asked), after);
    spaces_page(actor, &snapshot, &reader, &spaces, cursors.seal(end)?, false)
}

/// The spaces that one may find, by name. Secret and archived ones stand among one's own only.
pub(crate) async fn list(actor: &Actor, asked: u32, cursor: Option<&Token>) -> Result<Visible<SpacePage>, Error> {
    let cursors = Cursors::of(actor, b"spaces");
    let limit = limit(asked);
    let mut from: Option<AfterName<SpaceId>> = cursors.open(cursor)?;
    let mut kept: Vec<SpaceId> = Vec::new();
    let mut scan = limit as u32 + 1;
    for number in 1..=ROUNDS {
        let mut plan = Plan::new();
        let reader = ReaderSlots::whole(&mut plan, actor.person()?);
        let start = from.as_ref().map_or_else(Parts::new, AfterName::parts);
        let listed = Keys::given([vec![Shelf::Listed.to_value()]]);
        let rows = plan.range::<Space>("space_name", listed, start, Dir::Up, scan);
        let carried = plan.get::<Space>(Keys::given(kept.iter().map(|id| vec![id.to_value()])));
        let (snapshot, reader) = reader.ask(&plan, actor).await?;
        if !reader.is_internal() {
            break;
        }
        let rows = snapshot.take(rows)?.open(Opening::Show);
        let (exhausted, last) = (rows.len() < scan as usize, rows.last().map(after));
        let mut spaces = snapshot.take(carried)?.open(Opening::Show);
        spaces.extend(rows);
        spaces.retain(|space| find_space(&reader, space));
        spaces.sort_by_key(after);
        let full = spaces.len() > limit;
        if !full && !exhausted && number < ROUNDS {
            kept = spaces.iter().map(|space| space.id).collect();
            (from, scan) = (last.or(from), limit as u32 * 2);
            continue;
        }
        let (spaces, end) = cut(spaces, limit, after);
        let end = end.or_else(|| last.or(from).filter(|_| !exhausted));
        let partial = !full && !exhausted;
        return spaces_page(actor, &snapshot, &reader, &spaces, cursors.seal(end)?, partial);
    }
    // A guest finds the spaces he was taken into.
    let listed = |space: &Space| space.visibility != Visibility::Secret && space.state == SpaceState::Live;
    own(actor, asked, cursor, b"spaces", listed).await
}

/// The spaces to which what was typed completes: one's own first, at most 20.
pub(crate) async fn complete(actor: &Actor, text: &str, asked: u32) -> Result<Visible<SpaceMatches>, Error> {
    let limit = match asked {
        0 => 10,
        asked => (asked as usize).min(MAX_MATCHES),
    };
    let typed = typed(text)?;
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let words = found(&mut plan, Named::Space, &typed);
    let spaces = plan.get::<Space>(words.each([col("id")]).and(reader.members.each([col("space")])));
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let mut spaces = snapshot.take(spaces)?.open(Opening::Show);
    spaces.retain(|space| {
        find_space(&reader, space)
            && space.state == SpaceState::Live
            && (typed.is_empty() || names::completes(&typed, &space.name, space.handle.as_deref()))
    });
    spaces.sort_by_key(|space| (reader.role(space.id).is_none(), after(space)));
    spaces.truncate(limit);
    let spaces = spaces.iter().map(|space| SpaceCard::build(space, &reader)).collect();
    Ok(visible(&snapshot, &reader, SpaceMatches { spaces }))
}

/// The only row of a slot, for one who may find it.
fn found_space(snapshot: &Snapshot, slot: Slot<Space>, reader: &Reader) -> Result<Space, Error> {
    let space = snapshot.take(slot)?.open(Opening::Show).into_iter().next();
    space
        .filter(|space| find_space(reader, space))
        .ok_or(Error::new(Reason::Named).at("space"))
}

fn persons(snapshot: &Snapshot, slot: Slot<Person>) -> Result<HashMap<PersonId, Person>, Error> {
    let persons = snapshot.take(slot)?.open(Opening::Show);
    Ok(persons.into_iter().map(|person| (person.id, person)).collect())
}

fn stamped<V: View>(snapshot: &Snapshot, reader: &Reader, view: V) -> Result<Visible<V>, Error> {
    Ok(visible(snapshot, reader, view))
}

/// The members of a space, owners first: of an open one to internal persons, of another one to its members.
pub(crate) async fn members(
    actor: &Actor,
    space: &Who,
    asked: u32,
    cursor: Option<&Token>,
) -> Result<Visible<MemberPage>, Error> {
    let cursors = Cursors::of(actor, &[&b"members"[..], &space.bytes()].concat());
    let limit = limit(asked);
    let mut from: Option<(Role, PersonId)> = cursors.open(cursor)?;
    let mut shown: Vec<(Role, PersonId)> = Vec::new();
    for number in 1..=ROUNDS {
        let mut plan = Plan::new();
        let reader = ReaderSlots::whole(&mut plan, actor.person()?);
        let keys = space.keys(Named::Space, &mut plan);
        let slot = plan.get::<Space>(keys);
        let start = from.map_or_else(Parts::new, |(role, person)| vec![role.to_value(), person.to_value()]);
        let scan = limit + 1;
        let rows = plan.range::<Member>("member_role", slot.each([col("id")]), start, Dir::Down, scan as u32);
        let ids = shown.iter().map(|(_, person)| *person);
        let carried = plan.get::<Member>(slot_pairs(slot, ids.clone().collect()));
        let people = plan.get::<Person>(
            rows.each([col("person")])
                .and(Keys::given(ids.map(|id| vec![id.to_value()]))),
        );
        let (snapshot, reader) = reader.ask(&plan, actor).await?;
        let space = found_space(&snapshot, slot, &reader)?;
        if !read_space(&reader, &space) && reader.switches.on("members_listed") {
            return Err(Reason::NotMember.into());
        }
        let rows = snapshot.take(rows)?.open(Opening::Show);
        let last = rows.last().map(|row| (row.role, row.person));
        let exhausted = rows.len() < scan;
        let mut members = snapshot.take(carried)?.open(Opening::Show);
        members.extend(rows);
        let people = persons(&snapshot, people)?;
        let acts = |member: &Member| people.get(&member.person).is_some_and(|person| person.acts(reader.now));
        members.retain(|member| member.lasts(reader.now) && acts(member));
        members.sort_by_key(|member| std::cmp::Reverse((member.role, member.person)));
        members.dedup_by_key(|member| member.person);
        let full = members.len() > limit;
        if !full && !exhausted && number < ROUNDS {
            shown = members.iter().map(|member| (member.role, member.person)).collect();
            from = last.or(from);
            continue;
        }
        let (members, end) = cut(members, limit, |member| (member.role, member.person));
        let end = end.or_else(|| last.or(from).filter(|_| !exhausted));
        let staff = reader.is_staff(space.id).is_some();
        let view = |member: &Member| {
            let person = people.get(&member.person)?;
            Some(MemberView {
                person: PersonCard::build(person),
                role: member.role,
                expires: member.expires.filter(|_| staff || member.person == reader.id),
            })
        };
        let page = MemberPage {
            members: members.iter().filter_map(view).collect(),
            next: cursors.seal(end)?,
            partial: !full && !exhausted,
            position: position_token(actor, snapshot.position)?,
        };
        return stamped(&snapshot, &reader, page);
    }
    Err(Reason::Corrupt.into())
}

/// Keys `(person, space)` of some persons in the only space of a slot.
fn slot_pairs(space: Slot<Space>, persons: Vec<PersonId>) -> Keys {
    persons.into_iter().fold(Keys::default(), |keys, person| {
        keys.and(space.each([crate::store::Part::Const(Value::Id(person.bytes())), col("id")]))
    })
}

/// The requests to become a member of a space: to its staff.
pub(crate) async fn requests(
    actor: &Actor,
    space: &Who,
    asked: u32,
    cursor: Option<&Token>,
) -> Result<Visible<RequestPage>, Error> {
    let cursors = Cursors::of(actor, &[&b"requests"[..], &space.bytes()].concat());
    let limit = limit(asked);
    let from: Option<PersonId> = cursors.open(cursor)?;
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let keys = space.keys(Named::Space, &mut plan);
    let slot = plan.get::<Space>(keys);
    let start = from.map_or_else(Parts::new, |person| vec![person.to_value()]);
    let rows = plan.range::<JoinRequest>("join_request", slot.each([col("id")]), start, Dir::Up, limit as u32 + 1);
    let people = plan.get::<Person>(rows.each([col("person")]));
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let space = found_space(&snapshot, slot, &reader)?;
    if reader.is_staff(space.id).is_none() && reader.switches.on("admit_needs_staff") {
        return Err(Reason::NotStaff.into());
    }
    let (rows, end) = cut(snapshot.take(rows)?.open(Opening::Show), limit, |row| row.person);
    let people = persons(&snapshot, people)?;
    let view = |row: &JoinRequest| {
        let person = people.get(&row.person).filter(|person| person.acts(reader.now))?;
        Some(RequestView {
            person: PersonCard::build(person),
            words: row.words.clone(),
            t: row.t,
        })
    };
    let page = RequestPage {
        requests: rows.iter().filter_map(view).collect(),
        next: cursors.seal(end)?,
        position: position_token(actor, snapshot.position)?,
    };
    stamped(&snapshot, &reader, page)
}

/// The invitations of the one who asks, those that hold. The name of the space is part of the invitation: a secret one too.
pub(crate) async fn invitations(
    actor: &Actor,
    asked: u32,
    cursor: Option<&Token>,
) -> Result<Visible<InvitationPage>, Error> {
    let cursors = Cursors::of(actor, b"invitations");
    let limit = limit(asked);
    let from: Option<SpaceId> = cursors.open(cursor)?;
    let mut plan = Plan::new();
    let reader = ReaderSlots::whole(&mut plan, actor.person()?);
    let start = from.map_or_else(Parts::new, |space| vec![space.to_value()]);
    let me = reader.person.each([col("id")]);
    // He is invited to at most as many spaces as he could be a member of; those that ended leave gaps.
    let rows = plan.range::<Invitation>("person_invitation", me, start, Dir::Up, MAX_MEMBERSHIPS);
    let spaces = plan.get::<Space>(rows.each([col("space")]));
    let inviters = plan.get::<Member>(rows.each([col("by"), col("space")]));
    let people = plan.get::<Person>(rows.each([col("by")]));
    let (snapshot, reader) = reader.ask(&plan, actor).await?;
    let rows = snapshot.take(rows)?.open(Opening::Show);
    let spaces = snapshot.take(spaces)?.open(Opening::Show);
    let spaces: HashMap<SpaceId, Space> = spaces.into_iter().map(|space| (space.id, space)).collect();
    let inviters = snapshot.take(inviters)?.open(Opening::Show);
    let people = persons(&snapshot, people)?;
    let view = |row: &Invitation| {
        let space = spaces.get(&row.space).filter(|space| space.state == SpaceState::Live)?;
        let inviter = inviters
            .iter()
            .find(|member| member.person == row.by && member.space == row.space);
        let by = people.get(&row.by);
        let holds = row.holds(inviter, by, reader.now) || !reader.switches.on("invitation_valid");
        if !holds || reader.role(row.space).is_some() || !reader.policy_is_empty {
            return None;
        }
        Some(InvitationView {
            space: SpaceCard::build(space, &reader),
            by: PersonCard::build(by?),
            role: row.role,
            until: row.until,
            t: row.t,
        })
    };
    let views = rows.iter().filter_map(|row| view(row).map(|view| (row.space, view)));
    let (views, end) = cut(views.collect(), limit, |(space, _)| *space);
    let page = InvitationPage {
        invitations: views.into_iter().map(|(_, view)| view).collect(),
        next: cursors.seal(end)?,
        position: position_token(actor, snapshot.position)?,
    };
    stamped(&snapshot, &reader, page)
}
