//! F06: connections to servers are cut, on the way and at the worst moments; or nothing comes through any more.

use super::ground::{Random, points, report};
use super::proxy::{AtCommit, Cut, Proxy};
use crate::load::{Load, all, exactly, people};
use crate::places::{Served, Way};
use crate::servers::block_on;
use crate::town::NETWORK;
use parvis::items::Place;
use parvis::operations::*;
use parvis::store::{NetworkId, ReadAt, Storage, Want};
use parvis::{Code, Config, Parvis, external};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const WRITERS: usize = 4;
/// How long calls may take here, and how much later they may end.
const LIMIT: Duration = Duration::from_secs(2);
const GRACE: Duration = Duration::from_secs(1);

fn way(proxy: &Proxy) -> Way {
    Way::default()
        .port(proxy.port())
        .call(LIMIT)
        .lock(Duration::from_secs(1))
}

async fn on(storage: &Arc<dyn Storage>) -> Parvis {
    Parvis::open_shared(Arc::clone(storage), Config::new()).await.unwrap()
}

async fn cuts(served: Served) {
    let Some(place) = served.place() else { return };
    let rounds = points(12, 100);
    let mut random = Random::new();
    let proxy = Proxy::to(place.port());
    let straight = place.open(&Way::default()).await;
    let common = people(&on(&straight).await, WRITERS).await;
    let mut handles = Vec::new();
    for _ in 0..WRITERS {
        handles.push(on(&place.open(&way(&proxy)).await).await);
    }
    // At the commit: the same batch is sent again, and nobody learns of it.
    let load = Load::begin(&handles, common, "");
    for round in 0..rounds / 2 {
        load.moves_on(1 + random.below(10) as usize).await;
        proxy.cut_at_commit([AtCommit::Arrives, AtCommit::IsLost][round as usize % 2]);
        for _ in 0..1_000 {
            if !proxy.is_waiting() {
                break;
            }
            load.moves_on(1).await;
        }
        assert!(!proxy.is_waiting(), "no commit came by");
    }
    let told = |load: &Load| {
        let seen = &load.seen;
        (seen.unsure.load(Ordering::Relaxed), seen.away.load(Ordering::Relaxed))
    };
    load.moves_on(WRITERS).await;
    assert_eq!(told(&load), (0, 0), "somebody was told of a cut at a commit");
    // Anywhere: whoever is told repeats his command under its key.
    let mut done = rounds / 2;
    while done < rounds {
        load.moves_on(1 + random.below(10) as usize).await;
        let before = proxy.cuts();
        proxy.cut([Cut::Reset, Cut::HandleOnly, Cut::ServerOnly][random.below(3) as usize]);
        load.moves_on(1).await;
        done += u64::from(proxy.cuts() > before);
    }
    let (unsure, away) = told(&load);
    let commands = load.written();
    let acknowledged = load.end().await;
    exactly(straight.as_ref(), acknowledged).await;
    let result = format!(
        "{} connections cut, {} of them at a commit; {commands} commands, {unsure} told that the outcome is unknown, {away} that \
         the store is away; 0 doubled, 0 lost",
        proxy.cuts(),
        rounds / 2
    );
    report("F06", served.name(), rounds, &result);
}

#[test]
fn f06_cuts_on_the_way_to_postgres_double_and_lose_nothing() {
    block_on(cuts(Served::Postgres));
}

#[test]
fn f06_cuts_on_the_way_to_mysql_double_and_lose_nothing() {
    block_on(cuts(Served::Mysql));
}

/// Ends in time, whatever it answers.
async fn in_time<T>(call: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let answer = call.await;
    assert!(
        begun.elapsed() <= LIMIT + GRACE,
        "an answer after {:?}",
        begun.elapsed()
    );
    answer
}

async fn black_hole(served: Served) {
    let Some(place) = served.place() else { return };
    let rounds = points(1, 10);
    let proxy = Proxy::to(place.port());
    let straight = place.open(&Way::default()).await;
    people(&on(&straight).await, 1).await;
    let storage = place.open(&way(&proxy)).await;
    let db = on(&storage).await;
    let me = db.act_as(NETWORK, external("w0"));
    let keyed = |text: &str| NewItem::new(text).place(Place::Network).idempotency_key(text);
    let mut acknowledged = BTreeSet::new();
    let mut unknown = 0;
    for round in 0..rounds {
        // Whatever was sent before nothing came through any more, and whoever asks from then on.
        let last = format!("{round} last");
        proxy.cut_at_commit(AtCommit::IsTheLast);
        let told = in_time(me.items().create(keyed(&last))).await.unwrap_err();
        assert_eq!(told.code(), Code::OutcomeUnknown);
        unknown += 1;
        let mut callers = Vec::new();
        for caller in 0..10 {
            let (me, storage) = (me.clone(), Arc::clone(&storage));
            let post = keyed(&format!("{round} {caller}"));
            callers.push(tokio::spawn(in_time(async move {
                let reads = [all("item", Want::Key)];
                let read = storage.read(NetworkId::named(NETWORK), &reads, ReadAt::Fresh);
                if caller % 2 == 0 {
                    me.items().create(post).await.unwrap_err().code()
                } else {
                    parvis::Error::from(read.await.unwrap_err()).code()
                }
            })));
        }
        for caller in callers {
            assert_eq!(caller.await.unwrap(), Code::Unavailable);
        }
        // The way is open again: the next calls succeed, those that were not known too, once.
        proxy.hole(false);
        for text in (0..10).map(|caller| format!("{round} {caller}")).chain([last]) {
            in_time(me.items().create(keyed(&text))).await.unwrap();
            acknowledged.insert(text);
        }
    }
    exactly(straight.as_ref(), acknowledged).await;
    let result = format!(
        "black hole: {} callers with a limit of {LIMIT:?} free in time, {unknown} of them told that the outcome is unknown; \
         0 doubled, 0 lost",
        rounds * 11
    );
    report("F06", served.name(), rounds, &result);
}

#[test]
fn f06_a_black_hole_before_postgres_is_told_in_time() {
    block_on(black_hole(Served::Postgres));
}

#[test]
fn f06_a_black_hole_before_mysql_is_told_in_time() {
    block_on(black_hole(Served::Mysql));
}
