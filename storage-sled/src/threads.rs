//! The threads of one folder. They end with its last handle, when their queues are empty.

use crate::open::Open;
use crate::options::SledOptions;
use crate::slot::Slot;
use futures::channel::oneshot;
use parvis::store::StorageError;
use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Calls that may wait for a thread; one more is told `Busy`.
const QUEUE: usize = 1_024;
/// Batches that share a sync.
const GROUP: usize = 64;

type Reading = Box<dyn FnOnce(&Slot) + Send>;

/// Answers whoever waits, once it is known whether what was written so far is on the medium.
type Answer = Box<dyn FnOnce(Result<(), StorageError>) + Send>;

/// A batch, to be carried out on the engine or told why there is none.
type Work = Box<dyn FnOnce(Result<&Open, StorageError>) -> Written + Send>;

/// What the thread that writes is asked.
enum Writing {
    Write(Work),
    Close(oneshot::Sender<()>),
}

/// What became of a write.
struct Written {
    /// Whether the answer has to wait for the sync.
    waits: bool,
    answer: Answer,
}

/// The queues of a folder.
pub(crate) struct Threads {
    folder: PathBuf,
    reads: SyncSender<Reading>,
    writes: SyncSender<Writing>,
}

/// The folders that are open in this process. sled opens a folder once, so all handles share its threads.
static FOLDERS: Mutex<BTreeMap<PathBuf, Weak<Threads>>> = Mutex::new(BTreeMap::new());

/// What these locks guard is never left half done, so a panic of another thread does not matter.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Threads {
    /// The threads of a folder, started where there are none.
    pub(crate) fn of(mut options: SledOptions) -> io::Result<Arc<Threads>> {
        let path = std::path::absolute(&options.folder)?;
        // Two names of one folder are one folder, once it is there.
        let folder = std::fs::canonicalize(&path).unwrap_or(path);
        options.folder.clone_from(&folder);
        let mut folders = lock(&FOLDERS);
        folders.retain(|_, threads| threads.strong_count() > 0);
        if let Some(threads) = folders.get(&folder).and_then(Weak::upgrade) {
            return Ok(threads);
        }
        let readers = options.readers;
        let slot = Arc::new(Slot::new(options));
        let (reads, reading) = sync_channel::<Reading>(QUEUE);
        let reading = Arc::new(Mutex::new(reading));
        for _ in 0..readers {
            let (reading, slot) = (Arc::clone(&reading), Arc::clone(&slot));
            let thread = std::thread::Builder::new().name("parvis-sled-read".to_owned());
            thread.spawn(move || {
                let next = || lock(&reading).recv().ok();
                // A panic inside the engine ends that call, not the thread: its caller finds the answer lost.
                std::iter::from_fn(next).for_each(|work| drop(catch_unwind(AssertUnwindSafe(|| work(&slot)))));
            })?;
        }
        let (writes, writing) = sync_channel::<Writing>(QUEUE);
        let thread = std::thread::Builder::new().name("parvis-sled-write".to_owned());
        thread.spawn(move || write_all(&writing, &slot))?;
        let threads = Arc::new(Threads {
            folder: folder.clone(),
            reads,
            writes,
        });
        folders.insert(folder, Arc::downgrade(&threads));
        Ok(threads)
    }

    /// Reads on a thread, and waits for the answer.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        read: impl Fn(&Open) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (answer, answered) = oneshot::channel();
        let work = move |slot: &Slot| {
            let found = slot.reading().and_then(|open| {
                let found = read(&open);
                if found.is_err() && !open.is_whole() {
                    // The engine failed, not the medium for reads: opened anew it may answer.
                    drop(open);
                    return slot.reading().and_then(|open| read(&open));
                }
                found
            });
            drop(answer.send(found));
        };
        self.reads.try_send(Box::new(work)).map_err(|_| StorageError::Busy)?;
        answered.await.unwrap_or(Err(StorageError::Unavailable))
    }

    /// Writes on the thread, and waits until what was written is as safe as asked for.
    pub(crate) async fn write<T: Send + 'static, E: From<StorageError> + Send + 'static>(
        &self,
        lasting: bool,
        write: impl FnOnce(&Open) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (answer, answered) = oneshot::channel();
        let work = move |open: Result<&Open, StorageError>| {
            let written = open.map_err(E::from).and_then(write);
            Written {
                waits: lasting && written.is_ok(),
                answer: Box::new(move |synced| {
                    let told = written.and_then(|written| synced.map(|()| written).map_err(E::from));
                    // Nobody may be waiting any more.
                    drop(answer.send(told));
                }),
            }
        };
        let work = Writing::Write(Box::new(work));
        self.writes.try_send(work).map_err(|_| StorageError::Busy)?;
        answered.await.unwrap_or(Err(StorageError::OutcomeUnknown.into()))
    }

    /// Waits for the batches under way and closes the folder for every handle of this process.
    pub(crate) async fn close(&self) {
        let folders = || lock(&FOLDERS);
        folders().retain(|folder, threads| *folder != self.folder || !std::ptr::eq(threads.as_ptr(), self));
        let (answer, closed) = oneshot::channel();
        if self.writes.try_send(Writing::Close(answer)).is_ok() {
            // A thread that is gone has closed the folder as well.
            let _gone = closed.await;
        }
    }
}

/// Works until nobody can ask any more. Writes that wait together share a sync.
fn write_all(queue: &Receiver<Writing>, slot: &Slot) {
    while let Ok(first) = queue.recv() {
        let open = slot.writing();
        let mut group = Vec::new();
        let mut next = Some(first);
        let mut closing = None;
        while let Some(writing) = next.take() {
            match writing {
                Writing::Write(work) => {
                    let asked = open.as_deref().map_err(Clone::clone);
                    // A panic ends that call, not the thread: its caller finds the answer lost.
                    if let Ok(written) = catch_unwind(AssertUnwindSafe(|| work(asked))) {
                        group.push(written);
                    }
                }
                Writing::Close(answer) => closing = Some(answer),
            }
            let goes_on = closing.is_none() && group.len() < GROUP && open.as_deref().is_ok_and(Open::is_sound);
            next = goes_on.then(|| queue.try_recv().ok()).flatten();
        }
        let waits = group.iter().any(|written| written.waits);
        let synced = match &open {
            Ok(open) if waits => open.sync(),
            _ => Ok(()),
        };
        drop(open);
        for Written { waits, answer } in group {
            answer(if waits { synced.clone() } else { Ok(()) });
        }
        if let Some(answer) = closing {
            slot.close();
            // Nobody may be waiting any more.
            let _gone = answer.send(());
        }
    }
}
