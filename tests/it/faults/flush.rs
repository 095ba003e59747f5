//! F04: a flush fails. Nothing that hung on it is acknowledged, the file is opened anew before anything else is, and what
//! was acknowledged before is there.

use super::ground::{Engine, NETWORK, Opened, Random, batch, can_inject, child, inspect, integrity, newest, number};
use super::ground::{points, refused, report, tell, told};
use crate::folder::Folder;
use parvis::store::StorageError;
use parvis::store::conformance::wait;
use std::path::Path;

/// Batches of one child.
const BATCHES: u64 = 40;
/// How often a batch is sent again.
const TRIES: u64 = 200;

/// The child: commits batch after batch, and sends again what was refused.
pub(super) async fn flush(engine: Engine, place: &Path, batches: u64) {
    let opened = match Opened::bare(engine, place).await {
        Ok(opened) => opened,
        // The fault came before there was a store.
        Err(_) => return tell("refused 0"),
    };
    let schema = super::ground::schema();
    let store = opened.storage();
    for _ in 0..TRIES {
        if store.prepare(&schema, parvis::store::Prepare::Upgrade).await.is_ok() {
            break;
        }
    }
    let mut refusals = 0;
    for number in 1..=i64::try_from(batches).unwrap() {
        // A batch that may be in stays so, however it is refused later.
        let (mut tries, mut unknown) = (0, false);
        while let Err(error) = store.commit(NETWORK, batch(number)).await {
            let error = refused(error);
            refusals += 1;
            tries += 1;
            // Calls are counted in each thread by itself, and a store that is opened anew has new threads.
            std::thread::sleep(std::time::Duration::from_millis(2));
            assert!(tries < TRIES, "batch {number} is refused for ever: {error:?}");
            let typed = matches!(
                error,
                StorageError::OutcomeUnknown | StorageError::Full | StorageError::Unavailable
            );
            assert!(typed, "{error:?}");
            // Reads go on, from what is open or from what was opened anew.
            unknown |= error == StorageError::OutcomeUnknown;
            if let Ok(found) = store.read(NETWORK, &[], parvis::store::ReadAt::Fresh).await {
                let there = found.position.number;
                let fits = there == number - 1 || (unknown && there == number);
                assert!(fits, "{error:?}: {there} of {number}");
            }
        }
        tell(&format!("done {number}"));
    }
    assert_eq!(newest(store.as_ref()).await, i64::try_from(batches).unwrap());
    tell(&format!("refused {refusals}"));
    opened.close().await;
}

/// A child whose system calls fail by a rule; answers 1 where a batch was refused for it, and 0 where the fault was not met or
/// hurt nobody.
pub(super) fn under_strace(engine: Engine, place: &Path, traced: &str, fault: &str) -> u64 {
    let log = place.with_extension("log");
    let traced = format!("trace={traced},openat,write");
    let words = [
        "strace",
        "-f",
        "-qq",
        "--seccomp-bpf",
        "-y",
        "-s",
        "24",
        "-o",
        log.to_str().unwrap(),
        "-e",
        &traced,
        "-e",
        fault,
    ];
    let lines = told(child(&words, "flush", engine, place, BATCHES));
    let refused = number(&lines, "refused ");
    let batches = i64::try_from(BATCHES).unwrap();
    if lines.iter().any(|line| line.starts_with("done")) {
        assert_eq!(wait(inspect(engine, place, batches)), batches);
    }
    if engine == Engine::Sqlite {
        integrity(place);
    }
    if refused > 0 {
        opened_anew(&std::fs::read_to_string(&log).unwrap(), place);
    }
    u64::from(refused > 0)
}

/// After a call on the store's files failed, a file of the store is opened before the next batch is acknowledged, except
/// where there was no room, which leaves nothing in doubt.
fn opened_anew(log: &str, place: &Path) {
    let place = place.to_str().unwrap();
    let mut doubtful = false;
    for line in log.lines() {
        let failed = line.contains("(INJECTED)") && line.contains(place);
        if failed && (line.contains("EIO") || line.contains("sync")) {
            doubtful = true;
        } else if line.contains("openat(") && line.contains(place) {
            doubtful = false;
        } else if line.contains("told done") {
            assert!(!doubtful, "acknowledged on a handle whose flush failed: {line}");
        }
    }
}

fn failing(engine: Engine) {
    if !can_inject() {
        return;
    }
    let points = points(8, 50);
    let mut random = Random::new();
    let mut met = 0;
    for _ in 0..points {
        let folder = Folder::new();
        let first = 6 + random.below(BATCHES);
        let fault = format!("inject=fsync,fdatasync,sync_file_range:error=EIO:when={first}..{first}");
        met += under_strace(
            engine,
            &folder.file("parvis"),
            "fsync,fdatasync,sync_file_range",
            &fault,
        );
    }
    assert!(met * 2 >= points, "{met} of {points} points were met");
    let result = format!("{met} met, 0 false acknowledgements, opened anew each time");
    report("F04", &engine.name(), points, &result);
}

#[test]
fn f04_sqlite_acknowledges_nothing_on_a_handle_whose_flush_failed() {
    failing(Engine::Sqlite);
}

#[test]
fn f04_sled_acknowledges_nothing_on_a_handle_whose_flush_failed() {
    failing(Engine::Sled);
}
