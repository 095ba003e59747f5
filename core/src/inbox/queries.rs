//! Questions to an inbox: its entries one by one, in bundles, and how many are unread. The list and the count come from the same
//! look, so they are always of one mind.

use super::Which;
use super::looking::{Asked, Entry, Looked, Source, Spot, look};
use super::records::NoticeCode;
use super::views::{BundleView, BundlesPage, EntriesPage, EntryView, ItemName, UnreadCount, UnreadView};
use super::words::{Doers, What, sentence};
use crate::actor::Actor;
use crate::error::{Error, Reason};
use crate::gate::answer::{Token, Visible};
use crate::gate::judge::find_space;
use crate::gate::page::{limit, position_token, visible};
use crate::ids::{ItemId, NoticeId, PersonId, SpaceId};
use crate::items::PlaceView;
use crate::items::records::Item;
use crate::live::news::NewsAsked;
use crate::live::watch::Mark;
use crate::locales::Language;
use crate::people::PersonCard;
use crate::store::Position;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};

/// A page looks this often before it goes out short.
const ROUNDS: u32 = 3;
/// Entries that are looked at beyond a page: what the gate drops of it is refilled from here.
const SLACK: u32 = 4;
/// Broadcasts that are looked at beyond a page: the unread ones lie among them.
const BROADCASTS: u32 = 28;
/// Entries of a later look.
const LATER: u32 = 100;
/// Unread notices of a later look.
const MANY: u32 = 2_000;
/// Broadcasts of a later look for the count.
const MANY_BROADCASTS: u32 = 1_000;
/// A count that was not asked for a cap has this one; a badge always.
const CAP: u32 = 99;
/// The largest cap.
const MAX_CAP: u32 = 1_000;
/// Contributions of a bundle that are looked at: with a hundred persons it is `99+`.
const CONTRIBUTIONS: u32 = 100;
/// Bundles of a page: with those of one more look and all their contributions they fit what a read may name.
const MAX_BUNDLES: u32 = 20;
/// Persons of a bundle whose cards are shown.
const SHOWN: usize = 3;
/// Bundles that one scroll shows at most; older events stand among the entries.
const SCROLL: usize = 1_000;

/// A look for one page.
fn asked(source: Source, from: Option<Spot>, limit: u32, counted: u32) -> Asked {
    let notices = limit + 1 + SLACK;
    Asked {
        source,
        from,
        notices,
        broadcasts: notices + BROADCASTS,
        carried: Vec::new(),
        counted,
        bundled: 0,
        guest: false,
        requests: false,
        news: None,
    }
}

/// How much of the inbox is unread, as a look shows it.
fn count(looked: &Looked, cap: u32) -> UnreadCount {
    let direct = |entry: &&Entry| entry.code != NoticeCode::Announcement && !entry.seen;
    let unread = u32::try_from(looked.unread.len()).unwrap_or(u32::MAX);
    let badge = u32::try_from(looked.unread.iter().filter(direct).count()).unwrap_or(u32::MAX);
    UnreadCount {
        unread: unread.min(cap),
        more: unread > cap,
        badge: badge.min(CAP),
    }
}

/// Whether a look tells the count: it saw every unread entry, or more of them than the cap.
fn counted(looked: &Looked, cap: u32) -> bool {
    looked.counted_all || looked.unread.len() > cap.max(CAP) as usize
}

/// One page of entries.
pub(crate) async fn entries(
    actor: &Actor,
    which: Which,
    asked_limit: u32,
    cursor: Option<&Token>,
    language: Language,
) -> Result<Visible<EntriesPage>, Error> {
    let limit = limit(asked_limit);
    let (by, name) = (actor.by.bytes(), [which as u8]);
    let context: [&[u8]; 4] = [b"inbox", &actor.network.0, &by, &name];
    let sealer = &actor.core.sealer;
    let from: Option<Spot> = sealer.cursor(&context, cursor)?;
    let source = match which {
        Which::All => Source::All,
        Which::Unread => Source::Unread,
    };
    let first = from.is_none();
    let mut asked = asked(source, from, limit as u32, if first { CAP + 1 } else { 0 });
    for number in 1..=ROUNDS {
        let looked = look(actor, &asked).await?;
        let full = looked.entries.len() > limit;
        let listed = full || looked.horizon.is_none();
        let told = !first || counted(&looked, CAP);
        if (!listed || !told) && number < ROUNDS {
            asked.later(&looked, limit, listed);
            continue;
        }
        let end = match full {
            true => looked.entries.get(limit.saturating_sub(1)).map(|entry| entry.spot),
            false => looked.horizon,
        };
        let next = end.map(|end| sealer.seal(&context, &end).ok_or(Error::new(Reason::Corrupt)));
        let shown = looked.entries.iter().take(limit);
        let page = EntriesPage {
            entries: shown.map(|entry| looked.entry(entry, language)).collect(),
            unread: first.then(|| count(&looked, CAP)),
            next: next.transpose()?,
            partial: !listed,
            position: position_token(actor, looked.snapshot.position)?,
        };
        return Ok(visible(&looked.snapshot, &looked.reader, page));
    }
    Err(Reason::Corrupt.into())
}

impl Asked {
    /// The next look: what was found is carried, and what lies behind it looked at.
    fn later(&mut self, looked: &Looked, limit: usize, listed: bool) {
        if !listed {
            self.carried = looked.entries.iter().take(limit + 1).map(|entry| entry.spot).collect();
            self.from = looked.horizon.or(self.from);
            (self.notices, self.broadcasts) = (LATER, LATER);
        }
        if self.counted > 0 && !looked.counted_all {
            self.counted = MANY;
            self.broadcasts = MANY_BROADCASTS;
        }
    }
}

/// How much is unread.
pub(crate) async fn unread(actor: &Actor, cap: u32) -> Result<Visible<UnreadView>, Error> {
    let cap = if cap == 0 { CAP } else { cap.min(MAX_CAP) };
    let asked = asked(Source::None, None, CAP, cap.max(CAP) + 1);
    let looked = counting(actor, asked, cap).await?;
    let UnreadCount { unread, more, badge } = count(&looked, cap);
    let view = UnreadView {
        unread,
        more,
        badge,
        position: position_token(actor, looked.snapshot.position)?,
    };
    Ok(visible(&looked.snapshot, &looked.reader, view))
}

/// Where a scroll through the bundles stands: the last entry that was looked at, and hashes of the bundles that were shown.
#[derive(Default, Serialize, Deserialize)]
struct Scroll {
    from: Option<Spot>,
    // In order, so that the same scroll has the same cursor.
    shown: BTreeSet<u64>,
}

/// A bundle: by which code, about what, opened when.
type Bundle = (NoticeCode, [u8; 16], crate::ids::Time);

fn bundle(entry: &Entry) -> Bundle {
    (entry.code, entry.bundle.0, entry.bundle.1)
}

fn hash(bundle: &Bundle) -> u64 {
    let (code, about, opened) = bundle;
    let hash = crate::ids::hash16(&[&code.bit().to_le_bytes(), about, &opened.millis().to_le_bytes()]);
    hash.iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

/// What changed for a reader.
pub(crate) struct Since {
    pub(crate) looked: Looked,
    pub(crate) unread: UnreadCount,
    pub(crate) feed_new: u32,
    pub(crate) replaced: bool,
    pub(crate) mark: Mark,
}

/// How much is unread, and what is new in the home since a position, of one instant.
pub(crate) async fn changed(actor: &Actor, since: Option<Position>) -> Result<Since, Error> {
    let mut asked = asked(Source::None, None, CAP, CAP + 1);
    let news = NewsAsked::since(since);
    asked.news = Some(news);
    let mut looked = counting(actor, asked.clone(), CAP).await?;
    if looked.news.is_some_and(|news| news.short) {
        asked.news = Some(news.more());
        looked = counting(actor, asked, CAP).await?;
    }
    let news = looked.news.ok_or(Error::new(Reason::Corrupt))?;
    Ok(Since {
        unread: count(&looked, CAP),
        feed_new: news.posts,
        replaced: news.replaced,
        mark: news.mark,
        looked,
    })
}

/// A look that tells the count; a second one where the first did not see enough.
async fn counting(actor: &Actor, mut asked: Asked, cap: u32) -> Result<Looked, Error> {
    let looked = look(actor, &asked).await?;
    if counted(&looked, cap) {
        return Ok(looked);
    }
    asked.later(&looked, 0, true);
    look(actor, &asked).await
}

/// One page of bundles.
pub(crate) async fn bundles(
    actor: &Actor,
    asked_limit: u32,
    cursor: Option<&Token>,
    language: Language,
) -> Result<Visible<BundlesPage>, Error> {
    let limit = limit(asked_limit).min(MAX_BUNDLES as usize);
    let by = actor.by.bytes();
    let context: [&[u8]; 3] = [b"bundles", &actor.network.0, &by];
    let sealer = &actor.core.sealer;
    let scroll: Option<Scroll> = sealer.cursor(&context, cursor)?;
    let Scroll { from, mut shown } = scroll.unwrap_or_default();
    let mut asked = asked(Source::All, from, limit as u32, 0);
    asked.notices = asked.notices.min(MAX_BUNDLES);
    asked.bundled = CONTRIBUTIONS;
    for number in 1..=ROUNDS {
        let looked = look(actor, &asked).await?;
        // The newest entry of each bundle that was not shown before.
        let mut met = HashSet::new();
        let fresh = |entry: &&Entry| !shown.contains(&hash(&bundle(entry))) && met.insert(bundle(entry));
        let heads: Vec<&Entry> = looked.entries.iter().filter(fresh).collect();
        let full = heads.len() > limit;
        let listed = full || looked.horizon.is_none();
        if !listed && number < ROUNDS {
            asked.carried = heads.iter().take(limit + 1).map(|entry| entry.spot).collect();
            asked.from = looked.horizon.or(asked.from);
            continue;
        }
        let end = match full {
            true => heads.get(limit.saturating_sub(1)).map(|entry| entry.spot),
            false => looked.horizon,
        };
        let shown_now = heads.iter().take(limit);
        let bundles = shown_now.clone().map(|head| looked.bundle(head, language)).collect();
        shown.extend(shown_now.map(|head| hash(&bundle(head))));
        let more = end.filter(|_| shown.len() < SCROLL);
        let next = more.map(|end| {
            let scroll = Scroll {
                from: Some(end),
                shown: std::mem::take(&mut shown),
            };
            sealer.seal(&context, &scroll).ok_or(Error::new(Reason::Corrupt))
        });
        let page = BundlesPage {
            bundles,
            next: next.transpose()?,
            partial: !listed,
            position: position_token(actor, looked.snapshot.position)?,
        };
        return Ok(visible(&looked.snapshot, &looked.reader, page));
    }
    Err(Reason::Corrupt.into())
}

/// The entries that a person names, and those of the bundles he names: what he may know of.
pub(crate) async fn named(
    actor: &Actor,
    entries: &[NoticeId],
    bundles: &[NoticeId],
) -> Result<(PersonId, Vec<Entry>), Error> {
    let spot = |id: &NoticeId| Spot { t: id.time(), id: *id };
    let mut asked = asked(Source::None, None, 0, 0);
    asked.carried = entries.iter().chain(bundles).map(spot).collect();
    asked.bundled = if bundles.is_empty() { 0 } else { CONTRIBUTIONS };
    let looked = look(actor, &asked).await?;
    let whole: HashSet<NoticeId> = bundles.iter().copied().collect();
    let mut named: HashMap<NoticeId, Entry> = HashMap::new();
    for entry in &looked.entries {
        if whole.contains(&entry.spot.id) {
            let contributions = looked.bundles.get(&bundle(entry)).into_iter().flatten();
            named.extend(contributions.map(|entry| (entry.spot.id, entry.clone())));
        }
        named.insert(entry.spot.id, entry.clone());
    }
    Ok((looked.reader.id, named.into_values().collect()))
}

impl Looked {
    fn card(&self, person: PersonId) -> Option<PersonCard> {
        self.world.persons.get(&person).map(PersonCard::build)
    }

    fn item(&self, id: Option<ItemId>) -> Option<&Item> {
        self.world.items.get(&id?)
    }

    fn root(&self, entry: &Entry) -> Option<&Item> {
        self.item(entry.item).and_then(|item| self.world.root_of(item))
    }

    /// Where it stands, by the item as it is now.
    fn place(&self, entry: &Entry) -> Option<PlaceView> {
        let Some(root) = self.root(entry) else {
            return entry.space.map(|id| self.space(id));
        };
        Some(match (root.space, root.wall) {
            (Some(id), _) => self.space(id),
            (None, Some(person)) => PlaceView::Wall { person },
            (None, None) => PlaceView::Network,
        })
    }

    fn space(&self, id: SpaceId) -> PlaceView {
        let space = self.world.spaces.get(&id);
        PlaceView::Space {
            id,
            name: space
                .filter(|space| find_space(&self.reader, space))
                .map(|space| space.name.clone()),
        }
    }

    /// What the sentence says it was done to.
    fn what<'a>(&self, entry: &Entry, place: &'a Option<PlaceView>) -> What<'a> {
        match (entry.code, place) {
            (NoticeCode::Announcement | NoticeCode::JoinRequest, Some(PlaceView::Space { name, .. })) => {
                What::In(name.as_deref())
            }
            (NoticeCode::Announcement | NoticeCode::JoinRequest, _) => What::In(None),
            _ if self.item(entry.item).is_some_and(|item| item.root.is_some()) => What::Comment,
            _ => What::Post,
        }
    }

    fn entry(&self, entry: &Entry, language: Language) -> EntryView {
        let (actor, place) = (self.card(entry.actor), self.place(entry));
        let name = actor.as_ref().map(|card| card.name.as_str());
        let doers = Doers {
            names: name.as_slice(),
            n: 1,
            more: false,
        };
        EntryView {
            id: entry.spot.id,
            code: entry.code,
            reasons: NoticeCode::of_bits(entry.reasons),
            t: entry.spot.t,
            read: entry.read,
            seen: entry.seen,
            text: sentence(language, entry.code, &doers, self.what(entry, &place)),
            item: self.item(entry.item).map(item_name),
            root: self.root(entry).map(item_name),
            actor,
            place,
        }
    }

    fn bundle(&self, head: &Entry, language: Language) -> BundleView {
        let alone = std::slice::from_ref(head);
        let contributions = self.bundles.get(&bundle(head)).map_or(alone, Vec::as_slice);
        let mut persons: Vec<PersonId> = Vec::new();
        for entry in contributions {
            if !persons.contains(&entry.actor) {
                persons.push(entry.actor);
            }
        }
        let actors: Vec<PersonCard> = persons
            .iter()
            .filter_map(|person| self.card(*person))
            .take(SHOWN)
            .collect();
        let names: Vec<&str> = actors.iter().map(|card| card.name.as_str()).collect();
        let n = u32::try_from(persons.len()).unwrap_or(u32::MAX);
        let (n, more) = (n.min(CAP), n > CAP);
        let place = self.place(head);
        let doers = Doers { names: &names, n, more };
        BundleView {
            id: head.spot.id,
            code: head.code,
            t: head.spot.t,
            open: self.open(head),
            unread: contributions.iter().any(|entry| !entry.read),
            n,
            more,
            text: sentence(language, head.code, &doers, self.what(head, &place)),
            item: self.item(head.item).map(item_name),
            root: self.root(head).map(item_name),
            actors,
            place,
        }
    }
}

fn item_name(item: &Item) -> ItemName {
    ItemName {
        id: item.id,
        external: item.external.clone(),
    }
}
