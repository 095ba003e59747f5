//! Where the threads of a folder keep it open, and open it again after a failure.

use crate::open::{Open, room};
use crate::options::SledOptions;
use parvis::store::StorageError;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The folder, open or not.
pub(crate) struct Slot {
    options: SledOptions,
    state: Mutex<State>,
}

enum State {
    /// Not yet, or no longer after a failure.
    Shut,
    Open(Arc<Open>),
    /// For good.
    Closed,
}

impl Slot {
    pub(crate) fn new(options: SledOptions) -> Slot {
        Slot {
            options,
            state: Mutex::new(State::Shut),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The engine for a read.
    pub(crate) fn reading(&self) -> Result<Arc<Open>, StorageError> {
        self.get(Open::is_whole)
    }

    /// The engine for a batch.
    pub(crate) fn writing(&self) -> Result<Arc<Open>, StorageError> {
        self.get(Open::is_sound)
    }

    fn get(&self, fits: fn(&Open) -> bool) -> Result<Arc<Open>, StorageError> {
        let mut state = self.state();
        match &*state {
            State::Closed => return Err(StorageError::Unavailable),
            State::Open(open) if fits(open) => return Ok(Arc::clone(open)),
            // Opening writes. As long as there is no room, what is open serves reads.
            State::Open(_) => room(&self.options.folder, 0)?,
            State::Shut => {}
        }
        *state = State::Shut;
        let until = Instant::now() + self.options.busy;
        loop {
            match Open::at(&self.options) {
                // A handle dropped a moment ago, or a thread that still works on the failed one, is about to close it.
                Err(StorageError::Busy) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
                opened => {
                    let open = Arc::new(opened?);
                    *state = State::Open(Arc::clone(&open));
                    return Ok(open);
                }
            }
        }
    }

    /// Closes the folder for good, when the reads under way are done.
    pub(crate) fn close(&self) {
        let before = std::mem::replace(&mut *self.state(), State::Closed);
        let State::Open(mut open) = before else { return };
        if open.is_sound()
            && let Err(error) = open.flush()
        {
            tracing::warn!(%error, "the folder was closed without its newest batches");
        }
        while let Err(shared) = Arc::try_unwrap(open) {
            open = shared;
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
