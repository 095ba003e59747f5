//! Moderators and owners pin posts in their space, for a time.

use crate::error::{Error, Reason};
use crate::gate::facts::{self, ItemSlots};
use crate::gate::plan::{Plan, Slot, Snapshot};
use crate::gate::reader::Who;
use crate::gate::sealed::Opening;
use crate::ids::{ItemId, Time};
use crate::items::records::{Item, ItemState, PINS, Pin};
use crate::log::{Entry, Verb};
use crate::rights;
use crate::store::execute::{Command, Draft};
use crate::store::{Keys, Part, Value, col};
use serde::Serialize;
use std::collections::HashSet;

/// A pin lasts at most this many days.
const MAX_DAYS: i64 = 30;

/// A moderator or owner pins a post in its space until an instant, or takes it off.
#[derive(Serialize)]
pub(crate) struct SetPin {
    #[serde(skip)]
    pub(crate) by: Who,
    pub(crate) item: Who,
    /// `None` takes it off.
    pub(crate) until: Option<Time>,
}

/// The slots of a pin: the post, the places of its space, and what is pinned there.
pub(crate) struct PinSlots {
    item: ItemSlots,
    places: Slot<Pin>,
    pinned: Slot<Item>,
}

impl Command for SetPin {
    const NAME: &'static str = "items.pin";
    type Slots = PinSlots;
    type Made = ();

    fn load(&self, plan: &mut Plan) -> PinSlots {
        let item = facts::item(plan, &self.by, &self.item);
        let place = |n: i64| item.item.each([col("space"), Part::Const(Value::Int(n))]);
        // By their keys, free ones too: two who pin at once cannot both take the last place.
        let places = (0..PINS).fold(Keys::default(), |keys, n| keys.and(place(n)));
        let places = plan.get::<Pin>(places);
        PinSlots {
            pinned: plan.get_columns::<Item>(places.each([col("item")])),
            item,
            places,
        }
    }

    fn decide(&self, facts: &Snapshot, slots: PinSlots, draft: &mut Draft) -> Result<(), Error> {
        let seen = slots.item.open(facts, draft, rights::Verb::Pin)?;
        let item = seen.item;
        let space = item.space.ok_or(Error::new(Reason::BadValue).at("item"))?;
        let places = facts.take(slots.places)?.open(Opening::Decide);
        let pinned = facts.take(slots.pinned)?.open(Opening::Decide);
        let published: HashSet<ItemId> = pinned
            .into_iter()
            .filter(|item| item.state == ItemState::Published && item.space == Some(space))
            .map(|item| item.id)
            .collect();
        let own = places.iter().find(|pin| pin.item == item.id);
        let mut entry = Entry::new(Verb::Pin).item(item.id, &item.kind).space(Some(space));
        entry.actor = Some(seen.reader.id);
        let Some(until) = self.until else {
            if let Some(pin) = own {
                draft.delete(pin);
                entry.verb = Verb::Unpin;
                draft.log(&entry);
            }
            return Ok(());
        };
        if until <= draft.now || until > draft.now.plus_days(MAX_DAYS) {
            return Err(Error::new(Reason::BadValue).at("until"));
        }
        let stands = |pin: &Pin| pin.until > draft.now && published.contains(&pin.item);
        let taken: HashSet<i64> = places.iter().filter(|pin| stands(pin)).map(|pin| pin.place).collect();
        let free = || (0..PINS).find(|place| !taken.contains(place));
        let place = own.map(|pin| pin.place).or_else(free).ok_or(Reason::ManyPins)?;
        draft.put(&Pin {
            space,
            place,
            item: item.id,
            by: seen.reader.id,
            t: draft.now,
            until,
        });
        draft.log(&entry);
        Ok(())
    }
}
