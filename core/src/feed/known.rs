//! What ranking knows of the candidates and of the reader, from one snapshot: rows in, features out.

use super::features::{self, Comment as Said, Engaged, Facts, Features, Sightings, Thread};
use super::records::{Pulse, Rate, Seen};
use super::upkeep;
use crate::error::Error;
use crate::gate::AudienceKey;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{Reader, ReaderSlots};
use crate::gate::sealed::Opening;
use crate::graph::affinity::{self, half_saturation};
use crate::graph::records::{Affinity, FollowTag, TieTo};
use crate::graph::topics::topics;
use crate::ids::{ItemId, PersonId, SpaceId, TagId, Time};
use crate::items::kinds::{self, Reach};
use crate::items::records::{Comment, Item, ItemState, Mention, Reaction, Timeline};
use crate::items::tags::Tag;
use crate::store::{Dir, Keys, NetworkId, Value, col};
use crate::text;
use jiff::tz::TimeZone;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Comments of a thread that ranking looks at, newest first.
const COMMENTS: u32 = 50;
/// Reactions to a root that ranking looks at.
const REACTIONS: u32 = 50;
/// Ties of a reader that are read, persons and spaces together.
const TIES: u32 = 2_000;
/// Ties of a reader that count.
const CLOSEST: usize = 500;
/// Periods of 30 days over which what is usual in a place is taken: this one and three before.
const PERIODS: u32 = 4;
/// Posts that a place needs for a usual rate of its own.
const OWN_RATE: i64 = 20;

/// Slots of what ranking knows beside the items.
#[derive(Clone, Copy)]
pub(super) struct FactSlots {
    pub(super) comments: Slot<Comment>,
    pub(super) reactions: Slot<Reaction>,
    seen: Slot<Seen>,
    pulses: Slot<Pulse>,
    rates: Slot<Rate>,
    ties: Slot<Affinity>,
    mentions: Slot<Mention>,
    tagged: Option<Slot<Timeline>>,
    topics: Option<Slot<FollowTag>>,
}

impl FactSlots {
    /// Appends the reads: four look-ups or short ranges a candidate, and the reader's ties and places once. `mentions` are the
    /// keys of the rows that may mention him; `seen` is the slot of his sightings, where the call has one already.
    pub(super) fn add(
        plan: &mut Plan,
        items: Slot<Item>,
        reader: &ReaderSlots,
        network: NetworkId,
        mentions: Keys,
        seen: Option<Slot<Seen>>,
    ) -> FactSlots {
        let whole_network = Keys::one([Value::Id(network.0)]);
        let places = reader.members.each([col("space")]).and(whole_network);
        FactSlots {
            comments: plan.scan::<Comment>(items.each([col("id")]), Dir::Down, COMMENTS),
            reactions: plan.scan::<Reaction>(items.each([col("id")]), Dir::Up, REACTIONS),
            seen: seen.unwrap_or_else(|| plan.get::<Seen>(items.each([reader.person.only("id"), col("id")]))),
            pulses: plan.get::<Pulse>(items.each([col("id")])),
            rates: plan.scan::<Rate>(places, Dir::Down, PERIODS),
            ties: plan.scan::<Affinity>(reader.person.each([col("id")]), Dir::Up, TIES),
            mentions: plan.get::<Mention>(mentions),
            tagged: None,
            topics: None,
        }
    }

    /// With the rows that say which of the items bear a tag that the reader follows.
    pub(super) fn tagged(self, rows: Slot<Timeline>) -> FactSlots {
        FactSlots {
            tagged: Some(rows),
            ..self
        }
    }

    /// With the tags that the reader follows: which of them the items bear, their documents say.
    pub(super) fn topics(self, plan: &mut Plan, reader: &ReaderSlots) -> FactSlots {
        FactSlots {
            topics: Some(topics(plan, reader)),
            ..self
        }
    }
}

/// What ranking knows, by item, person and place.
pub(super) struct Known<'a> {
    reader: &'a Reader,
    network: NetworkId,
    as_of: i64,
    zone: TimeZone,
    comments: HashMap<ItemId, Vec<Comment>>,
    reactions: HashMap<ItemId, Vec<Reaction>>,
    seen: HashMap<ItemId, Seen>,
    pulses: HashMap<ItemId, Pulse>,
    mentions: HashMap<ItemId, Time>,
    tagged: HashSet<ItemId>,
    topics: HashSet<TagId>,
    usual: HashMap<[u8; 16], f64>,
    usual_of_all: f64,
    persons: HashMap<PersonId, f64>,
    spaces: HashMap<SpaceId, f64>,
    half_saturation: f64,
    spaces_sum: f64,
}

impl<'a> Known<'a> {
    pub(super) fn build(
        snapshot: &Snapshot,
        slots: FactSlots,
        reader: &'a Reader,
        as_of: i64,
        zone: TimeZone,
    ) -> Result<Known<'a>, Error> {
        let mut comments: HashMap<ItemId, Vec<Comment>> = HashMap::new();
        for row in snapshot.take(slots.comments)?.open(Opening::Show) {
            comments.entry(row.root).or_default().push(row);
        }
        let mut reactions: HashMap<ItemId, Vec<Reaction>> = HashMap::new();
        for row in snapshot.take(slots.reactions)?.open(Opening::Show) {
            reactions.entry(row.item).or_default().push(row);
        }
        let seen = snapshot.take(slots.seen)?.open(Opening::Show);
        let pulses = snapshot.take(slots.pulses)?.open(Opening::Show);
        let mentions = snapshot.take(slots.mentions)?.open(Opening::Show);
        let mine = mentions.into_iter().filter(|row| row.person == reader.id);
        let mentions = mine.map(|row| (row.item, row.t)).collect();
        let rates = snapshot.take(slots.rates)?.open(Opening::Show);
        let tagged = match slots.tagged {
            Some(slot) => snapshot.take(slot)?.open(Opening::Show),
            None => Vec::new(),
        };
        let topics = match slots.topics {
            Some(slot) => snapshot.take_ids(slot, 1)?.open(Opening::Show),
            None => Vec::new(),
        };
        let (usual, usual_of_all) = usual(rates, reader, snapshot.network, as_of);
        let (persons, spaces) = ties(snapshot.take(slots.ties)?.open(Opening::Show), as_of);
        // Summed in one order, so that the same rows always give the same bits.
        let mut values: Vec<f64> = persons.values().copied().collect();
        values.sort_by(f64::total_cmp);
        let mut shares: Vec<f64> = spaces.values().copied().collect();
        shares.sort_by(f64::total_cmp);
        Ok(Known {
            reader,
            network: snapshot.network,
            as_of,
            zone,
            comments,
            reactions,
            seen: seen.into_iter().map(|row| (row.root, row)).collect(),
            pulses: pulses.into_iter().map(|row| (row.root, row)).collect(),
            mentions,
            tagged: tagged.iter().map(|row| row.item).collect(),
            topics: topics.into_iter().collect(),
            usual,
            usual_of_all,
            persons,
            spaces,
            half_saturation: half_saturation(&values),
            spaces_sum: shares.iter().sum(),
        })
    }

    /// Whether nothing at all is known of the reader's interests: he has not done anything yet.
    pub(super) fn is_newcomer(&self) -> bool {
        self.persons.is_empty() && self.spaces.is_empty()
    }

    /// When the reader last saw the card of a thread.
    pub(super) fn last_seen(&self, item: ItemId) -> Option<Time> {
        self.seen.get(&item).map(|row| row.t)
    }

    /// Whether a root bears a tag that the reader follows.
    pub(super) fn is_tagged(&self, item: &Item) -> bool {
        let followed = |name: &String| Tag::new(name).is_some_and(|tag| self.topics.contains(&tag.id));
        self.tagged.contains(&item.id) || (!self.topics.is_empty() && item.tags.iter().flatten().any(followed))
    }

    /// Whether a root by somebody else mentions the reader.
    pub(super) fn mentions(&self, item: &Item) -> bool {
        item.author != self.reader.id && self.mentions.contains_key(&item.id)
    }

    /// Whether a mention of the reader waits for him: he has not seen the card since.
    fn mentioned(&self, item: &Item) -> bool {
        let since = self.mentions.get(&item.id).filter(|_| self.mentions(item));
        since.is_some_and(|since| self.last_seen(item.id).is_none_or(|seen| seen < *since))
    }

    /// Whether an item is an announcement by somebody else that has not ended and whose card the reader has not seen.
    fn announced(&self, item: &Item) -> bool {
        let everybody = kinds::kind(&item.kind).is_some_and(|kind| kind.reach == Reach::Everybody);
        let lasts = item.expires.is_none_or(|end| self.reader.now < end);
        everybody && lasts && item.author != self.reader.id && self.last_seen(item.id).is_none()
    }

    /// Whether somebody else says that he wrote it in a language that is not among those of the reader.
    fn foreign(&self, item: &Item) -> bool {
        let known = &self.reader.languages;
        let reads = |language: &String| known.iter().any(|known| text::same_language(known, language));
        let foreign = item.language.as_ref().is_some_and(|language| !reads(language));
        foreign && !known.is_empty() && item.author != self.reader.id
    }

    /// The comments that the reader may read, written by `as_of`.
    fn readable(&self, item: &Item) -> impl Iterator<Item = &Comment> {
        let held = |row: &Comment, kind| {
            AudienceKey::from_columns(kind, row.narrow_id).is_some_and(|key| self.reader.holds(key).is_some())
        };
        let rows = self.comments.get(&item.id).into_iter().flatten();
        rows.filter(move |row| {
            row.t.millis() <= self.as_of
                && row.state == ItemState::Published
                && row.narrow_kind.is_none_or(|kind| held(row, kind))
        })
    }

    /// Those who reacted to a root by `as_of`.
    fn reactors(&self, item: &Item) -> impl Iterator<Item = PersonId> {
        let rows = self.reactions.get(&item.id).into_iter().flatten();
        rows.filter(|row| row.t.millis() <= self.as_of).map(|row| row.person)
    }

    /// Whether the reader takes part in the thread and somebody else has written in it.
    pub(super) fn is_answered_thread(&self, item: &Item) -> bool {
        let mine = item.author == self.reader.id || self.readable(item).any(|row| row.author == self.reader.id);
        mine && self.readable(item).any(|row| row.author != self.reader.id)
    }

    /// Those who took part whom the reader is in touch with, the closest first. A guest counts whom he can read in the thread.
    pub(super) fn colleagues(&self, item: &Item) -> Vec<(PersonId, f64)> {
        let commenters = self.readable(item).map(|row| row.author);
        let reactors = self.reactors(item).filter(|_| self.reader.is_internal());
        let persons: BTreeSet<PersonId> = commenters.chain(reactors).collect();
        let other = |person: &PersonId| {
            let apart = self.reader.blocks.contains(person) || self.reader.mutes.person(*person);
            *person != item.author && *person != self.reader.id && !apart
        };
        let tie = |person: PersonId| Some((person, *self.persons.get(&person)?));
        let mut colleagues: Vec<_> = persons.into_iter().filter(other).filter_map(tie).collect();
        colleagues.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        colleagues
    }

    /// Who took part, exactly where all rows are at hand, else by the counters.
    fn engaged(&self, item: &Item) -> Engaged {
        let full = |rows: usize, limit: u32| rows >= limit as usize;
        let pulse = self.pulses.get(&item.id);
        let many = self
            .comments
            .get(&item.id)
            .is_some_and(|rows| full(rows.len(), COMMENTS))
            || self
                .reactions
                .get(&item.id)
                .is_some_and(|rows| full(rows.len(), REACTIONS));
        let commenters: BTreeSet<PersonId> = self.readable(item).map(|row| row.author).collect();
        let reactors: BTreeSet<PersonId> = self.reactors(item).collect();
        let others = |persons: &BTreeSet<PersonId>| persons.iter().filter(|person| **person != item.author).count();
        let (said, both) = (others(&commenters), others(&(&commenters | &reactors)));
        let (engaged, persons) = match pulse.filter(|_| many) {
            Some(pulse) => (pulse.engaged as f64 / 2.0, pulse.engaged as f64 / 2.0),
            None => (said as f64 + (both - said) as f64 / 2.0, both as f64),
        };
        let place = upkeep::place_of(self.network, item);
        Engaged {
            engaged,
            reached: pulse.map_or(0.0, |pulse| pulse.reached as f64).max(persons),
            usual: self.usual.get(&place).copied().unwrap_or(self.usual_of_all),
        }
    }

    /// The facts about one thread for the reader; comments that he may not read do not count.
    fn facts(&self, item: &Item) -> Facts {
        let kind = kinds::kind(&item.kind).map_or(kinds::POST.ranking, |kind| kind.ranking);
        let said = |row: &Comment| Said {
            t: row.t.millis(),
            mine: row.author == self.reader.id,
        };
        let comments: Vec<Said> = self.readable(item).map(said).collect();
        let started = item.author == self.reader.id;
        let space = item.space.and_then(|space| self.spaces.get(&space));
        Facts {
            kind,
            thread: Thread::read(item.t.millis(), started, &comments, kind, self.as_of),
            fresh_until: None,
            author: self.persons.get(&item.author).copied().unwrap_or(0.0),
            space: space.copied().unwrap_or(0.0),
            seen: self.seen.get(&item.id).map(|row| Sightings {
                times: u32::try_from(row.times).unwrap_or(0),
                last: row.t.millis(),
            }),
            colleagues: self.colleagues(item).into_iter().map(|(_, tie)| tie).collect(),
            engaged: self.engaged(item),
            early: !started && self.pulses.get(&item.id).is_some_and(|pulse| pulse.early > 0),
            mentioned: self.mentioned(item),
            announced: self.announced(item),
            foreign: self.foreign(item),
        }
    }

    pub(super) fn features(&self, item: &Item) -> Features {
        let scroll = features::Reader {
            as_of: self.as_of,
            zone: &self.zone,
            half_saturation: self.half_saturation,
            spaces: self.spaces_sum,
        };
        Features::of(&self.facts(item), &scroll)
    }
}

/// The reader's affinities to persons and to spaces. The closest count; the others are nearer to strangers than to anybody here.
fn ties(rows: Vec<Affinity>, as_of: i64) -> (HashMap<PersonId, f64>, HashMap<SpaceId, f64>) {
    let columns = |row: &Affinity| [row.day, row.week, row.season, row.t.millis()];
    let mut ties: Vec<(affinity::Affinity, Affinity)> = rows
        .into_iter()
        .filter_map(|row| Some((affinity::Affinity::from_columns(columns(&row))?, row)))
        .collect();
    ties.sort_by_key(|(tie, row)| (std::cmp::Reverse(tie.eviction_key()), row.target));
    let (mut persons, mut spaces) = (HashMap::new(), HashMap::new());
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
    (persons, spaces)
}

/// Who took part of those reached, on average: in each of the reader's places that got enough posts, and in all of them together.
fn usual(rows: Vec<Rate>, reader: &Reader, network: NetworkId, as_of: i64) -> (HashMap<[u8; 16], f64>, f64) {
    let since = upkeep::period_of(Time::from_millis(as_of)).saturating_sub(i64::from(PERIODS) - 1);
    let mine = |row: &&Rate| {
        let member = reader.role(SpaceId::from_bytes(row.place)).is_some();
        row.period >= since && (member || (row.place == network.0 && reader.is_internal()))
    };
    let mut sums: HashMap<[u8; 16], (i64, i64, i64)> = HashMap::new();
    let mut all = (0, 0, 0);
    for row in rows.iter().filter(mine) {
        for sum in [sums.entry(row.place).or_default(), &mut all] {
            *sum = (
                sum.0.saturating_add(row.posts),
                sum.1.saturating_add(row.reached),
                sum.2.saturating_add(row.engaged),
            );
        }
    }
    // Those who took part were reached, even where no client reports what was seen.
    let rate = |(_, reached, halves): (i64, i64, i64)| {
        let engaged = halves as f64 / 2.0;
        let reached = (reached as f64).max(engaged);
        if reached > 0.0 { engaged / reached } else { 0.0 }
    };
    let own = sums.into_iter().filter(|(_, sum)| sum.0 >= OWN_RATE);
    (own.map(|(place, sum)| (place, rate(sum))).collect(), rate(all))
}
