//! Builds what is shown, of what was judged, from the same snapshot.

use super::judge::{self, Verdict};
use super::others::Others;
use super::plan::{Plan, Slot, Snapshot};
use super::reader::{Reader, ReaderSlots};
use super::sealed::Opening;
use super::world::World;
use crate::error::{Error, Reason};
use crate::feed::records::Seen;
use crate::gate::AudienceKey;
use crate::graph::records::Block;
use crate::ids::{ItemId, PersonId};
use crate::items::kinds::{self, Titled};
use crate::items::mentions;
use crate::items::records::{
    CommentCount, Item, ItemState, MAX_MENTIONS, Mention, Reaction, ReactionCount, Text, UNDETERMINED,
};
use crate::items::rows::BasedOn;
use crate::items::tags;
use crate::items::views::{Body, ItemView, PlaceView, ReactionView, Shown, ViewerView};
use crate::markup::{self, Called, Rendered};
use crate::people::PersonCard;
use crate::people::records::Person;
use crate::rights::{self, Verb};
use crate::seal::Sealer;
use crate::store::{Dir, Keys, NetworkId, Part, StorageError, col};
use std::collections::{HashMap, HashSet};

/// The reads of everything that is shown of the items of some slots, beside what decides about them.
#[derive(Clone)]
pub(crate) struct ShowSlots {
    texts: Slot<Text>,
    comments: Slot<CommentCount>,
    reactions: Slot<ReactionCount>,
    mine: Slot<Reaction>,
    seen: Slot<Seen>,
    blockers: Slot<Block>,
    mentions: Slot<Mention>,
    mentioned: ReaderSlots,
}

/// An item's text may stand in this many languages.
pub(crate) const MAX_LANGUAGES: u32 = 4;
/// Different narrower keys that comments of one thread have.
const MAX_NARROW: u32 = 8;
/// Kinds of reaction that are shown.
const MAX_REACTIONS: u32 = 16;

impl ShowSlots {
    pub(crate) fn add(plan: &mut Plan, items: &[Slot<Item>], reader: &ReaderSlots) -> ShowSlots {
        let me = || reader.person.only("id");
        let each = |parts: &[Part]| {
            items
                .iter()
                .fold(Keys::default(), |keys, slot| keys.and(slot.each(parts.iter().cloned())))
        };
        let mentions = plan.scan::<Mention>(each(&[col("mentions")]), Dir::Up, MAX_MENTIONS);
        let persons = plan.get::<Person>(mentions.each([col("person")]));
        let pairs = |column: &'static str| vec![mentions.each([col("person"), col(column)])];
        let mentioned = ReaderSlots::narrow_of(plan, persons, pairs("space"), pairs("of"));
        ShowSlots {
            mentions,
            mentioned,
            texts: plan.scan::<Text>(each(&[col("id"), col("version")]), Dir::Up, MAX_LANGUAGES),
            comments: plan.scan::<CommentCount>(each(&[col("id")]), Dir::Up, MAX_NARROW),
            reactions: plan.scan::<ReactionCount>(each(&[col("id")]), Dir::Up, MAX_REACTIONS),
            mine: plan.get::<Reaction>(each(&[col("id"), me()])),
            seen: plan.get::<Seen>(each(&[me(), col("id")])),
            blockers: reader.blocked_by(plan),
        }
    }
}

impl ShowSlots {
    /// The slot of the reader's sightings.
    pub(crate) fn seen(&self) -> Slot<Seen> {
        self.seen
    }
}

/// The rows behind what is shown, by item.
pub(crate) struct Stage {
    texts: HashMap<ItemId, Text>,
    comments: HashMap<ItemId, Vec<CommentCount>>,
    reactions: HashMap<ItemId, Vec<ReactionCount>>,
    mine: HashMap<ItemId, String>,
    seen: HashSet<ItemId>,
    blockers: HashSet<PersonId>,
    mentions: HashMap<ItemId, Vec<Mention>>,
    mentioned: Others,
}

impl Stage {
    pub(crate) fn build(snapshot: &Snapshot, slots: &ShowSlots, reader: &Reader) -> Result<Stage, StorageError> {
        let mut mentions: HashMap<ItemId, Vec<Mention>> = HashMap::new();
        for row in snapshot.take(slots.mentions)?.open(Opening::Show) {
            mentions.entry(row.item).or_default().push(row);
        }
        let mut comments: HashMap<ItemId, Vec<CommentCount>> = HashMap::new();
        for row in snapshot.take(slots.comments)?.open(Opening::Show) {
            comments.entry(row.root).or_default().push(row);
        }
        let mut reactions: HashMap<ItemId, Vec<ReactionCount>> = HashMap::new();
        for row in snapshot.take(slots.reactions)?.open(Opening::Show) {
            reactions.entry(row.item).or_default().push(row);
        }
        let texts = snapshot.take(slots.texts)?.open(Opening::Show);
        let mine = snapshot.take(slots.mine)?.open(Opening::Show);
        let seen = snapshot.take(slots.seen)?.open(Opening::Show);
        let blockers = snapshot.take(slots.blockers)?.open(Opening::Show);
        Ok(Stage {
            mentions,
            mentioned: Others::build(snapshot, slots.mentioned, reader)?,
            texts: texts.into_iter().map(|row| (row.item, row)).collect(),
            comments,
            reactions,
            mine: mine.into_iter().map(|row| (row.item, row.reaction)).collect(),
            seen: seen.into_iter().map(|row| row.root).collect(),
            blockers: blockers.into_iter().map(|row| row.person).collect(),
        })
    }

    /// The persons who blocked the reader, of those whose items are on the page.
    pub(crate) fn blockers(&self) -> &HashSet<PersonId> {
        &self.blockers
    }
}

/// Everything at hand to show items of one snapshot to one reader.
pub(crate) struct Show<'a> {
    pub(crate) network: NetworkId,
    pub(crate) sealer: &'a Sealer,
    pub(crate) reader: &'a Reader,
    pub(crate) world: &'a World,
    pub(crate) stage: &'a Stage,
}

impl Show<'_> {
    /// The item as the reader sees it; `None` where he may not, whatever the caller believed.
    pub(crate) fn item(&self, item: &Item) -> Result<Option<ItemView>, Error> {
        let verdict = judge::see(self.reader, self.world, item);
        if !verdict.allowed || kinds::kind(&item.kind).is_none() {
            return Ok(None);
        }
        self.build(item, verdict).map(Some)
    }

    fn build(&self, item: &Item, verdict: Verdict) -> Result<ItemView, Error> {
        let blocked = self.reader.blocks.contains(&item.author) && self.reader.switches.on("blocked_folded");
        let shown = match item.state {
            ItemState::Tombstone if self.reader.switches.on("text_of_tombstone") => Shown::Deleted,
            _ if blocked => Shown::Blocked,
            _ => Shown::Whole,
        };
        let whole = shown == Shown::Whole;
        let root = self.world.root_of(item).unwrap_or(item);
        let author = self
            .world
            .persons
            .get(&item.author)
            .filter(|_| whole)
            .map(PersonCard::build);
        let version = BasedOn {
            item: item.id,
            version: item.version,
        };
        let version = self.sealer.seal(&[b"version", &self.network.0], &version);
        Ok(ItemView {
            id: item.id,
            external: item.external.clone(),
            kind: item.kind.clone(),
            shown,
            draft: item.state == ItemState::Draft,
            publish_at: item.publish_at.filter(|_| item.state == ItemState::Draft),
            place: self.place(root),
            author,
            root: item.root,
            parent: item.parent,
            t: item.t,
            edited: item.edited.filter(|_| whole),
            version: version.ok_or(Reason::Corrupt)?,
            expires: item.expires.filter(|_| whole),
            body: if whole { self.body(item) } else { None },
            tags: if whole {
                tags::views(item.tags.as_deref())
            } else {
                Vec::new()
            },
            through: verdict.fact,
            comments: self.comments(item.id),
            reactions: if whole { self.reactions(item.id) } else { Vec::new() },
            viewer: self.viewer(item),
            points: None,
            reasons: Vec::new(),
        })
    }

    fn place(&self, root: &Item) -> PlaceView {
        match (root.space, root.wall) {
            (Some(id), _) => {
                let space = self
                    .world
                    .spaces
                    .get(&id)
                    .filter(|space| judge::find_space(self.reader, space));
                PlaceView::Space {
                    id,
                    name: space.map(|space| space.name.clone()),
                }
            }
            (None, Some(person)) => PlaceView::Wall { person },
            (None, None) => PlaceView::Network,
        }
    }

    fn body(&self, item: &Item) -> Option<Body> {
        Some(self.words(item, self.stage.texts.get(&item.id)?))
    }

    /// The words of one version of an item that was judged.
    pub(crate) fn words(&self, item: &Item, text: &Text) -> Body {
        let titled = kinds::kind(&item.kind).is_some_and(|kind| kind.titled == Titled::Yes);
        let language = Some(text.language.clone()).filter(|mark| mark != UNDETERMINED);
        let mentions = self.stage.mentions.get(&item.id).map_or(&[][..], Vec::as_slice);
        let called = |name: &str| {
            let others = &self.stage.mentioned;
            let (person, name) = mentions::called(name, mentions, others, self.reader, self.world, item)?;
            let name = name.clone();
            Some(Called { person, name })
        };
        let Rendered { html, text: plain } = markup::render(&text.source, called);
        Body {
            html,
            text: plain,
            title: text.title.clone().filter(|_| titled),
            source: text.source.clone(),
            language,
        }
    }

    /// Comments counted per audience key: the sum over the keys that the reader holds.
    pub(crate) fn comments(&self, item: ItemId) -> i64 {
        let rows = self.stage.comments.get(&item).into_iter().flatten();
        let held = |row: &&CommentCount| {
            let id = Some(row.narrow_id).filter(|id| *id != [0; 16]);
            row.narrow_kind == super::AS_ROOT
                || !self.reader.switches.on("narrow_key")
                || AudienceKey::from_columns(row.narrow_kind, id).is_some_and(|key| self.reader.holds(key).is_some())
        };
        rows.filter(held).map(|row| row.comments).sum()
    }

    fn reactions(&self, item: ItemId) -> Vec<ReactionView> {
        let rows = self
            .stage
            .reactions
            .get(&item)
            .into_iter()
            .flatten()
            .filter(|row| row.n > 0);
        let mut reactions: Vec<ReactionView> = rows
            .map(|row| ReactionView {
                reaction: row.reaction.clone(),
                n: row.n,
            })
            .collect();
        reactions.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.reaction.cmp(&b.reaction)));
        reactions
    }

    fn viewer(&self, item: &Item) -> ViewerView {
        let may = |verb: &&Verb| rights::may(self.reader, self.world, item, **verb, self.stage.blockers()).allowed;
        ViewerView {
            can: Verb::ALL.iter().filter(may).copied().collect(),
            reaction: self.stage.mine.get(&item.id).cloned(),
            seen: self.stage.seen.contains(&item.id),
        }
    }
}
