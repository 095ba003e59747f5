//! What a call fails with, and the exception of `parvis.errors` that it is raised as.

use crate::callbacks::Raised;
use parvis::store::StorageError;
use parvis::{Code, Retry};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use std::any::Any;

/// What a call fails with.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What the library answered.
    Answered(parvis::Error),
    /// Another SQLite of this process works on the file.
    Foreign,
    /// The file was open when this process was forked.
    Forked,
    /// A bug: the text of the panic.
    Panicked(String),
    /// The host's clock raised an exception.
    Callback,
    /// The database was closed.
    Closed,
    /// A URL, an option or an argument that cannot be read; says what is accepted.
    Refused(&'static str, String),
    /// A place of the URL's that is not there, or not yet; says which.
    Absent(String),
    /// An exception of Python's own, a signal's for instance.
    Python(PyErr),
}

impl From<parvis::Error> for Failure {
    fn from(error: parvis::Error) -> Failure {
        Failure::Answered(error)
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Failure {
        Failure::Answered(error.into())
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Failure {
        Failure::Python(error)
    }
}

impl Failure {
    /// A field that cannot be read.
    pub(crate) fn refused(field: &'static str, what: impl Into<String>) -> Failure {
        Failure::Refused(field, what.into())
    }

    /// What a panic was. The host's clock ends a call by one too: it has no other way out.
    pub(crate) fn panicked(payload: Box<dyn Any + Send>) -> Failure {
        if payload.is::<Raised>() {
            return Failure::Callback;
        }
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        tracing::error!(panic = text, "a call ended in a bug");
        Failure::Panicked(text)
    }

    /// Whether the same may succeed once the store is opened again.
    pub(crate) fn is_unavailable(&self) -> bool {
        matches!(self, Failure::Answered(error) if error.code() == Code::Unavailable)
    }

    /// The exception. `cause` is what a callback of the host raised meanwhile.
    pub(crate) fn raise(self, py: Python<'_>, cause: Option<PyErr>) -> PyErr {
        let told = match self {
            Failure::Python(error) => return error,
            Failure::Answered(error) => Told::of(&error),
            Failure::Absent(text) => Told::of(&parvis::Error::new(parvis::Reason::Store).at("url")).text(text),
            Failure::Foreign => Told::own("foreign_sqlite", "foreign_sqlite"),
            Failure::Forked => Told::own("misuse", "forked"),
            Failure::Panicked(text) => Told::own("internal", "bug").text(text),
            Failure::Callback => Told::own("internal", "callback"),
            Failure::Closed => Told::own("misuse", "closed"),
            Failure::Refused(field, text) => Told {
                field: Some(field),
                ..Told::own("invalid", "bad_value").text(text)
            },
        };
        told.exception(py, cause).unwrap_or_else(|error| error)
    }
}

/// A code or a kind of retry, as on the wire.
fn word(of: impl serde::Serialize) -> String {
    match serde_json::to_value(of) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A failure in words.
struct Told {
    code: String,
    reason: &'static str,
    field: Option<&'static str>,
    retry: String,
    after_ms: Option<u64>,
    text: Option<String>,
}

impl Told {
    fn of(error: &parvis::Error) -> Told {
        Told {
            code: word(error.code()),
            reason: error.reason.as_str(),
            field: error.field,
            retry: word(error.retry()),
            after_ms: error.after_ms(),
            text: None,
        }
    }

    fn own(code: &str, reason: &'static str) -> Told {
        Told {
            code: code.to_owned(),
            reason,
            field: None,
            retry: word(Retry::Never),
            after_ms: None,
            text: None,
        }
    }

    fn text(self, text: String) -> Told {
        Told {
            text: Some(text).filter(|text| !text.is_empty()),
            ..self
        }
    }

    fn exception(self, py: Python<'_>, cause: Option<PyErr>) -> PyResult<PyErr> {
        static MAKE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let make = MAKE.get_or_try_init(py, || {
            let errors = py.import("parvis.errors")?;
            Ok::<_, PyErr>(errors.getattr("from_native")?.unbind())
        })?;
        let words = (self.code, self.reason, self.field, self.retry, self.after_ms, self.text);
        let error = PyErr::from_value(make.bind(py).call1(words)?);
        if cause.is_some() {
            error.set_cause(py, cause);
        }
        Ok(error)
    }
}
