//! F27: two processes on one store. SQLite serves both; sled tells the second one that the store is taken.

use super::ground::{Engine, Opened, child, found, integrity, number, points, refused, report, schema, tell, told};
use crate::folder::Folder;
use crate::load::all;
use parvis::store::conformance::wait;
use parvis::store::{Batch, CommitId, NetworkId, Prepare, StorageError, Value, Want, Write};
use parvis_sled::{Sled, SledOptions};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

const NETWORK: NetworkId = NetworkId([6; 16]);

/// One of many batches of one of several writers: a row of its own, a counter of all, a log entry.
fn batch(writer: i64, n: i64) -> Batch {
    let mut id = [8; 16];
    id[..8].copy_from_slice(&writer.to_be_bytes());
    id[8..].copy_from_slice(&n.to_be_bytes());
    let mut batch = Batch::new(CommitId(id), [9; 16], n);
    batch.writes.push(Write::Put {
        table: "rows",
        key: vec![Some(Value::Int(writer)), Some(Value::Int(n))],
        columns: vec![Some(Value::Text(format!("{n} of {writer}")))],
        document: Some("{}".to_owned()),
    });
    batch.writes.push(Write::Add {
        table: "sums",
        key: vec![Some(Value::Int(1))],
        column: "batches",
        n: 1,
        at_least: None,
        at_most: None,
    });
    batch.log.push(format!("{{\"writer\":{writer}}}"));
    batch
}

/// The child: commits and reads as fast as it can for so many seconds (the lower three digits; the others name it).
pub(super) async fn load(engine: Engine, place: &Path, points: u64) {
    let (writer, seconds) = (i64::try_from(points / 1_000).unwrap(), points % 1_000);
    let opened = Opened::at(engine, place).await;
    let store = opened.storage();
    let (mut n, mut busy, mut newest) = (0, 0, 0);
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(seconds) {
        match store.commit(NETWORK, batch(writer, n)).await.map_err(refused) {
            Ok(committed) => {
                assert!(!committed.repeated);
                n += 1;
            }
            Err(StorageError::Busy) => busy += 1,
            Err(error) => panic!("{error:?}"),
        }
        let there = found(store.as_ref(), NETWORK, &[all("sums", Want::Columns)]).await;
        assert!(there.position.number > newest, "the log runs back");
        newest = there.position.number;
        // One instant: the counter counts what the log holds.
        assert_eq!(there.sets[0].rows[0].columns[0], Some(Value::Int(newest)));
    }
    tell(&format!("done {n}"));
    tell(&format!("busy {busy}"));
    opened.close().await;
}

#[test]
fn f27_two_processes_on_one_sqlite_file_lose_nothing() {
    let seconds = points(2, 60);
    let folder = Folder::new();
    let place = folder.file("parvis.db");
    let spawn = |writer: u64| {
        let mut child = child(&[], "load", Engine::Sqlite, &place, writer * 1_000 + seconds);
        child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let children = [1, 2].map(spawn);
    let (mut done, mut busy) = (0, 0);
    for child in children {
        let output = child.wait_with_output().unwrap();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{out}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let lines: Vec<String> = out
            .lines()
            .filter_map(|line| line.strip_prefix("told "))
            .map(str::to_owned)
            .collect();
        assert!(number(&lines, "done ") > 0, "one process starved");
        done += number(&lines, "done ");
        busy += number(&lines, "busy ");
    }
    wait(async {
        let opened = Opened::at(Engine::Sqlite, &place).await;
        let reads = [all("rows", Want::Key), all("sums", Want::Columns)];
        let all = found(opened.storage().as_ref(), NETWORK, &reads).await;
        assert_eq!(all.position.number, done as i64);
        assert_eq!(all.sets[0].rows.len() as u64, done);
        assert_eq!(all.sets[1].rows[0].columns[0], Some(Value::Int(done as i64)));
        opened.close().await;
    });
    integrity(&place);
    let result = format!("{seconds} s of load: {done} commits, {busy} told `Busy`, 0 lost, file sound");
    report("F27", "Sqlite", seconds, &result);
}

/// The child: tries to open a store that is taken.
pub(super) async fn second(_engine: Engine, place: &Path) {
    let options = SledOptions::new(place).busy_timeout(Duration::from_millis(50));
    let error = Sled::open(options).await.unwrap_err();
    tell(&format!("refused {error:?}"));
}

#[test]
fn f27_a_second_process_is_told_that_a_sled_folder_is_taken() {
    let tries = points(5, 60);
    let folder = Folder::new();
    let place = folder.file("parvis");
    wait(async {
        let opened = Opened::at(Engine::Sled, &place).await;
        let store = opened.storage();
        for n in 0..i64::try_from(tries).unwrap() {
            let lines = told(child(&[], "second", Engine::Sled, &place, 0));
            assert_eq!(lines, ["refused Busy"]);
            // The first one is not disturbed.
            store.commit(NETWORK, batch(1, n)).await.unwrap();
        }
        opened.close().await;
        // What is closed is free.
        let lines = told(child(&[], "load", Engine::Sled, &place, 2_001));
        let done = number(&lines, "done ");
        let opened = Opened::at(Engine::Sled, &place).await;
        opened.storage().prepare(&schema(), Prepare::Check).await.unwrap();
        let rows = found(opened.storage().as_ref(), NETWORK, &[all("rows", Want::Key)]).await;
        assert_eq!(rows.sets[0].rows.len() as u64, tries + done);
        opened.close().await;
    });
    report(
        "F27",
        "Sled",
        tries,
        "every second process told `Busy`, the first one undisturbed",
    );
}
