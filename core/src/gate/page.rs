//! The page loop of chronological lists: candidates, judgement, refill. All that a page prints is of its last read.

use super::answer::{Stamp, Token, Visible};
use super::judge;
use super::plan::{Plan, Slot, Snapshot};
use super::reader::{Reader, ReaderSlots, Who};
use super::sealed::Opening;
use super::show::{Show, ShowSlots, Stage};
use super::world::{Mentions, World, WorldSlots};
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::ids::{ItemId, Time};
use crate::items::kinds;
use crate::items::records::{Item, ItemState, Pin, Timeline};
use crate::items::views::{FeedPage, PinnedView};
use crate::store::{Column, Keys, Parts, Position, Value, col};
use serde::{Deserialize, Serialize};

/// A page has at most this many items; one that was not asked for a number has [`DEFAULT_LIMIT`].
pub(crate) const MAX_LIMIT: u32 = 100;
/// See [`MAX_LIMIT`].
pub(crate) const DEFAULT_LIMIT: u32 = 20;
/// After so many rounds the page goes out short.
const ROUNDS: u32 = 3;

/// The size of a page, as asked.
pub(crate) fn limit(asked: u32) -> usize {
    let asked = if asked == 0 { DEFAULT_LIMIT } else { asked };
    asked.min(MAX_LIMIT) as usize
}

/// A chronological list: which timelines, and who may have it at all.
pub(crate) trait Listing: Send + Sync {
    /// Slots of what [`Listing::admit`] looks at.
    type Slots: Copy + Send;

    /// Names the list in cursors: its kind and what it is of.
    fn name(&self) -> Vec<u8>;

    /// Appends the reads of the one who asks.
    fn reader(&self, plan: &mut Plan, who: &Who) -> ReaderSlots {
        ReaderSlots::whole(plan, who)
    }

    /// Appends the reads that find the timelines, and says which.
    fn timelines(&self, plan: &mut Plan, reader: &ReaderSlots) -> (Keys, Self::Slots);

    /// Appends the read of what is pinned above the list.
    fn pins(&self, _plan: &mut Plan, _slots: Self::Slots) -> Option<Slot<Pin>> {
        None
    }

    /// Refuses the whole list.
    fn admit(&self, snapshot: &Snapshot, slots: Self::Slots, reader: &Reader) -> Result<(), Error>;

    /// Whether an entry is one that the list shows to the reader.
    fn lists(&self, reader: &Reader, world: &World, id: ItemId) -> bool {
        listed(reader, world, id)
    }

    /// Whether an item that the reader may see still belongs on the list.
    fn keeps(&self, _reader: &Reader, _world: &World, _item: &Item) -> bool {
        true
    }
}

/// Where a chronological scroll stands: the last entry that was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct After {
    pub(crate) t: Time,
    pub(crate) item: ItemId,
}

impl After {
    pub(crate) fn parts(self) -> Parts {
        vec![self.t.to_value(), self.item.to_value()]
    }
}

/// What a position token is sealed for.
pub(crate) fn position_context(actor: &Actor) -> [&[u8]; 2] {
    [b"position", &actor.network.0]
}

/// What a position token holds.
pub(crate) fn position_token(actor: &Actor, position: Position) -> Result<Token, Error> {
    let token = actor.core.sealer.seal(&position_context(actor), &position);
    token.ok_or(Error::new(Reason::Corrupt))
}

/// Whether a page is the first one of its list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    First,
    Later,
}

/// The slots of one round.
struct Round<S> {
    reader: ReaderSlots,
    listing: S,
    entries: Slot<Timeline>,
    pins: Option<Slot<Pin>>,
    world: WorldSlots,
    show: ShowSlots,
}

fn round<L: Listing>(
    plan: &mut Plan,
    actor: &Actor,
    listing: &L,
    carry: &[After],
    from: Option<After>,
    scan: u32,
    (turn, mentions): (Turn, Mentions),
) -> Result<Round<L::Slots>, Error> {
    let reader = listing.reader(plan, actor.person()?);
    let (keys, slots) = listing.timelines(plan, &reader);
    let entries = plan.merge::<Timeline>(keys, from.map_or_else(Parts::new, After::parts), Parts::new(), scan);
    let carried = Keys::given(carry.iter().map(|entry| vec![Some(Value::Id(entry.item.bytes()))]));
    let items = plan.get::<Item>(entries.each([col("item")]).and(carried));
    let pins = (turn == Turn::First).then(|| listing.pins(plan, slots)).flatten();
    let pinned = pins.map(|pins| plan.get::<Item>(pins.each([col("item")])));
    let listed = items;
    let items: Vec<Slot<Item>> = [items].into_iter().chain(pinned).collect();
    let authors = items
        .iter()
        .fold(Keys::default(), |keys, slot| keys.and(slot.each([col("author")])));
    let world = WorldSlots::add(plan, &items, Keys::default(), authors).mentioning(plan, mentions, listed, &reader);
    let show = ShowSlots::add(plan, &items, &reader);
    Ok(Round {
        reader,
        listing: slots,
        entries,
        pins,
        world,
        show,
    })
}

/// One page of a chronological list.
pub(crate) async fn page<L: Listing>(
    actor: &Actor,
    listing: &L,
    asked: u32,
    cursor: Option<&Token>,
) -> Result<Visible<FeedPage>, Error> {
    let limit = limit(asked);
    let (name, by) = (listing.name(), actor.by.bytes());
    let context: [&[u8]; 4] = [b"page", &actor.network.0, &by, &name];
    let sealer = &actor.core.sealer;
    let mut from: Option<After> = sealer.cursor(&context, cursor)?;
    let turn = if cursor.is_none() { Turn::First } else { Turn::Later };
    let mut carry: Vec<After> = Vec::new();
    // What the gate drops of a page is refilled from this slack without another call.
    let mut scan = (limit + 1 + (limit / 10).max(2)) as u32;
    let (mut mentions, mut number) = (Mentions::Unread, 0);
    while number < ROUNDS {
        let mut plan = Plan::new();
        let slots = round(&mut plan, actor, listing, &carry, from, scan, (turn, mentions))?;
        let (snapshot, reader) = slots.reader.ask(&plan, actor).await?;
        listing.admit(&snapshot, slots.listing, &reader)?;
        let world = World::build(&snapshot, &slots.world)?;
        if mentions == Mentions::Unread && world.mutes_any(&reader) {
            mentions = Mentions::Read;
            continue;
        }
        number += 1;
        let entries = snapshot.take(slots.entries)?.open(Opening::Show);
        let (exhausted, last) = (entries.len() < scan as usize, entries.last().map(after));
        let passed: Vec<After> = carry
            .iter()
            .copied()
            .chain(entries.iter().map(after))
            .filter(|entry| listing.lists(&reader, &world, entry.item))
            .filter(|entry| {
                world
                    .items
                    .get(&entry.item)
                    .is_some_and(|item| listing.keeps(&reader, &world, item))
            })
            .take(limit + 1)
            .collect();
        let full = passed.len() > limit;
        if !full && !exhausted && number < ROUNDS {
            (carry, from, scan) = (passed, last.or(from), MAX_LIMIT);
            continue;
        }
        let stage = Stage::build(&snapshot, &slots.show, &reader)?;
        let show = Show {
            network: actor.network,
            sealer,
            reader: &reader,
            world: &world,
            stage: &stage,
        };
        let shown = passed
            .iter()
            .take(limit)
            .filter_map(|entry| world.items.get(&entry.item));
        let items = shown
            .filter_map(|item| show.item(item).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        let end = if full {
            passed.get(limit.saturating_sub(1)).copied()
        } else {
            last.or(from)
        };
        let more = full || !exhausted;
        let next = match end.filter(|_| more) {
            Some(end) => Some(sealer.seal(&context, &end).ok_or(Error::new(Reason::Corrupt))?),
            None => None,
        };
        let position = position_token(actor, snapshot.position)?;
        let page = FeedPage {
            pinned: pinned(&snapshot, slots.pins, &show)?,
            items,
            next,
            partial: !full && !exhausted,
            position,
        };
        return Ok(visible(&snapshot, &reader, page));
    }
    Err(Reason::Corrupt.into())
}

/// What is pinned at this instant and may be listed, latest pin first.
fn pinned(snapshot: &Snapshot, pins: Option<Slot<Pin>>, show: &Show<'_>) -> Result<Vec<PinnedView>, Error> {
    let Some(pins) = pins else { return Ok(Vec::new()) };
    let mut pins = snapshot.take(pins)?.open(Opening::Show);
    pins.retain(|pin| show.reader.now < pin.until || !show.reader.switches.on("pin_unexpired"));
    pins.sort_by_key(|pin| std::cmp::Reverse((pin.t, pin.place)));
    let mut pinned = Vec::new();
    for pin in pins.iter().filter(|pin| listed(show.reader, show.world, pin.item)) {
        let item = show.world.items.get(&pin.item);
        // What has moved to another place is pinned there or nowhere.
        if let Some(item) = item.filter(|item| item.space == Some(pin.space))
            && let Some(item) = show.item(item)?
        {
            let until = pin.until;
            pinned.push(PinnedView { item, until });
        }
    }
    Ok(pinned)
}

fn after(entry: &Timeline) -> After {
    After {
        t: entry.t,
        item: entry.item,
    }
}

/// Whether an entry belongs on a list of this reader: visible, not deleted, of a known kind, not by somebody he blocked. What
/// is deleted leaves its timelines; one that an earlier read of the call still listed must not come back as a placeholder.
pub(crate) fn listed(reader: &Reader, world: &World, id: ItemId) -> bool {
    world.items.get(&id).is_some_and(|item| {
        judge::see(reader, world, item).allowed
            && item.state == ItemState::Published
            && kinds::kind(&item.kind).is_some()
            && (!reader.blocks.contains(&item.author) || !reader.switches.on("blocked_folded"))
    })
}

/// Whether an entry is brought to a reader who did not look it up: as [`listed`], and not from an archived space.
pub(crate) fn brought(reader: &Reader, world: &World, id: ItemId) -> bool {
    let space = world.items.get(&id).and_then(|item| item.space);
    listed(reader, world, id) && !space.is_some_and(|space| world.is_archived(space))
}

/// What the gate shows: a closed list of views, each built of rows that were judged in the snapshot it is stamped with.
pub(crate) trait View {}

macro_rules! views {
    ($($view:path),+ $(,)?) => {$(impl View for $view {})+};
}
views!(
    FeedPage,
    crate::items::views::ThreadPage,
    crate::items::views::HistoryPage,
    crate::items::views::Allowed,
    crate::items::views::Explanation,
    crate::inbox::views::EntriesPage,
    crate::inbox::views::BundlesPage,
    crate::inbox::views::UnreadView,
    crate::people::views::Profile,
    crate::spaces::views::SpaceView,
    crate::spaces::views::SpacePage,
    crate::spaces::views::SpaceMatches,
    crate::spaces::views::MemberPage,
    crate::spaces::views::RequestPage,
    crate::spaces::views::InvitationPage,
    crate::people::views::PersonPage,
    crate::people::views::PersonMatches,
    crate::people::views::TagPage,
    crate::people::views::MuteList,
    crate::live::ChangesView,
);

/// Stamps a view: for whom, in which snapshot, it was judged.
pub(crate) fn visible<V: View>(snapshot: &Snapshot, reader: &Reader, view: V) -> Visible<V> {
    Stamp::new(snapshot.network.0, reader.id.bytes(), snapshot.position.number).visible(view)
}
