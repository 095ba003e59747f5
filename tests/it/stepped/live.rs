//! The same schedules on a live store: the deeds run to their end in it while the reader waits. For stores that cannot be
//! copied it is a sample.

use super::deeds::pairs;
use super::door::{Door, Driven, Parking, step};
use super::judge::{exactly, shown, within};
use super::paths::paths;
use super::worlds::Worlds;
use super::{Instant, quiet_in};
use crate::stores::Engine;
use crate::town::{Town, act, clock, settings, settle, town};
use parvis::Parvis;
use parvis::store::conformance::wait;
use std::sync::Arc;

/// Runs every `nth` schedule of pairs, paths and gaps, each in a store of its own; how many there were.
fn sample(engine: Engine, nth: usize) -> usize {
    let town: Town = wait(town(0));
    let paths = paths(&town);
    let (mut number, mut schedules) = (0, 0);
    for pair in pairs(&town) {
        let mut worlds = None;
        for path in &paths {
            for gap in 0..2 {
                number += 1;
                if number % nth != 0 {
                    continue;
                }
                let worlds = worlds.get_or_insert_with(|| Worlds::of(&town, &pair));
                let instants: [Instant; 3] = [0, 1, 2].map(|at| quiet_in(worlds, at, path));
                // Its place and its connections go away with it, before the next one is made.
                let made = engine.make().unwrap();
                let (storage, clock, door) = (Arc::clone(&made.storage), clock(), Arc::new(Door::default()));
                wait(settle(Arc::clone(&storage), 0));
                let others = wait(Parvis::open_shared(Arc::clone(&storage), settings(&clock))).unwrap();
                let parking = Parking {
                    inner: storage,
                    door: Arc::clone(&door),
                };
                let db = wait(Parvis::open(parking, settings(&clock))).unwrap();
                let ben = act(&db, "ben");
                let mut done = false;
                let driven = step(ben.call(path.operation, &path.request), &door, |stop| {
                    if stop == Some(gap) {
                        for deed in &pair {
                            wait(deed.run(&others, &clock));
                        }
                        done = true;
                    }
                    done
                });
                let Driven::Done(answer) = driven else { continue };
                let answer = shown(answer);
                let fine =
                    exactly(&answer, &instants) || (door.arrived() > 2 && within(path, &answer, &instants, true));
                assert!(fine, "{} {pair:?} in gap {gap} answered {answer:?}", path.operation);
                schedules += 1;
            }
        }
    }
    schedules
}

#[test]
fn f12_a_live_store_shows_one_instant_whatever_happens_in_the_gaps() {
    let schedules = sample(Engine::Memory, 61);
    println!("{schedules} schedules on a live store");
    assert!(schedules > 50);
}

/// A sample on an engine, where it is there.
fn sample_on(engine: Engine, nth: usize) {
    if engine.make().is_none() {
        return;
    }
    let schedules = sample(engine, nth);
    println!("{schedules} schedules on {engine:?}");
    assert!(schedules > 15);
}

#[test]
fn f12_sqlite_shows_one_instant_whatever_happens_in_the_gaps() {
    sample_on(Engine::Sqlite, 211);
}

#[test]
fn f12_sled_shows_one_instant_whatever_happens_in_the_gaps() {
    sample_on(Engine::Sled, 211);
}

#[test]
fn f12_postgres_shows_one_instant_whatever_happens_in_the_gaps() {
    sample_on(Engine::Postgres, 401);
}

#[test]
fn f12_mysql_shows_one_instant_whatever_happens_in_the_gaps() {
    sample_on(Engine::Mysql, 401);
}
