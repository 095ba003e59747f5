//! sled 0.34 does not wake who waits for a write that failed in the background: some failures are kept for the next call that
//! asks, and a flush that waits already waits for ever. So a call that takes long is followed by another one that asks; it
//! finds the failure and wakes all.
//!
//! Opening and closing cannot be asked so: they are done aside, and nobody waits for them for ever.

use crate::errors::meaning;
use crate::open::Open;
use parvis::store::StorageError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// How often it is looked whether a call takes long.
const TICK: Duration = Duration::from_millis(250);

/// How long somebody waits for a folder to be closed, or opened again after a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Does something on a thread of its own, because sled may never come back from it.
pub(crate) fn aside<T: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Receiver<T>, StorageError> {
    let (answer, answered) = sync_channel(1);
    let thread = std::thread::Builder::new().name(format!("parvis-sled-{what}"));
    // Nobody may be waiting any more.
    let spawned = thread.spawn(move || drop(answer.send(work())));
    spawned.map(|_| answered).map_err(meaning)
}

/// What came of it, within some time.
pub(crate) fn wait<T>(answered: &Receiver<Result<T, StorageError>>, time: Duration) -> Option<Result<T, StorageError>> {
    match answered.recv_timeout(time) {
        Ok(answer) => Some(answer),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Err(StorageError::Unavailable)),
    }
}

/// The calls of an engine, counted.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    begun: AtomicU64,
    done: AtomicU64,
}

/// A call under way, until it is dropped.
pub(crate) struct Call<'a>(&'a Calls);

impl Calls {
    pub(crate) fn begin(&self) -> Call<'_> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Call(self)
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.done.fetch_add(1, Ordering::Relaxed);
    }
}

/// Watches an engine on a thread of its own, as long as it is open.
pub(crate) fn watch(open: &Arc<Open>) -> std::io::Result<()> {
    let watched = Arc::downgrade(open);
    let thread = std::thread::Builder::new().name("parvis-sled-watch".to_owned());
    let watch = move || {
        let (mut seen, mut ticks) = (0, 0_u32);
        while let Some(open) = watched.upgrade() {
            let calls = open.calls();
            let done = calls.done.load(Ordering::Relaxed);
            if done != seen || done == calls.begun.load(Ordering::Relaxed) {
                (seen, ticks) = (done, 0);
            } else {
                // On a slow medium such a call waits as well: seldom and seldomer.
                ticks = ticks.saturating_add(1);
                if ticks.is_power_of_two() {
                    open.ask();
                }
            }
            drop(open);
            std::thread::sleep(TICK);
        }
    };
    thread.spawn(watch).map(drop)
}
