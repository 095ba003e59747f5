//! Stores when the process is killed while it writes: what was acknowledged is there, and nothing is there by half.

use super::ground::{Engine, Opened, Random, batch, child, inspect, integrity, newest, points, report};
use super::ground::{NETWORK, tell};
use crate::folder::Folder;
use parvis::store::conformance::wait;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Kills of one file, one after the other.
const ROUNDS: u64 = 10;
const START: Duration = Duration::from_secs(60);

/// The child: commits batch after batch and says so after each acknowledgement.
pub(super) async fn commit(engine: Engine, place: &Path) {
    let opened = Opened::at(engine, place).await;
    let store = opened.storage();
    let first = newest(store.as_ref()).await + 1;
    tell("ready");
    for number in first.. {
        let committed = store.commit(NETWORK, batch(number)).await.unwrap();
        assert_eq!(committed.position.number, number);
        tell(&format!("done {number}"));
    }
}

/// Kills a child after some acknowledgements and a moment; answers the newest number that it acknowledged.
fn kill(engine: Engine, path: &Path, after: u64, moment: Duration) -> Option<i64> {
    let mut child = child(&[], "commit", engine, path, 0);
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut lines = lines.filter_map(|line| line.strip_prefix("told ").map(str::to_owned));
    assert!(lines.by_ref().any(|line| line == "ready"), "the child did not begin");
    let number = |line: String| line.strip_prefix("done ").and_then(|n| n.parse::<i64>().ok());
    let mut newest = None;
    let begun = Instant::now();
    for line in lines.by_ref().take(after as usize) {
        assert!(begun.elapsed() < START, "the child is stuck");
        newest = number(line).or(newest);
    }
    let since = Instant::now();
    while since.elapsed() < moment {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What still lies in the pipe was acknowledged as well.
    lines.filter_map(number).last().or(newest)
}

/// Kills children of one engine again and again.
fn kills(engine: Engine) {
    let kills = points(100, 500);
    let mut random = Random::new();
    let (mut unacknowledged, mut lost) = (0, 0);
    for _ in 0..kills / ROUNDS {
        let folder = Folder::new();
        let path = folder.file("parvis.db");
        let mut before = 0;
        for _ in 0..ROUNDS {
            let newest = kill(
                engine,
                &path,
                random.below(12),
                Duration::from_micros(random.below(3_000)),
            )
            .unwrap_or(before);
            before = wait(inspect(engine, &path, newest));
            unacknowledged += u64::from(before > newest);
            lost += (newest - before).max(0);
        }
        if engine == Engine::Sqlite {
            integrity(&path);
        }
    }
    let result = format!("{unacknowledged} between commit and acknowledgement, {lost} batches lost, 0 by half");
    report("F01", &engine.name(), kills, &result);
}

#[test]
fn f01_sqlite_kill_at_100_random_writes() {
    kills(Engine::Sqlite);
}

#[test]
fn f01_sled_kill_at_100_random_writes() {
    kills(Engine::Sled);
}

#[test]
fn f01_sled_that_is_flushed_now_and_then_loses_the_newest_batches_whole() {
    kills(Engine::Lazy);
}
