//! The end of a ranked scroll: what is older than every window, in chronological order.

use super::sources::{comes_home, home_timelines};
use crate::actor::Actor;
use crate::error::Error;
use crate::gate::page::{self, brought};
use crate::gate::plan::Plan;
use crate::gate::reader::ReaderSlots;
use crate::gate::sealed::Opening;
use crate::gate::world::{Mentions, World, WorldSlots};
use crate::items::records::{Item, Timeline};
use crate::store::{Parts, col};

/// What is older than every window, in chronological order.
pub(super) struct Older {
    pub(super) chosen: Vec<Item>,
    pub(super) next: Option<page::After>,
}

/// Entries that a page looks through at most for one more that is the reader's, call by call.
const OLDER: [usize; 3] = [30, 100, 500];

/// The next `room` of them after an entry.
pub(super) async fn older(actor: &Actor, after: page::After, room: usize) -> Result<Older, Error> {
    let (mut passed, mut last, mut exhausted) = (Vec::new(), after, false);
    let mut mentions = Mentions::Unread;
    // One more than there is room for tells whether the list goes on for this reader.
    for scan in OLDER {
        let scan = scan.max(room + 1);
        let mut scanned = scan_older(actor, last, scan, mentions).await?;
        if scanned.mutes && mentions == Mentions::Unread {
            mentions = Mentions::Read;
            scanned = scan_older(actor, last, scan, mentions).await?;
        }
        passed.extend(scanned.passed);
        (last, exhausted) = (scanned.last.unwrap_or(last), scanned.exhausted);
        if exhausted || passed.len() > room {
            break;
        }
    }
    let next = match passed.get(room) {
        Some(_) => passed.get(room.saturating_sub(1)).map(|(entry, _)| *entry),
        None if exhausted => None,
        None => Some(last),
    };
    Ok(Older {
        chosen: passed.into_iter().take(room).map(|(_, item)| item).collect(),
        next,
    })
}

/// What one call found of the older entries.
struct Scanned {
    passed: Vec<(page::After, Item)>,
    last: Option<page::After>,
    exhausted: bool,
    /// Whether a place among them is muted, or any tag.
    mutes: bool,
}

async fn scan_older(actor: &Actor, after: page::After, scan: usize, mentions: Mentions) -> Result<Scanned, Error> {
    let mut plan = Plan::new();
    let slots = ReaderSlots::unasked(&mut plan, actor.person()?);
    let keys = home_timelines(&slots, actor.network);
    let entries = plan.merge::<Timeline>(keys, after.parts(), Parts::new(), scan as u32);
    let items = mentions.items(&mut plan, entries.each([col("item")]));
    let world = WorldSlots::judging(&mut plan, &[items]).mentioning(&mut plan, mentions, items, &slots);
    let (snapshot, reader) = slots.ask_candidates(&plan, actor).await?;
    let world = World::build(&snapshot, &world)?;
    let entries = snapshot.take(entries)?.open(Opening::Show);
    let scanned: Vec<page::After> = entries
        .iter()
        .map(|entry| page::After {
            t: entry.t,
            item: entry.item,
        })
        .collect();
    Ok(Scanned {
        last: scanned.last().copied(),
        exhausted: scanned.len() < scan,
        mutes: reader.mutes.has_tags() || world.mutes_any(&reader),
        passed: scanned
            .into_iter()
            .filter(|entry| brought(&reader, &world, entry.item))
            .filter_map(|entry| Some((entry, world.items.get(&entry.item)?.clone())))
            .filter(|(_, item)| comes_home(&reader, &world, item))
            .collect(),
    })
}
