//! F15: this release and one to come, at work on one store at the same time.

use super::beside::{added, call, complete, expected, next_again, settled};
use super::newer::{Both, newer};
use super::open;
use crate::faults::ground::{points, report};
use crate::oracle::history;
use crate::script::{self, compare, play};
use crate::stores::Engine;
use parvis::store::conformance::wait;
use parvis::store::{Dir, Keys, NetworkId, Parts, Prepare, Range, Read, ReadAt, Storage, StorageError, Want};
use parvis::testing::schema;
use parvis::{Parvis, Reason};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// This release and one to come play the golden script, call by call, and a history that the oracle judges.
fn works_side_by_side(engine: Engine) {
    let Some(made) = engine.make() else { return };
    let both = Arc::new(Both::new(Arc::clone(&made.storage), made.again()));
    let said = play(Arc::clone(&both) as Arc<dyn Storage>, &script::steps());
    let golden = std::fs::read_to_string(script::file("answers.jsonl")).unwrap();
    compare(&said, golden.lines());
    let (calls, kept) = (both.calls.load(Ordering::Relaxed), both.kept.load(Ordering::Relaxed));
    assert!(kept > 0, "{kept} fields of {calls} calls");
    let schema = newer(schema());
    let all = BTreeSet::from([NetworkId::named("lumen"), NetworkId::named("acme")]);
    let filled = complete(next_again(&made, &schema).as_ref(), &schema, &all);
    let said =
        format!("golden script through two releases: the same bytes, {kept} unknown fields kept, {filled} rows filled");
    report("F15", &format!("{engine:?}"), calls, &said);
}

/// As [`works_side_by_side`], for a history that the oracle judges.
fn is_judged_side_by_side(engine: Engine) {
    let Some(made) = engine.make() else { return };
    let both = Both::new(Arc::clone(&made.storage), made.again());
    let size = history::Size {
        persons: 6,
        spaces: 3,
        commands: points(60, 500) as usize,
        glances: false,
        every: 60,
    };
    let seed = std::env::var("PARVIS_SEED").map_or(1, |seed| seed.parse().unwrap());
    let (decisions, outcome) = wait(history::run(both, seed, size, |config| config));
    let found = outcome.err().map(|it| format!("{}: {}", it.by, it.said));
    assert_eq!(found, None, "{engine:?}, seed {seed}");
    let said = format!("two releases in turn before the oracle: 0 differences, seed {seed}");
    report("F15", &format!("{engine:?}"), decisions, &said);
}

/// Older releases change what lies in columns of the newer one, which reads at the same time: never a row that is not filled.
fn reads_only_what_is_filled(engine: Engine) {
    let edits = points(60, 1000);
    let Some((made, _)) = settled(engine) else { return };
    let lumen = NetworkId::named("lumen");
    let people = ["hugo", "claire", "amelie", "ines"];
    let olders: Vec<Parvis> = people.iter().map(|_| open(made.again()).unwrap()).collect();
    let schema = newer(schema());
    let next = next_again(&made, &schema);
    let range = Range {
        index: "person",
        prefixes: Keys::given([Parts::new()]),
        from: Parts::new(),
        to: Parts::new(),
        dir: Dir::Up,
        limit: 100,
        want: Want::Document,
    };
    let (mut reads, mut prepared, mut took) = (0, 0, Duration::ZERO);
    std::thread::scope(|scope| {
        let writers: Vec<_> = people
            .iter()
            .zip(&olders)
            .map(|(person, db)| {
                scope.spawn(move || {
                    for n in 0..edits {
                        let request = json!({"title": format!("{person} {n}")});
                        // Commits wait for an upgrade, which may take longer than they may wait.
                        while let Err(error) = call(db, person, "people.edit", request.clone()) {
                            assert_eq!(error.reason, Reason::Busy, "{person} {n}");
                        }
                    }
                })
            })
            .collect();
        loop {
            // It looks once more when all have written: they may be faster than its first look.
            let last = writers.iter().all(|writer| writer.is_finished());
            match wait(next.read(lumen, &[Read::Scan(range.clone())], ReadAt::Fresh)) {
                Ok(found) => {
                    reads += 1;
                    for row in &found.sets[0].rows {
                        assert_eq!(added("person", row), expected("person", row), "{:?}", row.key);
                    }
                }
                Err(StorageError::SchemaTooOld { .. }) => {
                    let began = Instant::now();
                    wait(next.prepare(&schema, Prepare::Upgrade)).unwrap();
                    (prepared, took) = (prepared + 1, took + began.elapsed());
                }
                Err(error) => panic!("{error}"),
            }
            if last {
                break;
            }
        }
    });
    complete(next_again(&made, &schema).as_ref(), &schema, &BTreeSet::from([lumen]));
    assert!(prepared > 0);
    let each = (took / prepared).as_millis();
    let said = format!(
        "4 older releases write beside a newer one: {reads} reads of it, each with every row filled; filled {prepared} times, \
         {each} ms each"
    );
    report("F15", &format!("{engine:?}"), edits * people.len() as u64, &said);
}

#[test]
fn f15_memory_serves_two_releases_side_by_side() {
    works_side_by_side(Engine::Memory);
}

#[test]
fn f15_sqlite_serves_two_releases_side_by_side() {
    works_side_by_side(Engine::Sqlite);
}

#[test]
fn f15_sled_serves_two_releases_side_by_side() {
    works_side_by_side(Engine::Sled);
}

#[test]
fn f15_postgres_serves_two_releases_side_by_side() {
    works_side_by_side(Engine::Postgres);
}

#[test]
fn f15_mysql_serves_two_releases_side_by_side() {
    works_side_by_side(Engine::Mysql);
}

#[test]
fn f15_sqlite_is_judged_with_two_releases_side_by_side() {
    is_judged_side_by_side(Engine::Sqlite);
}

#[test]
fn f15_postgres_is_judged_with_two_releases_side_by_side() {
    is_judged_side_by_side(Engine::Postgres);
}

#[test]
fn f15_mysql_is_judged_with_two_releases_side_by_side() {
    is_judged_side_by_side(Engine::Mysql);
}

#[test]
fn f15_memory_reads_only_what_is_filled() {
    reads_only_what_is_filled(Engine::Memory);
}

#[test]
fn f15_sqlite_reads_only_what_is_filled() {
    reads_only_what_is_filled(Engine::Sqlite);
}

#[test]
fn f15_sled_reads_only_what_is_filled() {
    reads_only_what_is_filled(Engine::Sled);
}

#[test]
fn f15_postgres_reads_only_what_is_filled() {
    reads_only_what_is_filled(Engine::Postgres);
}

#[test]
fn f15_mysql_reads_only_what_is_filled() {
    reads_only_what_is_filled(Engine::Mysql);
}
