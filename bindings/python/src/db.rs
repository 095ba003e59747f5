//! A database of the host.

use crate::actor::{Actor, By};
use crate::failure::Failure;
use crate::options::Options;
use crate::place::{self, Place};
use crate::questions::{Forget, Prepared, Ready, Refused, RunDue, StateOf, StatusOf, Take};
use crate::running::{Process, spawned, wait};
use crate::slot::{Opening, Question, Slot};
use parvis::Parvis;
use parvis::store::Prepare;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde::Deserialize;
use std::sync::Arc;

/// A database of the host. It opens nothing before its first use.
#[pyclass(frozen, module = "parvis._parvis")]
pub(crate) struct Db {
    slot: Arc<Slot>,
}

impl Db {
    fn bytes<'py>(&self, py: Python<'py>, question: &impl Question<Answer = Vec<u8>>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.slot.wait(py, question)?))
    }

    async fn bytes_async(&self, question: impl Question<Answer = Vec<u8>>) -> PyResult<Py<PyBytes>> {
        let answer = self.slot.spawned(question).await?;
        Ok(Python::attach(|py| PyBytes::new(py, &answer).unbind()))
    }
}

fn read<'a, T: Deserialize<'a>>(py: Python<'_>, field: &'static str, json: &'a [u8]) -> PyResult<T> {
    serde_json::from_slice(json).map_err(|error| Failure::refused(field, error.to_string()).raise(py, None))
}

fn read_async<T: for<'a> Deserialize<'a>>(field: &'static str, json: &[u8]) -> PyResult<T> {
    Python::attach(|py| read(py, field, json))
}

fn ddl(slot: &Slot) -> String {
    let schema = Parvis::schema();
    let texts = match &slot.place {
        Place::Postgres(url) => place::postgres(url, &slot.options).ddl(&schema),
        Place::Mysql(url) => place::mysql(url, &slot.options).ddl(&schema),
        Place::Memory | Place::Sqlite(_) | Place::Sled(_) => Vec::new(),
    };
    let texts = texts.iter().map(|text| format!("{};\n", text.trim_end_matches(';')));
    texts.collect()
}

async fn close(opening: Arc<Opening>) -> Result<(), Failure> {
    opening.close().await;
    Ok(())
}

#[pymethods]
impl Db {
    #[new]
    #[pyo3(signature = (url, options, clock=None, entropy=None, storage=None))]
    fn new(
        py: Python<'_>,
        url: &str,
        options: &[u8],
        clock: Option<Py<PyAny>>,
        entropy: Option<Py<PyAny>>,
        storage: Option<Py<PyAny>>,
    ) -> PyResult<Db> {
        let slot = || {
            let place = Place::of(url)?;
            let options = Options::read(options)?;
            place.accepts(&options)?;
            let config = options.config(clock, entropy)?;
            Ok(Slot::new(place, options, config, storage))
        };
        let slot = slot().map_err(|failure: Failure| failure.raise(py, None))?;
        Ok(Db { slot })
    }

    /// The one who acts in a network: `who` is a reference as JSON. It costs no call.
    fn actor(&self, py: Python<'_>, network: String, who: &[u8]) -> PyResult<Actor> {
        let who = read(py, "person", who)?;
        Ok(Actor::new(Arc::clone(&self.slot), network, By::Person(who)))
    }

    /// The host's own system, under the name of one of its apps. It costs no call.
    fn system(&self, network: String, app: String) -> Actor {
        Actor::new(Arc::clone(&self.slot), network, By::System(app))
    }

    /// Opens the database, where it is not open yet.
    fn ready(&self, py: Python<'_>) -> PyResult<()> {
        self.slot.wait(py, &Ready)
    }

    /// Opens the database, where it is not open yet.
    async fn ready_async(&self) -> PyResult<()> {
        self.slot.spawned(Ready).await
    }

    /// Carries out what is due, within a budget: `{steps}`.
    fn run_due<'py>(&self, py: Python<'py>, options: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        self.bytes(py, &read::<RunDue>(py, "options", options)?)
    }

    /// Carries out what is due, within a budget: `{steps}`.
    async fn run_due_async(&self, options: Vec<u8>) -> PyResult<Py<PyBytes>> {
        self.bytes_async(read_async::<RunDue>("options", &options)?).await
    }

    /// How far the work behind the commands of a network is.
    fn status<'py>(&self, py: Python<'py>, network: String) -> PyResult<Bound<'py, PyBytes>> {
        self.bytes(py, &StatusOf(network))
    }

    /// How far the work behind the commands of a network is.
    async fn status_async(&self, network: String) -> PyResult<Py<PyBytes>> {
        self.bytes_async(StatusOf(network)).await
    }

    /// The commands that were refused for good: `{network, cursor, limit}`.
    fn refused<'py>(&self, py: Python<'py>, query: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
        self.bytes(py, &read::<Refused>(py, "query", query)?)
    }

    /// The commands that were refused for good: `{network, cursor, limit}`.
    async fn refused_async(&self, query: Vec<u8>) -> PyResult<Py<PyBytes>> {
        self.bytes_async(read_async::<Refused>("query", &query)?).await
    }

    /// What became of a command that was handed over.
    fn command_state<'py>(&self, py: Python<'py>, id: String) -> PyResult<Bound<'py, PyBytes>> {
        self.bytes(py, &StateOf(id))
    }

    /// What became of a command that was handed over.
    async fn command_state_async(&self, id: String) -> PyResult<Py<PyBytes>> {
        self.bytes_async(StateOf(id)).await
    }

    /// Forgets a command that was refused, or withdraws one.
    fn forget(&self, py: Python<'_>, id: String) -> PyResult<()> {
        self.slot.wait(py, &Forget(id))
    }

    /// Forgets a command that was refused, or withdraws one.
    async fn forget_async(&self, id: String) -> PyResult<()> {
        self.slot.spawned(Forget(id)).await
    }

    /// Takes commands over that a host kept in another database: what `Actor.later_row` wrote.
    fn take(&self, py: Python<'_>, rows: Vec<String>) -> PyResult<()> {
        self.slot.wait(py, &Take(rows))
    }

    /// Takes commands over that a host kept in another database: what `Actor.later_row` wrote.
    async fn take_async(&self, rows: Vec<String>) -> PyResult<()> {
        self.slot.spawned(Take(rows)).await
    }

    /// The engine of the store: memory, sqlite, sled, postgresql, mysql, or python for a storage of the host's own.
    #[getter]
    fn engine(&self) -> &'static str {
        self.slot.engine()
    }

    /// Compares the store with this release.
    fn check<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.bytes(py, &Prepared(Prepare::Check))
    }

    /// Compares the store with this release.
    async fn check_async(&self) -> PyResult<Py<PyBytes>> {
        self.bytes_async(Prepared(Prepare::Check)).await
    }

    /// Makes the store fit this release.
    fn migrate<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.bytes(py, &Prepared(Prepare::Upgrade))
    }

    /// Makes the store fit this release.
    async fn migrate_async(&self) -> PyResult<Py<PyBytes>> {
        self.bytes_async(Prepared(Prepare::Upgrade)).await
    }

    /// The statements that make the tables in an empty database; empty for a store that makes its own.
    fn ddl(&self) -> String {
        ddl(&self.slot)
    }

    /// Waits for what is under way and closes the database. Calls from then on are refused; a second `close` does nothing.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        let opening = self.slot.end(py);
        opening.map_or(Ok(()), |opening| wait(py, Process::this(), close(opening)))
    }

    /// Waits for what is under way and closes the database. Calls from then on are refused; a second `close` does nothing.
    async fn close_async(&self) -> PyResult<()> {
        match Python::attach(|py| self.slot.end(py)) {
            Some(opening) => spawned(close(opening)).await,
            None => Ok(()),
        }
    }
}
