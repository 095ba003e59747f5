//! What commands keep up for the home feed, in the batch that writes the item: who takes part where, when a thread last moved,
//! how many saw it and took part, how often its author writes there. Numbers and ids; the gate never asks them.
//!
//! A comment for a narrower audience leaves no trace here, so that nobody's feed moves by what he may not read.

use super::records::{Bumped, Mine, Pace, Pulse, Rate};
use crate::ids::{ItemId, PersonId, Time};
use crate::items::kinds;
use crate::items::records::Item;
use crate::store::execute::Draft;
use crate::store::{NetworkId, Record, Value, Write};
use std::collections::BTreeMap;

/// A thread moves up at most once in this time, in milliseconds.
const BUMP_PAUSE: i64 = 5 * 60_000;
/// Days of one period of [`Rate`].
const PERIOD_DAYS: i64 = 30;
/// Posts in a place within 30 days up to which its author is one who seldom writes there.
const SELDOM: usize = 3;
/// Days after the first post in a place during which its author is new there.
const NEW_DAYS: i64 = 60;
/// Half points of a person who comments.
const COMMENTED: i64 = 2;
/// Half points of a person who reacts.
const REACTED: i64 = 1;

/// Takes sums of counters: a draft, or a chunk that adds them up first.
pub(crate) trait Tally {
    /// Adds to a counter. It has no bounds: what is only ranked by it must never refuse a command.
    fn tally(&mut self, table: &'static str, key: Vec<Value>, column: &'static str, n: i64);
}

impl Tally for Draft {
    fn tally(&mut self, table: &'static str, key: Vec<Value>, column: &'static str, n: i64) {
        let key = key.into_iter().map(Some).collect();
        let (at_least, at_most) = (None, None);
        self.write(Write::Add {
            table,
            key,
            column,
            n,
            at_least,
            at_most,
        });
    }
}

/// Sums of counters of one batch, which names a counter once.
#[derive(Default)]
pub(crate) struct Sums(BTreeMap<(&'static str, Vec<Value>, &'static str), i64>);

impl Tally for Sums {
    fn tally(&mut self, table: &'static str, key: Vec<Value>, column: &'static str, n: i64) {
        *self.0.entry((table, key, column)).or_default() += n;
    }
}

impl Sums {
    /// Adds them.
    pub(crate) fn write(self, draft: &mut Draft) {
        for ((table, key, column), n) in self.0 {
            draft.tally(table, key, column, n);
        }
    }
}

/// The bytes that name a root's place in the tables of ranking.
pub(crate) fn place_of(network: NetworkId, item: &Item) -> [u8; 16] {
    let wall = item.wall.map(|wall| wall.bytes());
    item.space.map(|space| space.bytes()).or(wall).unwrap_or(network.0)
}

/// The period of 30 days that an instant belongs to.
pub(crate) fn period_of(t: Time) -> i64 {
    t.millis().div_euclid(PERIOD_DAYS * 86_400_000)
}

fn rate(tally: &mut impl Tally, place: [u8; 16], posted: Time, column: &'static str, n: i64) {
    let key = vec![Value::Id(place), Value::Int(period_of(posted))];
    tally.tally(Rate::TABLE, key, column, n);
}

fn pulse(tally: &mut impl Tally, root: ItemId, column: &'static str, n: i64) {
    tally.tally(Pulse::TABLE, vec![Value::Id(root.bytes())], column, n);
}

/// A root for all who read its place was posted: counts it, and whether its author is new there or seldom writes there. `pace` is
/// his row for the place; the row after it is answered.
pub(crate) fn posted(tally: &mut impl Tally, place: [u8; 16], item: &Item, pace: Option<Pace>) -> Pace {
    counted(tally, place, item);
    let before: Vec<Time> = pace
        .iter()
        .flat_map(|pace| [Some(pace.newest), pace.second, pace.third])
        .flatten()
        .collect();
    let recent = before.iter().filter(|t| item.t < t.plus_days(PERIOD_DAYS)).count();
    let first = pace.map_or(item.t, |pace| pace.first.min(item.t));
    if recent < SELDOM || item.t < first.plus_days(NEW_DAYS) {
        pulse(tally, item.id, "early", 1);
    }
    let mut newest: Vec<Time> = before.into_iter().chain([item.t]).collect();
    newest.sort_unstable_by_key(|t| std::cmp::Reverse(*t));
    let nth = |n: usize| newest.get(n).copied();
    Pace {
        place,
        author: item.author,
        first,
        newest: nth(0).unwrap_or(item.t),
        second: nth(1),
        third: nth(2),
    }
}

/// Counts a root of a place, and no more: for an import of what is long past.
pub(crate) fn counted(tally: &mut impl Tally, place: [u8; 16], item: &Item) {
    rate(tally, place, item.t, "posts", 1);
}

/// A person commented on a root for all of its audience. `again` says that he did so before; `bumped` is the thread's row.
/// Answers the thread's row after it, where it moves.
pub(crate) fn commented(
    tally: &mut impl Tally,
    network: NetworkId,
    root: &Item,
    by: PersonId,
    t: Time,
    again: bool,
    bumped: Option<&Bumped>,
) -> Option<Bumped> {
    if by == root.author {
        return None;
    }
    let place = place_of(network, root);
    if !again {
        pulse(tally, root.id, "engaged", COMMENTED);
        rate(tally, place, root.t, "engaged", COMMENTED);
    }
    let revived_for = kinds::kind(&root.kind)
        .map_or(kinds::POST.ranking, |kind| kind.ranking)
        .revived_for;
    let young = t.millis().saturating_sub(root.t.millis()) < revived_for;
    let rested = bumped.is_none_or(|bumped| t.millis() >= bumped.t.millis().saturating_add(BUMP_PAUSE));
    (young && rested && t >= root.t).then_some(Bumped {
        root: root.id,
        t,
        place,
        author: root.author,
    })
}

/// The row that a person takes part in a thread.
pub(crate) fn mine(by: PersonId, root: &Item) -> Mine {
    Mine {
        person: by,
        root: root.id,
        t: root.t,
    }
}

/// A root that is deleted moves no more.
pub(crate) fn rest(root: ItemId) -> Write {
    let (table, key) = (Bumped::TABLE, vec![Some(Value::Id(root.bytes()))]);
    Write::Delete { table, key }
}

/// Whether a root is young enough for its author's pace to matter.
pub(crate) fn recent(item: &Item, now: Time) -> bool {
    now < item.t.plus_days(PERIOD_DAYS)
}

/// A person reacted to a root for the first time, or took his reaction back.
pub(crate) fn reacted(tally: &mut impl Tally, network: NetworkId, root: &Item, by: PersonId, undo: bool) {
    if by != root.author {
        let n = if undo { -REACTED } else { REACTED };
        pulse(tally, root.id, "engaged", n);
        rate(tally, place_of(network, root), root.t, "engaged", n);
    }
}

/// A person who is not its author saw a root for the first time.
pub(crate) fn reached(tally: &mut impl Tally, place: [u8; 16], root: ItemId, posted: Time) {
    pulse(tally, root, "reached", 1);
    rate(tally, place, posted, "reached", 1);
}
