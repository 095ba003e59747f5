//! The projection behind the ranking: how close persons are to persons and spaces, from what they do.

use super::projections::Derived;
use crate::actor::Core;
use crate::error::Error;
use crate::gate::AS_ROOT;
use crate::gate::plan::{Plan, Slot};
use crate::gate::sealed::Opening;
use crate::graph::affinity::{Affinity as Tie, Deed, Side, Weight};
use crate::graph::records::{Affinity, TieTo};
use crate::ids::{ItemId, PersonId, SpaceId, Time};
use crate::items::records::{Item, Reaction};
use crate::log::{Imported, LogRow, Verb};
use crate::store::{Column, Keys, MAX_OPERATIONS, NetworkId, Record, col};
use std::collections::{BTreeMap, HashMap};

/// The projection's name.
pub(crate) const NAME: &str = "affinity";

/// Edges that one batch may write, beside its own position.
const MAX_EDGES: usize = MAX_OPERATIONS - 10;

/// One deed, to be added to (or taken off) edges.
struct Event {
    who: PersonId,
    deed: Deed,
    to: Option<PersonId>,
    space: Option<SpaceId>,
    t: Time,
    now: Time,
    undo: bool,
    /// Whether the one it was done to may know of it. What a narrower key keeps from him must not move his home.
    shown: bool,
}

/// What of the log is a deed, as ids; the items behind them are read next.
enum Raw {
    Reacted {
        item: ItemId,
        who: PersonId,
        undo: bool,
        at: Option<Time>,
    },
    Wrote {
        item: ItemId,
        at: Option<Time>,
    },
    Followed {
        who: PersonId,
        whom: PersonId,
        undo: bool,
        at: Option<Time>,
    },
}

impl Raw {
    /// The edges that it changes at most.
    fn edges(&self) -> usize {
        match self {
            Raw::Followed { .. } => 2,
            Raw::Reacted { .. } => 3,
            Raw::Wrote { .. } => 5,
        }
    }
}

/// Whether these entries fill a batch.
pub(super) fn fills(entries: &[LogRow]) -> bool {
    let edges = entries.iter().flat_map(raws_of).map(|raw| raw.edges());
    edges.sum::<usize>() > MAX_EDGES / 2
}

/// An edge: whose, to what kind of thing, to which.
type Edge = (PersonId, TieTo, [u8; 16]);

/// Derives the edges that some entries change. An entry is taken whole or left for the next step.
pub(crate) async fn derive(core: &Core, network: NetworkId, entries: Vec<LogRow>) -> Result<Derived, Error> {
    let mut upto = entries.first().map_or(0, |row| row.number.saturating_sub(1));
    let mut raws: Vec<(Raw, Time)> = Vec::new();
    let mut edges = 0;
    for row in &entries {
        let found = raws_of(row);
        edges += found.iter().map(Raw::edges).sum::<usize>();
        if !raws.is_empty() && edges > MAX_EDGES {
            break;
        }
        raws.extend(found.into_iter().map(|raw| (raw, row.t)));
        upto = row.number;
    }
    let events = events(core, network, raws).await?;
    Ok(Derived {
        writes: self::edges(core, network, events).await?,
        upto,
    })
}

fn raws_of(row: &LogRow) -> Vec<Raw> {
    let entry = &row.entry;
    let at = Some(entry.t.unwrap_or(row.t));
    match (entry.verb, entry.actor, entry.item) {
        (Verb::Create, _, Some(item)) => vec![Raw::Wrote { item, at }],
        (Verb::React, Some(who), Some(item)) => vec![Raw::Reacted {
            item,
            who,
            undo: false,
            at,
        }],
        (Verb::Unreact, Some(who), Some(item)) => vec![Raw::Reacted {
            item,
            who,
            undo: true,
            at,
        }],
        (Verb::Follow, Some(who), _) => entry
            .person
            .map(|whom| Raw::Followed {
                who,
                whom,
                undo: false,
                at,
            })
            .into_iter()
            .collect(),
        (Verb::Unfollow, Some(who), _) => entry
            .person
            .map(|whom| Raw::Followed {
                who,
                whom,
                undo: true,
                at,
            })
            .into_iter()
            .collect(),
        (Verb::Import, ..) => entry.imported.iter().map(imported).collect(),
        _ => Vec::new(),
    }
}

fn imported(row: &Imported) -> Raw {
    match row {
        Imported::Post(item) | Imported::Comment(item) => Raw::Wrote { item: *item, at: None },
        Imported::Reaction(item, who) => Raw::Reacted {
            item: *item,
            who: *who,
            undo: false,
            at: None,
        },
        Imported::Follow(who, whom) => Raw::Followed {
            who: *who,
            whom: *whom,
            undo: false,
            at: None,
        },
    }
}

/// Reads the items behind the deeds: one call.
async fn events(core: &Core, network: NetworkId, raws: Vec<(Raw, Time)>) -> Result<Vec<Event>, Error> {
    let items = raws.iter().filter_map(|(raw, _)| match raw {
        Raw::Reacted { item, .. } | Raw::Wrote { item, .. } => Some(*item),
        Raw::Followed { .. } => None,
    });
    let undated = raws.iter().filter_map(|(raw, _)| match raw {
        Raw::Reacted {
            item, who, at: None, ..
        } => Some(vec![item.to_value(), who.to_value()]),
        _ => None,
    });
    let mut plan = Plan::new();
    let own: Slot<Item> = plan.get_columns(Keys::given(items.map(|item| vec![item.to_value()])));
    let above: Slot<Item> = plan.get_columns(own.each([col("root")]).and(own.each([col("parent")])));
    let reactions: Slot<Reaction> = plan.get(Keys::given(undated));
    let snapshot = plan.ask(core.storage.as_ref(), network).await?;
    let rows = snapshot.take(own)?.open(Opening::Project).into_iter();
    let rows = rows.chain(snapshot.take(above)?.open(Opening::Project));
    let items: HashMap<ItemId, Item> = rows.map(|item| (item.id, item)).collect();
    let reactions = snapshot.take(reactions)?.open(Opening::Project);
    let reactions: HashMap<_, Time> = reactions
        .into_iter()
        .map(|row| ((row.item, row.person), row.t))
        .collect();
    Ok(raws
        .into_iter()
        .flat_map(|(raw, now)| deeds(&raw, now, &items, &reactions))
        .collect())
}

fn deeds(
    raw: &Raw,
    now: Time,
    items: &HashMap<ItemId, Item>,
    reactions: &HashMap<(ItemId, PersonId), Time>,
) -> Vec<Event> {
    let event = |who, deed, to, space, t| Event {
        who,
        deed,
        to,
        space,
        t,
        now,
        undo: false,
        shown: true,
    };
    match raw {
        Raw::Followed { who, whom, undo, at } => vec![Event {
            undo: *undo,
            ..event(*who, Deed::Follow, Some(*whom), None, at.unwrap_or(now))
        }],
        Raw::Reacted { item, who, undo, at } => {
            let Some(found) = items.get(item) else {
                return Vec::new();
            };
            let root = items.get(&found.thread()).unwrap_or(found);
            let t = at.or_else(|| reactions.get(&(*item, *who)).copied()).unwrap_or(now);
            vec![Event {
                undo: *undo,
                ..event(*who, Deed::Reaction, Some(found.author), root.space, t)
            }]
        }
        Raw::Wrote { item, at } => {
            let Some(found) = items.get(item) else {
                return Vec::new();
            };
            let t = at.unwrap_or(found.t);
            let Some(root) = found.root.and_then(|root| items.get(&root)) else {
                return vec![event(found.author, Deed::Post, None, found.space, t)];
            };
            let shown = found.audience_kind == AS_ROOT;
            let said = |deed, to, space| Event {
                shown,
                ..event(found.author, deed, Some(to), space, t)
            };
            let mut events = vec![said(Deed::Comment, root.author, root.space)];
            let answered = found
                .parent
                .filter(|parent| *parent != root.id)
                .and_then(|parent| items.get(&parent));
            events.extend(answered.map(|parent| said(Deed::Reply, parent.author, None)));
            events
        }
    }
}

/// Adds the events to the edges as stored: one call, and the rows to write.
async fn edges(core: &Core, network: NetworkId, events: Vec<Event>) -> Result<Vec<crate::store::Write>, Error> {
    let mut changes: BTreeMap<Edge, Vec<(Weight, Time, Time, bool)>> = BTreeMap::new();
    for event in events {
        let mut change = |edge: Edge, side: Side| {
            let weight = Weight::of(event.deed, side, 1);
            changes
                .entry(edge)
                .or_default()
                .push((weight, event.t, event.now, event.undo));
        };
        if let Some(to) = event.to.filter(|to| *to != event.who) {
            change((event.who, TieTo::Person, to.bytes()), Side::Mine);
            if event.shown {
                change((to, TieTo::Person, event.who.bytes()), Side::DoneToMe);
            }
        }
        if let Some(space) = event.space {
            change((event.who, TieTo::Space, space.bytes()), Side::Mine);
        }
    }
    let key = |(person, to, target): &Edge| vec![person.to_value(), to.to_value(), target.to_value()];
    let mut plan = Plan::new();
    let slot: Slot<Affinity> = plan.get(Keys::given(changes.keys().map(key)));
    let snapshot = plan.ask(core.storage.as_ref(), network).await?;
    let known = snapshot.take(slot)?.open(Opening::Project);
    let known: HashMap<Edge, Affinity> = known
        .into_iter()
        .map(|row| ((row.person, row.to, row.target), row))
        .collect();
    let mut writes = Vec::new();
    for ((person, to, target), changes) in changes {
        let before = known.get(&(person, to, target));
        let mut tie = before.and_then(|row| Tie::from_columns([row.day, row.week, row.season, row.t.millis()]));
        for (weight, t, now, undo) in changes {
            let (t, now) = (t.millis(), now.millis());
            tie = match (tie, undo) {
                (Some(tie), false) => Some(tie.add(weight, t, now)),
                (Some(tie), true) => tie.undo(weight, t, now),
                (None, false) => Some(Tie::first(weight, t, now)),
                (None, true) => None,
            };
        }
        match tie.map(|tie| tie.to_columns()) {
            Some([day, week, season, t]) => {
                let t = Time::from_millis(t);
                writes.push(
                    Affinity {
                        person,
                        to,
                        target,
                        day,
                        week,
                        season,
                        t,
                    }
                    .put(),
                );
            }
            None => writes.extend(before.map(Record::delete)),
        }
    }
    Ok(writes)
}
