//! Clock and entropy of the host, in Python.
//!
//! An exception in one of them becomes the failure of the call, with the exception as its cause.

use parvis::{Clock, Entropy, EntropyFailed, Time};
use pyo3::prelude::*;
use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};

tokio::task_local! {
    static NOTED: Noted;
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// What a callback raised while a call was carried out.
#[derive(Clone, Default)]
pub(crate) struct Noted(Arc<Mutex<Option<PyErr>>>);

impl Noted {
    /// Carries out a call; what its callbacks raise is noted here.
    pub(crate) fn keep<F: Future>(&self, call: F) -> impl Future<Output = F::Output> + use<F> {
        NOTED.scope(self.clone(), call)
    }

    /// The exception, once.
    pub(crate) fn take(&self) -> Option<PyErr> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Whether this thread runs Python code that the library called: a call from there could wait for itself.
pub(crate) fn in_callback() -> bool {
    INSIDE.get()
}

/// Calls the host's code; an exception is noted, and answered as absent.
pub(crate) fn call<T>(what: &'static str, work: impl FnOnce(Python<'_>) -> PyResult<T>) -> Option<T> {
    let before = INSIDE.replace(true);
    // Absent where the interpreter ends.
    let answer = Python::try_attach(work);
    INSIDE.set(before);
    match answer? {
        Ok(answer) => Some(answer),
        Err(error) => {
            tracing::error!(callback = what, "the host's own code raised an exception");
            let noted = |noted: &Noted| *noted.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            // Work that no call waits for has nobody to tell it.
            let _ = NOTED.try_with(noted);
            None
        }
    }
}

/// What a call is ended with whose clock raised an exception.
pub(crate) struct Raised;

/// A callable that answers milliseconds since 1970.
pub(crate) struct PyClock(pub(crate) Py<PyAny>);

impl Clock for PyClock {
    fn now(&self) -> Time {
        match call("clock", |py| self.0.bind(py).call0()?.extract::<i64>()) {
            Some(millis) => Time::from_millis(millis),
            // No instant would be right, and a time cannot be refused: the call ends here, before it writes.
            None => std::panic::resume_unwind(Box::new(Raised)),
        }
    }
}

/// A callable that answers so many random bytes.
pub(crate) struct PyEntropy(pub(crate) Py<PyAny>);

impl Entropy for PyEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), EntropyFailed> {
        let drawn = call("entropy", |py| {
            let drawn = self.0.bind(py).call1((bytes.len(),))?.extract::<Vec<u8>>()?;
            if drawn.len() == bytes.len() {
                return Ok(drawn);
            }
            let text = format!("{} random bytes were asked for, {} came", bytes.len(), drawn.len());
            Err(pyo3::exceptions::PyValueError::new_err(text))
        });
        bytes.copy_from_slice(&drawn.ok_or(EntropyFailed)?);
        Ok(())
    }
}
