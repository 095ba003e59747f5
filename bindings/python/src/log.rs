//! What happens inside, for Python's `logging`.
//!
//! Rust work puts events into a bounded queue and never waits for the interpreter. The queue is handed over by whoever holds the
//! interpreter lock anyway: at the end of each call, ten times a second while one waits, and when the interpreter ends.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt::{Debug, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{SystemTime, UNIX_EPOCH};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Events that wait at most; more are counted and lost.
const MOST: usize = 1024;

static QUEUE: Mutex<VecDeque<Entry>> = Mutex::new(VecDeque::new());
static WAITING: AtomicBool = AtomicBool::new(false);
static LOST: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static HELD: RefCell<Option<MutexGuard<'static, VecDeque<Entry>>>> = const { RefCell::new(None) };
}

/// Keeps the queue as it is while this thread forks.
pub(crate) fn hold() {
    HELD.with(|held| *held.borrow_mut() = Some(QUEUE.lock().unwrap_or_else(PoisonError::into_inner)));
}

/// Ends it.
pub(crate) fn release() {
    HELD.with(|held| held.borrow_mut().take());
}

/// One event: Python's level, the logger's name, seconds since 1970, the text.
type Entry = (u8, String, f64, String);

fn queue() -> Option<MutexGuard<'static, VecDeque<Entry>>> {
    match QUEUE.try_lock() {
        Ok(queue) => Some(queue),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

struct ToPython;

impl Subscriber for ToPython {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // What others say of every statement is nobody's business but theirs.
        let most = if metadata.target().starts_with("parvis") {
            Level::DEBUG
        } else {
            Level::WARN
        };
        metadata.is_event() && *metadata.level() <= most
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = Words::default();
        event.record(&mut words);
        let metadata = event.metadata();
        let level = match *metadata.level() {
            Level::ERROR => 40,
            Level::WARN => 30,
            Level::INFO => 20,
            _ => 10,
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0.0, |since| since.as_secs_f64());
        let entry = (level, logger(metadata.target()), now, words.0 + &words.1);
        // Somebody else has it for a moment only; no event is worth waiting for.
        let free = (0..100).find_map(|_| {
            queue().or_else(|| {
                std::hint::spin_loop();
                None
            })
        });
        match free {
            Some(mut queue) if queue.len() < MOST => {
                queue.push_back(entry);
                WAITING.store(true, Ordering::Release);
            }
            _ => {
                LOST.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// `parvis_sqlx::sqlite` is `parvis.sqlx.sqlite`; what is not ours stands below `parvis` too.
fn logger(target: &str) -> String {
    let path = target.replace("::", ".");
    let name = path.strip_prefix("_parvis").or_else(|| path.strip_prefix("parvis"));
    match name {
        Some("") => "parvis".to_owned(),
        Some(rest) => format!("parvis.{}", rest.trim_start_matches(['_', '.'])),
        None => format!("parvis.{path}"),
    }
}

/// The message, then the other fields.
#[derive(Default)]
struct Words(String, String);

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Writing into a text does not fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.1, " {name}={value:?}"),
        };
    }
}

/// Sends events of this module's copy of the libraries to the queue.
pub(crate) fn install() {
    // Once in a process; a second interpreter shares the queue.
    drop(tracing::subscriber::set_global_default(ToPython));
}

/// Hands what waits over to `logging`.
pub(crate) fn hand_over(py: Python<'_>) {
    static HANDLE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    if !WAITING.load(Ordering::Acquire) {
        return;
    }
    let handed = HANDLE
        .get_or_try_init(py, || {
            Ok::<_, PyErr>(py.import("parvis._log")?.getattr("hand_over")?.unbind())
        })
        .and_then(|handle| handle.bind(py).call0());
    if let Err(error) = handed {
        error.write_unraisable(py, None);
    }
}

/// Takes what waits, and how many events were lost since the last time.
#[pyfunction]
pub(crate) fn log_records() -> (Vec<Entry>, u64) {
    let taken = queue().map(|mut queue| {
        WAITING.store(false, Ordering::Release);
        std::mem::take(&mut *queue)
    });
    (
        taken.map(Vec::from).unwrap_or_default(),
        LOST.swap(0, Ordering::Relaxed),
    )
}

#[cfg(test)]
mod tests {
    use super::logger;

    #[test]
    fn loggers_stand_below_one_name() {
        for (target, name) in [
            ("parvis", "parvis"),
            ("parvis::due::network", "parvis.due.network"),
            ("parvis_sqlx::sqlite", "parvis.sqlx.sqlite"),
            ("_parvis::running", "parvis.running"),
            ("sqlx::query", "parvis.sqlx.query"),
        ] {
            assert_eq!(logger(target), name, "{target}");
        }
    }
}
