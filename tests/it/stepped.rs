//! Stepped storage: a reader parks between its calls to the store while others write and rights change, in every gap, in
//! every pair, in both orders. Everything printed is of one instant of the call.

mod deeds;
mod door;
mod judge;
mod live;
mod paths;
mod worlds;

use crate::town::{Town, act, clock, settings, town};
use deeds::{Deed, pairs, pairs_aside};
use door::{Door, Driven, Parking, step};
use judge::{Instant, among, differs, exactly, shown, within};
use parvis::store::Storage;
use parvis::store::conformance::wait;
use parvis::testing::ManualClock;
use parvis::{Actor, Parvis};
use paths::{Path, paths};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use worlds::{Mutant, Switch, Worlds};

/// What a run counted.
#[derive(Debug, Default)]
struct Count {
    schedules: usize,
    paths: usize,
    pairs: usize,
    stops: usize,
    /// The number of the schedule that was the first to show a violation.
    first: Option<usize>,
    violations: Vec<String>,
    /// Reads that were answered from before.
    old: usize,
}

/// The reading of a path at one instant that lasts.
fn quiet(actor: &Actor, path: &Path) -> Instant {
    let mut wide: Value = serde_json::from_slice(&path.request).unwrap();
    let answer = wait(actor.call(path.operation, &path.request));
    let mut whole = shown(answer.clone());
    // A list is whole with all its pages.
    if wide.get("limit").is_some() && whole.as_ref().is_ok_and(|page| page.get("items").is_some()) {
        let mut all: Vec<Value> = Vec::new();
        wide["limit"] = json!(100);
        loop {
            let request = serde_json::to_vec(&wide).unwrap();
            let page: Value = serde_json::from_slice(&wait(actor.call(path.operation, &request)).unwrap()).unwrap();
            all.extend(page["items"].as_array().cloned().unwrap_or_default());
            if page["next"].is_null() {
                break;
            }
            wide["cursor"] = page["next"].clone();
        }
        whole = Ok(json!({ "items": all }));
    }
    Instant {
        answer: shown(answer),
        whole,
    }
}

/// The same in one of three worlds.
fn quiet_in(worlds: &Worlds, at: usize, path: &Path) -> Instant {
    quiet(&resting(worlds, at), path)
}

/// Ben in a world at rest.
fn resting(worlds: &Worlds, at: usize) -> Actor {
    let (memory, now) = &worlds.0[at];
    let db = wait(Parvis::open(memory.clone(), settings(&ManualClock::new(*now)))).unwrap();
    act(&db, "ben")
}

/// A reader over worlds that a test switches, and over the same worlds at rest.
struct Stage {
    switch: Arc<Switch>,
    door: Arc<Door>,
    clock: ManualClock,
    stepped: Actor,
    storage: Arc<dyn Storage>,
    resting: [Actor; 3],
}

impl Stage {
    fn new(worlds: Worlds, mutant: Mutant) -> Stage {
        let resting = [0, 1, 2].map(|at| resting(&worlds, at));
        let (clock, door) = (clock(), Arc::new(Door::default()));
        let switch = Arc::new(Switch {
            worlds,
            at: AtomicUsize::new(0),
            mutant,
            old: AtomicUsize::new(0),
        });
        let inner: Arc<dyn Storage> = switch.clone();
        let storage: Arc<dyn Storage> = Arc::new(Parking {
            inner,
            door: door.clone(),
        });
        let db = wait(Parvis::open_shared(storage.clone(), settings(&clock))).unwrap();
        Stage {
            switch,
            door,
            clock,
            stepped: act(&db, "ben"),
            storage,
            resting,
        }
    }

    /// Lets the deeds up to an instant happen.
    fn go(&self, at: usize) {
        self.switch.at.store(at, Ordering::SeqCst);
        self.clock.set(self.switch.worlds.0[at].1);
    }

    /// Reads with the first deed in one gap and the second in the same or a later one; `None` is before the call.
    fn read(&self, path: &Path, gaps: [Option<usize>; 2]) -> Driven<Result<Vec<u8>, parvis::Error>> {
        self.go(0);
        let stepped = match self.switch.mutant {
            // One that has seen nothing of the network yet may be shown it as old as it is.
            Mutant::Old => {
                let db = wait(Parvis::open_shared(self.storage.clone(), settings(&self.clock))).unwrap();
                act(&db, "ben")
            }
            _ => self.stepped.clone(),
        };
        let call = stepped.call(path.operation, &path.request);
        step(call, &self.door, |stop| {
            let done = gaps.iter().filter(|gap| **gap <= stop).count();
            self.go(done);
            done == 2
        })
    }

    /// Every schedule of one path: pairs of gaps in their order, until the call is over before them.
    fn sweep(&self, path: &Path, instants: &[Instant; 3], splits: Splits, label: &str, count: &mut Count) {
        let calls = |stop: Option<usize>| stop.map_or(0, |stop| stop + 1);
        for first in (0..).map(|n: usize| n.checked_sub(1)) {
            let mut reached = false;
            for second in (calls(first)..).map(|n| n.checked_sub(1)) {
                if splits == Splits::None && first.is_some() && second > first {
                    break;
                }
                let Driven::Done(answer) = self.read(path, [first, second]) else {
                    break;
                };
                reached = true;
                count.schedules += 1;
                count.stops = count.stops.max(calls(second));
                let answer = shown(answer);
                // What was over before the call is no instant of it.
                let begun = usize::from(first.is_none()) + usize::from(second.is_none());
                let allowed = &instants[begun..];
                let single = self.door.arrived() <= 2;
                // The points of a scroll are as of its beginning, which no reading at rest has once the clock moved.
                let moved = label.contains("Expire");
                let fine = if self.switch.mutant == Mutant::Old {
                    among(path, &answer, allowed, moved)
                } else if single || begun == 2 {
                    exactly(&answer, allowed)
                } else {
                    within(path, &answer, allowed, moved)
                };
                if !fine {
                    count.first.get_or_insert(count.schedules);
                    let request = String::from_utf8_lossy(&path.request);
                    let gaps = format!("in gaps {first:?} and {second:?}");
                    let how = differs(&answer, allowed);
                    let call = path.operation;
                    count
                        .violations
                        .push(format!("{call} {request}\n  {label}\n  {gaps}\n{how}"));
                }
            }
            if !reached {
                break;
            }
        }
    }
}

/// Whether the two deeds of a pair also fall into different gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Splits {
    /// Every gap for the first with every later one for the second.
    All,
    /// Both in the same gap, or the first before the call.
    None,
}

/// What resting worlds show, by what happened before and what is asked: many pairs share their first instants.
type Seen = HashMap<(String, usize), Instant>;

/// Every schedule of some paths; a broken store need not be swept once it is caught.
fn sweep(town: &Town, pairs: &[[Deed; 2]], paths: &[Path], splits: Splits, mutant: Mutant) -> Count {
    let mut count = Count {
        paths: paths.len(),
        pairs: pairs.len(),
        ..Count::default()
    };
    let mut seen = Seen::new();
    for [first, second] in pairs {
        let pair = [first.clone(), second.clone()];
        let stage = Stage::new(Worlds::of(town, &pair), mutant);
        let past = [
            String::new(),
            format!("{first:?}"),
            format!("{first:?} then {second:?}"),
        ];
        for (number, path) in paths.iter().enumerate() {
            let instants = [0, 1, 2].map(|at| {
                let known = seen.entry((past[at].clone(), number));
                known.or_insert_with(|| quiet(&stage.resting[at], path)).clone()
            });
            stage.sweep(path, &instants, splits, &past[2], &mut count);
        }
        count.old += stage.switch.old.load(Ordering::SeqCst);
        if !matches!(mutant, Mutant::None | Mutant::Old) && count.violations.len() > 50 {
            break;
        }
    }
    count
}

/// The pairs on the items that the rights are about, and those beside them.
fn all_pairs(town: &Town) -> Vec<[Deed; 2]> {
    pairs(town).into_iter().chain(pairs_aside(town)).collect()
}

fn tells(what: &str, count: &Count) {
    println!(
        "{what}: {} schedules of {} requests and {} pairs, at most {} gaps, {} violations, the first {:?}",
        count.schedules,
        count.paths,
        count.pairs,
        count.stops + 1,
        count.violations.len(),
        count.first
    );
}

/// The violations by operation and deeds, most first.
fn kinds(count: &Count) -> String {
    let mut kinds: HashMap<&str, usize> = HashMap::new();
    for violation in &count.violations {
        let kind = violation.split("\n  in gaps").next().unwrap_or_default();
        *kinds.entry(kind).or_default() += 1;
    }
    let mut kinds: Vec<(&str, usize)> = kinds.into_iter().collect();
    kinds.sort_by_key(|(kind, n)| (std::cmp::Reverse(*n), *kind));
    let lines = kinds.into_iter().map(|(kind, n)| format!("{n} x {kind}\n"));
    lines.take(40).collect()
}

fn holds(what: &str, count: &Count) {
    tells(what, count);
    let first = count.violations.iter().take(3).cloned().collect::<Vec<_>>();
    assert!(count.violations.is_empty(), "{}\n{}", kinds(count), first.join("\n\n"));
}

#[test]
fn f12_every_read_path_shows_one_instant_whatever_happens_in_its_gaps() {
    let town = wait(town(0));
    let paths = paths(&town);
    holds(
        "all read paths",
        &sweep(&town, &all_pairs(&town), &paths, Splits::All, Mutant::None),
    );
}

#[test]
fn f12_pages_that_are_refilled_show_one_instant_whatever_happens_in_their_gaps() {
    let town = wait(town(120));
    // The smallest page newest first goes through three rounds; the ranked page through windows and what is older.
    let homes = paths(&town).into_iter().filter(|path| path.operation == "feed.home");
    let home: Vec<Path> = homes.skip(1).take(2).collect();
    let count = sweep(&town, &pairs(&town), &home, Splits::None, Mutant::None);
    assert!(count.stops >= 4, "no home was refilled");
    holds("homes with many hidden posts", &count);
}

#[test]
fn f12_candidates_as_old_as_they_may_be_show_nothing_old() {
    let town = wait(town(0));
    let homes: Vec<Path> = paths(&town)
        .into_iter()
        .filter(|path| path.operation == "feed.home")
        .collect();
    let pairs: Vec<_> = all_pairs(&town).into_iter().step_by(5).collect();
    let count = sweep(&town, &pairs, &homes, Splits::All, Mutant::Old);
    assert!(count.old > count.schedules / 4, "{} reads were old", count.old);
    holds("homes with old candidates", &count);
}

#[test]
fn f12_a_store_that_breaks_the_promise_of_one_snapshot_is_caught() {
    let town = wait(town(0));
    let paths = paths(&town);
    for mutant in [Mutant::EarlyRights, Mutant::LateRights, Mutant::Torn, Mutant::Stale] {
        let count = sweep(&town, &all_pairs(&town), &paths, Splits::All, mutant);
        tells(&format!("{mutant:?}"), &count);
        assert!(
            count.first.is_some_and(|first| first <= 1_000),
            "{mutant:?} goes unseen: {:?}",
            count.first
        );
    }
}
