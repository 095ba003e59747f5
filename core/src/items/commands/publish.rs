//! A draft is published: from now on it is what it would have been if it had been written now.

use super::change::mentions;
use super::{MadeItem, may_write};
use crate::error::{Error, Reason};
use crate::feed::records::Pace;
use crate::feed::upkeep;
use crate::gate::AudienceKey;
use crate::gate::facts::{self, ItemSlots};
use crate::gate::others::Others;
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::{ReaderSlots, Who};
use crate::gate::sealed::Opening;
use crate::items::Publishing;
use crate::items::kinds;
use crate::items::mentions::reaching;
use crate::items::records::{Item, ItemState, Mention};
use crate::items::rows::{move_mentions, move_root, told};
use crate::people::records::Person;
use crate::rights;
use crate::store::execute::{Command, Draft};
use crate::store::{NetworkId, Part, Value, col};
use serde::Serialize;

/// An author publishes a draft.
#[derive(Serialize)]
pub(crate) struct Publish {
    #[serde(skip)]
    pub(crate) by: Who,
    #[serde(skip)]
    pub(crate) network: NetworkId,
    pub(crate) item: Who,
    pub(crate) publishing: Publishing,
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
            Publishing::Now => before.quiet,
            Publishing::Quietly => Some(true),
            Publishing::Draft => return Err(Error::new(Reason::BadValue).at("publishing")),
        };
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
        draft.put(&after);
        draft.log(&told(&after, &keys, &mentions));
        Ok(MadeItem {
            id: after.id,
            version: after.version,
            unreached: Default::default(),
        })
    }
}
