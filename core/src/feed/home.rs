//! The ranked home: candidates as of the scroll's beginning, the gate's first pass, the score, the page, and everything that
//! is printed once more from one last read.

use super::features::{self, Comment as Said, Facts, Features, Sightings, Thread};
use super::lists::kind;
use super::reasons::{self, Names, Source};
use super::records::Seen;
use super::score::Score;
use super::window::{Candidate, Next, RankedCursor, Span};
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::AudienceKey;
use crate::gate::answer::{Token, Visible};
use crate::gate::page::{self, listed, position_token, visible};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{Reader, ReaderSlots};
use crate::gate::sealed::Opening;
use crate::gate::show::{Show, ShowSlots, Stage};
use crate::gate::world::{World, WorldSlots};
use crate::graph::affinity::{self, half_saturation};
use crate::graph::records::{Affinity, TieTo};
use crate::ids::{ItemId, PersonId, SpaceId, Time};
use crate::items::kinds;
use crate::items::records::{Comment, Item, ItemState, Timeline, TimelineKind};
use crate::items::views::{FeedPage, ItemView, ReasonView};
use crate::locales::Language;
use crate::store::{Column, Dir, Keys, NetworkId, Parts, Value, col};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Candidates from the spaces joined and the network, and from the persons followed (domain: 3.4).
const FROM_PLACES: u32 = 300;
/// See [`FROM_PLACES`].
const FROM_AUTHORS: u32 = 100;
/// Comments of a thread that ranking looks at, newest first.
const COMMENTS: u32 = 50;
/// Ties of a reader that are read, persons and spaces together.
const TIES: u32 = 2_000;
/// Ties of a reader that count.
const CLOSEST: usize = 500;
/// Windows and refills that one page may go through.
const ROUNDS: usize = 5;

/// How much of the explanation a page carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Explain {
    /// The way the item came, and the two largest terms.
    #[default]
    Main,
    /// Every term.
    All,
}

/// The timelines of places: spaces joined, and the network.
fn places(reader: &ReaderSlots, network: NetworkId) -> Keys {
    let network_wall = vec![TimelineKind::Network.to_value(), Some(Value::Id(network.0))];
    reader
        .members
        .each([kind(TimelineKind::Space), col("space")])
        .and(Keys::given([network_wall]))
}

/// The timelines of authors: persons followed.
fn authors(reader: &ReaderSlots) -> Keys {
    reader.follows.each([kind(TimelineKind::Author), col("target")])
}

/// All timelines that a home merges.
pub(crate) fn home_timelines(reader: &ReaderSlots, network: NetworkId) -> Keys {
    places(reader, network).and(authors(reader))
}

/// Whether an item comes home now. The rows that name the timelines may be older than the day: a membership that has ended
/// still stands among them.
pub(crate) fn comes_home(reader: &Reader, item: &Item) -> bool {
    let place = match item.space {
        Some(space) => reader.role(space).is_some(),
        None => item.wall.is_none(),
    };
    place || reader.follows.contains(&item.author)
}

/// Slots of what ranking knows beside the items.
#[derive(Clone, Copy)]
struct FactSlots {
    comments: Slot<Comment>,
    seen: Slot<Seen>,
    ties: Slot<Affinity>,
}

impl FactSlots {
    fn add(plan: &mut Plan, items: Slot<Item>, reader: &ReaderSlots) -> FactSlots {
        FactSlots {
            comments: plan.scan::<Comment>(items.each([col("id")]), Dir::Down, COMMENTS),
            seen: plan.get::<Seen>(items.each([reader.person.only("id"), col("id")])),
            ties: plan.scan::<Affinity>(reader.person.each([col("id")]), Dir::Up, TIES),
        }
    }
}

/// What ranking knows, by item, person and space.
struct Known {
    comments: HashMap<ItemId, Vec<Comment>>,
    seen: HashMap<ItemId, Seen>,
    persons: HashMap<PersonId, f64>,
    spaces: HashMap<SpaceId, f64>,
    half_saturation: f64,
    spaces_sum: f64,
}

impl Known {
    fn build(snapshot: &Snapshot, slots: FactSlots, as_of: i64) -> Result<Known, Error> {
        let mut comments: HashMap<ItemId, Vec<Comment>> = HashMap::new();
        for row in snapshot.take(slots.comments)?.open(Opening::Show) {
            comments.entry(row.root).or_default().push(row);
        }
        let seen = snapshot.take(slots.seen)?.open(Opening::Show);
        let (mut persons, mut spaces) = (HashMap::new(), HashMap::new());
        let ties = snapshot.take(slots.ties)?.open(Opening::Show).into_iter();
        let columns = |row: &Affinity| [row.day, row.week, row.season, row.t.millis()];
        let mut ties: Vec<(affinity::Affinity, Affinity)> = ties
            .filter_map(|row| Some((affinity::Affinity::from_columns(columns(&row))?, row)))
            .collect();
        // The closest count; the others are nearer to strangers than to anybody on this list.
        ties.sort_by_key(|(tie, row)| (std::cmp::Reverse(tie.eviction_key()), row.target));
        for (tie, row) in ties.into_iter().take(CLOSEST) {
            match row.to {
                TieTo::Person => {
                    persons.insert(PersonId::from_bytes(row.target), tie.value(as_of));
                }
                TieTo::Space => {
                    spaces.insert(SpaceId::from_bytes(row.target), tie.value(as_of));
                }
                TieTo::Unknown => {}
            }
        }
        // Summed in one order, so that the same rows always give the same bits.
        let mut values: Vec<f64> = persons.values().copied().collect();
        values.sort_by(f64::total_cmp);
        let mut shares: Vec<f64> = spaces.values().copied().collect();
        shares.sort_by(f64::total_cmp);
        Ok(Known {
            comments,
            seen: seen.into_iter().map(|row| (row.root, row)).collect(),
            persons,
            spaces,
            half_saturation: half_saturation(&values),
            spaces_sum: shares.iter().sum(),
        })
    }

    /// The facts about one thread for the reader; comments that he may not read do not count.
    fn facts(&self, reader: &Reader, item: &Item, as_of: i64) -> Facts {
        let kind = kinds::kind(&item.kind).map_or(kinds::POST.ranking, |kind| kind.ranking);
        let readable = |row: &&Comment| {
            let held =
                |kind| AudienceKey::from_columns(kind, row.narrow_id).is_some_and(|key| reader.holds(key).is_some());
            row.state == ItemState::Published && row.narrow_kind.is_none_or(held)
        };
        let comments: Vec<Said> = self
            .comments
            .get(&item.id)
            .into_iter()
            .flatten()
            .filter(readable)
            .map(|row| Said {
                t: row.t.millis(),
                mine: row.author == reader.id,
            })
            .collect();
        Facts {
            kind,
            thread: Thread::read(item.t.millis(), item.author == reader.id, &comments, kind, as_of),
            fresh_until: None,
            author: self.persons.get(&item.author).copied().unwrap_or(0.0),
            space: item
                .space
                .and_then(|space| self.spaces.get(&space))
                .copied()
                .unwrap_or(0.0),
            seen: self.seen.get(&item.id).map(|row| Sightings {
                times: u32::try_from(row.times).unwrap_or(0),
                last: row.t.millis(),
            }),
        }
    }

    fn features(&self, reader: &Reader, item: &Item, as_of: i64, zone: &TimeZone) -> Features {
        let (half_saturation, spaces) = (self.half_saturation, self.spaces_sum);
        let scroll = features::Reader {
            as_of,
            zone,
            half_saturation,
            spaces,
        };
        Features::of(&self.facts(reader, item, as_of), &scroll)
    }
}

/// Where a scroll of the ranked home stands.
#[derive(Serialize, Deserialize)]
enum Scroll {
    Ranked(RankedCursor),
    /// The windows are through.
    Older(page::After),
}

/// One page of the ranked home.
pub(crate) async fn ranked(
    actor: &Actor,
    asked: u32,
    cursor: Option<&Token>,
    explain: Explain,
    language: Language,
) -> Result<Visible<FeedPage>, Error> {
    let limit = page::limit(asked);
    let by = actor.by.bytes();
    let context: [&[u8]; 3] = [b"ranked", &actor.network.0, &by];
    let sealer = &actor.core.sealer;
    let configuration = actor.core.config.weights.configuration();
    let mut scroll: Option<Scroll> = cursor
        .map(|token| sealer.open(&context, token).ok_or(Error::new(Reason::Cursor)))
        .transpose()?;
    if matches!(&scroll, Some(Scroll::Ranked(cursor)) if cursor.configuration() != configuration) {
        return Err(Reason::Cursor.into());
    }
    let mut chosen: Vec<ItemId> = Vec::new();
    let mut as_of = None;
    // Rounds gather ids only; nothing that is printed comes from here.
    for _ in 0..ROUNDS {
        let room = limit.saturating_sub(chosen.len());
        if room == 0 || matches!(&scroll, Some(Scroll::Older(_))) {
            break;
        }
        let gathered = gather(actor, scroll.take(), configuration, room).await?;
        as_of = Some(gathered.as_of);
        chosen.extend(gathered.ids);
        scroll = Some(gathered.next);
    }
    let mut end = false;
    if let Some(Scroll::Older(after)) = &scroll {
        let room = limit.saturating_sub(chosen.len());
        if room > 0 {
            let older = older(actor, *after, room).await?;
            chosen.extend(older.ids);
            end = older.next.is_none();
            scroll = Some(Scroll::Older(older.next.unwrap_or(*after)));
        }
    }
    let next = match scroll.filter(|_| !end) {
        Some(scroll) => Some(sealer.seal(&context, &scroll).ok_or(Error::new(Reason::Corrupt))?),
        None => None,
    };
    print(actor, &chosen, as_of, next, explain, language).await
}

/// Ids that a round chose, and where the scroll stands after it.
struct Gathered {
    ids: Vec<ItemId>,
    next: Scroll,
    as_of: i64,
}

/// The zone a person works in.
fn zone(actor: &Actor, reader: &Reader) -> TimeZone {
    let named = reader.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
    named
        .or_else(|| TimeZone::get(&actor.core.config.zone).ok())
        .unwrap_or(TimeZone::UTC)
}

/// Candidates of one window, judged, scored, ordered; the first `room` of them.
async fn gather(actor: &Actor, scroll: Option<Scroll>, configuration: u64, room: usize) -> Result<Gathered, Error> {
    let begun = match scroll {
        Some(Scroll::Ranked(cursor)) => Some(cursor),
        _ => None,
    };
    let now = actor.now();
    // The first window depends on the reader's zone and on the newest log time, which only the read tells: it is read as wide
    // as it can be, and `order` narrows it.
    let span = begun.as_ref().map_or(
        Span {
            after: now.plus_days(-7).millis(),
            until: Time::MAX.millis(),
        },
        RankedCursor::span,
    );
    let mut plan = Plan::new();
    let slots = ReaderSlots::whole(&mut plan, actor.person()?);
    // `from` is exclusive and `to` inclusive, both going down: the span is the other way round by one millisecond.
    let from: Parts = vec![Time::from_millis(span.until.saturating_add(1)).to_value()];
    let to: Parts = vec![Time::from_millis(span.after.saturating_add(1)).to_value()];
    let near = plan.merge::<Timeline>(places(&slots, actor.network), from.clone(), to.clone(), FROM_PLACES);
    let far = plan.merge::<Timeline>(authors(&slots), from, to, FROM_AUTHORS);
    let items = plan.get_columns::<Item>(near.each([col("item")]).and(far.each([col("item")])));
    let world = WorldSlots::judging(&mut plan, &[items]);
    let facts = FactSlots::add(&mut plan, items, &slots);
    let (snapshot, reader) = slots.ask(&plan, actor).await?;
    let world = World::build(&snapshot, &world)?;
    let zone = zone(actor, &reader);
    let cursor = begun.unwrap_or_else(|| RankedCursor::start(reader.now.millis(), configuration, &zone));
    let known = Known::build(&snapshot, facts, cursor.as_of())?;
    let listed = snapshot
        .take(items)?
        .open(Opening::Show)
        .into_iter()
        .filter(|item| listed(&reader, &world, item.id) && comes_home(&reader, item));
    let score = |item: &Item| {
        let features = known.features(&reader, item, cursor.as_of(), &zone);
        Score::of(&features, &actor.core.config.weights).total
    };
    let candidates = listed
        .map(|item| Candidate {
            id: item.id.bytes(),
            t: item.t.millis(),
            score: score(&item),
        })
        .collect();
    let order = cursor.order(candidates);
    let shown: Vec<Candidate> = order.iter().take(room.min(cursor.room())).copied().collect();
    let roots: Vec<[u8; 16]> = shown.iter().map(|candidate| candidate.id).collect();
    let as_of = cursor.as_of();
    let next = match cursor.after(&roots, order.len() > shown.len()) {
        Next::Ranked(cursor) => Scroll::Ranked(cursor),
        // `until` is inclusive: a scroll after an item that cannot be, at the next millisecond.
        Next::Chronological { until } => Scroll::Older(page::After {
            t: Time::from_millis(until.saturating_add(1)),
            item: ItemId::from_bytes([0; 16]),
        }),
    };
    Ok(Gathered {
        ids: roots.into_iter().map(ItemId::from_bytes).collect(),
        next,
        as_of,
    })
}

/// Ids of what is older than every window, in chronological order.
struct Older {
    ids: Vec<ItemId>,
    next: Option<page::After>,
}

/// Entries that a page looks through at most for one more that is the reader's, call by call.
const OLDER: [usize; 3] = [30, 100, 500];

async fn older(actor: &Actor, after: page::After, room: usize) -> Result<Older, Error> {
    let (mut passed, mut last, mut exhausted) = (Vec::new(), after, false);
    // One more than there is room for tells whether the list goes on for this reader.
    for scan in OLDER {
        let scanned = scan_older(actor, last, scan.max(room + 1)).await?;
        passed.extend(scanned.passed);
        (last, exhausted) = (scanned.last.unwrap_or(last), scanned.exhausted);
        if exhausted || passed.len() > room {
            break;
        }
    }
    let next = match passed.get(room) {
        Some(_) => passed.get(room.saturating_sub(1)).copied(),
        None if exhausted => None,
        None => Some(last),
    };
    Ok(Older {
        ids: passed.into_iter().take(room).map(|entry| entry.item).collect(),
        next,
    })
}

/// What one call found of the older entries.
struct Scanned {
    passed: Vec<page::After>,
    last: Option<page::After>,
    exhausted: bool,
}

async fn scan_older(actor: &Actor, after: page::After, scan: usize) -> Result<Scanned, Error> {
    let mut plan = Plan::new();
    let slots = ReaderSlots::whole(&mut plan, actor.person()?);
    let keys = home_timelines(&slots, actor.network);
    let entries = plan.merge::<Timeline>(keys, after.parts(), Parts::new(), scan as u32);
    let items = plan.get_columns::<Item>(entries.each([col("item")]));
    let world = WorldSlots::judging(&mut plan, &[items]);
    let (snapshot, reader) = slots.ask(&plan, actor).await?;
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
        passed: scanned
            .into_iter()
            .filter(|entry| listed(&reader, &world, entry.item))
            .filter(|entry| {
                world
                    .items
                    .get(&entry.item)
                    .is_some_and(|item| comes_home(&reader, item))
            })
            .collect(),
    })
}

/// The page: everything once more, from one read; points and reasons are computed again by the same functions.
async fn print(
    actor: &Actor,
    chosen: &[ItemId],
    as_of: Option<i64>,
    next: Option<Token>,
    explain: Explain,
    language: Language,
) -> Result<Visible<FeedPage>, Error> {
    let mut plan = Plan::new();
    let slots = ReaderSlots::whole(&mut plan, actor.person()?);
    let items = plan.get::<Item>(Keys::given(chosen.iter().map(|id| vec![id.to_value()])));
    let world = WorldSlots::add(&mut plan, &[items], Keys::default(), items.each([col("author")]));
    let show = ShowSlots::add(&mut plan, &[items], &slots);
    let facts = FactSlots::add(&mut plan, items, &slots);
    let (snapshot, reader) = slots.ask(&plan, actor).await?;
    let world = World::build(&snapshot, &world)?;
    let stage = Stage::build(&snapshot, &show)?;
    let as_of = as_of.unwrap_or(reader.now.millis());
    let known = Known::build(&snapshot, facts, as_of)?;
    let zone = zone(actor, &reader);
    let show = Show {
        network: actor.network,
        sealer: &actor.core.sealer,
        reader: &reader,
        world: &world,
        stage: &stage,
    };
    let mut views = Vec::with_capacity(chosen.len());
    let listed = chosen
        .iter()
        .filter(|id| listed(&reader, &world, **id))
        .filter_map(|id| world.items.get(id))
        .filter(|item| comes_home(&reader, item));
    for item in listed {
        if let Some(mut view) = show.item(item)? {
            let features = known.features(&reader, item, as_of, &zone);
            let score = Score::of(&features, &actor.core.config.weights);
            explain_item(&mut view, &features, &score, &ways(&reader, item), explain, language);
            views.push(view);
        }
    }
    let position = position_token(actor, snapshot.position)?;
    let page = FeedPage {
        partial: views.len() < chosen.len(),
        items: views,
        next,
        position,
    };
    Ok(visible(&snapshot, &reader, page))
}

/// The ways by which an item comes to a reader's home.
fn ways(reader: &Reader, item: &Item) -> Vec<Source> {
    let mut ways = Vec::new();
    if item.author != reader.id && item.first_key() == Some(AudienceKey::Person { id: reader.id }) {
        ways.push(Source::Person);
    }
    if reader.follows.contains(&item.author) {
        ways.push(Source::Author);
    }
    if item.space.is_some_and(|space| reader.role(space).is_some()) {
        ways.push(Source::Space);
    }
    if item.space.is_none() && item.wall.is_none() {
        ways.push(Source::Network);
    }
    ways
}

fn explain_item(
    view: &mut ItemView,
    features: &Features,
    score: &Score,
    ways: &[Source],
    explain: Explain,
    language: Language,
) {
    let reasons = match explain {
        Explain::Main => reasons::main_reasons(features, score, ways),
        Explain::All => reasons::breakdown(features, score),
    };
    let names = Names {
        author: view.author.as_ref().map(|card| card.name.as_str()),
        space: match &view.place {
            crate::items::PlaceView::Space { name, .. } => name.as_deref(),
            _ => None,
        },
    };
    view.points = Some(score.total);
    view.reasons = reasons
        .iter()
        .map(|reason| ReasonView {
            code: reason.code.as_str(),
            n: reason.n,
            points: reason.points,
            text: reason.render(language, &names),
        })
        .collect();
}
