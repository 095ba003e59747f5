//! A draft is published, by its author or by the clock: from now on it is what it would have been if it had been written now.
//! An announcement ends.

use super::change::mentions;
use super::{MadeItem, instant, may_write};
use crate::due::{DueRow, due, schedule_publication};
use crate::error::{Code, Error, Reason};
use crate::feed::records::Pace;
use crate::feed::upkeep;
use crate::gate::AudienceKey;
use crate::gate::facts::{self, ItemSlots, only};
use crate::gate::others::Others;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::ids::{PersonId, Time};
use crate::items::Publishing;
use crate::items::kinds;
use crate::items::mentions::reaching;
use crate::items::records::{Item, ItemState, Mention};
use crate::items::rows::{broadcast, move_mentions, move_root, tell};
use crate::log::{Entry, Verb};
use crate::people::records::Person;
use crate::rights;
use crate::store::execute::{Command, Draft};
use crate::store::{Keys, NetworkId, Part, Record, Value, col};
use serde::Serialize;

/// An author publishes a draft, or puts it off to an instant.
#[derive(Serialize)]
pub(crate) struct Publish {
    #[serde(skip)]
    pub(crate) by: Who,
    #[serde(skip)]
    pub(crate) network: NetworkId,
    pub(crate) item: Who,
    pub(crate) publishing: Publishing,
    pub(crate) publish_at: Option<Time>,
}

/// The slots of a publication: the item, whom it mentions and what they may read, how often its author writes there.
pub(crate) struct PublishSlots {
    item: ItemSlots,
    mentions: Slot<Mention>,
    others: ReaderSlots,
    pace: Slot<Pace>,
}

impl Command for Publish {
    const NAME: &'static str = "items.publish";
    type Slots = PublishSlots;
    type Made = MadeItem;

    fn load(&self, plan: &mut Plan) -> PublishSlots {
        let item = facts::item(plan, &self.by, &self.item);
        let mentions = mentions(plan, &item);
        let persons = plan.get::<Person>(mentions.each([col("person")]));
        let (members, ties) = item.ties(persons);
        let me = || item.person().only("id");
        let places = item.item.each([col("space"), me()]);
        let walls = item.item.each([col("wall"), me()]);
        let network = item.item.each([Part::Const(Value::Id(self.network.0)), me()]);
        PublishSlots {
            others: ReaderSlots::narrow_of(plan, persons, members, ties),
            pace: plan.get::<Pace>(places.and(walls).and(network)),
            item,
            mentions,
        }
    }

    fn decide(&self, facts: &Snapshot, slots: PublishSlots, draft: &mut Draft) -> Result<MadeItem, Error> {
        let seen = slots.item.open(facts, draft, rights::Verb::Publish)?;
        let before = seen.item;
        let kind = kinds::kind(&before.kind).ok_or(Reason::Named)?;
        // What the place allows may have changed since the draft was begun.
        let space = before.space.and_then(|space| seen.world.spaces.get(&space));
        may_write(kind, &seen.reader, space)?;
        let quiet = match self.publishing {
            Publishing::Now | Publishing::Draft => before.quiet,
            Publishing::Quietly => Some(true),
        };
        let publish_at = instant(self.publish_at, self.publishing, draft.now)?;
        if self.publishing == Publishing::Draft || publish_at.is_some() {
            let after = Item {
                quiet,
                publish_at,
                ..before.clone()
            };
            schedule_publication(draft, before.publish_at, &after);
            let mut entry = Entry::new(Verb::Draft).item(after.id, &after.kind);
            entry.actor = Some(after.author);
            draft.log(&entry);
            return Ok(put(draft, &after));
        }
        if before.expires.is_some_and(|end| end <= draft.now) {
            return Err(Error::new(Reason::BadValue).at("expires"));
        }
        let named = facts.take(slots.mentions)?.open(Opening::Decide);
        let others = Others::build(facts, slots.others, &seen.reader)?;
        let mut mentions = reaching(named.clone(), &others, &seen.reader, &seen.world, &before);
        let after = Item {
            state: ItemState::Published,
            t: draft.now,
            mentions: (!mentions.is_empty()).then_some(before.id),
            quiet,
            publish_at: None,
            ..before.clone()
        };
        move_mentions(draft, &named, &mut mentions);
        move_root(draft, self.network, (&before, &named), (&after, &mentions));
        let keys: Vec<AudienceKey> = seen.world.keys_of(&before).collect();
        let whole = match after.space {
            Some(id) => AudienceKey::Space { id },
            None => AudienceKey::Network,
        };
        if keys == [whole] {
            let place = upkeep::place_of(self.network, &after);
            let paces = facts.take(slots.pace)?.open(Opening::Decide);
            let pace = paces.into_iter().find(|pace| pace.place == place);
            let pace = upkeep::posted(draft, place, &after, pace);
            draft.put(&pace);
        }
        tell(draft, &after, &keys, &mentions);
        Ok(put(draft, &after))
    }
}

fn put(draft: &mut Draft, item: &Item) -> MadeItem {
    draft.put(item);
    MadeItem {
        id: item.id,
        version: item.version,
        unreached: Default::default(),
    }
}

/// The instant of a draft came. It is published in the name of its author, if he could publish it himself: who left, was deactivated
/// or may no longer announce publishes nothing. It stays a draft then, with the instant that is past.
#[derive(Serialize)]
pub(crate) struct PublishDue {
    due: DueRow,
    publish: Publish,
}

impl PublishDue {
    pub(crate) fn new(network: NetworkId, due: DueRow) -> PublishDue {
        let publish = Publish {
            by: Who::Id(due.of.unwrap_or_default()),
            network,
            item: Who::Id(due.id),
            publishing: Publishing::Now,
            publish_at: None,
        };
        PublishDue { due, publish }
    }
}

impl Command for PublishDue {
    const NAME: &'static str = "due.publish";
    type Slots = (Slot<DueRow>, Slot<Item>, PublishSlots);
    type Made = ();

    fn load(&self, plan: &mut Plan) -> Self::Slots {
        let row = plan.get(Keys::given([self.due.key()]));
        let item = plan.get::<Item>(Keys::one([Value::Id(self.due.id)]));
        (row, item, self.publish.load(plan))
    }

    fn decide(&self, facts: &Snapshot, slots: Self::Slots, draft: &mut Draft) -> Result<(), Error> {
        let (row, item, publication) = slots;
        let Some(row) = due(facts, row, draft)? else {
            return Ok(());
        };
        let author = row.of.map(PersonId::from_bytes);
        let waits = |item: &Item| item.publish_at == Some(row.at) && Some(item.author) == author;
        if !only(facts, item)?.is_some_and(|item| waits(&item)) {
            return Ok(());
        }
        match self.publish.decide(facts, publication, draft) {
            Err(error) if error.code() == Code::Internal => Err(error),
            // He may not: nothing of it was written.
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// An announcement leaves the broadcasts of its place; it is read as before.
#[derive(Serialize)]
pub(crate) struct Withdraw {
    #[serde(skip)]
    pub(crate) network: NetworkId,
    pub(crate) due: DueRow,
}

impl Command for Withdraw {
    const NAME: &'static str = "due.withdraw";
    type Slots = (Slot<DueRow>, Slot<Item>);
    type Made = ();

    fn load(&self, plan: &mut Plan) -> Self::Slots {
        let row = plan.get(Keys::given([self.due.key()]));
        (row, plan.get(Keys::one([Value::Id(self.due.id)])))
    }

    fn decide(&self, facts: &Snapshot, slots: Self::Slots, draft: &mut Draft) -> Result<(), Error> {
        let Some(row) = due(facts, slots.0, draft)? else {
            return Ok(());
        };
        let ended = |item: &Item| item.state == ItemState::Published && item.expires == Some(row.at);
        let Some(item) = only(facts, slots.1)?.filter(ended) else {
            return Ok(());
        };
        broadcast(self.network, &item).iter().for_each(|row| draft.delete(row));
        draft.log(&Entry::new(Verb::Expire).item(item.id, &item.kind).space(item.space));
        Ok(())
    }
}
