//! Where the threads of a home come from: each source a range of its own with its own limit, and the rule by which what it
//! gave still comes home when it is judged.

use super::known::Known;
use super::lists::kind;
use super::reasons::Source;
use super::records::{Bumped, Mine};
use crate::gate::AudienceKey;
use crate::gate::plan::{Plan, Slot};
use crate::gate::reader::{Reader, ReaderSlots};
use crate::gate::world::World;
use crate::graph::topics::topics;
use crate::ids::{SpaceId, Time};
use crate::items::records::{Item, Timeline, TimelineKind};
use crate::spaces::records::{Space, Visibility};
use crate::store::{Column, Dir, Keys, NetworkId, Parts, Value, col};

use super::window::Span;

/// Threads from the spaces joined and the network.
const FROM_PLACES: u32 = 300;
/// Threads by the persons followed.
const FROM_AUTHORS: u32 = 100;
/// Threads that the reader started.
const STARTED: u32 = 50;
/// Threads that he wrote in.
const TAKEN_PART: u32 = 50;
/// Threads that mention him.
const MENTIONED: u32 = 50;
/// Threads that bear a tag that he follows.
const FROM_TAGS: u32 = 100;
/// Announcements of his places.
const ANNOUNCED: u32 = 20;
/// Threads that moved lately anywhere in the network, for the slots of what is outside; most of them are not for this reader.
const MOVED: u32 = 60;
/// Open spaces that a home without anything of its own looks into.
const OPEN_SPACES: u32 = 100;

/// The timelines of places: spaces joined, and the network.
fn places(reader: &ReaderSlots, network: NetworkId) -> Keys {
    let network_wall = vec![TimelineKind::Network.to_value(), Some(Value::Id(network.0))];
    reader
        .members
        .each([kind(TimelineKind::Space), col("space")])
        .and(Keys::given([network_wall]))
}

/// The broadcasts of places: spaces joined, and the network.
fn broadcasts(reader: &ReaderSlots, network: NetworkId) -> Keys {
    let network = vec![TimelineKind::Broadcast.to_value(), Some(Value::Id(network.0))];
    let spaces = reader.members.each([kind(TimelineKind::Broadcast), col("space")]);
    spaces.and(Keys::given([network]))
}

/// The timelines of authors: persons followed.
fn authors(reader: &ReaderSlots) -> Keys {
    reader.follows.each([kind(TimelineKind::Author), col("target")])
}

/// All timelines that a chronological home merges.
pub(crate) fn home_timelines(reader: &ReaderSlots, network: NetworkId) -> Keys {
    places(reader, network).and(authors(reader))
}

/// The bounds of a span as parts of a range that goes down: `from` is exclusive and `to` inclusive, the span is the other way
/// round by one millisecond.
fn bounds(span: Span) -> (Parts, Parts) {
    let part = |t: i64| vec![Time::from_millis(t.saturating_add(1)).to_value()];
    (part(span.until), part(span.after))
}

/// The keys of the roots that the sources of a window name, some more than once, and which rows say who is mentioned where.
pub(super) struct Window {
    pub(super) roots: Keys,
    pub(super) mentions: Keys,
    /// What bears a tag that the reader follows.
    pub(super) tagged: Slot<Timeline>,
}

/// Appends the sources of one window.
pub(super) fn window(plan: &mut Plan, reader: &ReaderSlots, network: NetworkId, span: Span) -> Window {
    let (from, to) = bounds(span);
    let near = plan.merge::<Timeline>(places(reader, network), from.clone(), to.clone(), FROM_PLACES);
    let far = plan.merge::<Timeline>(authors(reader), from.clone(), to.clone(), FROM_AUTHORS);
    let of_mine = |of: TimelineKind| reader.person.each([kind(of), col("id")]);
    let own = plan.merge::<Timeline>(of_mine(TimelineKind::Author), from.clone(), to.clone(), STARTED);
    let told = plan.merge::<Timeline>(of_mine(TimelineKind::Addressed), from.clone(), to.clone(), MENTIONED);
    let topics = topics(plan, reader).each([kind(TimelineKind::Tag), col("tag")]);
    let tagged = plan.merge::<Timeline>(topics, from.clone(), to.clone(), FROM_TAGS);
    let all = plan.merge::<Timeline>(broadcasts(reader, network), from.clone(), to.clone(), ANNOUNCED);
    let me = reader.person.each([col("id")]);
    let mine: Slot<Mine> = plan.newest("mine_newest", me, from, to, TAKEN_PART);
    // A thread that moved after the span's older end may have begun in it.
    let moved = bounds(Span {
        until: i64::MAX - 1,
        ..span
    });
    let moved: Slot<Bumped> = plan.newest(
        "bumped_newest",
        Keys::given([Parts::new()]),
        Parts::new(),
        moved.1,
        MOVED,
    );
    let timelines = [near, far, own, told, tagged, all].map(|slot| slot.each([col("item")]));
    let keys = timelines.into_iter().fold(Keys::default(), Keys::and);
    Window {
        roots: keys.and(mine.each([col("root")])).and(moved.each([col("root")])),
        mentions: told.each([col("item"), reader.person.only("id")]),
        tagged,
    }
}

/// Appends the sources of a home that has nothing of its own: what is new in open spaces.
pub(super) fn open_spaces(plan: &mut Plan, span: Span) -> Keys {
    let open = Keys::given([vec![Visibility::Open.to_value()]]);
    let spaces: Slot<Space> = plan.keys_of("space_visibility", open, Dir::Up, OPEN_SPACES);
    let (from, to) = bounds(span);
    let keys = spaces.each([kind(TimelineKind::Space), col("id")]);
    plan.merge::<Timeline>(keys, from, to, FROM_PLACES).each([col("item")])
}

/// Whether an item comes home by its place or its author now, and nothing that the reader muted keeps it away. The rows that name the timelines may be older than the day: a
/// membership that has ended still stands among them.
pub(crate) fn comes_home(reader: &Reader, world: &World, item: &Item) -> bool {
    let place = match item.space {
        Some(space) => reader.role(space).is_some(),
        None => item.wall.is_none(),
    };
    (place || reader.follows.contains(&item.author)) && !world.keeps_away(reader, item)
}

/// The ways by which an item comes to a reader's ranked home; none for one that does not, or that a mute keeps away.
pub(super) fn ways(reader: &Reader, known: &Known<'_>, item: &Item) -> Vec<Source> {
    let mut ways = Vec::new();
    if reader.mutes.keep_away(item, known.mentions(item)) {
        return ways;
    }
    let addressed = item.author != reader.id && item.first_key() == Some(AudienceKey::Person { id: reader.id });
    if addressed || known.mentions(item) {
        ways.push(Source::Person);
    }
    if reader.follows.contains(&item.author) {
        ways.push(Source::Author);
    }
    if item.space.is_some_and(|space| reader.role(space).is_some()) {
        ways.push(Source::Space);
    }
    if known.is_tagged(item) {
        ways.push(Source::Tag);
    }
    if item.space.is_none() && item.wall.is_none() {
        ways.push(Source::Network);
    }
    if known.is_answered_thread(item) {
        ways.push(Source::Thread);
    }
    ways
}

/// The open space that an item from outside is in: one that the reader has neither joined nor muted. Guests are shown nothing
/// from outside.
pub(super) fn outside(reader: &Reader, item: &Item) -> Option<SpaceId> {
    let not_joined = |space: &SpaceId| reader.role(*space).is_none();
    item.space
        .filter(not_joined)
        .filter(|_| reader.is_internal() && item.author != reader.id && !reader.mutes.keep_away(item, false))
}
