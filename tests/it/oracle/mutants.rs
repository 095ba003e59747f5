//! Every predicate of the gate switched off in turn: the oracle must then differ from the library.

use super::history::{self, Size};
use parvis::store::Memory;
use parvis::store::conformance::wait;
use parvis::testing::PREDICATES;

/// Predicates that no history can tell, because no operation of this release makes the case: a space that is gone, a policy
/// with rules, a comment for the staff whose root they cannot read. Tests that write such rows themselves hold these.
const BEYOND_COMMANDS: &[&str] = &["place_living", "root_visible", "policy_empty"];

/// A predicate that histories tell too seldom: what was said before a space was opened, asked for by one who is no member. L059 holds
/// it.
const SELDOM: &str = "older_audience";

/// Histories tried for each predicate, and for each of those that no history can tell.
const TRIES: [u64; 2] = [64, 2];

const SMALL: Size = Size {
    persons: 8,
    spaces: 4,
    commands: 200,
    glances: true,
    every: 10,
};

#[test]
fn u6_the_oracle_differs_where_a_predicate_is_out_of_force() {
    let mut wrong = Vec::new();
    let mut sound = std::collections::BTreeSet::new();
    for (name, asks) in PREDICATES {
        let beyond = BEYOND_COMMANDS.contains(name) || *name == SELDOM;
        let found = (1..=TRIES[usize::from(beyond)]).find_map(|seed| {
            let (_, outcome) = wait(history::run(Memory::new(), seed, SMALL, |it| {
                it.without_predicate(name)
            }));
            outcome.err().map(|difference| (seed, difference))
        });
        match &found {
            Some((seed, difference)) => println!("{name:24} found by {:24} in history {seed:2}", difference.by),
            None => println!("{name:24} not seen ({asks})"),
        }
        // What differs with every predicate in force says nothing of this one.
        for seed in found.iter().map(|(seed, _)| *seed).filter(|&seed| sound.insert(seed)) {
            let (_, outcome) = wait(history::run(Memory::new(), seed, SMALL, |it| it));
            assert!(outcome.is_ok(), "history {seed}: {outcome:?}");
        }
        if found.is_none() != beyond {
            wrong.push((*name, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
