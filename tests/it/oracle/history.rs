//! Random organisations and what happens in them.

use super::acts::{Act, Named, PostPlace};
use super::compare::List;
use super::dice::Dice;
use super::drive::{Outcome, Pair};
use super::ties::{Muted, TYPED};
use super::world::Stand;
use parvis::items::NewAudience;
use parvis::people::{PersonKind, PersonStatus};
use parvis::spaces::{Role, Visibility};
use parvis::testing::{ManualClock, config};
use parvis::{Config, Parvis, Time};

const HOUR: i64 = 3_600_000;

/// A post that every internal person reads.
const ON_THE_NETWORK: Act = Act::Post {
    place: PostPlace::Network,
    audience: NewAudience::Place,
    unit: None,
};

/// How long a history is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) persons: usize,
    pub(crate) spaces: usize,
    pub(crate) commands: usize,
    /// Whether a list, a thread, a card are compared after each command.
    pub(crate) glances: bool,
    /// Everything is compared after so many commands.
    pub(crate) every: usize,
}

/// The instant at which every history begins.
pub(crate) fn morning() -> ManualClock {
    ManualClock::new("2026-11-02T08:00:00Z".parse::<Time>().unwrap())
}

/// Runs one history on a storage; answers the number of decisions compared, and the first difference.
pub(crate) async fn run<S: parvis::store::Storage>(
    storage: S,
    seed: u64,
    size: Size,
    alter: impl FnOnce(Config) -> Config,
) -> (u64, Outcome) {
    let clock = morning();
    let db = Parvis::open(storage, alter(config(&clock, seed))).await.unwrap();
    let mut pair = Pair::new(db, clock);
    let mut dice = Dice::new(seed);
    let outcome = live(&mut pair, &mut dice, size).await;
    (pair.decisions, outcome)
}

/// Runs a history behind which nobody does what is due.
pub(crate) async fn unfollowed<S: parvis::store::Storage>(storage: S, seed: u64, size: Size) -> Outcome {
    let clock = morning();
    let config = config(&clock, seed).upkeep(parvis::Upkeep::Worker);
    let db = Parvis::open(storage, config).await.unwrap();
    let mut pair = Pair::new(db, clock);
    pair.world.idle = true;
    live(&mut pair, &mut Dice::new(seed), size).await
}

pub(crate) async fn live(pair: &mut Pair, dice: &mut Dice, size: Size) -> Outcome {
    found(pair, dice, size).await?;
    for step in 1..=size.commands {
        pass_time(pair, dice).await?;
        let by = dice.below(pair.world.persons.len());
        let act = any_act(pair, dice, by);
        pair.act(by, &act).await?;
        if size.glances {
            let reader = dice.below(pair.world.persons.len());
            glance(pair, dice, reader).await?;
        }
        if step % size.every == 0 {
            everything(pair, dice).await?;
        }
    }
    Ok(())
}

/// Units, persons, spaces, the first members and posts.
pub(super) async fn found(pair: &mut Pair, dice: &mut Dice, size: Size) -> Outcome {
    for unit in 0..5 {
        let parent = (unit > 0 && dice.percent(80)).then(|| dice.below(unit));
        pair.act(0, &Act::PutUnit { unit: None, parent }).await?;
    }
    for person in 0..size.persons {
        let act = any_person(pair, dice, None, person % 4 == 3);
        pair.act(0, &act).await?;
    }
    for space in 0..size.spaces {
        let visibility = [Visibility::Open, Visibility::Closed, Visibility::Secret][space % 3];
        // Only internal persons found spaces; these three are.
        pair.act(dice.below(3), &Act::NewSpace(visibility)).await?;
    }
    for _ in 0..size.persons * 3 {
        let by = dice.below(3);
        let act = any_membership(pair, dice);
        pair.act(by, &act).await?;
    }
    pair.act(0, &ON_THE_NETWORK).await
}

/// The clock goes on, sometimes by much, sometimes back.
pub(super) async fn pass_time(pair: &mut Pair, dice: &mut Dice) -> Outcome {
    let now = pair.world.clock;
    match dice.below(40) {
        0 => {
            // What is in the log keeps the time: a clock that is set back makes nothing young again.
            let world = &pair.world;
            let author = (0..world.persons.len()).find(|&person| world.internal(person) && world.active(person));
            if let Some(author) = author {
                pair.act(author, &ON_THE_NETWORK).await?;
                pair.set_clock(now - HOUR * (1 + dice.below(72) as i64));
            }
        }
        1 => pair.set_clock(now.max(pair.world.newest) + HOUR * (1 + dice.below(48) as i64)),
        2..=20 => pair.set_clock(now + 1 + dice.below(60_000) as i64),
        _ => {}
    }
    Ok(())
}

/// A few comparisons after each command.
async fn glance(pair: &mut Pair, dice: &mut Dice, reader: usize) -> Outcome {
    let (persons, spaces) = (pair.world.persons.len(), pair.world.spaces.len());
    let list = match dice.below(5) {
        0 => List::Home,
        4 => List::Active,
        1 => List::Space(dice.below(spaces)),
        2 => List::Wall(dice.below(persons)),
        _ => List::Network,
    };
    pair.list(reader, list, dice).await?;
    pair.list(reader, List::Drafts, dice).await?;
    let item = any_item(pair, dice).unwrap_or_default();
    pair.thread(reader, item, dice).await?;
    pair.inbox(reader, dice).await?;
    pair.names(reader, dice.below(persons), dice.below(spaces)).await
}

/// Every reader, every item, every verb; every home; every thread.
async fn everything(pair: &mut Pair, dice: &mut Dice) -> Outcome {
    for reader in 0..pair.world.persons.len() {
        pair.checks(reader, dice).await?;
        pair.list(reader, List::Home, dice).await?;
        pair.list(reader, List::Active, dice).await?;
        pair.list(reader, List::Network, dice).await?;
        pair.ranked(reader).await?;
        pair.inbox(reader, dice).await?;
        for space in 0..pair.world.spaces.len() {
            pair.list(reader, List::Space(space), dice).await?;
        }
        // Of what was said before, first what not everybody reads.
        let kept = |item: &usize| pair.world.items[*item].older.iter().any(|(_, open)| !open);
        let kept: Vec<usize> = (0..pair.world.items.len()).filter(kept).collect();
        for number in 0..4 {
            let item = match kept.is_empty() || number > 0 {
                true => dice.below(pair.world.items.len()),
                false => dice.of(&kept),
            };
            pair.thread(reader, item, dice).await?;
        }
    }
    Ok(())
}

fn any_person(pair: &Pair, dice: &mut Dice, person: Option<usize>, guest: bool) -> Act {
    let now = pair.world.now();
    let units = pair.world.units.len();
    Act::PutPerson {
        person,
        kind: [PersonKind::Internal, PersonKind::Guest][usize::from(guest)],
        status: match person.is_some() && dice.percent(25) {
            true => PersonStatus::Deactivated,
            false => PersonStatus::Active,
        },
        unit: (!guest && dice.percent(80)).then(|| dice.below(units)),
        expires: guest.then(|| now + HOUR * (20 + dice.below(24 * 20) as i64)),
    }
}

/// An item, more often a young one; seldom an id that names nothing.
fn any_item(pair: &Pair, dice: &mut Dice) -> Named {
    let count = pair.world.items.len();
    match dice.below(30) {
        0 => None,
        1..=15 => Some(dice.below(count)),
        _ => Some(count - 1 - dice.below(count.min(12))),
    }
}

fn any_of(dice: &mut Dice, count: usize) -> Named {
    (!dice.percent(3)).then(|| dice.below(count))
}

/// A space that a person manages, more often than any.
fn any_managed(pair: &Pair, dice: &mut Dice, by: usize) -> Named {
    let world = &pair.world;
    let own: Vec<usize> = (0..world.spaces.len())
        .filter(|&space| world.role(space, by) == Some(Role::Owner))
        .collect();
    match own.is_empty() || dice.percent(25) {
        true => any_of(dice, world.spaces.len()),
        false => Some(dice.of(&own)),
    }
}

fn any_way_in(pair: &Pair, dice: &mut Dice, by: usize) -> Act {
    let world = &pair.world;
    let space = any_of(dice, world.spaces.len());
    let person = any_of(dice, world.persons.len());
    // Somebody who asked, or is invited, more often than anybody.
    let asked: Vec<(usize, usize)> = world.requests.iter().copied().collect();
    let invited: Vec<usize> = world
        .invitations
        .keys()
        .filter(|key| key.1 == by)
        .map(|key| key.0)
        .collect();
    // What holds no more is tried, and an owner who invited somebody leaves him with that.
    let owns = |space: usize, person: usize| world.role(space, person) == Some(Role::Owner);
    let held = world.invitations.iter();
    let (stale, own): (Vec<_>, Vec<_>) = held.partition(|((space, _), it)| !owns(*space, it.by));
    let stale = stale.into_iter().find(|((_, person), _)| *person == by);
    if let Some(((space, _), _)) = stale.filter(|_| dice.percent(80)) {
        let (space, accept) = (Some(*space), true);
        return Act::AnswerInvitation { space, accept };
    }
    let own = own
        .into_iter()
        .find(|((space, _), it)| it.by == by && world.lasting_owners(*space).len() > 1);
    if let Some(((space, _), _)) = own.filter(|_| dice.percent(50)) {
        return Act::Leave(Some(*space));
    }
    match dice.below(15) {
        0..=2 => Act::Ask(space),
        3 => Act::Withdraw(space),
        4..=6 => {
            let (space, person) = match asked.is_empty() || dice.percent(20) {
                true => (space, person),
                false => {
                    let (space, person) = dice.of(&asked);
                    (Some(space), Some(person))
                }
            };
            let accept = dice.percent(70);
            Act::AnswerRequest { space, person, accept }
        }
        7..=9 => Act::Invite {
            space: any_managed(pair, dice, by),
            person,
            role: dice.of(&[Role::Member, Role::Moderator, Role::Owner]),
        },
        10 => Act::Uninvite { space, person },
        11 | 12 => Act::AnswerInvitation {
            space: match invited.is_empty() {
                true => space,
                false => Some(dice.of(&invited)),
            },
            accept: dice.percent(80),
        },
        _ => Act::Archive {
            space: any_managed(pair, dice, by),
            archived: dice.percent(40),
        },
    }
}

/// Few, so that they collide; the empty one gives up what there was.
pub(crate) const HANDLES: &[&str] = &["ada", "bo", "gra", "lin", ""];

fn any_membership(pair: &Pair, dice: &mut Dice) -> Act {
    let space = any_of(dice, pair.world.spaces.len());
    let person = any_of(dice, pair.world.persons.len());
    let role = dice.of(&[Role::Member, Role::Member, Role::Moderator, Role::Owner]);
    match dice.below(10) {
        0 | 1 => Act::Join(space),
        2 => Act::Leave(space),
        3 => Act::Remove { space, person },
        4 => Act::SetRole { space, person, role },
        _ => Act::Add {
            space,
            person,
            role,
            expires: dice
                .percent(35)
                .then(|| pair.world.now() + HOUR * (1 + dice.below(100) as i64)),
        },
    }
}

fn any_post(pair: &Pair, dice: &mut Dice, by: usize) -> Act {
    let own: Vec<usize> = (0..pair.world.spaces.len())
        .filter(|&space| pair.world.role(space, by).is_some())
        .collect();
    let place = match dice.below(10) {
        0..=4 if !own.is_empty() => PostPlace::Space(Some(dice.of(&own))),
        5 => PostPlace::Space(any_of(dice, pair.world.spaces.len())),
        6 | 7 => PostPlace::Network,
        _ => PostPlace::Wall,
    };
    let audience = match place {
        _ if dice.percent(5) => dice.of(&[NewAudience::Staff, NewAudience::Followers, NewAudience::Unit]),
        PostPlace::Space(_) => dice.of(&[NewAudience::Place, NewAudience::Place, NewAudience::Staff]),
        PostPlace::Wall => dice.of(&[NewAudience::Place, NewAudience::Followers, NewAudience::Unit]),
        PostPlace::Network => dice.of(&[NewAudience::Place, NewAudience::Unit]),
    };
    let unit = match pair.world.persons[by].unit {
        Some(unit) if dice.percent(80) => Some(
            pair.world.units[unit]
                .parent
                .filter(|_| dice.percent(50))
                .unwrap_or(unit),
        ),
        _ => any_of(dice, pair.world.units.len()),
    };
    Act::Post { place, audience, unit }
}

/// A mute, for good or for some hours; or an end of one there is.
fn any_mute(pair: &Pair, dice: &mut Dice, by: usize) -> Act {
    let world = &pair.world;
    let own: Vec<Muted> = world.mutes.keys().filter(|key| key.0 == by).map(|key| key.1).collect();
    if !own.is_empty() && dice.percent(35) {
        return Act::Unmute(dice.of(&own));
    }
    let what = match dice.below(4) {
        0 => Muted::Person(any_of(dice, world.persons.len())),
        1 => Muted::Space(any_of(dice, world.spaces.len())),
        2 => Muted::Tag(dice.of(&TYPED)),
        _ => Muted::Thread(any_item(pair, dice)),
    };
    let until = dice
        .percent(40)
        .then(|| world.now() + HOUR * (dice.below(60) as i64 - 1));
    Act::Mute { what, until }
}

pub(super) fn any_act(pair: &Pair, dice: &mut Dice, by: usize) -> Act {
    let world = &pair.world;
    let person = any_of(dice, world.persons.len());
    let space = any_of(dice, world.spaces.len());
    let item = any_item(pair, dice);
    match dice.below(100) {
        0..=2 => Act::Announce(space),
        3..=5 => match any_post(pair, dice, by) {
            Act::Post { place, audience, unit } => Act::Keep {
                place,
                audience,
                unit,
                later: dice
                    .percent(50)
                    .then(|| world.now() + 1 + dice.below(2 * HOUR as usize) as i64),
            },
            other => other,
        },
        6..=8 => {
            // Somebody's draft, where there is one; often one's own.
            let drafts = (0..world.items.len()).filter(|&item| world.items[item].draft);
            let drafts: Vec<usize> = drafts.collect();
            let own = drafts.iter().copied().find(|&item| world.items[item].author == by);
            let any = (!drafts.is_empty()).then(|| dice.of(&drafts));
            Act::Publish(own.filter(|_| dice.percent(80)).or(any).or(item))
        }
        9..=24 => any_post(pair, dice, by),
        25..=44 => {
            let place = item.map(|item| world.items[world.root(item)].stand);
            let staff = matches!(place, Some(Stand::Space(space)) if world.is_staff(space, by));
            Act::Comment {
                on: item,
                staff: dice.percent(if staff { 50 } else { 10 }),
            }
        }
        49 | 50 => {
            let staff: Vec<usize> = (0..world.items.len())
                .filter(|&item| world.may(by, item, parvis::Verb::Pin).is_ok())
                .collect();
            let item = match staff.is_empty() || dice.percent(20) {
                true => item,
                false => Some(dice.of(&staff)),
            };
            match dice.below(4) {
                0 => Act::Unpin(item),
                _ => Act::Pin {
                    item,
                    // Most end within the history.
                    until: world.now() + HOUR * (dice.of(&[0, 1, 2, 3, 5, 8, 40, 99]) - 1),
                },
            }
        }
        51..=54 => {
            // One's own, mostly: nobody else edits it.
            let own: Vec<usize> = (0..world.items.len())
                .filter(|&item| world.items[item].author == by && !world.items[item].deleted)
                .collect();
            let item = match own.is_empty() || dice.percent(30) {
                true => item.unwrap_or_default(),
                false => dice.of(&own),
            };
            let newest = world.items[item].versions.len() - 1;
            Act::Edit {
                item: Some(item),
                version: newest - usize::from(newest > 0 && dice.percent(20)),
            }
        }
        55..=59 => Act::Delete(item),
        60..=66 => Act::React {
            item,
            reaction: dice.of(&["like", "celebrate", "insightful"]),
        },
        67 | 68 => Act::Unreact(item),
        69..=72 => Act::Follow(person),
        73 => match dice.percent(70) {
            true => Act::FollowTag(dice.of(&TYPED)),
            false => Act::UnfollowTag(dice.of(&TYPED)),
        },
        74 => Act::Unfollow(person),
        75 => Act::Block(person),
        76 | 77 => any_mute(pair, dice, by),
        78 => Act::Unblock(person),
        79..=84 => any_membership(pair, dice),
        45..=48 | 85..=89 => any_way_in(pair, dice, by),
        90 => {
            let handle = dice.of(HANDLES);
            match dice.below(3) {
                1 => Act::SetAnnouncers {
                    space,
                    members: dice.percent(60),
                },
                0 => Act::EditMe { handle },
                _ => Act::EditSpace {
                    space: any_managed(pair, dice, by),
                    handle,
                },
            }
        }
        91 | 92 => Act::SetVisibility {
            space: any_managed(pair, dice, by),
            visibility: dice.of(&[
                Visibility::Open,
                Visibility::Open,
                Visibility::Closed,
                Visibility::Secret,
            ]),
        },
        93..=96 => {
            let person = dice.below(world.persons.len());
            let guest = dice.percent(15) == world.internal(person);
            any_person(pair, dice, Some(person), guest)
        }
        _ => {
            let unit = dice.below(world.units.len());
            let parent = dice.percent(85).then(|| dice.below(world.units.len()));
            Act::PutUnit {
                unit: Some(unit),
                parent,
            }
        }
    }
}
