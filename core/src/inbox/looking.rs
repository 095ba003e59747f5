//! One look into an inbox: the notices of one person and the broadcasts of his spaces, with everything that decides about them
//! and everything that is shown, from one read.

use super::records::{Closed, Mark, Notice, NoticeCode, ReadAlone, Unread, WHOLE};
use crate::actor::Actor;
use crate::error::Error;
use crate::feed::lists::kind;
use crate::gate::page::listed;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{MAX_MEMBERSHIPS, Reader, ReaderSlots};
use crate::gate::sealed::Opening;
use crate::gate::world::{Mentions, World, WorldSlots};
use crate::ids::{ItemId, NoticeId, PersonId, SpaceId, Time};
use crate::items::records::{Item, Timeline, TimelineKind};
use crate::live::news::{News, NewsAsked, NewsSlots};
use crate::spaces::records::{JoinRequest, Member, Role};
use crate::store::{Column, Dir, Keys, Part, Parts, Record, Value, col};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// Codes that there may be of notices about one thing.
const CODES: u32 = 16;
/// Broadcasts read by themselves that a look knows.
const ALONE: u32 = 500;

/// A place in the order of an inbox: time, then id, both newest first. A notice's id begins with its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Spot {
    pub(crate) t: Time,
    pub(crate) id: NoticeId,
}

impl Spot {
    fn of_broadcast(row: &Timeline) -> Spot {
        Spot {
            t: row.t,
            id: NoticeId::from_bytes(row.item.bytes()),
        }
    }

    /// The key after which notices come, going down.
    fn notice(self) -> Parts {
        vec![NoticeId::at(self.t, self.id).to_value()]
    }

    fn broadcast(self) -> Parts {
        vec![self.t.to_value(), self.id.to_value()]
    }
}

/// Which entries are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// Every notice, every broadcast.
    All,
    /// Notices that are rows of [`Unread`]; broadcasts that are unread.
    Unread,
    /// None but what is carried and counted.
    None,
}

/// What a look asks for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) source: Source,
    /// Behind this place.
    pub(crate) from: Option<Spot>,
    /// So many notices.
    pub(crate) notices: u32,
    /// So many broadcasts.
    pub(crate) broadcasts: u32,
    /// Entries that an earlier look found, to be judged and shown of this one's instant.
    pub(crate) carried: Vec<Spot>,
    /// So many unread notices for the count; 0 for no count.
    pub(crate) counted: u32,
    /// So many contributions of the bundle of each notice; 0 for none.
    pub(crate) bundled: u32,
    /// Whether it is also read whom the reader meets: asked once he is known to be a guest.
    pub(crate) guest: bool,
    /// Whether it is also read what is new in the home, since a position.
    pub(crate) news: Option<NewsAsked>,
    /// Whether it is also read which requests to join stand: asked once the reader is known to answer some.
    pub(crate) requests: bool,
}

impl Asked {
    fn counts(&self) -> bool {
        self.counted > 0
    }
}

/// What is carried: notices of the reader's, or items that are broadcasts.
#[derive(Clone, Copy)]
struct Carried {
    notices: Slot<Notice>,
    items: Slot<Item>,
    heralds: Slot<Timeline>,
}

struct Slots {
    reader: ReaderSlots,
    marks: Slot<Mark>,
    alone: Slot<ReadAlone>,
    notices: Slot<Notice>,
    /// The rows of the source, where they are others than the notices.
    unread_source: Option<Slot<Unread>>,
    carried: Option<Carried>,
    unread: Option<(Slot<Unread>, Slot<Notice>)>,
    bundled: Option<(Slot<Notice>, Slot<Closed>)>,
    broadcasts: Slot<Timeline>,
    newest: Option<Slot<Timeline>>,
    world: WorldSlots,
    meets: Option<Slot<Member>>,
    requests: Option<Slot<JoinRequest>>,
    news: Option<NewsSlots>,
    /// Every slot of notices.
    all: Vec<Slot<Notice>>,
}

impl Slots {
    /// Whether a notice is about a request to join.
    fn tell_requests(&self, snapshot: &Snapshot) -> Result<bool, Error> {
        for slot in &self.all {
            let rows = snapshot.take(*slot)?.open(Opening::Show);
            if rows.iter().any(|row| row.code == NoticeCode::JoinRequest) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The timelines of broadcasts: of the spaces joined, and of the network.
fn timelines(actor: &Actor, reader: &ReaderSlots) -> Keys {
    let network = vec![TimelineKind::Broadcast.to_value(), Some(Value::Id(actor.network.0))];
    let spaces = reader.members.each([kind(TimelineKind::Broadcast), col("space")]);
    spaces.and(Keys::given([network]))
}

fn slots(plan: &mut Plan, actor: &Actor, asked: &Asked) -> Result<Slots, Error> {
    let reader = ReaderSlots::unasked(plan, actor.person()?);
    let me = || reader.person.each([col("id")]);
    let marks = plan.scan::<Mark>(me(), Dir::Up, MAX_MEMBERSHIPS + 2);
    let alone = plan.scan::<ReadAlone>(me(), Dir::Down, ALONE);
    let from = asked.from.map_or_else(Parts::new, Spot::notice);
    let mut unread_source = None;
    let notices = match asked.source {
        Source::All => plan.range::<Notice>("inbox", me(), from, Dir::Down, asked.notices),
        Source::Unread => {
            let rows = plan.range::<Unread>("unread", me(), from, Dir::Down, asked.notices);
            unread_source = Some(rows);
            plan.get::<Notice>(rows.each([col("person"), col("id")]))
        }
        Source::None => plan.get::<Notice>(Keys::default()),
    };
    let carried = (!asked.carried.is_empty()).then(|| {
        // The reader's id is known only inside the call: the keys of what is carried are made of it.
        let key = |spot: &Spot| [col("id"), Part::Const(Value::Id(spot.id.bytes()))];
        let mine = asked.carried.iter().map(|spot| reader.person.each(key(spot)));
        let items = asked.carried.iter().map(|spot| vec![spot.id.to_value()]);
        let notices = plan.get::<Notice>(mine.fold(Keys::default(), Keys::and));
        let items = plan.get::<Item>(Keys::given(items));
        let row = |of: Part| items.each([kind(TimelineKind::Broadcast), of, col("t"), col("id")]);
        let heralds = row(col("space")).and(row(Part::Const(Value::Id(actor.network.0))));
        Carried {
            notices,
            items,
            heralds: plan.get::<Timeline>(heralds),
        }
    });
    let unread = asked.counts().then(|| {
        let rows = plan.scan::<Unread>(me(), Dir::Down, asked.counted);
        (rows, plan.get::<Notice>(rows.each([col("person"), col("id")])))
    });
    let bundle = |parts: &[Part]| {
        let carried = carried.map_or_else(Keys::default, |carried| carried.notices.each(parts.to_vec()));
        notices.each(parts.to_vec()).and(carried)
    };
    let bundled = (asked.bundled > 0).then(|| {
        let keys = bundle(&[col("person"), col("about"), col("code"), col("opened")]);
        let rows = plan.range::<Notice>("inbox_bundle", keys, Parts::new(), Dir::Down, asked.bundled);
        // A code is kept here as its bit, so that a newer release's code is no other one's.
        let closed = plan.scan::<Closed>(bundle(&[col("person"), col("about")]), Dir::Up, CODES);
        (rows, closed)
    });
    let from = asked.from.map_or_else(Parts::new, Spot::broadcast);
    let broadcasts = match asked.source {
        Source::None => plan.merge::<Timeline>(Keys::default(), from, Parts::new(), 1),
        _ => plan.merge::<Timeline>(timelines(actor, &reader), from, Parts::new(), asked.broadcasts),
    };
    // Behind the first page the newest broadcasts are no part of the list, but of the count.
    let apart = asked.counts() && (asked.from.is_some() || asked.source == Source::None);
    let newest = apart.then(|| {
        let keys = timelines(actor, &reader);
        plan.merge::<Timeline>(keys, Parts::new(), Parts::new(), asked.broadcasts)
    });
    let all: Vec<Slot<Notice>> = [
        Some(notices),
        carried.map(|carried| carried.notices),
        unread.map(|(_, rows)| rows),
        bundled.map(|(rows, _)| rows),
    ]
    .into_iter()
    .flatten()
    .collect();
    let each = |column: &'static str| {
        all.iter()
            .fold(Keys::default(), |keys, slot| keys.and(slot.each([col(column)])))
    };
    let shown = [Some(broadcasts), newest].into_iter().flatten();
    let items = shown.fold(each("item"), |keys, slot| keys.and(slot.each([col("item")])));
    let mut items = vec![plan.get::<Item>(items)];
    items.extend(carried.map(|carried| carried.items));
    let news = asked.news.map(|asked| NewsSlots::add(plan, actor, &reader, asked));
    items.extend(news.map(|news| news.items));
    let persons = items
        .iter()
        .fold(each("actor"), |keys, slot| keys.and(slot.each([col("author")])));
    let world = WorldSlots::whole(plan, &items, each("space"), persons);
    let world = match news {
        Some(news) => world.mentioning(plan, Mentions::Read, news.items, &reader),
        None => world,
    };
    let pairs = |one: &'static str, other: &'static str| {
        let pair = |keys: Keys, slot: &Slot<Notice>| keys.and(slot.each([col(one), col(other)]));
        all.iter().fold(Keys::default(), pair)
    };
    let meets = asked.guest.then(|| plan.get::<Member>(pairs("actor", "space")));
    let requests = asked.requests.then(|| plan.get::<JoinRequest>(pairs("space", "actor")));
    Ok(Slots {
        reader,
        marks,
        alone,
        notices,
        unread_source,
        carried,
        unread,
        bundled,
        broadcasts,
        newest,
        world,
        meets,
        requests,
        news,
        all,
    })
}

/// One entry, as it is judged and ordered.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) spot: Spot,
    pub(crate) code: NoticeCode,
    pub(crate) reasons: i64,
    pub(crate) actor: PersonId,
    pub(crate) item: Option<ItemId>,
    pub(crate) space: Option<SpaceId>,
    /// Its bundle: what it is about and when that was opened.
    pub(crate) bundle: ([u8; 16], Time),
    pub(crate) read: bool,
    pub(crate) seen: bool,
}

/// What a look found: rows of one instant, and who asks.
pub(crate) struct Looked {
    pub(crate) snapshot: Snapshot,
    pub(crate) reader: Reader,
    pub(crate) world: World,
    network: [u8; 16],
    marks: HashMap<[u8; 16], Mark>,
    alone: HashSet<ItemId>,
    meets: Option<HashSet<(PersonId, SpaceId)>>,
    /// Requests to join that stand: to which space, whose, since when.
    requests: HashSet<(SpaceId, PersonId, Time)>,
    /// The list, newest first, judged; what lies behind `horizon` is left for the next look.
    pub(crate) entries: Vec<Entry>,
    /// Where the next look begins; `None` where this one reached the end.
    pub(crate) horizon: Option<Spot>,
    /// The unread ones, judged, and whether all of them were looked at.
    pub(crate) unread: Vec<Entry>,
    pub(crate) counted_all: bool,
    /// Contributions by bundle, newest first, judged.
    pub(crate) bundles: HashMap<(NoticeCode, [u8; 16], Time), Vec<Entry>>,
    closed: HashMap<([u8; 16], i64), i64>,
    /// What is new in the home, where it was asked.
    pub(crate) news: Option<News>,
}

/// Whether the reader answers requests to join some space.
fn answers(reader: &Reader) -> bool {
    let staff = |role: &Role| *role >= Role::Moderator;
    reader.roles.values().any(staff) || !reader.switches.on("admit_needs_staff")
}

/// Looks.
pub(crate) async fn look(actor: &Actor, asked: &Asked) -> Result<Looked, Error> {
    let mut plan = Plan::new();
    let slots = slots(&mut plan, actor, asked)?;
    let (snapshot, reader) = slots.reader.ask(&plan, actor).await?;
    // A guest is told of whom he meets, the staff of who waits for them: that is read beside the rest, in a call of its own instant.
    let guest = !reader.is_internal() && !asked.guest;
    let requests = !asked.requests && answers(&reader) && slots.tell_requests(&snapshot)?;
    if guest || requests {
        let asked = Asked {
            guest: guest || asked.guest,
            requests: requests || asked.requests,
            ..asked.clone()
        };
        return Box::pin(look(actor, &asked)).await;
    }
    let world = World::build(&snapshot, &slots.world)?;
    let marks = snapshot.take(slots.marks)?.open(Opening::Show);
    let alone = snapshot.take(slots.alone)?.open(Opening::Show);
    let current = |member: &Member| member.expires.is_none_or(|end| reader.now < end);
    let meets = match slots.meets {
        None => None,
        Some(slot) => {
            let members = snapshot.take(slot)?.open(Opening::Show).into_iter();
            Some(
                members
                    .filter(current)
                    .map(|member| (member.person, member.space))
                    .collect(),
            )
        }
    };
    let requests = match slots.requests {
        None => Vec::new(),
        Some(slot) => snapshot.take(slot)?.open(Opening::Show),
    };
    let news = slots
        .news
        .map(|news| news.count(&snapshot, &reader, &world))
        .transpose()?;
    let mut looked = Looked {
        network: actor.network.0,
        marks: marks.into_iter().map(|row| (row.of, row)).collect(),
        alone: alone.into_iter().map(|row| row.item).collect(),
        meets,
        requests: requests.iter().map(|row| (row.space, row.person, row.t)).collect(),
        entries: Vec::new(),
        horizon: None,
        unread: Vec::new(),
        counted_all: true,
        bundles: HashMap::new(),
        closed: HashMap::new(),
        news,
        snapshot,
        reader,
        world,
    };
    looked.list(&slots, asked)?;
    if asked.counts() {
        looked.count(&slots, asked)?;
    }
    if let Some((rows, closed)) = slots.bundled {
        let closed = looked.take(closed)?.into_iter();
        looked.closed = closed.map(|row| ((row.about, row.code), row.before)).collect();
        for entry in looked.notices(rows)? {
            let key = (entry.code, entry.bundle.0, entry.bundle.1);
            looked.bundles.entry(key).or_default().push(entry);
        }
    }
    Ok(looked)
}

impl Looked {
    fn take<R: Record>(&self, slot: Slot<R>) -> Result<Vec<R>, Error> {
        Ok(self.snapshot.take(slot)?.open(Opening::Show))
    }

    /// The notices of a slot that the reader may know of.
    fn notices(&self, slot: Slot<Notice>) -> Result<Vec<Entry>, Error> {
        let rows = self.take(slot)?.into_iter().map(|row| self.notice(row));
        Ok(rows.filter(|entry| self.knows(entry)).collect())
    }

    /// How far the whole inbox was read and seen.
    fn whole(&self) -> (i64, i64) {
        self.marks
            .get(&WHOLE)
            .map_or((i64::MIN, i64::MIN), |mark| (mark.read, mark.seen))
    }

    fn notice(&self, row: Notice) -> Entry {
        let (read, seen) = self.whole();
        let t = row.id.time();
        Entry {
            spot: Spot { t, id: row.id },
            code: row.code,
            reasons: row.reasons,
            actor: row.actor,
            item: row.item,
            space: row.space,
            bundle: (row.about, row.opened),
            read: row.read.is_some() || row.passed(read),
            seen: row.passed(seen),
        }
    }

    /// A broadcast as an entry, where it is one for this reader.
    fn broadcast(&self, item: &Item) -> Entry {
        let (read, seen) = self.whole();
        let of = item.space.map_or(self.network, |space| space.bytes());
        let mark = self.marks.get(&of).map_or(i64::MIN, |mark| mark.read);
        let t = item.t;
        Entry {
            spot: Spot {
                t,
                id: NoticeId::from_bytes(item.id.bytes()),
            },
            code: NoticeCode::Announcement,
            reasons: NoticeCode::Announcement.bit(),
            actor: item.author,
            item: Some(item.id),
            space: item.space,
            bundle: (item.id.bytes(), t),
            read: t.millis() <= read.max(mark) || self.alone.contains(&item.id),
            seen: t.millis() <= seen,
        }
    }

    /// Whether the reader muted it: the one who did it, or the space or the thread, which a mention passes; or a tag of what is
    /// announced to all.
    fn muted(&self, entry: &Entry) -> bool {
        let mutes = &self.reader.mutes;
        let item = entry.item.and_then(|item| self.world.items.get(&item));
        let place = match item.and_then(|item| self.world.root_of(item)) {
            Some(root) => {
                let announced = entry.code == NoticeCode::Announcement;
                mutes.place(root.space, root.id) || (announced && mutes.topic(root))
            }
            None => mutes.place(entry.space, ItemId::from_bytes([0; 16])),
        };
        let mention = entry.reasons & NoticeCode::Mention.bit() != 0;
        mutes.person(entry.actor) || (place && !mention)
    }

    /// May the reader know of it now? The item is visible and published, nobody in it is blocked, and a guest meets the actor.
    /// What he muted is kept away too, whenever it came.
    fn knows(&self, entry: &Entry) -> bool {
        let switches = &self.reader.switches;
        let folded = self.reader.blocks.contains(&entry.actor) && switches.on("blocked_folded");
        let visible = match entry.item {
            Some(item) => listed(&self.reader, &self.world, item),
            None => self.reader.policy_is_empty && self.world.persons.contains_key(&entry.actor),
        };
        let wrote = |item: ItemId| {
            self.world
                .items
                .get(&item)
                .is_some_and(|item| item.author == entry.actor)
        };
        let met = match &self.meets {
            // Who wrote what the reader sees is no secret to him.
            Some(meets) => {
                entry.item.is_some_and(wrote)
                    || entry
                        .space
                        .is_some_and(|space| self.reader.role(space).is_some() && meets.contains(&(entry.actor, space)))
                    || !switches.on("person_found")
            }
            None => true,
        };
        let known = entry.code != NoticeCode::Unknown;
        let concerned = match entry.code {
            NoticeCode::Announcement => self.hears(entry),
            NoticeCode::JoinRequest => self.answers(entry),
            _ => true,
        };
        known && visible && met && concerned && !folded && !self.muted(entry) && entry.actor != self.reader.id
    }

    /// A request to join is the business of the staff, as long as it stands and the one who asks may come in.
    fn answers(&self, entry: &Entry) -> bool {
        let switches = &self.reader.switches;
        let staff = |space: SpaceId| self.reader.is_staff(space).is_some() || !switches.on("admit_needs_staff");
        let person = self.world.persons.get(&entry.actor);
        entry.space.is_some_and(|space| {
            staff(space)
                && self.requests.contains(&(space, entry.actor, entry.spot.t))
                && person.is_some_and(|person| person.acts(self.reader.now))
        })
    }

    /// Broadcasts are for those who are there, until they expire: the members of the space now, and internal persons for the
    /// network's.
    fn hears(&self, entry: &Entry) -> bool {
        let current = |item: ItemId| {
            let item = self.world.items.get(&item);
            item.is_some_and(|item| item.expires.is_none_or(|end| self.reader.now < end))
        };
        let there = match entry.space {
            Some(space) => self.reader.role(space).is_some(),
            None => self.reader.is_internal(),
        };
        there && entry.item.is_some_and(current)
    }

    fn broadcasts(&self, rows: &[Timeline]) -> Vec<Entry> {
        let items = rows.iter().filter_map(|row| self.world.items.get(&row.item));
        items
            .map(|item| self.broadcast(item))
            .filter(|entry| self.knows(entry))
            .collect()
    }

    fn list(&mut self, slots: &Slots, asked: &Asked) -> Result<(), Error> {
        let notices = self.take(slots.notices)?;
        let broadcasts = self.take(slots.broadcasts)?;
        // What was scanned of notices: the rows of the source, whether a notice stands behind them or not.
        let (scanned, lowest) = match slots.unread_source {
            Some(slot) => {
                let rows = self.take(slot)?;
                (rows.len(), rows.last().map(|row| row.id))
            }
            None => (notices.len(), notices.last().map(|row| row.id)),
        };
        let lowest = lowest.filter(|_| scanned >= asked.notices as usize && asked.source != Source::None);
        let (read, _) = self.whole();
        // Behind the mark everything is read: the unread ones end there.
        let ended = asked.source == Source::Unread && lowest.is_some_and(|id| id.time().millis() <= read);
        let notices_end = lowest.filter(|_| !ended).map(|id| Spot { t: id.time(), id });
        let broadcasts_end = broadcasts
            .last()
            .filter(|_| broadcasts.len() >= asked.broadcasts as usize && asked.source != Source::None)
            .map(Spot::of_broadcast);
        self.horizon = notices_end.max(broadcasts_end);
        let mut entries: Vec<Entry> = notices.into_iter().map(|row| self.notice(row)).collect();
        entries.retain(|entry| self.knows(entry));
        entries.extend(self.broadcasts(&broadcasts));
        entries.retain(|entry| asked.source != Source::Unread || !entry.read);
        entries.retain(|entry| self.horizon.is_none_or(|horizon| entry.spot >= horizon));
        if let Some(carried) = slots.carried {
            let notices = self.notices(carried.notices)?;
            entries.extend(notices);
            let heralds = self.take(carried.heralds)?;
            entries.extend(self.broadcasts(&heralds));
        }
        entries.retain(|entry| asked.source != Source::Unread || !entry.read);
        entries.sort_by_key(|entry| Reverse(entry.spot));
        entries.dedup_by_key(|entry| entry.spot);
        self.entries = entries;
        Ok(())
    }

    fn count(&mut self, slots: &Slots, asked: &Asked) -> Result<(), Error> {
        let Some((rows, notices)) = slots.unread else {
            return Ok(());
        };
        let rows = self.take(rows)?;
        let (read, _) = self.whole();
        let last = rows.last().map(|row| row.id.time().millis());
        let all_notices = rows.len() < asked.counted as usize || last.is_some_and(|t| t <= read);
        let newest = self.take(slots.newest.unwrap_or(slots.broadcasts))?;
        let all_broadcasts =
            newest.len() < asked.broadcasts as usize || newest.last().is_some_and(|row| row.t.millis() <= self.floor());
        self.counted_all = all_notices && all_broadcasts;
        let mut unread = self.notices(notices)?;
        unread.extend(self.broadcasts(&newest));
        unread.retain(|entry| !entry.read);
        unread.sort_by_key(|entry| Reverse(entry.spot));
        self.unread = unread;
        Ok(())
    }

    /// Up to here every broadcast that the reader hears has been read.
    fn floor(&self) -> i64 {
        let (read, _) = self.whole();
        let network = self.reader.is_internal().then_some(self.network);
        let of = self.reader.roles.keys().map(|space| space.bytes()).chain(network);
        let mark = |of: [u8; 16]| self.marks.get(&of).map_or(i64::MIN, |mark| mark.read);
        of.map(mark).min().unwrap_or(i64::MAX).max(read)
    }

    /// Whether the next event of its kind joins the bundle of an entry: nothing closed it since it was opened.
    pub(crate) fn open(&self, entry: &Entry) -> bool {
        let (read, seen) = self.whole();
        let (about, opened) = entry.bundle;
        let closed = self.closed.get(&(about, entry.code.bit())).copied();
        let marks = closed.unwrap_or(i64::MIN).max(read).max(seen);
        entry.code != NoticeCode::Announcement && marks <= opened.millis()
    }
}
