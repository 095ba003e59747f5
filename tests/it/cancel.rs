//! Cancelled futures: whoever drops a call at any of its poll points finds the world before it or after it, never between,
//! and may call again.

use crate::asked::{Asked, asked};
use crate::town::{NETWORK, Town, clock, settings, town};
use async_trait::async_trait;
use parvis::operations::{Kind, TABLE};
use parvis::store::conformance::wait;
use parvis::store::{
    AGENDA_NETWORK, Batch, CommitError, Committed, Dir, Found, Keys, Memory, NetworkId, Parts, Prepare, Prepared,
    Range, Read, ReadAt, Rows, Schema, Storage, StorageError, Want,
};
use parvis::{Config, Parvis, Upkeep};
use serde_json::Value;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

/// A store that lets its caller wait a few times before and after each call, and remembers what it held after each commit.
struct Slow {
    memory: Memory,
    pauses: usize,
    held: std::sync::Arc<Mutex<Vec<Vec<Rows>>>>,
}

impl Slow {
    async fn pause(&self) {
        for _ in 0..self.pauses {
            let mut waited = false;
            std::future::poll_fn(|_| {
                if std::mem::replace(&mut waited, true) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
        }
    }
}

#[async_trait]
impl Storage for Slow {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        self.memory.prepare(schema, mode).await
    }

    async fn read(&self, network: NetworkId, reads: &[Read], at: ReadAt) -> Result<Found, StorageError> {
        self.pause().await;
        let found = self.memory.read(network, reads, at).await;
        self.pause().await;
        found
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        self.pause().await;
        let committed = self.memory.commit(network, batch).await;
        self.held.lock().unwrap().push(raw(&self.memory));
        self.pause().await;
        committed
    }
}

/// Every row of every table, with its stamp, as the store holds it.
fn raw(memory: &Memory) -> Vec<Rows> {
    let schema = parvis::testing::schema();
    let tables = schema.tables.iter().map(|table| {
        let range = Range {
            index: table.name,
            prefixes: Keys::given([Parts::new()]),
            from: Parts::new(),
            to: Parts::new(),
            dir: Dir::Up,
            limit: 100_000,
            want: if table.document { Want::Document } else { Want::Columns },
        };
        let network = if table.name == parvis::store::AGENDA {
            AGENDA_NETWORK
        } else {
            NetworkId::named(NETWORK)
        };
        let found = wait(memory.read(network, &[Read::Scan(range)], ReadAt::Fresh)).unwrap();
        found.sets.into_iter().next().unwrap()
    });
    tables.collect()
}

/// Polls a call so many times; its answer, if it came by then.
fn poll<T>(call: impl Future<Output = T>, times: usize) -> (usize, Option<T>) {
    let mut call = pin!(call);
    for polled in 0..times {
        if let Poll::Ready(out) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return (polled, Some(out));
        }
    }
    (times, None)
}

/// A slow store over a copy of the town, and what it holds after each commit.
struct Bench {
    memory: Memory,
    db: Parvis,
    held: std::sync::Arc<Mutex<Vec<Vec<Rows>>>>,
}

fn settings_of(upkeep: Upkeep) -> Config {
    settings(&clock()).upkeep(upkeep)
}

fn bench(town: &Town, upkeep: Upkeep) -> Bench {
    let (memory, held) = (town.memory.fork(), std::sync::Arc::default());
    let slow = Slow {
        memory: memory.clone(),
        pauses: 2,
        held: std::sync::Arc::clone(&held),
    };
    let db = wait(Parvis::open(slow, settings_of(upkeep))).unwrap();
    Bench { memory, db, held }
}

/// Drops a command at each of its poll points; how many there were.
fn drop_everywhere(town: &Town, operation: &str, asked: &Asked, upkeep: Upkeep, once: bool) -> usize {
    let whole = bench(town, upkeep);
    let (points, answer) = poll(asked.call(&whole.db, operation), 10_000);
    let answer = answer.unwrap().unwrap();
    let end = raw(&whole.memory);
    let mut known = vec![raw(&town.memory)];
    known.extend(whole.held.lock().unwrap().iter().cloned());
    for point in 0..=points {
        let bench = bench(town, upkeep);
        let (_, early) = poll(asked.call(&bench.db, operation), point);
        assert!(early.is_none(), "{operation} was done at poll {point} of {points}");
        let left = raw(&bench.memory);
        assert!(
            known.contains(&left),
            "{operation} left half a command at poll {point} of {points}"
        );
        // The caller does not know what became of it, and calls again, perhaps from another process.
        let db = wait(Parvis::open(bench.memory.clone(), settings_of(upkeep))).unwrap();
        let again = wait(asked.call(&db, operation));
        let again = again.unwrap_or_else(|error| panic!("{operation} again after poll {point}: {error}"));
        if once {
            assert_eq!(again, answer, "{operation} again after poll {point} answers otherwise");
            assert!(
                raw(&bench.memory) == end,
                "{operation} again after poll {point} happened otherwise"
            );
        }
        works_on(&db, town);
    }
    points
}

/// Another command and another question.
fn works_on(db: &Parvis, town: &Town) {
    for operation in ["items.react", "feed.home"] {
        let [mut good, _] = asked(operation, town);
        good.by = "ana";
        wait(good.call(db, operation)).ok();
        let mut other = asked("items.create", town)[0].clone();
        other.by = "ana";
        // On her own wall: the command before may have archived the space.
        other.request["place"] = serde_json::Value::Null;
        wait(other.call(db, "items.create")).unwrap();
    }
}

#[test]
fn f25_a_command_dropped_at_any_poll_point_happened_or_did_not() {
    let town = wait(town(0));
    let (mut commands, mut points) = (0, 0);
    for row in TABLE.iter().filter(|row| row.kind == Kind::command) {
        let [good, _] = asked(row.name, &town);
        let once = row.fields.contains(&"idempotency_key");
        let good = if once { good.under("once") } else { good };
        for upkeep in [Upkeep::Worker, Upkeep::Inline] {
            points += drop_everywhere(&town, row.name, &good, upkeep, once);
        }
        commands += 1;
    }
    println!("{commands} commands, dropped at {points} poll points");
    assert!(commands >= 12);
}

#[test]
fn f25_a_question_dropped_at_any_poll_point_leaves_nothing() {
    let town = wait(town(0));
    let before = raw(&town.memory);
    let (mut queries, mut points) = (0, 0);
    for row in TABLE.iter().filter(|row| row.kind == Kind::query) {
        let [good, _] = asked(row.name, &town);
        let bench = bench(&town, Upkeep::Worker);
        let (all, answer) = poll(good.call(&bench.db, row.name), 10_000);
        let answer: Value = serde_json::from_slice(&answer.unwrap().unwrap()).unwrap();
        for point in 0..=all {
            assert!(poll(good.call(&bench.db, row.name), point).1.is_none());
            assert!(raw(&bench.memory) == before, "{} wrote at poll {point}", row.name);
        }
        let again: Value =
            serde_json::from_slice(&poll(good.call(&bench.db, row.name), 10_000).1.unwrap().unwrap()).unwrap();
        assert_eq!(again, answer, "{}", row.name);
        (queries, points) = (queries + 1, points + all);
    }
    println!("{queries} queries, dropped at {points} poll points");
}
