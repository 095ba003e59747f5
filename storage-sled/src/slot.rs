//! Where the threads of a folder keep it open, and open it again after a failure.

use crate::open::{Open, room};
use crate::options::SledOptions;
use crate::watch::{PATIENCE, aside, wait};
use parvis::store::StorageError;
use std::sync::mpsc::Receiver;
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
    /// After a failure, longer than anybody waits.
    Opening(Receiver<Result<Arc<Open>, StorageError>>),
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
        let (mut opening, patience) = match std::mem::replace(&mut *state, State::Shut) {
            State::Closed => {
                *state = State::Closed;
                return Err(StorageError::Unavailable);
            }
            State::Open(open) if fits(&open) => {
                *state = State::Open(Arc::clone(&open));
                return Ok(open);
            }
            State::Open(open) => {
                // Opening writes. As long as there is no room, what is open serves reads.
                if let Err(error) = room(&self.options.folder, 0) {
                    *state = State::Open(open);
                    return Err(error);
                }
                drop(open);
                (None, PATIENCE)
            }
            State::Opening(opening) => (Some(opening), PATIENCE),
            State::Shut => (None, Duration::MAX),
        };
        let until = Instant::now() + self.options.busy;
        loop {
            let opened = match opening.take() {
                Some(opening) => opening,
                None => aside("open", {
                    let options = self.options.clone();
                    move || Open::at(&options)
                })?,
            };
            match wait(&opened, patience) {
                None => {
                    tracing::warn!("the folder is still being opened");
                    *state = State::Opening(opened);
                    return Err(StorageError::Unavailable);
                }
                // A handle dropped a moment ago, or a thread that still works on the failed one, is about to close it.
                Some(Err(StorageError::Busy)) if Instant::now() < until => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Some(opened) => {
                    let open = opened?;
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
