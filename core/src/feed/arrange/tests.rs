//! The arrangement against its rules written out once more.

use super::*;
use crate::feed::dice::Dice;
use crate::feed::window::{Next, RankedCursor, RootId};
use jiff::tz::TimeZone;
use std::collections::HashSet;

const AS_OF: i64 = 1_700_000_000_000;

fn bytes(n: u64) -> RootId {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&n.to_be_bytes());
    id
}

fn entries(dice: &mut Dice, n: u64, authors: u64, spaces: u64) -> Vec<Entry> {
    let entry = |n| Entry {
        candidate: Candidate {
            id: bytes(n),
            t: AS_OF - dice.within(0, 3_600_000),
            score: dice.within(-400, 400) as i32,
        },
        card: Card {
            author: PersonId::from_bytes(bytes(dice.below(authors))),
            space: match dice.below(spaces + 1) {
                0 => None,
                space => Some(SpaceId::from_bytes(bytes(space))),
            },
        },
        pool: match dice.below(8) {
            0 => Pool::Outside(dice.next()),
            1 => Pool::Overlooked,
            _ => Pool::Home,
        },
    };
    (1..=n).map(entry).collect()
}

/// The rules as a person would check them: looks back over the page.
fn broken_rule(card: Card, above: &[Card]) -> u8 {
    let n = above.len();
    if n >= 2 && above[n - 1].author == card.author && above[n - 2].author == card.author {
        return 3;
    }
    let stretch = &above[n.saturating_sub(9)..];
    if stretch.iter().filter(|other| other.author == card.author).count() + 1 > 3 {
        return 2;
    }
    if card.space.is_some() && stretch.iter().filter(|other| other.space == card.space).count() + 1 > 4 {
        return 1;
    }
    0
}

fn worth(entry: &Entry, above: &[Card]) -> i64 {
    let p = |k: usize| (60.0 * (1.0 + k as f64).log2()).round() as i64;
    let authors = above.iter().filter(|other| other.author == entry.card.author).count();
    let spaces = above.iter().filter(|other| other.space == entry.card.space).count();
    let spaces = if entry.card.space.is_some() { spaces } else { 0 };
    i64::from(entry.candidate.score) - p(authors) - p(spaces)
}

#[test]
fn the_discounts_of_the_reference_text() {
    assert_eq!([0, 1, 2, 3].map(discount), [0, 60, 95, 120]);
}

#[test]
fn every_slot_is_the_best_that_keeps_the_rules_or_the_broken_rule_says_why() {
    let mut dice = Dice::new(81);
    for round in 0..400 {
        let (n, authors, spaces) = (dice.below(60), 1 + dice.below(12), dice.below(6));
        let mut all = entries(&mut dice, n, authors, spaces);
        let slots = Slots {
            before: dice.below(30) as usize,
            room: dice.below(30) as usize,
            newcomer: dice.below(4) == 0,
        };
        let above: Vec<Card> = entries(&mut dice, 3, 3, 3).iter().map(|entry| entry.card).collect();
        let placed: Vec<Entry> = arrange(&all, &above, slots).into_iter().copied().collect();
        dice.shuffle(&mut all);
        let again: Vec<Entry> = arrange(&all, &above, slots).into_iter().copied().collect();
        assert_eq!(placed, again, "the order of the candidates does not matter");

        let (mut cards, mut left) = (above.clone(), all.clone());
        for (i, entry) in placed.iter().enumerate() {
            let at = slots.before + i + 1;
            let explores = if slots.newcomer {
                [3, 6, 9].contains(&(at % 10))
            } else {
                at % 10 == 6
            };
            let keeps = |entry: &&Entry| broken_rule(entry.card, &cards) == 0;
            let drawn = |entry: &&Entry| matches!(entry.pool, Pool::Outside(_)) && keeps(entry);
            let variety = Variety::of(entry.card, &cards);
            let rule = [None, Some(Rule::Space), Some(Rule::Author), Some(Rule::InARow)];
            assert_eq!(variety.relaxed, rule[usize::from(broken_rule(entry.card, &cards))]);
            assert_eq!(
                i64::from(entry.candidate.score - variety.points()),
                worth(entry, &cards)
            );
            if explores && left.iter().any(|entry| drawn(&entry)) {
                assert!(drawn(&entry), "round {round}, slot {at} is for what is outside");
            } else {
                assert!(!matches!(entry.pool, Pool::Outside(_)), "round {round}, slot {at}");
                let fair = at.is_multiple_of(20) && left.iter().any(|entry| entry.pool == Pool::Overlooked);
                let rivals = left.iter().filter(|rival| match rival.pool {
                    Pool::Outside(_) => false,
                    Pool::Overlooked => true,
                    Pool::Home => !fair,
                });
                let rank = |entry: &Entry| {
                    let rule = broken_rule(entry.card, &cards);
                    (std::cmp::Reverse(rule), worth(entry, &cards), entry.candidate.rank())
                };
                assert_eq!(rivals.map(rank).max(), Some(rank(entry)), "round {round}, slot {at}");
            }
            left.retain(|other| other.candidate.id != entry.candidate.id);
            cards.push(entry.card);
        }
        let home = |entry: &&Entry| !matches!(entry.pool, Pool::Outside(_));
        assert!(placed.len() == slots.room || !left.iter().any(|entry| home(&entry)));
    }
}

#[test]
fn pages_of_a_window_never_repeat_and_leave_nothing_of_home_out() {
    let mut dice = Dice::new(82);
    for _ in 0..60 {
        let n = dice.below(120);
        let all = entries(&mut dice, n, 9, 5);
        let mut cursor = RankedCursor::start(AS_OF, 7, &TimeZone::UTC);
        let (mut shown, first) = (HashSet::new(), cursor.clone());
        loop {
            let mut left: Vec<Entry> = all.clone();
            left.retain(|entry| cursor.takes(&entry.candidate.id, entry.candidate.t));
            // Between two pages scores change: answers come, a colleague reacts.
            left.iter_mut()
                .for_each(|entry| entry.candidate.score += dice.within(-50, 50) as i32);
            let slots = Slots {
                before: cursor.placed(),
                room: 1 + dice.below(20) as usize,
                newcomer: false,
            };
            let placed = arrange(&left, &[], slots);
            let roots: Vec<RootId> = placed.iter().map(|entry| entry.candidate.id).collect();
            for root in &roots {
                assert!(shown.insert(*root), "shown twice");
            }
            let home = |entry: &Entry| !matches!(entry.pool, Pool::Outside(_));
            let more = left
                .iter()
                .any(|entry| home(entry) && !roots.contains(&entry.candidate.id));
            match cursor.after(&roots, more) {
                Next::Ranked(next) if next.span() == first.span() => cursor = next,
                _ => break,
            }
        }
        let missing = |entry: &&Entry| !matches!(entry.pool, Pool::Outside(_)) && !shown.contains(&entry.candidate.id);
        assert_eq!(all.iter().find(missing), None);
    }
}

#[test]
fn a_busy_author_does_not_fill_a_page() {
    let card = |author: u64| Card {
        author: PersonId::from_bytes(bytes(author)),
        space: None,
    };
    let entry = |n: u64, author: u64, score: i32| Entry {
        candidate: Candidate {
            id: bytes(n),
            t: AS_OF,
            score,
        },
        card: card(author),
        pool: Pool::Home,
    };
    // Nine of one author far above four of others.
    let mut all: Vec<Entry> = (1..=9).map(|n| entry(n, 1, 900)).collect();
    all.extend((10..=13).map(|n| entry(n, n, -900)));
    let slots = Slots {
        before: 0,
        room: 20,
        newcomer: false,
    };
    let authors: Vec<bool> = arrange(&all, &[], slots)
        .iter()
        .map(|entry| entry.card == card(1))
        .collect();
    let busy = [true, true, false, true, false, false, false];
    assert_eq!(
        authors[..7],
        busy,
        "two in a row, three in ten, then whatever is left of others"
    );
    assert_eq!(authors.len(), 13, "where nothing else is left the rules give way");
}
