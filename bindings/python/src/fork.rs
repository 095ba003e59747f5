//! What happens around a fork, and at the end of the interpreter.
//!
//! A library that has a file open must not be carried into another process: SQLite would believe in locks that only the parent holds.
//! So the embedded stores are closed before a fork, once the calls under way have ended, and opened again by the next call on either
//! side; a file that is still open all the same is refused in the child (`foreign`). Stores with servers are left alone: the child forgets their connections and makes its own.
//!
//! Nor may a fork happen while a call holds some lock, or makes something that is made once: in the child nobody would ever let go
//! of it, or finish it. So no call is polled in that moment.

use crate::callbacks::in_callback;
use crate::slot::{Opening, Slot};
use crate::{foreign, log, running};
use pyo3::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// How long a fork waits for what is under way; it is not refused.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it waits for files to be let go of.
const CLOSING: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(1);

/// Forks that are under way: nothing is opened meanwhile.
static FORKING: AtomicUsize = AtomicUsize::new(0);
/// Stores that are being opened.
static OPENING: AtomicUsize = AtomicUsize::new(0);
/// Forks that are about to happen: no call is polled meanwhile.
static STILL: AtomicUsize = AtomicUsize::new(0);
/// Calls that are being polled.
static POLLED: AtomicUsize = AtomicUsize::new(0);
/// Databases that were opened and may still be.
static OPEN: Mutex<Vec<Weak<Slot>>> = Mutex::new(Vec::new());

/// The right to open an embedded store.
pub(crate) struct Pass(());

impl Drop for Pass {
    fn drop(&mut self) {
        OPENING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits until no fork is under way; nothing where it is in vain meanwhile.
///
/// Of forks that follow each other closely the next one waits for calls on what this one waits to open.
pub(crate) async fn pass(in_vain: impl Fn() -> bool) -> Option<Pass> {
    loop {
        OPENING.fetch_add(1, Ordering::SeqCst);
        let pass = Pass(());
        if FORKING.load(Ordering::SeqCst) == 0 {
            return Some(pass);
        }
        drop(pass);
        if in_vain() {
            return None;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// A call is being polled.
pub(crate) struct Polled(());

impl Drop for Polled {
    fn drop(&mut self) {
        POLLED.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits, on this thread, until no fork is about to happen: that takes a moment.
pub(crate) fn poll() -> Polled {
    loop {
        POLLED.fetch_add(1, Ordering::SeqCst);
        let polled = Polled(());
        // What a callback of the host asks for belongs to a call that is being polled.
        if STILL.load(Ordering::SeqCst) == 0 || in_callback() {
            return polled;
        }
        drop(polled);
        std::thread::sleep(PAUSE);
    }
}

/// Waits, with the interpreter lock let go, until something is so, or patience ends.
fn until(py: Python<'_>, patience: Duration, so: impl Fn() -> bool) {
    let end = Instant::now() + patience;
    while !so() && Instant::now() < end {
        py.detach(|| std::thread::sleep(PAUSE));
    }
}

fn open() -> std::sync::MutexGuard<'static, Vec<Weak<Slot>>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A database was opened.
pub(crate) fn opened(slot: &Arc<Slot>) {
    // With the interpreter lock: no fork meets the list half made.
    Python::try_attach(|_py| {
        let mut open = open();
        open.retain(|known| known.strong_count() > 0 && !std::ptr::eq(known.as_ptr(), Arc::as_ptr(slot)));
        open.push(Arc::downgrade(slot));
    });
}

fn slots(_py: Python<'_>) -> Vec<Arc<Slot>> {
    open().iter().filter_map(Weak::upgrade).collect()
}

fn close(py: Python<'_>, openings: &[Arc<Opening>]) {
    let open = openings.iter().filter(|opening| opening.is_opened());
    let open: Vec<_> = open.cloned().collect();
    if !open.is_empty() {
        let closed = async move {
            for opening in open {
                opening.close().await;
            }
        };
        running::quietly(py, async move {
            // A server that does not answer keeps neither a fork nor the end waiting.
            let _late = tokio::time::timeout(PATIENCE, closed).await;
        });
    }
}

/// Called by Python before a fork.
#[pyfunction]
pub(crate) fn before_fork(py: Python<'_>) {
    FORKING.fetch_add(1, Ordering::SeqCst);
    // A fork from within a callback of the host is a part of a call.
    let own = usize::from(in_callback());
    until(py, PATIENCE, || OPENING.load(Ordering::SeqCst) == 0);
    let retired: Vec<_> = slots(py).iter().filter_map(|slot| slot.retire(py)).collect();
    until(py, PATIENCE, || retired.iter().all(|opening| opening.calls() <= own));
    close(py, &retired);
    until(py, CLOSING, foreign::nothing_is_open);
    STILL.fetch_add(1, Ordering::SeqCst);
    until(py, PATIENCE, || POLLED.load(Ordering::SeqCst) <= own);
    foreign::hold();
    log::hold();
}

/// Called by Python after a fork, in the parent and in the child.
#[pyfunction]
pub(crate) fn after_fork(child: bool) {
    log::release();
    foreign::release();
    if child {
        FORKING.store(0, Ordering::SeqCst);
        OPENING.store(0, Ordering::SeqCst);
        STILL.store(0, Ordering::SeqCst);
        POLLED.store(0, Ordering::SeqCst);
    } else {
        STILL.fetch_sub(1, Ordering::SeqCst);
        FORKING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Called by Python before the interpreter ends: files are closed in good order.
#[pyfunction]
pub(crate) fn close_all(py: Python<'_>) {
    let ended: Vec<_> = slots(py).iter().filter_map(|slot| slot.end(py)).collect();
    close(py, &ended);
    log::hand_over(py);
}
