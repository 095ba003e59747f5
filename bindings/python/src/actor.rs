//! The one who acts in one network.

use crate::failure::Failure;
use crate::folder::ImportFolder;
use crate::slot::{Opened, Opening, Question, Slot};
use parvis::later::CommandRow;
use parvis::{Reason, Ref, operations};
use parvis_sqlx::Parameter;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use std::path::PathBuf;
use std::sync::Arc;

/// Who acts.
pub(crate) enum By {
    /// A person.
    Person(Ref),
    /// The host's system, under the name of one of its apps.
    System(String),
}

/// The one who acts in one network, by name: he is found at each call.
pub(crate) struct Named {
    network: String,
    by: By,
}

impl Named {
    pub(crate) fn on(&self, opened: &Opened) -> parvis::Actor {
        match &self.by {
            By::Person(who) => opened.db.act_as(&self.network, who.clone()),
            By::System(app) => opened.db.system(&self.network, app.clone()),
        }
    }
}

/// An operation and its request as JSON.
struct Call {
    named: Arc<Named>,
    name: String,
    request: Vec<u8>,
}

impl Question for Call {
    type Answer = Vec<u8>;

    fn waits(&self) -> bool {
        self.name == "live.changes"
    }

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<Vec<u8>, Failure> {
        let actor = self.named.on(slot.opened(opening).await?);
        let answer = actor.call(&self.name, &self.request).await;
        answer.map_err(|error| self.refused(error))
    }
}

impl Call {
    /// The command as a row.
    fn row(&self, opened: &Opened) -> Result<CommandRow, Failure> {
        let row = self.named.on(opened).later_call(&self.name, &self.request);
        row.map_err(|error| self.refused(error))
    }

    /// A refusal, with what is accepted where the request could not be read at all.
    fn refused(&self, error: parvis::Error) -> Failure {
        match (error.reason, error.field) {
            (Reason::BadValue, Some(field)) => match operations::unreadable(&self.name, &self.request) {
                Some(why) => Failure::refused(field, why),
                None => error.into(),
            },
            _ => error.into(),
        }
    }
}

/// A command that is to be handed over.
struct Later {
    call: Call,
    percent: bool,
}

/// A command as JSON, for a host whose tables lie elsewhere.
struct Kept(Call);

impl Question for Kept {
    type Answer = (String, String);

    fn is_short(&self) -> bool {
        true
    }

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<(String, String), Failure> {
        let row = self.0.row(slot.opened(opening).await?)?;
        Ok((row.id().to_owned(), row.to_json()?))
    }
}

/// A parameter of a statement.
#[derive(IntoPyObject)]
pub(crate) enum Cell {
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
}

/// A command's id, and the statement that hands it over.
type Row = (String, String, Vec<Cell>);

impl Question for Later {
    type Answer = Row;

    fn is_short(&self) -> bool {
        true
    }

    async fn ask(&self, slot: &Arc<Slot>, opening: &Opening) -> Result<Row, Failure> {
        let opened = slot.opened(opening).await?;
        let row = self.call.row(opened)?;
        let statement = opened.store.statement(&row, self.percent)?;
        let parameters = statement.parameters.into_iter().map(|parameter| match parameter {
            Parameter::Int(number) => Ok(Cell::Int(number)),
            Parameter::Text(text) => Ok(Cell::Text(text)),
            strange => Err(Failure::Panicked(format!("{strange:?} is not known here"))),
        });
        Ok((
            row.id().to_owned(),
            statement.text,
            parameters.collect::<Result<_, _>>()?,
        ))
    }
}

/// The one who acts in one network.
#[pyclass(frozen, module = "parvis._parvis")]
pub(crate) struct Actor {
    slot: Arc<Slot>,
    named: Arc<Named>,
}

impl Actor {
    pub(crate) fn new(slot: Arc<Slot>, network: String, by: By) -> Actor {
        let named = Arc::new(Named { network, by });
        Actor { slot, named }
    }

    fn question(&self, name: String, request: Vec<u8>) -> Call {
        let named = Arc::clone(&self.named);
        Call { named, name, request }
    }
}

#[pymethods]
impl Actor {
    /// Runs an operation by its name, from JSON to JSON.
    fn call<'py>(&self, py: Python<'py>, name: String, request: Vec<u8>) -> PyResult<Bound<'py, PyBytes>> {
        let answer = self.slot.wait(py, &self.question(name, request))?;
        Ok(PyBytes::new(py, &answer))
    }

    /// Runs an operation by its name, from JSON to JSON.
    async fn call_async(&self, name: String, request: Vec<u8>) -> PyResult<Py<PyBytes>> {
        let answer = self.slot.spawned(self.question(name, request)).await?;
        Ok(Python::attach(|py| PyBytes::new(py, &answer).unbind()))
    }

    /// A command as one row for a connection of the host: its id, the text of the statement and its parameters. `percent` for
    /// drivers that write each parameter as `%s`.
    #[pyo3(signature = (name, request, percent=false))]
    fn later(&self, py: Python<'_>, name: String, request: Vec<u8>, percent: bool) -> PyResult<Row> {
        let call = self.question(name, request);
        self.slot.wait(py, &Later { call, percent })
    }
    /// The same for a coroutine.
    #[pyo3(signature = (name, request, percent=false))]
    async fn later_async(&self, name: String, request: Vec<u8>, percent: bool) -> PyResult<Row> {
        let call = self.question(name, request);
        self.slot.spawned(Later { call, percent }).await
    }

    /// A command as JSON, for a host whose tables lie in another database: its id, and the text for `Db.take`.
    fn later_row(&self, py: Python<'_>, name: String, request: Vec<u8>) -> PyResult<(String, String)> {
        self.slot.wait(py, &Kept(self.question(name, request)))
    }

    /// The same for a coroutine.
    async fn later_row_async(&self, name: String, request: Vec<u8>) -> PyResult<(String, String)> {
        self.slot.spawned(Kept(self.question(name, request))).await
    }

    /// Imports a folder: `docs/import-format.md`. With `at_most` who is missing in its file of people is deactivated, unless more than so
    /// many percent are.
    #[pyo3(signature = (path, at_most=None))]
    fn import_folder<'py>(
        &self,
        py: Python<'py>,
        path: PathBuf,
        at_most: Option<u32>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let named = Arc::clone(&self.named);
        let answer = self.slot.wait(py, &ImportFolder { named, path, at_most })?;
        Ok(PyBytes::new(py, &answer))
    }

    /// The same for a coroutine.
    #[pyo3(signature = (path, at_most=None))]
    async fn import_folder_async(&self, path: PathBuf, at_most: Option<u32>) -> PyResult<Py<PyBytes>> {
        let named = Arc::clone(&self.named);
        let answer = self.slot.spawned(ImportFolder { named, path, at_most }).await?;
        Ok(Python::attach(|py| PyBytes::new(py, &answer).unbind()))
    }

    /// The engine of the store: memory, sqlite, sled, postgresql, mysql, or python for a storage of the host's own.
    #[getter]
    fn engine(&self) -> &'static str {
        self.slot.engine()
    }
}
