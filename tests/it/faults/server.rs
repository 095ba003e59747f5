//! F02: the database server is killed while many write, and starts again.

use super::ground::{Random, points, report};
use super::own::Own;
use crate::load::{Load, exactly, people};
use crate::places::{Served, Way};
use crate::servers::block_on;
use parvis::{Config, Parvis};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const WRITERS: usize = 4;
/// How long after the server takes calls again a command may succeed for the first time.
const BACK: Duration = Duration::from_secs(5);

async fn kills(served: Served) {
    let Some(own) = Own::start(served) else { return };
    let rounds = points(2, 60);
    let mut random = Random::new();
    let own = Arc::new(own);
    let place = own.place();
    let mut handles = Vec::new();
    for _ in 0..WRITERS {
        let storage = place.open(&Way::default()).await;
        handles.push(Parvis::open_shared(storage, Config::new()).await.unwrap());
    }
    let common = people(&handles[0], WRITERS).await;
    let load = Load::begin(&handles, common, "");
    let mut back = Duration::ZERO;
    for _ in 0..rounds {
        load.moves_on(1 + random.below(30) as usize).await;
        tokio::time::sleep(Duration::from_micros(random.below(20_000))).await;
        // The writers live on the thread that would wait for it.
        let up = tokio::task::spawn_blocking({
            let own = Arc::clone(&own);
            move || {
                own.kill();
                own.restart();
                Instant::now()
            }
        });
        let up = up.await.unwrap();
        load.moves_on(1).await;
        back = back.max(up.elapsed());
    }
    let (unsure, away) = (&load.seen.unsure, &load.seen.away);
    let (unsure, away) = (unsure.load(Ordering::Relaxed), away.load(Ordering::Relaxed));
    let commands = load.written();
    let acknowledged = load.end().await;
    let storage = place.open(&Way::default()).await;
    Parvis::open_shared(Arc::clone(&storage), Config::new()).await.unwrap();
    exactly(storage.as_ref(), acknowledged).await;
    assert!(back <= BACK, "the first good call came {back:?} after the server");
    let result = format!(
        "{commands} commands, {unsure} told that the outcome is unknown, {away} that the store is away; 0 lost, 0 doubled, 0 by \
         half; first good call {} ms after the server at most",
        back.as_millis()
    );
    report("F02", served.name(), rounds, &result);
    // The place needs the server once more.
    drop((storage, handles, place));
}

#[test]
fn f02_postgres_that_is_killed_loses_nothing_that_was_acknowledged() {
    block_on(kills(Served::Postgres));
}

#[test]
fn f02_mysql_that_is_killed_loses_nothing_that_was_acknowledged() {
    block_on(kills(Served::Mysql));
}
