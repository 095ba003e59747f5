//! F07: slow storage. Who gives up waiting is free in time, and others read meanwhile.

use super::ground::{Engine, NETWORK, Opened, batch, can_inject, child, inspect_open, number, report, tell, told};
use crate::folder::Folder;
use parvis::store::{NetworkId, ReadAt, Want};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a caller waits, and how much later he may be free.
const DEADLINE: Duration = Duration::from_millis(50);
const GRACE: Duration = Duration::from_millis(100);
/// Somebody who does not write.
const OTHER: NetworkId = NetworkId([4; 16]);

/// The child, whose flushes take long.
pub(super) async fn slow(engine: Engine, place: &Path) {
    let place = place.to_owned();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap();
    // The caller is a small executor of its own, which this must not block within.
    let work = runtime.spawn(async move {
        let opened = Opened::at(engine, &place).await;
        let store = opened.storage();
        let mut first = batch(1);
        // The agenda is of all networks.
        first.wake = None;
        store.commit(OTHER, first).await.unwrap();
        let mut late = Vec::new();
        let mut sent = 0;
        for number in 1..=20 {
            let begun = Instant::now();
            let call = tokio::time::timeout(DEADLINE, store.commit(NETWORK, batch(number)));
            sent = number;
            if call.await.is_err() {
                late.push(begun.elapsed());
            }
        }
        late.sort();
        tell(&format!("cancelled {}", late.len()));
        if let Some(last) = late.last() {
            assert!(*last <= DEADLINE + GRACE, "a caller was free after {last:?} only");
            tell(&format!("free {}", last.as_millis()));
        }
        // Batches whose callers have gone are carried out all the same, one after the other.
        while super::ground::newest(store.as_ref()).await < sent {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(inspect_open(store.as_ref()).await, sent);
        // Quiet and busy windows in turn, the best of each: what else the machine does is no part of it.
        let writing = Arc::new(AtomicBool::new(false));
        let done = Arc::new(AtomicBool::new(false));
        let writer = tokio::spawn({
            let (store, writing, done) = (Arc::clone(&store), Arc::clone(&writing), Arc::clone(&done));
            async move {
                let mut number = sent;
                while !done.load(Ordering::Relaxed) {
                    if writing.load(Ordering::Relaxed) {
                        number += 1;
                        store.commit(NETWORK, batch(number)).await.unwrap();
                    } else {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                }
                number - sent
            }
        });
        let mut reads = [0u64; 2];
        for window in 0..12 {
            let busy = window % 2;
            writing.store(busy == 1, Ordering::Relaxed);
            // The last flush of the window before ends first.
            tokio::time::sleep(Duration::from_millis(250)).await;
            let begun = Instant::now();
            let mut count = 0;
            while begun.elapsed() < Duration::from_millis(200) {
                let wanted = [crate::load::all("rows", Want::Document)];
                let found = store.read(OTHER, &wanted, ReadAt::Fresh).await.unwrap();
                assert_eq!(found.sets[0].rows.len(), 5);
                count += 1;
            }
            reads[busy] = reads[busy].max(count);
        }
        done.store(true, Ordering::Relaxed);
        let commits = writer.await.unwrap();
        tell(&format!("commits {commits}"));
        tell(&format!("reads {}", reads[1] * 100 / reads[0].max(1)));
        opened.close().await;
    });
    work.await.unwrap();
    runtime.shutdown_background();
}

fn slowly(engine: Engine) {
    if !can_inject() {
        return;
    }
    let folder = Folder::new();
    let log = folder.file("log");
    let words = [
        "strace",
        "-f",
        "-qq",
        "--seccomp-bpf",
        "-o",
        log.to_str().unwrap(),
        "-e",
        "trace=fdatasync,fsync",
        "-e",
        "inject=fdatasync,fsync:delay_enter=200000",
    ];
    let lines = told(child(&words, "slow", engine, &folder.file("parvis"), 0));
    let (cancelled, commits) = (number(&lines, "cancelled "), number(&lines, "commits "));
    assert!(cancelled >= 15 && commits >= 2, "{lines:?}");
    let percent = number(&lines, "reads ");
    assert!(percent >= 50, "others read at {percent} % of their rate");
    let result = format!(
        "flushes of 200 ms: {cancelled} callers gave up at 50 ms, free after {} ms at most; others read at {percent} % of their rate",
        number(&lines, "free ")
    );
    report("F07", &engine.name(), cancelled, &result);
}

#[test]
fn f07_sqlite_that_flushes_slowly_keeps_nobody_waiting_who_gave_up() {
    slowly(Engine::Sqlite);
}

#[test]
fn f07_sled_that_flushes_slowly_keeps_nobody_waiting_who_gave_up() {
    slowly(Engine::Sled);
}
