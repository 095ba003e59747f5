//! A storage backend of your own, in full: Parvis on [redb](https://www.redb.org), an embedded key-value store.
//! `cargo run -p parvis-examples --example custom_storage -- town.redb` twice: the second run finds what the first wrote.
//!
//! # What to implement, in this order
//! 1. [`OrderedMap`] for one snapshot of your engine: `get` and a lazy `range`, in byte order. Here: [`Snapshot`].
//! 2. What [`Storage`] asks, as transactions: `read` hands a snapshot to [`run`]; `prepare` and `commit` hand one to
//!    [`prepare`](parvis::store::prepare) and [`apply`], which answer what to write. You write it all or not at all, and let
//!    nobody else write in between. Here: [`Open`].
//! 3. Errors: what the engine says becomes one of the few things that a caller can act on; the engine's own words go to
//!    `tracing`. Here: [`meaning`].
//! 4. Threads, if your engine blocks: a future of Parvis is polled on the host's executor and must not wait for a disk
//!    there. Here: [`Threads`], one that writes and a few that read, behind queues. A commit in its queue runs to its end:
//!    who drops the future stops waiting, no more.
//!
//! # What you promise
//! - **One instant.** All reads of one call are of one snapshot: one read transaction.
//! - **Durability.** When `commit` answers, the batch survives a loss of power: redb has synced the file, once a commit (you
//!   may let waiting batches share a sync). `Replayable` batches may be treated more lightly; here they are not.
//! - **All or nothing.** A failure before the commit leaves nothing. A failure *of* the commit leaves either, and says so:
//!   [`StorageError::OutcomeUnknown`]. The caller sends the same batch again, and `apply` knows whether it is in.
//! - **Fresh reads.** A read sees every commit acknowledged before it, through any handle: here they share one open file.
//!
//! # How to show that it holds
//! The conformance kit (feature `conformance` of `parvis`) makes one test of every sentence that the seam promises; a backend
//! passes whole or is not done. `tests/it/redb.rs` calls it on this file, `cargo test -p parvis-tests redb` runs it:
//! `parvis::conformance!(Kit::reopening(Folder::new, |folder| async move { Redb::open(..).await.unwrap() }).shared());`

use async_trait::async_trait;
use parvis::operations::{Home, NewItem, PutPerson};
use parvis::store::{
    Batch, CommitError, Committed, Dir, Entries, Found, NetworkId, OrderedMap, Prepare, Prepared, Read, ReadAt, Schema,
    Storage, StorageError, Writes, apply, run,
};
use parvis::{Config, Parvis, Upkeep, external, items::Place};
use redb::Error::{Corrupted, DatabaseAlreadyOpen, Io, LockPoisoned, PreviousIo, TableTypeMismatch, UpgradeRequired};
use redb::{Database, Durability, ReadableDatabase, ReadableTable, TableDefinition, TableError::TableDoesNotExist};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The one table: bytes to bytes, which redb keeps in byte order.
const TABLE: TableDefinition<&[u8], &[u8]> = TableDefinition::new("parvis");

/// 1. The table in a transaction, of reading or of writing: one snapshot as an ordered map.
struct Snapshot<'a, T>(&'a Open, T);

impl<T: ReadableTable<&'static [u8], &'static [u8]>> OrderedMap for Snapshot<'_, T> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.0.told(self.1.get(key))?.map(|value| value.value().to_vec()))
    }

    fn range(&self, from: Bound<&[u8]>, to: Bound<&[u8]>, dir: Dir) -> Entries<'_> {
        let entries = match self.0.told(self.1.range::<&[u8]>((from, to))) {
            Ok(entries) => entries,
            Err(error) => return Box::new(std::iter::once(Err(error))),
        };
        // Lazy: a page of 20 rows costs 20 rows, however many lie behind them.
        let entries = entries.map(|entry| {
            let (key, value) = self.0.told(entry)?;
            Ok((key.value().to_vec(), value.value().to_vec()))
        });
        match dir {
            Dir::Up => Box::new(entries),
            Dir::Down => Box::new(entries.rev()),
        }
    }
}

/// 2. The file while it is open, and the transactions on it. All of this blocks, and runs on the threads only.
struct Open {
    database: Database,
    /// After a failure of the disk redb refuses everything, reads too, until the file is opened again.
    broken: AtomicBool,
}

impl Open {
    fn at(path: &Path) -> Result<Open, redb::Error> {
        let database = Database::create(path)?;
        if let Err(TableDoesNotExist(_)) = database.begin_read()?.open_table(TABLE) {
            let transaction = database.begin_write()?;
            transaction.open_table(TABLE)?;
            transaction.commit()?;
        }
        #[cfg(unix)] // A new file lasts when its folder has its name.
        std::fs::File::open(path.parent().unwrap_or(path))?.sync_all()?;
        let broken = AtomicBool::new(false);
        Ok(Open { database, broken })
    }

    /// One read transaction is one instant, whatever is committed meanwhile.
    fn read(&self, schema: &Schema, network: NetworkId, reads: &[Read]) -> Result<Found, StorageError> {
        let transaction = self.told(self.database.begin_read())?;
        let table = self.told(transaction.open_table(TABLE))?;
        run(&Snapshot(self, table), schema, network, reads)
    }

    /// Decides and writes in one write transaction; redb has one at a time, and one that is not committed leaves nothing.
    fn write<T, E: From<StorageError>>(
        &self,
        decide: impl FnOnce(&dyn OrderedMap) -> Result<(T, Writes), E>,
    ) -> Result<T, E> {
        let mut transaction = self.told(self.database.begin_write())?;
        self.told(transaction.set_durability(Durability::Immediate))?;
        let mut map = Snapshot(self, self.told(transaction.open_table(TABLE))?);
        let (answer, writes) = decide(&map)?;
        if writes.is_empty() {
            return Ok(answer);
        }
        for (key, value) in writes {
            self.told(match value {
                Some(value) => map.1.insert(&*key, &*value),
                None => map.1.remove(&*key),
            })?;
        }
        drop(map);
        let committed = self.told(transaction.commit()).map(|()| answer);
        committed.map_err(|_| StorageError::OutcomeUnknown.into())
    }

    /// What redb answered. After some failures the file must be opened again.
    fn told<T>(&self, answer: Result<T, impl Into<redb::Error>>) -> Result<T, StorageError> {
        answer.map_err(|error| {
            let error = error.into();
            let broken = matches!(error, Io(_) | PreviousIo | LockPoisoned(_));
            self.broken.fetch_or(broken, Ordering::Relaxed);
            meaning(error)
        })
    }
}

/// 3. What a failure means to the caller; redb's own words are for the log.
fn meaning(error: impl Into<redb::Error>) -> StorageError {
    let error = error.into();
    tracing::warn!(%error, "redb failed");
    let corrupt = StorageError::Corrupt { table: "parvis" };
    match error {
        Io(error) => match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => StorageError::Full,
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => StorageError::ReadOnly,
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => corrupt,
            _ => StorageError::Unavailable,
        },
        Corrupted(_) | UpgradeRequired(_) | TableTypeMismatch { .. } => corrupt,
        DatabaseAlreadyOpen => StorageError::Busy,
        _ => StorageError::Unavailable,
    }
}

type Work = Box<dyn FnOnce(&Slot) + Send>;

/// Where the threads of a file keep it open.
struct Slot(PathBuf, Mutex<Option<Arc<Open>>>);

impl Slot {
    fn open(&self) -> Result<Arc<Open>, StorageError> {
        let mut slot = lock(&self.1);
        if let Some(open) = slot.as_ref().filter(|open| !open.broken.load(Ordering::Relaxed)) {
            return Ok(Arc::clone(open));
        }
        *slot = None;
        let until = Instant::now() + Duration::from_secs(5);
        loop {
            match Open::at(&self.0) {
                // A handle dropped a moment ago, or a thread that still works on the broken file, is about to close it.
                Err(DatabaseAlreadyOpen) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
                open => return Ok(Arc::clone(slot.insert(Arc::new(open.map_err(meaning)?)))),
            }
        }
    }
}

/// 4. The threads of one file. They end with its last handle, when their queues are empty.
struct Threads {
    reads: SyncSender<Work>,
    writes: SyncSender<Work>,
}

/// The files that are open in this process. redb opens a file once, so all handles of a file share its threads.
static FILES: Mutex<BTreeMap<PathBuf, Weak<Threads>>> = Mutex::new(BTreeMap::new());

impl Threads {
    fn of(path: &Path) -> io::Result<Arc<Threads>> {
        let path = std::path::absolute(path)?;
        let mut files = lock(&FILES);
        files.retain(|_, threads| threads.strong_count() > 0);
        if let Some(threads) = files.get(&path).and_then(Weak::upgrade) {
            return Ok(threads);
        }
        let slot = Arc::new(Slot(path.clone(), Mutex::new(None)));
        let reads = Threads::start(4, &slot)?; // They do not wait for the one that writes, nor it for them.
        let writes = Threads::start(1, &slot)?;
        let threads = Arc::new(Threads { reads, writes });
        files.insert(path, Arc::downgrade(&threads));
        Ok(threads)
    }

    fn start(count: usize, slot: &Arc<Slot>) -> io::Result<SyncSender<Work>> {
        let (queue, waiting) = sync_channel::<Work>(1024); // A call beyond that is told `Busy`.
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..count {
            let (waiting, slot) = (Arc::clone(&waiting), Arc::clone(slot));
            let next = move || lock(&waiting).recv().ok();
            // A panic inside the engine ends that call, not the thread: its caller finds the answer lost.
            let serve = move |work: Work| drop(catch_unwind(AssertUnwindSafe(|| work(&slot))));
            let thread = std::thread::Builder::new().name("parvis-redb".into());
            thread.spawn(|| std::iter::from_fn(next).for_each(serve))?;
        }
        Ok(queue)
    }
}

/// What these locks guard is never left half done, so a panic of another thread does not matter.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts work into a queue and waits for its answer; `lost` is what a caller is told who gets none.
async fn call<T: Send + 'static, E: From<StorageError> + Send + 'static>(
    queue: &SyncSender<Work>,
    lost: StorageError,
    work: impl FnOnce(&Open) -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    let (answer, answered) = oneshot::channel();
    let work = move |slot: &Slot| drop(answer.send(slot.open().map_err(E::from).and_then(|open| work(&open))));
    queue.try_send(Box::new(work)).map_err(|_full| StorageError::Busy)?;
    answered.await.unwrap_or(Err(lost.into()))
}

/// The store: a handle of a redb file. Every handle is prepared by itself.
pub(crate) struct Redb(Arc<Threads>, Mutex<Option<Arc<Schema>>>);

impl Redb {
    /// Opens the file, or makes it.
    pub(crate) async fn open(path: impl AsRef<Path>) -> Result<Redb, StorageError> {
        let threads = Threads::of(path.as_ref()).map_err(meaning)?;
        let opened = |_: &Open| Ok::<_, StorageError>(());
        call(&threads.writes, StorageError::Unavailable, opened).await?;
        Ok(Redb(threads, Mutex::new(None)))
    }

    fn schema(&self) -> Result<Arc<Schema>, StorageError> {
        let unprepared = StorageError::SchemaTooOld { found: 0, needed: 1 };
        lock(&self.1).clone().ok_or(unprepared)
    }
}

#[async_trait]
impl Storage for Redb {
    async fn prepare(&self, schema: &Schema, mode: Prepare) -> Result<Prepared, StorageError> {
        let wanted = schema.clone();
        let work = move |open: &Open| open.write(|map| parvis::store::prepare(map, &wanted, mode));
        let prepared = call(&self.0.writes, StorageError::OutcomeUnknown, work).await?;
        *lock(&self.1) = Some(Arc::new(schema.clone()));
        Ok(prepared)
    }

    // Every read is fresh, which serves `AtLeast` too.
    async fn read(&self, network: NetworkId, reads: &[Read], _at: ReadAt) -> Result<Found, StorageError> {
        let (schema, reads) = (self.schema()?, reads.to_vec());
        let work = move |open: &Open| open.read(&schema, network, &reads);
        call(&self.0.reads, StorageError::Unavailable, work).await
    }

    async fn commit(&self, network: NetworkId, batch: Batch) -> Result<Committed, CommitError> {
        let schema = self.schema()?;
        let decide = move |map: &dyn OrderedMap| apply(map, &schema, network, &batch);
        let work = move |open: &Open| open.write(|map| decide(map).map(|all| (all.committed, all.writes)));
        call(&self.0.writes, StorageError::OutcomeUnknown, work).await
    }
}

/// A tiny run: Ana writes to all, and Ben finds it at home.
pub(crate) async fn tour(path: &Path) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    let db = Parvis::open(Redb::open(path).await?, Config::new().upkeep(Upkeep::Inline)).await?;
    let people = db.system("acme", "hr").people();
    people.put(PutPerson::new(external("ana"), "Ana")).await?;
    people.put(PutPerson::new(external("ben"), "Ben")).await?;
    let [ana, ben] = ["ana", "ben"].map(|name| db.act_as("acme", external(name)));
    let hello = NewItem::new("Hello from redb");
    ana.items().create(hello.place(Place::Network)).await?;
    let home = ben.feed().home(Home::new()).await?;
    let bodies = home.items.iter().filter_map(|item| item.body.as_ref());
    Ok(bodies.map(|body| body.source.clone()).collect())
}

#[expect(clippy::print_stdout, reason = "it shows what it found")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let path = std::env::args_os().nth(1).unwrap_or("parvis-demo.redb".into());
    println!("{}", tour(path.as_ref()).await?.join("\n"));
    Ok(())
}
