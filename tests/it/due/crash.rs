//! Projections: a crash at every batch, and a start from every position.

use super::watched::{Death, Watched};
use super::{NETWORK, derived, later, past, rows, worker};
use parvis::due::Budget;
use parvis::external;
use parvis::operations::*;
use parvis::store::conformance::wait;
use parvis::store::{LOG, Memory};
use std::sync::Arc;

/// Commands of a history: enough of them for several batches of every projection.
pub(super) const COMMANDS: usize = 700;

/// Notices of a history are read, seen and left alone; the persons who do so are known by their numbers.
pub(super) fn read_some(memory: &Memory, seed: u64) {
    let db = worker(Arc::new(memory.clone()), &later(), seed);
    for person in 0..10 {
        let inbox = db.act_as(NETWORK, external(format!("person {person}"))).inbox();
        let Ok(page) = wait(inbox.entries(Entries::new())) else {
            continue;
        };
        let ids: Vec<_> = page.entries.iter().map(|entry| entry.id).collect();
        let marked = match (person % 4, ids.as_slice()) {
            (0, [_, second, .., last]) => wait(inbox.read(ReadEntries::new(vec![*second, *last]))),
            (1, [_, second, ..]) => wait(inbox.read_up_to(ReadUpTo::new().entry(*second))),
            (2, _) => wait(inbox.seen(SeenInbox::new())),
            _ => continue,
        };
        marked.unwrap();
    }
}

/// A history of which half was followed and looked at before the other half is.
fn half_read(seed: u64) -> Memory {
    half_read_of(seed, 2 * COMMANDS)
}

pub(super) fn half_read_of(seed: u64, commands: usize) -> Memory {
    let past = past(seed, commands);
    let half = rows(&past, NETWORK, LOG).len() as i64 / 2;
    let some = Arc::new(Watched::new(past.clone()).up_to(half));
    wait(worker(some, &later(), 7).run_due(Budget::steps(u32::MAX))).unwrap();
    read_some(&past, 8);
    past
}

/// Works until nothing is left.
pub(super) fn finish(memory: &Memory, seed: u64) {
    let db = worker(Arc::new(memory.clone()), &later(), seed);
    let due = wait(async {
        loop {
            let due = db.run_due(Budget::steps(7)).await.unwrap();
            if !due.more {
                return due;
            }
        }
    });
    assert_eq!((due.failed, due.lag.as_millis()), (0, 0));
    let status = wait(db.status(NETWORK)).unwrap();
    assert!(status.projections.iter().all(|it| it.behind == 0 && it.since.is_none()));
    assert_eq!(status.overdue, 0);
}

#[test]
fn a_crash_at_any_batch_of_any_projection_changes_nothing_derived() {
    let mut crashes = 0;
    for (seed, past) in [(1, past(1, COMMANDS)), (2, half_read(2))] {
        let undisturbed = past.fork();
        finish(&undisturbed, 0);
        let expected = derived(&undisturbed);
        assert_ne!(derived(&past), expected, "nothing is derived");
        for number in 1.. {
            let mut died = false;
            for death in [Death::Before(number), Death::After(number)] {
                let memory = past.fork();
                let watched = Arc::new(Watched::new(memory.clone()).dies(death));
                let db = worker(watched.clone(), &later(), 5);
                let fell = wait(db.run_due(Budget::steps(u32::MAX))).is_err();
                died |= fell;
                finish(&memory, 9);
                assert!(
                    derived(&memory) == expected,
                    "{death:?} of history {seed} derives otherwise"
                );
                crashes += usize::from(fell);
            }
            // The word that a worker leaves may be lost without anybody noticing; all else is an error.
            if !died && number > 2 {
                assert!(number > 3, "history {seed} takes {number} batches only");
                break;
            }
        }
    }
    println!("{crashes} crashes");
}

#[test]
fn what_is_derived_is_the_same_from_whatever_position_a_worker_goes_on() {
    for (seed, past) in [(3, past(3, COMMANDS / 2)), (4, half_read(4))] {
        assert!(seed == 3 || rows(&past, NETWORK, "inbox").len() > 40);
        let undisturbed = past.fork();
        finish(&undisturbed, 0);
        let expected = derived(&undisturbed);
        let end = rows(&past, NETWORK, LOG).len() as i64;
        for position in (0..end).step_by(7) {
            let memory = past.fork();
            let some = Arc::new(Watched::new(memory.clone()).up_to(position));
            wait(worker(some, &later(), 5).run_due(Budget::steps(u32::MAX))).unwrap();
            finish(&memory, 9);
            assert!(
                derived(&memory) == expected,
                "from {position} of {end} of history {seed}"
            );
        }
    }
}
