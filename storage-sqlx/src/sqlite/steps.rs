//! What reads cost, in steps of the engine: they grow with what is asked for, not with what is stored.

use super::run::fetch;
use super::{Sqlite, SqliteDialect, SqliteOptions};
use crate::dialect::Arg;
use crate::lines::{fill, range, schema};
use crate::shape::arguments;
use crate::text::text;
use parvis::store::{Range, Read, Value, Want};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const TIMELINES: i64 = 10;
const ENTRIES: i64 = 400;

async fn filled(path: &std::path::Path) -> Sqlite {
    let store = Sqlite::open(path).await.unwrap();
    let entries = (0..TIMELINES).flat_map(|of| (0..ENTRIES).map(move |n| (of, n * TIMELINES + of, n)));
    fill(&store, entries).await;
    store
}

/// Steps that the engine takes for one read.
async fn steps(options: &SqliteOptions, read: Read) -> u64 {
    let reads = [read];
    let text = text(&SqliteDialect, &schema(), &reads).unwrap();
    let mut connection = options.reader().await.unwrap();
    let taken = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&taken);
    let mut handle = connection.lock_handle().await.unwrap();
    handle.set_progress_handler(1, move || {
        counter.fetch_add(1, Ordering::Relaxed);
        true
    });
    drop(handle);
    let mut args = vec![Arg::Int(1)];
    args.extend(arguments(&reads));
    fetch(&mut connection, text.sql, &args).await.unwrap().unwrap();
    taken.load(Ordering::Relaxed)
}

#[test]
fn a_merge_that_ends_somewhere_costs_what_one_without_an_end_does() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions::new(folder.path().join("steps.db"));
    let ranges = |to: Option<i64>, limit: u32| Range {
        to: to.into_iter().map(|t| Some(Value::Time(t))).collect(),
        want: Want::Key,
        ..range("line", 0..TIMELINES, limit)
    };
    runtime.block_on(async {
        let store = filled(&folder.path().join("steps.db")).await;
        for (name, read) in [
            ("merge", Read::Merge as fn(Range) -> Read),
            ("scan", Read::Scan as fn(Range) -> Read),
        ] {
            let open = steps(&options, read(ranges(None, 100))).await;
            let ended = steps(&options, read(ranges(Some(0), 100))).await;
            assert!(ended < open * 2, "{name}: {ended} steps with an end, {open} without");
        }
        store.close().await;
    });
}
