//! The kinds of secret, and how each is planted in a world.

use crate::oracle::acts::Act;
use crate::oracle::dice::Dice;
use crate::oracle::drive::{Made, NETWORK, Pair};
use crate::oracle::world::Stand;
use parvis::items::{NewAudience, Place};
use parvis::operations::*;
use parvis::people::{PersonKind, Topic};
use parvis::spaces::{Role, Visibility};
use parvis::{Actor, Error, ItemId, SpaceId, Time, Verb, external};

/// A kind of secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secret {
    Space,
    ItemInSpace,
    StaffPost,
    StaffComment,
    UnitPost,
    FollowersPost,
    Guest,
    Membership,
    Role,
    Block,
    Follow,
    Reaction,
    Edit,
    Request,
    Invitation,
    Handle,
    Mute,
    Pin,
}

impl Secret {
    pub(crate) const ALL: [Secret; 18] = [
        Secret::Space,
        Secret::ItemInSpace,
        Secret::StaffPost,
        Secret::StaffComment,
        Secret::UnitPost,
        Secret::FollowersPost,
        Secret::Guest,
        Secret::Membership,
        Secret::Role,
        Secret::Block,
        Secret::Follow,
        Secret::Reaction,
        Secret::Edit,
        Secret::Request,
        Secret::Invitation,
        Secret::Handle,
        Secret::Mute,
        Secret::Pin,
    ];
}

/// What was planted.
pub(crate) struct Twin {
    /// Those who may not know of it when it is planted.
    pub(crate) outsiders: Vec<usize>,
    /// What it hangs on: who comes to see this knows the secret too.
    tied: Tied,
    /// Items that exist in one world only.
    pub(crate) items: Vec<ItemId>,
    /// A space that exists in one world only.
    pub(crate) space: Option<SpaceId>,
}

/// Who knows of a secret at the end.
enum Tied {
    /// Its insiders only.
    Insiders,
    /// Whoever sees this item of the plain world.
    Item(usize),
    /// Whoever reads the wall of this space.
    Wall(usize),
    /// The staff of this space.
    Staff(usize),
    /// The persons of this unit.
    Unit(usize),
    /// Those who follow this person, and himself.
    Followers(usize),
    /// Internal persons, and the members of this space: the guest is one of them.
    Guest(usize),
    /// Whoever sees the name of the first stand in the words of the second: who blocked the writer is not called.
    Name(usize, usize),
}

fn key(number: u32) -> String {
    format!("secret {number}")
}

async fn write(actor: &Actor, place: Place, audience: NewAudience, unit: Option<parvis::Ref>) -> Result<ItemId, Error> {
    let mut request = NewItem::new("secret")
        .place(place)
        .audience(audience)
        .idempotency_key(key(1));
    request.unit = unit;
    let made = actor.items().create(request).await?.id.0;
    let comment = NewComment::new(made, "a secret comment").idempotency_key(key(2));
    actor.items().comment(comment).await?;
    actor.items().react(React::new(made).idempotency_key(key(3))).await?;
    Ok(made)
}

fn some(dice: &mut Dice, found: impl Iterator<Item = usize>) -> Option<usize> {
    let found: Vec<usize> = found.collect();
    (!found.is_empty()).then(|| dice.of(&found))
}

/// Plants a secret; `None` where this world offers no place for it.
pub(crate) async fn plant(pair: &Pair, secret: Secret, dice: &mut Dice) -> Option<Twin> {
    let world = &pair.world;
    let persons = 0..world.persons.len();
    let awake = |&person: &usize| world.active(person) && world.internal(person);
    let by = some(dice, persons.clone().filter(awake))?;
    let actor = pair.actor(by);
    let mine = |space: &usize| world.role(*space, by).is_some();
    let staffed = |space: &usize| world.is_staff(*space, by);
    let owned = |space: &usize| world.is_staff(*space, by) && world.role(*space, by) == Some(Role::Owner);
    let hidden = |space: &usize| world.spaces[*space].visibility != Visibility::Open;
    let spaces = 0..world.spaces.len();
    let (mut items, mut space, mut insiders) = (Vec::new(), None, vec![by]);
    let tied = match secret {
        Secret::Space => {
            let request = NewSpace::new("secret", Visibility::Secret).idempotency_key(key(0));
            let id = actor.spaces().create(request).await.ok()?.id.0;
            let with = some(dice, persons.clone())?;
            let add = AddMember::new(id, pair.person(Some(with))).idempotency_key(key(4));
            actor.spaces().add(add).await.ok()?;
            items.push(write(&actor, Place::space(id), NewAudience::Place, None).await.ok()?);
            (space, insiders) = (Some(id), vec![by, with]);
            Tied::Insiders
        }
        Secret::ItemInSpace => {
            let place = some(dice, spaces.filter(mine).filter(hidden))?;
            let id = write(&actor, Place::space(pair.space(Some(place))), NewAudience::Place, None).await;
            items.push(id.ok()?);
            Tied::Wall(place)
        }
        Secret::StaffPost | Secret::Pin => {
            let place = some(dice, spaces.filter(staffed))?;
            let id = write(&actor, Place::space(pair.space(Some(place))), NewAudience::Staff, None).await;
            let id = id.ok()?;
            items.push(id);
            if secret == Secret::Pin {
                let pin = PinItem::new(id, Time::from_millis(world.now()).plus_days(20));
                actor.items().pin(pin.idempotency_key(key(14))).await.ok()?;
            }
            Tied::Staff(place)
        }
        Secret::StaffComment => {
            let staffs = |person: usize, item: usize| match world.items[item].stand {
                Stand::Space(space) => world.is_staff(space, person) && world.may(person, item, Verb::Comment).is_ok(),
                _ => false,
            };
            // Any of the staff of any space will do.
            let count = world.items.len();
            let pairs = (0..persons.len() * count).filter(|at| staffs(at / count, at % count));
            let at = some(dice, pairs)?;
            let (by, on) = (at / count, at % count);
            let act = Act::Comment {
                on: Some(on),
                staff: true,
            };
            match (pair.send(by, &act, 1_000_000).await.ok()?, world.items[on].stand) {
                (Made::Item(made), Stand::Space(space)) => {
                    items.push(made.id.0);
                    Tied::Staff(space)
                }
                _ => return None,
            }
        }
        Secret::UnitPost => {
            let unit = world.persons[by].unit?;
            let place = dice.of(&[Place::Wall, Place::Network]);
            let id = write(&actor, place, NewAudience::Unit, Some(pair.unit(Some(unit)))).await;
            items.push(id.ok()?);
            Tied::Unit(unit)
        }
        Secret::FollowersPost => {
            items.push(write(&actor, Place::Wall, NewAudience::Followers, None).await.ok()?);
            Tied::Followers(by)
        }
        Secret::Guest => {
            let place = some(dice, spaces.filter(owned))?;
            let request = PutPerson::new(external("secret"), "secret").kind(PersonKind::Guest);
            let people = pair.db.system(NETWORK, "hr").people();
            let guest = people.put(request.idempotency_key(key(5))).await.ok()?.id.0;
            let add = AddMember::new(pair.space(Some(place)), guest).idempotency_key(key(6));
            actor.spaces().add(add).await.ok()?;
            Tied::Guest(place)
        }
        Secret::Membership => {
            let place = some(dice, spaces.filter(owned))?;
            let with = some(
                dice,
                persons.clone().filter(|&person| world.role(place, person).is_none()),
            )?;
            let add = AddMember::new(pair.space(Some(place)), pair.person(Some(with)));
            actor.spaces().add(add.idempotency_key(key(7))).await.ok()?;
            insiders = vec![by, with];
            // Whoever reads a space sees who is in it.
            Tied::Wall(place)
        }
        Secret::Role => {
            let place = some(dice, spaces.filter(owned))?;
            let member =
                |&person: &usize| person != by && world.internal(person) && world.role(place, person).is_some();
            let with = some(dice, persons.clone().filter(member))?;
            let set = SetRole::new(pair.space(Some(place)), pair.person(Some(with)), Role::Moderator);
            actor.spaces().set_role(set.idempotency_key(key(8))).await.ok()?;
            insiders = vec![by, with];
            Tied::Wall(place)
        }
        Secret::Block | Secret::Follow => {
            let other = some(dice, persons.clone().filter(|&person| person != by))?;
            let act = match secret {
                Secret::Block => Act::Block(Some(other)),
                _ => Act::Follow(Some(other)),
            };
            pair.send(by, &act, 1_000_001).await.ok()?;
            insiders = vec![by, other];
            match secret {
                Secret::Block => Tied::Name(by, other),
                _ => Tied::Insiders,
            }
        }
        Secret::Request => {
            let closed = |space: &usize| {
                let here = &world.spaces[*space];
                here.visibility == Visibility::Closed && !here.archived && world.role(*space, by).is_none()
            };
            let place = some(
                dice,
                spaces
                    .filter(closed)
                    .filter(|&space| !world.requests.contains(&(space, by))),
            )?;
            let ask = AskToJoin::new(pair.space(Some(place))).words("secret words");
            actor.spaces().ask(ask.idempotency_key(key(9))).await.ok()?;
            Tied::Staff(place)
        }
        Secret::Invitation => {
            let place = some(dice, spaces.filter(owned))?;
            let outside = |&person: &usize| world.role(place, person).is_none() && world.active(person);
            let with = some(dice, persons.clone().filter(outside))?;
            let invite = InviteToSpace::new(pair.space(Some(place)), pair.person(Some(with)));
            actor.spaces().invite(invite.idempotency_key(key(10))).await.ok()?;
            insiders = vec![by, with];
            Tied::Insiders
        }
        Secret::Handle => {
            // A space that was called so, and is secret now.
            let request = NewSpace::new("secret", Visibility::Open).handle("secret");
            let id = actor.spaces().create(request.idempotency_key(key(11))).await.ok()?.id.0;
            let hide = SetVisibility::new(id, Visibility::Secret).idempotency_key(key(12));
            actor.spaces().set_visibility(hide).await.ok()?;
            space = Some(id);
            Tied::Insiders
        }
        Secret::Mute => {
            let other = some(dice, persons.clone().filter(|&person| person != by))?;
            let what = Topic::Person {
                person: pair.person(Some(other)),
            };
            actor
                .people()
                .mute(Mute::new(what).idempotency_key(key(13)))
                .await
                .ok()?;
            Tied::Insiders
        }
        Secret::Reaction | Secret::Edit => {
            let verb = if secret == Secret::Edit {
                Verb::Edit
            } else {
                Verb::React
            };
            let narrow = |item: &usize| {
                persons
                    .clone()
                    .any(|person| world.active(person) && !world.sees(person, *item))
            };
            let may =
                |item: &usize| world.may(by, *item, verb).is_ok() && !world.items[*item].reactions.contains_key(&by);
            let item = some(dice, (0..world.items.len()).filter(may).filter(narrow))?;
            let act = match secret {
                Secret::Edit => Act::Edit {
                    item: Some(item),
                    version: world.items[item].versions.len() - 1,
                },
                _ => Act::React {
                    item: Some(item),
                    reaction: "celebrate",
                },
            };
            pair.send(by, &act, 1_000_002).await.ok()?;
            Tied::Item(item)
        }
    };
    let mut twin = Twin {
        outsiders: persons.filter(|person| !insiders.contains(person)).collect(),
        tied,
        items,
        space,
    };
    twin.outsiders = unaware(&twin, pair);
    Some(twin)
}

/// The outsiders that in this world, too, may not know of it.
pub(crate) fn unaware(twin: &Twin, pair: &Pair) -> Vec<usize> {
    let world = &pair.world;
    let aware = |&person: &usize| match twin.tied {
        Tied::Insiders => false,
        Tied::Item(item) => world.sees(person, item),
        Tied::Wall(space) => world.space_wall(person, space).is_ok(),
        Tied::Staff(space) => world.is_staff(space, person),
        Tied::Unit(unit) => world.internal(person) && world.in_unit(person, unit),
        Tied::Followers(author) => author == person || world.follows.contains(&(person, author)),
        Tied::Name(of, by) => (0..world.items.len()).any(|item| {
            let it = &world.items[item];
            it.author == by && it.mention == Some(of) && world.sees(person, item)
        }),
        Tied::Guest(space) => world.internal(person) || world.role(space, person).is_some(),
    };
    let awake = |&person: &usize| world.active(person) && !aware(&person);
    twin.outsiders.iter().copied().filter(awake).collect()
}
