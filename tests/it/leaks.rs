//! Ways in which systems of this kind have leaked, each with the check that Parvis stands. The ids are those of
//! `docs/security.md`.
//!
//! A scenario runs with the whole gate and must pass, and runs once more without each predicate that it names and must
//! fail: a leak test that cannot go red proves nothing. Scenarios prepare with panics and check with `Err`, so that a
//! preparation that breaks is never taken for a leak that was found.

#![expect(clippy::panic, reason = "a scenario that leaks or cannot be prepared stops its test")]

mod badinput;
mod canary;
mod counts;
mod docs;
mod existence;
mod feeds;
mod guests;
mod history;
mod imports;
mod markup;
mod mentions;
mod model;
mod names;
mod notices;
mod races;
mod removal;
mod requests;
mod rights;
mod states;
mod tenants;
mod tokens;
mod town;
mod ways;

use parvis::store::conformance::wait;
use town::Town;

/// Whether what was promised held; if not, what came out.
pub(crate) type Outcome = Result<(), String>;

/// Leaves a scenario with what came out, where the condition does not hold.
macro_rules! check {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err(format!($($what)+));
        }
    };
}
use check;

/// A scenario under an id, with the predicates of the gate that turn it red.
macro_rules! leak_test {
    ($name:ident, [$($predicate:literal),*], $scenario:expr) => {
        #[test]
        fn $name() {
            crate::leaks::run(&[$($predicate),*], $scenario);
        }
    };
}
use leak_test;

/// Runs a scenario with the whole gate, and without each of the predicates.
fn run(predicates: &[&'static str], scenario: impl AsyncFn(Town) -> Outcome) {
    if let Err(what) = wait(async { scenario(Town::open(None).await).await }) {
        panic!("a leak: {what}");
    }
    for predicate in predicates {
        let outcome = wait(async { scenario(Town::open(Some(predicate)).await).await });
        match outcome {
            Ok(()) => panic!("stays green without `{predicate}`"),
            Err(what) => println!("red without `{predicate}`: {what}"),
        }
    }
}
