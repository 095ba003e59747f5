//! What is new in a reader's home since a position of the log: read in the same call as his inbox, judged as his home is.

use crate::actor::Actor;
use crate::due::Follower;
use crate::error::Error;
use crate::feed::sources::{comes_home, home_timelines};
use crate::gate::page::brought;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{Reader, ReaderSlots};
use crate::gate::sealed::Opening;
use crate::gate::world::World;
use crate::ids::{ItemId, Time};
use crate::items::records::{Item, Timeline};
use crate::live::watch::Mark;
use crate::log::{LogRow, Verb};
use crate::store::{Dir, Keys, LOG, Parts, Position, Value, col};
use std::collections::HashSet;

/// Posts that are counted.
const COUNTED: usize = 20;
/// Posts of a home that a first look takes: some are the reader's own, some he may not see.
const LOOKED: u32 = 40;
/// Posts that a second look takes, where the first one met too few that are his to see.
const MORE: u32 = 400;
/// Entries of the log that say which posts of the very millisecond of the position came after it.
const TAIL: u32 = 50;

/// What is asked: since when, and how far back it is looked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewsAsked {
    since: Option<Position>,
    looked: u32,
}

impl NewsAsked {
    /// A first look.
    pub(crate) fn since(since: Option<Position>) -> NewsAsked {
        NewsAsked { since, looked: LOOKED }
    }

    /// A second one.
    pub(crate) fn more(self) -> NewsAsked {
        NewsAsked { looked: MORE, ..self }
    }
}

/// The reads.
#[derive(Clone, Copy)]
pub(crate) struct NewsSlots {
    asked: NewsAsked,
    follower: Slot<Follower>,
    home: Slot<Timeline>,
    /// The posts, for the world that judges them.
    pub(crate) items: Slot<Item>,
    at: Slot<LogRow>,
    tail: Slot<LogRow>,
}

/// What is new.
#[derive(Clone, Copy, Debug)]
pub(crate) struct News {
    /// So many posts.
    pub(crate) posts: u32,
    /// Whether a second look may find more.
    pub(crate) short: bool,
    /// Whether the history since which it is told is another one now.
    pub(crate) replaced: bool,
    /// How far the network was.
    pub(crate) mark: Mark,
}

impl NewsSlots {
    /// Appends the reads.
    pub(crate) fn add(plan: &mut Plan, actor: &Actor, reader: &ReaderSlots, asked: NewsAsked) -> NewsSlots {
        let since = asked.since;
        let follower = plan.get::<Follower>(Mark::keys());
        let keys = since.map_or_else(Keys::default, |_| home_timelines(reader, actor.network));
        let home = plan.merge::<Timeline>(keys, Parts::new(), Parts::new(), asked.looked);
        let items = plan.get::<Item>(home.each([col("item")]));
        let number = since.map_or(0, |since| since.number);
        let at = since.filter(|since| since.number > 0);
        let at = at.map_or_else(Keys::default, |since| Keys::one([Value::Int(since.number)]));
        let all = since.map_or_else(Keys::default, |_| Keys::given([Parts::new()]));
        NewsSlots {
            asked,
            follower,
            home,
            items,
            at: plan.get::<LogRow>(at),
            tail: plan.range::<LogRow>(LOG, all, vec![Some(Value::Int(number))], Dir::Up, TAIL),
        }
    }

    /// Counts.
    pub(crate) fn count(self, snapshot: &Snapshot, reader: &Reader, world: &World) -> Result<News, Error> {
        let follower = snapshot.take(self.follower)?.open(Opening::Show).into_iter().next();
        let mark = Mark::of(snapshot.position.number, follower.as_ref());
        let at = snapshot.take(self.at)?.open(Opening::Show).into_iter().next();
        // Another commit at the position, or none: the log is not the one that was read.
        let same = |since: Position| at.as_ref().is_some_and(|row| row.commit == since.commit);
        let replaced = self.asked.since.is_some_and(|since| since.number > 0 && !same(since));
        let t = at.map_or(Time::from_millis(i64::MIN), |row| row.t);
        let tail = snapshot.take(self.tail)?.open(Opening::Show);
        let at_once = tail.iter().filter(|row| row.t == t && row.entry.verb == Verb::Create);
        let at_once: HashSet<ItemId> = at_once.filter_map(|row| row.entry.item).collect();
        let home = snapshot.take(self.home)?.open(Opening::Show);
        let ended = (home.len() as u32) < self.asked.looked || home.last().is_none_or(|entry| entry.t < t);
        let new = home
            .into_iter()
            .filter(|entry| entry.t > t || (entry.t == t && at_once.contains(&entry.item)));
        let told = |item: &Item| item.author != reader.id && comes_home(reader, world, item);
        let new = new.filter(|entry| brought(reader, world, entry.item));
        let new = new.filter(|entry| world.items.get(&entry.item).is_some_and(told));
        let posts = new.take(if replaced { 0 } else { COUNTED }).count();
        let short = !ended && !replaced && posts < COUNTED && self.asked.looked < MORE;
        let posts = u32::try_from(posts).unwrap_or(u32::MAX);
        Ok(News {
            posts,
            short,
            replaced,
            mark,
        })
    }
}
