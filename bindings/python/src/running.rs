//! Where calls run: one tokio runtime a process, made at the first use, and again in a forked child.
//!
//! The locks of this module and of `slot` are taken while the interpreter lock is held, for moments in which nothing waits: a fork
//! from Python never meets one that is taken, and no two threads can wait for each other.

use crate::callbacks::{Noted, in_callback};
use crate::failure::Failure;
use crate::{fork, log};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

/// How often a call that waits looks for signals.
const LOOK: Duration = Duration::from_millis(100);

/// A process, by its number. It is asked for once a call: that costs more than the rest of a trivial one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process(u32);

impl Process {
    /// This one.
    pub(crate) fn this() -> Process {
        Process(std::process::id())
    }
}

/// The runtime of this process. One that a parent left behind has no threads here: it is let go as it is.
fn runtime(_py: Python<'_>, process: Process) -> Result<&'static Runtime, Failure> {
    static OF: Mutex<Option<(Process, &'static Runtime)>> = Mutex::new(None);
    let mut of = OF.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, runtime)) = of.as_ref().filter(|(id, _)| *id == process) {
        return Ok(runtime);
    }
    let runtime = Builder::new_multi_thread().thread_name("parvis").enable_all().build();
    let runtime = runtime.map_err(|error| {
        tracing::warn!(%error, "no threads for calls");
        Failure::Answered(parvis::Error::new(parvis::Reason::Store))
    })?;
    let runtime: &'static Runtime = Box::leak(Box::new(runtime));
    *of = Some((process, runtime));
    Ok(runtime)
}

/// Waits for a call on this thread, with the interpreter lock let go.
pub(crate) fn wait<T: Send>(
    py: Python<'_>,
    process: Process,
    call: impl Future<Output = Result<T, Failure>> + Send,
) -> PyResult<T> {
    allowed(py)?;
    let noted = Noted::default();
    let outcome = runtime(py, process).and_then(|runtime| {
        let call = pin!(noted.keep(call));
        py.detach(|| block(runtime, call))
    });
    finish(py, outcome, &noted)
}

/// Carries out work that cannot fail, without a look at signals: around a fork, or when the interpreter ends.
pub(crate) fn quietly(py: Python<'_>, work: impl Future<Output = ()> + Send) {
    if let Ok(runtime) = runtime(py, Process::this()) {
        py.detach(|| runtime.block_on(work));
    }
}

/// Answers what a call answered, and hands over what was logged meanwhile.
fn finish<T>(py: Python<'_>, outcome: Result<T, Failure>, noted: &Noted) -> PyResult<T> {
    log::hand_over(py);
    outcome.map_err(|failure| failure.raise(py, noted.take()))
}

/// Whether a call may wait here.
fn allowed(py: Python<'_>) -> PyResult<()> {
    static LOOP: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static REFUSE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let looped = LOOP.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("asyncio")?.getattr("_get_running_loop")?.unbind())
    })?;
    let reason = if in_callback() {
        "callback"
    } else if !looped.bind(py).call0()?.is_none() {
        "running_loop"
    } else {
        return Ok(());
    };
    let refuse = REFUSE.get_or_try_init(py, || {
        Ok::<_, PyErr>(py.import("parvis.errors")?.getattr("Misuse")?.unbind())
    })?;
    Err(PyErr::from_value(refuse.bind(py).call1((reason,))?))
}

/// Wakes a thread that waits.
struct Sleeper {
    thread: Thread,
    woken: AtomicBool,
}

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

thread_local! {
    /// What wakes this thread. A call that woke it too late wakes the next one for nothing.
    static SLEEPER: (Arc<Sleeper>, Waker) = {
        let sleeper = Arc::new(Sleeper {
            thread: std::thread::current(),
            woken: AtomicBool::new(false),
        });
        let waker = Waker::from(Arc::clone(&sleeper));
        (sleeper, waker)
    };
}

/// Polls a call to its end. A signal's exception drops it, which every call allows at any point.
fn block<T>(runtime: &Runtime, mut call: Pin<&mut impl Future<Output = Result<T, Failure>>>) -> Result<T, Failure> {
    let _entered = runtime.enter();
    let (sleeper, waker) = SLEEPER.with(Clone::clone);
    let mut context = Context::from_waker(&waker);
    let mut looked = None;
    loop {
        sleeper.woken.store(false, Ordering::Relaxed);
        let polled = fork::poll();
        let poll = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut context)));
        drop(polled);
        match poll {
            Ok(Poll::Ready(outcome)) => return outcome,
            Ok(Poll::Pending) => {}
            Err(payload) => return Err(Failure::panicked(payload)),
        }
        // Something that wakes all the time is no reason not to look.
        loop {
            let since = looked.get_or_insert_with(Instant::now);
            if since.elapsed() >= LOOK {
                signals()?;
                *since = Instant::now();
            }
            if sleeper.woken.load(Ordering::Acquire) {
                break;
            }
            std::thread::park_timeout(LOOK.saturating_sub(since.elapsed()));
        }
    }
}

fn signals() -> Result<(), Failure> {
    let looked = Python::try_attach(|py| {
        py.check_signals()?;
        log::hand_over(py);
        Ok::<_, PyErr>(())
    });
    Ok(looked.unwrap_or(Ok(()))?)
}

/// A task that ends when nobody waits for it any more.
struct Task<T>(JoinHandle<T>);

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A call that is not polled while a fork happens.
struct Still<F>(Pin<Box<F>>);

impl<F: Future> Future for Still<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _polled = fork::poll();
        self.0.as_mut().poll(context)
    }
}

/// Runs a call in a task of its own and waits for it in a coroutine: the coroutine is polled with the interpreter lock held, the
/// task is not. A coroutine that is cancelled ends its task.
pub(crate) async fn spawned<T: Send + 'static>(
    call: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> PyResult<T> {
    let noted = Noted::default();
    let outcome = in_task(Box::pin(noted.keep(call))).await;
    Python::attach(|py| finish(py, outcome, &noted))
}

/// Runs a call that is over at its first poll, in the coroutine itself: two changes of threads would take longer than the call.
/// One that waits after all goes on in a task.
pub(crate) async fn polled<T: Send + 'static>(
    call: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> PyResult<T> {
    let noted = Noted::default();
    let mut call = Box::pin(noted.keep(call));
    let first = Python::attach(|py| {
        // A fork may have closed the database since: it is opened anew then.
        let runtime = runtime(py, Process::this())?;
        Ok::<_, Failure>(py.detach(|| {
            let _entered = runtime.enter();
            let _polled = fork::poll();
            catch_unwind(AssertUnwindSafe(|| {
                call.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            }))
        }))
    });
    let outcome = match first {
        Ok(Ok(Poll::Ready(outcome))) => outcome,
        Ok(Ok(Poll::Pending)) => in_task(call).await,
        Ok(Err(payload)) => Err(Failure::panicked(payload)),
        Err(failure) => Err(failure),
    };
    Python::attach(|py| finish(py, outcome, &noted))
}

async fn in_task<T: Send + 'static>(
    call: Pin<Box<impl Future<Output = Result<T, Failure>> + Send + 'static>>,
) -> Result<T, Failure> {
    let runtime = Python::attach(|py| runtime(py, Process::this()))?;
    let mut task = Task(runtime.spawn(Still(call)));
    match (&mut task.0).await {
        Ok(outcome) => outcome,
        Err(error) => Err(match error.try_into_panic() {
            Ok(payload) => Failure::panicked(payload),
            // Nobody aborts a task but the one who waits for it: the runtime ended.
            Err(_) => Failure::Closed,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared() {
        Python::initialize();
    }

    #[test]
    fn f24_a_panic_of_a_call_that_is_waited_for_is_a_failure() {
        prepared();
        let runtime = Python::attach(|py| runtime(py, Process::this())).unwrap();
        let call = pin!(async {
            tokio::task::yield_now().await;
            if std::process::id() > 0 {
                panic!("on purpose");
            }
            Ok(())
        });
        let outcome = block(runtime, call);
        assert!(matches!(outcome, Err(Failure::Panicked(text)) if text == "on purpose"));
    }

    #[test]
    fn f24_a_panic_of_a_task_is_a_failure() {
        prepared();
        let runtime = Python::attach(|py| runtime(py, Process::this())).unwrap();
        let mut task = Task(runtime.spawn(async { panic!("on purpose") }));
        let joined: Result<(), _> = pollster::block_on(&mut task.0);
        let failure = Failure::panicked(joined.unwrap_err().into_panic());
        assert!(matches!(failure, Failure::Panicked(text) if text == "on purpose"));
    }
}
