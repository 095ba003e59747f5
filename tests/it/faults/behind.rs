//! F07 and F25 on servers: a slow way to them, and callers who do not wait for the answer.

use super::ground::{Random, batch, newest, points, report, schema};
use super::proxy::Proxy;
use crate::load::{exactly, people};
use crate::places::{Place, Served, Way};
use crate::servers::block_on;
use crate::town::NETWORK;
use parvis::operations::*;
use parvis::store::{NetworkId, Prepare, ReadAt, Storage, Want};
use parvis::{Config, Parvis, external, items};
use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

/// How long a caller waits, and how much later he may be free.
const DEADLINE: Duration = Duration::from_millis(50);
const GRACE: Duration = Duration::from_millis(100);
const OTHER: NetworkId = NetworkId([4; 16]);

/// How often somebody of another network reads in half a second.
async fn reads(storage: &dyn Storage) -> u64 {
    let (begun, mut count) = (Instant::now(), 0);
    while begun.elapsed() < Duration::from_millis(500) {
        let read = [crate::load::all("rows", Want::Document)];
        let found = storage.read(OTHER, &read, ReadAt::Fresh).await.unwrap();
        assert_eq!(found.sets[0].rows.len(), 5);
        count += 1;
    }
    count
}

async fn slow(served: Served) {
    let Some(place) = served.place() else { return };
    let proxy = Proxy::to(place.port());
    let storage = place.open(&Way::default().port(proxy.port())).await;
    storage.prepare(&schema(), Prepare::Upgrade).await.unwrap();
    let mut first = batch(1);
    // The agenda is of all networks.
    first.wake = None;
    storage.commit(OTHER, first).await.unwrap();
    proxy.delay(Duration::from_millis(40));
    let calls = points(5, 20) as i64;
    let mut late = Duration::ZERO;
    for number in 1..=calls {
        let begun = Instant::now();
        let call = tokio::time::timeout(DEADLINE, storage.commit(super::ground::NETWORK, batch(number)));
        assert!(call.await.is_err(), "the way is not slow");
        late = late.max(begun.elapsed());
    }
    assert!(late <= DEADLINE + GRACE, "a caller was free after {late:?} only");
    // What nobody waits for is carried out all the same, one after the other.
    let begun = Instant::now();
    while newest(storage.as_ref()).await < calls {
        assert!(begun.elapsed() < Duration::from_secs(60), "a batch was forgotten");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Others read on while one writes: quiet and busy windows in turn, the best of each.
    let (busy, done) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
    let writer = tokio::spawn({
        let (storage, busy, done) = (Arc::clone(&storage), Arc::clone(&busy), Arc::clone(&done));
        async move {
            let mut number = calls;
            while !done.load(Ordering::Relaxed) {
                if busy.load(Ordering::Relaxed) {
                    number += 1;
                    storage.commit(super::ground::NETWORK, batch(number)).await.unwrap();
                } else {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
            number - calls
        }
    });
    let mut best = [0; 2];
    for window in 0..6 {
        busy.store(window % 2 == 1, Ordering::Relaxed);
        best[window % 2] = best[window % 2].max(reads(storage.as_ref()).await);
    }
    done.store(true, Ordering::Relaxed);
    assert!(writer.await.unwrap() > 0);
    let percent = best[1] * 100 / best[0].max(1);
    assert!(percent >= 50, "others read at {percent} % of their rate");
    let result = format!(
        "a way that delays everything by 40 ms in each direction: {calls} callers gave up at 50 ms, free after {} ms at most; others \
         read at {percent} % of their rate",
        late.as_millis()
    );
    report("F07", served.name(), calls as u64, &result);
}

#[test]
fn f07_a_slow_way_to_postgres_keeps_nobody_waiting_who_gave_up() {
    block_on(slow(Served::Postgres));
}

#[test]
fn f07_a_slow_way_to_mysql_keeps_nobody_waiting_who_gave_up() {
    block_on(slow(Served::Mysql));
}

/// The sessions of this place's handle: all, and those that hold a transaction open.
async fn sessions(place: &Place, name: &str) -> (i64, i64) {
    use sqlx::Connection as _;
    let Place::Postgres(of) = place else { return (0, 0) };
    let mut c = sqlx::PgConnection::connect(of.url()).await.unwrap();
    let text = "select count(*), count(*) filter (where state like 'idle in transaction%') from pg_stat_activity \
         where application_name=$1";
    sqlx::query_as(text).bind(name).fetch_one(&mut c).await.unwrap()
}

async fn dropped(served: Served) {
    let Some(place) = served.place() else { return };
    let mut random = Random::new();
    let name = format!("f25-{}", std::process::id());
    let way = match served {
        Served::Postgres => Way::default().parameters(format!("?application_name={name}")),
        Served::Mysql => Way::default(),
    };
    let storage = place.open(&way).await;
    let db = Parvis::open_shared(Arc::clone(&storage), Config::new()).await.unwrap();
    people(&db, 1).await;
    let me = db.act_as(NETWORK, external("w0"));
    let (mut done, mut texts) = (0, BTreeSet::new());
    let calls = points(60, 720);
    for n in 0..calls {
        let text = format!("dropped {n}");
        let post = || {
            NewItem::new(text.clone())
                .place(items::Place::Network)
                .idempotency_key(text.clone())
        };
        {
            let items = me.items();
            let mut call = pin!(items.create(post()));
            for _ in 0..n % 12 {
                if call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    done += 1;
                    break;
                }
                std::thread::sleep(Duration::from_micros(random.below(1_500)));
            }
        }
        // The next call works at once, and the same one happens once.
        let begun = Instant::now();
        me.items().create(post()).await.unwrap();
        assert!(
            begun.elapsed() < Duration::from_secs(4),
            "a lock was left: {:?}",
            begun.elapsed()
        );
        texts.insert(text);
    }
    exactly(storage.as_ref(), texts).await;
    let (all, open) = sessions(&place, &name).await;
    assert!(
        all <= 4 && open == 0,
        "{all} sessions, {open} of them within a transaction"
    );
    let result =
        format!("commands dropped at up to 11 polls, {done} were done by then: each happened once, no lock held");
    report("F25", served.name(), calls, &result);
}

#[test]
fn f25_a_call_dropped_on_postgres_leaves_no_lock_and_no_open_transaction() {
    block_on(dropped(Served::Postgres));
}

#[test]
fn f25_a_call_dropped_on_mysql_leaves_no_lock() {
    block_on(dropped(Served::Mysql));
}
