//! The arrangement of a page: slot by slot the best of what is left, less the more its author and its space already stand on the
//! page.
//!
//! ```text
//! argmax of score - p(posts of the author on the page) - p(posts of the space on the page),  p(k) = 60 * log2(1 + k), rounded
//! ```
//!
//! Hard rules: at most 2 in a row by one author; at most 3 by one author and 4 of one space in any 10. Where nothing is left that
//! keeps them, the space's rule goes first, then the author's, then the row's. Every tenth slot from the sixth on is for
//! something from outside the reader's places, every twentieth for a space of his that he has not looked at lately. Both
//! are pure functions of the page: discounts and relaxed rules of a printed page are computed from that page again.

use super::window::Candidate;
use crate::ids::{PersonId, SpaceId};
use std::cmp::Reverse;

/// In any so many slots the rules count.
const STRETCH: usize = 10;
/// Posts by one author in a stretch.
const BY_AUTHOR: usize = 3;
/// Posts of one space in a stretch.
const OF_SPACE: usize = 4;
/// Posts in a row by one author.
const IN_A_ROW: usize = 2;
/// Points that a first repetition costs; see the formula above.
const VARIETY: f64 = 60.0;
/// One slot in so many is for a space that was not looked at.
const FAIR: usize = 20;

/// Whose a post is and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub(super) author: PersonId,
    pub(super) space: Option<SpaceId>,
}

/// Why a root may take a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pool {
    /// It comes home.
    Home,
    /// It comes home from a space that was not looked at for days, and waits.
    Overlooked,
    /// It is from outside; the number draws among its like, the smallest first.
    Outside(u64),
}

/// A candidate for a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) candidate: Candidate,
    pub(super) card: Card,
    pub(super) pool: Pool,
}

/// A rule that could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// At most 4 of one space in any 10.
    Space,
    /// At most 3 by one author in any 10.
    Author,
    /// At most 2 in a row by one author.
    InARow,
}

/// What a place on the page costs a post, and what it stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Variety {
    /// Points taken away for the author's posts above.
    pub(crate) author: i32,
    /// Points taken away for the space's posts above.
    pub(crate) space: i32,
    /// The strongest rule that this post breaks.
    pub(crate) relaxed: Option<Rule>,
}

impl Variety {
    /// The discounts and the broken rule of a post below these.
    pub(super) fn of(card: Card, above: &[Card]) -> Variety {
        let authors = above.iter().filter(|other| other.author == card.author).count();
        let spaces = above
            .iter()
            .filter(|other| card.space.is_some() && other.space == card.space)
            .count();
        Variety {
            author: discount(authors),
            space: discount(spaces),
            relaxed: broken(card, above),
        }
    }

    /// Points taken away in all.
    pub(crate) fn points(self) -> i32 {
        self.author.saturating_add(self.space)
    }
}

/// `p(k)`.
fn discount(k: usize) -> i32 {
    // At most a page of cards: whole and small.
    (VARIETY * libm::log2(1.0 + k as f64)).round() as i32
}

/// The strongest rule that a post below these breaks.
fn broken(card: Card, above: &[Card]) -> Option<Rule> {
    let in_a_row = above
        .iter()
        .rev()
        .take_while(|other| other.author == card.author)
        .count();
    let stretch = || above.iter().rev().take(STRETCH - 1);
    let authors = stretch().filter(|other| other.author == card.author).count();
    let spaces = stretch()
        .filter(|other| card.space.is_some() && other.space == card.space)
        .count();
    if in_a_row >= IN_A_ROW {
        Some(Rule::InARow)
    } else if authors >= BY_AUTHOR {
        Some(Rule::Author)
    } else if spaces >= OF_SPACE {
        Some(Rule::Space)
    } else {
        None
    }
}

/// Where a page stands in its scroll, and for whom it is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots {
    /// Slots that the scroll filled before this call.
    pub(super) before: usize,
    /// Slots to fill at most.
    pub(super) room: usize,
    /// Whether the reader is new: three slots in ten are for what is outside.
    pub(super) newcomer: bool,
}

impl Slots {
    /// Whether the slot number `at`, counted from 1 over the whole scroll, is for what is outside.
    fn explores(self, at: usize) -> bool {
        if self.newcomer {
            matches!(at % 10, 3 | 6 | 9)
        } else {
            at % 10 == 6
        }
    }
}

/// Fills the slots of a page, whose upper part shows `above` already. Answers the entries in order; the same for every order of
/// the entries. What is outside never fills a slot that is not its own.
pub(super) fn arrange<'a>(entries: &'a [Entry], above: &[Card], slots: Slots) -> Vec<&'a Entry> {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_unstable_by_key(|entry| Reverse(entry.candidate.rank()));
    let mut cards = above.to_vec();
    let mut placed = Vec::with_capacity(slots.room);
    while placed.len() < slots.room {
        let at = slots.before + placed.len() + 1;
        let taken = slots
            .explores(at)
            .then(|| outside(&entries, &cards))
            .flatten()
            .or_else(|| {
                at.is_multiple_of(FAIR)
                    .then(|| best(&entries, &cards, |pool| pool == Pool::Overlooked))
                    .flatten()
            })
            .or_else(|| best(&entries, &cards, |pool| !matches!(pool, Pool::Outside(_))));
        let Some(index) = taken else { break };
        let entry = entries.remove(index);
        cards.push(entry.card);
        placed.push(entry);
    }
    placed
}

/// The draw among what is outside and keeps the rules.
fn outside(entries: &[&Entry], cards: &[Card]) -> Option<usize> {
    let drawn = entries.iter().enumerate().filter_map(|(at, entry)| match entry.pool {
        Pool::Outside(draw) if broken(entry.card, cards).is_none() => Some((draw, entry.candidate.id, at)),
        _ => None,
    });
    drawn.min().map(|(_, _, at)| at)
}

/// The best of a pool that breaks the weakest rule.
fn best(entries: &[&Entry], cards: &[Card], wanted: impl Fn(Pool) -> bool) -> Option<usize> {
    let mut best: Option<(Reverse<Option<Rule>>, i32, usize)> = None;
    for (at, entry) in entries.iter().enumerate().filter(|(_, entry)| wanted(entry.pool)) {
        // Sorted by score: where the discounts are at least 0, nothing below can be better once a better one keeps all rules.
        if best.is_some_and(|(Reverse(rule), points, _)| rule.is_none() && entry.candidate.score < points) {
            break;
        }
        let variety = Variety::of(entry.card, cards);
        let points = entry.candidate.score.saturating_sub(variety.points());
        let rank = (Reverse(variety.relaxed), points);
        if best.is_none_or(|(rule, most, _)| rank > (rule, most)) {
            best = Some((rank.0, points, at));
        }
    }
    best.map(|(_, _, at)| at)
}

#[cfg(test)]
mod tests;
