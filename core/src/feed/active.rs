//! Home by last activity: a thread stands where somebody else last wrote in it, as [`super::upkeep`] moves it, or where it was
//! posted.
//!
//! Two orders make one: the timelines of home, and the rows of threads that moved. A thread that moved is left out of the first.
//! Threads move up only, so one that moves while the reader scrolls belongs to what is new and is not met twice.

use super::records::Bumped;
use super::sources::{comes_home, home_timelines};
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::{Token, Visible};
use crate::gate::page::{After, brought, limit, position_token, visible};
use crate::gate::plan::{Plan, Slot};
use crate::gate::reader::ReaderSlots;
use crate::gate::sealed::Opening;
use crate::gate::show::{Show, ShowSlots, Stage};
use crate::gate::world::{Mentions, World, WorldSlots};
use crate::ids::ItemId;
use crate::items::records::{Item, Timeline};
use crate::items::views::FeedPage;
use crate::store::{Column, Keys, Parts, Value, col};
use std::collections::HashSet;

/// Rows that one call looks through of each order at most, call by call, beyond the size of the page.
const SCANS: [usize; 3] = [10, 100, 500];

/// One page of home by last activity.
pub(crate) async fn page(actor: &Actor, asked: u32, cursor: Option<&Token>) -> Result<Visible<FeedPage>, Error> {
    let limit = limit(asked);
    let by = actor.by.bytes();
    let context: [&[u8]; 3] = [b"active", &actor.network.0, &by];
    let sealer = &actor.core.sealer;
    let mut from: Option<After> = sealer.cursor(&context, cursor)?;
    let (mut passed, mut exhausted) = (Vec::new(), false);
    let mut mentions = Mentions::Unread;
    // One more than the page holds tells whether the list goes on for this reader.
    for more in SCANS {
        let rows = limit + 1 + more;
        let mut scanned = scan(actor, from, rows, mentions).await?;
        if scanned.mutes && mentions == Mentions::Unread {
            mentions = Mentions::Read;
            scanned = scan(actor, from, rows, mentions).await?;
        }
        passed.extend(scanned.passed);
        (from, exhausted) = (scanned.horizon.or(from), scanned.horizon.is_none());
        if exhausted || passed.len() > limit {
            break;
        }
    }
    let end = match passed.get(limit) {
        Some(_) => passed.get(limit.saturating_sub(1)).copied(),
        None if exhausted => None,
        None => from,
    };
    let next = match end {
        Some(end) => Some(sealer.seal(&context, &end).ok_or(Error::new(Reason::Corrupt))?),
        None => None,
    };
    let partial = passed.len() <= limit && !exhausted;
    passed.truncate(limit);
    print(actor, &passed, mentions, next, partial).await
}

/// What one call found.
struct Scanned {
    passed: Vec<After>,
    /// The last entry above which both orders are complete; none where both have ended.
    horizon: Option<After>,
    /// Whether a place among them is muted, or any tag.
    mutes: bool,
}

/// The next entries of both orders as one, judged.
async fn scan(actor: &Actor, from: Option<After>, rows: usize, mentions: Mentions) -> Result<Scanned, Error> {
    let mut plan = Plan::new();
    let slots = ReaderSlots::unasked(&mut plan, actor.person()?);
    let from = from.map_or_else(Parts::new, After::parts);
    let most = u32::try_from(rows).unwrap_or(u32::MAX);
    let posted = plan.merge::<Timeline>(home_timelines(&slots, actor.network), from.clone(), Parts::new(), most);
    let network = Keys::one([Value::Id(actor.network.0)]);
    let places = slots.members.each([col("space")]).and(network);
    let near: Slot<Bumped> = plan.merge_by("bumped_place", places, from.clone(), most);
    let far: Slot<Bumped> = plan.merge_by("bumped_author", slots.follows.each([col("target")]), from, most);
    let moved = plan.get::<Bumped>(posted.each([col("item")]));
    let roots = posted
        .each([col("item")])
        .and(near.each([col("root")]))
        .and(far.each([col("root")]));
    let items = mentions.items(&mut plan, roots);
    let world = WorldSlots::judging(&mut plan, &[items]).mentioning(&mut plan, mentions, items, &slots);
    let (snapshot, reader) = slots.ask_candidates(&plan, actor).await?;
    let world = World::build(&snapshot, &world)?;
    let moved: HashSet<ItemId> = snapshot
        .take(moved)?
        .open(Opening::Show)
        .iter()
        .map(|row| row.root)
        .collect();
    let mut orders: Vec<Vec<After>> = Vec::new();
    for slot in [near, far] {
        let rows = snapshot.take(slot)?.open(Opening::Show);
        orders.push(
            rows.iter()
                .map(|row| After {
                    t: row.t,
                    item: row.root,
                })
                .collect(),
        );
    }
    let posts = snapshot.take(posted)?.open(Opening::Show);
    let posts: Vec<After> = posts
        .iter()
        .map(|row| After {
            t: row.t,
            item: row.item,
        })
        .collect();
    orders.push(posts);
    // Below the end of an order that goes on, the others are not complete.
    let ends = orders
        .iter()
        .filter(|order| order.len() >= rows)
        .filter_map(|order| order.last());
    let horizon = ends.copied().max_by_key(|end| (end.t, end.item));
    let still = orders
        .pop()
        .into_iter()
        .flatten()
        .filter(|entry| !moved.contains(&entry.item));
    let mut entries: Vec<After> = still.chain(orders.into_iter().flatten()).collect();
    entries.sort_unstable_by_key(|entry| std::cmp::Reverse((entry.t, entry.item)));
    entries.dedup();
    let complete = |entry: &After| horizon.is_none_or(|end| (end.t, end.item) <= (entry.t, entry.item));
    entries.retain(complete);
    let comes = |entry: &After| {
        let item = world
            .items
            .get(&entry.item)
            .filter(|_| brought(&reader, &world, entry.item));
        item.is_some_and(|item| comes_home(&reader, &world, item))
    };
    Ok(Scanned {
        passed: entries.into_iter().filter(comes).collect(),
        horizon,
        mutes: reader.mutes.has_tags() || world.mutes_any(&reader),
    })
}

/// The page: everything once more, from one read.
async fn print(
    actor: &Actor,
    chosen: &[After],
    mentions: Mentions,
    next: Option<Token>,
    partial: bool,
) -> Result<Visible<FeedPage>, Error> {
    let mut plan = Plan::new();
    let slots = ReaderSlots::unasked(&mut plan, actor.person()?);
    let items = plan.get::<Item>(Keys::given(chosen.iter().map(|entry| vec![entry.item.to_value()])));
    let world = WorldSlots::add(&mut plan, &[items], Keys::default(), items.each([col("author")]));
    let world = world.mentioning(&mut plan, mentions, items, &slots);
    let show = ShowSlots::add(&mut plan, &[items], &slots);
    let (snapshot, reader) = slots.ask(&plan, actor).await?;
    let world = World::build(&snapshot, &world)?;
    let stage = Stage::build(&snapshot, &show, &reader)?;
    let show = Show {
        network: actor.network,
        sealer: &actor.core.sealer,
        reader: &reader,
        world: &world,
        stage: &stage,
    };
    let listed = chosen
        .iter()
        .filter(|entry| brought(&reader, &world, entry.item))
        .filter_map(|entry| world.items.get(&entry.item))
        .filter(|item| comes_home(&reader, &world, item));
    let items = listed
        .filter_map(|item| show.item(item).transpose())
        .collect::<Result<Vec<_>, _>>()?;
    let position = position_token(actor, snapshot.position)?;
    let page = FeedPage {
        pinned: Vec::new(),
        partial: partial || items.len() < chosen.len(),
        items,
        next,
        position,
    };
    Ok(visible(&snapshot, &reader, page))
}
