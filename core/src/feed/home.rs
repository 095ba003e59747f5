//! The ranked home: candidates as of the scroll's beginning, the gate's first pass, the score, the arrangement, and everything
//! that is printed once more from one last read.

use super::arrange::{self, Card, Entry, Pool, Slots, Variety};
use super::features::Features;
use super::known::{FactSlots, Known};
use super::older;
use super::reasons::{self, Names, Source};
use super::score::Score;
use super::sources;
use super::window::{Candidate, Next, RankedCursor, Span, first_window_in_any_zone};
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::{Token, Visible};
use crate::gate::page::{self, brought, position_token, visible};
use crate::gate::plan::Plan;
use crate::gate::reader::{Reader, ReaderSlots};
use crate::gate::show::{Show, ShowSlots, Stage};
use crate::gate::world::{World, WorldSlots};
use crate::graph::mutes::off_topic;
use crate::ids::{ItemId, PersonId, SpaceId, Time};
use crate::items::records::Item;
use crate::items::views::{FeedPage, ItemView, ReasonView};
use crate::locales::Language;
use crate::store::{Column, Keys, col};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Windows and refills that one page may go through.
const ROUNDS: usize = 5;
/// Candidates of a window that are scored and arranged.
const CANDIDATES: usize = 600;
/// A home of fewer threads than this is filled up from open spaces.
const FEW: usize = 5;
/// How far back that looks, in days.
const FEW_DAYS: i64 = 90;
/// Effective hours that a thread waits unseen before its space may be called overlooked.
const OVERLOOKED_HOURS: f64 = 24.0;
/// A space that the reader saw something of within so many days is not overlooked.
const OVERLOOKED_DAYS: i64 = 3;

/// How much of the explanation a page carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Explain {
    /// The way the item came, and the two largest terms.
    #[default]
    Main,
    /// Every term.
    All,
}

/// A root that a round chose for the page.
#[derive(Clone, Copy)]
struct Chosen {
    id: ItemId,
    card: Card,
    /// It is from outside the reader's places.
    outside: bool,
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
    let mut scroll: Option<Scroll> = sealer.cursor(&context, cursor)?;
    if matches!(&scroll, Some(Scroll::Ranked(cursor)) if cursor.configuration() != configuration) {
        return Err(Reason::Cursor.into());
    }
    let (fresh, mut chosen): (bool, Vec<Chosen>) = (cursor.is_none(), Vec::new());
    let mut as_of = None;
    // Rounds gather ids only; nothing that is printed comes from here.
    for _ in 0..ROUNDS {
        let room = limit.saturating_sub(chosen.len());
        if room == 0 || matches!(&scroll, Some(Scroll::Older(_))) {
            break;
        }
        let gathered = gather(actor, scroll.take(), configuration, &chosen, room).await?;
        as_of = Some(gathered.as_of);
        chosen.extend(gathered.chosen);
        scroll = Some(gathered.next);
    }
    let mut end = false;
    if let Some(Scroll::Older(after)) = &scroll {
        let room = limit.saturating_sub(chosen.len());
        if room > 0 {
            let older = older::older(actor, *after, room).await?;
            chosen.extend(older.chosen.into_iter().map(|item| Chosen {
                id: item.id,
                card: card(&item),
                outside: false,
            }));
            end = older.next.is_none();
            scroll = Some(Scroll::Older(older.next.unwrap_or(*after)));
        }
    }
    if fresh && end && chosen.len() < FEW {
        let room = limit.saturating_sub(chosen.len());
        let more = open_spaces(actor, &chosen, room).await?;
        chosen.extend(more);
    }
    let next = match scroll.filter(|_| !end) {
        Some(scroll) => Some(sealer.seal(&context, &scroll).ok_or(Error::new(Reason::Corrupt))?),
        None => None,
    };
    print(actor, &chosen, as_of, next, explain, language).await
}

/// What a round chose, and where the scroll stands after it.
struct Gathered {
    chosen: Vec<Chosen>,
    next: Scroll,
    as_of: i64,
}

fn card(item: &Item) -> Card {
    Card {
        author: item.author,
        space: item.space,
    }
}

/// The zone a person works in.
fn zone(actor: &Actor, reader: &Reader) -> TimeZone {
    let named = reader.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
    named
        .or_else(|| TimeZone::get(&actor.core.config.zone).ok())
        .unwrap_or(TimeZone::UTC)
}

/// Candidates of one window, judged, scored, arranged below those `above` them; the first `room` of them.
async fn gather(
    actor: &Actor,
    scroll: Option<Scroll>,
    configuration: u64,
    above: &[Chosen],
    room: usize,
) -> Result<Gathered, Error> {
    let begun = match scroll {
        Some(Scroll::Ranked(cursor)) => Some(cursor),
        _ => None,
    };
    // The first window depends on the reader's zone and on the newest log time, which only the read tells: it is read as wide
    // as it can be, and `order` narrows it.
    let span = begun
        .as_ref()
        .map_or_else(|| first_window_in_any_zone(actor.now().millis()), RankedCursor::span);
    let mut plan = Plan::new();
    let slots = ReaderSlots::unasked(&mut plan, actor.person()?);
    let sources::Window {
        roots,
        mentions,
        tagged,
    } = sources::window(&mut plan, &slots, actor.network, span);
    let items = plan.get_columns::<Item>(roots);
    let world = WorldSlots::judging(&mut plan, &[items]);
    let facts = FactSlots::add(&mut plan, items, &slots, actor.network, mentions, None).tagged(tagged);
    let (snapshot, reader) = slots.ask_candidates(&plan, actor).await?;
    let world = World::build(&snapshot, &world)?;
    let zone = zone(actor, &reader);
    let cursor = begun.unwrap_or_else(|| RankedCursor::start(reader.now.millis(), configuration, &zone));
    let as_of = cursor.as_of();
    let day = local_day(as_of, &zone);
    let known = Known::build(&snapshot, facts, &reader, as_of, zone)?;
    let mut entries = Vec::new();
    let listed = |id: &ItemId| brought(&reader, &world, *id);
    let away = off_topic(actor, &reader, world.items.keys().copied().filter(listed)).await?;
    let mut looked_at: HashSet<SpaceId> = HashSet::new();
    let recent = Time::from_millis(as_of).plus_days(-OVERLOOKED_DAYS);
    for item in world.items.values().filter(|item| brought(&reader, &world, item.id)) {
        let last_seen = known.last_seen(item.id);
        if last_seen.is_some_and(|t| t > recent) {
            looked_at.extend(item.space);
        }
        let home = !sources::ways(&reader, &known, item).is_empty();
        if away.contains(&item.id)
            || !cursor.takes(&item.id.bytes(), item.t.millis())
            || !(home || sources::outside(&reader, item).is_some())
        {
            continue;
        }
        let features = known.features(item);
        let waits = last_seen.is_none() && features.hours >= OVERLOOKED_HOURS && item.space.is_some();
        entries.push(Entry {
            candidate: candidate(actor, item, &features),
            card: card(item),
            pool: match (home, waits) {
                (true, true) => Pool::Overlooked,
                (true, false) => Pool::Home,
                (false, _) => Pool::Outside(draw(reader.id, day, item.id)),
            },
        });
    }
    for entry in &mut entries {
        if entry.pool == Pool::Overlooked && entry.card.space.is_some_and(|space| looked_at.contains(&space)) {
            entry.pool = Pool::Home;
        }
    }
    entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.candidate.rank()));
    entries.truncate(CANDIDATES);
    let slots = Slots {
        before: cursor.placed(),
        room: room.min(cursor.room()),
        newcomer: known.is_newcomer(),
    };
    let cards: Vec<Card> = above.iter().map(|chosen| chosen.card).collect();
    let placed = arrange::arrange(&entries, &cards, slots);
    // What is outside never keeps a window open.
    let at_home = |entry: &Entry| !matches!(entry.pool, Pool::Outside(_));
    let shown = placed.iter().filter(|entry| at_home(entry)).count();
    let more = entries.iter().filter(|entry| at_home(entry)).count() > shown;
    let roots: Vec<[u8; 16]> = placed.iter().map(|entry| entry.candidate.id).collect();
    let next = match cursor.after(&roots, more) {
        Next::Ranked(cursor) => Scroll::Ranked(cursor),
        // `until` is inclusive: a scroll after an item that cannot be, at the next millisecond.
        Next::Chronological { until } => Scroll::Older(page::After {
            t: Time::from_millis(until.saturating_add(1)),
            item: ItemId::from_bytes([0; 16]),
        }),
    };
    Ok(Gathered {
        chosen: placed.into_iter().map(chosen).collect(),
        next,
        as_of,
    })
}

fn chosen(entry: &Entry) -> Chosen {
    Chosen {
        id: ItemId::from_bytes(entry.candidate.id),
        card: entry.card,
        outside: matches!(entry.pool, Pool::Outside(_)),
    }
}

fn candidate(actor: &Actor, item: &Item, features: &Features) -> Candidate {
    Candidate {
        id: item.id.bytes(),
        t: item.t.millis(),
        score: Score::of(features, &actor.core.config.weights).total,
    }
}

/// The reader's calendar day, as a number.
fn local_day(t: i64, zone: &TimeZone) -> i64 {
    let offset = Timestamp::from_millisecond(t).map_or(0, |at| i64::from(zone.to_offset(at).seconds()));
    t.saturating_add(offset * 1000).div_euclid(86_400_000)
}

/// A number that follows from reader, day and root: whose turn it is, without chance.
fn draw(reader: PersonId, day: i64, root: ItemId) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = crate::ids::hash16(&[&reader.bytes(), &day.to_be_bytes(), &root.bytes()]);
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// What fills up a home that has little of its own: the best of what internal persons may read in open spaces.
async fn open_spaces(actor: &Actor, above: &[Chosen], room: usize) -> Result<Vec<Chosen>, Error> {
    let now = actor.now();
    let mut plan = Plan::new();
    let slots = ReaderSlots::unasked(&mut plan, actor.person()?);
    let span = Span {
        after: now.plus_days(-FEW_DAYS).millis(),
        until: Time::MAX.millis(),
    };
    let keys = sources::open_spaces(&mut plan, span);
    let items = plan.get_columns::<Item>(keys);
    let world = WorldSlots::judging(&mut plan, &[items]);
    let facts = FactSlots::add(&mut plan, items, &slots, actor.network, Keys::default(), None);
    let (snapshot, reader) = slots.ask_candidates(&plan, actor).await?;
    let world = World::build(&snapshot, &world)?;
    let known = Known::build(&snapshot, facts, &reader, reader.now.millis(), zone(actor, &reader))?;
    let listed = |id: &ItemId| brought(&reader, &world, *id);
    let mut apart = off_topic(actor, &reader, world.items.keys().copied().filter(listed)).await?;
    apart.extend(above.iter().map(|chosen| chosen.id));
    let wanted = |item: &&Item| {
        brought(&reader, &world, item.id) && sources::outside(&reader, item).is_some() && !apart.contains(&item.id)
    };
    let entry = |item: &Item| Entry {
        candidate: candidate(actor, item, &known.features(item)),
        card: card(item),
        pool: Pool::Home,
    };
    let entries: Vec<Entry> = world.items.values().filter(wanted).map(entry).collect();
    let cards: Vec<Card> = above.iter().map(|chosen| chosen.card).collect();
    let slots = Slots {
        before: above.len(),
        room,
        newcomer: false,
    };
    let placed = arrange::arrange(&entries, &cards, slots);
    let outside = |entry: &Entry| Chosen {
        outside: true,
        ..chosen(entry)
    };
    Ok(placed.into_iter().map(outside).collect())
}

/// The page: everything once more, from one read; points and reasons are computed again by the same functions.
async fn print(
    actor: &Actor,
    chosen: &[Chosen],
    as_of: Option<i64>,
    next: Option<Token>,
    explain: Explain,
    language: Language,
) -> Result<Visible<FeedPage>, Error> {
    let mut plan = Plan::new();
    let slots = ReaderSlots::unasked(&mut plan, actor.person()?);
    let items = plan.get::<Item>(Keys::given(chosen.iter().map(|chosen| vec![chosen.id.to_value()])));
    let show = ShowSlots::add(&mut plan, &[items], &slots);
    let mentions = items.each([col("id"), slots.person.only("id")]);
    let facts =
        FactSlots::add(&mut plan, items, &slots, actor.network, mentions, Some(show.seen())).topics(&mut plan, &slots);
    let authors = items.each([col("author")]);
    let named = authors
        .and(facts.comments.each([col("author")]))
        .and(facts.reactions.each([col("person")]));
    let world = WorldSlots::add(&mut plan, &[items], Keys::default(), named);
    let (snapshot, reader) = slots.ask(&plan, actor).await?;
    let world = World::build(&snapshot, &world)?;
    let stage = Stage::build(&snapshot, &show, &reader)?;
    let as_of = as_of.unwrap_or(reader.now.millis());
    let known = Known::build(&snapshot, facts, &reader, as_of, zone(actor, &reader))?;
    let show = Show {
        network: actor.network,
        sealer: &actor.core.sealer,
        reader: &reader,
        world: &world,
        stage: &stage,
    };
    let mut views = Vec::with_capacity(chosen.len());
    let mut cards: Vec<Card> = Vec::with_capacity(chosen.len());
    for chosen in chosen {
        let item = world
            .items
            .get(&chosen.id)
            .filter(|item| brought(&reader, &world, item.id));
        let Some(item) = item else { continue };
        let mut ways = sources::ways(&reader, &known, item);
        if ways.is_empty() && chosen.outside {
            ways.extend(sources::outside(&reader, item).map(|_| Source::Outside));
        }
        if ways.is_empty() {
            continue;
        }
        if let Some(mut view) = show.item(item)? {
            let features = known.features(item);
            let told = Told {
                score: Score::of(&features, &actor.core.config.weights),
                variety: Variety::of(card(item), &cards),
                features,
                ways,
                colleagues: known.colleagues(item).into_iter().map(|(person, _)| person).collect(),
            };
            told.explain(&mut view, &world, explain, language);
            cards.push(card(item));
            views.push(view);
        }
    }
    let position = position_token(actor, snapshot.position)?;
    let page = FeedPage {
        pinned: Vec::new(),
        partial: views.len() < chosen.len(),
        items: views,
        next,
        position,
    };
    Ok(visible(&snapshot, &reader, page))
}

/// What is told about the place of one thread.
struct Told {
    features: Features,
    score: Score,
    variety: Variety,
    ways: Vec<Source>,
    colleagues: Vec<PersonId>,
}

impl Told {
    fn explain(&self, view: &mut ItemView, world: &World, explain: Explain, language: Language) {
        let reasons = match explain {
            Explain::Main => reasons::main_reasons(&self.features, &self.score, &self.ways),
            Explain::All => reasons::breakdown(&self.features, &self.score, &self.variety),
        };
        let colleague = |n: usize| {
            let person = self.colleagues.get(n).and_then(|person| world.persons.get(person))?;
            Some(person.name.as_str())
        };
        let names = Names {
            author: view.author.as_ref().map(|card| card.name.as_str()),
            space: match &view.place {
                crate::items::PlaceView::Space { name, .. } => name.as_deref(),
                _ => None,
            },
            colleagues: [colleague(0), colleague(1)],
        };
        let told = reasons.iter().map(|reason| ReasonView {
            code: reason.code.as_str(),
            n: reason.n,
            points: reason.points,
            text: reason.render(language, &names),
        });
        view.reasons = told.collect();
        view.points = Some(self.score.total.saturating_sub(self.variety.points()));
    }
}
