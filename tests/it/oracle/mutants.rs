//! Every predicate of the gate switched off in turn: the oracle must then differ from the library.

use super::history::{self, Size};
use parvis::store::Memory;
use parvis::store::conformance::wait;
use parvis::testing::PREDICATES;

/// Predicates that no history of the oracle can tell: no operation of this release makes the case. Other tests hold them.
const BEYOND_COMMANDS: &[&str] = &["place_living", "policy_empty"];

/// Histories tried for each predicate.
const TRIES: u64 = 12;

const SMALL: Size = Size {
    persons: 8,
    spaces: 4,
    commands: 200,
    every: 10,
};

#[test]
fn the_oracle_differs_where_a_predicate_is_out_of_force() {
    let mut wrong = Vec::new();
    for (name, asks) in PREDICATES {
        let found = (1..=TRIES).find_map(|seed| {
            let (_, outcome) = wait(history::run(Memory::new(), seed, SMALL, |it| {
                it.without_predicate(name)
            }));
            outcome.err().map(|difference| (seed, difference))
        });
        match &found {
            Some((seed, difference)) => println!("{name:24} found by {:24} in history {seed:2}", difference.by),
            None => println!("{name:24} not seen ({asks})"),
        }
        if found.is_none() != BEYOND_COMMANDS.contains(name) {
            wrong.push((*name, found));
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
