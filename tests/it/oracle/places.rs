//! Lists of people and spaces, completion, members, requests, invitations, addresses: against the model.

use super::drive::{Outcome, Pair, equal};
use super::world::{Key, Stand};
use parvis::operations::*;
use parvis::spaces::{Role, Visibility};
use parvis::{PersonId, Reason, SpaceId};

impl Pair {
    /// Persons that pass, by name; an id names each.
    fn people_by_name(&self, passes: impl Fn(usize) -> bool) -> Vec<PersonId> {
        let mut found: Vec<usize> = (0..self.world.persons.len()).filter(|&person| passes(person)).collect();
        found.sort_by_key(|&person| {
            (
                self.world.persons[person].external.clone(),
                self.world.persons[person].id,
            )
        });
        found.into_iter().map(|person| self.world.persons[person].id).collect()
    }

    fn spaces_by_name(&self, passes: impl Fn(usize) -> bool) -> Vec<SpaceId> {
        let mut found: Vec<usize> = (0..self.world.spaces.len()).filter(|&space| passes(space)).collect();
        found.sort_by_key(|&space| (self.world.spaces[space].name.clone(), self.world.spaces[space].id));
        found.into_iter().map(|space| self.world.spaces[space].id).collect()
    }

    /// What a person is told of another one and of a space, and of the ways into it.
    pub(super) async fn way_in(&mut self, person: usize, other: usize, space: usize) -> Outcome {
        let (actor, world) = (self.actor(person), &self.world);
        let about = || format!("{person} {other} {space}");
        let asks = world.active(person).then_some(()).ok_or(Reason::Actor);
        let met = |one: usize| world.active(one) && world.finds_person(person, one);
        let (people, spaces) = (actor.people(), actor.spaces());

        let got = people.get(GetPerson::new(self.person(Some(other)))).await;
        if let Ok(profile) = got {
            let near = world.internal(person) || person == other;
            let email = near.then(|| format!("{}@x.example", world.persons[other].external.replace(' ', ".")));
            equal("e-mail", &email, &profile.email, about)?;
        }
        let expected = asks.map(|()| self.people_by_name(met));
        let (mut got, mut cursor) = (Ok(Vec::new()), None);
        loop {
            let mut request = ListPeople::new().limit(3u32);
            request.cursor = cursor.take();
            match (people.list(request).await, &mut got) {
                (Ok(page), Ok(listed)) => {
                    listed.extend(page.people.iter().map(|card| card.id));
                    cursor = page.next.clone();
                }
                (Err(error), _) => got = Err(error.reason),
                _ => {}
            }
            if cursor.is_none() {
                break;
            }
        }
        equal("people", &expected, &got, about)?;

        let completing = |one: usize| met(one) && one != person;
        let sorted = |mut ids: Vec<PersonId>| {
            ids.sort();
            ids
        };
        let everybody = || CompletePeople::new("@PERS").limit(20u32);
        let got = people.complete(everybody()).await;
        let got = got.map(|found| sorted(found.people.iter().map(|card| card.id).collect()));
        let expected = asks.map(|()| sorted(self.people_by_name(completing)));
        equal("completion", &expected, &got.map_err(|error| error.reason), about)?;

        let reads = |one: usize| {
            let open = world.internal(one) && world.spaces[space].visibility == Visibility::Open;
            world.role(space, one).is_some() || open
        };
        let finds = world.finds_space(person, space);
        let may = asks
            .and(finds.then_some(()).ok_or(Reason::Named))
            .and(reads(person).then_some(()).ok_or(Reason::NotMember));
        let got = people.complete(everybody().space(self.space(Some(space)))).await;
        let got = got.map(|found| sorted(found.people.iter().map(|card| card.id).collect()));
        // In a place a guest calls those whom he meets there.
        let meets = |one: usize, space: usize| {
            world.internal(person) || (world.role(space, person).is_some() && world.role(space, one).is_some())
        };
        let called = |one: usize| completing(one) && reads(one) && meets(one, space);
        let expected = may.map(|()| sorted(self.people_by_name(called)));
        equal(
            "completion in a space",
            &expected,
            &got.map_err(|error| error.reason),
            about,
        )?;

        if let Some(item) = (0..world.items.len()).rev().find(|item| item % 3 == other % 3) {
            let sees = asks.and(world.sees(person, item).then_some(()).ok_or(Reason::Named));
            let got = people.complete(everybody().item(self.item(Some(item)))).await;
            let got = got.map(|found| sorted(found.people.iter().map(|card| card.id).collect()));
            // Who follows whom is not told: of what is for followers, only the author is called.
            let root = &world.items[world.root(item)];
            let followed = root.keys.iter().any(|key| matches!(key, Key::Followers(_)));
            let there = |one: usize| match root.stand {
                Stand::Space(space) => meets(one, space),
                _ => world.internal(person),
            };
            let called = |one: usize| {
                completing(one) && there(one) && world.sees(one, item) && (!followed || one == root.author)
            };
            let expected = sees.map(|()| sorted(self.people_by_name(called)));
            let about = || format!("{person} {:?}", world.items[item]);
            equal(
                "completion in a thread",
                &expected,
                &got.map_err(|error| error.reason),
                about,
            )?;
        }

        let got = spaces
            .members(ListMembers::new(self.space(Some(space))).limit(100u32))
            .await;
        let got = got.map(|page| {
            page.members
                .iter()
                .map(|member| (member.role, member.person.id))
                .collect::<Vec<_>>()
        });
        let mut members: Vec<(Role, PersonId)> = (0..world.persons.len())
            .filter(|&one| world.active(one))
            .filter_map(|one| Some((world.role(space, one)?, world.persons[one].id)))
            .collect();
        members.sort_by(|one, other| other.cmp(one));
        equal(
            "members",
            &may.map(|()| members),
            &got.map_err(|error| error.reason),
            about,
        )?;

        let got = spaces
            .requests(ListRequests::new(self.space(Some(space))).limit(100u32))
            .await;
        let got = got.map(|page| {
            page.requests
                .iter()
                .map(|request| request.person.id)
                .collect::<Vec<_>>()
        });
        let staff = asks
            .and(finds.then_some(()).ok_or(Reason::Named))
            .and(world.is_staff(space, person).then_some(()).ok_or(Reason::NotStaff));
        let asked = (0..world.persons.len()).filter(|&one| world.requests.contains(&(space, one)) && world.active(one));
        let asked = sorted(asked.map(|one| world.persons[one].id).collect());
        equal(
            "requests",
            &staff.map(|()| asked),
            &got.map_err(|error| error.reason),
            about,
        )?;

        let got = spaces.invitations(ListInvitations::new().limit(100u32)).await;
        let got = got.map(|page| {
            page.invitations
                .iter()
                .map(|invited| (invited.space.id, invited.role))
                .collect::<Vec<_>>()
        });
        let holds = |space: usize| {
            let invited = world.invited(space, person)?;
            let open = !world.spaces[space].archived && world.role(space, person).is_none();
            open.then_some((world.spaces[space].id, invited.role))
        };
        let mut invited: Vec<(SpaceId, Role)> = (0..world.spaces.len()).filter_map(holds).collect();
        invited.sort();
        equal(
            "invitations",
            &asks.map(|()| invited),
            &got.map_err(|error| error.reason),
            about,
        )?;

        let got = spaces.mine(MySpaces::new().limit(100u32)).await;
        let got = got.map(|page| page.spaces.iter().map(|card| card.id).collect::<Vec<_>>());
        let mine = |space: usize| world.role(space, person).is_some();
        let expected = asks.map(|()| self.spaces_by_name(mine));
        equal("own spaces", &expected, &got.map_err(|error| error.reason), about)?;

        let shown = |space: usize| {
            let here = &world.spaces[space];
            !here.archived && here.visibility != Visibility::Secret && world.finds_space(person, space)
        };
        let got = spaces.list(ListSpaces::new().limit(100u32)).await;
        let got = got.map(|page| page.spaces.iter().map(|card| card.id).collect::<Vec<_>>());
        let expected = asks.map(|()| self.spaces_by_name(shown));
        equal("spaces", &expected, &got.map_err(|error| error.reason), about)?;

        let got = spaces.complete(CompleteSpaces::new("wor").limit(20u32)).await;
        let got = got.map(|found| found.spaces.iter().map(|card| card.id).collect::<Vec<_>>());
        let complete = |own: bool| {
            let passes = move |space: usize| {
                let here = &world.spaces[space];
                world.finds_space(person, space) && !here.archived && world.role(space, person).is_some() == own
            };
            self.spaces_by_name(passes)
        };
        let expected = asks.map(|()| [complete(true), complete(false)].concat());
        equal(
            "completion of spaces",
            &expected,
            &got.map_err(|error| error.reason),
            about,
        )?;
        self.decisions += 10;
        Ok(())
    }
}
