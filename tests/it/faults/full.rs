//! F03: no space is left. A typed error and no false acknowledgement; reads go on; the next write works once there is room.
//!
//! Three ways to run out: a file system of 4 MiB that a ballast fills (`ENOSPC`, needs a user namespace), a limit on the size
//! of files (`EFBIG`, needs nothing), and writes that fail with `ENOSPC` in the middle of a batch (needs `strace`).

use super::ground::{Engine, NETWORK, Opened, Random, batch, can_inject, can_mount, child, inspect, inspect_open};
use super::ground::{integrity, newest, number, points, refused, report, tell, told};
use crate::folder::Folder;
use parvis::store::{ReadAt, StorageError};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Points in one store, which grows with each.
const ROUND: u64 = 5;
/// Batches that a point may take until it meets its fault.
const PATIENCE: i64 = 400;

/// How batches were refused, and how often.
#[derive(Default)]
struct Refusals(BTreeMap<String, u64>);

impl Refusals {
    fn add(&mut self, error: &StorageError) {
        *self.0.entry(format!("{error:?}")).or_default() += 1;
    }

    fn tell(&self) {
        for (error, times) in &self.0 {
            tell(&format!("refused {times} {error}"));
        }
    }
}

/// Fills what is free up to `left` bytes.
fn ballast(file: &Path, left: u64) {
    let mut file = fs::OpenOptions::new().create(true).append(true).open(file).unwrap();
    let block = [1; 4096];
    // Nothing but the end of the space ends this.
    while file.write_all(&block).is_ok() {}
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(left)).unwrap();
}

/// Commits until a batch is refused; answers the number of that batch and why.
async fn until_refused(store: &dyn parvis::store::Storage) -> (i64, StorageError) {
    let first = newest(store).await + 1;
    for number in first..first + PATIENCE {
        if let Err(error) = store.commit(NETWORK, batch(number)).await {
            return (number, refused(error));
        }
    }
    panic!("nothing was refused in {PATIENCE} batches")
}

/// What must hold while there is no room: reads go on, and what was refused for certain is not there.
async fn reads_go_on(store: &dyn parvis::store::Storage, refused: i64, error: &StorageError) {
    there(newest(store).await, refused, error);
}

fn there(there: i64, refused: i64, error: &StorageError) {
    let unknown = *error == StorageError::OutcomeUnknown;
    assert!(
        there == refused - 1 || (unknown && there == refused),
        "batch {refused} was refused ({error:?}), {there} are there"
    );
}

/// The child in a file system of 4 MiB.
pub(super) async fn fill(engine: Engine, place: &Path, points: u64) {
    let mut random = Random::new();
    let mut refusals = Refusals::default();
    for round in 0..points / ROUND {
        let store_place = place.join(format!("store-{round}"));
        let opened = Opened::at(engine, &store_place).await;
        let store = opened.storage();
        let store = store.as_ref();
        for _ in 0..ROUND {
            let weight = place.join("ballast");
            // sled keeps 2 MiB free; below that it is full at once.
            let spare = if engine == Engine::Sqlite {
                0
            } else {
                (2 << 20) - 32_768
            };
            ballast(&weight, spare + random.below(200_000));
            let (number, error) = until_refused(store).await;
            assert_eq!(error, StorageError::Full, "batch {number}");
            refusals.add(&error);
            reads_go_on(store, number, &error).await;
            let again = store.commit(NETWORK, batch(number)).await;
            assert_eq!(again.map_err(refused), Err(StorageError::Full), "still full");
            fs::remove_file(&weight).unwrap();
            store.commit(NETWORK, batch(number)).await.unwrap();
        }
        let there = inspect_open(store).await;
        opened.close().await;
        assert_eq!(inspect(engine, &store_place, there).await, there);
        if engine == Engine::Sqlite {
            for suffix in ["", "-wal", "-shm"] {
                // Closed files have no companions.
                let _absent = fs::remove_file(format!("{}{suffix}", store_place.display()));
            }
        } else {
            fs::remove_dir_all(&store_place).unwrap();
        }
    }
    refusals.tell();
}

fn filled(engine: Engine) {
    if !can_mount() {
        return;
    }
    let points = points(20, 100);
    let folder = Folder::new();
    let script = "mount -t tmpfs -o size=4m none \"$PARVIS_FAULT_PLACE\" && exec \"$@\"";
    let under = ["unshare", "-rm", "sh", "-c", script, "sh"];
    let lines = told(child(&under, "fill", engine, folder.path(), points));
    let refused = number(&[lines.join(" ").replace(" Full", "")], "refused ");
    assert_eq!(refused, points);
    report(
        "F03",
        &engine.name(),
        points,
        "full file system: every one `Full`, reads went on, next write worked",
    );
}

#[test]
fn f03_sqlite_in_a_full_file_system_says_so_and_goes_on_when_there_is_room() {
    filled(Engine::Sqlite);
}

#[test]
fn f03_sled_in_a_full_file_system_says_so_and_goes_on_when_there_is_room() {
    filled(Engine::Sled);
}

/// The bytes of the largest file of a store.
fn largest(place: &Path) -> u64 {
    let folder = if place.is_dir() { place } else { place.parent().unwrap() };
    let files = fs::read_dir(folder).unwrap().flatten();
    files.map(|file| file.metadata().unwrap().len()).max().unwrap_or(0)
}

fn limit_files(bytes: Option<u64>) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let maximum = getrlimit(Resource::Fsize).maximum;
    let limit = Rlimit {
        current: bytes.or(maximum),
        maximum,
    };
    setrlimit(Resource::Fsize, limit).unwrap();
}

fn typed(error: &StorageError) -> bool {
    matches!(
        error,
        StorageError::Full | StorageError::OutcomeUnknown | StorageError::Unavailable
    )
}

/// The child whose files may not grow.
pub(super) async fn limit(engine: Engine, place: &Path, points: u64) {
    let mut random = Random::new();
    let mut refusals = Refusals::default();
    for round in 0..points / ROUND {
        let store_place = place.join(format!("store-{round}")).join("parvis");
        fs::create_dir_all(store_place.parent().unwrap()).unwrap();
        let opened = Opened::at(engine, &store_place).await;
        let store = opened.storage();
        let store = store.as_ref();
        for _ in 0..ROUND {
            limit_files(Some(largest(&store_place) + random.below(60_000)));
            let (number, error) = until_refused(store).await;
            refusals.add(&error);
            assert!(typed(&error), "{error:?}");
            match store.read(NETWORK, &[], ReadAt::Fresh).await {
                Ok(found) => there(found.position.number, number, &error),
                // sled has to be opened anew after a write that failed unforeseen, and that takes room.
                Err(again) => assert!(engine != Engine::Sqlite && typed(&again), "{again:?}"),
            }
            limit_files(None);
            let committed = store.commit(NETWORK, batch(number)).await.unwrap();
            assert!(error == StorageError::OutcomeUnknown || !committed.repeated);
        }
        let there = inspect_open(store).await;
        opened.close().await;
        assert_eq!(inspect(engine, &store_place, there).await, there);
        if engine == Engine::Sqlite {
            integrity(&store_place);
        }
    }
    refusals.tell();
}

fn limited(engine: Engine) {
    let points = points(20, 100);
    let folder = Folder::new();
    // A process whose file grows beyond the limit is killed unless it says otherwise.
    let under = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
    let lines = told(child(&under, "limit", engine, folder.path(), points));
    let how = lines.join(", ");
    report(
        "F03",
        &engine.name(),
        points,
        &format!("limit on file size: {how}; reads went on, next write worked"),
    );
}

#[test]
fn f03_sqlite_whose_files_may_not_grow_goes_on_when_they_may() {
    limited(Engine::Sqlite);
}

#[test]
fn f03_sled_whose_files_may_not_grow_goes_on_when_they_may() {
    limited(Engine::Sled);
}

/// Writes from the `when`th on fail for a while; the child of [`super::flush`] does the rest.
fn injected(engine: Engine) {
    if !can_inject() {
        return;
    }
    let points = points(5, 100);
    let mut random = Random::new();
    let (mut met, mut tried) = (0, 0);
    while met < points && tried < 6 * points {
        let folder = Folder::new();
        let place: PathBuf = folder.file("parvis");
        // Counted in each thread by itself: SQLite's writer writes pages, sled's buffers. How many buffers it makes of the same
        // batches depends on how long a flush takes: where a point was not met, the next one comes sooner.
        let first = match engine {
            Engine::Sqlite => 60 + random.below(240),
            _ => 2 + random.below((20 >> (tried - met).min(4)) + 1),
        };
        tried += 1;
        let fault = format!(
            "inject=pwrite64:error=ENOSPC:when={first}..{}",
            first + 1 + random.below(6)
        );
        met += super::flush::under_strace(engine, &place, "pwrite64", &fault);
    }
    assert!(met * 2 >= points, "{met} of {points} points were met");
    report(
        "F03",
        &engine.name(),
        tried,
        &format!("writes fail within a batch: {met} met, 0 false acknowledgements"),
    );
}

#[test]
fn f03_sqlite_whose_writes_fail_within_a_batch_acknowledges_nothing_falsely() {
    injected(Engine::Sqlite);
}

#[test]
fn f03_sled_whose_writes_fail_within_a_batch_acknowledges_nothing_falsely() {
    injected(Engine::Sled);
}
