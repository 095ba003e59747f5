//! F25 on stores with a medium: after a call was dropped at any poll no transaction is open, no file is left open, and the
//! next call works at once, from another handle too.

use super::ground::{Engine, points, report};
use crate::asked::asked;
use crate::folder::Folder;
use crate::town::{Town, clock, settings, settle, town};
use parvis::operations::{Kind, TABLE};
use parvis::store::Storage;
use parvis::store::conformance::wait;
use parvis::{Parvis, Upkeep};
use parvis_sled::{Sled, SledOptions};
use parvis_sqlx::{Sqlite, SqliteOptions};
use serde_json::json;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

/// How long another handle waits for a lock that nobody should hold.
const AT_ONCE: Duration = Duration::from_secs(2);

async fn open(engine: Engine, place: &Path) -> Arc<dyn Storage> {
    match engine {
        Engine::Sqlite => {
            let options = SqliteOptions::new(place).readers(1).busy_timeout(AT_ONCE);
            Arc::new(Sqlite::open(options).await.unwrap())
        }
        _ => Arc::new(Sled::open(SledOptions::new(place)).await.unwrap()),
    }
}

/// How many files below a folder this process has open.
fn files(folder: &Path) -> usize {
    let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    open.filter_map(|fd| std::fs::read_link(fd.path()).ok())
        .filter(|file| file.starts_with(folder))
        .count()
}

/// Polls a call so often, with a moment between, and drops it; whether it was done.
fn poll(call: impl Future, times: u64) -> bool {
    let mut call = pin!(call);
    (0..times).any(|_| {
        let ready = call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
        std::thread::sleep(Duration::from_micros(300));
        ready
    })
}

fn dropped(engine: Engine) {
    let polls = points(6, 60);
    let folder = Folder::new();
    let place = folder.file("parvis");
    let storage = wait(open(engine, &place));
    let town: Town = wait(town(0));
    // The same rows under the same ids.
    wait(settle(Arc::clone(&storage), 0));
    let settings = || settings(&clock()).upkeep(Upkeep::Inline);
    let db = wait(Parvis::open_shared(storage, settings())).unwrap();
    let other = wait(Parvis::open_shared(wait(open(engine, &place)), settings())).unwrap();
    let works = |db: &Parvis, key: &str| {
        let [mut post, _] = asked("items.create", &town);
        post.by = "ana";
        // Spaces are archived by one of the commands.
        post.request = json!({"body": "Hello", "place": {"type": "network"}});
        let begun = Instant::now();
        wait(post.under(key).call(db, "items.create")).unwrap();
        assert!(begun.elapsed() < AT_ONCE, "somebody held a lock");
        let [mut home, _] = asked("feed.home", &town);
        home.by = "ana";
        wait(home.call(db, "feed.home")).unwrap();
    };
    works(&db, "first");
    works(&other, "first of the other");
    let before = files(folder.path());
    let (mut commands, mut calls) = (0, 0);
    for row in TABLE.iter().filter(|row| row.kind == Kind::command) {
        let [good, _] = asked(row.name, &town);
        for point in 1..=polls {
            let key = format!("{}-{point}", row.name);
            let good = if row.fields.contains(&"idempotency_key") {
                good.under(&key)
            } else {
                good.clone()
            };
            calls += 1;
            let done = poll(good.call(&db, row.name), point);
            works(if point % 2 == 0 { &db } else { &other }, &key);
            if done {
                break;
            }
        }
        commands += 1;
    }
    let after = files(folder.path());
    assert!(after <= before, "{before} files were open, and {after} are");
    let result =
        format!("{commands} commands dropped at up to {polls} polls; no lock held, {after} files open as before");
    report("F25", &engine.name(), calls, &result);
}

#[test]
fn f25_a_call_dropped_on_sqlite_leaves_no_lock_and_no_file() {
    dropped(Engine::Sqlite);
}

#[test]
fn f25_a_call_dropped_on_sled_leaves_no_lock_and_no_file() {
    dropped(Engine::Sled);
}
